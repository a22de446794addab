import { expect, test } from 'vitest';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { PriceEvents } from '../../../src/services/events/price-events.ts';

const day = '20261123';
const quote = (change: Partial<Quote> = {}): Quote => ({
  symbol: '005930',
  last: 70_000,
  change: 0,
  changePercent: 0,
  open: 70_000,
  high: 70_100,
  low: 69_900,
  volume: 100,
  turnover: 7_000_000,
  upperLimit: 91_000,
  lowerLimit: 49_000,
  basePrice: 70_000,
  tickSize: 100,
  warnings: [],
  at: 0,
  ...change,
});
const year = { yearHigh: { price: 80_000, day: '20260105' }, yearLow: { price: 60_000, day: '20260301' } };
const seen = (price: number, on = day) => ({ symbol: '005930', price, day: on, high: undefined, low: undefined });
const keys = (events: readonly { readonly key: string }[]): readonly string[] => events.map(({ key }) => key);

test('a touch between two looks is found by the high and low of the day', () => {
  const prices = new PriceEvents();
  prices.learn(quote(year), day);
  expect(keys(prices.look(quote({ high: 80_100, low: 59_900 }), day))).toEqual(['year high', 'year low']);
  expect(keys(prices.look(quote({ high: 91_000, low: 49_000 }), day))).toEqual([
    'year high',
    'year low',
    'limit upper',
    'limit lower',
  ]);
});

test('the price of the 52 weeks again is no new high', () => {
  const prices = new PriceEvents();
  prices.learn(quote(year), day);
  expect(prices.look(quote({ high: 80_000, low: 60_000 }), day)).toEqual([]);
});

test('a high of today that KIS counts in already is one', () => {
  const prices = new PriceEvents();
  const today = { yearHigh: { price: 81_000, day }, yearLow: year.yearLow };
  expect(prices.learn(quote({ high: 81_000, ...today }), day)).toEqual([
    expect.objectContaining({ key: 'year high', price: 81_000, before: undefined }),
  ]);
});

test('figures of before the first trade, and zeros for prices and limits, are none', () => {
  const prices = new PriceEvents();
  prices.learn(quote(year), day);
  expect(prices.look(quote({ volume: 0, last: 91_000, high: 0, low: 0 }), day)).toEqual([]);
  expect(prices.look(quote({ high: 70_000, low: 0 }), day)).toEqual([]);
  expect(prices.look(quote({ upperLimit: 0, lowerLimit: 0 }), day)).toEqual([]);
  expect(prices.see(seen(0))).toEqual([]);
});

test('what is seen is told once, and what was known yesterday does not count today', () => {
  const prices = new PriceEvents();
  prices.learn(quote(year), day);
  expect(keys(prices.see(seen(80_100)))).toEqual(['year high']);
  expect(prices.see(seen(80_200))).toEqual([]);
  expect(prices.see(seen(80_300, '20261124'))).toEqual([]);
  prices.keep(new Set(['005930']), '20261124');
  expect(prices.knows('005930', '20261124')).toBe(false);
});
