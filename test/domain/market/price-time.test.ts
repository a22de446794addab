import { describe, expect, test } from 'vitest';
import { type PriceTime, priceTimesAt } from '../../../src/domain/market/price-time.ts';

const said = ({ exchange, session, day, time, isLive }: PriceTime): string =>
  `${exchange} ${session} ${day.slice(4)} ${time}${isLive ? ' now' : ''}`;

function at(day: string, time: string, rest: Partial<Parameters<typeof priceTimesAt>[0]> = {}): readonly string[] {
  const moment = { day, time: time.replace(':', ''), isTradingDay: true, lastDay: '20261127', ...rest };
  const { krx, extended } = priceTimesAt(moment);
  return [krx, ...extended].map(said);
}

const evening = ['KRX after-market 1127 2000', 'NXT after-market 1127 2000'];
const friday = 'KRX regular 1127 1530';
const closed = 'KRX regular 1130 1530';

describe('what the prices are of, on a Monday', () => {
  test.each([
    ['00:00', [friday, ...evening]],
    ['07:59', [friday, ...evening]],
    ['08:00', [friday, 'NXT pre-market 1130 0800 now']],
    ['08:10', [friday, 'NXT pre-market 1130 0810 now']],
    ['08:55', [friday, 'NXT pre-market 1130 0850']],
    ['09:00', ['KRX regular 1130 0900 now']],
    ['10:00', ['KRX regular 1130 1000 now']],
    ['15:25', ['KRX closing-auction 1130 1525 now']],
    ['15:35', [closed]],
    ['15:45', [closed, 'NXT after-market 1130 1545 now']],
    ['17:00', [closed, 'KRX after-market 1130 1700 now', 'NXT after-market 1130 1700 now']],
    ['19:59', [closed, 'KRX after-market 1130 1959 now', 'NXT after-market 1130 1959 now']],
    ['20:01', [closed, 'KRX after-market 1130 2000', 'NXT after-market 1130 2000']],
    ['23:59', [closed, 'KRX after-market 1130 2000', 'NXT after-market 1130 2000']],
  ])('at %s', (time, expected) => expect(at('20261130', time)).toEqual(expected));
});

test.each(['07:59', '10:00', '17:00', '20:01'])('at %s of a Sunday they are what was left on Friday', (time) => {
  expect(at('20261129', time, { isTradingDay: false })).toEqual([friday, ...evening]);
});

test('before KRX had an after-market its evening was Nextrade alone', () => {
  expect(at('20260911', '17:00', { lastDay: '20260910' })).toEqual([
    'KRX regular 0911 1530',
    'NXT after-market 0911 1700 now',
  ]);
});

describe('on a day that opens late', () => {
  test.each([
    ['08:10', ['KRX regular 1118 1530', 'KRX after-market 1118 2000', 'NXT after-market 1118 2000']],
    ['09:30', ['KRX regular 1118 1530', 'KRX after-market 1118 2000', 'NXT after-market 1118 2000']],
    ['10:00', ['KRX regular 1119 1000 now']],
    ['16:10', ['KRX regular 1119 1610 now']],
    ['16:25', ['KRX closing-auction 1119 1625 now']],
    ['16:45', ['KRX regular 1119 1630', 'NXT after-market 1119 1645 now']],
  ])('at %s', (time, expected) => expect(at('20261119', time, { lastDay: '20261118' })).toEqual(expected));

  test('that the venue alone told of', () => {
    const hours = { day: '20261130', open: '1000', close: '1630' };
    expect(at('20261130', '16:10', { hours })).toEqual(['KRX regular 1130 1610 now']);
    expect(at('20261130', '09:30', { hours })).toEqual([friday, ...evening]);
  });

  test.each([
    ['of another day', { day: '20261127', open: '1000', close: '1630' }],
    ['as never were', { day: '20261130', open: '0830', close: '1600' }],
    ['as every day', { day: '20261130', open: '0900', close: '1530' }],
  ])('hours %s change nothing', (_what, hours) => {
    expect(at('20261130', '15:35', { hours })).toEqual([closed]);
    expect(at('20261119', '16:10', { lastDay: '20261118', hours: { ...hours, day: '20261119' } })).toEqual([
      'KRX regular 1119 1610 now',
    ]);
  });
});
