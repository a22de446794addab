import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// How many calls of KIS a chart costs, at the exchange's hours. Beside each number stands the least that its data
// takes: today's minutes come 30 a call, those of days before 120, days 100. None of the calls waits for another.

const liveKeys = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
const rows = {
  days: 'FHKST03010100',
  today: 'FHKST03010200',
  past: 'FHKST03010230',
  quote: 'FHKST01010100',
  balance: 'TTTC8434R',
} as const;

let bot: Harness;
const at = (time: string): JumpClock => new JumpClock(Date.parse(`2026-11-23T${time}+09:00`));
const start = async (time: string, options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({
    clock: at(time),
    host: 'https://kis.example:9443',
    env: liveKeys,
    simulator: { hours: 'live' },
    ...options,
  });
};

/** Types a line and counts the calls that it cost. */
const cost = async (line: string): Promise<Partial<Record<keyof typeof rows, number>>> => {
  const counts = () => bot.simulator.state().requests.byTr;
  const before = counts();
  const answer = await bot.say(line);
  expect(answer).toContain('삼성전자 005930');
  const made = Object.entries(rows).map(([name, id]) => [name, (counts()[id] ?? 0) - (before[id] ?? 0)] as const);
  return Object.fromEntries(made.filter(([, count]) => count > 0));
};

beforeEach(() => start('10:00:30'));
afterEach(() => bot.stop());

describe('a chart of five minutes', { timeout: 120_000 }, () => {
  test('costs what its data takes the first time, and afterwards the newest minutes alone', async () => {
    // 61 minutes of today: 3. Three days of 381 minutes before: 1,143 rows, 10.
    expect(await cost('/chart 005930 5m')).toEqual({ today: 3, past: 10, quote: 1, balance: 1 });
    // Nobody watches the issue, so the newest minutes may have changed: 1.
    expect(await cost('/chart 005930 5m')).toEqual({ today: 1, quote: 1, balance: 1 });
    // Shorter and longer candles are made of the same minutes, as far as they go.
    expect(await cost('/chart 005930 1m')).toEqual({ today: 1, quote: 1, balance: 1 });
    // Twenty-nine days would be wanted; the six newest are asked for, of which three are kept: 10.
    expect(await cost('/chart 005930 60m')).toEqual({ today: 1, past: 10, quote: 1, balance: 1 });
    expect(await cost('/chart 005930 60m')).toEqual({ today: 1, quote: 1, balance: 1 });
  });

  test('costs nothing for minutes of an issue that is watched without a gap', async () => {
    await bot.say('/alert 005930 >= 90000');
    // The minutes before the registration, and the one that it fell into.
    expect(await cost('/chart 005930 5m')).toEqual({ today: 3, past: 10, quote: 1, balance: 1 });
    await bot.clock.advance(2 * 60_000);
    expect(await cost('/chart 005930 5m')).toEqual({ today: 1, quote: 1, balance: 1 });
    await bot.clock.advance(60_000);
    bot.simulator.setPrice('005930', 71_000);
    expect(await cost('/chart 005930 5m')).toEqual({ quote: 1, balance: 1 });
    await bot.clock.advance(30 * 60_000);
    bot.simulator.setPrice('005930', 72_000);
    expect(await cost('/chart 005930 1m')).toEqual({ quote: 1, balance: 1 });
  });

  test('asks for what was missed while the socket was away, once', async () => {
    await bot.say('/alert 005930 >= 90000');
    await bot.clock.advance(3 * 60_000);
    await cost('/chart 005930 5m');
    bot.simulator.setFaults({ dropSockets: true, sockets: { refuse: true } });
    bot.simulator.setPrice('005930', 71_000);
    await bot.clock.advance(5 * 60_000);
    bot.simulator.setFaults({ sockets: { refuse: false } });
    await bot.clock.advance(10 * 60_000);
    expect(await cost('/chart 005930 5m')).toEqual({ today: 1, quote: 1, balance: 1 });
    expect(await cost('/chart 005930 5m')).toEqual({ quote: 1, balance: 1 });
  });

  test('keeps a day that was watched from its beginning, and asks for none of it later', async () => {
    await bot.stop();
    await start('08:50:00');
    await bot.say('/alert 005930 >= 90000');
    expect(await cost('/chart 005930 5m')).toEqual({ past: 13, quote: 1, balance: 1 });
    await bot.clock.advance(30 * 60_000);
    bot.simulator.setPrice('005930', 71_000);
    await bot.clock.advance(6 * 3_600_000 + 30 * 60_000);
    await bot.fire('candles');
    await bot.restart();
    await bot.clock.advance(18 * 3_600_000);
    // Three days were kept on Monday, and Monday itself; Tuesday was watched from its beginning.
    expect(await cost('/chart 005930 5m')).toEqual({ quote: 1, balance: 1 });
  });

  test('never asks again for a day that is over, also after a restart and on the day after', async () => {
    await cost('/chart 005930 5m');
    await bot.restart();
    // Today's minutes live in memory alone: 61 of them, 3.
    expect(await cost('/chart 005930 5m')).toEqual({ today: 3, quote: 1, balance: 1 });
    await bot.clock.advance(24 * 3_600_000);
    // Monday's minutes after ten o'clock nobody saw: the whole day, 4.
    expect(await cost('/chart 005930 5m')).toEqual({ today: 3, past: 4, quote: 1, balance: 1 });
  });
});

describe('a chart of days', { timeout: 120_000 }, () => {
  test('costs three pages the first time, and nothing but the quote afterwards', async () => {
    // 239 days: 3.
    expect(await cost('/chart 005930')).toEqual({ days: 3, quote: 1, balance: 1 });
    expect(await cost('/chart 005930')).toEqual({ quote: 1, balance: 1 });
    await bot.restart();
    expect(await cost('/chart 005930')).toEqual({ quote: 1, balance: 1 });
    await bot.clock.advance(24 * 3_600_000);
    // The day that has ended: 1.
    expect(await cost('/chart 005930')).toEqual({ days: 1, quote: 1, balance: 1 });
    expect(await cost('/chart 005930')).toEqual({ quote: 1, balance: 1 });
  });
});
