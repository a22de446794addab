import type { Clock } from '../../clock.ts';
import { type DayRange, type Touched, touchedBetween, withLook } from '../../domain/market/day-range.ts';
import type { Log } from '../../log.ts';
import type { Cache } from '../../ports/cache.ts';

/** What was seen of an issue at an exchange last. */
export interface LastLook {
  readonly price: number;
  /** The day's high and low as far as they were seen; undefined where nothing told them. */
  readonly range: DayRange | undefined;
  /** Milliseconds. */
  readonly at: number;
}

const key = 'watching:last-looks';
/** How long what was seen is kept: longer than any run of holidays. */
const keptMs = 14 * 24 * 3_600_000;
/** The pause between two writes of what was seen, apart from those that somebody waits for. */
const saveEveryMs = 30_000;

/**
 * What was seen last of everything that is watched. It is kept over a restart, so that a start can tell what happened
 * meanwhile from what was there before. When it is lost, nothing is taken for new.
 */
export class LastLooks {
  readonly #options: { readonly cache: Cache; readonly clock: Clock; readonly log: Log };
  readonly #looks = new Map<string, LastLook>();
  /** The look before the latest one. */
  readonly #previous = new Map<string, LastLook>();
  /** Looks that are kept in the place of later ones, and how many hold each. */
  readonly #held = new Map<string, { readonly look: LastLook; holders: number }>();
  #changed = false;
  #savedAt = 0;
  #saving: Promise<void> | undefined;

  constructor(options: { readonly cache: Cache; readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
  }

  /** Reads what the last process saw. Never rejects. */
  async load(): Promise<void> {
    const { cache, log } = this.#options;
    try {
      const kept = (await cache.get<Record<string, LastLook>>(key)) ?? {};
      for (const [id, look] of Object.entries(kept)) if (!this.#looks.has(id)) this.#looks.set(id, look);
    } catch (error) {
      log.warn('last looks not in cache', { error });
    }
  }

  get(id: string): LastLook | undefined {
    return this.#looks.get(id);
  }

  /** Takes note of a look, at a price at a moment; returns what was reached since the look before. */
  take(id: string, price: number, range: DayRange | undefined, at: number): Touched {
    const known = this.#looks.get(id);
    this.#changed = true;
    if (known !== undefined) this.#previous.set(id, known);
    this.#looks.set(id, { price, range: range === undefined ? known?.range : withLook(known?.range, range), at });
    if (at - this.#savedAt >= saveEveryMs) void this.save();
    return range === undefined ? {} : touchedBetween(known?.range, range);
  }

  /**
   * Has the look before the latest one kept for the next process, until the returned function is called: what the
   * latest one brought would otherwise be known there, and told by nobody.
   */
  hold(id: string): () => void {
    const look = this.#previous.get(id);
    const held = this.#held.get(id) ?? (look && { look, holders: 0 });
    if (held === undefined) return () => undefined;
    held.holders += 1;
    this.#held.set(id, held);
    return () => {
      held.holders -= 1;
      if (held.holders > 0) return;
      this.#held.delete(id);
      this.#changed = true;
    };
  }

  forget(id: string): void {
    this.#previous.delete(id);
    if (this.#looks.delete(id)) this.#changed = true;
  }

  /** Writes everything down. Resolves when what was seen before the call is kept. Never rejects. */
  async save(): Promise<void> {
    // A write under way may have begun before the latest look.
    await this.#saving;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#changed) return;
    const { cache, clock, log } = this.#options;
    this.#changed = false;
    this.#savedAt = clock.now();
    try {
      const held = [...this.#held].map(([id, { look }]) => [id, look] as const);
      await cache.set(key, Object.fromEntries([...this.#looks, ...held]), keptMs);
    } catch (error) {
      log.warn('last looks not kept', { error });
    }
  }
}
