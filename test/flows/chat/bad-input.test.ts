import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
beforeAll(async () => {
  bot = await startHarness({ env: { HOGA_MAX_ORDER_KRW: '3000000' } });
});
afterAll(async () => {
  await bot.stop();
});

const cases: readonly (readonly [string, RegExp])[] = [
  ['/price', /종목이 빠졌습니다\. 예: \/price 삼성전자$/],
  ['/price 없는회사', /'없는회사' 종목을 찾지 못했습니다\. .*예: \/price/],
  ['/buy', /종목이 빠졌습니다\. 예: \/buy 삼성전자 10 70000$/],
  ['/buy 삼성전자', /수량이 빠졌습니다\. 예: \/buy/],
  ['/buy 999999 10', /'999999' 종목을 찾지 못했습니다\. .*예: \/buy/],
  ['/buy 삼성전자 0', /수량은 1주 이상이어야 합니다\. 예: \/buy/],
  ['/buy 삼성전자 1.5', /수량은 1 이상의 정수여야 합니다\('1\.5'\)\. 예: \/buy/],
  ['/buy 삼성전자 -3', /정수여야 합니다\('-3'\)\. 예: \/buy/],
  ['/buy 삼성전자 열', /'열'은 수량이 아닙니다\. .*예: \/buy/],
  ['/buy 삼성전자 10 70050', /호가단위가 100원이라 70,050원은 안 됩니다\. 70,000원 또는 70,100원이 됩니다\.$/],
  ['/buy 삼성전자 10 싸게', /'싸게'는 가격이 아닙니다\. .*예: \/buy/],
  ['/buy 삼성전자 10 91100', /상한가 91,000원을 넘습니다/],
  ['/buy 삼성전자 10 48900', /하한가 49,000원보다 낮습니다/],
  ['/buy 삼성전자 43 70000', /1회 한도 3,000,000원을 넘습니다\(3,010,000원\)\. 42주까지 됩니다\./],
  ['/buy 10 70000', /순서가 다릅니다\. 종목을 먼저 써 주세요\. 예: \/buy/],
  ['/buy 삼성전자 10 70000 지금', /'지금'은 방식이 아닙니다\. .* 예: \/buy/],
  ['/sell 삼성전자 1 70000', /매도할 수 있는 수량이 없습니다/],
  ['/cancel', /주문번호가 빠졌습니다\. 예: \/cancel/],
  ['/cancel 내일', /'내일'은 주문번호가 아닙니다\. .*예: \/cancel/],
  ['/cancel 12345678901', /'12345678901'은 주문번호가 아닙니다/],
  ['/cancel 12345678905', /'12345678905'는 주문번호가 아닙니다/],
  ['/cancel 내일', /번호나 '전부'로 써 주세요/],
  ['/amend 내일 70000', /'내일'은 주문번호가 아닙니다\. \/orders 의 번호로 써 주세요\. 예: \/amend/],
  ['/amend 1234 시장가', /'시장가'는 가격이 아닙니다\. 70000이나 7만원처럼 써 주세요\. 예: \/amend/],
  ['/balance 내일', /'내일' 대신 '자산'만 쓸 수 있습니다\. 예: \/balance/],
  ['/cancel 77', /취소할 미체결 주문이 없습니다/],
  ['/nonsense', /'\/nonsense' 명령을 모릅니다\. \/help/],
  ['안녕하세요', /명령은 \/로 시작합니다\. 문장은 .* \/help/],
  ['/', /명령을 모릅니다/],
  ['가'.repeat(5_000), /메시지가 너무 깁니다\(5,000자\)\. 500자 안으로 써 주세요\./],
  [`/price ${'가'.repeat(300)}`, /종목을 찾지 못했습니다/],
  ['/price <b>삼성</b>', /종목을 찾지 못했습니다/],
];

describe('bad input gets one sentence', () => {
  test.each(cases)('%s', async (typed, sentence) => {
    const answer = await bot.say(typed);
    expect(answer.replace(/^\[시뮬레이터\] /, '')).toMatch(sentence);
    expect(answer).not.toContain('\n');
    expect(answer.length).toBeLessThan(200);
  });

  test('and nothing reached the venue, and nothing was taken for a fault of ours', () => {
    expect(bot.simulator.state().orders).toHaveLength(0);
    expect(bot.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  test('a line of a hundred names is answered at once, whatever they are', async () => {
    const startedAt = performance.now();
    await bot.say(`/price ${'삼바 '.repeat(160)}`);
    await bot.say(`/price ${'가 '.repeat(200)}`);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('a button of yesterday', async () => {
    await bot.hand({ kind: 'press', button: 'confirm:0123456789ab' });
    expect(await bot.told('이 주문표를 찾지 못했습니다')).toBeTruthy();
    await bot.hand({ kind: 'press', button: 'what:is:this' });
    await bot.hand({ kind: 'press', button: '' });
  });

  test('more than the cash, and more than the day allows', async () => {
    const poor = await startHarness({ simulator: { cash: 500_000 }, env: { HOGA_MAX_DAILY_KRW: '400000' } });
    try {
      expect(await poor.say('/buy 005930 8 70000')).toMatch(/주문가능금액이 모자랍니다\. 지금 7주까지 살 수 있습니다/);
      expect(await poor.say('/buy 005930 6 70000')).toMatch(/하루 한도 400,000원을 넘습니다/);
      expect(await poor.say('/buy 005930 3 60000')).toContain('주문표');
      await poor.press('확인');
      expect(await poor.say('/buy 005930 4 60000')).toMatch(/오늘 180,000원을 썼고/);
    } finally {
      await poor.stop();
    }
  });

  test('English for those who set it', async () => {
    const english = await startHarness({ env: { HOGA_LANG: 'en' } });
    try {
      expect(await english.say('/buy 005930 0')).toBe(
        '[simulator] The quantity must be at least one share. Example: /buy 삼성전자 10 70000',
      );
      expect(await english.say('/price')).toContain('The stock is missing. Example: /price');
      expect(await english.say('/help trade')).toContain('makes a buy ticket');
    } finally {
      await english.stop();
    }
  });
});
