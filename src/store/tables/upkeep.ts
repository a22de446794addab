import { endedStatuses } from '../../domain/orders/order.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import { forgetMarks } from '../postgres/marks.ts';
import { forgetAlertEvents } from './alert-events.ts';
import { forgetHanded } from './cluster/handed.ts';
import { forgetEvents } from './events/events.ts';
import { noteWriteTried } from './settings.ts';
import type { Transactions } from './transactions.ts';

/** What keeps the ledger itself in order, whatever it is about. */
export function createUpkeepMethods({ write }: Transactions): Pick<Ledger, 'tryWriting' | 'prune'> {
  return {
    tryWriting: (now) =>
      write('try-writing', (transaction) => noteWriteTried(transaction, now), { whenUnknown: 'refuse' }),

    prune: (before, beforeDay) =>
      write('prune', async (transaction) => {
        const open = transaction.selectFrom('orders').select('card').where('status', 'not in', endedStatuses);
        await transaction
          .deleteFrom('outbox')
          .where('state', 'in', ['sent', 'superseded', 'dropped'])
          .where('created_at', '<', before)
          // A scheduled order may be open for longer than that, and its card has to be found.
          .where((of) => of.or([of('about', 'is', null), of('about', 'not in', open)]))
          .execute();
        await forgetAlertEvents(transaction, before);
        await forgetEvents(transaction, before, beforeDay);
        await forgetHanded(transaction, before);
        await forgetMarks(transaction, before);
        await transaction.deleteFrom('execution_notices').where('day', '<', beforeDay).execute();
        await transaction.deleteFrom('seen_orders').where('day', '<', beforeDay).execute();
      }),
  };
}
