import type { Bar } from '../domain/market/quote.ts';
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
  RightsIssue,
  SavedScreen,
  SavedWatchlist,
  ScreenMatch,
  TradeVolumeDay,
  VolatilityInterruption,
  WatchedIssue,
} from '../domain/market/research.ts';
import type { ReadOptions } from './read-options.ts';

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
  /** Of all issues, by their record days `from` to `to`; those whose ex-rights day is not known are left out. */
  rightsIssues(from: string, to: string, options?: ReadOptions): Promise<readonly RightsIssue[]>;
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
