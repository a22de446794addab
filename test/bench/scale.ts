import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../src/store/ledger.ts';
import { findPostgres, startPostgres } from '../support/postgres/server.ts';
import { type Benchmark, type Measured, median } from './bench.ts';
import type { ClaimWork } from './claims-worker.ts';

const ms = 3_000;

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

async function measureAt(name: string, place: ClaimWork['place'], processes: readonly number[]): Promise<Measured[]> {
  const rows: Measured[] = [];
  const baseline = await bareWrites(place);
  for (const count of processes) {
    for (const accounts of [1, 10, 100, 1_000]) {
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

/**
 * Confirmed orders a second: ticket, claim, the record before the request and the answer's, each on disk before the next
 * begins, eight presses at a time in each process. The baseline is a bare write at the same place, one after the other.
 */
export const scale: Benchmark = {
  row: 'scale',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-scale-'));
    const rows = await measureAt('SQLite', { url: `sqlite:${join(folder, 'hoga.db')}` }, [1]);
    rmSync(folder, { recursive: true, force: true });
    const programs = findPostgres();
    if (programs === undefined) {
      process.stderr.write('PostgreSQL is not installed here, so it is not measured\n');
      return rows;
    }
    const server = await startPostgres(programs);
    const place = { url: server.url('postgres'), schema: 'hoga' };
    rows.push(...(await measureAt('PostgreSQL', place, [1, 4])));
    await server.stop();
    return rows;
  },
};
