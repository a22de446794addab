import type { Bar } from '../domain/market/quote.ts';
import type { BarOptions } from './read-options.ts';

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
