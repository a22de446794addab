import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Bar } from '../../src/domain/market/quote.ts';
import type { BarStore } from '../../src/ports/bars.ts';
import { openCache } from '../../src/store/cache.ts';
import type { CachePlace } from '../../src/store/caches/cache-table.ts';
import { openBarStore } from '../../src/store/daily-bars.ts';
import { cachePlace, temporaryFolder } from './fixtures.ts';

const bars = (count: number): readonly Bar[] =>
  Array.from({ length: count }, (_, index) => ({
    start: String(20_260_101 + index),
    open: 1 + index,
    high: 4_000_000_000,
    low: 1,
    close: 70_000 + index,
    volume: 9_000_000_000 + index,
  }));

async function testStore(place: CachePlace): Promise<BarStore> {
  const store = await openBarStore(place);
  onTestFinished(() => store.close());
  return store;
}

test('candles come back as they were kept, also after a restart, beside the cache', async () => {
  const place = await cachePlace();
  const cache = await openCache(place);
  onTestFinished(() => cache.close());
  const before = await openBarStore(place);
  await cache.set('token', 'abc');
  expect(await before.bars('005930')).toBeUndefined();
  await before.keep('005930', { through: '20261119', bars: bars(3) });
  await before.keep('005930', { through: '20261120', bars: bars(260) });
  await before.keep('900010', { through: '20261120', bars: [] });
  await before.close();
  await before.close();

  const after = await testStore(place);
  expect(await after.bars('005930')).toEqual({ through: '20261120', bars: bars(260) });
  expect(await after.bars('900010')).toEqual({ through: '20261120', bars: [] });
  expect(await after.days()).toEqual(
    new Map([
      ['005930', '20261120'],
      ['900010', '20261120'],
    ]),
  );
  expect(await cache.get('token')).toBe('abc');
});

test('what ends before a day is forgotten', async () => {
  const store = await testStore(await cachePlace());
  await store.keep('005930', { through: '20261120', bars: bars(1) });
  await store.keep('900010', { through: '20260901', bars: bars(1) });
  await store.forget('20260902');
  expect([...(await store.days()).keys()]).toEqual(['005930']);
});

test('what is no list of candles is as good as none, and a file that is none is refused', async () => {
  const path = join(temporaryFolder(), 'cache.db');
  const store = await testStore({ path });
  await store.keep('005930', { through: '20261120', bars: bars(2) });
  const database = new DatabaseSync(path);
  database.exec('update daily_bars set bars = substr(bars, 1, 30)');
  database.close();
  expect(await store.bars('005930')).toBeUndefined();
  await store.close();
  await expect(store.days()).rejects.toMatchObject({ code: 'store.cache-failed' });
  await expect(openBarStore({ path: temporaryFolder() })).rejects.toMatchObject({ code: 'store.cannot-open' });
});

test('a whole market of 260 days takes less than 25 MB', async () => {
  const path = join(temporaryFolder(), 'cache.db');
  const store = await testStore({ path });
  const kept = { through: '20261120', bars: bars(260) };
  for (let index = 0; index < 260; index += 1) await store.keep(String(100_000 + index), kept);
  await store.close();
  expect(statSync(path).size * 10).toBeLessThan(25 * 1024 * 1024);
});
