import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { JumpClock } from '../../../support/clock.ts';
import { GoogleStandIn } from '../../../support/google.ts';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts, type TestAccount } from '../start-accounts.ts';

let bot: Harness;
afterEach(() => bot.stop());

const main = { holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] };
const isa: TestAccount = {
  name: 'isa',
  holdings: [{ symbol: '000660', quantity: 3, averageCost: 150_000 }],
  settings: { TITLE: '연금' },
};
const file = (): { readonly name: string; readonly rows: readonly string[] } => {
  const attachment = bot.chat().messages.findLast(({ attachments }) => attachments.length > 0)?.attachments[0];
  if (attachment === undefined) throw new Error('no file');
  const text = Buffer.from(attachment.data, 'base64').toString().replace('\u{feff}', '');
  return { name: attachment.name, rows: text.trim().split('\r\n') };
};

test('every row and the name of the file say which account it is', async () => {
  bot = await startAccounts([isa], { main });
  await bot.say('/export holdings csv');
  expect(file().name).toBe('holdings-main-20261123.csv');
  expect(file().rows[0]).toMatch(/^계좌,종목코드,/);
  expect(file().rows.slice(1)).toEqual([expect.stringMatching(/^main · 시뮬레이터,005930,/)]);

  expect(await bot.say('/export holdings csv @isa')).toContain('[연금 · 시뮬레이터]');
  expect(file().name).toBe('holdings-isa-20261123.csv');
  expect(file().rows.slice(1)).toEqual([expect.stringMatching(/^연금 · 시뮬레이터,000660,/)]);

  await bot.say('/sell 000660 1 @isa');
  await bot.press('확인');
  await bot.told('체결 SK하이닉스');
  await bot.say('/fills @isa');
  // The button of an answer about one account exports that one.
  await bot.press('CSV 파일');
  expect(file().name).toBe('fills-isa-20261123.csv');
  expect(file().rows.slice(1)).toEqual([expect.stringMatching(/^연금 · 시뮬레이터,2026-11-23,/)]);
  await bot.say('/export pnl csv @isa');
  expect(file().name).toBe('pnl-isa-20261123.csv');
  expect(file().rows[1]).toMatch(/^연금 · 시뮬레이터,/);

  await bot.say('/export quotes csv 삼성전자');
  expect(file().name).toBe('quotes-20261123.csv');
  expect(file().rows[0]).toMatch(/^종목코드,/);
});

test('somebody with one account has neither', async () => {
  bot = await startAccounts([], { main });
  await bot.say('/export holdings csv');
  expect(file().name).toBe('holdings-20261123.csv');
  expect(file().rows[0]).toMatch(/^종목코드,/);
});

test('each account has a tab of its own in the sheet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new JumpClock();
  const google = await new GoogleStandIn(clock).start();
  onTestFinished(() => google.stop());
  const key = join(folder, 'key.json');
  writeFileSync(key, google.keyFile());
  const env = {
    GOOGLE_SHEETS_ID: google.spreadsheetId,
    GOOGLE_SERVICE_ACCOUNT_JSON: key,
    GOOGLE_API_ROOT: google.root,
  };
  bot = await startAccounts([isa], { main, clock, env });
  await bot.say('/export holdings sheet');
  expect(await bot.say('/export holdings sheet @isa')).toContain("'잔고 연금 2026-11-23' 탭에 1행");
  expect(google.tab('잔고 main 2026-11-23')?.cells[1]?.slice(0, 2)).toEqual(['main · 시뮬레이터', '005930']);
  expect(google.tab('잔고 연금 2026-11-23')?.cells[1]?.slice(0, 2)).toEqual(['연금 · 시뮬레이터', '000660']);
});
