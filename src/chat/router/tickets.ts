import { ticketKey } from '../../domain/orders/ticket-key.ts';
import type { Person } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import type { Proposal } from '../../ports/ledger/proposal-ledger.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import { type Button, type Line, longestButtonId, type Message } from '../channel.ts';
import type { AnyCommand, Ticket } from '../command.ts';
import { failureOf } from '../messages/refusals.ts';
import { plainText } from '../render.ts';
import { buttonsOf, RefusalWithWays } from '../ways-out.ts';
import type { CommandTable } from './command-table.ts';
import { type AnyTicketCommand, isTicketCommand } from './gate.ts';
import type { Replies } from './replies.ts';
import type { RouterOptions } from './router-options.ts';
import type { Turn } from './turn.ts';

/** Shows tickets and carries out what people press on them. */
export class Tickets {
  readonly #options: RouterOptions;
  readonly #replies: Replies;

  constructor(options: RouterOptions, replies: Replies) {
    this.#options = options;
    this.#replies = replies;
  }

  /** Stores a ticket and shows it, with the buttons that decide it. */
  async propose(turn: Turn, command: AnyCommand, ticket: Ticket<unknown>): Promise<void> {
    const { clock, newId, confirmMs } = this.#options;
    // A ticket about no account is kept with the first one's.
    const { ledger } = turn.account ?? this.#options.accounts.all[0];
    const { words } = turn;
    const id = newId();
    const now = clock.now();
    await ledger.createProposal({
      id,
      personId: turn.person.id,
      address: turn.address,
      command: command.name,
      plan: ticket.plan,
      createdAt: now,
      expiresAt: now + confirmMs,
      shown: plainText({ lines: ticket.summary.lines }),
    });
    const buttons: Button[][] = [
      [
        { id: `confirm:${id}`, label: words.buttons.confirm },
        { id: `drop:${id}`, label: ticket.dropLabel ?? words.buttons.drop },
      ],
    ];
    const variants = (ticket.variants ?? [])
      .map(({ label, line }) => ({ id: `instead:${id}:${line}`, label }))
      // A button whose id is too long is left out, so that the ticket can still be shown.
      .filter((button) => Buffer.byteLength(button.id) <= longestButtonId);
    if (variants.length > 0) buttons.push(variants);
    const until = words.ticket.until(Math.round(confirmMs / 1_000));
    const message: Message = { lines: [...ticket.summary.lines, until], buttons, private: true };
    await this.#replies.say(turn, message, ticketKey(id));
    for (const address of this.#options.mirrors(turn.person, turn.address)) {
      await this.#replies.say({ ...turn, address, edits: undefined }, message, ticketKey(id));
    }
  }

  /**
   * Returns the proposal when it is still open and belongs to this person.
   * @throws AppError `proposal.*`.
   */
  async own(person: Person, id: string): Promise<Proposal> {
    const proposal = await this.#options.ledger.proposal(id);
    if (proposal === undefined) throw new AppError('proposal.unknown');
    if (proposal.personId !== person.id) throw new AppError('proposal.not-yours');
    if (proposal.status !== 'open') throw new AppError(`proposal.${proposal.status}`);
    if (proposal.expiresAt <= this.#options.clock.now()) throw new AppError('proposal.expired');
    return proposal;
  }

  /** A ticket that nobody confirmed in time can be made again, in the account that it was for. */
  async sayPressError(turn: Turn, error: unknown, id: string, commands: CommandTable): Promise<void> {
    const isUnused = error instanceof AppError && /^proposal\.(?:expired|dropped)$/.test(error.code);
    // A ledger that fails now must not keep the person from hearing why nothing was done.
    const proposal = isUnused ? await this.#options.ledger.proposal(id).catch(() => undefined) : undefined;
    const command = proposal && commands.get(proposal.command);
    const account = proposal && this.#options.accounts.ofLedger(proposal.account);
    const line = command && isTicketCommand(command) ? command.again?.(proposal?.plan) : undefined;
    if (!isUnused || line === undefined || account === undefined) {
      await this.#replies.sayError(turn, error, undefined);
      return;
    }
    const again = new RefusalWithWays(error, [{ label: turn.words.buttons.again, line }]);
    await this.#replies.sayError({ ...turn, account }, again, undefined);
  }

  /** Executes a confirmed ticket and shows the outcome in its place. */
  async confirm(turn: Turn, command: AnyTicketCommand, proposal: Proposal): Promise<void> {
    try {
      const pressed = { ...proposal, pressedIn: turn.address.channel };
      const message = await this.#replies.withProgress(turn, command, (context) =>
        command.execute(context, proposal.plan, pressed),
      );
      if (await this.#isOnCard(turn, proposal)) return;
      await this.#decided(message.turn, proposal, message.value);
    } catch (error) {
      // The ticket was decided by an earlier press or has expired, and already shows what became of it.
      if (error instanceof AppError && error.code.startsWith('proposal.')) throw error;
      const isUnrecorded = error instanceof AppError && error.code === 'orders.not-recorded';
      if (isUnrecorded && (await this.#isOnCard(turn, proposal))) return;
      // Any other error closes the ticket and is shown on it, so that no half-done ticket stays open.
      this.#replies.logFailure(error, command);
      await this.#options.ledger.dropProposal(proposal.id).catch((cause: unknown) => {
        // The outcome must be shown even so. A ticket that was taken cannot be confirmed again, though it was not
        // dropped.
        this.#options.log.error('ticket not dropped', { proposal: proposal.id, error: cause });
      });
      const ways = buttonsOf(error);
      await this.#decided(turn, proposal, {
        lines: this.#replies.refusals.press(turn, error),
        failure: failureOf(error),
        ...(ways.length === 0 ? {} : { buttons: ways }),
      });
    }
  }

  /**
   * Has the ticket's message show how its orders stand by now, and go on showing it. What the ledger knows may be newer
   * than what the command returned: a fill may have come meanwhile. False where the command's answer is to be shown.
   */
  async #isOnCard({ address, account }: Turn, { id }: Proposal): Promise<boolean> {
    if (account === undefined) return false;
    const { showCard, telemetry = noTelemetry } = this.#options;
    const shown = await telemetry
      .step('answer', {}, () => showCard(id, account))
      .catch((error: unknown) => {
        this.#options.log.warn('card not shown', { proposal: id, error });
        return [];
      });
    this.#options.outbox.flush();
    return shown.some((entry) => entry.address.channel === address.channel);
  }

  /** Shows what became of a ticket, in the chat it was pressed in and in the others that show it. */
  async #decided(turn: Turn, proposal: Proposal, message: Message): Promise<void> {
    await this.#replies.say(turn, { ...message, private: true });
    const { words } = turn;
    const { channel } = turn.address;
    await this.#editElsewhere(turn, proposal, [
      words.ticket.decidedIn(words.channels[channel] ?? channel),
      ...message.lines,
    ]);
  }

  /** Edits a ticket in the other chats that show it. */
  async #editElsewhere(turn: Turn, proposal: Proposal, lines: readonly Line[]): Promise<void> {
    const shown = [proposal.address, ...this.#options.mirrors(turn.person, proposal.address)];
    for (const address of shown.filter(({ channel }) => channel !== turn.address.channel)) {
      await this.#replies.say({ ...turn, address, edits: ticketKey(proposal.id) }, { lines, private: true });
    }
  }

  /** Closes a ticket without executing it. */
  async drop(turn: Turn, proposal: Proposal): Promise<void> {
    if (!(await this.#options.ledger.dropProposal(proposal.id))) throw new AppError('proposal.taken');
    const lines = [turn.words.ticket.dropped];
    await this.#decided({ ...turn, edits: ticketKey(proposal.id) }, proposal, { lines });
  }

  /** Drops the ticket and calls `run`, which makes another one in its place. */
  async replace(turn: Turn, proposal: Proposal, run: (turn: Turn) => Promise<void>): Promise<void> {
    if (!(await this.#options.ledger.dropProposal(proposal.id))) throw new AppError('proposal.taken');
    await run({ ...turn, edits: ticketKey(proposal.id) });
    await this.#editElsewhere(turn, proposal, [turn.words.ticket.replaced]);
  }
}
