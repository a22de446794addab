import { EventEmitter } from 'node:events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { KeyvStoreAdapter, StoredData } from 'keyv';

const pageSize = 100;

/**
 * Keeps Keyv's values in a table. Keyv writes the time of expiry into each value and checks it on every read, so this
 * adapter stores no times. It has no `has` for the same reason: Keyv's own reads the value and does not find one that
 * has expired.
 */
export class KeyvSqlite extends EventEmitter implements KeyvStoreAdapter {
  /** Keyv iterates only over stores whose dialect it knows. */
  readonly opts: { readonly dialect: 'sqlite'; readonly url: string };
  /** Set by Keyv, whose keys begin with it. */
  namespace: string | undefined;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #clear: StatementSync;
  readonly #page: StatementSync;

  /** The adapter closes the database when Keyv disconnects. */
  constructor(database: DatabaseSync) {
    super();
    this.opts = { dialect: 'sqlite', url: `sqlite:${database.location() ?? ':memory:'}` };
    this.#database = database;
    database.exec('create table if not exists keyv (key text primary key not null, value text not null)');
    this.#select = database.prepare('select value from keyv where key = ?');
    this.#upsert = database.prepare(
      'insert into keyv (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    );
    this.#delete = database.prepare('delete from keyv where key = ?');
    this.#clear = database.prepare('delete from keyv where substr(key, 1, length(?1)) = ?1');
    this.#page = database.prepare(
      'select key, value from keyv where key > ?2 and substr(key, 1, length(?1)) = ?1 order by key limit ?3',
    );
  }

  async get<Value>(key: string): Promise<StoredData<Value>> {
    return this.#select.get(key)?.['value'] as StoredData<Value>;
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return Promise.all(keys.map((key) => this.get<Value>(key)));
  }

  async set(key: string, value: string): Promise<void> {
    this.#upsert.run(key, value);
  }

  async delete(key: string): Promise<boolean> {
    return this.#delete.run(key).changes > 0;
  }

  /** True when any of the keys was there. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.some(Boolean);
  }

  /** Deletes everything in the namespace, or everything when there is none. */
  async clear(): Promise<void> {
    this.#clear.run(prefix(this.namespace));
  }

  /** It reads in pages, because Keyv deletes expired values while it iterates. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    let last = '';
    for (;;) {
      const rows = this.#page.all(prefix(namespace), last, pageSize);
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
    if (this.#database.isOpen) {
      this.#database.close();
    }
  }
}

function prefix(namespace: string | undefined): string {
  return namespace ? `${namespace}:` : '';
}
