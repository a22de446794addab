import type { LimitFunction } from 'p-limit';
import { koreanDay } from '../../../clock.ts';
import { ledgerTrouble } from '../../../domain/ledger-trouble.ts';
import { type ExecutionNotice, intentIssue, type OrderRecord } from '../../../domain/orders/order.ts';
import type { Log } from '../../../log.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { Fills } from './fills.ts';
import { isUndecided } from './pending-orders.ts';
import { type PollSchedule, soonMs, unknownPollMs } from './poll-schedule.ts';
import type { ScheduleWatch } from './schedule-watch.ts';
import type { VenueLists } from './venue-lists.ts';

/**
 * Takes the venue's execution notices and matches each one to an order of ours by its number. A notice may come before
 * the answer to its own order, or while that answer is lost; a number that matches no order yet is therefore held until
 * the order is known or can no longer be ours.
 */
export class NoticeIntake {
  readonly #queue: LimitFunction;
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #schedules: ScheduleWatch;
  readonly #lists: VenueLists;
  readonly #polls: PollSchedule;
  readonly #isSubmitting: () => boolean;
  readonly #log: Log;
  /** Notices whose order number matches no order yet. An order of ours may get that number once its answer is known. */
  #held: ExecutionNotice[] = [];
  /** Notices that came while the ledger could not be written. */
  #unwritten: ExecutionNotice[] = [];

  constructor(options: {
    /** The reconciler's queue: a notice and a row of the lists may speak of the same shares. */
    readonly queue: LimitFunction;
    readonly ledger: OrderLedger;
    readonly fills: Fills;
    readonly schedules: ScheduleWatch;
    readonly lists: VenueLists;
    readonly polls: PollSchedule;
    /** Whether an order request is under way. */
    readonly isSubmitting: () => boolean;
    readonly log: Log;
  }) {
    this.#queue = options.queue;
    this.#ledger = options.ledger;
    this.#fills = options.fills;
    this.#schedules = options.schedules;
    this.#lists = options.lists;
    this.#polls = options.polls;
    this.#isSubmitting = options.isSubmitting;
    this.#log = options.log;
  }

  /** The notices that are held, in the order in which they came. */
  get held(): readonly ExecutionNotice[] {
    return this.#held;
  }

  /** Takes a notice that has just come. Returns at once. */
  take(notice: ExecutionNotice): void {
    this.#enqueue(notice, true);
  }

  /** Matches the held notices again. Returns at once. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const notice of held) this.#enqueue(notice, false);
  }

  /** Takes the notices that could not be written down when they came. Returns how many of them are written down now. */
  async catchUp(): Promise<number> {
    const notices = this.#unwritten;
    this.#unwritten = [];
    for (const notice of notices) this.#enqueue(notice, true);
    await this.#queue(() => undefined);
    return notices.length - this.#unwritten.length;
  }

  #enqueue(notice: ExecutionNotice, fresh: boolean): void {
    void this.#queue(() => this.#match(notice, fresh)).catch((error: unknown) => {
      // `catchUp` takes the notice again once the ledger can be written.
      if (ledgerTrouble(error) !== undefined) this.#unwritten.push(notice);
      else this.#log.error('notice not taken', { number: notice.number, error });
    });
  }

  async #match(notice: ExecutionNotice, fresh: boolean): Promise<void> {
    const day = koreanDay(notice.at);
    const changes = notice.kind === 'cancelled' || notice.kind === 'amended';
    const order = await this.#ledger.orderByNumber(changes ? (notice.original ?? notice.number) : notice.number, day);
    if (order === undefined) {
      await this.#holdOrTell(notice, day, fresh);
      return;
    }
    if (!(await this.#fills.take(order, notice))) this.#polls.pollInBackground();
    // The list may lag behind the notice, so it is read once more a little later.
    this.#polls.pollWithin(unknownPollMs);
  }

  /** Holds a notice that may still be about an order of ours. Any other one is told as somebody else's fill. */
  async #holdOrTell(notice: ExecutionNotice, day: string, fresh: boolean): Promise<void> {
    await this.#lists.noteSeen(day, [notice.number]);
    const ofDay = await this.#ledger.ordersOfDay(day);
    const doubtful = ofDay.filter(
      (order) => isUndecided(order) || order.status === 'asked' || order.status === 'absent',
    );
    const scheduled = await this.#schedules.mayExplain(notice);
    if (scheduled || this.#isSubmitting() || doubtful.some(isUndecided)) {
      this.#held.push(notice);
      if (scheduled) this.#polls.pollWithin(fresh ? soonMs : unknownPollMs);
    } else {
      const maybeOurs = doubtful.some((order) => isAbout(order, notice));
      await this.#fills.takeForeign(notice, maybeOurs);
    }
    if (fresh && doubtful.length > 0) this.#polls.pollWithin(soonMs);
  }
}

function isAbout({ intent }: OrderRecord, notice: ExecutionNotice): boolean {
  const { symbol, side } = intentIssue(intent);
  return intent.kind !== 'cancel' && symbol === notice.symbol && side === notice.side;
}
