import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { backupLedger } from '../../../src/store/maintenance/backup.ts';
import { copyLedger } from '../../../src/store/maintenance/copy.ts';
import { confirmedOrder, start, temporaryFolder } from '../fixtures.ts';
import { at, growFrom } from './grow.ts';

const now = start + 3_600_000;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('a backup', () => {
  test('is one file of its owner’s, in a folder beside the ledger, named by the moment in Korea', async () => {
    const folder = temporaryFolder();
    const ledger = await openLedger({ url: `sqlite:${join(folder, 'hoga.db')}` });
    await growFrom(ledger, 4);
    const { path, bytes, results } = await backupLedger({
      from: at(`sqlite:${join(folder, 'hoga.db')}`),
      to: undefined,
      now,
    });
    await ledger.close();
    expect(path).toBe(join(folder, 'backups', 'hoga-20261123-100000.db'));
    expect([readdirSync(join(folder, 'backups')), modeOf(path), modeOf(join(folder, 'backups'))]).toEqual([
      ['hoga-20261123-100000.db'],
      '600',
      '700',
    ]);
    expect(bytes).toBe(statSync(path).size);
    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
    expect(results.find(({ name }) => name === 'orders')?.looked).toBeGreaterThan(5);
  });

  test('goes to a file or a folder that is named, and overwrites nothing', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    await (await openLedger({ url: from })).close();
    const named = await backupLedger({ from: at(from), to: join(folder, 'kept.db'), now });
    expect(named.path).toBe(join(folder, 'kept.db'));
    const inFolder = await backupLedger({ from: at(from), to: `${join(folder, 'usb')}/`, now });
    expect(inFolder.path).toBe(join(folder, 'usb', 'hoga-20261123-100000.db'));
    expect((await backupLedger({ from: at(from), to: join(folder, 'usb'), now: now + 1_000 })).path).toContain(
      '100001',
    );
    const before = readFileSync(named.path);
    await expect(backupLedger({ from: at(from), to: named.path, now })).rejects.toMatchObject({
      code: 'store.backup-there',
    });
    expect(readFileSync(named.path).equals(before)).toBe(true);
  });

  test('has what was committed when it began, while a bot is writing', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    const bot = await openLedger({ url: from });
    await confirmedOrder(bot, 'before');
    const writing = new DatabaseSync(join(folder, 'hoga.db'));
    writing.exec("begin immediate; update orders set status = 'denied'");
    const { path } = await backupLedger({ from: at(from), to: undefined, now });
    writing.exec('rollback');
    writing.close();
    await confirmedOrder(bot, 'after');
    await bot.close();
    const backup = await openLedger({ url: `sqlite:${path}` });
    expect(await backup.order('before')).toMatchObject({ status: 'confirmed' });
    expect(await backup.order('after')).toBeUndefined();
    await backup.close();
  });

  test('has nothing of what processes told one another: restored days later, it would be done', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    await (await openLedger({ url: from })).close();
    const file = new DatabaseSync(join(folder, 'hoga.db'));
    file.exec(`insert into leases values ('front', 'bot:1', 4, ${now + 1e6})`);
    file.exec("insert into handed (id, duty, lane, body, created_at) values ('h', 'front', '', '{}', 1)");
    const { path } = await backupLedger({ from: at(from), to: undefined, now });
    const backup = new DatabaseSync(path);
    for (const table of ['leases', 'handed']) {
      expect(backup.prepare(`select count(*) as many from ${table}`).get()).toEqual({ many: 0 });
      expect(file.prepare(`select count(*) as many from ${table}`).get()).toEqual({ many: 1 });
    }
    backup.close();
    file.close();
  });

  test('of a ledger with something wrong is made all the same, and says what', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    const ledger = await openLedger({ url: from });
    await confirmedOrder(ledger, 'o');
    await ledger.close();
    const file = new DatabaseSync(join(folder, 'hoga.db'));
    file.exec("update orders set status = 'filled'");
    file.close();
    const { path, results } = await backupLedger({ from: at(from), to: undefined, now });
    expect(existsSync(path)).toBe(true);
    expect(results.flatMap(({ findings }) => findings.map(({ fault }) => fault))).toContain('order-state');
  });

  test('is restored by a copy to wherever', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    const ledger = await openLedger({ url: from });
    await growFrom(ledger, 4);
    const orders = await ledger.latestOrders(100);
    await ledger.close();
    const { path } = await backupLedger({ from: at(from), to: undefined, now });
    const to = `sqlite:${join(folder, 'restored', 'hoga.db')}`;
    await copyLedger({ from: at(`sqlite:${path}`), to: at(to), self: 'test:1', now, progress: () => undefined });
    const restored = await openLedger({ url: to });
    expect(await restored.latestOrders(100)).toEqual(orders);
    await restored.close();
  });

  test('that cannot be written leaves nothing, and says so', async () => {
    const folder = temporaryFolder();
    const from = `sqlite:${join(folder, 'hoga.db')}`;
    await (await openLedger({ url: from })).close();
    writeFileSync(join(folder, 'file'), '');
    await expect(backupLedger({ from: at(from), to: join(folder, 'file', 'x.db'), now })).rejects.toMatchObject({
      code: 'store.backup-failed',
    });
    await expect(backupLedger({ from: at('sqlite:nowhere.db'), to: undefined, now })).rejects.toMatchObject({
      code: 'store.nothing-there',
    });
  });
});
