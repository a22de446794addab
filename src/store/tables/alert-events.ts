import type { Kysely } from 'kysely';
import type { AlertEvent } from '../../domain/alerts/alert.ts';
import type { MessageFate } from '../../ports/ledger/alert-store.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import { alertEventFromJson, toJson } from '../json.ts';
import type { AlertsTable, OutboxTable, Tables } from '../schema.ts';
import type { Transactions } from './transactions.ts';

/** The states of alerts that are not over. */
export const openAlertStates: readonly AlertsTable['state'][] = ['armed', 'waiting'];

/** The history of alerts, which `/why` shows. */
export function createAlertEventMethods({ read }: Transactions): Pick<Ledger, 'alertEvents' | 'messagesOfAlert'> {
  return {
    alertEvents: (id) =>
      read('alert-events', async (db) => {
        const query = db.selectFrom('alert_events').selectAll().where('alert_id', '=', id).orderBy('sequence');
        return (await query.execute()).map(({ at, data }) => ({ at, event: alertEventFromJson(data) }));
      }),

    messagesOfAlert: (id) =>
      read('messages-of-alert', async (db) => {
        const query = db.selectFrom('outbox').selectAll().where('alert_id', '=', id).orderBy('id');
        return (await query.execute()).map(
          (row): MessageFate => ({
            address: { channel: row.channel, chatId: row.chat_id },
            state: fateOf[row.state],
            createdAt: row.created_at,
            sentAt: row.sent_at ?? undefined,
            heldUntil: row.held_until ?? undefined,
            attempts: row.attempts,
            error: row.error ?? undefined,
          }),
        );
      }),
  };
}

const fateOf: Readonly<Record<OutboxTable['state'], MessageFate['state']>> = {
  held: 'held',
  queued: 'queued',
  sent: 'sent',
  superseded: 'sent',
  dropped: 'dead',
  dead: 'dead',
  'dead-told': 'dead',
};

/** Writes an event, in the transaction that makes it happen. */
export async function insertAlertEvent(db: Kysely<Tables>, id: string, event: AlertEvent, at: number): Promise<void> {
  const last = await db
    .selectFrom('alert_events')
    .select((max) => max.fn.max<number | null>('sequence').as('sequence'))
    .where('alert_id', '=', id)
    .executeTakeFirst();
  await db
    .insertInto('alert_events')
    .values({ alert_id: id, sequence: (last?.sequence ?? 0) + 1, at, type: event.type, data: toJson(event) })
    .execute();
}

/** Deletes the events of alerts that are over, and the levels of earlier days. */
export async function forgetAlertEvents(db: Kysely<Tables>, before: number): Promise<void> {
  const open = db.selectFrom('alerts').select('id').where('state', 'in', openAlertStates);
  await db
    .deleteFrom('alert_events')
    .where('at', '<', before)
    .where((row) => row.or([row('type', '=', 'level'), row('alert_id', 'not in', open)]))
    .execute();
}
