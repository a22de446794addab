import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentKind } from '../../../src/domain/market/instrument.ts';
import type { OrderRequest, Side } from '../../../src/domain/orders/order.ts';
import {
  checkDrift,
  checkOrderCap,
  checkPlace,
  checkPrice,
  checkSlippage,
  costRates,
  estimateCost,
  estimateSlippage,
  isPricedByBook,
  laterUpperLimit,
  levelsFor,
  nearestTicks,
  priceBand,
  stepPrice,
  tickSize,
  valuationPrice,
} from '../../../src/domain/orders/order-rules.ts';

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

  it.each([
    // Of a leveraged fund the band is 60 % wide; so it will be tomorrow, from where it closes.
    ['etf', { basePrice: 20_000, upperLimit: 32_000, last: 22_000 }, 35_200],
    ['etf', { basePrice: 20_000, upperLimit: 32_000, last: 15_000 }, 32_000],
    ['etn', { basePrice: 20_000, upperLimit: 32_000, last: 22_000 }, 35_200],
    ['etf', { basePrice: 0, upperLimit: 32_000, last: 15_000 }, 32_000],
    ['stock', { basePrice: 70_000, upperLimit: 91_000, last: 80_000 }, 104_000],
    // The first day of a share is wider than all that follow.
    ['stock', { basePrice: 10_000, upperLimit: 40_000, last: 30_000 }, 40_000],
    ['stock', { basePrice: 10_000, upperLimit: 0, last: 30_000 }, 0],
  ] as const)('of a later day, %s %j: %i', (kind, quote, limit) => {
    expect(laterUpperLimit(quote, kind)).toBe(limit);
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
  const quote = { upperLimit: 99_400, lowerLimit: 53_600, basePrice: 76_500, last: 77_600, warnings: [] } as const;
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

  it('lets only limit orders pass in liquidation trading, and purchases of what has no upper limit', () => {
    const liquidated = { ...quote, warnings: ['liquidation'] } as const;
    const refusal = { rule: 'rule.limit-only', last: 77_600 };
    for (const side of ['buy', 'sell'] as const) {
      expect(checkPrice(order(null, side), liquidated, 'stock')).toEqual({ ...refusal, reason: 'liquidation' });
      expect(checkPrice(order(77_600, side), liquidated, 'stock')).toBeUndefined();
    }
    const free = { ...quote, upperLimit: 0, lowerLimit: 0 };
    expect(checkPrice(order(null), free, 'stock')).toEqual({ ...refusal, reason: 'no-band' });
    expect(checkPrice(order(null, 'sell'), free, 'stock')).toBeUndefined();
    // At the close it trades at one price, whatever the limits.
    expect(checkPrice({ ...order(null), type: 'post-close' }, free, 'stock')).toBeUndefined();
    // Of a conditional order the rest goes to the market, though it states a price.
    const conditional = { ...order(77_600), type: 'conditional' } as const;
    expect(checkPrice(conditional, liquidated, 'stock')).toEqual({ ...refusal, reason: 'liquidation' });
    expect(checkPrice(conditional, free, 'stock')).toEqual({ ...refusal, reason: 'no-band' });
    expect(checkPrice(conditional, quote, 'stock')).toBeUndefined();
  });

  it('refuses a stop that would fire at once, and minds both of its prices', () => {
    const stop = (stopPrice: number, side: Side = 'buy'): OrderRequest => ({
      ...order(78_000, side),
      type: 'stop',
      stopPrice,
    });
    expect(checkPrice(stop(77_700), quote, 'stock')).toBeUndefined();
    expect(checkPrice(stop(77_600), quote, 'stock')).toEqual({
      rule: 'rule.stop-reached',
      side: 'buy',
      stop: 77_600,
      last: 77_600,
    });
    expect(checkPrice(stop(77_700, 'sell'), quote, 'stock')).toMatchObject({ rule: 'rule.stop-reached', side: 'sell' });
    expect(checkPrice(stop(77_750), quote, 'stock')).toMatchObject({ rule: 'rule.tick', price: 77_750 });
  });

  it('lets funds and notes trade in the ordinary sessions of KRX alone', () => {
    const shares = ['stock', 'other'] as const;
    for (const kind of shares) {
      expect(checkPlace({ exchange: 'NXT', type: 'limit' }, kind)).toBeUndefined();
      expect(checkPlace({ exchange: 'KRX', type: 'after-limit' }, kind)).toBeUndefined();
    }
    for (const kind of ['etf', 'etn'] as const) {
      expect(checkPlace({ exchange: 'KRX', type: 'limit' }, kind)).toBeUndefined();
      expect(checkPlace({ exchange: 'SOR', type: 'market' }, kind)).toBeUndefined();
      expect(checkPlace({ exchange: 'NXT', type: 'limit' }, kind)).toEqual({ rule: 'rule.shares-only', where: 'NXT' });
      expect(checkPlace({ exchange: 'KRX', type: 'after-limit' }, kind)).toEqual({
        rule: 'rule.shares-only',
        where: 'after-market',
      });
    }
  });

  it('values a market purchase at the upper limit', () => {
    expect(valuationPrice(order(null), quote)).toBe(99_400);
    expect(valuationPrice(order(null, 'sell'), quote)).toBe(77_600);
    expect(valuationPrice(order(70_000), quote)).toBe(70_000);
    // A conditional order may trade at its limit or at the market: the worse of the two counts.
    expect(valuationPrice({ ...order(80_000, 'sell'), type: 'conditional' }, quote)).toBe(80_000);
    expect(valuationPrice({ ...order(70_000, 'sell'), type: 'conditional' }, quote)).toBe(77_600);
    expect(valuationPrice({ ...order(70_000), type: 'conditional' }, quote)).toBe(99_400);
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

/** Levels of one side, best first: asks rise, bids fall. */
const bookOf = (side: Side) =>
  fc
    .tuple(
      gridPriceOf,
      fc.array(fc.record({ steps: fc.integer({ min: 1, max: 4 }), size: fc.integer({ min: 0, max: 500 }) }), {
        maxLength: 10,
      }),
    )
    .map(([{ price: last, kind }, rows]) => {
      let price = last;
      const levels = rows.map(({ steps, size }) => {
        for (let step = 0; step < steps; step += 1) {
          price = Math.max(1, stepPrice(price, side === 'buy' ? 'up' : 'down', kind));
        }
        return { price, size };
      });
      return { last, kind, levels, total: levels.reduce((sum, { size }) => sum + size, 0) };
    });
const anyBook = fc.constantFrom<Side>('buy', 'sell').chain((side) => bookOf(side).map((book) => ({ side, ...book })));
const sharesOf = fc.integer({ min: 1, max: 3_000 });

describe('the slippage of a market order', () => {
  const asks = [
    { price: 70_000, size: 100 },
    { price: 70_100, size: 0 },
    { price: 70_200, size: 100 },
    { price: 70_300, size: 50 },
  ];

  it.each([
    [1, { filled: 1, average: 70_000, worst: 70_000 }],
    [100, { filled: 100, average: 70_000, worst: 70_000 }],
    [200, { filled: 200, average: 70_100, worst: 70_200 }],
    [1_000, { filled: 250, average: 70_140, worst: 70_300 }],
  ])('of %d shares', (quantity, expected) => {
    const estimate = estimateSlippage(asks, quantity, 69_900);
    expect(estimate).toMatchObject(expected);
    expect(estimate?.percent).toBeCloseTo(((expected.average - 69_900) / 69_900) * 100, 10);
  });

  it('cannot be said where nobody offers', () => {
    expect(estimateSlippage([], 1, 70_000)).toBeUndefined();
    expect(estimateSlippage([{ price: 70_000, size: 0 }], 1, 70_000)).toBeUndefined();
  });

  it('takes what is there and no more, between the best and the worst price', () => {
    fc.assert(
      fc.property(anyBook, sharesOf, ({ levels, last, total }, quantity) => {
        const estimate = estimateSlippage(levels, quantity, last);
        if (estimate === undefined) {
          expect(total).toBe(0);
          return;
        }
        const { filled, average, worst, percent } = estimate;
        expect(filled).toBe(Math.min(quantity, total));
        const best = levels.find(({ size }) => size > 0)?.price ?? 0;
        // A quotient of whole numbers may be off in its last digit.
        expect(average).toBeGreaterThanOrEqual(Math.min(best, worst) * (1 - 1e-12));
        expect(average).toBeLessThanOrEqual(Math.max(best, worst) * (1 + 1e-12));
        expect(levels.map(({ price }) => price)).toContain(worst);
        expect(last * (1 + percent / 100)).toBeCloseTo(average, 4);
      }),
    );
  });

  it('is that of share after share', () => {
    fc.assert(
      fc.property(anyBook, fc.integer({ min: 1, max: 300 }), ({ levels, last }, quantity) => {
        const one = levels.flatMap(({ price, size }) => Array<number>(size).fill(price)).slice(0, quantity);
        const estimate = estimateSlippage(levels, quantity, last);
        expect(estimate?.worst).toBe(one.at(-1));
        if (estimate !== undefined) {
          expect(estimate.average).toBeCloseTo(one.reduce((sum, price) => sum + price, 0) / one.length, 6);
        }
      }),
    );
  });

  it('never gets better with more shares', () => {
    fc.assert(
      fc.property(anyBook, sharesOf, sharesOf, ({ side, levels, last }, one, more) => {
        const [fewer, larger] = [one, one + more].map((shares) => estimateSlippage(levels, shares, last));
        if (fewer === undefined || larger === undefined) return;
        const sign = side === 'buy' ? 1 : -1;
        expect((larger.percent - fewer.percent) * sign).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});

describe('what an order without a limit takes', () => {
  const book = {
    asks: [
      { price: 70_100, size: 5 },
      { price: 70_200, size: 9 },
    ],
    bids: [
      { price: 70_000, size: 7 },
      { price: 69_900, size: 3 },
    ],
  };
  const of = (type: OrderRequest['type'], side: Side, from: Parameters<typeof levelsFor>[1] = book) =>
    levelsFor({ type, side, quantity: 100 }, from);

  it('is the other side, or all of it at the one price of its type', () => {
    expect(of('market', 'buy')).toEqual(book.asks);
    expect(of('market', 'sell')).toEqual(book.bids);
    expect(of('best', 'buy')).toEqual([{ price: 70_100, size: 100 }]);
    expect(of('top', 'buy')).toEqual([{ price: 70_000, size: 100 }]);
    expect(of('top', 'sell')).toEqual([{ price: 70_100, size: 100 }]);
    expect(of('mid', 'sell')).toEqual([{ price: 70_050, size: 100 }]);
    for (const type of ['limit', 'pre-close', 'post-close'] as const) expect(of(type, 'buy')).toBeUndefined();
  });

  it('is nothing where a side that it needs is empty', () => {
    expect(of('best', 'buy', { ...book, asks: [] })).toEqual([]);
    expect(of('top', 'buy', { ...book, bids: [] })).toEqual([]);
    expect(of('mid', 'buy', { ...book, asks: [] })).toEqual([]);
    expect(of('mid', 'buy', { ...book, bids: [] })).toEqual([]);
  });

  it('is told by the book, but for an order that states its price or trades at the close', () => {
    for (const type of ['market', 'best', 'top', 'mid'] as const) expect(isPricedByBook(type)).toBe(true);
    for (const type of ['limit', 'stop', 'pre-close', 'post-close'] as const) expect(isPricedByBook(type)).toBe(false);
  });
});

describe('the limit on slippage', () => {
  const quote = { last: 70_000, upperLimit: 91_000, lowerLimit: 49_000 };
  const levels = [
    { price: 70_000, size: 100 },
    { price: 71_400, size: 100 },
  ];
  const bids = [
    { price: 70_000, size: 100 },
    { price: 68_600, size: 100 },
  ];

  it('lets pass what stays within it', () => {
    expect(checkSlippage({ side: 'buy', quantity: 200 }, levels, quote, 'stock', 1)).toBeUndefined();
    expect(checkSlippage({ side: 'sell', quantity: 200 }, bids, quote, 'stock', 1)).toBeUndefined();
  });

  it('says which quantity and which price would pass', () => {
    expect(checkSlippage({ side: 'buy', quantity: 200 }, levels, quote, 'stock', 0.5)).toEqual({
      rule: 'rule.slippage',
      percent: 1,
      limit: 0.5,
      average: 70_700,
      quantity: 133,
      price: 70_300,
    });
    expect(checkSlippage({ side: 'sell', quantity: 200 }, bids, quote, 'stock', 0.5)).toMatchObject({
      rule: 'rule.slippage',
      percent: -1,
      quantity: 133,
      price: 69_700,
    });
  });

  it('does not mind a price better than the last one', () => {
    const cheap = [{ price: 60_000, size: 10 }];
    expect(checkSlippage({ side: 'buy', quantity: 10 }, cheap, quote, 'stock', 0)).toBeUndefined();
    expect(checkSlippage({ side: 'sell', quantity: 10 }, cheap, quote, 'stock', 10)).toMatchObject({
      rule: 'rule.slippage',
      quantity: 0,
      price: 63_000,
    });
  });

  it('refuses a book that is too thin, whatever the price, and an empty one', () => {
    expect(checkSlippage({ side: 'buy', quantity: 201 }, levels, quote, 'stock', 0.5)).toEqual({
      rule: 'rule.thin-book',
      visible: 200,
      quantity: 133,
      price: 70_300,
    });
    expect(checkSlippage({ side: 'buy', quantity: 201 }, levels, quote, 'stock', 50)).toMatchObject({
      quantity: 200,
      price: 91_000,
    });
    expect(checkSlippage({ side: 'sell', quantity: 201 }, bids, quote, 'stock', 50)).toMatchObject({ price: 49_000 });
    const free = { ...quote, upperLimit: 0, lowerLimit: 0 };
    expect(checkSlippage({ side: 'buy', quantity: 201 }, levels, free, 'stock', 50)).toMatchObject({ price: 105_000 });
    expect(checkSlippage({ side: 'sell', quantity: 1 }, [], quote, 'stock', 50)).toEqual({
      rule: 'rule.empty-book',
      side: 'sell',
      last: 70_000,
    });
  });

  it('says truly what would pass: that many shares do, one more does not, and the price is one to order at', () => {
    fc.assert(
      fc.property(
        anyBook,
        sharesOf,
        fc.double({ min: 0, max: 5, noNaN: true }),
        ({ side, levels: book, last, kind }, quantity, limit) => {
          const band = {
            basePrice: last,
            last,
            upperLimit: priceBand(last, kind).upper,
            lowerLimit: priceBand(last, kind).lower,
          };
          const check = (shares: number) => checkSlippage({ side, quantity: shares }, book, band, kind, limit);
          const refused = check(quantity);
          if (refused === undefined || refused.rule === 'rule.empty-book') return;
          if (refused.rule !== 'rule.slippage' && refused.rule !== 'rule.thin-book') throw new Error(refused.rule);
          expect(refused.quantity).toBeLessThan(quantity);
          if (refused.quantity > 0) expect(check(refused.quantity)).toBeUndefined();
          expect(check(refused.quantity + 1)).toBeDefined();
          const request: OrderRequest = {
            symbol: '005930',
            side,
            type: 'limit',
            quantity,
            price: refused.price,
            exchange: 'KRX',
          };
          expect(checkPrice(request, { ...band, warnings: [] }, kind)).toBeUndefined();
          const away = ((refused.price - last) / last) * 100 * (side === 'buy' ? 1 : -1);
          expect(away).toBeLessThanOrEqual(limit + 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });
});
