import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, koreanDay, koreanTime, laterDay } from '../../clock.ts';
import type { CandleLength } from '../../domain/market/bars.ts';
import {
  barsOfMinutes,
  candleEnd,
  candlesOfDay,
  type MinuteCandle,
  type MinuteRange,
  minuteOfDay,
  minutesWithin,
} from '../../domain/market/minutes.ts';
import type { Bar, Trade } from '../../domain/market/quote.ts';
import type { Log } from '../../log.ts';
import type { CandleMarket, MinuteSource, MinuteStore } from '../../ports/bars.ts';
import type { MarketFeed } from '../../ports/feed.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Calendar } from '../calendar.ts';
import { beginOf, closeDelayMs, hoursOf, type MinuteBook, MinuteBooks } from './minute-books.ts';

/** Until KIS has the candle of a minute that is over: it is asked no earlier. */
export const venueDelayMs = 2_000;
/** The newest days before today that are asked for; a day takes three or four calls. Of older ones there is what is kept. */
const mostDays = 6;
/** Calendar days for which minutes are kept, and days of one issue that are kept in all: 33 MB. */
const [keptDays, mostKept] = [30, 3_000];

export interface CandlesOptions {
  readonly source: MinuteSource;
  readonly store: MinuteStore;
  readonly feed: Pick<MarketFeed, 'tradesSince'>;
  readonly calendar: Pick<Calendar, 'tradingDays'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Which candles, the newest of them last. */
export interface CandleQuery {
  readonly minutes: CandleLength;
  /** How many at most. */
  readonly count: number;
  /** Without the one that grows still. */
  readonly closed?: boolean;
  /** The first day of them (`20261120`); as far back as `count` goes where it is not said. */
  readonly from?: string | undefined;
  /** None at all on a day on which the market does not trade. */
  readonly today?: boolean;
  /** Only those of the last `count` stretches of today, fewer where nothing traded in some; nothing before is asked for. */
  readonly within?: boolean;
}

/**
 * Candles of minutes. Today's are made of the trades that come in; what is missing of them, and what came before, is
 * asked of the venue, once. Days that are over are kept.
 */
export class Candles {
  readonly books: MinuteBooks;
  readonly #options: CandlesOptions;
  /** By market: what is missing is asked for by one caller, and those who come meanwhile find it. */
  readonly #turns = new Map<string, LimitFunction>();
  #day = '';

  constructor(options: CandlesOptions) {
    this.#options = options;
    this.books = new MinuteBooks({ ...options, hours: options.source.hours });
  }

  onTrade(trade: Trade): void {
    this.books.onTrade(trade);
  }

  /** Something that the socket sent may have been lost. */
  onGap(): void {
    this.books.onGap();
  }

  /**
   * The newest candles, oldest first. Only minutes with a trade are in them, so a stretch without one has no candle.
   * Those of today are complete, or it throws; there are fewer than asked for where the venue has no more.
   * @throws AppError `venue.*` where what is missing cannot be had.
   */
  newest(market: CandleMarket, query: CandleQuery, read: ReadOptions = {}): Promise<readonly Bar[]> {
    return this.#inTurn(market, async () => {
      const { today, before } = await this.#options.calendar.tradingDays(keptDays, read);
      const isToday = today !== undefined && today === koreanDay(this.#options.clock.now());
      if (!isToday && query.today === true) return [];
      const days = isToday && query.within === true ? [] : before.filter((day) => day >= (query.from ?? ''));
      const earlier = (count: number) => this.#earlier(market, days, { ...query, count }, read);
      // What today cannot hold is asked for together with today.
      const surely = query.count - (isToday ? this.#mostOf(market, today, query) : 0);
      const [bars, sure] = await Promise.all([isToday ? this.#today(market, today, query, read) : [], earlier(surely)]);
      const missing = query.count - bars.length;
      // Where not even that could be had, there is no more.
      const rest = sure.length >= missing || sure.length < surely ? sure : await earlier(missing);
      return [...rest, ...bars].slice(-query.count);
    });
  }

  /** Whether a candle of so many minutes ended at a moment, in milliseconds, if that day is one for trading. */
  mayHaveEnded(market: CandleMarket, minutes: CandleLength, end: number): boolean {
    const hours = hoursOf(this.#options.source.hours, market, koreanDay(end - 1));
    const last = minuteOfDay(koreanTime(end - 1));
    const first = last - (last % minutes);
    return candleEnd(first, minutes, hours) === last + 1 && minutesWithin(hours, { from: first, to: last }).length > 0;
  }

  /** Keeps the days whose trading is over, and forgets what is kept for long. Never throws. */
  async keepDays(): Promise<void> {
    const { clock, store, log } = this.#options;
    const today = koreanDay(clock.now());
    const now = minuteOfDay(koreanTime(clock.now() - closeDelayMs));
    for (const book of this.books.all()) {
      const { market, day, hours, candles } = book;
      this.books.closeMinutes(book);
      const isOver = day < today || (hours.at(-1)?.to ?? 1_439) < now;
      if (!isOver || candles.missing({ from: 0, to: 1_439 }).length > 0) continue;
      await this.#keep(market, day, candles.candles({ from: 0, to: 1_439 }));
    }
    this.books.forget(today);
    if (this.#day === today) return;
    this.#day = today;
    await store.forget(laterDay(today, -keptDays), mostKept).catch((error: unknown) => {
      log.warn('old minutes not forgotten', { error });
    });
  }

  #inTurn<T>(market: CandleMarket, task: () => Promise<T>): Promise<T> {
    const key = `${market.exchange} ${market.symbol}`;
    const turn = this.#turns.get(key) ?? pLimit(1);
    this.#turns.set(key, turn);
    return turn(task).finally(() => {
      if (turn.activeCount + turn.pendingCount === 0) this.#turns.delete(key);
    });
  }

  /** How many candles today may have by now. */
  #mostOf(market: CandleMarket, day: string, { minutes }: CandleQuery): number {
    const { hours } = this.books.of(market, day);
    return candlesOfDay(
      hours.map(({ from, to }) => ({ from, to: Math.min(to, this.#minuteAt(0)) })),
      minutes,
    );
  }

  async #today(market: CandleMarket, day: string, query: CandleQuery, read: ReadOptions): Promise<readonly Bar[]> {
    const book = this.books.of(market, day);
    const { minutes, count } = query;
    const now = this.#minuteAt(closeDelayMs);
    const open = book.hours[0]?.from ?? 0;
    const firstOfCount = (Math.floor(now / minutes) - count + (query.closed === true ? 0 : 1)) * minutes;
    const bars = await this.#barsSince(book, Math.max(open, firstOfCount), query, read);
    // Where some stretches had no trade, more candles may lie before them.
    const isShort = bars.length < count && query.within !== true;
    return isShort && firstOfCount > open ? this.#barsSince(book, open, query, read) : bars;
  }

  /** The candles of today that begin at a minute or later. */
  async #barsSince(
    book: MinuteBook,
    from: number,
    { minutes, closed = false }: CandleQuery,
    read: ReadOptions,
  ): Promise<readonly Bar[]> {
    const { day, hours, candles } = book;
    const first = from - (from % minutes);
    this.books.closeMinutes(book);
    const growing = await this.#complete(book, first, closed, read);
    const over = this.#minuteAt(closeDelayMs) - 1;
    const ours = candles.candles({ from: first, to: closed ? over : over + 1 });
    const found = new Map([...ours, ...(growing ?? [])].map((candle) => [candle.minute, candle]));
    const inOrder = [...found.values()].sort((one, other) => one.minute - other.minute);
    const bars = barsOfMinutes(day, inOrder, minutes);
    return closed
      ? bars.filter(({ start }) => candleEnd(minuteOfDay(start.slice(9)), minutes, hours) <= over + 1)
      : bars;
  }

  /**
   * Asks for what is missing from a minute on. Returns the candle of the minute that is not over as the venue has it,
   * where our own trades do not tell the whole of it.
   */
  async #complete(
    { market, day, hours, candles }: MinuteBook,
    from: number,
    closed: boolean,
    read: ReadOptions,
  ): Promise<readonly MinuteCandle[] | undefined> {
    const { source, clock } = this.#options;
    const now = this.#minuteAt(closeDelayMs);
    const missing = candles.missing({ from, to: now - 1 });
    const isGrowing = !closed && hours.some((part) => part.from <= now && now <= part.to);
    const asksGrowing = isGrowing && !(this.books.isLiveSince(market, beginOf(day, now)) && candles.isWhole(now));
    if (missing.length === 0 && !asksGrowing) return undefined;
    // A minute that has just ended is not asked for before KIS has the whole of it.
    const readyAt = beginOf(day, (missing.at(-1) ?? 0) + 1) + venueDelayMs;
    if (closed && readyAt > clock.now()) await clock.sleep(readyAt - clock.now(), read.signal);
    const askedAt = clock.now();
    const found = await source.today(market, day, asksGrowing ? [...missing, now] : missing, read);
    const final = minuteOfDay(koreanTime(askedAt - venueDelayMs));
    for (const run of runsOf(missing.filter((minute) => minute < final))) {
      candles.fill(
        run,
        found.filter(({ minute }) => run.from <= minute && minute <= run.to),
      );
    }
    return asksGrowing ? found.filter(({ minute }) => minute >= final && minute >= from && minute <= now) : undefined;
  }

  /** The candles of the days before today, as many as are wanted. */
  async #earlier(
    market: CandleMarket,
    days: readonly string[],
    { minutes, count }: CandleQuery,
    read: ReadOptions,
  ): Promise<readonly Bar[]> {
    let bars: readonly Bar[] = [];
    let next = 0;
    while (bars.length < count && next < days.length) {
      const usual = candlesOfDay(hoursOf('exchange', market, days[next] ?? ''), minutes);
      const part = days.slice(next, next + Math.ceil((count - bars.length) / usual));
      const found = await this.#days(market, part, Math.max(0, mostDays - next), read);
      for (const day of part) {
        const candles = found.get(day);
        if (candles === undefined) return bars;
        bars = [...barsOfMinutes(day, candles, minutes), ...bars];
      }
      next += part.length;
    }
    return bars;
  }

  /** The minutes of whole days (newest first): kept ones, and of the `askable` newest those that the venue tells. */
  async #days(
    market: CandleMarket,
    days: readonly string[],
    askable: number,
    read: ReadOptions,
  ): Promise<ReadonlyMap<string, readonly MinuteCandle[]>> {
    const { store, source, log } = this.#options;
    const kept = await store.read(market, days).catch((error: unknown) => {
      log.warn('minutes not read', { symbol: market.symbol, error });
      return new Map<string, readonly MinuteCandle[]>();
    });
    const missing = days.flatMap((day, index) => (kept.has(day) || index >= askable ? [] : [index]));
    const runs = runsOf(missing).map(({ from, to }) => days.slice(from, to + 1));
    const told = await Promise.all(runs.map((run) => source.past(market, run, read)));
    const found = new Map(kept);
    for (const answer of told) {
      for (const [day, candles] of answer ?? []) {
        found.set(day, candles);
        // An answer without any row may be a venue that had nothing to say, and not days on which nothing traded.
        const hasRows = [...(answer?.values() ?? [])].some((one) => one.length > 0);
        if (hasRows) await this.#keep(market, day, candles);
      }
    }
    return found;
  }

  async #keep(market: CandleMarket, day: string, candles: readonly MinuteCandle[]): Promise<void> {
    await this.#options.store.keep(market, day, candles).catch((error: unknown) => {
      this.#options.log.warn('minutes not kept', { symbol: market.symbol, day, error });
    });
  }

  /** The minute of the day so long ago. */
  #minuteAt(agoMs: number): number {
    const { clock } = this.#options;
    const at = clock.now() - agoMs;
    // Just after midnight the minute before is one of yesterday.
    return koreanDay(at) === koreanDay(clock.now()) ? minuteOfDay(koreanTime(at)) : 0;
  }
}

/** Numbers in order as ranges of those that follow each other. */
function runsOf(numbers: readonly number[]): readonly MinuteRange[] {
  const runs: { readonly from: number; to: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run.to + 1 === number) run.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}
