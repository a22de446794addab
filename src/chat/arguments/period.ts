import { DateTime } from 'luxon';
import { AppError } from '../../errors.ts';
import { type ArgumentKind, shorten } from '../command.ts';

/** The first and the last day of a period (`20261121`), in Korean time. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/**
 * A period that may depend on the current day, such as 어제: returns its days for a given `today`.
 * @throws AppError `args.period-*`.
 */
export type RelativePeriod = (today: string) => Period;

const dayFormat = 'yyyyMMdd';
const parsed = (day: string): DateTime => DateTime.fromFormat(day, dayFormat, { zone: 'utc' });

/** A Korean day as people write it: `2026-11-21`. */
export function writtenDay(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}

/** `2026-11-21`, or `2026-11-01 ~ 2026-11-21`. */
export function writtenPeriod({ from, to }: Period): string {
  return from === to ? writtenDay(from) : `${writtenDay(from)} ~ ${writtenDay(to)}`;
}

/** The period as one word of a command line: `20261101-20261121`. */
export function periodWord({ from, to }: Period): string {
  return `${from}-${to}`;
}

const units: Readonly<Record<string, 'days' | 'weeks' | 'months' | 'years'>> = {
  일: 'days',
  d: 'days',
  day: 'days',
  days: 'days',
  주: 'weeks',
  주일: 'weeks',
  w: 'weeks',
  week: 'weeks',
  weeks: 'weeks',
  개월: 'months',
  달: 'months',
  m: 'months',
  month: 'months',
  months: 'months',
  년: 'years',
  y: 'years',
  year: 'years',
  years: 'years',
};
/**
 * The largest number of days, weeks, months or years that is read. A period is at most a year, and a year has 366 days.
 */
const mostUnits = 366;

const date = String.raw`\d{4}[-./]?\d{2}[-./]?\d{2}`;
const oneDate = new RegExp(`^${date}$`);
const twoDates = new RegExp(`^(${date})[-~](${date})$`);

/**
 * Today and days before it, or days by their dates: `오늘`, `어제`, `1주`, `3개월`, `week`, `20261101-20261121`,
 * `2026-11-01 2026-11-21`.
 */
export const period: ArgumentKind<RelativePeriod> = {
  name: 'period',
  optional: false,
  read([first = '', second = '']) {
    if (oneDate.test(first) && oneDate.test(second)) return { value: between(first, second), used: 2 };
    const value = periodOf(first);
    if (value === undefined) throw new AppError('args.period', { text: shorten(first) });
    return { value, used: 1 };
  },
};

/** Whether a word is meant as a period, even when it is not a valid one. */
export function looksLikePeriod(word: string): boolean {
  return periodOf(word) !== undefined || /^\d{4}(?:\d{4}|[-./])/.test(word);
}

/** Today alone: the period when the person gives none. */
export const todayAlone: RelativePeriod = (today) => ({ from: today, to: today });

function periodOf(word: string): RelativePeriod | undefined {
  const text = word.toLowerCase();
  if (text === '오늘' || text === 'today') return todayAlone;
  if (text === '어제' || text === 'yesterday') {
    return (today) => {
      const day = parsed(today).minus({ days: 1 }).toFormat(dayFormat);
      return { from: day, to: day };
    };
  }
  const [, count = '1', name = ''] = /^(\d{1,3})?([a-z가-힣]+)$/.exec(text) ?? [];
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  if (unit !== undefined) return back(Number(count), unit, word);
  if (oneDate.test(text)) return between(text, text);
  const [, from, to] = twoDates.exec(text) ?? [];
  return from === undefined || to === undefined ? undefined : between(from, to);
}

/** The period of `count` units that ends today. */
function back(count: number, unit: 'days' | 'weeks' | 'months' | 'years', word: string): RelativePeriod {
  return (today) => {
    if (count === 0) throw new AppError('args.period', { text: shorten(word) });
    if (count > mostUnits) throw new AppError('args.period-long');
    const from = parsed(today)
      .minus({ [unit]: count })
      .plus({ days: 1 });
    return checked({ from: from.toFormat(dayFormat), to: today }, today);
  };
}

function between(first: string, last: string): RelativePeriod {
  const [from = '', to = ''] = [first, last].map((day) => day.replaceAll(/\D/g, ''));
  return (today) => {
    const wrong = [from, to].findIndex((day) => !parsed(day).isValid);
    if (wrong !== -1) throw new AppError('args.period', { text: wrong === 0 ? first : last });
    return checked({ from, to }, today);
  };
}

function checked(days: Period, today: string): Period {
  const { from, to } = days;
  if (from > to) throw new AppError('args.period-reversed', { from: writtenDay(from), to: writtenDay(to) });
  if (to > today) throw new AppError('args.period-future', { today: writtenDay(today) });
  if (parsed(from) <= parsed(to).minus({ years: 1 })) throw new AppError('args.period-long');
  return days;
}
