import type { Exchange, Side } from '../../domain/orders/order.ts';
import { nearestTicks } from '../../domain/orders/order-rules.ts';
import type { VenueClock } from '../market/hours.ts';
import type { Listing, Market } from '../market/market.ts';
import { type OrderTypeRow, orderTypes, stopType } from './order-types.ts';

/** Why an order was not taken. */
export type Refusal =
  | 'unknown-symbol'
  | 'quantity'
  | 'order-type'
  | 'exchange'
  | 'tick'
  | 'upper-limit'
  | 'lower-limit'
  | 'cash'
  | 'shares'
  | 'before-open'
  | 'after-close'
  | 'holiday'
  | 'nothing-left'
  | 'more-than-left'
  | 'unknown-order';

/** A new order as it comes in. */
export interface PlaceRequest {
  readonly symbol: string;
  readonly side: Side;
  readonly type: string;
  readonly quantity: number;
  /** 0 for a type without a price. */
  readonly price: number;
  readonly exchange: Exchange;
  readonly channel: string;
  /** The price at which a stop order fires; undefined for every other type. */
  readonly stopPrice?: number | undefined;
}

/** An order that may be taken, with the price it gets in the book, or why it is refused. */
export type CheckedOrder =
  | { readonly refusal: Refusal }
  | {
      readonly refusal?: undefined;
      readonly listing: Listing;
      readonly price: number;
      readonly type: OrderTypeRow;
    };

/** Checks an order by everything but the account: hours, issue, type and price. */
export function checkOrder(clock: VenueClock, market: Market, request: PlaceRequest): CheckedOrder {
  const type = orderTypes[request.type];
  const takenNow = takesNow(clock, request.type, request.exchange);
  const closed = takenNow ? undefined : whyClosed(clock, request.exchange);
  if (closed !== undefined) return { refusal: closed };
  const listing = market.find(request.symbol);
  if (listing === undefined) return { refusal: 'unknown-symbol' };
  if (request.quantity <= 0) return { refusal: 'quantity' };
  if (type === undefined) return { refusal: 'order-type' };
  if (type.taken[request.exchange] === undefined) return { refusal: 'exchange' };
  if (!takenNow) return { refusal: 'order-type' };
  // A stop order has a price at which it fires, and no other order has one.
  if ((request.type === stopType) !== (request.stopPrice !== undefined)) return { refusal: 'order-type' };
  const isFund = listing.issue.kind === 'etf' || listing.issue.kind === 'etn';
  const evening = clock.session(request.exchange) === 'after-market';
  if (isFund && (request.exchange === 'NXT' || evening)) return { refusal: 'unknown-symbol' };
  const price = priceOf(type, request, listing);
  const stated = type.pricing === 'limit' ? [price, request.stopPrice ?? price] : [];
  for (const one of stated) {
    if (one > listing.today.upper) return { refusal: 'upper-limit' };
    if (one < listing.today.lower) return { refusal: 'lower-limit' };
    if (nearestTicks(one, listing.issue.kind).below !== one) return { refusal: 'tick' };
  }
  return { listing, price, type };
}

/** Whether the exchange takes orders of this type (ORD_DVSN) in the present session. */
export function takesNow(clock: VenueClock, code: string, exchange: Exchange): boolean {
  const session = clock.session(exchange);
  if (orderTypes[code]?.taken[exchange]?.includes(session) !== true) return false;
  // Orders at yesterday's close are taken only until 08:40, when the auction's own book begins to be shown.
  return orderTypes[code].pricing !== 'close' || session !== 'opening-auction' || clock.time() < '084000';
}

/** Why an exchange takes no orders at all now; undefined when it does. */
export function whyClosed(clock: VenueClock, exchange: Exchange): Refusal | undefined {
  const session = clock.session(exchange);
  const open = exchange === 'NXT' ? session !== 'closed' && session !== 'holiday' : clock.takesOrders();
  if (open) return undefined;
  if (session === 'holiday') return 'holiday';
  return session === 'closed' && clock.time() < '090000' ? 'before-open' : 'after-close';
}

function priceOf(type: OrderTypeRow, request: PlaceRequest, { book, today }: Listing): number {
  const other = request.side === 'buy' ? 'sell' : 'buy';
  switch (type.pricing) {
    case 'limit':
      return request.price;
    case 'none':
      return 0;
    case 'other-best':
      return book.best(other) ?? today.last;
    case 'own-best':
      return book.best(request.side) ?? today.last;
    case 'middle':
      return Math.floor(((book.best('buy') ?? today.last) + (book.best('sell') ?? today.last)) / 2);
    case 'close':
      return today.last;
  }
}
