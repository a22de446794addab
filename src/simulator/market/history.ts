import type { Bar } from '../../domain/market/quote.ts';
import { sessionsOn } from '../../domain/market/session.ts';
import { nearestTicks } from '../../domain/orders/order-rules.ts';
import { addTradingDays, dateOf } from './hours.ts';
import type { Issue } from './instruments.ts';
import { between, type Random, randomFor } from './random.ts';

/** A bar with the won traded in it. */
export interface HistoryBar extends Bar {
  readonly turnover: number;
}

/** A random price near another one, on a valid tick. */
function near(price: number, spread: number, random: Random, issue: Issue): number {
  const wanted = Math.max(1, Math.round(price * (1 + (random() - 0.5) * spread)));
  const { below, above } = nearestTicks(wanted, issue.kind);
  return wanted - below < above - wanted ? below : above;
}

function bar(start: string, open: number, close: number, wick: number, random: Random, issue: Issue): HistoryBar {
  const high = Math.max(open, close, near(Math.max(open, close), wick, random, issue));
  const low = Math.min(open, close, near(Math.min(open, close), wick, random, issue));
  const volume = Math.ceil((issue.listedThousands * (1 + random())) / 4);
  return { start, open, high, low, close, volume, turnover: Math.round((volume * (open + close)) / 2) };
}

/** The `count` trading days before `today`, newest first. */
export function tradingDaysBefore(today: string, count: number): readonly string[] {
  const days: string[] = [];
  for (let day = today; days.length < count; days.push(day)) day = addTradingDays(day, -1);
  return days;
}

/**
 * The minutes from the open to `time`, newest first. With a `day` the hours of the exchange on it count; without one
 * the market never closes.
 */
export function minutesBefore(time: string, day?: string): readonly string[] {
  if (day !== undefined)
    return tradedMinutes(day)
      .filter((minute) => minute < time.slice(0, 4))
      .toReversed();
  const now = minuteOf(time);
  // A market that never closes has been open since midnight.
  const opened = time >= '0900' ? 9 * 60 : 0;
  return Array.from({ length: Math.min(390, now - opened) }, (_, index) => timeOf(now - index - 1));
}

/** Minutes since midnight of a time that starts with `HHmm`. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(2, 4));
}

/** `HHmm` of the minutes since midnight. */
export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}`;
}

/** Made-up daily bars for `days` (newest first), oldest first, that end at the base price. */
export function pastDays(issue: Issue, days: readonly string[], random: Random): HistoryBar[] {
  let close = issue.base;
  const bars = days.map((day) => {
    const previousClose = near(close, 0.04, random, issue);
    const made = bar(day, near(previousClose, 0.015, random, issue), close, 0.02, random, issue);
    close = previousClose;
    return made;
  });
  return bars.reverse();
}

/** Made-up bars for `minutes` (newest first), oldest first, that end at the base price. */
export function pastMinutes(issue: Issue, minutes: readonly string[], random: Random): HistoryBar[] {
  let close = issue.base;
  const bars = minutes.map((start) => {
    // The walk is pulled towards the base price, so that the day stays within a few percent of it.
    const open = near(close + (issue.base - close) / 20, 0.002, random, issue);
    const made = bar(start, open, close, 0.001, random, issue);
    const volume = Math.max(1, Math.round(made.volume / between(random, 300, 500)));
    close = open;
    return { ...made, volume, turnover: volume * made.close };
  });
  return bars.reverse();
}

/** Divides the bar of a day into minutes with the same open, high, low, close and volume together. */
export function minutesOfDay(day: HistoryBar, issue: Issue): readonly HistoryBar[] {
  const random = randomFor(day.volume, `${issue.symbol} ${day.start}`);
  const times = tradedMinutes(day.start);
  const [highest, lowest] = [between(random, 1, times.length - 2), between(random, 1, times.length - 2)];
  const usual = Math.floor(day.volume / times.length);
  let [open, left] = [day.open, day.volume];
  return times.map((start, index) => {
    const wanted = near(open + (day.close - open) / (times.length - index), 0.003, random, issue);
    const close = index === times.length - 1 ? day.close : Math.min(day.high, Math.max(day.low, wanted));
    const high = index === highest ? day.high : Math.max(open, close);
    const low = index === lowest ? day.low : Math.min(open, close);
    // Something is left for each minute that comes, the closing auction's among them.
    const most = left - (times.length - 1 - index);
    const volume = index === times.length - 1 ? left : Math.max(0, Math.min(most, between(random, 1, usual * 2)));
    left -= volume;
    const made = { start, open, high, low, close, volume, turnover: volume * close };
    open = close;
    return made;
  });
}

/** The minutes of continuous trading, and the one of the closing auction. */
function tradedMinutes(day: string): readonly string[] {
  const rows = sessionsOn(day);
  const regular = rows.find(({ kind }) => kind === 'regular');
  const auction = rows.find(({ kind }) => kind === 'closing-auction');
  const [from, to] = [minuteOf(regular?.start ?? '0900'), minuteOf(regular?.end ?? '1520')];
  return [...Array.from({ length: to - from }, (_, index) => timeOf(from + index)), auction?.end ?? '1530'];
}

/** Joins daily bars into weeks, months or years. Each starts on its first trading day. */
export function group(bars: readonly HistoryBar[], period: 'D' | 'W' | 'M' | 'Y'): readonly HistoryBar[] {
  if (period === 'D') return bars;
  const format = { W: 'kkkkWW', M: 'yyyyMM', Y: 'yyyy' }[period];
  const groups = new Map<string, HistoryBar>();
  for (const next of bars) {
    const key = dateOf(next.start).toFormat(format);
    const sofar = groups.get(key);
    groups.set(key, sofar === undefined ? next : merge(sofar, next));
  }
  return [...groups.values()];
}

function merge(first: HistoryBar, second: HistoryBar): HistoryBar {
  return {
    start: first.start,
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    close: second.close,
    volume: first.volume + second.volume,
    turnover: first.turnover + second.turnover,
  };
}

/** Adds a trade to the minutes of a day, which stay oldest first. */
export function addToMinutes(minutes: HistoryBar[], time: string, price: number, size: number): void {
  const start = time.slice(0, 4);
  const trade = { start, open: price, high: price, low: price, close: price, volume: size, turnover: price * size };
  const last = minutes.at(-1);
  if (last?.start === start) minutes[minutes.length - 1] = merge(last, trade);
  else minutes.push(trade);
}
