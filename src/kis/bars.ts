import { type Clock, dayBegunAt, koreanDay, laterDay, monthsBefore, previousDay, weekdayOf } from '../clock.ts';
import type { DayInterval } from '../domain/market/bars.ts';
import type { Bar } from '../domain/market/quote.ts';
import { figuresBegin } from '../domain/market/session.ts';
import type { BarSource } from '../ports/bars.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { BarOptions } from '../ports/read-options.ts';
import * as decode from './codecs/decode-market.ts';
import { domesticMarket, krx } from './endpoints/domestic-market.ts';
import type { MarketReads } from './market-reads.ts';
import type { Environment } from './wire/environment.ts';

/** A start that is earlier than any candle. KIS gives the newest hundred candles of any period that it is asked for. */
const longAgo = '19800101';
/** How many calls one chart may take. */
const mostPages = 5;
/**
 * How many candles one page is asked for, of the hundred that it has room for: calendar days, of which a hundred are
 * weekdays; else weeks, months or years. `sure`: no holidays make fewer candles of so many.
 */
const pageSpans = {
  '1d': { span: 140, sure: 90 },
  '1w': { span: 98, sure: 95 },
  '1mo': { span: 98, sure: 98 },
  '1y': { span: 98, sure: 98 },
} as const satisfies Record<DayInterval, { readonly span: number; readonly sure: number }>;

const periods = { '1d': 'D', '1w': 'W', '1mo': 'M', '1y': 'Y' } as const;

/** A source of daily candles of many issues, read with one app key. */
export function barSource(
  reads: MarketReads,
  { dialect, hours, callsPerSecond }: Environment,
  clock: Clock,
): BarSource {
  const reader = new BarReader(reads, clock, hours);
  return {
    wholeMarket: dialect === 'live',
    callsPerSecond,
    dailyBars: (symbol, count, options) => reader.newest(symbol, '1d', count, options),
  };
}

/** Reads candles from KIS's chart APIs, whose pages are short and begin with the newest candle. */
export class BarReader {
  readonly #http: MarketReads;
  readonly #clock: Clock;
  readonly #hours: VenueDescription['hours'];

  constructor(http: MarketReads, clock: Clock, hours: VenueDescription['hours']) {
    this.#http = http;
    this.#clock = clock;
    this.#hours = hours;
  }

  /** The newest candles, `count` at most, oldest first. */
  async newest(
    symbol: string,
    interval: DayInterval,
    count: number,
    options: BarOptions = {},
  ): Promise<readonly Bar[]> {
    const now = this.#clock.now();
    // KIS may list a candle before its day has begun. It is not asked for, because it would take the place of a real
    // one.
    const until = options.until ?? (this.#hours === 'exchange' ? dayBegunAt(now, figuresBegin) : koreanDay(now));
    const read = (from: string, to: string): Promise<readonly Bar[]> =>
      this.#page(symbol, interval, { from, to }, options);
    const from = options.from ?? longAgo;
    const windows = windowsOf(interval, count, { from, until });
    const pages = await Promise.all(windows.map((window) => read(window.from, window.to)));
    // Before a stretch of days without any there are none: the issue was listed after it.
    const isAll = windows[0] === undefined || windows[0].from === from || pages[0]?.length === 0;
    const left = isAll ? 0 : mostPages - pages.length;
    const bars = await backwards(pages.flat(), count, left, async (oldest) => {
      if (oldest !== undefined && oldest.start <= from) return [];
      return read(from, oldest === undefined ? until : previousDay(oldest.start));
    });
    return bars.slice(-count);
  }

  async #page(
    symbol: string,
    interval: DayInterval,
    { from, to }: { readonly from: string; readonly to: string },
    options: BarOptions,
  ): Promise<readonly Bar[]> {
    const { from: _from, until: _until, ...read } = options;
    const input = {
      ...krx,
      FID_INPUT_ISCD: symbol,
      FID_INPUT_DATE_1: from,
      FID_INPUT_DATE_2: to,
      FID_PERIOD_DIV_CODE: periods[interval],
      // On this API 0 means adjusted for splits. On some others 1 does.
      FID_ORG_ADJ_PRC: '0',
    } as const;
    return decode.toDailyBars(await this.#http.read(domesticMarket.dailyChart, input, read));
  }
}

/** Days from the first to the last, both included (`20261121`). */
interface Window {
  readonly from: string;
  readonly to: string;
}

/**
 * The days of the pages that `count` candles take, oldest first. Each page spans so few that it holds all their candles,
 * and begins where a candle does. So where one page ends is known before it is read, and all are asked for at once.
 */
function windowsOf(interval: DayInterval, count: number, { from, until }: { from: string; until: string }) {
  const pages = Math.min(mostPages, Math.ceil(count / pageSpans[interval].sure));
  const windows: Window[] = [];
  for (let to = until; windows.length < pages && to >= from; to = previousDay(windows[0]?.from ?? from)) {
    const first = firstOfPage(interval, to);
    windows.unshift({ from: first > from ? first : from, to });
  }
  return windows;
}

/** The first day of a page that ends with a day. */
function firstOfPage(interval: DayInterval, to: string): string {
  const { span } = pageSpans[interval];
  switch (interval) {
    case '1d':
      return laterDay(to, 1 - span);
    case '1w':
      return laterDay(to, 1 - weekdayOf(to) - 7 * (span - 1));
    case '1mo':
      return monthsBefore(`${to.slice(0, 6)}01`, span - 1);
    case '1y':
      return `${Number(to.slice(0, 4)) - span + 1}0101`;
  }
}

/**
 * Reads pages from the newest to the oldest and puts each before those that were read. It ends when there are enough
 * candles, when a page has nothing older, or after the most pages allowed.
 */
async function backwards(
  newest: readonly Bar[],
  enough: number,
  mostCalls: number,
  pageBefore: (oldest: Bar | undefined) => Promise<readonly Bar[]>,
): Promise<readonly Bar[]> {
  let bars = newest;
  for (let call = 0; call < mostCalls && bars.length < enough; call += 1) {
    const oldest = bars[0];
    const page = await pageBefore(oldest);
    const older = oldest === undefined ? page : page.filter(({ start }) => start < oldest.start);
    if (older.length === 0) break;
    bars = [...older, ...bars];
  }
  return bars;
}
