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
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
/** At a moment in Korea, where the exchange's hours decide. */
const startAt = (moment: string, options: HarnessOptions & { readonly env?: Record<string, string> } = {}) =>
  start({
    ...options,
    clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
    env: { KIS_ENV: 'live', ...keys, ...options.env },
    simulator: { hours: 'live', ...options.simulator },
  });
const onPaper = { env: { KIS_ENV: 'paper' }, simulator: { kind: 'paper' as const } };
/** The venue says no to the calendar, in a way that asking again would not change. */
const noCalendar = {
  rules: [{ on: 'chk-holiday', fault: 'refuse' as const, code: 'OPSQ9999', text: '없음', times: 20 }],
};
const calendarCalls = () => bot.simulator.state().requests.byTr['CTCA0903R'] ?? 0;
const sentOrders = () => bot.simulator.state().orders.length;

afterEach(async () => {
  await bot.stop();
});

describe('/market', () => {
  test('while it is open: which session, until when, what is taken, and what comes next', async () => {
    await startAt('2026-11-23T10:00');
    const regular = '지정가, 시장가, 조건부지정가, 최유리지정가, 최우선지정가, 중간가, 스톱지정가';
    expect(await bot.say('/market')).toBe(
      [
        '[시뮬레이터] KRX · 정규장 · 15:20까지',
        `받는 주문: ${regular}`,
        '다음 11월 23일(월) 15:20 장마감 동시호가',
        'NXT · 정규장 · 15:20까지',
        '받는 주문: 지정가, 최유리지정가, 최우선지정가, 중간가, 스톱지정가',
        '다음 11월 23일(월) 15:30 애프터마켓 개장 전',
        'SOR · 정규장 · 15:20까지',
        '받는 주문: 지정가, 시장가, 최유리지정가, 최우선지정가',
        '다음 11월 24일(화) 09:00 정규장',
      ].join('\n'),
    );
  });

  test.each([
    ['2026-11-23T08:40', 'KRX · 장전 동시호가 · 09:00까지', '다음 11월 23일(월) 09:00 정규장'],
    ['2026-11-23T15:25', 'KRX · 장마감 동시호가 · 15:30까지', '다음 11월 23일(월) 15:30 장후 시간외'],
    ['2026-11-23T22:00', 'KRX · 지금은 주문을 받지 않음', '다음 11월 24일(화) 08:30 장전 동시호가'],
    ['2026-11-23T03:00', 'KRX · 지금은 주문을 받지 않음', '다음 11월 23일(월) 08:30 장전 동시호가'],
    ['2026-11-21T12:00', '휴장 · 주말', '다음 11월 23일(월) 08:30 장전 동시호가'],
    ['2026-09-24T10:00', '휴장 · 추석', '다음 9월 28일(월) 08:30 장전 동시호가'],
    ['2026-12-31T10:00', '휴장 · 연말 휴장', '다음 1월 4일(월) 09:30 장전 동시호가'],
    ['2026-11-19T09:10', '오늘 정규장은 10:00–16:30입니다(수능일).', '다음 11월 19일(목) 09:30 장전 동시호가'],
    ['2026-11-19T16:00', 'KRX · 정규장 · 16:20까지', '오늘 정규장은 10:00–16:30입니다(수능일).'],
  ])('at %s: %s', async (moment, state, more) => {
    await startAt(moment);
    const answer = await bot.say('/장');
    expect(answer).toContain(state);
    expect(answer).toContain(more);
    expect(answer).not.toContain('휴장표');
  });

  test('says when nobody could tell it', async () => {
    await startAt('2026-11-23T10:00', { faults: noCalendar });
    const answer = await bot.say('/장상태');
    expect(answer).toContain('개장일인지 확인하지 못했습니다');
    expect(answer).not.toContain('다음');
  });

  test('says when the shipped table decided', async () => {
    await startAt('2026-12-25T10:00', onPaper);
    const answer = await bot.say('/market');
    expect(answer).toContain('휴장 · 성탄절');
    expect(answer).toContain('다음 12월 28일(월) 08:30 장전 동시호가');
    expect(answer).toContain('내장된 휴장표(2026–2027년)');
  });

  test('says that the demo never closes', async () => {
    await start({ clock: new JumpClock(Date.parse('2026-11-21T03:00:00+09:00')) });
    expect(await bot.say('/market')).toContain('시뮬레이터의 장은 닫히지 않습니다.');
    expect(calendarCalls()).toBe(0);
  });

  test('is said in English too', async () => {
    await startAt('2026-09-24T10:00', { env: { HOGA_LANG: 'en' } });
    expect(await bot.say('/market')).toContain(
      'Closed · Chuseok\nKRX · no orders are taken now\nNext: Mon 28 Sep 08:30 KST, Opening auction',
    );
  });
});

describe('an order is refused', () => {
  test.each([
    ['on a holiday', '2026-10-09T10:00', '오늘은 휴장일이라'],
    ['at a weekend', '2026-11-22T10:00', '오늘은 주말이라'],
    ['at night', '2026-11-23T22:00', 'KRX 주문 시간이 아닙니다'],
    ['in the after-market', '2026-11-23T17:00', 'KRX 애프터마켓에서는 지정가를 받지 않습니다'],
    ['before a late opening', '2026-11-19T09:15', 'KRX 주문 시간이 아닙니다'],
  ])('%s', async (_, moment, why) => {
    await startAt(moment);
    expect(await bot.say('/buy 005930 1 70000')).toContain(why);
    expect(
      bot
        .chat()
        .messages.at(-1)
        ?.buttons.map(({ label }) => label),
    ).not.toContain('확인');
  });

  test('on a day nobody can vouch for, until somebody can', async () => {
    await startAt('2026-11-23T10:00', { faults: noCalendar });
    expect(await bot.say('/buy 005930 1 70000')).toContain('개장일인지 확인하지 못해');
    bot.simulator.clearFaults();
    await bot.clock.advance(61_000);
    expect(await bot.say('/buy 005930 1 70000')).toContain('매수 주문표');
  });

  test("on paper's holidays, which the shipped table knows", async () => {
    await startAt('2026-12-25T10:00', onPaper);
    expect(await bot.say('/buy 005930 1 70000')).toContain('오늘은 휴장일이라');
  });

  test('when the market closed between ticket and press', async () => {
    await startAt('2026-11-23T15:29');
    await bot.clock.advance(30_000);
    expect(await bot.say('/buy 005930 1 70000')).toContain('매수 주문표');
    await bot.clock.advance(45_000);
    const answer = await bot.press('확인');
    expect(answer).toContain('KRX 장후 시간외에서는 지정가를 받지 않습니다');
    expect(sentOrders()).toBe(0);
  });
});

describe('an order is taken', () => {
  test.each(['2026-11-23T08:40', '2026-11-23T10:00', '2026-11-23T15:25', '2026-11-19T16:10'])(
    'at %s',
    async (moment) => {
      await startAt(moment);
      await bot.say('/buy 005930 1 70000');
      expect(await bot.press('확인')).toContain('접수됨');
      expect(sentOrders()).toBe(1);
    },
  );
});

describe('before the market opens', () => {
  test('the calendar is asked at the start, and once a day from then on', async () => {
    await startAt('2026-11-23T07:30');
    expect(calendarCalls()).toBe(1);
    await bot.fire('calendar');
    await bot.say('/market');
    expect(calendarCalls()).toBe(1);
    await bot.restart();
    expect(calendarCalls()).toBe(1);
  });

  test('the token is there before anybody asks', async () => {
    await startAt('2026-11-23T07:30');
    await bot.fire('account');
    expect(bot.simulator.state().requests.byTr['/oauth2/tokenP']).toBe(1);
    expect(bot.logs.some((line) => line.includes('scheduled task failed'))).toBe(false);
  });

  test('the issues are those of the venue, and stay so over a restart', async () => {
    await startAt('2026-11-23T08:10', { downloads: true });
    expect(await bot.say('/price KC산업')).toContain('KC산업 112190');
    await bot.fire('symbols');
    await bot.restart();
    expect(await bot.say('/price KC산업')).toContain('KC산업 112190');
    expect(bot.logs.filter((line) => line.includes('symbols refreshed'))).toHaveLength(3);
  });

  test('one question beside the running bot finds them too, and does nothing by the hour', async () => {
    await startAt('2026-11-23T08:10', { downloads: true });
    await bot.restart({ readOnly: true });
    expect(await bot.say('/price KC산업')).toContain('KC산업 112190');
    await expect(bot.fire('symbols')).rejects.toThrow('no job');
  });
});

describe('names', () => {
  test('by their initial consonants', async () => {
    await start();
    expect(await bot.say('/price ㅅㅅㅈㅈ')).toContain('삼성전자 005930');
  });

  test('that fit several are a button each, and pressing one runs the same line', async () => {
    await start();
    expect(await bot.say('/buy 에코 1 71800')).toContain("'에코'에 맞는 종목이 여럿입니다.");
    expect(bot.chat().messages.at(-1)?.buttons).toEqual([
      { id: 'run:/buy 247540 1 71800', label: '에코프로비엠' },
      { id: 'run:/buy 086520 1 71800', label: '에코프로' },
    ]);
    expect(await bot.press('에코프로')).toContain('매수 주문표 · 에코프로 086520');
    expect(await bot.press('확인')).toContain('접수됨');
  });

  test('keep what else was typed, whatever the place and the words of the name', async () => {
    await start();
    await bot.say('/시세 삼성전자 에코 ㅅㅅㅈㅈ');
    expect(bot.button('에코프로비엠')).toBe('run:/price 삼성전자 247540 ㅅㅅㅈㅈ');
    const answer = await bot.press('에코프로비엠');
    expect(answer).toContain('에코프로비엠');
    expect(answer.match(/삼성전자/g)).toHaveLength(2);
    await bot.say('/buy 삼 성 1 70000');
    expect(bot.button('삼성SDI')).toBe('run:/buy 006400 1 70000');
    expect(bot.chat().messages.at(-1)?.buttons.length).toBeLessThanOrEqual(6);
  });

  test('on a line too long for a button lead to the price', async () => {
    await start();
    await bot.say('/price 삼성전자 SK하이닉스 LG에너지솔루션 삼성바이오로직스 에코');
    expect(bot.button('에코프로')).toBe('run:/price 086520');
    expect(await bot.press('에코프로')).toContain('에코프로 086520');
  });
});
