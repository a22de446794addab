import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aggregateBars, barIntervals, minutesOf, movingAverage } from '../../../src/domain/market/bars.ts';
import type { Bar } from '../../../src/domain/market/quote.ts';

const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}`;

const price = fc.integer({ min: 1, max: 3_000_000 });
const candle = fc
  .record({ prices: fc.tuple(price, price, price, price), volume: fc.integer({ min: 0, max: 10_000_000 }) })
  .map(({ prices: [open, close, one, other], volume }) => ({
    open,
    close,
    high: Math.max(open, close, one, other),
    low: Math.min(open, close, one, other),
    volume,
  }));
/** Minutes of two days, with gaps where nothing traded. */
const minuteBars: fc.Arbitrary<readonly Bar[]> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('20261120', '20261123'), fc.integer({ min: 540, max: 930 })), {
    selector: ([day, minute]) => `${day} ${minute}`,
    maxLength: 60,
  })
  .chain((moments) =>
    fc.array(candle, { minLength: moments.length, maxLength: moments.length }).map((candles) =>
      moments
        .map(([day, minute]) => `${day} ${timeOf(minute)}`)
        .toSorted()
        .flatMap((start, index) => {
          const found = candles[index];
          return found === undefined ? [] : [{ start, ...found }];
        }),
    ),
  );
const length = fc.constantFrom(1, 3, 5, 10, 15, 30, 60);
const sum = (bars: readonly Bar[]): number => bars.reduce((total, { volume }) => total + volume, 0);

describe('minutes put together', () => {
  test('keep volume, extremes, first and last price, and their order', () => {
    fc.assert(
      fc.property(minuteBars, length, (bars, minutes) => {
        const made = aggregateBars(bars, minutes);
        expect(sum(made)).toBe(sum(bars));
        expect(Math.max(...made.map(({ high }) => high))).toBe(Math.max(...bars.map(({ high }) => high)));
        expect(Math.min(...made.map(({ low }) => low))).toBe(Math.min(...bars.map(({ low }) => low)));
        expect(made[0]?.open).toBe(bars[0]?.open);
        expect(made.at(-1)?.close).toBe(bars.at(-1)?.close);
        const starts = made.map(({ start }) => start);
        expect(starts).toEqual([...new Set(starts)].toSorted());
        for (const { open, high, low, close } of made) {
          expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
          expect(low).toBeLessThanOrEqual(Math.min(open, close));
        }
      }),
    );
  });

  test('each falls into the stretch it lies in', () => {
    fc.assert(
      fc.property(minuteBars, length, (bars, minutes) => {
        const starts = aggregateBars(bars, minutes).map(({ start }) => start);
        const wanted = bars.map(({ start }) => {
          const minute = Number(start.slice(9, 11)) * 60 + Number(start.slice(11));
          return `${start.slice(0, 9)}${timeOf(Math.floor(minute / minutes) * minutes)}`;
        });
        expect(starts).toEqual([...new Set(wanted)]);
      }),
    );
  });

  test('one minute stays as it is', () => {
    fc.assert(
      fc.property(minuteBars, (bars) => {
        expect(aggregateBars(bars, 1)).toEqual(bars);
      }),
    );
  });

  test('the closing auction has a candle of its own', () => {
    const at = (start: string, close: number): Bar => ({
      start,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
    });
    const made = aggregateBars([at('20261123 1515', 10), at('20261123 1519', 12), at('20261123 1530', 11)], 5);
    expect(made.map(({ start, volume }) => [start, volume])).toEqual([
      ['20261123 1515', 2],
      ['20261123 1530', 1],
    ]);
  });
});

test('a moving average is the mean of as many closes, where there are so many', () => {
  fc.assert(
    fc.property(minuteBars, fc.integer({ min: 1, max: 20 }), (bars, count) => {
      const averages = movingAverage(bars, count);
      const wanted = bars.map((_, index) => {
        const closes = bars.slice(Math.max(0, index + 1 - count), index + 1).map(({ close }) => close);
        return closes.length < count ? undefined : closes.reduce((total, close) => total + close, 0) / count;
      });
      expect(averages).toEqual(wanted);
    }),
  );
});

test('intervals are minutes, or longer', () => {
  expect(barIntervals.map(minutesOf)).toEqual([1, 3, 5, 10, 15, 30, 60, undefined, undefined, undefined, undefined]);
});
