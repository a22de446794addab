import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../errors.ts';
import type { Tables } from './schema.ts';

/** How the ledger's methods reach the database. Both throw AppError `store.failed` for what the database says. */
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
    throw cause instanceof AppError ? cause : new AppError('store.failed', { operation }, { cause });
  }
}
