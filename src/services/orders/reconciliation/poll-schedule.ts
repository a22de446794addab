import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';

/** Between two polls while an order is open: an execution notice may have been lost without a trace. */
export const openPollMs = 30_000;
/** Between two polls while an outcome is unknown. */
export const unknownPollMs = 5_000;
/** Until the poll after something that the venue's lists may explain. */
export const soonMs = 1_000;

/** Decides when the venue's lists are read: one poll at a time, when somebody asks for it or when the timer is due. */
export class PollSchedule {
  readonly #poll: () => Promise<void>;
  readonly #isWanted: () => Promise<boolean>;
  readonly #clock: Clock;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #stopped = false;

  constructor(options: {
    /** Reads the venue's lists once. */
    readonly poll: () => Promise<void>;
    /** Whether a poll could tell anything when the timer is due. */
    readonly isWanted: () => Promise<boolean>;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#poll = options.poll;
    this.#isWanted = options.isWanted;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Polls and resolves when that is done. A poll that is under way may have begun too early to show what the caller
   * waits for, so another one follows it; all callers who come meanwhile share that one. @throws what the poll throws.
   */
  pollNow(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#poll().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    const current = this.#running;
    this.#following ??= current
      .catch(() => undefined)
      .then(() => {
        this.#following = undefined;
        return this.pollNow();
      });
    return this.#following;
  }

  /** Polls where nobody waits for the result. A poll that fails is made again later. */
  pollInBackground(): void {
    void this.pollNow().catch((error: unknown) => {
      this.#log.warn('venue not compared', { error });
      this.pollWithin(openPollMs);
    });
  }

  /** Makes the timer due in `delayMs` at the latest. A timer that is due earlier stays. */
  pollWithin(delayMs: number): void {
    if (this.#stopped) return;
    const at = this.#clock.now() + delayMs;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#clock.timer(delayMs, () => {
      this.#timer = undefined;
      void this.#pollIfWanted().catch((error: unknown) => this.#log.error('ledger not read', { error }));
    });
    this.#timer = { at, cancel };
  }

  /** Ends the timer, for good. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #pollIfWanted(): Promise<void> {
    if (await this.#isWanted()) this.pollInBackground();
  }
}
