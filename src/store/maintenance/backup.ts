import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inKorea } from '../../clock.ts';
import type { LedgerCheckResult } from '../../domain/ledger-check.ts';
import { AppError } from '../../errors.ts';
import { prepareFile } from '../sqlite.ts';
import { checkLedger } from './check.ts';
import { copyRows } from './copy.ts';
import { type LedgerPlace, openFile, openToRead, openToWrite, pathOfFile, postgresPlace } from './ends.ts';
import { passingTables } from './tables.ts';

export interface BackupReport {
  readonly path: string;
  readonly bytes: number;
  /** What the check of the backup came to. */
  readonly results: readonly LedgerCheckResult[];
}

export interface BackupOptions {
  readonly from: LedgerPlace;
  /**
   * A file that is not there yet, or a folder. By default the folder `backups` beside the ledger's file, or for a
   * database in `data`.
   */
  readonly to: string | undefined;
  readonly now: number;
}

/**
 * Writes a copy of the ledger as it is at one moment, while bots may go on with it, and checks the copy. The file has its
 * name only once it is whole and on the disk, and only its owner can read it.
 * @throws AppError `store.backup-there`, and what opening throws.
 */
export async function backupLedger({ from, to, now }: BackupOptions): Promise<BackupReport> {
  const isFile = postgresPlace(from) === undefined;
  const path = backupPath(isFile ? pathOfFile(from) : `data/${from.schema}.db`, to, now);
  if (existsSync(path)) throw new AppError('store.backup-there', { path });
  const part = `${path}.part`;
  try {
    rmSync(part, { force: true });
    prepareFile(part);
    await (isFile ? copyFile(pathOfFile(from), part) : copyDatabase(from, part, now));
    forgetPassing(part);
    const results = await checkFileAt(part, now);
    settle(part);
    renameSync(part, path);
    syncToDisk(dirname(path));
    return { path, bytes: statSync(path).size, results };
  } catch (cause) {
    if (existsSync(part)) rmSync(part);
    throw cause instanceof AppError ? cause : new AppError('store.backup-failed', { path }, { cause });
  }
}

/**
 * VACUUM INTO reads in one transaction: it has what was committed when it began, waits for no writer, and need not begin
 * again when the bot writes, as SQLite's page by page backup does. It reads every row and so finds damaged pages.
 */
async function copyFile(ledger: string, part: string): Promise<void> {
  const { database, db } = await openFile(ledger);
  try {
    database.prepare('vacuum into ?').run(part);
  } finally {
    await db.destroy();
  }
}

/** Reads in one transaction that sees one moment. The file can be restored wherever Hoga runs. */
async function copyDatabase(from: LedgerPlace, part: string, now: number): Promise<void> {
  await using ends = new AsyncDisposableStack();
  const source = ends.adopt(await openToRead(from), (end) => end.close());
  const target = ends.adopt(await openToWrite(fileAt(part)), (end) => end.close());
  await copyRows(source, target, { mayBeInUse: true, now, progress: () => undefined });
}

const fileAt = (path: string): LedgerPlace => ({ url: `sqlite:${path}`, schema: '' });

/** What processes told one another would be done again after a restore, days later. */
function forgetPassing(part: string): void {
  const database = new DatabaseSync(part);
  try {
    // What is in a file beside it would not be in the backup.
    database.exec('pragma journal_mode = delete');
    const there = database.prepare("select name from sqlite_schema where type = 'table'").all();
    for (const table of passingTables) {
      if (there.some(({ name }) => name === table)) database.exec(`delete from ${table}`);
    }
  } finally {
    database.close();
  }
}

async function checkFileAt(path: string, now: number): Promise<readonly LedgerCheckResult[]> {
  const end = await openToRead(fileAt(path));
  try {
    return await checkLedger(end, { now });
  } finally {
    await end.close();
  }
}

function backupPath(ledger: string, to: string | undefined, now: number): string {
  const [, name = 'hoga', ending = ''] = /([^/\\]*?)(\.[^./\\]*)?$/.exec(ledger) ?? [];
  const file = `${name}-${inKorea(now).toFormat('yyyyMMdd-HHmmss')}${ending}`;
  if (to === undefined) return resolve(dirname(ledger), 'backups', file);
  const isFolder = to.endsWith('/') || to.endsWith(sep) || (existsSync(to) && statSync(to).isDirectory());
  return isFolder ? resolve(to, file) : resolve(to);
}

function settle(part: string): void {
  syncToDisk(part);
  for (const more of ['-wal', '-shm', '-journal']) rmSync(`${part}${more}`, { force: true });
}

/** SQLite leaves it to the system when the file of VACUUM INTO is on the disk, and so a power cut could take it. */
function syncToDisk(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
