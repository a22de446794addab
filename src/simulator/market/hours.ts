import { DateTime } from 'luxon';
import { type Clock, koreanDay, koreanTime } from '../../clock.ts';
import { krxClosures } from '../../domain/market/krx-holidays.ts';
import { exchangeSessions, ordinaryOrderSessions, sessionAt } from '../../domain/market/session.ts';
import type { Exchange } from '../../domain/orders/order.ts';

/** The sessions of the venue. `holiday` is a day without trading, `closed` the rest of a trading day. */
export const sessions = [
  'closed',
  'pre-market',
  'opening-auction',
  'regular',
  'closing-auction',
  'post-close',
  'after-opening',
  'after-market',
  'holiday',
] as const;
export type Session = (typeof sessions)[number];

const closures: ReadonlySet<string> = new Set(krxClosures);

function isTradingDay(date: DateTime): boolean {
  return date.weekday <= 5 && !closures.has(date.toFormat('yyyyMMdd'));
}

/** By day, whether it is a trading day: the market is asked for every move of every issue. */
const knownDays = new Map<string, boolean>();

function isTradingDayOf(day: string): boolean {
  const known = knownDays.get(day);
  if (known !== undefined) return known;
  const isOne = isTradingDay(dateOf(day));
  knownDays.set(day, isOne);
  return isOne;
}

/** A calendar day as a date. It has no time zone; UTC makes the arithmetic quick. */
export function dateOf(day: string): DateTime {
  return DateTime.fromFormat(day, 'yyyyMMdd', { zone: 'utc' });
}

/**
 * The trading day that is `count` trading days after `day`, or before it when negative. `day` need not be a trading
 * day.
 */
export function addTradingDays(day: string, count: number): string {
  const neighbours = count < 0 ? daysBefore : daysAfter;
  let reached = day;
  for (let left = Math.abs(count); left > 0; left -= 1) {
    const next = neighbours.get(reached) ?? nextTradingDay(reached, Math.sign(count));
    neighbours.set(reached, next);
    reached = next;
  }
  return reached;
}

/** The trading day next to a day, kept because every market begins by counting back 300 of them. */
const daysBefore = new Map<string, string>();
const daysAfter = new Map<string, string>();

function nextTradingDay(day: string, step: number): string {
  let date = dateOf(day);
  do date = date.plus({ days: step });
  while (!isTradingDay(date));
  return date.toFormat('yyyyMMdd');
}

/** The clock of the venue: the one passed in, moved by as much as a test moved it, and the session at that time. */
export class VenueClock {
  readonly #clock: Clock;
  readonly #hours: 'open' | 'live';
  readonly #dayBegins: string;
  readonly #closedDays: ReadonlySet<string>;
  /** By exchange, its session by the hours, which changes with the minute at the most. */
  readonly #byMinute = new Map<Exchange, { readonly minute: number; readonly session: Session }>();
  #offset = 0;
  #forced: Session | undefined;

  /**
   * `dayBegins`: when prices become those of a new day, `HHmm`. `closedDays` (`yyyyMMdd`): holidays that no table has.
   */
  constructor(clock: Clock, hours: 'open' | 'live', dayBegins = '0000', closedDays: readonly string[] = []) {
    this.#clock = clock;
    this.#hours = hours;
    this.#dayBegins = dayBegins;
    this.#closedDays = new Set(closedDays);
  }

  now(): number {
    return this.#clock.now() + this.#offset;
  }

  day(): string {
    return koreanDay(this.now());
  }

  time(): string {
    return koreanTime(this.now());
  }

  /** The day to which the prices belong: the last day on which the market opened. Today counts from `dayBegins` on. */
  priceDay(): string {
    const day = this.day();
    const begun = this.neverCloses || this.time().slice(0, 4) >= this.#dayBegins;
    if (begun && this.isOpenDay(day)) return day;
    let earlier = addTradingDays(day, -1);
    while (this.#closedDays.has(earlier)) earlier = addTradingDays(earlier, -1);
    return earlier;
  }

  /** Timers run by the clock passed in, however far this one was moved. */
  timer(delayMs: number, callback: () => void): () => void {
    return this.#clock.timer(delayMs, callback);
  }

  sleep(delayMs: number): Promise<void> {
    return this.#clock.sleep(delayMs);
  }

  /** Moves the clock, or fixes the session. `auto` lets the hours decide again. */
  set(change: { readonly now?: number | undefined; readonly session?: Session | 'auto' | undefined }): void {
    if (change.now !== undefined) this.#offset = change.now - this.#clock.now();
    if (change.session !== undefined) this.#forced = change.session === 'auto' ? undefined : change.session;
  }

  session(exchange: Exchange = 'KRX'): Session {
    if (this.#forced !== undefined) return this.#forced;
    if (this.#hours === 'open') return 'regular';
    const minute = Math.floor(this.now() / 60_000);
    const known = this.#byMinute.get(exchange);
    if (known?.minute === minute) return known.session;
    const day = this.day();
    const session = this.isOpenDay(day) ? sessionAt(day, this.time(), exchangeSessions(exchange, day)) : 'holiday';
    this.#byMinute.set(exchange, { minute, session });
    return session;
  }

  /** The session that is fixed; undefined while the hours decide. */
  get fixed(): Session | undefined {
    return this.#forced;
  }

  /** Whether the market is always in its regular session. */
  get neverCloses(): boolean {
    return this.#hours === 'open' && this.#forced === undefined;
  }

  /** Whether ordinary orders are taken now. */
  takesOrders(): boolean {
    const session = this.session();
    return ordinaryOrderSessions.some((kind) => kind === session);
  }

  /** Whether the market opens on `day`; a market that never closes is open today whatever the day. */
  isOpenDay(day: string): boolean {
    if (day === this.day()) {
      if (this.#forced !== undefined) return this.#forced !== 'holiday';
      if (this.#hours === 'open') return true;
    }
    return !this.#closedDays.has(day) && isTradingDayOf(day);
  }
}
