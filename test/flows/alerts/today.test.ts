import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
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
const at = (day: string, time: string): number => Date.parse(`${day}T${time}:00+09:00`);
/** Whether KIS's prices are the new day's from midnight on, or from shortly before the opening, nobody has told. */
const startAt = async (day: string, time: string, dayBegins?: string): Promise<void> => {
  bot = await startHarness({
    fewPings: true,
    env: liveKeys,
    clock: new JumpClock(at(day, time)),
    simulator: { hours: 'live', ...(dayBegins === undefined ? {} : { dayBegins }) },
  });
};
const monthDay = (day: string): string => `${Number(day.slice(4, 6))}월 ${Number(day.slice(6))}일`;
const goTo = (day: string, time: string): Promise<void> => bot.clock.advance(at(day, time) - bot.clock.now());
const basisIn = (text: string): string => /\S+(?: \d+일)? 기준 [\d,]+\S+ \S+/.exec(text)?.[0] ?? text;

const times = ['00:01', '05:00', '08:39', '08:41', '15:31', '20:01', '23:59'] as const;
type PerTime = readonly [string, string, string, string, string, string, string];
/** The same all day. */
const all = (said: string): PerTime => [said, said, said, said, said, said, said];
/** Another one from 08:40 on. */
const then = (before: string, from: string): PerTime => [before, before, before, from, from, from, from];

/** What is said at each of the times. */
interface Walk {
  readonly what: string;
  readonly day: string;
  /** The trading day whose figures count. */
  readonly figures: PerTime;
  /** Whether a limit order at KRX gets a ticket. */
  readonly orders: PerTime;
  /** The day for which an order can be scheduled now, or why the ticket warns: KIS's pause at midnight, or the trading day. */
  readonly scheduled: PerTime;
}

const tradingDay: PerTime = ['no', 'no', 'ticket', 'ticket', 'no', 'no', 'no'];
/** KIS takes them until 90 minutes before the opening, and again from ten minutes after the close. */
const scheduling = (today: string, next: string): PerTime => ['pause', today, 'day', 'day', 'day', next, 'pause'];
const dayOff = (next: string): PerTime => ['pause', next, next, next, next, next, 'pause'];

const walks: readonly Walk[] = [
  {
    what: 'a trading day',
    day: '2026-11-24',
    figures: then('20261123', '20261124'),
    orders: tradingDay,
    scheduled: scheduling('20261124', '20261125'),
  },
  {
    what: 'a Saturday',
    day: '2026-11-21',
    figures: all('20261120'),
    orders: all('no'),
    scheduled: dayOff('20261123'),
  },
  { what: 'a Sunday', day: '2026-11-22', figures: all('20261120'), orders: all('no'), scheduled: dayOff('20261123') },
  {
    what: 'the Monday after',
    day: '2026-11-23',
    figures: then('20261120', '20261123'),
    orders: tradingDay,
    scheduled: scheduling('20261123', '20261124'),
  },
  {
    what: 'a holiday in the week',
    day: '2026-10-09',
    figures: all('20261008'),
    orders: all('no'),
    scheduled: dayOff('20261012'),
  },
  {
    what: 'the year-end closing day',
    day: '2026-12-31',
    figures: all('20261230'),
    orders: all('no'),
    scheduled: dayOff('20270104'),
  },
  { what: '1 January', day: '2027-01-01', figures: all('20261230'), orders: all('no'), scheduled: dayOff('20270104') },
  {
    what: 'the first trading day of the year',
    day: '2027-01-04',
    figures: then('20261230', '20270104'),
    orders: ['no', 'no', 'no', 'no', 'no', 'no', 'no'],
    scheduled: ['pause', '20270104', 'day', 'day', 'day', '20270105', 'pause'],
  },
  {
    what: 'the day of the entrance exam',
    day: '2026-11-19',
    figures: then('20261118', '20261119'),
    orders: ['no', 'no', 'no', 'no', 'ticket', 'no', 'no'],
    scheduled: ['pause', '20261119', 'day', 'day', 'day', '20261120', 'pause'],
  },
];

describe.each(['0000', '0840'])('alerts, where KIS turns the day at %s', (dayBegins) => {
  test.each(walks)('on $what ($day) are reckoned from the last trading day', async ({ day, figures }) => {
    await startAt(day, '00:00', dayBegins);
    const wishes = ['거래량 300배', '20일선 위', '골든크로스', '신고가'];
    const before = new Map<string, string>();
    for (const [index, time] of times.entries()) {
      await goTo(day, time);
      const counted = figures[index] ?? '';
      const named = counted === day.replaceAll('-', '') ? '오늘 기준' : `${monthDay(counted)} 기준`;
      for (const wish of wishes) {
        const basis = basisIn(await bot.say(`/alert 삼성전자 ${wish}`));
        expect(`${time} ${basis}`).toContain(named);
        // However often and in whatever order they are asked for, the same day's figures come to the same.
        const key = `${counted} ${wish}`;
        expect(basis).toBe(before.get(key) ?? basis);
        before.set(key, basis);
      }
    }
  });
});

describe('orders and days', () => {
  test.each(walks)('on $what ($day) go by the exchange', async ({ day, orders, scheduled }) => {
    await startAt(day, '00:00');
    for (const [index, time] of times.entries()) {
      await goTo(day, time);
      const asked = await bot.say('/buy 005930 1 69000');
      expect(`${time} ${asked.includes('주문표') ? 'ticket' : 'no'}`).toBe(`${time} ${orders[index]}`);
      const kept = await bot.say('/schedule 매수 삼성전자 1 69000');
      const said = kept.includes('⚠️') ? (kept.includes('오늘은 00:10부터') ? 'pause' : 'day') : 'ticket';
      const expected = scheduled[index] ?? '';
      if (/^\d/.test(expected)) expect(`${time} ${kept}`).toContain(monthDay(expected));
      else expect(`${time} ${said}`).toBe(`${time} ${expected}`);
      expect(await bot.say('/pnl')).toContain(day);
      expect(await bot.say('/fills')).toContain(day);
    }
  });
});

describe('stored alerts', () => {
  test.each([
    ['on Tuesday at 00:30', '2026-11-24', '00:30'],
    ['on Tuesday at 08:39', '2026-11-24', '08:39'],
    ['on Saturday', '2026-11-28', '10:00'],
    ['on Monday before the day begins', '2026-11-30', '05:00'],
  ])('keep their levels over a start %s, and are told nothing twice', async (_when, day, time) => {
    const trading = time === '10:00' || day === '2026-11-30' ? '2026-11-27' : '2026-11-23';
    await startAt(trading, '14:00', '0840');
    await bot.say('/alert 삼성전자 +3% 매번');
    await bot.say('/alert 삼성전자 20일선 위');
    bot.simulator.setPrice('005930', 72_200);
    await eventually('both', () => bot.shown().filter((text) => text.includes('🔔')).length === 2);
    await bot.say('/alert 삼성전자 골든크로스');
    await goTo(day, time);
    await bot.restart();
    await bot.clock.advance(30_000);
    const list = await bot.say('/alerts');
    expect(list).toContain(
      `1. 삼성전자 등락률 +3% 이상 · 매번 · ${monthDay(trading.replaceAll('-', ''))} 기준 72,100원 이상`,
    );
    expect(list).toMatch(/2\. 삼성전자 골든크로스 5·20일선 · \d+월 \d+일 기준/);
    expect(bot.shown().filter((text) => text.includes('🔔'))).toHaveLength(0);
  });

  test('that were met while the bot was away are told on Saturday, by the figures of Friday', async () => {
    await startAt('2026-11-26', '14:00', '0840');
    await bot.say('/alert 삼성전자 +3%');
    await bot.app().stop();
    await goTo('2026-11-27', '10:00');
    bot.simulator.setPrice('005930', 72_100);
    await goTo('2026-11-28', '10:00');
    await bot.restart();
    expect(await bot.told('🔔 알림 삼성전자')).toContain('11월 27일 기준 72,100원 이상');
  });
});

test('a holiday that KIS alone knows of is none of the days that count, also when it is over', async () => {
  await startAt('2026-11-20', '10:00', '0840');
  await goTo('2026-11-23', '00:30');
  bot.simulator.setClock({ session: 'holiday' });
  await bot.fire('calendar');
  await goTo('2026-11-23', '12:00');
  expect(await bot.say('/alert 삼성전자 20일선 위')).toContain('11월 20일 기준');
  await goTo('2026-11-24', '05:00');
  bot.simulator.setClock({ session: 'auto' });
  await bot.fire('calendar');
  expect(await bot.say('/alert 삼성전자 60일선 위')).toContain('11월 20일 기준');
});

test('a search is of the last trading day until the next one begins, and says so', async () => {
  await startAt('2026-11-20', '20:01');
  const candles = (): number => bot.simulator.state().requests.byTr['FHKST03010100'] ?? 0;
  await bot.say('/screen golden 20d');
  expect(await bot.told('전체 30종목')).toContain('20:01 기준');
  const asked = candles();
  for (const [day, time] of [
    ['2026-11-21', '10:00'],
    ['2026-11-22', '23:59'],
    ['2026-11-23', '08:39'],
  ] as const) {
    await goTo(day, time);
    const found = await bot.say('/screen golden 20d');
    expect(found).toContain('11월 20일 기준');
    expect(found).not.toContain('오늘');
  }
  expect(candles()).toBe(asked);
  await goTo('2026-11-23', '08:41');
  await bot.say('/screen golden 20d');
  await bot.told('전체 30종목 · 08:41 기준');
  // What is kept of the days before is asked for by nobody.
  expect(candles()).toBe(asked);
});

test('an order of the entrance exam day ends with its close, an hour later', async () => {
  await startAt('2026-11-19', '15:31');
  await bot.say('/buy 005930 1 60000');
  await bot.press('확인');
  await goTo('2026-11-19', '15:45');
  expect(await bot.say('/orders')).toContain('60,000원');
  await goTo('2026-11-19', '16:31');
  await bot.fire('close-late');
  expect(await bot.told('장 마감 삼성전자')).toContain('체결되지 않은 1주는 장 마감으로 없어졌습니다');
});

test("what was sold today is none of Saturday's", async () => {
  await startAt('2026-11-20', '10:00', '0840');
  await bot.say('/buy 005930 1 70000');
  await bot.press('확인');
  await bot.told('체결 삼성전자 매수');
  await bot.say('/sell 005930 1 69900');
  await bot.press('확인');
  await bot.told('체결 삼성전자 매도');
  expect(await bot.say('/pnl')).toContain('2026-11-20\n');
  await goTo('2026-11-21', '00:01');
  expect(await bot.say('/pnl')).toContain('2026-11-21');
});

test('the cap of a day is counted from midnight to midnight', async () => {
  bot = await startHarness({
    clock: new JumpClock(at('2026-11-23', '23:58')),
    env: { HOGA_MAX_DAILY_KRW: '100000' },
  });
  await bot.say('/buy 005930 1 60000');
  await bot.press('확인');
  await goTo('2026-11-23', '23:59');
  expect(await bot.say('/buy 005930 1 60000')).toContain('하루 한도');
  await goTo('2026-11-24', '00:01');
  expect(await bot.say('/buy 005930 1 60000')).toContain('주문표');
});
