import { afterEach, expect, test } from 'vitest';
import { issues } from '../../../src/simulator/market/instruments.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

const cash = { symbol: '005930', quantity: 10, averageCost: 60_000 };
const lent = { symbol: '005930', quantity: 5, averageCost: 72_000, loanDate: '20261102' };
const lentLater = { symbol: '005930', quantity: 5, averageCost: 66_000, loanDate: '20261116' };

test('the balance is asked as KIS has taken it since 2026-02-10', async () => {
  bot = await startHarness({ simulator: { holdings: [cash] } });
  expect(await bot.say('/balance')).toContain('삼성전자 10주 (매도가능 10주)');
});

test('an issue that KIS lists in three rows, by loan date, is one holding', async () => {
  bot = await startHarness({ simulator: { holdings: [cash, lent, lentLater] } });
  const answer = await bot.say('/balance');
  // (600,000 + 360,000 + 330,000) ÷ 20
  expect(answer).toContain('삼성전자 20주 (매도가능 20주) · 신용 10주 포함');
  expect(answer).toContain('평균 64,500원');
  expect(answer.match(/삼성전자/g)).toHaveLength(1);
});

test('rows of one issue on two pages are one holding still', async () => {
  const symbols = issues.map(({ symbol }) => symbol).filter((symbol) => symbol !== '005930');
  const others = symbols.slice(0, 19).map((symbol) => ({ symbol, quantity: 1, averageCost: 10_000 }));
  bot = await startHarness({
    simulator: { kind: 'paper', hours: 'live', callsPerSecond: 1_000, holdings: [cash, ...others, lent] },
    env: {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'test-app-key',
      KIS_APP_SECRET: 'test-app-secret',
      KIS_ACCOUNT: '50000000-01',
    },
  });
  const answer = await bot.say('/balance');
  expect(bot.simulator.state().requests.byTr['VTTC8434R']).toBe(2);
  expect(answer).toContain('삼성전자 15주');
});

test('an alert on what was paid goes by the average of all rows', async () => {
  bot = await startHarness({ simulator: { holdings: [cash, lent, lentLater] } });
  expect(await bot.say('/alert 삼성전자 평단 +10%')).toContain('70,950원');
});
