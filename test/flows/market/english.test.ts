import { afterEach, describe, expect, test } from 'vitest';
import { tidy } from '../../../src/services/issues/english-names.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ ...options, env: { HOGA_LANG: 'en', ...options.env } });
};

describe('names of issues in English', () => {
  test("come from KIS's product information, asked once, and outlive a restart", async () => {
    await start();
    expect(await bot.say('/price 005930')).toContain('Samsung Electronics 005930');
    const asked = (): number => bot.simulator.state().requests.byTr['CTPF1604R'] ?? 0;
    expect(asked()).toBe(1);
    await bot.restart();
    expect(await bot.say('/price 005930')).toContain('Samsung Electronics 005930');
    expect(asked()).toBe(1);
    // What KIS has in English is found by it.
    await bot.say('/price 017670');
    expect(await bot.say('/price SK Telecom')).toContain('SK Telecom 017670');
  });

  test.each([
    ['/buy 005930 1 69000', 'Samsung Electronics'],
    ['/chart 005930', 'Samsung Electronics'],
    ['/alert 005930 >= 80000', 'Samsung Electronics'],
    ['/info 000660', 'SK Hynix'],
    ['/watch add 035720', 'Kakao'],
  ])('%s', async (line, name) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toContain(name);
    expect(answer).not.toMatch(/삼성전자|하이닉스|카카오/);
  });

  test('in lists that KIS writes in Korean: open orders, holdings, fills, and what is told unasked', async () => {
    await start({ simulator: { holdings: [{ symbol: '000660', quantity: 5, averageCost: 150_000 }] } });
    await bot.say('/buy 005930 2 70000');
    await bot.press('Confirm');
    expect(await bot.told('Filled')).toContain('Samsung Electronics');
    await bot.say('/buy 035720 1 40000');
    await bot.press('Confirm');
    for (const [line, name] of [
      ['/orders', 'Kakao'],
      ['/balance', 'SK Hynix'],
      ['/fills', 'Samsung Electronics'],
      ['/cancel all', 'Kakao'],
    ] as const) {
      const answer = await bot.say(line);
      expect(answer).toContain(name);
      expect(answer, line).not.toMatch(/[가-힣]{2,}/);
    }
  });

  test('Korean stays Korean', async () => {
    await start({ env: { HOGA_LANG: 'ko' } });
    expect(await bot.say('/price 005930')).toContain('삼성전자 005930');
    expect(bot.simulator.state().requests.byTr['CTPF1604R']).toBeUndefined();
  });

  test('on paper, which tells none, the known Latin names do', async () => {
    await start({
      env: {
        KIS_ENV: 'paper',
        KIS_APP_KEY: 'test-app-key',
        KIS_APP_SECRET: 'test-app-secret',
        KIS_ACCOUNT: '50000000-01',
      },
      simulator: { kind: 'paper', callsPerSecond: 1_000 },
    });
    expect(await bot.say('/price 005930')).toContain('Samsung Electronics 005930');
  });
});

test('opinions and kinds of dividends are translated', async () => {
  await start();
  const opinions = await bot.say('/opinion 005930');
  expect(opinions).toMatch(/Buy|Hold|Neutral|Strong buy|Not rated/);
  expect(opinions).not.toMatch(/매수|중립|보유|매도/);
  expect(await bot.say('/info 005930')).toMatch(/Dividend [\d-]+ (?:final|interim|quarterly)/);
});

test.each([
  ['samsung electronics price', '005930'],
  ['price of samsung electronics', '005930'],
  ['how much is samsung electronics?', '005930'],
  ['show me the kakao chart', '035720'],
  ['sk hynix news', 'SK Hynix'],
  ['kakao order book please', 'Kakao'],
  ['samsung electronics financials', 'Samsung Electronics'],
  ['show my balance', 'Balance'],
  ['my open orders', 'No open orders'],
  ['is the market open?', 'KRX'],
  ['kospi', 'KOSPI'],
])('"%s" is understood', async (typed, shown) => {
  await start();
  expect(await bot.say(typed)).toContain(shown);
});

test.each([
  ['SAMSUNG ELECTRONICS CO.,LTD.', 'Samsung Electronics'],
  ['SK HYNIX INC.', 'SK Hynix'],
  ['KT&G CORPORATION', 'KT&G'],
  ['HYUNDAI MOTOR COMPANY', 'Hyundai Motor'],
  ['POSCO HOLDINGS INC.', 'Posco Holdings'],
  ['KOREA ELECTRIC POWER CORPORATION', 'Korea Electric Power'],
  ['Kakao Corp.', 'Kakao'],
  ['', ''],
])('%s is written %s', (given, written) => {
  expect(tidy(given)).toBe(written);
});
