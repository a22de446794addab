import type { Clock } from '../clock.ts';

/**
 * How long partial sends are remembered. A repeat comes earlier than that; the same message later is a new one and is
 * sent in full.
 */
const keptMs = 10 * 60_000;

/**
 * Remembers how much of a message was sent before sending failed, by chat and content, so that the repeat continues
 * there.
 */
export class PartialSends<T> {
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly progress: T; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the progress kept under a name, and forgets it. */
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
