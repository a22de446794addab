import pLimit from 'p-limit';
import { type Clock, koreanDay } from '../../../clock.ts';
import {
  type ExecutionNotice,
  isScheduleIntent,
  type OrderEvent,
  type OrderRecord,
  openStatuses,
} from '../../../domain/orders/order.ts';
import { AppError } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { Broker } from '../../../ports/broker.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { Fills } from './fills.ts';
import { LostAnswers } from './lost-answers.ts';
import { NoticeIntake } from './notice-intake.ts';
import { OwnerVerdicts, type Verdict } from './owner-verdicts.ts';
import { PendingOrders } from './pending-orders.ts';
import { openPollMs, PollSchedule, soonMs, unknownPollMs } from './poll-schedule.ts';
import type { ScheduleWatch } from './schedule-watch.ts';
import { type DayList, VenueLists } from './venue-lists.ts';

/** No request is under way for longer than this, in whatever process. */
const longestSubmitMs = 60_000;
const longestAlignBackoffMs = 30_000;

/**
 * Keeps the ledger in line with the venue. The venue tells what became of orders in two ways: it sends execution
 * notices (`NoticeIntake`), and it lists orders when it is asked, which happens here. Notices and lists are taken one at
 * a time through one queue, because both may speak of the same shares. `LostAnswers` finds out from both what became of
 * a request that nobody answered; where they cannot tell, the owner does (`OwnerVerdicts`).
 */
export class Reconciler {
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #schedules: ScheduleWatch;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #queue = pLimit(1);
  readonly #lists: VenueLists;
  readonly #pending: PendingOrders;
  readonly #polls: PollSchedule;
  readonly #notices: NoticeIntake;
  readonly #lostAnswers: LostAnswers;
  readonly #verdicts: OwnerVerdicts;
  /** Order requests that are under way. */
  #inFlight = 0;
  /** Some scheduled orders could not be compared. Unless a poll does it, nothing looks at them before the next morning. */
  #schedulesBehind = false;
  #lastLookAt: number | undefined;
  #recovered = false;
  /** The venue lists no orders of this account, as KIS of a retirement pension. */
  #neverListed = false;
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
    const { broker, ledger, fills, schedules, clock, log, visibilityMs } = options;
    this.#ledger = ledger;
    this.#fills = fills;
    this.#schedules = schedules;
    this.#clock = clock;
    this.#log = log;
    const isSubmitting = () => this.#inFlight > 0;
    this.#lists = new VenueLists({ broker, ledger, clock });
    this.#pending = new PendingOrders({ ledger, clock, lateFillMs: visibilityMs + openPollMs });
    this.#polls = new PollSchedule({ poll: () => this.#poll(), isWanted: () => this.#isPollWanted(), clock, log });
    this.#notices = new NoticeIntake({
      queue: this.#queue,
      ledger,
      fills,
      schedules,
      lists: this.#lists,
      polls: this.#polls,
      isSubmitting,
      log,
    });
    const heldNotices = () => this.#notices.held;
    this.#lostAnswers = new LostAnswers({
      broker,
      ledger,
      fills,
      schedules,
      isSubmitting,
      heldNotices,
      log,
      visibilityMs,
    });
    this.#verdicts = new OwnerVerdicts({ ledger, fills, lostAnswers: this.#lostAnswers });
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
   * Reads what the process before left in the ledger. A `confirmed` order was never sent, because `submitting` is on the
   * disk before the request leaves. A `submitting` order may have been sent: its outcome is unknown, and it is looked
   * for and not sent again.
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

  /** Brings the ledger in line with the venue after a start. Resolves when that was possible once, or when stopped. */
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

  /** Takes the notices that came while the ledger could not be written. Returns how many of them are written down now. */
  async catchUp(): Promise<number> {
    const taken = await this.#notices.catchUp();
    if (this.#recovered) this.syncSoon();
    return taken;
  }

  /**
   * Runs one submit. A notice may come before the answer to its own order, so a notice that fits no order is held until
   * no request is under way, and is matched again then.
   */
  async whileInFlight(submit: () => Promise<OrderRecord>): Promise<OrderRecord> {
    this.#inFlight += 1;
    try {
      const order = await submit();
      if (order.status === 'outcome-unknown') this.#polls.pollWithin(soonMs);
      if (order.reference !== undefined) {
        // The order's answer is written down, so an error here must not read as if nothing was sent. The next poll
        // finds in the lists what could not be written about the target.
        await this.#queue(() => this.#lostAnswers.replaceTarget(order)).catch((error: unknown) =>
          this.#log.error('target not brought in line', { order: order.id, error }),
        );
      }
      return order;
    } finally {
      this.#inFlight -= 1;
      this.#notices.release();
      this.#polls.pollWithin(openPollMs);
    }
  }

  /** Takes an execution notice. Returns at once. */
  onNotice(notice: ExecutionNotice): void {
    this.#notices.take(notice);
  }

  /**
   * Reads the venue's lists and draws the conclusions: at start, after a reconnect, at the close, and on a timer while
   * anything is open or unknown. @throws AppError `venue.*` when the lists could not be read.
   */
  sync(): Promise<void> {
    return this.#polls.pollNow();
  }

  /** `sync` where nobody waits for it. */
  syncSoon(): void {
    this.#polls.pollInBackground();
  }

  /** `sync`, unless nothing is open and nothing unknown. @throws as `sync`. */
  async syncIfExpecting(): Promise<void> {
    if (await this.isExpecting()) await this.sync();
  }

  /**
   * Reads what the venue made of scheduled orders: before and after the opening, at a start, and where an order is known
   * to the venue alone. Asks the venue nothing where it keeps none and none has an unknown outcome. Returns false where
   * not all could be compared. @throws AppError `venue.*`.
   */
  async syncSchedules(): Promise<boolean> {
    const unsettled = await this.#schedules.unsettled();
    this.#schedulesBehind = unsettled.length > 0 || (await this.#schedules.kept()).length > 0;
    if (!this.#schedulesBehind) return true;
    try {
      const list = await this.#schedules.read();
      const complete = await this.#queue(async () => {
        await this.#each(unsettled, (order) => this.#lostAnswers.findSchedule(order, list));
        const numbers = list.rows.map(({ reference }) => reference.number);
        await this.#lists.noteSeen(koreanDay(list.askedAt), numbers);
        return this.#schedules.conclude(list);
      });
      this.#schedulesBehind = !complete;
      this.#notices.release();
      return complete;
    } finally {
      // The poll follows an order that was found, should its notices be lost, and tries again what failed.
      this.#polls.pollWithin(openPollMs);
    }
  }

  /** Notes which orders the venue has of an issue, so that none of them is taken for one that is sent after. */
  noteOrdersOf(symbol: string): Promise<void> {
    return this.#lists.noteOrdersOf(symbol);
  }

  /**
   * The owner says what became of an order. The lists are read once more first: where they tell, the owner is not needed.
   * @throws AppError `settle.*` when the verdict cannot be true, `venue.*` when the lists could not be read.
   */
  async settle(orderId: string, verdict: Verdict): Promise<OrderRecord> {
    const asked = await this.#ledger.order(orderId);
    if (asked === undefined) throw new AppError('settle.unknown');
    if (asked.status !== 'asked') throw new AppError('settle.not-asked');
    if (isScheduleIntent(asked.intent)) {
      const list = await this.#schedules.read();
      return this.#queue(async () => {
        await this.#lostAnswers.findSchedule(asked, list);
        return this.#verdicts.ofSchedule((await this.#ledger.order(orderId)) ?? asked, verdict, list);
      });
    }
    const list = await this.#lists.read(koreanDay(asked.confirmedAt), true);
    return this.#queue(async () => {
      await this.#conclude(list);
      return this.#verdicts.ofOrder((await this.#ledger.order(orderId)) ?? asked, verdict, list);
    });
  }

  /** Whether the venue may still have something to tell about an order of ours. */
  async isExpecting(): Promise<boolean> {
    return (await this.#pending.expected()).length > 0;
  }

  /** Resolves when all that came in so far is dealt with. */
  idle(): Promise<void> {
    return this.#queue(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.#polls.stop();
  }

  async #recoverOne(record: OrderRecord, event: OrderEvent, kind: 'never-sent' | 'outcome-unknown'): Promise<void> {
    await this.#fills.append(record, event, (order) => ({ kind, order }));
    this.#log.warn('order found at start', { order: record.id, status: kind });
  }

  /** Reads the lists of every day that has an order to follow, and of today. */
  async #poll(): Promise<void> {
    await this.#markUnrecorded();
    const today = koreanDay(this.#clock.now());
    const expected = await this.#pending.expected();
    const unknown = expected.some(({ status }) => status === 'outcome-unknown');
    // Scheduled orders come first: an order that the venue made of one must not be taken for a lost one.
    const compares = unknown || this.#notices.held.length > 0 || this.#schedulesBehind;
    const attributes = !compares || (await this.#tryToSyncSchedules());
    const followed = expected.filter(({ intent }) => !isScheduleIntent(intent));
    const days = new Set([...followed.map(({ confirmedAt }) => koreanDay(confirmedAt)), today]);
    for (const day of [...days].sort()) {
      try {
        const list = await this.#lists.read(day, unknown);
        await this.#queue(() => this.#conclude(list, attributes));
      } catch (error) {
        // Of such an account KIS never lists an order and takes none, so there is nothing to compare it with.
        if (isNeverListed(error)) return this.#noteNeverListed();
        // Orders of today must not wait for a day that the venue cannot or will not list.
        if (day === today) throw error;
        this.#log.warn('orders of an earlier day not compared', { day, error });
      }
    }
    this.#lastLookAt = this.#clock.now();
    const left = await this.#pending.expected();
    if (left.some(({ status }) => status === 'outcome-unknown')) this.#polls.pollWithin(unknownPollMs);
    else if (await this.#pending.mayChange()) this.#polls.pollWithin(openPollMs);
  }

  #noteNeverListed(): void {
    if (!this.#neverListed) this.#log.info('orders of this account are not listed', {});
    this.#neverListed = true;
  }

  /** Whether the timer's poll could tell anything. */
  async #isPollWanted(): Promise<boolean> {
    if (this.#notices.held.length > 0 || this.#schedulesBehind) return true;
    return (await this.#pending.mayChange()) || (await this.#pending.mayAppearToday());
  }

  /** An answer that could not be written down leaves its order `submitting`. After a while that outcome is unknown. */
  async #markUnrecorded(): Promise<void> {
    if (this.#inFlight > 0) return;
    for (const { id, updatedAt } of await this.#ledger.ordersByStatus(['submitting'])) {
      const now = this.#clock.now();
      if (now - updatedAt < longestSubmitMs) continue;
      await this.#ledger.appendOrderEvent(id, { type: 'outcome-unknown', code: 'not-recorded', text: '' }, now);
    }
  }

  async #tryToSyncSchedules(): Promise<boolean> {
    try {
      return await this.syncSchedules();
    } catch (error) {
      this.#log.warn('scheduled orders not compared', { error });
      return false;
    }
  }

  /**
   * Brings the orders of one day in line with its list. `attributes` is false where scheduled orders could not be
   * compared: a row that fits a lost order may then be one that the venue made of a scheduled order.
   */
  async #conclude(list: DayList, attributes = true): Promise<void> {
    const { day, rows } = list;
    const ofDay = (await this.#ledger.ordersOfDay(day)).filter(({ intent }) => !isScheduleIntent(intent));
    if (attributes) await this.#each(ofDay.toReversed(), (order) => this.#lostAnswers.findOrder(order, list));
    const over = day < koreanDay(this.#clock.now());
    await this.#each(await this.#ledger.ordersOfDay(day), async (order) => {
      if (order.intent.kind === 'cancel' || isScheduleIntent(order.intent)) return;
      // Orders that have ended are followed too: a fill may have crossed a cancel, an amendment or the close.
      const row = rows.find(({ reference }) => reference.number === order.reference?.number);
      const current = row === undefined ? order : await this.#fills.follow(order, row, rows);
      if (over) await this.#fills.expire(current);
    });
    await this.#lists.noteSeen(
      day,
      rows.map(({ reference }) => reference.number),
    );
    this.#notices.release();
  }

  /** Does a task for each order. An order that fails does not keep the others from being told about. */
  async #each(orders: readonly OrderRecord[], task: (order: OrderRecord) => Promise<void>): Promise<void> {
    for (const order of orders) {
      // The ledger may be closed by then, and whoever takes the account over compares all of them.
      if (this.#stopped) return;
      await task(order).catch((error: unknown) => {
        if (!this.#stopped) this.#log.error('order not compared', { order: order.id, error });
      });
    }
  }
}

function isNeverListed(error: unknown): boolean {
  return error instanceof AppError && error.code === 'venue.retirement-account';
}
