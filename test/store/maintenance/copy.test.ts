import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { LedgerLock } from '../../../src/store/ledger-lock.ts';
import { checkLedger } from '../../../src/store/maintenance/check.ts';
import { copyLedger } from '../../../src/store/maintenance/copy.ts';
import { openToRead } from '../../../src/store/maintenance/ends.ts';
import { ledgerTables, passingTables } from '../../../src/store/maintenance/tables.ts';
import { start, temporaryFolder } from '../fixtures.ts';
import { at, Growth, growFrom, steps } from './grow.ts';

const options = { self: 'test:1', now: start + 1e9, progress: () => undefined };

/** Every row of every table, as SQLite has them, with the order in which it does not matter. */
function rowsIn(path: string): Readonly<Record<string, readonly unknown[]>> {
  const file = new DatabaseSync(path, { readOnly: true });
  const rows = ledgerTables.map((table) => [
    table,
    file
      .prepare(`select * from ${table}`)
      .all()
      .map((row) => JSON.stringify(Object.entries(row).toSorted()))
      .toSorted(),
  ]);
  file.close();
  return Object.fromEntries(rows);
}

async function grown(path: string, seed: number, most?: number): Promise<number> {
  const ledger = await openLedger({ url: `sqlite:${path}` });
  const growth = await growFrom(ledger, seed, most);
  await ledger.close();
  return growth.now;
}

const refusal = (from: string, to: string): Promise<unknown> =>
  copyLedger({ ...options, from: at(`sqlite:${from}`), to: at(`sqlite:${to}`) }).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a copy', () => {
  test('of a ledger that grew at random is equal, there and back, and agrees with itself', async () => {
    let [taken, rows] = [0, 0];
    const run = fc.asyncProperty(steps(60), async (all) => {
      const folder = temporaryFolder();
      const [from, there, back] = ['a.db', 'b.db', 'c.db'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const ledger = await openLedger({ url: `sqlite:${from}` });
      const growth = new Growth(ledger);
      await growth.take(all);
      await ledger.close();
      const first = await copyLedger({ ...options, from: at(`sqlite:${from}`), to: at(`sqlite:${there}`) });
      const second = await copyLedger({ ...options, from: at(`sqlite:${there}`), to: at(`sqlite:${back}`) });
      expect(rowsIn(back)).toStrictEqual(rowsIn(from));
      expect(second.tables).toStrictEqual(first.tables);
      const end = await openToRead(at(`sqlite:${back}`));
      const results = await checkLedger(end, { now: growth.now });
      await end.close();
      expect(results.flatMap(({ findings }) => findings)).toStrictEqual([]);
      taken += all.length;
      rows += first.tables.reduce((sum, table) => sum + table.rows, 0);
    });
    await fc.assert(run, { numRuns: 12 });
    // A step adds about one row. How many steps there are is chance.
    expect(rows).toBeGreaterThan(taken / 2);
  }, 60_000);

  test('knows every table that a ledger has', () => {
    const path = join(temporaryFolder(), 'a.db');
    return openLedger({ url: `sqlite:${path}` }).then(async (ledger) => {
      await ledger.close();
      const file = new DatabaseSync(path);
      const names = file.prepare("select name from sqlite_schema where type = 'table'").all();
      file.close();
      const known = [...ledgerTables, ...passingTables] as readonly string[];
      expect(
        names
          .map(({ name }) => String(name))
          .filter((name) => !known.includes(name))
          .toSorted(),
      ).toStrictEqual(['kysely_migration', 'kysely_migration_lock']);
    });
  });

  test('fills every table in these tests', async () => {
    const path = join(temporaryFolder(), 'a.db');
    await grown(path, 7, 600);
    const empty = Object.entries(rowsIn(path)).filter(([, rows]) => rows.length === 0);
    expect(empty.map(([table]) => table)).toStrictEqual([]);
  });

  test('is one that a bot goes on with: the next order and message follow the others', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    await grown(from, 3);
    await copyLedger({ ...options, from: at(`sqlite:${from}`), to: at(`sqlite:${to}`) });
    const ledger = await openLedger({ url: `sqlite:${to}` });
    const before = (rowsIn(to)['outbox'] ?? []).length;
    const { id } = await ledger.enqueue({ address: { channel: 'x', chatId: 'y' }, body: 'on' }, start);
    await ledger.close();
    expect(id).toBeGreaterThanOrEqual(before);
    expect(rowsIn(from)['outbox']).toHaveLength(before);
  });

  test('tells how far it is, and what each table came to', async () => {
    const folder = temporaryFolder();
    await grown(join(folder, 'a.db'), 3);
    const told: string[] = [];
    const report = await copyLedger({
      ...options,
      from: at(`sqlite:${join(folder, 'a.db')}`),
      to: at(`sqlite:${join(folder, 'b.db')}`),
      progress: ({ step, table, rows, done }) => void told.push(`${step} ${table} ${rows} ${done}`),
    });
    const orders = report.tables.find(({ table }) => table === 'orders');
    expect(orders?.rows).toBeGreaterThan(5);
    expect(orders?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(told).toContain(`copying orders ${orders?.rows} true`);
    expect(told.at(-1)).toMatch(/^comparing screen_watches \d+ true$/);
  });

  test('leaves behind what processes tell one another', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    await grown(from, 3);
    const file = new DatabaseSync(from);
    file.exec(`insert into leases values ('front', 'old:1', 4, ${options.now - 1})`);
    file.exec(`insert into handed (id, duty, lane, body, created_at) values ('h', 'front', '', '{}', 1)`);
    file.close();
    const report = await copyLedger({ ...options, from: at(`sqlite:${from}`), to: at(`sqlite:${to}`) });
    expect(report.undone).toBe(1);
    const copied = new DatabaseSync(to);
    for (const table of ['leases', 'handed']) expect(copied.prepare(`select * from ${table}`).all()).toEqual([]);
    copied.close();
  });

  test('of an older version is brought up to date, and the older file stays as it was', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    const file = new DatabaseSync(from);
    file.exec(readFileSync(new URL('../ledger-before-accounts.sql', import.meta.url), 'utf8'));
    const orders = file.prepare('select * from orders').all();
    file.close();
    const report = await copyLedger({ ...options, from: at(`sqlite:${from}`), to: at(`sqlite:${to}`) });
    expect(report.behind).toBe('0011-message-subjects');
    expect(orders.length).toBeGreaterThan(0);
    expect(rowsIn(to)['orders']).toHaveLength(orders.length);
    const after = new DatabaseSync(from);
    expect(after.prepare('select max(name) as name from kysely_migration').get()).toEqual({
      name: '0011-message-subjects',
    });
    after.close();
  });
});

describe('nothing is copied', () => {
  test('from where there is no ledger, and nothing is made there', async () => {
    const folder = temporaryFolder();
    const nowhere = join(folder, 'none.db');
    expect(await refusal(nowhere, join(folder, 'b.db'))).toMatchObject({ code: 'store.nothing-there' });
    writeFileSync(join(folder, 'letter'), 'dear diary, '.repeat(500));
    expect(await refusal(join(folder, 'letter'), join(folder, 'b.db'))).toMatchObject({ code: 'store.not-a-database' });
    const other = new DatabaseSync(join(folder, 'other.db'));
    other.exec('create table recipes (name text)');
    other.close();
    expect(await refusal(join(folder, 'other.db'), join(folder, 'b.db'))).toMatchObject({ code: 'store.not-a-ledger' });
    expect([nowhere, `${nowhere}-hold`, join(folder, 'b.db')].filter(existsSync)).toEqual([]);
  });

  test('to where records are, and they are named', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    await grown(from, 3);
    const ledger = await openLedger({ url: `sqlite:${to}` });
    await ledger.setHalted(false);
    await ledger.close();
    expect(await refusal(from, to)).toMatchObject({ code: 'store.not-empty', context: { tables: 'settings 1' } });
    expect(rowsIn(to)['orders']).toEqual([]);
    expect(await refusal(from, from)).toMatchObject({ code: 'store.copy-onto-itself' });
    const elsewhere = copyLedger({ ...options, from: at(`sqlite:${from}`), to: at('mysql://kim:secret@host/db') });
    await expect(elsewhere).rejects.toMatchObject({ code: 'store.bad-url', context: {} });
  });

  test.each(['from', 'to'] as const)('while a bot has the ledger: %s', async (which) => {
    const folder = temporaryFolder();
    const paths = { from: join(folder, 'a.db'), to: join(folder, 'b.db') };
    await grown(paths.from, 3, 20);
    const lock = new LedgerLock(paths[which]);
    lock.take({ name: 'macbook:4711', since: start });
    expect(await refusal(paths.from, paths.to)).toMatchObject({
      code: 'store.in-use',
      context: { holder: 'macbook:4711' },
    });
    lock.release();
    expect(await refusal(paths.from, paths.to)).toBeUndefined();
  });

  test.each(['from', 'to'] as const)('while a process holds a lease: %s', async (which) => {
    const folder = temporaryFolder();
    const paths = { from: join(folder, 'a.db'), to: join(folder, 'b.db') };
    await grown(paths.from, 3, 20);
    await (await openLedger({ url: `sqlite:${paths.to}` })).close();
    const file = new DatabaseSync(paths[which]);
    file.exec(`insert into leases values ('front', 'macbook:4711', 4, ${options.now + 1})`);
    expect(await refusal(paths.from, paths.to)).toMatchObject({
      code: 'store.in-use',
      context: { holder: 'macbook:4711' },
    });
    file.exec('delete from leases');
    file.close();
    expect(await refusal(paths.from, paths.to)).toBeUndefined();
  });

  test('where a row cannot be written: which, and everything is taken back', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    await grown(from, 3);
    await (await openLedger({ url: `sqlite:${to}` })).close();
    const file = new DatabaseSync(to);
    file.exec("create trigger no before insert on screen_watches begin select raise(abort, 'no room'); end");
    file.close();
    expect(await refusal(from, to)).toMatchObject({ code: 'store.copy-failed', context: { table: 'screen_watches' } });
    expect(Object.values(rowsIn(to)).flat()).toEqual([]);
  });

  test('where a row reads otherwise than it was written: which, and everything is taken back', async () => {
    const folder = temporaryFolder();
    const [from, to] = [join(folder, 'a.db'), join(folder, 'b.db')];
    await grown(from, 3);
    await (await openLedger({ url: `sqlite:${to}` })).close();
    for (const wrong of [
      'after insert on orders begin update orders set filled_amount = filled_amount + 1 where id = new.id; end',
      'after insert on people begin delete from people where identity = new.identity; end',
      "after insert on event_states when new.name <> 'more' begin insert or ignore into event_states values ('more', '', 0); end",
    ]) {
      const file = new DatabaseSync(to);
      file.exec(`create trigger wrong ${wrong}`);
      const table = / on (\w+) /.exec(wrong)?.[1];
      expect(await refusal(from, to)).toMatchObject({ code: 'store.copy-differs', context: { table } });
      file.exec('drop trigger wrong');
      file.close();
      expect(Object.values(rowsIn(to)).flat()).toEqual([]);
    }
  });
});
