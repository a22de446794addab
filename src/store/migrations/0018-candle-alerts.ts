import type { Kysely } from 'kysely';

/** Which candle an alert on candles counted last when its state changed: those after it are looked at after a start. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('alerts').addColumn('candle', 'text').execute();
}
