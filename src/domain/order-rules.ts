import type { Instrument } from './instrument.ts';
import type { OrderRequest } from './order.ts';
import type { Quote } from './quote.ts';

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
  | { readonly rule: 'rule.max-order'; readonly amount: number; readonly limit: number; readonly quantity: number }
  | { readonly rule: 'rule.max-daily'; readonly amount: number; readonly limit: number; readonly used: number }
  | { readonly rule: 'rule.buying-power'; readonly quantity: number; readonly available: number; readonly cash: number }
  | { readonly rule: 'rule.sellable'; readonly quantity: number; readonly available: number }
  | {
      readonly rule: 'rule.drift';
      readonly shown: number;
      readonly now: number;
      readonly percent: number;
      readonly limit: number;
    }
  | { readonly rule: 'rule.market-closed'; readonly reason: 'weekend' | 'holiday' | 'hours' | 'unknown' };

/**
 * The price an order is valued at for caps: its own, or the upper limit for a market order, which is what KIS reserves
 * (a market buy holds cash at the upper limit until it fills).
 */
export function valuationPrice(request: OrderRequest, quote: Pick<Quote, 'upperLimit' | 'last'>): number {
  if (request.price !== null) return request.price;
  return request.side === 'buy' ? quote.upperLimit : quote.last;
}

/** The first rule about the issue itself that the order breaks. */
export function checkPrice(
  request: OrderRequest,
  quote: Pick<Quote, 'upperLimit' | 'lowerLimit' | 'warnings'>,
  kind: Instrument['kind'],
): RuleViolation | undefined {
  if (quote.warnings.includes('halted')) return { rule: 'rule.halted' };
  const { price } = request;
  if (price === null) return undefined;
  // Some issues have no band (liquidation trading); KIS answers 0 then.
  if (quote.upperLimit > 0 && price > quote.upperLimit) {
    return { rule: 'rule.upper-limit', price, limit: quote.upperLimit };
  }
  if (price < quote.lowerLimit) return { rule: 'rule.lower-limit', price, limit: quote.lowerLimit };
  const ticks = nearestTicks(price, kind);
  if (ticks.below !== price) return { rule: 'rule.tick', price, tick: tickSize(price, kind), ...ticks };
  return undefined;
}

/** Whether one order is larger than a person allowed, in won. */
export function checkOrderCap(amount: number, price: number, limit: number): RuleViolation | undefined {
  if (amount <= limit) return undefined;
  return { rule: 'rule.max-order', amount, limit, quantity: Math.floor(limit / price) };
}

/** Whether the price moved more than `limitPercent` between what the person saw and now. */
export function checkDrift(shown: number, now: number, limitPercent: number): RuleViolation | undefined {
  const percent = (Math.abs(now - shown) / shown) * 100;
  if (percent <= limitPercent) return undefined;
  return { rule: 'rule.drift', shown, now, percent, limit: limitPercent };
}
