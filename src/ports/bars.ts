import type { MinuteCandle } from '../domain/market/minutes.ts';
import type { Bar } from '../domain/market/quote.ts';
import type { Marketplace } from '../domain/market/session.ts';
import type { BarOptions, ReadOptions } from './read-options.ts';

/** Daily candles of many issues, from the key that may ask most: the live one for reads where there is one. */
export interface BarSource {
  /** Whether a whole market can be asked about: paper alone lets one call a second leave. */
  readonly wholeMarket: boolean;
  /** How many calls may leave in a second; one brings a hundred candles of an issue. */
  readonly callsPerSecond: number;
  /** As `Broker.bars` of days. */
  dailyBars(symbol: string, count: number, options?: BarOptions): Promise<readonly Bar[]>;
}

/** An issue's daily candles as they are kept. */
export interface KeptBars {
  /** The day through which they are complete (`20261120`); the issue may not have traded on it. */
  readonly through: string;
  /** Oldest first; none of a day whose figures still change. */
  readonly bars: readonly Bar[];
}

/** Daily candles kept from day to day; they may be lost and fetched again. Throws AppError `store.cache-failed`. */
export interface BarStore {
  /** By issue, the day through which its candles are complete. */
  days(): Promise<ReadonlyMap<string, string>>;
  bars(symbol: string): Promise<KeptBars | undefined>;
  /** In the place of what was kept of the issue. */
  keep(symbol: string, kept: KeptBars): Promise<void>;
  /** Forgets issues whose candles are complete only through an earlier day than this. */
  forget(before: string): Promise<void>;
  close(): Promise<void>;
}

/** An issue at one of the exchanges: each has candles of its own. */
export interface CandleMarket {
  readonly symbol: string;
  readonly exchange: Marketplace;
}

/**
 * One-minute candles as the venue has them: of minutes with a trade alone, oldest first. Pages that do not depend on
 * each other are asked for at once. Throws AppError `venue.*`.
 */
export interface MinuteSource {
  /** `own`: a stand-in that may trade at any hour. */
  readonly hours: 'exchange' | 'own';
  /** Whether minutes of days that are over can be had; paper may lack them. */
  readonly hasPast: boolean;
  /** The candles of these minutes of today (`day`), in order, all begun: of the one that is not over what there is so far. */
  today(
    market: CandleMarket,
    day: string,
    minutes: readonly number[],
    options?: ReadOptions,
  ): Promise<readonly MinuteCandle[]>;
  /**
   * The candles of whole days that are over (`20261120`), by day, each of them in the answer; undefined where the venue
   * turns out to have none. `days` are trading days, newest first.
   */
  past(
    market: CandleMarket,
    days: readonly string[],
    options?: ReadOptions,
  ): Promise<ReadonlyMap<string, readonly MinuteCandle[]> | undefined>;
}

/** One-minute candles of days that are over, kept; they may be lost and asked for again. Throws `store.cache-failed`. */
export interface MinuteStore {
  /** Of these days those that are kept. A day without a trade is kept as one without candles. */
  read(market: CandleMarket, days: readonly string[]): Promise<ReadonlyMap<string, readonly MinuteCandle[]>>;
  keep(market: CandleMarket, day: string, candles: readonly MinuteCandle[]): Promise<void>;
  /** Forgets days before `day`, and the oldest beyond so many. */
  forget(day: string, most: number): Promise<void>;
  close(): Promise<void>;
}
