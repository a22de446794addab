import { type Kysely, sql } from 'kysely';

/**
 * Until then the message of a ticket showed the venue's first answer for ever. Now it is the card of its orders:
 * `card` is the ticket whose message shows an order, which for an amendment is that of the order it amended.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('proposals').addColumn('pressed_in', 'text').execute();
  await db.schema
    .alterTable('orders')
    .addColumn('card', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await sql`update orders set card = proposal_id`.execute(db);
  await db.schema.createIndex('orders_card').on('orders').column('card').execute();
  for (const name of ['card', 'in_place']) {
    await db.schema
      .alterTable('outbox')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  }
  await db.schema.createIndex('outbox_message').on('outbox').column('key').execute();
  await db.schema.createIndex('outbox_edits').on('outbox').columns(['edits', 'channel', 'chat_id']).execute();
}
