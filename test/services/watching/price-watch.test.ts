import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { koreanDay } from '../../../src/clock.ts';
import { AppError } from '../../../src/errors.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Cache } from '../../../src/ports/cache.ts';
import type { BookWatcher, IndexWatcher } from '../../../src/ports/feed.ts';
import type { Need } from '../../../src/services/watching/needs.ts';
import type { PriceWatch } from '../../../src/services/watching/price-watch.ts';
import { mostChangesPerMinute } from '../../../src/services/watching/registrations.ts';
import type { Sighting } from '../../../src/services/watching/sighting.ts';
import { SeededRandom } from '../../chaos/scenario/random.ts';
import { JumpClock, turns } from '../../support/clock.ts';
import { memoryCache } from '../../support/memory-cache.ts';
import { createWatch, FakeFeed, tradeOf } from './fake-feed.ts';

const log = createLog({ level: 'silent', redactor: createRedactor([]) });
const issue = (index: number): string => String(100_000 + index);

let clock: JumpClock;
let feed: FakeFeed;
let cache: Cache;
let watch: PriceWatch;
let seen: Sighting[];
/** What the venue tells of every issue, the calls that it was asked with, and whether it answers. */
let figures: { last: number; high: number; low: number; volume: number };
let calls: (readonly string[])[];
let down: boolean;
/** How long an answer takes, in milliseconds. */
let slowMs: number;

const broker = {
  async quotes(symbols: readonly string[]) {
    calls.push(symbols);
    if (slowMs > 0) await clock.sleep(slowMs);
    if (down) throw new AppError('venue.unreachable');
    return symbols.map((symbol) => ({ symbol, ...figures, at: clock.now() }));
  },
} as unknown as Broker;
const calendar = {
  figuresDay: async () => ({ day: koreanDay(clock.now()), until: clock.now() + 60_000 }),
};

function start(options: { readonly paper?: boolean } = {}): PriceWatch {
  const started = createWatch({ broker, calendar, clock, log, feed, cache, ...options });
  // An answer on its way belongs to the test that asked, even when that is over.
  const own = seen;
  started.listen((sighting) => void own.push(sighting));
  onTestFinished(() => started.stop());
  return started;
}

beforeEach(() => {
  clock = new JumpClock();
  feed = new FakeFeed();
  cache = memoryCache();
  [seen, calls, down, slowMs] = [[], [], false, 0];
  figures = { last: 50_000, high: 51_000, low: 49_000, volume: 1_000 };
  watch = start();
});

const at = (distance: number): Need => ({ distance: () => distance });
async function wantAlerts(count: number, distanceOf: (index: number) => number = (index) => index): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const need: Need = { distance: () => distanceOf(index) };
      return watch.want(index, { symbol: issue(index), need });
    }),
  );
  await afterLook();
}
/** What was registered just now has been asked for, and is forgotten here. */
async function afterLook(): Promise<void> {
  await turns(5);
  calls = [];
  seen.splice(0);
}
async function pass(seconds: number, each: () => void = () => undefined): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    each();
  }
}

describe('the age of prices', () => {
  test('of 300 issues on a live key none is ever older than the bound, and each round takes nine calls', async () => {
    await wantAlerts(300);
    await watch.lookAtAll();
    const { wanted, live, everyMs, boundMs } = watch.status();
    expect([wanted, live, everyMs, boundMs, calls.length]).toEqual([300, 40, 15_000, 20_000, 10]);
    calls = [];
    slowMs = 300;
    await pass(120, () => expect(watch.status().oldestMs).toBeLessThanOrEqual(boundMs));
    expect(calls.every((symbols) => symbols.length <= 30)).toBe(true);
    expect(calls.length).toBeGreaterThanOrEqual(8 * 9 - 4);
    expect(calls.length).toBeLessThanOrEqual(8 * 9 + 2);
    // None that is live is asked for.
    expect(new Set(calls.flat()).size).toBe(260);
  });

  test('on paper one issue a second is asked for, so the bound is as long as the list', async () => {
    watch = start({ paper: true });
    await wantAlerts(100);
    await watch.lookAtAll();
    const { live, everyMs, boundMs } = watch.status();
    expect([live, everyMs, boundMs]).toEqual([40, 60_000, 75_000]);
    calls = [];
    slowMs = 200;
    await pass(180, () => expect(watch.status().oldestMs).toBeLessThanOrEqual(boundMs));
    expect(calls.every((symbols) => symbols.length === 1)).toBe(true);
    expect(calls.length).toBeLessThanOrEqual(181);
  });

  test('when the socket ends all are asked for, and when it is back only those without a registration', async () => {
    await wantAlerts(60);
    await watch.lookAtAll();
    feed.state = 'waiting';
    expect([watch.status().live, watch.way(issue(0)).live]).toEqual([0, false]);
    const { boundMs } = watch.status();
    await pass(60, () => expect(watch.status().oldestMs).toBeLessThanOrEqual(boundMs));
    feed.state = 'connected';
    await watch.lookAtAll();
    calls = [];
    await pass(30);
    expect(new Set(calls.flat()).size).toBe(20);
    expect(watch.way(issue(0))).toMatchObject({ live: true, ageMs: 0 });
  });

  test('is told as it is while the venue does not answer', async () => {
    feed.room = 0;
    await wantAlerts(1);
    await watch.lookAtAll();
    down = true;
    await pass(60);
    expect(watch.status().oldestMs).toBeGreaterThan(watch.status().boundMs);
    expect(watch.way(issue(0)).ageMs).toBeGreaterThan(55_000);
    down = false;
    await pass(16);
    expect(watch.status().oldestMs).toBeLessThan(16_000);
  });

  test('of an issue that the venue does not know is none', async () => {
    feed.room = 0;
    const partly = { quotes: async () => [] } as unknown as Broker;
    watch = createWatch({ broker: partly, calendar, clock, log, feed, cache });
    onTestFinished(() => watch.stop());
    await wantAlerts(1);
    await watch.lookAtAll();
    await pass(60);
    expect(watch.status()).toMatchObject({ wanted: 1, live: 0, oldestMs: undefined });
  });
});

describe('registrations', () => {
  test('however wildly prices run, no minute has more changes than the bound, and none is out of place for long', async () => {
    const random = new SeededRandom(7);
    const distances = Array.from({ length: 200 }, () => random.next() * 10);
    await wantAlerts(200, (index) => distances[index] ?? 0);
    const counts: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      for (const index of distances.keys()) distances[index] = random.next() * 10;
      await clock.advance(1_000);
      counts.push(feed.changes);
      expect(feed.watched.size).toBeLessThanOrEqual(40);
    }
    for (let end = 60; end < counts.length; end += 1) {
      expect((counts[end] ?? 0) - (counts[end - 60] ?? 0)).toBeLessThanOrEqual(mostChangesPerMinute);
    }
    for (const index of distances.keys()) distances[index] = index;
    await pass(180);
    const left = [...Array(200).keys()].filter((index) => !feed.watched.has(`KRX ${issue(index)}`));
    // What is registered keeps its place against what is less than a quarter nearer.
    expect(Math.min(...left)).toBeGreaterThanOrEqual(29);
  });

  test('an armed order has its place at once, and keeps it', async () => {
    feed.room = 2;
    await watch.want('a', { symbol: issue(1), need: at(0) });
    await watch.want('b', { symbol: issue(2), need: at(0.1) });
    await watch.want('c', { symbol: issue(3), need: 'order' });
    expect([...feed.watched]).toEqual([`KRX ${issue(1)}`, `KRX ${issue(3)}`]);
    await watch.want('d', { symbol: issue(4), need: at(0) });
    expect(watch.way(issue(3)).live).toBe(true);
    await watch.drop('c');
    expect(feed.watched.size).toBe(2);
    expect(watch.way(issue(3)).live).toBe(false);
  });

  test('an issue that several want has the most urgent of their needs, until the last of them goes', async () => {
    feed.room = 1;
    await watch.want('list', { symbol: issue(1), need: 'listing' });
    await watch.want('alert', { symbol: issue(2), need: at(3) });
    expect(watch.way(issue(2)).live).toBe(true);
    await watch.want('order', { symbol: issue(1), need: 'order' });
    expect(watch.way(issue(1)).live).toBe(true);
    await watch.drop('order');
    expect(watch.way(issue(2)).live).toBe(true);
    await watch.drop('alert');
    expect([...feed.watched]).toEqual([`KRX ${issue(1)}`]);
    await watch.drop('list');
    expect([feed.watched.size, watch.status().wanted]).toEqual([0, 0]);
  });

  test('a key that wants another issue lets go of the one before, and the two exchanges are two', async () => {
    await watch.want('key', { symbol: issue(1), need: 'listing' });
    await watch.want('key', { symbol: issue(1), exchange: 'NXT', need: 'listing' });
    await turns(3);
    expect([...feed.watched]).toEqual([`NXT ${issue(1)}`]);
    expect([watch.way(issue(1)).live, watch.way(issue(1), 'NXT').live]).toEqual([false, true]);
  });

  test('one that is refused leaves its place to others, is asked for, and is tried again after a minute', async () => {
    feed.room = 1;
    feed.refusal = new AppError('feed.refused', { code: 'OPSP0003' });
    await watch.want('a', { symbol: issue(1), need: at(0) });
    feed.refusal = undefined;
    await watch.want('b', { symbol: issue(2), need: at(5) });
    expect(watch.way(issue(2)).live).toBe(true);
    await pass(20);
    expect(calls.flat()).toContain(issue(1));
    await pass(50);
    expect([watch.way(issue(1)).live, watch.way(issue(2)).live]).toEqual([true, false]);
  });

  test('one that KIS did not take again after a reconnect is given up, and had back later', async () => {
    await wantAlerts(3);
    feed.watched.delete(`KRX ${issue(1)}`);
    await watch.lookAtAll();
    expect(calls.flat().toSorted()).toEqual([issue(0), issue(1), issue(2)]);
    expect(watch.status()).toMatchObject({ wanted: 3, live: 3 });
  });
});

describe('boards', () => {
  const ignore = (): void => undefined;
  const ended: string[] = [];
  const board = (name: string): BookWatcher & IndexWatcher => ({
    onOrderBook: ignore,
    onTrade: ignore,
    onIssueStatus: ignore,
    onIndex: ignore,
    onGap: ignore,
    onEnd: (why) => void ended.push(`${name} ${why}`),
  });
  beforeEach(() => void ended.splice(0));

  test('take what alerts leave, and make room for them, the newest first', async () => {
    feed.room = 7;
    await watch.boards.watchBook(issue(1), 'NXT', board('first'));
    await watch.boards.watchIndices(['KOSPI', 'KOSDAQ', 'KOSPI200'], board('second'));
    await watch.want('a', { symbol: issue(2), need: at(9) });
    expect([ended, feed.status().registrations]).toEqual([[], 7]);
    await watch.want('b', { symbol: issue(3), need: at(30) });
    expect([ended, feed.status().registrations]).toEqual([['second full'], 5]);
    await expect(watch.boards.watchIndices(['KOSPI', 'KOSDAQ', 'KOSPI200'], board('third'))).rejects.toMatchObject({
      code: 'feed.full',
    });
    expect(ended).toEqual(['second full']);
  });

  test('come before lists, and give back what they had when they stop', async () => {
    feed.room = 3;
    for (const index of [1, 2, 3]) await watch.want(index, { symbol: issue(index), need: 'listing' });
    const stop = await watch.boards.watchBook(issue(9), 'SOR', board('book'));
    expect([feed.watched.size, feed.boards.size]).toEqual([0, 1]);
    stop();
    stop();
    await turns(5);
    expect([feed.watched.size, feed.boards.size, ended]).toEqual([3, 0, []]);
  });

  test('that the feed turns away are told why', async () => {
    feed.refusal = new AppError('feed.unsupported');
    await expect(watch.boards.watchBook(issue(1), 'NXT', board('book'))).rejects.toMatchObject({
      code: 'feed.unsupported',
    });
    feed.refusal = undefined;
    const stop = await watch.boards.watchBook(issue(1), 'KRX', board('book'));
    const [watcher] = feed.boards.keys();
    (watcher as BookWatcher).onEnd('refused');
    stop();
    expect(ended).toEqual(['book refused']);
  });
});

describe('what is touched between two looks', () => {
  const touches = (): readonly Sighting['touched'][] => seen.map(({ touched }) => touched);

  test('is new at the second look, once, whether it was pushed or asked for', async () => {
    feed.room = 0;
    await watch.want('a', { symbol: issue(1), need: at(1) });
    await pass(16);
    figures = { ...figures, high: 52_000, volume: 1_200 };
    await pass(40);
    expect(touches()).toEqual([{}, { high: 52_000 }, {}]);
    watch.onTrade(tradeOf(issue(1), 50_000, clock.now(), { high: 52_000, low: 48_500, volume: 1_300 }));
    watch.onTrade(tradeOf(issue(1), 50_100, clock.now(), { high: 52_000, low: 48_500, volume: 1_400 }));
    expect(touches().slice(3)).toEqual([{ low: 48_500 }, {}]);
    // A trade that does not tell the day's high and low is no reason to take them for new later.
    watch.onTrade(tradeOf(issue(1), 51_000, clock.now()));
    expect(seen.at(-1)).toMatchObject({ touched: {}, source: 'trade', price: 51_000, day: '20261123' });
  });

  test('is told after a restart from what was kept, and not where nothing was kept', async () => {
    await watch.want('a', { symbol: issue(1), need: at(1) });
    await afterLook();
    await watch.stop();
    figures = { ...figures, low: 48_000, volume: 1_100 };
    const [kept, lost] = [cache, memoryCache()];
    for (const [one, touched] of [
      [kept, { low: 48_000 }],
      [lost, {}],
    ] as const) {
      cache = one;
      seen = [];
      watch = start();
      await watch.load();
      await watch.want('a', { symbol: issue(1), need: at(1) });
      await turns(5);
      await watch.lookAtAll();
      expect(touches()).toEqual([touched, {}]);
      await watch.stop();
    }
  });

  test('begins anew with an issue that nobody wanted for a while', async () => {
    await watch.want('a', { symbol: issue(1), need: at(1) });
    await turns(5);
    await watch.drop('a');
    figures = { ...figures, high: 60_000, volume: 1_500 };
    await watch.want('a', { symbol: issue(1), need: at(1) });
    await turns(5);
    expect(touches()).toEqual([{}, {}]);
  });

  test('counts a day from its first trade, and a price of nought is none', async () => {
    await watch.want('a', { symbol: issue(1), need: at(1) });
    await turns(5);
    await clock.advance(24 * 3_600_000);
    // The venue still shows the day before.
    await watch.lookAtAll();
    figures = { last: 50_500, high: 50_700, low: 50_300, volume: 10 };
    await watch.lookAtAll();
    figures = { ...figures, last: 0, low: 0 };
    await watch.lookAtAll();
    expect(touches()).toEqual([{}, {}, { high: 50_700, low: 50_300 }]);
  });
});

test('making a plan does not look at alerts: it asks each of 300 issues once, whatever their prices did meanwhile', async () => {
  let asked = 0;
  await wantAlerts(300, (index) => {
    asked += 1;
    return index;
  });
  asked = 0;
  for (let tick = 0; tick < 10_000; tick += 1) watch.onTrade(tradeOf(issue(tick % 40), 50_000, clock.now()));
  expect(asked).toBe(0);
  await clock.advance(5_001);
  expect(asked).toBe(300);
});
