// @ts-nocheck
import { existsSync, realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';
import { inMemory, isBusy, prepareFile } from './sqlite.ts';

/** Who has a ledger. */
export interface Holder {
  /** The process, so that it can be found: `macbook:4711`. */
  readonly name: string;
  /** Milliseconds. */
  readonly since: number;
}

/** How long the holder's name may be kept from us by its writing it. */
const readWaitMs = 1_000;

/**
 * One process's claim on a ledger: two bots on one would each send what the other has under way. It is a lock of SQLite on
 * a file beside the ledger, so the system lets go of it however the process ends, and whatever stays behind holds nobody up.
 */
export class LedgerHold {
  readonly #database: DatabaseSync | undefined;

  /** @throws AppError `store.cannot-open`. A ledger in memory is nobody else's, and always to be had. */
  constructor(ledgerPath: string) {
    if (ledgerPath === inMemory) return;
    try {
      // Under whatever name it is called, it is the same file.
      const ledger = existsSync(ledgerPath) ? realpathSync(ledgerPath) : ledgerPath;
      this.#database = new DatabaseSync(prepareFile(`${ledger}-hold`));
    } catch (cause) {
      throw new AppError('store.cannot-open', { path: ledgerPath }, { cause });
    }
  }

  /** Whether it is ours from now on, until `release` or the end of the process. */
  take({ name, since }: Holder): boolean {
    const database = this.#database;
    if (database === undefined) return true;
    if (!this.#begin(database)) return false;
    database.exec('create table if not exists holder (name text not null, since integer not null) strict');
    database.exec('delete from holder');
    database.prepare('insert into holder (name, since) values (?, ?)').run(name, since);
    // What is written can be read by others once it is committed; whoever comes in between has it.
    database.exec('commit');
    return this.#begin(database);
  }

  /** Whoever has it; undefined where nobody said so yet. */
  holder(): Holder | undefined {
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
