import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
beforeEach(async () => {
  bot = await startHarness();
});
afterEach(async () => {
  await bot.stop();
});

test('a refresh takes the place of what it refreshes, again and again', async () => {
  await bot.say('/price 005930');
  const before = bot.shown().length;
  bot.simulator.setPrice('005930', 70_500);
  expect(await bot.press('새로고침')).toContain('70,500원');
  bot.simulator.setPrice('005930', 70_600);
  expect(await bot.press('새로고침')).toContain('70,600원');
  expect(bot.shown()).toHaveLength(before);
});

test('a refresh that fails says so in its place, and can be tried again there', async () => {
  await bot.say('/price 005930');
  const before = bot.shown().length;
  bot.simulator.setFaults({
    rules: [{ on: 'inquire-price', fault: 'refuse', code: 'OPSQ2000', text: '오류', times: 9 }],
  });
  expect(await bot.press('새로고침')).toContain('OPSQ2000');
  bot.simulator.clearFaults();
  expect(await bot.press('새로고침')).toContain('삼성전자 005930');
  expect(bot.shown()).toHaveLength(before);
});

test('a refresh of a view that an older process made is shown anew', async () => {
  await bot.say('/price 005930');
  const button = bot.button('새로고침');
  await bot.restart();
  await bot.hand({ kind: 'press', button });
  await bot.settled();
  expect(bot.shown().at(-1)).toContain('삼성전자 005930');
});
