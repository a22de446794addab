import { type Clock, koreanDay, koreanTime } from '../../../clock.ts';
import { krxHours } from '../../../domain/market/session.ts';
import {
  type ExecutionNotice,
  intentIssue,
  isCancel,
  type OrderEvent,
  type OrderRecord,
  openStatuses,
  partOf,
  restOf,
  standingQuantity,
  unsettledStatuses,
  type VenueOrder,
} from '../../../domain/orders/order.ts';
import type { ChatAddress } from '../../../domain/people/chat-address.ts';
import type { Notice } from '../../../domain/people/notice.ts';
import type { MadeOrder, OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { OutboxDraft } from '../../../ports/ledger/outbox-store.ts';
import type { InstrumentDirectory } from '../../../ports/symbols.ts';

/** The messages that tell of something: to the chat that asked for it, or to the owners where nobody did. */
export type DraftNotice = (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];

/** Orders given after KRX's close end then, `HHmm`; what is left is listed as rejected from then on. */
const lastClose = '2000';

/**
 * Writes down what became of our orders at the venue and tells it, each share once. It is handed pushes and rows of the
 * venue's list one at a time by the reconciler, because both may speak of the same shares.
 */
export class Fills {
  readonly #ledger: OrderLedger;
  readonly #directory: InstrumentDirectory;
  readonly #clock: Clock;
  readonly #draft: DraftNotice;
  readonly #queued: () => void;
  readonly #filled: (symbol: string) => void;

  constructor(options: {
    readonly ledger: OrderLedger;
    readonly directory: InstrumentDirectory;
    readonly clock: Clock;
    readonly draft: DraftNotice;
    readonly queued: () => void;
    /** Told of every fill in the account, once it is written down. */
    readonly filled: (symbol: string) => void;
  }) {
    this.#ledger = options.ledger;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#draft = options.draft;
    this.#queued = options.queued;
    this.#filled = options.filled;
  }

  /** A push about an order of ours. False when it leaves a doubt that only the venue's list can settle. */
  async take(order: OrderRecord, notice: ExecutionNotice): Promise<boolean> {
    if (isCancel(order.intent.kind)) return true;
    switch (notice.kind) {
      case 'filled':
        return this.#takeFill(order, notice);
      case 'rejected':
        if (order.status === 'accepted') await this.#markRejected(order);
        return true;
      case 'cancelled': {
        const whole = await this.#isOfAll(order, notice);
        if (whole) await this.#markCancelled(order);
        return whole;
      }
      case 'amended':
        return false;
      case 'accepted':
        return true;
    }
  }

  /** A fill of an order that is not ours, or that we cannot tie to one of ours. */
  async takeForeign(notice: ExecutionNotice, maybeOurs: boolean): Promise<void> {
    if (notice.kind !== 'filled') return;
    const { number, symbol, side, quantity, price } = notice;
    const name = this.#directory.get(symbol)?.name ?? (notice.name || symbol);
    const told: Notice = { kind: 'foreign-fill', number, symbol, name, side, quantity, price, maybeOurs };
    await this.#ledger.recordNotice(notice, koreanDay(notice.at), this.#draft(told, undefined));
    this.#queued();
    this.#filled(symbol);
  }

  /**
   * Brings an order of ours in line with its row in the venue's list; `rows` are all of that day. What was told only
   * ever rises, so a list that is older than a push does no harm.
   */
  async follow(order: OrderRecord, row: VenueOrder, rows: readonly VenueOrder[]): Promise<OrderRecord> {
    let current = order;
    if (row.filledQuantity > current.filledQuantity) {
      current = await this.#raise(current, row.filledQuantity, row.filledAmount, 'query');
    }
    if (!isOpen(current)) return current;
    const over = row.remaining === 0 && row.filledQuantity < row.quantity;
    const cancelled = row.cancelledQuantity - current.cancelledQuantity;
    const successors = await this.#newSuccessors(current, rows);
    for (const [index, { reference, quantity }] of successors.entries()) {
      // Whatever it is listed with: where nothing is left, the last of them took what was.
      const takesRest = over && cancelled <= 0 && index === successors.length - 1;
      const before = current;
      current = await this.replace(current, reference.number, takesRest ? undefined : quantity);
      if (current === before) return current;
    }
    if (cancelled > 0 && isOpen(current)) {
      const all = cancelled >= restOf(current) || (over && row.rejectedQuantity === 0);
      current = all ? await this.#markCancelled(current) : await this.#markPartCancelled(current, cancelled);
    }
    if (!over || !isOpen(current)) return current;
    if (row.rejectedQuantity === 0) return this.#markCancelled(current);
    return isOverAt(this.#clock.now(), row) || current.status === 'partly-filled'
      ? this.expire(current)
      : this.#markRejected(current);
  }

  /**
   * What was left of an order, or a part of it, goes on under another number. Told only when that was not our doing.
   * Returns the very order it was given where that was written down before, or may be ours without our knowing yet.
   */
  async replace(order: OrderRecord, number: string, part?: number): Promise<OrderRecord> {
    if (!isOpen(order) || (await this.#knowsSuccessor(order, number))) return order;
    const all = part === undefined || part >= restOf(order);
    const quantity = all ? restOf(order) : part;
    const event = { type: all ? 'replaced' : 'part-replaced', quantity, number } as const;
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(order.confirmedAt));
    const amendments = ofDay.filter(
      ({ intent }) => intent.kind === 'amend' && intent.target.number === order.reference?.number,
    );
    if (amendments.some(({ reference }) => reference?.number === number)) {
      return this.#ledger.appendOrderEvent(order.id, event, this.#clock.now());
    }
    // It may be one of ours whose number is not known yet.
    if (amendments.some(({ status }) => unsettledStatuses.includes(status))) return order;
    const name = this.#nameOf(order);
    return this.append(order, event, (after) => ({ kind: event.type, order: after, name, quantity, number }));
  }

  /** The order's day is over. */
  async expire(order: OrderRecord): Promise<OrderRecord> {
    if (!isOpen(order)) return order;
    const quantity = restOf(order);
    const name = this.#nameOf(order);
    const event = { type: 'expired', quantity } as const;
    return this.append(order, event, (after) => ({ kind: 'expired', order: after, name, quantity }));
  }

  /** The venue made an order of a scheduled one. Undefined where that was written down before. */
  async made(schedule: OrderRecord, made: MadeOrder): Promise<OrderRecord | undefined> {
    const to = await this.#ledger.orderAddress(schedule.id);
    const order = await this.#ledger.orderFromSchedule(schedule.id, made, this.#clock.now(), (after, written) =>
      this.#draft({ kind: 'schedule-sent', schedule: after, order: written }, to),
    );
    this.#queued();
    return order;
  }

  nameOf(symbol: string): string {
    return this.#directory.get(symbol)?.name ?? symbol;
  }

  /** Writes what happened and the message about it in one go. */
  async append(
    order: OrderRecord,
    event: OrderEvent,
    notice: (after: OrderRecord) => Notice,
    address?: ChatAddress,
  ): Promise<OrderRecord> {
    const to = address ?? (await this.#ledger.orderAddress(order.id));
    const after = await this.#ledger.appendOrderEvent(order.id, event, this.#clock.now(), (record) =>
      this.#draft(notice(record), to),
    );
    this.#queued();
    return after;
  }

  /**
   * The pushes of an order add up to what was told, unless one was lost or two were alike; then only the venue's list
   * knows.
   */
  async #takeFill(order: OrderRecord, notice: ExecutionNotice): Promise<boolean> {
    const { noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));
    const before = noticedQuantity - notice.quantity;
    if (before !== order.filledQuantity || noticedQuantity > standingQuantity(order)) return false;
    await this.#raise(order, noticedQuantity, order.filledAmount + notice.quantity * notice.price, 'notice');
    return true;
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
    const after = await this.append(order, event, (record) => {
      return { kind: 'filled', order: record, name, quantity: more, price };
    });
    this.#filled(intentIssue(order.intent).symbol);
    return after;
  }

  async #markCancelled(order: OrderRecord): Promise<OrderRecord> {
    if (!isOpen(order)) return order;
    const quantity = restOf(order);
    const name = this.#nameOf(order);
    const event = { type: 'cancelled', quantity } as const;
    return this.append(order, event, (after) => ({ kind: 'cancelled', order: after, name, quantity }));
  }

  #markPartCancelled(order: OrderRecord, quantity: number): Promise<OrderRecord> {
    const name = this.#nameOf(order);
    const event = { type: 'part-cancelled', quantity } as const;
    return this.append(order, event, (after) => ({ kind: 'part-cancelled', order: after, name, quantity }));
  }

  /**
   * Whether a push of a cancel is about all that was left. Paper's tells no quantity; and where a part is known to be
   * cancelled, it may be that part which is told again.
   */
  async #isOfAll(order: OrderRecord, notice: ExecutionNotice): Promise<boolean> {
    const cancel = await this.#ledger.orderByNumber(notice.number, koreanDay(notice.at));
    const asMany = notice.quantity >= restOf(order);
    if (cancel?.intent.kind === 'cancel') {
      return partOf(cancel.intent) === undefined && (notice.quantity === 0 || asMany);
    }
    return asMany && order.cancelledQuantity === 0;
  }

  /** The amendments of an order that a list shows and that are not written down, oldest first. */
  async #newSuccessors(order: OrderRecord, rows: readonly VenueOrder[]): Promise<readonly VenueOrder[]> {
    const fresh: VenueOrder[] = [];
    for (const row of rows) {
      const amends = row.action === 'amend' && row.original === order.reference?.number;
      if (amends && !(await this.#knowsSuccessor(order, row.reference.number))) fresh.push(row);
    }
    return fresh.toSorted((one, other) => Number(one.reference.number) - Number(other.reference.number));
  }

  async #knowsSuccessor(order: OrderRecord, number: string): Promise<boolean> {
    const events = await this.#ledger.orderEvents(order.id);
    return events.some(({ event }) => event.type === 'part-replaced' && event.number === number);
  }

  #markRejected(order: OrderRecord): Promise<OrderRecord> {
    const name = this.#nameOf(order);
    const event = { type: 'rejected', code: 'notice', text: '' } as const;
    return this.append(order, event, (after) => ({ kind: 'rejected', order: after, name }));
  }

  #nameOf(order: OrderRecord): string {
    return this.nameOf(intentIssue(order.intent).symbol);
  }
}

/** Whether the close has ended an order, as against the exchange. */
function isOverAt(now: number, { day, time }: VenueOrder): boolean {
  const { close } = krxHours(day);
  return day < koreanDay(now) || koreanTime(now).slice(0, 4) >= (time.slice(0, 4) < close ? close : lastClose);
}

/** Whether something of it may rest at the venue. */
function isOpen({ status }: OrderRecord): boolean {
  return openStatuses.includes(status);
}
