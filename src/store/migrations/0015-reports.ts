import type { Kysely } from 'kysely';

/** Who gets which reports, the issues that chats are told of every few minutes, and which run of each was told last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('digest_plans')
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('minute', 'integer', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('digest_plans_key', ['person_id', 'target', 'kind'])
    .execute();
  await db.schema
    .createTable('monitors')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('symbols', 'text', (column) => column.notNull())
    .addColumn('minutes', 'integer', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('monitors_key', ['channel', 'chat_id'])
    .execute();
  await db.schema
    .createTable('report_runs')
    .addColumn('subject', 'text', (column) => column.primaryKey().notNull())
    .addColumn('slot', 'text', (column) => column.notNull())
    .addColumn('told_at', 'bigint', (column) => column.notNull())
    .execute();
}
