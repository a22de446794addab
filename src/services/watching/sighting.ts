import type { Touched } from '../../domain/market/day-range.ts';
import type { Marketplace, TradeSession } from '../../domain/market/session.ts';

/** A price that was seen of an issue, pushed or asked for. Prices are whole won. */
export interface Sighting {
  readonly symbol: string;
  readonly exchange: Marketplace;
  /** Undefined where nobody says in which part of the day it was made; of KRX's price that was asked for nobody does. */
  readonly session: TradeSession | undefined;
  readonly price: number;
  /** Shares traded there today. */
  readonly volume: number;
  /** The trading day of these figures (`20261123`); undefined where nobody can tell. */
  readonly day: string | undefined;
  /** When it was seen, in milliseconds. */
  readonly at: number;
  readonly source: 'trade' | 'poll';
  /** The day's highest and lowest price there; undefined where they are not told. */
  readonly high: number | undefined;
  readonly low: number | undefined;
  /** Prices that were reached since the sighting before, and that nobody has seen. */
  readonly touched: Touched;
}
