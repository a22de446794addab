import { Keyv } from 'keyv';
import { AppError } from '../errors.ts';
import type { Cache } from '../ports/cache.ts';
import { KeyvSqlite } from './keyv-sqlite.ts';
import { openSqlite } from './sqlite.ts';

export interface CacheOptions {
  /** The path of the file. It is not the ledger's, because the cache may be lost and the ledger may not. */
  readonly path: string;
  /** Separates the entries of one environment from those of others. */
  readonly namespace?: string;
}

/**
 * Opens the cache. A value that has expired is not returned.
 * @throws AppError `store.not-a-database`, `store.damaged`, `store.cannot-open`, `store.not-durable`. Its methods throw
 * `store.cache-failed`.
 */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const store = new KeyvSqlite(openSqlite(options.path, 'normal'));
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
