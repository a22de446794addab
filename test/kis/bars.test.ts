import { expect, onTestFinished, test } from 'vitest';
import type { DayInterval } from '../../src/domain/market/bars.ts';
import { createKis } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { JumpClock } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';

const symbol = '005930';
const daily = 'FHKST03010100';

/** A broker on the exchange's hours at a moment in Korea. */
async function startBroker(moment: string, options: Partial<SimulatorOptions> = {}) {
  const clock = new JumpClock(Date.parse(`${moment}:00+09:00`));
  const kind = options.kind ?? 'live';
  const simulator = await startSimulator({ clock, hours: 'live', speed: 0, callsPerSecond: 1_000, ...options });
  const redactor = createRedactor([]);
  const kis = createKis({
    environment: {
      ...environments[kind],
      restUrl: simulator.restUrl,
      wsUrl: `${simulator.wsUrl}/tryitout`,
      callsPerSecond: 1_000,
    },
    key: { appKey: new Secret('bars-app-key'), appSecret: new Secret('bars-app-secret') },
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    pong: 'echo',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    log: createLog({ level: 'silent', redactor }),
    redactor,
  });
  onTestFinished(async () => {
    await kis.close();
    await simulator.stop();
  });
  const bars = (interval: DayInterval, count: number) => kis.broker.bars(symbol, interval, count);
  const calls = (id: string): number => simulator.state().requests.byTr[id] ?? 0;
  return { simulator, clock, bars, calls };
}

test('days beyond a page of a hundred, no call more than they take', async () => {
  const { bars, calls } = await startBroker('2026-11-23T10:00');
  const days = await bars('1d', 239);
  expect(days).toHaveLength(239);
  expect(calls(daily)).toBe(3);
  const starts = days.map(({ start }) => start);
  expect(starts).toEqual([...new Set(starts)].toSorted());
  expect(starts.at(-1)).toBe('20261123');
});

test('an end is an end: fewer where there are no more', async () => {
  const { bars, calls } = await startBroker('2026-11-23T10:00');
  expect(await bars('1d', 1_000)).toHaveLength(301);
  expect(calls(daily)).toBe(5);
  const months = await bars('1mo', 239);
  expect(months.map(({ start }) => start.slice(0, 6)).slice(-2)).toEqual(['202610', '202611']);
  expect(calls(daily)).toBe(7);
});

test.each([
  ['1w', 5],
  ['1mo', 2],
  ['1y', 1],
] as const)('%s candles are made of the same days', async (interval, least) => {
  const { bars } = await startBroker('2026-11-23T10:00');
  const days = await bars('1d', 400);
  const long = await bars(interval, 239);
  expect(long.length).toBeGreaterThan(least);
  const total = (of: typeof days) => of.reduce((sum, { volume }) => sum + volume, 0);
  expect(total(long)).toBe(total(days));
  expect(Math.max(...long.map(({ high }) => high))).toBe(Math.max(...days.map(({ high }) => high)));
  expect(long.at(-1)?.close).toBe(days.at(-1)?.close);
});
