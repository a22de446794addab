import type { Instrument } from '../market/instrument.ts';
import type { BookLevel, OrderBook, Quote } from '../market/quote.ts';
import type { Exchange, OrderRequest, OrderType } from './order.ts';
import { hasLimit, orderTypeTraits, stopIsReached } from './order-types.ts';

/**
 * Price steps of KRX and NXT, in won: the step for a price is that of the first row it is below.
 * Shares since 2023-01-25; funds and notes since 2023-12-11 (KRX business rules as of 2026-04-28).
 */
const shareTicks = [
  { below: 2_000, tick: 1 },
  { below: 5_000, tick: 5 },
  { below: 20_000, tick: 10 },
  { below: 50_000, tick: 50 },
  { below: 200_000, tick: 100 },
  { below: 500_000, tick: 500 },
  { below: Number.POSITIVE_INFINITY, tick: 1_000 },
] as const;
const fundTicks = [
  { below: 2_000, tick: 1 },
  { below: Number.POSITIVE_INFINITY, tick: 5 },
] as const;

/** The price step at `price`, in won. */
export function tickSize(price: number, kind: Instrument['kind']): number {
  const table = kind === 'etf' || kind === 'etn' ? fundTicks : shareTicks;
  return table.find((row) => price < row.below)?.tick ?? 1_000;
}

/** The nearest prices on the grid at or below, and at or above, `price`. */
export function nearestTicks(
  price: number,
  kind: Instrument['kind'],
): { readonly below: number; readonly above: number } {
  const tick = tickSize(price, kind);
  const below = Math.floor(price / tick) * tick;
  return { below, above: below === price ? price : below + tick };
}

/** One step up or down, with the finer grid just under a boundary. */
export function stepPrice(price: number, direction: 'up' | 'down', kind: Instrument['kind']): number {
  return direction === 'up' ? price + tickSize(price, kind) : price - tickSize(price - 1, kind);
}

/**
 * The day's price band: base ± 30 %, cut to the tick at the base and then to the tick at the limit itself
 * (KRX business rules as of 2026-04-28). Leveraged funds have a wider one: prefer what the venue answers.
 */
export function priceBand(base: number, kind: Instrument['kind']): { readonly upper: number; readonly lower: number } {
  const tick = tickSize(base, kind);
  const band = Math.floor((base * 3) / 10 / tick) * tick;
  const upperTick = tickSize(base + band, kind);
  const lowerTick = tickSize(base - band, kind);
  return {
    upper: Math.floor((base + band) / upperTick) * upperTick,
    lower: Math.ceil((base - band) / lowerTick) * lowerTick,
  };
}

/**
 * The highest price of a later day, as far as today's last price tells: leveraged funds keep the width of their own band.
 * 0 where there is no limit.
 */
export function laterUpperLimit(
  { upperLimit, basePrice, last }: Pick<Quote, 'upperLimit' | 'basePrice' | 'last'>,
  kind: Instrument['kind'],
): number {
  if (upperLimit <= 0) return 0;
  const isFund = kind === 'etf' || kind === 'etn';
  const asWide = isFund && basePrice > 0 ? nearestTicks((last * upperLimit) / basePrice, kind).below : 0;
  return Math.max(upperLimit, priceBand(last, kind).upper, asWide);
}

/** What trading costs, as fractions of the amount, by the day it is in force. */
export interface CostRates {
  readonly commission: number;
  readonly sellTax: number;
}

/**
 * BanKIS online commission for shares 0.0140527 % and for funds 0.0146527 % a side; tax on sales 0.20 % for KOSPI (with
 * the rural tax) and KOSDAQ and 0.10 % for KONEX since 2026-01-01, none on funds. An estimate: customers' rates differ
 * and the venue's rounding is not published.
 */
export function costRates(instrument: Pick<Instrument, 'market' | 'kind'>): CostRates {
  if (instrument.kind === 'etf' || instrument.kind === 'etn') return { commission: 0.000146527, sellTax: 0 };
  return { commission: 0.000140527, sellTax: instrument.market === 'KONEX' ? 0.001 : 0.002 };
}

/** Estimated cost of a trade of `amount` won, in whole won, cut down as brokers do. */
export function estimateCost(
  amount: number,
  side: OrderRequest['side'],
  instrument: Pick<Instrument, 'market' | 'kind'>,
): { readonly commission: number; readonly tax: number } {
  const rates = costRates(instrument);
  return {
    commission: Math.floor(amount * rates.commission),
    tax: side === 'sell' ? Math.floor(amount * rates.sellTax) : 0,
  };
}

/** Why an order would not be sent, with what would pass. The `rule` is also the i18n key. */
export type RuleViolation =
  | {
      readonly rule: 'rule.tick';
      readonly price: number;
      readonly tick: number;
      readonly below: number;
      readonly above: number;
    }
  | { readonly rule: 'rule.upper-limit'; readonly price: number; readonly limit: number }
  | { readonly rule: 'rule.lower-limit'; readonly price: number; readonly limit: number }
  | { readonly rule: 'rule.halted' }
  /** The venue takes orders for the exchanges in `takes` alone. */
  | { readonly rule: 'rule.exchange'; readonly exchange: Exchange; readonly takes: string }
  /** The exchange takes orders of `types` at some hour, and never of this type. */
  | (NotTakenNow & { readonly rule: 'rule.never-taken'; readonly types: string })
  /** The exchange takes orders of `types` now, and not of this type. */
  | (NotTakenNow & { readonly rule: 'rule.order-type'; readonly session: string; readonly types: string })
  /** Funds and notes trade in KRX's ordinary sessions alone. */
  | { readonly rule: 'rule.shares-only'; readonly where: 'NXT' | 'after-market' }
  /** The price at which the stop order would fire has already been reached. */
  | {
      readonly rule: 'rule.stop-reached';
      readonly side: OrderRequest['side'];
      readonly stop: number;
      readonly last: number;
    }
  /** `last` is the last price, for a limit order that would pass. */
  | { readonly rule: 'rule.limit-only'; readonly reason: 'liquidation' | 'no-band'; readonly last: number }
  | { readonly rule: 'rule.empty-book'; readonly side: OrderRequest['side']; readonly last: number }
  /** `quantity` at the market, and a limit order at `price` for all of it, would pass. */
  | { readonly rule: 'rule.thin-book'; readonly visible: number; readonly quantity: number; readonly price: number }
  | {
      readonly rule: 'rule.slippage';
      /** The estimated average against the last price, signed. */
      readonly percent: number;
      readonly limit: number;
      readonly average: number;
      readonly quantity: number;
      readonly price: number;
    }
  | { readonly rule: 'rule.max-order'; readonly amount: number; readonly limit: number; readonly quantity: number }
  | {
      readonly rule: 'rule.max-daily';
      readonly amount: number;
      readonly limit: number;
      readonly used: number;
      /** Shares that the rest of the day's cap pays for; absent where the order is not one of so many shares. */
      readonly quantity?: number;
    }
  | { readonly rule: 'rule.buying-power'; readonly quantity: number; readonly available: number; readonly cash: number }
  | { readonly rule: 'rule.sellable'; readonly quantity: number; readonly available: number }
  /** The sum does not buy one share at `price` won. */
  | { readonly rule: 'rule.sum-too-small'; readonly sum: number; readonly price: number }
  /** The part of what is available is less than one share. */
  | {
      readonly rule: 'rule.part-too-small';
      readonly side: OrderRequest['side'];
      readonly percent: number;
      readonly available: number;
    }
  | {
      readonly rule: 'rule.drift';
      readonly shown: number;
      readonly now: number;
      readonly percent: number;
      readonly limit: number;
    }
  /** Nobody can tell whether the day has trading. */
  | { readonly rule: 'rule.market-closed'; readonly reason: 'unknown' }
  | (NotTakenNow & { readonly rule: 'rule.market-closed'; readonly reason: 'weekend' | 'holiday' | 'hours' });

/** An order that its exchange does not take now, and what would pass. */
interface NotTakenNow extends Partial<Record<'month' | 'day' | 'weekday' | 'hour' | 'minute', number>> {
  readonly exchange: Exchange;
  readonly type: OrderType;
  /** Exchanges that take it now, comma-separated. */
  readonly elsewhere: string;
  /** Of the day on which the exchange takes it next, `0830-1530,1600-2000`; the moment itself stands in the other fields. */
  readonly hours?: string;
}

/**
 * The price that an order before or after hours trades at, in won; undefined for any other. Before hours it is the base
 * price, which is yesterday's close unless the issue was adjusted since; after hours today's close, which stands as the
 * last price while such orders are taken.
 */
export function fixedPrice(type: OrderType, quote: Pick<Quote, 'basePrice' | 'last'>): number | undefined {
  if (type === 'pre-close') return quote.basePrice;
  return type === 'post-close' ? quote.last : undefined;
}

/**
 * The price at which an order counts against the caps: its own limit, the price that its type fixes, or the worst
 * possible one. The worst is the upper limit, for a purchase without a limit (KIS reserves as much) and for an order
 * that may go to the market at the close.
 */
export function valuationPrice(
  request: Pick<OrderRequest, 'type' | 'price' | 'side'>,
  quote: Pick<Quote, 'upperLimit' | 'basePrice' | 'last'>,
): number {
  const { type, price, side } = request;
  if (price !== null && type !== 'conditional') return price;
  const fixed = fixedPrice(type, quote);
  if (fixed !== undefined) return fixed;
  return side === 'buy' ? quote.upperLimit : Math.max(price ?? 0, quote.last);
}

/** The first rule about the issue itself that the order breaks. */
export function checkPrice(
  request: OrderRequest,
  quote: Pick<Quote, 'upperLimit' | 'lowerLimit' | 'basePrice' | 'last' | 'warnings'>,
  kind: Instrument['kind'],
): RuleViolation | undefined {
  if (quote.warnings.includes('halted')) return { rule: 'rule.halted' };
  const { type, side, price, stopPrice } = request;
  const { last } = quote;
  if (price === null || type === 'conditional') {
    if (quote.warnings.includes('liquidation')) return { rule: 'rule.limit-only', reason: 'liquidation', last };
    // Without an upper limit nobody can say what a market purchase may cost, and no cap would hold it.
    if (side === 'buy' && quote.upperLimit <= 0 && fixedPrice(type, quote) === undefined)
      return { rule: 'rule.limit-only', reason: 'no-band', last };
  }
  if (stopPrice !== undefined && stopIsReached(side, stopPrice, last)) {
    return { rule: 'rule.stop-reached', side, stop: stopPrice, last };
  }
  for (const stated of [stopPrice, price ?? undefined]) {
    const broken = stated === undefined ? undefined : checkStatedPrice(stated, quote, kind);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function checkStatedPrice(
  price: number,
  { upperLimit, lowerLimit }: Pick<Quote, 'upperLimit' | 'lowerLimit'>,
  kind: Instrument['kind'],
): RuleViolation | undefined {
  // Some issues have no band (liquidation trading); KIS answers 0 then.
  if (upperLimit > 0 && price > upperLimit) return { rule: 'rule.upper-limit', price, limit: upperLimit };
  if (price < lowerLimit) return { rule: 'rule.lower-limit', price, limit: lowerLimit };
  const ticks = nearestTicks(price, kind);
  if (ticks.below !== price) return { rule: 'rule.tick', price, tick: tickSize(price, kind), ...ticks };
  return undefined;
}

/** Whether this kind of issue trades where the order is to go. */
export function checkPlace(
  { exchange, type }: Pick<OrderRequest, 'exchange' | 'type'>,
  kind: Instrument['kind'],
): RuleViolation | undefined {
  if (kind !== 'etf' && kind !== 'etn') return undefined;
  if (exchange === 'NXT') return { rule: 'rule.shares-only', where: 'NXT' };
  return type.startsWith('after-') ? { rule: 'rule.shares-only', where: 'after-market' } : undefined;
}

/**
 * What an order without a limit would take if the book stood still: the other side's levels, or all of it at the one
 * price that its type gives it. Undefined for an order that states its price, or trades at the close.
 */
export function levelsFor(
  { type, side, quantity }: Pick<OrderRequest, 'type' | 'side' | 'quantity'>,
  { asks, bids }: Pick<OrderBook, 'asks' | 'bids'>,
): readonly BookLevel[] | undefined {
  const [other, own] = side === 'buy' ? [asks, bids] : [bids, asks];
  const at = (price: number | undefined): readonly BookLevel[] =>
    price === undefined ? [] : [{ price, size: quantity }];
  switch (orderTypeTraits[type].pricing) {
    case 'none':
      return other;
    case 'other-best':
      return at(other[0]?.price);
    case 'own-best':
      return at(own[0]?.price);
    case 'middle': {
      const [ask, bid] = [asks[0]?.price, bids[0]?.price];
      return at(ask === undefined || bid === undefined ? undefined : (ask + bid) / 2);
    }
    default:
      return undefined;
  }
}

/** Whether the book tells what the order would pay. */
export function isPricedByBook(type: OrderType): boolean {
  return !hasLimit(type) && orderTypeTraits[type].pricing !== 'close';
}

/**
 * Whether one order is larger than a person allowed, in won. `available`: shares that could be traded otherwise; where
 * they are fewer than the cap allows, they are what would pass.
 */
export function checkOrderCap(amount: number, price: number, limit: number, available = 0): RuleViolation | undefined {
  if (amount <= limit) return undefined;
  const quantity = Math.floor(limit / price);
  return { rule: 'rule.max-order', amount, limit, quantity: available > 0 ? Math.min(quantity, available) : quantity };
}

/** Whether the price moved more than `limitPercent` between what the person saw and now. */
export function checkDrift(shown: number, now: number, limitPercent: number): RuleViolation | undefined {
  const percent = (Math.abs(now - shown) / shown) * 100;
  if (percent <= limitPercent) return undefined;
  return { rule: 'rule.drift', shown, now, percent, limit: limitPercent };
}

/** What a market order would trade at if the book stood still. */
export interface SlippageEstimate {
  /** Shares that the levels hold, and no more than were asked for. */
  readonly filled: number;
  /** Won a share, over the shares filled; not rounded. */
  readonly average: number;
  /** Won: the farthest level that is needed. */
  readonly worst: number;
  /** The average against the last price, in percent, signed: above it is positive. */
  readonly percent: number;
}

/** Takes `quantity` shares off the levels of the other side, best first; undefined where there are none to take. */
export function estimateSlippage(
  levels: readonly BookLevel[],
  quantity: number,
  last: number,
): SlippageEstimate | undefined {
  let filled = 0;
  let amount = 0;
  let worst = 0;
  for (const { price, size } of levels) {
    const taken = Math.min(size, quantity - filled);
    if (taken <= 0) continue;
    filled += taken;
    amount += taken * price;
    worst = price;
  }
  if (filled === 0) return undefined;
  const average = amount / filled;
  return { filled, average, worst, percent: ((average - last) / last) * 100 };
}

/** Whether a market order would find too little, or trade too far from the last price, by the levels it would take. */
export function checkSlippage(
  request: Pick<OrderRequest, 'side' | 'quantity'>,
  levels: readonly BookLevel[],
  quote: Pick<Quote, 'last' | 'upperLimit' | 'lowerLimit'>,
  kind: Instrument['kind'],
  limitPercent: number,
): RuleViolation | undefined {
  const { side, quantity } = request;
  const { last } = quote;
  const estimate = estimateSlippage(levels, quantity, last);
  if (estimate === undefined) return { rule: 'rule.empty-book', side, last };
  // Only a price worse than the last one counts: above it for a buy, below it for a sale.
  const tooFar = ({ percent }: SlippageEstimate): boolean => (side === 'buy' ? percent : -percent) > limitPercent;
  const thin = estimate.filled < quantity;
  if (!thin && !tooFar(estimate)) return undefined;
  const passing = {
    // Deeper levels are never better, so if a quantity passes every smaller one does.
    quantity: largest(estimate.filled, (shares) => {
      const part = estimateSlippage(levels, shares, last);
      return part !== undefined && !tooFar(part);
    }),
    price: farthestPrice(side, quote, kind, limitPercent),
  };
  if (thin) return { rule: 'rule.thin-book', visible: estimate.filled, ...passing };
  return {
    rule: 'rule.slippage',
    percent: estimate.percent,
    limit: limitPercent,
    average: estimate.average,
    ...passing,
  };
}

/** The largest number up to `most` that passes; 0 when none does. Every number below one that passes must pass too. */
function largest(most: number, passes: (value: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The price on the grid, within the day's limits, that is at most `limitPercent` worse than the last one. */
function farthestPrice(
  side: OrderRequest['side'],
  { last, upperLimit, lowerLimit }: Pick<Quote, 'last' | 'upperLimit' | 'lowerLimit'>,
  kind: Instrument['kind'],
  limitPercent: number,
): number {
  const room = (last * limitPercent) / 100;
  if (side === 'sell') return Math.max(nearestTicks(last - room, kind).above, lowerLimit);
  const { below } = nearestTicks(last + room, kind);
  return upperLimit > 0 ? Math.min(below, upperLimit) : below;
}
