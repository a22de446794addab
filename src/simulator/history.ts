import { fromKoreanDayAndTime, inKorea } from '../clock.ts';
import { nearestTicks } from '../domain/order-rules.ts';
import type { Bar } from '../domain/quote.ts';
import { addTradingDays } from './hours.ts';
import type { Issue } from './instruments.ts';
import { between, type Random } from './random.ts';

/** A bar with the won traded in it. */
export interface HistoryBar extends Bar {
  readonly turnover: number;
}

/** The next price of a walk, on the grid. */
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

/** `count` made-up daily bars, oldest first, that end at the base price on the trading day before `today`. */
export function pastDays(issue: Issue, today: string, count: number, random: Random): readonly HistoryBar[] {
  const bars: HistoryBar[] = [];
  let day = addTradingDays(today, -1);
  let close = issue.base;
  for (let index = 0; index < count; index += 1) {
    const previousClose = near(close, 0.04, random, issue);
    bars.push(bar(day, near(previousClose, 0.015, random, issue), close, 0.02, random, issue));
    close = previousClose;
    day = addTradingDays(day, -1);
  }
  return bars.reverse();
}

/** Made-up minutes of today before the simulator started, oldest first, that end at the base price. */
export function pastMinutes(issue: Issue, day: string, time: string, random: Random): readonly HistoryBar[] {
  const now = fromKoreanDayAndTime(day, `${time.slice(0, 4)}00`);
  // A market that is open at night has been open since midnight.
  const opened = fromKoreanDayAndTime(day, time >= '090000' ? '090000' : '000000');
  const count = Math.min(390, Math.floor((now - opened) / 60_000));
  const bars: HistoryBar[] = [];
  let close = issue.base;
  for (let back = 1; back <= count; back += 1) {
    // Pulled to the base price, so that the day stays within a few percent of it.
    const open = near(close + (issue.base - close) / 20, 0.002, random, issue);
    const minute = bar(inKorea(now - back * 60_000).toFormat('HHmm'), open, close, 0.001, random, issue);
    const volume = Math.max(1, Math.round(minute.volume / between(random, 300, 500)));
    bars.push({ ...minute, volume, turnover: volume * close });
    close = open;
  }
  return bars.reverse();
}

/** Daily bars put together into weeks, months or years; each starts on its first trading day. */
export function group(bars: readonly HistoryBar[], period: 'D' | 'W' | 'M' | 'Y'): readonly HistoryBar[] {
  if (period === 'D') return bars;
  const format = { W: 'kkkkWW', M: 'yyyyMM', Y: 'yyyy' }[period];
  const groups = new Map<string, HistoryBar>();
  for (const next of bars) {
    const key = inKorea(fromKoreanDayAndTime(next.start, '000000')).toFormat(format);
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

/** A trade added to the minutes of a day, kept oldest first. */
export function addToMinutes(minutes: HistoryBar[], time: string, price: number, size: number): void {
  const start = time.slice(0, 4);
  const trade = { start, open: price, high: price, low: price, close: price, volume: size, turnover: price * size };
  const last = minutes.at(-1);
  if (last?.start === start) minutes[minutes.length - 1] = merge(last, trade);
  else minutes.push(trade);
}
