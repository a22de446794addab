/** Why KRX is closed on a weekday. A substitute day bears the name of the holiday it stands for. */
export type HolidayName =
  | 'new-year'
  | 'seollal'
  | 'independence-movement-day'
  | 'labour-day'
  | 'childrens-day'
  | 'buddhas-birthday'
  | 'election-day'
  | 'constitution-day'
  | 'liberation-day'
  | 'chuseok'
  | 'foundation-day'
  | 'hangul-day'
  | 'christmas'
  | 'year-end';

/**
 * Weekdays on which KRX is closed, as `yyyyMMdd`: public holidays, their substitutes and the year-end closing day. 2026
 * was checked against observed trading days up to the autumn; 2027 is what the holiday law makes expected. Temporary
 * holidays may be declared at short notice, so the venue's own calendar goes before this list.
 */
export const krxHolidays: Readonly<Record<string, HolidayName>> = {
  '20260101': 'new-year',
  '20260216': 'seollal',
  '20260217': 'seollal',
  '20260218': 'seollal',
  '20260302': 'independence-movement-day',
  '20260501': 'labour-day',
  '20260505': 'childrens-day',
  '20260525': 'buddhas-birthday',
  '20260603': 'election-day',
  '20260717': 'constitution-day',
  '20260817': 'liberation-day',
  '20260924': 'chuseok',
  '20260925': 'chuseok',
  '20261005': 'foundation-day',
  '20261009': 'hangul-day',
  '20261225': 'christmas',
  '20261231': 'year-end',
  '20270101': 'new-year',
  '20270208': 'seollal',
  '20270209': 'seollal',
  '20270301': 'independence-movement-day',
  '20270503': 'labour-day',
  '20270505': 'childrens-day',
  '20270513': 'buddhas-birthday',
  '20270719': 'constitution-day',
  '20270816': 'liberation-day',
  '20270914': 'chuseok',
  '20270915': 'chuseok',
  '20270916': 'chuseok',
  '20271004': 'foundation-day',
  '20271011': 'hangul-day',
  '20271227': 'christmas',
  '20271231': 'year-end',
};

/** The days of that list, in order. */
export const krxClosures: readonly string[] = Object.keys(krxHolidays);

/** The years the list covers; of any other it says nothing. */
export const krxTableYears = { first: 2026, last: 2027 } as const;

/** A trading day with hours of its own; `open` and `close` are the regular session's, `HHmm`. */
export interface ShiftedHours {
  readonly day: string;
  readonly open: string;
  readonly close: string;
  readonly why: 'first-trading-day' | 'entrance-exam';
}

/** Days that open late, which the venue's calendar does not tell. The first trading day of 2027 is expected, not announced. */
export const shiftedHours: readonly ShiftedHours[] = [
  { day: '20260102', open: '1000', close: '1530', why: 'first-trading-day' },
  { day: '20261119', open: '1000', close: '1630', why: 'entrance-exam' },
  { day: '20270104', open: '1000', close: '1530', why: 'first-trading-day' },
];
