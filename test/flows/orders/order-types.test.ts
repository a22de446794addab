import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

const keys = {
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
/** At a moment in Korea, where the exchange's hours decide. */
const startAt = (time: string, options: HarnessOptions = {}): Promise<void> =>
  start({
    ...options,
    clock: new JumpClock(Date.parse(`2026-11-23T${time}:00+09:00`)),
    simulator: {
      hours: 'live',
      holdings: [{ symbol: '000660', quantity: 7, averageCost: 150_000 }],
      ...options.simulator,
    },
    env: { KIS_ENV: 'live', ...keys, ...options.env },
  });
afterEach(async () => {
  await bot.stop();
});
const venueOrders = () => bot.simulator.state().orders;

/** Types, presses, and gives back what the venue was told. */
async function send(line: string) {
  expect(await bot.say(line), line).toContain('주문표');
  expect(await bot.press('확인'), line).toContain('접수됨');
  return venueOrders().at(-1);
}

test('every type that KRX takes in its regular session', async () => {
  await startAt('10:00');
  const lines = [
    ['/buy 005930 1 70000', '00', 70_000, '지정가 70,000원 × 1주'],
    ['/buy 005930 1 7만원 지정가 KRX', '00', 70_000, '지정가 70,000원 × 1주'],
    ['/buy 005930 1 시장가', '01', 0, '금액은 상한가로'],
    ['/buy 005930 1 70000 조건부', '02', 70_000, '장마감 동시호가에 시장가로 바뀝니다. 금액은 상한가로'],
    ['/buy 005930 1 최유리', '03', 70_000, '상대편의 가장 좋은 호가'],
    ['/buy 005930 1 최우선지정가', '04', 69_900, '같은 편의 가장 좋은 호가'],
    ['/buy 005930 1 70000 IOC', '11', 70_000, '바로 체결되지 않은 수량은 취소'],
    ['/buy 005930 1 70000 fok', '12', 70_000, '전부 바로 체결되지 않으면'],
    ['/buy 005930 1 시장가 IOC', '13', 0, '체결가격은 정해지지'],
    ['/buy 005930 1 시장가 FOK', '14', 0, '체결가격은 정해지지'],
    ['/buy 005930 1 최유리 IOC', '15', 70_000, '상대편의 가장 좋은 호가'],
    ['/buy 005930 1 최유리 FOK', '16', 70_000, '상대편의 가장 좋은 호가'],
    ['/buy 005930 1 중간가 IOC', '23', 69_950, '가운데 가격'],
    ['/buy 005930 1 중간가 FOK', '24', 69_950, '가운데 가격'],
    ['/buy 005930 1 중간가', '21', 69_950, '가운데 가격'],
    ['/buy 005930 1 72500 스톱 7만2천원', '22', 72_500, '현재가가 72,000원에 닿으면'],
  ] as const;
  for (const [line, type, price, said] of lines) {
    expect(await bot.say(line), line).toContain(said);
    await bot.press('취소');
    expect(await send(line), line).toMatchObject({ type, price, exchange: 'KRX', quantity: 1 });
  }
});

describe('elsewhere, and at other hours', () => {
  test.each([
    ['08:31', [['/buy 005930 1 장전시간외', '05', 'KRX']]],
    ['15:45', [['/buy 005930 1 장후시간외', '06', 'KRX']]],
    [
      '17:00',
      [
        ['/buy 005930 1 70000 애프터마켓', '41', 'KRX'],
        ['/buy 005930 1 70000 애프터마켓 IOC', '42', 'KRX'],
        ['/buy 005930 1 70000 FOK 애프터마켓', '43', 'KRX'],
        ['/buy 005930 1 최유리 애프터마켓', '44', 'KRX'],
        ['/buy 005930 1 최유리 애프터 IOC', '45', 'KRX'],
        ['/buy 005930 1 최유리 애프터 FOK', '46', 'KRX'],
        ['/sell 000660 1 애프터마켓 최우선', '47', 'KRX'],
      ],
    ],
    ['08:10', [['/buy 005930 1 70000 NXT', '00', 'NXT']]],
    [
      '10:00',
      [
        ['/buy 005930 1 70000 IOC 넥스트레이드', '11', 'NXT'],
        ['/buy 005930 1 중간가 nxt', '21', 'NXT'],
        ['/buy 005930 1 시장가 SOR', '01', 'SOR'],
      ],
    ],
    ['15:35', [['/buy 005930 1 70000 NXT', '00', 'NXT']]],
    ['19:00', [['/buy 005930 1 최유리 NXT', '03', 'NXT']]],
  ] as const)('at %s', async (time, lines) => {
    await startAt(time);
    for (const [line, type, exchange] of lines) expect(await send(line), line).toMatchObject({ type, exchange });
  });

  test('the ticket says where it goes, and a step of the price stays there', async () => {
    await startAt('17:00');
    expect(await bot.say('/buy 005930 1 60000 NXT')).toContain('거래소: NXT');
    expect(await bot.press('+1틱')).toMatch(/60,100원[\s\S]*거래소: NXT/);
    await bot.press('취소');
    await bot.say('/buy 005930 1 60000 애프터마켓');
    expect(await bot.press('−1틱')).toContain('애프터마켓 지정가 59,900원');
    await bot.press('확인');
    expect(venueOrders()).toMatchObject([{ type: '41', price: 59_900 }]);
  });
});

describe('what is not taken is refused, with what would pass', () => {
  test.each([
    [
      '10:00',
      [
        [
          '/buy 005930 1 70000 애프터마켓',
          '정규장에서는 애프터마켓 지정가를 받지 않습니다. 되는 것: 지정가, 시장가, 조건부지정가',
        ],
        ['/buy 005930 1 장후시간외', '장후시간외를 받지 않습니다'],
        ['/buy 005930 1 시장가 NXT', 'NXT에서는 시장가를 받지 않습니다'],
        ['/buy 005930 1 70000 조건부 SOR', 'SOR에서는 조건부지정가를 받지 않습니다'],
        ['/buy 069500 1 30000 NXT', 'ETF와 ETN은 NXT에서'],
        ['/buy 005930 1 70000 최유리', '최유리지정가 주문은 가격을 쓰지 않습니다'],
        ['/buy 005930 1 70000 조건부 IOC', 'IOC와 FOK는'],
        ['/buy 005930 1 70000 IOC FOK', "'FOK'는 앞의 말과 함께"],
        ['/buy 005930 1 70000 최유리 시장가', "'시장가'는 앞의 말과 함께"],
        ['/buy 005930 1 스톱 72000', '나갈 가격과 조건가격을 모두'],
        ['/buy 005930 1 72500 스톱', '가격이 아닙니다'],
        ['/buy 005930 1 72500 스톱 69000', '조건가격 69,000원에 이미 닿았습니다'],
        ['/buy 005930 1 72500 스톱 72050', '호가단위가 100원'],
        ['/buy 005930 1 70000 GTP', "'GTP'는 방식이 아닙니다"],
      ],
    ],
    [
      '08:45',
      [
        ['/buy 005930 1 장전시간외', '되는 것: 지정가, 시장가.'],
        ['/buy 005930 1 최유리', '되는 것: 지정가, 시장가.'],
      ],
    ],
    ['15:25', [['/buy 005930 1 70000 조건부', '되는 것: 지정가, 시장가.']]],
    ['08:55', [['/buy 005930 1 70000 NXT', 'NXT 주문 시간이 아닙니다']]],
    [
      '17:00',
      [
        ['/buy 005930 1 70000 IOC NXT', 'NXT 애프터마켓에서는 지정가 IOC를 받지 않습니다. 되는 것: 지정가'],
        ['/buy 069500 1 30000 애프터마켓', 'ETF와 ETN은 애프터마켓에서'],
      ],
    ],
  ] as const)('at %s', async (time, lines) => {
    await startAt(time);
    for (const [line, sentence] of lines) {
      expect(await bot.say(line), line).toContain(sentence);
      expect(
        bot
          .chat()
          .messages.at(-1)
          ?.buttons.map(({ label }) => label),
        line,
      ).not.toContain('확인');
    }
    expect(venueOrders()).toHaveLength(0);
  });

  test('between ticket and press', async () => {
    await startAt('15:19');
    await bot.clock.advance(30_000);
    expect(await bot.say('/buy 005930 1 70000 IOC')).toContain('매수 주문표');
    await bot.clock.advance(40_000);
    expect(await bot.press('확인')).toContain('장마감 동시호가에서는 지정가 IOC를 받지 않습니다');
    expect(venueOrders()).toHaveLength(0);
  });

  test('on paper only KRX takes orders', async () => {
    await startAt('10:00', { env: { KIS_ENV: 'paper' }, simulator: { kind: 'paper' } });
    expect(await bot.say('/buy 005930 1 70000 NXT')).toContain(
      '여기서는 NXT 주문을 받지 않습니다. KRX만 됩니다. NXT를 빼고 써 주세요.',
    );
    expect(await bot.say('삼성전자 1주 7만원에 SOR로 매수')).toContain('KRX만 됩니다');
    expect(venueOrders()).toHaveLength(0);
  });
});

describe('what becomes of them', () => {
  test('what IOC does not fill is cancelled, and told', async () => {
    await startAt('10:00', {
      env: { HOGA_MAX_ORDER_KRW: '9000000000', HOGA_MAX_DAILY_KRW: '9000000000' },
      simulator: { cash: 9_000_000_000 },
    });
    const { ask } = bot.simulator.state().prices['005930'] ?? { ask: 0 };
    await send(`/buy 005930 5000 ${ask} IOC`);
    expect(await bot.told('취소 확인')).toContain('주가 취소되었습니다');
    const order = venueOrders()[0];
    expect(order?.filled).toBeGreaterThan(0);
    expect(order?.remaining).toBe(0);
    expect(await bot.say('/orders')).toContain('미체결 주문이 없습니다');
  });

  test('what FOK cannot fill whole does not fill at all', async () => {
    await startAt('10:00', {
      env: { HOGA_MAX_ORDER_KRW: '9000000000', HOGA_MAX_DAILY_KRW: '9000000000' },
      simulator: { cash: 9_000_000_000 },
    });
    const { ask } = bot.simulator.state().prices['005930'] ?? { ask: 0 };
    await send(`/buy 005930 5000 ${ask} FOK`);
    await bot.told('취소 확인');
    expect(venueOrders()[0]).toMatchObject({ filled: 0, remaining: 0 });
  });

  test('a stop waits outside the book until its price is reached', async () => {
    await startAt('10:00');
    await send('/buy 005930 1 72500 스톱 72000');
    bot.simulator.setPrice('005930', 71_900);
    expect(venueOrders()[0]).toMatchObject({ filled: 0, remaining: 1 });
    expect(await bot.say('/orders')).toContain('스톱지정가 72,500원');
    bot.simulator.setPrice('005930', 72_000);
    await eventually('fired', () => venueOrders()[0]?.filled === 1);
  });

  test('a conditional order goes to the market in the closing auction', async () => {
    await startAt('15:19');
    await send('/buy 005930 1 60000 조건부');
    expect(venueOrders()[0]).toMatchObject({ remaining: 1 });
    await bot.clock.advance(5 * 60_000);
    expect(venueOrders()[0]).toMatchObject({ remaining: 1 });
    await bot.clock.advance(7 * 60_000);
    expect(venueOrders()[0]).toMatchObject({ filled: 1 });
  });

  test('an amendment keeps the type, or is refused where there is no price to change', async () => {
    await startAt('10:00');
    await send('/buy 005930 1 60000 조건부');
    await send('/buy 005930 1 최우선');
    await send('/buy 005930 1 60000 NXT');
    const [conditional, top, elsewhere] = venueOrders().map(({ number }) => Number(number));
    expect(await bot.say(`/amend ${conditional} 60100`)).toContain('조건부지정가 60,000원 → 60,100원');
    await bot.press('확인');
    await eventually('amended', () => venueOrders().some(({ type, price }) => type === '02' && price === 60_100));
    expect(await bot.say(`/amend ${top} 60100`)).toContain('최우선지정가 주문은 가격을 정정할 수 없습니다. 취소하고');
    await bot.say(`/amend ${elsewhere} 60100`);
    await bot.press('확인');
    await eventually('amended', () =>
      venueOrders().some(({ exchange, price }) => exchange === 'NXT' && price === 60_100),
    );
  });

  test('caps count the worst price', async () => {
    await startAt('10:00', { env: { HOGA_MAX_ORDER_KRW: '800000' } });
    expect(await bot.say('/buy 005930 10 70000')).toContain('주문표');
    for (const how of ['시장가', '최유리', '중간가', '70000 조건부']) {
      expect(await bot.say(`/buy 005930 10 ${how}`), how).toMatch(
        /1회 한도 800,000원을 넘습니다\(910,000원\)\. 8주까지/,
      );
    }
  });

  test('an order without a limit is held to the slippage the person allows', async () => {
    await startAt('10:00', { env: { HOGA_MAX_SLIPPAGE_PERCENT: '0.05' } });
    bot.simulator.trade('005930', 'sell', 1);
    for (const how of ['시장가', '최유리', '최유리 IOC', '중간가', '시장가 FOK']) {
      expect(await bot.say(`/buy 005930 1 ${how}`), how).toContain('벗어나 한도 0.05%를 넘습니다');
    }
  });
});

describe('how many', () => {
  test('shares, a sum, or a part of what there is', async () => {
    await startAt('10:00', { simulator: { cash: 10_000_000 } });
    const lines = [
      ['/buy 005930 100만원 70000', '× 14주 = 980,000원', '1,000,000원 ÷ 70,000원 = 14주'],
      ['/buy 005930 1,000,000원 7만원', '× 14주 = 980,000원', '1,000,000원 ÷ 70,000원 = 14주'],
      ['/buy 005930 1백만원 7만원', '× 14주', '1,000,000원 ÷'],
      ['/buy 005930 1억 2천만원 7만원', '1회 한도', '원을 넘습니다'],
      ['/buy 005930 100만원 시장가', '시장가 × 10주', '1,000,000원 ÷ 91,000원 = 10주'],
      ['/buy 005930 50% 70000', '× 71주', '매수가능 142주의 50% = 71주'],
      ['/buy 005930 절반 7만원', '× 71주', '매수가능 142주의 50% = 71주'],
      ['/sell 000660 50%', '× 3주', '매도가능 7주의 50% = 3주'],
      ['/sell 000660 half', '× 3주', '매도가능 7주의 50% = 3주'],
      ['/sell 000660 전량 시장가', '× 7주', '매도가능 7주의 100% = 7주'],
      ['/sell 000660 all', '× 7주', '매도가능 7주의 100% = 7주'],
      ['/buy 005930 열주 7만5천원', '75,000원 × 10주', '주문가능'],
      ['/buy 005930 1,000주 5만원', '1회 한도', '원을 넘습니다'],
    ] as const;
    for (const [line, count, how] of lines) {
      const said = await bot.say(line);
      expect(said, line).toContain(count);
      expect(said, line).toContain(how);
    }
  });

  test('what comes to no share is refused', async () => {
    await startAt('10:00');
    const lines = [
      ['/buy 005930 5만원 70000', '50,000원으로는 한 주도 안 됩니다. 한 주에 70,000원입니다.'],
      ['/sell 000660 1%', '1%는 한 주가 안 됩니다. 지금 7주까지 팔 수 있습니다.'],
      ['/sell 005930 50%', '매도할 수 있는 수량이 없습니다'],
      ['/sell 000660 0%', '비율은 0보다 크고 100 이하'],
      ['/sell 000660 150%', '비율은 0보다 크고 100 이하'],
      ['/buy 005930 0원', '금액이 맞지 않습니다'],
      ['/buy 005930 100만', "'100만'은 수량이 아닙니다"],
      ['/buy 005930 10 7,5', "'7,5'는 가격이 아닙니다"],
    ] as const;
    for (const [line, sentence] of lines) expect(await bot.say(line), line).toContain(sentence);
    expect(venueOrders()).toHaveLength(0);
  });

  test('what is confirmed is what was shown, whatever the cash has become', async () => {
    await startAt('10:00', { simulator: { cash: 10_000_000 } });
    await bot.say('/buy 005930 10% 69000');
    bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 60, price: 60_000 });
    await bot.press('확인');
    expect(venueOrders().at(-1)).toMatchObject({ quantity: 14, price: 69_000 });
  });
});
