import type { CacheRow, CacheTable } from '../caches/cache-table.ts';
import { explained, type PostgresPlace } from './database.ts';
import { openPool } from './pool.ts';

/** A cache is asked for one thing after the other; more connections would only take them from the ledgers. */
const mostConnections = 2;

/**
 * Opens a table of a cache on PostgreSQL. Its commits do not wait for the disk: after a crash of the server the latest
 * are fetched again.
 * @throws AppError `store.cannot-connect`.
 */
export async function openPostgresCache(place: PostgresPlace, name: string, columns: string): Promise<CacheTable> {
  const pool = openPool({ ...place, durability: 'normal', most: mostConnections });
  const ask = async (statement: string, values: readonly unknown[]) => {
    const client = await pool.connect();
    try {
      const [first = '', ...others] = statement.split('?');
      const numbered = first + others.map((part, index) => `$${index + 1}${part}`).join('');
      return await client.query<CacheRow>(numbered, values);
    } finally {
      client.release();
    }
  };
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await pool.end();
    isClosed = true;
  };
  try {
    await explained(place, () => ask(creation(place.schema, name, columns), []));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    dialect: 'postgres',
    rows: async (statement, ...values) => (await ask(statement, values)).rows,
    change: async (statement, ...values) => (await ask(statement, values)).rowCount,
    close,
  };
}

/**
 * Makes the schema and the table. Processes that start at once take turns, because PostgreSQL's own `if not exists`
 * fails then.
 */
function creation(schema: string, name: string, columns: string): string {
  const types = columns.replaceAll(/\btext\b/g, 'text collate "C"').replaceAll(/\bblob\b/g, 'bytea');
  return `do $$ begin
    perform pg_advisory_xact_lock(hashtextextended('${schema} ${name}', 0));
    if to_regnamespace('${schema}') is null then create schema "${schema}"; end if;
    if to_regclass('"${schema}".${name}') is null then create table "${schema}".${name} (${types}); end if;
  end $$`;
}
