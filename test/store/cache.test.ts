import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Cache } from '../../src/ports/cache.ts';
import { type CacheOptions, openCache } from '../../src/store/cache.ts';
import { cachePlace, temporaryFolder } from './fixtures.ts';

async function testCache(options?: CacheOptions): Promise<Cache> {
  const cache = await openCache(options ?? (await cachePlace()));
  onTestFinished(() => cache.close());
  return cache;
}

describe('cache', () => {
  it('gives back what was set, until it is deleted', async () => {
    const cache = await testCache();
    expect(await cache.get('token')).toBeUndefined();
    await cache.set('token', { value: 'abc', expiresAt: 1 });
    expect(await cache.get('token')).toStrictEqual({ value: 'abc', expiresAt: 1 });
    await cache.set('token', 'def');
    expect(await cache.get('token')).toBe('def');
    await cache.delete('token');
    await cache.delete('token');
    expect(await cache.get('token')).toBeUndefined();
  });

  it('forgets after the time given, also across a restart', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const place = await cachePlace();
    const before = await openCache(place);
    await before.set('short', 1, 1_000);
    await before.set('long', 2, 60_000);
    await before.set('always', 3);
    await before.close();

    vi.setSystemTime(Date.now() + 1_001);
    const after = await testCache(place);
    expect(await after.get('short')).toBeUndefined();
    expect(await after.get('long')).toBe(2);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await after.get('long')).toBeUndefined();
    expect(await after.get('always')).toBe(3);
  });

  it('keeps nothing whose time is already over', async () => {
    const cache = await testCache();
    for (const ttlMs of [0, -1, Number.NaN]) {
      await cache.set('token', 'old');
      await cache.set('token', 'new', ttlMs);
      expect(await cache.get('token')).toBeUndefined();
    }
  });

  it('keeps namespaces apart in one table', async () => {
    const place = await cachePlace();
    const live = await testCache({ ...place, namespace: 'live' });
    const paper = await testCache({ ...place, namespace: 'paper' });
    await live.set('token', 'l');
    expect(await paper.get('token')).toBeUndefined();
    await paper.set('token', 'p');
    await paper.delete('token');
    expect(await live.get('token')).toBe('l');
  });

  it.runIf(process.platform !== 'win32')('is its owner’s alone', async () => {
    const folder = join(temporaryFolder(), 'data');
    const path = join(folder, 'cache.db');
    await testCache({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('says so when it cannot be opened, read or written', async () => {
    const path = join(temporaryFolder(), 'cache.db');
    writeFileSync(path, 'x'.repeat(5_000));
    await expect(openCache({ path })).rejects.toMatchObject({
      code: 'store.not-a-database',
      context: { expendable: true },
    });

    const cache = await testCache();
    await cache.close();
    await expect(cache.get('a')).rejects.toMatchObject({ code: 'store.cache-failed' });
    await expect(cache.set('a', 1)).rejects.toMatchObject({ code: 'store.cache-failed' });
    await expect(cache.delete('a')).rejects.toMatchObject({ code: 'store.cache-failed' });
  });
});
