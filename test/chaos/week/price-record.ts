import type { Extremes } from './truth.ts';

/** How many of an issue's latest prices a message may tell of: about an hour of them. */
const pricesKept = 80;

/** The prices that issues had, as far as messages may tell of them. */
export class PriceRecord {
  readonly #latest = new Map<string, number[]>();
  readonly #evening = new Map<string, Set<number>>();
  readonly #extremes = new Map<string, Extremes>();
  /** By issue, the minute of its latest price. */
  readonly #minutes = new Map<string, number>();
  /** How many minutes of issues had a price. */
  candles = 0;

  /** A price in won at a moment in milliseconds; returns the extremes of the day before it. `base`: the day's base price. */
  take(symbol: string, price: number, base: number, at: number): Extremes {
    const before = this.#extremes.get(symbol) ?? { high: base, low: base };
    this.#extremes.set(symbol, { high: Math.max(before.high, price), low: Math.min(before.low, price) });
    const latest = this.#latest.get(symbol) ?? [];
    latest.push(price);
    if (latest.length > pricesKept) latest.shift();
    this.#latest.set(symbol, latest);
    const minute = Math.floor(at / 60_000);
    if (this.#minutes.get(symbol) !== minute) this.candles += 1;
    this.#minutes.set(symbol, minute);
    return before;
  }

  /** A price outside the regular session. */
  takeEvening(symbol: string, price: number): void {
    this.#evening.set(symbol, (this.#evening.get(symbol) ?? new Set()).add(price));
  }

  beginDay(): void {
    this.#extremes.clear();
  }

  wasAt(symbol: string, price: number): boolean {
    return this.#latest.get(symbol)?.includes(price) === true || this.#evening.get(symbol)?.has(price) === true;
  }
}
