import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually, JumpClock, turns } from '../../support/clock.ts';
import { DiskFaults, sqliteFull } from '../../support/disk-faults.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Events of issues, switched on in a chat, over the sockets of a venue with hours of its own.
const minute = 60_000;
let clock: JumpClock;
let bot: Harness;

beforeEach(() => {
  clock = new JumpClock(Date.parse('2026-11-23T10:00:00+09:00'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await bot.stop();
});

const live = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'an-app-key',
  KIS_APP_SECRET: 'an-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
/** 삼성전자 is held, SK하이닉스 is on the watchlist, 카카오 is neither. */
const start = async ({ env, simulator, ...options }: HarnessOptions & { env?: Record<string, string> } = {}) => {
  bot = await startHarness({
    clock,
    simulator: {
      hours: 'live',
      holdings: [{ symbol: '005930', quantity: 50, averageCost: 65_000 }],
      ...simulator,
    },
    env: { ...live, ...env },
    // Time is moved in steps, and no step is an answer that did not come.
    timeouts: { readMs: 600_000, orderMs: 15_000, orderQueueMs: 10_000 },
    ...options,
  });
  await bot.say('/watch add SK하이닉스');
};
/** Lets looks fall due and what they found be said. */
const pass = async (ms: number): Promise<void> => {
  for (let gone = 0; gone < ms; gone += 6_000) {
    await clock.advance(6_000);
    await turns(30);
  }
  await bot.settled();
};
const told = (text: string): readonly string[] => bot.shown().filter((shown) => shown.includes(text));
const advanceTo = async (time: string): Promise<void> => {
  await clock.advance(Date.parse(`2026-11-${time}:00+09:00`) - clock.now());
};

/** A kind of event: how it is switched on, what makes it, what is told, and how it is looked at. */
interface Kind {
  readonly name: string;
  readonly title: string;
  readonly make: () => void;
  readonly says: RegExp;
  /** A job of the hour; absent, it is looked at by itself. */
  readonly job?: string;
  /** Before it happens. */
  readonly before?: () => Promise<void>;
}

const kinds: readonly Kind[] = [
  {
    name: '상하한가',
    title: '🔺 상한가',
    make: () => bot.simulator.setPrice('005930', 91_000),
    says: /🔺 상한가 삼성전자 91,000원/,
  },
  {
    name: '상하한가',
    title: '🔻 하한가',
    make: () => {
      bot.simulator.setPrice('000660', bot.simulator.state().prices['000660']?.lower ?? 0);
      // It is there for a moment alone: the day's low still shows it.
      bot.simulator.setPrice('000660', 190_000);
    },
    says: /🔻 하한가 SK하이닉스 134,400원/,
  },
  {
    name: '52주',
    title: '📈 52주 신고가',
    make: () => bot.simulator.setPrice('000660', 213_000),
    says: /📈 52주 신고가 SK하이닉스 213,000원/,
  },
  {
    name: 'VI',
    title: '⚡ VI 발동',
    make: () => bot.simulator.setIssue('005930', { interrupted: true }),
    says: /⚡ VI 발동 삼성전자 10:0\d:\d\d · 동적 · 발동가 70,000원/,
  },
  {
    name: '거래정지',
    title: '⛔ 거래정지',
    make: () => bot.simulator.setIssue('005930', { halted: true }),
    says: /⛔ 거래정지 삼성전자/,
  },
  {
    name: '공시',
    title: '📰 새 공시·뉴스',
    make: () => bot.simulator.addNews('005930', '삼성전자, 단일판매·공급계약체결'),
    says: /📰 새 공시·뉴스 삼성전자 10:0\d 삼성전자, 단일판매·공급계약체결 · 모의공시/,
  },
  {
    name: '배당락',
    title: '💰 내일 배당락',
    job: 'dividends',
    // Who is a shareholder on Wednesday bought on Monday; Tuesday is the ex-dividend day.
    make: () => bot.simulator.addDividend('005930', '20261125', 361),
    says: /💰 내일 배당락 삼성전자 중간배당 주당 361원 · 기준일 11월 25일\n오늘 장 마감까지 산 주식은 배당을 받습니다\./,
  },
  {
    name: '수급',
    title: '🔁 수급 전환',
    job: 'flows',
    before: () => advanceTo('23T16:10'),
    make: () => {
      bot.simulator.setFlow('005930', '20261120', { foreigners: -35_000, institutions: 4_000 });
      bot.simulator.setFlow('005930', '20261123', { foreigners: 120_000, institutions: 1_000 });
    },
    says: /🔁 수급 전환 삼성전자 외국인 순매도 → 순매수 \+120,000주 \(직전 −35,000주\)/,
  },
];

const look = async ({ job }: Kind): Promise<void> => {
  if (job !== undefined) await bot.fire(job);
  await pass(2 * minute);
};

describe.each(kinds)('$title', (kind) => {
  test('is not told where nobody switched it on', async () => {
    await start();
    await kind.before?.();
    kind.make();
    await look(kind);
    expect(told(kind.title)).toHaveLength(0);
  });

  test('is told once, however often it is looked at', async () => {
    await start();
    expect(await bot.say(`/events ${kind.name} 켜기`)).toMatch(/종목 이벤트 · 관심 1종목 · 보유 1종목/);
    await kind.before?.();
    await pass(2 * minute);
    kind.make();
    await look(kind);
    expect(told(kind.title)).toHaveLength(1);
    expect(told(kind.title)[0]).toMatch(kind.says);
    await look(kind);
    expect(told(kind.title)).toHaveLength(1);
    await bot.restart();
    await look(kind);
    expect(told(kind.title)).toHaveLength(0);
    expect(bot.logs.filter((line) => /"level":(40|50)/.test(line) && line.includes('event'))).toEqual([]);
  });

  test('is not lost where it happens while the bot is away', async () => {
    await start();
    await bot.say(`/events ${kind.name} 켜기`);
    await kind.before?.();
    await pass(2 * minute);
    await bot.app().stop();
    kind.make();
    await bot.restart();
    await look(kind);
    expect(told(kind.title)).toHaveLength(1);
  });

  test('is not told any more once it is switched off', async () => {
    await start();
    await bot.say(`/events ${kind.name} 켜기`);
    await pass(2 * minute);
    await bot.say(`/events ${kind.name} 끄기`);
    await kind.before?.();
    kind.make();
    await look(kind);
    expect(told(kind.title)).toHaveLength(0);
  });
});

describe('an event', () => {
  test('of 52 weeks says what it was before', async () => {
    await start();
    await bot.say('/events 52주 켜기');
    await pass(2 * minute);
    bot.simulator.setPrice('000660', 213_000);
    await pass(2 * minute);
    expect(told('📈')).toEqual([expect.stringContaining('SK하이닉스 213,000원 (이전 212,500원)')]);
  });

  test('of an issue that is nobody’s is not told', async () => {
    await start();
    await bot.say('/events 전체 켜기');
    await pass(2 * minute);
    bot.simulator.addNews('035720', '카카오, 유상증자 결정');
    bot.simulator.setIssue('035720', { halted: true, interrupted: true });
    bot.simulator.setPrice('035720', bot.simulator.state().prices['035720']?.upper ?? 0);
    await pass(3 * minute);
    expect(told('카카오')).toEqual([]);
  });

  test('in quiet hours is held until they end', async () => {
    await start();
    await bot.say('/events 상하한가 켜기');
    await bot.say('/settings quiet 10:00-11:00');
    await pass(minute);
    bot.simulator.setPrice('005930', 91_000);
    await pass(2 * minute);
    expect(told('🔺 상한가')).toHaveLength(0);
    await advanceTo('23T11:00');
    await pass(minute);
    expect(told('🔺 상한가')).toHaveLength(1);
  });

  test('goes with the topic of events: off is off, and the page says so', async () => {
    await start();
    await bot.say('/events 상하한가 켜기');
    await bot.say('/settings 이벤트 끄기');
    expect(await bot.say('/이벤트')).toContain('켜려면 /settings events on');
    bot.simulator.setPrice('005930', 91_000);
    await pass(2 * minute);
    expect(told('🔺 상한가')).toHaveLength(0);
  });

  test('comes at once with a trade where the issue is on the socket anyway', async () => {
    await start();
    await bot.say('/events 상하한가 켜기');
    await pass(minute);
    await bot.say('/alert 000660 >= 999000');
    const before = bot.simulator.state().requests.total;
    bot.simulator.setPrice('000660', bot.simulator.state().prices['000660']?.upper ?? 0);
    await bot.told('🔺 상한가 SK하이닉스');
    expect(bot.simulator.state().requests.total).toBe(before);
    await pass(2 * minute);
    expect(told('🔺 상한가')).toHaveLength(1);
  });

  test('of many issues at once is one message', async () => {
    await start();
    await bot.say('/watch add 카카오 NAVER');
    await bot.say('/events 상하한가 켜기');
    await pass(minute);
    for (const symbol of ['000660', '035720', '035420']) {
      bot.simulator.setPrice(symbol, bot.simulator.state().prices[symbol]?.upper ?? 0);
    }
    await pass(2 * minute);
    expect(told('🔺 상한가')).toHaveLength(1);
    expect(told('🔺 상한가')[0]).toMatch(/상한가·하한가 도달 3건\n🔺 상한가 SK하이닉스 .*\n🔺 상한가 .*\n🔺 상한가/);
  });

  test('that is new beside one that was told is told alone', async () => {
    await start();
    await bot.say('/events 상하한가 켜기');
    await pass(minute);
    bot.simulator.setPrice('005930', 91_000);
    await bot.say('/watch add 삼성전자');
    await pass(minute);
    expect(told('🔺 상한가 삼성전자')).toHaveLength(1);
    await bot.app().stop();
    bot.simulator.setPrice('000660', bot.simulator.state().prices['000660']?.upper ?? 0);
    await bot.restart();
    await pass(2 * minute);
    expect(told('🔺')).toEqual([expect.stringContaining('🔺 상한가 SK하이닉스')]);
    expect(told('🔺')[0]).not.toContain('삼성전자');
  });

  test('a halt, its end and a second halt of the day are three', async () => {
    await start();
    await bot.say('/events 거래정지 켜기');
    await pass(2 * minute);
    for (const halted of [true, false, true]) {
      bot.simulator.setIssue('005930', { halted });
      await pass(2 * minute);
    }
    expect(
      bot
        .shown()
        .filter((text) => /⛔|▶️/.test(text))
        .map((text) => text.split('\n')[0]),
    ).toEqual([
      expect.stringContaining('⛔ 거래정지 삼성전자'),
      expect.stringContaining('▶️ 거래재개 삼성전자'),
      expect.stringContaining('⛔ 거래정지 삼성전자'),
    ]);
  });

  test('a halt that stands when it is first looked at is no news', async () => {
    await start();
    bot.simulator.setIssue('005930', { halted: true });
    await bot.say('/events 거래정지 켜기');
    await pass(2 * minute);
    expect(told('⛔')).toEqual([]);
  });

  test('a halt is told at once where somebody looks at the live book, and no second time by the look', async () => {
    await start();
    await bot.say('/events 거래정지 켜기');
    await pass(2 * minute);
    await bot.say('/book 삼성전자 실시간');
    await eventually('watched', () => bot.simulator.state().sockets.topics.includes('H0STMKO0|005930'));
    const before = bot.simulator.state().requests.byTr['FHKST01010100'];
    bot.simulator.setIssue('005930', { halted: true });
    await bot.told('⛔ 거래정지 삼성전자');
    expect(bot.simulator.state().requests.byTr['FHKST01010100']).toBe(before);
    await pass(2 * minute);
    expect(told('⛔ 거래정지')).toHaveLength(1);
  });

  test('that cannot be written down is told once it can be', async () => {
    await start();
    await bot.say('/events 전체 켜기');
    await pass(2 * minute);
    const disk = new DiskFaults('hoga.db');
    disk.arm((_, sql) => (/event_marks|event_states/.test(sql) && /insert/i.test(sql) ? sqliteFull : undefined));
    bot.simulator.setPrice('000660', 213_000);
    bot.simulator.setIssue('005930', { halted: true });
    bot.simulator.addNews('005930', '삼성전자, 자기주식 소각 결정');
    await pass(2 * minute);
    const all = () => ['📈', '⛔', '자기주식 소각'].map((text) => told(text).length);
    expect(all()).toEqual([0, 0, 0]);
    disk.mend();
    await pass(3 * minute);
    expect(all()).toEqual([1, 1, 1]);
  });

  test('that the first look finds and nobody can write down is told once it can be', async () => {
    await start();
    bot.simulator.setPrice('000660', 213_000);
    const disk = new DiskFaults('hoga.db');
    await bot.say('/events 52주 켜기');
    disk.arm((_, sql) => (/event_marks/.test(sql) && /insert/i.test(sql) ? sqliteFull : undefined));
    await pass(2 * minute);
    expect(told('📈')).toEqual([]);
    disk.mend();
    await pass(2 * minute);
    expect(told('📈')).toHaveLength(1);
  });

  test.each([
    ['배당락', 'dividends', 'ksdinfo-dividend', '💰 내일 배당락'],
    ['수급', 'flows', 'inquire-investor', '🔁 수급 전환'],
  ])('%s of the other issues is told where KIS refuses one', async (name, job, endpoint, title) => {
    await start();
    await bot.say(`/events ${name} 켜기`);
    if (job === 'flows') await advanceTo('23T16:10');
    for (const symbol of ['005930', '000660']) {
      bot.simulator.addDividend(symbol, '20261125', 361);
      bot.simulator.setFlow(symbol, '20261120', { foreigners: -35_000, institutions: 4_000 });
      bot.simulator.setFlow(symbol, '20261123', { foreigners: 120_000, institutions: 1_000 });
    }
    bot.simulator.setFaults({ rules: [{ on: endpoint, fault: 'refuse', code: 'OPSQ2000', text: '오류' }] });
    await bot.fire(job);
    await pass(minute);
    expect(told(title)).toHaveLength(1);
    // What was refused is asked for again by the next run.
    await bot.fire(job);
    await pass(minute);
    expect(told(title)).toHaveLength(2);
  });

  test('the ex-dividend day is told the day before, and on its morning', async () => {
    await start();
    await bot.say('/events 배당락 켜기');
    bot.simulator.addDividend('005930', '20261125', 361);
    await bot.fire('dividends');
    await bot.settled();
    expect(told('💰 내일 배당락')).toHaveLength(1);
    await advanceTo('24T08:45');
    await bot.fire('dividends');
    await bot.settled();
    expect(told('💰 오늘 배당락')).toHaveLength(1);
    expect(told('💰')).toHaveLength(2);
  });
});

describe('what it costs', () => {
  const total = (): number => bot.simulator.state().requests.total;

  test('nothing while nobody wants anything', async () => {
    await start();
    await pass(minute);
    const before = total();
    await pass(5 * minute);
    expect(total()).toBe(before);
  });

  test.each([
    ['at night', '2026-11-24T02:00:00+09:00'],
    ['on a Sunday', '2026-11-29T10:00:00+09:00'],
    ['on a holiday', '2026-12-25T10:00:00+09:00'],
  ])('nothing %s', async (_, at) => {
    clock = new JumpClock(Date.parse(at));
    await start();
    await bot.say('/events 전체 켜기');
    await pass(minute);
    const before = total();
    await pass(10 * minute);
    expect(total()).toBe(before);
  });

  test('before the opening headlines alone are read', async () => {
    clock = new JumpClock(Date.parse('2026-11-24T07:30:00+09:00'));
    await start();
    await bot.say('/events 전체 켜기');
    const calls = (name: string): number => bot.simulator.state().requests.byTr[name] ?? 0;
    const [news, ...others] = ['FHKST01011800', 'FHKST11300006', 'FHPST01390000', 'FHKST01010100'];
    const before = others.map(calls);
    await pass(2 * minute);
    expect(calls(news ?? '')).toBeGreaterThanOrEqual(2);
    expect(others.map(calls)).toEqual(before);
  });

  test('at most so many calls a minute, however many issues are watched', async () => {
    await start();
    await bot.say(
      '/watch add 카카오 NAVER 현대차 기아 셀트리온 KB금융 신한지주 LG화학 삼성SDI 삼성물산 LG전자 SK텔레콤',
    );
    await bot.say('/events 전체 켜기');
    await pass(5 * minute);
    const before = total();
    await pass(5 * minute);
    // Interruptions 2 (with the page after the last), single issues 10, news 10; and a balance every ten minutes.
    expect((total() - before) / 5).toBeLessThanOrEqual(25);
  });
});

describe('the page', () => {
  test('has a button for each kind that switches it, and counts the issues', async () => {
    await start();
    const page = await bot.say('/events');
    expect(page.replace('[실전] ', '').split('\n')).toEqual([
      expect.stringMatching(/종목 이벤트 · 관심 1종목 · 보유 1종목$/),
      '관심종목과 보유종목에 생긴 일을 알려 드립니다. 켤 것을 골라 주세요.',
      '52주 신고가·신저가: 끔',
      '변동성 완화장치 발동: 끔',
      '거래정지와 재개: 끔',
      '상한가·하한가 도달: 끔',
      '배당락 전날과 당일 아침: 끔',
      '새 공시와 뉴스 제목: 끔',
      '외국인·기관의 순매수·순매도 전환(장 마감 뒤): 끔',
    ]);
    expect(await bot.press('VI 켜기')).toContain('변동성 완화장치 발동: 켬');
    expect(await bot.press('모두 켜기')).not.toContain(': 끔');
    expect(await bot.press('모두 끄기')).not.toContain(': 켬');
    await bot.press('공시·뉴스 켜기');
    await bot.restart();
    expect(await bot.say('/종목이벤트')).toContain('새 공시와 뉴스 제목: 켬');
  });

  test.each([
    ['/events 소문 켜기', /'소문' 대신 .*52주.* 가운데 하나를 써 주세요\. 예: \/events 52주 켜기$/],
    ['/events 52주', /켜기\|끄기[가이] 빠졌습니다\. 예: \/events 52주 켜기$/],
    ['/events 52주 반쯤', /'반쯤' 대신 켜기, 끄기 가운데 하나를 써 주세요\. 예: \/events 52주 켜기$/],
    ['/events 52주 켜기 지금', /'지금'은 여기에 쓰지 않는 말입니다\. .*예: \/events/],
  ])('%s is one sentence with an example', async (line, sentence) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toMatch(sentence);
    expect(answer).not.toContain('\n');
    expect(await bot.say('/events')).not.toContain(': 켬');
  });

  test('says on paper what paper does not offer, and tells the rest', async () => {
    await start({
      simulator: { kind: 'paper', callsPerSecond: 1_000 },
      env: { ...live, KIS_ENV: 'paper' },
    });
    await bot.say('/events 전체 켜기');
    await pass(2 * minute);
    expect(await bot.say('/events')).toMatch(/변동성 완화장치 발동: 켬 · 모의투자는 이 자료가 없습니다/);
    bot.simulator.setPrice('005930', 91_000);
    await pass(3 * minute);
    expect(told('🔺 상한가')).toHaveLength(1);
    await eventually('nothing failed', () => !bot.logs.some((line) => line.includes('"level":50')));
  });
});
