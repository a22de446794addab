import { Kysely } from 'kysely';
import { systemClock } from '../clock.ts';
import { mainAccount } from '../domain/account.ts';
import { AppError } from '../errors.ts';
import type { Fence } from '../ports/cluster.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';
import { NodeSqliteDialect, openSqlite, unusable } from './sqlite.ts';
import { createAlertEventMethods } from './tables/alert-events.ts';
import { createAlertMethods } from './tables/alerts.ts';
import { createCardMethods } from './tables/cards/order-cards.ts';
import { createChatMethods } from './tables/chats.ts';
import { createHandedMethods } from './tables/cluster/handed.ts';
import { createLeaseMethods } from './tables/cluster/leases.ts';
import { createEventMethods } from './tables/events/events.ts';
import { createNoticeMethods } from './tables/execution-notices.ts';
import { createOrderReads, createOrderWrites } from './tables/orders.ts';
import { createDeliveryMethods, createQueueMethods } from './tables/outbox.ts';
import { createPeopleMethods } from './tables/people.ts';
import { createProposalMethods } from './tables/proposals.ts';
import { createReportMethods } from './tables/reports/reports.ts';
import { createSeenOrderMethods } from './tables/seen-orders.ts';
import { createSettingMethods } from './tables/settings.ts';
import { createTransactions, sqliteTraits } from './tables/transactions.ts';
import { createUpkeepMethods } from './tables/upkeep.ts';
import { createWatchlistMethods } from './tables/watchlists.ts';

export interface LedgerOptions {
  /** `sqlite:PATH`, or `sqlite::memory:` for a ledger that is gone when it is closed. */
  readonly url: string;
  /** What time it is, in milliseconds, for leases; by default by the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens the ledger and brings its schema up to date.
 * @throws AppError `store.postgres-not-yet`, `store.bad-url`, `store.not-a-database`, `store.damaged`,
 * `store.cannot-open`, `store.not-durable`, `store.newer`, `store.migration-failed`. Its methods throw a
 * `LedgerTrouble` or `store.failed` when the database does.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const path = pathOf(options.url);
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqlite(path, 'full')) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    if (error instanceof AppError) throw new AppError(error.code, { ...error.context, path }, { cause: error.cause });
    throw unusable(path, 'full', error);
  }
  const transactions = createTransactions(db, sqliteTraits(options.now ?? systemClock.now));
  const shared = {
    ...createQueueMethods(transactions),
    ...createDeliveryMethods(transactions),
    ...createAlertMethods(transactions),
    ...createAlertEventMethods(transactions),
    ...createPeopleMethods(transactions),
    ...createChatMethods(transactions),
    ...createWatchlistMethods(transactions),
    ...createReportMethods(transactions),
    ...createEventMethods(transactions),
    ...createLeaseMethods(transactions),
    ...createHandedMethods(transactions),
    ...createUpkeepMethods(transactions),
    close: () => db.destroy(),
  };
  const ledgerOf = (account: string, fence?: () => Fence | undefined): Ledger => ({
    ...shared,
    ...createProposalMethods(transactions, account, fence),
    ...createOrderWrites(transactions, account, fence),
    ...createOrderReads(transactions, account),
    ...createCardMethods(transactions, account),
    ...createNoticeMethods(transactions, account),
    ...createSeenOrderMethods(transactions, account),
    ...createSettingMethods(transactions, account),
    account: ledgerOf,
  });
  return ledgerOf(mainAccount);
}

/** The URL is never part of an error, because that of another database contains a password. */
function pathOf(url: string): string {
  if (/^postgres(ql)?:/.test(url)) {
    throw new AppError('store.postgres-not-yet');
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new AppError('store.bad-url');
  }
  return path;
}
