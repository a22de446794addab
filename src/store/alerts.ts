import type { Selectable } from 'kysely';
import type { Alert } from '../domain/alert.ts';
import type { Ledger } from '../ports.ts';
import { conditionFromJson, levelFromJson, toJson } from './json.ts';
import { insertMessage } from './outbox.ts';
import type { AlertsTable } from './schema.ts';
import type { Transactions } from './transactions.ts';

type AlertMethods = Pick<
  Ledger,
  'createAlert' | 'openAlerts' | 'armAlert' | 'setAlertLevels' | 'fireAlert' | 'expireAlert' | 'deleteAlert'
>;

const open: readonly AlertsTable['state'][] = ['armed', 'waiting'];

export function createAlertMethods({ read, write }: Transactions): AlertMethods {
  return {
    createAlert: (alert) =>
      write('create-alert', async (transaction) => {
        const { id, personId, address, symbol, condition, repeats, until, createdAt, firedAt } = alert;
        await transaction
          .insertInto('alerts')
          .values({
            id,
            person_id: personId,
            channel: address.channel,
            chat_id: address.chatId,
            symbol,
            condition: toJson(condition),
            repeats: repeats ? 1 : 0,
            until: until ?? null,
            ...levelColumns(alert),
            created_at: createdAt,
            fired_at: firedAt ?? null,
          })
          .execute();
      }),

    openAlerts: () =>
      read('open-alerts', async (db) => {
        const query = db
          .selectFrom('alerts')
          .selectAll()
          .where('state', 'in', open)
          .orderBy('created_at')
          .orderBy('id');
        return (await query.execute()).map(alertOf);
      }),

    armAlert: (id) =>
      write('arm-alert', async (transaction) => {
        await transaction
          .updateTable('alerts')
          .set({ state: 'armed' })
          .where('id', '=', id)
          .where('state', '=', 'waiting')
          .execute();
      }),

    setAlertLevels: (alerts) =>
      write('set-alert-levels', async (transaction) => {
        for (const alert of alerts) {
          await transaction
            .updateTable('alerts')
            .set(levelColumns(alert))
            .where('id', '=', alert.id)
            .where('state', 'in', open)
            .execute();
        }
      }),

    fireAlert: (id, at, messages) =>
      write('fire-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set((row) => ({
            state: row
              .case()
              .when('repeats', '=', 1)
              .then('waiting' as const)
              .else('fired' as const)
              .end(),
            fired_at: at,
          }))
          .where('id', '=', id)
          .where('state', '=', 'armed')
          .executeTakeFirst();
        if (result.numUpdatedRows !== 1n) return false;
        for (const draft of messages) await insertMessage(transaction, draft, at);
        return true;
      }),

    expireAlert: (id, at, messages) =>
      write('expire-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'expired' })
          .where('id', '=', id)
          .where('state', 'in', open)
          .executeTakeFirst();
        if (result.numUpdatedRows !== 1n) return false;
        for (const draft of messages) await insertMessage(transaction, draft, at);
        return true;
      }),

    deleteAlert: (id, personId) =>
      write('delete-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'deleted' })
          .where('id', '=', id)
          .where('person_id', '=', personId)
          .where('state', 'in', open)
          .executeTakeFirst();
        return result.numUpdatedRows === 1n;
      }),
  };
}

function levelColumns({
  level,
  levelDay,
  state,
}: Alert): Pick<Selectable<AlertsTable>, 'level' | 'level_day' | 'state'> {
  return { level: level === undefined ? null : toJson(level), level_day: levelDay, state };
}

function alertOf(row: Selectable<AlertsTable>): Alert {
  return {
    id: row.id,
    personId: row.person_id,
    address: { channel: row.channel, chatId: row.chat_id },
    symbol: row.symbol,
    condition: conditionFromJson(row.condition),
    repeats: row.repeats === 1,
    until: row.until ?? undefined,
    level: row.level === null ? undefined : levelFromJson(row.level),
    levelDay: row.level_day,
    state: row.state === 'armed' ? 'armed' : 'waiting',
    createdAt: row.created_at,
    firedAt: row.fired_at ?? undefined,
  };
}
