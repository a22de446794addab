// @ts-nocheck
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, SqliteDriver } from 'kysely';
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';

/** The path that stands for a database that is gone when it is closed. */
export const inMemory = ':memory:';

/** `full`: what is committed survives a power cut. `normal`: the last commits may be lost, the file stays whole. */
export type Durability = 'full' | 'normal';

const busyTimeoutMs = 5_000;
const beginRetryMs = 10;
const synchronousLevel: Readonly<Record<Durability, number>> = { normal: 1, full: 2 };
/** Lists of values make statements of many lengths; those beyond this are compiled each time. */
const mostStatements = 200;
/** Primary result codes; an extended one keeps its own in its lowest byte. */
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/**
 * Opens the file, readable by its owner alone, and creates it (and folders above it that are missing).
 * @throws AppError `store.not-a-database`, `store.damaged`, `store.cannot-open`, `store.not-durable`.
 */
export function openSqlite(path: string, durability: Durability): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const file = path === inMemory ? path : prepareFile(path);
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    setPragmas(database, durability, path === inMemory ? 'memory' : 'wal');
    return database;
  } catch (cause) {
    database?.close();
    throw cause instanceof AppError ? cause : unusable(path, durability, cause);
  }
}

/** What is wrong with a file that SQLite does not take. What may be lost is told from what must be restored. */
export function unusable(path: string, durability: Durability, cause: unknown): AppError {
  const code = resultCode(cause);
  const what =
    code === sqliteNotADatabase ? 'not-a-database' : code === sqliteCorrupt ? 'damaged' : ('cannot-open' as const);
  return new AppError(`store.${what}`, { path, expendable: durability === 'normal' }, { cause });
}

/** Node's recursive mkdir never returns below a folder that takes no folders, such as /proc: one level needs none of it. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: !existsSync(dirname(folder)), mode: 0o700 });
}

/** SQLite gives its -wal and -shm files the mode of the database file, so the mode has to be right before it opens. */
export function prepareFile(path: string): string {
  const file = resolve(path);
  makeFolder(dirname(file));
  // To open and close one that is there would let go of every lock this process has on it.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  // What a copy or a backup left beside it may be anybody's to read.
  for (const part of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(part)) chmodSync(part, 0o600);
  return file;
}

/**
 * Sets what durability rests on and reads it back: SQLite answers a pragma it cannot follow with silence.
 * @throws AppError `store.not-durable` when a setting did not take.
 */
export function setPragmas(database: DatabaseSync, durability: Durability, journalMode: 'wal' | 'memory'): void {
  database.exec('pragma journal_mode = wal');
  database.exec(`pragma synchronous = ${durability}`);
  // On macOS an ordinary fsync stops at the drive's own cache. Other systems ignore the setting.
  database.exec('pragma fullfsync = on');
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
  database.exec('pragma foreign_keys = on');
  const expected: Readonly<Record<string, string | number>> = {
    journal_mode: journalMode,
    synchronous: synchronousLevel[durability],
    fullfsync: 1,
    busy_timeout: busyTimeoutMs,
    foreign_keys: 1,
  };
  for (const [pragma, value] of Object.entries(expected)) {
    const actual = readPragma(database, pragma);
    if (actual !== value) {
      throw new AppError('store.not-durable', { pragma, expected: value, actual });
    }
  }
}

function readPragma(database: DatabaseSync, pragma: string): string | number | undefined {
  const value = Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Kysely's SQLite dialect over node:sqlite; one connection, on which Kysely lets one transaction run at a time. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: asKyselyDatabase(database) });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Runs a migration in a transaction: half of one is never left behind, and two processes starting take turns. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Begins every transaction with the write lock. A deferred one takes it at its first write, by which time what it has
 * read may be out of date: two processes could both find a proposal open.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;
  /** While one waits nobody else can ask anything, so after it was in vain the next ones do not. */
  #patienceMs = busyTimeoutMs;

  constructor(database: DatabaseSync) {
    super({ database: asKyselyDatabase(database) });
    this.#database = database;
  }

  override async beginTransaction(): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += beginRetryMs) {
      try {
        this.#beginOnce();
        this.#patienceMs = busyTimeoutMs;
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (waitedMs >= this.#patienceMs) {
          this.#patienceMs = 0;
          throw error;
        }
      }
      await systemClock.sleep(beginRetryMs);
    }
  }

  override async rollbackTransaction(): Promise<void> {
    // After a full disk or a failed write SQLite may have rolled back by itself; a second time would be an error, and
    // hide the first.
    if (this.#database.isTransaction) {
      this.#database.exec('rollback');
    }
  }

  /** SQLite's own waiting blocks the thread, and with it everything else this process does: here it is not used. */
  #beginOnce(): void {
    // Where a broken disk took no rollback either, what was begun is open still, and would keep the next from beginning.
    if (this.#database.isTransaction) this.#database.exec('rollback');
    this.#database.exec('pragma busy_timeout = 0');
    try {
      this.#database.exec('begin immediate');
    } finally {
      this.#database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }
}

/** Whether somebody else has the lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === sqliteBusy;
}

/** SQLite's primary result code; undefined for what is no error of SQLite's. */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  // Compiling a statement takes longer than most of them run, and the ledger has few.
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = database.prepare(sql);
      const prepared = {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...parameters.map(asInput)),
        run: (parameters: readonly unknown[]) => statement.run(...parameters.map(asInput)),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...parameters.map(asInput)),
      };
      // Migrations change tables under statements that were compiled before.
      if (/^(?:select|insert|update|delete)\b/i.test(sql) && statements.size < mostStatements)
        statements.set(sql, prepared);
      return prepared;
    },
  };
}

/** @throws TypeError for a value SQLite has no type for, before node:sqlite names it by its position only. */
function asInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  throw new TypeError(`a ${typeof value} cannot be stored`);
}
