import { liveMark } from '../../src/chat/account-tag.ts';
import { accountName, accountsNamed } from '../../src/chat/arguments/account-name.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, optional } from '../../src/chat/command.ts';
import { chatKey, lastingChat } from '../../src/domain/people/chat-address.ts';
import { errorSentence } from '../../src/i18n/index.ts';
import type { TradingAccount } from '../../src/services/accounts.ts';
import { pnlSpan } from '../shared.ts';

export const account = defineCommand({
  name: 'account',
  section: 'account',
  aliases: ['계좌', 'acc'],
  role: 'viewer',
  private: true,
  account: true,
  everyAccount: true,
  args: { account: optional(accountName) },
  examples: ['/account', '/account main'],
  async run(context, args): Promise<Message> {
    const named = args.account === undefined ? [] : accountsNamed(context, args.account);
    const [first] = named;
    if (first !== undefined && named.length === 1) return choose(context, first);
    // `/account @isa` chooses as well.
    const [only, ...others] = context.accounts;
    const isPicked = only !== undefined && others.length === 0 && context.account !== undefined;
    return isPicked && context.account.label.name !== only.label.name ? choose(context, only) : list(context);
  },
});

/** Makes an account the one that this chat works with. */
async function choose({ people, person, address, alone, words }: CommandContext, { label }: TradingAccount) {
  const key = chatKey(lastingChat(address, alone));
  await people.changeSettings(person.id, ({ accounts }) => ({ accounts: { ...accounts, [key]: label.name } }));
  const buttons = [
    [
      { id: `run:/balance @${label.name}`, label: words.balance.title },
      { id: 'run:/account', label: words.accounts.title },
    ],
  ];
  return { lines: [words.accounts.chosen(label.title)], buttons, data: { account: label.name } };
}

async function list(context: CommandContext): Promise<Message> {
  const { accounts, account: inUse, words } = context;
  context.progress({ lines: [words.progress.balance] });
  const read = await Promise.all(accounts.map((each) => describe(context, each)));
  const others = accounts.filter(({ label }) => label.name !== inUse?.label.name);
  const buttons = others.map(
    ({ label }): Button => ({ id: `run:/account ${label.name}`, label: words.accounts.use(label.title) }),
  );
  const [first] = others;
  return {
    lines: [
      [{ bold: words.accounts.title }],
      ...read.flatMap(({ lines }) => lines),
      ...(first === undefined ? [] : ['', words.accounts.hint(others.map(({ label }) => `@${label.name}`).join(', '))]),
    ],
    buttons: buttons.map((button) => [button]),
    data: read.map(({ data }) => data),
  };
}

/** An account's kind, value and day's change; what could not be read is said so. */
async function describe({ account: inUse, words }: CommandContext, each: TradingAccount) {
  const { label, broker } = each;
  const { name, title, venue } = label;
  const isInUse = name === inUse?.label.name;
  const kind = broker.venue.accountKind;
  const heading: Line = [
    { bold: `${liveMark(venue)}${title}` },
    ` · ${words.accounts.venue[venue]} · ${broker.venue.account}${kind === undefined ? '' : ` ${words.accounts.kind[kind]}`}`,
    ...(isInUse ? [' · ', { bold: words.accounts.inUse }] : []),
  ];
  try {
    const { totals } = await broker.balance();
    const { assets, dayChange } = totals;
    const before = assets - (dayChange ?? 0);
    const change: Line =
      dayChange === undefined || before === 0
        ? []
        : [` · ${words.accounts.today} `, pnlSpan(words, dayChange, (dayChange / before) * 100)];
    const worth: Line = [`  ${words.won(assets)}`, ...change];
    return { lines: [heading, worth], data: { name, title, venue, totals } };
  } catch (error) {
    const lines = [heading, `  ${words.accounts.unread(errorSentence(words, error))}`];
    return { lines, data: { name, title, venue } };
  }
}
