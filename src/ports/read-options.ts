import type { Exchange } from '../domain/orders/order.ts';

/**
 * How soon a read is wanted: an order that somebody pressed waits for it, somebody is looking at the chat, or nobody
 * is. Orders themselves go ahead of all three.
 */
export type ReadPriority = 'urgent' | 'interactive' | 'background';

export interface ReadOptions {
  readonly priority?: ReadPriority;
  readonly signal?: AbortSignal;
}

/** `exchange`: whose prices; KRX's where it is not said. */
export interface PriceOptions extends ReadOptions {
  readonly exchange?: Exchange;
}

/**
 * `from`, `until`: the first and the last day (`20261121`); as far back as `count` goes,
 * and to the last day whose figures have begun, where they are not said.
 */
export interface BarOptions extends ReadOptions {
  readonly from?: string;
  readonly until?: string;
}
