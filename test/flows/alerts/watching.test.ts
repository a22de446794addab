import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
afterEach(() => bot.stop());

/** Room for fill notices and two issues. */
const narrow = { env: { KIS_MAX_REGISTRATIONS: '3' } };
const registered = (...symbols: readonly string[]): Promise<unknown> => {
  const wanted = ['H0STCNI0|hogasim', ...symbols.map((symbol) => `H0STCNT0|${symbol}`)].toSorted();
  return eventually(wanted.join(), () => bot.simulator.state().sockets.topics.toSorted().join() === wanted.join());
};
const fired = (): readonly string[] => bot.shown().filter((text) => text.includes('🔔'));
const multiQuotes = (): number => bot.simulator.state().requests.byTr['FHKST11300006'] ?? 0;
/** Lets time pass second by second, so that what is due in each of them is done in it. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) await bot.clock.advance(1_000);
  await bot.settled();
}
/** Lets time pass until the issues that are looked up have just been. */
async function justLooked(): Promise<void> {
  for (const before = multiQuotes(); multiQuotes() === before; ) await pass(1);
}
/** The price is there for three seconds, and then it is back. */
async function touch(symbol: string, price: number, back: number): Promise<void> {
  bot.simulator.setPrice(symbol, price);
  await pass(3);
  bot.simulator.setPrice(symbol, back);
}

describe('with room for two issues', () => {
  test('the nearest to their alerts are live, and the others are looked up, with their age', async () => {
    await start(narrow);
    await bot.say('/alert 삼성전자 +25%');
    await bot.say('/alert SK하이닉스 +20%');
    await registered('005930', '000660');
    await bot.say('/alert 카카오 +3%');
    await registered('035720', '000660');
    await pass(7);
    expect(await bot.say('/alerts')).toMatch(/1\. 삼성전자 .* · 15초마다 확인\(\d+초 전 값\)/);
    expect(await bot.say('/status')).toMatch(
      /시세 3종목 중 2종목 실시간 · 나머지 1종목은 15초마다 확인\(늦어도 20초, 지금 가장 오래된 값 \d+초 전\)/,
    );
  });

  test('a price that moves near its alert takes the place of one that is far, and a little to and fro changes nothing', async () => {
    await start(narrow);
    await bot.say('/alert 삼성전자 +12%');
    await bot.say('/alert SK하이닉스 +6%');
    await bot.say('/alert 카카오 +15%');
    await registered('005930', '000660');
    const base = bot.simulator.state().prices['035720']?.last ?? 0;
    bot.simulator.setPrice('035720', Math.round((base * 1.14) / 100) * 100);
    await pass(25);
    await registered('035720', '000660');
    for (let turn = 0; turn < 4; turn += 1) {
      bot.simulator.setPrice('005930', turn % 2 === 0 ? 70_500 : 69_500);
      await pass(20);
      await registered('035720', '000660');
    }
  });

  /** 카카오 is looked up: two other issues are nearer to their alerts. Returns its price. */
  async function looksUpKakao(): Promise<number> {
    await start(narrow);
    await bot.say('/alert 삼성전자 +1%');
    await bot.say('/alert SK하이닉스 +1%');
    await bot.say('/alert 카카오 +25%');
    await registered('005930', '000660');
    return bot.simulator.state().prices['035720']?.last ?? 0;
  }
  const won = (price: number): string => `${price.toLocaleString('en-US')}원`;

  test('a touch between two looks is told as one, once', async () => {
    const last = await looksUpKakao();
    await bot.say(`/alert 카카오 <= ${last - 3_000}`);
    await bot.say(`/alert 카카오 <= ${last - 4_000}`);
    await bot.say(`/alert 카카오 >= ${last + 3_000}`);
    await justLooked();
    await touch('035720', last - 3_000, last);
    await pass(16);
    expect(await bot.told(`🔔 알림 카카오 ${won(last - 3_000)} 이하`)).toMatch(
      `확인하는 사이에 ${won(last - 3_000)}에 닿았다가 돌아왔습니다.\n현재가 ${won(last)}`,
    );
    await pass(45);
    expect(fired()).toHaveLength(1);
    await registered('005930', '000660');
    expect(await bot.say('/why')).toContain('울림');
    expect(await bot.press(`1. 카카오 ${won(last - 3_000)} 이하`)).toContain(
      `울림 · 현재가 ${won(last)} · ${won(last - 3_000)}에 닿음`,
    );
  });

  test('a price of before the alert was made is no touch, and a new high is', async () => {
    const last = await looksUpKakao();
    await justLooked();
    await touch('035720', last + 1_000, last);
    await bot.say(`/alert 카카오 >= ${last + 800}`);
    await pass(20);
    bot.simulator.setPrice('035720', last + 100);
    await pass(20);
    expect(fired()).toHaveLength(0);
    await justLooked();
    await touch('035720', last + 1_200, last);
    await pass(16);
    expect(await bot.told(`🔔 알림 카카오 ${won(last + 800)} 이상`)).toContain(`${won(last + 1_200)}에 닿았다가`);
  });

  test('a price of before the alert was armed is no touch', async () => {
    const last = await looksUpKakao();
    await bot.say(`/alert 카카오 >= ${last - 1_000}`);
    await pass(16);
    // Nobody can say which of the two came first, so the alert is armed and no more.
    bot.simulator.setPrice('035720', last + 1_000);
    bot.simulator.setPrice('035720', last - 6_000);
    await pass(16);
    bot.simulator.setPrice('035720', last - 5_900);
    await pass(16);
    expect(fired()).toHaveLength(0);
    await justLooked();
    await touch('035720', last + 1_200, last - 6_000);
    await pass(16);
    expect(await bot.told('🔔 알림 카카오')).toContain(`${won(last + 1_200)}에 닿았다가`);
  });

  test('a touch while the connection was lost is told when it is back', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    await bot.say('/alert 삼성전자 >= 80000');
    await registered('005930');
    bot.simulator.setFaults({ dropSockets: true });
    await eventually('dropped', () => bot.simulator.state().sockets.open === 0);
    await touch('005930', 71_500, 70_000);
    await pass(6);
    expect(await bot.told('🔔 알림 삼성전자 71,000원 이상')).toContain('71,500원에 닿았다가');
    await pass(30);
    expect(fired()).toHaveLength(1);
  });

  test('while there is no connection every issue is looked up', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    await registered('005930');
    expect(await bot.say('/alerts')).not.toContain('15초마다 확인');
    bot.simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
    await eventually('dropped', () => bot.simulator.state().sockets.open === 0);
    await eventually('noticed', async () => (await bot.say('/alerts')).includes('15초마다 확인'));
    await pass(16);
    bot.simulator.setPrice('005930', 71_100);
    await pass(16);
    await bot.told('🔔 알림 삼성전자 71,000원 이상');
  });

  test('a touch while the bot was down is told by the next start, and one of before the alert is not', async () => {
    await start();
    bot.simulator.setPrice('005930', 72_000);
    bot.simulator.setPrice('005930', 70_000);
    await bot.say('/alert 삼성전자 >= 71000');
    await bot.say('/alert 삼성전자 >= 72500');
    await bot.say('/alert SK하이닉스 +2%');
    await bot.app().stop();
    await touch('005930', 72_600, 70_000);
    await bot.restart();
    // The high of the day is new since the alerts were made, so it has passed both of their prices.
    await bot.told('🔔 알림 삼성전자 72,500원 이상');
    expect(await bot.told('🔔 알림 삼성전자 71,000원 이상')).toContain('72,600원에 닿았다가');
    await bot.say('/alert 삼성전자 >= 71500');
    await bot.restart();
    await pass(20);
    expect(fired()).toHaveLength(0);
  });

  test("a touch of the day's own level while the bot was down is told", async () => {
    await start();
    await bot.say('/alert 삼성전자 +3%');
    await bot.app().stop();
    await bot.clock.advance(24 * 3_600_000);
    bot.simulator.setPrice('005930', 72_300);
    bot.simulator.setPrice('005930', 70_000);
    await bot.restart();
    expect(await bot.told('🔔 알림 삼성전자 등락률 +3% 이상')).toContain('72,300원에 닿았다가');
  });
});

test('the 41st to the 300th issue: the nearest 40 are live, none of the others is older than the bound, and a touch is told', async () => {
  const issues = Array.from({ length: 300 }, (_, index) => {
    const symbol = String(700_000 + index * 10);
    const listing = { market: 'KOSPI', kind: 'stock', industry: '제약', base: 50_000, listedThousands: 1_000 } as const;
    return { symbol, name: `관찰${index + 1}`, english: `WATCHED ${index + 1}`, ...listing };
  });
  // Fifty alerts are enough for one person.
  const people = ['console:local', ...[1, 2, 3, 4, 5].map((id) => `telegram:${id}`)];
  await start({ env: { HOGA_VIEWERS: people.slice(1).join(',') }, simulator: { moreIssues: issues } });
  for (const [index, { symbol }] of issues.entries()) {
    // The later an issue is listed here, the nearer it is: from 27 % down to 3 % away.
    const percent = Math.round(2_700 - 8 * index) / 100;
    await bot.hand({ kind: 'text', text: `/alert ${symbol} +${percent}%` }, people[Math.floor(index / 50)]);
  }
  await bot.settled();
  const live = (): readonly string[] =>
    bot.simulator
      .state()
      .sockets.topics.filter((topic) => topic.startsWith('H0STCNT0'))
      .map((topic) => topic.slice('H0STCNT0|'.length));
  await eventually('all taken', () => live().length === 40);
  expect(bot.simulator.state().sockets.registrations).toBe(41);
  await pass(130);
  expect(Math.min(...live().map((symbol) => issues.findIndex((issue) => issue.symbol === symbol)))).toBeGreaterThan(
    230,
  );

  const seconds =
    /300종목 중 40종목 실시간 · 나머지 260종목은 15초마다 확인\(늦어도 (\d+)초, 지금 가장 오래된 값 (\d+)초 전\)/;
  const calls = multiQuotes();
  for (let look = 0; look < 30; look += 1) {
    const [, bound, oldest] = seconds.exec(await bot.say('/status')) ?? [];
    expect(Number(bound)).toBe(20);
    expect(Number(oldest)).toBeLessThanOrEqual(20);
    await pass(2);
  }
  // Nine calls of thirty issues a round, four rounds a minute.
  expect(multiQuotes() - calls).toBeGreaterThanOrEqual(4 * 9 - 1);
  expect(multiQuotes() - calls).toBeLessThanOrEqual(5 * 9);

  // A touch of an issue that is looked up, and one that comes near its level.
  for (const price of [64_000, 50_000]) bot.simulator.setPrice('700000', price);
  await pass(20);
  expect(await bot.told('🔔 알림 관찰1 ')).toContain('64,000원에 닿았다가');
  bot.simulator.setPrice('700010', 63_000);
  await pass(25);
  expect(live()).toContain('700010');
  expect(live()).toHaveLength(40);
}, 120_000);
