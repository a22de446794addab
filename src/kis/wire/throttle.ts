import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { noTelemetry, type Telemetry } from '../../ports/telemetry.ts';

/**
 * Who goes first: cancels and orders, then the checks of an order that was pressed, then reads that a person waits for,
 * then upkeep.
 */
export type LanePriority = 'order' | 'urgent' | 'interactive' | 'background';

const ranks: readonly LanePriority[] = ['order', 'urgent', 'interactive', 'background'];

interface Waiting {
  readonly enter: () => void;
}

/** Tells the lane that a call was answered. Where nobody tells, the call is taken for a slow one. */
export type Answered = () => void;

/** A call that counts against the limit until `freeAt`, in milliseconds. */
interface Place {
  freeAt: number;
}

/**
 * How long a call counts: a second, and a little because two clocks measure it. KIS counts it when it arrives, which is
 * after it left and before its answer came.
 */
const countedMs = 1_010;
/** The longest time, in milliseconds, that a call is taken to be on its way; a slower answer was long in the making. */
const mostOnTheWayMs = 90;

/** How late a timer may fire, in milliseconds. */
const timerLateMs = 2;

/** How busy the lane is, for `/status`. */
export interface LaneStatus {
  readonly waiting: number;
  /** How many calls could be sent right now. */
  readonly headRoom: number;
  readonly pausedUntil: number | undefined;
}

/**
 * Limits the rate of calls with one app key. Every call to KIS waits here until it may be sent, in order of priority;
 * no more than `callsPerSecond` start in any second. The lane does not wait for the answers.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #callsPerSecond: number;
  /** For how many orders reads leave places. KIS would refuse an order over the limit. */
  readonly #reserved: number;
  /** How long, in milliseconds, reads may keep the first of those orders waiting; the second, twice as long. */
  readonly #orderWaitMs: number;
  readonly #queues: Record<LanePriority, Waiting[]> = { order: [], urgent: [], interactive: [], background: [] };
  /** Calls that may still count. */
  #places: readonly Place[] = [];
  #pausedUntil = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, callsPerSecond: number, telemetry: Telemetry = noTelemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#callsPerSecond = callsPerSecond;
    this.#reserved = callsPerSecond >= 6 ? 2 : 0;
    // A simulator may take so many calls that a timer is later than that.
    this.#orderWaitMs = Math.max(0, Math.floor(1_000 / callsPerSecond) - timerLateMs);
  }

  /**
   * Resolves when the caller may send its one request, now. The caller calls what it resolves with when the answer is
   * there.
   * @throws AppError `lane.waited-too-long` when `maxWaitMs` went by first; the signal's reason when it is aborted.
   */
  enter(
    priority: LanePriority,
    options: { readonly maxWaitMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Answered> {
    return this.#telemetry.step('lane.wait', { priority }, () => this.#wait(priority, options));
  }

  #wait(
    priority: LanePriority,
    options: { readonly maxWaitMs?: number; readonly signal?: AbortSignal },
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues[priority];
      let cancelDeadline = (): void => undefined;
      const leave = (): void => {
        cancelDeadline();
        options.signal?.removeEventListener('abort', onAbort);
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
      };
      const waiting: Waiting = {
        enter: () => {
          leave();
          resolve(this.#take());
        },
      };
      const onAbort = (): void => {
        leave();
        reject(options.signal?.reason);
      };
      if (options.signal?.aborted) {
        reject(options.signal.reason);
        return;
      }
      options.signal?.addEventListener('abort', onAbort);
      const { maxWaitMs } = options;
      if (maxWaitMs !== undefined) {
        cancelDeadline = this.#clock.timer(maxWaitMs, () => {
          leave();
          reject(new AppError('lane.waited-too-long', { maxWaitMs }));
        });
      }
      queue.push(waiting);
      this.#admit();
    });
  }

  /** To be called when KIS refused a call as over the limit: no call starts for `pauseMs`. */
  pause(pauseMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pauseMs);
  }

  status(): LaneStatus {
    const now = this.#clock.now();
    this.#forget(now);
    const paused = this.#pausedUntil > now;
    return {
      waiting: ranks.reduce((sum, rank) => sum + this.#queues[rank].length, 0),
      headRoom: paused ? 0 : this.#callsPerSecond - this.#places.length,
      pausedUntil: paused ? this.#pausedUntil : undefined,
    };
  }

  #forget(now: number): void {
    this.#places = this.#places.filter(({ freeAt }) => freeAt > now);
  }

  /** Takes a place for a call that starts now. */
  #take(): Answered {
    const place: Place = { freeAt: this.#clock.now() + countedMs + mostOnTheWayMs };
    this.#places = [...this.#places, place];
    return () => {
      place.freeAt = Math.min(place.freeAt, this.#clock.now() + countedMs);
      this.#admit();
    };
  }

  #admit(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (;;) {
      const rank = ranks.find((candidate) => this.#queues[candidate].length > 0);
      const next = rank && this.#queues[rank][0];
      if (next === undefined) return;
      const waitMs = this.#waitMs(rank === 'order');
      if (waitMs > 0) {
        this.#cancelTimer = this.#clock.timer(waitMs, () => this.#admit());
        return;
      }
      next.enter();
    }
  }

  /**
   * How long the next call has to wait, in milliseconds. A read may take a place that is kept for an order when another
   * becomes free soon enough for that order. So reads use every place, each in its turn, and the first order to come
   * after a read waits no longer than the time between two calls, the second one no longer than twice that.
   */
  #waitMs(isOrder: boolean): number {
    const now = this.#clock.now();
    this.#forget(now);
    const frees = this.#places.map(({ freeAt }) => freeAt).sort((a, b) => a - b);
    let startAt = Math.max(now, this.#pausedUntil);
    for (let orders = 0; orders <= (isOrder ? 0 : this.#reserved); orders += 1) {
      const freeAt = frees.at(orders - this.#callsPerSecond);
      if (freeAt !== undefined) startAt = Math.max(startAt, freeAt - orders * this.#orderWaitMs);
    }
    return startAt - now;
  }
}
