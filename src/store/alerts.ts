import type { Selectable } from 'kysely';
import type { Alert } from '../domain/alert.ts';
import type { Ledger } from '../ports.ts';
import { insertMessage } from './outbox.ts';
import type { AlertsTable } from './schema.ts';
import type { Transactions } from './transactions.ts';

type AlertMethods = Pick<Ledger, 'createAlert' | 'openAlerts' | 'armAlert' | 'fireAlert' | 'deleteAlert'>;

const open: readonly AlertsTable['state'][] = ['armed', 'waiting'];

export function createAlertMethods({ read, write }: Transactions): AlertMethods {
  return {
    createAlert: (alert) =>
      write('create-alert', async (transaction) => {
        const { id, personId, address, symbol, direction, price, state, createdAt } = alert;
        await transaction
          .insertInto('alerts')
          .values({
            id,
            person_id: personId,
            channel: address.channel,
            chat_id: address.chatId,
            symbol,
            direction,
            price,
            state,
            created_at: createdAt,
            fired_at: null,
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

    fireAlert: (id, at, messages) =>
      write('fire-alert', async (transaction) => {
        const result = await transaction
          .updateTable('alerts')
          .set({ state: 'fired', fired_at: at })
          .where('id', '=', id)
          .where('state', '=', 'armed')
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

function alertOf(row: Selectable<AlertsTable>): Alert {
  return {
    id: row.id,
    personId: row.person_id,
    address: { channel: row.channel, chatId: row.chat_id },
    symbol: row.symbol,
    direction: row.direction,
    price: row.price,
    state: row.state === 'armed' ? 'armed' : 'waiting',
    createdAt: row.created_at,
  };
}
