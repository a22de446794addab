import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trade } from '../../src/domain/market/quote.ts';
import { AppError } from '../../src/errors.ts';
import { FeedPool, feedOver } from '../../src/kis/feed-pool.ts';
import type { BookWatcher, FeedHandlers, FeedStatus, MarketFeed } from '../../src/ports/feed.ts';

/** A socket of 41 registrations, of which the first is that of fill notices. */
class FakeFeed implements MarketFeed {
  readonly symbols: string[] = [];
  readonly limit: number;
  readonly connectedAt = 1;
  state: FeedStatus['state'] = 'connected';
  books = 0;
  indices = 0;
  handlers: FeedHandlers | undefined;
  stopped = false;
  fails: Error | undefined;

  constructor(limit = 41) {
    this.limit = limit;
  }

  async start(handlers: FeedHandlers): Promise<void> {
    this.handlers = handlers;
  }

  #take(): void {
    if (this.fails !== undefined) throw this.fails;
    if (this.state !== 'connected') throw new AppError('feed.down');
    if (this.status().registrations >= this.limit) throw new AppError('feed.full', { limit: this.limit });
  }

  async watchTrades(symbol: string): Promise<void> {
    await Promise.resolve();
    this.#take();
    this.symbols.push(symbol);
  }

  async unwatchTrades(symbol: string): Promise<void> {
    const at = this.symbols.indexOf(symbol);
    if (at >= 0) this.symbols.splice(at, 1);
  }

  hears(symbol: string): boolean {
    return this.state === 'connected' && this.symbols.includes(symbol);
  }

  tradesSince(symbol: string): number | undefined {
    return this.symbols.includes(symbol) ? this.connectedAt : undefined;
  }

  async watchBook(): Promise<() => void> {
    this.#take();
    this.books += 1;
    return () => {
      this.books -= 1;
    };
  }

  async watchIndices(): Promise<() => void> {
    this.#take();
    this.indices += 1;
    return () => {
      this.indices -= 1;
    };
  }

  status(): FeedStatus {
    const registrations = 1 + this.symbols.length + this.books + this.indices;
    const fillNotices = { state: 'working' } as const;
    return {
      state: this.state,
      connectedAt: this.connectedAt,
      lastMessageAt: 1,
      registrations,
      room: this.limit - 1,
      fillNotices,
      reason: undefined,
      gaps: 1,
      trades: 5,
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}

const issue = (index: number): string => String(index).padStart(6, '0');
const watcher = {} as BookWatcher;

describe('several sockets as one', () => {
  test('take as many registrations as all have room for, each issue once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(99), { maxLength: 160 }),
        fc.integer({ min: 1, max: 3 }),
        async (wanted, count) => {
          const feeds = Array.from({ length: count }, () => new FakeFeed());
          const pool = new FeedPool(feeds as [FakeFeed, ...FakeFeed[]]);
          const results = await Promise.allSettled(wanted.map((index) => pool.watchTrades(issue(index))));
          const watched = feeds.flatMap(({ symbols }) => symbols);
          expect(new Set(watched).size).toBe(watched.length);
          expect(watched).toHaveLength(Math.min(new Set(wanted).size, count * 40));
          for (const feed of feeds) expect(feed.status().registrations).toBeLessThanOrEqual(feed.limit);
          // Who was told that it is watched is watched, and nobody else was told so.
          for (const [at, result] of results.entries()) {
            expect(result.status === 'fulfilled').toBe(watched.includes(issue(wanted[at] ?? 0)));
          }
          for (const symbol of new Set(wanted)) await pool.unwatchTrades(issue(symbol));
          expect(feeds.flatMap(({ symbols }) => symbols)).toEqual([]);
        },
      ),
    );
  });

  test('hold what was watched and not let go, whatever the order of watching, letting go and sockets that come and go', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('watch' as const), index: fc.nat(60) }),
      fc.record({ kind: fc.constant('unwatch' as const), index: fc.nat(60) }),
      fc.record({ kind: fc.constant('down' as const), index: fc.nat(1) }),
      fc.record({ kind: fc.constant('up' as const), index: fc.nat(1) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const feeds = [new FakeFeed(11), new FakeFeed(11)] as const;
        const pool = new FeedPool(feeds);
        const held = new Set<string>();
        for (const { kind, index } of steps) {
          const feed = feeds[index % 2];
          if (kind === 'watch') {
            await pool.watchTrades(issue(index)).then(
              () => held.add(issue(index)),
              () => undefined,
            );
          } else if (kind === 'unwatch') {
            await pool.unwatchTrades(issue(index));
            held.delete(issue(index));
          } else if (feed !== undefined) feed.state = kind === 'down' ? 'waiting' : 'connected';
        }
        const watched = feeds.flatMap(({ symbols }) => symbols);
        expect(watched.toSorted()).toEqual([...held].toSorted());
        expect(pool.status().registrations).toBe(watched.length + 2);
      }),
    );
  });

  test('take by turns, the emptiest first', async () => {
    const feeds = [new FakeFeed(), new FakeFeed()] as const;
    const pool = new FeedPool(feeds);
    for (let index = 0; index < 10; index += 1) await pool.watchTrades(issue(index));
    expect(feeds.map(({ symbols }) => symbols.length)).toEqual([5, 5]);
  });

  test('one that is down is asked last, and one that is full is passed over', async () => {
    const [down, open] = [new FakeFeed(), new FakeFeed(3)];
    down.state = 'waiting';
    const pool = new FeedPool([down, open]);
    await pool.watchTrades(issue(1));
    await pool.watchBook(issue(1), 'KRX', watcher);
    expect([open.symbols, open.books, down.symbols]).toEqual([[issue(1)], 1, []]);
    await expect(pool.watchTrades(issue(2))).rejects.toMatchObject({ code: 'feed.full' });
    down.state = 'connected';
    await pool.watchTrades(issue(2));
    expect(down.symbols).toEqual([issue(2)]);
  });

  test('what failed may be tried again, and what is no want of room is no reason to ask the next', async () => {
    const [first, second] = [new FakeFeed(), new FakeFeed()];
    const pool = new FeedPool([first, second]);
    first.fails = new Error('a bug');
    await expect(pool.watchTrades(issue(1))).rejects.toThrow('a bug');
    expect(second.symbols).toEqual([]);
    first.fails = undefined;
    await pool.watchTrades(issue(1));
    expect(first.symbols).toEqual([issue(1)]);
  });

  test('an issue that is let go while it is asked for is not kept', async () => {
    const feed = new FakeFeed();
    const pool = new FeedPool([feed, new FakeFeed()]);
    const watching = pool.watchTrades(issue(1));
    await pool.unwatchTrades(issue(1));
    await watching;
    expect(feed.symbols).toEqual([]);
  });

  test('all of them are started with the same handlers, so that fill notices come in by each, and all are stopped', async () => {
    const feeds = [new FakeFeed(), new FakeFeed()] as const;
    const pool = new FeedPool(feeds);
    const onExecution = (): void => undefined;
    await pool.start({ onExecution } as unknown as FeedHandlers);
    expect(feeds.every((feed) => feed.handlers?.onExecution === onExecution)).toBe(true);
    await pool.stop();
    expect(feeds.every(({ stopped }) => stopped)).toBe(true);
  });

  test('a trade that a book brings on another socket than the one that watches the trades is told once', async () => {
    const feeds = [new FakeFeed(), new FakeFeed()] as const;
    const pool = new FeedPool(feeds);
    const heard: string[] = [];
    await pool.start({ onTrade: ({ exchange }) => void heard.push(exchange) } as FeedHandlers);
    await pool.watchTrades(issue(1), 'both');
    expect(feeds.map(({ symbols }) => symbols.length)).toEqual([1, 1]);
    for (const exchange of ['KRX', 'NXT'] as const) {
      for (const { handlers } of feeds) handlers?.onTrade({ symbol: issue(1), exchange } as Trade);
    }
    expect(heard).toEqual(['KRX', 'NXT']);
  });

  test('fills have their place before anything else: no watch takes the registration that they hold', async () => {
    const feeds = [new FakeFeed(), new FakeFeed()] as const;
    const pool = new FeedPool(feeds);
    for (let index = 0; index < 80; index += 1) await pool.watchTrades(issue(index));
    await expect(pool.watchIndices([], watcher as never)).rejects.toMatchObject({ code: 'feed.full' });
    expect(pool.status()).toMatchObject({ registrations: 82, room: 80, gaps: 2, trades: 10 });
  });

  test('an issue is heard while the socket that has it stands', async () => {
    const feeds = [new FakeFeed(), new FakeFeed()] as const;
    const pool = new FeedPool(feeds);
    expect(pool.hears(issue(1), 'KRX')).toBe(false);
    await pool.watchTrades(issue(1));
    const holder = feeds.find(({ symbols }) => symbols.includes(issue(1)));
    expect([pool.hears(issue(1), 'KRX'), pool.hears(issue(1), 'NXT')]).toEqual([true, false]);
    for (const feed of feeds) if (feed !== holder) feed.state = 'waiting';
    expect(pool.hears(issue(1), 'KRX')).toBe(true);
    if (holder !== undefined) holder.state = 'waiting';
    expect(pool.hears(issue(1), 'KRX')).toBe(false);
  });
});

test('of one socket, however often it is named, the pool is that itself', () => {
  const feed = new FakeFeed();
  expect(feedOver([feed, feed])).toBe(feed);
  expect(feedOver([feed, new FakeFeed()])).toBeInstanceOf(FeedPool);
});
