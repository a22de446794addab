import { type Clock, fromKoreanDayAndTime, koreanDay, koreanTime } from '../../clock.ts';
import { DayCandles } from '../../domain/market/day-candles.ts';
import { lineId } from '../../domain/market/line-id.ts';
import { anyHour, candleMinutes, type MinuteRange, minuteOfDay, timeOfMinute } from '../../domain/market/minutes.ts';
import type { Trade } from '../../domain/market/quote.ts';
import type { CandleMarket } from '../../ports/bars.ts';
import type { MarketFeed } from '../../ports/feed.ts';

const [minuteMs, halfDayMs] = [60_000, 12 * 3_600_000];

/**
 * How long after a minute its candle counts as closed: trades of its last instant are on their way until then. Trades
 * that come later still go into their candle, which alerts have looked at by then.
 */
export const closeDelayMs = 400;

/** The candles of a market's day while it lasts. */
export interface MinuteBook {
  readonly market: CandleMarket;
  readonly day: string;
  readonly hours: readonly MinuteRange[];
  readonly candles: DayCandles;
}

interface MinuteBooksOptions {
  /** `own`: a stand-in that may trade at any hour. */
  readonly hours: 'exchange' | 'own';
  readonly feed: Pick<MarketFeed, 'tradesSince'>;
  readonly clock: Clock;
}

/** Today's candles of every market that a trade came of, or that somebody asked about. */
export class MinuteBooks {
  readonly #options: MinuteBooksOptions;
  readonly #books = new Map<string, MinuteBook>();
  /** When something that the socket sent was lost last, in milliseconds. */
  #gapAt = 0;

  constructor(options: MinuteBooksOptions) {
    this.#options = options;
  }

  /** The book of a market's day, which is today. */
  of(market: CandleMarket, day: string): MinuteBook {
    const key = lineId(market.symbol, market.exchange);
    const known = this.#books.get(key);
    if (known?.day === day) return known;
    const hours = hoursOf(this.#options.hours, market, day);
    const book = {
      market: { symbol: market.symbol, exchange: market.exchange },
      day,
      hours,
      candles: new DayCandles(hours),
    };
    this.#books.set(key, book);
    return book;
  }

  all(): readonly MinuteBook[] {
    return [...this.#books.values()];
  }

  /** Forgets the books of days before `day`. */
  forget(day: string): void {
    for (const [key, book] of this.#books) if (book.day < day) this.#books.delete(key);
  }

  onTrade({ symbol, exchange, price, size, volume, time, at }: Trade): void {
    if (price <= 0) return;
    const day = dayOfTrade(time, at);
    // A trade of a day that is over comes too late for anybody.
    if (day < koreanDay(at - minuteMs)) return;
    const book = this.of({ symbol, exchange }, day);
    const minute = minuteOfDay(time);
    book.candles.trade({ minute, price, size, total: volume }, () => {
      this.closeMinutes(book, 0);
      return this.isLiveSince(book.market, beginOf(day, minute));
    });
  }

  /** Something that the socket sent may have been lost. */
  onGap(): void {
    this.#gapAt = this.#options.clock.now();
  }

  /** Whether every trade since a moment, in milliseconds, has come in by the socket. */
  isLiveSince({ symbol, exchange }: CandleMarket, at: number): boolean {
    const since = this.#options.feed.tradesSince(symbol, exchange);
    return since !== undefined && since <= at && this.#gapAt <= at;
  }

  /** Notes which minutes of a book are over without anything missing, as far as the connection tells. */
  closeMinutes({ market, day, candles }: MinuteBook, afterMs = closeDelayMs): void {
    const { feed, clock } = this.#options;
    const since = feed.tradesSince(market.symbol, market.exchange);
    const now = clock.now() - afterMs;
    if (since === undefined || koreanDay(now) !== day) return;
    const from = Math.max(since, this.#gapAt, beginOf(day, 0));
    const first = Math.ceil((from - beginOf(day, 0)) / minuteMs);
    for (let minute = first; minute < minuteOfDay(koreanTime(now)); minute += 1) candles.quiet(minute);
  }
}

/** The minutes of a day in which a market trades. */
export function hoursOf(
  hours: 'exchange' | 'own',
  { exchange }: Pick<CandleMarket, 'exchange'>,
  day: string,
): readonly MinuteRange[] {
  return hours === 'own' ? anyHour : candleMinutes(exchange, day);
}

/** The moment at which a minute of a day begins, in milliseconds. */
export function beginOf(day: string, minute: number): number {
  return fromKoreanDayAndTime(day, `${timeOfMinute(minute)}00`);
}

/** A trade says the time alone. Around midnight its day is the one that puts it next to when it reached us. */
function dayOfTrade(time: string, at: number): string {
  const difference = fromKoreanDayAndTime(koreanDay(at), time) - at;
  if (difference > halfDayMs) return koreanDay(at - 2 * halfDayMs);
  return difference < -halfDayMs ? koreanDay(at + 2 * halfDayMs) : koreanDay(at);
}
