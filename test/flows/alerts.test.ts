import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';

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
