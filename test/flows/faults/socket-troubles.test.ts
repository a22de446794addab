import { afterEach, describe, expect, test } from 'vitest';
import type { Faults } from '../../../src/simulator/control/faults.ts';
import { eventually } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

/*
 * What can happen to a socket, each with somebody who waits for an alert and for a fill: both are told all the same, and
 * once. An alert waits for 005930 to reach 71,000 won, and ten shares of 000660 wait to be bought at 190,000 won.
 */

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
  await bot.say('/alert 005930 >= 71000');
  await bot.say('/buy 000660 10 190000');
  await bot.press('확인');
  await eventually('both watched', () => bot.simulator.state().sockets.registrations >= 2);
};
const told = (text: string): readonly string[] => bot.shown().filter((shown) => shown.includes(text));
const crossed = '🔔 알림 삼성전자 71,000원 이상';
const filled = '누적 10주 / 10주';

/** What somebody waits for happens. */
const happen = (): void => {
  bot.simulator.setPrice('005930', 71_500);
  bot.simulator.trade('000660', 'sell', 10, 190_000);
};

/** Lets time go by in the steps in which a socket would be heard. */
const pass = async (seconds: number): Promise<void> => {
  for (let passed = 0; passed < seconds; passed += 5) await bot.clock.advance(5_000);
};

const sockets = () => bot.simulator.state().sockets;
const openedAgain = (): Promise<boolean> =>
  eventually('opened again', async () => {
    await pass(5);
    return sockets().opened > 1 && sockets().registrations >= 1;
  });

/** Both are told within so many seconds, and neither a second time when the price comes by again. */
const bothToldOnce = async (withinSeconds = 60): Promise<void> => {
  for (let left = withinSeconds; left > 0; left -= 5) {
    if (told(crossed).length > 0 && told(filled).length > 0) break;
    await pass(5);
    await bot.settled();
  }
  for (const price of [70_000, 72_000]) bot.simulator.setPrice('005930', price);
  await pass(60);
  await bot.settled();
  expect([told(crossed).length, told(filled).length], bot.shown().join('\n---\n')).toEqual([1, 1]);
};

/** Something goes wrong, and at the same time that which somebody waits for. */
const strike = (faults: Faults): void => {
  bot.simulator.setFaults(faults);
  happen();
};

describe('a drop in a burst', () => {
  test('of trades: the rest of the burst is looked at once the socket is back', async () => {
    await start();
    for (let price = 70_100; price < 71_000; price += 100) bot.simulator.setPrice('005930', price);
    strike({ dropSockets: true });
    await openedAgain();
    await bothToldOnce();
  });

  test('of fills: what was told before it is not told again', async () => {
    await start();
    for (let times = 0; times < 4; times += 1) bot.simulator.trade('000660', 'sell', 1, 190_000);
    await bot.told('누적 4주 / 10주');
    bot.simulator.setPrice('005930', 71_500);
    bot.simulator.setFaults({ dropSockets: true });
    for (let times = 0; times < 6; times += 1) bot.simulator.trade('000660', 'sell', 1, 190_000);
    await openedAgain();
    await bothToldOnce();
    const shares = bot.shown().flatMap((text) => /체결 SK하이닉스 매수 (\d+)주/.exec(text)?.[1] ?? []);
    expect(shares.reduce((sum, part) => sum + Number(part), 0)).toBe(10);
  });
});

describe('a half-open socket', () => {
  test('is given up after 35 seconds of silence, though nobody ended it', async () => {
    // The venue hears of the end no more than of anything else, and notices by itself, later.
    await start({ simulator: { pingTimeoutMs: 20_000 } });
    strike({ halfOpenSockets: true });
    await bothToldOnce(120);
    expect(bot.logs.filter((line) => line.includes('"reason":"idle"'))).toHaveLength(1);
  });

  test('keeps the place of the app key at the venue; a new one waits until it is free', async () => {
    await start();
    strike({ halfOpenSockets: true });
    await bothToldOnce(300);
    expect(bot.logs.some((line) => line.includes('"reason":"in-use"'))).toBe(true);
    expect(sockets()).toMatchObject({ open: 1 });
  });
});

describe('an approval key that is revoked', () => {
  test('while the socket stands: the next registration is refused, and a new socket has a new key', async () => {
    await start();
    bot.simulator.setFaults({ revokeApprovalKeys: true });
    await bot.say('/alert 035420 >= 300000');
    happen();
    await bothToldOnce();
    expect(sockets()).toMatchObject({ opened: 2, topics: ['H0STCNI0|hogasim', 'H0STCNT0|035420'] });
  });

  test('with a drop: the new socket has a new key at once', async () => {
    await start();
    strike({ revokeApprovalKeys: true, dropSockets: true });
    await openedAgain();
    await bothToldOnce();
    expect(sockets().opened).toBe(2);
  });

  test('between its issue and its use: it is asked for once more, and not in a circle', async () => {
    await start();
    bot.simulator.setFaults({ dropSockets: true });
    await eventually('dropped', () => sockets().open === 0);
    const revoking = setInterval(() => bot.simulator.setFaults({ revokeApprovalKeys: true }), 0);
    happen();
    await pass(120);
    clearInterval(revoking);
    // Growing pauses: a key that is refused again and again is no reason to hammer.
    expect(sockets().opened).toBeLessThan(10);
    await bothToldOnce(120);
  });
});

describe('PINGPONG', () => {
  test('withheld in a quiet market: the socket is given up and opened again', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { pingPong: 'withheld' } });
    await openedAgain();
    happen();
    await bothToldOnce();
  });

  test('withheld while prices come: the socket stands', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { pingPong: 'withheld' } });
    for (let step = 0; step < 30; step += 1) {
      bot.simulator.setPrice('005930', step % 2 === 0 ? 70_100 : 70_000);
      await pass(5);
    }
    expect(sockets()).toMatchObject({ open: 1, opened: 1 });
    happen();
    await bothToldOnce();
  });

  test('whose answers are not heard: KIS ends the socket, and the next one is opened', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { pingPong: 'unheard' } });
    await eventually('ended', async () => {
      await bot.clock.advance(1_000);
      return sockets().open === 0;
    });
    happen();
    await bothToldOnce();
    expect(sockets().opened).toBe(2);
  });
});

describe('a cut frame', () => {
  test('of a trade: what it told is asked for', async () => {
    await start();
    bot.simulator.setFaults({ frames: { cut: 1 } });
    bot.simulator.setPrice('005930', 71_500);
    await bot.told(crossed);
    bot.simulator.trade('000660', 'sell', 10, 190_000);
    await bothToldOnce();
  });

  test('of a fill: the list of the day tells it', async () => {
    await start();
    bot.simulator.setFaults({ frames: { cut: 1 } });
    bot.simulator.trade('000660', 'sell', 10, 190_000);
    await bot.told(filled);
    bot.simulator.setPrice('005930', 71_500);
    await bothToldOnce();
  });
});

describe.each([
  ['garbage text', { garbage: 1 }, 1],
  ['bytes that are no text', { brokenBytes: 1 }, 2],
] as const)('%s', (_what, frames, opened) => {
  test('in place of a trade: what it would have told is asked for', async () => {
    await start();
    bot.simulator.setFaults({ frames });
    bot.simulator.setPrice('005930', 71_500);
    await pass(10);
    await bot.told(crossed);
    bot.simulator.trade('000660', 'sell', 10, 190_000);
    await bothToldOnce();
    expect(sockets().opened).toBe(opened);
  });

  test('in place of a fill: the list of the day tells it', async () => {
    await start();
    bot.simulator.setFaults({ frames });
    bot.simulator.trade('000660', 'sell', 10, 190_000);
    await pass(10);
    await bot.told(filled);
    bot.simulator.setPrice('005930', 71_500);
    await bothToldOnce();
    expect(sockets().opened).toBe(opened);
  });
});

describe('the 41st to the 300th issue', () => {
  const firstOfMany = 700_001;
  const many = Array.from({ length: 300 }, (_, index) => ({
    symbol: String(firstOfMany + index),
    name: `여럿${index + 1}`,
    english: `MANY ${index + 1}`,
    market: 'KOSPI' as const,
    kind: 'stock' as const,
    base: 10_000,
    listedThousands: 10_000,
    industry: '제약',
  }));
  /** Somebody has fifty alerts at the most. */
  const somebody = (index: number): string => `telegram:${1_000 + Math.floor(index / 50)}`;
  const viewers = [0, 50, 100, 150, 200, 250].map(somebody).join();
  const alertsOn = (index: number): readonly string[] => told(`🔔 알림 여럿${index + 1} `);

  /** An alert on each: the first forty are near their levels, and so have the registrations. */
  const startMany = async (): Promise<void> => {
    bot = await startHarness({ simulator: { moreIssues: many }, env: { HOGA_VIEWERS: viewers } });
    for (const [index, { symbol }] of many.entries()) {
      const level = index < 40 ? 10_100 : 11_000;
      await bot.hand({ kind: 'text', text: `/alert ${symbol} >= ${level}` }, somebody(index));
    }
    await bot.settled();
    await pass(30);
    expect(sockets().registrations).toBe(41);
  };
  const setPrice = (index: number, price: number): void => bot.simulator.setPrice(String(firstOfMany + index), price);

  test('are asked for in turns, and none is told later than /status says', async () => {
    await startMany();
    const status = await bot.say('/status');
    const bound = Number(/늦어도 (\d+)초/.exec(status)?.[1]);
    expect(status).toMatch(/300종목 중 40종목/);
    expect(bound).toBeLessThanOrEqual(30);
    const some = [40, 41, 99, 150, 222, 298, 299];
    for (const index of [0, 39, ...some]) setPrice(index, 11_500);
    await eventually('those on the socket', () => [0, 39].every((index) => alertsOn(index).length === 1));
    await pass(bound);
    await bot.settled();
    expect(some.map((index) => alertsOn(index).length)).toEqual(some.map(() => 1));
  });

  test('are told of a price that was there for three seconds, as a touch', async () => {
    await startMany();
    setPrice(299, 11_500);
    await bot.clock.advance(3_000);
    setPrice(299, 10_200);
    await pass(30);
    await bot.settled();
    expect(alertsOn(299)).toEqual([expect.stringContaining('11,500원에 닿았다가 돌아왔습니다')]);
  });

  test('get a registration when they come near, and what happened just before it is not missed', async () => {
    await startMany();
    setPrice(200, 10_990);
    await pass(30);
    await eventually('registered', async () => {
      await pass(5);
      return sockets().topics.includes(`H0STCNT0|${firstOfMany + 200}`);
    });
    setPrice(200, 11_000);
    await bot.told('🔔 알림 여럿201 ');
    expect(alertsOn(200)).toHaveLength(1);
  });

  test('lose nothing when the socket breaks, and none of them is told twice', async () => {
    await startMany();
    const all = [0, 20, 39, 40, 150, 299];
    bot.simulator.setFaults({ dropSockets: true });
    for (const index of all) setPrice(index, 11_500);
    await openedAgain();
    await pass(60);
    await bot.settled();
    expect(all.map((index) => alertsOn(index).length)).toEqual(all.map(() => 1));
  });
});

test('a storm of garbage is no storm of questions', async () => {
  await start();
  const asked = (): number => bot.simulator.state().requests.total;
  const before = asked();
  bot.simulator.setFaults({ frames: { garbage: 200 } });
  for (let step = 0; step < 200; step += 1) bot.simulator.setPrice('005930', step % 2 === 0 ? 70_100 : 70_000);
  await pass(30);
  const questions = asked() - before;
  expect([questions > 0, questions < 40], String(questions)).toEqual([true, true]);
  happen();
  await bothToldOnce();
});
