import { existsSync } from 'node:fs';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { isPostgresUrl, type LedgerOptions, openLedger, openLedgerForReading } from './ledger.ts';

/**
 * Opens the records of a bot that may be running, for reading. Whatever is written goes to a scratch ledger, because
 * the answers of this process must not get into the outbox of the bot.
 */
export async function openForReading(place: LedgerOptions): Promise<Ledger> {
  const records = await openRecords(place);
  const scratch = await openLedger({ url: 'sqlite::memory:' });
  return records === undefined ? scratch : combined(records, scratch);
}

/**
 * The records themselves; undefined where there are none yet. PostgreSQL refuses whoever would write to them.
 * @throws AppError `store.*`.
 */
export async function openRecords({ url, ...place }: LedgerOptions): Promise<Ledger | undefined> {
  if (isPostgresUrl(url)) return openLedgerForReading({ url, ...place });
  return existsSync(url.slice('sqlite:'.length)) ? openLedger({ url }) : undefined;
}

/** Reads `records` and writes `scratch`. */
function combined(records: Ledger, scratch: Ledger): Ledger {
  const { halted, armedDay, accountNumbers, proposal, order, orderEvents, latestByNumber } = records;
  const { ordersOfDay, ordersByStatus, amountOfDay, openAlerts, people, peopleSettings, watchlist } = records;
  const { digestPlans, reportRuns, monitors, eventChoices, eventStates, toldEvents, screenWatches } = records;
  const { latestOrders, alert, latestAlerts, alertEvents, messagesOfAlert } = records;
  const close = async (): Promise<void> => {
    await records.close();
    await scratch.close();
  };
  return {
    ...scratch,
    halted,
    armedDay,
    accountNumbers,
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
    digestPlans,
    reportRuns,
    monitors,
    eventChoices,
    eventStates,
    toldEvents,
    screenWatches,
    close,
    account: (name, fence) => combined(records.account(name, fence), scratch.account(name, fence)),
  };
}
