import { afterEach, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness.ts';

// With KIS_HASHKEY=on an order carries KIS's hash of its body; the simulator turns away a wrong one.
let bot: Harness;
afterEach(async () => {
  await bot.stop();
});
const path = '/uapi/hashkey';

test('every order asks for its hash once, and leaves once', async () => {
  bot = await startHarness({ env: { KIS_HASHKEY: 'on' } });
  await bot.say('/buy 삼성전자 10 60000');
  expect(await bot.press('확인')).toContain('접수됨');
  expect(await bot.say('/cancel all')).toContain('취소 주문표');
  expect(await bot.press('확인')).toContain('취소 접수됨');
  const { byTr } = bot.simulator.state().requests;
  expect([byTr[path], byTr['TTTC0012U'], byTr['TTTC0013U']]).toEqual([2, 1, 1]);
});

test.each([
  { fault: 'cut', when: 'before' },
  { fault: 'malformed' },
  { fault: 'refuse', status: 500, code: 'EGW00001', text: '일시적 오류가 발생했습니다.' },
] as const)('no hash, no order: $fault', async (rule) => {
  bot = await startHarness({ env: { KIS_HASHKEY: 'on' } });
  await bot.say('/buy 삼성전자 10 60000');
  bot.simulator.setFaults([{ on: path, ...rule }]);
  expect(await bot.press('확인')).not.toContain('접수됨');
  await bot.settled();
  const { orders, requests } = bot.simulator.state();
  expect(orders).toEqual([]);
  expect(requests.byTr['TTTC0012U']).toBeUndefined();
  expect(await bot.say('/status')).not.toContain('결과를 확인하는 주문');
});

test('by default no hash is asked for', async () => {
  bot = await startHarness();
  await bot.say('/buy 삼성전자 10 60000');
  expect(await bot.press('확인')).toContain('접수됨');
  expect(bot.simulator.state().requests.byTr[path]).toBeUndefined();
});
