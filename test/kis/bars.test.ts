import { expect, onTestFinished, test, vi } from 'vitest';
import type { BarInterval } from '../../src/domain/market/bars.ts';
import { BarReader } from '../../src/kis/bars.ts';
import { createKis } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import type { KisHttp } from '../../src/kis/wire/http.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { JumpClock } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';

const symbol = '005930';
const daily = 'FHKST03010100';
const todays = 'FHKST03010200';
const past = 'FHKST03010230';

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
  const bars = (interval: BarInterval, count: number) => kis.broker.bars(symbol, interval, count);
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

test("today's minutes beyond a page of thirty, and those of the days before", async () => {
  const { bars, calls } = await startBroker('2026-11-23T10:40');
  const minutes = await bars('1m', 239);
  expect(minutes).toHaveLength(239);
  // 09:00 to 10:39 today, four pages of it; the rest in two pages of a hundred and twenty.
  expect([calls(todays), calls(past)]).toEqual([4, 2]);
  const starts = minutes.map(({ start }) => start);
  expect(starts).toEqual([...new Set(starts)].toSorted());
  expect(starts.at(-1)).toBe('20261123 1039');
  expect(starts.filter((start) => start.startsWith('20261123'))).toHaveLength(100);
  expect(starts).toContain('20261120 1530');
  expect(starts).not.toContain('20261120 1525');
});

test('minutes of a day make up its candle again', async () => {
  const { bars } = await startBroker('2026-11-23T09:00');
  const [friday] = (await bars('1d', 2)).filter(({ start }) => start === '20261120');
  const minutes = (await bars('1m', 500)).filter(({ start }) => start.startsWith('20261120'));
  expect(minutes).toHaveLength(381);
  expect({
    start: '20261120',
    open: minutes[0]?.open,
    high: Math.max(...minutes.map(({ high }) => high)),
    low: Math.min(...minutes.map(({ low }) => low)),
    close: minutes.at(-1)?.close,
    volume: minutes.reduce((sum, { volume }) => sum + volume, 0),
  }).toEqual(friday);
});

test('what was lived through stays as it was, the day after', async () => {
  const { bars, clock, simulator } = await startBroker('2026-11-23T15:10');
  simulator.setPrice(symbol, 71_000);
  const before = (await bars('1m', 100)).filter(({ start }) => start >= '20261123');
  await clock.advance(18 * 3_600_000);
  const after = (await bars('1m', 300)).filter(({ start }) => start.startsWith('20261123'));
  expect(after.slice(-before.length)).toEqual(before);
});

test('before the open there are the days before, after the close no minutes to come', async () => {
  const early = await startBroker('2026-11-23T08:10');
  expect((await early.bars('5m', 10)).at(-1)?.start).toBe('20261120 1530');
  expect(early.calls(todays)).toBe(0);
  const late = await startBroker('2026-11-23T21:00');
  expect((await late.bars('1m', 10)).every(({ start }) => start <= '20261123 1530')).toBe(true);
});

test('so many calls and no more, however many candles are wanted', async () => {
  const { bars, calls } = await startBroker('2026-11-23T15:30');
  const hours = await bars('60m', 239);
  expect([calls(todays), calls(past)]).toEqual([13, 20]);
  expect(hours.length).toBeGreaterThan(40);
});

test("where paper does not have earlier minutes after all, today's are shown", async () => {
  const { simulator, bars } = await startBroker('2026-11-23T10:00', { kind: 'paper' });
  const refused = { fault: 'refuse', code: 'OPSQ0002', text: '없는 서비스 코드 입니다', times: 9 } as const;
  simulator.setFaults({ rules: [{ on: 'inquire-time-dailychartprice', ...refused }] });
  const minutes = await bars('5m', 239);
  expect(minutes.map(({ start }) => start)).toEqual(
    Array.from({ length: 12 }, (_, index) => `20261123 09${String(index * 5).padStart(2, '0')}`),
  );
});

test('pages that come again and again end it, and are kept once', async () => {
  const page = ['153000', '151900'].map((time) => ({
    stck_bsop_date: '20261120',
    stck_cntg_hour: time,
    stck_prpr: 70_000,
    stck_oprc: 70_000,
    stck_hgpr: 70_000,
    stck_lwpr: 70_000,
    cntg_vol: 1,
  }));
  const read = vi.fn(async () => ({ output1: {}, output2: page }));
  const http = { read, supports: () => true } as unknown as KisHttp;
  const clock = new JumpClock(Date.parse('2026-11-23T10:00:00+09:00'));
  const bars = await new BarReader(http, clock, 'exchange').newest(symbol, '1m', 239);
  expect(bars.map(({ start }) => start)).toEqual(['20261120 1519', '20261120 1530']);
  // Today's page is of another day, and so the last of them; the days before bring nothing older.
  expect(read).toHaveBeenCalledTimes(2);
});
