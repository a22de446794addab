import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { koreanDay } from '../../../src/clock.ts';
import type { AlertDirection } from '../../../src/domain/alerts/alert.ts';
import { AppError } from '../../../src/errors.ts';
import { createKis } from '../../../src/kis/kis.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../src/kis/symbols/shipped.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Cache } from '../../../src/ports/cache.ts';
import type { MarketFeed } from '../../../src/ports/feed.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { Secret } from '../../../src/secret.ts';
import { Alerts } from '../../../src/services/alerts/alerts.ts';
import type { Calendar } from '../../../src/services/calendar.ts';
import type { PriceWatch } from '../../../src/services/watching/price-watch.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { memoryCache } from '../../support/memory-cache.ts';
import { createWatch, FakeFeed, tradeOf } from '../watching/fake-feed.ts';

const clock = new JumpClock();
const redactor = createRedactor([]);
const log = createLog({ level: 'silent', redactor });
let ledger: Ledger;
let last = 70_000;
let asked = 0;
/** The day's high and low, where the venue tells them. */
let dayRange: { readonly high?: number; readonly low?: number };
let feed: FakeFeed;
let cache: Cache;
let watch: PriceWatch;
const watched = (): readonly string[] => [...feed.watched].map((id) => id.slice('KRX '.length));

const broker = {
  venue: { hours: 'own', exchanges: ['KRX'] },
  quote: async (symbol: string) => ({ symbol, last, ...dayRange, volume: 1, at: clock.now() }),
  quotes: async (symbols: readonly string[]) => {
    asked += 1;
    return symbols.map((symbol) => ({ symbol, last, ...dayRange, volume: 1, at: clock.now() }));
  },
} as unknown as Broker;
const calendar = {
  figuresDay: async () => ({ day: koreanDay(clock.now()), until: Number.POSITIVE_INFINITY }),
  priceTimes: async () => ({ extended: [] }),
} as unknown as Calendar;
/** Every message is queued as its notice. */
function create(parts: Partial<ConstructorParameters<typeof Alerts>[0]> & { readonly feed?: MarketFeed } = {}): Alerts {
  let made = 0;
  const started = createWatch({ broker, feed, calendar, clock, log, cache, ...parts });
  watch = started;
  const created = new Alerts({
    broker,
    brokerOf: () => broker,
    watch,
    candles: { newest: async () => [], mayHaveEnded: () => false },
    ledger,
    directory: createDirectory(shippedInstruments),
    calendar,
    clock,
    log,
    newId: () => {
      made += 1;
      return `a${made}`;
    },
    draft: (notice) => [{ address: request.address, body: notice }],
    queued: () => undefined,
    ...parts,
  });
  onTestFinished(() => {
    created.stop();
    return started.stop();
  });
  return created;
}

beforeEach(async () => {
  [last, asked, dayRange] = [70_000, 0, {}];
  feed = new FakeFeed(0);
  cache = memoryCache();
  ledger = await openLedger({ url: 'sqlite::memory:' });
});
afterEach(async () => {
  await ledger.close();
});

const request = {
  personId: 'p',
  account: 'main',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  condition: { kind: 'price', direction: 'at-or-above', price: 71_000 },
  hours: 'regular',
  repeats: false,
  until: undefined,
} as const;
const priceOf = (price: number, direction: AlertDirection = 'at-or-above') =>
  ({ ...request, condition: { kind: 'price', direction, price } }) as const;
const other = { ...request, symbol: '000660' };
const trade = (price: number, symbol: string = request.symbol): void =>
  watch.onTrade(tradeOf(symbol, price, clock.now()));

test('without a registration left the price is looked up every 15 seconds, until it fired', async () => {
  const alerts = create();
  await alerts.create(request);
  expect(alerts.way('005930').live).toBe(false);
  await clock.advance(15_001);
  expect([asked, await ledger.outboxPending()]).toEqual([1, 0]);
  last = 71_000;
  await clock.advance(15_001);
  await eventually('told', async () => (await ledger.outboxPending()) === 1);
  await clock.advance(60_000);
  expect(asked).toBe(2);
  expect(alerts.list('p')).toEqual([]);
});

test('fifty are enough for one person', async () => {
  const alerts = create();
  for (let made = 0; made < 50; made += 1) await alerts.create(request);
  await expect(alerts.create(request)).rejects.toMatchObject({ code: 'alerts.too-many' });
  await alerts.create({ ...request, personId: 'q' });
});

test('a price of nothing is no price', async () => {
  const alerts = create();
  await alerts.create(priceOf(69_000, 'at-or-below'));
  last = 0;
  await alerts.resync();
  trade(0);
  await alerts.idle();
  expect([asked, await ledger.outboxPending()]).toEqual([1, 0]);
});

test('what fired is written down by the time it is idle, and told once however often the price comes by', async () => {
  feed.room = 1;
  const alerts = create();
  await alerts.create(request);
  for (const price of [70_900, 71_000, 70_900, 71_100, 72_000]) trade(price);
  await alerts.idle();
  expect(await ledger.outboxPending()).toBe(1);
  expect((await ledger.outboxHeads())[0]?.body).toMatchObject({
    kind: 'alert',
    name: '삼성전자',
    seen: { price: 71_000 },
  });
});

test('what could not be written down is told by the next price', async () => {
  feed.room = 1;
  let failures = 1;
  const fireAlert: Ledger['fireAlert'] = async (...args) => {
    if (failures-- > 0) throw new AppError('store.failed', { operation: 'fire-alert' });
    return ledger.fireAlert(...args);
  };
  const alerts = create({ ledger: { ...ledger, fireAlert } });
  await alerts.create(request);
  trade(71_000);
  await alerts.idle();
  expect([alerts.list('p').length, await ledger.outboxPending()]).toEqual([1, 0]);
  await eventually('watched again', () => watched().includes('005930'));
  trade(71_000);
  await alerts.idle();
  expect([alerts.list('p').length, await ledger.outboxPending()]).toEqual([0, 1]);
});

test.each([
  ['KRX', 'regular', 'regular', true],
  ['KRX', 'post-close', 'regular', true],
  ['KRX', undefined, 'regular', true],
  ['KRX', 'after-market', 'regular', false],
  ['NXT', 'pre-market', 'regular', false],
  ['NXT', 'regular', 'regular', false],
  ['KRX', 'regular', 'extended', true],
  ['KRX', 'after-market', 'extended', true],
  ['NXT', 'pre-market', 'extended', true],
  ['NXT', 'after-market', 'extended', true],
  // Beside KRX's session its own price is the one that counts.
  ['NXT', 'regular', 'extended', false],
  ['NXT', 'post-close', 'extended', false],
  ['NXT', undefined, 'extended', false],
] as const)('a trade at %s in its %s fires an alert on %s prices: %s', async (exchange, session, hours, fires) => {
  const alerts = create();
  await alerts.create({ ...request, hours });
  watch.onTrade(tradeOf(request.symbol, 71_000, clock.now(), { exchange, session }));
  await alerts.idle();
  expect(alerts.list('p')).toHaveLength(fires ? 0 : 1);
});

describe('after a crash, what was there before', () => {
  /** The high and the low that a trade tells, and the venue from then on. */
  const traded = (price: number, high: number, low = 69_000): void => {
    [last, dayRange] = [price, { high, low }];
    watch.onTrade(tradeOf(request.symbol, price, clock.now(), dayRange));
  };
  const restarted = async (): Promise<number> => {
    const before = await ledger.outboxPending();
    const again = create();
    await again.load();
    await again.resync();
    await again.idle();
    return (await ledger.outboxPending()) - before;
  };
  beforeEach(() => {
    feed.room = 5;
    dayRange = { high: 70_500, low: 69_000 };
  });

  test('an alert was made does not fire it', async () => {
    const alerts = create();
    await alerts.create(priceOf(80_000));
    traded(72_000, 72_000);
    traded(70_000, 72_000);
    await alerts.create(request);
    expect(await restarted()).toBe(0);
    traded(70_100, 72_500);
    await eventually('told', async () => (await ledger.outboxPending()) === 1);
  });

  test('an alert was armed does not fire it', async () => {
    last = 71_500;
    const alerts = create();
    await alerts.create(request);
    traded(72_000, 72_000);
    traded(70_900, 72_000);
    await alerts.idle();
    expect(await restarted()).toBe(0);
  });

  test('a touch that came while nothing ran does', async () => {
    await create().create(request);
    dayRange = { high: 71_200, low: 69_000 };
    expect(await restarted()).toBe(1);
    expect((await ledger.outboxHeads())[0]?.body).toMatchObject({ seen: { price: 70_000, touched: 71_200 } });
    expect(await restarted()).toBe(0);
  });
});

test.each([
  ['after a proper end', true],
  ['after a crash', false],
])('a touch that the ledger could not take is told by the next process, %s', async (_, stops) => {
  feed.room = 5;
  dayRange = { high: 70_500, low: 69_000 };
  let down = false;
  const fireAlert: Ledger['fireAlert'] = async (...args) => {
    if (down) throw new AppError('store.full');
    return ledger.fireAlert(...args);
  };
  const alerts = create({ ledger: { ...ledger, fireAlert } });
  await alerts.create(request);
  // Longer than what was seen is kept without being written down.
  await clock.advance(60_000);
  down = true;
  dayRange = { high: 71_300, low: 69_000 };
  watch.onTrade(tradeOf(request.symbol, 70_000, clock.now(), dayRange));
  await alerts.idle();
  await clock.advance(60_000);
  watch.onTrade(tradeOf(request.symbol, 70_100, clock.now(), dayRange));
  await alerts.idle();
  if (stops) await watch.stop();
  alerts.stop();
  const again = create();
  await again.load();
  await again.resync();
  await again.idle();
  expect((await ledger.outboxHeads())[0]?.body).toMatchObject({ seen: { touched: 71_300 } });
});

test('a touch that could not be written down is told all the same', async () => {
  feed.room = 5;
  dayRange = { high: 70_500, low: 69_000 };
  let failures = 1;
  const fireAlert: Ledger['fireAlert'] = async (...args) => {
    if (failures-- > 0) throw new AppError('store.failed', { operation: 'fire-alert' });
    return ledger.fireAlert(...args);
  };
  const alerts = create({ ledger: { ...ledger, fireAlert } });
  await alerts.create(request);
  watch.onTrade(tradeOf(request.symbol, 70_000, clock.now(), { high: 71_300, low: 69_000 }));
  await alerts.idle();
  expect(await ledger.outboxPending()).toBe(0);
  await clock.advance(15_001);
  await alerts.idle();
  expect((await ledger.outboxHeads())[0]?.body).toMatchObject({ seen: { touched: 71_300 } });
});

test('a touch outside the regular session that could not be written down is told as one', async () => {
  feed.room = 5;
  let failures = 1;
  let tries = 0;
  const fireAlert: Ledger['fireAlert'] = async (...args) => {
    tries += 1;
    if (failures-- > 0) throw new AppError('store.failed', { operation: 'fire-alert' });
    return ledger.fireAlert(...args);
  };
  const both = { ...broker, venue: { ...broker.venue, exchanges: ['KRX', 'NXT'] } } as Broker;
  const alerts = create({ broker: both, ledger: { ...ledger, fireAlert } });
  await alerts.create({ ...request, hours: 'extended' });
  const outside = { exchange: 'NXT', session: 'after-market' } as const;
  const seen = (high: number): void =>
    watch.onTrade(tradeOf(request.symbol, 70_000, clock.now(), { ...outside, high, low: 69_000 }));
  seen(70_100);
  await clock.advance(1_000);
  seen(71_300);
  await alerts.idle();
  expect([tries, await ledger.outboxPending()]).toEqual([1, 0]);
  await clock.advance(15_001);
  await alerts.idle();
  expect((await ledger.outboxHeads())[0]?.body).toMatchObject({ seen: { touched: 71_300, outside } });
});

test('a touch that could not be written down is tried no more once the process stops', async () => {
  feed.room = 5;
  dayRange = { high: 70_500, low: 69_000 };
  let tries = 0;
  const fireAlert: Ledger['fireAlert'] = async () => {
    tries += 1;
    throw new AppError('store.failed', { operation: 'fire-alert' });
  };
  const alerts = create({ ledger: { ...ledger, fireAlert } });
  await alerts.create(request);
  watch.onTrade(tradeOf(request.symbol, 70_000, clock.now(), { high: 71_300, low: 69_000 }));
  await alerts.idle();
  alerts.stop();
  await clock.advance(60_000);
  await alerts.idle();
  expect(tries).toBe(1);
});

test('while the venue does not answer about a candle, looks at the later ones do not pile up', async () => {
  let asked = 0;
  let hangs = false;
  let answer: () => void = () => undefined;
  const newest = async () => {
    asked += 1;
    if (hangs) await new Promise<void>((done) => (answer = done));
    return [];
  };
  const alerts = create({ candles: { newest, mayHaveEnded: () => true } });
  const condition = { kind: 'candle-close', minutes: 1, direction: 'at-or-above', price: 71_000 } as const;
  await alerts.create({ ...request, condition });
  [asked, hangs] = [0, true];
  for (let minute = 0; minute < 10; minute += 1) await clock.advance(60_000);
  expect(asked).toBe(1);
  hangs = false;
  answer();
  await alerts.idle();
  // One look sees all that closed meanwhile.
  expect(asked).toBe(2);
});

test.each([
  ['before', [false, true]],
  ['after', [true, false]],
])('an alert that repeats is watched on where one %s it that does not fires by the same price', async (_, repeats) => {
  feed.room = 5;
  const alerts = create();
  for (const each of repeats) await alerts.create({ ...request, repeats: each });
  trade(71_000);
  await alerts.idle();
  expect(watched()).toEqual(['005930']);
  trade(70_000);
  await clock.advance(61_000);
  trade(71_500);
  await alerts.idle();
  expect(await ledger.outboxPending()).toBe(3);
});

test('an alert outside the regular session that repeats is watched on where one that does not fires with it', async () => {
  feed.room = 5;
  const both = { ...broker, venue: { ...broker.venue, exchanges: ['KRX', 'NXT'] } } as Broker;
  const alerts = create({ broker: both });
  for (const repeats of [false, true]) await alerts.create({ ...request, hours: 'extended', repeats });
  watch.onTrade(tradeOf(request.symbol, 71_000, clock.now(), { exchange: 'NXT', session: 'after-market' }));
  await alerts.idle();
  expect([...feed.watched].toSorted()).toEqual(['KRX 005930', 'NXT 005930']);
});

test('nobody waits at start for prices, which are looked at as they come', async () => {
  await create().create(request);
  const waiting: (() => void)[] = [];
  const slow = {
    ...broker,
    quotes: (symbols: readonly string[]) =>
      new Promise((resolve) =>
        waiting.push(() => resolve(symbols.map((symbol) => ({ symbol, last: 71_000, volume: 1, at: clock.now() })))),
      ),
  } as unknown as Broker;
  const alerts = create({ broker: slow });
  await alerts.load();
  expect(alerts.list('p')).toHaveLength(1);
  (await eventually('asked', () => waiting[0]))();
  await eventually('told', async () => (await ledger.outboxPending()) === 1);
});

describe('registrations', () => {
  test('one is enough for all alerts of an issue, and goes with the last of them', async () => {
    feed.room = 1;
    const alerts = create();
    const first = await alerts.create(request);
    const second = await alerts.create(request);
    expect([alerts.way('005930').live, watched()]).toEqual([true, ['005930']]);
    await alerts.remove(first.alert.id, 'p');
    expect(watched()).toEqual(['005930']);
    await alerts.remove(second.alert.id, 'p');
    await eventually('let go', () => watched().length === 0);
  });

  test('what had no room takes the place that comes free, and is looked up no more', async () => {
    feed.room = 1;
    const alerts = create();
    const { alert } = await alerts.create(request);
    await alerts.create(other);
    expect([alerts.way('005930').live, alerts.way('000660').live]).toEqual([true, false]);
    await alerts.remove(alert.id, 'p');
    await eventually('its turn', () => alerts.way('000660').live);
    expect(watched()).toEqual(['000660']);
    // Each is looked up once when it is registered.
    await eventually('looked up', () => asked === 2);
    await clock.advance(60_000);
    expect(asked).toBe(2);
  });

  test('one that was not answered is asked for again when the socket is back', async () => {
    [feed.room, feed.refusal] = [1, new AppError('feed.refused', { code: 'disconnected' })];
    const alerts = create();
    await alerts.create(request);
    expect(alerts.way('005930').live).toBe(false);
    feed.refusal = undefined;
    await alerts.resync();
    expect([alerts.way('005930').live, watched()]).toEqual([true, ['005930']]);
  });

  test('looking up is not put off by those that keep being turned away', async () => {
    const alerts = create();
    await alerts.create(request);
    await clock.advance(10_000);
    await alerts.create(other);
    await clock.advance(5_001);
    expect(asked).toBe(1);
  });

  test('on the real socket the fill notices keep theirs', async () => {
    const simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
    onTestFinished(() => simulator.stop());
    const { restUrl, wsUrl } = simulator;
    const kis = createKis({
      environment: { ...environments.simulator, restUrl, wsUrl, callsPerSecond: 1_000, maxRegistrations: 2 },
      key: { appKey: new Secret('hoga-test-app-key'), appSecret: new Secret('hoga-test-app-secret') },
      redactor,
      account: { number: '50000000', product: '01' },
      htsId: 'hogasim',
      cache: memoryCache(),
      clock,
      random: () => 0.5,
      log,
    });
    onTestFinished(() => kis.close());
    const alerts = create({ broker: kis.broker, feed: kis.feed });
    await kis.feed.start({
      onTrade: (tick) => watch.onTrade(tick),
      onExecution: () => undefined,
      onConnected: () => undefined,
      onResumed: () => undefined,
      onInUse: () => undefined,
    });
    const samsung = [await alerts.create(request), await alerts.create(priceOf(72_000))];
    await alerts.create({ ...priceOf(200_000), symbol: other.symbol });
    expect([alerts.way('005930').live, alerts.way('000660').live, kis.feed.status().fillNotices.state]).toEqual([
      true,
      false,
      'working',
    ]);
    expect(simulator.state().sockets.registrations).toBe(2);
    simulator.setPrice('000660', 200_000);
    await clock.advance(15_001);
    await eventually('looked up and told', async () => (await ledger.outboxPending()) === 1);
    simulator.setPrice('005930', 71_000);
    await eventually('told by the socket', async () => (await ledger.outboxPending()) === 2);
    await alerts.remove(samsung[1]?.alert.id ?? '', 'p');
    await eventually('only fill notices left', () => simulator.state().sockets.registrations === 1);
    await alerts.create(other);
    await eventually('their room is taken', () => simulator.state().sockets.registrations === 2);
    expect(alerts.way('000660').live).toBe(true);
  });
});
