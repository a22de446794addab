import { Kysely } from 'kysely';
import { systemClock } from '../clock.ts';
import { mainAccount, withoutNumber } from '../domain/account.ts';
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
import { createFigureMethods } from './tables/figures/figures.ts';
import { createOrderReads, createOrderWrites } from './tables/orders.ts';
import { createDeliveryMethods, createQueueMethods } from './tables/outbox.ts';
import { createPeopleMethods } from './tables/people.ts';
import { createProposalMethods } from './tables/proposals.ts';
import { createReportMethods } from './tables/reports/reports.ts';
import { createSeenOrderMethods } from './tables/seen-orders.ts';
import { createSendingMethods, createSettingMethods } from './tables/settings.ts';
import { createTransactions, sqliteTraits, type Transactions } from './tables/transactions.ts';
import { createUpkeepMethods } from './tables/upkeep.ts';
import { createWatchlistMethods } from './tables/watchlists.ts';

export interface LedgerOptions {
  /**
   * `sqlite:PATH`, or `sqlite::memory:` for a ledger that is gone when it is closed; or `postgres://…`, which several
   * processes may share.
   */
  readonly url: string;
  /** On PostgreSQL the schema of its tables. */
  readonly schema?: string | undefined;
  /** What time it is, in milliseconds, for leases in SQLite; by default by the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** The schema of a ledger on PostgreSQL where none is named. */
const defaultSchema = 'hoga';

/**
 * Opens the ledger and brings its schema up to date.
 * @throws AppError `store.bad-url`, `store.not-a-database`, `store.damaged`, `store.cannot-open`,
 * `store.cannot-connect`, `store.not-durable`, `store.newer`, `store.migration-failed`. Its methods throw a
 * `LedgerTrouble` or `store.failed` when the database does.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url, schema = defaultSchema } = options;
  if (!isPostgresUrl(url)) return openFile(pathOf(url), options.now ?? systemClock.now);
  const { openPostgres, createPostgresTransactions } = await loadPostgres();
  const db = await openPostgres({ url, schema });
  return ledgerOn(createPostgresTransactions(db), db);
}

/**
 * Opens a ledger on PostgreSQL so that nothing can be written to it. Undefined where no bot has used it yet.
 * @throws AppError `store.cannot-connect`, `store.newer`, `store.older`.
 */
export async function openLedgerForReading({
  url,
  schema = defaultSchema,
}: LedgerOptions): Promise<Ledger | undefined> {
  const { openPostgresForReading, createPostgresTransactions } = await loadPostgres();
  const db = await openPostgresForReading({ url, schema });
  return db && ledgerOn(createPostgresTransactions(db), db);
}

/** Loaded only where the ledger is on PostgreSQL. */
async function loadPostgres() {
  const [database, transactions] = await Promise.all([
    import('./postgres/database.ts'),
    import('./postgres/transactions.ts'),
  ]);
  return { ...database, ...transactions };
}

async function openFile(path: string, now: () => number): Promise<Ledger> {
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqlite(path, 'full')) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    if (error instanceof AppError) throw new AppError(error.code, { ...error.context, path }, { cause: error.cause });
    throw unusable(path, 'full', error);
  }
  return ledgerOn(createTransactions(db, sqliteTraits(now)), db);
}

/** The ledger of the main account, from which those of the others come. */
function ledgerOn(transactions: Transactions, db: Kysely<Tables>): Ledger {
  const inTurn = transactions.inTurn('shared');
  const shared = {
    ...createQueueMethods(transactions),
    ...createDeliveryMethods(transactions),
    ...createAlertMethods(inTurn),
    ...createAlertEventMethods(transactions),
    ...createPeopleMethods(inTurn),
    ...createChatMethods(inTurn),
    ...createWatchlistMethods(inTurn),
    ...createReportMethods(inTurn),
    ...createEventMethods(inTurn),
    ...createLeaseMethods(transactions),
    ...createHandedMethods(transactions),
    ...createFigureMethods(transactions),
    ...createSendingMethods(transactions),
    ...createUpkeepMethods(transactions),
    close: () => db.destroy(),
  };
  const ledgerOf = (account: string, fence?: () => Fence | undefined): Ledger => {
    // A halt is of an account whatever its number, so those of all its numbers take turns.
    const own = transactions.inTurn(`account ${withoutNumber(account)}`);
    return {
      ...shared,
      ...createProposalMethods(own, account, fence),
      ...createOrderWrites(own, account, fence),
      ...createOrderReads(own, account),
      ...createCardMethods(own, account),
      ...createNoticeMethods(own, account),
      ...createSeenOrderMethods(own, account),
      ...createSettingMethods(own, account),
      account: ledgerOf,
    };
  };
  return ledgerOf(mainAccount);
}

export function isPostgresUrl(url: string): boolean {
  return /^postgres(?:ql)?:/.test(url);
}

/** The URL is never part of an error, because that of another database contains a password. */
function pathOf(url: string): string {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new AppError('store.bad-url');
  }
  return path;
}
