import { type Clock, fromKoreanDayAndTime, koreanDay } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import { type Attribution, attribute, type Evidence, type Sighting } from '../../domain/orders/attribution.ts';
import {
  type ExecutionNotice,
  intentIssue,
  isCancel,
  isScheduleIntent,
  mixedUpEasily,
  type OrderEvent,
  type OrderRecord,
  type OrderReference,
  type OrderStatus,
  openStatuses,
  orderNumber,
  partOf,
  type SettledBy,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import { scheduleNumber } from '../../domain/orders/scheduled-order.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OrderLedger } from '../../ports/ledger/order-ledger.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { Fills } from './fills.ts';
import type { ScheduleList, ScheduleWatch } from './schedule-watch.ts';

/** While an order is open: a push may have been lost without a trace. */
const pollMs = 30_000;
/** While an outcome is unknown. */
const unknownPollMs = 5_000;
/** After something that one more look may explain. */
const soonMs = 1_000;
/** No request is under way for longer than this, in whatever process. */
const longestSubmitMs = 60_000;
const listedMs = 80 * 24 * 3_600_000;
const longestAlignBackoffMs = 30_000;
/** Looks that must have found nothing before an order is called absent, however short the lag is said to be. */
const leastLooks = 3;

/** Endings that a push may tell while a fill that came before is still to be told. */
const endedByPush: readonly OrderStatus[] = ['cancelled', 'replaced', 'expired'];

/** What the owner says of an order whose outcome the venue's lists do not tell: its number, or that there is none. */
export type Verdict = { readonly kind: 'number'; readonly number: string } | { readonly kind: 'none' };

/** The venue's lists of one day. */
interface DayList {
  readonly day: string;
  readonly rows: readonly VenueOrder[];
  /** When it was asked for, in milliseconds: what happened later may be missing. */
  readonly askedAt: number;
}

/**
 * Keeps the ledger in line with the venue. Pushes and lists come together here, in one queue; what an order's lost
 * answer would have told is found out from both, and only where they cannot tell a person is asked.
 */
export class Reconciler {
  readonly #broker: Broker;
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #schedules: ScheduleWatch;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #looksToWait: number;
  /** How long an order that is over is still looked at. */
  readonly #afterwardsMs: number;
  readonly #queue = new SerialQueue();
  /** Pushes whose order number nobody knows yet, while it may still turn out to be ours. */
  #held: ExecutionNotice[] = [];
  /** Pushes that came while the ledger could not be written. */
  #unwritten: ExecutionNotice[] = [];
  #recovered = false;
  #inFlight = 0;
  /**
   * Looks that did not find an unknown order, by its id. The lag is waited out by looks some seconds apart and not by
   * the difference of two times, because a clock may be put forward in between.
   */
  readonly #misses = new Map<string, { readonly count: number; readonly at: number }>();
  /** Numbers that are on the disk as seen, of one day. */
  #noted: { day: string; readonly numbers: Set<string> } = { day: '', numbers: new Set() };
  #looking: Promise<void> | undefined;
  #lookAgain: Promise<void> | undefined;
  /** Scheduled orders that could not be compared: nothing else would look at them before the next morning. */
  #schedulesBehind = false;
  #nextLook: { readonly at: number; readonly cancel: () => void } | undefined;
  #lastLookAt: number | undefined;
  #ready = true;
  #stopped = false;

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: OrderLedger;
    readonly fills: Fills;
    readonly schedules: ScheduleWatch;
    readonly clock: Clock;
    readonly log: Log;
    /** How long the venue's lists may lag behind what they list, in milliseconds. */
    readonly visibilityMs: number;
  }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#fills = options.fills;
    this.#schedules = options.schedules;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#afterwardsMs = options.visibilityMs + pollMs;
    this.#looksToWait = Math.max(leastLooks, Math.ceil(options.visibilityMs / unknownPollMs));
  }

  /** False after a start, until the ledger was brought in line with the venue: no order is sent before. */
  get ready(): boolean {
    return this.#ready;
  }

  /** When the venue's lists were last read, in milliseconds. */
  get lastLookAt(): number | undefined {
    return this.#lastLookAt;
  }

  /**
   * What a start finds in the ledger. A `confirmed` was never sent, because `submitting` is on the disk before the
   * request leaves; a `submitting` may have been: it is not sent again but looked for.
   */
  async recover(): Promise<void> {
    this.#ready = false;
    for (const record of await this.#ledger.ordersByStatus(['confirmed'])) {
      await this.#recoverOne(record, { type: 'never-sent' }, 'never-sent');
    }
    for (const record of await this.#ledger.ordersByStatus(['submitting'])) {
      await this.#recoverOne(record, { type: 'outcome-unknown', code: 'process-ended', text: '' }, 'outcome-unknown');
    }
    this.#recovered = true;
    this.#ready = (await this.#ledger.ordersByStatus(['outcome-unknown', ...openStatuses])).length === 0;
  }

  /** The ledger can be written again: takes what came meanwhile. Returns how many pushes that were. */
  async catchUp(): Promise<number> {
    const pushes = this.#unwritten;
    this.#unwritten = [];
    for (const notice of pushes) this.#handOver(notice, true);
    await this.#queue.idle();
    if (this.#recovered) this.syncSoon();
    return pushes.length - this.#unwritten.length;
  }

  /** Brings the ledger in line with the venue; tries until it could be asked, and resolves then (or when stopped). */
  async align(): Promise<void> {
    for (let backoffMs = soonMs; !this.#stopped; backoffMs = Math.min(longestAlignBackoffMs, backoffMs * 2)) {
      try {
        if (!this.#recovered) await this.recover();
        await this.sync();
        this.#ready = true;
        return;
      } catch (error) {
        this.#log.warn('venue not asked at start', { backoffMs, error });
        await this.#clock.sleep(backoffMs);
      }
    }
  }

  /**
   * Runs one submit. Pushes may come before the answer to their own order, so those that fit none are held until no
   * request is under way, and are looked at again then.
   */
  async whileInFlight(submit: () => Promise<OrderRecord>): Promise<OrderRecord> {
    this.#inFlight += 1;
    try {
      const order = await submit();
      if (order.status === 'outcome-unknown') this.#lookWithin(soonMs);
      if (order.reference !== undefined) {
        // Its answer is written down. What else it changed the lists tell again, and must not read as if nothing was sent.
        await this.#queue
          .run(() => this.#replaceTarget(order))
          .catch((error: unknown) => this.#log.error('target not brought in line', { order: order.id, error }));
      }
      return order;
    } finally {
      this.#inFlight -= 1;
      this.#release();
      this.#lookWithin(pollMs);
    }
  }

  /** A push from the venue. */
  onNotice(notice: ExecutionNotice): void {
    this.#handOver(notice, true);
  }

  #handOver(notice: ExecutionNotice, fresh: boolean): void {
    void this.#queue
      .run(() => this.#take(notice, fresh))
      .catch((error: unknown) => {
        // It is taken once it can be written down.
        if (ledgerTrouble(error) !== undefined) this.#unwritten.push(notice);
        else this.#log.error('notice not taken', { number: notice.number, error });
      });
  }

  /**
   * Reads the venue's lists and draws the conclusions: at start, after a reconnect, at the close, and on a timer while
   * anything is open or unknown. @throws AppError `venue.*` when they could not be read.
   */
  sync(): Promise<void> {
    if (this.#looking === undefined) {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    // The look under way may have begun too early to show what this one is wanted for.
    const current = this.#looking;
    this.#lookAgain ??= current
      .catch(() => undefined)
      .then(() => {
        this.#lookAgain = undefined;
        return this.sync();
      });
    return this.#lookAgain;
  }

  /** `sync` where nobody waits for it. */
  syncSoon(): void {
    void this.sync().catch((error: unknown) => {
      this.#log.warn('venue not compared', { error });
      this.#lookWithin(pollMs);
    });
  }

  /**
   * Reads what the venue made of scheduled orders: before and after the opening, at a start, and where an order is known
   * to the venue alone. Asks nothing where none is kept or unknown. False where not all could be compared.
   * @throws AppError `venue.*`.
   */
  async syncSchedules(): Promise<boolean> {
    const unsettled = await this.#schedules.unsettled();
    this.#schedulesBehind = unsettled.length > 0 || (await this.#schedules.kept()).length > 0;
    if (!this.#schedulesBehind) return true;
    try {
      const list = await this.#schedules.read();
      const complete = await this.#queue.run(async () => {
        await this.#each(unsettled, (order) => this.#settleSchedule(order, list));
        await this.#noteSeen(
          koreanDay(list.askedAt),
          list.rows.map(({ reference }) => reference.number),
        );
        return this.#schedules.conclude(list);
      });
      this.#schedulesBehind = !complete;
      this.#release();
      return complete;
    } finally {
      // An order that was found is looked at like any other, should its pushes be lost; what failed is tried again.
      this.#lookWithin(pollMs);
    }
  }

  /** Notes which orders the venue has of an issue, so that none of them is taken for one that is sent after. */
  async noteOrdersOf(symbol: string): Promise<void> {
    const today = koreanDay(this.#clock.now());
    const rows = await this.#broker.executions({ from: today, to: today, symbol }, { priority: 'urgent' });
    await this.#noteSeen(
      today,
      rows.map(({ reference }) => reference.number),
    );
  }

  /**
   * The owner says what became of an order; the lists are read once more before it is believed.
   * @throws AppError `settle.*` when it cannot be, `venue.*` when the lists could not be read.
   */
  async settle(orderId: string, verdict: Verdict): Promise<OrderRecord> {
    const asked = await this.#ledger.order(orderId);
    if (asked === undefined) throw new AppError('settle.unknown');
    if (asked.status !== 'asked') throw new AppError('settle.not-asked');
    const day = koreanDay(asked.confirmedAt);
    if (isScheduleIntent(asked.intent)) return this.#settleAskedSchedule(asked, verdict);
    const list = await this.#list(day, true);
    return this.#queue.run(async () => {
      await this.#conclude(list);
      const order = (await this.#ledger.order(orderId)) ?? asked;
      if (order.status !== 'asked') return order;
      if (verdict.kind === 'none') return this.#settled(order, { type: 'absent', by: 'person' });
      const number = orderNumber(verdict.number);
      // The number of a scheduled order, which is no order.
      if (!/^\d+$/.test(number)) throw new AppError('settle.other-order', { number });
      if ((await this.#ledger.orderByNumber(number, day)) !== undefined) throw new AppError('settle.taken', { number });
      const row = list.rows.find(({ reference }) => reference.number === number);
      const { symbol, side } = intentIssue(order.intent);
      if (row !== undefined && (row.symbol !== symbol || row.side !== side)) {
        throw new AppError('settle.other-order', { number });
      }
      const settled = await this.#accept(order, row?.reference ?? { number, branch: '' }, 'person');
      return row === undefined ? settled : this.#fills.follow(settled, row, list.rows);
    });
  }

  /** `sync`, unless nothing is open and nothing unknown. @throws as `sync`. */
  async syncIfExpecting(): Promise<void> {
    if (await this.isExpecting()) await this.sync();
  }

  /** Whether the venue may still have something to tell about an order of ours. */
  async isExpecting(): Promise<boolean> {
    return (await this.#expected()).length > 0;
  }

  /** Whether a look could tell something: also of an order that a push has ended, whose last fills may not be told yet. */
  async #isWatched(): Promise<boolean> {
    if (await this.isExpecting()) return true;
    // One whose answer could not be written down is called unknown by a later look, and by nothing else.
    if ((await this.#ledger.ordersByStatus(['submitting'])).length > 0) return true;
    const now = this.#clock.now();
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(now));
    return ofDay.some(({ status, updatedAt }) => endedByPush.includes(status) && now - updatedAt < this.#afterwardsMs);
  }

  /** Resolves when all that came in so far is dealt with. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): void {
    this.#stopped = true;
    this.#nextLook?.cancel();
  }

  async #recoverOne(record: OrderRecord, event: OrderEvent, kind: 'never-sent' | 'outcome-unknown'): Promise<void> {
    await this.#fills.append(record, event, (order) => ({ kind, order }));
    this.#log.warn('order found at start', { order: record.id, status: kind });
  }

  async #take(notice: ExecutionNotice, fresh: boolean): Promise<void> {
    const day = koreanDay(notice.at);
    const changes = notice.kind === 'cancelled' || notice.kind === 'amended';
    const order = await this.#ledger.orderByNumber(changes ? (notice.original ?? notice.number) : notice.number, day);
    if (order === undefined) {
      await this.#takeUnmatched(notice, day, fresh);
      return;
    }
    if (!(await this.#fills.take(order, notice))) this.syncSoon();
    // What else a push left open, the list may not show yet: it is read again a little later.
    this.#lookWithin(unknownPollMs);
  }

  async #takeUnmatched(notice: ExecutionNotice, day: string, fresh: boolean): Promise<void> {
    await this.#noteSeen(day, [notice.number]);
    const ofDay = await this.#ledger.ordersOfDay(day);
    const doubtful = ofDay.filter(({ status }) => isUndecided(status) || status === 'asked' || status === 'absent');
    const scheduled = await this.#schedules.mayExplain(notice);
    if (scheduled || this.#inFlight > 0 || doubtful.some(({ status }) => isUndecided(status))) {
      this.#held.push(notice);
      if (scheduled) this.#lookWithin(fresh ? soonMs : unknownPollMs);
    } else
      await this.#fills.takeForeign(
        notice,
        doubtful.some((one) => isAbout(one, notice)),
      );
    if (fresh && doubtful.length > 0) this.#lookWithin(soonMs);
  }

  /** Looks at held pushes again. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const notice of held) this.#handOver(notice, false);
  }

  async #look(): Promise<void> {
    await this.#findLost();
    const today = koreanDay(this.#clock.now());
    const expected = await this.#expected();
    const unknown = expected.some(({ status }) => status === 'outcome-unknown');
    // What the venue made of a scheduled order must not be taken for one whose answer was lost.
    const compares = unknown || this.#held.length > 0 || this.#schedulesBehind;
    const judged = !compares || (await this.#schedulesCompared());
    const followed = expected.filter(({ intent }) => !isScheduleIntent(intent));
    const days = new Set([...followed.map(({ confirmedAt }) => koreanDay(confirmedAt)), today]);
    for (const day of [...days].sort()) {
      try {
        const list = await this.#list(day, unknown);
        await this.#queue.run(() => this.#conclude(list, judged));
      } catch (error) {
        // Orders of today must not wait for a day that the venue cannot or will not list.
        if (day === today) throw error;
        this.#log.warn('orders of an earlier day not compared', { day, error });
      }
    }
    this.#lastLookAt = this.#clock.now();
    const left = await this.#expected();
    if (left.some(({ status }) => status === 'outcome-unknown')) this.#lookWithin(unknownPollMs);
    else if (await this.#isWatched()) this.#lookWithin(pollMs);
  }

  async #schedulesCompared(): Promise<boolean> {
    try {
      return await this.syncSchedules();
    } catch (error) {
      this.#log.warn('scheduled orders not compared', { error });
      return false;
    }
  }

  /** Orders of ours that may rest at the venue, unknown ones, and those of today that somebody was asked about. */
  async #expected(): Promise<readonly OrderRecord[]> {
    const today = koreanDay(this.#clock.now());
    const orders = await this.#ledger.ordersByStatus([...openStatuses, 'outcome-unknown', 'asked']);
    return orders.filter(({ status, confirmedAt }) => status !== 'asked' || koreanDay(confirmedAt) === today);
  }

  /** An answer that could not be written down left its order as if it were still under way. */
  async #findLost(): Promise<void> {
    if (this.#inFlight > 0) return;
    for (const { id, updatedAt } of await this.#ledger.ordersByStatus(['submitting'])) {
      if (this.#clock.now() - updatedAt < longestSubmitMs) continue;
      await this.#ledger.appendOrderEvent(
        id,
        { type: 'outcome-unknown', code: 'not-recorded', text: '' },
        this.#clock.now(),
      );
    }
  }

  /** All orders of a day; `complete` also asks for those that can still be changed, where that is another list. */
  async #list(day: string, complete: boolean): Promise<DayList> {
    const askedAt = this.#clock.now();
    // The list reaches back three months. What was open before then is over, whatever became of it.
    if (day < koreanDay(askedAt - listedMs)) return { day, askedAt, rows: [] };
    const options = { priority: 'background' } as const;
    const [rows, open] = await Promise.all([
      this.#broker.executions({ from: day, to: day }, options),
      complete && this.#broker.venue.listsAll && day === koreanDay(askedAt) ? this.#broker.openOrders(options) : [],
    ]);
    const listed = new Set(rows.map(({ reference }) => reference.number));
    return { day, askedAt, rows: [...rows, ...open.filter(({ reference }) => !listed.has(reference.number))] };
  }

  /** `judged` is false where an order that looks like a lost one may be one that the venue made of a scheduled one. */
  async #conclude(list: DayList, judged = true): Promise<void> {
    const { day, rows } = list;
    const ofDay = (await this.#ledger.ordersOfDay(day)).filter(({ intent }) => !isScheduleIntent(intent));
    await this.#each(ofDay.toReversed(), async (order) => {
      if (judged && ['outcome-unknown', 'asked', 'absent'].includes(order.status))
        await this.#settleByList(order, list);
    });
    const over = day < koreanDay(this.#clock.now());
    await this.#each(await this.#ledger.ordersOfDay(day), async (order) => {
      if (order.intent.kind === 'cancel' || isScheduleIntent(order.intent)) return;
      // A cancelled, amended or expired order may still be told a fill that crossed.
      const row = rows.find(({ reference }) => reference.number === order.reference?.number);
      const current = row === undefined ? order : await this.#fills.follow(order, row, rows);
      if (over) await this.#fills.expire(current);
    });
    await this.#noteSeen(
      day,
      rows.map(({ reference }) => reference.number),
    );
    this.#release();
  }

  /** One order that cannot be dealt with must not keep the others from being told about. */
  async #each(orders: readonly OrderRecord[], task: (order: OrderRecord) => Promise<void>): Promise<void> {
    for (const order of orders) {
      await task(order).catch((error: unknown) => this.#log.error('order not compared', { order: order.id, error }));
    }
  }

  async #settleByList(order: OrderRecord, list: DayList): Promise<void> {
    const ofDay = await this.#ledger.ordersOfDay(list.day);
    const twin = ofDay.some(
      (other) =>
        other.id !== order.id &&
        ['submitting', 'outcome-unknown'].includes(other.status) &&
        mixedUpEasily(other.intent, order.intent),
    );
    // What fits might be the twin's, whose number is not known yet.
    if (order.status !== 'outcome-unknown' && (twin || this.#inFlight > 0)) return;
    const sentAt = await this.#sentAt(order);
    await this.#draw(order, list, attribute(order.intent, sentAt, await this.#evidence(order, list, ofDay)));
  }

  /** The same for a request about a scheduled order, from the list of those. */
  async #settleSchedule({ id }: OrderRecord, list: ScheduleList): Promise<void> {
    const order = await this.#ledger.order(id);
    if (order === undefined || !['outcome-unknown', 'asked', 'absent'].includes(order.status)) return;
    const twin = (await this.#schedules.unsettled()).some(
      (other) => other.id !== id && other.status === 'outcome-unknown' && mixedUpEasily(other.intent, order.intent),
    );
    if (order.status !== 'outcome-unknown' && (twin || this.#inFlight > 0)) return;
    const evidence = await this.#schedules.evidence(order, list);
    const attribution = attribute(order.intent, await this.#sentAt(order), evidence);
    const missing = attribution.kind === 'nothing' || attribution.kind === 'gone';
    if (missing && this.#schedules.mayLackRows(list)) return;
    await this.#draw(order, list, attribution);
  }

  async #settleAskedSchedule(asked: OrderRecord, verdict: Verdict): Promise<OrderRecord> {
    const list = await this.#schedules.read();
    return this.#queue.run(async () => {
      await this.#settleSchedule(asked, list);
      const order = (await this.#ledger.order(asked.id)) ?? asked;
      if (order.status !== 'asked') return order;
      if (verdict.kind === 'none') return this.#settled(order, { type: 'absent', by: 'person' });
      const number = scheduleNumber(verdict.number);
      if ((await this.#ledger.latestByNumber(number)) !== undefined) throw new AppError('settle.taken', { number });
      const row = list.rows.find(({ reference }) => reference.number === number);
      const { symbol, side } = intentIssue(order.intent);
      if (row?.symbol !== symbol || row.side !== side) throw new AppError('settle.other-order', { number });
      return this.#accept(order, row.reference, 'person');
    });
  }

  async #draw(order: OrderRecord, list: Pick<DayList, 'askedAt'>, attribution: Attribution): Promise<void> {
    if (attribution.kind === 'found') {
      const reference = attribution.sighting?.reference ?? { number: '', branch: '' };
      await this.#accept(order, reference, 'list');
    } else if (attribution.kind === 'moot' && isCancel(order.intent.kind)) await this.#markMoot(order);
    else if (order.status === 'outcome-unknown') await this.#waitOrAsk(order, list, attribution);
  }

  async #markMoot(order: OrderRecord): Promise<void> {
    if (order.status !== 'absent') await this.#settled(order, { type: 'rejected', code: 'moot', text: '' });
  }

  /** Not found, or not for certain: after the lists had their time, that is an answer too. */
  async #waitOrAsk(order: OrderRecord, list: Pick<DayList, 'askedAt'>, attribution: Attribution): Promise<void> {
    const last = this.#misses.get(order.id) ?? { count: 0, at: list.askedAt };
    const apart = list.askedAt - last.at;
    if (last.count === 0 || apart >= unknownPollMs)
      this.#misses.set(order.id, { count: last.count + 1, at: list.askedAt });
    else if (apart < 0) this.#misses.set(order.id, { ...last, at: list.askedAt });
    // The first look is at the beginning of the lag, so one more than fit into it.
    if ((this.#misses.get(order.id)?.count ?? 0) <= this.#looksToWait) return;
    // What ended the order may be the amendment itself, listed later than its effect: hence not before the lag.
    if (attribution.kind === 'moot') return this.#markMoot(order);
    if (attribution.kind === 'gone') {
      await this.#accept(order, { number: '', branch: '' }, 'list');
      return;
    }
    const candidates = attribution.kind === 'ambiguous' ? attribution.candidates : [];
    if (candidates.length === 0 && this.#broker.venue.listsAll) {
      await this.#settled(order, { type: 'absent', by: 'list' });
      return;
    }
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

  async #accept(order: OrderRecord, reference: OrderReference, by: SettledBy): Promise<OrderRecord> {
    const accepted = await this.#settled(order, { type: 'accepted', reference, by });
    await this.#replaceTarget(accepted);
    return accepted;
  }

  /** What an amendment that went through has replaced, or a part of it, where that is an order of ours. */
  async #replaceTarget(order: OrderRecord): Promise<void> {
    const { intent, reference, confirmedAt } = order;
    if (isScheduleIntent(intent)) return this.#schedules.changed(order);
    if (intent.kind !== 'amend' || reference === undefined) return;
    const target = await this.#ledger.orderByNumber(intent.target.number, koreanDay(confirmedAt));
    if (target !== undefined) await this.#fills.replace(target, reference.number, partOf(intent));
  }

  async #settled(order: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    const late = order.status === 'absent';
    const after = await this.#fills.append(order, event, (record) => ({ kind: 'settled', order: record, late }));
    this.#misses.delete(order.id);
    this.#log.warn('order outcome settled', { order: order.id, status: after.status, late });
    return after;
  }

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
    const pushed = this.#held.filter(({ at, number }) => koreanDay(at) === day && !listed.has(number));
    return {
      sightings: [...rows.map(fromRow), ...firstOfEach(pushed).map(fromNotice)],
      isOwned: (number) => owned.has(number),
      wasSeenBefore: (number) => before.has(number),
      isOurBranch: ({ exchange, reference }) => {
        const known = exchange && branches.get(exchange);
        return known === undefined || known.has(reference.branch);
      },
    };
  }

  async #noteSeen(day: string, numbers: readonly string[]): Promise<void> {
    if (this.#noted.day !== day) this.#noted = { day, numbers: new Set() };
    const fresh = numbers.filter((number) => !this.#noted.numbers.has(number));
    if (fresh.length === 0) return;
    await this.#ledger.noteSeen(day, fresh);
    for (const number of fresh) this.#noted.numbers.add(number);
  }

  /** A look at most so far ahead; a sooner one stands. */
  #lookWithin(delayMs: number): void {
    if (this.#stopped) return;
    const at = this.#clock.now() + delayMs;
    if (this.#nextLook !== undefined && this.#nextLook.at <= at) return;
    this.#nextLook?.cancel();
    const cancel = this.#clock.timer(delayMs, () => {
      this.#nextLook = undefined;
      void this.#lookIfWanted().catch((error: unknown) => this.#log.error('ledger not read', { error }));
    });
    this.#nextLook = { at, cancel };
  }

  async #lookIfWanted(): Promise<void> {
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
    const wanted =
      this.#held.length > 0 ||
      this.#schedulesBehind ||
      (await this.#isWatched()) ||
      ofDay.some(({ status }) => status === 'absent' || isUndecided(status));
    if (wanted) this.syncSoon();
  }
}

/** Whether it may still turn out to be at the venue, by itself. */
function isUndecided(status: OrderStatus): boolean {
  return status === 'submitting' || status === 'outcome-unknown';
}

function isAbout({ intent }: OrderRecord, notice: ExecutionNotice): boolean {
  const { symbol, side } = intentIssue(intent);
  return intent.kind !== 'cancel' && symbol === notice.symbol && side === notice.side;
}

function fromRow(row: VenueOrder): Sighting {
  return { ...row, placedAt: fromKoreanDayAndTime(row.day, row.time), standing: row };
}

/** The first push about each order: that of its acceptance, unless it was lost. */
function firstOfEach(notices: readonly ExecutionNotice[]): readonly ExecutionNotice[] {
  return notices.filter((notice, index) => notices.findIndex(({ number }) => number === notice.number) === index);
}

function fromNotice(notice: ExecutionNotice): Sighting {
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
