import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyEvent,
  endedStatuses,
  intentQuantity,
  newOrderRecord,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  type OrderStatus,
  openStatuses,
  orderNumber,
} from '../../src/domain/order.ts';

const intent: OrderIntent = {
  kind: 'place',
  request: { symbol: '005930', side: 'buy', type: 'limit', quantity: 10, price: 70_000, exchange: 'KRX' },
};
const reference = { number: '2891', branch: '06010' };

/** One event of each type; the two fills differ in whether anything is left. */
const events = {
  confirmed: { type: 'confirmed' },
  submitting: { type: 'submitting' },
  accepted: { type: 'accepted', reference },
  rejected: { type: 'rejected', code: 'APBK0919', text: '장운영일자가 주문일과 상이합니다' },
  denied: { type: 'denied', code: 'rule.tick' },
  'outcome-unknown': { type: 'outcome-unknown', code: 'no-answer', text: '' },
  'never-sent': { type: 'never-sent' },
  'part-fill': fill(4),
  'whole-fill': fill(10),
  cancelled: { type: 'cancelled', quantity: 6 },
} as const satisfies Readonly<Record<string, OrderEvent>>;
type EventName = keyof typeof events;

function fill(filledQuantity: number): OrderEvent {
  const filledAmount = filledQuantity * 70_000;
  return { type: 'filled', quantity: filledQuantity, price: 70_000, filledQuantity, filledAmount, source: 'notice' };
}

const statuses: readonly OrderStatus[] = [
  'confirmed',
  'submitting',
  'accepted',
  'partly-filled',
  'filled',
  'cancelled',
  'rejected',
  'denied',
  'never-sent',
  'outcome-unknown',
];

/** All that may happen, written down a second time by hand; every other pair must be refused. */
const allowed: Readonly<Record<OrderStatus, Partial<Record<EventName, OrderStatus>>>> = {
  confirmed: { submitting: 'submitting', denied: 'denied', 'never-sent': 'never-sent' },
  submitting: {
    accepted: 'accepted',
    rejected: 'rejected',
    denied: 'denied',
    'outcome-unknown': 'outcome-unknown',
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
  },
  accepted: {
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
    cancelled: 'cancelled',
    rejected: 'rejected',
  },
  'partly-filled': {
    accepted: 'partly-filled',
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
    cancelled: 'cancelled',
  },
  filled: { accepted: 'filled' },
  cancelled: { accepted: 'cancelled', 'part-fill': 'cancelled', 'whole-fill': 'filled' },
  rejected: {},
  denied: {},
  'never-sent': {},
  'outcome-unknown': {
    accepted: 'accepted',
    rejected: 'rejected',
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
  },
};

function recordOf(status: OrderStatus, about: OrderIntent = intent): OrderRecord {
  const fresh = newOrderRecord({ id: 'o1', proposalId: 'p1', personId: 'me', intent: about, at: 1_000 });
  return { ...fresh, status };
}

function fold(names: readonly EventName[], about: OrderIntent = intent): OrderRecord {
  return names.reduce(
    (record, name, index) => applyEvent(record, events[name], 2_000 + index),
    recordOf('confirmed', about),
  );
}

const pairs = statuses.flatMap((status) =>
  (Object.keys(events) as EventName[]).map((name) => ({ status, name, next: allowed[status][name] })),
);

describe('the state machine', () => {
  it.each(pairs.filter((pair) => pair.next !== undefined))('$status + $name → $next', ({ status, name, next }) => {
    const record = recordOf(status);
    expect(applyEvent(record, events[name], 5_000)).toMatchObject({
      status: next,
      updatedAt: 5_000,
      confirmedAt: 1_000,
    });
    expect(record).toEqual(recordOf(status));
  });

  it.each(pairs.filter((pair) => pair.next === undefined))('$status + $name is impossible', ({ status, name }) => {
    expect(() => applyEvent(recordOf(status), events[name], 5_000)).toThrow(
      expect.objectContaining({
        code: 'order.impossible-event',
        context: { status, event: events[name].type, order: 'o1' },
      }),
    );
  });

  it('starts confirmed, with nothing filled', () => {
    expect(newOrderRecord({ id: 'o1', proposalId: 'p1', personId: 'me', intent, at: 7 })).toEqual({
      id: 'o1',
      proposalId: 'p1',
      personId: 'me',
      intent,
      status: 'confirmed',
      reference: undefined,
      filledQuantity: 0,
      filledAmount: 0,
      code: undefined,
      text: undefined,
      confirmedAt: 7,
      updatedAt: 7,
    });
  });

  it('goes the usual way', () => {
    expect(fold(['submitting', 'accepted', 'part-fill', 'whole-fill'])).toMatchObject({
      status: 'filled',
      reference,
      filledQuantity: 10,
      filledAmount: 700_000,
      updatedAt: 2_003,
    });
  });

  it('keeps a fill that came before the answer to its order', () => {
    const filled = fold(['submitting', 'whole-fill']);
    expect(filled).toMatchObject({ status: 'filled', reference: undefined, filledQuantity: 10 });
    expect(applyEvent(filled, events.accepted, 3_000)).toMatchObject({
      status: 'filled',
      reference,
      filledQuantity: 10,
    });
    expect(fold(['submitting', 'part-fill', 'accepted'])).toMatchObject({
      status: 'partly-filled',
      reference,
      filledQuantity: 4,
    });
  });

  it('keeps a fill that crossed with the cancellation', () => {
    const late = fold(['submitting', 'accepted', 'cancelled', 'part-fill']);
    expect(late).toMatchObject({ status: 'cancelled', filledQuantity: 4, filledAmount: 280_000 });
    expect(applyEvent(late, events['whole-fill'], 3_000)).toMatchObject({ status: 'filled', filledQuantity: 10 });
  });

  it('refuses a fill that does not raise the total', () => {
    const filled = fold(['submitting', 'accepted', 'part-fill']);
    for (const total of [3, 4]) {
      expect(() => applyEvent(filled, fill(total), 3_000)).toThrow(
        expect.objectContaining({ code: 'order.impossible-event' }),
      );
    }
    expect(applyEvent(filled, fill(5), 3_000)).toMatchObject({ status: 'partly-filled', filledQuantity: 5 });
  });

  it('keeps what the venue or we said when it ended badly', () => {
    expect(fold(['submitting', 'rejected'])).toMatchObject({
      code: 'APBK0919',
      text: '장운영일자가 주문일과 상이합니다',
    });
    expect(fold(['denied'])).toMatchObject({ code: 'rule.tick', text: undefined });
    expect(fold(['submitting', 'outcome-unknown', 'accepted'])).toMatchObject({ status: 'accepted', reference });
  });

  it('measures a fill by the quantity of the intent, also of a cancellation', () => {
    const cancel: OrderIntent = {
      kind: 'cancel',
      target: reference,
      symbol: '005930',
      side: 'buy',
      quantity: 4,
      exchange: 'KRX',
    };
    expect(intentQuantity(intent)).toBe(10);
    expect(intentQuantity(cancel)).toBe(4);
    expect(fold(['submitting', 'accepted', 'part-fill'], cancel).status).toBe('filled');
  });

  it('never leaves rejected, denied or never-sent, whatever comes in whatever order', () => {
    const anyEvents = fc.array(fc.constantFrom(...(Object.keys(events) as EventName[])), { maxLength: 12 });
    fc.assert(
      fc.property(anyEvents, (names) => {
        let record = recordOf('confirmed');
        for (const name of names) {
          const before = record;
          try {
            record = applyEvent(record, events[name], 2_000);
          } catch {
            continue;
          }
          expect(['rejected', 'denied', 'never-sent']).not.toContain(before.status);
          expect(record.status).not.toBe('confirmed');
        }
      }),
    );
  });

  it('has no status that is both open and ended', () => {
    expect(openStatuses.filter((status) => endedStatuses.includes(status))).toEqual([]);
    const waiting = statuses.filter((status) => !openStatuses.includes(status) && !endedStatuses.includes(status));
    expect(waiting).toEqual(['confirmed', 'submitting', 'outcome-unknown']);
  });
});

describe('order numbers', () => {
  it.each([
    ['0000002891', '2891'],
    ['2891', '2891'],
    ['       762', '762'],
    ['0000000000', '0'],
    ['', ''],
    ['   ', ''],
  ])('%j is %j', (raw, number) => expect(orderNumber(raw)).toBe(number));

  it('are the same however they are padded', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 8 }), fc.nat({ max: 8 }), (value, zeros, blanks) => {
        const padded = `${' '.repeat(blanks)}${'0'.repeat(zeros)}${value}`;
        expect(orderNumber(padded)).toBe(String(value));
      }),
    );
  });
});
