import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';

/**
 * Who goes first. Cancels and orders share the front, then what a pressed order is checked with; a person waiting goes
 * before housekeeping.
 */
export type LanePriority = 'order' | 'urgent' | 'interactive' | 'background';

const ranks: readonly LanePriority[] = ['order', 'urgent', 'interactive', 'background'];

interface Waiting {
  readonly enter: () => void;
}

/** How busy the lane is, for `/status`. */
export interface LaneStatus {
  readonly waiting: number;
  /** Calls that could leave right now. */
  readonly headRoom: number;
  readonly pausedUntil: number | undefined;
}

/**
 * One lane per app key: every call to KIS passes here, in order of priority, no more than `callsPerSecond` in any
 * window of a second. It lets callers *start*; it does not wait for their answers.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #callsPerSecond: number;
  /** Reads leave this much of every second to orders: KIS counts what arrives, and an order over the limit is refused. */
  readonly #reserved: number;
  readonly #windowMs: number;
  readonly #queues: Record<LanePriority, Waiting[]> = { order: [], urgent: [], interactive: [], background: [] };
  /** Start times within the last window, oldest first. */
  #starts: number[] = [];
  #pausedUntil = 0;
  #cancelTimer: (() => void) | undefined;

  /** `marginMs` is added to the second, because KIS counts by its own clock and the network jitters. */
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

  /** KIS said we were over the limit: nobody starts for `pauseMs`. */
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

  /** Until fewer than `limit` calls lie within the last window. */
  #waitMs(limit: number): number {
    const now = this.#clock.now();
    this.#forget(now);
    const untilPauseEnds = this.#pausedUntil - now;
    const blocking = this.#starts.at(-limit);
    const untilRoom = blocking === undefined ? 0 : blocking + this.#windowMs - now;
    return Math.max(0, untilPauseEnds, untilRoom);
  }
}
