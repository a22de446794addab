import type { Kysely, Selectable } from 'kysely';
import type { Alert, Seen } from '../../domain/alerts/alert.ts';
import type { KeptAlert } from '../../ports/ledger/alert-store.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import { conditionFromJson, levelFromJson, toJson } from '../json.ts';
import type { AlertsTable, Tables } from '../schema.ts';
import { insertAlertEvent, openAlertStates } from './alert-events.ts';
import { insertMessages } from './outbox-rows.ts';
import type { Transactions } from './transactions.ts';

type AlertState = AlertsTable['state'];

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
    createAlert: (alert, seen) => write('create-alert', (transaction) => insertAlert(transaction, alert, seen)),

    armAlert: (id, at, seen) =>
      write('arm-alert', async (transaction) => {
        const armed = await changeState(transaction, { id, from: ['waiting'], to: 'armed', candle: seen.candle });
        if (armed) await insertAlertEvent(transaction, id, { type: 'armed', seen }, at);
      }),

    setAlertLevels: (alerts, at) => write('set-alert-levels', (transaction) => setLevels(transaction, alerts, at)),

    fireAlert: (id, at, seen, messages) =>
      write('fire-alert', (transaction) => fire(transaction, id, at, seen, messages)),

    expireAlert: (id, at, messages) =>
      write('expire-alert', async (transaction) => {
        const expired = await changeState(transaction, { id, from: openAlertStates, to: 'expired' });
        if (!expired) return false;
        await insertAlertEvent(transaction, id, { type: 'expired' }, at);
        await insertMessages(transaction, messages, at, id);
        return true;
      }),

    deleteAlert: (id, personId, at) =>
      write('delete-alert', async (transaction) => {
        const deleted = await changeState(transaction, { id, personId, from: openAlertStates, to: 'deleted' });
        if (deleted) await insertAlertEvent(transaction, id, { type: 'deleted' }, at);
        return deleted;
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

async function insertAlert(db: Kysely<Tables>, alert: Alert, seen: Seen): Promise<void> {
  const { id, account, personId, address, symbol, condition, hours, repeats, until } = alert;
  const { createdAt, firedAt, level, state } = alert;
  await db
    .insertInto('alerts')
    .values({
      id,
      account,
      person_id: personId,
      channel: address.channel,
      chat_id: address.chatId,
      symbol,
      condition: toJson(condition),
      hours,
      repeats: repeats ? 1 : 0,
      until: until ?? null,
      ...levelColumns(alert),
      candle: alert.candle ?? null,
      created_at: createdAt,
      fired_at: firedAt ?? null,
    })
    .execute();
  await insertAlertEvent(db, id, { type: 'created', seen, level, state }, createdAt);
}

/** False, and nothing done, where the alert is in another state, or not this person's. */
async function changeState(
  db: Kysely<Tables>,
  change: {
    readonly id: string;
    /** Absent, it may be anybody's. */
    readonly personId?: string;
    readonly from: readonly AlertState[];
    readonly to: AlertState;
    /** The candle that changed it, of an alert on candles. */
    readonly candle?: string | undefined;
  },
): Promise<boolean> {
  const { id, personId, from, to, candle } = change;
  const set = { state: to, ...(candle === undefined ? {} : { candle }) };
  const update = db.updateTable('alerts').set(set).where('id', '=', id).where('state', 'in', from);
  const result = await (personId === undefined ? update : update.where('person_id', '=', personId)).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

async function setLevels(db: Kysely<Tables>, alerts: readonly Alert[], at: number): Promise<void> {
  for (const alert of alerts) {
    const { id, level, levelDay: day, state } = alert;
    const result = await db
      .updateTable('alerts')
      .set(levelColumns(alert))
      .where('id', '=', id)
      .where('state', 'in', openAlertStates)
      .executeTakeFirst();
    if (result.numUpdatedRows === 1n) await insertAlertEvent(db, id, { type: 'level', day, level, state }, at);
  }
}

async function fire(
  db: Kysely<Tables>,
  id: string,
  at: number,
  seen: Seen,
  messages: readonly OutboxDraft[],
): Promise<boolean> {
  const fired = await db
    .updateTable('alerts')
    .set((row) => ({
      state: row
        .case()
        .when('repeats', '=', 1)
        .then('waiting' as const)
        .else('fired' as const)
        .end(),
      fired_at: at,
      ...(seen.candle === undefined ? {} : { candle: seen.candle }),
    }))
    .where('id', '=', id)
    .where('state', '=', 'armed')
    .returning('level')
    .executeTakeFirst();
  if (fired === undefined) return false;
  const level = fired.level === null ? undefined : levelFromJson(fired.level);
  await insertAlertEvent(db, id, { type: 'fired', seen, level, messages: messages.length }, at);
  await insertMessages(db, messages, at, id);
  return true;
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
    account: row.account,
    personId: row.person_id,
    address: { channel: row.channel, chatId: row.chat_id },
    symbol: row.symbol,
    condition: conditionFromJson(row.condition),
    hours: row.hours === 'extended' ? 'extended' : 'regular',
    repeats: row.repeats === 1,
    until: row.until ?? undefined,
    level: row.level === null ? undefined : levelFromJson(row.level),
    levelDay: row.level_day,
    state: row.state === 'armed' ? 'armed' : 'waiting',
    ...(row.candle === null ? {} : { candle: row.candle }),
    createdAt: row.created_at,
    firedAt: row.fired_at ?? undefined,
  };
}
