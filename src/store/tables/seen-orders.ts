import type { Kysely } from 'kysely';
import { orderNumber } from '../../domain/orders/order.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Tables } from '../schema.ts';
import type { Transactions } from './transactions.ts';

/**
 * The order numbers that the venue has shown. An order that goes to `submitting` keeps the position of the newest of
 * them, because numbers up to that one belong to earlier orders.
 */
export function createSeenOrderMethods(
  { read, write }: Transactions,
  account: string,
): Pick<Ledger, 'noteSeen' | 'seenBefore'> {
  return {
    noteSeen: (day, numbers) =>
      write('note-seen', async (transaction) => {
        let position = await newestSeen(transaction, account, day);
        for (const number of numbers) {
          position += 1;
          await transaction
            .insertInto('seen_orders')
            .values({ account, day, number: orderNumber(number), position })
            .onConflict((conflict) => conflict.columns(['account', 'day', 'number']).doNothing())
            .execute();
        }
      }),

    seenBefore: (orderId) =>
      read('seen-before', async (db) => {
        const query = db
          .selectFrom('orders')
          .innerJoin('seen_orders', (join) =>
            join.onRef('seen_orders.day', '=', 'orders.day').onRef('seen_orders.account', '=', 'orders.account'),
          )
          .select('seen_orders.number')
          .where('orders.id', '=', orderId)
          .where('orders.account', '=', account)
          .whereRef('seen_orders.position', '<=', 'orders.seen_position');
        return new Set((await query.execute()).map(({ number }) => number));
      }),
  };
}

/** The position of the number that was noted last on a Korean day; 0 before the first. */
export async function newestSeen(db: Kysely<Tables>, account: string, day: string): Promise<number> {
  const row = await db
    .selectFrom('seen_orders')
    .select((max) => max.fn.max<number | null>('position').as('position'))
    .where('account', '=', account)
    .where('day', '=', day)
    .executeTakeFirst();
  return row?.position ?? 0;
}
