import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderIntent, OrderRequest, VenueOrder } from '../../../src/domain/orders/order.ts';
import { applyEvent, newOrderRecord } from '../../../src/domain/orders/order-state.ts';
import {
  isWaiting,
  listMayLackRows,
  ordersMadeOf,
  type ScheduledOrder,
  scheduleHoursFrom,
  scheduleNumber,
} from '../../../src/domain/orders/scheduled-order.ts';

const order: ScheduledOrder = {
  reference: { number: 'R39607', branch: '' },
  symbol: '005930',
  name: '삼성전자',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  day: '20261124',
  until: null,
  receivedAt: 0,
  state: 'waiting',
  orderNumber: undefined,
  reason: '',
  filledQuantity: 0,
};

describe('the number of a scheduled order', () => {
  it.each(['39607', '0000039607', 'R39607', 'r39607', ' 39607 ', ' R39607 '])("'%s'", (text) => {
    expect(scheduleNumber(text)).toBe('R39607');
  });

  it('is not made of a letter in the midst of another', () => {
    expect(scheduleNumber('12R3')).toBe('R12R3');
  });
});

describe('hours', () => {
  it.each([
    ['20261123', '000959', true, '0010'],
    ['20261123', '001000', true, undefined],
    ['20261123', '072959', true, undefined],
    ['20261123', '073000', true, '1540'],
    ['20261123', '153959', true, '1540'],
    ['20261123', '154000', true, undefined],
    ['20261123', '234000', true, '0010'],
    ['20261122', '120000', false, undefined],
    ['20261122', '235959', false, '0010'],
    ['20261119', '082959', true, undefined],
    ['20261119', '083000', true, '1640'],
    ['20261119', '163959', true, '1640'],
  ])('%s %s, trading %s: %s', (day, time, trading, from) => {
    expect(scheduleHoursFrom(day, time, trading)).toBe(from);
  });

  it('are open at the time that a refusal names', () => {
    const time = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) });
    fc.assert(
      fc.property(fc.constantFrom('20261119', '20261123', '20270104'), fc.boolean(), time, (day, trading, at) => {
        const text = [at.hour, at.minute, 0].map((part) => String(part).padStart(2, '0')).join('');
        const from = scheduleHoursFrom(day, text, trading);
        if (from !== undefined) expect(scheduleHoursFrom(day, `${from}00`, trading)).toBeUndefined();
      }),
    );
  });
});

describe('whether it will still be sent', () => {
  it.each([
    [{}, true],
    [{ state: 'sent' }, false],
    [{ state: 'refused' }, false],
    [{ state: 'cancelled' }, false],
    [{ state: 'sent', until: '20261126' }, true],
    [{ state: 'refused', until: '20261126' }, true],
    [{ state: 'cancelled', until: '20261126' }, false],
    [{ state: 'sent', until: '20261126', filledQuantity: 10 }, false],
    [{ state: 'sent', until: '20261125' }, false],
  ] as const)('%j: %s', (change, waiting) => {
    expect(isWaiting({ ...order, ...change }, '20261125')).toBe(waiting);
  });
});

describe('the record of one', () => {
  const request: OrderRequest = {
    symbol: '005930',
    side: 'buy',
    type: 'limit',
    quantity: 10,
    price: 70_000,
    exchange: 'KRX',
  };
  const accepted = (intent: OrderIntent) => {
    const fresh = newOrderRecord({ id: 'o1', account: 'main', proposalId: 'p1', personId: 'me', intent, at: 1_000 });
    const submitting = applyEvent(fresh, { type: 'submitting' }, 2_000);
    return applyEvent(submitting, { type: 'accepted', reference: { number: 'R1', branch: '' } }, 3_000);
  };
  const sent = { type: 'sent-on', day: '20261124', number: '39' } as const;
  const refused = { type: 'turned-down', day: '20261124', text: '부족' } as const;

  it('is over once it was sent or refused on its one day', () => {
    const record = accepted({ kind: 'schedule', request, day: '20261124', until: null });
    expect(record.status).toBe('scheduled');
    expect(applyEvent(record, sent, 4_000).status).toBe('sent-on');
    expect(applyEvent(record, refused, 4_000)).toMatchObject({ status: 'rejected', text: '부족' });
  });

  it('goes on until the last of several', () => {
    const record = accepted({
      kind: 'amend-schedule',
      target: { number: 'R1', branch: '' },
      request,
      day: '20261124',
      until: '20261125',
    });
    expect(applyEvent(applyEvent(record, sent, 4_000), refused, 5_000).status).toBe('scheduled');
    expect(applyEvent(record, { ...sent, day: '20261125' }, 4_000).status).toBe('sent-on');
  });

  it('of a cancel is done when it was taken', () => {
    const target = { number: 'R1', branch: '' };
    expect(accepted({ kind: 'cancel-schedule', target, symbol: '005930', side: 'buy', quantity: 10 }).status).toBe(
      'done',
    );
  });
});

describe('the orders made of one of several days', () => {
  const madeOn = (day: string, number: string, quantity: number, filledQuantity: number): VenueOrder => ({
    reference: { number, branch: '06010' },
    original: undefined,
    action: 'new',
    symbol: '005930',
    name: '삼성전자',
    side: 'buy',
    type: 'limit',
    quantity,
    price: 70_000,
    filledQuantity,
    filledAmount: filledQuantity * 70_000,
    remaining: 0,
    cancelledQuantity: quantity - filledQuantity,
    rejectedQuantity: 0,
    exchange: 'KRX',
    day,
    time: '083500',
    viaApi: true,
  });
  /** Shares filled on each day, whether its order is known already, and whether its number is that of the first day. */
  const dayOf = fc.record({ filled: fc.nat(5), isKnown: fc.boolean(), repeats: fc.boolean() });

  it('are all found, each once, oldest first, whichever of them are known and however numbers repeat', () => {
    fc.assert(
      fc.property(fc.array(dayOf, { minLength: 1, maxLength: 10 }), fc.nat(99), (days, shift) => {
        let left = 100;
        const all = days.map(({ filled, repeats }, index) => {
          const day = String(20_261_201 + index);
          const one = madeOn(day, repeats ? '31' : String(40 + index), left, filled);
          left -= filled;
          return one;
        });
        const isKnown = ({ day }: VenueOrder): boolean => days[Number(day) - 20_261_201]?.isKnown === true;
        // The latest is the one that the venue names, and news.
        const latest = all.at(-1);
        const fresh = all.filter((one) => one === latest || !isKnown(one));
        const known = all
          .filter((one) => !fresh.includes(one))
          .map(({ day, reference }) => ({ day, number: reference.number }));
        const listed = [...all.slice(shift % all.length), ...all.slice(0, shift % all.length)];
        const scheduled = { ...order, quantity: 100, day: '20261201', until: '20261231' };
        expect(ordersMadeOf({ ...scheduled, orderNumber: latest?.reference.number }, known, listed)).toEqual(fresh);
      }),
    );
  });

  const several = { ...order, until: '20261130', orderNumber: '50' };
  const numbers = (found: readonly VenueOrder[]): readonly string[] => found.map(({ reference }) => reference.number);

  it('are for what is left, at the same price, from the first day to that of the latest', () => {
    const listed = [
      madeOn('20261123', '49', 10, 0),
      madeOn('20261124', '41', 10, 4),
      madeOn('20261124', '42', 9, 0),
      { ...madeOn('20261124', '43', 10, 0), price: 69_000 },
      madeOn('20261125', '44', 5, 0),
      madeOn('20261126', '52', 6, 0),
      madeOn('20261126', '50', 6, 0),
      madeOn('20261127', '51', 6, 0),
    ];
    expect(numbers(ordersMadeOf(several, [], listed))).toEqual(['41', '50']);
  });

  it('are taken by their number where it is known, whatever else fits', () => {
    const listed = [
      madeOn('20261124', '41', 10, 0),
      madeOn('20261124', '42', 10, 3),
      madeOn('20261125', '43', 10, 0),
      madeOn('20261125', '44', 7, 0),
      madeOn('20261126', '50', 7, 0),
    ];
    const known = [{ day: '20261124', number: '42' }];
    expect(numbers(ordersMadeOf(several, known, listed))).toEqual(['44', '50']);
  });

  it('are none of two that fit', () => {
    const listed = [
      madeOn('20261124', '41', 10, 4),
      madeOn('20261124', '42', 10, 0),
      madeOn('20261125', '43', 10, 0),
      madeOn('20261126', '50', 10, 0),
    ];
    expect(numbers(ordersMadeOf(several, [], listed))).toEqual(['43', '50']);
  });

  it('are none as long as the venue names none, or one that is known', () => {
    const listed = [madeOn('20261124', '41', 10, 0), madeOn('20261125', '50', 10, 0)];
    expect(ordersMadeOf({ ...several, orderNumber: undefined }, [], listed)).toEqual([]);
    expect(ordersMadeOf(several, [{ day: '20261125', number: '50' }], listed)).toEqual([]);
    expect(ordersMadeOf(several, [], [madeOn('20261123', '50', 10, 0)])).toEqual([]);
  });

  it('is the one that the venue names, of a single day', () => {
    const listed = [
      madeOn('20261123', '32', 10, 0),
      madeOn('20261124', '31', 10, 0),
      madeOn('20261125', '32', 10, 0),
      madeOn('20261124', '32', 10, 0),
    ];
    expect(ordersMadeOf({ ...order, orderNumber: '32' }, [], listed)).toEqual([listed[3]]);
    expect(ordersMadeOf({ ...order, orderNumber: '33' }, [], listed)).toEqual([]);
    const known = [{ day: '20261124', number: '32' }];
    expect(ordersMadeOf({ ...order, orderNumber: '32' }, known, listed)).toEqual([listed[2]]);
  });

  it('is one alone of a single day, on that day', () => {
    const listed = [madeOn('20261125', '31', 10, 0), madeOn('20261124', '31', 10, 4), madeOn('20261124', '32', 10, 0)];
    expect(ordersMadeOf({ ...order, orderNumber: '31' }, [], listed)).toEqual([listed[1]]);
  });
});

it.each([
  ['20261123', '153459', false],
  ['20261123', '153500', true],
  ['20261123', '155459', true],
  ['20261123', '155500', false],
  // The day of the entrance exam: an hour later.
  ['20261119', '154000', false],
  ['20261119', '163500', true],
])('on %s at %s the list may lack rows: %s', (day, time, lacks) => {
  expect(listMayLackRows(day, time)).toBe(lacks);
});
