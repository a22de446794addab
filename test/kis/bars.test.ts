import { expect, test } from 'vitest';
import type { DayInterval } from '../../src/domain/market/bars.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { startKis } from '../support/kis/start-kis.ts';

const symbol = '005930';
const daily = 'FHKST03010100';

/** A broker on the exchange's hours at a moment in Korea. */
async function startBroker(moment: string, options: Partial<SimulatorOptions> = {}) {
  const { kis, ...rest } = await startKis(moment, options);
  return { ...rest, bars: (interval: DayInterval, count: number) => kis.broker.bars(symbol, interval, count) };
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
  // Three pages hold so many months, and are asked for at once, before it is known that the issue has fewer.
  const months = await bars('1mo', 239);
  expect(months.map(({ start }) => start.slice(0, 6)).slice(-2)).toEqual(['202610', '202611']);
  expect(calls(daily)).toBe(8);
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
