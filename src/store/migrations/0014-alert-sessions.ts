import type { Kysely } from 'kysely';

/** Which prices an alert is on: those of KRX's regular session, as all were before, or also those outside of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('alerts')
    .addColumn('hours', 'text', (column) => column.notNull().defaultTo('regular'))
    .execute();
}
