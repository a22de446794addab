import { Keyv } from 'keyv';
import { AppError } from '../errors.ts';
import type { Cache } from '../ports/cache.ts';
import type { CachePlace } from './caches/cache-table.ts';
import { KeyvTable } from './caches/keyv-table.ts';

export type CacheOptions = CachePlace & {
  /** Separates the entries of one environment from those of others. */
  readonly namespace?: string;
};

/**
 * Opens the cache. A value that has expired is not returned.
 * @throws AppError `store.not-a-database`, `store.damaged`, `store.cannot-open`, `store.not-durable`,
 * `store.cannot-connect`. Its methods throw `store.cache-failed`.
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const store = new KeyvTable(await KeyvTable.openTable(options));
  const keyv = new Keyv({ store, namespace: options.namespace ?? 'hoga', throwOnErrors: true });
  return {
    get: <T>(key: string) => translated('get', () => keyv.get<T>(key)),
    set: (key, value, ttlMs) =>
      translated('set', async () => {
        // Keyv keeps a value for ever when its time to live is 0 or no number.
        const over = ttlMs !== undefined && !(ttlMs > 0);
        await (over ? keyv.delete(key) : keyv.set(key, value, ttlMs));
      }),
    delete: (key) =>
      translated('delete', async () => {
        await keyv.delete(key);
      }),
    close: () => translated('close', () => keyv.disconnect()),
  };
}

/** @throws AppError `store.cache-failed` for whatever `run` throws. */
export async function translated<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new AppError('store.cache-failed', { operation }, { cause });
  }
}
