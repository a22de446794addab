import { weekdayOf } from '../clock.ts';
import { krxClosures, krxTableYears } from '../domain/market/krx-holidays.ts';

export function isWeekend(day: string): boolean {
  return weekdayOf(day) > 5;
}

/** The shipped calendar: weekdays that are not on the list of closures, in the years that the list covers. */
export function openByTable(day: string): boolean | undefined {
  if (isWeekend(day)) return false;
  const year = Number(day.slice(0, 4));
  if (year < krxTableYears.first || year > krxTableYears.last) return undefined;
  return !krxClosures.includes(day);
}
