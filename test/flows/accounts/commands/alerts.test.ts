import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../support/clock.ts';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts, type TestAccount } from '../start-accounts.ts';

let bot: Harness;
afterEach(() => bot.stop());

const held = (averageCost: number) => [{ symbol: '005930', quantity: 10, averageCost }];
const main = { holdings: held(60_000) };
const isa: TestAccount = { name: 'isa', holdings: held(80_000), settings: { TITLE: '연금' } };
/** Each account's fills, and the prices of the issue. */
const watching = (): Promise<boolean> => eventually('watched', () => bot.simulator.state().sockets.registrations === 3);

describe('an alert on an average cost', () => {
  test('is of the account in which it was made, and names it', async () => {
    bot = await startAccounts([isa], { main });
    expect(await bot.say('/alert 삼성전자 평단 -5%')).toContain('-5% 이하 · main\n오늘 기준 57,000원 이하');
    expect(await bot.say('/alert 삼성전자 평단 -5% @isa')).toContain('-5% 이하 · 연금\n오늘 기준 76,000원 이하');
    await bot.say('/account isa');
    expect(await bot.say('/alert 삼성전자 평단 -15% 매번')).toContain('· 연금\n오늘 기준 68,000원 이하');
    const list = await bot.say('/alerts');
    expect(list).toMatch(/1\. 삼성전자 .* · main · 오늘 기준 57,000원/);
    expect(list).toMatch(/2\. 삼성전자 .* · 연금 · 오늘 기준 76,000원/);
    await bot.restart();
    expect(await bot.say('/alerts')).toContain('· main · 오늘 기준 57,000원');
    await watching();
    bot.simulator.setPrice('005930', 67_900);
    const told = await bot.told('🔔 알림');
    expect(told).toMatch(/^\[연금 · 시뮬레이터\]\n🔔 알림 삼성전자 내 평단 대비 -15% 이하/);
    bot.simulator.setPrice('005930', 56_900);
    expect(await bot.told('[main · 시뮬레이터]\n🔔')).toContain('알림 삼성전자 내 평단 대비 -5% 이하');
  });

  test('follows the fills of that account alone', async () => {
    bot = await startAccounts([isa], { main });
    await bot.say('/alert 삼성전자 평단 -5%');
    await bot.say('/alert 삼성전자 평단 -5% @isa');
    await bot.say('/buy 005930 10 70000 @isa');
    await bot.press('확인');
    await bot.told('체결 삼성전자 매수');
    await bot.clock.advance(2_001);
    await eventually('followed', async () => (await bot.say('/alerts')).includes('· 연금 · 오늘 기준 71,250원 이하'));
    expect(await bot.say('/alerts')).toContain('· main · 오늘 기준 57,000원 이하');
  });

  test('on what only another account holds is refused', async () => {
    bot = await startAccounts([{ name: 'isa' }], { main });
    expect(await bot.say('/alert 삼성전자 평단 -5% @isa')).toContain('보유하지 않은 종목');
    expect(await bot.say('/alert 삼성전자 >= 90000 @isa')).not.toContain('isa');
  });

  test('of somebody with one account names none', async () => {
    bot = await startAccounts([], { main });
    expect(await bot.say('/alert 삼성전자 평단 -5%')).not.toContain('main');
  });
});

test('an alert on an account that its person may not see any more is neither shown nor told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = { STORE_URL: `sqlite:${join(folder, 'hoga.db')}`, HOGA_VIEWERS: 'telegram:2' };
  const people = { OWNERS: 'telegram:1', VIEWERS: 'telegram:2' };
  const own = (settings: Record<string, string>): TestAccount => ({ ...isa, settings: { TITLE: '연금', ...settings } });
  const ask = async (text: string): Promise<string> => {
    const before = bot.shown().length;
    await bot.hand({ kind: 'text', text }, 'telegram:2');
    await bot.settled();
    return bot.shown().slice(before).join('\n');
  };
  bot = await startAccounts([own(people)], { main, env });
  expect(await ask('/alert 삼성전자 평단 -15% @isa')).toContain('· 연금');
  expect(await ask('/alert 삼성전자 <= 68500')).toContain('만들었습니다');
  await bot.stop();
  bot = await startAccounts([own({ OWNERS: 'telegram:1' })], { main, env });
  const list = await ask('/alerts');
  expect(list).toContain('68,500원');
  expect(list).not.toMatch(/평단|연금/);
  expect(await ask('/why')).not.toMatch(/평단|연금/);
  await watching();
  bot.simulator.setPrice('005930', 67_900);
  await bot.told('🔔 알림 삼성전자 68,500원 이하');
  await bot.clock.advance(120_000);
  await bot.settled();
  expect(bot.shown().filter((text) => text.includes('평단'))).toEqual([]);
});
