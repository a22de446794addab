import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Tables } from '../schema.ts';
import { isPostgres } from './is-postgres.ts';
import { turnLock } from './marks.ts';

const counted = {
  orders: sql<number>`(select coalesce(max(sequence), 0) + 1 from orders)`,
  outbox: sql<number>`(select coalesce(max(id), 0) + 1 from outbox)`,
} as const;

const fromSequence = {
  orders: sql<number>`nextval('orders_numbers')`,
  outbox: sql<number>`nextval('outbox_numbers')`,
} as const;

/**
 * The number of a new row. In SQLite it is counted. PostgreSQL counts without making those who write at the same time
 * wait for each other, and so leaves out the numbers of transactions that were taken back.
 */
export function nextNumber(db: Kysely<Tables>, table: keyof typeof counted): RawBuilder<number> {
  return (isPostgres(db) ? fromSequence : counted)[table];
}

/**
 * Lets no other transaction write an edit of the same message until this one has ended: which edit is the later one has
 * to be certain.
 */
export async function lockMessage(db: Kysely<Tables>, { channel, chatId }: ChatAddress, key: string): Promise<void> {
  if (isPostgres(db)) await sql`select ${turnLock(`message ${channel} ${chatId} ${key}`)}`.execute(db);
}
