import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { CachePlace, CacheTable } from './cache-table.ts';
import { openCacheTable } from './open-cache-table.ts';

const pageSize = 100;

/**
 * Keeps Keyv's values in a table. Keyv writes the time of expiry into each value and checks it on every read, so this
 * adapter stores no times. It has no `has` for the same reason: Keyv's own reads the value and does not find one that
 * has expired.
 */
export class KeyvTable extends EventEmitter implements KeyvStoreAdapter {
  /** Keyv iterates only over stores whose dialect it knows. */
  readonly opts: { readonly dialect: CacheTable['dialect']; readonly url: string };
  /** Set by Keyv, whose keys begin with it. */
  namespace: string | undefined;
  readonly #table: CacheTable;

  /** The adapter closes the table when Keyv disconnects. */
  constructor(table: CacheTable) {
    super();
    this.opts = { dialect: table.dialect, url: '' };
    this.#table = table;
  }

  /** Opens the table of a cache. @throws AppError as `openCacheTable`. */
  static openTable(place: CachePlace): Promise<CacheTable> {
    return openCacheTable(place, 'keyv', 'key text primary key not null, value text not null');
  }

  async get<Value>(key: string): Promise<StoredData<Value>> {
    const [row] = await this.#table.rows('select value from keyv where key = ?', key);
    return row?.['value'] as StoredData<Value>;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return Promise.all(keys.map((key) => this.get<Value>(key)));
  }

  async set(key: string, value: string): Promise<void> {
    await this.#table.change(
      'insert into keyv (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
      key,
      value,
    );
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#table.change('delete from keyv where key = ?', key)) > 0;
  }

  /** True when any of the keys was there. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.some(Boolean);
  }

  /** Deletes everything in the namespace, or everything when there is none. */
  async clear(): Promise<void> {
    const begin = prefix(this.namespace);
    await this.#table.change('delete from keyv where substr(key, 1, ?) = ?', begin.length, begin);
  }

  /** It reads in pages, because Keyv deletes expired values while it iterates. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const begin = prefix(namespace);
    let last = '';
    for (;;) {
      const rows = await this.#table.rows(
        'select key, value from keyv where key > ? and substr(key, 1, ?) = ? order by key limit ?',
        last,
        begin.length,
        begin,
        pageSize,
      );
      for (const row of rows) {
        last = String(row['key']);
        yield [last, row['value'] as Awaited<Value>];
      }
      if (rows.length < pageSize) {
        return;
      }
    }
  }

  async disconnect(): Promise<void> {
    await this.#table.close();
  }
}

function prefix(namespace: string | undefined): string {
  return namespace ? `${namespace}:` : '';
}
