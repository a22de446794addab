import type { Exchange, Side } from '../../domain/orders/order.ts';
import type { ClientOrder } from '../market/book.ts';
import type { Issue } from '../market/instruments.ts';

/** Shares of an order that will not trade any more, and why. */
export interface Ending {
  readonly at: number;
  readonly kind: 'cancelled' | 'amended' | 'rejected' | 'expired';
  readonly quantity: number;
}

/** One trade of an order. */
export interface OrderFill {
  readonly at: number;
  readonly time: string;
  readonly quantity: number;
  readonly price: number;
}

/** An order, or an amendment or cancellation of one, which KIS numbers and lists as an order of its own. */
export interface Order extends ClientOrder {
  readonly original: Order | undefined;
  readonly action: 'new' | 'amend' | 'cancel';
  readonly issue: Issue;
  readonly side: Side;
  readonly type: string;
  readonly exchange: Exchange;
  readonly quantity: number;
  /** 0 when the type has no price. */
  readonly price: number;
  /** Where it was entered, as KIS lists it: `OpnAPI` for the Open API. */
  readonly channel: string;
  readonly at: number;
  readonly day: string;
  readonly time: string;
  readonly fills: OrderFill[];
  readonly endings: Ending[];
}

/** What happened to an order; `quantity` is of this event alone. */
export interface OrderEvent {
  readonly kind: 'accepted' | 'filled' | 'amended' | 'cancelled' | 'rejected' | 'unmatched';
  readonly order: Order;
  readonly quantity: number;
  readonly price: number;
  readonly time: string;
}

/** How an order stands, or stood at some moment. */
export interface OrderView {
  readonly filled: number;
  readonly filledAmount: number;
  readonly cancelled: number;
  readonly rejected: number;
  readonly remaining: number;
}

/** The sum of a number of each. */
export function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** The order as it stood at `at` (now, without one). What never traded by the close counts as rejected, as at KIS. */
export function viewOrder(order: Order, at = Number.POSITIVE_INFINITY): OrderView {
  const fills = order.fills.filter((fill) => fill.at <= at);
  const endings = order.endings.filter((ending) => ending.at <= at);
  const ended = (...kinds: readonly Ending['kind'][]): number =>
    sum(endings, (ending) => (kinds.includes(ending.kind) ? ending.quantity : 0));
  const filled = sum(fills, (fill) => fill.quantity);
  return {
    filled,
    filledAmount: sum(fills, (fill) => fill.quantity * fill.price),
    cancelled: ended('cancelled'),
    rejected: ended('rejected', 'expired'),
    remaining: order.action === 'cancel' ? 0 : order.quantity - filled - sum(endings, (ending) => ending.quantity),
  };
}
