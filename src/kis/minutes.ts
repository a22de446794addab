import { previousDay } from '../clock.ts';
import { candleMinutes, type MinuteCandle, minutesWithin, timeOfMinute } from '../domain/market/minutes.ts';
import type { Marketplace } from '../domain/market/session.ts';
import type { CandleMarket, MinuteSource } from '../ports/bars.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import { type MinuteRow, toMinuteRows } from './codecs/decode-market.ts';
import { domesticMarket } from './endpoints/domestic-market.ts';
import type { MarketReads } from './market-reads.ts';
import type { Environment } from './wire/environment.ts';
import { KisError } from './wire/error.ts';

/** Rows of a page: of today's minutes, and of those of earlier days. */
const pageRows = { today: 30, past: 120 } as const;
/** Pages that are read one after the other at most, where nobody knows the hours in which a stand-in trades. */
const mostPages = 60;
const wholeDay = { from: 0, to: 1_439 };

/** KIS's code of the market whose trades a chart is of. */
const divisions = { KRX: 'J', NXT: 'NX' } as const satisfies Record<Marketplace, string>;

/** A minute of a day, as a number that grows with time: `202611210905` is five past nine. */
type Moment = number;

/**
 * One-minute candles by KIS's two charts, whose pages end with the minute that is asked for. No minute has two rows, so
 * a page reaches back over at least as many minutes as it has rows: the minutes at which pages have to end are known
 * beforehand, and all pages are asked for at once.
 */
export class KisMinutes implements MinuteSource {
  readonly hours: Environment['hours'];
  readonly #reads: MarketReads;

  constructor(reads: MarketReads, hours: Environment['hours']) {
    this.#reads = reads;
    this.hours = hours;
  }

  get hasPast(): boolean {
    return this.#reads.supports(domesticMarket.pastMinuteChart);
  }

  async today(
    market: CandleMarket,
    day: string,
    minutes: readonly number[],
    options?: ReadOptions,
  ): Promise<readonly MinuteCandle[]> {
    const page = (end: Moment): Promise<readonly MinuteRow[]> => this.#todaysPage(market, timeIn(end), options);
    const all = minutesWithin(candleMinutes(market.exchange, day), wholeDay);
    const wanted = minutes.map((minute) => momentOf(day, minute));
    const rows = await this.#pages(
      wanted,
      all.map((minute) => momentOf(day, minute)),
      pageRows.today,
      page,
    );
    return rows.flatMap(({ candle }) => candle ?? []);
  }

  async past(
    market: CandleMarket,
    days: readonly string[],
    options?: ReadOptions,
  ): Promise<ReadonlyMap<string, readonly MinuteCandle[]> | undefined> {
    if (!this.hasPast) return undefined;
    const minutes = days.toReversed().flatMap((day) => {
      const hours = this.hours === 'own' ? [wholeDay] : candleMinutes(market.exchange, day);
      return minutesWithin(hours, wholeDay).map((minute) => momentOf(day, minute));
    });
    const page = (end: Moment): Promise<readonly MinuteRow[]> => this.#pastPage(market, end, options);
    try {
      const rows = Map.groupBy(await this.#pages(minutes, minutes, pageRows.past, page), ({ day }) => day);
      return new Map(days.map((day) => [day, (rows.get(day) ?? []).flatMap(({ candle }) => candle ?? [])]));
    } catch (error) {
      // KIS's documents disagree on whether the paper host has this API.
      if (error instanceof KisError && error.kind === 'unsupported') return undefined;
      throw error;
    }
  }

  /** The rows of the moments that are wanted, oldest first. `traded`: all in which there may be rows. */
  async #pages(
    wanted: readonly Moment[],
    traded: readonly Moment[],
    rows: number,
    page: (end: Moment) => Promise<readonly MinuteRow[]>,
  ): Promise<readonly MinuteRow[]> {
    const found = new Map<Moment, MinuteRow>();
    const readChunk = async ({ first, last }: Chunk): Promise<void> => {
      let end = last;
      for (let pages = 0; pages < mostPages && end >= first; pages += 1) {
        const read = await page(end);
        for (const row of read) found.set(momentOf(row.day, row.minute), row);
        const oldest = read[0] && momentOf(read[0].day, read[0].minute);
        // Where a page reached back less far than it should, as on a host with shorter pages, the rest is asked for.
        if (oldest === undefined || oldest > end) return;
        end = momentBefore(oldest);
      }
    };
    const [first, last] = [wanted[0], wanted.at(-1)];
    if (first === undefined || last === undefined) return [];
    // A stand-in may trade at any hour, so where its pages have to end is known page by page alone.
    const chunks = this.hours === 'own' ? [{ first, last }] : chunksOf(wanted, traded, rows);
    await Promise.all(chunks.map(readChunk));
    return wanted.flatMap((moment) => found.get(moment) ?? []);
  }

  async #todaysPage(
    { symbol, exchange }: CandleMarket,
    time: string,
    options?: ReadOptions,
  ): Promise<readonly MinuteRow[]> {
    const input = {
      FID_COND_MRKT_DIV_CODE: divisions[exchange],
      FID_INPUT_ISCD: symbol,
      FID_INPUT_HOUR_1: `${time}00`,
      FID_PW_DATA_INCU_YN: 'N',
      FID_ETC_CLS_CODE: '',
    } as const;
    return toMinuteRows(await this.#reads.read(domesticMarket.minuteChart, input, options));
  }

  async #pastPage(
    { symbol, exchange }: CandleMarket,
    end: Moment,
    options?: ReadOptions,
  ): Promise<readonly MinuteRow[]> {
    const input = {
      FID_COND_MRKT_DIV_CODE: divisions[exchange],
      FID_INPUT_ISCD: symbol,
      FID_INPUT_HOUR_1: `${timeIn(end)}00`,
      FID_INPUT_DATE_1: String(Math.floor(end / 10_000)),
      // KIS continues with earlier days where this day has too few minutes.
      FID_PW_DATA_INCU_YN: 'Y',
      FID_FAKE_TICK_INCU_YN: '',
    } as const;
    return toMinuteRows(await this.#reads.read(domesticMarket.pastMinuteChart, input, options));
  }
}

/** The first and the last moment that one page is to bring. */
interface Chunk {
  readonly first: Moment;
  readonly last: Moment;
}

/** The moments that are wanted in parts that a page of so many rows covers, the newest first. */
function chunksOf(wanted: readonly Moment[], traded: readonly Moment[], rows: number): readonly Chunk[] {
  const rankOf = new Map(traded.map((moment, rank) => [moment, rank]));
  const chunks: { first: Moment; readonly last: Moment }[] = [];
  for (const moment of wanted.toReversed()) {
    const chunk = chunks.at(-1);
    const reach = chunk === undefined ? rows : (rankOf.get(chunk.last) ?? 0) - (rankOf.get(moment) ?? 0);
    if (chunk === undefined || reach >= rows) chunks.push({ first: moment, last: moment });
    else chunk.first = moment;
  }
  return chunks;
}

function momentOf(day: string, minute: number): Moment {
  return Number(day) * 10_000 + Number(timeOfMinute(minute));
}

function timeIn(moment: Moment): string {
  return String(moment % 10_000).padStart(4, '0');
}

function momentBefore(moment: Moment): Moment {
  const [day, time] = [Math.floor(moment / 10_000), moment % 10_000];
  if (time === 0) return momentOf(previousDay(String(day)), 1_439);
  return time % 100 === 0 ? moment - 41 : moment - 1;
}
