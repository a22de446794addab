import { existsSync } from 'node:fs';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { openLedger } from './ledger.ts';

/**
 * The records of the bot that may be running beside us, and a scratch ledger for whatever would be written: our answers
 * must not end up in its outbox.
 */
export async function openForReading(path: string): Promise<Ledger> {
  const scratch = await openLedger({ url: 'sqlite::memory:' });
  if (!existsSync(path)) return scratch;
  const records = await openLedger({ url: `sqlite:${path}` });
  const { halted, armedDay, proposal, order, orderEvents, latestByNumber } = records;
  const { ordersOfDay, ordersByStatus, amountOfDay, openAlerts, people, peopleSettings, watchlist } = records;
  const { latestOrders, alert, latestAlerts, alertEvents, messagesOfAlert } = records;
  const close = async (): Promise<void> => {
    await records.close();
    await scratch.close();
  };
  return {
    ...scratch,
    halted,
    armedDay,
    proposal,
    order,
    orderEvents,
    latestByNumber,
    ordersOfDay,
    ordersByStatus,
    amountOfDay,
    openAlerts,
    latestOrders,
    alert,
    latestAlerts,
    alertEvents,
    messagesOfAlert,
    people,
    peopleSettings,
    watchlist,
    close,
  };
}
