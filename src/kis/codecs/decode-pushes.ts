import type { BookLevel, BookTrade, IssueStatus, OrderBook } from '../../domain/market/quote.ts';
import type { IndexCode, IndexQuote } from '../../domain/market/research.ts';
import type { TradeSession } from '../../domain/market/session.ts';
import { type ExecutionNotice, orderNumber } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { channels } from '../endpoints/channels.ts';
import type { ChannelRecord } from '../wire/frames.ts';
import { expectedOf, filledLevels, indexCodes, signed } from './decode-market.ts';
import { toOriginal, toSide } from './decode-trading.ts';
import { count, millionWon, percent, real, shares, thousandShares, won, yesNo } from './fields.ts';

// From KIS's names to the domain's words, for what the socket pushes. Pure.

type Channels = typeof channels;

/** Decodes a column that the record must have. @throws AppError `venue.malformed`, naming the column. */
function column<T>(record: Readonly<Record<string, string | undefined>>, name: string, decode: (raw: string) => T): T {
  const raw = record[name];
  try {
    if (raw === undefined) throw new Error('missing');
    return decode(raw);
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', field: name }, { cause });
  }
}

/** Values of `MARKET_CLS_CODE`, which KIS appended to the records of trades on 2026-09-14. */
const tradeSessions: Readonly<Record<string, TradeSession>> = {
  '1': 'pre-market',
  '2': 'regular',
  '3': 'after-market',
  '5': 'post-close',
};

/** The part of the day that a trade was made in; undefined in records from before September 2026, which do not say. */
export function toTradeSession(record: { readonly MARKET_CLS_CODE?: string }): TradeSession | undefined {
  return tradeSessions[record.MARKET_CLS_CODE?.trim() ?? ''];
}

/** A number that may be missing; a figure of nought is none. */
function positive(raw: string | undefined): number | undefined {
  const value = Number(raw);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** A trade on KRX, on Nextrade or on either. */
export function toTrade(
  record: ChannelRecord<Channels['trades' | 'nextradeTrades' | 'combinedTrades']>,
  at: number,
): BookTrade {
  const sign = record.PRDY_VRSS_SIGN ?? '3';
  return {
    symbol: column(record, 'MKSC_SHRN_ISCD', (raw) => raw.trim()),
    price: column(record, 'STCK_PRPR', won.decode),
    size: column(record, 'CNTG_VOL', shares.decode),
    change: signed(column(record, 'PRDY_VRSS', won.decode), sign),
    changePercent: signed(column(record, 'PRDY_CTRT', percent.decode), sign),
    high: positive(record.STCK_HGPR),
    low: positive(record.STCK_LWPR),
    volume: column(record, 'ACML_VOL', shares.decode),
    bestAsk: column(record, 'ASKP1', won.decode),
    bestBid: column(record, 'BIDP1', won.decode),
    strength: positive(record.CTTR),
    time: column(record, 'STCK_CNTG_HOUR', (raw) => raw.trim()),
    at,
  };
}

/** The order book of KRX, of Nextrade or of both together. */
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

/**
 * Values of `MKOP_CLS_CODE`: whether a stage of a circuit breaker begins (true) or ends (false). Most records have
 * another value, or a blank.
 */
const circuitBreakerCodes: Readonly<Record<string, boolean>> = { '174': true, '184': true, '175': false, '185': false };

/** The status of an issue on KRX, on Nextrade or on both. */
export function toIssueStatus(
  record: ChannelRecord<Channels['issueStatus' | 'nextradeIssueStatus' | 'combinedIssueStatus']>,
  at: number,
): IssueStatus {
  const reason = record.TR_SUSP_REAS_CNTT?.trim();
  return {
    symbol: column(record, 'MKSC_SHRN_ISCD', (raw) => raw.trim()),
    halted: column(record, 'TRHT_YN', yesNo.decode),
    // KIS writes the word '(null)' where there is no reason.
    reason: reason === '' || reason === '(null)' ? undefined : reason,
    interrupted: record.VI_CLS_CODE?.trim() === 'Y',
    circuitBreaker: circuitBreakerCodes[record.MKOP_CLS_CODE?.trim() ?? ''],
    at,
  };
}

function indexOf(code: string): IndexCode | undefined {
  return (Object.keys(indexCodes) as IndexCode[]).find((name) => indexCodes[name] === code);
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

/** An execution notice and its account: an HTS id is sent the notices of all its accounts. */
export interface AccountNotice {
  /** Ten digits: account and product code. */
  readonly account: string;
  readonly notice: ExecutionNotice;
}

/**
 * Decodes an execution notice of either layout. KIS documents 26 columns; the paper host still sends 23, in which
 * columns 18 to 22 are: exchange and popup flag in one (or the issue's name), credit class, loan date, name, order price.
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
      // Every field but the customer id, the account number and the name of the holder, which are private.
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
