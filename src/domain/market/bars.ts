import type { Bar } from './quote.ts';

/** How long a candle lasts: minutes, or a day, week, month or year. */
export const barIntervals = ['1m', '3m', '5m', '10m', '15m', '30m', '60m', '1d', '1w', '1mo', '1y'] as const;
export type BarInterval = (typeof barIntervals)[number];
/** A day or longer. */
export type DayInterval = Extract<BarInterval, `1${'d' | 'w' | 'mo' | 'y'}`>;
/** Minutes of the candles that there are. */
export const candleLengths = [1, 3, 5, 10, 15, 30, 60] as const;
export type CandleLength = (typeof candleLengths)[number];

/** Minutes of a candle; undefined for a day and longer. */
export function minutesOf(interval: BarInterval): CandleLength | undefined {
  return candleLengths.find((minutes) => interval === `${minutes}m`);
}

/** Whether candles last a day or longer. */
export function isOfDays(interval: BarInterval): interval is DayInterval {
  return minutesOf(interval) === undefined;
}

/**
 * One-minute candles, oldest first, put together into candles of `minutes` that begin on the hour's own grid. Each is
 * named by the beginning of its stretch, whether or not anything traded then; a stretch without candles has none.
 */
export function aggregateBars(bars: readonly Bar[], minutes: number): readonly Bar[] {
  const grouped: Bar[] = [];
  for (const bar of bars) {
    const start = stretchOf(bar.start, minutes);
    const sofar = grouped.at(-1);
    if (sofar?.start === start) grouped[grouped.length - 1] = merged(sofar, bar);
    else grouped.push({ ...bar, start });
  }
  return grouped;
}

function stretchOf(start: string, minutes: number): string {
  const [day = '', time = ''] = start.split(' ');
  const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(2));
  const begin = minute - (minute % minutes);
  return `${day} ${String(Math.floor(begin / 60)).padStart(2, '0')}${String(begin % 60).padStart(2, '0')}`;
}

function merged(first: Bar, second: Bar): Bar {
  return {
    start: first.start,
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    close: second.close,
    volume: first.volume + second.volume,
  };
}

/** The mean close of each bar and the `count - 1` before it; undefined where there are not so many. */
export function movingAverage(bars: readonly Bar[], count: number): readonly (number | undefined)[] {
  let sum = 0;
  return bars.map(({ close }, index) => {
    sum += close - (bars[index - count]?.close ?? 0);
    return index + 1 < count ? undefined : sum / count;
  });
}
