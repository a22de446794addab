import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/store/ledger.ts';
import { DiskFaults, sqliteIoError } from '../support/disk-faults.ts';
import { temporaryFolder } from './fixtures.ts';

test.each([
  [13, 'store.full'],
  [8, 'store.read-only'],
  [8 | (4 << 8), 'store.read-only'],
  [5, 'store.locked'],
  [10, 'store.io'],
  [10 | (13 << 8), 'store.io'],
  [14, 'store.io'],
  [11, 'store.corrupt'],
  [26, 'store.corrupt'],
  [19, 'store.failed'],
])('result code %i of SQLite is told as %s', async (errcode, code) => {
  const disk = new DiskFaults('trouble.db');
  const ledger = await openLedger({ url: `sqlite:${join(temporaryFolder(), 'trouble.db')}` });
  disk.arm((_number, sql) => (sql === 'commit' ? errcode : undefined));
  await expect(ledger.setHalted(true)).rejects.toMatchObject({ code });
  disk.mend();
  await ledger.close();
});

test('a transaction that the disk did not even take back keeps no later one from beginning', async () => {
  const disk = new DiskFaults('trouble.db');
  const ledger = await openLedger({ url: `sqlite:${join(temporaryFolder(), 'trouble.db')}` });
  disk.arm((_number, sql) => (/^(?:insert|rollback)/.test(sql) ? sqliteIoError : undefined));
  await expect(ledger.setHalted(true)).rejects.toMatchObject({ code: 'store.io' });
  disk.mend();
  await ledger.setHalted(true);
  expect(await ledger.halted()).toBe(true);
  await ledger.close();
});
