import type { Kysely, Transaction } from 'kysely';
import type { LedgerTrouble } from '../../domain/ledger-trouble.ts';
import { AppError } from '../../errors.ts';
import type { Tables } from '../schema.ts';
import { resultCode } from '../sqlite.ts';

/**
 * How the ledger's methods reach the database. Both throw an AppError for what the database says: what keeps it from
 * working (`LedgerTrouble`), or else `store.failed`.
 */
export interface Transactions {
  /** For one statement, which is a transaction of its own and waits for no writer. */
  read<T>(operation: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** All or nothing, alone among all writers of the file. `work` awaits nothing but its own statements. */
  write<T>(operation: string, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
}

export function createTransactions(db: Kysely<Tables>): Transactions {
  return {
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

/** By SQLite's primary result codes (sqlite.org/rescode.html). */
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
