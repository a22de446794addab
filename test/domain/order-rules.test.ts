import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentKind } from '../../src/domain/instrument.ts';
import type { OrderRequest } from '../../src/domain/order.ts';
import {
  checkDrift,
  checkOrderCap,
  checkPrice,
  costRates,
  estimateCost,
  nearestTicks,
  priceBand,
  stepPrice,
  tickSize,
  valuationPrice,
} from '../../src/domain/order-rules.ts';

const kinds: readonly InstrumentKind[] = ['stock', 'etf', 'etn', 'other'];
const kindOf = fc.constantFrom(...kinds);
const priceOf = fc.integer({ min: 1, max: 5_000_000 });
/** A price that can be ordered at. */
const gridPriceOf = fc
  .tuple(priceOf, kindOf)
  .map(([price, kind]) => ({ kind, price: Math.max(1, nearestTicks(price, kind).below) }));

function onGrid(price: number, kind: InstrumentKind): boolean {
  return price % tickSize(price, kind) === 0;
}

describe('price steps', () => {
  it.each([
    [1, 1],
    [1_999, 1],
    [2_000, 5],
    [4_999, 5],
    [5_000, 10],
    [19_999, 10],
    [20_000, 50],
    [49_999, 50],
    [50_000, 100],
    [199_999, 100],
    [200_000, 500],
    [499_999, 500],
    [500_000, 1_000],
    [3_000_000, 1_000],
  ])('shares at %d won step by %d', (price, tick) => {
    expect(tickSize(price, 'stock')).toBe(tick);
    expect(tickSize(price, 'other')).toBe(tick);
  });

  it.each([
    [1, 1],
    [1_999, 1],
    [2_000, 5],
    [50_000, 5],
    [500_000, 5],
  ])('funds at %d won step by %d', (price, tick) => {
    expect(tickSize(price, 'etf')).toBe(tick);
    expect(tickSize(price, 'etn')).toBe(tick);
  });

  it.each([
    [70_050, 'stock', 70_000, 70_100],
    [70_000, 'stock', 70_000, 70_000],
    [199_950, 'stock', 199_900, 200_000],
    [200_100, 'stock', 200_000, 200_500],
    [1_999, 'stock', 1_999, 1_999],
    [2_001, 'etf', 2_000, 2_005],
    [43_297, 'etf', 43_295, 43_300],
  ] as const)('the nearest prices to %d (%s) are %d and %d', (price, kind, below, above) => {
    expect(nearestTicks(price, kind)).toEqual({ below, above });
  });

  it('the nearest prices are on the grid, enclose the price and are one step apart', () => {
    fc.assert(
      fc.property(priceOf, kindOf, (price, kind) => {
        const { below, above } = nearestTicks(price, kind);
        expect(below).toBeLessThanOrEqual(price);
        expect(above).toBeGreaterThanOrEqual(price);
        expect(onGrid(above, kind)).toBe(true);
        expect(below === 0 || onGrid(below, kind)).toBe(true);
        expect([0, tickSize(price, kind)]).toContain(above - below);
      }),
    );
  });

  it.each([
    [200_000, 'up', 200_500],
    [200_000, 'down', 199_900],
    [199_900, 'up', 200_000],
    [2_000, 'down', 1_999],
    [5_000, 'down', 4_995],
    [500_000, 'down', 499_500],
    [500_000, 'up', 501_000],
  ] as const)('a step from %d %s is %d', (price, direction, next) => {
    expect(stepPrice(price, direction, 'stock')).toBe(next);
  });

  it('stepping stays on the grid, and a step up and one down cancel', () => {
    fc.assert(
      fc.property(gridPriceOf, ({ price, kind }) => {
        const up = stepPrice(price, 'up', kind);
        expect(onGrid(up, kind)).toBe(true);
        expect(stepPrice(up, 'down', kind)).toBe(price);
        const down = stepPrice(price, 'down', kind);
        expect(down === 0 || onGrid(down, kind)).toBe(true);
        expect(down).toBeLessThan(price);
        if (down > 0) expect(stepPrice(down, 'up', kind)).toBe(price);
      }),
    );
  });
});

describe('the price band', () => {
  // Base, upper and lower limit as KIS answered them on days since the present steps are in force.
  it.each([
    [76_500, 99_400, 53_600],
    [77_300, 100_400, 54_200],
    [78_200, 101_600, 54_800],
    [193_000, 250_500, 135_100],
  ])('of a base of %d is %d to %d', (base, upper, lower) => {
    expect(priceBand(base, 'stock')).toEqual({ upper, lower });
  });

  it('is cut to the step at the base first, even where the limit lies on a finer grid', () => {
    // 18,060 becomes 18,000; without that cut the lower limit would be 42,150.
    expect(priceBand(60_200, 'stock')).toEqual({ upper: 78_200, lower: 42_200 });
  });

  it('has its edges on the grid, around the base, and no wider than 30 %', () => {
    fc.assert(
      fc.property(gridPriceOf, ({ price, kind }) => {
        const { upper, lower } = priceBand(price, kind);
        expect(onGrid(upper, kind)).toBe(true);
        expect(onGrid(lower, kind)).toBe(true);
        expect(upper).toBeGreaterThanOrEqual(price);
        expect(lower).toBeLessThanOrEqual(price);
        expect(lower).toBeGreaterThan(0);
        // In whole won, because 1.3 is no number of ours.
        expect((upper - price) * 10).toBeLessThanOrEqual(price * 3);
        expect((price - lower) * 10).toBeLessThanOrEqual(price * 3);
      }),
    );
  });

  it('leaves out less than a step of each side', () => {
    fc.assert(
      fc.property(gridPriceOf, ({ price, kind }) => {
        const { upper, lower } = priceBand(price, kind);
        const slack = tickSize(price, kind) + tickSize(upper + tickSize(upper, kind), kind);
        expect(price * 1.3 - upper).toBeLessThan(slack);
        expect(lower - price * 0.7).toBeLessThan(2 * tickSize(price, kind));
      }),
    );
  });
});

describe('costs', () => {
  it.each([
    ['KOSPI', 'stock', 0.002],
    ['KOSDAQ', 'stock', 0.002],
    ['KONEX', 'stock', 0.001],
    ['KOSPI', 'etf', 0],
    ['KOSPI', 'etn', 0],
  ] as const)('a sale of %s %s is taxed at %d', (market, kind, sellTax) => {
    expect(costRates({ market, kind }).sellTax).toBe(sellTax);
  });

  it('taxes sales only, and cuts to whole won', () => {
    const stock = { market: 'KOSPI', kind: 'stock' } as const;
    expect(estimateCost(1_000_000, 'buy', stock)).toEqual({ commission: 140, tax: 0 });
    expect(estimateCost(1_000_000, 'sell', stock)).toEqual({ commission: 140, tax: 2_000 });
    expect(estimateCost(1_000_000, 'sell', { market: 'KOSPI', kind: 'etf' })).toEqual({ commission: 146, tax: 0 });
    expect(estimateCost(999, 'sell', stock)).toEqual({ commission: 0, tax: 1 });
  });
});

describe('rules of one order', () => {
  const quote = { upperLimit: 99_400, lowerLimit: 53_600, last: 77_600, warnings: [] } as const;
  const order = (price: number | null, side: OrderRequest['side'] = 'buy'): OrderRequest => ({
    symbol: '005930',
    side,
    type: price === null ? 'market' : 'limit',
    quantity: 1,
    price,
    exchange: 'KRX',
  });

  it.each([99_400, 53_600, 77_600, null])('lets %s pass', (price) => {
    expect(checkPrice(order(price), quote, 'stock')).toBeUndefined();
  });

  it.each([
    [99_500, { rule: 'rule.upper-limit', price: 99_500, limit: 99_400 }],
    [53_500, { rule: 'rule.lower-limit', price: 53_500, limit: 53_600 }],
    [77_650, { rule: 'rule.tick', price: 77_650, tick: 100, below: 77_600, above: 77_700 }],
  ])('refuses %d', (price, violation) => {
    expect(checkPrice(order(price), quote, 'stock')).toEqual(violation);
  });

  it('takes the fund steps for funds', () => {
    expect(checkPrice(order(77_605), quote, 'etf')).toBeUndefined();
    expect(checkPrice(order(77_603), quote, 'etf')).toMatchObject({ rule: 'rule.tick', below: 77_600, above: 77_605 });
  });

  it('knows issues without a band', () => {
    const free = { ...quote, upperLimit: 0, lowerLimit: 0 };
    expect(checkPrice(order(500_000), free, 'stock')).toBeUndefined();
  });

  it('refuses anything for a halted issue, and nothing for one that is only marked', () => {
    expect(checkPrice(order(null), { ...quote, warnings: ['caution', 'halted'] }, 'stock')).toEqual({
      rule: 'rule.halted',
    });
    expect(checkPrice(order(77_600), { ...quote, warnings: ['caution', 'overheated'] }, 'stock')).toBeUndefined();
  });

  it('values a market purchase at the upper limit', () => {
    expect(valuationPrice(order(null), quote)).toBe(99_400);
    expect(valuationPrice(order(null, 'sell'), quote)).toBe(77_600);
    expect(valuationPrice(order(70_000), quote)).toBe(70_000);
  });

  it('caps the amount of an order and says what would pass', () => {
    expect(checkOrderCap(5_000_000, 77_600, 5_000_000)).toBeUndefined();
    expect(checkOrderCap(5_044_000, 77_600, 5_000_000)).toEqual({
      rule: 'rule.max-order',
      amount: 5_044_000,
      limit: 5_000_000,
      quantity: 64,
    });
  });

  it('minds a price that moved either way', () => {
    expect(checkDrift(100_000, 101_000, 1)).toBeUndefined();
    expect(checkDrift(100_000, 99_000, 1)).toBeUndefined();
    expect(checkDrift(100_000, 98_000, 1)).toEqual({
      rule: 'rule.drift',
      shown: 100_000,
      now: 98_000,
      percent: 2,
      limit: 1,
    });
  });
});
