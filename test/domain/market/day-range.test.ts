import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DayRange, touchedBetween, usualMovement, withLook } from '../../../src/domain/market/day-range.ts';
import type { Bar } from '../../../src/domain/market/quote.ts';

/** The range of a day after these prices. */
function rangeOf(prices: readonly number[], day = '20261123'): DayRange {
  return { day, high: Math.max(...prices), low: Math.min(...prices), volume: prices.length };
}

const day = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 });

describe('what happened between two looks', () => {
  test('is every new high and low, once, wherever the looks fall', () => {
    fc.assert(
      fc.property(day, fc.array(fc.nat(59), { maxLength: 12 }), (prices, cuts) => {
        const looks = [...new Set([0, ...cuts.map((cut) => cut % prices.length)])].toSorted((a, b) => a - b);
        let known: DayRange | undefined;
        let [highest, lowest] = [Number.NaN, Number.NaN];
        for (const at of looks) {
          const now = rangeOf(prices.slice(0, at + 1));
          const touched = touchedBetween(known, now);
          if (known === undefined) expect(touched).toEqual({});
          else {
            expect(touched.high).toBe(now.high > highest ? now.high : undefined);
            expect(touched.low).toBe(now.low < lowest ? now.low : undefined);
          }
          known = withLook(known, now);
          [highest, lowest] = [now.high, now.low];
        }
      }),
    );
  });

  test('is the whole of a new day, and nothing of a day that is over', () => {
    const [before, after] = [rangeOf([100, 120, 90]), rangeOf([105, 110], '20261124')];
    expect(touchedBetween(before, after)).toEqual({ high: 110, low: 105 });
    expect(withLook(before, after)).toBe(after);
    expect(touchedBetween(after, before)).toEqual({});
    expect(withLook(after, before)).toBe(after);
  });

  test('is nothing while a new day shows the figures of the day before', () => {
    const before = rangeOf([100, 120, 90]);
    const still = { ...before, day: '20261124' };
    expect(touchedBetween(before, still)).toEqual({});
    expect(withLook(before, still)).toBe(before);
    const begun = rangeOf([101], '20261124');
    expect(touchedBetween(withLook(before, still), begun)).toEqual({ high: 101, low: 101 });
  });
});

describe('the usual movement of a day', () => {
  const bar = (high: number, low: number, close: number): Bar => {
    return { start: '20261120', open: close, high, low, close, volume: 1 };
  };

  test('is the mean true range: a gap over night counts', () => {
    expect(usualMovement([bar(110, 100, 105), bar(115, 105, 110), bar(130, 125, 128)], 128, undefined)).toBe(15);
  });

  test('leaves out what a day without trading does not say', () => {
    expect(usualMovement([bar(110, 100, 105), bar(0, 0, 105), bar(115, 105, 110)], 110, undefined)).toBe(5);
  });

  test('without candles is the range of today, and two percent where that says nothing yet', () => {
    expect(usualMovement([], 10_000, { high: 10_600, low: 10_000 })).toBe(600);
    expect(usualMovement([], 10_000, { high: 10_010, low: 10_000 })).toBe(200);
    expect(usualMovement([bar(110, 100, 105)], 10_000, undefined)).toBe(200);
    expect(usualMovement([], 3, undefined)).toBe(1);
  });
});
