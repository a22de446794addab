import { fromKoreanDayAndTime } from '../../clock.ts';
import { continuousSessions } from '../../domain/market/session.ts';
import type { Exchange } from '../../domain/orders/order.ts';
import { estimateCost } from '../../domain/orders/order-rules.ts';
import { stopIsReached } from '../../domain/orders/order-types.ts';
import type { VenueClock } from '../market/hours.ts';
import type { Listing, Market } from '../market/market.ts';
import type { Account } from './account.ts';
import { type Ending, type Order, type OrderEvent, type OrderFill, sum, viewOrder } from './order.ts';
import { checkOrder, type PlaceRequest, type Refusal, takesNow, whyClosed } from './order-checks.ts';
import { conditionalType, type OrderTypeRow, orderTypes, stopType } from './order-types.ts';

export interface CancelRequest {
  readonly number: string;
  /** Undefined: all remaining shares. */
  readonly quantity: number | undefined;
  readonly channel: string;
}

export interface AmendRequest extends CancelRequest {
  readonly type: string;
  readonly price: number;
}

export type Outcome =
  | { readonly order: Order; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly order?: undefined };

/**
 * The number that the day's first order follows. Numbers rise through the day, so that a simulator started anew does
 * not use one twice.
 */
export function lastNumberBefore(clock: VenueClock): number {
  return Math.floor((clock.now() - fromKoreanDayAndTime(clock.day(), '000000')) / 100);
}

/** Takes orders for one account, matches them in the market's books, and books the fills. */
export class Venue {
  readonly #clock: VenueClock;
  readonly #market: Market;
  readonly #account: Account;
  readonly #tell: (event: OrderEvent) => void;
  readonly #orders = new Map<string, Order>();
  readonly #fills: { readonly order: Order; readonly fill: OrderFill }[] = [];
  readonly #open = new Set<Order>();
  /** Stop orders that have not fired, each with the price at which it does. */
  readonly #stops = new Map<Order, number>();
  #lastNumber: number;

  /** `lastNumber`: the number that the account's first order follows. */
  constructor(
    clock: VenueClock,
    market: Market,
    account: Account,
    lastNumber: number,
    tell: (event: OrderEvent) => void,
  ) {
    this.#clock = clock;
    this.#market = market;
    this.#account = account;
    this.#lastNumber = lastNumber;
    this.#tell = tell;
  }

  /** Oldest first. */
  orders(): readonly Order[] {
    return [...this.#orders.values()];
  }

  /** All fills, in the order in which they happened. */
  fills(): readonly { readonly order: Order; readonly fill: OrderFill }[] {
    return this.#fills;
  }

  openOrders(): readonly Order[] {
    return [...this.#open];
  }

  /** Cash for new purchases: all proceeds of sales are counted in, and what open purchases may cost is taken off. */
  orderableCash(): number {
    const reserved = sum(this.openOrders(), (order) =>
      order.side === 'buy' ? this.#cashFor(order, viewOrder(order).remaining) : 0,
    );
    return Math.max(0, this.#account.depositOn() - reserved);
  }

  sellable(symbol: string): number {
    const selling = sum(this.openOrders(), (order) =>
      order.side === 'sell' && order.issue.symbol === symbol ? viewOrder(order).remaining : 0,
    );
    return Math.max(0, (this.#account.holding(symbol)?.quantity ?? 0) - selling);
  }

  /** Takes a new order. With `rejectAtExchange` the broker takes it and the exchange refuses it a moment later. */
  place(request: PlaceRequest, rejectAtExchange = false): Outcome {
    const checked = checkOrder(this.#clock, this.#market, request);
    if (checked.refusal !== undefined) return checked;
    const { listing, price, type } = checked;
    if (request.side === 'sell' && request.quantity > this.sellable(request.symbol)) return { refusal: 'shares' };
    if (request.side === 'buy') {
      const needed = this.#cashFor({ issue: listing.issue, price }, request.quantity);
      if (needed > this.orderableCash()) return { refusal: 'cash' };
    }
    const order = this.#record({ ...request, issue: listing.issue, price, action: 'new', original: undefined });
    this.#emit('accepted', order, order.quantity, price);
    if (rejectAtExchange) {
      this.#end(order, 'rejected', order.quantity);
      this.#emit('rejected', order, order.quantity, price);
    } else if (request.type === stopType && request.stopPrice !== undefined) {
      this.#stops.set(order, request.stopPrice);
      this.fireStops();
    } else this.#work(order, listing, type);
    return { order };
  }

  /** Replaces what is left of an order, or part of it, by a new order at the back of the queue. */
  amend(request: AmendRequest): Outcome {
    const found = this.#changeable(request);
    if (found.refusal !== undefined) return found;
    const { order: original, quantity } = found;
    const { issue, side, exchange } = original;
    const checked = checkOrder(this.#clock, this.#market, {
      ...request,
      symbol: issue.symbol,
      side,
      exchange,
      quantity,
    });
    if (checked.refusal !== undefined) return checked;
    const { price, listing, type } = checked;
    const freed = side === 'buy' ? this.#cashFor(original, quantity) : 0;
    if (side === 'buy' && this.#cashFor({ issue, price }, quantity) > this.orderableCash() + freed) {
      return { refusal: 'cash' };
    }
    listing.book.reduce(original, quantity);
    this.#end(original, 'amended', quantity);
    const order = this.#record({
      issue,
      side,
      exchange,
      quantity,
      price,
      type: request.type,
      action: 'amend',
      original,
      channel: request.channel,
    });
    this.#emit('amended', order, quantity, price);
    this.#work(order, listing, type);
    return { order };
  }

  /** Cancels what is left of an order, or part of it. */
  cancel(request: CancelRequest): Outcome {
    const found = this.#changeable(request);
    if (found.refusal !== undefined) return found;
    const { order: original, quantity } = found;
    const listing = this.#market.find(original.issue.symbol);
    listing?.book.reduce(original, quantity);
    if (listing !== undefined) this.#market.ordersChanged(listing);
    this.#end(original, 'cancelled', quantity);
    const { channel } = request;
    const order = this.#record({ ...original, quantity, price: 0, action: 'cancel', original, channel });
    this.#emit('cancelled', order, quantity, 0);
    return { order };
  }

  /** To be called when the market traded with an order that waited. */
  restingFilled(number: string, quantity: number, price: number): void {
    const order = this.#orders.get(number);
    if (order !== undefined) this.#fill(order, quantity, price);
  }

  /** What a purchase costs at most. An order without a price may cost the upper limit. */
  #cashFor(order: Pick<Order, 'issue' | 'price'>, quantity: number): number {
    const upper = this.#market.find(order.issue.symbol)?.today.upper ?? 0;
    const amount = quantity * (order.price === 0 ? upper : order.price);
    return amount + estimateCost(amount, 'buy', order.issue).commission;
  }

  #changeable(
    request: CancelRequest,
  ):
    | { readonly refusal: Refusal }
    | { readonly refusal?: undefined; readonly order: Order; readonly quantity: number } {
    const order = this.#orders.get(request.number);
    if (order === undefined || order.day !== this.#clock.day()) return { refusal: 'unknown-order' };
    const { remaining } = viewOrder(order);
    if (remaining === 0) return { refusal: 'nothing-left' };
    const closed = takesNow(this.#clock, order.type, order.exchange)
      ? undefined
      : whyClosed(this.#clock, order.exchange);
    if (closed !== undefined) return { refusal: closed };
    const quantity = request.quantity ?? remaining;
    if (quantity <= 0) return { refusal: 'quantity' };
    if (quantity > remaining) return { refusal: 'more-than-left' };
    return { order, quantity };
  }

  #record(fields: Omit<Order, 'account' | 'number' | 'at' | 'day' | 'time' | 'fills' | 'endings'>): Order {
    this.#lastNumber += 1;
    const { issue, side, type, exchange, quantity, price, channel, action, original } = fields;
    const order: Order = {
      account: this.#account.name,
      number: String(this.#lastNumber).padStart(10, '0'),
      original,
      action,
      issue,
      side,
      type,
      exchange,
      quantity,
      price,
      channel,
      at: this.#clock.now(),
      day: this.#clock.day(),
      time: this.#clock.time(),
      fills: [],
      endings: [],
    };
    this.#orders.set(order.number, order);
    if (action !== 'cancel') this.#open.add(order);
    return order;
  }

  /** Trades what can trade now. The rest waits in the book or is cancelled, depending on the type. */
  #work(order: Order, listing: Listing, type: OrderTypeRow): void {
    const limit = order.price === 0 ? undefined : order.price;
    const enough = type.condition !== 'fok' || listing.book.available(order.side, limit) >= order.quantity;
    const continuous = this.#isContinuous(order.exchange);
    if (enough && continuous) this.#trade(order, listing, limit);
    const { remaining } = viewOrder(order);
    // An order at the closing price trades only with others of its kind, of which the simulator has none.
    if (remaining === 0 || type.pricing === 'close') return;
    if (type.condition === 'none') {
      const { upper, lower } = listing.today;
      listing.book.add(order.side, limit ?? (order.side === 'buy' ? upper : lower), remaining, order);
      this.#market.ordersChanged(listing);
      return;
    }
    this.#end(order, 'cancelled', remaining);
    this.#emit('unmatched', order, remaining, order.price);
  }

  #isContinuous(exchange: Exchange): boolean {
    const session = this.#clock.session(exchange);
    return continuousSessions.some((kind) => kind === session);
  }

  #trade(order: Order, listing: Listing, limit: number | undefined): void {
    for (;;) {
      const { remaining } = viewOrder(order);
      if (remaining === 0) return;
      const matches = this.#market.execute(listing, order.side, remaining, limit, order.exchange);
      if (matches.length === 0) return;
      for (const match of matches) this.#fill(order, match.quantity, match.price);
    }
  }

  /** After an auction: an order that waited trades if the market now reaches it, or waits again. */
  rematch(order: Order): void {
    const listing = this.#market.find(order.issue.symbol);
    if (listing === undefined || this.#stops.has(order) || orderTypes[order.type]?.pricing === 'close') return;
    const { remaining } = viewOrder(order);
    listing.book.reduce(order, remaining);
    const toMarket = order.price === 0 || (order.type === conditionalType && this.#clock.session() !== 'regular');
    this.#trade(order, listing, toMarket ? undefined : order.price);
    const left = viewOrder(order).remaining;
    const { upper, lower } = listing.today;
    const limit = order.price === 0 ? (order.side === 'buy' ? upper : lower) : order.price;
    if (left > 0) listing.book.add(order.side, limit, left, order);
  }

  #fill(order: Order, quantity: number, price: number): void {
    const time = this.#clock.time();
    const fill = { at: this.#clock.now(), time, quantity, price };
    order.fills.push(fill);
    this.#fills.push({ order, fill });
    this.#closeIfDone(order);
    this.#account.fill(order.issue, order.side, quantity, price, this.#clock.day());
    this.#emit('filled', order, quantity, price);
  }

  #end(order: Order, kind: Ending['kind'], quantity: number): void {
    order.endings.push({ at: this.#clock.now(), kind, quantity });
    this.#closeIfDone(order);
  }

  #closeIfDone(order: Order): void {
    if (viewOrder(order).remaining > 0) return;
    this.#open.delete(order);
    this.#stops.delete(order);
  }

  /** Stops whose price the market has reached become limit orders. */
  fireStops(): void {
    for (const [order, stopPrice] of this.#stops) {
      const listing = this.#market.find(order.issue.symbol);
      const type = orderTypes[order.type];
      if (listing === undefined || type === undefined || !stopIsReached(order.side, stopPrice, listing.today.last))
        continue;
      this.#stops.delete(order);
      this.#work(order, listing, type);
    }
  }

  /** Whether an order's day, or the session of its kind, has ended. */
  #isOver({ type, exchange }: Order): boolean {
    const session = this.#clock.session(exchange);
    if (exchange === 'NXT') return session === 'holiday' || (session === 'closed' && this.#clock.time() >= '200000');
    return orderTypes[type]?.stays.includes(session) !== true;
  }

  /** Ends the orders whose time is over; with `all` every one. */
  expire(all: boolean): void {
    for (const order of this.openOrders().filter((open) => all || this.#isOver(open))) {
      const { remaining } = viewOrder(order);
      this.#market.find(order.issue.symbol)?.book.reduce(order, remaining);
      this.#end(order, 'expired', remaining);
    }
  }

  #emit(kind: OrderEvent['kind'], order: Order, quantity: number, price: number): void {
    this.#tell({ kind, order, quantity, price, time: this.#clock.time() });
  }
}
