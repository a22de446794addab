import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness(options);
  return bot;
};
afterEach(async () => {
  await bot.stop();
});

describe('the token', () => {
  test('expired in the middle of a session: the read recovers', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.clock.advance(62_000);
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'token', state: 'expired' }]);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });

  test('revoked by somebody else: the read recovers', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.clock.advance(62_000);
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'token', state: 'unknown' }]);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });

  test('lost within a minute of its issue: waited for, and KIS is not asked in vain', async () => {
    await start();
    await bot.say('/price 005930');
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'token', state: 'unknown' }]);
    const answer = bot.say('/price 005930');
    await eventually('waiting', async () => {
      await bot.clock.advance(1_000);
      return bot.shown().some((text) => /1분에 한 번만[\s\S]*초 뒤에/.test(text));
    });
    expect(bot.simulator.state().requests.byTr['/oauth2/tokenP']).toBe(1);
    await bot.clock.advance(62_000);
    expect(await answer).toContain('70,000원');
    expect(bot.simulator.state().requests.byTr['/oauth2/tokenP']).toBe(2);
  });

  test('is renewed before it ends, and kept across a restart', async () => {
    await start({ fewPings: true });
    await bot.say('/price 005930');
    await bot.restart();
    await bot.say('/price 005930');
    expect(bot.logs.filter((line) => line.includes('token issued'))).toHaveLength(1);
    await bot.clock.advance(23.5 * 3_600_000);
    await bot.say('/price 005930');
    expect(bot.logs.filter((line) => line.includes('token issued'))).toHaveLength(2);
  });
});

describe('reads', () => {
  test('are repeated over the limit, and it comes through', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'throttle', times: 2 }]);
    const answer = bot.say('/price 005930');
    await eventually('tried', () => bot.simulator.state().requests.throttled >= 1);
    for (let second = 0; second < 5; second += 1) await bot.clock.advance(1_200);
    expect(await answer).toContain('70,000원');
  });

  test('are repeated after a passing fault', async () => {
    await start({ hurry: true });
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'http', status: 502, times: 2 }]);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });

  test('end in one sentence when KIS stays away', async () => {
    await start({ hurry: true });
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'cut', times: 10 }]);
    expect(await bot.say('/price 005930')).toContain('KIS가 답하지 않습니다');
  });

  test('say what is being fetched when it takes long, and the answer takes its place', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'inquire-balance', fault: 'delay', ms: 3_000, when: 'before' }]);
    const answer = bot.say('/balance');
    await bot.clock.advance(1_100);
    await bot.told('잔고를 가져오는 중');
    await bot.clock.advance(2_000);
    await answer;
    expect(bot.shown().some((text) => text.includes('가져오는 중'))).toBe(false);
    expect(bot.chat().messages.at(-1)).toMatchObject({ edits: 1 });
  });
});

describe('the rate', () => {
  test('of the key is kept, whatever is asked', async () => {
    await start({ simulator: { callsPerSecond: 5 }, env: { KIS_CALLS_PER_SECOND: '5' } });
    const startedAt = bot.clock.now();
    await Promise.all(Array.from({ length: 8 }, () => bot.say('/price 005930')));
    expect(bot.clock.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    expect(bot.simulator.state().requests.throttled).toBe(0);
  });

  test('an order does not wait behind reads', async () => {
    await start({ env: { KIS_CALLS_PER_SECOND: '5' } });
    await bot.say('/buy 005930 1');
    await bot.clock.advance(2_000);
    const reads = Array.from({ length: 30 }, () => bot.hand({ kind: 'text', text: '/price 000660' }));
    const pressed = bot.press('확인');
    while (bot.simulator.state().orders.length === 0) await bot.clock.advance(250);
    expect(bot.simulator.state().requests.byTr['FHKST01010100']).toBeLessThan(30);
    for (let tick = 0; tick < 40; tick += 1) await bot.clock.advance(250);
    await Promise.all([...reads, pressed]);
    expect(bot.simulator.state().orders).toHaveLength(1);
  });
});

describe('the socket', () => {
  test('answers PINGPONG for hours', async () => {
    await start();
    for (let minute = 0; minute < 10; minute += 1) {
      for (let ping = 0; ping < 6; ping += 1) await bot.clock.advance(10_000);
    }
    expect(bot.simulator.state().sockets).toMatchObject({ open: 1, opened: 1 });
  });

  test.each(['echo', 'frame'])('by %s', async (form) => {
    await start({ env: { KIS_PINGPONG: form } });
    for (let ping = 0; ping < 15; ping += 1) await bot.clock.advance(10_000);
    expect(bot.simulator.state().sockets).toMatchObject({ open: 1, opened: 1 });
  });

  test('that falls silent is given up and opened again', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { silent: true } });
    await bot.clock.advance(36_000);
    bot.simulator.clearFaults();
    await bot.clock.advance(5_000);
    await eventually('opened again', () => bot.simulator.state().sockets.opened === 2);
    await bot.say('/buy 005930 1');
    await bot.press('확인');
    await bot.told('체결 삼성전자');
  });

  test('does not hammer a door that stays shut', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
    const attempts = (): number => bot.logs.filter((line) => line.includes('socket ended')).length;
    for (let step = 0; step < 60; step += 1) await bot.clock.advance(5_000);
    expect(attempts()).toBeLessThan(14);
    bot.simulator.clearFaults();
    for (let step = 0; step < 20; step += 1) await bot.clock.advance(5_000);
    await eventually('back', () => bot.simulator.state().sockets.open === 1);
  });
});

describe('the session', () => {
  const live = {
    KIS_ENV: 'live',
    KIS_APP_KEY: 'test-app-key',
    KIS_APP_SECRET: 'test-app-secret',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
  };

  test('orders are refused outside hours, and on a day nobody can vouch for', async () => {
    const clock = new JumpClock(Date.parse('2026-11-23T21:00:00+09:00'));
    await start({ env: live, clock, simulator: { hours: 'live' } });
    expect(await bot.say('/buy 005930 1 70000')).toContain('KRX 주문 시간이 아닙니다');
  });

  test('a calendar that does not answer is no reason to trade', async () => {
    const down = { rules: [{ on: 'chk-holiday', fault: 'http' as const, status: 500, times: 10 }] };
    await start({ hurry: true, env: live, simulator: { hours: 'live' }, faults: down });
    expect(await bot.say('/buy 005930 1 70000')).toContain('개장일인지 확인하지 못해');
    bot.simulator.clearFaults();
    await bot.clock.advance(61_000);
    expect(await bot.say('/buy 005930 1 70000')).toContain('매수 주문표');
  });
});
