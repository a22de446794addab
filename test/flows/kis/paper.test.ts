import { afterEach, expect, test } from 'vitest';
import { JumpClock, turns } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// Paper is the narrower dialect: TR ids of its own, one call a second, no calendar, no sellable quantity, no list of
// amendable orders, no multi-quote, fill notices of 23 columns.
let bot: Harness;
const start = async (clock = new JumpClock()): Promise<void> => {
  const started = startHarness({
    clock,
    simulator: { kind: 'paper', callsPerSecond: 1 },
    env: {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'paper-app-key',
      KIS_APP_SECRET: 'paper-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      KIS_CALLS_PER_SECOND: '1',
    },
  });
  bot = await clock.hurried(started);
};
afterEach(async () => {
  await bot.stop();
});

/** Lets time go by until an answer is there: at one call a second nothing is instant. */
async function paced<T>(work: Promise<T>): Promise<T> {
  let done = false;
  void work.finally(() => {
    done = true;
  });
  while (!done) {
    await bot.clock.advance(200);
    // A request that is under way on a busy machine must not seem to have taken a second.
    await turns(20);
  }
  return work;
}
const say = (text: string): Promise<string> => paced(bot.say(text));
const press = (label: string): Promise<string> => paced(bot.press(label));
const told = (text: string): Promise<string> => paced(bot.told(text));

test('the whole conversation', async () => {
  await start();
  expect(await say('/price 삼성전자')).toContain('70,000원');
  expect(await say('/price 삼성전자 SK하이닉스')).toMatch(/삼성전자[\s\S]*SK하이닉스/);
  expect(await say('/buy 삼성전자 10')).toContain('매수 주문표');
  expect(await press('확인')).toContain('접수됨');
  await told('체결 삼성전자 매수 10주');
  expect(await say('/balance')).toContain('삼성전자 10주 (매도가능 10주)');
  expect(await say('/sell 삼성전자 11 80000')).toContain('매도가능수량은 10주입니다');
  expect(await say('/sell 삼성전자 4 80000')).toContain('매도 주문표');
  expect(await press('확인')).toContain('접수됨');
  expect(await say('/orders')).toContain('남은 4주 / 4주');
  expect(await say('/cancel all')).toContain('취소 주문표');
  expect(await press('확인')).toContain('취소 접수됨');
  await told('취소 확인');
  expect(await say('/alert 삼성전자 >= 71000')).toContain('알림을 만들었습니다');
  bot.simulator.setPrice('005930', 71_000);
  await told('🔔');
  const { requests, orders } = bot.simulator.state();
  expect(requests.throttled).toBe(0);
  expect(Object.keys(requests.byTr).filter((tr) => /^(?:TTTC|CTCA)/.test(tr))).toEqual([]);
  expect(orders.filter(({ action }) => action === 'new')).toHaveLength(2);
});

test('one issue that is refused does not cost the others their prices', async () => {
  await start();
  bot.simulator.setFaults([{ on: 'inquire-price', fault: 'refuse', code: 'MCA05918', text: '종목코드 오류입니다.' }]);
  expect(await say('/price 삼성전자 SK하이닉스')).toContain('SK하이닉스');
});

test('a balance says at once that it is being fetched', async () => {
  await start();
  await say('/price 삼성전자');
  const answer = bot.say('/balance');
  await bot.clock.advance(500);
  const first = bot.say('/balance');
  await bot.clock.advance(1_050);
  await bot.told('잔고를 가져오는 중');
  await paced(Promise.all([answer, first]));
  expect(bot.shown().some((text) => text.includes('가져오는 중'))).toBe(false);
});

test('the calendar is the shipped one', async () => {
  await start(new JumpClock(Date.parse('2026-12-25T10:00:00+09:00')));
  expect(await say('/buy 삼성전자 1 70000')).toContain('휴장일');
});
