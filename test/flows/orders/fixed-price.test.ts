import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
/** On Monday 2026-11-23, where KRX's hours decide. */
const startAt = async (time: string, options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({
    ...options,
    clock: new JumpClock(Date.parse(`2026-11-23T${time}:00+09:00`)),
    simulator: {
      hours: 'live',
      holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }],
      ...options.simulator,
    },
  });
};
afterEach(async () => {
  await bot.stop();
});
const orders = () => bot.simulator.state().orders;

describe('an order at a close that is known is reckoned at that close', () => {
  test.each([
    ['08:31', '장전시간외', '05', '전일 종가로 체결됩니다.'],
    ['15:45', '장후시간외', '06', '오늘 종가로 체결됩니다.'],
  ])('at %s: %s', async (time, way, type, note) => {
    await startAt(time);
    const ticket = await bot.say(`/buy 005930 71 ${way}`);
    // 71 at the upper limit of 91,000 would be over the cap of five million.
    expect(ticket).toContain(`${way} 70,000원 × 71주 = 4,970,000원`);
    expect(ticket).toContain(note);
    expect(ticket).not.toMatch(/최대|상한가/);
    await bot.press('확인');
    expect(orders()).toMatchObject([{ type, quantity: 71 }]);
    expect(await bot.say(`/sell 005930 10 ${way}`)).toContain(`${way} 70,000원 × 10주 = 700,000원`);
  });

  test.each([
    ['08:31', '장전시간외'],
    ['15:45', '장후시간외'],
  ])(
    'and so are the cap of an order, of a day, the cash and what a sum or a part buys, at %s: %s',
    async (time, way) => {
      await startAt(time, { simulator: { cash: 710_000 }, env: { HOGA_MAX_DAILY_KRW: '1000000' } });
      expect(await bot.say(`/buy 005930 72 ${way}`)).toMatch(/1회 한도[\s\S]*5,040,000원[\s\S]*10주까지 됩니다/);
      expect(await bot.say(`/buy 005930 20 ${way}`)).toContain('지금 10주까지 살 수 있습니다');
      expect(await bot.say(`/buy 005930 50만원 ${way}`)).toContain(`${way} 70,000원 × 7주`);
      await bot.press('취소');
      expect(await bot.say(`/buy 005930 전량 ${way}`)).toContain(`${way} 70,000원 × 10주`);
      await bot.press('확인');
      expect(await bot.say(`/sell 005930 6 ${way}`)).toMatch(/하루 한도[\s\S]*700,000원[\s\S]*420,000원/);
    },
  );

  test('the close of a day that moved', async () => {
    await startAt('15:45', { simulator: { hours: 'open' } });
    bot.simulator.setPrice('005930', 72_000);
    bot.simulator.setClock({ session: 'post-close' });
    expect(await bot.say('/buy 005930 10 장후시간외')).toContain('장후시간외 72,000원 × 10주 = 720,000원');
  });
});

test('an order at the market is reckoned at the upper limit as before', async () => {
  await startAt('10:00');
  expect(await bot.say('/buy 005930 10 시장가')).toMatch(/시장가 × 10주 = 최대 910,000원[\s\S]*상한가/);
});
