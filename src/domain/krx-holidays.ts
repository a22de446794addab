/**
 * Weekdays on which KRX is closed, as `yyyyMMdd`: public holidays, their substitutes and the year-end closing day. 2026
 * was checked against observed trading days up to the autumn; 2027 is what the holiday law makes expected. Temporary
 * holidays may be declared at short notice, so the venue's own calendar goes before this list.
 */
export const krxClosures: readonly string[] = [
  '20260101',
  '20260216',
  '20260217',
  '20260218',
  '20260302',
  '20260501',
  '20260505',
  '20260525',
  '20260603',
  '20260717',
  '20260817',
  '20260924',
  '20260925',
  '20261005',
  '20261009',
  '20261225',
  '20261231',
  '20270101',
  '20270208',
  '20270209',
  '20270301',
  '20270503',
  '20270505',
  '20270513',
  '20270719',
  '20270816',
  '20270914',
  '20270915',
  '20270916',
  '20271004',
  '20271011',
  '20271227',
  '20271231',
];

/** A trading day with hours of its own; `open` and `close` are the regular session's, `HHmm`. */
export interface ShiftedHours {
  readonly day: string;
  readonly open: string;
  readonly close: string;
  readonly why: string;
}

/** Days that open late, which the venue's calendar does not tell. The first trading day of 2027 is expected, not announced. */
export const shiftedHours: readonly ShiftedHours[] = [
  { day: '20260102', open: '1000', close: '1530', why: 'first trading day' },
  { day: '20261119', open: '1000', close: '1630', why: 'university entrance exam' },
  { day: '20270104', open: '1000', close: '1530', why: 'first trading day' },
];
