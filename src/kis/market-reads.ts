import type { ReadOptions } from '../ports/read-options.ts';
import type { Endpoint, Input, Output } from './endpoints/endpoint.ts';

/** A row of the catalogue that reads, and is about no account. */
export type MarketRow = Endpoint & { readonly kind: 'read'; readonly account: false };

/** The reads that need no account. KisHttp has them, and so has the live key for reads. */
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
 * Reads from the venue's own host, and from `live` what that host lacks. The type of the rows keeps orders and whatever
 * is about an account away from the live key.
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

/** A key that can be asked what names no account. */
export interface KeyReads {
  readonly reads: MarketReads;
  /** Calls that its lane takes now without waiting. */
  readonly headRoom: () => number;
}

/** Asks `own`, or another key that has more room at that moment and whose host has the API. */
export function withMostRoom(own: MarketReads, ownKey: KeyReads, others: () => readonly KeyReads[]): MarketReads {
  const from = (endpoint: MarketRow): MarketReads => {
    let [best, room] = [own, own.supports(endpoint) ? ownKey.headRoom() : -1];
    for (const { reads, headRoom } of others()) {
      if (headRoom() > room && reads.supports(endpoint)) [best, room] = [reads, headRoom()];
    }
    return best;
  };
  return {
    supports: (endpoint) => own.supports(endpoint) || others().some(({ reads }) => reads.supports(endpoint)),
    read: (endpoint, input, options) => from(endpoint).read(endpoint, input, options),
    readAll: (endpoint, input, options) => from(endpoint).readAll(endpoint, input, options),
  };
}
