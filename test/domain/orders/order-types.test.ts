import { describe, expect, test } from 'vitest';
import {
  exchangeSessions,
  later,
  type SessionKind,
  sessionAt,
  sessionRowAt,
} from '../../../src/domain/market/session.ts';
import type { Exchange, OrderType } from '../../../src/domain/orders/order.ts';
import { levelsFor, valuationPrice } from '../../../src/domain/orders/order-rules.ts';
import { sharesForPercent, sharesForSum } from '../../../src/domain/orders/order-size.ts';
import {
  hasLimit,
  hoursTaken,
  isRepriceable,
  orderTypeOf,
  orderTypeTraits,
  propertiesOf,
  stopIsReached,
  typesEverTaken,
  typesTaken,
} from '../../../src/domain/orders/order-types.ts';
import { orderTypeCode, orderTypeOfCode } from '../../../src/kis/order-types.ts';
import { orderTypes as simulated } from '../../../src/simulator/account/order-types.ts';

const types = Object.keys(orderTypeTraits) as OrderType[];
const exchanges: readonly Exchange[] = ['KRX', 'NXT', 'SOR'];
const sessions: readonly SessionKind[] = [
  'pre-market',
  'opening-auction',
  'regular',
  'closing-auction',
  'post-close',
  'after-opening',
  'after-market',
  'closed',
];
const day = '20261123';

describe('order types', () => {
  test('each has a code of its own, and is read back from it', () => {
    for (const type of types) expect(orderTypeOfCode(orderTypeCode(type))).toBe(type);
    expect(new Set(types.map(orderTypeCode)).size).toBe(types.length);
    for (const code of ['07', '27', '28', '29', '99']) expect(orderTypeOfCode(code)).toBe('other');
  });

  test('what we send is what the simulator documents, and nothing else', () => {
    for (const exchange of exchanges) {
      for (const session of sessions) {
        for (const type of typesTaken(exchange, session, day, 0)) {
          const row = simulated[orderTypeCode(type)];
          expect(row?.taken[exchange], `${exchange} ${session} ${type}`).toContain(session);
          expect([row?.pricing, row?.condition]).toEqual([
            orderTypeTraits[type].pricing,
            orderTypeTraits[type].condition,
          ]);
        }
      }
    }
    expect(Object.keys(simulated).toSorted()).toEqual(types.map(orderTypeCode).toSorted());
  });

  test('nothing is taken while an exchange is closed', () => {
    for (const exchange of exchanges) expect(typesTaken(exchange, 'closed', day, 0)).toEqual([]);
  });

  test("by date and minute: KRX's after-market since 2026-09-14, yesterday's close for ten minutes", () => {
    expect(typesTaken('KRX', 'after-market', '20260911', 0)).toEqual([]);
    expect(typesTaken('KRX', 'after-market', '20260914', 0)).toContain('after-limit');
    expect(typesTaken('KRX', 'opening-auction', day, 9.9)).toContain('pre-close');
    expect(typesTaken('KRX', 'opening-auction', day, 10)).not.toContain('pre-close');
  });

  test.each([
    ['KRX', 'limit', day, '0830-1530'],
    ['KRX', 'best', day, '0900-1520'],
    ['KRX', 'pre-close', day, '0830-0840'],
    ['KRX', 'pre-close', '20261119', '0930-0940'],
    ['KRX', 'post-close', '20261119', '1630-1700'],
    ['KRX', 'after-limit', '20260911', ''],
    ['KRX', 'after-limit', '20260914', '1600-2000'],
    ['KRX', 'after-limit', day, '1600-2000'],
    ['NXT', 'limit', day, '0800-0850 0901-1520 1530-2000'],
    ['NXT', 'best', day, '0800-0850 0901-1520 1540-2000'],
    ['NXT', 'market', day, ''],
    ['SOR', 'limit', '20261119', '1000-1620'],
  ] as const)('%s takes %s on %s at %s', (exchange, type, on, hours) => {
    expect(
      hoursTaken(exchange, type, on)
        .map(({ start, end }) => `${start}-${end}`)
        .join(' '),
    ).toBe(hours);
    expect(typesEverTaken(exchange, on).includes(type)).toBe(hours !== '');
  });

  test('the hours of a type are those in which it is among what is taken, minute by minute', () => {
    for (const on of [day, '20260911', '20261119', '20270104']) {
      for (const exchange of exchanges) {
        for (let minute = 7 * 60; minute < 21 * 60; minute += 1) {
          const time = later('0000', minute);
          const row = sessionRowAt(on, `${time}00`, exchangeSessions(exchange, on));
          const since =
            row === undefined ? 0 : minute - Number(row.start.slice(0, 2)) * 60 - Number(row.start.slice(2));
          const now = row === undefined ? [] : typesTaken(exchange, row.kind, on, since);
          const byHours = typesEverTaken(exchange, on).filter((type) =>
            hoursTaken(exchange, type, on).some(({ start, end }) => start <= time && time < end),
          );
          expect([...now].sort(), `${exchange} ${on} ${time}`).toEqual([...byHours].sort());
        }
      }
    }
  });

  test("Nextrade's day, and those that open late", () => {
    const at = (time: string, on = day): SessionKind => sessionAt(on, time, exchangeSessions('NXT', on));
    expect(
      [
        '080000',
        '084959',
        '085000',
        '090030',
        '090100',
        '151959',
        '152000',
        '153000',
        '154000',
        '195959',
        '200000',
      ].map((time) => at(time)),
    ).toEqual([
      ...['pre-market', 'pre-market', 'closed', 'closed', 'regular', 'regular', 'closed'],
      ...['after-opening', 'after-market', 'after-market', 'closed'],
    ]);
    const exam = ['081000', '100000', '100100', '161959', '162500', '163000', '164000', '200000'];
    expect(exam.map((time) => at(time, '20261119'))).toEqual([
      ...['closed', 'closed', 'regular', 'regular', 'closed', 'after-opening', 'after-market', 'closed'],
    ]);
    const newYear = ['081000', '100000', '100100', '151959', '152500', '153000', '154000'];
    expect(newYear.map((time) => at(time, '20270104'))).toEqual([
      ...['closed', 'closed', 'regular', 'regular', 'closed', 'after-opening', 'after-market'],
    ]);
  });

  test('are put together from what is asked for, or not at all', () => {
    const wanted = { condition: 'none', afterMarket: false } as const;
    expect(orderTypeOf({ ...wanted, pricing: 'limit' })).toBe('limit');
    expect(orderTypeOf({ ...wanted, pricing: 'top', afterMarket: true })).toBe('after-top');
    expect(orderTypeOf({ ...wanted, pricing: 'best', condition: 'fok' })).toBe('best-fok');
    expect(orderTypeOf({ ...wanted, pricing: 'limit', condition: 'ioc', afterMarket: true })).toBe('after-limit-ioc');
    expect(orderTypeOf({ ...wanted, pricing: 'top', condition: 'ioc' })).toBeUndefined();
    expect(orderTypeOf({ ...wanted, pricing: 'market', afterMarket: true })).toBeUndefined();
  });

  test('only what rests at a price of its own goes on at another', () => {
    expect(types.filter(isRepriceable)).toEqual(['limit', 'conditional', 'after-limit']);
    expect(types.filter((type) => hasLimit(type) && !isRepriceable(type))).toEqual(
      expect.arrayContaining(['stop', 'limit-ioc']),
    );
  });

  test('a stop is reached from below by a purchase, from above by a sale', () => {
    expect([71_900, 72_000, 72_100].map((last) => stopIsReached('buy', 72_000, last))).toEqual([false, true, true]);
    expect([71_900, 72_000, 72_100].map((last) => stopIsReached('sell', 72_000, last))).toEqual([true, true, false]);
  });
});

describe('the worst price', () => {
  const quote = { last: 70_000, basePrice: 69_500, upperLimit: 91_000 };
  test.each(types.filter((type) => !['limit', 'close'].includes(orderTypeTraits[type].pricing)))(
    'of a purchase %s is the upper limit',
    (type) => {
      expect(valuationPrice({ type, side: 'buy', price: null }, quote)).toBe(91_000);
    },
  );

  test.each([
    ['pre-close', 69_500],
    ['post-close', 70_000],
  ] as const)('of one that trades at a price that is fixed is that price: %s', (type, fixed) => {
    for (const side of ['buy', 'sell'] as const)
      expect(valuationPrice({ type, side, price: null }, { ...quote, upperLimit: 0 })).toBe(fixed);
  });

  test('of one with a limit is the limit, unless it may go to the market', () => {
    for (const type of types.filter(hasLimit)) {
      const worst = type === 'conditional' ? 91_000 : 69_000;
      expect(valuationPrice({ type, side: 'buy', price: 69_000 }, quote)).toBe(worst);
    }
  });
});

describe('the levels that an order without a limit would take', () => {
  const book = {
    asks: [
      { price: 70_100, size: 1 },
      { price: 70_200, size: 9 },
    ],
    bids: [{ price: 70_000, size: 1 }],
  };
  test.each([
    ['market', 'buy', book.asks],
    ['best', 'buy', [{ price: 70_100, size: 5 }]],
    ['best', 'sell', [{ price: 70_000, size: 5 }]],
    ['top', 'buy', [{ price: 70_000, size: 5 }]],
    ['mid', 'buy', [{ price: 70_050, size: 5 }]],
    ['limit', 'buy', undefined],
    ['post-close', 'buy', undefined],
  ] as const)('%s %s', (type, side, levels) => {
    expect(levelsFor({ type, side, quantity: 5 }, book)).toEqual(levels);
  });

  test('of an empty book are none', () => {
    for (const type of ['market', 'best', 'top', 'mid'] as const) {
      expect(levelsFor({ type, side: 'buy', quantity: 5 }, { asks: [], bids: [] })).toEqual([]);
    }
  });
});

describe('shares', () => {
  test('of a sum are whole, and cost no more', () => {
    expect(sharesForSum(1_000_000, 70_000)).toBe(14);
    expect(sharesForSum(70_000, 70_000)).toBe(1);
    expect(sharesForSum(69_999, 70_000)).toMatchObject({ rule: 'rule.sum-too-small' });
  });

  test('of a part are rounded down, and exact where it is', () => {
    expect(sharesForPercent(50, 7, 'sell')).toBe(3);
    expect(sharesForPercent(100, 7, 'sell')).toBe(7);
    expect(sharesForPercent(33.3, 1_000, 'sell')).toBe(333);
    expect(sharesForPercent(0.29, 10_000, 'sell')).toBe(29);
    expect(sharesForPercent(10, 9, 'sell')).toMatchObject({ rule: 'rule.part-too-small', available: 9 });
    expect(sharesForPercent(100, 0, 'buy')).toMatchObject({ rule: 'rule.part-too-small' });
  });
});

test('every type is made up of its properties', () => {
  for (const type of types) expect(orderTypeOf(propertiesOf(type))).toBe(type);
});
