import type { Kysely } from 'kysely';

/** Which process carries which duty, and what people did as it waits for that process. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('handed')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('duty', 'text', (column) => column.notNull())
    .addColumn('lane', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('begun_by', 'text')
    .addColumn('begun_token', 'bigint')
    .addColumn('begun_at', 'bigint')
    .addColumn('done_at', 'bigint')
    .execute();
  await db.schema.createIndex('handed_lane').on('handed').columns(['duty', 'lane', 'done_at', 'created_at']).execute();
}
