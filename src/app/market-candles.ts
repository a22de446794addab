import type { Clock } from '../clock.ts';
import type { Kis } from '../kis/kis.ts';
import { isSameMarket } from '../kis/wire/environment.ts';
import type { Log } from '../log.ts';
import type { MinuteStore } from '../ports/bars.ts';
import type { MarketFeed } from '../ports/feed.ts';
import type { Calendar } from '../services/calendar.ts';
import { Candles } from '../services/candles/candles.ts';
import { IssueBars } from '../services/candles/issue-bars.ts';
import type { DailyBars } from '../services/daily-bars.ts';
import { memoryMinutes } from '../store/minutes.ts';

interface MarketCandlesOptions {
  readonly venues: readonly [Kis, ...Kis[]];
  readonly feed: MarketFeed;
  readonly minuteStore: MinuteStore;
  readonly days: DailyBars;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly log: Log;
}

/** The candles of the market that is watched, and the candles that each account asks for: those of its own market. */
export interface MarketCandles {
  readonly watched: Candles;
  of(kis: Kis): IssueBars;
}

/** Builds both. Accounts of one market share what is kept; a simulator's prices are made up anew at every start. */
export function createMarketCandles(options: MarketCandlesOptions): MarketCandles {
  const { venues, feed, minuteStore, days } = options;
  const [first] = venues;
  const isMadeUp = (kis: Kis): boolean => kis.broker.venue.kind.endsWith('simulator');
  const store = isMadeUp(first) ? memoryMinutes() : minuteStore;
  const watched = new Candles({ ...options, source: first.minutes, store, feed });
  return {
    watched,
    of(kis) {
      const { broker, minutes: source } = kis;
      if (isSameMarket(kis.environment, first.environment)) return new IssueBars({ broker, candles: watched, days });
      const unwatched = { tradesSince: () => undefined };
      const candles = new Candles({ ...options, source, store: memoryMinutes(), feed: unwatched });
      return new IssueBars({ broker, candles, days: undefined });
    },
  };
}
