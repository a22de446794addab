import { type BarInterval, isOfDays, minutesOf } from '../../domain/market/bars.ts';
import type { Bar, Quote } from '../../domain/market/quote.ts';
import type { CandleMarket } from '../../ports/bars.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import { type DailyBars, keptBars } from '../daily-bars.ts';
import type { CandleQuery, Candles } from './candles.ts';

interface IssueBarsOptions {
  readonly broker: Pick<Broker, 'bars'>;
  readonly candles: Candles;
  /** Undefined for a market of which no days are kept. */
  readonly days: Pick<DailyBars, 'newest'> | undefined;
}

/** Candles of any length of one issue, from what is kept and what is watched, as far as that goes. */
export class IssueBars {
  readonly #options: IssueBarsOptions;

  constructor(options: IssueBarsOptions) {
    this.#options = options;
  }

  /**
   * The newest candles, `count` at most, oldest first; the one that grows still is among them, unless those of minutes
   * are to be `closed`, and those of minutes begin with the day `from`. `quote`: the issue's, read just before; today's candle of a day is in it. Candles of a day and
   * longer are KRX's.
   * @throws AppError `venue.*`.
   */
  async newest(
    market: CandleMarket,
    interval: BarInterval,
    count: number,
    quote: () => Promise<Quote>,
    { closed = false, from, ...read }: ReadOptions & Pick<CandleQuery, 'closed' | 'from'> = {},
  ): Promise<readonly Bar[]> {
    const { broker, candles, days } = this.#options;
    const minutes = minutesOf(interval);
    if (minutes !== undefined) return candles.newest(market, { minutes, count, closed, from }, read);
    if (interval !== '1d' || days === undefined || count > keptBars) {
      return isOfDays(interval) ? broker.bars(market.symbol, interval, count, read) : [];
    }
    return (await days.newest(market.symbol, quote, read)).slice(-count);
  }
}
