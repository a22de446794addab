import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

const keys = {
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};

let bot: Harness;
/** At a moment in Korea, where the exchanges' hours decide. 2026-11-23 is a Monday. */
const startAt = async (moment: string, options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({
    ...options,
    clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
    env: { KIS_ENV: 'live', ...keys, ...options.env },
    simulator: { hours: 'live', ...options.simulator },
  });
};
/** The labels under the newest message. */
const buttons = () =>
  bot
    .chat()
    .messages.at(-1)
    ?.buttons.map(({ label }) => label);
const orders = () => bot.simulator.state().orders;

afterEach(async () => {
  await bot.stop();
});

const krxLimits = 'KRX 지정가는 08:30–15:30에 받으며';
const nxtLimits = 'NXT 지정가는 08:00–08:50, 09:01–15:20, 15:30–20:00에 받으며';

describe('an order at the wrong hour is refused with the hours of the exchange it was for', () => {
  test.each([
    // Before everything, and after it.
    ['2026-11-23T07:30', '005930 1 70000', ['KRX 주문 시간이 아닙니다', krxLimits, '11월 23일(월) 08:30부터'], []],
    ['2026-11-23T07:30', '005930 1 70000 NXT', ['NXT 주문 시간이 아닙니다', nxtLimits, '11월 23일(월) 08:00부터'], []],
    [
      '2026-11-23T07:30',
      '005930 1 70000 SOR',
      ['SOR 주문 시간이 아닙니다', '09:00–15:20', '11월 23일(월) 09:00부터'],
      [],
    ],
    [
      '2026-11-23T20:00',
      '005930 1 70000 NXT',
      ['NXT 주문 시간이 아닙니다', nxtLimits, '11월 24일(화) 08:00부터'],
      ['예약주문 70,000원'],
    ],
    // Nextrade is open alone.
    [
      '2026-11-23T08:10',
      '005930 1 70000',
      ['KRX 주문 시간이 아닙니다', krxLimits, '지금 NXT에서는 받습니다'],
      ['NXT 지정가 70,000원'],
    ],
    [
      '2026-11-23T15:45',
      '005930 1 70000',
      ['KRX 장후 시간외', '되는 것: 장후시간외', krxLimits, '지금 NXT에서는'],
      ['NXT 지정가 70,000원', '장후시간외', '예약주문 70,000원'],
    ],
    [
      '2026-11-23T16:10',
      '005930 1 70000',
      ['KRX 애프터마켓', '되는 것: 애프터마켓 지정가', krxLimits, '지금 NXT에서는'],
      ['NXT 지정가 70,000원', '애프터마켓 지정가 70,000원', '예약주문 70,000원'],
    ],
    [
      '2026-11-23T10:00',
      '005930 1 70000 애프터마켓',
      ['16:00–20:00에 받으며', '16:00부터'],
      ['KRX 지정가 70,000원', 'NXT 지정가 70,000원'],
    ],
    // Nextrade rests.
    [
      '2026-11-23T08:55',
      '005930 1 70000 NXT',
      ['NXT 주문 시간이 아닙니다', '09:01부터', '지금 KRX에서는'],
      ['KRX 지정가 70,000원'],
    ],
    [
      '2026-11-23T15:25',
      '005930 1 70000 NXT',
      ['NXT 주문 시간이 아닙니다', '15:30부터', '지금 KRX에서는'],
      ['KRX 지정가 70,000원'],
    ],
    // Kinds with hours of their own.
    [
      '2026-11-23T08:45',
      '005930 1 장전시간외',
      ['08:30–08:40에 받으며', '11월 24일(화) 08:30부터'],
      ['KRX 지정가 70,000원', 'NXT 지정가 70,000원'],
    ],
    [
      '2026-11-23T10:00',
      '005930 1 장후시간외',
      ['15:30–16:00에 받으며', '11월 23일(월) 15:30부터'],
      ['KRX 지정가 70,000원', 'NXT 지정가 70,000원'],
    ],
    [
      '2026-11-23T19:00',
      '005930 1 중간가 NXT',
      ['NXT 중간가는 08:00–08:50, 09:01–15:20에 받으며'],
      ['애프터마켓 지정가 70,000원', '예약주문 70,000원'],
    ],
    // Days without trading.
    [
      '2026-11-22T10:00',
      '005930 1 70000 NXT',
      ['오늘은 주말이라', nxtLimits, '11월 23일(월) 08:00부터'],
      ['예약주문 70,000원'],
    ],
    [
      '2026-09-24T10:00',
      '005930 1 70000 SOR',
      ['오늘은 휴장일이라', 'SOR 지정가는', '9월 28일(월) 09:00부터'],
      ['예약주문 70,000원'],
    ],
    // Funds are not Nextrade's.
    ['2026-11-23T16:10', '069500 1 30000', ['KRX 애프터마켓', krxLimits], ['예약주문 30,000원']],
  ])('at %s: %s', async (moment, order, sentences, offered) => {
    await startAt(moment);
    const answer = await bot.say(`/buy ${order}`);
    for (const sentence of sentences) expect(answer).toContain(sentence);
    expect(buttons()).toEqual(offered);
    if (!offered.some((label) => /^(?:KRX|NXT|SOR) /.test(label))) expect(answer).not.toContain('에서는 받습니다');
    expect(orders()).toEqual([]);
  });

  test.each([
    [
      '2026-11-23T10:00',
      '시장가 NXT',
      ['NXT에서는 시장가를 받지 않습니다', 'NXT에서 되는 것: 지정가, 최유리지정가'],
      ['KRX 시장가', 'SOR 시장가'],
    ],
    [
      '2026-11-23T20:30',
      '시장가 NXT',
      ['NXT에서는 시장가를 받지 않습니다', 'NXT에서 되는 것: 지정가'],
      ['예약주문 시장가'],
    ],
    ['2026-11-22T10:00', '장후시간외 NXT', ['NXT에서는 장후시간외를 받지 않습니다'], ['예약주문 70,000원']],
    [
      '2026-11-23T10:00',
      '중간가 SOR',
      ['SOR에서는 중간가를 받지 않습니다', 'SOR에서 되는 것: 지정가, 시장가'],
      ['KRX 중간가', 'NXT 중간가'],
    ],
  ])(
    'and what an exchange never takes is not put off to another hour: at %s %s',
    async (moment, way, says, offered) => {
      await startAt(moment);
      const answer = await bot.say(`/buy 005930 1 ${way}`);
      for (const sentence of says) expect(answer).toContain(sentence);
      expect(answer).not.toContain('부터입니다');
      expect(buttons()).toEqual(offered);
    },
  );

  test('what is offered makes a ticket of the same order there', async () => {
    await startAt('2026-11-23T16:10');
    await bot.say('/buy 005930 100만원 70000');
    expect(await bot.press('NXT 지정가 70,000원')).toMatch(/지정가 70,000원 × 14주[\s\S]*거래소: NXT/);
    await bot.press('취소');
    await bot.say('/buy 005930 100만원 70000');
    expect(await bot.press('애프터마켓 지정가 70,000원')).toContain('애프터마켓 지정가 70,000원 × 14주');
    await bot.press('확인');
    expect(orders()).toMatchObject([{ type: '41', exchange: 'KRX', quantity: 14, price: 70_000 }]);
  });

  test('in English too', async () => {
    await startAt('2026-11-23T08:10', { env: { HOGA_LANG: 'en' } });
    const answer = await bot.say('/buy 005930 1 70000');
    expect(answer).toContain('KRX takes no orders at this hour. KRX takes limit orders 08:30–15:30');
    expect(answer).toContain('Taken now: NXT.');
    expect(await bot.say('/buy 005930 1 market NXT')).toContain('NXT takes no market orders. It takes: limit');
  });
});

describe('/market is one page of now and next for every exchange', () => {
  test.each([
    [
      '2026-11-23T08:10',
      ['KRX · 지금은 주문을 받지 않음', '다음 11월 23일(월) 08:30 장전 동시호가'],
      ['NXT · 프리마켓 · 08:50까지', '받는 주문: 지정가, 최유리지정가', '다음 11월 23일(월) 09:01 정규장'],
      ['SOR · 지금은 주문을 받지 않음', '다음 11월 23일(월) 09:00 정규장'],
    ],
    [
      '2026-11-23T15:45',
      ['KRX · 장후 시간외 · 16:00까지', '받는 주문: 장후시간외', '다음 11월 23일(월) 16:00 애프터마켓'],
      [
        'NXT · 애프터마켓 · 20:00까지',
        '받는 주문: 지정가, 최유리지정가, 최우선지정가',
        '다음 11월 24일(화) 08:00 프리마켓',
      ],
      ['SOR · 지금은 주문을 받지 않음', '다음 11월 24일(화) 09:00 정규장'],
    ],
    [
      '2026-11-23T16:10',
      ['KRX · 애프터마켓 · 20:00까지', '받는 주문: 애프터마켓 지정가', '다음 11월 24일(화) 08:30 장전 동시호가'],
      ['NXT · 애프터마켓 · 20:00까지', '받는 주문: 지정가'],
      ['SOR'],
    ],
    [
      '2026-11-21T12:00',
      ['휴장 · 주말\nKRX · 지금은 주문을 받지 않음', '다음 11월 23일(월) 08:30 장전 동시호가'],
      ['NXT · 지금은 주문을 받지 않음', '다음 11월 23일(월) 08:00 프리마켓'],
      ['SOR'],
    ],
    // The entrance exam moves both, and there is no pre-market.
    [
      '2026-11-19T08:10',
      ['오늘 정규장은 10:00–16:30입니다(수능일).\nKRX', '다음 11월 19일(목) 09:30 장전 동시호가'],
      ['NXT · 지금은 주문을 받지 않음', '다음 11월 19일(목) 10:01 정규장'],
      ['SOR · 지금은 주문을 받지 않음', '다음 11월 19일(목) 10:00 정규장'],
    ],
    [
      '2026-11-19T16:35',
      ['KRX · 장후 시간외 · 17:00까지'],
      ['NXT · 애프터마켓 개장 전 · 16:40까지', '다음 11월 19일(목) 16:40 애프터마켓'],
      ['SOR'],
    ],
  ])('at %s', async (moment, krx, nxt, sor) => {
    await startAt(moment);
    const answer = await bot.say('/market');
    let from = 0;
    for (const line of [...krx, ...nxt, ...sor]) {
      const at = answer.indexOf(line, from);
      expect(at, `${line}\nin\n${answer}`).toBeGreaterThanOrEqual(from);
      from = at;
    }
  });

  test('on paper KRX is all there is', async () => {
    await startAt('2026-11-23T08:10', { env: { KIS_ENV: 'paper' }, simulator: { kind: 'paper' } });
    const answer = await bot.say('/market');
    expect(answer).toContain('KRX · 지금은 주문을 받지 않음');
    expect(answer).not.toMatch(/NXT|SOR/);
  });
});

describe("a stand-in's own clock", () => {
  const standIn = (moment: string, options: HarnessOptions = {}) =>
    startAt(moment, { ...options, env: { KIS_ENV: 'simulator', ...options.env } });

  test('decides, where it keeps the hours of the exchange', async () => {
    await standIn('2026-11-21T12:00');
    expect(await bot.say('/market')).toContain('휴장 · 주말');
    expect(await bot.say('/buy 005930 1 70000')).toContain('오늘은 주말이라');
  });

  test('decides, where somebody moved it', async () => {
    await standIn('2026-11-23T07:30');
    expect(await bot.say('/market')).toContain('NXT · 지금은 주문을 받지 않음');
    bot.simulator.setClock({ now: Date.parse('2026-11-23T08:10:00+09:00') });
    expect(await bot.say('/market')).toContain('NXT · 프리마켓 · 08:50까지');
    expect(await bot.say('/buy 005930 1 70000')).toContain('KRX 주문 시간이 아닙니다');
    await bot.press('NXT 지정가 70,000원');
    expect(await bot.press('확인')).toContain('접수됨');
  });

  test('decides by the session that somebody fixed, too', async () => {
    await standIn('2026-11-21T12:00', { simulator: { hours: 'open' } });
    expect(await bot.say('/market')).toContain('시뮬레이터의 장은 닫히지 않습니다.');
    bot.simulator.setClock({ session: 'post-close' });
    expect(await bot.say('/market')).toContain('KRX · 장후 시간외\n받는 주문: 장후시간외');
    expect(await bot.say('/buy 005930 1 70000')).toContain('KRX 장후 시간외에서는 지정가를 받지 않습니다');
    bot.simulator.setClock({ session: 'holiday' });
    expect(await bot.say('/buy 005930 1 70000')).toContain('오늘은 휴장일이라');
    bot.simulator.setClock({ session: 'auto' });
    expect(await bot.say('/buy 005930 1 70000')).toContain('매수 주문표');
  });

  test('that cannot be asked leaves the hours unknown, and nothing is sent', async () => {
    await standIn('2026-11-23T10:00');
    await bot.say('/buy 005930 1 70000');
    await bot.simulator.stop();
    expect(await bot.press('확인')).toMatch(/보내지 않았습니다[\s\S]*시뮬레이터가 답하지 않습니다/);
    expect(await bot.say('/market')).toMatch(/알 수 없음[\s\S]*시뮬레이터가 답하지 않습니다/);
  });
});
