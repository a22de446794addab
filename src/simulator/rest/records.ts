import type { Marketplace } from '../../domain/market/session.ts';
import { channels } from '../../kis/endpoints/channels.ts';
import type { OrderEvent } from '../account/order.ts';
import { orderTypes } from '../account/order-types.ts';
import type { VenueClock } from '../market/hours.ts';
import type { Listing, Print } from '../market/market.ts';
import type { Settings } from './answer.ts';

/** A value of a record: KIS writes everything as text. */
type Values<Names extends readonly string[]> = Partial<Record<Names[number], string | number>>;

/** The values of a record in the order of its columns, blank where none is given. */
export function line<Names extends readonly string[]>(columns: Names, values: Values<Names>): readonly string[] {
  const given: Readonly<Record<string, string | number | undefined>> = values;
  return columns.map((name) => String(given[name] ?? ''));
}

/** KIS's sign of a change: upper limit, up, level, lower limit, down. */
export function changeSign(
  price: number,
  day: { readonly base: number; readonly upper: number; readonly lower: number },
) {
  if (price === day.upper) return '1';
  if (price === day.lower) return '4';
  if (price === day.base) return '3';
  return price > day.base ? '2' : '5';
}

/** A percentage with its sign and two decimals. */
export function percentOf(part: number, whole: number): string {
  return whole === 0 ? '0.00' : ((part / whole) * 100).toFixed(2);
}

/** The codes for before, during and after the regular session in NEW_MKOP_CLS_CODE and MARKET_CLS_CODE. */
export function marketCodes(
  clock: VenueClock,
  exchange: Marketplace = 'KRX',
): {
  readonly operation: string;
  readonly hour: string;
  readonly market: string;
} {
  switch (clock.session(exchange)) {
    case 'pre-market':
      return { operation: '10', hour: '0', market: '1' };
    case 'opening-auction':
      return { operation: '10', hour: 'B', market: '2' };
    case 'closing-auction':
      return { operation: '21', hour: 'A', market: '2' };
    case 'regular':
      return { operation: '20', hour: '0', market: '2' };
    case 'after-opening':
    case 'after-market':
      return { operation: '30', hour: '0', market: '3' };
    default:
      return { operation: '31', hour: '0', market: '5' };
  }
}

/** One record of a trade. The 47th column, `MARKET_CLS_CODE`, came in September 2026. */
export function tradeRecord(listing: Listing, print: Print, clock: VenueClock, columns: 46 | 47): string {
  const { book, issue } = listing;
  const { figures: day } = print;
  const codes = marketCodes(clock, print.exchanges[0]);
  const total = (side: 'buy' | 'sell'): number => book.levels(side).reduce((sum, level) => sum + level.size, 0);
  const against = (price: number) => ({
    sign: changeSign(day.last, { ...day, base: price }),
    change: day.last - price,
  });
  const sign = (price: number): string => against(price).sign;
  const record = line(channels.trades.columns, {
    MKSC_SHRN_ISCD: issue.symbol,
    STCK_CNTG_HOUR: print.time,
    STCK_PRPR: print.price,
    PRDY_VRSS_SIGN: changeSign(print.price, day),
    PRDY_VRSS: print.price - day.base,
    PRDY_CTRT: percentOf(print.price - day.base, day.base),
    WGHN_AVRG_STCK_PRC: (day.turnover / day.volume).toFixed(2),
    STCK_OPRC: day.open,
    STCK_HGPR: day.high,
    STCK_LWPR: day.low,
    ASKP1: book.best('sell') ?? 0,
    BIDP1: book.best('buy') ?? 0,
    CNTG_VOL: print.size,
    ACML_VOL: day.volume,
    ACML_TR_PBMN: day.turnover,
    SELN_CNTG_CSNU: day.sellTrades,
    SHNU_CNTG_CSNU: day.buyTrades,
    NTBY_CNTG_CSNU: day.buyTrades - day.sellTrades,
    CTTR: percentOf(day.buyVolume, day.sellVolume),
    SELN_CNTG_SMTN: day.sellVolume,
    SHNU_CNTG_SMTN: day.buyVolume,
    CCLD_DVSN: print.aggressor === 'buy' ? '1' : '5',
    SHNU_RATE: (day.buyVolume / day.volume).toFixed(2),
    PRDY_VOL_VRSS_ACML_VOL_RATE: percentOf(day.volume, day.previousVolume),
    OPRC_HOUR: day.openTime,
    OPRC_VRSS_PRPR_SIGN: sign(day.open),
    OPRC_VRSS_PRPR: against(day.open).change,
    HGPR_HOUR: day.highTime,
    HGPR_VRSS_PRPR_SIGN: sign(day.high),
    HGPR_VRSS_PRPR: against(day.high).change,
    LWPR_HOUR: day.lowTime,
    LWPR_VRSS_PRPR_SIGN: sign(day.low),
    LWPR_VRSS_PRPR: against(day.low).change,
    BSOP_DATE: clock.day(),
    NEW_MKOP_CLS_CODE: codes.operation,
    TRHT_YN: 'N',
    ASKP_RSQN1: book.levels('sell')[0]?.size ?? 0,
    BIDP_RSQN1: book.levels('buy')[0]?.size ?? 0,
    TOTAL_ASKP_RSQN: total('sell'),
    TOTAL_BIDP_RSQN: total('buy'),
    VOL_TNRT: percentOf(day.volume, issue.listedThousands * 1000),
    PRDY_SMNS_HOUR_ACML_VOL: day.previousVolume,
    PRDY_SMNS_HOUR_ACML_VOL_RATE: percentOf(day.volume, day.previousVolume),
    HOUR_CLS_CODE: codes.hour,
    MRKT_TRTM_CLS_CODE: '',
    VI_STND_PRC: day.open,
    MARKET_CLS_CODE: codes.market,
  });
  return record.slice(0, columns).join('^');
}

/** One record of a book, KRX's or one in which Nextrade has a part. */
export function bookRecord(
  listing: Listing,
  clock: VenueClock,
  columns: (typeof channels)['orderBook' | 'nextradeOrderBook']['columns'],
): string {
  const { book, issue, today } = listing;
  const asks = book.levels('sell');
  const bids = book.levels('buy');
  const total = (levels: typeof asks): number => levels.reduce((sum, level) => sum + level.size, 0);
  const values: Record<string, string | number> = {
    MKSC_SHRN_ISCD: issue.symbol,
    BSOP_HOUR: clock.time(),
    HOUR_CLS_CODE: marketCodes(clock).hour,
    TOTAL_ASKP_RSQN: total(asks),
    TOTAL_BIDP_RSQN: total(bids),
    ACML_VOL: today.volume,
    STCK_DEAL_CLS_CODE: '0',
    KMID_PRC: asks[0] !== undefined && bids[0] !== undefined ? (asks[0].price + bids[0].price) / 2 : 0,
    KMID_CLS_CODE: '0',
    MARKET_CLS_CODE: marketCodes(clock).market,
    ANTC_CNTG_VRSS_SIGN: '3',
    ANTC_CNTG_PRDY_CTRT: '0.00',
  };
  for (let level = 1; level <= 10; level += 1) {
    values[`ASKP${level}`] = asks[level - 1]?.price ?? 0;
    values[`BIDP${level}`] = bids[level - 1]?.price ?? 0;
    values[`ASKP_RSQN${level}`] = asks[level - 1]?.size ?? 0;
    values[`BIDP_RSQN${level}`] = bids[level - 1]?.size ?? 0;
  }
  return columns.map((name) => String(values[name] ?? 0)).join('^');
}

/** A notice about an order, before it is laid out in columns. */
export interface Notice {
  readonly customer: string;
  /** Ten digits. */
  readonly account: string;
  readonly holder: string;
  readonly branch: string;
  readonly event: Pick<OrderEvent, 'kind' | 'quantity' | 'price' | 'time'>;
  readonly order: {
    readonly number: string;
    readonly original: string | undefined;
    readonly symbol: string;
    readonly name: string;
    readonly side: 'buy' | 'sell';
    readonly type: string;
    readonly exchange: 'KRX' | 'NXT' | 'SOR';
    readonly quantity: number;
    readonly price: number;
  };
}

const noticeKinds: Readonly<
  Record<
    OrderEvent['kind'],
    { readonly change: string; readonly refused: string; readonly filled: string; readonly accepted: string }
  >
> = {
  accepted: { change: '0', refused: '0', filled: '1', accepted: '1' },
  filled: { change: '0', refused: '0', filled: '2', accepted: '2' },
  amended: { change: '1', refused: '0', filled: '1', accepted: '2' },
  cancelled: { change: '2', refused: '0', filled: '1', accepted: '2' },
  rejected: { change: '0', refused: '1', filled: '1', accepted: '1' },
  /** The rest of an IOC or FOK order, which is cancelled. */
  unmatched: { change: '0', refused: '0', filled: '1', accepted: '3' },
};

/**
 * One order notice. The short layout is the one of the paper host (seen in August 2026): exchange and pop-up flag share
 * a column, the condition price and the filler are missing, and a cancellation has nothing but zeros.
 */
export function noticeRecord(notice: Notice, columns: 26 | 23): string {
  const { order, event } = notice;
  const kind = noticeKinds[event.kind];
  const padded = (value: number, width: number): string => String(value).padStart(width, '0');
  const zeroed = columns === 23 && event.kind === 'cancelled';
  const condition = { none: '0', ioc: '1', fok: '2' }[orderTypes[order.type]?.condition ?? 'none'];
  const exchange = { KRX: '1', NXT: '2', SOR: '3' }[order.exchange];
  const common = [
    notice.customer,
    notice.account,
    order.number,
    order.original ?? '',
    order.side === 'sell' ? '01' : '02',
    kind.change,
    order.type,
    condition,
    order.symbol,
    padded(zeroed ? 0 : event.quantity, 10),
    padded(event.price, 9),
    event.time,
    kind.refused,
    kind.filled,
    kind.accepted,
    notice.branch,
    padded(zeroed ? 0 : order.quantity, 9),
    notice.holder,
  ];
  // The column holds the order's price, and is filled in for fills only.
  const orderPrice = event.kind === 'filled' ? padded(order.price, 9) : '';
  const rest =
    columns === 23
      ? [`${exchange}Y`, '10', '', order.name, orderPrice]
      : ['', exchange, 'Y', '', '10', '', order.name, orderPrice];
  return [...common, ...rest].join('^');
}

/** The parts of a notice that are the same for every order. */
export function holderOf(settings: Settings): Pick<Notice, 'customer' | 'holder' | 'branch'> {
  return { customer: settings.htsId, holder: settings.holder, branch: settings.branch };
}

/** The notice of something that happened to an order. */
export function noticeOf(settings: Settings, event: OrderEvent): Notice {
  const { order } = event;
  return {
    ...holderOf(settings),
    account: order.account.replace('-', ''),
    event,
    order: {
      number: order.number,
      original: order.original?.number,
      symbol: order.issue.symbol,
      name: order.issue.name,
      side: order.side,
      type: order.type,
      exchange: order.exchange,
      quantity: order.quantity,
      price: order.price,
    },
  };
}
