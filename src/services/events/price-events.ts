import type { MarketEvent } from '../../domain/market/market-event.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { Sighting } from '../watching/sighting.ts';

/** What an issue has to reach on a day to be told of. Prices are whole won; undefined is not known. */
interface Bounds {
  readonly day: string;
  /** Whether its 52 weeks were asked for; an issue that was listed lately may have none. */
  readonly asked: boolean;
  readonly yearHigh: number | undefined;
  readonly yearLow: number | undefined;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
}

/** A price that was seen, and the highest and lowest of the day, where they are told. */
export type SeenPrice = Pick<Sighting, 'symbol' | 'price' | 'day' | 'high' | 'low'>;

/** The highest and the lowest price that were seen of an issue. */
interface Span {
  readonly high: number;
  readonly low: number;
}

/**
 * Finds 52-week highs and lows and price limits that were reached. The high and low of the 52 weeks before come with the
 * quote of one issue, once a day. The day's high and low come with what the price watch sees, so that a price that was
 * there for a second between two looks is not missed.
 */
export class PriceEvents {
  /** By issue. */
  readonly #bounds = new Map<string, Bounds>();
  /** What was found already: the day, the issue and the key of an event. */
  readonly #found = new Set<string>();

  /** Whether the 52-week high and low of an issue are known on a day. */
  knows(symbol: string, day: string): boolean {
    const bounds = this.#bounds.get(symbol);
    return bounds?.day === day && bounds.asked;
  }

  /** Whether the price limits of an issue are known on a day. */
  knowsLimits(symbol: string, day: string): boolean {
    const bounds = this.#bounds.get(symbol);
    return bounds?.day === day && bounds.upper !== undefined;
  }

  /** A quote of one issue, which tells its 52-week high and low. */
  learn(quote: Quote, day: string): readonly MarketEvent[] {
    const { symbol, yearHigh, yearLow } = quote;
    if (this.knows(symbol, day)) return this.look(quote, day);
    this.#setBounds(symbol, day, { asked: true, yearHigh: yearHigh?.price, yearLow: yearLow?.price });
    // KIS counts today in: a high of today is the news itself.
    const today = [
      ...(yearHigh?.day === day ? [yearEvent(symbol, day, 'high', yearHigh.price, undefined)] : []),
      ...(yearLow?.day === day ? [yearEvent(symbol, day, 'low', yearLow.price, undefined)] : []),
    ];
    return [...today, ...this.look(quote, day)];
  }

  /** Any quote. */
  look(quote: Quote, day: string): readonly MarketEvent[] {
    const { symbol, last, high, low, upperLimit, lowerLimit, volume } = quote;
    this.#setBounds(symbol, day, { upper: above0(upperLimit), lower: above0(lowerLimit) });
    // Before the first trade of the day KIS shows yesterday's close, and zeros.
    if (volume <= 0 || last <= 0) return [];
    return this.#reached(symbol, day, { high: Math.max(high, last), low: low > 0 ? Math.min(low, last) : last });
  }

  /** What the price watch saw of an issue at KRX. What it reaches is returned the first time. */
  see({ symbol, price, day, high = price, low = price }: SeenPrice): readonly MarketEvent[] {
    if (price <= 0 || day === undefined) return [];
    const span = { high: Math.max(high, price), low: low > 0 ? Math.min(low, price) : price };
    return this.#reached(symbol, day, span).filter(({ key }) => {
      const name = `${day} ${symbol} ${key}`;
      const isNew = !this.#found.has(name);
      this.#found.add(name);
      return isNew;
    });
  }

  /** Forgets what is of other days, and the issues that are not wanted any more. */
  keep(symbols: ReadonlySet<string>, day: string): void {
    for (const [symbol, bounds] of this.#bounds) {
      if (bounds.day !== day || !symbols.has(symbol)) this.#bounds.delete(symbol);
    }
    for (const name of this.#found) if (!name.startsWith(day)) this.#found.delete(name);
  }

  #setBounds(symbol: string, day: string, change: Partial<Omit<Bounds, 'day'>>): void {
    const known = this.#bounds.get(symbol);
    const none = { day, asked: false, yearHigh: undefined, yearLow: undefined, upper: undefined, lower: undefined };
    this.#bounds.set(symbol, { ...(known?.day === day ? known : none), ...change });
  }

  #reached(symbol: string, day: string, { high, low }: Span): readonly MarketEvent[] {
    const bounds = this.#bounds.get(symbol);
    if (bounds?.day !== day) return [];
    const { yearHigh, yearLow, upper, lower } = bounds;
    const events: MarketEvent[] = [];
    if (yearHigh !== undefined && high > yearHigh) events.push(yearEvent(symbol, day, 'high', high, yearHigh));
    if (yearLow !== undefined && low < yearLow) events.push(yearEvent(symbol, day, 'low', low, yearLow));
    if (upper !== undefined && high >= upper)
      events.push({ kind: 'limit', key: 'limit upper', symbol, day, side: 'upper', price: upper });
    if (lower !== undefined && low <= lower)
      events.push({ kind: 'limit', key: 'limit lower', symbol, day, side: 'lower', price: lower });
    return events;
  }
}

function yearEvent(
  symbol: string,
  day: string,
  side: 'high' | 'low',
  price: number,
  before: number | undefined,
): MarketEvent {
  return { kind: 'year', key: `year ${side}`, symbol, day, side, price, before };
}

function above0(price: number): number | undefined {
  return price > 0 ? price : undefined;
}
