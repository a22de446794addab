import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alert, type AlertDirection, type AlertLevel, isReached } from '../../../src/domain/alerts/alert.ts';
import { AlertBook } from '../../../src/domain/alerts/alert-book.ts';

const make = (
  id: number,
  direction: AlertDirection,
  value: number,
  last: number,
  changes: Partial<Alert> = {},
): Alert & { readonly level: AlertLevel } => ({
  id: String(id),
  account: 'main',
  personId: 'p',
  address: { channel: 'console', chatId: 'local' },
  symbol: '005930',
  condition: { kind: 'price', direction, price: value },
  hours: 'regular',
  repeats: false,
  until: undefined,
  levelDay: '20261123',
  state: isReached({ direction, value }, last) ? 'waiting' : 'armed',
  createdAt: 0,
  firedAt: undefined,
  ...changes,
  level: { metric: 'price', direction, value },
});
const at = (price: number, volume = 0) => ({ price, volume });

describe('a book of alerts', () => {
  test('fires on crossing and not on level, once', () => {
    const book = new AlertBook();
    book.add(make(1, 'at-or-above', 110, 100));
    book.add(make(2, 'at-or-above', 90, 100));
    const fired = [100, 109, 110, 120, 89, 90, 120].map((price) =>
      book.meet(at(price), 0).fired.map(({ alert }) => alert.id),
    );
    expect(fired).toEqual([[], [], ['1'], [], [], ['2'], []]);
    expect(book.size).toBe(0);
  });

  test('does what a naive look at every alert would do', () => {
    const price = fc.integer({ min: 90, max: 110 });
    const wanted = fc.tuple(fc.constantFrom<AlertDirection>('at-or-above', 'at-or-below'), price);
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
              .filter((alert) => alert.state === 'armed' && isReached(alert.level, last))
              .map(({ id }) => id);
            naive = naive
              .filter(({ id }) => !firing.includes(id))
              .map((alert) => (isReached(alert.level, last) ? alert : { ...alert, state: 'armed' }));
            const { fired } = book.meet(at(last), 0);
            expect(fired.map(({ alert }) => alert.id).sort()).toEqual(firing.sort());
            expect(book.size).toBe(naive.length);
          }
        },
      ),
    );
  });

  test('told of touches at looks, fires what a naive look at every price would, and arms the same', () => {
    const price = fc.integer({ min: 90, max: 110 });
    const wanted = fc.tuple(fc.constantFrom<AlertDirection>('at-or-above', 'at-or-below'), price);
    // Between two looks the price makes one excursion, to one side, from where it was.
    const leg = fc.record({ to: price, back: price });
    fc.assert(
      fc.property(
        fc.array(wanted, { maxLength: 30 }),
        price,
        fc.array(leg, { maxLength: 12 }),
        (wants, start, legs) => {
          const [looked, live] = [new AlertBook(), new AlertBook()];
          for (const [index, [direction, at]] of wants.entries()) {
            const alert = make(index, direction, at, start);
            looked.add(alert);
            live.add(alert);
          }
          let [high, low] = [start, start];
          for (const { to, back } of legs) {
            const firedLive = [to, back].flatMap((one) => live.meet(at(one), 0).fired.map(({ alert }) => alert.id));
            const touched = {
              ...(Math.max(to, back) > high && { high: Math.max(to, back) }),
              ...(Math.min(to, back) < low && { low: Math.min(to, back) }),
            };
            [high, low] = [Math.max(high, to, back), Math.min(low, to, back)];
            const { fired } = looked.meet(at(back), 0, touched);
            // A look never fires what the trades themselves would not have fired.
            for (const { alert } of fired) expect(firedLive).toContain(alert.id);
            for (const { alert, touched: by } of fired) {
              expect(by === undefined).toBe(isReached(alert.level ?? { direction: 'at-or-above', value: 0 }, back));
            }
            // And it misses only what left no trace in the day's high and low, or was armed by the same excursion.
            const missed = firedLive.filter((id) => !fired.some(({ alert }) => alert.id === id));
            for (const id of missed) {
              const [direction, level] = wants[Number(id)] ?? ['at-or-above', 0];
              const extreme = direction === 'at-or-above' ? touched.high : touched.low;
              const wasWaiting = isReached({ direction, value: level }, start);
              expect(extreme === undefined || !isReached({ direction, value: level }, extreme) || wasWaiting).toBe(
                true,
              );
            }
            for (const id of missed) looked.delete(id);
          }
        },
      ),
    );
  });

  test('deleting one leaves the others', () => {
    const book = new AlertBook();
    for (const id of [1, 2, 3]) book.add(make(id, 'at-or-above', 110, 100));
    book.delete('2');
    expect(book.meet(at(111), 0).fired.map(({ alert }) => alert.id)).toEqual(['1', '3']);
  });

  test('volume meets only what waits for volume', () => {
    const book = new AlertBook();
    book.add(make(1, 'at-or-above', 110, 100));
    book.add({ ...make(2, 'at-or-above', 110, 0), level: { metric: 'volume', direction: 'at-or-above', value: 110 } });
    expect(book.meet(at(109, 110), 0).fired.map(({ alert }) => alert.id)).toEqual(['2']);
    expect(book.meet(at(110, 999), 0).fired.map(({ alert }) => alert.id)).toEqual(['1']);
  });

  test('one without a level meets nothing, and is still there', () => {
    const book = new AlertBook();
    book.add({ ...make(1, 'at-or-above', 110, 100), level: undefined });
    expect([book.meet(at(999, 999), 0).fired, book.size]).toEqual([[], 1]);
    book.delete('1');
    expect(book.size).toBe(0);
  });

  test('one that was just told is told again after a minute, if it is so then', () => {
    const book = new AlertBook();
    const told = (price: number, ms: number) => book.meet(at(price), ms).fired.map(({ alert }) => alert.id);
    book.add(make(1, 'at-or-above', 110, 100, { firedAt: 1_000 }));
    book.add(make(2, 'at-or-above', 111, 100, { firedAt: 1_000 }));
    expect([told(111, 30_000), book.size, told(110, 60_999), told(110, 61_000)]).toEqual([[], 2, [], ['1']]);
    expect([told(100, 61_001), told(111, 61_002), book.size]).toEqual([[], ['2'], 0]);
  });
});
