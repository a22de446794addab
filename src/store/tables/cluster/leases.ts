import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { AppError } from '../../../errors.ts';
import type { Fence } from '../../../ports/cluster.ts';
import type { LeaseStore } from '../../../ports/ledger/lease-store.ts';
import type { Tables } from '../../schema.ts';
import type { DatabaseTraits, Transactions } from '../transactions.ts';

/** A lease that may have been taken or renewed counts as one that was not: by the time one knew, it would be over. */
const inTime = { whenUnknown: 'refuse' } as const;

/** How duties are taken, kept and given back. */
export function createLeaseMethods(transactions: Transactions): LeaseStore {
  const { read, write, now } = transactions;
  return {
    takeLease: (duty, holder, ttlMs) =>
      write(
        'take-lease',
        async (transaction) => {
          const taken = await transaction
            .insertInto('leases')
            .values({ name: duty, holder, token: 1, expires_at: sql<number>`${now()} + ${ttlMs}` })
            .onConflict((conflict) =>
              conflict
                .column('name')
                .doUpdateSet({
                  holder,
                  token: sql<number>`leases.token + 1`,
                  expires_at: sql<number>`excluded.expires_at`,
                })
                .where('leases.expires_at', '<=', now()),
            )
            .returning('token')
            .executeTakeFirst();
          return taken && { duty, holder, token: Number(taken.token) };
        },
        inTime,
      ),

    renewLeases: (fences, ttlMs) =>
      write(
        'renew-leases',
        async (transaction) => {
          if (fences.length === 0) return new Set();
          const renewed = await transaction
            .updateTable('leases')
            .set({ expires_at: sql<number>`${now()} + ${ttlMs}` })
            .where(isOneOf(fences))
            .where('expires_at', '>', now())
            .returning('name')
            .execute();
          return new Set(renewed.map(({ name }) => name));
        },
        inTime,
      ),

    releaseLeases: (fences) =>
      write('release-leases', async (transaction) => {
        if (fences.length === 0) return;
        await transaction.updateTable('leases').set({ expires_at: 0 }).where(isOneOf(fences)).execute();
      }),

    leases: () =>
      read('leases', async (db) => {
        const rows = await db
          .selectFrom('leases')
          .select(['name', 'holder', 'token'])
          .select(sql<number>`expires_at - ${now()}`.as('left_ms'))
          .where('expires_at', '>', now())
          .orderBy('name')
          .execute();
        return rows.map(({ name, holder, token, left_ms: leftMs }) => ({
          duty: name,
          holder,
          token: Number(token),
          leftMs: Number(leftMs),
        }));
      }),
  };
}

/**
 * Looks within a transaction whether the duty is still this process's, and keeps it so until the transaction ends: on
 * PostgreSQL the lock on the row makes whoever wants to take the duty wait for that.
 */
export async function holdsFence(db: Kysely<Tables>, traits: DatabaseTraits, fence: Fence): Promise<boolean> {
  const lease = db
    .selectFrom('leases')
    .select('token')
    .where((of) => of.and(rowOf(fence)))
    .where('expires_at', '>', traits.now());
  return (await (traits.locksRows ? lease.forShare() : lease).executeTakeFirst()) !== undefined;
}

/** @throws AppError `cluster.not-ours` where another process has, or may have, the duty. */
export async function checkFence(db: Kysely<Tables>, traits: DatabaseTraits, fence: Fence | undefined): Promise<void> {
  if (fence !== undefined && !(await holdsFence(db, traits, fence))) {
    throw new AppError('cluster.not-ours', { duty: fence.duty, token: fence.token });
  }
}

/** Whether a lease is one of these. All of them are one condition, because a process may carry a thousand duties. */
function isOneOf(fences: readonly Fence[]): RawBuilder<SqlBool> {
  const rows = fences.map(({ duty, holder, token }) => sql`(${duty}, ${holder}, cast(${token} as bigint))`);
  return sql<SqlBool>`(name, holder, token) in (values ${sql.join(rows)})`;
}

function rowOf({ duty, holder, token }: Fence): { name: Fence['duty']; holder: string; token: number } {
  return { name: duty, holder, token };
}
