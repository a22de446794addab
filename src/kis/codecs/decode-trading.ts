import type { Balance, BuyingPower, Position } from '../../domain/account.ts';
import { type Exchange, orderNumber, type Side, type VenueOrder } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { domesticTrading } from '../endpoints/domestic-trading.ts';
import type { Output } from '../endpoints/endpoint.ts';
import { orderTypeOfCode } from '../order-types.ts';

// From KIS's names to the domain's words, for answers about the account and its orders. Pure.

type Rows = typeof domesticTrading;
type BalanceOutput = Output<Rows['inquireBalance']>;

type HoldingRow = BalanceOutput['output1'][number];

/**
 * Whether the shares were bought with money that KIS lent. KIS gives the day of the loan, and where that is blank the
 * name of the way of trading says it.
 */
function isOnCredit({ loan_dt = '', trad_dvsn_name = '' }: HoldingRow): boolean {
  return /[1-9]/.test(loan_dt) || /융자|대주|신용|대출/.test(trad_dvsn_name);
}

/**
 * Makes one position of all rows of an issue. KIS lists an issue once for each day on which it lent money for it, and
 * its rows may be on different pages. Where there is one row alone, KIS's own average and percentage are kept.
 */
function toPosition(rows: readonly [HoldingRow, ...HoldingRow[]]): Position {
  const [first] = rows;
  const total = (amountOf: (row: HoldingRow) => number) => rows.reduce((sum, row) => sum + amountOf(row), 0);
  const quantity = total((row) => row.hldg_qty);
  const costBasis = total((row) => row.pchs_amt);
  const unrealizedPnl = total((row) => row.evlu_pfls_amt);
  const percent = costBasis === 0 ? 0 : Math.round((unrealizedPnl / costBasis) * 10_000) / 100;
  return {
    symbol: first.pdno,
    name: first.prdt_name,
    quantity,
    sellableQuantity: total((row) => row.ord_psbl_qty),
    averageCost: rows.length === 1 ? first.pchs_avg_pric : (costBasis / quantity).toFixed(4),
    costBasis,
    last: first.prpr,
    marketValue: total((row) => row.evlu_amt),
    unrealizedPnl,
    unrealizedPnlPercent: rows.length === 1 ? first.evlu_pfls_rt : percent,
    onCredit: total((row) => (isOnCredit(row) ? row.hldg_qty : 0)),
  };
}

/**
 * Every page carries the same totals, so those of the first are taken. KIS goes on listing a position that was sold
 * today, with 0 shares; it is left out. @throws AppError `venue.malformed` for pages without totals.
 */
export function toBalance(pages: readonly BalanceOutput[], truncated: boolean): Balance {
  const totals = pages[0]?.output2[0];
  if (totals === undefined) throw new AppError('venue.malformed', { where: 'inquire-balance', problem: 'no totals' });
  const rowsOf = new Map<string, [HoldingRow, ...HoldingRow[]]>();
  for (const row of pages.flatMap((page) => page.output1).filter(({ hldg_qty }) => hldg_qty > 0)) {
    const known = rowsOf.get(row.pdno);
    if (known === undefined) rowsOf.set(row.pdno, [row]);
    else known.push(row);
  }
  const positions = [...rowsOf.values()].map(toPosition);
  return {
    cash: { deposit: totals.dnca_tot_amt, settled: totals.prvs_rcdl_excc_amt },
    positions,
    totals: {
      costBasis: totals.pchs_amt_smtl_amt,
      marketValue: totals.evlu_amt_smtl_amt,
      unrealizedPnl: totals.evlu_pfls_smtl_amt,
      assets: totals.tot_evlu_amt,
      dayChange: totals.asst_icdc_amt,
    },
    truncated,
  };
}

/**
 * What can be bought without borrowing: KIS's `nrcvb_…`, where `max_buy_…` would count borrowed money. At a given price
 * the quantity is calculated here, because KIS may calculate its own at the upper limit.
 */
export function toBuyingPower({ output }: Output<Rows['inquireBuyingPower']>, price: number | undefined): BuyingPower {
  const quantity = price === undefined ? output.nrcvb_buy_qty : Math.floor(output.nrcvb_buy_amt / price);
  return { orderableCash: output.ord_psbl_cash, quantity };
}

export function toSide(code: string): Side {
  return code === '01' ? 'sell' : 'buy';
}

function toExchange(code: string | undefined): Exchange {
  return code === 'NXT' || code === 'SOR' ? code : 'KRX';
}

/** The number of the order that this one changes; undefined for a new order, where KIS writes blanks or zeros. */
export function toOriginal(number: string | undefined): string | undefined {
  const plain = orderNumber(number ?? '');
  return plain === '' || plain === '0' ? undefined : plain;
}

/** An amendment or a cancellation names the order that it changes; which of both it is, only its name says (`현금매수취소*`). */
function toAction(original: string | undefined, name: string | undefined): VenueOrder['action'] {
  if (toOriginal(original) === undefined) return 'new';
  return name?.includes('취소') ? 'cancel' : 'amend';
}

export function toExecution(row: Output<Rows['inquireExecutions']>['output1'][number]): VenueOrder {
  return {
    reference: { number: orderNumber(row.odno), branch: row.ord_gno_brno },
    original: toOriginal(row.orgn_odno),
    action: toAction(row.orgn_odno, row.sll_buy_dvsn_cd_name),
    symbol: row.pdno,
    name: row.prdt_name,
    side: toSide(row.sll_buy_dvsn_cd),
    type: orderTypeOfCode(row.ord_dvsn_cd),
    quantity: row.ord_qty,
    price: row.ord_unpr,
    filledQuantity: row.tot_ccld_qty,
    filledAmount: row.tot_ccld_amt,
    remaining: row.rmn_qty,
    // KIS documents the column as cnc_cfrm_qty and was recorded to send cncl_cfrm_qty.
    cancelledQuantity: row.cncl_cfrm_qty ?? row.cnc_cfrm_qty ?? 0,
    rejectedQuantity: row.rjct_qty ?? 0,
    exchange: toExchange(row.excg_id_dvsn_cd),
    day: row.ord_dt,
    time: row.ord_tmd,
    viaApi: row.ordr_empno === undefined ? undefined : row.ordr_empno === 'OpnAPI',
  };
}

export function toOpenOrder(row: Output<Rows['inquireAmendable']>['output'][number], today: string): VenueOrder {
  return {
    reference: { number: orderNumber(row.odno), branch: row.ord_gno_brno },
    original: toOriginal(row.orgn_odno),
    action: toAction(row.orgn_odno, row.rvse_cncl_dvsn_name),
    symbol: row.pdno,
    name: row.prdt_name ?? row.pdno,
    side: toSide(row.sll_buy_dvsn_cd),
    type: orderTypeOfCode(row.ord_dvsn_cd),
    quantity: row.ord_qty,
    price: row.ord_unpr,
    filledQuantity: row.tot_ccld_qty,
    filledAmount: row.tot_ccld_amt ?? 0,
    remaining: row.psbl_qty,
    cancelledQuantity: 0,
    rejectedQuantity: 0,
    exchange: toExchange(row.excg_id_dvsn_cd),
    day: today,
    time: row.ord_tmd,
    viaApi: undefined,
  };
}
