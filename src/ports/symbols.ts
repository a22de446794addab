import type { Instrument, ListedIssue, Market } from '../domain/market/instrument.ts';

/** What a text may mean. */
export interface InstrumentMatches {
  /** Best first. */
  readonly instruments: readonly Instrument[];
  /**
   * `whole` names the one issue found: its code, its name, a nickname, or the initials of its whole name. A `part` of a
   * name, and what would be one without a typo (`near`), may not be acted on before somebody was asked, not even where
   * one issue alone was found.
   */
  readonly fit: 'whole' | 'part' | 'near';
}

/** Finds issues by code, Korean or Latin name, nickname or initial consonants. */
export interface InstrumentDirectory {
  get(symbol: string): Instrument | undefined;
  /** The issue of exactly this code, name or nickname; blanks and case do not matter. */
  named(text: string): Instrument | undefined;
  search(text: string, limit: number): InstrumentMatches;
}

/** Where the markets' lists of issues come from. */
export interface SymbolSource {
  /** Tells one source's lists from another's in the cache. */
  readonly name: string;
  /** With fewer issues than this a market's list is taken for broken. */
  leastIssues(market: Market): number;
  /** A market's list of today. AppError `symbols.unavailable`, `symbols.unreadable`. */
  download(market: Market, signal: AbortSignal): Promise<readonly ListedIssue[]>;
}
