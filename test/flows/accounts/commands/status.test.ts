import { afterEach, expect, test } from 'vitest';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts } from '../start-accounts.ts';

let bot: Harness;
afterEach(() => bot.stop());

const lineOf = (said: string, title: string): string => said.split('\n').find((line) => line.startsWith(title)) ?? '';
const asked = async (text: string, identity: string): Promise<string> => {
  const before = bot.shown().length;
  await bot.hand({ kind: 'text', text }, identity);
  await bot.settled();
  return bot.shown().slice(before).join('\n');
};

test('of each other account one line: its connections and its lane', async () => {
  bot = await startAccounts([{ name: 'isa', settings: { TITLE: '연금' } }, { name: 'practice' }]);
  const said = await bot.say('/status');
  expect(said).toMatch(/ 상태 Hoga \S+ · main · 시뮬레이터 · 5000\*{4}-01$/m);
  expect(lineOf(said, '연금')).toMatch(/^연금 시뮬레이터 · 실시간 연결됨 1\/41 · 요청 여유 \d+\/1000$/);
  expect(lineOf(said, 'practice')).toMatch(/^practice 시뮬레이터 · 실시간 연결됨 1\/41 · 요청 여유 \d+\/1000$/);
  expect(lineOf(said, 'main')).toBe('');
});

test('the chat that works with another has that one at length', async () => {
  bot = await startAccounts([{ name: 'isa', settings: { TITLE: '연금' } }]);
  await bot.say('/account isa');
  await bot.say('/halt isa');
  const said = await bot.say('/status');
  expect(said).toMatch(/ 상태 Hoga \S+ · 연금 · /m);
  expect(said).toContain('거래가 정지되어 있습니다');
  expect(lineOf(said, 'main')).not.toContain('정지');
  expect(bot.button('새로고침')).toBe('run:/status');
  const other = await bot.say('/status @main');
  expect(other).not.toContain('거래가 정지되어 있습니다');
  expect(lineOf(other, '연금')).toMatch(/ · 정지됨$/);
  expect(bot.button('새로고침')).toBe('run:/status @main');
});

test('an order of unknown outcome is on the line of the account in which it was made', async () => {
  bot = await startAccounts([{ name: 'isa' }, { name: 'practice' }]);
  await bot.say('/buy 005930 1 60000 @isa');
  const lost = { on: 'order', fault: 'cut', when: 'after' } as const;
  bot.simulator.setFaults({ rules: [lost], executionsLagMs: 90_000, notices: { drop: 1 } });
  await bot.press('확인');
  const said = await bot.say('/status');
  expect(lineOf(said, 'isa')).toMatch(/ · 결과 확인 중 1건$/);
  expect(lineOf(said, 'practice')).not.toContain('결과');
});

test('an account that KIS refuses says so on its line', async () => {
  const rule = { on: 'inquire-psbl-order', fault: 'refuse', code: 'OPSQ2000', text: 'KIS의 말', times: 1_000 } as const;
  bot = await startAccounts([{ name: 'isa' }], { faults: { rules: [rule] } });
  await bot.told('계좌에 닿지 않습니다');
  expect(lineOf(await bot.say('/status'), 'isa')).toMatch(/ · 계좌에 닿지 않습니다$/);
});

test('what somebody may not see is not there, and who may see none is told of the bot alone', async () => {
  bot = await startAccounts(
    [
      { name: 'isa', settings: { TITLE: '연금', OWNERS: 'telegram:1', VIEWERS: 'telegram:2' } },
      { name: 'wife', settings: { TITLE: '아내', OWNERS: 'telegram:5' } },
    ],
    { env: { KIS_MAIN_OWNERS: 'telegram:1', HOGA_VIEWERS: 'telegram:7' } },
  );
  const owner = await asked('/status', 'telegram:1');
  expect(owner).toContain('연금');
  expect(owner).not.toContain('아내');
  const viewer = await asked('/status', 'telegram:2');
  // Of the only account that somebody may see the number is enough.
  expect(viewer).toMatch(/ 상태 Hoga \S+ · 5000\*{4}-01$/m);
  expect(viewer).not.toMatch(/main|아내/);
  const nobody = await asked('/status', 'telegram:7');
  expect(nobody).toContain('상태 Hoga');
  expect(nobody).toContain('실행한 지');
  expect(nobody).not.toMatch(/main|연금|아내|5000|실시간|정지/);
});
