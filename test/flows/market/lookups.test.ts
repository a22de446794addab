import { afterEach, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
afterEach(async () => {
  await bot.stop();
});
const keys = {
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
const onPaper: HarnessOptions = { env: { KIS_ENV: 'paper', ...keys }, simulator: { kind: 'paper' } };

test('/price tells buy volume over sell volume', async () => {
  await start();
  expect(await bot.say('/price 005930')).toMatch(/체결강도 \d+\.\d%/);
});

test('/book has ten levels a side, asks above, and the sums', async () => {
  await start();
  const lines = (await bot.say('/호가 005930')).split('\n');
  const { ask, bid } = bot.simulator.state().prices['005930'] ?? { ask: 0, bid: 0 };
  expect(lines).toHaveLength(2 + 1 + 20 + 1);
  expect(lines[12]).toContain(ask.toLocaleString('en-US'));
  expect(lines[13]).toContain(bid.toLocaleString('en-US'));
  // One column ends where the column above it ends.
  const ends = lines.slice(3, 13).map((line) => /^\s*[\d,]+\s+[\d,]+/.exec(line)?.[0].length);
  expect(new Set(ends).size).toBe(1);
});

test('/book tells what an auction would trade at, and nothing of it afterwards', async () => {
  const clock = new JumpClock(Date.parse('2026-11-23T08:50:00+09:00'));
  await start({ clock, env: { KIS_ENV: 'live', ...keys }, simulator: { hours: 'live' } });
  expect(await bot.say('/book 삼성전자')).toContain('예상체결');
  await clock.advance(15 * 60_000);
  expect(await bot.say('/book 삼성전자')).not.toContain('예상체결');
});

test.each([
  ['/info 삼성전자', ['삼성전자 005930', '시가총액', 'PER', '52주 최고', '배당']],
  ['/info 069500', ['KODEX 200']],
  ['/fin 삼성전자', ['연간 재무', '매출', 'ROE', '자산', '유동비율']],
  ['/fin 005930 분기', ['분기 재무']],
  ['/fin KODEX 200', ['재무제표가 없습니다']],
  ['/opinion 삼성전자', ['투자의견', '평균 목표가']],
  ['/opinion 005930 증권사별', ['투자의견']],
  ['/flow 삼성전자', ['수급', '개인', '외국인 소진율', '매수체결']],
  ['/flow 외국인 순매수', ['외국인 순매수', '가집계']],
  ['/flow 기관 순매도', ['기관 순매도']],
  ['/news 삼성전자', ['삼성전자 뉴스']],
  ['/news', ['시장 뉴스']],
  ['/index', ['코스피 ', '코스닥 ', '코스피200 ']],
  ['/지수 코스닥', ['코스닥 ', '상승', '거래량']],
  ['/rank', ['거래량 순위 · 전체']],
  ['/rank 상승', ['상승률 순위']],
  ['/rank 하락 코스닥', ['하락률 순위 · 코스닥']],
  ['/rank 거래대금 코스피', ['거래대금 순위 · 코스피']],
  ['/rank 시총', ['시가총액 순위']],
  ['/rank 시간외', ['시간외 잔량 순위']],
  ['/rank 매수잔량', ['순매수잔량 순위']],
  ['/rank 신고가', ['신고가 근접 순위']],
  ['/balance', ['주문가능', '총평가']],
  ['/balance 자산', ['자산현황', '총자산']],
])('%s', async (line, parts) => {
  await start();
  const answer = await bot.say(line);
  for (const part of parts) expect(answer).toContain(part);
  expect(answer).not.toMatch(/undefined|NaN|null/);
});

test('a long ranking is turned in place', async () => {
  await start();
  await bot.say('/rank 시총');
  const before = bot.shown().length;
  expect(await bot.press('다음 ▶')).toMatch(/ 2\/\d/);
  expect(await bot.press('◀ 이전')).toMatch(/ 1\/\d/);
  expect(bot.shown()).toHaveLength(before);
});

test.each([
  ['/rank 어제', "'어제' 대신 거래량, 거래대금"],
  ['/fin 삼성전자 매월', "'매월' 대신 연간, 분기 가운데 하나를 써 주세요. 예: /fin 삼성전자"],
  ['/news 삼성전자 스물', '쪽 번호가 아닙니다'],
  ['/index 나스닥', "'나스닥' 대신 코스피, 코스닥, 코스피200"],
  ['/book', '종목이 빠졌습니다. 예: /book 삼성전자'],
  ['/info 없는회사', '종목을 찾지 못했습니다'],
])('%s is answered in one sentence', async (line, sentence) => {
  await start();
  const answer = await bot.say(line);
  expect(answer).toContain(sentence);
  expect(answer.split('\n')).toHaveLength(1);
});

test.each(['/rank', '/fin 삼성전자', '/opinion 삼성전자', '/news', '/flow 외국인', '/balance 자산'])(
  '%s on paper without a live key says what it takes',
  async (line) => {
    await start(onPaper);
    const answer = await bot.say(line);
    expect(answer).toMatch(/모의투자/);
    expect(answer.split('\n')).toHaveLength(1);
  },
);

test('on paper what paper has is shown all the same', async () => {
  await start(onPaper);
  expect(await bot.say('/info 삼성전자')).toContain('삼성전자 005930');
  expect(await bot.say('/flow 삼성전자')).toContain('수급');
  expect(await bot.say('/balance')).toMatch(/예수금[\s\S]*주문가능 10,000,000원/);
  expect(await bot.say('/index')).toMatch(/코스피 [\d,.]+[\s\S]*코스닥 [\d,.]+[\s\S]*코스피200 [\d,.]+/);
  expect(await bot.say('/index 코스닥')).toMatch(/코스닥 [\s\S]*시가\/고가\/저가/);
  expect(await bot.say('/book 삼성전자')).toContain('합계');
});
