import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { copyLedger } from '../../../src/store/maintenance/copy.ts';
import { ledgerTables } from '../../../src/store/maintenance/tables.ts';
import { temporaryFolder } from '../fixtures.ts';
import { at, growFrom } from './grow.ts';

const program = fileURLToPath(new URL('./copying.ts', import.meta.url));

/** Copies in a process of its own, and kills that when `line` has come, or `afterMs` later. Returns whether it was done. */
async function copyUntil(from: string, to: string, line: RegExp, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, `sqlite:${from}`, `sqlite:${to}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  onTestFinished(kill);
  let said = '';
  child.stdout.on('data', (chunk) => {
    const isNew = !line.test(said);
    said += String(chunk);
    if (isNew && line.test(said)) setTimeout(kill, afterMs);
  });
  await once(child, 'close');
  return said.includes('copied');
}

function rowsIn(path: string): number {
  if (!existsSync(path)) return 0;
  const file = new DatabaseSync(path);
  const names = file.prepare("select name from sqlite_schema where type = 'table'").all();
  const rows = ledgerTables
    .filter((table) => names.some(({ name }) => name === table))
    .map((table) => Number(file.prepare(`select count(*) as many from ${table}`).get()?.['many']));
  expect(file.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  file.close();
  return rows.reduce((sum, many) => sum + many, 0);
}

let grown: Buffer;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-killed-'));
  const ledger = await openLedger({ url: `sqlite:${join(folder, 'a.db')}` });
  await growFrom(ledger, 5, 400);
  await ledger.close();
  grown = readFileSync(join(folder, 'a.db'));
  rmSync(folder, { recursive: true });
});

// Besides these points a kill may come anywhere in the milliseconds after them.
test.each([
  [/copying proposals/, 0],
  [/copying orders/, 0],
  [/copying order_events/, 3],
  [/comparing orders/, 1],
  [/comparing screen_watches/, 2],
  [/comparing screen_watches/, 4],
  [/copied/, 0],
])(
  'a copy that is killed (%s, %i ms later) leaves everything or nothing, and may be made again',
  async (line, afterMs) => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    writeFileSync(from, grown);
    const whole = rowsIn(from);
    const isDone = await copyUntil(from, to, line, afterMs);
    const there = rowsIn(to);
    expect([0, whole]).toContain(there);
    if (isDone) expect(there).toBe(whole);
    if (there === 0) {
      const again = {
        from: at(`sqlite:${from}`),
        to: at(`sqlite:${to}`),
        self: 'test:1',
        now: 1e15,
        progress: () => undefined,
      };
      await copyLedger(again);
      expect(rowsIn(to)).toBe(whole);
    }
  },
);
