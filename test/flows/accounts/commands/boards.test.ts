import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/clock.ts';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts, type TestAccount } from '../start-accounts.ts';

let bot: Harness;
afterEach(() => bot.stop());

const main = { holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] };
const isa = (settings: Record<string, string> = {}): TestAccount => ({
  name: 'isa',
  holdings: [
    { symbol: '000660', quantity: 3, averageCost: 150_000 },
    { symbol: '035720', quantity: 3, averageCost: 40_000 },
  ],
  settings: { ENV: 'paper', TITLE: '연금', ...settings },
});
/** Where there is no ranking, one's own issues are searched. */
const paper = {
  main,
  simulator: { kind: 'paper' },
  env: {
    KIS_ENV: 'paper',
    KIS_APP_KEY: 'paper-app-key',
    KIS_APP_SECRET: 'paper-app-secret',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
  },
} as const;

describe("a search in one's own issues", () => {
  test('is of what the account of the chat holds, or the one that the line names', async () => {
    bot = await startAccounts([isa()], paper);
    await bot.say('/screen golden 20일');
    await bot.told('관심·보유 1종목');
    await bot.say('/screen golden 20일 @isa');
    await bot.told('관심·보유 2종목');
    await bot.say('/watch add NAVER');
    await bot.say('/account isa');
    await bot.say('/screen golden 20일');
    await bot.told('관심·보유 3종목');
  });

  test('is never of an account that the person may not see', async () => {
    const env = { ...paper.env, KIS_MAIN_OWNERS: 'telegram:1', HOGA_VIEWERS: 'telegram:7' };
    bot = await startAccounts([isa({ OWNERS: 'telegram:1', VIEWERS: 'telegram:2' })], { ...paper, env });
    await bot.hand({ kind: 'text', text: '/screen golden 20일' }, 'telegram:2');
    await bot.told('관심·보유 2종목');
    await bot.hand({ kind: 'text', text: '/screen golden 20일' }, 'telegram:7');
    await bot.told('둘 다 없습니다');
    expect(bot.shown().filter((text) => text.includes('관심·보유'))).toHaveLength(1);
  });
});

test('a live board goes on, refreshes and stops by its buttons whatever the chat works with', async () => {
  bot = await startAccounts([{ ...isa(), settings: { TITLE: '연금' } }], { main });
  await bot.say('/account isa');
  await bot.say('/watch add 삼성전자');
  await bot.say('/watch live');
  const board = () => bot.chat().messages.findLast(({ text }) => text.includes('관심종목'));
  const { edits = 0 } = board() ?? {};
  bot.simulator.setPrice('005930', 70_700);
  await eventually('a new price', async () => {
    await bot.clock.advance(1_000);
    return (board()?.edits ?? 0) > edits && board()?.text.includes('70,700');
  });
  await bot.say('/account main');
  await bot.press('멈춤');
  expect(board()?.text).not.toContain('실시간 ·');
  await bot.press('새로고침');
  expect(board()?.text).toContain('70,700');
  await bot.say('/book 삼성전자 live @isa');
  await bot.press('멈춤');
  expect(bot.chat().messages.at(-1)?.text).not.toContain('실시간 ·');
});
