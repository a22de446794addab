import type { ChatAddress } from './people/chat-address.ts';

/** The reports of a trading day, in order: before the opening, after the close, and after the after-market. */
export const digestKinds = ['morning', 'close', 'evening'] as const;
export type DigestKind = (typeof digestKinds)[number];

/** What a digest may have to leave out. */
export type DigestPart =
  | 'indices'
  | 'balance'
  | 'fills'
  | 'realized'
  | 'orders'
  | 'scheduled'
  | 'issues'
  | 'news'
  | 'exDays'
  | 'flows'
  | 'after';

/** What a monitoring report may have to leave out. */
export type MonitorPart = 'price' | 'usual' | 'strength' | 'flows';

/** Where a report goes: to a chat of the person's, or to the webhook's channel, which others read. */
export type ReportTarget = 'chat' | 'webhook';

/**
 * When each report is due where nobody chose another time: minutes of the day in Korea, and of the report after the
 * close minutes after KRX's close, so that it moves with a close that is late.
 */
export const usualMinutes: Readonly<Record<DigestKind, number>> = { morning: 8 * 60 + 30, close: 15, evening: 1_205 };

/** One report that somebody gets on every trading day. */
export interface DigestPlan {
  readonly personId: string;
  readonly target: ReportTarget;
  readonly kind: DigestKind;
  /** As in `usualMinutes`. */
  readonly minute: number;
  /** The chat it was asked for in, or the webhook's. */
  readonly address: ChatAddress;
  /** When it was switched on, in milliseconds: what was due before is not missed. */
  readonly since: number;
}

/** Issues that a chat is told of every few minutes while the market is open; a chat has one at most. */
export interface Monitor {
  readonly address: ChatAddress;
  readonly personId: string;
  readonly symbols: readonly string[];
  readonly minutes: number;
  /** When it was made, in milliseconds. */
  readonly since: number;
}

/** How often a monitor may report, in minutes. */
export const monitorMinutes = [1, 3, 5, 10, 15, 30, 60] as const;

/** The most issues of a monitor: one call brings thirty prices, and a message on a phone shows about ten issues. */
export const mostMonitored = 10;

/** When a report of a trading day is due: minutes of that day. `close`: when KRX closes, `HHmm`. */
export function dueMinute({ kind, minute }: Pick<DigestPlan, 'kind' | 'minute'>, close: string): number {
  return kind === 'close' ? minuteOfDay(close) + minute : minute;
}

/**
 * Until when a report that is late is still worth sending: minutes of its day. One before the opening serves until the
 * opening, the others until midnight.
 */
export function usefulUntilMinute(kind: DigestKind, open: string): number {
  return kind === 'morning' ? minuteOfDay(open) : 24 * 60;
}

/** `0930` → 570 */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(2, 4));
}
