import type { Side } from './order.ts';
import type { RuleViolation } from './order-rules.ts';

/** How much somebody wants to trade: shares, or what decides them when the ticket is made. */
export type OrderSize =
  | { readonly kind: 'shares'; readonly shares: number }
  /** Whole won that the shares may cost, fees not counted. */
  | { readonly kind: 'sum'; readonly won: number }
  /** Of what can be bought with the cash there is, or of what can be sold. */
  | { readonly kind: 'percent'; readonly percent: number };

/** Whole shares that a sum pays for at `price` won. */
export function sharesForSum(won: number, price: number): number | RuleViolation {
  const shares = Math.floor(won / price);
  return shares > 0 ? shares : { rule: 'rule.sum-too-small', sum: won, price };
}

/** Whole shares that a part of what is available comes to, rounded down. */
export function sharesForPercent(percent: number, available: number, side: Side): number | RuleViolation {
  // Per mille of a percent, so that 33.3 % of 1,000 is 333 whatever the decimals do.
  const shares = Math.floor((Math.round(percent * 1_000) * available) / 100_000);
  return shares > 0 ? shares : { rule: 'rule.part-too-small', side, percent, available };
}
