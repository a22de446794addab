import { ticketKey } from '../../domain/orders/ticket-key.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Transactions } from './transactions.ts';

type ChatMethods = Pick<Ledger, 'moveChat'>;

/** The tables whose rows say in which chat something is told. */
const movedTables = ['proposals', 'orders', 'alerts', 'digest_plans', 'event_choices', 'screen_watches'] as const;

export function createChatMethods({ write }: Transactions): ChatMethods {
  return {
    // Messages that wait keep the old chat id: one that is being sent would be sent a second time under the new id.
    moveChat: ({ channel, chatId }, to) =>
      write('move-chat', async (transaction) => {
        for (const table of movedTables) {
          await transaction
            .updateTable(table)
            .set({ chat_id: to })
            .where('channel', '=', channel)
            .where('chat_id', '=', chatId)
            .execute();
        }
        // Messages of the old chat can be edited no more, so the cards there end.
        await transaction
          .updateTable('outbox')
          .set({ reference: null })
          .where('channel', '=', channel)
          .where('chat_id', '=', chatId)
          .where('key', 'like', `${ticketKey('')}%`)
          .execute();
        const monitors = transaction.selectFrom('monitors').selectAll().where('channel', '=', channel);
        const [own] = await monitors.where('chat_id', '=', chatId).execute();
        const [there] = await monitors.where('chat_id', '=', to).execute();
        // A chat has one monitor: the one that was asked for under the new id is the newer.
        if (own === undefined || there !== undefined) return;
        await transaction
          .updateTable('monitors')
          .set({ chat_id: to })
          .where('channel', '=', channel)
          .where('chat_id', '=', chatId)
          .execute();
      }),
  };
}
