/** Where a stock is listed; the transaction tax follows it. */
export type Market = 'KOSPI' | 'KOSDAQ' | 'KONEX';

/** What is traded; the tick table and the tax follow it. */
export type InstrumentKind = 'stock' | 'etf' | 'etn' | 'other';

/** Something that can be looked up and ordered. `symbol` is KIS's short code: six characters, or `Q` and six for an ETN. */
export interface Instrument {
  readonly symbol: string;
  readonly name: string;
  readonly market: Market;
  readonly kind: InstrumentKind;
}

/** An instrument as a market's list has it. */
export interface ListedIssue extends Instrument {
  /** Won that changed hands the day before, roughly; undefined where the list does not tell. */
  readonly turnover?: number | undefined;
  /** Won that all its shares were worth the day before; undefined where the list does not tell. */
  readonly marketValue?: number | undefined;
}

/** Short codes that KIS takes: `005930`, `0080G0` (new codes hold letters), `Q530031` (ETN). */
export function looksLikeSymbol(text: string): boolean {
  return /^(?:\d[0-9A-Z]{5}|Q\d{6})$/.test(text);
}
