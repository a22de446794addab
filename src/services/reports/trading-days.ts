import { laterDay } from '../../clock.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Calendar } from '../calendar.ts';

/** No run of holidays is longer. */
const mostDays = 21;

/** The trading day after `day`, or before it with `step` -1; undefined where it cannot be known. Never rejects. */
export async function tradingDayBeside(
  calendar: Pick<Calendar, 'tradesOn'>,
  day: string,
  step: 1 | -1,
  options: ReadOptions,
): Promise<string | undefined> {
  let beside = day;
  for (let steps = 0; steps < mostDays; steps += 1) {
    beside = laterDay(beside, step);
    const trades = await calendar.tradesOn(beside, options);
    if (trades !== false) return trades === undefined ? undefined : beside;
  }
  return undefined;
}
