import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness(options);
  return bot;
};
afterEach(async () => {
  await bot.stop();
});

const venueOrders = () => bot.simulator.state().orders;
const holding = (symbol: string) =>
  bot.simulator.state().accounts[0]?.holdings.find((row) => row.symbol === symbol)?.quantity ?? 0;

describe('an order from ticket to fill', () => {
  test('bought, filled, told, held', async () => {
    await start();
    const ticket = await bot.say('/buy 삼성전자 10 70000');
    expect(ticket).toContain('매수 주문표 · 삼성전자 005930');
    expect(ticket).toContain('지정가 70,000원 × 10주 = 700,000원');
    expect(venueOrders()).toHaveLength(0);
    expect(await bot.press('확인')).toContain('접수됨');
    expect(await bot.told('체결 삼성전자 매수')).toContain('누적 10주 / 10주');
    expect(venueOrders()).toHaveLength(1);
    expect(holding('005930')).toBe(10);
    expect(await bot.say('/balance')).toContain('삼성전자 10주 (매도가능 10주)');
  });

  test('every message says that it is a simulator', async () => {
    await start();
    await bot.say('/buy 005930 1');
    await bot.press('확인');
    await bot.told('체결 삼성전자');
    for (const text of bot.shown()) expect(text).toMatch(/^\[시뮬레이터\] /);
  });

  test('without a price it is a limit order at the best ask, and says so', async () => {
    await start();
    const { ask } = bot.simulator.state().prices['005930'] ?? { ask: 0 };
    const ticket = await bot.say('/buy 005930 10');
    expect(ticket).toContain('최우선 매도호가 지정가');
    await bot.press('확인');
    expect(venueOrders()[0]).toMatchObject({ type: '00', price: ask, quantity: 10 });
  });

  test('market only where it was asked for', async () => {
    await start();
    expect(await bot.say('/buy 005930 1 시장가')).toContain('체결가격은 정해지지 않습니다');
    await bot.press('확인');
    expect(venueOrders()[0]).toMatchObject({ type: '01' });
  });

  test('a step up makes another ticket in place of the first', async () => {
    await start();
    await bot.say('/buy 005930 1 69000');
    const first = bot.button('확인');
    expect(await bot.press('+1틱')).toContain('지정가 69,100원');
    await bot.hand({ kind: 'press', button: first });
    expect(await bot.told('취소한 주문표')).toBeTruthy();
    await bot.press('확인');
    expect(venueOrders()).toMatchObject([{ price: 69100 }]);
  });

  test('sold', async () => {
    await start({ simulator: { holdings: [{ symbol: '000660', quantity: 5, averageCost: 150_000 }] } });
    expect(await bot.say('/sell SK하이닉스 5')).toContain('매도 주문표');
    expect(await bot.press('확인')).toContain('접수됨');
    expect(await bot.told('체결 SK하이닉스 매도')).toContain('5주');
    expect(holding('000660')).toBe(0);
  });

  test('listed, cancelled, told', async () => {
    await start();
    await bot.say('/buy 005930 3 60000');
    await bot.press('확인');
    const list = await bot.say('/orders');
    expect(list).toContain('남은 3주 / 3주');
    const number = /(\d+) 삼성전자/.exec(list)?.[1] ?? '';
    expect(await bot.say(`/cancel ${number}`)).toContain('취소 주문표');
    expect(await bot.press('확인')).toContain('취소 접수됨');
    expect(await bot.told('취소 확인')).toContain('남은 3주가 취소되었습니다');
    expect(await bot.say('/orders')).toContain('미체결 주문이 없습니다');
    expect(await bot.say('/cancel all')).toContain('취소할 미체결 주문이 없습니다');
  });

  test('cancel all asks once for all', async () => {
    await start();
    for (const price of [60000, 61000, 62000]) {
      await bot.say(`/buy 005930 1 ${price}`);
      await bot.press('확인');
    }
    expect(await bot.say('/cancel 전부')).toContain('62,000원');
    await bot.press('확인');
    await eventually('all cancelled', () =>
      venueOrders()
        .filter(({ action }) => action === 'new')
        .every(({ status }) => status === 'cancelled'),
    );
  });
});

describe('sent at most once', () => {
  test('pressed twice in the same instant', async () => {
    await start();
    await bot.say('/buy 005930 1');
    const button = bot.button('확인');
    await Promise.all([bot.hand({ kind: 'press', button }), bot.hand({ kind: 'press', button })]);
    await bot.told('이미 확인한 주문표');
    await bot.told('체결 삼성전자');
    expect(venueOrders()).toHaveLength(1);
  });

  test('pressed again much later', async () => {
    await start();
    await bot.say('/buy 005930 1');
    const button = bot.button('확인');
    await bot.press('확인');
    await bot.hand({ kind: 'press', button });
    await bot.told('이미 확인한 주문표');
    expect(venueOrders()).toHaveLength(1);
  });

  test('pressed after expiry', async () => {
    await start();
    await bot.say('/buy 005930 1');
    await bot.clock.advance(61_000);
    expect(await bot.press('확인')).toContain('시간이 지난 주문표');
    expect(venueOrders()).toHaveLength(0);
  });

  test('dropped, then pressed', async () => {
    await start();
    await bot.say('/buy 005930 1');
    const button = bot.button('확인');
    expect(await bot.press('취소')).toContain('보낸 것은 없습니다');
    await bot.hand({ kind: 'press', button });
    await bot.told('취소한 주문표');
    expect(venueOrders()).toHaveLength(0);
  });

  test.each([
    ['the connection is cut', { on: 'order', fault: 'cut', when: 'after' }],
    ["a proxy's page comes back", { on: 'order', fault: 'http', status: 502, when: 'after' }],
    ['half an answer comes back', { on: 'order', fault: 'malformed' }],
    [
      'KIS says check the last transaction',
      { on: 'order', fault: 'refuse', when: 'after', code: 'EGW00302', status: 500 },
    ],
    ['KIS fails to build its answer', { on: 'order', fault: 'refuse', when: 'after', code: 'IGW00009', status: 200 }],
    ['KIS has a duplicate key', { on: 'order', fault: 'refuse', when: 'after', code: 'APBK1630', status: 200 }],
  ] as const)('answer lost after the venue accepted: %s', async (_case, rule) => {
    await start();
    await bot.say('/buy 005930 2 70000');
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    expect(venueOrders()).toHaveLength(1);
    // What the answer would have told is found out, and the fill with it.
    await bot.clock.advance(2_000);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('매수 2주 70,000원');
    expect(await bot.told('체결 삼성전자')).toContain('2주 × 70,000원');
    expect(await bot.say('/orders')).toContain('체결 완료');
    expect(bot.shown().some((text) => text.includes('다른 곳'))).toBe(false);
    expect(venueOrders()).toHaveLength(1);
  });

  test('never answered', async () => {
    await start();
    await bot.say('/buy 005930 2 70000');
    bot.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'after' }]);
    const pressed = bot.press('확인');
    await eventually('at the venue', () => venueOrders().length === 1);
    await bot.clock.advance(16_000);
    expect(await pressed).toContain('결과를 모릅니다');
    expect(venueOrders()).toHaveLength(1);
  });

  test.each(['EGW00201', 'EGW00215', 'EGW00123', 'EGW00121'])('%s ends an order as rejected', async (code) => {
    await start();
    await bot.say('/buy 005930 1');
    bot.simulator.setFaults([{ on: 'order', fault: 'refuse', code, text: '거절 본보기', status: 500 }]);
    expect(await bot.press('확인')).toMatch(/KIS가 거부했습니다[\s\S]*거절 본보기/);
    expect(venueOrders()).toHaveLength(0);
    const { byTr } = bot.simulator.state().requests;
    expect(byTr['TTTC0012U']).toBe(1);
  });

  test('a business refusal is told with its text', async () => {
    await start();
    await bot.say('/buy 005930 1');
    bot.simulator.setFaults([
      { on: 'order', fault: 'refuse', code: 'APBK0066', text: '거래정지종목', status: 200, rtCd: '7' },
    ]);
    expect(await bot.press('확인')).toContain('거래정지종목 (APBK0066)');
  });

  test('no connection to be made: nothing was sent, and it says so', async () => {
    await start();
    await bot.say('/buy 005930 1');
    const button = bot.button('확인');
    await bot.simulator.stop();
    await bot.hand({ kind: 'press', button });
    await bot.told('시뮬레이터가 답하지 않습니다');
  });

  test('the price moved since the ticket', async () => {
    await start();
    await bot.say('/buy 005930 1 69900');
    bot.simulator.setPrice('005930', 72_000);
    expect(await bot.press('확인')).toMatch(/보내지 않았습니다[\s\S]*움직였습니다/);
    expect(venueOrders()).toHaveLength(0);
  });
});

describe('fills', () => {
  test('a notice before the answer to its own order', async () => {
    await start({ simulator: { noticeBeforeAnswer: true } });
    await bot.say('/buy 005930 4');
    await bot.press('확인');
    expect(await bot.told('체결 삼성전자 매수 4주')).toContain('누적 4주 / 4주');
    expect(bot.shown().filter((text) => text.includes('다른 곳'))).toHaveLength(0);
  });

  test('23 columns, as paper sends them', async () => {
    await start({ simulator: { noticeColumns: 23 } });
    await bot.say('/buy 005930 4');
    await bot.press('확인');
    await bot.told('체결 삼성전자 매수 4주');
  });

  test('part by part, each share told once', async () => {
    await start();
    await bot.say('/buy 005930 10 69000');
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    await bot.told('누적 4주 / 10주');
    bot.simulator.trade('005930', 'sell', 6, 69_000);
    await bot.told('누적 10주 / 10주');
    const told = bot.shown().filter((text) => text.includes('체결 삼성전자'));
    expect(told).toHaveLength(2);
  });

  test('two equal fills in one second are two fills', async () => {
    await start();
    await bot.say('/buy 005930 2 69000');
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    bot.simulator.trade('005930', 'sell', 1, 69_000);
    await bot.told('누적 2주 / 2주');
  });

  test('a notice that comes twice is one fill', async () => {
    await start();
    await bot.say('/buy 005930 5 69000');
    await bot.press('확인');
    bot.simulator.setFaults({ notices: { duplicate: 5 } });
    bot.simulator.trade('005930', 'sell', 2, 69_000);
    await bot.told('누적 2주 / 5주');
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    await bot.told('누적 5주 / 5주');
    expect(bot.shown().filter((text) => text.includes('체결 삼성전자'))).toHaveLength(2);
  });

  test('a notice that never comes is found by asking', async () => {
    await start();
    await bot.say('/buy 005930 5 69000');
    await bot.press('확인');
    bot.simulator.setFaults({ notices: { drop: 1 } });
    bot.simulator.trade('005930', 'sell', 5, 69_000);
    await bot.clock.advance(31_000);
    await bot.told('누적 5주 / 5주');
  });

  test('after one that never came, the next does not undercount', async () => {
    await start();
    await bot.say('/buy 005930 10 69000');
    await bot.press('확인');
    bot.simulator.setFaults({ notices: { drop: 1 } });
    bot.simulator.trade('005930', 'sell', 3, 69_000);
    await bot.clock.advance(31_000);
    await bot.told('누적 3주 / 10주');
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    expect(await bot.told('누적 7주 / 10주')).toContain('4주 × 69,000원');
    expect(bot.shown().filter((text) => text.includes('체결 삼성전자'))).toHaveLength(2);
  });

  test('the socket drops in the middle', async () => {
    await start();
    await bot.say('/buy 005930 10 69000');
    await bot.press('확인');
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    await bot.told('누적 4주 / 10주');
    bot.simulator.setFaults({ dropSockets: true });
    await eventually('dropped', () => bot.simulator.state().sockets.open === 0);
    bot.simulator.trade('005930', 'sell', 6, 69_000);
    await bot.clock.advance(4_000);
    expect(await bot.told('누적 10주 / 10주')).toContain('6주 × 69,000원');
    // The fill may have been found by a look at the list before the socket was there again.
    await eventually('opened once more', () => bot.simulator.state().sockets.opened === 2);
  });

  test('what was filled while the bot was down is told at the next start', async () => {
    await start();
    await bot.say('/buy 005930 10 69000');
    await bot.press('확인');
    await bot.restart();
    expect(bot.shown().some((text) => text.includes('체결 삼성전자'))).toBe(false);
    await bot.say('/orders');
    bot.simulator.setFaults({ notices: { drop: 1 } });
    bot.simulator.trade('005930', 'sell', 10, 69_000);
    await bot.restart();
    await bot.told('누적 10주 / 10주');
  });

  test("another account's notices under the same HTS id are none of ours", async () => {
    await start();
    bot.simulator.pushForeignNotice({
      symbol: '005930',
      side: 'buy',
      quantity: 7,
      price: 70_000,
      account: '5000000002',
      number: '0000000999',
    });
    await bot.say('/buy 005930 1');
    await bot.press('확인');
    await bot.told('체결 삼성전자');
    expect(bot.shown().some((text) => text.includes('7주'))).toBe(false);
  });
});
