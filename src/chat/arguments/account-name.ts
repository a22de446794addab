import { everyAccount } from '../../domain/account.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import type { ArgumentKind, CommandContext } from '../command.ts';
import { unknownAccount } from '../router/account-choice.ts';

/** The rest of the line: an account's name or title, which may be of several words. */
export const accountName: ArgumentKind<string> = {
  name: 'account',
  optional: false,
  read: (tokens) => ({ value: tokens.join(' '), used: tokens.length }),
};

/**
 * The accounts that these words name, of those in which the person may use the command: one of them, or all.
 * @throws AppError `accounts.unknown`, with those that would do.
 */
export function accountsNamed({ accounts }: CommandContext, text: string): readonly TradingAccount[] {
  const wanted = text
    .replace(/^@/, '')
    .replace(/\s*계좌$/, '')
    .toLowerCase();
  if (everyAccount.test(wanted)) return accounts;
  const found = accounts.find(({ label: { name, title } }) => name === wanted || title.toLowerCase() === wanted);
  if (found !== undefined) return [found];
  throw unknownAccount(text, accounts, undefined);
}
