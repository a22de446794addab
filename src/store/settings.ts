import type { Kysely } from 'kysely';
import { z } from 'zod';
import { defaultPersonSettings } from '../domain/person.ts';
import type { Ledger } from '../ports.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';
import type { Transactions } from './transactions.ts';

type SettingMethods = Pick<
  Ledger,
  'setHalted' | 'halted' | 'armDay' | 'armedDay' | 'personSettings' | 'setPersonSettings'
>;

const haltedName = 'halted';
const armedName = 'armed-day';
const personPrefix = 'person:';
/** As older and newer versions wrote it: what is not known is left to the defaults. */
const personShape = z.object({ mirror: z.boolean() });

export function createSettingMethods({ read, write }: Transactions): SettingMethods {
  return {
    setHalted: (halted) => write('set-halted', (transaction) => set(transaction, haltedName, halted)),
    halted: () => read('halted', isHalted),
    armDay: (day) => write('arm-day', (transaction) => set(transaction, armedName, day)),
    personSettings: (personId) =>
      read('person-settings', async (db) => {
        const stored = personShape.safeParse(await get(db, `${personPrefix}${personId}`));
        return { ...defaultPersonSettings, ...(stored.success ? stored.data : {}) };
      }),
    setPersonSettings: (personId, settings) =>
      write('set-person-settings', (transaction) => set(transaction, `${personPrefix}${personId}`, settings)),
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
