import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent, OrderIntent, OrderRecord } from '../../../src/domain/orders/order.ts';
import { applyEvent, newOrderRecord } from '../../../src/domain/orders/order-state.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { MadeOrder } from '../../../src/ports/ledger/order-ledger.ts';
import {
  address,
  buyIntent,
  buyIntentOf,
  cancelIntent,
  claimOf,
  confirmedOrder,
  day,
  noticeOf,
  proposalOf,
  start,
  testLedger,
} from '../fixtures.ts';

const accepted: OrderEvent = { type: 'accepted', reference: { number: '123', branch: '06010' } };
const filledSome: OrderEvent = {
  type: 'filled',
  quantity: 4,
  price: 70_000,
  filledQuantity: 4,
  filledAmount: 280_000,
  source: 'notice',
};

async function append(ledger: Ledger, id: string, ...events: readonly OrderEvent[]): Promise<void> {
  for (const event of events) {
    await ledger.appendOrderEvent(id, event, start + 2_000);
  }
}

/** What the events alone say, without the columns kept beside them. */
async function folded(ledger: Ledger, id: string): Promise<OrderRecord> {
  const [first, ...rest] = await ledger.orderEvents(id);
  expect(first?.event).toStrictEqual({ type: 'confirmed' });
  const fields = {
    id,
    account: 'main',
    proposalId: `p-${id}`,
    personId: 'kim',
    intent: buyIntentOf(id),
    at: first?.at ?? Number.NaN,
  };
  return rest.reduce((record, { event, at }) => applyEvent(record, event, at), newOrderRecord(fields));
}

describe('order events', () => {
  it('are appended in order, and what is returned is what is kept', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await append(ledger, 'o', { type: 'submitting' }, accepted);
    const record = await ledger.appendOrderEvent('o', filledSome, start + 3_000);
    expect(record).toMatchObject({
      status: 'partly-filled',
      reference: { number: '123', branch: '06010' },
      filledQuantity: 4,
      filledAmount: 280_000,
      confirmedAt: start + 1_000,
      updatedAt: start + 3_000,
    });
    expect(await ledger.order('o')).toStrictEqual(record);
    expect(await ledger.orderEvents('o')).toStrictEqual([
      { at: start + 1_000, event: { type: 'confirmed' } },
      { at: start + 2_000, event: { type: 'submitting' } },
      { at: start + 2_000, event: accepted },
      { at: start + 3_000, event: filledSome },
    ]);
  });

  it('keep what the venue said when it ended badly', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await append(
      ledger,
      'o',
      { type: 'submitting' },
      { type: 'rejected', code: 'APBK0013', text: '주문가능금액 초과' },
    );
    expect(await ledger.order('o')).toMatchObject({ status: 'rejected', code: 'APBK0013', text: '주문가능금액 초과' });
  });

  it('write nothing when they are impossible, unknown, or not readable again', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    const before = await ledger.order('o');
    await expect(ledger.appendOrderEvent('o', accepted, start)).rejects.toMatchObject({
      code: 'order.impossible-event',
    });
    await expect(ledger.appendOrderEvent('o', { type: 'confirmed' }, start)).rejects.toMatchObject({
      code: 'order.impossible-event',
    });
    await expect(ledger.appendOrderEvent('x', accepted, start)).rejects.toMatchObject({ code: 'order.unknown' });
    expect(await ledger.order('o')).toStrictEqual(before);

    await append(ledger, 'o', { type: 'submitting' }, accepted);
    const broken = { ...filledSome, price: Number.NaN };
    await expect(ledger.appendOrderEvent('o', broken, start)).rejects.toMatchObject({ code: 'store.malformed' });
    expect(await ledger.order('o')).toMatchObject({ status: 'accepted', filledQuantity: 0 });
    expect(await ledger.orderEvents('o')).toHaveLength(3);
    expect(await ledger.orderEvents('x')).toStrictEqual([]);
  });

  it('that come at once are all written, one after the other', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await append(ledger, 'o', { type: 'submitting' }, accepted);
    const fills = Array.from({ length: 9 }, (_, index): OrderEvent => ({ ...filledSome, filledQuantity: index + 1 }));
    await Promise.all(fills.map((event) => ledger.appendOrderEvent('o', event, start)));
    expect((await ledger.orderEvents('o')).slice(3).map(({ event }) => event)).toStrictEqual(fills);
    expect(await ledger.order('o')).toMatchObject({ filledQuantity: 9 });
  });

  it('fold to the record, whatever comes', async () => {
    const ledger = await testLedger();
    const quantity = fc.integer({ min: 1, max: 10 });
    // PostgreSQL keeps every character but 0.
    const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ''));
    const plain = { noNullPrototype: true };
    const events: fc.Arbitrary<OrderEvent> = fc.oneof(
      fc.constantFrom<OrderEvent>(
        { type: 'confirmed' },
        { type: 'submitting' },
        { type: 'never-sent' },
        { type: 'denied', code: 'lane.waited-too-long' },
      ),
      fc.record(
        {
          type: fc.constant('accepted' as const),
          reference: fc.record({ number: fc.stringMatching(/^[1-9]\d{0,9}$/), branch: text }, plain),
        },
        plain,
      ),
      fc.record(
        {
          type: fc.constantFrom('rejected' as const, 'outcome-unknown' as const),
          code: text,
          text,
        },
        plain,
      ),
      fc.record(
        {
          type: fc.constant('filled' as const),
          quantity,
          price: fc.nat(),
          filledQuantity: quantity,
          filledAmount: fc.maxSafeNat(),
          source: fc.constantFrom('notice' as const, 'query' as const),
        },
        plain,
      ),
      fc.record({ type: fc.constant('cancelled' as const), quantity }, plain),
    );
    let order = 0;
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(events, { maxLength: 15 }), async (submitted, sequence) => {
        order += 1;
        const id = `o${order}`;
        await confirmedOrder(ledger, id, { amount: 0 });
        let expected = await folded(ledger, id);
        let written = 1;
        for (const [index, event] of (submitted
          ? [{ type: 'submitting' } as const, ...sequence]
          : sequence
        ).entries()) {
          const at = start + index;
          const next = outcome(() => applyEvent(expected, event, at));
          if (next === undefined) {
            await expect(ledger.appendOrderEvent(id, event, at)).rejects.toMatchObject({
              code: 'order.impossible-event',
            });
          } else {
            expect(await ledger.appendOrderEvent(id, event, at)).toStrictEqual(next);
            expected = next;
            written += 1;
          }
          expect(await ledger.order(id)).toStrictEqual(expected);
          expect(await ledger.orderEvents(id)).toHaveLength(written);
        }
        expect(await folded(ledger, id)).toStrictEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

function outcome<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

describe('orders', () => {
  it('are found by number and day, however the number is padded', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await confirmedOrder(ledger, 'other-day', { day: '20261124' });
    const padded: OrderEvent = { type: 'accepted', reference: { number: '0000004711', branch: '06010' } };
    await append(ledger, 'o', { type: 'submitting' }, padded);
    await append(ledger, 'other-day', { type: 'submitting' }, padded);
    expect(await ledger.orderByNumber('4711', day)).toMatchObject({ id: 'o', reference: { number: '4711' } });
    expect(await ledger.orderByNumber('004711', '20261124')).toMatchObject({ id: 'other-day' });
    expect(await ledger.orderByNumber('4711', '20261125')).toBeUndefined();
    expect(await ledger.orderByNumber('471', day)).toBeUndefined();
    expect(await folded(ledger, 'o')).toStrictEqual(await ledger.order('o'));
  });

  it('are listed by status oldest first, and by day newest first, also within a millisecond', async () => {
    const ledger = await testLedger();
    for (const id of ['o1', 'o2', 'o3']) {
      await confirmedOrder(ledger, id);
    }
    await confirmedOrder(ledger, 'o4', { day: '20261124' });
    await append(ledger, 'o2', { type: 'submitting' });
    const ids = (orders: readonly OrderRecord[]): readonly string[] => orders.map(({ id }) => id);
    expect(ids(await ledger.ordersByStatus(['confirmed']))).toStrictEqual(['o1', 'o3', 'o4']);
    expect(ids(await ledger.ordersByStatus(['submitting', 'confirmed']))).toStrictEqual(['o1', 'o2', 'o3', 'o4']);
    expect(await ledger.ordersByStatus(['filled'])).toStrictEqual([]);
    expect(await ledger.ordersByStatus([])).toStrictEqual([]);
    expect(ids(await ledger.ordersOfDay(day))).toStrictEqual(['o3', 'o2', 'o1']);
    expect(await ledger.ordersOfDay('20261125')).toStrictEqual([]);
  });

  it('know the chat that asked', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    expect(await ledger.orderAddress('o')).toStrictEqual(address);
    expect(await ledger.orderAddress('x')).toBeUndefined();
    expect(await ledger.order('x')).toBeUndefined();
  });

  it('count towards the day unless they never were at the venue', async () => {
    const ledger = await testLedger();
    const endings: Readonly<Record<string, readonly OrderEvent[]>> = {
      confirmed: [],
      submitting: [{ type: 'submitting' }],
      'outcome-unknown': [{ type: 'submitting' }, { type: 'outcome-unknown', code: '', text: '' }],
      accepted: [{ type: 'submitting' }, accepted],
      cancelled: [{ type: 'submitting' }, accepted, { type: 'cancelled', quantity: 10 }],
      filled: [{ type: 'submitting' }, accepted, { ...filledSome, filledQuantity: 10_000_000 }],
      'never-sent': [{ type: 'never-sent' }],
      denied: [{ type: 'denied', code: 'orders.price-moved' }],
      rejected: [{ type: 'submitting' }, { type: 'rejected', code: '', text: '' }],
      absent: [{ type: 'submitting' }, { type: 'outcome-unknown', code: '', text: '' }, { type: 'absent', by: 'list' }],
    };
    expect(await ledger.amountOfDay(day)).toBe(0);
    for (const [index, [status, events]] of Object.entries(endings).entries()) {
      await confirmedOrder(ledger, status, { amount: 10 ** index });
      await append(ledger, status, ...events);
      expect(await ledger.order(status)).toMatchObject({ status });
    }
    expect(await ledger.amountOfDay(day)).toBe(111_111);
  });

  it('of which one cancels keep the order it cancels', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'c', { intent: cancelIntent, amount: 0 });
    expect(await ledger.order('c')).toMatchObject({ intent: cancelIntent });
  });
});

describe('notices', () => {
  it('are noted once a day, and add up by order number', async () => {
    const ledger = await testLedger();
    const note = (changes: Parameters<typeof noticeOf>[0], on = day) => ledger.recordNotice(noticeOf(changes), on);
    expect(await note({ fingerprint: 'a' })).toStrictEqual({ fresh: true, noticedQuantity: 3 });
    expect(await note({ fingerprint: 'a' })).toStrictEqual({ fresh: false, noticedQuantity: 3 });
    expect(await note({ fingerprint: 'b', quantity: 4, number: '0000000123' })).toStrictEqual({
      fresh: true,
      noticedQuantity: 7,
    });
    expect(await note({ fingerprint: 'c', kind: 'accepted', quantity: 10 })).toStrictEqual({
      fresh: true,
      noticedQuantity: 7,
    });
    expect(await note({ fingerprint: 'd', number: '124' })).toStrictEqual({ fresh: true, noticedQuantity: 3 });
    expect(await note({ fingerprint: 'e', number: '125', kind: 'rejected' })).toStrictEqual({
      fresh: true,
      noticedQuantity: 0,
    });
    expect(await note({ fingerprint: 'a' }, '20261124')).toStrictEqual({ fresh: true, noticedQuantity: 3 });
  });

  it('are told of once, though they come twice', async () => {
    const ledger = await testLedger();
    const messages = [
      { address, body: 'filled' },
      { address, body: 'done' },
    ];
    await ledger.recordNotice(noticeOf({ fingerprint: 'a' }), day, messages);
    await ledger.recordNotice(noticeOf({ fingerprint: 'a' }), day, messages);
    expect(await ledger.outboxPending()).toBe(2);
    expect(await ledger.outboxHeads()).toMatchObject([{ body: 'filled' }]);
  });
});

describe('an order that the venue made of a scheduled one', () => {
  const schedule: OrderIntent = { kind: 'schedule', request: buyIntent.request, day: '20261124', until: '20261126' };
  const made = (number: string, id = `made-${number}`): MadeOrder => ({
    id,
    request: buyIntent.request,
    reference: { number, branch: '06010' },
    day: '20261124',
    at: start + 60_000_000,
  });
  const scheduled = async (): Promise<Ledger> => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 's', { intent: schedule });
    const reference = { number: 'R123', branch: '' };
    await append(ledger, 's', { type: 'submitting' }, { type: 'accepted', reference });
    return ledger;
  };
  const none = () => [];

  it('is an order of whoever scheduled it, on its own day, and costs that day nothing', async () => {
    const ledger = await scheduled();
    const said = { address, body: 'sent' };
    const order = await ledger.orderFromSchedule('s', made('0000000123'), start, () => [said]);
    expect(order).toMatchObject({ personId: 'kim', status: 'accepted', reference: { number: '123', branch: '06010' } });
    expect(await ledger.orderByNumber('123', '20261124')).toStrictEqual(order);
    expect(await ledger.orderAddress('made-0000000123')).toStrictEqual(address);
    expect(await ledger.orderEvents('made-0000000123')).toMatchObject([
      { event: { type: 'accepted', by: 'schedule' } },
    ]);
    expect(await ledger.amountOfDay('20261124')).toBe(0);
    expect(await ledger.amountOfDay(day)).toBe(700_000);
    expect(await ledger.outboxPending()).toBe(1);
    expect(await ledger.orderEvents('s')).toMatchObject([{}, {}, {}, { event: { type: 'sent-on', number: '123' } }]);
  });

  it('is written once, whatever is called by its number elsewhere', async () => {
    const ledger = await scheduled();
    await ledger.orderFromSchedule('s', made('123'), start, none);
    expect(await ledger.orderFromSchedule('s', made('123', 'again'), start, none)).toBeUndefined();
    expect(await ledger.orderFromSchedule('s', made('124'), start, none)).toMatchObject({ status: 'accepted' });
    expect(await ledger.orderEvents('s')).toHaveLength(5);
    // The schedule's own number is another one.
    expect((await ledger.latestByNumber('R123'))?.id).toBe('s');
    expect((await ledger.latestByNumber('123'))?.id).toBe('made-123');
  });

  it('is not written where the scheduled order is over: neither half', async () => {
    const ledger = await scheduled();
    await append(ledger, 's', { type: 'cancelled', quantity: 10 });
    await expect(ledger.orderFromSchedule('s', made('123'), start, none)).rejects.toMatchObject({
      code: 'order.impossible-event',
    });
    expect(await ledger.order('made-123')).toBeUndefined();
  });

  it('keeps its like from being claimed on the next day too, while it is unknown', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 's', { intent: schedule });
    await ledger.createProposal(proposalOf('p'));
    const intents = [{ id: 'twin', intent: schedule, amount: 1 }];
    expect(await ledger.claim(claimOf('p', { intents, day: '20261124' }))).toEqual({
      kind: 'refused',
      reason: 'unsettled',
    });
  });
});
