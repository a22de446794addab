import { expect, onTestFinished, test } from 'vitest';
import type { Broker } from '../../../src/ports/broker.ts';
import { RegularCloses } from '../../../src/services/watching/regular-closes.ts';
import type { Sighting } from '../../../src/services/watching/sighting.ts';
import { JumpClock } from '../../support/clock.ts';
import { createWatch, tradeOf } from './fake-feed.ts';

const at = (time: string, day = '2026-11-30'): number => Date.parse(`${day}T${time}:00+09:00`);
const day = '20261130';

test("another price than the close, in the evening, is the after-market's", () => {
  const closes = new RegularCloses();
  expect(closes.take('005930', day, 70_000, at('15:31'))).toBeUndefined();
  expect(closes.take('005930', day, 70_000, at('17:00'))).toBeUndefined();
  expect(closes.take('005930', day, 71_000, at('17:00'))).toBe('after-market');
  // What is left of the evening is still that day's in the morning.
  expect(closes.take('005930', day, 71_000, at('07:00', '2026-12-01'))).toBe('after-market');
  expect(closes.take('005930', '20261201', 71_000, at('09:00', '2026-12-01'))).toBeUndefined();
});

test('without a price of the close nothing speaks against a price', () => {
  const closes = new RegularCloses();
  expect(closes.take('005930', day, 70_000, at('15:00'))).toBeUndefined();
  expect(closes.take('005930', day, 71_000, at('17:00'))).toBeUndefined();
  expect(closes.take('005930', undefined, 71_000, at('17:00'))).toBeUndefined();
});

test('an answer of the evening that is no close is handed on as one, and leaves the high of the day alone', async () => {
  const clock = new JumpClock(at('15:31'));
  let last = 70_000;
  const broker = {
    venue: { hours: 'exchange', exchanges: ['KRX', 'NXT'] },
    quotes: async (symbols: readonly string[]) =>
      symbols.map((symbol) => ({ symbol, last, volume: 10, high: last, low: 69_000, at: clock.now() })),
  } as unknown as Broker;
  const calendar = { figuresDay: async () => ({ day, until: at('08:40', '2026-12-01') }) };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const watch = createWatch({ broker, calendar, clock, log });
  onTestFinished(() => watch.stop());
  const seen: Sighting[] = [];
  watch.listen((sighting) => void seen.push(sighting));
  await watch.want('test', { symbol: '005930', need: 'listing' });
  watch.onTrade(tradeOf('005930', 70_000, clock.now(), { session: 'post-close', high: 70_500, low: 69_000 }));
  await clock.advance(at('17:00') - clock.now());
  last = 71_000;
  await watch.lookAtAll();
  expect(seen.at(-1)).toMatchObject({ price: 71_000, session: 'after-market', source: 'poll', touched: {} });
  expect(watch.lastLook('005930')?.range?.high).toBe(70_500);
});
