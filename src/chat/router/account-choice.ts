import { everyAccount } from '../../domain/account.ts';
import { AppError } from '../../errors.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import { shorten } from '../command.ts';

/** A line without the words that picked an account for it. */
export interface AccountChoice {
  readonly line: string;
  /** The account that the line names, `all` of them, or undefined where it names none. */
  readonly account: TradingAccount | 'all' | undefined;
}

/** All of them, as a sentence says it: `모든 계좌 잔고`, `balance of all accounts`. */
const allAccounts = /(^|\s)(?:(?:모든|전체)\s*계좌(?:의|에서)?|(?:(?:of|in)\s+)?all\s+accounts)(?=\s|$)/i;

/**
 * Takes `@isa`, `@연금`, or an account's title as a word of its own, out of a line. Of `visible` alone, so that nobody
 * learns by trying which others there are.
 * @throws AppError `accounts.unknown` for an `@` that is none of them, `accounts.two` where a line names two.
 */
export function chooseAccount(line: string, visible: readonly TradingAccount[]): AccountChoice {
  if (visible.length === 0) return { line, account: undefined };
  let account: AccountChoice['account'];
  const kept: string[] = [];
  // A title of several words is looked for as it stands, the longest first.
  const [rest, named] = withoutTitle(visible.length < 2 ? line : line.replace(allAccounts, '$1@all'), visible);
  account = named;
  for (const word of rest.split(/(\s+)/)) {
    const found = word.startsWith('@') ? byMark(word.slice(1), visible) : undefined;
    if (found === undefined) {
      if (word.startsWith('@') && word.length > 1 && visible.length > 1) throw unknownAccount(word, visible, line);
      kept.push(word);
      continue;
    }
    if (account !== undefined && account !== found) throw new AppError('accounts.two');
    account = found;
  }
  return account === undefined
    ? { line, account }
    : {
        line: kept
          .join('')
          .replace(/[^\S\n]+/g, ' ')
          .trim(),
        account,
      };
}

/** An error that offers the accounts that would do. @param line the words around the name, the name among them */
export function unknownAccount(typed: string, offered: readonly TradingAccount[], line: string | undefined): AppError {
  const choices = offered.map(({ label }) => `@${label.name}`).join(', ');
  return new AppError('accounts.unknown', { text: shorten(typed), typed, choices, line });
}

function byMark(text: string, visible: readonly TradingAccount[]): TradingAccount | 'all' | undefined {
  if (everyAccount.test(text)) return 'all';
  const wanted = text.toLowerCase();
  return visible.find(({ label: { name, title } }) => name === wanted || title.toLowerCase() === wanted);
}

/** Only titles that somebody gave: a name alone (`main`) is a word like any other. */
function withoutTitle(line: string, visible: readonly TradingAccount[]): readonly [string, TradingAccount | undefined] {
  const titled = visible
    .filter(({ label }) => label.title !== label.name)
    .toSorted((a, b) => b.label.title.length - a.label.title.length);
  for (const account of titled) {
    const title = account.label.title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = new RegExp(`(^|\\s)@?${title}(?:\\s*계좌)?(?:에서|으로|로|의|에)?(?=\\s|$)`, 'i');
    if (pattern.test(line)) return [line.replace(pattern, '$1').trim(), account];
  }
  return [line, undefined];
}

/** Whether a command's first words ask for all accounts: `/balance all`; and the words without it. */
export function withoutAll(tokens: readonly string[]): readonly string[] | undefined {
  const position = tokens.findIndex((token) => everyAccount.test(token));
  return position < 0 ? undefined : tokens.toSpliced(position, 1);
}
