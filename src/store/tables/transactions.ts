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
  /**
   * The same, for writes that go by what they have read: they wait for all others of this name, in every process that
   * shares the ledger, and then see what those wrote. In SQLite all writes do that.
   */
  inTurn(name: string): Transactions;
  /** Runs one statement, which is a transaction of its own and waits for no writer. */
  read<T>(operation: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction, all or nothing. `work` must await nothing but its own statements, and may be run
   * again from the beginning after the database took everything back.
   */
  write<T>(operation: string, work: Work<T>, options?: WriteOptions): Promise<T>;
}

/** The statements of one transaction. */
export type Work<T> = (transaction: Transaction<Tables>) => Promise<T>;

export interface WriteOptions {
  /**
   * What to do where the connection breaks while the transaction is committed, so that nobody knows what became of it:
   * by default the database is asked until that is known. `refuse` fails at once, for what must not come late.
   */
  readonly whenUnknown?: 'ask' | 'refuse' | undefined;
  /**
   * Writes of one lane are made in the order in which this process asked for them, as all are in SQLite and as those in
   * turn are anyway.
   */
  readonly lane?: (() => string) | undefined;
}

export function createTransactions(db: Kysely<Tables>, traits: DatabaseTraits): Transactions {
  const transactions: Transactions = {
    ...traits,
    inTurn: () => transactions,
    read: (operation, work) => translated(operation, sqliteTrouble, () => work(db)),
    write: (operation, work) => translated(operation, sqliteTrouble, () => db.transaction().execute(work)),
  };
  return transactions;
}

/** @throws AppError the trouble that `troubleIn` finds in whatever `run` throws, or else `store.failed`. */
export async function translated<T>(
  operation: string,
  troubleIn: (error: unknown) => LedgerTrouble | undefined,
  run: () => Promise<T>,
): Promise<T> {
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

function sqliteTrouble(error: unknown): LedgerTrouble | undefined {
  return troubles[resultCode(error) ?? 0];
}
