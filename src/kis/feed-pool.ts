import type { IndexCode } from '../domain/market/research.ts';
import type { Exchange } from '../domain/orders/order.ts';
import { AppError } from '../errors.ts';
import type { BookWatcher, FeedHandlers, FeedStatus, IndexWatcher, MarketFeed, StopWatching } from '../ports/feed.ts';

/**
 * The sockets of several app keys as one feed. Each takes registrations of its own, so that what one has no room for
 * goes to the next; notices of fills come in by every one.
 */
export class FeedPool implements MarketFeed {
  readonly #feeds: readonly [MarketFeed, ...MarketFeed[]];
  /** By issue; of one that is asked for still, before it is answered, so that no two sockets take it. */
  readonly #trades = new Map<string, Promise<MarketFeed>>();

  /** `feeds`: without doubles, the one whose state counts for all first. */
  constructor(feeds: readonly [MarketFeed, ...MarketFeed[]]) {
    this.#feeds = feeds;
  }

  async start(handlers: FeedHandlers): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.start(handlers)));
  }

  async watchTrades(symbol: string): Promise<void> {
    const asked = this.#trades.get(symbol);
    if (asked !== undefined) {
      await asked;
      return;
    }
    const taken = this.#first(async (feed) => {
      await feed.watchTrades(symbol);
      return feed;
    });
    this.#trades.set(symbol, taken);
    try {
      await taken;
    } catch (error) {
      if (this.#trades.get(symbol) === taken) this.#trades.delete(symbol);
      throw error;
    }
  }

  async unwatchTrades(symbol: string): Promise<void> {
    const taken = this.#trades.get(symbol);
    if (taken === undefined) return;
    this.#trades.delete(symbol);
    const feed = await taken.catch(() => undefined);
    await feed?.unwatchTrades(symbol);
  }

  watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching> {
    return this.#first((feed) => feed.watchBook(symbol, exchange, watcher));
  }

  watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching> {
    return this.#first((feed) => feed.watchIndices(codes, watcher));
  }

  /** That of the first, with the registrations of all. */
  status(): FeedStatus {
    const registrations = this.#feeds.reduce((sum, feed) => sum + feed.status().registrations, 0);
    return { ...this.#feeds[0].status(), registrations };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
  }

  /** Asks the emptiest socket, then the others, until one takes it. @throws what the first of them threw. */
  async #first<T>(ask: (feed: MarketFeed) => Promise<T>): Promise<T> {
    let reason: unknown;
    const byRoom = this.#feeds.toSorted((a, b) => rank(a) - rank(b));
    for (const feed of byRoom) {
      try {
        return await ask(feed);
      } catch (error) {
        if (!(error instanceof AppError) || !/^feed\./.test(error.code)) throw error;
        reason ??= error;
      }
    }
    throw reason;
  }
}

/** The fewer registrations the earlier; a socket that is down comes last. */
function rank(feed: MarketFeed): number {
  const { state, registrations } = feed.status();
  return state === 'connected' ? registrations : Number.MAX_SAFE_INTEGER;
}

/** One feed over these; of one socket, that itself. */
export function feedOver(feeds: readonly MarketFeed[]): MarketFeed {
  const [first, ...others] = new Set(feeds);
  if (first === undefined) throw new Error('no feed');
  return others.length === 0 ? first : new FeedPool([first, ...others]);
}
