import { aggregateBars } from './bars.ts';
import type { Bar } from './quote.ts';
import { exchangeSessions, krxHours, type Marketplace } from './session.ts';

/** Minutes of a day, counted from midnight in Korea, `from` and `to` both included. */
export interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

/** A market that trades at any hour, as the simulator does by default. */
export const anyHour: readonly MinuteRange[] = [{ from: 0, to: 1_439 }];

/**
 * Minutes after KRX's close in which the closing auction may still trade: it ends at a random time up to half a minute
 * later, and two minutes later after a volatility interruption.
 */
const auctionTail = 2;

/** The time that was asked for last: trades of the same second ask for it again and again. */
let latestTime = { text: '', minute: Number.NaN };

/** Minutes since midnight of a time that begins with `HHmm`. */
export function minuteOfDay(time: string): number {
  if (time !== latestTime.text) {
    latestTime = { text: time, minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(2, 4)) };
  }
  return latestTime.minute;
}

/** `HHmm` of a minute of a day. */
export function timeOfMinute(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join('');
}

/**
 * The minutes of a trading `day` in which an exchange makes trades that candles are made of, in order. At KRX these are
 * the regular session and its two auctions: KIS's minutes have no others. Nextrade has no auctions at all; its main
 * market begins half a minute after KRX's, so within the same minute.
 */
export function candleMinutes(exchange: Marketplace, day: string): readonly MinuteRange[] {
  const { open, close } = krxHours(day);
  if (exchange === 'KRX') {
    const regular = exchangeSessions('KRX', day).find(({ kind }) => kind === 'regular');
    // A trade of the last instant may bear the time at which the session ends.
    const end = minuteOfDay(regular?.end ?? '1520');
    return [
      { from: minuteOfDay(open), to: end },
      { from: minuteOfDay(close), to: minuteOfDay(close) + auctionTail },
    ];
  }
  return exchangeSessions('NXT', day)
    .filter(({ kind }) => kind === 'pre-market' || kind === 'regular' || kind === 'after-market')
    .map(({ kind, start, end }) => ({ from: minuteOfDay(kind === 'regular' ? open : start), to: minuteOfDay(end) }));
}

/** The minutes of `hours` from `from` to `to`, in order. */
export function minutesWithin(hours: readonly MinuteRange[], { from, to }: MinuteRange): readonly number[] {
  return hours.flatMap((part) => {
    const first = Math.max(part.from, from);
    return Array.from({ length: Math.max(0, Math.min(part.to, to) - first + 1) }, (_, index) => first + index);
  });
}

/** The minute after the last one of a candle: its stretch ends there, or trading does. */
export function candleEnd(start: number, minutes: number, hours: readonly MinuteRange[]): number {
  const end = start + minutes;
  const last = hours.at(-1)?.to ?? 1_439;
  return Math.min(end, last + 1);
}

/** How many candles of so many minutes a whole day has at most. */
export function candlesOfDay(hours: readonly MinuteRange[], minutes: number): number {
  const all = minutesWithin(hours, { from: 0, to: 1_439 });
  return new Set(all.map((minute) => Math.floor(minute / minutes))).size;
}

/** The candle of one minute of a day; only a minute with a trade has one. */
export interface MinuteCandle {
  readonly minute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares. */
  readonly volume: number;
}

/** Candles of a day's minutes as bars, put together into candles of `minutes`. */
export function barsOfMinutes(day: string, candles: readonly MinuteCandle[], minutes = 1): readonly Bar[] {
  const bars = candles.map(({ minute, ...figures }) => ({ start: `${day} ${timeOfMinute(minute)}`, ...figures }));
  return minutes === 1 ? bars : aggregateBars(bars, minutes);
}

/** The candle of a bar that is one minute long. */
export function minuteOfBar({ start, open, high, low, close, volume }: Bar): MinuteCandle {
  return { minute: minuteOfDay(start.slice(9)), open, high, low, close, volume };
}
