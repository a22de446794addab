// @ts-nocheck
import type { Clock } from '../clock.ts';

/** After so many calls, how long they took tells how long the others will. */
const measuredCalls = 50;

/** How long it takes to ask for what is missing: by what may be asked in a second, and by how long it took until now. */
export class Wait {
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

  add(calls: number): void {
    this.#issues += 1;
    this.#calls += calls;
  }

  begin(): void {
    this.#begunAt = this.#clock.now();
  }

  done(calls: number): void {
    this.#issues -= 1;
    this.#calls -= calls;
    this.#made += calls;
  }

  get left(): { readonly issues: number; readonly ms: number } | undefined {
    if (this.#issues === 0) return undefined;
    const allowed = 1_000 / this.#callsPerSecond;
    const measured =
      this.#begunAt === undefined || this.#made < measuredCalls ? 0 : (this.#clock.now() - this.#begunAt) / this.#made;
    return { issues: this.#issues, ms: this.#calls * Math.max(allowed, measured) };
  }
}
