import type { BookLevel } from '../../domain/market/quote.ts';
import type { Side } from '../../domain/orders/order.ts';

/** A client's order, as the market knows it: accounts number their orders each on its own, so a number alone names none. */
export interface ClientOrder {
  /** `50000000-01`. */
  readonly account: string;
  readonly number: string;
}

/** A quantity waiting at a price: a client's order, or (without one) the market's own. */
interface Resting {
  readonly order: ClientOrder | undefined;
  readonly price: number;
  remaining: number;
}

/** One trade against a waiting quantity, at its price. */
export interface Match {
  /** The client order that waited; undefined when it was a quantity of the market itself. */
  readonly order: ClientOrder | undefined;
  readonly price: number;
  readonly quantity: number;
}

/** One issue's waiting orders, matched by price and then by time. */
export class Book {
  /** Best price first, and within a price the oldest first. */
  readonly #waiting: Record<Side, Resting[]> = { buy: [], sell: [] };

  add(side: Side, price: number, quantity: number, order?: ClientOrder): void {
    const list = this.#waiting[side];
    const behind = list.findIndex((other) => (side === 'buy' ? other.price < price : other.price > price));
    list.splice(behind === -1 ? list.length : behind, 0, { order, price, remaining: quantity });
  }

  /** Takes `quantity` shares off a client order. Does nothing when the order does not wait here. */
  reduce(order: ClientOrder, quantity: number): void {
    for (const side of ['buy', 'sell'] as const) {
      for (const resting of this.#waiting[side]) if (resting.order === order) resting.remaining -= quantity;
      this.#drop(side, (resting) => resting.remaining <= 0);
    }
  }

  /** Removes the market's own quantities and, with `all`, the client orders too. */
  clear(what: 'market' | 'all'): void {
    for (const side of ['buy', 'sell'] as const)
      this.#drop(side, (resting) => what === 'all' || resting.order === undefined);
  }

  /** Trades up to `quantity` for an arriving order, no worse than `limit`. */
  take(side: Side, quantity: number, limit?: number): readonly Match[] {
    const opposite = side === 'buy' ? 'sell' : 'buy';
    const matches: Match[] = [];
    let left = quantity;
    for (const resting of this.#waiting[opposite]) {
      if (left === 0 || !reaches(side, resting.price, limit)) break;
      const traded = Math.min(left, resting.remaining);
      resting.remaining -= traded;
      left -= traded;
      matches.push({ order: resting.order, price: resting.price, quantity: traded });
    }
    this.#drop(opposite, (resting) => resting.remaining === 0);
    return matches;
  }

  /** How many shares an arriving order could trade at once. */
  available(side: Side, limit?: number): number {
    return this.#waiting[side === 'buy' ? 'sell' : 'buy']
      .filter((resting) => reaches(side, resting.price, limit))
      .reduce((sum, resting) => sum + resting.remaining, 0);
  }

  /** The best price of a side, among all orders or among client orders only. */
  best(side: Side, whose: 'all' | 'clients' = 'all'): number | undefined {
    return this.#waiting[side].find((resting) => whose === 'all' || resting.order !== undefined)?.price;
  }

  /** Up to ten price levels, best first. */
  levels(side: Side): readonly BookLevel[] {
    const sizes = new Map<number, number>();
    for (const { price, remaining } of this.#waiting[side]) sizes.set(price, (sizes.get(price) ?? 0) + remaining);
    return [...sizes].slice(0, 10).map(([price, size]) => ({ price, size }));
  }

  hasClientOrders(): boolean {
    return this.best('buy', 'clients') !== undefined || this.best('sell', 'clients') !== undefined;
  }

  #drop(side: Side, gone: (resting: Resting) => boolean): void {
    this.#waiting[side] = this.#waiting[side].filter((resting) => !gone(resting));
  }
}

function reaches(side: Side, price: number, limit: number | undefined): boolean {
  if (limit === undefined) return true;
  return side === 'buy' ? price <= limit : price >= limit;
}
