import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock, turns } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ fewPings: true, ...options });
};
afterEach(() => bot.stop());

const paper: HarnessOptions = {
  simulator: { kind: 'paper' },
  env: {
    KIS_ENV: 'paper',
    KIS_APP_KEY: 'paper-app-key',
    KIS_APP_SECRET: 'paper-app-secret',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
  },
};
const candles = (): number => {
  const { byTr } = bot.simulator.state().requests;
  return byTr['FHKST03010100'] ?? 0;
};

describe('conditions kept at KIS', () => {
  test('are buttons, and what meets one is listed in pages', async () => {
    await start();
    expect(await bot.say('/screen')).toContain('HTS에 저장한 조건을 골라');
    expect(await bot.press('거래량 급증')).toMatch(/조건검색 \d+종목\n[\s\S]*%/);
    expect(await bot.say('/조건검색')).toContain('조건검색');
    // Nothing is at its upper limit.
    expect(await bot.press('상한가 종목')).toContain('조건에 맞는 종목이 없습니다');
    bot.simulator.setPrice('005930', 91_000);
    await bot.say('/screen');
    expect(await bot.press('상한가 종목')).toMatch(/조건검색 1종목\n91,000 {2}\+30\.00% 삼성전자 005930/);
  });

  test('need a live key and the name of the login, and say so; the search of our own needs neither', async () => {
    await start(paper);
    const answer = await bot.say('/screen');
    expect(answer).toContain('KIS_LIVE_APP_KEY');
    expect(bot.button('골든크로스')).toBe('run:/screen golden');
  });

  test.each([
    ['/screen 뭐든지', '조건식을 모릅니다'],
    ['/screen golden 시총>=1원', '기준을 읽지 못했습니다'],
    ['/screen golden 21일', '기준을 읽지 못했습니다'],
    ['/screen 0 시총≥1조', '골든크로스에만'],
  ])('%s is one sentence', async (line, sentence) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toContain(sentence);
    expect(answer).toContain('예: /screen golden');
  });
});

describe('the golden cross', () => {
  test('is looked for in all there is, in place of what was said first, and kept while the figures are', async () => {
    await start();
    const before = bot.shown().length;
    expect(await bot.say('/screen 골든크로스 20일')).toContain('최근 20거래일 안에 50일선이 200일선을 넘음');
    const found = await bot.told('전체 30종목 · 10:00 기준');
    expect(bot.shown()).toHaveLength(before + 1);
    expect(found).toMatch(/\d% \S+ \d{6} (?:오늘|\d+거래일 전)/);
    const asked = candles();
    expect(asked).toBe(90);
    expect(await bot.say('/screen golden 20d')).toContain('전체 30종목 · 10:00 기준');
    expect(candles()).toBe(asked);
    // Prices of today go on; what is kept of the days before is not asked for again.
    await bot.clock.advance(11 * 60_000);
    await bot.say('/screen golden 20d');
    await bot.told('전체 30종목 · 10:11 기준');
    expect(candles()).toBe(asked);
    // A day later, of each the days since.
    await bot.clock.advance(24 * 3_600_000);
    await bot.say('/screen golden 20d');
    await bot.told('전체 30종목 · 10:11 기준');
    await eventually('another look', () => candles() === asked + 30);
  });

  test('leaves out what is too small or too little traded', async () => {
    await start();
    await bot.say('/screen golden 20일');
    const all = (await bot.told('전체 30종목')).split('\n').slice(2);
    expect(all.length).toBeGreaterThan(0);
    const answer = await bot.say('/screen golden 시총 ≥ 10,000조 거래대금>=1억 20일');
    expect(answer).toContain('시총 10,000조원 이상 · 거래대금(20일 평균) 1.0억원 이상');
    await bot.told('조건에 맞는 종목이 없습니다');
    await bot.say('/screen golden cap>=1bn 20d');
    const some = await eventually('the result', () =>
      bot.shown().findLast((text) => text.includes('시총') && text.includes('기준') && /\d{6}/.test(text)),
    );
    expect(some.split('\n').slice(2)).toEqual(all);
  });

  test('tells how far it is, once a second at most, and can be stopped', async () => {
    const clock = new JumpClock();
    await start({ clock, env: { KIS_CALLS_PER_SECOND: '10' } });
    void bot.say('/screen golden');
    const shown = await eventually('a search', () =>
      bot.chat().messages.findLast(({ text }) => text.includes('골든크로스')),
    );
    const steps = new Set<string>();
    const began = clock.now();
    while (clock.now() - began < 6_000) {
      await clock.advance(100);
      await bot.settled();
      const step = /(\d+)\/30 살펴보는 중/.exec(shown.text)?.[1];
      if (step !== undefined) steps.add(step);
    }
    expect(steps.size).toBeGreaterThan(2);
    expect(shown.edits).toBeLessThanOrEqual(6);
    expect(await bot.say('/screen golden 3일')).toContain('이미 찾고 있습니다');
    await bot.press('그만');
    const stopped = await bot.told('검색을 멈췄습니다');
    expect(stopped).toMatch(/전체 30종목 중 \d+종목/);
    const calls = candles();
    await clock.advance(10_000);
    expect(candles()).toBe(calls);
    expect(await bot.say('/screen stop')).toContain('진행 중인 검색이 없습니다');
  });

  test('lets those go first who wait for an answer', async () => {
    const clock = new JumpClock();
    await clock.hurried(start({ clock, env: { KIS_CALLS_PER_SECOND: '1' } }));
    void bot.say('/screen golden');
    const until = async (what: string, holds: () => boolean): Promise<void> =>
      eventually(what, async () => {
        await clock.advance(50);
        return holds();
      }).then(() => undefined);
    await until('a look', () => candles() > 0);
    const before = candles();
    const prices = (): number => bot.simulator.state().requests.byTr['FHKST01010100'] ?? 0;
    // The search waits for its next turn when somebody asks for a price.
    await turns(50);
    void bot.hand({ kind: 'text', text: '/price 005930' });
    await turns(50);
    await until('the price asked for', () => prices() > 0);
    expect(candles()).toBe(before);
    void bot.hand({ kind: 'text', text: '/screen stop' });
    await until('stopped', () => bot.shown().some((text) => text.includes('검색을 멈췄습니다')));
  });

  test('is looked for in what one watches and holds where there is no ranking', async () => {
    await start(paper);
    await bot.say('/screen golden');
    await bot.told('둘 다 없습니다');
    await bot.say('/watch add 삼성전자 카카오');
    await bot.say('/buy SK하이닉스 1');
    await bot.press('확인');
    await bot.told('체결 SK하이닉스');
    await bot.say('/screen golden 20일');
    expect(await bot.told('관심·보유 3종목')).toContain('전 종목은 볼 수 없어');
  });

  test('skips an issue that KIS refuses, and ends with a sentence when KIS is gone', async () => {
    await start();
    bot.simulator.setFaults([
      { on: 'inquire-daily-itemchartprice', fault: 'refuse', code: 'MCA05918', text: '종목코드 오류입니다.', times: 1 },
    ]);
    await bot.say('/screen golden');
    expect(await bot.told('1종목은 읽지 못함')).toContain('전체 29종목');
    bot.simulator.setFaults([
      { on: 'any', fault: 'refuse', code: 'EGW00201', text: '초당 거래건수 초과', times: 1_000 },
    ]);
    await bot.say('/screen golden 7일');
    for (let second = 0; second < 30; second += 1) await bot.clock.advance(1_000);
    await bot.told('KIS 요청이 몰려 있습니다');
  });

  test('is forgotten when the process ends', async () => {
    const clock = new JumpClock();
    await start({ clock, env: { KIS_CALLS_PER_SECOND: '5' } });
    const asked = bot.say('/screen golden');
    await clock.advance(3_000);
    await asked;
    await bot.restart();
    expect(bot.logs.join('\n')).not.toContain('screen failed');
    expect(await bot.say('/screen stop')).toContain('진행 중인 검색이 없습니다');
  });
});
