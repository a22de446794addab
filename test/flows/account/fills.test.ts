import { afterEach, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ fewPings: true, ...options });
};
afterEach(() => bot.stop());

const dayMs = 24 * 3_600_000;

async function order(side: 'buy' | 'sell', name: string, quantity: number): Promise<void> {
  await bot.say(`/${side} ${name} ${quantity}`);
  await bot.press('확인');
  await bot.settled();
}

test('of today, newest first, with time, quantity, price, amount and what it comes to', async () => {
  await start();
  expect(await bot.say('/fills')).toContain('2026-11-23에는 체결이 없습니다');
  await order('buy', '삼성전자', 10);
  await bot.told('체결 삼성전자 매수');
  await order('sell', '삼성전자', 4);
  await bot.told('체결 삼성전자 매도');
  const shown = await bot.say('/체결 오늘');
  expect(shown).toMatch(/체결 2026-11-23\n2건 · 매수 [\d,]+원 · 매도 [\d,]+원\n11월 23일\(월\)\n/);
  expect(shown).toMatch(/10:00 {3}4×[\d,]+ {2}[\d,]+ 매도 삼성전자\n10:00 {2}10×[\d,]+ {2}[\d,]+ 매수 삼성전자$/);
  const [bought, sold] = bot.simulator.state().orders.map(({ filled }) => filled);
  expect([bought, sold]).toEqual([10, 4]);
});

test('of several days are under the day they happened, and an order without a fill is not there', async () => {
  await start();
  await order('buy', '삼성전자', 10);
  await bot.told('체결 삼성전자 매수');
  await bot.clock.advance(dayMs);
  await order('buy', '카카오', 2);
  await bot.told('체결 카카오');
  await bot.say('/buy 카카오 1 40000');
  await bot.press('확인');
  const shown = await bot.say('/fills 1주');
  expect(shown).toContain('체결 2026-11-18 ~ 2026-11-24');
  expect(shown).toMatch(/2건[\s\S]*11월 24일\(화\)\n.*카카오\n11월 23일\(월\)\n.*삼성전자$/);
  expect(await bot.say('/fills 어제')).toMatch(/1건[\s\S]*삼성전자$/);
  expect(await bot.say('/fills 2026-11-24 2026-11-24')).toMatch(/1건[\s\S]*카카오$/);
});

test('many come in pages that take the place of each other, and as a file of all', async () => {
  await start({ env: { HOGA_MAX_DAILY_KRW: '100000000' } });
  for (let count = 1; count <= 12; count += 1) {
    await order('buy', '카카오', count);
    await bot.told(`체결 카카오 매수 ${count}주`);
  }
  expect(await bot.say('/fills')).toMatch(/체결 2026-11-23 · 1\/2\n12건/);
  const before = bot.shown().length;
  expect(await bot.press('다음 ▶')).toMatch(/2\/2\n12건[\s\S]*\n10:\d\d {2}2×.*\n10:\d\d {2}1×/);
  expect(bot.shown()).toHaveLength(before);
  expect(await bot.press('CSV 파일')).toContain('체결 12행');
});

test.each([
  ['/fills 내일', '기간을 읽지 못했습니다'],
  ['/fills 20261124', '오늘(2026-11-23)보다 뒤는 아직 없습니다'],
  ['/fills 20261121-20261101', '앞뒤가 바뀌었습니다(2026-11-21 ~ 2026-11-01)'],
  ['/fills 2년', '기간은 1년까지 됩니다'],
])('%s is one sentence with an example', async (line, sentence) => {
  await start();
  const answer = await bot.say(line);
  expect(answer).toContain(sentence);
  expect(answer).toContain('예: /fills 1주');
  expect(answer.split('\n')).toHaveLength(1);
});

test('are to be had on paper', async () => {
  await start({
    simulator: { kind: 'paper' },
    env: {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'paper-app-key',
      KIS_APP_SECRET: 'paper-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
  });
  await order('buy', '삼성전자', 3);
  await bot.told('체결 삼성전자 매수');
  expect(await bot.say('/fills 3개월')).toContain('매수 삼성전자');
});
