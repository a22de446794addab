import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bar } from '../../../src/domain/market/quote.ts';
import { goldenCross, meanTurnover } from '../../../src/domain/market/screen.ts';

const barsOf = (closes: readonly number[], volume = 1): readonly Bar[] =>
  closes.map((close, index) => ({ start: String(index), open: close, high: close, low: close, close, volume }));

/** A fall, then a rise that begins `ago` bars before the end. */
const turning = (length: number, ago: number): readonly number[] =>
  Array.from({ length }, (_, index) => (index < length - ago ? 20_000 - index * 10 : 60_000));

describe('a golden cross', () => {
  test('is found on the day the quick average rises above the slow one', () => {
    expect(goldenCross(barsOf(turning(300, 1)), 5)).toBeUndefined();
    const days = Array.from({ length: 20 }, (_, ago) => goldenCross(barsOf(turning(300, ago + 1)), 5));
    const first = days.indexOf(0);
    expect(first).toBeGreaterThan(0);
    expect(days.slice(first, first + 6)).toEqual([0, 1, 2, 3, 4, undefined]);
  });

  test('needs as many bars as the slow average and the day before', () => {
    const closes = [...Array.from({ length: 200 }, () => 100), 1_000];
    expect(goldenCross(barsOf(closes), 5)).toBe(0);
    expect(goldenCross(barsOf(closes.slice(1)), 5)).toBeUndefined();
  });

  test('is what adding up by hand finds', () => {
    const spans = { quick: 3, slow: 7 };
    const mean = (closes: readonly number[], end: number, count: number): number =>
      closes.slice(end + 1 - count, end + 1).reduce((sum, close) => sum + close, 0) / count;
    const closes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(closes, fc.integer({ min: 1, max: 10 }), (prices, within) => {
        const isAbove = (end: number): boolean | undefined =>
          end - spans.slow + 1 < 0 ? undefined : mean(prices, end, spans.quick) > mean(prices, end, spans.slow);
        const last = prices.length - 1;
        const crossed = Array.from({ length: within }, (_, ago) => ago).filter(
          (ago) => isAbove(last - ago) === true && isAbove(last - ago - 1) === false,
        );
        const expected = isAbove(last) === true ? crossed[0] : undefined;
        expect(goldenCross(barsOf(prices), within, spans)).toBe(expected);
      }),
    );
  });
});

test('turnover is averaged over the last twenty days, or those there are', () => {
  expect(meanTurnover([])).toBe(0);
  expect(meanTurnover(barsOf([10, 20], 3))).toBe(45);
  expect(
    meanTurnover(barsOf([...Array.from({ length: 50 }, () => 1_000), ...Array.from({ length: 20 }, () => 10)], 2)),
  ).toBe(20);
});
