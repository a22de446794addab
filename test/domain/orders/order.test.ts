import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endedStatuses,
  intentIssue,
  intentQuantity,
  isScheduleIntent,
  mayBeConfused,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  type OrderRequest,
  type OrderStatus,
  openStatuses,
  orderNumber,
  restOf,
  sameAtVenue,
  standingQuantity,
  unsettledStatuses,
} from '../../../src/domain/orders/order.ts';
import { applyEvent, newOrderRecord } from '../../../src/domain/orders/order-state.ts';

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
  'part-cancelled': { type: 'part-cancelled', quantity: 2 },
  'part-replaced': { type: 'part-replaced', quantity: 2, number: '2894' },
  cancelled: { type: 'cancelled', quantity: 6 },
  absent: { type: 'absent', by: 'list' },
  asked: { type: 'asked', candidates: ['2892'] },
  replaced: { type: 'replaced', quantity: 6, number: '2893' },
  expired: { type: 'expired', quantity: 6 },
  'sent-on': { type: 'sent-on', day: '20261124', number: '39' },
  'turned-down': { type: 'turned-down', day: '20261124', text: '주문가능금액을 초과 했습니다' },
  overdue: { type: 'overdue', day: '20261124' },
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
  'absent',
  'asked',
  'replaced',
  'expired',
  'done',
  'scheduled',
  'sent-on',
];

/** All that may happen, written down a second time by hand; every other pair must be refused. */
const allowed: Readonly<Record<OrderStatus, Partial<Record<EventName, OrderStatus>>>> = {
  confirmed: { submitting: 'submitting', denied: 'denied', 'never-sent': 'never-sent' },
  submitting: { accepted: 'accepted', rejected: 'rejected', denied: 'denied', 'outcome-unknown': 'outcome-unknown' },
  accepted: {
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
    'part-cancelled': 'accepted',
    'part-replaced': 'accepted',
    cancelled: 'cancelled',
    rejected: 'rejected',
    replaced: 'replaced',
    expired: 'expired',
  },
  'partly-filled': {
    'part-fill': 'partly-filled',
    'whole-fill': 'filled',
    'part-cancelled': 'partly-filled',
    'part-replaced': 'partly-filled',
    cancelled: 'cancelled',
    replaced: 'replaced',
    expired: 'expired',
  },
  filled: {},
  cancelled: { 'part-fill': 'cancelled', 'whole-fill': 'filled' },
  replaced: { 'part-fill': 'replaced', 'whole-fill': 'filled' },
  expired: { 'part-fill': 'expired', 'whole-fill': 'filled' },
  rejected: {},
  denied: {},
  'never-sent': {},
  'outcome-unknown': { accepted: 'accepted', rejected: 'rejected', absent: 'absent', asked: 'asked', denied: 'denied' },
  asked: { accepted: 'accepted', rejected: 'rejected', absent: 'absent', denied: 'denied' },
  absent: { accepted: 'accepted', denied: 'denied' },
  done: {},
  scheduled: {
    'sent-on': 'sent-on',
    'turned-down': 'rejected',
    overdue: 'scheduled',
    cancelled: 'cancelled',
    replaced: 'replaced',
    expired: 'expired',
  },
  'sent-on': {},
};

function recordOf(status: OrderStatus, about: OrderIntent = intent): OrderRecord {
  const fresh = newOrderRecord({
    id: 'o1',
    account: 'main',
    proposalId: 'p1',
    personId: 'me',
    intent: about,
    at: 1_000,
  });
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
    expect(newOrderRecord({ id: 'o1', account: 'main', proposalId: 'p1', personId: 'me', intent, at: 7 })).toEqual({
      id: 'o1',
      account: 'main',
      proposalId: 'p1',
      personId: 'me',
      intent,
      status: 'confirmed',
      reference: undefined,
      filledQuantity: 0,
      filledAmount: 0,
      cancelledQuantity: 0,
      replacedQuantity: 0,
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

  it('takes no fill before the number is known, by which alone it can be tied to the order', () => {
    for (const status of ['submitting', 'outcome-unknown', 'asked'] as const) {
      expect(() => applyEvent(recordOf(status), events['whole-fill'], 3_000)).toThrow('order.impossible-event');
    }
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

  it('is filled once all is that parts left of it, and lets no part take the last of it', () => {
    const parted = fold(['submitting', 'accepted', 'part-cancelled', 'part-replaced', 'part-cancelled']);
    expect(parted).toMatchObject({ status: 'accepted', cancelledQuantity: 4, replacedQuantity: 2 });
    expect([standingQuantity(parted), restOf(parted)]).toEqual([4, 4]);
    expect(restOf(applyEvent(parted, fill(3), 3_000))).toBe(1);
    for (const quantity of [0, -1, 4, 5]) {
      expect(() => applyEvent(parted, { type: 'part-cancelled', quantity }, 3_000)).toThrow('order.impossible-event');
      const replaced = { type: 'part-replaced', quantity, number: '1' } as const;
      expect(() => applyEvent(parted, replaced, 3_000)).toThrow('order.impossible-event');
    }
    expect(applyEvent(parted, fill(3), 3_000)).toMatchObject({ status: 'partly-filled' });
    expect(applyEvent(parted, fill(4), 3_000)).toMatchObject({ status: 'filled', filledQuantity: 4 });
  });

  it('keeps what the venue or we said when it ended badly', () => {
    expect(fold(['submitting', 'rejected'])).toMatchObject({
      code: 'APBK0919',
      text: '장운영일자가 주문일과 상이합니다',
    });
    expect(fold(['denied'])).toMatchObject({ code: 'rule.tick', text: undefined });
    expect(fold(['denied'])).not.toHaveProperty('context');
    const context = { price: 70_050 };
    expect(applyEvent(recordOf('confirmed'), { ...events.denied, context }, 3_000)).toMatchObject({ context });
    expect(applyEvent(recordOf('scheduled'), events['turned-down'], 3_000)).toMatchObject({
      code: 'turned-down',
      text: '주문가능금액을 초과 했습니다',
    });
    expect(fold(['submitting', 'outcome-unknown', 'accepted'])).toMatchObject({ status: 'accepted', reference });
  });

  it.each(['cancelled', 'replaced', 'expired'] as const)('keeps a fill that crossed: %s', (status) => {
    const part = applyEvent(recordOf(status), events['part-fill'], 3_000);
    expect(part).toMatchObject({ status, filledQuantity: 4 });
    expect(applyEvent(part, events['whole-fill'], 3_000)).toMatchObject({ status: 'filled', filledQuantity: 10 });
  });

  it('ends a cancel with its acceptance: what came of it is told by the order it was for', () => {
    const cancel: OrderIntent = {
      kind: 'cancel',
      target: reference,
      symbol: '005930',
      side: 'buy',
      quantity: 4,
      exchange: 'KRX',
    };
    expect(fold(['submitting', 'accepted'], cancel)).toMatchObject({ status: 'done', reference });
    expect(fold(['submitting', 'outcome-unknown', 'accepted'], cancel).status).toBe('done');
    expect(intentQuantity(intent)).toBe(10);
    expect(intentQuantity(cancel)).toBe(4);
    expect(intentIssue(cancel)).toMatchObject({ symbol: '005930', side: 'buy' });
    expect(intentIssue(intent)).toMatchObject({ symbol: '005930', side: 'buy' });
  });

  it('keeps a scheduled order until its last day, whatever comes of the days before', () => {
    if (intent.kind !== 'place') throw new Error('not a new order');
    const schedule = (until: string | null): OrderRecord =>
      fold(['submitting', 'accepted'], { kind: 'schedule', request: intent.request, day: '20261124', until });
    expect(schedule(null)).toMatchObject({ status: 'scheduled', reference });
    for (const name of ['sent-on', 'turned-down'] as const) {
      const on = (day: string, until: string | null): OrderRecord =>
        applyEvent(schedule(until), { ...events[name], day }, 3_000);
      expect(on('20261125', '20261126')).toEqual({ ...schedule('20261126'), updatedAt: 3_000 });
      const last = name === 'sent-on' ? 'sent-on' : 'rejected';
      for (const record of [on('20261124', null), on('20261126', '20261126'), on('20261127', '20261126')]) {
        expect(record.status).toBe(last);
      }
    }
  });

  it('makes of an amendment an order like any other', () => {
    if (intent.kind !== 'place') throw new Error('not a new order');
    const amend: OrderIntent = { kind: 'amend', target: reference, request: intent.request, oldPrice: 69_000 };
    expect(fold(['submitting', 'accepted', 'whole-fill'], amend).status).toBe('filled');
  });

  it('knows which intents could not be told apart at the venue', () => {
    if (intent.kind !== 'place') throw new Error('not a new order');
    const { request } = intent;
    const place = (changes: Partial<OrderRequest>): OrderIntent => ({
      kind: 'place',
      request: { ...request, ...changes },
    });
    const amend = (number: string, price: number): OrderIntent => ({
      kind: 'amend',
      target: { number, branch: '' },
      request: { ...request, price },
      oldPrice: 0,
    });
    expect(sameAtVenue(intent, place({}))).toBe(true);
    // Routing may bring both to one exchange.
    expect(sameAtVenue(intent, place({ exchange: 'SOR' }))).toBe(true);
    for (const other of [{ quantity: 11 }, { price: 70_100 }, { side: 'sell' }, { symbol: '000660' }] as const) {
      expect(sameAtVenue(intent, place(other))).toBe(false);
    }
    // How the lists name the rarer types is not known, so one of them may be taken for another.
    expect(sameAtVenue(intent, place({ type: 'best', price: null }))).toBe(true);
    expect(sameAtVenue(intent, place({ type: 'best', price: null, quantity: 11 }))).toBe(false);
    expect(sameAtVenue(amend('1', 70_000), amend('1', 71_000))).toBe(true);
    expect(sameAtVenue(amend('1', 70_000), amend('2', 70_000))).toBe(false);
    expect(sameAtVenue(amend('1', 70_000), intent)).toBe(false);
    const cancel = (number: string, of?: number): OrderIntent => ({
      ...{ kind: 'cancel', target: { number, branch: '' }, symbol: '005930', side: 'buy', quantity: 3 },
      ...{ exchange: 'KRX', of },
    });
    // Of all, the second finds nothing; of a part, it takes as many again.
    expect(sameAtVenue(cancel('1'), cancel('1'))).toBe(false);
    expect(sameAtVenue(cancel('1', 7), cancel('1'))).toBe(false);
    expect(sameAtVenue(cancel('1'), cancel('1', 7))).toBe(false);
    expect(sameAtVenue(cancel('1', 7), cancel('1', 7))).toBe(true);
    expect(sameAtVenue(cancel('1', 7), cancel('2', 7))).toBe(false);
    expect(sameAtVenue(intent, place({ type: 'market', price: null }))).toBe(false);
  });

  it('knows scheduled orders that could not be told apart, and that nothing is like what is of another kind', () => {
    if (intent.kind !== 'place') throw new Error('not a new order');
    const { request } = intent;
    const days = { day: '20261124', until: null };
    const schedule = (changes: Partial<OrderRequest> = {}, until: string | null = null): OrderIntent => ({
      kind: 'schedule',
      request: { ...request, ...changes },
      day: '20261124',
      until,
    });
    const amend = (number: string): OrderIntent => ({
      kind: 'amend-schedule',
      target: { number, branch: '' },
      request,
      ...days,
    });
    expect(sameAtVenue(schedule(), schedule())).toBe(true);
    expect(sameAtVenue(schedule(), schedule({ quantity: 11 }))).toBe(false);
    expect(sameAtVenue(schedule(), schedule({}, '20261130'))).toBe(false);
    expect(sameAtVenue(amend('R1'), amend('R1'))).toBe(true);
    expect(sameAtVenue(amend('R1'), amend('R2'))).toBe(false);
    const target = { number: 'R1', branch: '' };
    const gone = { target, symbol: '005930', side: 'buy', quantity: 10 } as const;
    const ofEachKind: readonly OrderIntent[] = [
      intent,
      { kind: 'amend', target, request, oldPrice: 0, of: 20 },
      { kind: 'cancel', ...gone, exchange: 'KRX', of: 20 },
      schedule(),
      amend('R1'),
      { kind: 'cancel-schedule', ...gone },
    ];
    expect(ofEachKind.map(isScheduleIntent)).toEqual([false, false, false, true, true, true]);
    for (const one of ofEachKind) {
      for (const other of ofEachKind) {
        const mixed = one === other;
        // Of a cancel of a scheduled order the second finds nothing.
        expect(sameAtVenue(one, other), `${one.kind} ${other.kind}`).toBe(mixed && one.kind !== 'cancel-schedule');
        expect(mayBeConfused(one, other), `${one.kind} ${other.kind}`).toBe(mixed);
      }
    }
    // Of two cancels of one order what the venue lists may be either's; of different orders it may not.
    const cancel = (number: string): OrderIntent => ({
      kind: 'cancel',
      ...gone,
      target: { number, branch: '' },
      exchange: 'KRX',
    });
    expect(mayBeConfused(cancel('1'), cancel('1'))).toBe(true);
    expect(mayBeConfused(cancel('1'), cancel('2'))).toBe(false);
    expect(mayBeConfused(amend('R1'), amend('R2'))).toBe(false);
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
    expect(waiting).toEqual(['confirmed', 'submitting', 'outcome-unknown', 'asked', 'scheduled']);
    expect([...unsettledStatuses, 'scheduled']).toEqual(waiting);
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
