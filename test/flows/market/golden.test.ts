import { afterEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// The search through the whole market: its candles are kept from day to day, and only what is missing is asked for.

const liveKeys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
const paperKeys = { ...liveKeys, KIS_ENV: 'paper' };
/** Worth 100 to 130 billion won each, of which some forty million changes hands in a day. */
const small = Array.from({ length: 30 }, (_, index) => ({
  symbol: String(900_010 + index * 10),
  name: `작은종목${index + 1}`,
  english: `SMALL ${index + 1}`,
  market: 'KOSDAQ' as const,
  kind: 'stock' as const,
  base: 1_000,
  listedThousands: 100_000 + index * 1_000,
  industry: '제약',
}));
/** The simulator's own stocks but one, and all. */
const [large, every] = [29, 30 + small.length];

/** Real milliseconds; a busy machine takes some for hundreds of calls. */
const patienceMs = 30_000;

const at = (day: string, time: string): number => Date.parse(`${day}T${time}:00+09:00`);
let bot: Harness;
let live: Simulator | undefined;
afterEach(async () => {
  await bot.stop();
  await live?.stop();
  live = undefined;
});
const startAt = async (day: string, time: string, options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({
    fewPings: true,
    clock: new JumpClock(at(day, time)),
    ...options,
    env: { ...liveKeys, ...options.env },
    simulator: { hours: 'live', dayBegins: '0840', moreIssues: small, ...options.simulator },
  });
};
const goTo = (day: string, time: string): Promise<void> => bot.clock.advance(at(day, time) - bot.clock.now());
const calls = (tr: string, host: Simulator = bot.simulator): number => host.state().requests.byTr[tr] ?? 0;
const candles = (host?: Simulator): number => calls('FHKST03010100', host);
const quotes = (): number => calls('FHKST11300006');
/** The newest message that has all of these. */
const result = (...parts: readonly string[]): Promise<string> =>
  eventually(
    parts.join(),
    () => bot.shown().findLast((shown) => parts.every((part) => shown.includes(part))),
    patienceMs,
  );
/** The same, while time goes by in steps. */
const passing = (text: string, stepMs = 100): Promise<string> =>
  eventually(
    text,
    async () => {
      await bot.clock.advance(stepMs);
      return bot.shown().findLast((shown) => shown.includes(text));
    },
    patienceMs,
  );
/** Does what is done by the hour, while time goes by. */
const firePassing = async (job: string): Promise<void> => {
  let isOver = false;
  const over = bot.fire(job).then(() => {
    isOver = true;
  });
  while (!isOver) await bot.clock.advance(100);
  await over;
};

describe('the golden cross in the whole market', () => {
  test('is looked for in every stock of the lists; what a day asks for after that is the days since', async () => {
    await startAt('2026-11-23', '20:00');
    await bot.say('/screen golden 20일');
    await result(`전체 ${every}종목 · 20:00 기준`);
    expect(candles()).toBe(3 * every);
    // After the close one call each, and none before the opening, at a start, or for a search by the last figures.
    await goTo('2026-11-23', '20:10');
    await bot.fire('bars');
    expect(candles()).toBe(4 * every);
    await goTo('2026-11-24', '07:10');
    await bot.fire('bars');
    await bot.restart();
    await bot.say('/screen golden 20일');
    await result(`전체 ${every}종목 · 11월 23일 기준`);
    expect([candles(), quotes()]).toEqual([4 * every, 0]);
    // While it trades, today's prices: thirty issues to a call.
    await goTo('2026-11-24', '10:00');
    await bot.say('/screen golden 20일');
    await result(`전체 ${every}종목 · 10:00 기준`);
    expect([candles(), quotes()]).toEqual([4 * every, Math.ceil(every / 30)]);
  });

  test('what is kept says the same as what would be asked', async () => {
    await startAt('2026-11-23', '10:00');
    await bot.fire('bars');
    await bot.say('/screen golden 20일');
    const kept = (await result(`전체 ${every}종목`)).split('\n');
    await bot.stop();
    await startAt('2026-11-23', '10:00');
    await bot.say('/screen golden 20일');
    const asked = (await result(`전체 ${every}종목`)).split('\n');
    expect(kept.length).toBeGreaterThan(3);
    expect(kept).toEqual(asked);
  });

  test('asks for no candle of an issue that is too small, or traded far too little', async () => {
    await startAt('2026-11-23', '10:00');
    await bot.say('/screen golden 시총≥2,000억 20일');
    await result(`전체 ${every}종목 중 ${large}종목 · 10:00 기준`);
    expect(candles()).toBe(3 * large);
    await bot.say('/screen golden 거래대금≥100억 20일');
    await result('거래대금(20일 평균) 100', `전체 ${every}종목 중 ${large}종목`);
    expect(candles()).toBe(3 * large);
    // A day's turnover may be a tenth of what it is on average.
    await bot.say('/screen golden 거래대금≥1억 20일');
    await result(`전체 ${every}종목 · 10:00 기준`);
    expect(candles()).toBe(3 * every);
  });

  test('tells before the first time how many it asks for and how long that takes, and keeps what came when stopped', async () => {
    await startAt('2026-11-23', '10:00', { env: { KIS_CALLS_PER_SECOND: '5' } });
    void bot.hand({ kind: 'text', text: '/screen golden 20일' });
    // Three calls each, five a second.
    expect(await passing(`일봉이 없는 ${every}종목`)).toContain('약 1분');
    const done = async (): Promise<number> => Number(/(\d+)\/60 살펴보는 중/.exec(await passing('살펴보는 중'))?.[1]);
    await eventually('ten of them', async () => (await done()) >= 10);
    void bot.hand({ kind: 'text', text: '/screen stop' });
    const stopped = await passing('검색을 멈췄습니다');
    const looked = Number(/전체 60종목 중 (\d+)종목/.exec(stopped)?.[1]);
    expect(looked).toBeGreaterThanOrEqual(10);
    void bot.hand({ kind: 'text', text: '/screen golden 20일' });
    await eventually('those that were kept', async () => (await done()) >= looked, patienceMs);
    const left = Number(/일봉이 없는 (\d+)종목/.exec(await passing('일봉이 없는 '))?.[1]);
    expect(left).toBeLessThanOrEqual(every - looked);
  });

  test('asks anew for an issue whose base price is not the close that is kept, as after a split', async () => {
    await startAt('2026-11-23', '20:10');
    await bot.fire('bars');
    bot.simulator.setPrice('005930', 75_000);
    await goTo('2026-11-24', '10:00');
    await bot.say('/screen golden 20일');
    await result(`전체 ${every}종목 · 10:00 기준`);
    // The days since, which do not fit, and then all of them.
    expect(candles()).toBe(3 * every + 1 + 3);
  });

  test('/status says what is kept, and how far the work after the close is', async () => {
    await startAt('2026-11-23', '20:10', { env: { KIS_CALLS_PER_SECOND: '10' } });
    expect(await bot.say('/status')).not.toContain('일봉');
    const ended = firePassing('bars');
    await eventually('a candle', () => candles() > 30, patienceMs);
    expect(await bot.say('/status')).toMatch(/일봉 60종목 중 \d+종목\(11월 23일까지\) · 받는 중 \d+\/60/);
    await ended;
    expect(await bot.say('/status')).toMatch(/일봉 60종목 중 60종목\(11월 23일까지\)\n/);
  });

  test('is not given up for a day on which the work after the close failed', async () => {
    await startAt('2026-11-23', '20:10');
    bot.simulator.setFaults([{ on: 'inquire-daily-itemchartprice', fault: 'http', status: 500, times: 1_000 }]);
    await firePassing('bars');
    expect(bot.logs.some((line) => line.includes('scheduled task failed'))).toBe(true);
    bot.simulator.clearFaults();
    await bot.say('/screen golden 20일');
    await result(`전체 ${every}종목`);
    expect(candles()).toBeGreaterThanOrEqual(3 * every);
  });
});

describe('on paper', () => {
  test('with a live key for reads it is looked for in the whole market, at the live host', async () => {
    const clock = new JumpClock(at('2026-11-23', '10:00'));
    live = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, hours: 'live', moreIssues: small });
    await startAt('2026-11-23', '10:00', {
      clock,
      simulator: { kind: 'paper' },
      env: {
        ...paperKeys,
        KIS_LIVE_APP_KEY: 'live-app-key',
        KIS_LIVE_APP_SECRET: 'live-app-secret',
        KIS_LIVE_REST_URL: live.restUrl,
      },
    });
    await bot.say('/screen golden 20일');
    await passing(`전체 ${every}종목`);
    expect([candles(live), candles()]).toEqual([3 * every, 0]);
    expect(live.state().requests.byTr['TTTC8434R']).toBeUndefined();
  });

  test('what is added to the watchlist while it looks is looked at too, and an empty list is read again', async () => {
    const clock = new JumpClock(at('2026-11-23', '10:00'));
    await startAt('2026-11-23', '10:00', { clock, simulator: { kind: 'paper' }, env: paperKeys });
    bot.simulator.setFaults([
      { on: 'inquire-balance', fault: 'delay', ms: 3_000, times: 10 },
      { on: 'inquire-daily-itemchartprice', fault: 'delay', ms: 3_000, times: 10 },
    ]);
    void bot.hand({ kind: 'text', text: '/screen golden 20일' });
    await passing('고르는 중');
    void bot.hand({ kind: 'text', text: '/watch add 삼성전자' });
    await passing('0/1 살펴보는 중');
    void bot.hand({ kind: 'text', text: '/watch add 카카오' });
    await passing('관심·보유 2종목');
    expect(bot.shown().join('\n')).not.toContain('둘 다 없습니다');
  });
});
