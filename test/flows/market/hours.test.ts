import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

/** The exchange's hours decide, and not the demo's that never end. */
const liveKeys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};

let bot: Harness;
afterEach(() => bot.stop());
const startAt = async (moment: string): Promise<void> => {
  bot = await startHarness({
    fewPings: true,
    env: liveKeys,
    clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
    simulator: { hours: 'live', dayBegins: '0840' },
  });
};
const goTo = (moment: string): Promise<void> => bot.clock.advance(Date.parse(`${moment}:00+09:00`) - bot.clock.now());

describe('/price says which market and time each figure is of', () => {
  test('through a Monday, with prices of their own at Nextrade and in the after-market', async () => {
    await startAt('2026-11-27T17:00');
    bot.simulator.setPrice('005930', 70_800, 'NXT');
    bot.simulator.setPrice('005930', 70_600);
    const said = async (moment: string): Promise<readonly string[]> => {
      await goTo(moment);
      return (await bot.say('/price 005930'))
        .split('\n')
        .slice(1, 5)
        .filter((line) => /KRX|NXT|보합|▲|▼/.test(line));
    };
    const fridays = [
      '70,000원 보합',
      'KRX 종가 · 11월 27일',
      'KRX 애프터마켓 70,600원 (종가보다 +0.86%) · 11월 27일',
      'NXT 애프터마켓 70,800원 (종가보다 +1.14%) · 11월 27일',
    ];
    expect(await said('2026-11-27T19:59')).toEqual([
      '70,000원 보합',
      'KRX 종가 · 15:30',
      'KRX 애프터마켓 70,600원 (종가보다 +0.86%) · 19:59',
      'NXT 애프터마켓 70,800원 (종가보다 +1.14%) · 19:59',
    ]);
    expect(await said('2026-11-27T20:30')).toEqual([
      '70,000원 보합',
      'KRX 종가 · 15:30',
      'KRX 애프터마켓 70,600원 (종가보다 +0.86%) · 20:00',
      'NXT 애프터마켓 70,800원 (종가보다 +1.14%) · 20:00',
    ]);
    expect(await said('2026-11-29T12:00')).toEqual(fridays);
    expect(await said('2026-11-30T07:59')).toEqual(fridays);
    await goTo('2026-11-30T08:10');
    bot.simulator.setPrice('005930', 69_300, 'NXT');
    const premarket = 'NXT 프리마켓 69,300원 (종가보다 -1.00%)';
    expect(await said('2026-11-30T08:10')).toEqual(['70,000원 보합', 'KRX 종가 · 11월 27일', `${premarket} · 08:10`]);
    expect(await said('2026-11-30T08:55')).toEqual(['70,000원 보합', 'KRX 종가 · 11월 27일', `${premarket} · 08:50`]);
    await goTo('2026-11-30T10:00');
    bot.simulator.setPrice('005930', 71_000);
    expect(await said('2026-11-30T10:00')).toEqual(['71,000원 ▲1,000 (+1.43%)', 'KRX 정규장 · 10:00']);
    expect(await said('2026-11-30T15:25')).toEqual(['71,000원 ▲1,000 (+1.43%)', 'KRX 장마감 동시호가 · 15:25']);
    expect(await said('2026-11-30T15:35')).toEqual(['71,000원 ▲1,000 (+1.43%)', 'KRX 종가 · 15:30']);
  });

  test('of several issues', async () => {
    await startAt('2026-11-30T17:00');
    bot.simulator.setPrice('005930', 70_700, 'NXT');
    expect((await bot.say('/price 005930 000660')).split('\n')).toEqual([
      '[시뮬레이터] 삼성전자 70,000원 보합',
      expect.stringMatching(/^SK하이닉스 [\d,]+원 보합$/),
      'KRX 종가 · 15:30',
      '삼성전자 70,700원 (종가보다 +1.00%)',
      expect.stringMatching(/^SK하이닉스 [\d,]+원 \(종가보다 0\.00%\)$/),
      'NXT 애프터마켓 · 17:00',
    ]);
  });

  test('in English', async () => {
    await startAt('2026-11-30T17:00');
    bot.simulator.setPrice('005930', 70_700, 'NXT');
    await bot.say('/settings language en');
    const said = await bot.say('/price 005930');
    expect(said).toContain('KRX close · 15:30');
    expect(said).toContain('NXT after-market ₩70,700 (+1.00% since the close) · 17:00');
  });
});

test('a market that never closes has its price of now', async () => {
  bot = await startHarness({ clock: new JumpClock(Date.parse('2026-11-29T02:13:00+09:00')) });
  expect(await bot.say('/price 005930')).toContain('KRX 정규장 · 02:13');
});

test('a book says what its price is of, at the exchange that was asked for', async () => {
  await startAt('2026-11-30T17:00');
  bot.simulator.setPrice('005930', 70_700, 'NXT');
  const book = async (line: string): Promise<readonly string[]> => (await bot.say(line)).split('\n').slice(0, 2);
  expect(await book('/book 005930')).toEqual(['[시뮬레이터] 삼성전자 005930 · KRX 종가 · 15:30', '70,000원 보합']);
  expect(await book('/book 005930 NXT')).toEqual([
    '[시뮬레이터] 삼성전자 005930 · NXT 애프터마켓 · 17:00',
    '70,700원 ▲700 (+1.00%)',
  ]);
});

test('a watchlist, also a live one, has what was traded since the close', async () => {
  await startAt('2026-11-30T17:00');
  await bot.say('/watch add 005930 000660');
  bot.simulator.setPrice('005930', 70_700, 'NXT');
  const shown = await bot.say('/watch live');
  expect(shown).toContain('관심종목 2 · KRX 종가 · 15:30 · 17:00:0');
  expect(shown).toMatch(/NXT 애프터마켓 · 17:00\n {1,3}70,700 {2}\+1\.00% 삼성전자/);
  bot.simulator.setPrice('005930', 71_400, 'NXT');
  await bot.clock.advance(10_000);
  expect(await bot.told('71,400')).toMatch(/71,400 {2}\+2\.00% 삼성전자/);
});
