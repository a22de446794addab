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

const lost = { on: 'order', fault: 'cut', when: 'after' } as const;
const neverArrived = { on: 'order', fault: 'cut', when: 'before' } as const;
const paper = {
  simulator: { kind: 'paper', hours: 'live', callsPerSecond: 1_000 },
  env: {
    KIS_ENV: 'paper',
    KIS_APP_KEY: 'key-of-paper',
    KIS_APP_SECRET: 'secret-of-paper',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
  },
} as const;
const venueOrders = () => bot.simulator.state().orders;
const told = (text: string): number => bot.shown().filter((shown) => shown.includes(text)).length;
/** Lets so many seconds go by, a look of the bot at a time. */
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    await bot.clock.advance(1_000);
    await bot.settled();
  }
};
/** An order that rests below the market. */
const ticket = (line = '/buy 005930 3 69000'): Promise<string> => bot.say(line);

describe('an order whose answer was lost', () => {
  test('is found in the list, told once, and then an order like any other', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([lost]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(3);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('삼성전자 매수 3주 69,000원');
    const [order] = venueOrders();
    expect(await bot.say('/orders')).toContain('접수 · 삼성전자 매수 3주');
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    expect(await bot.told('체결 삼성전자')).toContain(`주문번호 ${Number(order?.number)}`);
    await pass(60);
    expect(told('확인됨')).toBe(1);
    expect(venueOrders()).toHaveLength(1);
  });

  test('is found though the list lags, and is not called absent before', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 20_000 });
    await bot.press('확인');
    await pass(18);
    expect(told('확인됨')).toBe(0);
    await pass(10);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('3주');
  });

  test('never arrived: said after the lag, and nothing is counted against the day', async () => {
    await start({ env: { HOGA_MAX_DAILY_KRW: '300000' } });
    await ticket();
    bot.simulator.setFaults([neverArrived]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(25);
    expect(told('확인됨')).toBe(0);
    expect(await ticket('/buy 000660 1 198000')).toContain('하루 한도');
    await pass(15);
    expect(await bot.told('확인됨: 접수되지 않았습니다')).toContain('나간 주문이 없으니');
    expect(await ticket('/buy 000660 1 198000')).toContain('주문표');
    expect(venueOrders()).toHaveLength(0);
  });

  test('shows up after it was called absent: told loudly, and followed', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 90_000, notices: { drop: 1 } });
    await bot.press('확인');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    bot.simulator.setFaults({ executionsLagMs: 0, notices: {} });
    // A push about an order that nobody knows makes us look.
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    await pass(3);
    expect(await bot.told('접수되지 않았다고 알려 드린 주문이 나타났습니다')).toContain('같은 주문을 다시');
    expect(await bot.told('체결 삼성전자')).toContain('3주');
  });

  test('an equal order waits until the outcome is known; another one does not', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults({ rules: [neverArrived], executionsLagMs: 0 });
    await bot.press('확인');
    await ticket();
    expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    await ticket('/buy 005930 4 69000');
    expect(await bot.press('확인')).toContain('접수됨');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    await ticket();
    expect(await bot.press('확인')).toContain('접수됨');
    expect(venueOrders().map(({ quantity }) => quantity)).toEqual([4, 3]);
  });

  test('an equal order from the HTS is never taken for it', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 3, price: 69_000 });
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    expect(await bot.say('/orders')).toMatch(/삼성전자 매수 69,000원.*다른 곳 주문/);
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    expect(await bot.told('다른 곳 주문의 체결')).toContain('3주');
    expect(told('누적')).toBe(0);
  });

  test.each([
    ['buy', 'sell'],
    ['sell', 'buy'],
  ] as const)(
    "of the same size and price, to %s, is never found in another program's order to %s",
    async (ours, theirs) => {
      await start({ simulator: { holdings: [{ symbol: '005930', quantity: 9, averageCost: 68_000 }] } });
      await ticket(`/${ours} 005930 3 70000`);
      bot.simulator.setFaults([neverArrived]);
      await bot.press('확인');
      bot.simulator.placeElsewhere({ symbol: '005930', side: theirs, quantity: 3, price: 70_000, channel: 'OpnAPI' });
      await pass(40);
      await bot.told('확인됨: 접수되지 않았습니다');
      expect(told('확인해 주세요')).toBe(0);
      expect(await bot.say('/orders')).not.toContain('접수 · 삼성전자');
    },
  );

  test('an equal API order that was there before is never taken for it', async () => {
    await start();
    bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 3, price: 69_000, channel: 'OpnAPI' });
    await ticket();
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
  });

  test('two that fit: the owner is asked, and a press settles it', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([lost]);
    await bot.press('확인');
    const other = { symbol: '005930', side: 'buy', quantity: 3, price: 69_000, channel: 'OpnAPI' } as const;
    bot.simulator.placeElsewhere(other);
    await pass(40);
    const question = await bot.told('확인해 주세요:');
    const [ours, theirs] = venueOrders().map(({ number }) => String(Number(number)));
    expect(question).toContain(`${ours}`);
    expect(question).toContain(`${theirs}`);
    expect(await ticket()).toContain('주문표');
    expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    expect(await bot.press(`${ours}번입니다`)).toContain('확인됨: 접수되어 있습니다');
    bot.simulator.trade('005930', 'sell', 6, 69_000);
    expect(await bot.told('체결 삼성전자')).toContain(`주문번호 ${ours}`);
    expect(await bot.told('다른 곳 주문의 체결')).toContain(`주문번호 ${theirs}`);
    expect(await bot.say(`/why ${ours}`)).toMatch(/결과를 모름[\s\S]*소유자에게 물음[\s\S]*접수 \d+ \(사람이 확인\)/);
  });

  test('what the owner is asked about is not taken for an equal order that was called absent before', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    await ticket();
    // A push tells of the order, and no list has it yet, which leaves it doubtful.
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 60_000 });
    await bot.press('확인');
    await pass(45);
    await bot.told('확인해 주세요:');
    bot.simulator.setFaults({ executionsLagMs: 0 });
    await pass(35);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('3주');
    expect(told('접수되지 않았다고 알려 드린 주문이 나타났습니다')).toBe(0);
  });

  test('asked, answered wrongly: one sentence each, and it stays asked', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([lost]);
    await bot.press('확인');
    const other = { symbol: '005930', side: 'buy', quantity: 3, price: 69_000, channel: 'OpnAPI' } as const;
    bot.simulator.placeElsewhere(other);
    const wrong = bot.simulator.placeElsewhere({ ...other, symbol: '000660', price: 198_000 });
    await pass(40);
    const id = /\/settle (\w+)/.exec(await bot.told('확인해 주세요:'))?.[1] ?? '';
    expect(await bot.say(`/settle ${id} ${Number(wrong)}`)).toContain('다른 종목이나 반대 방향');
    expect(await bot.say(`/settle ${id} R1`)).toContain('다른 종목이나 반대 방향');
    expect(await bot.say(`/settle ${id} 아무거나`)).toContain('주문번호가 아닙니다');
    expect(await bot.say('/settle 0000 1')).toContain('그 기록번호의 주문이 없습니다');
    await ticket('/buy 005930 5 69000');
    await bot.press('확인');
    const five = venueOrders().find(({ quantity }) => quantity === 5)?.number;
    expect(await bot.say(`/settle ${id} ${Number(five)}`)).toContain('이미 다른 주문의 번호');
    expect(await bot.say(`/settle ${id} 없음`)).toContain('접수 안 됨');
    expect(await bot.say(`/settle ${id} 없음`)).toContain('결과를 묻고 있는 주문이 아닙니다');
  });

  test('a fill that is pushed meanwhile is held, and told as ours once', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults({ rules: [lost, { on: 'read', fault: 'delay', ms: 3_000, when: 'before', times: 2 }] });
    await bot.clock.hurried(bot.press('확인'));
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    await pass(8);
    expect(await bot.told('체결 삼성전자')).toContain('3주 × 69,000원');
    expect(told('다른 곳')).toBe(0);
    expect(told('누적 3주')).toBe(1);
  });

  test('KIS hangs: given up after 15 s, found afterwards', async () => {
    await start();
    await ticket();
    bot.simulator.setFaults([{ on: 'order', fault: 'delay', ms: 18_000, when: 'before' }]);
    const pressed = bot.press('확인');
    await eventually('asked', () => bot.simulator.state().requests.byTr['TTTC0012U'] === 1);
    await bot.clock.advance(15_100);
    expect(await pressed).toContain('결과를 모릅니다');
    expect(venueOrders()).toHaveLength(0);
    // Taken three seconds after we gave up.
    await pass(10);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('3주');
  });
});

describe('on paper', () => {
  test('finding nothing proves nothing: the owner is asked', async () => {
    await start(paper);
    await ticket();
    bot.simulator.setFaults([neverArrived]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(45);
    expect(await bot.told('확인해 주세요:')).toContain('목록에서도 찾지 못했습니다');
    expect(await bot.press('접수되지 않았습니다')).toContain('접수 안 됨');
    await ticket();
    expect(await bot.press('확인')).toContain('접수됨');
  });
});

describe('amending', () => {
  const rest = async (): Promise<string> => {
    await ticket();
    await bot.press('확인');
    return String(Number(venueOrders()[0]?.number));
  };

  test('goes on under a new number; the old one is done, and fills are told under the new', async () => {
    await start();
    const number = await rest();
    expect(await bot.say(`/amend ${number} 69100`)).toMatch(/정정 주문표[\s\S]*69,000원 → 69,100원/);
    expect(await bot.press('확인')).toContain('정정 접수됨');
    const [, second] = venueOrders();
    expect(second).toMatchObject({ action: 'amend', price: 69_100, remaining: 3 });
    await pass(2);
    expect(await bot.say('/orders')).toMatch(/정정됨 · 삼성전자 매수 3주 69,000원/);
    expect(told('다른 곳에서 정정')).toBe(0);
    bot.simulator.trade('005930', 'sell', 3, 69_100);
    expect(await bot.told('체결 삼성전자')).toContain(`주문번호 ${Number(second?.number)}`);
  });

  test('its answer lost: found by the order it amends', async () => {
    await start();
    const number = await rest();
    await bot.say(`/amend ${number} 69100`);
    bot.simulator.setFaults([lost]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(3);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain(`주문 ${number} 정정`);
    expect(told('다른 곳에서 정정')).toBe(0);
    bot.simulator.trade('005930', 'sell', 3, 69_100);
    await bot.told('체결 삼성전자');
    expect(venueOrders().filter(({ action }) => action === 'amend')).toHaveLength(1);
  });

  test('its request lost: absent, and the order stands as it was', async () => {
    await start();
    const number = await rest();
    await bot.say(`/amend ${number} 69100`);
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await bot.say(`/amend ${number} 69200`);
    expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    await bot.say(`/amend ${number} 69200`);
    expect(await bot.press('확인')).toContain('정정 접수됨');
  });

  test('a fill in between makes it refuse, in our words or in theirs', async () => {
    await start();
    const number = await rest();
    await bot.say(`/amend ${number} 69100`);
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    expect(await bot.press('확인')).toContain('남은 수량이 2주로 바뀌었습니다');
    expect(venueOrders()).toHaveLength(1);
  });

  test('from elsewhere: told, with the new number', async () => {
    await start();
    const number = await rest();
    const successor = bot.simulator.amendElsewhere(number.padStart(10, '0'), 69_200);
    await pass(8);
    expect(await bot.told('다른 곳에서 정정되었습니다')).toContain(`주문번호 ${Number(successor)}`);
  });

  test.each([
    ['/amend 99999 69100', '미체결 주문을 찾지 못했습니다'],
    ['/amend NUMBER 69000', '이미 69,000원인 주문'],
    ['/amend NUMBER 69050', '호가단위'],
    ['/amend NUMBER 시장가', '가격이 아닙니다'],
    ['/amend NUMBER', '가격이 빠졌습니다'],
    ['/amend NUMBER 70500', '1회 한도'],
  ])('%s is refused in one sentence', async (line, sentence) => {
    await start({ env: { HOGA_MAX_ORDER_KRW: '210000' } });
    const number = await rest();
    expect(await bot.say(line.replace('NUMBER', number))).toContain(sentence);
    expect(venueOrders()).toHaveLength(1);
  });
});

describe('cancelling', () => {
  test.each([
    ['its answer lost', lost, '확인됨: 취소가 접수되어 있습니다'],
    ['its request lost', neverArrived, '확인됨: 접수되지 않았습니다'],
  ] as const)('%s: settled from the list', async (_case, rule, sentence) => {
    await start();
    await ticket();
    await bot.press('확인');
    await bot.say('/cancel all');
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(40);
    await bot.told(sentence);
    expect(told('확인됨')).toBe(1);
    expect(bot.simulator.state().orders[0]?.remaining).toBe(rule === lost ? 0 : 3);
    expect(told('취소 확인')).toBe(rule === lost ? 1 : 0);
  });

  test('of an order that filled meanwhile, its answer lost: nothing changed', async () => {
    await start();
    await ticket();
    await bot.press('확인');
    await bot.say('/cancel all');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    await pass(3);
    expect(await bot.told('확인됨: 바뀐 것이 없습니다')).toContain('이미 체결됐거나');
    await bot.told('체결 삼성전자');
  });

  test('again after one that never arrived: what is listed is the second', async () => {
    await start();
    await ticket();
    await bot.press('확인');
    await bot.say('/cancel all');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    await bot.say('/cancel all');
    bot.simulator.setFaults([lost]);
    await bot.press('확인');
    await pass(3);
    await bot.told('확인됨: 취소가 접수되어 있습니다');
    expect(told('나타났습니다')).toBe(0);
    expect(told('바뀐 것이 없습니다')).toBe(0);
  });

  test('before the list showed a fill that was pushed like another: the fill is told', async () => {
    // Paper's push of a cancel does not say how many shares it was about; the cancel was ours, of all.
    await start(paper);
    await ticket();
    await bot.press('확인');
    await bot.say('/cancel all');
    bot.simulator.setFaults({ executionsLagMs: 15_000 });
    // Two fills alike within one second are one push twice, as far as anybody can tell from the pushes.
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    await bot.told('누적 1주');
    await bot.press('확인');
    await bot.told('취소 확인');
    await pass(45);
    await bot.told('누적 2주');
    expect(told('누적')).toBe(2);
  });

  test('part of it from elsewhere leaves the rest open', async () => {
    await start();
    await ticket();
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    await bot.told('누적 1주');
    const number = venueOrders()[0]?.number ?? '';
    bot.simulator.cancelElsewhere(number);
    expect(await bot.told('취소 확인')).toContain('남은 2주');
  });
});

describe('the close', () => {
  const live = {
    simulator: { hours: 'live' },
    env: {
      KIS_ENV: 'live',
      KIS_APP_KEY: 'key-of-live',
      KIS_APP_SECRET: 'secret-of-live',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
  } as const;

  test('ends what is left of an order, and tells it', async () => {
    await start({ ...live, clock: new JumpClock(Date.parse('2026-11-23T15:15:00+09:00')) });
    await ticket();
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    await bot.told('누적 1주');
    await bot.clock.advance(15 * 60_000);
    await bot.fire('close-krx');
    expect(await bot.told('장 마감')).toContain('체결되지 않은 2주는');
    expect(await bot.say('/orders')).toContain('장 마감 소멸');
    expect(told('체결되지 않은')).toBe(1);
  });

  test('while the bot was down: told at the next start, with the fills of the day', async () => {
    await start({ ...live, clock: new JumpClock(Date.parse('2026-11-23T15:15:00+09:00')) });
    await ticket();
    await bot.press('확인');
    bot.simulator.setFaults({ notices: { drop: 10 } });
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    await bot.app().stop();
    await bot.clock.advance(20 * 3_600_000);
    await bot.restart();
    expect(await bot.told('체결 삼성전자')).toContain('1주 × 69,000원');
    expect(await bot.told('장 마감')).toContain('2주는');
  });
});

describe('after a start', () => {
  test('no order leaves before the lists were read; cancels and look-ups do', async () => {
    await start();
    await ticket();
    await bot.press('확인');
    bot.simulator.setFaults([{ on: 'inquire-daily-ccld', fault: 'refuse', code: 'EGW00001', status: 500, times: 100 }]);
    const restarted = bot.restart();
    await eventually('asking', () => (bot.simulator.state().requests.byTr['TTTC0081R'] ?? 0) > 2);
    for (let second = 0; second < 6; second += 1) await bot.clock.advance(1_000);
    await restarted;
    expect(await bot.say('/buy 005930 1')).toContain('맞춰 보는 중');
    expect(await bot.say('/price 005930')).toContain('원');
    expect(await bot.say('/status')).toContain('맞춰 보는 중');
    await bot.say('/cancel all');
    expect(await bot.press('확인')).toContain('취소 접수됨');
    bot.simulator.clearFaults();
    await pass(40);
    expect(await bot.say('/buy 005930 1')).toContain('매수 주문표');
  });
});

describe('halting', () => {
  test('an order that waits in the lane does not leave after a halt', async () => {
    await start();
    await ticket();
    // The order endpoint is not reached: the lane is closed by the limit that KIS reported to a read.
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'throttle', skip: 1, times: 1 }]);
    const pressed = bot.press('확인');
    await eventually('throttled', () => bot.simulator.state().requests.throttled > 0 || venueOrders().length > 0);
    await bot.hand({ kind: 'text', text: '/halt' });
    for (let second = 0; second < 4; second += 1) await bot.clock.advance(1_000);
    const answer = await pressed;
    if (venueOrders().length === 0) expect(answer).toContain('거래가 정지되어');
    await bot.hand({ kind: 'text', text: '/resume' });
  });
});
