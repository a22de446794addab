import { expect, onTestFinished, test } from 'vitest';
import type { Trade } from '../../src/domain/market/quote.ts';
import { priceHoursOf, tradeSessionAt } from '../../src/domain/market/session.ts';
import { createKis } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { BookWatcher } from '../../src/ports/feed.ts';
import { Secret } from '../../src/secret.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { eventually, JumpClock } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';

const notices = 'H0STCNI0|hogasim';
const trades = (symbol: string): string => `H0STCNT0|${symbol}`;

async function start(maxRegistrations = 41) {
  const clock = new JumpClock();
  const simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
  const { restUrl, wsUrl } = simulator;
  const redactor = createRedactor([]);
  const { feed, close } = createKis({
    environment: { ...environments.simulator, restUrl, wsUrl, callsPerSecond: 1_000, maxRegistrations },
    key: { appKey: new Secret('hoga-test-app-key'), appSecret: new Secret('hoga-test-app-secret') },
    redactor,
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    log: createLog({ level: 'silent', redactor }),
  });
  onTestFinished(async () => {
    await close();
    await simulator.stop();
  });
  const heard: Trade[] = [];
  const listening = (): Promise<void> =>
    feed.start({
      onTrade: (trade) => void heard.push(trade),
      onExecution: () => undefined,
      onConnected: () => undefined,
      onResumed: () => undefined,
      onInUse: () => undefined,
    });
  const topics = (...wanted: readonly string[]): Promise<unknown> =>
    eventually(wanted.join(), () => simulator.state().sockets.topics.toSorted().join() === wanted.toSorted().join());
  return { clock, simulator, feed, listening, topics, heard };
}

function watcher(ended: () => void = () => undefined): BookWatcher {
  const ignore = (): void => undefined;
  return { onOrderBook: ignore, onTrade: ignore, onIssueStatus: ignore, onGap: ignore, onEnd: ended };
}

test('what is wanted and let go of while a connection is made is so when it stands', async () => {
  const { clock, simulator, feed, listening, topics } = await start();
  // Registrations are taken, and not answered.
  simulator.setFaults({ sockets: { silent: true } });
  const ready = listening();
  await topics(notices);
  await feed.watchTrades('005930');
  await feed.watchTrades('000660');
  await feed.watchTrades('035420');
  await feed.unwatchTrades('000660');
  await clock.advance(5_001);
  await topics(notices, trades('005930'));
  // This one was sent already.
  const gone = feed.unwatchTrades('005930');
  simulator.clearFaults();
  await clock.advance(5_001);
  await Promise.all([ready, gone]);
  await topics(notices, trades('035420'));
});

test('trades of an issue are watched at one exchange or at both, or not at all', async () => {
  const { feed, listening, topics } = await start(3);
  await listening();
  await feed.watchTrades('005930', 'both');
  await topics(notices, trades('005930'), 'H0NXCNT0|005930');
  await feed.unwatchTrades('005930');
  await topics(notices, 'H0NXCNT0|005930');
  await expect(feed.watchTrades('000660', 'both')).rejects.toMatchObject({ code: 'feed.full' });
  await topics(notices, 'H0NXCNT0|005930');
  await feed.watchTrades('005930', 'both');
  await feed.unwatchTrades('005930', 'both');
  await topics(notices);
});

test('a trade says where it was made, and in which part of the day', async () => {
  const { feed, listening, simulator, heard } = await start();
  await listening();
  await feed.watchTrades('005930', 'both');
  simulator.setPrice('005930', 71_000);
  await eventually('both', () => new Set(heard.map(({ exchange }) => exchange)).size === 2);
  expect(new Set(heard.map(({ session }) => session))).toEqual(new Set(['regular']));
});

test.each([
  ['KRX', '20261130', '080000', undefined, 'regular'],
  ['KRX', '20261130', '090003', 'regular', 'regular'],
  ['KRX', '20261130', '152500', 'regular', 'regular'],
  ['KRX', '20261130', '153012', 'post-close', 'regular'],
  ['KRX', '20261130', '160000', 'after-market', 'extended'],
  ['KRX', '20261130', '195959', 'after-market', 'extended'],
  ['KRX', '20261119', '160000', 'regular', 'regular'],
  ['KRX', '20260911', '161000', undefined, 'regular'],
  ['NXT', '20261130', '081000', 'pre-market', 'extended'],
  ['NXT', '20261130', '100000', 'regular', 'parallel'],
  ['NXT', '20261130', '152500', undefined, 'parallel'],
  ['NXT', '20261130', '153500', 'after-market', 'extended'],
  ['NXT', '20261130', '172000', 'after-market', 'extended'],
  ['NXT', '20261119', '083000', undefined, 'parallel'],
] as const)('a trade at %s of %s %s that does not say so is of %s: %s', (exchange, day, time, session, hours) => {
  expect(tradeSessionAt(exchange, day, time)).toBe(session);
  expect(priceHoursOf(exchange, session)).toBe(hours);
});

test('a book is watched wholly or not at all', async () => {
  const { feed, listening, topics, simulator } = await start(3);
  await listening();
  await expect(feed.watchBook('005930', 'KRX', watcher())).rejects.toMatchObject({ code: 'feed.full' });
  await topics(notices);
  expect(simulator.state().sockets.opened).toBe(1);
});

test('a topic that the venue turns down leaves none of the others behind', async () => {
  const { feed, listening, topics } = await start();
  await listening();
  await expect(feed.watchBook('999999', 'NXT', watcher())).rejects.toMatchObject({ code: 'feed.refused' });
  await topics(notices);
});

test('what does not fit is turned away, and puts nobody out', async () => {
  const { feed, listening, topics } = await start(4);
  await listening();
  const ended: string[] = [];
  const stop = await feed.watchBook(
    '005930',
    'NXT',
    watcher(() => void ended.push('book')),
  );
  await expect(feed.watchTrades('000660')).rejects.toMatchObject({ code: 'feed.full' });
  expect([ended, feed.hears('000660', 'KRX'), feed.status().room]).toEqual([[], false, 3]);
  stop();
  await topics(notices);
  await feed.watchTrades('000660');
  expect(feed.hears('000660', 'KRX')).toBe(true);
});

test('without a connection nothing is watched', async () => {
  const { feed } = await start();
  await expect(feed.watchIndices(['KOSPI'], { ...watcher(), onIndex: () => undefined })).rejects.toMatchObject({
    code: 'feed.down',
  });
});
