import type {
  AssetSummary,
  IntegratedMargin,
  ProfitDay,
  ProfitReport,
  RealizedPnl,
  TradeProfit,
} from '../domain/account.ts';
import type { ReadOptions } from './read-options.ts';

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
