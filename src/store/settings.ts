import type { Kysely } from 'kysely';
import type { Ledger } from '../ports.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

type SettingMethods = Pick<Ledger, 'setHalted' | 'halted' | 'armDay' | 'armedDay'>;

const haltedName = 'halted';
const armedName = 'armed-day';

export function createSettingMethods({ read, write }: Transactions): SettingMethods {
  return {
    setHalted: (halted) => write('set-halted', (transaction) => set(transaction, haltedName, halted)),
    halted: () => read('halted', isHalted),
    armDay: (day) => write('arm-day', (transaction) => set(transaction, armedName, day)),
    armedDay: () =>
      read('armed-day', async (db) => {
        const value = await get(db, armedName);
        return typeof value === 'string' ? value : undefined;
      }),
  };
}

async function set(db: Kysely<Tables>, name: string, value: unknown): Promise<void> {
  const json = toJson(value);
  await db
    .insertInto('settings')
    .values({ name, value: json })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: json }))
    .execute();
}

async function get(db: Kysely<Tables>, name: string): Promise<unknown> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row && fromJson(row.value);
}

/** Never set is not halted; anything but a plain `false` is. */
export async function isHalted(db: Kysely<Tables>): Promise<boolean> {
  const value = await get(db, haltedName);
  return value !== undefined && value !== false;
}
