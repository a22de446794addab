import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Transactions } from './transactions.ts';

type PeopleMethods = Pick<Ledger, 'addIdentity' | 'removeIdentity' | 'people'>;

export function createPeopleMethods({ read, write }: Transactions): PeopleMethods {
  return {
    addIdentity: (identity, { id, role }) =>
      write('add-identity', async (transaction) => {
        await transaction
          .insertInto('people')
          .values({ identity, person_id: id, role })
          .onConflict((conflict) => conflict.column('identity').doUpdateSet({ person_id: id, role }))
          .execute();
      }),
    removeIdentity: (identity) =>
      write('remove-identity', async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('people')
          .where('identity', '=', identity)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      }),
    people: () =>
      read('people', async (db) => {
        const rows = await db.selectFrom('people').selectAll().orderBy('identity').execute();
        return rows.map(({ identity, person_id: id, role }) => ({ identity, person: { id, role } }));
      }),
  };
}
