import { fromKoreanDayAndTime, inKorea } from '../../clock.ts';
import type { Balance, RealizedPnl } from '../../domain/account.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { ShiftedHours } from '../../domain/market/krx-holidays.ts';
import type { IndexCode, NewsTitle, RightsIssue } from '../../domain/market/research.ts';
import type { Marketplace } from '../../domain/market/session.ts';
import type { Side, VenueOrder } from '../../domain/orders/order.ts';
import type { ScheduledOrder } from '../../domain/orders/scheduled-order.ts';
import type { DigestKind, DigestPart } from '../../domain/reports.ts';
import type { AccountLabel } from '../accounts.ts';
import type { MissingPart } from './report-reads.ts';

/** An index on a day, with its closes of some weeks, oldest first, that day's included. */
export interface IndexDay {
  readonly code: IndexCode;
  readonly day: string;
  readonly last: number;
  readonly change: number;
  readonly changePercent: number;
  readonly closes: readonly number[];
}

/** An issue on a day. Prices are whole won. */
export interface IssueDay {
  readonly symbol: string;
  /** Shares held in all accounts of the digest; 0 for one of the watchlist. */
  readonly held: number;
  readonly last: number;
  readonly change: number;
  readonly changePercent: number;
  /**
   * Won that the day made of what is held and what was bought and sold on it, before costs; undefined for an issue that
   * nobody holds or traded, and before the opening.
   */
  readonly profit?: number | undefined;
}

/** What was filled of an issue on a day, in one direction. */
export interface FilledIssue {
  readonly symbol: string;
  readonly name: string;
  readonly side: Side;
  readonly quantity: number;
  /** Won. */
  readonly amount: number;
}

/** An account in a digest. What could not be had is undefined. */
export interface AccountDigest {
  readonly label: AccountLabel;
  readonly balance: Balance | undefined;
  readonly fills: readonly FilledIssue[] | undefined;
  readonly realized: RealizedPnl | undefined;
  readonly orders: readonly VenueOrder[] | undefined;
  readonly scheduled: readonly ScheduledOrder[] | undefined;
}

/** Shares bought less sold by foreigners and institutions; `estimated` by the exchange's members during the day. */
export interface IssueFlow {
  readonly symbol: string;
  readonly foreigners: number;
  readonly institutions: number;
  readonly estimated: boolean;
}

/** A day from which an issue is traded without a dividend, or without new shares for money or for none. */
export interface ExDay {
  readonly symbol: string;
  readonly day: string;
  readonly what: 'dividend' | RightsIssue['kind'];
  /** Of a dividend, in the depository's word: `결산`. */
  readonly kind: string;
  /** Won a share. */
  readonly cash: number | undefined;
}

/** An issue's last price after KRX's close, against the close. */
export interface AfterMarket {
  readonly symbol: string;
  readonly exchange: Marketplace;
  readonly last: number;
  readonly change: number;
  readonly changePercent: number;
}

/** The next trading day, and what is special about it. */
export interface NextDay {
  readonly day: string;
  readonly shifted: ShiftedHours | undefined;
}

export interface Digest {
  readonly kind: DigestKind;
  /** The trading day that it is about: of one before the opening the day that begins. */
  readonly day: string;
  /** When it was made, in milliseconds. */
  readonly at: number;
  /** False on a holiday or a weekend: then it was asked for. */
  readonly trades: boolean;
  /** The hours of `day`, where they are unusual. */
  readonly shifted: ShiftedHours | undefined;
  /** Others read it: it has nothing of any account, and nobody's alerts. */
  readonly open: boolean;
  readonly indices: readonly IndexDay[];
  readonly accounts: readonly AccountDigest[];
  /** Those held first, by value. */
  readonly issues: readonly IssueDay[];
  readonly flows: readonly IssueFlow[];
  readonly news: readonly NewsTitle[];
  readonly exDays: readonly ExDay[];
  /** Undefined while the after-market has not begun, and on a day without one. */
  readonly after: readonly AfterMarket[] | undefined;
  readonly alerts: readonly Alert[];
  readonly next: NextDay | undefined;
  readonly missing: readonly MissingPart<DigestPart>[];
}

/** When something on a day is due, in milliseconds: `minute` of that day in Korea. */
export function momentOf(day: string, minute: number): number {
  return fromKoreanDayAndTime(day, '000000') + minute * 60_000;
}

/** The minute of the day in Korea. */
export function minuteNow(now: number): number {
  const { hour, minute } = inKorea(now);
  return hour * 60 + minute;
}
