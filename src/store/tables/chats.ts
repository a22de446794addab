import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { Transactions } from './transactions.ts';

type ChatMethods = Pick<Ledger, 'moveChat'>;

export function createChatMethods({ write }: Transactions): ChatMethods {
  return {
    // What waits in the outbox stays as it is: one that is just being sent would go out a second time under the new id.
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
