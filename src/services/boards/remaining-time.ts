import type { Clock } from '../../clock.ts';

/** So many calls are measured before their mean tells how long the others will take. */
const measuredCalls = 50;

/**
 * Estimates how long the calls of a search will still take: no less than the rate limit makes them take, and no less
 * than the calls so far have taken.
 */
export class RemainingTime {
  readonly #clock: Clock;
  readonly #callsPerSecond: number;
  #issues = 0;
  #calls = 0;
  #made = 0;
  #begunAt: number | undefined;

  constructor(clock: Clock, callsPerSecond: number) {
    this.#clock = clock;
    this.#callsPerSecond = callsPerSecond;
  }

  /** Adds an issue that takes so many calls. */
  add(calls: number): void {
    this.#issues += 1;
    this.#calls += calls;
  }

  /** The calls begin now. */
  begin(): void {
    this.#begunAt = this.#clock.now();
  }

  /** An issue is done that took so many calls. */
  done(calls: number): void {
    this.#issues -= 1;
    this.#calls -= calls;
    this.#made += calls;
  }

  /** Issues that are left, and how long they will take; undefined where none is. */
  get left(): { readonly issues: number; readonly ms: number } | undefined {
    if (this.#issues === 0) return undefined;
    const allowed = 1_000 / this.#callsPerSecond;
    const measured =
      this.#begunAt === undefined || this.#made < measuredCalls ? 0 : (this.#clock.now() - this.#begunAt) / this.#made;
    return { issues: this.#issues, ms: this.#calls * Math.max(allowed, measured) };
  }
}
