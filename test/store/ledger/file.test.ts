import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { openSqlite, setPragmas } from '../../../src/store/sqlite.ts';
import {
  buyIntentOf,
  claimOf,
  confirmedOrder,
  day,
  proposalOf,
  start,
  temporaryFolder,
  testLedger,
} from '../fixtures.ts';

const secondProcess = fileURLToPath(new URL('./second-process.ts', import.meta.url));
const onPosix = process.platform !== 'win32';

function newUrl(): string {
  return `sqlite:${join(temporaryFolder(), 'ledger.db')}`;
}

function startProcess(...args: readonly string[]) {
  const child = spawn(process.execPath, [secondProcess, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      resolve();
    });
  });
  const closed = once(child, 'close');
  return { child, ready, closed, output: () => output };
}

describe('url', () => {
  it.each([
    ['postgres://user:secret@localhost:1/db', 'store.cannot-connect'],
    ['sqlite:', 'store.bad-url'],
    ['mysql://user:secret@host/db', 'store.bad-url'],
    ['', 'store.bad-url'],
  ])('%s is refused', async (url, code) => {
    const error = await openLedger({ url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('of something that is no database is refused', async () => {
    const path = join(temporaryFolder(), 'ledger.db');
    writeFileSync(path, 'x'.repeat(5_000));
    await expect(openLedger({ url: `sqlite:${path}` })).rejects.toMatchObject({
      code: 'store.not-a-database',
      context: { path, expendable: false },
    });
  });
});

describe('file', () => {
  it.runIf(onPosix)(
    'is its owner’s alone, with the folders made for it and the files SQLite puts beside it',
    async () => {
      const folder = join(temporaryFolder(), 'data', 'ledger');
      const ledger = await testLedger(`sqlite:${join(folder, 'ledger.db')}`);
      await ledger.setHalted(true);
      const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
      expect(mode(folder)).toBe('700');
      expect(mode(join(folder, '..'))).toBe('700');
      expect(readdirSync(folder).map((file) => [file, mode(join(folder, file))])).toStrictEqual([
        ['ledger.db', '600'],
        ['ledger.db-shm', '600'],
        ['ledger.db-wal', '600'],
      ]);
    },
  );

  it.runIf(onPosix)('is made its owner’s alone when it was not', async () => {
    const path = join(temporaryFolder(), 'ledger.db');
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    await testLedger(`sqlite:${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('opens again with everything in it', async () => {
    const url = newUrl();
    const before = await openLedger({ url });
    await confirmedOrder(before, 'o');
    await before.setHalted(true);
    await before.close();
    await before.close();
    await expect(before.halted()).rejects.toMatchObject({ code: 'store.failed' });

    const after = await testLedger(url);
    expect(await after.order('o')).toMatchObject({ status: 'confirmed', intent: buyIntentOf('o') });
    expect(await after.halted()).toBe(true);
  });

  it('has what a process wrote that was killed', async () => {
    const url = newUrl();
    const { closed } = startProcess(url, 'die');
    const [, signal] = await closed;
    expect(signal).toBe(onPosix ? 'SIGKILL' : expect.anything());
    const ledger = await testLedger(url);
    expect(await ledger.ordersByStatus(['submitting'])).toMatchObject([{ id: 'p-1', updatedAt: start + 2_000 }]);
    expect(await ledger.orderEvents('p-1')).toHaveLength(2);
    expect(await ledger.proposal('p')).toMatchObject({ status: 'taken' });
    expect(await ledger.halted()).toBe(true);
    expect(await ledger.outboxHeads()).toMatchObject([{ key: 'k', body: 'told' }]);
  });

  it('of a newer version is refused', async () => {
    const path = join(temporaryFolder(), 'ledger.db');
    await (await openLedger({ url: `sqlite:${path}` })).close();
    const database = new DatabaseSync(path);
    database.exec("insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01T00:00:00.000Z')");
    database.close();
    await expect(openLedger({ url: `sqlite:${path}` })).rejects.toMatchObject({
      code: 'store.newer',
      context: { path, migration: '9999-later' },
    });
  });

  it('with an intent nobody can read is not guessed at', async () => {
    const path = join(temporaryFolder(), 'ledger.db');
    const ledger = await testLedger(`sqlite:${path}`);
    await confirmedOrder(ledger, 'o');
    const database = new DatabaseSync(path);
    database.exec(`update orders set intent = replace(intent, '"buy"', '"hold"')`);
    await expect(ledger.order('o')).rejects.toMatchObject({ code: 'store.malformed' });
    database.exec("update orders set intent = '{'");
    await expect(ledger.order('o')).rejects.toMatchObject({ code: 'store.malformed' });
    database.close();
  });
});

describe('pragmas', () => {
  it('are set as durability needs them', () => {
    const database = openSqlite(join(temporaryFolder(), 'x.db'), 'full');
    const pragma = (name: string): unknown => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
    expect(['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys'].map(pragma)).toStrictEqual([
      'wal',
      2,
      5_000,
      1,
    ]);
    database.close();
  });

  it('that do not take are noticed', () => {
    const database = new DatabaseSync(':memory:');
    expect(() => setPragmas(database, 'full', 'wal')).toThrow(
      expect.objectContaining({
        code: 'store.not-durable',
        context: { pragma: 'journal_mode', expected: 'wal', actual: 'memory' },
      }),
    );
    database.exec('begin');
    expect(() => setPragmas(database, 'full', 'memory')).toThrow();
    database.close();
  });
});

describe('two ledgers on one file', () => {
  it('in two processes: each proposal is claimed once', async () => {
    const url = newUrl();
    const count = 100;
    const ledger = await testLedger(url);
    for (let index = 0; index < count; index += 1) {
      await ledger.createProposal(proposalOf(`p${index}`));
    }
    const processes = ['a', 'b'].map((name) => startProcess(url, 'claim', name, String(count)));
    await Promise.all(processes.map(({ ready }) => ready));
    for (const { child } of processes) {
      child.stdin.write('go\n');
    }
    await Promise.all(processes.map(({ closed }) => closed));
    const [a = [], b = []] = processes.map(
      ({ output }) => JSON.parse(output().split('\n')[1] ?? '') as readonly string[],
    );
    const pairs = a.map((result, index) => [result, b[index]].sort().join(' '));
    expect(pairs).toStrictEqual(Array.from({ length: count }, () => 'claimed taken'));
    expect(await ledger.ordersOfDay(day)).toHaveLength(count);
  }, 30_000);

  it('in one process: each proposal is claimed once, and neither blocks the other for good', async () => {
    const url = newUrl();
    // Both bring the schema up at once, too.
    const ledgers = await Promise.all([testLedger(url), testLedger(url)]);
    for (let index = 0; index < 20; index += 1) {
      await ledgers[0].createProposal(proposalOf(`p${index}`));
      const results = await Promise.all(
        ledgers.map((ledger, which) =>
          ledger.claim(
            claimOf(`p${index}`, {
              intents: [{ id: `${which}-${index}`, intent: buyIntentOf(`p${index}`), amount: 1 }],
            }),
          ),
        ),
      );
      expect(results.map(({ kind }) => kind).sort()).toStrictEqual(['claimed', 'refused']);
    }
    expect(await ledgers[1].ordersOfDay(day)).toHaveLength(20);
  });

  it('wait for a writer without stopping the process, and take their turn', async () => {
    const path = join(temporaryFolder(), 'ledger.db');
    const ledger = await testLedger(`sqlite:${path}`);
    const writer = new DatabaseSync(path);
    writer.exec('begin immediate');
    const halting = ledger.setHalted(true);
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
      if (turns === 5) {
        writer.exec('commit');
      }
    }, 10);
    await halting;
    clearInterval(ticking);
    writer.close();
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(await ledger.halted()).toBe(true);
  });
});
