import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { DutyName } from '../../../ports/cluster.ts';
import type { HandedHead, HandedStore } from '../../../ports/ledger/lease-store.ts';
import type { Tables } from '../../schema.ts';
import type { DatabaseTraits, Transactions } from '../transactions.ts';
import { holdsFence } from './leases.ts';

/** How what people did is handed to the process that carries the duty. */
export function createHandedMethods(transactions: Transactions): HandedStore {
  const { read, write, now } = transactions;
  return {
    putHanded: ({ id, duty, lane, body }) =>
      write('put-handed', async (transaction) => {
        const row = { id, duty, lane, body, begun_by: null, begun_token: null, begun_at: null, done_at: null };
        const result = await transaction
          .insertInto('handed')
          .values({ ...row, created_at: await nextMoment(transaction, transactions, duty, lane) })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),

    handedHeads: (duties) => read('handed-heads', (db) => heads(db, duties)),

    beginHanded: (id, fence) =>
      write('begin-handed', async (transaction) => {
        if (!(await holdsFence(transaction, transactions, fence))) return false;
        const { holder, token } = fence;
        const result = await transaction
          .updateTable('handed')
          .set({ begun_by: holder, begun_token: token, begun_at: now() })
          .where('id', '=', id)
          .where('duty', '=', fence.duty)
          .where('done_at', 'is', null)
          .where((of) =>
            of.or([of('begun_by', 'is', null), of.and([of('begun_by', '=', holder), of('begun_token', '=', token)])]),
          )
          .executeTakeFirst();
        return result.numUpdatedRows === 1n;
      }),

    endHanded: (id) =>
      write('end-handed', async (transaction) => {
        await transaction
          .updateTable('handed')
          .set({ done_at: now() })
          .where('id', '=', id)
          .where('done_at', 'is', null)
          .execute();
      }),
  };
}

/** The time, or right after the latest of the lane: whatever the clock does, what comes later is done later. */
async function nextMoment(
  db: Kysely<Tables>,
  { now }: DatabaseTraits,
  duty: DutyName,
  lane: string,
): Promise<RawBuilder<number>> {
  const latest = await db
    .selectFrom('handed')
    .select((of) => of.fn.max<number | null>('created_at').as('at'))
    .where('duty', '=', duty)
    .where('lane', '=', lane)
    .executeTakeFirst();
  const after = Number(latest?.at ?? 0) + 1;
  return sql<number>`case when ${now()} > ${after} then ${now()} else ${after} end`;
}

async function heads(db: Kysely<Tables>, duties: readonly DutyName[]): Promise<readonly HandedHead[]> {
  if (duties.length === 0) return [];
  const rows = await db
    .selectFrom('handed')
    .select(['id', 'duty', 'lane', 'body', 'begun_by', 'begun_token'])
    .where('duty', 'in', duties)
    .where('done_at', 'is', null)
    .where(({ not, exists, selectFrom }) => {
      const earlier = selectFrom('handed as earlier')
        .select('earlier.id')
        .whereRef('earlier.duty', '=', 'handed.duty')
        .whereRef('earlier.lane', '=', 'handed.lane')
        .where('earlier.done_at', 'is', null)
        // Two that were written at the very same time have one that comes first as well.
        .where(sql<SqlBool>`(earlier.created_at, earlier.id) < (handed.created_at, handed.id)`);
      return not(exists(earlier));
    })
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(({ id, duty, lane, body, begun_by: holder, begun_token: token }) => ({
    handed: { id, duty, lane, body },
    begun: holder === null || token === null ? undefined : { duty, holder, token: Number(token) },
  }));
}

/** Forgets what was done before a moment. What nobody has done yet is kept. */
export async function forgetHanded(db: Kysely<Tables>, before: number): Promise<void> {
  await db.deleteFrom('handed').where('done_at', '<', before).execute();
}
