import type { CancelTimer, Clock } from '../../clock.ts';

/**
 * Knows when alerts may be looked at once more: those that were reached too soon after their last message, and those
 * whose firing could not be written down. An issue that trades seldom has no new price for minutes, so its last one is
 * met again then.
 */
export class RestEnds {
  readonly #clock: Clock;
  /** By issue or alert: one end is waited for at a time. */
  readonly #waiting = new Map<string, CancelTimer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `again` at a moment in milliseconds, unless one is waited for already, or there is none to wait for. */
  wait(key: string, until: number | undefined, again: () => void): void {
    if (until === undefined || this.#waiting.has(key)) return;
    const cancel = this.#clock.timer(Math.max(0, until - this.#clock.now()), () => {
      this.#waiting.delete(key);
      again();
    });
    this.#waiting.set(key, cancel);
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
