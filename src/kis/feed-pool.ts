import type { IndexCode } from '../domain/market/research.ts';
import type { Marketplace } from '../domain/market/session.ts';
import type { Exchange } from '../domain/orders/order.ts';
import { AppError } from '../errors.ts';
import type {
  BookWatcher,
  FeedHandlers,
  FeedStatus,
  IndexWatcher,
  MarketFeed,
  StopWatching,
  TradesOf,
} from '../ports/feed.ts';
import { marketplaces } from './feed.ts';

/**
 * The sockets of several app keys as one feed. Each takes registrations of its own, so that what one has no room for
 * goes to the next; notices of fills come in by every one.
 */
export class FeedPool implements MarketFeed {
  readonly #feeds: readonly [MarketFeed, ...MarketFeed[]];
  /** By exchange and issue; of one that is asked for still, before it is answered, so that no two sockets take it. */
  readonly #trades = new Map<string, Promise<MarketFeed>>();
  /** The same of those that were answered. */
  readonly #taken = new Map<string, MarketFeed>();

  /** `feeds`: without doubles, the one whose state counts for all first. */
  constructor(feeds: readonly [MarketFeed, ...MarketFeed[]]) {
    this.#feeds = feeds;
  }

  async start(handlers: FeedHandlers): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.start(this.#once(feed, handlers))));
  }

  /** A book that is watched on one socket brings trades that another socket brings already: those are left out. */
  #once(feed: MarketFeed, handlers: FeedHandlers): FeedHandlers {
    return {
      ...handlers,
      onTrade: (trade) => {
        const taken = this.#taken.get(keyOf(trade.symbol, trade.exchange));
        if (taken === undefined || taken === feed) handlers.onTrade(trade);
      },
    };
  }

  async watchTrades(symbol: string, of: TradesOf = 'KRX'): Promise<void> {
    const fresh = marketplaces(of).filter((exchange) => !this.#trades.has(keyOf(symbol, exchange)));
    try {
      for (const exchange of marketplaces(of)) await this.#watchTrades(symbol, exchange);
    } catch (error) {
      for (const exchange of fresh) await this.unwatchTrades(symbol, exchange);
      throw error;
    }
  }

  async #watchTrades(symbol: string, exchange: Marketplace): Promise<void> {
    const key = keyOf(symbol, exchange);
    const asked = this.#trades.get(key);
    if (asked !== undefined) {
      await asked;
      return;
    }
    const taken = this.#first(async (feed) => {
      await feed.watchTrades(symbol, exchange);
      return feed;
    });
    this.#trades.set(key, taken);
    try {
      const feed = await taken;
      if (this.#trades.get(key) === taken) this.#taken.set(key, feed);
    } catch (error) {
      if (this.#trades.get(key) === taken) this.#trades.delete(key);
      throw error;
    }
  }

  async unwatchTrades(symbol: string, of: TradesOf = 'KRX'): Promise<void> {
    for (const exchange of marketplaces(of)) {
      const key = keyOf(symbol, exchange);
      const taken = this.#trades.get(key);
      if (taken === undefined) continue;
      this.#trades.delete(key);
      this.#taken.delete(key);
      const feed = await taken.catch(() => undefined);
      await feed?.unwatchTrades(symbol, exchange);
    }
  }

  hears(symbol: string, exchange: Marketplace): boolean {
    return this.#taken.get(keyOf(symbol, exchange))?.hears(symbol, exchange) ?? false;
  }

  tradesSince(symbol: string, exchange: Marketplace): number | undefined {
    return this.#taken.get(keyOf(symbol, exchange))?.tradesSince(symbol, exchange);
  }

  watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching> {
    return this.#first((feed) => feed.watchBook(symbol, exchange, watcher));
  }

  watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching> {
    return this.#first((feed) => feed.watchIndices(codes, watcher));
  }

  /** That of the first, with the registrations, the room and the counts of all. */
  status(): FeedStatus {
    const all = this.#feeds.map((feed) => feed.status());
    const sumOf = (name: 'registrations' | 'room' | 'gaps' | 'trades'): number =>
      all.reduce((sum, status) => sum + status[name], 0);
    return {
      ...this.#feeds[0].status(),
      registrations: sumOf('registrations'),
      room: sumOf('room'),
      gaps: sumOf('gaps'),
      trades: sumOf('trades'),
    };
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

function keyOf(symbol: string, exchange: Marketplace): string {
  return `${exchange} ${symbol}`;
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
