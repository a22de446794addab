import type { BookLevel, BookTrade, IssueStatus, OrderBook, Trade } from '../../domain/market/quote.ts';
import type { IndexCode, IndexQuote } from '../../domain/market/research.ts';
import type { TradeSession } from '../../domain/market/session.ts';
import { type ExecutionNotice, orderNumber } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import { channels } from '../endpoints/channels.ts';
import type { DataFrame } from '../wire/frames.ts';
import { expectedOf, indexCodes, signed } from './decode-market.ts';
import { toOriginal, toSide } from './decode-trading.ts';
import { millionWon, shares, thousandShares, won, yesNo } from './fields.ts';
import { type ColumnPlace, decodeColumn, type PushRecord, placesOf, RecordReader } from './push-records.ts';

// From KIS's names to the domain's words, for what the socket pushes. Pure.

/** The records of a frame. */
type Records = Pick<DataFrame, 'count' | 'payload'>;

/** Values of `MARKET_CLS_CODE`, which KIS appended to the records of trades on 2026-09-14. */
const tradeSessions: ReadonlyMap<string, TradeSession> = new Map([
  ['1', 'pre-market'],
  ['2', 'regular'],
  ['3', 'after-market'],
  ['5', 'post-close'],
]);

const tradeColumns = [
  'MKSC_SHRN_ISCD',
  'STCK_CNTG_HOUR',
  'STCK_PRPR',
  'PRDY_VRSS_SIGN',
  'PRDY_VRSS',
  'PRDY_CTRT',
  'STCK_HGPR',
  'STCK_LWPR',
  'CNTG_VOL',
  'ACML_VOL',
  'CTTR',
  'MARKET_CLS_CODE',
] as const;
const trade = placesOf(tradeColumns);

const tradeReaders = {
  trades: new RecordReader(channels.trades, tradeColumns),
  nextradeTrades: new RecordReader(channels.nextradeTrades, tradeColumns),
  combinedTrades: new RecordReader(channels.combinedTrades, tradeColumns),
};

/** A trade as its record tells it: without the exchange, and without the session before September 2026. */
export type PushedTrade = BookTrade & Pick<Trade, 'session'>;

/** Trades on KRX, on Nextrade or on either. */
export function readTrades(
  name: keyof typeof tradeReaders,
  { payload, count }: Records,
  at: number,
): readonly PushedTrade[] {
  return tradeReaders[name].map(payload, count, at, toTrade);
}

function toTrade(record: PushRecord, at: number): PushedTrade {
  const sign = record.text(trade.PRDY_VRSS_SIGN);
  return {
    symbol: record.text(trade.MKSC_SHRN_ISCD).trim(),
    price: record.whole(trade.STCK_PRPR),
    size: record.whole(trade.CNTG_VOL),
    change: signed(record.whole(trade.PRDY_VRSS), sign),
    changePercent: signed(record.real(trade.PRDY_CTRT), sign),
    high: positive(record, trade.STCK_HGPR),
    low: positive(record, trade.STCK_LWPR),
    volume: record.whole(trade.ACML_VOL),
    strength: positive(record, trade.CTTR),
    time: record.text(trade.STCK_CNTG_HOUR).trim(),
    session: tradeSessions.get(record.text(trade.MARKET_CLS_CODE).trim()),
    at,
  };
}

/** A number that may be missing; a figure of nought is none. */
function positive(record: PushRecord, column: ColumnPlace): number | undefined {
  const value = record.number(column);
  return value !== undefined && value > 0 ? value : undefined;
}

const ranks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const bookColumns = [
  'MKSC_SHRN_ISCD',
  'HOUR_CLS_CODE',
  ...ranks.map((rank) => `ASKP${rank}` as const),
  ...ranks.map((rank) => `BIDP${rank}` as const),
  ...ranks.map((rank) => `ASKP_RSQN${rank}` as const),
  ...ranks.map((rank) => `BIDP_RSQN${rank}` as const),
  'TOTAL_ASKP_RSQN',
  'TOTAL_BIDP_RSQN',
  'ANTC_CNPR',
  'ANTC_VOL',
] as const;
const book = placesOf(bookColumns);

const bookReaders = {
  orderBook: new RecordReader(channels.orderBook, bookColumns),
  nextradeOrderBook: new RecordReader(channels.nextradeOrderBook, bookColumns),
  combinedOrderBook: new RecordReader(channels.combinedOrderBook, bookColumns),
};

/** The order books of KRX, of Nextrade or of both together. */
export function readOrderBooks(
  name: keyof typeof bookReaders,
  { payload, count }: Records,
  at: number,
): readonly OrderBook[] {
  return bookReaders[name].map(payload, count, at, toOrderBook);
}

function toOrderBook(record: PushRecord, at: number): OrderBook {
  return {
    symbol: record.text(book.MKSC_SHRN_ISCD).trim(),
    asks: filledLevelsAt(record, book.ASKP1, book.ASKP_RSQN1),
    bids: filledLevelsAt(record, book.BIDP1, book.BIDP_RSQN1),
    totalAskSize: record.whole(book.TOTAL_ASKP_RSQN),
    totalBidSize: record.whole(book.TOTAL_BIDP_RSQN),
    // A and B are the auctions at the close and at the opening.
    expected: /^[AB]$/.test(record.text(book.HOUR_CLS_CODE))
      ? expectedOf(record.whole(book.ANTC_CNPR), record.whole(book.ANTC_VOL))
      : undefined,
    at,
  };
}

/** The levels that have a price, of ten whose prices and whose sizes stand one behind the other. */
function filledLevelsAt(record: PushRecord, prices: ColumnPlace, sizes: ColumnPlace): readonly BookLevel[] {
  const levels: BookLevel[] = [];
  for (let rank = 0; rank < ranks.length; rank += 1) {
    const level = { price: record.whole(prices + rank), size: record.whole(sizes + rank) };
    if (level.price > 0) levels.push(level);
  }
  return levels;
}

/**
 * Values of `MKOP_CLS_CODE`: whether a stage of a circuit breaker begins (true) or ends (false). Most records have
 * another value, or a blank.
 */
const circuitBreakerCodes: Readonly<Record<string, boolean>> = { '174': true, '184': true, '175': false, '185': false };

const statusColumns = ['MKSC_SHRN_ISCD', 'TRHT_YN', 'TR_SUSP_REAS_CNTT', 'MKOP_CLS_CODE', 'VI_CLS_CODE'] as const;
const status = placesOf(statusColumns);

const statusReaders = {
  issueStatus: new RecordReader(channels.issueStatus, statusColumns),
  nextradeIssueStatus: new RecordReader(channels.nextradeIssueStatus, statusColumns),
  combinedIssueStatus: new RecordReader(channels.combinedIssueStatus, statusColumns),
};

/** How issues stand on KRX, on Nextrade or on both. */
export function readIssueStatuses(
  name: keyof typeof statusReaders,
  { payload, count }: Records,
  at: number,
): readonly IssueStatus[] {
  return statusReaders[name].map(payload, count, at, toIssueStatus);
}

function toIssueStatus(record: PushRecord, at: number): IssueStatus {
  const reason = record.text(status.TR_SUSP_REAS_CNTT).trim();
  return {
    symbol: record.text(status.MKSC_SHRN_ISCD).trim(),
    halted: record.decoded(status.TRHT_YN, yesNo),
    // KIS writes the word '(null)' where there is no reason.
    reason: reason === '' || reason === '(null)' ? undefined : reason,
    interrupted: record.text(status.VI_CLS_CODE).trim() === 'Y',
    circuitBreaker: circuitBreakerCodes[record.text(status.MKOP_CLS_CODE).trim()],
    at,
  };
}

function indexOf(code: string): IndexCode | undefined {
  return (Object.keys(indexCodes) as IndexCode[]).find((name) => indexCodes[name] === code);
}

const indexColumns = [
  'BSTP_CLS_CODE',
  'PRPR_NMIX',
  'PRDY_VRSS_SIGN',
  'BSTP_NMIX_PRDY_VRSS',
  'ACML_VOL',
  'ACML_TR_PBMN',
  'PRDY_CTRT',
  'OPRC_NMIX',
  'NMIX_HGPR',
  'NMIX_LWPR',
  'ASCN_ISSU_CNT',
  'STNR_ISSU_CNT',
  'DOWN_ISSU_CNT',
] as const;
const index = placesOf(indexColumns);
const indexReader = new RecordReader(channels.index, indexColumns);

/** Figures of indices, without those of indices that the domain has no name for. */
export function readIndexQuotes({ payload, count }: Records): readonly IndexQuote[] {
  return indexReader.map(payload, count, 0, toIndexQuote).filter((quote) => quote !== undefined);
}

function toIndexQuote(record: PushRecord): IndexQuote | undefined {
  const code = indexOf(record.text(index.BSTP_CLS_CODE).trim());
  if (code === undefined) return undefined;
  const sign = record.text(index.PRDY_VRSS_SIGN);
  return {
    code,
    last: record.real(index.PRPR_NMIX),
    change: signed(record.real(index.BSTP_NMIX_PRDY_VRSS), sign),
    changePercent: signed(record.real(index.PRDY_CTRT), sign),
    open: record.real(index.OPRC_NMIX),
    high: record.real(index.NMIX_HGPR),
    low: record.real(index.NMIX_LWPR),
    volume: record.decoded(index.ACML_VOL, thousandShares),
    turnover: record.decoded(index.ACML_TR_PBMN, millionWon),
    rising: record.whole(index.ASCN_ISSU_CNT),
    unchanged: record.whole(index.STNR_ISSU_CNT),
    falling: record.whole(index.DOWN_ISSU_CNT),
  };
}

/** An execution notice and its account: an HTS id is sent the notices of all its accounts. */
export interface AccountNotice {
  /** Ten digits: account and product code. */
  readonly account: string;
  readonly notice: ExecutionNotice;
}

/** Execution notices of whatever accounts the HTS id has. @throws AppError `venue.malformed`. */
export function readExecutionNotices({ payload, count }: Records, at: number): readonly AccountNotice[] {
  const { tr, atLeast } = channels.executions;
  const fields = payload.toString().split('^');
  const length = fields.length / count;
  if (!Number.isInteger(length) || length < atLeast) {
    throw new AppError('venue.malformed', { where: tr.live, fields: fields.length, count, problem: 'record length' });
  }
  return Array.from({ length: count }, (_, index) =>
    toExecutionNotice(fields.slice(index * length, (index + 1) * length), at),
  );
}

/**
 * Decodes an execution notice of either layout. KIS documents 26 columns; the paper host still sends 23, in which
 * columns 18 to 22 are: exchange and popup flag in one (or the issue's name), credit class, loan date, name, order price.
 */
function toExecutionNotice(fields: readonly string[], at: number): AccountNotice {
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
  return {
    account: field(1),
    notice: {
      // Every field but the customer id, the account number and the name of the holder, which are private.
      fingerprint: fields.filter((_, index) => index !== 0 && index !== 1 && index !== 17).join('^'),
      kind,
      number: orderNumber(field(2)),
      original: toOriginal(field(3)),
      symbol: field(8),
      name: short ? field(21) : field(24),
      side: toSide(field(4)),
      quantity: decodeColumn('CNTG_QTY', field(9), shares.decode),
      price: decodeColumn('CNTG_UNPR', field(10), (raw) => (raw === '' ? 0 : won.decode(raw))),
      orderQuantity: decodeColumn('ODER_QTY', field(16), (raw) => (raw === '' ? 0 : shares.decode(raw))),
      time: field(11),
      at,
    },
  };
}
