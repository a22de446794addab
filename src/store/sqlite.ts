import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type Driver, SqliteAdapter, type SqliteDatabase, SqliteDialect, SqliteDriver } from 'kysely';
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';

/** The path of a database that is gone when it is closed. */
export const inMemory = ':memory:';

/** `full`: commits survive a power cut. `normal`: the last commits may be lost, but the file stays whole. */
export type Durability = 'full' | 'normal';

const busyTimeoutMs = 5_000;
const beginRetryMs = 10;
const synchronousLevel: Readonly<Record<Durability, number>> = { normal: 1, full: 2 };
/**
 * How many compiled statements are kept. Lists of values make statements of many lengths; the others are compiled each
 * time.
 */
const mostStatements = 200;
/** SQLite's primary result codes. An extended code has its primary code in its lowest byte. */
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/**
 * Opens the file and creates it, and missing folders above it, if need be. Only the owner can read it.
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

/** The error for a file that SQLite does not open. A cache may be deleted; a ledger must be restored from a backup. */
export function unusable(path: string, durability: Durability, cause: unknown): AppError {
  const code = resultCode(cause);
  const what =
    code === sqliteNotADatabase ? 'not-a-database' : code === sqliteCorrupt ? 'damaged' : ('cannot-open' as const);
  return new AppError(`store.${what}`, { path, expendable: durability === 'normal' }, { cause });
}

/**
 * One level is made without `recursive`: Node's recursive mkdir never returns below a folder that takes no folders,
 * such as /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: !existsSync(dirname(folder)), mode: 0o700 });
}

/**
 * Creates the file with its mode before SQLite opens it, because SQLite gives that mode to its -wal and -shm files too.
 */
export function prepareFile(path: string): string {
  const file = resolve(path);
  makeFolder(dirname(file));
  // A file that exists is not opened here: closing it would free every lock that this process has on it.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  // A copy or a backup may have left these files readable by anybody.
  for (const part of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(part)) chmodSync(part, 0o600);
  return file;
}

/**
 * Sets the pragmas that durability depends on and reads them back, because SQLite says nothing when it cannot follow
 * one.
 * @throws AppError `store.not-durable` when a setting did not take.
 */
export function setPragmas(database: DatabaseSync, durability: Durability, journalMode: 'wal' | 'memory'): void {
  database.exec('pragma journal_mode = wal');
  database.exec(`pragma synchronous = ${durability}`);
  // On macOS an ordinary fsync ends at the drive's own cache. Other systems ignore this setting.
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

/**
 * Kysely's SQLite dialect over node:sqlite. It has one connection, on which Kysely runs one transaction at a time. Of a
 * database that is `readOnly`, a transaction sees the state at its first statement, and waits for no writer.
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;
  readonly #readOnly: boolean;

  constructor(database: DatabaseSync, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    super({ database: asKyselyDatabase(database) });
    this.#database = database;
    this.#readOnly = readOnly;
  }

  override createDriver(): Driver {
    return this.#readOnly ? super.createDriver() : new ImmediateDriver(this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/**
 * Runs each migration in a transaction, so that none is ever half done and two processes that start at once take turns.
 */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Takes the write lock at the beginning of every transaction. A deferred transaction would take it at its first write,
 * when what it has read may be out of date: two processes could both find a proposal open.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;
  /**
   * How long the next transaction waits for the lock. Nothing else can use the connection meanwhile, so after one has
   * waited in vain the next ones do not wait.
   */
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
    // After a full disk or a failed write SQLite may have rolled back by itself. A second rollback would be an error
    // and would hide the first one.
    if (this.#database.isTransaction) {
      this.#database.exec('rollback');
    }
  }

  /** SQLite's own waiting would block the thread and so the whole process, so it is not used here. */
  #beginOnce(): void {
    // A disk that failed may have refused the rollback as well. The transaction is open still then, and would keep the
    // next one from beginning.
    if (this.#database.isTransaction) this.#database.exec('rollback');
    this.#database.exec('pragma busy_timeout = 0');
    try {
      this.#database.exec('begin immediate');
    } finally {
      this.#database.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }
}

/** Whether another process has the lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === sqliteBusy;
}

/** SQLite's primary result code; undefined for an error that is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  // Compiled statements are kept: most take longer to compile than to run, and the ledger has few.
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
      // Statements of migrations are not kept, because they change the tables.
      if (/^(?:select|insert|update|delete)\b/i.test(sql) && statements.size < mostStatements)
        statements.set(sql, prepared);
      return prepared;
    },
  };
}

/** @throws TypeError for a value that SQLite has no type for. node:sqlite would name only its position. */
function asInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  throw new TypeError(`a ${typeof value} cannot be stored`);
}
