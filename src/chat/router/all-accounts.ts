import type { Words } from '../../i18n/index.ts';
import type { Accounts, TradingAccount } from '../../services/accounts.ts';
import { accountHeading, liveMark } from '../account-tag.ts';
import type { Button, Line } from '../channel.ts';
import type { Answer, AnyCommand, ArgumentKinds, ArgumentValues, CommandContext, QueryCommand } from '../command.ts';
import type { Refusals } from '../messages/refusals.ts';
import { withoutAll } from './account-choice.ts';
import { servicesFor } from './accounts-of.ts';
import type { Turn } from './turn.ts';

/** The words of a line without those that ask for all accounts; undefined where it asks for one. */
export function wantsAll(
  { named }: Turn,
  command: AnyCommand,
  tokens: readonly string[],
): readonly string[] | undefined {
  if (!('sum' in command) || command.sum === undefined || (named !== undefined && named !== 'all')) return undefined;
  return named === 'all' ? tokens : withoutAll(tokens);
}

/** What one account answered, or why it could not be asked. */
interface AccountAnswer {
  readonly account: TradingAccount;
  readonly answer?: Answer;
  /** Its part in the answer for all. */
  readonly lines?: readonly Line[];
  readonly error?: unknown;
}

/**
 * Asks every account in which the person may use the command, and adds up what they answer. An account that could not be
 * read is named, and the sum says that it is not in it.
 */
export async function answerForAll(
  accounts: Accounts,
  refusals: Refusals,
  request: {
    readonly turn: Turn;
    readonly command: QueryCommand<ArgumentKinds> & AnyCommand;
    readonly args: ArgumentValues<ArgumentKinds>;
    readonly context: CommandContext;
    /** The words after the command. */
    readonly line: readonly string[];
  },
): Promise<Answer> {
  const { turn, command, args, context, line } = request;
  const { words, person } = turn;
  const asked = accounts.allowing(person, command.role);
  const answers = await Promise.all(
    asked.map(async (account): Promise<AccountAnswer> => {
      try {
        const own = { ...context, ...servicesFor(accounts, { ...turn, account, named: account }, command) };
        const answer = await command.run(own, args);
        return { account, answer, lines: command.part?.(own, answer.data) ?? answer.lines };
      } catch (error) {
        return { account, error };
      }
    }),
  );
  const missing = answers.filter(({ answer }) => answer === undefined).map(({ account }) => account.label.title);
  const sections = answers.flatMap(({ account, lines, error }): readonly Line[] => {
    const said = lines ?? refusals.message(turn, error, command, undefined).lines;
    return ['', [{ bold: accountHeading(words, account.label) }], ...said];
  });
  const asLine = [`/${command.name}`, ...line].join(' ');
  const one = asked.map(({ label }): Button => ({ id: `run:${asLine} @${label.name}`, label: label.title }));
  return {
    lines: [
      [{ bold: words.accounts.all }],
      ...sums(words, command, answers),
      ...(missing.length === 0 ? [] : [[{ bold: words.accounts.missing(missing.join(', ')) }]]),
      ...sections,
    ],
    buttons: [[{ id: `show:${asLine} @all`, label: words.buttons.refresh }], one],
    data: answers.map(({ account, answer }) => ({ account: account.label.name, data: answer?.data })),
  };
}

/** What the answers come to. Real money and play money are never added together: where there are both, each has a sum. */
function sums(words: Words, command: QueryCommand<ArgumentKinds>, answers: readonly AccountAnswer[]): readonly Line[] {
  const dataOf = (isLive: boolean): readonly unknown[] =>
    answers
      .filter(({ account: { label } }) => (label.venue === 'live') === isLive)
      .flatMap(({ answer }) => (answer === undefined ? [] : [answer.data]));
  const [live, play] = [dataOf(true), dataOf(false)];
  const sum = (data: readonly unknown[]): readonly Line[] =>
    data.length === 0 ? [] : (command.sum?.(words, data) ?? []);
  if (live.length === 0 || play.length === 0) return sum([...live, ...play]);
  return [
    [{ bold: `${liveMark('live')}${words.accounts.sums.live}` }],
    ...sum(live),
    [{ bold: words.accounts.sums.play }],
    ...sum(play),
  ];
}
