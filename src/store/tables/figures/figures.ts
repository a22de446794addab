import type { Kysely } from 'kysely';
import type { FigureStore, LedgerFigures } from '../../../ports/ledger/figures.ts';
import type { Tables } from '../../schema.ts';
import { openAlertStates } from '../alert-events.ts';
import type { Transactions } from '../transactions.ts';

export function createFigureMethods({ read }: Transactions): FigureStore {
  return { figures: () => read('figures', readFigures) };
}

async function readFigures(db: Kysely<Tables>): Promise<LedgerFigures> {
  const outbox = await db
    .selectFrom('outbox')
    .select((column) => [
      'channel',
      column.fn.countAll().as('queued'),
      // What was held could go from the end of the quiet hours on.
      column.fn
        .min<number | null>(
          column.case().when('in_place', '=', 0).then(column.fn.coalesce('held_until', 'created_at')).end(),
        )
        .as('oldest_at'),
    ])
    .where('state', '=', 'queued')
    .groupBy('channel')
    .execute();
  const unknown = await db
    .selectFrom('orders')
    .select((column) => column.fn.countAll().as('count'))
    .where('status', '=', 'outcome-unknown')
    .executeTakeFirst();
  const alerts = await db
    .selectFrom('alerts')
    .select((column) => column.fn.countAll().as('count'))
    .where('state', 'in', openAlertStates)
    .executeTakeFirst();
  return {
    outbox: outbox.map(({ channel, queued, oldest_at }) => ({
      channel,
      queued: Number(queued),
      oldestAt: oldest_at ?? undefined,
    })),
    unknownOrders: Number(unknown?.count ?? 0),
    openAlerts: Number(alerts?.count ?? 0),
  };
}
