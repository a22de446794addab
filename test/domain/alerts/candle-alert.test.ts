import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CandleAlert,
  type CandleCondition,
  followCandles,
  lookAt,
} from '../../../src/domain/alerts/candle-alert.ts';
import type { Bar } from '../../../src/domain/market/quote.ts';

const barOf = (index: number, close: number, volume = 100): Bar => {
  const start = `20261123 ${String(900 + index).padStart(4, '0')}`;
  return { start, open: close, high: close + 5, low: close - 5, close, volume };
};
const closing = (price: number): CandleCondition => ({
  kind: 'candle-close',
  minutes: 5,
  direction: 'at-or-above',
  price,
});
const alertOf = (changes: Partial<CandleAlert> = {}): CandleAlert => ({
  id: 'a',
  personId: 'kim',
  account: 'main',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  condition: closing(100),
  repeats: false,
  hours: 'regular',
  until: undefined,
  level: undefined,
  levelDay: '20261123',
  state: 'armed',
  createdAt: 0,
  firedAt: undefined,
  ...changes,
});
const typesOf = (alert: CandleAlert, closes: readonly number[]) =>
  followCandles(
    alert,
    closes.map((close, index) => barOf(index, close)),
  ).events.map(({ type, seen }) => `${type} ${seen.candle.slice(9)}`);

describe('an alert on the close of a candle', () => {
  test('fires at the first candle that closes there, whatever the high was before, and is over', () => {
    expect(typesOf(alertOf(), [90, 99, 101, 90, 120])).toEqual(['fired 0902']);
  });

  test('waits for a candle on the other side where it holds already', () => {
    expect(typesOf(alertOf({ state: 'waiting' }), [110, 120, 90, 100])).toEqual(['armed 0902', 'fired 0903']);
  });

  test('that repeats fires at every crossing', () => {
    const closes = [110, 120, 90, 100, 110, 95, 100];
    expect(typesOf(alertOf({ repeats: true }), closes)).toEqual([
      'fired 0900',
      'armed 0902',
      'fired 0903',
      'armed 0905',
      'fired 0906',
    ]);
  });

  test('never looks at a candle twice', () => {
    const bars = [90, 110].map((close, index) => barOf(index, close));
    const first = followCandles(alertOf({ repeats: true }), bars);
    expect(first.alert.candle).toBe('20261123 0901');
    expect(followCandles(first.alert, bars).events).toEqual([]);
  });

  test('comes to the same from the last candle that changed it, as after a start', () => {
    const closes = fc.array(fc.integer({ min: 90, max: 110 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(closes, fc.constantFrom('armed' as const, 'waiting' as const), fc.nat(), (prices, state, cut) => {
        const bars = prices.map((close, index) => barOf(index, close));
        const through = followCandles(alertOf({ repeats: true, state }), bars);
        // What the ledger holds after some of them: the state, and the candle of its last change.
        const some = followCandles(alertOf({ repeats: true, state }), bars.slice(0, cut % (bars.length + 1)));
        const kept = { ...some.alert, candle: some.events.at(-1)?.seen.candle };
        const rest = followCandles(kept, bars);
        expect([...some.events, ...rest.events]).toEqual(through.events);
        expect(rest.alert.state).toBe(through.alert.state);
      }),
    );
  });
});

describe('an alert on the volume of a candle', () => {
  const condition: CandleCondition = { kind: 'candle-volume', minutes: 5, times: 2.5 };
  const usual = Array.from({ length: 20 }, (_, index) => barOf(index, 100, index % 2 === 0 ? 90 : 110));

  test('compares with the mean of the 20 before it, to the share', () => {
    const look = (volume: number) => lookAt(condition, [...usual, barOf(20, 100, volume)], 20);
    expect([look(249)?.holds, look(250)?.holds]).toEqual([false, true]);
    expect(look(250)?.seen).toEqual({ price: 100, volume: 250, candle: '20261123 0920', usual: 100 });
  });

  test('is not looked at while there are fewer', () => {
    expect(lookAt(condition, [...usual.slice(1), barOf(20, 100, 9_999)], 19)).toBeUndefined();
    const { events, alert } = followCandles(alertOf({ condition }), [...usual.slice(1), barOf(20, 100, 9_999)]);
    expect([events, alert.candle]).toEqual([[], undefined]);
  });
});
