import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createDirectory } from '../../src/kis/symbols.ts';
import { shippedInstruments } from '../../src/kis/symbols-shipped.ts';
import { createLog } from '../../src/log.ts';
import type { Broker, Ledger, MarketFeed } from '../../src/ports.ts';
import { Alerts } from '../../src/services/alerts.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { eventually, JumpClock } from '../support/clock.ts';

// A feed with no room: what a flow test cannot reach with the simulator's few issues.
const clock = new JumpClock();
let ledger: Ledger;
let last = 70_000;
let asked = 0;
const broker = {
  quote: async () => ({ last }),
  quotes: async (symbols: readonly string[]) => {
    asked += 1;
    return symbols.map((symbol) => ({ symbol, last }));
  },
} as unknown as Broker;
const feed = {
  watchTrades: async () => {
    throw new AppError('feed.full', { limit: 41 });
  },
  unwatchTrades: async () => undefined,
} as unknown as MarketFeed;

let alerts: Alerts;
beforeEach(async () => {
  [last, asked] = [70_000, 0];
  ledger = await openLedger({ url: 'sqlite::memory:' });
  alerts = new Alerts({
    broker,
    feed,
    ledger,
    directory: createDirectory(shippedInstruments),
    clock,
    log: createLog({ level: 'silent', secrets: [] }),
    newId: () => 'a1',
    draft: (notice) => [{ address: { channel: 'console', chatId: 'local' }, body: notice }],
    queued: () => undefined,
  });
});
afterEach(async () => {
  alerts.stop();
  await ledger.close();
});

const request = {
  personId: 'p',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  direction: 'at-or-above',
  price: 71_000,
} as const;

test('without a registration left the price is looked up every 15 seconds, until it fired', async () => {
  await alerts.create(request);
  expect(alerts.isLive('005930')).toBe(false);
  await clock.advance(15_001);
  expect([asked, await ledger.outboxPending()]).toEqual([1, 0]);
  last = 71_000;
  await clock.advance(15_001);
  await eventually('told', async () => (await ledger.outboxPending()) === 1);
  await clock.advance(60_000);
  expect(asked).toBe(2);
  expect(alerts.list('p')).toEqual([]);
});

test('is marked fired and queued in one go: firing again tells nothing', async () => {
  await alerts.create(request);
  const draft = { address: request.address, body: 'x' };
  expect(await ledger.fireAlert('a1', clock.now(), [draft])).toBe(true);
  expect(await ledger.fireAlert('a1', clock.now(), [draft])).toBe(false);
  expect(await ledger.outboxPending()).toBe(1);
  expect(await ledger.openAlerts()).toEqual([]);
});

test('fifty are enough for one person', async () => {
  let id = 0;
  const many = new Alerts({
    broker,
    feed,
    ledger,
    directory: createDirectory([]),
    clock,
    log: createLog({ level: 'silent', secrets: [] }),
    newId: () => `a${id++}`,
    draft: () => [],
    queued: () => undefined,
  });
  for (let made = 0; made < 50; made += 1) await many.create(request);
  await expect(many.create(request)).rejects.toMatchObject({ code: 'alerts.too-many' });
  many.stop();
});
