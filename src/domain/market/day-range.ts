import type { Bar } from './quote.ts';

/** The highest and the lowest price of an issue on a day, as they stood when somebody looked. */
export interface DayRange {
  /** `20261123` */
  readonly day: string;
  readonly high: number;
  readonly low: number;
  /** Shares traded that day. */
  readonly volume: number;
}

/** Prices that an issue reached between two looks, and that neither look saw as its last price. */
export interface Touched {
  /** A new high of the day. */
  readonly high?: number;
  /** A new low of the day. */
  readonly low?: number;
}

/** The range of a day on which something was traded; undefined where it is not told. */
export function rangeOf(
  day: string | undefined,
  high: number | undefined,
  low: number | undefined,
  volume: number,
): DayRange | undefined {
  if (day === undefined || high === undefined || low === undefined || low <= 0 || volume <= 0) return undefined;
  return { day, high, low, volume };
}

/**
 * What happened between two looks: the day's high and low as far as they are new. Nothing where no earlier look is
 * known, because then the high and the low may be older than whoever asks. On a new day all of its prices are new.
 * A price inside the range that was known before leaves no trace and cannot be told.
 */
export function touchedBetween(known: DayRange | undefined, now: DayRange): Touched {
  if (known === undefined || known.day > now.day) return {};
  if (known.day < now.day) return isSameFigures(known, now) ? {} : { high: now.high, low: now.low };
  return { ...(now.high > known.high && { high: now.high }), ...(now.low < known.low && { low: now.low }) };
}

/** What is known of a day after one more look. */
export function withLook(known: DayRange | undefined, now: DayRange): DayRange {
  if (known === undefined) return now;
  // The day before keeps its name until its figures change, so that they are not taken for those of the new day.
  if (known.day !== now.day) return known.day > now.day || isSameFigures(known, now) ? known : now;
  return {
    day: now.day,
    high: Math.max(known.high, now.high),
    low: Math.min(known.low, now.low),
    volume: Math.max(known.volume, now.volume),
  };
}

/** A venue may go on showing the figures of the day before when the new day has begun. */
function isSameFigures(known: DayRange, now: DayRange): boolean {
  return known.high === now.high && known.low === now.low && known.volume === now.volume;
}

/** Days whose mean range counts as usual. */
const usualDays = 20;
/** The share of the price that counts as a usual day's movement where nothing is known of the issue. */
const unknownMovement = 0.02;

/**
 * How far the price of an issue usually moves in a day, in won: the mean true range of the last twenty daily candles
 * (oldest first). Without candles it is the range of today so far, but no less than two percent of the price, because
 * in the morning a day has no range yet.
 */
export function usualMovement(
  bars: readonly Bar[],
  price: number,
  today: Pick<DayRange, 'high' | 'low'> | undefined,
): number {
  const recent = bars.slice(-usualDays - 1);
  const ranges = recent.slice(1).map(({ high, low, close }, index) => {
    const before = recent[index]?.close ?? close;
    // A candle of a day without trading has a close, and zero for the other prices.
    return low > 0 ? Math.max(high, before) - Math.min(low, before) : 0;
  });
  const mean = ranges.reduce((sum, range) => sum + range, 0) / Math.max(1, ranges.length);
  if (mean > 0) return mean;
  return Math.max(today === undefined ? 0 : today.high - today.low, price * unknownMovement, 1);
}
