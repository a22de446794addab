import type { Clock } from '../../../src/clock.ts';
import type { Trade } from '../../../src/domain/market/quote.ts';
import type { Marketplace } from '../../../src/domain/market/session.ts';
import { AppError } from '../../../src/errors.ts';
import type { Log } from '../../../src/log.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Cache } from '../../../src/ports/cache.ts';
import type { BookWatcher, FeedStatus, MarketFeed } from '../../../src/ports/feed.ts';
import type { Calendar } from '../../../src/services/calendar.ts';
import { PriceWatch } from '../../../src/services/watching/price-watch.ts';
import { memoryCache } from '../../support/memory-cache.ts';

/** A socket in the test's hands: how much room it has, what it refuses, and whether it stands. */
export class FakeFeed implements MarketFeed {
  /** By exchange and issue: `KRX 005930`. */
  readonly watched = new Set<string>();
  room: number;
  refusal: AppError | undefined;
  state: FeedStatus['state'] = 'connected';
  /** How often anything was registered or unregistered. */
  changes = 0;
  /** Those who watch a book or indices, and how many topics each takes. */
  readonly boards = new Map<object, number>();

  constructor(room = 40) {
    this.room = room;
  }

  async start(): Promise<void> {}

  async watchTrades(symbol: string, exchange: Marketplace = 'KRX'): Promise<void> {
    this.#take(1);
    this.watched.add(`${exchange} ${symbol}`);
  }

  async unwatchTrades(symbol: string, exchange: Marketplace = 'KRX'): Promise<void> {
    this.changes += 1;
    this.watched.delete(`${exchange} ${symbol}`);
  }

  tradesSince(symbol: string, exchange: Marketplace): number | undefined {
    return this.hears(symbol, exchange) ? 0 : undefined;
  }

  hears(symbol: string, exchange: Marketplace): boolean {
    return this.state === 'connected' && this.watched.has(`${exchange} ${symbol}`);
  }

  async watchBook(_symbol: string, _exchange: string, watcher: BookWatcher): Promise<() => void> {
    return this.#board(watcher, 3);
  }

  async watchIndices(codes: readonly string[], watcher: object): Promise<() => void> {
    return this.#board(watcher, codes.length);
  }

  status(): FeedStatus {
    const registrations = this.watched.size + [...this.boards.values()].reduce((sum, topics) => sum + topics, 0);
    const fillNotices = { state: 'working' } as const;
    const since = { connectedAt: 1, lastMessageAt: 1, reason: undefined, gaps: 0, trades: 0 };
    return { state: this.state, ...since, registrations, room: this.room, fillNotices };
  }

  async stop(): Promise<void> {}

  #board(watcher: object, topics: number): () => void {
    this.#take(topics);
    this.boards.set(watcher, topics);
    return () => {
      this.changes += topics;
      this.boards.delete(watcher);
    };
  }

  #take(topics: number): void {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.status().registrations + topics > this.room) throw new AppError('feed.full', { limit: this.room });
    this.changes += topics;
  }
}

/** A `PriceWatch` over a fake socket. Paper's rules where the venue answers about one issue a call. */
export function createWatch(parts: {
  readonly broker: Broker;
  readonly calendar: Pick<Calendar, 'figuresDay'> & Partial<Pick<Calendar, 'priceTimes'>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly feed?: MarketFeed;
  readonly cache?: Cache;
  readonly paper?: boolean;
}): PriceWatch {
  const { feed = new FakeFeed(), cache = memoryCache(), paper = false } = parts;
  const source = { wholeMarket: !paper, callsPerSecond: paper ? 1 : 18 };
  const now = { session: 'regular', day: '', time: '', isLive: true } as const;
  const times = {
    today: '',
    krx: { exchange: 'KRX', ...now },
    nxt: { exchange: 'NXT', ...now },
    extended: [],
  } as const;
  const calendar = { priceTimes: async () => times, ...parts.calendar };
  // A stand-in for the exchange may trade at any hour.
  const broker =
    'venue' in parts.broker ? parts.broker : ({ venue: { hours: 'own' }, ...(parts.broker as object) } as Broker);
  return new PriceWatch({ ...parts, broker, calendar, feed, cache, source, keptBars: async () => [] });
}

/** A trade at KRX in the regular session. */
export function tradeOf(symbol: string, price: number, at: number, more: Partial<Trade> = {}): Trade {
  const day = { high: undefined, low: undefined, volume: 1 };
  return { symbol, price, ...day, exchange: 'KRX', session: 'regular', at, ...more } as Trade;
}
