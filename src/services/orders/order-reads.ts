import type { OrderBook, Quote } from '../../domain/market/quote.ts';
import type { Exchange, OrderRequest, OrderType, Side } from '../../domain/orders/order.ts';
import { fixedPrice, isPricedByBook } from '../../domain/orders/order-rules.ts';
import { hasLimit, orderTypeTraits } from '../../domain/orders/order-types.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';

/** Shares that could be bought, or sold, and the cash in won for a buy. */
export interface Power {
  readonly quantity: number;
  readonly orderableCash: number | undefined;
}

/**
 * What the venue says about an order while one ticket of it is made, or one press of it checked: each thing is asked
 * for once, however many parts of the ticket need it.
 */
export class OrderReads {
  readonly #broker: Broker;
  readonly #order: { readonly symbol: string; readonly side: Side; readonly exchange: Exchange };
  readonly #options: ReadOptions;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(
    broker: Broker,
    order: { readonly symbol: string; readonly side: Side; readonly exchange: Exchange },
    options: ReadOptions,
  ) {
    this.#broker = broker;
    this.#order = order;
    this.#options = options;
  }

  /**
   * Asks at once for all that an order of this type needs and that does not depend on another answer. `price`: in won,
   * undefined where none was named. Never throws: whoever needs an answer finds its error.
   */
  begin(type: OrderType, price: number | undefined): void {
    void this.quote();
    if (isPricedByBook(type) || (hasLimit(type) && price === undefined)) void this.book();
    // Buying power depends on the price, and so on the book where none was named.
    const isPriced = price !== undefined || !hasLimit(type) || this.#order.side === 'sell';
    if (isPriced) this.power({ type, price: price ?? null }).catch(() => undefined);
  }

  quote(): Promise<Quote> {
    const { symbol, exchange } = this.#order;
    return this.#once('quote', () => this.#broker.quote(symbol, { ...this.#options, exchange }));
  }

  book(): Promise<OrderBook> {
    const { symbol, exchange } = this.#order;
    return this.#once('book', () => this.#broker.orderBook(symbol, { ...this.#options, exchange }));
  }

  /** What may be bought at the order's price, or sold. */
  async power(order: Pick<OrderRequest, 'type' | 'price'>): Promise<Power> {
    const { symbol, side } = this.#order;
    if (side === 'sell') {
      const quantity = await this.#once('sellable', () => this.#broker.sellableQuantity(symbol, this.#options));
      return { quantity, orderableCash: undefined };
    }
    const price = await buyingPrice(order, () => this.quote());
    return this.#once(`power ${price}`, () => this.#broker.buyingPower(symbol, price, this.#options));
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(key) as Promise<T> | undefined;
    const asked = known ?? ask();
    // What fails is the error of whoever waits for it, which may be nobody when another answer fails first.
    asked.catch(() => undefined);
    this.#asked.set(key, asked);
    return asked;
  }
}

/** The price at which buying power is asked for, in won; undefined where the order may trade at another. */
export async function buyingPrice(
  { type, price }: Pick<OrderRequest, 'type' | 'price'>,
  quote: () => Promise<Quote>,
): Promise<number | undefined> {
  if (type === 'conditional') return undefined;
  return price ?? (orderTypeTraits[type].pricing === 'close' ? fixedPrice(type, await quote()) : undefined);
}
