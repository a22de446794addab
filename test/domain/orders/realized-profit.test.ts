import { describe, expect, test } from 'vitest';
import type { Side, VenueOrder } from '../../../src/domain/orders/order.ts';
import { profitDays, reckonProfit } from '../../../src/domain/orders/realized-profit.ts';

let count = 0;
/** `20261123 buy 005930 10 70000`: filled at that price. */
function orders(...lines: readonly string[]): readonly VenueOrder[] {
  return lines.map((line) => {
    const [day = '', side = '', symbol = '', quantity = '', price = ''] = line.split(' ');
    count += 1;
    return {
      reference: { number: String(count), branch: '06010' },
      original: undefined,
      action: 'new',
      symbol,
      name: `name of ${symbol}`,
      side: side as Side,
      type: 'limit',
      quantity: Number(quantity),
      price: Number(price),
      filledQuantity: Number(quantity),
      filledAmount: Number(quantity) * Number(price),
      remaining: 0,
      cancelledQuantity: 0,
      rejectedQuantity: 0,
      exchange: 'KRX',
      day,
      time: '100000',
      viaApi: true,
    };
  });
}

const free = () => ({ commission: 0, tax: 0 });
const of = (
  lines: readonly string[],
  holdings: readonly { symbol: string; quantity: number; averageCost: string }[] = [],
  days = { from: '20261101', to: '20261130' },
) => reckonProfit({ orders: orders(...lines), holdings, ...days, costOf: free });
const held = (symbol: string, quantity: number, averageCost: string) => ({ symbol, quantity, averageCost });
const unpriced = (shares: number) => ({ unpriced: [{ symbol: 'A', name: 'name of A', shares }] });

describe('what a sale made', () => {
  test('of shares that were all bought in the period', () => {
    const report = of(['20261102 buy A 10 1000', '20261103 sell A 10 1100']);
    expect(report).toMatchObject({ realized: { amount: 1_000, percent: 10 }, reckoned: { unpriced: [] } });
    expect(report.rows).toMatchObject([
      { day: '20261103', soldShares: 10, sold: 11_000, realized: { amount: 1_000, percent: 10 } },
      { day: '20261102', boughtShares: 10, bought: 10_000, realized: { amount: 0 } },
    ]);
  });

  test('by the average of all purchases before it, not of later ones', () => {
    const bought = ['20261102 buy A 10 1000', '20261103 buy A 10 2000'];
    const report = of([...bought, '20261104 sell A 5 1600', '20261105 buy A 100 9000'], [held('A', 115, '8021.7391')]);
    expect(report.realized.amount).toBe(5 * (1_600 - 1_500));
  });

  test('of shares held before the period, from what is held now and what it cost', () => {
    // Before: 10 at 1,000. 10 more at 2,000, so 1,500 on average; 5 sold; 15 at 1,500 are left.
    const report = of(['20261102 buy A 10 2000', '20261103 sell A 5 1600'], [held('A', 15, '1500.0000')]);
    expect(report).toMatchObject({ realized: { amount: 500 }, reckoned: { unpriced: [] } });
  });

  test('sold before and after a purchase: each at the average of its moment', () => {
    // Before: 10 at 1,000. 5 sold at 1,200, 5 bought at 2,000 (1,500 on average), 5 sold at 1,600.
    const lines = ['20261102 sell A 5 1200', '20261103 buy A 5 2000', '20261104 sell A 5 1600'];
    const report = of(lines, [held('A', 5, '1500.0000')]);
    expect(report.rows.map(({ day, realized }) => [day, realized.amount])).toEqual([
      ['20261104', 500],
      ['20261103', 0],
      ['20261102', 1_000],
    ]);
  });

  test('with commission and tax taken off, those of purchases left out', () => {
    const costOf = (amount: number, side: Side) => ({ commission: amount / 1_000, tax: side === 'sell' ? 20 : 0 });
    const report = reckonProfit({
      orders: orders('20261102 buy A 10 1000', '20261102 sell A 10 1100'),
      holdings: [],
      from: '20261102',
      to: '20261102',
      costOf,
    });
    expect(report).toMatchObject({ realized: { amount: 1_000 - 11 - 20 }, commission: 21, tax: 20 });
  });

  test('of each issue by itself, and only of the days asked for', () => {
    const lines = ['20261001 buy A 10 1000', '20261001 buy B 1 50000', '20261102 sell A 10 900', '20261201 sell B 1 1'];
    const report = of(lines);
    expect(report.rows.map(({ symbol, realized }) => [symbol, realized.amount])).toEqual([['A', -1_000]]);
  });
});

describe('what cannot be told is left out and named', () => {
  test('all is sold that was held before the period', () => {
    const report = of(['20261102 sell A 10 1100']);
    expect(report).toMatchObject({ rows: [], realized: { amount: 0 }, reckoned: unpriced(10) });
  });

  test('sold out in between: the sale after a new purchase is known all the same', () => {
    const lines = ['20261102 sell A 10 1100', '20261103 buy A 10 1000', '20261104 sell A 5 1200'];
    const report = of(lines, [held('A', 5, '1000.0000')]);
    expect(report).toMatchObject({ realized: { amount: 1_000 }, reckoned: unpriced(10) });
  });

  test('more was sold than ever was there', () => {
    const report = of(['20261102 buy A 5 1000', '20261103 sell A 10 1100'], [held('A', 5, '1000.0000')]);
    // Ten were held before; of them five are left.
    expect(report.reckoned).toEqual({ unpriced: [] });
    const gone = of(['20261102 buy A 10 1000', '20261103 sell A 5 1100']);
    expect(gone).toMatchObject({ realized: { amount: 0 }, reckoned: unpriced(5) });
  });
});

test('by day: all issues together', () => {
  const lines = ['20261102 buy A 1 1000', '20261102 buy B 1 1000', '20261103 sell A 1 1500', '20261103 sell B 1 700'];
  expect(profitDays(of(lines)).rows).toMatchObject([
    { day: '20261103', sold: 2_200, realized: { amount: 200 } },
    { day: '20261102', bought: 2_000, realized: { amount: 0 } },
  ]);
});
