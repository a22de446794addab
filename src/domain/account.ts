/** One holding. Amounts are whole won; the average cost is a decimal string because KIS keeps four places. */
export interface Position {
  readonly symbol: string;
  readonly name: string;
  readonly quantity: number;
  /** What can be sold now: the holding less what open sell orders hold. */
  readonly sellableQuantity: number;
  readonly averageCost: string;
  readonly costBasis: number;
  readonly last: number;
  readonly marketValue: number;
  readonly unrealizedPnl: number;
  readonly unrealizedPnlPercent: number;
}

/** The account as the venue sees it. Amounts are whole won. */
export interface Balance {
  readonly cash: {
    /** 예수금: what is there today, before trades settle. */
    readonly deposit: number;
    /** What will be there in two trading days, when today's trades have settled. */
    readonly settled: number;
  };
  readonly positions: readonly Position[];
  readonly totals: {
    readonly costBasis: number;
    readonly marketValue: number;
    readonly unrealizedPnl: number;
    /** Cash after settlement and holdings together. */
    readonly assets: number;
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
