import type {
  AssetSummary,
  IntegratedMargin,
  ProfitDay,
  ProfitReport,
  RealizedPnl,
  TradeProfit,
} from '../../domain/account.ts';
import { AppError } from '../../errors.ts';
import type { domesticTrading } from '../endpoints/domestic-trading.ts';
import type { Output } from '../endpoints/endpoint.ts';

// From KIS's names to the domain's words, for reports on the account. Pure.

type Trading = typeof domesticTrading;

export function toAssets({ output2 }: Output<Trading['inquireAssets']>): AssetSummary {
  return {
    total: output2.tot_asst_amt,
    net: output2.nass_tot_amt,
    cash: output2.tot_dncl_amt,
    marketValue: output2.evlu_amt_smtl,
    costBasis: output2.pchs_amt_smtl,
    unrealizedPnl: output2.evlu_pfls_amt_smtl,
    loans: output2.loan_amt_smtl,
    overseas: Math.round(output2.ovrs_stck_evlu_amt1),
  };
}

export function toMargin({ output }: Output<Trading['inquireMargin']>): IntegratedMargin {
  const currencies = [
    { currency: 'USD', orderable: output.usd_ord_psbl_amt ?? 0 },
    { currency: 'HKD', orderable: output.hkd_ord_psbl_amt ?? 0 },
    { currency: 'JPY', orderable: output.jpy_ord_psbl_amt ?? 0 },
    { currency: 'CNY', orderable: output.cny_ord_psbl_amt ?? 0 },
  ];
  const full = output.stck_cash100_max_ord_psbl_amt;
  return {
    // Orders are paid in whole won, so the fraction is dropped.
    orderableCash: Math.floor(output.stck_cash_ord_psbl_amt),
    orderableFull: full === undefined ? undefined : Math.floor(full),
    unpaid: Math.round(output.rcvb_amt),
    currencies: currencies.filter(({ orderable }) => orderable > 0),
  };
}

export function toRealizedToday({ output2: [totals] }: Output<Trading['inquireRealizedBalance']>): RealizedPnl {
  if (totals === undefined) {
    throw new AppError('venue.malformed', { where: 'inquire-balance-rlz-pl', problem: 'no totals' });
  }
  return { amount: totals.rlzt_pfls, percent: totals.rlzt_erng_rt };
}

/** Every page carries the totals of the whole period, so those of the first page are taken. */
function totalsOf<Totals>(pages: readonly { readonly output2: Totals }[], where: string): Totals {
  const totals = pages[0]?.output2;
  if (totals === undefined) throw new AppError('venue.malformed', { where, problem: 'no totals' });
  return totals;
}

export function toProfitByDay(
  pages: readonly Output<Trading['inquirePeriodProfit']>[],
  truncated: boolean,
): ProfitReport<ProfitDay> {
  const totals = totalsOf(pages, 'inquire-period-profit');
  return {
    rows: pages
      .flatMap((page) => page.output1)
      .map((row) => ({
        day: row.trad_dt,
        bought: row.buy_amt,
        sold: row.sll_amt,
        realized: { amount: row.rlzt_pfls, percent: row.pfls_rt },
        commission: row.fee,
        tax: row.tl_tax,
      })),
    // In the list by day KIS gives no percentage of the whole.
    realized: { amount: totals.tot_rlzt_pfls, percent: undefined },
    commission: totals.tot_fee,
    tax: totals.tot_tltx,
    truncated,
  };
}

export function toProfitByIssue(
  pages: readonly Output<Trading['inquireTradeProfit']>[],
  truncated: boolean,
): ProfitReport<TradeProfit> {
  const totals = totalsOf(pages, 'inquire-period-trade-profit');
  return {
    rows: pages
      .flatMap((page) => page.output1)
      .map((row) => ({
        day: row.trad_dt,
        symbol: row.pdno,
        name: row.prdt_name,
        boughtShares: row.buy_qty,
        bought: row.buy_amt,
        soldShares: row.sll_qty,
        sold: row.sll_amt,
        realized: { amount: row.rlzt_pfls, percent: row.pfls_rt },
        commission: row.fee,
        tax: row.tl_tax,
      })),
    realized: { amount: totals.tot_rlzt_pfls, percent: totals.tot_pftrt },
    commission: totals.tot_fee,
    tax: totals.tot_tltx,
    truncated,
  };
}
