import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Transactions } from './transactions.ts';

type ChatMethods = Pick<Ledger, 'moveChat'>;

export function createChatMethods({ write }: Transactions): ChatMethods {
  return {
    // Messages that wait keep the old chat id: one that is being sent would be sent a second time under the new id.
    moveChat: ({ channel, chatId }, to) =>
      write('move-chat', async (transaction) => {
        for (const table of ['proposals', 'orders', 'alerts'] as const) {
          await transaction
            .updateTable(table)
            .set({ chat_id: to })
            .where('channel', '=', channel)
            .where('chat_id', '=', chatId)
            .execute();
        }
      }),
  };
}
