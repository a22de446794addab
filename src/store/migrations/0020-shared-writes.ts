import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../postgres/is-postgres.ts';

/**
 * What PostgreSQL needs beside the tables, because several processes write to it at a time: the numbers of orders and
 * messages, and by what a transaction is known whose commit was not confirmed. In SQLite the numbers are counted.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (!isPostgres(db)) return;
  for (const name of ['orders', 'outbox']) await sql`create sequence ${sql.id(`${name}_numbers`)}`.execute(db);
  await db.schema
    .createTable('write_marks')
    .addColumn('slot', 'text', (column) => column.primaryKey().notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
}
