import { type Person, roleAllows } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import { type Accounts, marketAlone, type TradingAccount } from '../../services/accounts.ts';
import type { AnyCommand, CommandContext } from '../command.ts';
import type { AccountServices } from './router-options.ts';
import type { Turn } from './turn.ts';

/** Whether somebody may use a command, in some account where it is about one. */
export function mayUse(accounts: Accounts, person: Person, command: AnyCommand): boolean {
  return command.account === true
    ? accounts.allowing(person, command.role).length > 0
    : roleAllows(person.role, command.role);
}

/**
 * The account that a turn is about: the one its line names, or else the chat's.
 * @throws AppError `accounts.one-only` where the line names all of them.
 */
export function accountOf(accounts: Accounts, { person, chat, named }: Turn): TradingAccount | undefined {
  if (named === 'all') throw new AppError('accounts.one-only');
  return named ?? accounts.chosen(person, chat);
}

/** The turn with the account that a command is about: none where it is about none, or about every one. */
export function aboutAccount(accounts: Accounts, turn: Turn, command: AnyCommand): Turn {
  if (command.account !== true) return turn;
  const isOne = command.everyAccount !== true || (turn.named !== undefined && turn.named !== 'all');
  return isOne ? { ...turn, account: accountOf(accounts, turn) } : turn;
}

/** What a command works with: the services of the turn's account, or of the chat's; the market's alone for who has none. */
export function servicesFor(
  accounts: Accounts,
  turn: Turn,
  command: AnyCommand,
): AccountServices & Pick<CommandContext, 'account' | 'accounts' | 'visibleAccounts' | 'fillNotices'> {
  const { person, chat, named } = turn;
  const allowed = accounts.allowing(person, command.role);
  const account = turn.account ?? (named === 'all' ? undefined : named) ?? accounts.chosen(person, chat);
  const services = account ?? marketAlone(accounts.all[0]);
  const { broker, candles, reports, orders, schedules, reconciler, timelines, revocation } = services;
  return {
    broker,
    candles,
    reports,
    orders,
    schedules,
    reconciler,
    timelines,
    revocation,
    account,
    fillNotices: () => services.venue.feed.status().fillNotices,
    visibleAccounts: accounts.visibleTo(person),
    accounts: named === undefined || named === 'all' ? allowed : allowed.filter((one) => one === named),
  };
}
