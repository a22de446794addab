import type { Exchange } from '../orders/order.ts';
import { shiftedHours } from './krx-holidays.ts';

/** What trades at a moment. `closed` covers nights, weekends and holidays. */
export type SessionKind =
  /** Nextrade's pre-market. KRX has none. */
  | 'pre-market'
  | 'opening-auction'
  | 'regular'
  | 'closing-auction'
  | 'post-close'
  /** Nextrade collects orders for the first price of its after-market. */
  | 'after-opening'
  | 'after-market'
  | 'closed';

/** Where trades are made. SOR is a way for orders, not a market of its own. */
export type Marketplace = Exclude<Exchange, 'SOR'>;

/**
 * The part of an exchange's day that a trade was made in. KRX's auctions count as regular; `post-close` trades at the
 * closing price alone.
 */
export type TradeSession = Extract<SessionKind, 'pre-market' | 'regular' | 'post-close' | 'after-market'>;

/** One stretch of a trading day in Korea, `HHmm`, start included and end not; `from`/`to` are the days it is in force. */
export interface SessionRow {
  readonly kind: Exclude<SessionKind, 'closed'>;
  readonly start: string;
  readonly end: string;
  readonly from?: string;
  readonly to?: string;
}

/**
 * KRX's day. The opening auction takes orders from 08:30; the after-market opened on 2026-09-14 and takes order types
 * of its own (41 to 47), none of which is an ordinary limit or market order.
 */
export const krxSessions: readonly SessionRow[] = [
  { kind: 'opening-auction', start: '0830', end: '0900' },
  { kind: 'regular', start: '0900', end: '1520' },
  { kind: 'closing-auction', start: '1520', end: '1530' },
  { kind: 'post-close', start: '1530', end: '1600' },
  { kind: 'after-market', start: '1600', end: '2000', from: '20260914' },
];

/** Nextrade's day. Its main market opens half a minute after nine, and nothing trades there in KRX's auctions. */
const nxtSessions: readonly SessionRow[] = [
  { kind: 'pre-market', start: '0800', end: '0850' },
  { kind: 'regular', start: '0901', end: '1520' },
  { kind: 'after-opening', start: '1530', end: '1540' },
  { kind: 'after-market', start: '1540', end: '2000' },
];

/** When the regular session of a trading day opens and closes, `HHmm`. */
export interface DayHours {
  readonly day: string;
  readonly open: string;
  readonly close: string;
}

/**
 * The hours of a day that opens or closes late: as the table has them, else as the venue told them. The table goes first
 * because what the venue tells is of the derivatives market.
 */
export function lateHours(day: string, told?: DayHours): DayHours | undefined {
  const listed = shiftedHours.find((candidate) => candidate.day === day);
  if (listed !== undefined) return listed;
  // KRX has never opened at any other time than these; anything else is not understood, and so not followed.
  const isLate = told?.day === day && told.open === '1000' && ['1530', '1630'].includes(told.close);
  return isLate ? told : undefined;
}

/**
 * The stretches of an exchange's trading `day`, in order; what the broker routes follows KRX. `told`: the day's hours as
 * the venue told them.
 */
export function exchangeSessions(exchange: Exchange, day: string, told?: DayHours): readonly SessionRow[] {
  if (exchange !== 'NXT') return sessionsOn(day, undefined, told);
  const shifted = lateHours(day, told);
  return shifted === undefined ? nxtSessions : shiftedNxtSessions(shifted);
}

/**
 * Nextrade on a day that opens late (2 January 2026, the entrance exam of 2025): no pre-market, the main market half a
 * minute after KRX's opening, what follows moved with KRX's close, and the end as ever.
 */
function shiftedNxtSessions({ open, close }: DayHours): readonly SessionRow[] {
  return [
    { kind: 'regular', start: later(open, 1), end: later(close, -10) },
    { kind: 'after-opening', start: close, end: later(close, 10) },
    { kind: 'after-market', start: later(close, 10), end: '2000' },
  ];
}

/**
 * The day of a market that opens late. The opening auction moves with the opening, the closing auction and what follows
 * with the close. When the after-market begins on a day that closes late was not published; it takes no ordinary order
 * either way, so its row follows the others.
 */
function shiftedSessions({ open, close }: DayHours): readonly SessionRow[] {
  const evening = krxSessions.filter(({ kind }) => kind === 'after-market');
  const closeOfTrading = later(close, 30);
  return [
    { kind: 'opening-auction', start: later(open, -30), end: open },
    { kind: 'regular', start: open, end: later(close, -10) },
    { kind: 'closing-auction', start: later(close, -10), end: close },
    { kind: 'post-close', start: close, end: closeOfTrading },
    ...evening.map((row) => ({ ...row, start: closeOfTrading })),
  ];
}

/** `HHmm` so many minutes later. */
export function later(time: string, minutes: number): string {
  const total = Number(time.slice(0, 2)) * 60 + Number(time.slice(2)) + minutes;
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, '0')).join('');
}

/** The stretches of a trading `day` (`20261121`), in order. */
export function sessionsOn(day: string, rows?: readonly SessionRow[], told?: DayHours): readonly SessionRow[] {
  const shifted = lateHours(day, told);
  const all = rows ?? (shifted === undefined ? krxSessions : shiftedSessions(shifted));
  return all.filter(({ from = '', to = '99999999' }) => from <= day && day <= to);
}

/**
 * The part of `exchange`'s `day` that a trade of `time` (`HHmmss`) was made in, for records that do not tell it;
 * undefined outside all parts. The trade that ends an auction may come up to half a minute after the auction.
 */
export function tradeSessionAt(exchange: Marketplace, day: string, time: string): TradeSession | undefined {
  const kind = sessionRowAt(day, time, exchangeSessions(exchange, day))?.kind;
  switch (kind) {
    case 'opening-auction':
    case 'closing-auction':
      return 'regular';
    case 'after-opening':
      return 'after-market';
    default:
      return kind;
  }
}

/**
 * What a price is to somebody who watches an issue: `regular`, KRX's own, which everybody means; `extended`, made at
 * KRX or Nextrade while KRX's day has not begun or is over; `parallel`, made at Nextrade beside KRX's regular session,
 * where KRX's is the price that counts.
 */
export type PriceHours = 'regular' | 'extended' | 'parallel';

/** Which of these a price of an exchange and a part of its day is. */
export function priceHoursOf(exchange: Marketplace, session: TradeSession | undefined): PriceHours {
  if (session === 'pre-market' || session === 'after-market') return 'extended';
  return exchange === 'KRX' ? 'regular' : 'parallel';
}

/** When KRX's regular session opens on a trading `day`, and when the closing auction ends it, `HHmm`. */
export function krxHours(day: string, told?: DayHours): { readonly open: string; readonly close: string } {
  const rows = sessionsOn(day, undefined, told);
  const open = rows.find(({ kind }) => kind === 'regular')?.start ?? '0900';
  return { open, close: rows.find(({ kind }) => kind === 'closing-auction')?.end ?? '1530' };
}

/** The stretch of an open `day` that `time` (`HHmmss`) is in; undefined before the first, between two and after the last. */
export function sessionRowAt(day: string, time: string, rows?: readonly SessionRow[]): SessionRow | undefined {
  const minute = time.slice(0, 4);
  return sessionsOn(day, rows).find(({ start, end }) => start <= minute && minute < end);
}

/** The session at `time` (`HHmmss`) of an open `day` (`20261121`). */
export function sessionAt(day: string, time: string, rows?: readonly SessionRow[]): SessionKind {
  return sessionRowAt(day, time, rows)?.kind ?? 'closed';
}

/**
 * The time from which a trading day has figures of its own, `HHmm`: KIS has its base prices, and nothing traded at KRX
 * yet.
 */
export const figuresBegin = '0840';

/**
 * The time from which a trading day's figures do not change any more, `HHmm`: the after-markets of KRX and Nextrade end
 * at 20:00.
 */
export const figuresEnd = '2001';

/** Sessions in which KRX takes ordinary limit and market orders. */
export const ordinaryOrderSessions: readonly SessionKind[] = ['opening-auction', 'regular', 'closing-auction'];

/** Sessions of continuous trading, in which each order trades at its own price. */
export const continuousSessions: readonly (SessionKind | 'unknown')[] = ['pre-market', 'regular', 'after-market'];
