import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { type Family, startFamily } from './family.ts';

// The number of an account is changed in .env under the same name. Orders of the old number must never be looked up in
// the new one, and nobody may forget that they stand.

const [old, other] = ['50000000-01', '50000001-01'] as const;
const accounts = [old, other].map((text) => ({ number: text.slice(0, 8), product: text.slice(9) }));
const keys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: old,
  KIS_HTS_ID: 'hogasim',
};
const changed = { env: { KIS_ACCOUNT: other } };

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({
    ...options,
    simulator: { accounts, ...options.simulator },
    env: { ...keys, ...options.env },
  });
};
const order = async (line: string): Promise<string> => {
  expect(await bot.say(line)).toContain('주문표');
  return bot.press('확인');
};
const venueOrders = (account: string) => bot.simulator.state().orders.filter((one) => one.account === account);
const shown = (): string => bot.shown().join('\n---\n');
const blocked = '이전 번호에 끝나지 않은 주문 1건이 있어';

describe('with an order of the old number open', () => {
  const openOrder = async (): Promise<void> => {
    await start();
    await order('/buy 005930 3 60000');
    await bot.restart(changed);
  };

  test('the owner is told which account, what was changed and what helps', async () => {
    await openOrder();
    expect(shown()).toContain(`계좌번호가 바뀌었습니다\nmain 계좌의 번호가 KIS_ACCOUNT에서 바뀌었는데 ${blocked}`);
    expect(shown()).toMatch(/이전 번호로 되돌려 다시 시작하거나, .* \/renumber 로 확인/);
    expect(await bot.say('/status')).toContain(blocked);
  });

  test('no new order leaves, whatever kind; what is read is the new account', async () => {
    await openOrder();
    for (const line of [
      '/buy 005930 1 60000',
      '/sell 005930 1',
      '/schedule 매수 005930 1 60000',
      '삼성전자 1주 사줘',
    ]) {
      expect(await bot.say(line), line).toContain(blocked);
    }
    expect(venueOrders(other)).toEqual([]);
    expect(await bot.say('/price 005930')).toContain('삼성전자 005930');
    expect(await bot.say('/balance')).toContain('5000****-01');
    expect(await bot.say('/orders')).toContain('미체결 주문이 없습니다');
  });

  test('that order is not looked for in the new account, and nothing is said to have become of it', async () => {
    await openOrder();
    for (let minute = 0; minute < 5; minute += 1) {
      await bot.clock.advance(60_000);
      await bot.settled();
    }
    expect(shown()).not.toMatch(/체결|취소됨|만료|확인됨|확인해 주세요:|오늘 주문이 끝/);
    await bot.restart();
    expect(await bot.say('/orders')).toContain('삼성전자 매수 60,000원 · 남은 3주');
  });

  test('with the old number put back all is as it was: its fill is told', async () => {
    await openOrder();
    await bot.restart();
    expect(shown()).not.toContain('계좌번호가 바뀌었습니다');
    bot.simulator.setPrice('005930', 59_900);
    expect(await bot.told('체결 삼성전자 매수 3주')).toContain('누적 3주 / 3주');
    expect(await order('/buy 005930 1 58000')).toContain('접수됨');
  });

  test('an owner who has seen to it goes on with the new number, once and for all starts', async () => {
    await openOrder();
    const ticket = await bot.say('/renumber');
    expect(ticket).toContain('main 계좌 · 새 번호로 시작');
    expect(ticket).toContain('삼성전자 매수 3주 60,000원 · 접수');
    expect(await bot.say('/buy 005930 1 60000')).toContain(blocked);
    expect(await bot.press('확인')).toContain('새 번호로 시작합니다');
    expect(await order('/buy 005930 1 60000')).toContain('접수됨');
    expect(venueOrders(other)).toHaveLength(1);
    await bot.restart(changed);
    expect(shown()).not.toContain('계좌번호가 바뀌었습니다');
    expect(await bot.say('/renumber')).toContain('바뀐 계좌번호가 없어');
    expect(await bot.say('/orders')).toContain('남은 1주');
    // The way back is guarded in the same manner, and finds the old order as it stood.
    await bot.restart();
    expect(shown()).toContain(blocked);
    await bot.say('/renumber');
    await bot.press('확인');
    expect(await bot.say('/orders')).toContain('남은 3주');
  });

  test('a ticket that is dropped changes nothing', async () => {
    await openOrder();
    await bot.say('/renumber');
    await bot.press('취소');
    expect(await bot.say('/buy 005930 1 60000')).toContain(blocked);
    await bot.restart(changed);
    expect(shown()).toContain(blocked);
  });

  test('a halt is of both numbers', async () => {
    await start();
    await order('/buy 005930 3 60000');
    await bot.say('/halt');
    await bot.restart(changed);
    await bot.say('/renumber');
    await bot.press('확인');
    expect(await bot.say('/buy 005930 1 60000')).toContain('거래가 정지되어 있습니다');
    await bot.restart();
    await bot.say('/renumber');
    expect(await bot.say('/status')).toContain('거래가 정지되어 있습니다');
  });

  test('in English', async () => {
    await start({ env: { HOGA_LANG: 'en' } });
    await bot.say('/buy 005930 3 60000');
    await bot.press('Confirm');
    await bot.restart(changed);
    const said = await bot.say('/buy 005930 1 60000');
    expect(said).toContain('KIS_ACCOUNT names another number for the account main, and one order of the old number');
    expect(await bot.say('/renumber')).toContain('One order of the old number had not ended');
  });
});

describe('what else may stand at the venue', () => {
  test('an order whose outcome nobody knows', async () => {
    await start({ faults: { executionsLagMs: 10_000_000 } });
    await bot.say('/buy 005930 3 60000');
    bot.simulator.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await bot.restart(changed);
    expect(await bot.say('/buy 005930 1 60000')).toContain(blocked);
    await bot.clock.advance(120_000);
    await bot.settled();
    expect(shown()).not.toMatch(/확인됨|확인해 주세요:/);
  });

  test('an order for a later day', async () => {
    await start({
      clock: new JumpClock(Date.parse('2026-11-23T16:10:00+09:00')),
      simulator: { hours: 'live' },
    });
    expect(await order('/schedule 매수 005930 3 60000')).toContain('예약 접수됨');
    await bot.restart(changed);
    expect(await bot.say('/schedule 매수 005930 1 60000')).toContain(blocked);
    expect(await bot.say('/renumber')).toContain('삼성전자 매수 3주 60,000원 · 11월 24일 예약');
  });
});

describe('with nothing open', () => {
  test('it begins anew and says so, once; the old records are the old number’s', async () => {
    await start();
    await order('/buy 005930 3 시장가');
    await bot.told('체결 삼성전자 매수 3주');
    await bot.restart(changed);
    expect(shown()).toContain('새 번호로 기록을 새로 시작합니다');
    expect(await bot.say('/why')).toContain('아직 주문도 알림도 없습니다');
    expect(await order('/buy 005930 1 시장가')).toContain('접수됨');
    await bot.told('체결 삼성전자 매수 1주');
    await bot.restart(changed);
    expect(shown()).not.toContain('계좌번호가 바뀌었습니다');
    expect(await bot.say('/orders')).toContain('매수 1주');
    await bot.restart();
    expect(await bot.say('/orders')).toContain('매수 3주');
  });

  test('a ticket of the old number cannot be pressed under the new one', async () => {
    await start();
    await bot.say('/buy 005930 3 60000');
    const button = bot.button('확인');
    await bot.restart(changed);
    await bot.hand({ kind: 'press', button });
    await bot.settled();
    expect(bot.simulator.state().orders).toEqual([]);
  });

  test('alerts on what was paid in the old account are told to rest', async () => {
    await start({ simulator: { holdings: [{ symbol: '005930', quantity: 5, averageCost: 70_000 }] } });
    expect(await bot.say('/alert 삼성전자 평단 -5%')).toContain('알림을 만들었습니다');
    await bot.restart(changed);
    expect(shown()).toContain('이전 번호에서 만든 평단 알림 1개는 쉽니다');
  });

  test('one question beside the bot writes nothing', async () => {
    await start();
    await bot.restart({ ...changed, readOnly: true });
    expect(await bot.say('/balance')).toContain('5000****-01');
    await bot.restart(changed);
    expect(shown()).toContain('새 번호로 기록을 새로 시작합니다');
  });

  test('the number is nowhere in the log', async () => {
    await start();
    await bot.restart(changed);
    expect(bot.logs.join('\n')).toContain('account number changed');
    expect(bot.logs.join('\n')).not.toMatch(/5000000[01]/);
  });
});

test('of two accounts the one whose number was changed waits, and only its owners are told', async () => {
  const family: Family = await startFamily();
  bot = family;
  await family.tell('owner', '/buy 005930 3 60000 @isa');
  await family.pressed('owner', family.idOf('확인'));
  await family.clock.hurried(family.restart({ env: { KIS_ISA_ACCOUNT: '87654321-01' } }));
  const said = family.messages('owner').map(({ text }) => text);
  expect(said.join('\n')).toContain('노후자금 계좌의 번호가 KIS_ISA_ACCOUNT에서 바뀌었는데');
  expect(said.join('\n')).toContain('소유자가 /renumber @isa 로');
  expect(family.messages('viewer').map(({ text }) => text)).toEqual([]);
  expect(await family.tell('owner', '/buy 005930 1 60000 @isa')).toContain(blocked);
  expect(await family.tell('trader', '/renumber @isa')).not.toContain('새 번호로 시작');
  expect(await family.tell('owner', '/buy 005930 1 60000 @main')).toContain('주문표');
  await family.tell('owner', '/renumber @isa');
  expect(await family.pressed('owner', family.idOf('확인'))).toContain('새 번호로 시작합니다');
});

test('two accounts that swap their numbers, each with an order of the same number: nothing is taken for the other’s', async () => {
  const isa = { KIS_ISA_APP_KEY: 'key-of-isa', KIS_ISA_APP_SECRET: 'secret-of-isa', KIS_ISA_ACCOUNT: other };
  bot = await startHarness({
    simulator: { accounts },
    env: ({ restUrl, wsUrl }) => ({
      ...keys,
      ...isa,
      HOGA_ACCOUNTS: 'main,isa',
      KIS_ENV: 'simulator',
      KIS_ISA_ENV: 'simulator',
      KIS_ISA_REST_URL: restUrl,
      KIS_ISA_WS_URL: wsUrl,
      KIS_ISA_CALLS_PER_SECOND: '1000',
      KIS_ISA_HTS_ID: 'hogasim',
    }),
  });
  await order('/buy 005930 3 60000 @main');
  await order('/buy 005930 5 61000 @isa');
  expect(new Set(bot.simulator.state().orders.map(({ number }) => number)).size).toBe(1);
  await bot.restart({ env: { KIS_ACCOUNT: other, KIS_ISA_ACCOUNT: old } });
  for (const name of ['main', 'isa']) {
    expect(await bot.say(`/buy 005930 1 60000 @${name}`)).toContain(blocked);
    expect(await bot.say(`/orders @${name}`)).toContain('다른 곳 주문');
  }
  // What is filled meanwhile is told of the account that it was in, once its number is back.
  bot.simulator.setPrice('005930', 60_500);
  await bot.clock.advance(60_000);
  await bot.settled();
  await bot.restart();
  expect(await bot.told('체결 삼성전자 매수 5주')).toContain('isa');
  expect(await bot.say('/orders @main')).toContain('남은 3주 / 3주');
});
