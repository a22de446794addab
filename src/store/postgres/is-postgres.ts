import { type Kysely, PostgresAdapter } from 'kysely';

/** Whether several processes may write at a time. */
export function isPostgres<T>(db: Kysely<T>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
