import type { Kysely } from 'kysely';
import { z } from 'zod';
import { mainAccount, withoutNumber } from '../../domain/account.ts';
import { noticeTopics } from '../../domain/people/notice.ts';
import { defaultPersonSettings } from '../../domain/people/person.ts';
import { minutesOfDay } from '../../domain/people/quiet-hours.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import { fromJson, toJson } from '../json.ts';
import type { Tables } from '../schema.ts';
import type { Transactions } from './transactions.ts';

type SettingMethods = Pick<
  Ledger,
  | 'setHalted'
  | 'halted'
  | 'armDay'
  | 'armedDay'
  | 'accountNumbers'
  | 'setAccountNumbers'
  | 'peopleSettings'
  | 'setPersonSettings'
>;

const haltedName = 'halted';
const triedName = 'tried-writing';
const armedName = 'armed-day';
export const numbersName = 'account-numbers';
const personPrefix = 'person:';
const sendingPrefix = 'sending:';
/** What cannot be read is no reason to take one number for another: reading it fails. */
export const numbersShape = z.object({
  salt: z.string(),
  digests: z.array(z.string()).min(1),
  current: z.int().nonnegative(),
});
const notificationLevel = z.enum(['on', 'silent', 'off']);
const minute = z
  .int()
  .min(0)
  .max(minutesOfDay - 1);
const quietHours = z
  .object({ startMinute: minute, endMinute: minute })
  .refine(({ startMinute, endMinute }) => startMinute !== endMinute);
const place = z.union([z.literal('everywhere'), z.object({ channel: z.string(), chatId: z.string() })]);
const standard = defaultPersonSettings;
/**
 * The settings of a person, as this version, an older or a newer one wrote them. A value that is missing or unknown
 * becomes the default.
 */
const personShape = z.object({
  fills: notificationLevel.catch(standard.fills),
  alerts: notificationLevel.catch(standard.alerts),
  events: notificationLevel.catch(standard.events),
  orders: notificationLevel.catch(standard.orders),
  reports: notificationLevel.catch(standard.reports),
  starts: notificationLevel.catch(standard.starts),
  mirror: z.boolean().catch(standard.mirror),
  places: z.partialRecord(z.enum(noticeTopics), place).catch(standard.places),
  exchange: z.enum(['KRX', 'NXT', 'SOR']).optional().catch(standard.exchange),
  alertHours: z.enum(['regular', 'extended']).catch(standard.alertHours),
  quiet: quietHours.optional().catch(standard.quiet),
  accounts: z.record(z.string(), z.string()).catch(standard.accounts),
  language: z.enum(['ko', 'en']).optional().catch(standard.language),
});

export function createSettingMethods({ read, write }: Transactions, account: string): SettingMethods {
  return {
    setHalted: (halted) => write('set-halted', (transaction) => set(transaction, haltedOf(account), halted)),
    halted: () => read('halted', (db) => isHalted(db, account)),
    armDay: (day) => write('arm-day', (transaction) => set(transaction, nameFor(armedName, account), day)),
    peopleSettings: () =>
      read('people-settings', async (db) => {
        const rows = await db.selectFrom('settings').selectAll().where('name', 'like', `${personPrefix}%`).execute();
        return new Map(
          rows.map(({ name, value }) => {
            const stored = personShape.safeParse(fromJson(value));
            return [name.slice(personPrefix.length), { ...standard, ...stored.data }] as const;
          }),
        );
      }),
    setPersonSettings: (personId, settings, heldUntil) =>
      write('set-person-settings', async (transaction) => {
        await set(transaction, `${personPrefix}${personId}`, settings);
        await transaction
          .updateTable('outbox')
          .set({ held_until: heldUntil })
          .where('state', '=', 'held')
          .where('held_for', '=', personId)
          .execute();
      }),
    armedDay: () =>
      read('armed-day', async (db) => {
        const value = await get(db, nameFor(armedName, account));
        return typeof value === 'string' ? value : undefined;
      }),
    accountNumbers: () =>
      read('account-numbers', async (db) => {
        const value = await get(db, nameFor(numbersName, account));
        return value === undefined ? undefined : numbersShape.parse(value);
      }),
    setAccountNumbers: (numbers) =>
      write('set-account-numbers', (transaction) => set(transaction, nameFor(numbersName, account), numbers)),
  };
}

/** Who sends the messages of a channel. */
export function createSendingMethods({ write }: Transactions): Pick<Ledger, 'beginSending' | 'endSending'> {
  return {
    beginSending: (channel, by) =>
      write('begin-sending', async (transaction) => {
        const name = `${sendingPrefix}${channel}`;
        const before = await get(transaction, name);
        await set(transaction, name, by);
        return before === undefined;
      }),
    endSending: (channel, by) =>
      write('end-sending', async (transaction) => {
        await transaction
          .deleteFrom('settings')
          .where('name', '=', `${sendingPrefix}${channel}`)
          .where('value', '=', toJson(by))
          .execute();
      }),
  };
}

/** The main account's are called as they were before there were others. */
function nameFor(setting: string, account: string): string {
  return account === mainAccount ? setting : `${setting}:${account}`;
}

/** A halt is of an account whatever its number: whoever stopped trading did not mean one number alone. */
function haltedOf(account: string): string {
  return nameFor(haltedName, withoutNumber(account));
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

/** Writes down when a write was last tried: something that changes nothing, to see whether writing works. */
export async function noteWriteTried(db: Kysely<Tables>, now: number): Promise<void> {
  await set(db, triedName, now);
}

/** Trading is halted by any stored value but a plain `false`, and is not halted where nothing was stored. */
export async function isHalted(db: Kysely<Tables>, account: string): Promise<boolean> {
  const value = await get(db, haltedOf(account));
  return value !== undefined && value !== false;
}
