import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness(options);
  return bot;
};
afterEach(async () => {
  await bot.stop();
});
const fired = (): readonly string[] => bot.shown().filter((text) => text.includes('🔔'));
/** Prices go through the socket; a message answered after them shows that they came. */
const move = async (symbol: string, ...prices: readonly number[]): Promise<void> => {
  for (const price of prices) {
    const before = bot.simulator.state().prices[symbol]?.last;
    bot.simulator.setPrice(symbol, price);
    if (before !== price)
      await eventually('a tick', async () => (await bot.say('/status')).includes('마지막 체결가 0초'));
  }
};

/** After a restart the prices are looked at in the background: this many registrations, fill notices included, are back. */
const watching = (count = 2): Promise<boolean> =>
  eventually('watched', () => bot.simulator.state().sockets.registrations === count);

describe('an alert', () => {
  test('fires when the price is crossed, once, with the price', async () => {
    await start();
    expect(await bot.say('/alert 삼성전자 >= 71000')).toMatch(/알림을 만들었습니다\n삼성전자 71,000원 이상/);
    bot.simulator.setPrice('005930', 70_900);
    bot.simulator.setPrice('005930', 71_100);
    expect(await bot.told('🔔 알림 삼성전자')).toContain('현재가 71,100원');
    bot.simulator.setPrice('005930', 70_000);
    bot.simulator.setPrice('005930', 72_000);
    expect(await bot.say('/alerts')).toContain('알림이 없습니다');
    expect(fired()).toHaveLength(1);
  });

  test('at or below, in Korean words', async () => {
    await start();
    await bot.say('/alert 005930 69,000원 이하');
    bot.simulator.setPrice('005930', 69_100);
    bot.simulator.setPrice('005930', 69_000);
    await bot.told('🔔 알림 삼성전자 69,000원 이하');
  });

  test('on a level that holds already waits for the price to come back', async () => {
    await start();
    expect(await bot.say('/alert 005930 >= 69000')).toContain('지금 이미 그 가격입니다');
    await move('005930', 70_500);
    expect(fired()).toHaveLength(0);
    bot.simulator.setPrice('005930', 68_900);
    bot.simulator.setPrice('005930', 69_000);
    await bot.told('🔔 알림 삼성전자');
  });

  test('lives through a restart; what fired is not told again, what was crossed meanwhile is', async () => {
    await start();
    await bot.say('/alert 005930 >= 71000');
    await bot.say('/alert 005930 <= 69000');
    bot.simulator.setPrice('005930', 71_000);
    await bot.told('🔔 알림 삼성전자 71,000원 이상');
    await bot.restart();
    await watching();
    await move('005930', 71_100, 70_900, 71_200);
    expect(fired()).toHaveLength(0);
    expect(await bot.say('/alerts')).toContain('1. 삼성전자 69,000원 이하');
    await bot.app().stop();
    bot.simulator.setPrice('005930', 68_000);
    await bot.restart();
    await bot.told('🔔 알림 삼성전자 69,000원 이하');
    await bot.restart();
    expect(await bot.say('/alerts')).toContain('알림이 없습니다');
    expect(fired()).toHaveLength(0);
  });

  test('keeps over a restart which side it saw', async () => {
    await start();
    await bot.say('/alert 005930 >= 69000');
    await bot.say('/alert 000660 >= 190000');
    await move('000660', 189_000);
    await bot.restart();
    await watching(3);
    // The one still waits for its first price below; the other has seen its own.
    bot.simulator.setPrice('000660', 190_500);
    await bot.told('🔔 알림 SK하이닉스');
    await move('005930', 70_500);
    expect(fired()).toHaveLength(1);
    await move('005930', 68_900, 69_000);
    await bot.told('🔔 알림 삼성전자');
  });

  test('crossed while the socket was away is told when it is back', async () => {
    await start();
    await bot.say('/alert 005930 >= 71000');
    bot.simulator.setFaults({ dropSockets: true });
    await eventually('dropped', () => bot.simulator.state().sockets.open === 0);
    bot.simulator.setPrice('005930', 71_500);
    await bot.clock.advance(4_000);
    await bot.told('🔔 알림 삼성전자');
    expect(fired()).toHaveLength(1);
  });

  test('is deleted by its button, by its owner alone', async () => {
    await start({ env: { HOGA_VIEWERS: 'telegram:5' } });
    await bot.say('/alert 005930 >= 71000');
    await bot.say('/alert 000660 >= 999000');
    expect(await bot.say('/alerts')).toContain('2. SK하이닉스');
    const button = bot.button('1번 지우기');
    await bot.hand({ kind: 'press', button }, 'telegram:5');
    await bot.told('그 알림은 없습니다');
    expect(await bot.press('1번 지우기')).not.toContain('삼성전자');
    bot.simulator.setPrice('005930', 71_500);
    await move('000660', 150_500);
    expect(fired()).toHaveLength(0);
    expect(bot.simulator.state().sockets.registrations).toBe(2);
  });

  test.each([
    ['/alert', /종목이 빠졌습니다\. 예: \/alert/],
    ['/alert 삼성전자', /조건이 빠졌습니다\. 예: \/alert/],
    ['/alert 삼성전자 > 5', /'> 5'.* 조건을 읽지 못했습니다\. .*예: \/alert/],
    ['/alert 삼성전자 71000', /조건을 읽지 못했습니다/],
    ['/alert 삼성전자 >= 0', /조건을 읽지 못했습니다/],
    ['/alert 없는종목 >= 1', /종목을 찾지 못했습니다/],
    ['/unalert nothing', /그 알림은 없습니다/],
  ])('%s gets one sentence', async (typed, sentence) => {
    await start();
    expect(await bot.say(typed)).toMatch(sentence);
  });
});

/** The exchange's hours decide, and not the demo's that never end. */
const liveKeys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};

describe('a condition', () => {
  test.each([
    ['/alert 삼성전자 +3%', '등락률 +3% 이상\n오늘 기준 72,100원 이상\n현재가 70,000원', 72_000, 72_100],
    ['/알림 삼성전자 등락률 -5% 이하', '등락률 -5% 이하\n오늘 기준 66,500원 이하', 66_600, 66_500],
    ['/alert 삼성전자 7만1천원 이상', '삼성전자 71,000원 이상\n현재가', 70_900, 71_000],
  ])('%s is said in words, with what it is today', async (line, words, near, met) => {
    await start();
    expect(await bot.say(line)).toContain(words);
    await move('005930', near);
    expect(fired()).toHaveLength(0);
    bot.simulator.setPrice('005930', met);
    const told = await bot.told('🔔 알림 삼성전자');
    expect(told).toContain(`현재가 ${met.toLocaleString('en-US')}원`);
    expect(
      bot
        .chat()
        .messages.at(-1)
        ?.buttons.map(({ label }) => label),
    ).toEqual(['현재가', '매수', '매도']);
  });

  test.each([
    ['카카오', '신고가', '52주 신고가'],
    ['삼성전자', '신저가', '52주 신저가'],
    ['삼성전자', '20일선 위', '20일선 위'],
    ['삼성전자', '60일선 아래', '60일선 아래'],
    ['삼성전자', '골든크로스 5 20', '골든크로스 5·20일선'],
    ['삼성전자', '데드크로스', '데드크로스 5·20일선'],
  ])('%s %s is reckoned from the days before', async (name, typed, words) => {
    await start();
    const said = await bot.say(`/alert ${name} ${typed}`);
    expect(said).toContain(`${name} ${words}\n`);
    const symbol = name === '카카오' ? '035720' : '005930';
    const [, level = '', direction] = /오늘 기준 ([\d,]+)원 (이상|이하)/.exec(said) ?? [];
    // A price below and above it: one of them fires, from whichever side it starts.
    const threshold = Number(level.replaceAll(',', ''));
    const tick = (price: number): number => Math.round(price / 100) * 100;
    const sides = direction === '이상' ? [threshold - 300, threshold + 300] : [threshold + 300, threshold - 300];
    for (const price of sides) await move(symbol, tick(price));
    expect(await bot.told(`🔔 알림 ${name} ${words}`)).toContain(`오늘 기준 ${level}원 ${direction}`);
  });

  test('on volume is met by what was traded, at whatever price', async () => {
    await start();
    const said = await bot.say('/alert 삼성전자 거래량 1.5배 매번');
    const [, shares = ''] = /오늘 기준 ([\d,]+)주 이상/.exec(said) ?? [];
    expect(said).toContain('거래량 20일 평균의 1.5배 이상 · 매번');
    const level = Number(shares.replaceAll(',', ''));
    bot.simulator.trade('005930', 'buy', 10, 70_000);
    await move('005930', 70_100);
    expect(fired()).toHaveLength(0);
    bot.simulator.trade('005930', 'buy', level, 70_000);
    expect(await bot.told('🔔 알림')).toMatch(/현재가 70,000원\n거래량 [\d,]+주\n오늘 기준/);
  });

  test('armed before a restart fires after it', async () => {
    await start();
    await bot.say('/alert 삼성전자 +3%');
    await bot.restart();
    await watching();
    expect(await bot.say('/alerts')).toContain('1. 삼성전자 등락률 +3% 이상 · 오늘 기준 72,100원 이상');
    bot.simulator.setPrice('005930', 72_100);
    await bot.told('🔔 알림 삼성전자 등락률 +3% 이상');
  });

  test('every time: goes back first, is told once a minute, and deleted by its button', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000 매번');
    await move('005930', 71_000, 71_100, 70_900, 71_000);
    await bot.told('🔔 알림');
    expect(fired()).toHaveLength(1);
    await bot.restart();
    await watching();
    await move('005930', 71_200);
    expect(fired()).toHaveLength(0);
    await bot.clock.advance(61_000);
    await move('005930', 70_900, 71_300);
    expect(await bot.told('🔔 알림')).toContain('매번');
    expect(await bot.press('알림 지우기')).toContain('알림이 없습니다');
    await bot.clock.advance(61_000);
    expect(bot.simulator.state().sockets.registrations).toBe(1);
  });

  test('every time: reached again too soon, it is told when the minute is over, though nothing trades', async () => {
    await start();
    await bot.say('/alert 005930 >= 71000 매번');
    await move('005930', 71_000);
    await eventually('told', () => fired().length === 1);
    await move('005930', 70_000, 71_500);
    expect(fired()).toHaveLength(1);
    await bot.clock.advance(61_000);
    await eventually('told again', () => fired().length === 2);
    expect(fired()[1]).toContain('현재가 71,500원');
    await bot.clock.advance(300_000);
    expect(fired()).toHaveLength(2);
  });

  test('has a last day, and ends with one sentence', async () => {
    await start();
    expect(await bot.say('/alert 삼성전자 >= 71000 1일')).toContain('71,000원 이상 · 2026-11-24까지');
    expect(await bot.say('/alert 삼성전자 >= 71000 까지 2026-11-22')).toContain('기한이 이미 지났습니다');
    await bot.clock.advance(24 * 3_600_000);
    await bot.fire('alerts');
    expect(await bot.say('/alerts')).toContain('1. 삼성전자');
    await bot.clock.advance(24 * 3_600_000);
    await bot.fire('alerts');
    await bot.told('알림 종료 삼성전자 71,000원 이상 · 2026-11-24까지 알림의 기한이 지났습니다.');
    expect(await bot.say('/alerts')).toContain('알림이 없습니다');
    await bot.fire('alerts');
    expect(bot.shown().filter((text) => text.includes('알림 종료'))).toHaveLength(1);
  });

  test('is reckoned anew over night, before the market opens', async () => {
    await start({
      env: liveKeys,
      clock: new JumpClock(Date.parse('2026-11-23T15:00:00+09:00')),
      simulator: { hours: 'live' },
    });
    await bot.say('/alert 삼성전자 +3% 매번');
    await move('005930', 72_000, 72_100);
    await bot.told('🔔 알림');
    await move('005930', 71_500);
    await bot.clock.advance(17.75 * 3_600_000);
    await bot.fire('alerts');
    expect(await bot.say('/alerts')).toContain('오늘 기준 73,645원 이상');
    await bot.clock.advance(3_600_000);
    await move('005930', 73_600);
    expect(fired()).toHaveLength(1);
    await move('005930', 73_700);
    await eventually('told', () => fired().length === 2);
  });

  test('is made up for by a start that comes late', async () => {
    await start({
      env: liveKeys,
      clock: new JumpClock(Date.parse('2026-11-23T15:00:00+09:00')),
      simulator: { hours: 'live' },
    });
    await bot.say('/alert 삼성전자 +3%');
    await bot.app().stop();
    await bot.clock.advance(19 * 3_600_000);
    await bot.restart();
    await watching();
    await bot.app().stop();
    bot.simulator.setPrice('005930', 72_100);
    await bot.restart();
    await bot.told('🔔 알림 삼성전자 등락률 +3% 이상');
  });

  test('on the average cost follows a fill, and is told to the person alone', async () => {
    await start({ simulator: { holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] } });
    await bot.say('/alert 삼성전자 >= 90000');
    expect(bot.chat().messages.at(-1)?.private).toBe(false);
    expect(await bot.say('/alert 삼성전자 평단 -5%')).toContain('내 평단 대비 -5% 이하\n오늘 기준 57,000원 이하');
    expect(bot.chat().messages.at(-1)?.private).toBe(true);
    await bot.say('/buy 005930 10 70000');
    await bot.press('확인');
    await bot.told('체결 삼성전자 매수');
    await bot.clock.advance(2_001);
    await eventually('followed', async () => (await bot.say('/alerts')).includes('오늘 기준 61,750원 이하'));
    await bot.restart();
    expect(await bot.say('/alerts')).toContain('오늘 기준 61,750원 이하');
    expect(bot.chat().messages.at(-1)?.private).toBe(true);
    await watching();
    bot.simulator.setPrice('005930', 61_700);
    await bot.told('🔔 알림 삼성전자 내 평단 대비 -5% 이하');
    expect(bot.chat().messages.at(-1)?.private).toBe(true);
  });

  test('on the average cost needs a holding, and sleeps without', async () => {
    await start({ simulator: { holdings: [{ symbol: '000660', quantity: 5, averageCost: 150_000 }] } });
    expect(await bot.say('/alert 삼성전자 평단 -5%')).toContain('보유하지 않은 종목이라 평단이 없습니다');
    await bot.say('/alert SK하이닉스 평단 +50%');
    await bot.say('/sell 000660 5 150000');
    await bot.press('확인');
    await bot.told('체결 SK하이닉스 매도');
    await bot.clock.advance(2_001);
    await eventually('asleep', async () => (await bot.say('/alerts')).includes('지금은 보유하지 않습니다'));
  });

  test('is one of many: they come by pages, each with its button', async () => {
    await start();
    for (let made = 1; made <= 11; made += 1) await bot.say(`/alert 삼성전자 >= ${80_000 + made * 100}`);
    expect(await bot.say('/alerts')).toContain('알림 목록 1/2');
    expect(await bot.press('다음 ▶')).toContain('11. 삼성전자 81,100원 이상');
    expect(await bot.press('11번 지우기')).not.toContain('1/2');
  });

  test('that holds already says what it waits for', async () => {
    await start();
    await bot.say('/alert 삼성전자 -3%');
    expect(await bot.say('/alert 삼성전자 등락률 +3% 이하')).toContain('지금 이미 조건에 맞습니다');
    expect(await bot.say('/alert 삼성전자 거래량 0.01배')).toContain('다음 거래일부터 알려 드립니다');
  });
});
