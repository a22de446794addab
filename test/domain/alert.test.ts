import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alert, AlertBook, isReached } from '../../src/domain/alert.ts';

const make = (id: number, direction: Alert['direction'], price: number, last: number): Alert => ({
  id: String(id),
  personId: 'p',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  direction,
  price,
  state: isReached({ direction, price }, last) ? 'waiting' : 'armed',
  createdAt: 0,
});

describe('a book of alerts', () => {
  test('fires on crossing and not on level, once', () => {
    const book = new AlertBook();
    book.add(make(1, 'at-or-above', 110, 100));
    book.add(make(2, 'at-or-above', 90, 100));
    const fired = [100, 109, 110, 120, 89, 90, 120].map((price) => book.meet(price).fired.map(({ id }) => id));
    expect(fired).toEqual([[], [], ['1'], [], [], ['2'], []]);
    expect(book.size).toBe(0);
  });

  test('does what a naive look at every alert would do', () => {
    const price = fc.integer({ min: 90, max: 110 });
    const wanted = fc.tuple(fc.constantFrom<Alert['direction']>('at-or-above', 'at-or-below'), price);
    fc.assert(
      fc.property(
        fc.array(wanted, { maxLength: 30 }),
        price,
        fc.array(price, { maxLength: 40 }),
        (wants, start, path) => {
          const book = new AlertBook();
          let naive = wants.map(([direction, at], index) => make(index, direction, at, start));
          for (const alert of naive) book.add(alert);
          for (const last of path) {
            const firing = naive
              .filter((alert) => alert.state === 'armed' && isReached(alert, last))
              .map(({ id }) => id);
            naive = naive
              .filter(({ id }) => !firing.includes(id))
              .map((alert) => (isReached(alert, last) ? alert : { ...alert, state: 'armed' }));
            const { fired } = book.meet(last);
            expect(fired.map(({ id }) => id).sort()).toEqual(firing.sort());
            expect(book.size).toBe(naive.length);
          }
        },
      ),
    );
  });

  test('deleting one leaves the others', () => {
    const book = new AlertBook();
    for (const id of [1, 2, 3]) book.add(make(id, 'at-or-above', 110, 100));
    book.delete('2');
    expect(book.meet(111).fired.map(({ id }) => id)).toEqual(['1', '3']);
  });
});
