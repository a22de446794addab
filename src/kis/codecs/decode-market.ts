import type { Instrument, InstrumentKind, Market } from '../../domain/market/instrument.ts';
import { type MinuteCandle, minuteOfDay } from '../../domain/market/minutes.ts';
import type {
  Bar,
  BookLevel,
  DayPrice,
  ExtendedQuote,
  IssueWarning,
  OrderBook,
  Quote,
} from '../../domain/market/quote.ts';
import type { IndexCode } from '../../domain/market/research.ts';
import { type DayHours, later } from '../../domain/market/session.ts';
import type { domesticMarket } from '../endpoints/domestic-market.ts';
import type { Output } from '../endpoints/endpoint.ts';

// From KIS's names to the domain's words, for answers about prices and issues. Pure.

type Rows = typeof domesticMarket;

/**
 * Gives a change its sign. KIS writes the direction in a column of its own (1 limit up, 2 up, 3 same, 4 limit down,
 * 5 down), and signs some numbers as well. Without a direction the number is returned as it came.
 */
export function signed(magnitude: number, sign: string | undefined): number {
  // KIS writes a fall that is too small for two decimals as '-0.00'. As -0 it would be shown with its sign.
  if (magnitude === 0) return 0;
  if (sign === undefined) return magnitude;
  const size = Math.abs(magnitude);
  return sign === '4' || sign === '5' ? -size : size;
}

/** An index's code at KIS. */
export const indexCodes: Readonly<Record<IndexCode, string>> = { KOSPI: '0001', KOSDAQ: '1001', KOSPI200: '2001' };

/** What the values of `iscd_stat_cls_code` and `mrkt_warn_cls_code` mean; values that are no warning are left out. */
const statusWarnings: Readonly<Record<string, IssueWarning>> = {
  '51': 'administrative',
  '52': 'risk',
  '53': 'warning',
  '54': 'caution',
  '58': 'halted',
  '59': 'overheated',
};
const marketWarnings: Readonly<Record<string, IssueWarning>> = { '01': 'caution', '02': 'warning', '03': 'risk' };

export function toWarnings({ output }: Output<Rows['inquirePrice']>): readonly IssueWarning[] {
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

/** The high or low of a year; undefined where KIS tells none, or 0. */
export function extremeOf(price: number | undefined, day: string | undefined): DayPrice | undefined {
  return price === undefined || price === 0 ? undefined : { price, day };
}

export function toQuote(symbol: string, answer: Output<Rows['inquirePrice']>, at: number): Quote {
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
    yearHigh: extremeOf(output.w52_hgpr, output.w52_hgpr_date),
    yearLow: extremeOf(output.w52_lwpr, output.w52_lwpr_date),
    at,
  };
}

/**
 * Values of `antc_mkop_cls_code` while an auction is under way. They are needed because KIS goes on sending the expected
 * price after the auction (seen 2026-07).
 */
const auctionCodes: ReadonlySet<string> = new Set(['311', '121']);

/** The price and size that an auction would trade at now; undefined where either is missing or 0. */
export function expectedOf(price: number | undefined, size: number | undefined): OrderBook['expected'] {
  return price === undefined || size === undefined || price <= 0 || size <= 0 ? undefined : { price, size };
}

export function toOrderBook(
  symbol: string,
  { output1, output2 }: Output<Rows['inquireAskingPrice']>,
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

/** The levels 1 to 10 of one side that hold a price: in an auction KIS fills only the first few. */
export function filledLevels(level: (rank: number) => BookLevel): readonly BookLevel[] {
  return Array.from({ length: 10 }, (_, index) => level(index + 1)).filter((entry) => entry.price > 0);
}

/** One row of the multi-quote; undefined for one without price limits, such as an index. */
export function toQuoteOfMany(row: Output<Rows['multiplePrices']>['output'][number], at: number): Quote | undefined {
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

/** Nextrade's row of the multi-quote; undefined for an issue that it has not traded. */
export function toExtendedQuote(
  row: Output<Rows['multiplePrices']>['output'][number],
  at: number,
): ExtendedQuote | undefined {
  const { inter_shrn_iscd: symbol, inter2_prpr: last, inter2_hgpr: high, inter2_lwpr: low, acml_vol: volume } = row;
  return tradedOnly({ symbol, exchange: 'NXT', last, high, low, volume, at });
}

/**
 * KRX's after-market, which since 2026-09-14 stands where the single-price session was whose name the columns bear;
 * undefined for an issue that has not traded there.
 */
export function toAfterMarketQuote(
  symbol: string,
  { output }: Output<Rows['inquireOvertimePrice']>,
  at: number,
): ExtendedQuote | undefined {
  const { ovtm_untp_prpr: last, ovtm_untp_hgpr: high, ovtm_untp_lwpr: low, ovtm_untp_vol: volume } = output;
  return tradedOnly({ symbol, exchange: 'KRX', last, high, low, volume, at });
}

type Untold<T> = { readonly [Name in keyof T]: T[Name] | undefined };

function tradedOnly(quote: Pick<ExtendedQuote, 'symbol' | 'exchange' | 'at'> & Untold<ExtendedQuote>) {
  const { symbol, exchange, last = 0, volume = 0, high = last, low = last, at } = quote;
  return last > 0 && volume > 0 ? { symbol, exchange, last, high, low, volume, at } : undefined;
}

/** From the hours of derivatives to those of stocks, a quarter of an hour inside them. */
export function toDayHours({ output1 }: Output<Rows['marketTime']>): DayHours {
  const { today: day, s_time: start, e_time: end } = output1;
  return { day, open: later(start.slice(0, 4), 15), close: later(end.slice(0, 4), -15) };
}

/** Oldest first. KIS lists the newest day first, and fills a page that has too few days with rows of blanks. */
export function toDailyBars({ output2 }: Output<Rows['dailyChart']>): readonly Bar[] {
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

/** A row of a chart of minutes. */
export interface MinuteRow {
  /** `20261120` */
  readonly day: string;
  readonly minute: number;
  /** Undefined where nothing traded in that minute. */
  readonly candle: MinuteCandle | undefined;
}

/**
 * Oldest first, of today or of earlier days. Rows without a trade are marked by the won traded since the open, which are
 * those of the row before: until the first trade of a new minute KIS repeats the shares of the minute before.
 */
export function toMinuteRows({
  output2,
}: Output<Rows['minuteChart']> | Output<Rows['pastMinuteChart']>): readonly MinuteRow[] {
  return output2
    .map((row, index): MinuteRow => {
      const day = row.stck_bsop_date;
      const minute = minuteOfDay(row.stck_cntg_hour);
      const before = output2[index + 1];
      const stands =
        before?.stck_bsop_date === day && row.acml_tr_pbmn !== undefined && row.acml_tr_pbmn === before.acml_tr_pbmn;
      const { stck_oprc: open, stck_hgpr: high, stck_lwpr: low, stck_prpr: close, cntg_vol: volume } = row;
      const traded = !stands && volume > 0 && close > 0;
      return { day, minute, candle: traded ? { minute, open, high, low, close, volume } : undefined };
    })
    .reverse();
}

/** In a bar in which nothing traded, KIS fills the close alone and leaves the other prices 0; they become the close. */
function evenWhereUntraded(bar: Bar): Bar {
  const { open, close } = bar;
  return open > 0 ? bar : { ...bar, open: close, high: close, low: close };
}

const listedOn: Readonly<Record<string, Market>> = { STK: 'KOSPI', KSQ: 'KOSDAQ', KNX: 'KONEX' };
/** KIS's security groups, by their codes in answers and in the master files. A group that is not listed is `other`. */
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

export function toInstrument(symbol: string, { output }: Output<Rows['stockInfo']>): Instrument {
  return {
    symbol,
    name: output.prdt_abrv_name,
    market: listedOn[output.mket_id_cd] ?? 'KOSPI',
    kind: groupKinds[output.scty_grp_id_cd] ?? 'other',
  };
}
