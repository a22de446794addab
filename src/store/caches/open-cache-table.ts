import { openSqlite, unusable } from '../sqlite.ts';
import type { CachePlace, CacheTable } from './cache-table.ts';

/**
 * Opens a table, which is made if need be.
 * @param columns In SQLite's words, of which `text` and `blob` are PostgreSQL's `text` and `bytea`.
 * @throws AppError as `openSqlite`; `store.cannot-connect` on PostgreSQL.
 */
export async function openCacheTable(place: CachePlace, name: string, columns: string): Promise<CacheTable> {
  if ('url' in place) {
    const { openPostgresCache } = await import('../postgres/cache-table.ts');
    return openPostgresCache(place, name, columns);
  }
  const database = openSqlite(place.path, 'normal');
  try {
    database.exec(`create table if not exists ${name} (${columns})`);
  } catch (cause) {
    database.close();
    throw unusable(place.path, 'normal', cause);
  }
  const statements = new Map<string, ReturnType<typeof database.prepare>>();
  const prepared = (statement: string): ReturnType<typeof database.prepare> => {
    const known = statements.get(statement) ?? database.prepare(statement);
    statements.set(statement, known);
    return known;
  };
  return {
    dialect: 'sqlite',
    rows: async (statement, ...values) => prepared(statement).all(...values),
    change: async (statement, ...values) => Number(prepared(statement).run(...values).changes),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}
