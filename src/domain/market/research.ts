import type { Instrument } from './instrument.ts';
import type { IssueWarning } from './quote.ts';

/** What kind of issue it is, and how it is valued. Undefined is what the venue did not say. Amounts are won. */
export interface IssueProfile {
  readonly symbol: string;
  readonly name: string | undefined;
  readonly englishName: string | undefined;
  /** As the venue names it: `KOSPI200`. */
  readonly board: string | undefined;
  readonly industry: string | undefined;
  /** `19750611`. */
  readonly listedOn: string | undefined;
  readonly sharesListed: number | undefined;
  readonly marketValue: number | undefined;
  readonly faceValue: number | undefined;
  /** Price over earnings, price over book; ratios. */
  readonly per: number | undefined;
  readonly pbr: number | undefined;
  /** Won a share. */
  readonly eps: number | undefined;
  readonly bps: number | undefined;
  readonly yearHigh: { readonly price: number; readonly day: string | undefined } | undefined;
  readonly yearLow: { readonly price: number; readonly day: string | undefined } | undefined;
  readonly previousClose: number | undefined;
  /** Today's volume in percent of yesterday's. */
  readonly volumePercent: number | undefined;
  /** Of what foreigners may hold, in percent. */
  readonly foreignPercent: number | undefined;
  /** Deposit in percent of the price that an order takes. */
  readonly marginPercent: number | undefined;
  /** Whether it may be bought on credit. */
  readonly credit: boolean | undefined;
  readonly warnings: readonly IssueWarning[];
  /** What the venue sells it as, in its own word: `주식`. */
  readonly productClass: string | undefined;
}

/** A dividend on the depository's calendar. */
export interface Dividend {
  /** Who holds it on this day gets it: `20261231`. */
  readonly recordDay: string;
  /** `결산`, `중간`. */
  readonly kind: string;
  /** Won a share. */
  readonly cash: number | undefined;
  /** Cash in percent of the face value, and new shares in percent. */
  readonly cashPercent: number | undefined;
  readonly stockPercent: number | undefined;
  readonly paidOn: string | undefined;
}

/** New shares for who holds a stock: for money, or for none. */
export interface RightsIssue {
  readonly symbol: string;
  readonly kind: 'paid' | 'free';
  /** Who holds it on this day gets them: `20261231`. */
  readonly recordDay: string;
  /** The first day on which it is traded without (권리락). */
  readonly exDay: string;
}

/** A volatility interruption: two minutes of auction after a jump. */
export interface VolatilityInterruption {
  readonly symbol: string;
  readonly name: string;
  readonly day: string;
  /** `090312`, in Korea. */
  readonly from: string;
  /** Undefined while it lasts. */
  readonly until: string | undefined;
  readonly kind: 'static' | 'dynamic' | 'both' | 'unknown';
  readonly price: number | undefined;
  /** How far the price had gone from where it was compared, in percent. */
  readonly gapPercent: number | undefined;
}

/** A trade of the market's, as looked up. */
export interface RecentTrade {
  /** `091500`, in Korea. */
  readonly time: string;
  readonly price: number;
  readonly size: number;
  readonly change: number;
  readonly changePercent: number;
  /** Buy volume over sell volume in percent (체결강도); 100 is even. */
  readonly strength: number | undefined;
}

/** An index and its code at the venue. */
export type IndexCode = 'KOSPI' | 'KOSDAQ' | 'KOSPI200';

/** An index at a moment, in points. */
export interface IndexQuote {
  readonly code: IndexCode;
  readonly last: number;
  readonly change: number;
  readonly changePercent: number;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  /** Shares, and won. */
  readonly volume: number | undefined;
  readonly turnover: number | undefined;
  /** Issues that rise, stand and fall, as the venue counts them. */
  readonly rising: number | undefined;
  readonly unchanged: number | undefined;
  readonly falling: number | undefined;
}

/** By what issues are ranked. */
export type RankingKind =
  | 'volume'
  | 'turnover'
  | 'rise'
  | 'fall'
  | 'market-value'
  | 'after-hours'
  | 'bids'
  | 'asks'
  | 'new-high'
  | 'new-low';

/** Where issues are ranked. */
export type RankingMarket = 'all' | 'KOSPI' | 'KOSDAQ';

export interface RankedIssue {
  readonly rank: number;
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly change: number;
  readonly changePercent: number;
  /**
   * What it is ranked by: shares (volume; waiting bids less asks, or the reverse; bids waiting after hours), won
   * (turnover, market value), percent (rise, fall; distance from the high or low).
   */
  readonly figure: number | undefined;
}

/** What each kind of investor bought less sold on a day. Undefined until the venue knows, after the close. */
export interface InvestorDay {
  readonly day: string;
  readonly close: number | undefined;
  readonly change: number | undefined;
  readonly individuals: NetBought;
  readonly foreigners: NetBought;
  readonly institutions: NetBought;
}

/** Bought less sold; negative is sold. */
export interface NetBought {
  readonly shares: number | undefined;
  /** Won. */
  readonly amount: number | undefined;
}

/** What foreigners hold at the end of a day. */
export interface ForeignHolding {
  readonly day: string;
  readonly close: number;
  /** Of what they may hold, in percent. */
  readonly percent: number | undefined;
}

/** Shares bought at the ask and sold at the bid on a day. */
export interface TradeVolumeDay {
  readonly day: string;
  readonly bought: number;
  readonly sold: number;
}

/** What the exchange's members report by hand during the day. */
export interface InvestorEstimate {
  /** Which report of the day, from 1. */
  readonly report: number;
  /** Shares bought less sold. */
  readonly foreigners: number;
  readonly institutions: number;
  readonly together: number;
}

/** An issue that foreigners or institutions bought or sold most today. */
export interface NetBuyingIssue {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  readonly foreigners: NetBought;
  readonly institutions: NetBought;
}

/** A year or quarter of a company's books. Amounts are won, ratios percent unless said. */
export interface FinancialPeriod {
  /** The month it ends in: `202609`. */
  readonly period: string;
  readonly revenue: number | undefined;
  readonly operatingProfit: number | undefined;
  readonly netIncome: number | undefined;
  readonly assets: number | undefined;
  readonly liabilities: number | undefined;
  readonly equity: number | undefined;
  readonly revenueGrowth: number | undefined;
  readonly operatingProfitGrowth: number | undefined;
  readonly netIncomeGrowth: number | undefined;
  readonly equityGrowth: number | undefined;
  readonly assetGrowth: number | undefined;
  readonly returnOnEquity: number | undefined;
  readonly returnOnAssets: number | undefined;
  readonly netMargin: number | undefined;
  readonly grossMargin: number | undefined;
  readonly debtRatio: number | undefined;
  readonly currentRatio: number | undefined;
  readonly quickRatio: number | undefined;
  readonly borrowingRatio: number | undefined;
  readonly retentionRatio: number | undefined;
  readonly payoutRatio: number | undefined;
  /** Won a share. */
  readonly eps: number | undefined;
  readonly bps: number | undefined;
  readonly sps: number | undefined;
  /** Won. */
  readonly ebitda: number | undefined;
  /** A ratio. */
  readonly evToEbitda: number | undefined;
}

/** What an analyst said. */
export interface Opinion {
  readonly day: string;
  readonly symbol: string;
  readonly name: string | undefined;
  /** The broker the analyst works for. */
  readonly broker: string | undefined;
  /** In the broker's own word: `매수`, `BUY`, `NotRated`. */
  readonly opinion: string;
  readonly before: string | undefined;
  /** Won; undefined where none was given. */
  readonly target: number | undefined;
}

/** A headline. */
export interface NewsTitle {
  readonly id: string;
  readonly day: string;
  /** `110051`, in Korea. */
  readonly time: string;
  readonly title: string;
  /** Who wrote it. */
  readonly source: string | undefined;
  readonly symbols: readonly string[];
}

/** A condition that a person keeps in KIS's own program. */
export interface SavedScreen {
  readonly id: string;
  readonly group: string;
  readonly name: string;
}

/** An issue that meets a condition. */
export interface ScreenMatch {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number | undefined;
  readonly volume: number | undefined;
  /** Won. */
  readonly marketValue: number | undefined;
}

/** A list of issues that a person keeps in KIS's own program. */
export interface SavedWatchlist {
  readonly id: string;
  readonly name: string;
}

export type WatchedIssue = Pick<Instrument, 'symbol' | 'name'>;
