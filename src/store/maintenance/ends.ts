import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, type Transaction } from 'kysely';
import { AppError } from '../../errors.ts';
import { isPostgresUrl } from '../ledger.ts';
import { LedgerLock } from '../ledger-lock.ts';
import { migrate, migrationsOf, pendingOf } from '../migrations.ts';
import { addressOf, openPostgres, openPostgresForReading, type PostgresPlace } from '../postgres/database.ts';
import type { Tables } from '../schema.ts';
import { inMemory, NodeSqliteDialect, openSqlite, unusable } from '../sqlite.ts';
import type { Database } from './tables.ts';

// The ledgers that the tools work on: one is read as it is, another is written anew.

/** Where a ledger is. */
export interface LedgerPlace {
  /** `sqlite:PATH`, the very file, or `postgres://…`, which may hold a password. */
  readonly url: string;
  /** On PostgreSQL the schema of its tables. */
  readonly schema: string;
}

/** A ledger that is open. */
export interface LedgerEnd {
  readonly database: Database;
  /** For people: `sqlite:data/hoga.db`. Never a password. */
  readonly title: string;
  readonly db: Kysely<Tables>;
  /**
   * The last migration that was run on a file of an older version, of which an upgraded copy is read; undefined where the
   * ledger is of this version.
   */
  readonly behind: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens a ledger and leaves it as it is.
 * @throws AppError `store.nothing-there`, `store.not-a-ledger`, `store.newer`, of a database `store.older`, and others of
 * `store.`.
 */
export async function openToRead(place: LedgerPlace): Promise<LedgerEnd> {
  const there = postgresPlace(place);
  if (there !== undefined) {
    const db = await openPostgresForReading(there, { unhurried: true });
    if (db === undefined) throw new AppError('store.nothing-there', { path: titleOf(place) });
    return endOf(place, db);
  }
  const path = pathOfFile(place);
  const { database, db, behind } = await openFile(path);
  if (behind === undefined) return endOf(place, db);
  try {
    return { ...(await openUpgraded(database)), title: titleOf(place), behind };
  } finally {
    await db.destroy();
  }
}

/** Opens a ledger to write to, makes it where there is none, and brings its schema up to date. @throws AppError `store.*`. */
export async function openToWrite(place: LedgerPlace): Promise<LedgerEnd> {
  const there = postgresPlace(place);
  if (there !== undefined) return endOf(place, await openPostgres(there, { unhurried: true }));
  const path = sqlitePath(place);
  if (path === inMemory) throw new AppError('store.nothing-there', { path });
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqlite(path, 'full')) });
  try {
    await migrate(db);
  } catch (cause) {
    await db.destroy();
    throw named(path, cause);
  }
  return endOf(place, db);
}

/** Opens the file of a ledger, read-only. */
export async function openFile(
  path: string,
): Promise<Pick<LedgerEnd, 'db' | 'behind'> & { readonly database: DatabaseSync }> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database, { readOnly: true }) });
    const run = await migrationsOf(db);
    if (run === undefined) throw new AppError('store.not-a-ledger');
    return { database, db, behind: pendingOf(run).length === 0 ? undefined : run.toSorted().at(-1) };
  } catch (cause) {
    database?.close();
    throw named(path, cause);
  }
}

/** Runs `work` while all that it reads is as it was at one moment. */
export function inSnapshot<T>(
  { db, database }: Pick<LedgerEnd, 'db' | 'database'>,
  work: (db: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  const transaction = db.transaction();
  // A transaction of SQLite is of one moment anyway.
  if (database === 'sqlite') return transaction.execute(work);
  return transaction.setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}

/**
 * Keeps bots away from the file of a ledger until the returned function is called. A database is kept from them while it
 * is copied, by a lock on the leases.
 * @throws AppError `store.in-use` where a bot has it.
 */
export function holdLedger(place: LedgerPlace, self: string, now: number): () => void {
  if (postgresPlace(place) !== undefined) return () => undefined;
  const lock = new LedgerLock(sqlitePath(place));
  if (!lock.take({ name: self, since: now })) {
    const holder = lock.holder()?.name ?? '?';
    lock.release();
    throw new AppError('store.in-use', { store: titleOf(place), holder });
  }
  return () => lock.release();
}

/** Whether two places are the same ledger, as far as that can be seen. */
export function isSame(one: LedgerPlace, other: LedgerPlace): boolean {
  const [first, second] = [one, other].map((place) => {
    if (postgresPlace(place) !== undefined) return `${place.url} ${place.schema}`;
    const path = sqlitePath(place);
    return existsSync(path) ? realpathSync(path) : path;
  });
  return first === second;
}

/** The path of a ledger's file. @throws AppError `store.nothing-there`. */
export function pathOfFile(place: LedgerPlace): string {
  const path = sqlitePath(place);
  if (path === inMemory || !existsSync(path)) throw new AppError('store.nothing-there', { path });
  return path;
}

/** Undefined for a ledger in a file. @throws AppError `store.bad-url`. */
export function postgresPlace(place: LedgerPlace): PostgresPlace | undefined {
  if (!isPostgresUrl(place.url)) return undefined;
  if (!URL.canParse(place.url)) throw new AppError('store.bad-url');
  return place;
}

/** @throws AppError `store.bad-url`. The URL is never part of an error: it may contain a password. */
function sqlitePath({ url }: LedgerPlace): string {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new AppError('store.bad-url');
  return path;
}

function titleOf(place: LedgerPlace): string {
  const there = postgresPlace(place);
  return there === undefined ? `sqlite:${sqlitePath(place)}` : `postgres://${addressOf(there)} (${there.schema})`;
}

function endOf(place: LedgerPlace, db: Kysely<Tables>): LedgerEnd {
  const database = isPostgresUrl(place.url) ? 'postgres' : 'sqlite';
  return { database, title: titleOf(place), db, behind: undefined, close: () => db.destroy() };
}

/** A copy of an older ledger, brought to this version. It is gone when it is closed. */
async function openUpgraded(older: DatabaseSync): Promise<LedgerEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-upgrade-'));
  const forget = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'ledger.db');
    older.prepare('vacuum into ?').run(copy);
    const end = await openToWrite({ url: `sqlite:${copy}`, schema: '' });
    const close = async (): Promise<void> => {
      await end.close();
      forget();
    };
    return { ...end, close };
  } catch (cause) {
    forget();
    throw cause;
  }
}

function named(path: string, cause: unknown): AppError {
  return cause instanceof AppError
    ? new AppError(cause.code, { ...cause.context, path }, { cause: cause.cause })
    : unusable(path, 'full', cause);
}
