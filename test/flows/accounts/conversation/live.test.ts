import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts } from '../start-accounts.ts';

// Real money beside play money: the bot takes the simulator for a live host, as far as it can tell.
let bot: Harness;
beforeEach(async () => {
  bot = await startAccounts([{ name: 'practice', settings: { TITLE: '연습' } }], {
    host: 'https://kis.example:9443',
    env: { KIS_MAIN_TITLE: '주거래' },
  });
});
afterEach(() => bot.stop());

test('the account with real money has its mark wherever it is named, and no other has one', async () => {
  const list = await bot.say('/account');
  expect(list).toMatch(/^🟠 주거래 · 실전 · 5000\*{4}-01 위탁 · 쓰는 중$/m);
  expect(list).toMatch(/^연습 · 시뮬레이터 · 5000\*{4}-01 위탁$/m);
  expect(await bot.say('/balance')).toMatch(/^🟠 \[주거래 · 실전\]\n잔고/);
  expect(await bot.say('/balance @practice')).toMatch(/^\[연습 · 시뮬레이터\]\n잔고/);
  expect(bot.suggest({ identity: 'console:local', command: 'buy', argument: 'account', text: '' })).toEqual([
    { label: '🟠 주거래 · 실전 · @main', value: '@main' },
    { label: '연습 · 시뮬레이터 · @practice', value: '@practice' },
  ]);
  expect(await bot.say('/status @practice')).toMatch(/^🟠 주거래 실전 · /m);
});

test('real money and play money are never added together', async () => {
  expect((await bot.say('/balance all')).split('\n')).toEqual([
    '모든 계좌',
    '🟠 실전 합계',
    '총평가 10,000,000원',
    '평가손익 0원 (0.00%)',
    '모의·시뮬레이터 합계',
    '총평가 10,000,000원',
    '평가손익 0원 (0.00%)',
    '',
    '🟠 [주거래 · 실전]',
    '총평가 10,000,000원',
    '평가손익 0원 (0.00%)',
    '',
    '[연습 · 시뮬레이터]',
    '총평가 10,000,000원',
    '평가손익 0원 (0.00%)',
  ]);
});
