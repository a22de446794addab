// @ts-nocheck
import type {
  AssetSummary,
  Balance,
  BuyingPower,
  IntegratedMargin,
  ProfitDay,
  ProfitReport,
  RealizedPnl,
  TradeProfit,
} from './domain/account.ts';
import type { Alert, AlertEvent, AlertStatus, Seen } from './domain/alert.ts';
import type { BarInterval } from './domain/bars.ts';
import type { ChatAddress } from './domain/chat-address.ts';
import type { FillNotices } from './domain/fill-notices.ts';
import type { Instrument, ListedIssue, Market } from './domain/instrument.ts';
import type {
  Exchange,
  ExecutionNotice,
  OrderEvent,
  OrderIntent,
  OrderRecord,
  OrderReference,
  OrderRequest,
  OrderStatus,
  ScheduleDays,
  SubmitOutcome,
  VenueOrder,
} from './domain/order.ts';
import type { Person, PersonSettings } from './domain/person.ts';
import type { Bar, IssueStatus, OrderBook, Quote, Trade } from './domain/quote.ts';
import type {
  Dividend,
  FinancialPeriod,
  ForeignHolding,
  IndexCode,
  IndexQuote,
  InvestorDay,
  InvestorEstimate,
  IssueProfile,
  NetBuyingIssue,
  NewsTitle,
  Opinion,
  RankedIssue,
  RankingKind,
  RankingMarket,
  RecentTrade,
  SavedScreen,
  SavedWatchlist,
  ScreenMatch,
  TradeVolumeDay,
  VolatilityInterruption,
  WatchedIssue,
} from './domain/research.ts';
import type { ScheduledOrder } from './domain/scheduled-order.ts';
import type { SessionKind } from './domain/session.ts';

/**
 * How soon a read is wanted: an order that somebody pressed waits for it, somebody is looking at the chat, or nobody
 * is. Orders themselves go ahead of all three.
 */
export type ReadPriority = 'urgent' | 'interactive' | 'background';

export interface ReadOptions {
  readonly priority?: ReadPriority;
  readonly signal?: AbortSignal;
}

/** `exchange`: whose prices; KRX's where it is not said. */
export interface PriceOptions extends ReadOptions {
  readonly exchange?: Exchange;
}

/**
 * `from`, `until`: the first and the last day of candles of days and longer (`20261121`); as far back as `count` goes,
 * and to the last day whose figures have begun, where they are not said.
 */
export interface BarOptions extends ReadOptions {
  readonly from?: string;
  readonly until?: string;
}

/** Called at the head of the lane, just before the one request leaves; when it throws, nothing is sent. */
export type BeforeSend = () => Promise<void>;

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
 * known (`venue.key-unknown`, `venue.closed` and so on: src/kis/venue-codes.ts).
 */
export interface Broker {
  /** What people must be told about where their orders go. */
  readonly venue: VenueDescription;
  /** The sentence (an error code) with what helps against a refusal of an order; undefined where nothing is known. */
  adviceOn(refusal: { readonly code: string; readonly text: string }): string | undefined;
  quote(symbol: string, options?: PriceOptions): Promise<Quote>;
  /** Many quotes, in the order asked; issues the venue does not know are left out. */
  quotes(symbols: readonly string[], options?: ReadOptions): Promise<readonly Quote[]>;
  /**
   * The newest candles, oldest first: `count` at most, fewer of an issue listed lately, and of minutes as many as some
   * thirty calls bring (a week of them; on paper today's alone). `until` is for days and longer.
   */
  bars(symbol: string, interval: BarInterval, count: number, options?: BarOptions): Promise<readonly Bar[]>;
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
  /** What a venue with hours of its own says of them. */
  hours(options?: ReadOptions): Promise<VenueHours>;
  /** The calendar from `day` on, about a month. */
  marketDays(day: string, options?: ReadOptions): Promise<readonly MarketDay[]>;
  /**
   * Sends one request, once, whatever the answer. Never throws for anything the venue did or failed to do: that is in
   * the outcome. Throws only before anything was sent: AppError `lane.waited-too-long`, `venue.token-wait` or
   * `venue.unauthorised` (no token to be had), or what `beforeSend` threw.
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

/** A scheduled order as the venue wants it named when it is changed. */
export type ScheduleTarget = Pick<ScheduledOrder, 'reference' | 'day'>;

/**
 * Orders that the venue keeps for a later day. Throws as Broker does; `venue.unsupported` where it keeps none, as paper
 * does. What changes something makes the same promises as `placeOrder`.
 */
export interface ScheduleBroker {
  /** Those that are waiting, and those sent or refused in the last month; the venue leaves out what was cancelled. */
  scheduledOrders(options?: ReadOptions): Promise<readonly ScheduledOrder[]>;
  placeScheduled(request: OrderRequest, days: ScheduleDays, beforeSend: BeforeSend): Promise<SubmitOutcome>;
  /** Replaces quantity, price and type; an accepted one keeps its number. */
  amendScheduled(
    target: ScheduleTarget,
    request: OrderRequest,
    until: string | null,
    beforeSend: BeforeSend,
  ): Promise<SubmitOutcome>;
  /** Nothing more is sent of it; what was made of it already stands. */
  cancelScheduled(target: ScheduleTarget, beforeSend: BeforeSend): Promise<SubmitOutcome>;
}

/**
 * What can be looked up about issues and the market beside prices; it changes nothing. Days are Korean (`20261121`).
 * Throws as Broker does; `venue.unsupported` where neither the venue nor a live key for reads has it. Lists are empty
 * where there is nothing.
 */
export interface Research {
  /** AppError `venue.rejected` for an issue the venue does not know. */
  profile(symbol: string, options?: ReadOptions): Promise<IssueProfile>;
  /** Undefined for an issue without one. AppError `venue.unsupported` where the venue tells none, as paper does. */
  englishName(symbol: string, options?: ReadOptions): Promise<string | undefined>;
  /** The latest record day first. */
  dividends(symbol: string, from: string, to: string, options?: ReadOptions): Promise<readonly Dividend[]>;
  /** Of all issues or of one, newest first. */
  interruptions(day: string, symbol?: string, options?: ReadOptions): Promise<readonly VolatilityInterruption[]>;
  /** The last trades, newest first; 30 at most. */
  recentTrades(symbol: string, options?: ReadOptions): Promise<readonly RecentTrade[]>;
  index(code: IndexCode, options?: ReadOptions): Promise<IndexQuote>;
  /** Daily candles in points, oldest first. */
  indexBars(code: IndexCode, from: string, to: string, options?: ReadOptions): Promise<readonly Bar[]>;
  /** Best first, 30 at most. */
  ranking(kind: RankingKind, market: RankingMarket, options?: ReadOptions): Promise<readonly RankedIssue[]>;
  /** Newest first, 30 at most. */
  investorDays(symbol: string, options?: ReadOptions): Promise<readonly InvestorDay[]>;
  /** Newest first, 30 at most. */
  foreignHolding(symbol: string, options?: ReadOptions): Promise<readonly ForeignHolding[]>;
  /** Newest first. */
  tradeVolumes(symbol: string, from: string, to: string, options?: ReadOptions): Promise<readonly TradeVolumeDay[]>;
  /** Today's reports so far, the latest first. */
  investorEstimates(symbol: string, options?: ReadOptions): Promise<readonly InvestorEstimate[]>;
  /** Today's most bought or sold. */
  netBuying(
    query: {
      readonly who: 'foreigners' | 'institutions';
      readonly side: 'bought' | 'sold';
      readonly market: RankingMarket;
    },
    options?: ReadOptions,
  ): Promise<readonly NetBuyingIssue[]>;
  /** Newest first. Seven calls. */
  financials(symbol: string, by: 'year' | 'quarter', options?: ReadOptions): Promise<readonly FinancialPeriod[]>;
  /** Newest first. */
  opinions(symbol: string, from: string, to: string, options?: ReadOptions): Promise<readonly Opinion[]>;
  /** What a broker said of all issues, or what brokers said of one: KIS's own pages differ in what it takes. */
  brokerOpinions(code: string, from: string, to: string, options?: ReadOptions): Promise<readonly Opinion[]>;
  /** Newest first, of all issues or of one. */
  news(symbol?: string, options?: ReadOptions): Promise<readonly NewsTitle[]>;
  /** Conditions a person keeps in KIS's own program. AppError `venue.no-hts-id` where none is set. */
  savedScreens(options?: ReadOptions): Promise<readonly SavedScreen[]>;
  /** A hundred at most. */
  screenMatches(id: string, options?: ReadOptions): Promise<readonly ScreenMatch[]>;
  /** Lists a person keeps in KIS's own program. AppError `venue.no-hts-id`. */
  savedWatchlists(options?: ReadOptions): Promise<readonly SavedWatchlist[]>;
  watchlistIssues(id: string, options?: ReadOptions): Promise<readonly WatchedIssue[]>;
}

/** What the account came to. Throws as Broker does. Days are Korean (`20261121`). */
export interface AccountReports {
  assets(options?: ReadOptions): Promise<AssetSummary>;
  margin(options?: ReadOptions): Promise<IntegratedMargin>;
  /** What today's sales made. */
  realizedToday(options?: ReadOptions): Promise<RealizedPnl>;
  /** By day. */
  profitByDay(from: string, to: string, options?: ReadOptions): Promise<ProfitReport<ProfitDay>>;
  /** By day and issue, of all issues or of one. */
  profitByIssue(
    query: { readonly from: string; readonly to: string; readonly symbol?: string },
    options?: ReadOptions,
  ): Promise<ProfitReport<TradeProfit>>;
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
  /** Where orders are accepted. */
  readonly exchanges: readonly Exchange[];
  /** Whether an order that its lists do not show does not exist; paper's were seen empty though orders stood. */
  readonly listsAll: boolean;
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

/** What the socket tells. Handlers return at once; work they start is theirs. */
export interface FeedHandlers {
  /** At KRX. */
  onTrade(trade: Trade): void;
  onExecution(notice: ExecutionNotice): void;
  /** Each time the socket stands and its registrations are answered: the first time, and before `onResumed`. */
  onConnected(): void;
  /** After the socket came back and everything is subscribed again: something may have been missed. */
  onResumed(): void;
  /** Another session has the app key's only place. */
  onInUse(): void;
}

/** Whoever watches something that can be done without. */
interface Watcher {
  /** What came meanwhile may have been missed. */
  onGap(): void;
  /** Nothing more comes: its registrations were needed elsewhere, or refused when the socket came back. */
  onEnd(why: 'full' | 'refused'): void;
}

/** Hears of one issue's book. Handlers return at once. */
export interface BookWatcher extends Watcher {
  onOrderBook(book: OrderBook): void;
  onTrade(trade: Trade): void;
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
  readonly fillNotices: FillNotices;
  /** Why it is not connected, when it is not. */
  readonly reason: string | undefined;
}

export interface MarketFeed {
  /** Connects and subscribes fill notices; resolves once they are acknowledged or the first attempt failed. */
  start(handlers: FeedHandlers): Promise<void>;
  /** Trades of an issue. AppError `feed.full` when no registration is left, not even by ending a watch of those below. */
  watchTrades(symbol: string): Promise<void>;
  unwatchTrades(symbol: string): Promise<void>;
  /**
   * An issue's book, trades and standing on an exchange, as long as nothing more important needs the room. AppError
   * `feed.full`, `feed.down`, `feed.unsupported` (the venue does not push it) or `feed.refused`; then nothing is watched.
   */
  watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching>;
  /** The same for indices. */
  watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching>;
  status(): FeedStatus;
  stop(): Promise<void>;
}

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

/** What a chart shows. Its texts are ready to be read: a renderer has no language. */
export interface Chart {
  /** The issue's name. */
  readonly title: string;
  /** Its code, and how long a candle lasts. */
  readonly subtitle: string;
  readonly price: string;
  readonly change: { readonly text: string; readonly tone: ChartTone };
  /** Won. */
  readonly last: number;
  /** Oldest first, at least one; those before the last `shown` are the past of the moving averages. */
  readonly bars: readonly Bar[];
  readonly shown: number;
  /** A handful: each that is out of sight takes some room at the edge. */
  readonly levels: readonly ChartLevel[];
  readonly words: {
    readonly averages: string;
    readonly volume: string;
    readonly high: string;
    readonly low: string;
    grouped(value: number): string;
  };
}

export type ChartTone = 'up' | 'down' | 'even';

/** A line across the chart: what a holding cost on average, or where an alert waits. */
export interface ChartLevel {
  readonly kind: 'cost' | 'alert';
  /** Won. */
  readonly price: number;
  readonly label: string;
}

/** Draws charts. */
export interface ChartRenderer {
  /** A PNG. AppError `chart.failed`. */
  render(chart: Chart): Promise<Uint8Array>;
  close(): Promise<void>;
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

export type { ChatAddress };

/** Daily candles of many issues, from the key that may ask most: the live one for reads where there is one. */
export interface BarSource {
  /** Whether a whole market can be asked about: paper alone lets one call a second leave. */
  readonly wholeMarket: boolean;
  /** How many calls may leave in a second; one brings a hundred candles of an issue. */
  readonly callsPerSecond: number;
  /** As `Broker.bars` of days. */
  dailyBars(symbol: string, count: number, options?: BarOptions): Promise<readonly Bar[]>;
}

/** An issue's daily candles as they are kept. */
export interface KeptBars {
  /** The day through which they are complete (`20261120`); the issue may not have traded on it. */
  readonly through: string;
  /** Oldest first; none of a day whose figures still change. */
  readonly bars: readonly Bar[];
}

/** Daily candles kept from day to day; they may be lost and fetched again. Throws AppError `store.cache-failed`. */
export interface BarStore {
  /** By issue, the day through which its candles are complete. */
  days(): Promise<ReadonlyMap<string, string>>;
  bars(symbol: string): Promise<KeptBars | undefined>;
  /** In the place of what was kept of the issue. */
  keep(symbol: string, kept: KeptBars): Promise<void>;
  /** Forgets issues whose candles are complete only through an earlier day than this. */
  forget(before: string): Promise<void>;
  close(): Promise<void>;
}

/** What somebody is asked to confirm. `plan` is the command's own, kept as JSON. */
export interface Proposal {
  readonly id: string;
  readonly personId: string;
  readonly address: ChatAddress;
  readonly command: string;
  readonly plan: unknown;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly status: 'open' | 'taken' | 'dropped';
  /** The ticket as the person saw it, as plain text. */
  readonly shown: string;
}

/** What must hold at the very moment a proposal is taken; all of it is checked inside the one transaction. */
export interface ClaimRequest {
  readonly proposalId: string;
  readonly personId: string;
  readonly now: number;
  readonly intents: readonly {
    readonly id: string;
    readonly intent: OrderIntent;
    /** Won: what it adds to the day's sum; 0 for a cancel. */
    readonly amount: number;
  }[];
  /** Korean day the amounts count towards. */
  readonly day: string;
  readonly maxDailyAmount: number;
}

/** An order that the venue made of a scheduled one. */
export interface MadeOrder {
  readonly id: string;
  readonly request: OrderRequest;
  readonly reference: OrderReference;
  /** Korean day of the order, and when the venue made it, in milliseconds. */
  readonly day: string;
  readonly at: number;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly orders: readonly OrderRecord[] }
  | {
      readonly kind: 'refused';
      /** `unsettled`: it could not be told apart from another of the day whose outcome nobody knows yet. */
      readonly reason: 'unknown' | 'not-yours' | 'taken' | 'dropped' | 'expired' | 'halted' | 'unsettled';
    }
  | { readonly kind: 'over-daily-cap'; readonly used: number };

/** A message on its way: written before it is sent, so that a crash loses none. `body` is the channel's business, as JSON. */
export interface OutboxEntry {
  readonly id: number;
  readonly address: ChatAddress;
  /** What it tells of, as its draft said. */
  readonly about?: string | undefined;
  /** The message this one replaces, when it is an edit: the `key` under which that one was queued. */
  readonly edits: string | undefined;
  /** The name under which this message can be edited later; the newest sent one of that name is meant. */
  readonly key: string | undefined;
  readonly body: unknown;
  readonly attempts: number;
  readonly createdAt: number;
}

/** What the order of a chat's messages goes by. */
export type QueuedMessage = Pick<OutboxEntry, 'id' | 'about' | 'key' | 'edits' | 'createdAt'>;

export interface OutboxDraft {
  readonly address: ChatAddress;
  /** What it tells of: a ticket and all that becomes of it, an alert. Absent, it is talk. */
  readonly about?: string | undefined;
  readonly edits?: string | undefined;
  readonly key?: string | undefined;
  readonly body: unknown;
  /** Absent, it goes at once. */
  readonly hold?: Hold | undefined;
}

/** A message waits for somebody's quiet hours to end. */
export interface Hold {
  readonly personId: string;
  /** Milliseconds. */
  readonly until: number;
}

/** An alert as it is kept, also when it is over. */
export interface KeptAlert {
  readonly alert: Alert;
  readonly status: AlertStatus;
}

/** What became of a message. */
export interface MessageFate {
  readonly address: ChatAddress;
  /** `held` for somebody's quiet hours, `queued` to be sent, `dead` for good. */
  readonly state: 'held' | 'queued' | 'sent' | 'dead';
  /** Milliseconds. */
  readonly createdAt: number;
  readonly sentAt: number | undefined;
  readonly heldUntil: number | undefined;
  readonly attempts: number;
  /** Why the latest attempt failed. */
  readonly error: string | undefined;
}

/** The issues that people keep an eye on. */
export interface Watchlists {
  /** A person's, in the order they were added. */
  watchlist(personId: string): Promise<readonly string[]>;
  /** Adds those that are not there yet: all, or AppError `watch.too-many` when there would be more than `most`. */
  watchIssues(personId: string, symbols: readonly string[], most: number): Promise<void>;
  /** How many of them were there. */
  unwatchIssues(personId: string, symbols: readonly string[]): Promise<number>;
}

/** A spreadsheet that tables are copied into. */
export interface SheetWriter {
  /**
   * Puts rows into the tab of that name, made where there is none; what else stood in that tab is gone, and no other is
   * touched. Nothing is taken for a formula. AppError `sheets.unauthorised`, `sheets.not-shared`, `sheets.api-off`,
   * `sheets.not-found`, `sheets.throttled`, `sheets.unreachable`.
   */
  write(tab: string, rows: readonly (readonly (string | number)[])[]): Promise<{ readonly url: string }>;
}

/**
 * The append-only record. Each method is one transaction; what it returns is on the disk. Order state is a fold of
 * order events (`applyEvent`), kept beside them so that it can be asked for.
 */
export interface Ledger extends Watchlists {
  createProposal(proposal: Omit<Proposal, 'status'>): Promise<void>;
  proposal(id: string): Promise<Proposal | undefined>;
  /** False when it was no longer open. */
  dropProposal(id: string): Promise<boolean>;
  /** Takes the proposal and writes its intents as `confirmed`, all or nothing. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /**
   * Appends and returns the new state; `messages` about it are queued in the same transaction, so that nothing can
   * happen to an order without its owner being told. AppError `order.impossible-event`, `order.unknown`.
   */
  appendOrderEvent(
    orderId: string,
    event: OrderEvent,
    at: number,
    messages?: (after: OrderRecord) => readonly OutboxDraft[],
  ): Promise<OrderRecord>;
  /**
   * `confirmed` becomes `submitting`, just before the one request leaves. AppError `orders.halted` when trading was
   * halted since the claim; cancels pass.
   */
  beginSubmit(orderId: string, at: number): Promise<void>;
  /**
   * The venue made an order of a scheduled one: notes it there, and writes the order's own record, `accepted` and owned
   * by whoever scheduled it. Returns the order; undefined, and nothing done, where that number of that day is known.
   */
  orderFromSchedule(
    scheduleId: string,
    made: MadeOrder,
    now: number,
    messages: (schedule: OrderRecord, order: OrderRecord) => readonly OutboxDraft[],
  ): Promise<OrderRecord | undefined>;
  order(id: string): Promise<OrderRecord | undefined>;
  /** By the venue's number (as `orderNumber` gives it) on a Korean day. */
  orderByNumber(number: string, day: string): Promise<OrderRecord | undefined>;
  /** The newest of that number, on whatever day. */
  latestByNumber(number: string): Promise<OrderRecord | undefined>;
  ordersByStatus(statuses: readonly OrderStatus[]): Promise<readonly OrderRecord[]>;
  /** Orders confirmed on a Korean day, newest first. */
  ordersOfDay(day: string): Promise<readonly OrderRecord[]>;
  /** Of all days, newest first. */
  latestOrders(most: number): Promise<readonly OrderRecord[]>;
  orderEvents(id: string): Promise<readonly { readonly at: number; readonly event: OrderEvent }[]>;
  /** The chat that asked for the order. */
  orderAddress(id: string): Promise<ChatAddress | undefined>;
  /**
   * Notes that a notice came in. `fresh` is false when an identical one was noted before; `noticedQuantity` is the sum
   * of all distinct fill notices of that order number and day, this one included. `messages` are queued in the same
   * transaction when it is fresh.
   */
  recordNotice(
    notice: ExecutionNotice,
    day: string,
    messages?: readonly OutboxDraft[],
  ): Promise<{ readonly fresh: boolean; readonly noticedQuantity: number }>;
  /** Notes that the venue showed these order numbers; the first time counts. */
  noteSeen(day: string, numbers: readonly string[]): Promise<void>;
  /** Numbers of its day that had been noted when an order went to `submitting`. */
  seenBefore(orderId: string): Promise<ReadonlySet<string>>;
  /** `seen`: what it starts from. */
  createAlert(alert: Alert, seen: Seen): Promise<void>;
  /** Neither fired nor deleted, oldest first. */
  openAlerts(): Promise<readonly Alert[]>;
  /** A waiting alert saw that its condition does not hold. */
  armAlert(id: string, at: number, seen: Seen): Promise<void>;
  /** Keeps the level, its day and the state of alerts that are open still. */
  setAlertLevels(alerts: readonly Alert[], at: number): Promise<void>;
  /**
   * Marks it fired and queues the messages about it, in one; false, and nothing done, when it was not armed (any more).
   * One that repeats waits from then on.
   */
  fireAlert(id: string, at: number, seen: Seen, messages: readonly OutboxDraft[]): Promise<boolean>;
  /** Ends an open alert whose last day is over, and queues the messages about that, in one; false when it was over. */
  expireAlert(id: string, at: number, messages: readonly OutboxDraft[]): Promise<boolean>;
  /** False when it is not this person's, or over already. */
  deleteAlert(id: string, personId: string, at: number): Promise<boolean>;
  /** Open or over. */
  alert(id: string): Promise<KeptAlert | undefined>;
  /** A person's, the one that something happened to last first. */
  latestAlerts(personId: string, most: number): Promise<readonly KeptAlert[]>;
  /** Oldest first; of one that was made before they were written down, what came since. */
  alertEvents(id: string): Promise<readonly { readonly at: number; readonly event: AlertEvent }[]>;
  /** What became of the messages that tell of an alert, oldest first, as far as they are kept. */
  messagesOfAlert(id: string): Promise<readonly MessageFate[]>;
  /** By person, what each chose; nobody else chose anything. */
  peopleSettings(): Promise<ReadonlyMap<string, PersonSettings>>;
  /** Messages that are held for the person wait until `heldUntil` from now on. */
  setPersonSettings(personId: string, settings: PersonSettings, heldUntil: number): Promise<void>;
  /** Makes an identity (`telegram:123`) known as a person's, or changes whose it is. */
  addIdentity(identity: string, person: Person): Promise<void>;
  /** False when it was not known that way. */
  removeIdentity(identity: string): Promise<boolean>;
  /** Everybody who was made known that way. */
  people(): Promise<readonly { readonly identity: string; readonly person: Person }[]>;
  /** A chat goes on under another id, with its tickets, orders and alerts. */
  moveChat(from: ChatAddress, toChatId: string): Promise<void>;
  /** Writes something that changes nothing, to see whether that works. @throws AppError `LedgerTrouble`. */
  tryWriting(now: number): Promise<void>;
  setHalted(halted: boolean): Promise<void>;
  halted(): Promise<boolean>;
  /** Lets orders go to a live venue on one Korean day. */
  armDay(day: string): Promise<void>;
  /** The day it was last armed for. */
  armedDay(): Promise<string | undefined>;
  /** Won of all orders of the day that were not denied, rejected or never sent. */
  amountOfDay(day: string): Promise<number>;
  /** An edit of a message that is held takes its place, and goes at once where it is not to be held itself. */
  enqueue(draft: OutboxDraft, now: number): Promise<OutboxEntry>;
  /** Queues what was held until now, in the order it was written; says until when the next is held. */
  releaseHeld(now: number): Promise<number | undefined>;
  outboxHeld(): Promise<number>;
  /** The oldest unsent entry of each address, or of the one given, oldest first; `except` are passed over. */
  outboxHeads(address?: ChatAddress, except?: readonly number[]): Promise<readonly OutboxEntry[]>;
  /** What waits to go to one address, oldest first; no more of it than anybody needs to look through. */
  outboxLine(address: ChatAddress): Promise<readonly QueuedMessage[]>;
  /** An unsent entry; undefined where it is none (any more). */
  outboxEntry(id: number): Promise<OutboxEntry | undefined>;
  markSent(id: number, reference: string | undefined, now: number): Promise<void>;
  markFailed(id: number, error: string, final: boolean): Promise<void>;
  /** Marks an edit as not worth sending when a later one of the same message waits; false, and nothing done, if none does. */
  supersede(id: number): Promise<boolean>;
  /**
   * Queues one message about those that failed for good in a chat and that nothing was said of yet, oldest first; does
   * nothing when there are none.
   */
  sumUpDead(address: ChatAddress, now: number, draft: (lost: readonly OutboxEntry[]) => OutboxDraft): Promise<void>;
  /** What was sent since a moment, oldest first: the platforms remember it across a restart of ours. */
  sentSince(at: number): Promise<readonly { readonly address: ChatAddress; readonly at: number }[]>;
  /** Messages that failed for good in the last 30 days. */
  deadLetters(now: number): Promise<number>;
  /**
   * Forgets messages that were sent, what happened to alerts and what the venue pushed, before a moment and its Korean
   * day. Orders, their events, tickets and messages that were never delivered are kept.
   */
  prune(before: number, beforeDay: string): Promise<void>;
  /** What the channel called the message that was queued under `key`; undefined before it was sent. */
  sentReference(address: ChatAddress, key: string): Promise<string | undefined>;
  /** Messages that could go, those that are held left out. */
  outboxPending(): Promise<number>;
  close(): Promise<void>;
}

/** Things that may be lost and fetched again: tokens, the calendar. Values are JSON. */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>;
  set<T>(key: string, value: T, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
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

/** Work done by the hour. `signal` is aborted when the process ends. */
export type ScheduledTask = (signal: AbortSignal) => Promise<void>;

/** Time of day, as a port: what starts work at an hour in Korea. */
export interface Scheduler {
  /**
   * Runs `task` by a cron expression (`5 8 * * 1-5`), and with `atStart` also once when scheduling starts, in the
   * background. A run that falls due while the last one of that name is under way is left out; a failed one is logged.
   */
  cron(name: string, expression: string, task: ScheduledTask, options?: { readonly atStart?: boolean }): void;
  start(): void;
  /** No run begins after this; resolves when those under way have ended. */
  stop(): Promise<void>;
}
