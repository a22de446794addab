/** The account whose settings have no name in them (`KIS_APP_KEY`), and the only one of ledgers of before. */
export const mainAccount = 'main';

/**
 * The name under which the ledger keeps an account with the number at this position of those it has had. The first one
 * has the account's name alone; `#` is in no name of an account.
 */
export function recordsOfNumber(name: string, position: number): string {
  return position === 0 ? name : `${name}#${position + 1}`;
}

/** The name of an account without the number that its records are of. */
export function withoutNumber(ledgerName: string): string {
  return ledgerName.replace(/#\d+$/, '');
}

/** A word for all accounts together: in a line, and therefore no name or title of one. */
export const everyAccount = /^(?:all|전체|모두|전부)$/i;

/**
 * One issue that is held, however it was paid for. Amounts are whole won; the average cost is a decimal string because
 * KIS keeps four places.
 */
export interface Position {
  readonly symbol: string;
  readonly name: string;
  readonly quantity: number;
  /** Shares that can be sold now: the holding less the shares of open sell orders. */
  readonly sellableQuantity: number;
  readonly averageCost: string;
  readonly costBasis: number;
  readonly last: number;
  readonly marketValue: number;
  readonly unrealizedPnl: number;
  readonly unrealizedPnlPercent: number;
  /** Shares that were bought on credit, where KIS says so; 0 for none. */
  readonly onCredit: number;
}

/** The account as the venue sees it. Amounts are whole won. */
export interface Balance {
  readonly cash: {
    /** 예수금: the cash that is there today, before trades settle. */
    readonly deposit: number;
    /** The cash in two trading days, when today's trades have settled. */
    readonly settled: number;
  };
  readonly positions: readonly Position[];
  readonly totals: {
    readonly costBasis: number;
    readonly marketValue: number;
    readonly unrealizedPnl: number;
    /** Cash after settlement and holdings together. */
    readonly assets: number;
    /** Since yesterday, money put in or taken out included; undefined where the venue does not say. */
    readonly dayChange: number | undefined;
  };
  /** True when there were more holdings than the pages we read. */
  readonly truncated: boolean;
}

/** What one could buy of one issue, without borrowing. */
export interface BuyingPower {
  /** 주문가능현금, in won. */
  readonly orderableCash: number;
  /** Shares that can be bought at the price asked about, costs included, without margin debt. */
  readonly quantity: number;
}

/** All that the account holds, by kind. Amounts are whole won. */
export interface AssetSummary {
  readonly total: number;
  /** The total less debts. */
  readonly net: number;
  readonly cash: number;
  readonly marketValue: number;
  readonly costBasis: number;
  readonly unrealizedPnl: number;
  readonly loans: number;
  /** Stocks of other countries, in won. */
  readonly overseas: number;
}

/** What may be ordered with, all currencies together (통합증거금). */
export interface IntegratedMargin {
  /** Won that Korean stocks can be bought with, by cash alone. */
  readonly orderableCash: number;
  /** Won that can be bought for when the whole price is deposited (증거금 100%). */
  readonly orderableFull: number | undefined;
  /** Won that is owed and was not paid in time (미수금); undefined where the venue does not say. */
  readonly unpaid: number | undefined;
  /** What can be ordered with in other currencies; those with nothing are left out. */
  readonly currencies: readonly { readonly currency: string; readonly orderable: number }[];
}

/** Realized profit or loss, costs taken off. Amounts are whole won. */
export interface RealizedPnl {
  readonly amount: number;
  /** In percent of what the shares cost. */
  readonly percent: number | undefined;
}

/** A day's trading in the account. Amounts are whole won. */
export interface ProfitDay {
  readonly day: string;
  readonly bought: number;
  readonly sold: number;
  readonly realized: RealizedPnl;
  readonly commission: number;
  readonly tax: number;
}

/** A day's trading of one issue. Amounts are whole won. */
export interface TradeProfit {
  readonly day: string;
  readonly symbol: string;
  readonly name: string;
  readonly boughtShares: number;
  readonly bought: number;
  readonly soldShares: number;
  readonly sold: number;
  readonly realized: RealizedPnl;
  readonly commission: number;
  readonly tax: number;
}

/** A profit report over a period. */
export interface ProfitReport<Row> {
  /** Newest first. */
  readonly rows: readonly Row[];
  readonly realized: RealizedPnl;
  readonly commission: number;
  readonly tax: number;
  /** True when there were more rows than the pages we read; the totals are of all. */
  readonly truncated: boolean;
  /**
   * Set where the report was computed from the orders, because the venue has none. Sales without a known cost are in no
   * figure above.
   */
  readonly reckoned?: {
    readonly unpriced: readonly { readonly symbol: string; readonly name: string; readonly shares: number }[];
  };
}

/** What sort of account it is, by what it allows: a `retirement` pension (IRP, DC) can be looked at and not traded. */
export type AccountKind = 'brokerage' | 'pension' | 'retirement';
