import type { Balance, BuyingPower, Position } from '../../domain/account.ts';
import type { Instrument, InstrumentKind, Market } from '../../domain/market/instrument.ts';
import type { Bar, BookLevel, IssueStatus, IssueWarning, OrderBook, Quote, Trade } from '../../domain/market/quote.ts';
import type { IndexCode, IndexQuote } from '../../domain/market/research.ts';
import {
  type Exchange,
  type ExecutionNotice,
  orderNumber,
  type Side,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { channels } from '../endpoints/channels.ts';
import type { domesticMarket } from '../endpoints/domestic-market.ts';
import type { domesticTrading } from '../endpoints/domestic-trading.ts';
import type { Output } from '../endpoints/endpoint.ts';
import { orderTypeOfCode } from '../order-types.ts';
import type { ChannelRecord } from '../wire/frames.ts';
import { count, millionWon, percent, real, shares, thousandShares, won, yesNo } from './fields.ts';

// From KIS's names to the domain's words; pure, and the only place where either meets the other for answers.

type Market_ = typeof domesticMarket;
type Trading = typeof domesticTrading;
type Channels = typeof channels;

/**
 * KIS gives the direction beside the number (1 limit up, 2 up, 3 same, 4 limit down, 5 down), and signs some numbers
 * too; without a direction the number stands as it came.
 */
export function signed(magnitude: number, sign: string | undefined): number {
  // A fall too small for two places is '-0.00', and must not become -0, which is written with its sign.
  if (magnitude === 0) return 0;
  if (sign === undefined) return magnitude;
  const size = Math.abs(magnitude);
  return sign === '4' || sign === '5' ? -size : size;
}

/** An index's code at KIS. */
export const indexCodes: Readonly<Record<IndexCode, string>> = { KOSPI: '0001', KOSDAQ: '1001', KOSPI200: '2001' };

function indexOf(code: string): IndexCode | undefined {
  return (Object.keys(indexCodes) as IndexCode[]).find((name) => indexCodes[name] === code);
}

/** `iscd_stat_cls_code` and `mrkt_warn_cls_code`, with the flags beside them. */
const statusWarnings: Readonly<Record<string, IssueWarning>> = {
  '51': 'administrative',
  '52': 'risk',
  '53': 'warning',
  '54': 'caution',
  '58': 'halted',
  '59': 'overheated',
};
const marketWarnings: Readonly<Record<string, IssueWarning>> = { '01': 'caution', '02': 'warning', '03': 'risk' };

export function toWarnings({ output }: Output<Market_['inquirePrice']>): readonly IssueWarning[] {
  const warnings = new Set<IssueWarning>();
  const status = statusWarnings[output.iscd_stat_cls_code ?? ''];
  const warned = marketWarnings[output.mrkt_warn_cls_code ?? ''];
  if (status !== undefined) warnings.add(status);
  if (warned !== undefined) warnings.add(warned);
  if (output.temp_stop_yn === 'Y') warnings.add('halted');
  if (output.sltr_yn === 'Y') warnings.add('liquidation');
  if (output.short_over_yn === 'Y') warnings.add('overheated');
  return [...warnings];
}

export function toQuote(symbol: string, answer: Output<Market_['inquirePrice']>, at: number): Quote {
  const { output } = answer;
  return {
    symbol,
    last: output.stck_prpr,
    change: signed(output.prdy_vrss, output.prdy_vrss_sign),
    changePercent: signed(output.prdy_ctrt, output.prdy_vrss_sign),
    open: output.stck_oprc,
    high: output.stck_hgpr,
    low: output.stck_lwpr,
    volume: output.acml_vol,
    turnover: output.acml_tr_pbmn,
    upperLimit: output.stck_mxpr,
    lowerLimit: output.stck_llam,
    basePrice: output.stck_sdpr,
    tickSize: output.aspr_unit,
    warnings: toWarnings(answer),
    at,
  };
}

/** `antc_mkop_cls_code` while an auction is under way; the expected price itself is not cleared after it (seen 2026-07). */
const auctionCodes: ReadonlySet<string> = new Set(['311', '121']);

function expectedOf(price: number | undefined, size: number | undefined): OrderBook['expected'] {
  return price === undefined || size === undefined || price <= 0 || size <= 0 ? undefined : { price, size };
}

export function toOrderBook(
  symbol: string,
  { output1, output2 }: Output<Market_['inquireAskingPrice']>,
  at: number,
): OrderBook {
  const columns = output1 as Readonly<Record<string, number | string | undefined>>;
  const level = (side: 'askp' | 'bidp', rank: number): BookLevel => ({
    price: Number(columns[`${side}${rank}`]),
    size: Number(columns[`${side}_rsqn${rank}`]),
  });
  return {
    symbol,
    asks: filledLevels((rank) => level('askp', rank)),
    bids: filledLevels((rank) => level('bidp', rank)),
    totalAskSize: output1.total_askp_rsqn,
    totalBidSize: output1.total_bidp_rsqn,
    expected: auctionCodes.has(output2.antc_mkop_cls_code ?? '')
      ? expectedOf(output2.antc_cnpr, output2.antc_vol)
      : undefined,
    at,
  };
}

/** Levels 1 to 10 that hold a price; in auctions KIS fills only the first few. */
function filledLevels(level: (rank: number) => BookLevel): readonly BookLevel[] {
  return Array.from({ length: 10 }, (_, index) => level(index + 1)).filter((entry) => entry.price > 0);
}

/** A row of the multi-quote; undefined for what has no price limits, such as an index. */
export function toQuoteOfMany(row: Output<Market_['multiplePrices']>['output'][number], at: number): Quote | undefined {
  const { inter2_prpr: last, inter2_mxpr: upperLimit, inter2_llam: lowerLimit, inter2_sdpr: basePrice } = row;
  if (last === undefined || upperLimit === undefined || lowerLimit === undefined || basePrice === undefined) {
    return undefined;
  }
  const sign = row.prdy_vrss_sign ?? '3';
  return {
    symbol: row.inter_shrn_iscd,
    last,
    change: signed(row.inter2_prdy_vrss ?? 0, sign),
    changePercent: signed(row.prdy_ctrt ?? 0, sign),
    open: row.inter2_oprc ?? 0,
    high: row.inter2_hgpr ?? 0,
    low: row.inter2_lwpr ?? 0,
    volume: row.acml_vol ?? 0,
    turnover: row.acml_tr_pbmn ?? 0,
    upperLimit,
    lowerLimit,
    basePrice,
    tickSize: undefined,
    warnings: [],
    at,
  };
}

/** KIS lists the newest day first, and fills the page with rows of blanks when there are fewer. */
export function toDailyBars({ output2 }: Output<Market_['dailyChart']>): readonly Bar[] {
  return output2
    .map((row) => ({
      start: row.stck_bsop_date,
      open: row.stck_oprc,
      high: row.stck_hgpr,
      low: row.stck_lwpr,
      close: row.stck_clpr,
      volume: row.acml_vol,
    }))
    .filter(({ close }) => close > 0)
    .map(evenWhereUntraded)
    .reverse();
}

/** Of today or of days before. */
export function toMinuteBars({
  output2,
}: Output<Market_['minuteChart']> | Output<Market_['pastMinuteChart']>): readonly Bar[] {
  return output2
    .map((row) => ({
      start: `${row.stck_bsop_date} ${row.stck_cntg_hour.slice(0, 4)}`,
      open: row.stck_oprc,
      high: row.stck_hgpr,
      low: row.stck_lwpr,
      close: row.stck_prpr,
      volume: row.cntg_vol,
    }))
    .filter(({ close }) => close > 0)
    .map(evenWhereUntraded)
    .reverse();
}

/** Where nothing traded there is a last price, and zeroes for the others. */
function evenWhereUntraded(bar: Bar): Bar {
  const { open, close } = bar;
  return open > 0 ? bar : { ...bar, open: close, high: close, low: close };
}

const listedOn: Readonly<Record<string, Market>> = { STK: 'KOSPI', KSQ: 'KOSDAQ', KNX: 'KONEX' };
/** KIS's security groups, the same in an answer and in the master files; what is not here is `other`. */
export const groupKinds: Readonly<Record<string, InstrumentKind>> = {
  ST: 'stock',
  KN: 'stock',
  FS: 'stock',
  DR: 'stock',
  RT: 'stock',
  EF: 'etf',
  FE: 'etf',
  EN: 'etn',
};

export function toInstrument(symbol: string, { output }: Output<Market_['stockInfo']>): Instrument {
  return {
    symbol,
    name: output.prdt_abrv_name,
    market: listedOn[output.mket_id_cd] ?? 'KOSPI',
    kind: groupKinds[output.scty_grp_id_cd] ?? 'other',
  };
}

type BalanceOutput = Output<Trading['inquireBalance']>;

type HoldingRow = BalanceOutput['output1'][number];

/** KIS names a loan by its day; its name for how an issue is held says the same where the day is blank. */
function isOnCredit({ loan_dt = '', trad_dvsn_name = '' }: HoldingRow): boolean {
  return /[1-9]/.test(loan_dt) || /융자|대주|신용|대출/.test(trad_dvsn_name);
}

/**
 * One position of all rows of an issue: KIS lists what is held by the day it was lent money for, and pages may part
 * them. A single row keeps KIS's own average and percentage.
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

/** Every page carries the totals; the first is as good as any. A position sold today stays listed with 0 shares. */
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
    },
    truncated,
  };
}

/**
 * `nrcvb_…` is what can be bought without margin debt; `max_buy_…` would be with it. At a given price the amount is
 * divided here, because KIS may reckon its quantity at the upper limit.
 */
export function toBuyingPower(
  { output }: Output<Trading['inquireBuyingPower']>,
  price: number | undefined,
): BuyingPower {
  const quantity = price === undefined ? output.nrcvb_buy_qty : Math.floor(output.nrcvb_buy_amt / price);
  return { orderableCash: output.ord_psbl_cash, quantity };
}

function toSide(code: string): Side {
  return code === '01' ? 'sell' : 'buy';
}

function toExchange(code: string | undefined): Exchange {
  return code === 'NXT' || code === 'SOR' ? code : 'KRX';
}

function toOriginal(number: string | undefined): string | undefined {
  const plain = orderNumber(number ?? '');
  return plain === '' || plain === '0' ? undefined : plain;
}

/** Amendments and cancellations name the order they change, and say in words which they are (`현금매수취소*`). */
function toAction(original: string | undefined, name: string | undefined): VenueOrder['action'] {
  if (toOriginal(original) === undefined) return 'new';
  return name?.includes('취소') ? 'cancel' : 'amend';
}

export function toExecution(row: Output<Trading['inquireExecutions']>['output1'][number]): VenueOrder {
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
    // Documented as cnc_cfrm_qty, recorded as cncl_cfrm_qty.
    cancelledQuantity: row.cncl_cfrm_qty ?? row.cnc_cfrm_qty ?? 0,
    rejectedQuantity: row.rjct_qty ?? 0,
    exchange: toExchange(row.excg_id_dvsn_cd),
    day: row.ord_dt,
    time: row.ord_tmd,
    viaApi: row.ordr_empno === undefined ? undefined : row.ordr_empno === 'OpnAPI',
  };
}

export function toOpenOrder(row: Output<Trading['inquireAmendable']>['output'][number], today: string): VenueOrder {
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

/** Reads a column that a record must have; names it when it is missing or not of its kind. */
function column<T>(record: Readonly<Record<string, string | undefined>>, name: string, decode: (raw: string) => T): T {
  const raw = record[name];
  try {
    if (raw === undefined) throw new Error('missing');
    return decode(raw);
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', field: name }, { cause });
  }
}

/** Of KRX, Nextrade or both together. */
export function toTrade(
  record: ChannelRecord<Channels['trades' | 'nextradeTrades' | 'combinedTrades']>,
  at: number,
): Trade {
  const sign = record.PRDY_VRSS_SIGN ?? '3';
  const strength = Number(record.CTTR);
  return {
    symbol: column(record, 'MKSC_SHRN_ISCD', (raw) => raw.trim()),
    price: column(record, 'STCK_PRPR', won.decode),
    size: column(record, 'CNTG_VOL', shares.decode),
    change: signed(column(record, 'PRDY_VRSS', won.decode), sign),
    changePercent: signed(column(record, 'PRDY_CTRT', percent.decode), sign),
    volume: column(record, 'ACML_VOL', shares.decode),
    bestAsk: column(record, 'ASKP1', won.decode),
    bestBid: column(record, 'BIDP1', won.decode),
    strength: Number.isFinite(strength) && strength > 0 ? strength : undefined,
    time: column(record, 'STCK_CNTG_HOUR', (raw) => raw.trim()),
    at,
  };
}

/** Of KRX, Nextrade or both together. */
export function toOrderBookPush(
  record: ChannelRecord<Channels['orderBook' | 'nextradeOrderBook' | 'combinedOrderBook']>,
  at: number,
): OrderBook {
  const columns = record as Readonly<Record<string, string | undefined>>;
  const level = (side: 'ASKP' | 'BIDP', rank: number): BookLevel => ({
    price: column(columns, `${side}${rank}`, won.decode),
    size: column(columns, `${side}_RSQN${rank}`, shares.decode),
  });
  return {
    symbol: column(columns, 'MKSC_SHRN_ISCD', (raw) => raw.trim()),
    asks: filledLevels((rank) => level('ASKP', rank)),
    bids: filledLevels((rank) => level('BIDP', rank)),
    totalAskSize: column(columns, 'TOTAL_ASKP_RSQN', shares.decode),
    totalBidSize: column(columns, 'TOTAL_BIDP_RSQN', shares.decode),
    // A and B are the auctions at the close and at the opening.
    expected: /^[AB]$/.test(record.HOUR_CLS_CODE ?? '')
      ? expectedOf(column(columns, 'ANTC_CNPR', won.decode), column(columns, 'ANTC_VOL', shares.decode))
      : undefined,
    at,
  };
}

/** `MKOP_CLS_CODE`: a circuit breaker begins, by stages, and ends. Most records are about something else, or blank. */
const circuitBreakerCodes: Readonly<Record<string, boolean>> = { '174': true, '184': true, '175': false, '185': false };

/** Of KRX, Nextrade or both together. */
export function toIssueStatus(
  record: ChannelRecord<Channels['issueStatus' | 'nextradeIssueStatus' | 'combinedIssueStatus']>,
  at: number,
): IssueStatus {
  const reason = record.TR_SUSP_REAS_CNTT?.trim();
  return {
    symbol: column(record, 'MKSC_SHRN_ISCD', (raw) => raw.trim()),
    halted: column(record, 'TRHT_YN', yesNo.decode),
    // Written out where there is none.
    reason: reason === '' || reason === '(null)' ? undefined : reason,
    interrupted: record.VI_CLS_CODE?.trim() === 'Y',
    circuitBreaker: circuitBreakerCodes[record.MKOP_CLS_CODE?.trim() ?? ''],
    at,
  };
}

/** Undefined for an index that the domain has no name for. */
export function toIndexPush(record: ChannelRecord<Channels['index']>): IndexQuote | undefined {
  const code = indexOf(column(record, 'BSTP_CLS_CODE', (raw) => raw.trim()));
  if (code === undefined) return undefined;
  const sign = record.PRDY_VRSS_SIGN;
  return {
    code,
    last: column(record, 'PRPR_NMIX', real.decode),
    change: signed(column(record, 'BSTP_NMIX_PRDY_VRSS', real.decode), sign),
    changePercent: signed(column(record, 'PRDY_CTRT', percent.decode), sign),
    open: column(record, 'OPRC_NMIX', real.decode),
    high: column(record, 'NMIX_HGPR', real.decode),
    low: column(record, 'NMIX_LWPR', real.decode),
    volume: column(record, 'ACML_VOL', thousandShares.decode),
    turnover: column(record, 'ACML_TR_PBMN', millionWon.decode),
    rising: column(record, 'ASCN_ISSU_CNT', count.decode),
    unchanged: column(record, 'STNR_ISSU_CNT', count.decode),
    falling: column(record, 'DOWN_ISSU_CNT', count.decode),
  };
}

/** A fill notice, with the account it is for: one HTS id gets the notices of all its accounts. */
export interface AccountNotice {
  /** Ten digits: account and product code. */
  readonly account: string;
  readonly notice: ExecutionNotice;
}

/**
 * Reads a fill notice of either layout. KIS documents 26 columns; paper still sends 23, in which columns 18 to 22 are
 * exchange and popup flag run together (or the issue's name), credit class, loan date, name, order price.
 */
export function toExecutionNotice(fields: readonly string[], at: number): AccountNotice {
  const field = (index: number): string => (fields[index] ?? '').trim();
  const short = fields.length < 26;
  const [filled, refused, accepted, change] = [field(13) === '2', field(12), field(14), field(5)];
  const kind: ExecutionNotice['kind'] = filled
    ? 'filled'
    : refused === '1' || refused === 'Y'
      ? 'rejected'
      : change === '2' && accepted !== '1'
        ? 'cancelled'
        : change === '1' && accepted !== '1'
          ? 'amended'
          : // IOC and FOK orders are confirmed as cancelled for what did not fill at once.
            accepted === '3'
            ? 'cancelled'
            : 'accepted';
  const record = { CNTG_QTY: field(9), CNTG_UNPR: field(10), ODER_QTY: field(16) };
  return {
    account: field(1),
    notice: {
      // All but customer id, account number and the holder's name.
      fingerprint: fields.filter((_, index) => index !== 0 && index !== 1 && index !== 17).join('^'),
      kind,
      number: orderNumber(field(2)),
      original: toOriginal(field(3)),
      symbol: field(8),
      name: short ? field(21) : field(24),
      side: toSide(field(4)),
      quantity: column(record, 'CNTG_QTY', shares.decode),
      price: column(record, 'CNTG_UNPR', (raw) => (raw === '' ? 0 : won.decode(raw))),
      orderQuantity: column(record, 'ODER_QTY', (raw) => (raw === '' ? 0 : shares.decode(raw))),
      time: field(11),
      at,
    },
  };
}
