import type { Selectable } from 'kysely';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { KeptAlert } from '../../ports/ledger/alert-store.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import { conditionFromJson, levelFromJson, toJson } from '../json.ts';
import type { AlertsTable } from '../schema.ts';
import { insertAlertEvent, openAlertStates } from './alert-events.ts';
import { insertMessage } from './outbox.ts';
import type { Transactions } from './transactions.ts';

type AlertMethods = Pick<
  Ledger,
  | 'createAlert'
  | 'openAlerts'
  | 'armAlert'
  | 'setAlertLevels'
  | 'fireAlert'
  | 'expireAlert'
  | 'deleteAlert'
  | 'alert'
  | 'latestAlerts'
>;

export function createAlertMethods({ read, write }: Transactions): AlertMethods {
  return {
    createAlert: (alert, seen) =>
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
        const { level, state } = alert;
        await insertAlertEvent(transaction, id, { type: 'created', seen, level, state }, createdAt);
      }),

    openAlerts: () =>
      read('open-alerts', async (db) => {
        const query = db
          .selectFrom('alerts')
          .selectAll()
          .where('state', 'in', openAlertStates)
          .orderBy('created_at')
          .orderBy('id');
        return (await query.execute()).map(alertOf);
      }),

    armAlert: (id, at, seen) =>
      write('arm-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'armed' })
          .where('id', '=', id)
          .where('state', '=', 'waiting')
          .executeTakeFirst();
        if (result.numUpdatedRows === 1n) await insertAlertEvent(transaction, id, { type: 'armed', seen }, at);
      }),

    setAlertLevels: (alerts, at) =>
      write('set-alert-levels', async (transaction) => {
        for (const alert of alerts) {
          const result = await transaction
            .updateTable('alerts')
            .set(levelColumns(alert))
            .where('id', '=', alert.id)
            .where('state', 'in', openAlertStates)
            .executeTakeFirst();
          const { id, level, levelDay: day, state } = alert;
          if (result.numUpdatedRows === 1n)
            await insertAlertEvent(transaction, id, { type: 'level', day, level, state }, at);
        }
      }),

    fireAlert: (id, at, seen, messages) =>
      write('fire-alert', async (transaction) => {
        const fired = await transaction
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
          .returning('level')
          .executeTakeFirst();
        if (fired === undefined) return false;
        const level = fired.level === null ? undefined : levelFromJson(fired.level);
        const event = { type: 'fired', seen, level, messages: messages.length } as const;
        await insertAlertEvent(transaction, id, event, at);
        for (const draft of messages) await insertMessage(transaction, draft, at, id);
        return true;
      }),

    expireAlert: (id, at, messages) =>
      write('expire-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'expired' })
          .where('id', '=', id)
          .where('state', 'in', openAlertStates)
          .executeTakeFirst();
        if (result.numUpdatedRows !== 1n) return false;
        await insertAlertEvent(transaction, id, { type: 'expired' }, at);
        for (const draft of messages) await insertMessage(transaction, draft, at, id);
        return true;
      }),

    deleteAlert: (id, personId, at) =>
      write('delete-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'deleted' })
          .where('id', '=', id)
          .where('person_id', '=', personId)
          .where('state', 'in', openAlertStates)
          .executeTakeFirst();
        if (result.numUpdatedRows !== 1n) return false;
        await insertAlertEvent(transaction, id, { type: 'deleted' }, at);
        return true;
      }),

    alert: (id) =>
      read('alert', async (db) => {
        const row = await db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
        return row && keptOf(row);
      }),

    latestAlerts: (personId, most) =>
      read('latest-alerts', async (db) => {
        const query = db
          .selectFrom('alerts')
          .selectAll()
          .where('person_id', '=', personId)
          .orderBy((row) => row.fn.coalesce('fired_at', 'created_at'), 'desc')
          .orderBy('id')
          .limit(most);
        return (await query.execute()).map(keptOf);
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

function keptOf(row: Selectable<AlertsTable>): KeptAlert {
  return { alert: alertOf(row), status: row.state };
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
