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

/** Drafts the messages about a notice: to the chat that asked for the order, or to the owners where nobody did. */
export type DraftNotice = (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];

/** When orders that were given after KRX's close end, `HHmm`. From then on the venue lists their rest as rejected. */
const lastClose = '2000';

/**
 * Writes down what became of our orders at the venue, and tells each filled share once. Execution notices and rows of
 * the venue's list may speak of the same shares, so the reconciler hands them over one at a time.
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
    /** Called after every fill in the account was written down. */
    readonly filled: (symbol: string) => void;
  }) {
    this.#ledger = options.ledger;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#draft = options.draft;
    this.#queued = options.queued;
    this.#filled = options.filled;
  }

  /**
   * Takes an execution notice about an order of ours. Returns false where only the venue's list can tell what happened.
   */
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

  /** Takes a fill of an order that is not ours, or that cannot be matched to one of ours. */
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
   * Brings an order of ours in line with its row in the venue's list; `rows` are all rows of that day. The filled
   * quantity only ever rises, so a list that is older than a notice does no harm.
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
      // Where nothing is left of the order, its last amendment took the rest, whatever quantity is listed for it.
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
   * What was left of an order, or a part of it, goes on under another number. It is told only where the amendment is
   * not ours. Returns the very record it was given where the amendment was written down before, or may be one of ours
   * whose number is not known yet.
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
    // The amendment may be one of ours whose number is not known yet.
    if (amendments.some(({ status }) => unsettledStatuses.includes(status))) return order;
    const name = this.#nameOf(order);
    return this.append(order, event, (after) => ({ kind: event.type, order: after, name, quantity, number }));
  }

  /** Ends what is left of an order, because its day is over. */
  async expire(order: OrderRecord): Promise<OrderRecord> {
    if (!isOpen(order)) return order;
    const quantity = restOf(order);
    const name = this.#nameOf(order);
    const event = { type: 'expired', quantity } as const;
    return this.append(order, event, (after) => ({ kind: 'expired', order: after, name, quantity }));
  }

  /**
   * Writes down an order that the venue made of a scheduled one. Returns undefined where that was written down before.
   */
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

  /** Writes an event and the messages about it in one transaction. */
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
   * Takes a fill notice where the notices of the order add up to what is known. They do not where a notice was lost or
   * two were alike: then only the venue's list tells, and false is returned.
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
   * Whether the notice of a cancel is about all that was left. Paper's notice has no quantity. Where a part is known to
   * be cancelled, the notice may tell of that part again.
   */
  async #isOfAll(order: OrderRecord, notice: ExecutionNotice): Promise<boolean> {
    const cancel = await this.#ledger.orderByNumber(notice.number, koreanDay(notice.at));
    const asMany = notice.quantity >= restOf(order);
    if (cancel?.intent.kind === 'cancel') {
      return partOf(cancel.intent) === undefined && (notice.quantity === 0 || asMany);
    }
    return asMany && order.cancelledQuantity === 0;
  }

  /** The amendments of an order that a list shows and the ledger lacks, oldest first. */
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

/** Whether the close has ended an order, rather than the exchange by a rejection. */
function isOverAt(now: number, { day, time }: VenueOrder): boolean {
  const { close } = krxHours(day);
  return day < koreanDay(now) || koreanTime(now).slice(0, 4) >= (time.slice(0, 4) < close ? close : lastClose);
}

/** Whether a part of the order may rest at the venue. */
function isOpen({ status }: OrderRecord): boolean {
  return openStatuses.includes(status);
}
