import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.ts';

// Whole tables: which there are, and how their rows are read in one order whatever the database.

/** What processes write down for one another and for a moment; in another store it would mean nothing. */
export const passingTables = ['leases', 'handed', 'write_marks'] as const;

/** The tables that make a ledger. */
export type LedgerTable = Exclude<keyof Tables, 'leases' | 'handed'>;

/** A row as it is, by column. */
export type Row = Readonly<Record<string, string | number | null>>;

export type Database = 'sqlite' | 'postgres';

/** The key of each table. A table comes after those that its rows refer to. */
export const keysOf: Readonly<Record<LedgerTable, readonly string[]>> = {
  proposals: ['id'],
  orders: ['id'],
  order_events: ['order_id', 'sequence'],
  execution_notices: ['account', 'day', 'fingerprint'],
  seen_orders: ['account', 'day', 'number'],
  outbox: ['id'],
  settings: ['name'],
  people: ['identity'],
  alerts: ['id'],
  alert_events: ['alert_id', 'sequence'],
  watched_issues: ['person_id', 'symbol'],
  digest_plans: ['person_id', 'target', 'kind'],
  monitors: ['channel', 'chat_id'],
  report_runs: ['subject'],
  event_choices: ['person_id', 'kind'],
  event_marks: ['person_id', 'day', 'key'],
  event_states: ['name'],
  screen_watches: ['id'],
};

export const ledgerTables = Object.keys(keysOf) as readonly LedgerTable[];

/** Key columns that are numbers; the others are texts. */
const numberKeys: ReadonlySet<string> = new Set(['outbox.id', 'order_events.sequence', 'alert_events.sequence']);

/** How many rows are held in memory at a time. */
export const rowsAtOnce = 500;

/**
 * The rows of a table in the order of their key, in batches. `db` is a transaction, so that all are of one moment; it may
 * be used for other statements between two batches.
 */
export function batchesOf(db: Kysely<Tables>, database: Database, table: LedgerTable): AsyncGenerator<readonly Row[]> {
  return database === 'sqlite' ? pagesOf(db, table) : fetchedOf(db, table);
}

async function* pagesOf(db: Kysely<Tables>, table: LedgerTable): AsyncGenerator<readonly Row[]> {
  const keys = keysOf[table];
  const order = sql.join(keys.map((key) => sql.ref(key)));
  let after = sql``;
  for (;;) {
    const page = sql<Row>`select * from ${sql.table(table)} ${after} order by ${order} limit ${sql.lit(rowsAtOnce)}`;
    const { rows } = await page.execute(db);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = sql`where (${order}) > (${sql.join(keys.map((key) => last[key]))})`;
  }
}

/** A cursor of PostgreSQL: pages would have it sort the whole table for each, because its index has another order. */
async function* fetchedOf(db: Kysely<Tables>, table: LedgerTable): AsyncGenerator<readonly Row[]> {
  const keys = keysOf[table].map((key) =>
    // It sorts texts by the rules of a language, unless it is told to go by their bytes as SQLite does.
    numberKeys.has(`${table}.${key}`) ? sql.ref(key) : sql`${sql.ref(key)} collate "C"`,
  );
  const cursor = sql.ref(`rows_of_${table}`);
  await sql`declare ${cursor} no scroll cursor for
    select * from ${sql.table(table)} order by ${sql.join(keys)}`.execute(db);
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(rowsAtOnce)} from ${cursor}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < rowsAtOnce) break;
  }
  await sql`close ${cursor}`.execute(db);
}

/** The key of a row, for people: `o1 3`. */
export function keyText(table: LedgerTable, row: Row): string {
  return keysOf[table].map((key) => String(row[key])).join(' ');
}

/** A digest of all that is in a row, whatever the order of its columns. */
export function rowDigest(row: Row): Buffer {
  const columns = Object.keys(row).toSorted();
  return createHash('sha256')
    .update(JSON.stringify(columns.map((column) => [column, row[column]])))
    .digest();
}
