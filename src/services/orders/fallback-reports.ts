import { type Clock, koreanDay, monthsBefore, previousDay } from '../../clock.ts';
import type {
  AssetSummary,
  IntegratedMargin,
  ProfitDay,
  ProfitReport,
  RealizedPnl,
  TradeProfit,
} from '../../domain/account.ts';
import type { VenueOrder } from '../../domain/orders/order.ts';
import { estimateCost } from '../../domain/orders/order-rules.ts';
import { type CostOf, profitDays, reckonProfit } from '../../domain/orders/realized-profit.ts';
import { AppError } from '../../errors.ts';
import type { AccountReports } from '../../ports/account-reports.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';

type ProfitQuery = Parameters<AccountReports['profitByIssue']>[0];

/** How many times three months are read, at most, to find what shares cost. */
const mostSteps = 4;
const stepMonths = 3;

/** The venue's account reports. Where the venue has no report of realized profit, it is computed from the orders. */
export class FallbackReports implements AccountReports {
  readonly #reports: AccountReports;
  readonly #broker: Pick<Broker, 'balance' | 'executions'>;
  readonly #directory: InstrumentDirectory;
  readonly #clock: Clock;
  readonly #reckoning = new Map<string, Promise<ProfitReport<TradeProfit>>>();

  constructor(options: {
    readonly reports: AccountReports;
    readonly broker: Pick<Broker, 'balance' | 'executions'>;
    readonly directory: InstrumentDirectory;
    readonly clock: Clock;
  }) {
    this.#reports = options.reports;
    this.#broker = options.broker;
    this.#directory = options.directory;
    this.#clock = options.clock;
  }

  assets(options?: ReadOptions): Promise<AssetSummary> {
    return this.#reports.assets(options);
  }

  margin(options?: ReadOptions): Promise<IntegratedMargin> {
    return this.#reports.margin(options);
  }

  realizedToday(options?: ReadOptions): Promise<RealizedPnl> {
    const today = koreanDay(this.#clock.now());
    return orElse(this.#reports.realizedToday(options), async () => {
      const { realized } = await this.#reckon({ from: today, to: today }, options);
      return realized;
    });
  }

  profitByDay(from: string, to: string, options?: ReadOptions): Promise<ProfitReport<ProfitDay>> {
    return orElse(this.#reports.profitByDay(from, to, options), async () =>
      profitDays(await this.#reckon({ from, to }, options)),
    );
  }

  profitByIssue(query: ProfitQuery, options?: ReadOptions): Promise<ProfitReport<TradeProfit>> {
    return orElse(this.#reports.profitByIssue(query, options), () => this.#reckon(query, options));
  }

  /** Two reports of the same days that are asked for at once are reckoned once. */
  #reckon(query: ProfitQuery, options?: ReadOptions): Promise<ProfitReport<TradeProfit>> {
    const key = [query.from, query.to, query.symbol].join();
    const reckoning =
      this.#reckoning.get(key) ?? this.#reckonAnew(query, options).finally(() => this.#reckoning.delete(key));
    this.#reckoning.set(key, reckoning);
    return reckoning;
  }

  /** Reads further back only while that may tell what shares cost that the account no longer holds. */
  async #reckonAnew(query: ProfitQuery, options?: ReadOptions): Promise<ProfitReport<TradeProfit>> {
    const { from, to, symbol } = query;
    const only = symbol === undefined ? {} : { symbol };
    const today = koreanDay(this.#clock.now());
    const [{ positions: holdings }, executions] = await Promise.all([
      this.#broker.balance(options),
      this.#broker.executions({ ...only, from, to: today }, options),
    ]);
    let since = from;
    let orders: readonly VenueOrder[] = executions;
    for (let step = 0; ; step += 1) {
      const report = reckonProfit({ orders, holdings, from, to, costOf: this.#costOf });
      if (report.reckoned?.unpriced.length === 0 || step === mostSteps) return report;
      const earlier = { ...only, from: monthsBefore(since, stepMonths), to: previousDay(since) };
      orders = [...orders, ...(await this.#broker.executions(earlier, options))];
      since = earlier.from;
    }
  }

  readonly #costOf: CostOf = (amount, side, symbol) =>
    estimateCost(amount, side, this.#directory.get(symbol) ?? { market: 'KOSPI', kind: 'stock' });
}

/** Does something else where the venue has no such report. */
async function orElse<T>(report: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await report;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'venue.unsupported') throw error;
    return otherwise();
  }
}
