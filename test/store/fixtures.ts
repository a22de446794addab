import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { CachePlace } from '../../src/store/caches/cache-table.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { emptyPlace, newPlace, server } from '../support/postgres/database.ts';

export * from './samples.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A ledger that is closed after the test. Unless told otherwise it is in memory, or on PostgreSQL where these tests run
 * on that.
 */
export async function testLedger(url?: string): Promise<Ledger> {
  const there = server === undefined ? { url: 'sqlite::memory:' } : await emptyPlace();
  const ledger = await openLedger(url === undefined ? there : { url });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** A place for caches that nothing was written to yet: a file, or PostgreSQL where these tests run on that. */
export async function cachePlace(): Promise<CachePlace> {
  return server === undefined ? { path: join(temporaryFolder(), 'cache.db') } : newPlace();
}

/** Tables of later versions. */
const laterTables = [
  'digest_plans',
  'monitors',
  'report_runs',
  'event_choices',
  'event_marks',
  'event_states',
  'screen_watches',
  'leases',
  'handed',
];

/** Undoes the step by which a ledger's file came to hold several accounts: as the versions before wrote it. */
export function undoAccounts(file: { exec(sql: string): void }): void {
  for (const column of ['account', 'candle']) file.exec(`alter table alerts drop column ${column}`);
  for (const index of ['orders_card', 'outbox_message', 'outbox_edits']) file.exec(`drop index ${index}`);
  file.exec('alter table proposals drop column pressed_in');
  file.exec('alter table orders drop column card');
  for (const column of ['card', 'in_place']) file.exec(`alter table outbox drop column ${column}`);
  file.exec('drop index orders_day');
  for (const table of ['proposals', 'orders']) file.exec(`alter table ${table} drop column account`);
  file.exec('create index orders_day on orders (day, order_number)');
  file.exec('drop index execution_notices_number');
  for (const [table, key] of [
    ['execution_notices', 'day, fingerprint'],
    ['seen_orders', 'day, number'],
  ] as const) {
    file.exec(`create table old_${table} as select * from ${table}`);
    file.exec(`alter table old_${table} drop column account`);
    file.exec(`drop table ${table}`);
    file.exec(`alter table old_${table} rename to ${table}`);
    file.exec(`create unique index ${table}_key on ${table} (${key})`);
  }
  file.exec('create index execution_notices_number on execution_notices (day, number, kind)');
  for (const table of laterTables) file.exec(`drop table ${table}`);
  file.exec("delete from kysely_migration where name >= '0012'");
}
