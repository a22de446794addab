import type { Marketplace, TradeSession } from './session.ts';

/** How the exchange marks an issue. `halted` takes no new order; the others are said on the ticket. */
export type IssueWarning = 'halted' | 'administrative' | 'caution' | 'warning' | 'risk' | 'overheated' | 'liquidation';

/** One issue's price at KRX in its regular session, or at the exchange that was asked for. Prices are whole won, sizes whole shares. */
export interface Quote {
  readonly symbol: string;
  readonly last: number;
  /** Against the base price, signed. */
  readonly change: number;
  /** In percent, signed: 1.25 is +1.25 %. */
  readonly changePercent: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  /** Shares traded today. */
  readonly volume: number;
  /** Won traded today. */
  readonly turnover: number;
  readonly upperLimit: number;
  readonly lowerLimit: number;
  readonly basePrice: number;
  /** The ratio as the venue computes it for the last price; undefined where it does not. */
  readonly tickSize: number | undefined;
  readonly warnings: readonly IssueWarning[];
  /** The highest and lowest price of 52 weeks, today counted in, and its day (`20261121`); told of one issue alone. */
  readonly yearHigh?: DayPrice | undefined;
  readonly yearLow?: DayPrice | undefined;
  /** When it was read, in milliseconds. */
  readonly at: number;
}

/**
 * What an exchange has traded of an issue outside KRX's regular session. A type of its own, so that such a price cannot
 * pass for the one of a `Quote`.
 */
export interface ExtendedQuote {
  readonly symbol: string;
  readonly exchange: Marketplace;
  readonly last: number;
  /** Of KRX, the after-market's own; of Nextrade, the whole day's. */
  readonly high: number;
  readonly low: number;
  readonly volume: number;
  /** When it was read, in milliseconds. */
  readonly at: number;
}

/** A price and its day, where the venue tells it. */
export interface DayPrice {
  readonly price: number;
  readonly day: string | undefined;
}

/** One price level of a book. */
export interface BookLevel {
  readonly price: number;
  readonly size: number;
}

/** Ten levels a side at most, best first; empty levels are left out. */
export interface OrderBook {
  readonly symbol: string;
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
  readonly totalAskSize: number;
  readonly totalBidSize: number;
  /** What an auction under way would trade at, and how many shares; undefined when there is none. */
  readonly expected: { readonly price: number; readonly size: number } | undefined;
  readonly at: number;
}

/** A trade of the market's (not ours), as it came over the socket. */
export interface Trade {
  readonly exchange: Marketplace;
  /** Undefined where neither the record nor its time tells. */
  readonly session: TradeSession | undefined;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
  readonly change: number;
  readonly changePercent: number;
  /** The day's highest and lowest price there, this trade among them; undefined where the venue leaves them out. */
  readonly high: number | undefined;
  readonly low: number | undefined;
  /** Shares traded there today. */
  readonly volume: number;
  /** Buy volume over sell volume in percent (체결강도); 100 is even. */
  readonly strength: number | undefined;
  /** Time of the trade in Korea, `091500`. */
  readonly time: string;
  /** When it reached us, in milliseconds. */
  readonly at: number;
}

/**
 * A trade at whichever exchange a watched book is of. KIS's combined channel (H0UNCNT0) does not say at which of the two
 * its trades were made, so such a trade must pass for neither's price.
 */
export type BookTrade = Omit<Trade, 'exchange' | 'session'>;

/** One candle. `start` is `20261121` for days and longer, `20261121 0915` for minutes, in Korea. */
export interface Bar {
  readonly start: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** How an issue stands, as the exchange announces it. */
export interface IssueStatus {
  readonly symbol: string;
  readonly halted: boolean;
  /** Why it is halted, in the exchange's words. */
  readonly reason: string | undefined;
  /** Whether a volatility interruption is on: two minutes of auction after a jump. */
  readonly interrupted: boolean;
  /** Whether its whole market stands still by a circuit breaker; undefined where nothing is said of that. */
  readonly circuitBreaker: boolean | undefined;
  /** When it reached us, in milliseconds. */
  readonly at: number;
}
