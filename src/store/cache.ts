import { Keyv } from 'keyv';
import { AppError } from '../errors.ts';
import type { Cache } from '../ports/cache.ts';
import { KeyvSqlite } from './keyv-sqlite.ts';
import { openSqlite } from './sqlite.ts';

export interface CacheOptions {
  /** A file of its own: what is in it may be lost, and what is in the ledger may not. */
  readonly path: string;
  /** Keeps one environment's entries from another's. */
  readonly namespace?: string;
}

/**
 * Opens the cache. A value that expired is not there.
 * @throws AppError `store.not-a-database`, `store.damaged`, `store.cannot-open`, `store.not-durable`. Its methods throw `store.cache-failed`.
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const store = new KeyvSqlite(openSqlite(options.path, 'normal'));
  const keyv = new Keyv({ store, namespace: options.namespace ?? 'hoga', throwOnErrors: true });
  return {
    get: <T>(key: string) => translated('get', () => keyv.get<T>(key)),
    set: (key, value, ttlMs) =>
      translated('set', async () => {
        // Keyv takes a ttl of 0, or one that is no number, for "keep for ever".
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
