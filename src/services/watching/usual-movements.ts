import { type Clock, koreanDay } from '../../clock.ts';
import { type DayRange, usualMovement } from '../../domain/market/day-range.ts';
import type { Bar } from '../../domain/market/quote.ts';

/** Knows how far the prices of issues usually move in a day, from the daily candles that are kept. */
export class UsualMovements {
  readonly #clock: Clock;
  readonly #kept: (symbol: string) => Promise<readonly Bar[]>;
  /** By issue; the candles are read once a day. */
  readonly #bars = new Map<string, { readonly day: string; readonly bars: readonly Bar[] }>();

  /** `kept`: the daily candles that are kept of an issue, oldest first; it never rejects. */
  constructor(clock: Clock, kept: (symbol: string) => Promise<readonly Bar[]>) {
    this.#clock = clock;
    this.#kept = kept;
  }

  /** Won. Until the candles are read, and where there are none, it goes by today's range. */
  of(symbol: string, price: number, today: Pick<DayRange, 'high' | 'low'> | undefined): number {
    const day = koreanDay(this.#clock.now());
    const known = this.#bars.get(symbol);
    if (known?.day !== day) {
      this.#bars.set(symbol, { day, bars: known?.bars ?? [] });
      void this.#kept(symbol).then((bars) => this.#bars.set(symbol, { day, bars: bars.slice(-30) }));
    }
    return usualMovement(known?.bars ?? [], price, today);
  }

  forget(symbol: string): void {
    this.#bars.delete(symbol);
  }
}
