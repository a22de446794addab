// @ts-nocheck
import type { Clock } from '../clock.ts';

/** A repeat that has not come by then is not to be expected: the same said later is said anew, and in full. */
const keptMs = 10 * 60_000;

/** How far messages came that broke off in the middle, by chat and content, for their repeats to go on from there. */
export class Unfinished<T> {
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly progress: T; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives back what is kept, once. */
  take(name: string): T | undefined {
    this.#forgetOld();
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    return kept?.progress;
  }

  keep(name: string, progress: T): void {
    this.#forgetOld();
    this.#kept.set(name, { progress, at: this.#clock.now() });
  }

  #forgetOld(): void {
    const before = this.#clock.now() - keptMs;
    for (const [name, { at }] of this.#kept) if (at < before) this.#kept.delete(name);
  }
}
