import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../src/store/ledger.ts';
import { findPostgres, runSql, startPostgres, type TestServer } from '../support/postgres/server.ts';
import { type Benchmark, type Measured, median } from './bench.ts';
import type { ClaimWork } from './claims-worker.ts';
import { measureGrowth, type Place } from './growth.ts';

const ms = 3_000;
const accountCounts = [1, 10, 100, 1_000] as const;

/** Runs the work in so many processes at once. */
async function inProcesses(count: number, work: ClaimWork): Promise<readonly number[]> {
  const took = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<readonly number[]>((resolve, reject) => {
          const child = fork(join(import.meta.dirname, 'claims-worker.ts'));
          child.once('message', (message) => resolve(message as readonly number[]));
          child.once('error', reject);
          child.send(work);
        }),
    ),
  );
  return took.flat();
}

/** One transaction that changes one row, with the same durability, one after the other: orders write four. */
async function bareWrites(place: ClaimWork['place']): Promise<number> {
  const ledger = await openLedger(place);
  const until = performance.now() + ms;
  let count = 0;
  for (; performance.now() < until; count += 1) await ledger.tryWriting(count);
  await ledger.close();
  return count / (ms / 1_000);
}

async function measureClaims(
  name: string,
  place: ClaimWork['place'],
  processes: readonly number[],
): Promise<Measured[]> {
  const rows: Measured[] = [];
  const baseline = await bareWrites(place);
  for (const count of processes) {
    for (const accounts of accountCounts) {
      const took = await inProcesses(count, { place, accounts, ms });
      const work = `${name}, ${count === 1 ? 'one process' : `${count} processes`}, accounts: ${accounts}`;
      const aim = { of: 'ratio', atLeast: 0.25 } as const;
      const perSecond = took.length / (ms / 1_000);
      rows.push({ work, unit: 'orders/s', figure: perSecond, baseline, spread: undefined, aim });
      rows.push({
        work: `${work}, p50`,
        unit: 'ms',
        figure: median(took),
        baseline: 1_000 / baseline,
        spread: [Math.min(...took), took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0],
        // Eight presses at a time wait for each other's four writes.
        aim: { of: 'ratio', atMost: 32 },
      });
    }
  }
  return rows;
}

async function onSqlite(folder: string): Promise<readonly Measured[]> {
  const urlOf = (name: string): string => `sqlite:${join(folder, name, 'hoga.db')}`;
  const claims = { url: urlOf('claims') };
  const rows = await measureClaims('SQLite', claims, [1]);
  const bareMs = 1_000 / (await bareWrites(claims));
  let ledgers = 0;
  const empty = async (): Promise<Place> => {
    ledgers += 1;
    return { name: 'SQLite', storeUrl: urlOf(`bots-${ledgers}`), bareMs, server: undefined };
  };
  return [...rows, ...(await measureGrowth(empty, 1, accountCounts))];
}

async function onPostgres(server: TestServer): Promise<readonly Measured[]> {
  const claims = { url: server.url('postgres'), schema: 'hoga' };
  const rows = await measureClaims('PostgreSQL', claims, [1, 4]);
  const bareMs = 1_000 / (await bareWrites(claims));
  let ledgers = 0;
  const empty = async (): Promise<Place> => {
    ledgers += 1;
    await runSql(claims.url, `create database bots_${ledgers}`);
    const storeUrl = server.url(`bots_${ledgers}`);
    return { name: 'PostgreSQL', storeUrl, bareMs, server: storeUrl };
  };
  for (const processes of [1, 4]) rows.push(...(await measureGrowth(empty, processes, accountCounts)));
  return rows;
}

/**
 * Confirmed orders a second: ticket, claim, the record before the request and the answer's, each on disk before the next
 * begins, eight presses at a time in each process. The baseline is a bare write at the same place, one after the other.
 * Then whole bots, with more and more accounts: there the baseline is the same with one account, and of a press the bare
 * write.
 */
export const scale: Benchmark = {
  row: 'scale',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-scale-'));
    const rows = [...(await onSqlite(folder))];
    rmSync(folder, { recursive: true, force: true });
    const programs = findPostgres();
    if (programs === undefined) {
      process.stderr.write('PostgreSQL is not installed here, so it is not measured\n');
      return rows;
    }
    const server = await startPostgres(programs);
    rows.push(...(await onPostgres(server)));
    await server.stop();
    return rows;
  },
};
