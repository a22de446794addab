/** What trades at a moment. `closed` covers nights, weekends and holidays. */
export type SessionKind = 'opening-auction' | 'regular' | 'closing-auction' | 'post-close' | 'after-market' | 'closed';

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

/** The session at `time` (`HHmmss`) of an open `day` (`20261121`). */
export function sessionAt(day: string, time: string, rows: readonly SessionRow[] = krxSessions): SessionKind {
  const minute = time.slice(0, 4);
  const row = rows.find(
    (candidate) =>
      candidate.start <= minute &&
      minute < candidate.end &&
      (candidate.from === undefined || candidate.from <= day) &&
      (candidate.to === undefined || day <= candidate.to),
  );
  return row?.kind ?? 'closed';
}

/** Sessions in which KRX takes ordinary limit and market orders. */
export const ordinaryOrderSessions: readonly SessionKind[] = ['opening-auction', 'regular', 'closing-auction'];
