import { laterDay } from '../../clock.ts';
import type { Side } from '../../domain/orders/order.ts';
import { longestScheduleDays, scheduleHoursFrom } from '../../domain/orders/scheduled-order.ts';
import { addTradingDays, type VenueClock } from '../market/hours.ts';
import type { Listing, Market } from '../market/market.ts';
import { refusals } from '../rest/texts.ts';
import { type Order, sum, viewOrder } from './order.ts';
import type { Refusal } from './order-checks.ts';
import type { Venue } from './venue.ts';

/** How long an order for a later day waits in a market that never closes and so has no opening. */
const alwaysOpenDelayMs = 60_000;
/** The order types that KIS takes for a later day. */
const takenTypes: ReadonlySet<string> = new Set(['00', '01', '02', '05']);
const firstNumber = 116_400;
const channel = 'OpnAPI';

/** An order for a later day. */
export interface ScheduledOrder {
  readonly number: string;
  readonly listing: Listing;
  readonly side: Side;
  type: string;
  quantity: number;
  price: number;
  /** The first day on which it is sent. */
  readonly day: string;
  /** The last day on which it is sent; blank for one day only. */
  until: string;
  readonly receivedAt: number;
  /** The orders that were made of it. */
  readonly orders: Order[];
  sentOn: string;
  cancelledOn: string;
  /** Why no order was made of it the last time. */
  reason: string;
}

export type ScheduledTerms = Pick<ScheduledOrder, 'type' | 'quantity' | 'price' | 'until'>;

/** Keeps orders for a later day, and places them at the venue when it takes orders on that day. */
export class ScheduledBook {
  readonly #clock: VenueClock;
  readonly #market: Market;
  readonly #venue: Venue;
  readonly #kept: ScheduledOrder[] = [];

  constructor(clock: VenueClock, market: Market, venue: Venue) {
    this.#clock = clock;
    this.#market = market;
    this.#venue = venue;
  }

  /** Oldest first. */
  all(): readonly ScheduledOrder[] {
    return this.#kept;
  }

  filled({ orders }: ScheduledOrder): number {
    return sum(orders, (order) => viewOrder(order).filled);
  }

  /** Whether orders for a later day may be placed, amended or cancelled now. */
  takes(): boolean {
    if (this.#clock.neverCloses) return true;
    const day = this.#clock.day();
    return scheduleHoursFrom(day, this.#clock.time(), this.#clock.isOpenDay(day)) === undefined;
  }

  place(symbol: string, side: Side, terms: ScheduledTerms): ScheduledOrder | Refusal | 'until' {
    const listing = this.#market.find(symbol);
    if (listing === undefined) return 'unknown-symbol';
    const day = this.#firstDay();
    const broken = this.#check(terms, day);
    if (broken !== undefined) return broken;
    const kept: ScheduledOrder = {
      number: String(firstNumber + this.#kept.length),
      listing,
      side,
      ...terms,
      day,
      receivedAt: this.#clock.now(),
      orders: [],
      sentOn: '',
      cancelledOn: '',
      reason: '',
    };
    this.#kept.push(kept);
    return kept;
  }

  amend(number: string, terms: ScheduledTerms): ScheduledOrder | Refusal | 'until' {
    const kept = this.#waiting(number);
    if (kept === undefined) return 'unknown-order';
    const broken = this.#check(terms, kept.day);
    if (broken !== undefined) return broken;
    return Object.assign(kept, terms);
  }

  cancel(number: string): ScheduledOrder | Refusal {
    const kept = this.#waiting(number);
    if (kept === undefined) return 'unknown-order';
    kept.cancelledOn = this.#clock.day();
    return kept;
  }

  #check({ type, quantity, until }: ScheduledTerms, day: string): Refusal | 'until' | undefined {
    if (quantity <= 0) return 'quantity';
    if (!takenTypes.has(type)) return 'order-type';
    const wrong = until !== '' && (until < day || until > laterDay(day, longestScheduleDays - 1));
    return wrong ? 'until' : undefined;
  }

  #firstDay(): string {
    const today = this.#clock.day();
    if (this.#clock.neverCloses) return today;
    const early = this.#clock.isOpenDay(today) && this.#clock.time() < '120000';
    return early ? today : addTradingDays(today, 1);
  }

  #waiting(number: string): ScheduledOrder | undefined {
    return this.#kept.find((kept) => Number(kept.number) === Number(number) && this.#goesOn(kept));
  }

  #goesOn(kept: ScheduledOrder): boolean {
    if (kept.cancelledOn !== '') return false;
    if (kept.sentOn === '') return true;
    return kept.until > kept.sentOn && this.filled(kept) < kept.quantity;
  }

  /** Hands over what is due. Whether all is as it should be only the venue finds out, on the day itself. */
  send(): void {
    if (!this.#clock.takesOrders()) return;
    const today = this.#clock.day();
    for (const kept of this.#kept) {
      const early = this.#clock.neverCloses && this.#clock.now() < kept.receivedAt + alwaysOpenDelayMs;
      if (!this.#goesOn(kept) || early || kept.day > today || kept.sentOn === today) continue;
      if (kept.sentOn !== '' && kept.until < today) continue;
      kept.sentOn = today;
      const { listing, side, type, price } = kept;
      const quantity = kept.quantity - this.filled(kept);
      const { symbol } = listing.issue;
      const outcome = this.#venue.place({ symbol, side, type, quantity, price, exchange: 'KRX', channel });
      kept.reason = outcome.refusal === undefined ? '' : refusals[outcome.refusal].live.text;
      if (outcome.order !== undefined) kept.orders.push(outcome.order);
    }
  }
}
