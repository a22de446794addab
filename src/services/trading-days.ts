import { laterDay, nextDay } from '../clock.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import type { Calendar } from './calendar.ts';

/** No run of holidays is longer. */
const mostDays = 21;

/**
 * How many days ahead record days are asked for, in order to know the ex-dividend days of this week: a record day comes
 * one trading day later, which over holidays is more than a week.
 */
export const recordDaysAhead = 14;

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

/** The trading days from `from` to `until`, both included; a day that nobody tells of is taken for one. Never rejects. */
export async function tradingDaysBetween(
  calendar: Pick<Calendar, 'tradesOn'>,
  from: string,
  until: string,
  options: ReadOptions,
): Promise<readonly string[]> {
  const days: string[] = [];
  for (let day = from; day <= until; day = nextDay(day)) {
    if ((await calendar.tradesOn(day, options)) ?? true) days.push(day);
  }
  return days;
}
