import type { PriceTime, PriceTimes } from '../domain/market/price-time.ts';
import type { ExtendedQuote } from '../domain/market/quote.ts';
import { AppError } from '../errors.ts';
import type { Broker } from '../ports/broker.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import type { Calendar } from './calendar.ts';

/** Prices of one exchange outside KRX's regular session, and what they are of. */
export interface ExtendedPrices {
  readonly time: PriceTime;
  /** Of the issues that have traded there. */
  readonly quotes: readonly ExtendedQuote[];
}

/** What has to be said of prices at KRX, and the prices that are newer than they are. */
export interface PriceBasis {
  readonly times: PriceTimes;
  readonly extended: readonly ExtendedPrices[];
}

/** KRX's after-market costs a call an issue, so lists go without it and have Nextrade alone. */
const mostCalls = 3;

/** Reads what belongs beside KRX's prices of these issues. What KIS does not offer or answer is left out. */
export async function readPriceBasis(
  { broker, calendar }: { readonly broker: Broker; readonly calendar: Calendar },
  symbols: readonly string[],
  options: ReadOptions = {},
): Promise<PriceBasis> {
  const times = await calendar.priceTimes(options);
  if (symbols.length === 0) return { times, extended: [] };
  const wanted = times.extended.filter(({ exchange }) => exchange === 'NXT' || symbols.length <= mostCalls);
  const extended = await Promise.all(
    wanted.map(async (time): Promise<ExtendedPrices> => {
      try {
        return { time, quotes: await broker.extendedQuotes(symbols, time.exchange, options) };
      } catch (error) {
        if (error instanceof AppError && error.code.startsWith('venue.')) return { time, quotes: [] };
        throw error;
      }
    }),
  );
  return { times, extended: extended.filter(({ quotes }) => quotes.length > 0) };
}
