import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MinuteCandle } from '../../src/domain/market/minutes.ts';
import type { MinuteStore } from '../../src/ports/bars.ts';
import { openBarStore } from '../../src/store/daily-bars.ts';
import { memoryMinutes, openMinuteStore } from '../../src/store/minutes.ts';
import { cachePlace, temporaryFolder } from './fixtures.ts';

const candles = (count: number): readonly MinuteCandle[] =>
  Array.from({ length: count }, (_, index) => ({
    minute: 540 + index,
    open: 1 + index,
    high: 4_000_000_000,
    low: 1,
    close: 70_000 + index,
    volume: 9_000_000_000 + index,
  }));
const samsung = { symbol: '005930', exchange: 'KRX' } as const;
const nextrade = { ...samsung, exchange: 'NXT' } as const;

describe.each([
  ['in a table', async () => openMinuteStore(await cachePlace())],
  ['in memory', async () => memoryMinutes()],
] as const)('minutes %s', (_where, open) => {
  const opened = async (): Promise<MinuteStore> => {
    const store = await open();
    onTestFinished(() => store.close());
    return store;
  };

  test('come back by issue, exchange and day; a day without candles is kept too', async () => {
    const store = await opened();
    await store.keep(samsung, '20261119', candles(3));
    await store.keep(samsung, '20261120', candles(1));
    await store.keep(samsung, '20261120', candles(381));
    await store.keep(nextrade, '20261120', []);
    expect(await store.read(samsung, ['20261118', '20261119', '20261120'])).toEqual(
      new Map([
        ['20261119', candles(3)],
        ['20261120', candles(381)],
      ]),
    );
    expect(await store.read(nextrade, ['20261119', '20261120'])).toEqual(new Map([['20261120', []]]));
  });

  test('of days before one are forgotten, and beyond so many the oldest', async () => {
    const store = await opened();
    const days = ['20261117', '20261118', '20261119', '20261120'];
    for (const day of days) for (const market of [samsung, nextrade]) await store.keep(market, day, candles(1));
    await store.forget('20261118', 5);
    expect([...(await store.read(samsung, days)).keys()]).toEqual(['20261119', '20261120']);
    await store.forget('20261101', 1);
    expect((await store.read(nextrade, days)).size).toBe(0);
  });
});

test('they are in the file of the daily candles after a restart, and a damaged day is as good as none', async () => {
  const path = join(temporaryFolder(), 'cache.db');
  const days = await openBarStore({ path });
  onTestFinished(() => days.close());
  const before = await openMinuteStore({ path });
  await before.keep(samsung, '20261120', candles(381));
  await before.close();
  await before.close();
  const after = await openMinuteStore({ path });
  expect((await after.read(samsung, ['20261120'])).get('20261120')).toEqual(candles(381));
  const database = new DatabaseSync(path);
  database.exec('update minute_bars set bars = substr(bars, 1, 30)');
  database.close();
  expect((await after.read(samsung, ['20261120'])).size).toBe(0);
  await after.close();
  await expect(after.read(samsung, ['20261120'])).rejects.toMatchObject({ code: 'store.cache-failed' });
  await expect(openMinuteStore({ path: temporaryFolder() })).rejects.toMatchObject({ code: 'store.cannot-open' });
});

test('3,000 days of issues, the most that are kept, take less than 45 MB', async () => {
  const path = join(temporaryFolder(), 'cache.db');
  const store = await openMinuteStore({ path });
  for (let index = 0; index < 300; index += 1) {
    await store.keep({ symbol: String(100_000 + index), exchange: 'KRX' }, '20261120', candles(381));
  }
  await store.close();
  expect(statSync(path).size * 10).toBeLessThan(45 * 1024 * 1024);
});
