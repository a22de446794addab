import type { AccountKind, Balance, BuyingPower } from '../domain/account.ts';
import type { DayInterval } from '../domain/market/bars.ts';
import type { Instrument } from '../domain/market/instrument.ts';
import type { Bar, ExtendedQuote, OrderBook, Quote } from '../domain/market/quote.ts';
import type { DayHours, Marketplace, SessionKind } from '../domain/market/session.ts';
import type { Exchange, OrderReference, OrderRequest, SubmitOutcome, VenueOrder } from '../domain/orders/order.ts';
import type { BarOptions, PriceOptions, ReadOptions } from './read-options.ts';

/**
 * Called at the head of the lane, just before the one request leaves; when it throws, nothing is sent. Returns until
 * when the request may leave, in milliseconds: a process that was stopped for longer must not send it when it goes on,
 * because another process may have found by then that the order does not exist.
 */
export type BeforeSend = () => Promise<number>;

/** A day of the market's calendar: `20261121`, and whether orders can be placed on it. */
export interface MarketDay {
  readonly day: string;
  readonly open: boolean;
}

/**
 * All that is ever asked of the venue, in domain words. Every method throws AppError with a `venue.*` code, which is also
 * the sentence with what helps: `venue.unsupported` (the venue lacks it, as paper does), `venue.malformed` (an answer we
 * cannot read), `venue.token-wait` (nothing can be asked for so many `waitSeconds`; a person's own question waits for it
 * by itself), `venue.listing-changed` (a list that went on changing while it was read: none of it is given),
 * `venue.unreachable`, `venue.throttled`, `venue.unauthorised`, `venue.rejected`, or one for a refusal whose reason is
 * known (`venue.key-unknown`, `venue.closed` and so on: src/kis/wire/venue-codes.ts).
 */
export interface Broker {
  /** What people must be told about where their orders go. */
  readonly venue: VenueDescription;
  /** The sentence (an error code) with what helps against a refusal of an order; undefined where nothing is known. */
  adviceOn(refusal: { readonly code: string; readonly text: string }): string | undefined;
  quote(symbol: string, options?: PriceOptions): Promise<Quote>;
  /** Many quotes, in the order asked; issues the venue does not know are left out. */
  quotes(symbols: readonly string[], options?: PriceOptions): Promise<readonly Quote[]>;
  /**
   * The newest candles of days and longer, oldest first: `count` at most, fewer of an issue listed lately. Those of
   * minutes are a `MinuteSource`'s.
   */
  bars(symbol: string, interval: DayInterval, count: number, options?: BarOptions): Promise<readonly Bar[]>;
  orderBook(symbol: string, options?: PriceOptions): Promise<OrderBook>;
  /** Undefined when the venue has no such issue. */
  instrument(symbol: string, options?: ReadOptions): Promise<Instrument | undefined>;
  balance(options?: ReadOptions): Promise<Balance>;
  /** What could be bought at `price` won; undefined asks about a market order. */
  buyingPower(symbol: string, price: number | undefined, options?: ReadOptions): Promise<BuyingPower>;
  sellableQuantity(symbol: string, options?: ReadOptions): Promise<number>;
  /** Orders with something left to fill. */
  openOrders(options?: ReadOptions): Promise<readonly VenueOrder[]>;
  /**
   * All orders of the days `from` to `to` (`20261121`), newest first, with what was filled of each: all of them, or
   * AppError `venue.malformed` where there are more than can be read.
   */
  executions(
    query: { readonly from: string; readonly to: string; readonly symbol?: string },
    options?: ReadOptions,
  ): Promise<readonly VenueOrder[]>;
  /**
   * What an exchange has traded of these issues outside KRX's regular session: KRX's after-market (one call an issue) or
   * Nextrade (thirty a call). Issues that it has not traded are left out, as are all where the venue does not tell.
   */
  extendedQuotes(
    symbols: readonly string[],
    exchange: Marketplace,
    options?: ReadOptions,
  ): Promise<readonly ExtendedQuote[]>;
  /**
   * The regular hours of the venue's day, told from those of derivatives, which begin a quarter of an hour earlier and
   * end as much later (market-time).
   */
  dayHours(options?: ReadOptions): Promise<DayHours>;
  /** What a venue with hours of its own says of them. */
  hours(options?: ReadOptions): Promise<VenueHours>;
  /** The calendar from `day` on, about a month. */
  marketDays(day: string, options?: ReadOptions): Promise<readonly MarketDay[]>;
  /**
   * Sends one request, once, whatever the answer. Never throws for anything the venue did or failed to do: that is in
   * the outcome. Throws only before anything was sent: AppError `lane.waited-too-long`, `venue.token-wait` or
   * `venue.unauthorised` (no token to be had), `cluster.not-ours` (another process carries the key), `orders.paused` (the
   * time that `beforeSend` returned was over), or what `beforeSend` threw.
   */
  placeOrder(request: OrderRequest, beforeSend: BeforeSend): Promise<SubmitOutcome>;
  /**
   * Lets so many shares of an order go on at another price, under a new number; same promises as `placeOrder`. The
   * venue refuses when fewer are left.
   */
  amendOrder(target: OrderReference, request: OrderRequest, beforeSend: BeforeSend): Promise<SubmitOutcome>;
  /** Cancels what is left of an order, or a part of it; same promises as `placeOrder`. */
  cancelOrder(target: CancelTarget, beforeSend: BeforeSend): Promise<SubmitOutcome>;
}

export interface CancelTarget {
  readonly reference: OrderReference;
  readonly exchange: Exchange;
  /** Shares, where only so many of what is left are to be cancelled; undefined: all. */
  readonly part: number | undefined;
}

export interface VenueDescription {
  /** Told by the host that is called, not by what anybody named it; a simulator may keep paper's rules. */
  readonly kind: 'live' | 'paper' | 'simulator' | 'paper-simulator';
  /** `own` where the venue must be asked (`Broker.hours`), as a stand-in for the exchange; else the exchange's decide. */
  readonly hours: 'exchange' | 'own';
  /** The account, masked: `5000****-01`. */
  readonly account: string;
  /** Undefined where the number does not tell. */
  readonly accountKind?: AccountKind | undefined;
  /** Where orders are accepted. */
  readonly exchanges: readonly Exchange[];
  /** Whether an order that its lists do not show does not exist; paper's were seen empty though orders stood. */
  readonly listsAll: boolean;
  /** Whether it keeps orders for later days and sends them by itself (예약주문). */
  readonly keepsSchedules: boolean;
}

/** What a stand-in for the exchange says of its hours. */
export interface VenueHours {
  /** Milliseconds, by its own clock. */
  readonly now: number;
  /** The regular session is all there is, whatever the hour. */
  readonly neverCloses: boolean;
  /** What somebody fixed it at; undefined while the hours decide. */
  readonly fixed: SessionKind | 'holiday' | undefined;
}

/** What became of an access token that was to be given back to the venue. */
export interface TokenRevocation {
  /** How the settings of its app key begin: `KIS`, or `KIS_LIVE` for the key for reads. */
  readonly settings: string;
  /** `none` was held; `unknown`: the venue was asked and did not answer. */
  readonly outcome: 'revoked' | 'none' | 'failed' | 'unknown';
  /** Why it failed. */
  readonly failure?: unknown;
  /** Seconds until another may be asked for. */
  readonly waitSeconds: number;
}
