import { type Clock, dayBegunAt, fromKoreanDayAndTime, koreanDay, koreanTime } from '../clock.ts';
import { aggregateBars, type BarInterval, minutesOf } from '../domain/market/bars.ts';
import type { Bar } from '../domain/market/quote.ts';
import { figuresBegin, krxHours } from '../domain/market/session.ts';
import type { BarSource } from '../ports/bars.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { BarOptions, ReadOptions } from '../ports/read-options.ts';
import * as decode from './codecs/decode-market.ts';
import { domesticMarket, krx } from './endpoints/domestic-market.ts';
import type { MarketReads } from './market-reads.ts';
import type { Environment } from './wire/environment.ts';
import { KisError } from './wire/error.ts';

/** A start that is earlier than any candle. KIS gives the newest hundred candles of any period that it is asked for. */
const longAgo = '19800101';
/**
 * How many calls one chart may take: of days and longer (100 rows a call), of minutes of today (30) and of earlier days
 * (120).
 */
const mostPages = { period: 5, today: 14, past: 20 } as const;

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
  async newest(symbol: string, interval: BarInterval, count: number, options?: BarOptions): Promise<readonly Bar[]> {
    const minutes = minutesOf(interval);
    const bars =
      minutes === undefined
        ? await this.#period(symbol, periods[interval as keyof typeof periods], count, options)
        : aggregateBars(await this.#minutes(symbol, count * minutes, options), minutes);
    return bars.slice(-count);
  }

  #period(
    symbol: string,
    period: (typeof periods)[keyof typeof periods],
    count: number,
    options: BarOptions = {},
  ): Promise<readonly Bar[]> {
    const now = this.#clock.now();
    const { from = longAgo, until, ...read } = options;
    // KIS may list a candle before its day has begun. It is not asked for, because it would take the place of a real
    // one.
    const newest = until ?? (this.#hours === 'exchange' ? dayBegunAt(now, figuresBegin) : koreanDay(now));
    return backwards([], count, mostPages.period, async (oldest) => {
      if (oldest !== undefined && oldest.start <= from) return [];
      const input = {
        ...krx,
        FID_INPUT_ISCD: symbol,
        FID_INPUT_DATE_1: from,
        FID_INPUT_DATE_2: oldest === undefined ? newest : minuteBefore(oldest.start, '0000').day,
        FID_PERIOD_DIV_CODE: period,
        // On this API 0 means adjusted for splits. On some others 1 does.
        FID_ORG_ADJ_PRC: '0',
      } as const;
      return decode.toDailyBars(await this.#http.read(domesticMarket.dailyChart, input, read));
    });
  }

  /** Today's minutes, and as many of earlier days as are still missing, where KIS has those. */
  async #minutes(symbol: string, count: number, options?: ReadOptions): Promise<readonly Bar[]> {
    const now = this.#clock.now();
    const day = koreanDay(now);
    const time = koreanTime(now).slice(0, 4);
    const { open, close } = this.#tradingHours(day);
    // KIS would fill minutes that are still to come with candles at the current price.
    const last = time < close ? time : close;
    const today =
      time < open
        ? []
        : await backwards([], count, mostPages.today, async (oldest) => {
            const from = oldest === undefined ? last : timeBefore(oldest);
            if (oldest !== undefined && (from < open || !oldest.start.startsWith(day))) return [];
            const input = {
              ...krx,
              FID_INPUT_ISCD: symbol,
              FID_INPUT_HOUR_1: `${from}00`,
              FID_PW_DATA_INCU_YN: 'N',
              FID_ETC_CLS_CODE: '',
            } as const;
            return decode.toMinuteBars(await this.#http.read(domesticMarket.minuteChart, input, options));
          });
    if (!this.#http.supports(domesticMarket.pastMinuteChart)) return today;
    return backwards(today, count, mostPages.past, async (oldest) => {
      const before = oldest === undefined ? { day, time: last } : minuteBefore(...dayAndTime(oldest));
      const input = {
        ...krx,
        FID_INPUT_ISCD: symbol,
        FID_INPUT_HOUR_1: `${before.time}00`,
        FID_INPUT_DATE_1: before.day,
        // KIS continues with earlier days where this day has too few minutes.
        FID_PW_DATA_INCU_YN: 'Y',
        FID_FAKE_TICK_INCU_YN: '',
      } as const;
      try {
        return decode.toMinuteBars(await this.#http.read(domesticMarket.pastMinuteChart, input, options));
      } catch (error) {
        // KIS's documents disagree on whether the paper host has this API. Without it today's minutes are better than
        // none.
        if (error instanceof KisError && error.kind === 'unsupported') return [];
        throw error;
      }
    });
  }

  #tradingHours(day: string): { readonly open: string; readonly close: string } {
    // The simulator may trade at any hour, by a clock of its own.
    if (this.#hours === 'own') return { open: '0000', close: '2359' };
    return krxHours(day);
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

function dayAndTime({ start }: Bar): [day: string, time: string] {
  const [day = '', time = ''] = start.split(' ');
  return [day, time];
}

function timeBefore(bar: Bar): string {
  return minuteBefore(...dayAndTime(bar)).time;
}

/** The minute before midnight is one of the day before. */
function minuteBefore(day: string, time: string): { readonly day: string; readonly time: string } {
  const at = fromKoreanDayAndTime(day, `${time}00`) - 60_000;
  return { day: koreanDay(at), time: koreanTime(at).slice(0, 4) };
}
