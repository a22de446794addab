import type { Kysely } from 'kysely';
import type { Ledger } from '../ports.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

type SettingMethods = Pick<Ledger, 'setHalted' | 'halted'>;

const haltedName = 'halted';

export function createSettingMethods({ read, write }: Transactions): SettingMethods {
  return {
    setHalted: (halted) =>
      write('set-halted', async (transaction) => {
        const value = toJson(halted);
        await transaction
          .insertInto('settings')
          .values({ name: haltedName, value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
      }),
    halted: () => read('halted', isHalted),
  };
}

/** Never set is not halted; anything but a plain `false` is. */
export async function isHalted(db: Kysely<Tables>): Promise<boolean> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', haltedName).executeTakeFirst();
  return row !== undefined && fromJson(row.value) !== false;
}
