import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { LedgerTrouble } from '../../domain/ledger-trouble.ts';
import { AppError } from '../../errors.ts';
import type { Tables } from '../schema.ts';
import { resultCode } from '../sqlite.ts';

/** What statements have to know of the database that runs them. */
export interface DatabaseTraits {
  /** The database's own time in milliseconds, at the moment at which the statement comes to it. */
  now(): RawBuilder<number>;
  /**
   * Whether others write during a transaction, so that a row that must stay as it was read has to be locked. Nobody does
   * in SQLite.
   */
  readonly locksRows: boolean;
}

/** SQLite has no clock of its own but the machine's, which `now` reads. */
export function sqliteTraits(now: () => number): DatabaseTraits {
  return { now: () => sql<number>`${now()}`, locksRows: false };
}

/**
 * How the ledger's methods use the database. Both throw an AppError for errors of the database: a `LedgerTrouble` for
 * one that keeps it from working, or else `store.failed`.
 */
export interface Transactions extends DatabaseTraits {
  /** Runs one statement, which is a transaction of its own and waits for no writer. */
  read<T>(operation: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction, all or nothing, while nobody else writes to the file. `work` must await nothing but
   * its own statements.
   */
  write<T>(operation: string, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
}

export function createTransactions(db: Kysely<Tables>, traits: DatabaseTraits): Transactions {
  return {
    ...traits,
    read: (operation, work) => translated(operation, () => work(db)),
    write: (operation, work) => translated(operation, () => db.transaction().execute(work)),
  };
}

async function translated<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw cause instanceof AppError
      ? cause
      : new AppError(troubleIn(cause) ?? 'store.failed', { operation }, { cause });
  }
}

/** What keeps the ledger from working, by SQLite's primary result codes (sqlite.org/rescode.html). */
const troubles: Readonly<Record<number, LedgerTrouble>> = {
  // Busy, locked, protocol: another process is at the file.
  5: 'store.locked',
  6: 'store.locked',
  15: 'store.locked',
  8: 'store.read-only',
  13: 'store.full',
  // Permission, I/O error, cannot open.
  3: 'store.io',
  10: 'store.io',
  14: 'store.io',
  11: 'store.corrupt',
  26: 'store.corrupt',
};

function troubleIn(error: unknown): LedgerTrouble | undefined {
  return troubles[resultCode(error) ?? 0];
}
