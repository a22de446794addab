import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { backupLedger } from '../../../src/store/maintenance/backup.ts';
import { checkLedger } from '../../../src/store/maintenance/check.ts';
import { type CopyReport, copyLedger } from '../../../src/store/maintenance/copy.ts';
import { type LedgerPlace, openToRead } from '../../../src/store/maintenance/ends.ts';
import { rowsAtOnce } from '../../../src/store/maintenance/tables.ts';
import { describeOnPostgres, emptyPlace, newPlace, type Place } from '../../support/postgres/database.ts';
import { runSql } from '../../support/postgres/server.ts';
import { day, start, temporaryFolder } from '../fixtures.ts';
import { at, Growth, growFrom, manyOrders, steps } from '../maintenance/grow.ts';

const copying = fileURLToPath(new URL('../maintenance/copying.ts', import.meta.url));

const copy = (from: LedgerPlace, to: LedgerPlace): Promise<CopyReport> =>
  copyLedger({ from, to, self: 'test:1', now: systemClock.now(), progress: () => undefined });

async function grown(place: LedgerPlace, seed: number, most?: number): Promise<number> {
  const ledger = await openLedger(place);
  const growth = await growFrom(ledger, seed, most);
  await ledger.close();
  return growth.now;
}

async function faultsIn(place: LedgerPlace, now = start): Promise<readonly string[]> {
  const end = await openToRead(place);
  const results = await checkLedger(end, { now });
  await end.close();
  return results.flatMap(({ findings }) => findings.map(({ fault }) => fault));
}

/** What was copied of each table, as the copy verified it. */
const rowsOf = ({ tables }: CopyReport) => tables.map(({ table, rows, digest }) => [table, rows, digest]);

describeOnPostgres('moving to PostgreSQL and back', () => {
  let place: Place;
  let file: LedgerPlace;
  let folder: string;
  beforeEach(async () => {
    place = await emptyPlace();
    folder = temporaryFolder();
    file = at(`sqlite:${join(folder, 'a.db')}`);
  });
  const another = (name: string): LedgerPlace => at(`sqlite:${join(folder, name)}`);
  const run = (sql: string) => runSql(place.url, `set search_path to ${place.schema}`, sql);

  test('a ledger that grew at random is equal when it comes back, and agrees with itself on either side', async () => {
    let runs = 0;
    const property = fc.asyncProperty(steps(40), async (all) => {
      runs += 1;
      const there = await newPlace();
      const [from, back] = [another(`from-${runs}.db`), another(`back-${runs}.db`)];
      const ledger = await openLedger(from);
      const growth = new Growth(ledger);
      await growth.take(all);
      await ledger.close();
      const first = await copy(from, there);
      const second = await copy(there, back);
      expect(rowsOf(second)).toEqual(rowsOf(first));
      expect(await faultsIn(there, growth.now)).toEqual([]);
      expect(await faultsIn(back, growth.now)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 5 });
  });

  test('one that grew on PostgreSQL is equal in a file, and there again', async () => {
    const now = await grown(place, 9, 300);
    const first = await copy(place, file);
    expect(first.tables.find(({ table }) => table === 'orders')?.rows).toBeGreaterThan(10);
    expect(await faultsIn(place, now)).toEqual([]);
    expect(await faultsIn(file, now)).toEqual([]);
    expect(rowsOf(await copy(file, await newPlace()))).toEqual(rowsOf(first));
  });

  test('more rows than are held at a time come back, and are looked at', async () => {
    const ledger = await openLedger(file);
    await manyOrders(ledger, rowsAtOnce + 1);
    await ledger.close();
    const first = await copy(file, place);
    expect(rowsOf(await copy(place, another('back.db')))).toEqual(rowsOf(first));
    expect(first.tables.find(({ table }) => table === 'orders')?.rows).toBe(rowsAtOnce + 1);
    await run('update orders set amount = 1');
    expect((await faultsIn(place)).filter((fault) => fault === 'order-amount')).toHaveLength(rowsAtOnce + 1);
  });

  test('a bot goes on where it was moved: its next order and message follow the others', async () => {
    await grown(file, 3);
    const { tables } = await copy(file, place);
    const ledger = await openLedger(place);
    const { id } = await ledger.enqueue({ address: { channel: 'x', chatId: 'y' }, body: 'on' }, start);
    expect(id).toBeGreaterThan(tables.find(({ table }) => table === 'outbox')?.rows ?? 0);
    const before = (await ledger.ordersOfDay(day)).length;
    const proposal = { id: 'next', personId: 'kim', address: { channel: 'x', chatId: 'y' }, command: 'buy', plan: {} };
    await ledger.createProposal({ ...proposal, shown: '', createdAt: start, expiresAt: start + 60_000 });
    const request = {
      symbol: '000020',
      side: 'buy',
      type: 'limit',
      quantity: 1,
      price: 5_000,
      exchange: 'KRX',
    } as const;
    const intents = [{ id: 'next-1', intent: { kind: 'place', request } as const, amount: 5_000 }];
    const claim = { proposalId: 'next', personId: 'kim', now: start + 1, intents, day, maxDailyAmount: 1e15 };
    await ledger.setHalted(false);
    expect(await ledger.claim(claim)).toMatchObject({ kind: 'claimed' });
    const [newest, ...others] = await ledger.ordersOfDay(day);
    expect([newest?.id, others.length]).toEqual(['next-1', before]);
    await ledger.close();
  });

  test('texts of every script come back, and are in one order on either side', async () => {
    const ledger = await openLedger(file);
    const names = [
      '',
      ' ',
      'Z',
      'a',
      'é',
      'ß',
      '가',
      '힣',
      '漢',
      '😀',
      '\u{ffff}',
      "'; drop table orders; --",
      '\\',
      '%',
    ];
    for (const name of names) await ledger.addIdentity(`telegram:${name}`, { id: name, role: 'viewer' });
    const people = await ledger.people();
    await ledger.close();
    await copy(file, place);
    await copy(place, another('back.db'));
    const back = await openLedger(another('back.db'));
    expect(new Set(await back.people())).toEqual(new Set(people));
    await back.close();
  });

  test('the character 0 comes as a bot on PostgreSQL would write it', async () => {
    const ledger = await openLedger(file);
    await ledger.addIdentity('telegram:1', { id: 'nul\0', role: 'owner' });
    await ledger.close();
    await copy(file, place);
    const there = await openLedger(place);
    expect(await there.people()).toMatchObject([{ person: { id: 'nul\uFFFD' } }]);
    await there.close();
  });

  test('a row that cannot be written is named, and nothing is left there', async () => {
    await grown(file, 3);
    await (await openLedger(place)).close();
    await run('alter table screen_watches add constraint never check (created_at < 0)');
    const refused = { code: 'store.copy-failed', context: { table: 'screen_watches' } };
    await expect(copy(file, place)).rejects.toMatchObject(refused);
    await run('alter table screen_watches drop constraint never');
    expect((await copy(file, place)).tables.length).toBeGreaterThan(10);
  });

  describe('nothing is copied', () => {
    test('to where records are, nor from where none are', async () => {
      await grown(file, 3, 20);
      await expect(copy(await newPlace(), another('b.db'))).rejects.toMatchObject({ code: 'store.nothing-there' });
      const ledger = await openLedger(place);
      await ledger.setHalted(false);
      await ledger.close();
      const refused = { code: 'store.not-empty', context: { tables: 'settings 1' } };
      await expect(copy(file, place)).rejects.toMatchObject(refused);
    });

    test.each(['from', 'to'] as const)('while a process holds a lease, by the server’s clock: %s', async (which) => {
      await grown(file, 3, 20);
      if (which === 'from') await copy(file, place);
      else await (await openLedger(place)).close();
      const soon = '(extract(epoch from clock_timestamp()) * 1000 + 60000)::bigint';
      await run(`insert into leases values ('front', 'macbook:4711', 4, ${soon})`);
      const tried = (): Promise<CopyReport> => (which === 'from' ? copy(place, another('b.db')) : copy(file, place));
      const refused = { code: 'store.in-use', context: { holder: 'macbook:4711' } };
      await expect(tried()).rejects.toMatchObject(refused);
      await run('update leases set expires_at = expires_at - 120000');
      expect((await tried()).tables.length).toBeGreaterThan(10);
    });
  });

  test.each(['from', 'to'] as const)('nobody takes a lease while rows are copied: %s', async (which) => {
    await grown(file, 3, 100);
    if (which === 'from') await copy(file, place);
    const ledger = await openLedger(place);
    let taking: Promise<unknown> | undefined;
    const seen: string[] = [];
    await copyLedger({
      from: which === 'from' ? place : file,
      to: which === 'from' ? another('b.db') : place,
      self: 'test:1',
      now: systemClock.now(),
      progress: ({ step, table }) => {
        taking ??= ledger.takeLease('front', 'eager:1', 6_000).then(
          () => seen.push('taken'),
          (error: unknown) => seen.push(String(error)),
        );
        if (step === 'comparing') seen.push(table);
      },
    });
    await taking;
    await ledger.close();
    expect(seen.slice(-2)).toEqual(['screen_watches', 'taken']);
  });

  // The first kills come while rows are written, the last around the commit.
  test.each([
    [/copying proposals/, 0],
    [/copying order_events/, 2],
    [/comparing orders/, 0],
    [/comparing screen_watches/, 2],
    [/comparing screen_watches/, 4],
    [/copied/, 0],
  ])('a copy that is killed (%s, %i ms later) leaves everything or nothing', async (line, afterMs) => {
    await grown(file, 5, 150);
    await (await openLedger(place)).close();
    const child = spawn(process.execPath, [copying, file.url, place.url, place.schema], {
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
    // Waits for what the server may still be doing of it.
    const again = await copy(file, place).catch((error: { readonly code?: string }) => error.code);
    if (said.includes('copied')) expect(again).toBe('store.not-empty');
    const expected = rowsOf(await copy(file, another('expected.db')));
    expect(rowsOf(await copy(place, another('there.db')))).toEqual(expected);
  });

  test('a backup is a file that is restored anywhere, made while bots go on', async () => {
    const now = await grown(place, 9, 200);
    const bot = await openLedger(place);
    await bot.takeLease('front', 'bot:1', 60_000);
    const orders = await bot.latestOrders(100);
    const { path, results } = await backupLedger({ from: place, to: join(folder, 'backups/'), now });
    await bot.close();
    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
    expect(readdirSync(join(folder, 'backups'))).toEqual([expect.stringMatching(/^hoga_\d+-20261123-\d{6}\.db$/)]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const restored = await newPlace();
    await copy(at(`sqlite:${path}`), restored);
    for (const there of [restored, at(`sqlite:${path}`)]) {
      const ledger = await openLedger(there);
      expect(await ledger.latestOrders(100)).toEqual(orders);
      await ledger.close();
    }
  });

  test('the check sees on PostgreSQL what it sees in a file', async () => {
    const now = await grown(place, 9, 200);
    const wrongs = [
      ['order-state', "update orders set status = 'cancelled' where status = 'accepted'"],
      ['ticket-without-orders', "update proposals set status = 'taken' where status <> 'taken'"],
      ['ticket-positions', 'update orders set position = position + 7'],
      ['unreadable', "update outbox set body = '{'"],
      ['message-state', "update outbox set sent_at = null where state = 'sent'"],
      ['alert-state', "update alerts set state = 'fired' where state = 'armed'"],
    ] as const;
    for (const [fault, sql] of wrongs) {
      await run(sql);
      expect(await faultsIn(place, now)).toContain(fault);
    }
    await run('alter table outbox add constraint never check (id < 0) not valid');
    expect(await faultsIn(place, now)).toContain('no-rule');
    await run('alter table outbox drop constraint never');
  });

  test('a server that cannot be reached is named without the password', async () => {
    await grown(file, 3, 20);
    const away = { url: 'postgres://kim:secret@127.0.0.1:1/hoga', schema: 'hoga' };
    const error: unknown = await copy(file, away).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'store.cannot-connect' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
