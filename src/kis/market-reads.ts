import type { ReadOptions } from '../ports/read-options.ts';
import type { Endpoint, Input, Output } from './endpoints/endpoint.ts';

/** A row that only reads, and names no account. */
export type MarketRow = Endpoint & { readonly kind: 'read'; readonly account: false };

/** What can be asked without an account; KisHttp is one. */
export interface MarketReads {
  supports(endpoint: MarketRow): boolean;
  read<E extends MarketRow>(endpoint: E, input: Input<E>, options?: ReadOptions): Promise<Output<E>>;
  readAll<E extends MarketRow>(
    endpoint: E,
    input: Input<E>,
    options?: ReadOptions & { readonly maxPages?: number },
  ): Promise<{ readonly pages: readonly Output<E>[]; readonly truncated: boolean }>;
}

/**
 * Asks the venue, and `live` for what the venue's host lacks. Only rows of this kind fit through, so nothing that names
 * an account or orders anything can reach the other key.
 */
export function withLiveReads(own: MarketReads, live: MarketReads | undefined): MarketReads {
  if (live === undefined) return own;
  const from = (endpoint: MarketRow): MarketReads => (own.supports(endpoint) ? own : live);
  return {
    supports: (endpoint) => from(endpoint).supports(endpoint),
    read: (endpoint, input, options) => from(endpoint).read(endpoint, input, options),
    readAll: (endpoint, input, options) => from(endpoint).readAll(endpoint, input, options),
  };
}
