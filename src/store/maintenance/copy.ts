import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { AppError } from '../../errors.ts';
import { storable } from '../postgres/pool.ts';
import { postgresTrouble, sqlState } from '../postgres/troubles.ts';
import type { Tables } from '../schema.ts';
import {
  holdLedger,
  inSnapshot,
  isSame,
  type LedgerEnd,
  type LedgerPlace,
  openToRead,
  openToWrite,
  pathOfFile,
  postgresPlace,
} from './ends.ts';
import { batchesOf, keyText, type LedgerTable, ledgerTables, type Row, rowDigest } from './tables.ts';

/** What was copied of a table. */
export interface CopiedTable {
  readonly table: LedgerTable;
  readonly rows: number;
  /** SHA-256 over the digests of the rows in the order of their keys, in hex. It is the same at both ends. */
  readonly digest: string;
}

export interface CopyReport {
  readonly from: string;
  readonly to: string;
  /** The last migration of the source, where it is of an older version. */
  readonly behind: string | undefined;
  readonly tables: readonly CopiedTable[];
  /** What people did and no process has done yet. It was left behind: done later than meant, it might be an order. */
  readonly undone: number;
}

/** How far it is. */
export interface CopyProgress {
  readonly step: 'copying' | 'comparing';
  readonly table: LedgerTable;
  readonly rows: number;
  /** Whether the table is done. */
  readonly done: boolean;
}

export interface CopyOptions {
  readonly from: LedgerPlace;
  readonly to: LedgerPlace;
  /** This process, as somebody would look for it. */
  readonly self: string;
  readonly now: number;
  readonly progress: (progress: CopyProgress) => void;
}

/** The most values of one statement: SQLite takes 32,766 of them. */
const mostValues = 30_000;
/** How long to wait for whoever is taking a lease at this moment. */
const lockWaitMs = 5_000;
const lockTimedOut = '55P03';

/**
 * Copies a ledger into an empty one, in one transaction: however it ends, the target has everything or nothing. Before
 * that transaction ends, each row is read back from the target and compared with the source. No bot can start on either
 * end meanwhile.
 * @throws AppError `store.copy-onto-itself`, `store.in-use`, `store.not-empty`, `store.copy-differs`, `store.copy-failed`,
 * `store.copy-cut`, and what opening throws.
 */
export async function copyLedger(options: CopyOptions): Promise<CopyReport> {
  const { from, to, self, now } = options;
  if (isSame(from, to)) throw new AppError('store.copy-onto-itself');
  // Looked for first, because holding a file makes another beside it.
  if (postgresPlace(from) === undefined) pathOfFile(from);
  await using ends = new AsyncDisposableStack();
  for (const url of [from, to]) ends.defer(holdLedger(url, self, now));
  const source = ends.adopt(await openToRead(from), (end) => end.close());
  const target = ends.adopt(await openToWrite(to), (end) => end.close());
  return await copyRows(source, target, { mayBeInUse: false, now, progress: options.progress });
}

/**
 * Copies all rows of an open ledger into another, as they are at one moment.
 * @param how `mayBeInUse`: bots may go on with the source meanwhile.
 */
export async function copyRows(
  source: LedgerEnd,
  target: LedgerEnd,
  how: { readonly mayBeInUse: boolean; readonly now: number; readonly progress: (progress: CopyProgress) => void },
): Promise<CopyReport> {
  const { mayBeInUse, now, progress } = how;
  try {
    return await inSnapshot(source, (from) =>
      target.db.transaction().execute(async (to) => {
        if (!mayBeInUse) await keepOthersOut(from, source, now);
        await keepOthersOut(to, target, now);
        await refuseRows(to, target);
        for (const table of ledgerTables) await copyTable(table, { source, from, to, progress });
        const tables: CopiedTable[] = [];
        for (const table of ledgerTables) {
          tables.push(await compareTable(table, { source, target, from, to, progress }));
        }
        const undone = await countIn(from, 'handed', sql`where done_at is null`);
        return { from: source.title, to: target.title, behind: source.behind, tables, undone };
      }),
    );
  } catch (cause) {
    // Whether a commit arrived whose answer was lost, only the target can tell.
    if (postgresTrouble(cause) !== 'store.away') throw cause;
    throw new AppError('store.copy-cut', { store: target.title }, { cause });
  }
}

async function copyTable(
  table: LedgerTable,
  {
    source,
    from,
    to,
    progress,
  }: Pick<CopyOptions, 'progress'> & {
    readonly source: LedgerEnd;
    readonly from: Kysely<Tables>;
    readonly to: Kysely<Tables>;
  },
): Promise<void> {
  let rows = 0;
  for await (const batch of batchesOf(from, source.database, table)) {
    const atOnce = Math.max(1, Math.floor(mostValues / Object.keys(batch[0] ?? {}).length));
    for (let first = 0; first < batch.length; first += atOnce) {
      await insert(to, table, batch.slice(first, first + atOnce));
    }
    rows += batch.length;
    progress({ step: 'copying', table, rows, done: false });
  }
  progress({ step: 'copying', table, rows, done: true });
}

async function insert(to: Kysely<Tables>, table: LedgerTable, rows: readonly Row[]): Promise<void> {
  try {
    // What was read of a table is what may be written to it; the rows of all tables have no type in common.
    await to
      .insertInto(table)
      .values(rows as never)
      .execute();
  } catch (cause) {
    if (postgresTrouble(cause) === 'store.away') throw cause;
    const [first, last] = [rows[0], rows.at(-1)].map((row) => (row === undefined ? '' : keyText(table, row)));
    throw new AppError('store.copy-failed', { table, first, last }, { cause });
  }
}

/** A row as a database keeps it. */
function asKept(row: Row, { database }: LedgerEnd): Row {
  if (database === 'sqlite') return row;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, storable(value)]));
}

/** @throws AppError `store.copy-differs` at the first row that is not the same at both ends. */
async function compareTable(
  table: LedgerTable,
  ends: Pick<CopyOptions, 'progress'> & {
    readonly source: LedgerEnd;
    readonly target: LedgerEnd;
    readonly from: Kysely<Tables>;
    readonly to: Kysely<Tables>;
  },
): Promise<CopiedTable> {
  const whole = createHash('sha256');
  let rows = 0;
  const there = batchesOf(ends.to, ends.target.database, table);
  for await (const batch of batchesOf(ends.from, ends.source.database, table)) {
    const copied: readonly Row[] = (await there.next()).value ?? [];
    for (const [index, row] of batch.entries()) {
      const digest = rowDigest(asKept(row, ends.target));
      const copy = copied[index];
      if (copy === undefined || !digest.equals(rowDigest(copy))) throw differs(table, row);
      whole.update(digest);
    }
    const [more] = copied.slice(batch.length);
    if (more !== undefined) throw differs(table, more);
    rows += batch.length;
    ends.progress({ step: 'comparing', table, rows, done: false });
  }
  const more: readonly Row[] = (await there.next()).value ?? [];
  if (more[0] !== undefined) throw differs(table, more[0]);
  ends.progress({ step: 'comparing', table, rows, done: true });
  return { table, rows, digest: whole.digest('hex') };
}

const differs = (table: LedgerTable, row: Row): AppError =>
  new AppError('store.copy-differs', { table, key: keyText(table, row) });

/**
 * Keeps processes from taking leases until the transaction ends, and makes sure that none has one. It comes first in a
 * transaction: what that sees of a database is as it is once nobody can take a lease.
 * @throws AppError `store.in-use`.
 */
async function keepOthersOut(db: Kysely<Tables>, { database, title }: LedgerEnd, now: number): Promise<void> {
  if (database === 'postgres') {
    await sql`set local lock_timeout = ${sql.lit(lockWaitMs)}`.execute(db);
    await sql`lock table leases in share row exclusive mode`.execute(db).catch((cause: unknown) => {
      throw sqlState(cause) === lockTimedOut ? new AppError('store.in-use', { store: title, holder: '?' }) : cause;
    });
  }
  // Leases run out by the database's clock, and in a file by that of this machine.
  const moment = database === 'sqlite' ? sql`${now}` : sql`(extract(epoch from clock_timestamp()) * 1000)`;
  const { rows } = await sql<{ holder: string }>`select holder from leases where expires_at > ${moment}`.execute(db);
  if (rows[0] !== undefined) throw new AppError('store.in-use', { store: title, holder: rows[0].holder });
}

/** @throws AppError `store.not-empty` where there is anything. */
async function refuseRows(db: Kysely<Tables>, { title }: LedgerEnd): Promise<void> {
  const tables: string[] = [];
  for (const table of [...ledgerTables, 'handed']) {
    const rows = await countIn(db, table);
    if (rows > 0) tables.push(`${table} ${rows}`);
  }
  if (tables.length > 0) throw new AppError('store.not-empty', { store: title, tables: tables.join(', ') });
}

async function countIn(db: Kysely<Tables>, table: string, where = sql``): Promise<number> {
  const count = sql<{ many: number | string }>`select count(*) as many from ${sql.table(table)} ${where}`;
  return Number((await count.execute(db)).rows[0]?.many ?? 0);
}
