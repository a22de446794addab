import type { Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import type { TradingAccount } from '../../src/services/accounts.ts';

/** Which accounts it was, where there are several. */
function namesOf(accounts: readonly TradingAccount[], say: (titles: string) => string): readonly string[] {
  return accounts.length < 2 ? [] : [say(accounts.map(({ label }) => label.title).join(', '))];
}

export const halt = defineCommand({
  name: 'halt',
  section: 'trade',
  aliases: ['정지'],
  role: 'trader',
  account: true,
  everyAccount: true,
  effect: 'stop',
  args: {},
  examples: ['/halt'],
  async run({ accounts, words }): Promise<Message> {
    const written = await Promise.all(accounts.map(({ orders }) => orders.trading.setHalted(true)));
    // Trading is halted by now. An error of these requests must not look as if it were not, so it is ignored.
    const lists = await Promise.all(accounts.map(({ schedules }) => schedules.kept().catch(() => [])));
    const kept = lists.flat().length;
    const lines = [
      words.trading.halted,
      ...namesOf(accounts, words.accounts.haltedIn),
      ...(written.includes(false) ? [words.ledger.haltUnwritten] : []),
      ...(kept === 0 ? [] : [words.trading.schedulesStand(kept)]),
    ];
    const buttons = [
      [{ id: 'run:/cancel all', label: words.trading.cancelAll }],
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
  args: {},
  examples: ['/resume'],
  async run({ accounts, words }): Promise<Message> {
    for (const { orders } of accounts) await orders.trading.setHalted(false);
    return { lines: [words.trading.resumed, ...namesOf(accounts, words.accounts.resumedIn)] };
  },
});
