import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { backupLedger } from '../../../src/store/maintenance/backup.ts';
import { copyLedger } from '../../../src/store/maintenance/copy.ts';
import { at } from '../../store/maintenance/grow.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// A backup is good when a bot goes on with it.

let folder: string;
let bot: Harness | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-restore-'));
});
afterEach(async () => {
  await bot?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settingOf = (path: string): { readonly STORE_URL: string } => ({ STORE_URL: `sqlite:${path}` });
const fileOf = (name: string): string => join(folder, name, 'hoga-simulator.db');

test.each(['by a copy', 'as it is'] as const)('a bot trades on with a restored backup, %s', async (how) => {
  bot = await startHarness({ env: settingOf(join(folder, 'old', 'hoga.db')) });
  const { say, press, restart, told, simulator, clock } = bot;
  await say('/buy 005930 1 50000');
  await press('확인');
  await told('접수됨');
  // While the bot runs. What a crash would leave between press and request is put there by hand.
  const ledger = await openLedger({ url: `sqlite:${fileOf('old')}` });
  const now = clock.now();
  const address = { channel: 'console', chatId: 'local' };
  const personId = 'console:local';
  const times = { createdAt: now, expiresAt: now + 60_000 };
  await ledger.createProposal({
    id: 'p1',
    personId,
    address,
    command: 'buy',
    plan: {},
    shown: '매수 주문표',
    ...times,
  });
  const request = {
    symbol: '000660',
    side: 'buy',
    type: 'limit',
    quantity: 3,
    price: 100_000,
    exchange: 'KRX',
  } as const;
  const intents = [{ id: 'o1', intent: { kind: 'place', request } as const, amount: 300_000 }];
  await ledger.claim({ proposalId: 'p1', personId, now, day: '20261123', maxDailyAmount: 1e9, intents });
  const { path, results } = await backupLedger({
    from: at(`sqlite:${fileOf('old')}`),
    to: join(folder, 'kept.db'),
    now,
  });
  await ledger.close();
  expect(results.flatMap(({ findings }) => findings)).toEqual([]);

  mkdirSync(join(folder, 'new'));
  if (how === 'as it is') renameSync(path, fileOf('new'));
  else {
    const self = 'test:2';
    await copyLedger({
      from: at(`sqlite:${path}`),
      to: at(`sqlite:${fileOf('new')}`),
      self,
      now,
      progress: () => undefined,
    });
  }
  // The new folder has no access token, and KIS issues one a minute.
  await clock.advance(61_001);
  await restart({ env: settingOf(join(folder, 'new', 'hoga.db')) });
  expect(await told('보내지 않은 주문')).toContain('SK하이닉스 매수 3주 100,000원');
  expect(await say('/orders')).toContain('삼성전자 매수 1주 50,000원');
  expect(simulator.state().orders).toHaveLength(1);
  await say('/buy 005930 2 시장가');
  await press('확인');
  await told('체결 삼성전자 매수 2주');
  expect(simulator.state().orders).toHaveLength(2);
});
