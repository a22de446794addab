import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JumpClock, turns } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// Conditions kept at KIS that are watched: what newly meets one is told.
const minute = 60_000;
let clock: JumpClock;
let bot: Harness;
beforeEach(() => {
  clock = new JumpClock(Date.parse('2026-11-23T10:00:00+09:00'));
});
afterEach(() => bot.stop());

const start = async (hours: 'live' | 'open' = 'live'): Promise<void> => {
  bot = await startHarness({
    fewPings: true,
    clock,
    simulator: { hours },
    timeouts: { readMs: 600_000, orderMs: 15_000, orderQueueMs: 10_000 },
  });
  bot.simulator.setScreen('내 조건', ['005930']);
};
const pass = async (ms: number): Promise<void> => {
  for (let gone = 0; gone < ms; gone += 6_000) {
    await clock.advance(6_000);
    await turns(30);
  }
  await bot.settled();
};
const told = (): readonly string[] => bot.shown().filter((text) => text.includes('🔎'));
const looks = (): number => bot.simulator.state().requests.byTr['HHKST03900400'] ?? 0;

describe('a watched condition', () => {
  test('tells what newly meets it, once a day; what meets it at first is not told', async () => {
    await start();
    expect(await bot.say('/screen watch 내 조건')).toMatch(/'내 조건' 조건을 지켜봅니다\. 장중에 1분마다 확인해/);
    await pass(2 * minute);
    expect(told()).toEqual([]);
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    expect(told()).toEqual([expect.stringMatching(/🔎 조건 편입 내 조건\nSK하이닉스 000660 192,000원/)]);
    // It leaves, and comes again on the same day.
    bot.simulator.setScreen('내 조건', []);
    await pass(2 * minute);
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    // The first one left too, and was not told today.
    expect(told().slice(1)).toEqual([expect.stringMatching(/조건 편입 내 조건\n삼성전자/)]);
    expect(told()).toHaveLength(2);
    expect(told()[1]).not.toContain('SK하이닉스');
  });

  test('over a restart nothing is told twice, and nothing is lost', async () => {
    await start();
    await bot.say('/조건검색 지켜보기 내조건');
    await pass(2 * minute);
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    expect(told()).toHaveLength(1);
    await bot.app().stop();
    bot.simulator.setScreen('내 조건', ['005930', '000660', '035720']);
    await bot.restart();
    await pass(2 * minute);
    expect(told()).toEqual([expect.stringMatching(/조건 편입 내 조건\n카카오 035720/)]);
  });

  test('is told again on another day', async () => {
    await start();
    await bot.say('/screen watch 내 조건');
    await pass(2 * minute);
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    bot.simulator.setScreen('내 조건', ['005930']);
    await pass(2 * minute);
    await clock.advance(24 * 60 * minute);
    await pass(2 * minute);
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    expect(told()).toHaveLength(2);
  });

  test('is found by its name where its number changed', async () => {
    await start();
    bot.simulator.setScreen('다른 조건', ['035420']);
    await bot.say('/screen watch 다른 조건');
    await pass(2 * minute);
    bot.simulator.dropScreen('내 조건');
    await pass(3 * minute);
    bot.simulator.setScreen('다른 조건', ['035420', '000660']);
    await pass(2 * minute);
    expect(told()).toEqual([expect.stringMatching(/조건 편입 다른 조건\nSK하이닉스/)]);
  });

  test('in quiet hours is held, and with the topic off not told', async () => {
    await start();
    await bot.say('/screen watch 내 조건');
    await pass(2 * minute);
    await bot.say('/settings quiet 10:00-10:30');
    bot.simulator.setScreen('내 조건', ['005930', '000660']);
    await pass(2 * minute);
    expect(told()).toEqual([]);
    await clock.advance(30 * minute);
    await pass(minute);
    expect(told()).toHaveLength(1);
    expect(await bot.say('/settings events off')).toContain(': 끔');
    bot.simulator.setScreen('내 조건', ['005930', '000660', '035720']);
    await pass(2 * minute);
    expect(told()).toHaveLength(1);
  });

  test('is looked at once a minute in market hours, whoever watches it, and never else', async () => {
    await start();
    await bot.say('/screen watch 내 조건');
    await bot.say('/screen watch 거래량 급증');
    await pass(minute);
    const before = looks();
    await pass(10 * minute);
    expect(looks() - before).toBeGreaterThan(16);
    expect(looks() - before).toBeLessThanOrEqual(20);
    await clock.advance(8 * 60 * minute);
    const evening = looks();
    await pass(10 * minute);
    expect(looks()).toBe(evening);
  });

  test('is one of three, with a button that ends each', async () => {
    await start();
    for (const name of ['내 조건', '거래량 급증', '골든크로스 후보']) await bot.say(`/screen watch ${name}`);
    expect(await bot.say('/screen watch 상한가 종목')).toMatch(
      /조건은 3개까지 지켜볼 수 있습니다\. 하나를 그만 보고 다시 해 주세요\. 예: \/screen unwatch 내 조건$/,
    );
    // One that is watched already is none more.
    expect(await bot.say('/screen watch 내 조건')).toContain('지켜봅니다');
    expect(await bot.press('거래량 급증 그만 보기')).toContain("'거래량 급증' 조건을 더 지켜보지 않습니다");
    expect(await bot.say('/events')).toContain('지켜보는 조건검색(3개까지): 골든크로스 후보, 내 조건');
    expect(await bot.say('/screen unwatch 골든크로스후보')).toMatch(/지켜보는 조건검색\(3개까지\)\n1\. 내 조건$/);
    await bot.restart();
    expect(await bot.say('/screen watch')).toContain('1. 내 조건');
  });

  test('is chosen with a button under what meets it', async () => {
    await start('open');
    await bot.say('/screen');
    await bot.press('내 조건');
    expect(await bot.press('이 조건 지켜보기')).toContain("'내 조건' 조건을 지켜봅니다");
  });

  test.each([
    ['/screen watch 없는 조건', /'없는 조건' 조건이 없습니다\. .*예: \/screen/],
    ['/screen unwatch 내 조건', /'내 조건' 조건은 지켜보고 있지 않습니다\. .*예: \/screen/],
    ['/screen unwatch', /조건식[이가] 빠졌습니다\. 예: \/screen/],
  ])('%s is one sentence', async (line, sentence) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toMatch(sentence);
    expect(answer).not.toContain('\n');
  });
});
