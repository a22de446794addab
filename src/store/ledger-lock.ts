import { existsSync, realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { inMemory, isBusy, prepareFile } from './sqlite.ts';

/** The process that uses a ledger. */
export interface LockHolder {
  /** Machine and process, so that a person can find it: `macbook:4711`. */
  readonly name: string;
  /** When it took the ledger, in milliseconds. */
  readonly since: number;
}

/** How long to wait for the holder's name while the holder writes it. */
const readWaitMs = 1_000;

/**
 * Lets one process at a time use a ledger, because two bots on one would each send what the other is sending. It is a
 * lock of SQLite on a file beside the ledger: the system frees the lock however the process ends, and a file that stays
 * behind stops nobody.
 */
export class LedgerLock {
  readonly #database: DatabaseSync | undefined;

  /** @throws AppError `store.cannot-open`. A ledger in memory belongs to this process alone and can always be taken. */
  constructor(ledgerPath: string) {
    if (ledgerPath === inMemory) return;
    try {
      // A link leads to the same file, so the lock goes by the real path.
      const ledger = existsSync(ledgerPath) ? realpathSync(ledgerPath) : ledgerPath;
      this.#database = new DatabaseSync(prepareFile(`${ledger}-hold`));
    } catch (cause) {
      throw new AppError('store.cannot-open', { path: ledgerPath }, { cause });
    }
  }

  /** Takes the ledger until `release` or the end of the process. Returns false when another process has it. */
  take({ name, since }: LockHolder): boolean {
    const database = this.#database;
    if (database === undefined) return true;
    if (!this.#begin(database)) return false;
    database.exec('create table if not exists holder (name text not null, since integer not null) strict');
    database.exec('delete from holder');
    database.prepare('insert into holder (name, since) values (?, ?)').run(name, since);
    // Others can read the name once it is committed. If another process takes the lock in between, it has the ledger.
    database.exec('commit');
    return this.#begin(database);
  }

  /** The process that has the ledger; undefined when its name cannot be read. */
  holder(): LockHolder | undefined {
    const database = this.#database;
    if (database === undefined) return undefined;
    try {
      database.exec(`pragma busy_timeout = ${readWaitMs}`);
      const row = database.prepare('select name, since from holder').get();
      return row === undefined ? undefined : { name: String(row['name']), since: Number(row['since']) };
    } catch {
      return undefined;
    }
  }

  release(): void {
    this.#database?.close();
  }

  #begin(database: DatabaseSync): boolean {
    database.exec('pragma busy_timeout = 0');
    try {
      database.exec('begin immediate');
      return true;
    } catch (cause) {
      if (isBusy(cause)) return false;
      throw new AppError('store.cannot-open', {}, { cause });
    }
  }
}
