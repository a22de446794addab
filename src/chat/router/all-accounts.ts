import type { Accounts, TradingAccount } from '../../services/accounts.ts';
import { accountTag } from '../account-tag.ts';
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
        return { account, answer: await command.run(own, args) };
      } catch (error) {
        return { account, error };
      }
    }),
  );
  const data = answers.flatMap(({ answer }) => (answer === undefined ? [] : [answer.data]));
  const missing = answers.filter(({ answer }) => answer === undefined).map(({ account }) => account.label.title);
  const sections = answers.flatMap(({ account, answer, error }): readonly Line[] => {
    const heading: Line = [{ bold: accountTag(words, { label: account.label, named: true }) }];
    const said = answer?.lines ?? refusals.message(turn, error, command, undefined).lines;
    return ['', heading, ...said];
  });
  const asLine = [`/${command.name}`, ...line].join(' ');
  const one = asked.map(({ label }): Button => ({ id: `run:${asLine} @${label.name}`, label: label.title }));
  return {
    lines: [
      [{ bold: words.accounts.all }],
      ...(command.sum?.(words, data) ?? []),
      ...(missing.length === 0 ? [] : [[{ bold: words.accounts.missing(missing.join(', ')) }]]),
      ...sections,
    ],
    buttons: [[{ id: `show:${asLine} @all`, label: words.buttons.refresh }], one],
    data: answers.map(({ account, answer }) => ({ account: account.label.name, data: answer?.data })),
  };
}
