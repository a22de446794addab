import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(() => bot.stop());

/** A bot that takes the simulator for KIS itself; `name` is what the settings call it. */
const start = async (trading: string | undefined, name = 'live', options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    fewPings: true,
    ...options,
    host: 'https://kis.example:9443',
    simulator: { hours: 'live', ...(name === 'paper' ? { kind: 'paper' } : {}) },
    env: {
      KIS_ENV: name,
      KIS_APP_KEY: 'key-of-live',
      KIS_APP_SECRET: 'secret-of-live',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      KIS_MASTER_URL: 'http://127.0.0.1:1/master',
      HOGA_OWNERS: 'telegram:1',
      HOGA_TRADERS: 'telegram:2',
      ...(trading === undefined ? {} : { HOGA_LIVE_TRADING: trading }),
    },
  });
  return bot;
};
const venueOrders = () => bot.simulator.state().orders;

describe('a host that is neither loopback nor paper', () => {
  test.each(['live', 'paper', 'simulator'])(
    'is live, also when the settings call it %s: no order leaves',
    async (name) => {
      await start(undefined, name);
      expect(await bot.say('/buy 005930 1 69000')).toContain('HOGA_LIVE_TRADING=yes');
      expect(await bot.say('/price 005930')).toContain('원');
      expect(await bot.say('/status')).toContain('실전 주문이 꺼져 있습니다');
      expect(venueOrders()).toHaveLength(0);
    },
  );

  test('with yes: orders leave, and every ticket says that it is real', async () => {
    await start('yes');
    expect(await bot.say('/buy 005930 1 69000')).toContain('실전 계좌 주문입니다');
    expect(await bot.press('확인')).toContain('접수됨');
    expect(await bot.say('/arm')).toContain('켤 필요가 없습니다');
  });

  test("with daily: an owner's /arm lets orders leave until the day ends, also after a restart", async () => {
    await start('daily');
    expect(await bot.say('/buy 005930 1 69000')).toContain('/arm 을 보내면');
    await bot.hand({ kind: 'text', text: '/arm' }, 'telegram:2');
    expect(await bot.told('소유자 권한이 있어야')).toBeTruthy();
    expect(await bot.say('/buy 005930 1 69000')).toContain('/arm 을 보내면');
    expect(await bot.say('/arm')).toContain('오늘 하루 실전 주문을 켰습니다');
    await bot.restart();
    await bot.say('/buy 005930 1 69000');
    expect(await bot.press('확인')).toContain('접수됨');
    await bot.clock.advance(24 * 3_600_000);
    expect(await bot.say('/buy 005930 1 69000')).toContain('/arm 을 보내면');
    expect(venueOrders()).toHaveLength(1);
  });

  test('a ticket of an armed day cannot be pressed on the next', async () => {
    await start('daily');
    await bot.say('/arm');
    await bot.say('/buy 005930 1 69000');
    await bot.clock.advance(14 * 3_600_000 + 1);
    expect(await bot.press('확인')).toMatch(/\/arm 을 보내면|시간이 지난/);
    expect(venueOrders()).toHaveLength(0);
  });

  test('with no: /arm says which setting would allow it', async () => {
    await start('no');
    expect(await bot.say('/arm')).toContain('HOGA_LIVE_TRADING=daily');
    expect(await bot.say('/buy 005930 1 69000')).toContain('꺼져 있습니다');
  });
});

describe('the simulator', () => {
  test('needs no arming', async () => {
    bot = await startHarness();
    expect(await bot.say('/arm')).toContain('켤 필요가 없습니다');
    expect(await bot.say('/status')).not.toContain('꺼져 있습니다');
  });
});
