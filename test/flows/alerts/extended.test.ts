import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

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
const startAt = async (moment: string, more: Pick<HarnessOptions, 'faults'> = {}): Promise<void> => {
  bot = await startHarness({
    ...more,
    env: liveKeys,
    clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
    simulator: { hours: 'live', holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] },
  });
};
const goTo = (moment: string): Promise<void> => bot.clock.advance(Date.parse(`${moment}:00+09:00`) - bot.clock.now());
const registered = (...topics: readonly string[]): Promise<unknown> =>
  eventually(topics.join(), () => topics.every((topic) => bot.simulator.state().sockets.topics.includes(topic)));
const notices = (): readonly string[] => bot.shown().filter((text) => text.includes('🔔'));
/** Nothing was said that is still on its way: a later notice would have come after it. */
const quiet = async (): Promise<void> => {
  await bot.app().settle(1_000);
  await bot.settled();
};

describe('an alert at 17:20', () => {
  test('fires from a price at Nextrade where that was chosen, and not where it was not', async () => {
    await startAt('2026-11-30T16:30');
    expect(await bot.say('/alert 삼성전자 71000 이상 장외포함')).toContain('71,000원 이상 · 장외 포함');
    await bot.say('/alert 삼성전자 71100 이상');
    await registered('H0STCNT0|005930', 'H0NXCNT0|005930');
    await goTo('2026-11-30T17:20');
    bot.simulator.setPrice('005930', 71_200, 'NXT');
    expect(await bot.told('🔔')).toMatch(/🔔 알림 삼성전자 71,000원 이상 · 장외 포함\nNXT 애프터마켓 71,200원/);
    await quiet();
    expect(notices()).toHaveLength(1);
    // Nobody needs Nextrade's prices any more.
    await eventually('let go', () => !bot.simulator.state().sockets.topics.includes('H0NXCNT0|005930'));
    const list = await bot.say('/alerts');
    expect(list).toContain('71,100원 이상');
    expect(list).not.toContain('장외');
  });

  test("fires from KRX's after-market too, and says so in /why", async () => {
    await startAt('2026-11-30T17:20');
    await bot.say('/alert 삼성전자 71000 이상');
    await bot.say('/alert 삼성전자 +2% 장외포함');
    await registered('H0STCNT0|005930');
    bot.simulator.setPrice('005930', 71_500);
    expect(await bot.told('🔔')).toContain('KRX 애프터마켓 71,500원');
    await quiet();
    expect(notices()).toHaveLength(1);
    await bot.say('/why');
    expect(await bot.press('1. 삼성전자 등락률 +2% 이상 · 장외 포함')).toContain('KRX 애프터마켓 71,500원');
  });

  test('that holds there already waits until it does no more', async () => {
    await startAt('2026-11-30T17:20');
    bot.simulator.setPrice('005930', 71_500, 'NXT');
    const made = await bot.say('/alert 삼성전자 71000 이상 장외포함');
    expect(made).toContain('KRX 종가 · 15:30');
    expect(made).toContain('NXT 애프터마켓 71,500원 (종가보다 +2.14%) · 17:20');
    expect(made).toContain('지금 이미 그 가격입니다');
    await registered('H0NXCNT0|005930');
    bot.simulator.setPrice('005930', 71_600, 'NXT');
    bot.simulator.setPrice('005930', 70_900, 'NXT');
    bot.simulator.setPrice('005930', 71_100, 'NXT');
    expect(await bot.told('🔔')).toContain('NXT 애프터마켓 71,100원');
  });
});

test('beside the regular session KRX alone counts, also for who chose the evening', async () => {
  await startAt('2026-11-30T08:10');
  await bot.say('/alert 삼성전자 71000 이상 장외포함 매번');
  await bot.say('/alert 삼성전자 +1% 장외포함 매번');
  await registered('H0NXCNT0|005930');
  // The change of a day is not known before its base price is: a pre-market's price is for alerts on a price.
  bot.simulator.setPrice('005930', 71_000, 'NXT');
  expect(await bot.told('🔔')).toContain('NXT 프리마켓 71,000원');
  await quiet();
  expect(notices()).toHaveLength(1);
});

test('without a socket Nextrade is asked in turns, and its price is of the session it is in', async () => {
  await startAt('2026-11-30T17:00', { faults: { sockets: { refuse: true } } });
  await bot.say('/alert 삼성전자 71000 이상 장외포함');
  await bot.say('/alert 삼성전자 71100 이상');
  bot.simulator.setPrice('005930', 71_200, 'NXT');
  await eventually('asked', async () => {
    await bot.clock.advance(5_000);
    return notices().length > 0;
  });
  expect(notices()).toEqual([expect.stringContaining('NXT 애프터마켓 71,200원')]);
});

describe('which prices count', () => {
  test('is chosen for new alerts in /settings, and applies where it can', async () => {
    await startAt('2026-11-30T17:00');
    expect(await bot.say('/settings')).toContain('새 알림이 보는 가격: 정규장만');
    expect(await bot.say('/settings evening on')).toContain('새 알림이 보는 가격: 장외 포함');
    expect(await bot.say('/alert 삼성전자 71000 이상')).toContain('71,000원 이상 · 장외 포함');
    expect(await bot.say('/alert 삼성전자 72000 이상 정규장만')).not.toContain('장외 포함');
    expect(await bot.say('/alert 삼성전자 20일선 위')).not.toContain('장외 포함');
    await bot.restart();
    expect(await bot.say('/alerts')).toMatch(/71,000원 이상 · 장외 포함.*\n.*72,000원 이상(?! · 장외)/);
    expect(await bot.say('/설정 장외 제외')).toContain('새 알림이 보는 가격: 정규장만');
    expect(await bot.say('/alert 삼성전자 73000 이상')).not.toContain('장외 포함');
  });

  test.each(['20일선 위', '거래량 3배', '신고가', '골든크로스', '평단 +5%'])('%s takes none but KRX', async (wish) => {
    await startAt('2026-11-30T17:00');
    expect(await bot.say(`/alert 삼성전자 ${wish} 장외포함`)).toContain(
      '장외 가격은 가격이나 등락률 알림에만 쓸 수 있습니다. 예: /alert 삼성전자 71000 이상 장외포함',
    );
  });
});

test('an evening price is no price of the account, of a ticket or of an alert on what shares cost', async () => {
  await startAt('2026-11-30T17:00');
  await bot.say('/alert 삼성전자 평단 +18%');
  await bot.say('/alert 삼성전자 71000 이상 장외포함');
  await registered('H0STCNT0|005930', 'H0NXCNT0|005930');
  bot.simulator.setPrice('005930', 71_200, 'NXT');
  bot.simulator.setPrice('005930', 71_300);
  await bot.told('🔔');
  await quiet();
  expect(notices()).toHaveLength(1);
  expect(await bot.say('/balance')).toContain('70,000');
  expect(await bot.say('/balance')).not.toMatch(/71,[23]00/);
  expect(await bot.say('/buy 005930 1 69000 NXT')).toContain('현재가');
});
