import type { FillNotices } from '../domain/fill-notices.ts';
import type { BookTrade, IssueStatus, OrderBook, Trade } from '../domain/market/quote.ts';
import type { IndexCode, IndexQuote } from '../domain/market/research.ts';
import type { Marketplace } from '../domain/market/session.ts';
import type { Exchange, ExecutionNotice } from '../domain/orders/order.ts';

/** What the socket tells. Handlers return at once; work they start is theirs. */
export interface FeedHandlers {
  /** At KRX or at Nextrade, as `trade.exchange` tells. Once for every trade, however many sockets brought it. */
  onTrade(trade: Trade): void;
  /** How an issue stands at KRX, while its book is watched; more than once where several sockets bring it. */
  onIssueStatus?(status: IssueStatus): void;
  /** What became of an order, and the account it is in, as `Venue.accountId` has it; that may be none of ours. */
  onExecution(notice: ExecutionNotice, accountId: string): void;
  /** Each time the socket stands and its registrations are answered: the first time, and before `onResumed`. */
  onConnected(): void;
  /** After the socket came back and everything is subscribed again: something may have been missed. */
  onResumed(): void;
  /** Another session has the app key's only place. */
  onInUse(): void;
}

/** Whoever watches something that can be done without. */
export interface Watcher {
  /** What came meanwhile may have been missed. */
  onGap(): void;
  /** Nothing more comes: its registrations were needed elsewhere, or refused when the socket came back. */
  onEnd(why: 'full' | 'refused'): void;
}

/** Hears of one issue's book. Handlers return at once. */
export interface BookWatcher extends Watcher {
  onOrderBook(book: OrderBook): void;
  onTrade(trade: BookTrade): void;
  onIssueStatus(status: IssueStatus): void;
}

/** Hears of indices. Handlers return at once. */
export interface IndexWatcher extends Watcher {
  onIndex(quote: IndexQuote): void;
}

/** Lets go of what was watched. */
export type StopWatching = () => void;

export interface FeedStatus {
  readonly state: 'stopped' | 'connecting' | 'connected' | 'waiting';
  /** When it connected, and when anything last came in; milliseconds. */
  readonly connectedAt: number | undefined;
  readonly lastMessageAt: number | undefined;
  readonly registrations: number;
  /** How many of them there is room for beside those of fill notices; of several sockets all together. */
  readonly room: number;
  readonly fillNotices: FillNotices;
  /** Why it is not connected, when it is not. */
  readonly reason: string | undefined;
  /** Since the process began: how often something may have been missed, and how many trades came in. */
  readonly gaps: number;
  readonly trades: number;
}

/** Whose trades are watched. */
export type TradesOf = Marketplace | 'both';

export interface MarketFeed {
  /** Connects and subscribes fill notices; resolves once they are acknowledged or the first attempt failed. */
  start(handlers: FeedHandlers): Promise<void>;
  /**
   * Trades of an issue at an exchange, or at both: one registration an exchange, both of them or neither. KIS's combined
   * channel is no way to have both for one registration, as its trades do not say where they were made. AppError
   * `feed.full` when no registration is left; `feed.unsupported` for NXT on paper; `feed.refused`.
   */
  watchTrades(symbol: string, exchange?: TradesOf): Promise<void>;
  /** Ends such a watch; without one this does nothing. */
  unwatchTrades(symbol: string, exchange?: TradesOf): Promise<void>;
  /** Whether the trades of an issue come in now: they are watched, KIS took that, and the socket stands. */
  hears(symbol: string, exchange: Marketplace): boolean;
  /**
   * Since when every trade of a watched issue has come in, in milliseconds, as far as the socket tells; undefined while
   * it is not watched, refused, or the socket is away or has been silent for longer than KIS is between two PINGPONGs.
   */
  tradesSince(symbol: string, exchange: Marketplace): number | undefined;
  /**
   * An issue's book, trades and standing on an exchange. AppError `feed.full`, `feed.down`, `feed.unsupported` (the venue
   * does not push it) or `feed.refused`; then nothing is watched.
   */
  watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching>;
  /** The same for indices. */
  watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching>;
  status(): FeedStatus;
  stop(): Promise<void>;
}
