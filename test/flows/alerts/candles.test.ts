import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Alerts on candles at the exchange's hours: by the Clock alone, over real sockets.

const liveKeys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
const issue = '005930';
const minutes = 'FHKST03010200';

let bot: Harness;
const start = async (time = '10:01:00', options: HarnessOptions = {}): Promise<void> => {
  const clock = new JumpClock(Date.parse(`2026-11-23T${time}+09:00`));
  bot = await startHarness({
    clock,
    env: ({ restUrl }) => ({ ...liveKeys, KIS_REST_URL: restUrl }),
    simulator: { hours: 'live' },
    ...options,
  });
};
const calls = (): number => bot.simulator.state().requests.byTr[minutes] ?? 0;
const fired = (): readonly string[] => bot.shown().filter((text) => text.includes('🔔'));
/** Moves on to a time of the day, and lets what came over the socket arrive. */
const until = async (time: string): Promise<void> => {
  await bot.clock.advance(Date.parse(`2026-11-23T${time}+09:00`) - bot.clock.now());
  await bot.settled();
};
const price = async (won: number): Promise<void> => {
  const before = bot.app();
  bot.simulator.setPrice(issue, won);
  await bot.clock.advance(50);
  expect(bot.app()).toBe(before);
};

beforeEach(() => start());
afterEach(() => bot.stop());

describe('an alert on the close of a candle', { timeout: 30_000 }, () => {
  test('says what it waits for, and what the last candle was', async () => {
    const said = await bot.say('/alert 삼성전자 5분봉 종가 71000 이상');
    expect(said).toContain('삼성전자 5분봉 종가 71,000원 이상');
    expect(said).toContain('봉이 끝날 때마다 확인합니다.');
    expect(said).toMatch(/09:55 봉 종가 70,000원 · 거래량 [\d,]+주/);
    expect(await bot.say('/alerts')).toContain('1. 삼성전자 5분봉 종가 71,000원 이상');
  });

  test('is told within a second of the end of the candle, by the clock and not by the next trade', async () => {
    await bot.say('/alert 삼성전자 5분봉 종가 71000 이상');
    await until('10:06:00');
    await price(71_500);
    await until('10:09:30');
    // It was there, and it is there: a price alert would have fired. The candle has not closed.
    expect(fired()).toHaveLength(0);
    await until('10:09:59');
    expect(fired()).toHaveLength(0);
    const before = calls();
    await bot.clock.advance(1_950);
    const told = await bot.told('🔔 알림 삼성전자 5분봉 종가 71,000원 이상');
    expect(told).toContain('10:05 봉 종가 71,500원 · 거래량');
    expect(bot.clock.now()).toBeLessThan(Date.parse('2026-11-23T10:10:01.500+09:00'));
    // Nothing was missing of it.
    expect(calls()).toBe(before);
    expect(await bot.say('/alerts')).not.toContain('71,000');
  });

  test('is told once for a candle, and again for the next crossing where it repeats', async () => {
    await bot.say('/alert 삼성전자 1분봉 종가 71000 이상 매번');
    await until('10:03:10');
    await price(71_500);
    await until('10:04:02');
    expect(fired()).toHaveLength(1);
    await until('10:05:10');
    await price(72_000);
    await until('10:06:02');
    expect(fired()).toHaveLength(1);
    await price(70_500);
    await until('10:07:02');
    await price(71_000);
    await until('10:08:02');
    expect(fired()).toHaveLength(2);
  });

  test('that holds already waits for a candle on the other side', async () => {
    expect(await bot.say('/alert 삼성전자 1분봉 종가 69000 이상')).toContain('지금 이미 조건에 맞습니다.');
    await until('10:02:30');
    await price(70_500);
    await until('10:03:02');
    expect(fired()).toHaveLength(0);
    await price(68_000);
    await until('10:04:02');
    await price(69_500);
    await until('10:05:02');
    expect(fired()).toHaveLength(1);
  });

  test('a candle that closed while the process was down is looked at after the start, once', async () => {
    await bot.say('/alert 삼성전자 1분봉 종가 71000 이상');
    await until('10:02:30');
    await bot.app().stop();
    bot.simulator.setPrice(issue, 71_500);
    await bot.clock.advance(60_000);
    bot.simulator.setPrice(issue, 70_000);
    await bot.clock.advance(60_000);
    await bot.restart();
    await bot.clock.advance(3_000);
    expect(await bot.told('🔔 알림 삼성전자')).toContain('10:02 봉 종가 71,500원');
    await bot.restart();
    await bot.clock.advance(120_000);
    await bot.settled();
    expect(fired()).toHaveLength(0);
  });

  test('never fires from a candle of which something is missing, says why, and is told when it is filled in', async () => {
    await bot.say('/alert 삼성전자 1분봉 종가 71000 이상');
    await until('10:02:30');
    bot.simulator.setFaults({
      dropSockets: true,
      sockets: { refuse: true },
      rules: [{ on: 'inquire-time-itemchartprice', fault: 'refuse', code: 'MCA09999', text: '점검 중', times: 3 }],
    });
    await bot.clock.advance(5_000);
    bot.simulator.setPrice(issue, 71_500);
    await until('10:03:04');
    expect(fired()).toHaveLength(0);
    const id = await eventually('an alert', async () => /([0-9a-f]{12})/.exec(bot.button('1번 지우기'))?.[1]).catch(
      async () => {
        await bot.say('/alerts');
        return /([0-9a-f]{12})/.exec(bot.button('1번 지우기'))?.[1];
      },
    );
    const why = await bot.say(`/why ${id}`);
    expect(why).toContain('채워질 때까지 울리지 않습니다.');
    expect(why).toContain('점검 중');
    await until('10:03:58');
    expect(await bot.told('🔔 알림 삼성전자')).toContain('10:02 봉 종가 71,500원');
  });

  test('of an issue without a registration comes from the minutes of KIS some seconds later, and that is said', async () => {
    await bot.stop();
    await start('10:01:00', {
      env: ({ restUrl }) => ({ ...liveKeys, KIS_REST_URL: restUrl, KIS_HTS_ID: undefined, KIS_MAX_REGISTRATIONS: '1' }),
    });
    await bot.say('/alert 000660 >= 200100');
    expect(await bot.say('/alert 삼성전자 1분봉 종가 71000 이상')).toContain('봉이 끝나고 몇 초 뒤에 확인합니다.');
    await until('10:02:30');
    bot.simulator.setPrice(issue, 71_500);
    await until('10:03:01');
    expect(fired()).toHaveLength(0);
    await until('10:03:03');
    await bot.clock.advance(1_000);
    expect(await bot.told('🔔 알림 삼성전자')).toContain('10:02 봉 종가 71,500원');
  });

  test('the closing auction is the last candle of the day', async () => {
    await bot.stop();
    await start('15:18:00');
    await bot.say('/alert 삼성전자 5분봉 종가 71000 이상');
    await until('15:30:10');
    bot.simulator.setPrice(issue, 71_500);
    await until('15:32:50');
    expect(fired()).toHaveLength(0);
    await until('15:33:02');
    expect(await bot.told('🔔 알림 삼성전자')).toContain('15:30 봉 종가 71,500원');
  });
});

describe('an alert on the volume of a candle', { timeout: 30_000 }, () => {
  test('compares with the 20 candles before, of the day before too, and says so', async () => {
    await bot.stop();
    await start('09:10:30');
    const said = await bot.say('/alert 삼성전자 5분봉 거래량 3배');
    expect(said).toContain('5분봉 거래량 20봉 평균의 3배 이상');
    expect(said).toContain('바로 앞 20개 봉의 평균과 비교합니다.');
    expect(said).toMatch(/09:05 봉 종가 [\d,]+원 · 거래량 [\d,]+주 · 직전 20봉 평균 [\d,]+주/);
    await until('09:12:00');
    bot.simulator.trade(issue, 'buy', 100_000_000, 70_000);
    await until('09:15:03');
    expect(await bot.told('🔔 알림 삼성전자')).toMatch(
      /09:10 봉 종가 [\d,]+원 · 거래량 100,\d{3},\d{3}주 · 직전 20봉 평균/,
    );
  });
});

describe('what cannot be read gets one sentence', () => {
  test.each(['7분봉 종가 71000 이상', '5분봉', '5분봉 거래량', '5분봉 종가 71000', '5분봉 거래량 0배'])(
    '%s',
    async (typed) => {
      expect(await bot.say(`/alert 삼성전자 ${typed}`)).toMatch(
        /조건을 읽지 못했습니다\. .*분봉의 종가나 거래량.*예: \/alert 삼성전자 5분봉 종가 71000 이상$/,
      );
    },
  );
});
