import { type Clock, koreanDay } from '../clock.ts';
import type { Notice } from '../domain/notice.ts';
import {
  type ExecutionNotice,
  intentQuantity,
  type OrderEvent,
  type OrderRecord,
  openStatuses,
  type VenueOrder,
} from '../domain/order.ts';
import type { Log } from '../log.ts';
import type { Broker, ChatAddress, InstrumentDirectory, Ledger, OutboxDraft } from '../ports.ts';
import { Serial } from './serial.ts';

/** How often the venue's list is asked while an order of ours is open: a notice may have been lost without a trace. */
const pollMs = 30_000;
/** A list may lag behind the notices; a look that found too little is repeated after this. */
const lookAgainMs = 3_000;

/** The messages that tell of something: to the chat that asked for it, or to the owners where nobody did. */
export type DraftNotice = (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];

/**
 * Turns what the socket pushes and what the venue lists into fills, each share told once. Everything goes through one
 * queue, because a push and a list may speak of the same shares.
 */
export class Fills {
  readonly #broker: Broker;
  readonly #ledger: Ledger;
  readonly #directory: InstrumentDirectory;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #draft: DraftNotice;
  readonly #queued: () => void;
  readonly #queue = new Serial();
  /** Notices whose order number nobody knows yet, while a request of ours is under way. */
  #held: ExecutionNotice[] = [];
  #inFlight = 0;
  #cancelPoll: (() => void) | undefined;
  #stopped = false;

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: Ledger;
    readonly directory: InstrumentDirectory;
    readonly clock: Clock;
    readonly log: Log;
    readonly draft: DraftNotice;
    readonly queued: () => void;
  }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#draft = options.draft;
    this.#queued = options.queued;
  }

  /**
   * Runs one submit. Notices may come before the answer to their own order, so unmatched ones are held until no
   * request is under way, and are looked at again then.
   */
  async whileInFlight<T>(submit: () => Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await submit();
    } finally {
      this.#inFlight -= 1;
      const held = this.#held;
      this.#held = [];
      for (const notice of held) this.onNotice(notice);
      this.#schedulePoll(pollMs);
    }
  }

  /** A push from the venue. */
  onNotice(notice: ExecutionNotice): void {
    void this.#queue
      .run(() => this.#take(notice))
      .catch((error: unknown) => this.#log.error('notice not taken', { number: notice.number, error }));
  }

  /** Compares open orders with the venue's own list: after a reconnect, at start, and on a timer while any is open. */
  sync(): Promise<void> {
    return this.#queue.run(() => this.#compareWithVenue());
  }

  /** Orders of ours that may still rest at the venue; it keeps none from one day to the next. */
  async openToday(): Promise<readonly OrderRecord[]> {
    const today = koreanDay(this.#clock.now());
    const open = await this.#ledger.ordersByStatus(openStatuses);
    return open.filter((order) => order.intent.kind === 'place' && koreanDay(order.confirmedAt) === today);
  }

  /** Resolves when all that came in so far is dealt with. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
  }

  async #take(notice: ExecutionNotice): Promise<void> {
    const day = koreanDay(notice.at);
    const subject =
      notice.kind === 'filled' || notice.kind === 'rejected' ? notice.number : (notice.original ?? notice.number);
    const order = await this.#ledger.orderByNumber(subject, day);
    if (order === undefined) {
      if (this.#inFlight > 0) this.#held.push(notice);
      else await this.#takeForeign(notice, day);
      return;
    }
    if (order.intent.kind === 'cancel') return;
    if (notice.kind === 'filled') await this.#takeFill(order, notice, day);
    else if (notice.kind === 'cancelled') await this.#markCancelled(order);
    else if (notice.kind === 'rejected') await this.#markRejected(order);
  }

  /**
   * The notices of an order add up to what was told, unless one was lost or two were alike; then only the venue's list
   * knows. What was told only ever rises.
   */
  async #takeFill(order: OrderRecord, notice: ExecutionNotice, day: string): Promise<void> {
    const { noticedQuantity } = await this.#ledger.recordNotice(notice, day);
    const before = noticedQuantity - notice.quantity;
    if (before === order.filledQuantity && noticedQuantity <= intentQuantity(order.intent)) {
      await this.#raise(order, noticedQuantity, order.filledAmount + notice.quantity * notice.price, 'notice');
      return;
    }
    await this.#compareWithVenue();
    // The list may not show the newest fill yet.
    this.#schedulePoll(lookAgainMs);
  }

  async #takeForeign(notice: ExecutionNotice, day: string): Promise<void> {
    if (notice.kind !== 'filled') return;
    const unknown = await this.#ledger.ordersByStatus(['outcome-unknown']);
    const maybeOurs = unknown.some(
      ({ intent, confirmedAt }) =>
        koreanDay(confirmedAt) === day &&
        intent.kind === 'place' &&
        intent.request.symbol === notice.symbol &&
        intent.request.side === notice.side,
    );
    const { number, symbol, side, quantity, price } = notice;
    const name = this.#directory.get(symbol)?.name ?? (notice.name || symbol);
    const told: Notice = { kind: 'foreign-fill', number, symbol, name, side, quantity, price, maybeOurs };
    await this.#ledger.recordNotice(notice, day, this.#draft(told, undefined));
    this.#queued();
  }

  async #compareWithVenue(): Promise<void> {
    const today = koreanDay(this.#clock.now());
    const open = await this.openToday();
    if (open.length === 0) return;
    const listed = await this.#broker.executions({ from: today, to: today }, { priority: 'background' });
    for (const order of open) {
      const row = listed.find((candidate) => candidate.reference.number === order.reference?.number);
      if (row !== undefined) await this.#follow(order, row);
    }
    this.#schedulePoll(pollMs);
  }

  async #follow(order: OrderRecord, row: VenueOrder): Promise<void> {
    let current = order;
    if (row.filledQuantity > current.filledQuantity) {
      current = await this.#raise(current, row.filledQuantity, row.filledAmount, 'query');
    }
    const ended = row.remaining === 0 && row.filledQuantity < row.quantity;
    if (!ended || !openStatuses.includes(current.status)) return;
    if (row.rejectedQuantity > 0) await this.#markRejected(current);
    else await this.#markCancelled(current);
  }

  async #raise(order: OrderRecord, quantity: number, amount: number, source: 'notice' | 'query'): Promise<OrderRecord> {
    const more = quantity - order.filledQuantity;
    const price = Math.round((amount - order.filledAmount) / more);
    const event = {
      type: 'filled',
      quantity: more,
      price,
      filledQuantity: quantity,
      filledAmount: amount,
      source,
    } as const;
    const name = this.#nameOf(order);
    return this.#append(order, event, (after) => ({ kind: 'filled', order: after, name, quantity: more, price }));
  }

  async #markCancelled(order: OrderRecord): Promise<void> {
    if (!openStatuses.includes(order.status)) return;
    const quantity = intentQuantity(order.intent) - order.filledQuantity;
    const name = this.#nameOf(order);
    await this.#append(order, { type: 'cancelled', quantity }, (after) => ({
      kind: 'cancelled',
      order: after,
      name,
      quantity,
    }));
  }

  async #markRejected(order: OrderRecord): Promise<void> {
    if (order.status !== 'accepted') return;
    const name = this.#nameOf(order);
    await this.#append(order, { type: 'rejected', code: 'notice', text: '' }, (after) => ({
      kind: 'rejected',
      order: after,
      name,
    }));
  }

  /** Writes what happened and the message about it in one go. */
  async #append(order: OrderRecord, event: OrderEvent, notice: (after: OrderRecord) => Notice): Promise<OrderRecord> {
    const address = await this.#ledger.orderAddress(order.id);
    const after = await this.#ledger.appendOrderEvent(order.id, event, this.#clock.now(), (record) =>
      this.#draft(notice(record), address),
    );
    this.#queued();
    return after;
  }

  #nameOf(order: OrderRecord): string {
    const symbol = order.intent.kind === 'place' ? order.intent.request.symbol : order.intent.symbol;
    return this.#directory.get(symbol)?.name ?? symbol;
  }

  #schedulePoll(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelPoll?.();
    this.#cancelPoll = this.#clock.timer(delayMs, () => {
      void this.sync().catch((error: unknown) => {
        this.#log.warn('open orders not compared', { error });
        this.#schedulePoll(pollMs);
      });
    });
  }
}
