import type { Clock } from '../../clock.ts';
import { roleIn } from '../../domain/people/account-roles.ts';
import { type Person, roleAllows } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import type { Message } from '../channel.ts';
import type { AnyCommand, Ticket } from '../command.ts';

/**
 * A command that changes something is refused when it was typed longer ago than this. Telegram keeps messages for a day
 * while the bot is down, and nobody expects an order from yesterday's message.
 */
const staleAfterMs = 60_000;

export type AnyTicketCommand = Extract<AnyCommand, { prepare: unknown }>;
export const isTicketCommand = (command: AnyCommand): command is AnyTicketCommand => 'prepare' in command;
const changesThings = (command: AnyCommand): boolean => isTicketCommand(command) || command.effect !== undefined;
export const isMessage = (value: Ticket<unknown> | Message): value is Message => 'lines' in value;

/** Decides whether a person may do something now. Every command and every press on a ticket passes through here. */
export class Gate {
  readonly #clock: Clock;
  readonly #readOnly: boolean;

  constructor(options: {
    readonly clock: Clock;
    /** Whether only queries are allowed, and nothing that could lead to an order. */
    readonly readOnly: boolean;
  }) {
    this.#clock = options.clock;
    this.#readOnly = options.readOnly;
  }

  /** `account`: the one that the command is to be about. @throws AppError `chat.read-only`, `chat.not-allowed`, `accounts.none`, `accounts.not-here`. */
  authorise(person: Person, command: AnyCommand, account: TradingAccount | undefined): void {
    if (this.#readOnly && changesThings(command)) throw new AppError('chat.read-only');
    const none = person.amongOthers === true ? 'accounts.not-here' : 'accounts.none';
    if (command.account === true && account === undefined) throw new AppError(none);
    const role = command.account === true ? roleIn(account?.roles, person) : person.role;
    if (role === undefined) throw new AppError(none);
    if (!roleAllows(role, command.role)) throw new AppError('chat.not-allowed', { role: command.role });
    if (command.trades === true && account?.broker.venue.accountKind === 'retirement')
      throw new AppError('accounts.retirement');
  }

  /**
   * Refuses a change that was asked for too long ago. Commands that stop something always pass.
   * @throws AppError `chat.too-old`.
   */
  requireFresh(command: AnyCommand, at: number): void {
    if (changesThings(command) && command.effect !== 'stop') this.requireFreshPress(at);
  }

  /** @throws AppError `chat.too-old`. */
  requireFreshPress(at: number): void {
    if (this.#clock.now() - at > staleAfterMs) throw new AppError('chat.too-old');
  }
}
