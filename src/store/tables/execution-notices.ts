import type { Kysely } from 'kysely';
import { type ExecutionNotice, orderNumber } from '../../domain/orders/order.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Tables } from '../schema.ts';
import { insertMessages } from './outbox-rows.ts';
import type { Transactions } from './transactions.ts';

/** What the venue said about orders as it happened. */
export function createNoticeMethods({ write }: Transactions, account: string): Pick<Ledger, 'recordNotice'> {
  return {
    recordNotice: (notice, day, messages = []) =>
      write('record-notice', async (transaction) => {
        const fresh = await insertNotice(transaction, account, notice, day);
        if (fresh) await insertMessages(transaction, messages, notice.at);
        return { fresh, noticedQuantity: await noticedQuantity(transaction, account, notice, day) };
      }),
  };
}

/** False, and nothing done, for a notice that was noted before. */
async function insertNotice(
  db: Kysely<Tables>,
  account: string,
  notice: ExecutionNotice,
  day: string,
): Promise<boolean> {
  const { fingerprint, kind, quantity, at } = notice;
  const inserted = await db
    .insertInto('execution_notices')
    .values({ account, day, fingerprint, number: orderNumber(notice.number), kind, quantity, at })
    .onConflict((conflict) => conflict.columns(['account', 'day', 'fingerprint']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

async function noticedQuantity(
  db: Kysely<Tables>,
  account: string,
  notice: ExecutionNotice,
  day: string,
): Promise<number> {
  const filled = await db
    .selectFrom('execution_notices')
    .select((sum) => sum.fn.sum<number | null>('quantity').as('quantity'))
    .where('account', '=', account)
    .where('day', '=', day)
    .where('number', '=', orderNumber(notice.number))
    .where('kind', '=', 'filled')
    .executeTakeFirst();
  return Number(filled?.quantity ?? 0);
}
