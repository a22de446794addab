import { fromKoreanDayAndTime, koreanDay } from '../../../clock.ts';
import { type Attribution, attribute, type Evidence, type Sighting } from '../../../domain/orders/attribution.ts';
import {
  type ExecutionNotice,
  isCancel,
  isScheduleIntent,
  mayBeConfused,
  type OrderEvent,
  type OrderRecord,
  type OrderReference,
  type OrderStatus,
  partOf,
  type SettledBy,
  type VenueOrder,
} from '../../../domain/orders/order.ts';
import type { Log } from '../../../log.ts';
import type { Broker } from '../../../ports/broker.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { Fills } from './fills.ts';
import { isUndecided } from './pending-orders.ts';
import { unknownPollMs } from './poll-schedule.ts';
import type { ScheduleList, ScheduleWatch } from './schedule-watch.ts';
import type { DayList } from './venue-lists.ts';

/** Polls that must have missed an order before it is called absent, however short the lists' lag is said to be. */
const leastMisses = 3;

/** Statuses in which the venue's lists may tell what the lost answer would have told. */
const doubtfulStatuses: readonly OrderStatus[] = ['outcome-unknown', 'asked', 'absent'];

/**
 * Finds out what became of a request whose answer was lost. The venue's lists and the held notices are the evidence. An
 * order that is found is accepted, one that stays missing for longer than the lists may lag is absent, and where the
 * evidence fits several orders the owner is asked.
 */
export class LostAnswers {
  readonly #broker: Broker;
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #schedules: ScheduleWatch;
  readonly #isSubmitting: () => boolean;
  readonly #heldNotices: () => readonly ExecutionNotice[];
  readonly #log: Log;
  readonly #missesToWait: number;
  /**
   * By order id, how many polls did not find the order, and when the last of them asked. The lists' lag is waited out by
   * counting polls some seconds apart: a difference of two times would be wrong when the clock is put forward.
   */
  readonly #misses = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: OrderLedger;
    readonly fills: Fills;
    readonly schedules: ScheduleWatch;
    /** Whether an order request is under way. */
    readonly isSubmitting: () => boolean;
    /** Notices whose order number matches no order yet. */
    readonly heldNotices: () => readonly ExecutionNotice[];
    readonly log: Log;
    /** How long the venue's lists may lag behind what they list, in milliseconds. */
    readonly visibilityMs: number;
  }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#fills = options.fills;
    this.#schedules = options.schedules;
    this.#isSubmitting = options.isSubmitting;
    this.#heldNotices = options.heldNotices;
    this.#log = options.log;
    this.#missesToWait = Math.max(leastMisses, Math.ceil(options.visibilityMs / unknownPollMs));
  }

  /** Looks for an order in the list of its day, where its outcome is in doubt. */
  async findOrder(order: OrderRecord, list: DayList): Promise<void> {
    if (!doubtfulStatuses.includes(order.status)) return;
    const ofDay = await this.#ledger.ordersOfDay(list.day);
    const twin = ofDay.some(
      (other) =>
        other.id !== order.id &&
        (isUndecided(other) || other.status === 'asked') &&
        mayBeConfused(other.intent, order.intent),
    );
    if (this.#mustWait(order, twin)) return;
    const sentAt = await this.#sentAt(order);
    await this.#conclude(order, list, attribute(order.intent, sentAt, await this.#evidence(order, list, ofDay)));
  }

  /** Looks for the effect of a request about a scheduled order in the list of scheduled orders. */
  async findSchedule({ id }: OrderRecord, list: ScheduleList): Promise<void> {
    const order = await this.#ledger.order(id);
    if (order === undefined || !doubtfulStatuses.includes(order.status)) return;
    const twin = (await this.#schedules.unsettled()).some(
      (other) => other.id !== id && other.status === 'outcome-unknown' && mayBeConfused(other.intent, order.intent),
    );
    if (this.#mustWait(order, twin)) return;
    const evidence = await this.#schedules.evidence(order, list);
    const attribution = attribute(order.intent, await this.#sentAt(order), evidence);
    const missing = attribution.kind === 'nothing' || attribution.kind === 'gone';
    if (missing && this.#schedules.mayLackRows(list)) return;
    await this.#conclude(order, list, attribution);
  }

  /** Writes down that the venue took a request, and what that did to the order which it amends. */
  async accept(order: OrderRecord, reference: OrderReference, by: SettledBy): Promise<OrderRecord> {
    const accepted = await this.settle(order, { type: 'accepted', reference, by });
    await this.replaceTarget(accepted);
    return accepted;
  }

  /** Writes down how a request ended, and tells the person who sent it. */
  async settle(order: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    const late = order.status === 'absent';
    const after = await this.#fills.append(order, event, (record) => ({ kind: 'settled', order: record, late }));
    this.#misses.delete(order.id);
    this.#log.warn('order outcome settled', { order: order.id, status: after.status, late });
    return after;
  }

  /** Closes the order, or the part of it, that an accepted amendment has replaced, where that order is ours. */
  async replaceTarget(order: OrderRecord): Promise<void> {
    const { intent, reference, confirmedAt } = order;
    if (isScheduleIntent(intent)) return this.#schedules.changed(order);
    if (intent.kind !== 'amend' || reference === undefined) return;
    const target = await this.#ledger.orderByNumber(intent.target.number, koreanDay(confirmedAt));
    if (target !== undefined) await this.#fills.replace(target, reference.number, partOf(intent));
  }

  /**
   * An order that is already asked about or absent is not looked for while another request is undecided or asked about
   * that the venue would list alike (`twin`), or while a request is under way: what fits may belong to that one.
   */
  #mustWait({ status }: OrderRecord, twin: boolean): boolean {
    return status !== 'outcome-unknown' && (twin || this.#isSubmitting());
  }

  async #conclude(order: OrderRecord, list: Pick<DayList, 'askedAt'>, attribution: Attribution): Promise<void> {
    if (attribution.kind === 'found') {
      const reference = attribution.sighting?.reference ?? { number: '', branch: '' };
      await this.accept(order, reference, 'list');
    } else if (attribution.kind === 'moot' && isCancel(order.intent.kind)) await this.#settleAsMoot(order);
    else if (order.status === 'outcome-unknown') await this.#waitOrAsk(order, list, attribution);
  }

  async #settleAsMoot(order: OrderRecord): Promise<void> {
    if (order.status !== 'absent') await this.settle(order, { type: 'rejected', code: 'moot', text: '' });
  }

  /** Draws a conclusion from a missing or doubtful order only after the lists had time to show everything. */
  async #waitOrAsk(order: OrderRecord, list: Pick<DayList, 'askedAt'>, attribution: Attribution): Promise<void> {
    const misses = this.#countMiss(order.id, list.askedAt);
    // The first poll stands at the beginning of the lag, so one more is needed than fit into it.
    if (misses <= this.#missesToWait) return;
    // The target may have been ended by this very amendment, which the list shows later than its effect. Hence the wait.
    if (attribution.kind === 'moot') return this.#settleAsMoot(order);
    if (attribution.kind === 'gone') {
      await this.accept(order, { number: '', branch: '' }, 'list');
      return;
    }
    const candidates = attribution.kind === 'ambiguous' ? attribution.candidates : [];
    if (candidates.length === 0 && this.#broker.venue.listsAll) {
      await this.settle(order, { type: 'absent', by: 'list' });
      return;
    }
    await this.#ask(order, candidates);
  }

  /** Counts polls at least `unknownPollMs` apart. Returns how many there were. */
  #countMiss(orderId: string, askedAt: number): number {
    const last = this.#misses.get(orderId);
    const apartMs = askedAt - (last?.at ?? askedAt);
    if (last === undefined || apartMs >= unknownPollMs) {
      this.#misses.set(orderId, { count: (last?.count ?? 0) + 1, at: askedAt });
    } else if (apartMs < 0) this.#misses.set(orderId, { ...last, at: askedAt });
    return this.#misses.get(orderId)?.count ?? 0;
  }

  /** Asks the owner which of the venue's orders it is, if any. */
  async #ask(order: OrderRecord, candidates: readonly Sighting[]): Promise<void> {
    const event = { type: 'asked', candidates: candidates.map(({ reference }) => reference.number) } as const;
    await this.#fills.append(order, event, (after) => ({
      kind: 'asked',
      order: after,
      candidates: candidates.map(({ reference: { number }, quantity, price, placedAt }) => ({
        number,
        quantity,
        price,
        placedAt,
      })),
    }));
    this.#log.warn('order outcome asked', { order: order.id, candidates: event.candidates });
  }

  /** When the request left, in milliseconds. */
  async #sentAt(order: OrderRecord): Promise<number> {
    const events = await this.#ledger.orderEvents(order.id);
    return events.find(({ event }) => event.type === 'submitting')?.at ?? order.confirmedAt;
  }

  async #evidence(order: OrderRecord, { day, rows }: DayList, ofDay: readonly OrderRecord[]): Promise<Evidence> {
    const owned = new Set(ofDay.flatMap(({ reference }) => (reference === undefined ? [] : [reference.number])));
    const before = await this.#ledger.seenBefore(order.id);
    const branches = new Map<VenueOrder['exchange'], Set<string>>();
    for (const { reference, exchange } of rows) {
      if (owned.has(reference.number)) {
        branches.set(exchange, (branches.get(exchange) ?? new Set()).add(reference.branch));
      }
    }
    const listed = new Set(rows.map(({ reference }) => reference.number));
    const unlisted = this.#heldNotices().filter(({ at, number }) => koreanDay(at) === day && !listed.has(number));
    return {
      sightings: [...rows.map(sightingOfRow), ...firstOfEachNumber(unlisted).map(sightingOfNotice)],
      isOwned: (number) => owned.has(number),
      wasSeenBefore: (number) => before.has(number),
      isOurBranch: ({ exchange, reference }) => {
        const known = exchange && branches.get(exchange);
        return known === undefined || known.has(reference.branch);
      },
    };
  }
}

function sightingOfRow(row: VenueOrder): Sighting {
  return { ...row, placedAt: fromKoreanDayAndTime(row.day, row.time), standing: row };
}

/** The first notice about each order. It tells of the order's acceptance, unless that notice was lost. */
function firstOfEachNumber(notices: readonly ExecutionNotice[]): readonly ExecutionNotice[] {
  return notices.filter((notice, index) => notices.findIndex(({ number }) => number === notice.number) === index);
}

function sightingOfNotice(notice: ExecutionNotice): Sighting {
  const { number, original, symbol, side, kind, at } = notice;
  const fill = kind === 'filled';
  return {
    reference: { number, branch: '' },
    original,
    action: original === undefined ? 'new' : kind === 'cancelled' ? 'cancel' : 'amend',
    symbol,
    side,
    quantity: notice.orderQuantity || notice.quantity,
    price: fill ? undefined : notice.price,
    type: undefined,
    exchange: undefined,
    viaApi: undefined,
    placedAt: at,
    standing: undefined,
  };
}
