import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';

/**
 * Who goes first: cancels and orders, then the checks of an order that was pressed, then reads that a person waits for,
 * then upkeep.
 */
export type LanePriority = 'order' | 'urgent' | 'interactive' | 'background';

const ranks: readonly LanePriority[] = ['order', 'urgent', 'interactive', 'background'];

interface Waiting {
  readonly enter: () => void;
}

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
  readonly #callsPerSecond: number;
  /**
   * How many calls of each second reads leave to orders. KIS counts calls as they arrive, and would refuse an order
   * over the limit.
   */
  readonly #reserved: number;
  readonly #windowMs: number;
  readonly #queues: Record<LanePriority, Waiting[]> = { order: [], urgent: [], interactive: [], background: [] };
  /** Start times within the last window, oldest first. */
  #starts: number[] = [];
  #pausedUntil = 0;
  #cancelTimer: (() => void) | undefined;

  /**
   * `marginMs` is added to the second, because KIS counts by its own clock and calls take different times on their way.
   */
  constructor(clock: Clock, callsPerSecond: number, marginMs = 100) {
    this.#clock = clock;
    this.#callsPerSecond = callsPerSecond;
    this.#reserved = callsPerSecond >= 6 ? 2 : 0;
    this.#windowMs = 1_000 + marginMs;
  }

  /**
   * Resolves when the caller may send its one request, now.
   * @throws AppError `lane.waited-too-long` when `maxWaitMs` went by first; the signal's reason when it is aborted.
   */
  enter(
    priority: LanePriority,
    options: { readonly maxWaitMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
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
          resolve();
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
      headRoom: paused ? 0 : this.#callsPerSecond - this.#starts.length,
      pausedUntil: paused ? this.#pausedUntil : undefined,
    };
  }

  #forget(now: number): void {
    this.#starts = this.#starts.filter((start) => now - start < this.#windowMs);
  }

  #admit(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (;;) {
      const rank = ranks.find((candidate) => this.#queues[candidate].length > 0);
      const next = rank && this.#queues[rank][0];
      if (next === undefined) return;
      const waitMs = this.#waitMs(rank === 'order' ? this.#callsPerSecond : this.#callsPerSecond - this.#reserved);
      if (waitMs > 0) {
        this.#cancelTimer = this.#clock.timer(waitMs, () => this.#admit());
        return;
      }
      this.#starts.push(this.#clock.now());
      next.enter();
    }
  }

  /** How long to wait until fewer than `limit` calls lie within the last window, in milliseconds. */
  #waitMs(limit: number): number {
    const now = this.#clock.now();
    this.#forget(now);
    const untilPauseEnds = this.#pausedUntil - now;
    const blocking = this.#starts.at(-limit);
    const untilRoom = blocking === undefined ? 0 : blocking + this.#windowMs - now;
    return Math.max(0, untilPauseEnds, untilRoom);
  }
}
