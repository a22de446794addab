import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alert, type AlertCondition, isReached } from '../../../src/domain/alerts/alert.ts';
import { barsNeeded, type DayFigures, levelOn, startDay, withCost } from '../../../src/domain/alerts/alert-level.ts';
import type { Bar } from '../../../src/domain/market/quote.ts';

const day = '20261123';
/** Weekdays before the day, oldest first; any that sort before it will do. */
const barsOf = (closes: readonly number[], changes: Partial<Bar> = {}): readonly Bar[] =>
  closes.map((close, index) => {
    const start = String(20260101 + index);
    return { start, open: close, high: close, low: close, close, volume: 1_000, ...changes };
  });
const figuresOf = (bars: readonly Bar[], changes: Partial<DayFigures> = {}): DayFigures => ({
  day,
  basePrice: 70_000,
  bars,
  averageCost: undefined,
  ...changes,
});
const closes = fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 60, maxLength: 60 });
const price = fc.integer({ min: 1, max: 1_000_000 });
const side = fc.constantFrom('over' as const, 'under' as const);

/** The mean of the last `days` closes, the price the last of them, times `days`. */
const total = (past: readonly number[], last: number, days: number): number =>
  [...past.slice(past.length - (days - 1)), last].reduce((sum, one) => sum + one, 0);

describe('a level says what its condition says', () => {
  /** At a price, and where the level is, to the won. */
  const agrees = (condition: AlertCondition, figures: DayFigures, last: number, holds: (price: number) => boolean) => {
    const level = levelOn(condition, figures);
    if (level === undefined) throw new Error('no level');
    for (const one of [last, level.value - 1, level.value, level.value + 1]) {
      expect(isReached(level, one), String(one)).toBe(holds(one));
    }
  };

  test('of a moving average, with the price in it', () => {
    fc.assert(
      fc.property(closes, price, side, fc.integer({ min: 2, max: 61 }), (past, last, which, days) => {
        agrees({ kind: 'average', side: which, days }, figuresOf(barsOf(past)), last, (one) => {
          const mean = total(past, one, days);
          return which === 'over' ? one * days > mean : one * days < mean;
        });
      }),
    );
  });

  test('of two moving averages', () => {
    const lengths = fc.uniqueArray(fc.integer({ min: 2, max: 61 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        closes,
        price,
        fc.constantFrom('golden' as const, 'dead' as const),
        lengths,
        (past, last, cross, two) => {
          const [short = 0, long = 0] = two.toSorted((a, b) => a - b);
          agrees({ kind: 'cross', cross, short, long }, figuresOf(barsOf(past)), last, (at) => {
            const [one, other] = [total(past, at, short) * long, total(past, at, long) * short];
            return cross === 'golden' ? one > other : one < other;
          });
        },
      ),
    );
  });

  test('of a percentage of the base price, and of the average cost', () => {
    const hundredths = fc.integer({ min: -9_999, max: 30_000 });
    const direction = fc.constantFrom('at-or-above' as const, 'at-or-below' as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), price, hundredths, direction, (base, last, off, which) => {
        const holds = (one: number): boolean => {
          const [now, wanted] = [one * 10_000, base * (10_000 + off)];
          return which === 'at-or-above' ? now >= wanted : now <= wanted;
        };
        const figures = figuresOf([], { basePrice: base, averageCost: `${base}.0000` });
        for (const kind of ['change', 'cost'] as const)
          agrees({ kind, direction: which, percent: off / 100 }, figures, last, holds);
      }),
    );
  });

  test('of an average cost with decimals', () => {
    const cost = { kind: 'cost', direction: 'at-or-below', percent: -5 } as const;
    expect(levelOn(cost, figuresOf([], { averageCost: '71234.5678' }))?.value).toBe(67_672);
    expect(levelOn({ ...cost, direction: 'at-or-above' }, figuresOf([], { averageCost: '71234.5678' }))?.value).toBe(
      67_673,
    );
  });

  test('of the year before, and of no older day', () => {
    const bars = [
      ...barsOf([90_000], { start: '20251122' }),
      ...barsOf([80_000], { start: '20251123', high: 81_000, low: 60_500 }),
      // Not traded that day.
      ...barsOf([75_000], { start: '20261120', open: 0, high: 0, low: 0, volume: 0 }),
      ...barsOf([99_000], { start: day, low: 1 }),
    ];
    expect(levelOn({ kind: 'year-high' }, figuresOf(bars))).toMatchObject({ direction: 'at-or-above', value: 81_001 });
    expect(levelOn({ kind: 'year-low' }, figuresOf(bars))).toMatchObject({ direction: 'at-or-below', value: 60_499 });
  });

  test('of the usual volume, over the 20 days before', () => {
    const bars = [...barsOf([1], { volume: 9_999_999 }), ...barsOf(Array(20).fill(70_000), { volume: 1_001 })];
    const level = levelOn({ kind: 'volume', times: 2.5 }, figuresOf(bars));
    expect(level).toEqual({ metric: 'volume', direction: 'at-or-above', value: 2_503 });
  });

  test.each<[AlertCondition, Partial<DayFigures>]>([
    [{ kind: 'average', side: 'over', days: 20 }, { bars: barsOf(Array(18).fill(1)) }],
    [{ kind: 'cross', cross: 'dead', short: 5, long: 20 }, { bars: barsOf(Array(18).fill(1)) }],
    [{ kind: 'volume', times: 1 }, { bars: barsOf(Array(19).fill(1)) }],
    [{ kind: 'volume', times: 1 }, { bars: barsOf(Array(20).fill(1), { volume: 0 }) }],
    [{ kind: 'year-high' }, { bars: [] }],
    [{ kind: 'cost', direction: 'at-or-below', percent: -5 }, {}],
    [{ kind: 'cost', direction: 'at-or-below', percent: -5 }, { averageCost: '0.0000' }],
    [{ kind: 'change', direction: 'at-or-above', percent: 3 }, { basePrice: 0 }],
  ])('%j has none where it cannot be said', (condition, changes) => {
    expect(levelOn(condition, figuresOf([], changes))).toBeUndefined();
  });

  test('of as many days as it asks for', () => {
    const condition = { kind: 'average', side: 'over', days: 20 } as const;
    expect(levelOn(condition, figuresOf(barsOf(Array(barsNeeded(condition)).fill(70_000))))?.value).toBe(70_001);
  });
});

const alertOf = (condition: AlertCondition, state: Alert['state']): Alert => ({
  id: 'a',
  account: 'main',
  personId: 'p',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  condition,
  hours: 'regular',
  repeats: true,
  until: undefined,
  level: undefined,
  levelDay: '20261120',
  state,
  createdAt: 0,
  firedAt: undefined,
});

describe('a new day', () => {
  const over = { kind: 'average', side: 'over', days: 20 } as const;
  const at = (closePrice: number): DayFigures => figuresOf(barsOf(Array(19).fill(closePrice)));

  test.each([
    // The base price is 70,000: under 69,000 the average lies below it, and the condition holds.
    ['what holds and was waiting waits on', over, 'waiting', at(69_000), 'waiting'],
    ['what came true overnight fires with the first price', over, 'armed', at(69_000), 'armed'],
    ['what holds no more is armed', over, 'waiting', at(71_000), 'armed'],
    ['a change begins anew', { kind: 'change', direction: 'at-or-above', percent: 3 }, 'waiting', at(1), 'armed'],
    [
      'a change that holds at nought waits',
      { kind: 'change', direction: 'at-or-below', percent: 3 },
      'armed',
      at(1),
      'waiting',
    ],
    ['a volume begins anew', { kind: 'volume', times: 2 }, 'waiting', figuresOf(barsOf(Array(20).fill(1))), 'armed'],
    ['without figures it waits', over, 'armed', figuresOf([]), 'waiting'],
  ] as const)('%s', (_what, condition, before, figures, after) => {
    expect(startDay(alertOf(condition, before), figures)).toMatchObject({ state: after, levelDay: day });
  });
});

describe('an average cost', () => {
  const loss = { kind: 'cost', direction: 'at-or-below', percent: -5 } as const;
  const held = withCost(alertOf(loss, 'waiting'), { averageCost: '70000.0000', last: 70_000 });

  test('is followed; with it the same nothing changes', () => {
    expect(held).toMatchObject({ state: 'armed', level: { value: 66_500 } });
    expect(withCost(held, { averageCost: '70000.0000', last: 1 })).toBe(held);
    expect(withCost(held, { averageCost: '80000.0000', last: 77_000 })).toMatchObject({ level: { value: 76_000 } });
  });

  test('that makes it true is told by the next price', () => {
    expect(withCost(held, { averageCost: '80000.0000', last: 70_000 })).toMatchObject({ state: 'armed' });
  });

  test('of nothing sleeps, and of a new holding starts from where that is', () => {
    const sold = withCost(held, undefined);
    expect(sold).toMatchObject({ state: 'waiting', level: undefined });
    expect(withCost(sold, { averageCost: '80000.0000', last: 70_000 })).toMatchObject({ state: 'waiting' });
    expect(withCost(sold, { averageCost: '70000.0000', last: 70_000 })).toMatchObject({ state: 'armed' });
  });
});
