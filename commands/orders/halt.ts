import { accountName, accountsNamed } from '../../src/chat/arguments/account-name.ts';
import type { Button, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, optional } from '../../src/chat/command.ts';
import type { TradingAccount } from '../../src/services/accounts.ts';

/** Those that the line names, or else all in which the person may use the command. */
function wanted(context: CommandContext, text: string | undefined): readonly TradingAccount[] {
  return text === undefined ? context.accounts : accountsNamed(context, text);
}

/** Which accounts it was, for somebody who knows of several. */
function namesOf(
  { visibleAccounts }: CommandContext,
  accounts: readonly TradingAccount[],
  say: (titles: string) => string,
): readonly string[] {
  return visibleAccounts.length < 2 ? [] : [say(accounts.map(({ label }) => label.title).join(', '))];
}

/** A button that cancels what is open, for each account; a cancel is about one. */
function cancelButtons({ words, visibleAccounts }: CommandContext, accounts: readonly TradingAccount[]) {
  const { cancelAll } = words.trading;
  return accounts.map(({ label: { name, title } }): readonly Button[] => [
    visibleAccounts.length < 2
      ? { id: 'run:/cancel all', label: cancelAll }
      : { id: `run:/cancel all @${name}`, label: `${title} ${cancelAll}` },
  ]);
}

export const halt = defineCommand({
  name: 'halt',
  section: 'trade',
  aliases: ['정지'],
  role: 'trader',
  account: true,
  everyAccount: true,
  effect: 'stop',
  args: { account: optional(accountName) },
  examples: ['/halt'],
  async run(context, args): Promise<Message> {
    const { words } = context;
    const accounts = wanted(context, args.account);
    const written = await Promise.all(accounts.map(({ orders }) => orders.trading.setHalted(true)));
    // Trading is halted by now. An error of these requests must not look as if it were not, so it is ignored.
    const lists = await Promise.all(accounts.map(({ schedules }) => schedules.kept().catch(() => [])));
    const kept = lists.flat().length;
    const lines = [
      words.trading.halted,
      ...namesOf(context, accounts, words.accounts.haltedIn),
      ...(written.includes(false) ? [words.ledger.haltUnwritten] : []),
      ...(kept === 0 ? [] : [words.trading.schedulesStand(kept)]),
    ];
    const buttons = [
      ...cancelButtons(context, accounts),
      ...(kept === 0 ? [] : [[{ id: 'run:/schedule', label: words.schedule.title }]]),
    ];
    return { lines, buttons };
  },
});

export const resume = defineCommand({
  name: 'resume',
  section: 'trade',
  aliases: ['재개'],
  role: 'owner',
  account: true,
  everyAccount: true,
  effect: 'change',
  args: { account: optional(accountName) },
  examples: ['/resume'],
  async run(context, args): Promise<Message> {
    const accounts = wanted(context, args.account);
    for (const { orders } of accounts) await orders.trading.setHalted(false);
    return { lines: [context.words.trading.resumed, ...namesOf(context, accounts, context.words.accounts.resumedIn)] };
  },
});
