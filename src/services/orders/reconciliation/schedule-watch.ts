import { type Clock, fromKoreanDayAndTime, koreanDay, koreanTime, previousDay } from '../../../clock.ts';
import { krxHours } from '../../../domain/market/session.ts';
import type { Evidence, Sighting } from '../../../domain/orders/attribution.ts';
import {
  type ExecutionNotice,
  intentIssue,
  isScheduleIntent,
  type OrderEvent,
  type OrderRecord,
  type OrderRequest,
  type ScheduleIntent,
  type VenueOrder,
} from '../../../domain/orders/order.ts';
import {
  isWaiting,
  listMayLackRows,
  ordersMadeOf,
  type ScheduledOrder,
} from '../../../domain/orders/scheduled-order.ts';
import type { Log } from '../../../log.ts';
import type { Broker } from '../../../ports/broker.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { ScheduleBroker } from '../../../ports/scheduled-orders.ts';
import type { Fills } from './fills.ts';

/** Scheduled orders as the venue lists them. */
export interface ScheduleList {
  readonly rows: readonly ScheduledOrder[];
  /** When the list was asked for, in milliseconds. What happened later may be missing from it. */
  readonly askedAt: number;
}

/**
 * The venue makes orders of scheduled ones before the market opens. One that it has not sent so long after the opening
 * is told, once.
 */
const overdueAfterMs = 5 * 60_000;
/** The time of day that stands for the sending while the list of orders does not show the order yet. */
const beforeOpening = '083000';

type Scheduled = OrderRecord & { readonly intent: Exclude<ScheduleIntent, { readonly kind: 'cancel-schedule' }> };

/**
 * Follows scheduled orders. The venue sends no notice about them, so its list is read before and after the opening, at
 * a start, and when a notice names an order that nobody knows. An order that the venue made of a scheduled one gets a
 * record of its own, owned by the person who scheduled it, and is then an order like any other. The reconciler makes
 * the calls one at a time.
 */
export class ScheduleWatch {
  readonly #broker: Broker;
  readonly #schedules: ScheduleBroker;
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  #comparedAt = 0;

  constructor(options: {
    readonly broker: Broker;
    readonly schedules: ScheduleBroker;
    readonly ledger: OrderLedger;
    readonly fills: Fills;
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
  }) {
    this.#broker = options.broker;
    this.#schedules = options.schedules;
    this.#ledger = options.ledger;
    this.#fills = options.fills;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#newId = options.newId;
  }

  /** The scheduled orders that the venue keeps, as far as the ledger knows. */
  async kept(): Promise<readonly Scheduled[]> {
    return (await this.#ledger.ordersByStatus(['scheduled'])).filter(isScheduled);
  }

  /** Requests about scheduled orders whose outcome the list may tell. An absent one of today may be listed late. */
  async unsettled(): Promise<readonly OrderRecord[]> {
    const orders = await this.#ledger.ordersByStatus(['outcome-unknown', 'asked', 'absent']);
    const today = koreanDay(this.#clock.now());
    return orders.filter(
      ({ intent, status, confirmedAt }) =>
        isScheduleIntent(intent) && (status !== 'absent' || koreanDay(confirmedAt) === today),
    );
  }

  /** Whether an execution notice may be about an order that the venue has just made of a scheduled one. */
  async mayExplain({ symbol, side, at }: ExecutionNotice): Promise<boolean> {
    if (this.#comparedAt > at) return false;
    return (await this.kept()).some(({ intent: { request } }) => request.symbol === symbol && request.side === side);
  }

  /** Reads the venue's list of scheduled orders. @throws AppError `venue.*`. */
  async read(): Promise<ScheduleList> {
    const askedAt = this.#clock.now();
    return { rows: await this.#schedules.scheduledOrders({ priority: 'background' }), askedAt };
  }

  /** What the list tells about the outcome of a request. */
  async evidence(order: OrderRecord, { rows }: ScheduleList): Promise<Evidence> {
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(order.confirmedAt));
    const owned = new Set(ofDay.flatMap(({ reference }) => (reference === undefined ? [] : [reference.number])));
    const before = await this.#ledger.seenBefore(order.id);
    const { intent } = order;
    const today = koreanDay(this.#clock.now());
    const until = intent.kind === 'schedule' ? intent.until : undefined;
    // The venue uses numbers again. A row about another issue or side belongs to another scheduled order.
    const { symbol, side } = intentIssue(intent);
    return {
      sightings: rows
        .filter((row) => row.symbol === symbol && row.side === side)
        // A scheduled order of a type that cannot be ordered here came of no request of ours. But it may be cancelled.
        .filter((row) => row.type !== undefined || intent.kind === 'cancel-schedule')
        .filter((row) => until === undefined || row.until === until)
        .map((row) => sighting(row, today)),
      isOwned: (number) => owned.has(number),
      wasSeenBefore: (number) => before.has(number),
      isOurBranch: () => true,
    };
  }

  /** Whether the list may lack rows at the time at which it was read. */
  mayLackRows({ askedAt }: ScheduleList): boolean {
    return listMayLackRows(koreanDay(askedAt), koreanTime(askedAt));
  }

  /** Writes down what an accepted amendment or cancel did to its scheduled order, where that is one of ours. */
  async changed({ id, intent, reference }: OrderRecord): Promise<void> {
    if (intent.kind !== 'amend-schedule' && intent.kind !== 'cancel-schedule') return;
    const { number } = intent.target;
    const target = (await this.kept()).find((kept) => kept.id !== id && kept.reference?.number === number);
    if (target === undefined) return;
    if (intent.kind === 'cancel-schedule') await this.#cancelled(target, undefined);
    else await this.#replaced(target, reference?.number ?? number);
  }

  /**
   * Brings the ledger in line with the list. A scheduled order that cannot be compared does not stop the others; the
   * result is then false.
   */
  async conclude(list: ScheduleList): Promise<boolean> {
    let complete = true;
    const all = await this.kept();
    for (const [index, kept] of all.entries()) {
      const rows = list.rows.filter((one) => isRowOf(kept, one)).toSorted((a, b) => a.day.localeCompare(b.day));
      try {
        // An amended scheduled order keeps its number. Where the process ended before the old record was closed, two
        // records have it.
        const amended = all.slice(index + 1).find((later) => isAmendmentOf(later, kept));
        if (amended !== undefined) await this.#replaced(kept, amended.intent.target.number);
        else if (rows.length === 0 && this.mayLackRows(list)) complete = false;
        else await this.#followOne(kept, rows);
      } catch (error) {
        complete = false;
        this.#log.error('scheduled order not compared', { order: kept.id, error });
      }
    }
    if (complete) this.#comparedAt = Math.max(this.#comparedAt, list.askedAt);
    return complete;
  }

  /**
   * Follows one scheduled order; `rows` are its rows. How KIS lists an order of several days was never seen, so there
   * may be many.
   */
  async #followOne(kept: Scheduled, rows: readonly ScheduledOrder[]): Promise<void> {
    const today = koreanDay(this.#clock.now());
    const row = rows.at(-1);
    // The orders that the venue made belong to the person who scheduled them, whatever ended the scheduled order.
    for (const one of rows) if (one.orderNumber !== undefined) await this.#link(kept, one, one.orderNumber);
    if ((await this.#ledger.order(kept.id))?.status !== 'scheduled') return;
    if (row?.state === 'cancelled') return this.#cancelled(kept, row);
    if (row?.state === 'refused') await this.#refuse(kept, row, today);
    const current = await this.#ledger.order(kept.id);
    if (current?.status !== 'scheduled') return;
    const last = kept.intent.until ?? row?.day ?? kept.intent.day;
    if (last < today) return this.#expire(kept, row);
    await this.#tellOverdue(kept, row, today);
  }

  /**
   * Writes down the orders that the venue made of a scheduled one. Their days and terms come from the list of orders.
   */
  async #link(kept: Scheduled, row: ScheduledOrder, number: string): Promise<void> {
    const today = koreanDay(this.#clock.now());
    const sent = await this.#sentOn(kept);
    // An order of several days may get the same number again on another day.
    if (sent.some((event) => event.number === number && (row.until === null || event.day === today))) return;
    const { symbol, side } = row;
    const from = row.day < today ? row.day : today;
    const listed = await this.#broker.executions({ from, to: today, symbol }, { priority: 'background' });
    const theirs = listed.filter((one) => one.side === side && one.action === 'new');
    const orders = ordersMadeOf({ ...row, orderNumber: number }, sent, theirs);
    for (const order of orders) await this.#write(kept, row, order, listed);
    // An order of several days may have been sent on any of them. Until the list of orders shows it nobody knows which.
    if (orders.length === 0 && row.until === null) await this.#write(kept, row, undefined, listed);
  }

  /** Writes down one order that the venue made, and what became of it so far. */
  async #write(
    kept: Scheduled,
    row: ScheduledOrder,
    order: VenueOrder | undefined,
    listed: readonly VenueOrder[],
  ): Promise<void> {
    const day = order?.day ?? row.day;
    const told = order?.type === 'other' ? undefined : order?.type;
    const type = told ?? row.type ?? kept.intent.request.type;
    const price = order?.price ?? row.price;
    const request: OrderRequest = {
      symbol: row.symbol,
      side: row.side,
      type,
      quantity: order?.quantity ?? row.quantity,
      price: type === 'market' || price === 0 ? null : price,
      exchange: order?.exchange ?? 'KRX',
    };
    const reference = order?.reference ?? { number: row.orderNumber ?? '', branch: '' };
    const at = fromKoreanDayAndTime(day, order?.time ?? beforeOpening);
    const made = await this.#fills.made(kept, { id: this.#newId(), request, reference, day, at });
    if (made === undefined) return;
    this.#log.info('scheduled order sent by the venue', { order: kept.id, number: reference.number });
    if (order !== undefined) {
      const sameDay = listed.filter((one) => one.day === order.day);
      await this.#fills.follow(made, order, sameDay);
    }
  }

  async #sentOn(kept: Scheduled): Promise<readonly Extract<OrderEvent, { readonly type: 'sent-on' }>[]> {
    const events = await this.#ledger.orderEvents(kept.id);
    return events.flatMap(({ event }) => (event.type === 'sent-on' ? [event] : []));
  }

  async #refuse(kept: Scheduled, { day, until, reason }: ScheduledOrder, today: string): Promise<void> {
    const events = (await this.#ledger.orderEvents(kept.id)).map(({ event }) => event);
    const latest = events.findLast(({ type }) => type === 'turned-down' || type === 'sent-on');
    // For an order of several days the venue does not say which day it refused, and repeats the refusal on later days.
    // The same words are told once.
    if (latest?.type === 'turned-down' && latest.text === reason) return;
    // Before the opening a refusal is about an earlier day: the last day has not had its turn yet.
    const turn = this.#isOpened(today) ? today : previousDay(today);
    const event = { type: 'turned-down', day: until === null ? day : turn, text: reason } as const;
    await this.#fills.append(kept, event, (order) => ({ kind: 'schedule-refused', order, reason }));
  }

  async #replaced(kept: Scheduled, number: string): Promise<void> {
    const event = { type: 'replaced', quantity: kept.intent.request.quantity, number } as const;
    await this.#ledger.appendOrderEvent(kept.id, event, this.#clock.now());
  }

  async #cancelled(kept: Scheduled, row: ScheduledOrder | undefined): Promise<void> {
    const { symbol, quantity: whole } = kept.intent.request;
    const name = this.#fills.nameOf(symbol);
    const quantity = Math.max(0, whole - Math.max(row?.filledQuantity ?? 0, await this.#filledOf(kept)));
    const event = { type: 'cancelled', quantity } as const;
    await this.#fills.append(kept, event, (order) => ({ kind: 'cancelled', order, name, quantity }));
  }

  /** Shares that were filled of the orders which the venue made, as far as they are known. */
  async #filledOf(kept: Scheduled): Promise<number> {
    let filled = 0;
    for (const { number, day } of await this.#sentOn(kept)) {
      filled += (await this.#ledger.orderByNumber(number, day))?.filledQuantity ?? 0;
    }
    return filled;
  }

  /**
   * Ends a scheduled order whose last day is over. Where everything was filled nothing is told: its orders told that.
   */
  async #expire(kept: Scheduled, row: ScheduledOrder | undefined): Promise<void> {
    const { quantity } = kept.intent.request;
    const filledQuantity = row?.filledQuantity ?? 0;
    const left = quantity - filledQuantity;
    const event = { type: 'expired', quantity: Math.max(0, left) } as const;
    if (left <= 0) await this.#ledger.appendOrderEvent(kept.id, event, this.#clock.now());
    else
      await this.#fills.append(kept, event, (order) => ({
        kind: 'schedule-ended',
        order,
        listed: row !== undefined,
        filledQuantity,
      }));
  }

  async #tellOverdue(kept: Scheduled, row: ScheduledOrder | undefined, today: string): Promise<void> {
    const day = row?.day ?? kept.intent.day;
    // A row with an order number was dealt with, also where another record tells of that order.
    if (day !== today || row?.orderNumber !== undefined || !this.#isOpened(today, overdueAfterMs)) return;
    const known = (await this.#ledger.orderEvents(kept.id)).some(
      ({ event: { type } }) => type === 'overdue' || type === 'sent-on' || type === 'turned-down',
    );
    if (known) return;
    const event = { type: 'overdue', day } as const;
    await this.#fills.append(kept, event, (order) => ({
      kind: 'schedule-overdue',
      order,
      listed: row !== undefined,
      filledQuantity: row?.filledQuantity ?? 0,
    }));
  }

  /** Whether the market opened on `day` so long ago. */
  #isOpened(day: string, longAgoMs = 0): boolean {
    return this.#clock.now() >= fromKoreanDayAndTime(day, `${krxHours(day).open}00`) + longAgoMs;
  }
}

function isAmendmentOf(
  later: Scheduled,
  earlier: Scheduled,
): later is Scheduled & { readonly intent: { readonly kind: 'amend-schedule' } } {
  return later.intent.kind === 'amend-schedule' && later.intent.target.number === earlier.reference?.number;
}

function isScheduled(order: OrderRecord): order is Scheduled {
  return order.intent.kind === 'schedule' || order.intent.kind === 'amend-schedule';
}

/**
 * Whether a row belongs to a record. The venue uses numbers again on another day, so the issue and the side must fit as
 * well.
 */
function isRowOf({ intent, reference }: OrderRecord, row: ScheduledOrder): boolean {
  const { symbol, side } = intentIssue(intent);
  return row.reference.number === reference?.number && row.symbol === symbol && row.side === side;
}

function sighting(row: ScheduledOrder, today: string): Sighting {
  const { reference, symbol, side, quantity, type, price, receivedAt, state } = row;
  return {
    reference,
    original: undefined,
    action: 'new',
    symbol,
    side,
    quantity,
    type,
    price,
    exchange: undefined,
    viaApi: undefined,
    placedAt: receivedAt,
    standing: {
      remaining: isWaiting(row, today) ? quantity : 0,
      cancelledQuantity: state === 'cancelled' ? quantity : 0,
    },
  };
}
