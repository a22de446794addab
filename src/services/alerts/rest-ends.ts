import type { CancelTimer, Clock } from '../../clock.ts';

/**
 * Knows when alerts that were reached too soon after their last message may fire. An issue that trades seldom has no new
 * price for minutes, so its last one is met once more then.
 */
export class RestEnds {
  readonly #clock: Clock;
  /** By issue: one end is waited for at a time. */
  readonly #waiting = new Map<string, CancelTimer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `again` at a moment in milliseconds, unless one is waited for already, or there is none to wait for. */
  wait(symbol: string, until: number | undefined, again: () => void): void {
    if (until === undefined || this.#waiting.has(symbol)) return;
    const cancel = this.#clock.timer(Math.max(0, until - this.#clock.now()), () => {
      this.#waiting.delete(symbol);
      again();
    });
    this.#waiting.set(symbol, cancel);
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
