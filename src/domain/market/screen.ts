import { movingAverage } from './bars.ts';
import type { Bar } from './quote.ts';

/** Bars of the fast and of the slow moving average. */
export const goldenSpans = { quick: 50, slow: 200 } as const;
/** Bars over which the daily turnover is averaged. */
const turnoverBars = 20;

/** The filters of a search for golden crosses. Amounts are won; undefined is no floor. */
export interface GoldenCriteria {
  /** Trading days, today's among them, within which the cross happened. */
  readonly within: number;
  readonly marketValue: number | undefined;
  /** The daily turnover, averaged over the last twenty days. */
  readonly turnover: number | undefined;
}

/**
 * How many bars ago the quick average last rose above the slow one, 0 being the newest bar; undefined where it has not
 * within the last `within` bars, or is not above any more. Bars are oldest first.
 */
export function goldenCross(
  bars: readonly Bar[],
  within: number,
  { quick, slow }: { readonly quick: number; readonly slow: number } = goldenSpans,
): number | undefined {
  const averages = [movingAverage(bars, quick), movingAverage(bars, slow)] as const;
  const isAbove = (index: number): boolean | undefined => {
    const [quicker, slower] = [averages[0][index], averages[1][index]];
    return quicker === undefined || slower === undefined ? undefined : quicker > slower;
  };
  const newest = bars.length - 1;
  for (let ago = 0; ago < within && isAbove(newest - ago) === true; ago += 1) {
    if (isAbove(newest - ago - 1) === false) return ago;
  }
  return undefined;
}

/** The recent daily turnover in won, by closing prices: bars do not hold what was paid. */
export function meanTurnover(bars: readonly Bar[]): number {
  const latest = bars.slice(-turnoverBars);
  return latest.length === 0 ? 0 : latest.reduce((sum, { close, volume }) => sum + close * volume, 0) / latest.length;
}
