import type { Clock } from '../../clock.ts';
import { type Person, roleAllows } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import type { Message } from '../channel.ts';
import type { AnyCommand, Ticket } from '../command.ts';

/** Telegram keeps messages for a day while the bot is down; a change that was wanted this long ago is not made. */
const staleAfterMs = 60_000;

export type TicketCommandOfAny = Extract<AnyCommand, { prepare: unknown }>;
export const isTicketCommand = (command: AnyCommand): command is TicketCommandOfAny => 'prepare' in command;
const changesThings = (command: AnyCommand): boolean => isTicketCommand(command) || command.effect !== undefined;
export const isMessage = (value: Ticket<unknown> | Message): value is Message => 'lines' in value;

/** The one gate: nothing runs, and nothing is executed, without passing here. */
export class Gate {
  readonly #clock: Clock;
  readonly #readOnly: boolean;

  constructor(options: {
    readonly clock: Clock;
    /** Only queries; nothing that could end in an order. */
    readonly readOnly: boolean;
  }) {
    this.#clock = options.clock;
    this.#readOnly = options.readOnly;
  }

  /** @throws AppError `chat.read-only`, `chat.not-allowed`. */
  authorise(person: Person, command: AnyCommand): void {
    if (this.#readOnly && changesThings(command)) throw new AppError('chat.read-only');
    if (!roleAllows(person.role, command.role)) throw new AppError('chat.not-allowed', { role: command.role });
  }

  /** A change that was wanted long ago is not made now; stopping is always in time. @throws AppError `chat.too-old`. */
  requireFresh(command: AnyCommand, at: number): void {
    if (changesThings(command) && command.effect !== 'stop') this.requireFreshPress(at);
  }

  /** @throws AppError `chat.too-old`. */
  requireFreshPress(at: number): void {
    if (this.#clock.now() - at > staleAfterMs) throw new AppError('chat.too-old');
  }
}
