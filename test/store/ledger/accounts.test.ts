import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderIntent } from '../../../src/domain/orders/order.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { MadeOrder } from '../../../src/ports/ledger/order-ledger.ts';
import {
  address,
  buyIntent,
  claimOf,
  confirmedOrder,
  day,
  noticeOf,
  proposalOf,
  start,
  testLedger,
} from '../fixtures.ts';

// One ledger holds several accounts: what is one's is not seen, and changes nothing, in another.

let main: Ledger;
let isa: Ledger;
beforeEach(async () => {
  main = await testLedger();
  isa = main.account('isa');
});
const accepted = { type: 'accepted', reference: { number: '123', branch: '06010' } } as const;
const accept = async (ledger: Ledger, id: string): Promise<void> => {
  await ledger.beginSubmit(id, start);
  await ledger.appendOrderEvent(id, accepted, start);
};

describe('an order', () => {
  it('is of the account whose ticket it came of, and no other sees it', async () => {
    await confirmedOrder(isa, 'o');
    await accept(isa, 'o');
    expect(await isa.order('o')).toMatchObject({ account: 'isa' });
    expect(await main.account('isa').order('o')).toMatchObject({ account: 'isa' });
    const looks: readonly ((ledger: Ledger) => Promise<unknown>)[] = [
      (ledger) => ledger.order('o').then((order) => (order === undefined ? [] : [order])),
      (ledger) => ledger.orderByNumber('123', day).then((order) => (order === undefined ? [] : [order])),
      (ledger) => ledger.latestByNumber('123').then((order) => (order === undefined ? [] : [order])),
      (ledger) => ledger.orderAddress('o').then((found) => (found === undefined ? [] : [found])),
      (ledger) => ledger.ordersByStatus(['accepted']),
      (ledger) => ledger.ordersOfDay(day),
      (ledger) => ledger.latestOrders(9),
      (ledger) => ledger.orderEvents('o').then((events) => events.slice(0, 1)),
    ];
    for (const look of looks) {
      expect(await look(isa)).toHaveLength(1);
      expect(await look(main)).toEqual([]);
    }
  });

  it('is changed in its own account alone', async () => {
    await confirmedOrder(isa, 'o');
    const unknown = { code: 'order.unknown' };
    await expect(main.beginSubmit('o', start)).rejects.toMatchObject(unknown);
    await expect(main.appendOrderEvent('o', { type: 'submitting' }, start)).rejects.toMatchObject(unknown);
    expect(await isa.order('o')).toMatchObject({ status: 'confirmed' });
  });

  it('counts towards the day of its account', async () => {
    await confirmedOrder(isa, 'o', { amount: 700_000 });
    expect([await isa.amountOfDay(day), await main.amountOfDay(day)]).toEqual([700_000, 0]);
  });

  it('of a scheduled one is its account’s, though another has the same number that day', async () => {
    const intent: OrderIntent = { kind: 'schedule', request: buyIntent.request, day: '20261124', until: null };
    const made = (id: string): MadeOrder => {
      const reference = { number: '55', branch: '06010' };
      return { id, request: buyIntent.request, reference, day: '20261124', at: start };
    };
    for (const [ledger, id] of [
      [main, 'a'],
      [isa, 'b'],
    ] as const) {
      await confirmedOrder(ledger, id, { intent });
      await ledger.beginSubmit(id, start);
      await ledger.appendOrderEvent(id, { type: 'accepted', reference: { number: 'R1', branch: '' } }, start);
    }
    await expect(main.orderFromSchedule('b', made('x'), start, () => [])).rejects.toMatchObject({
      code: 'order.unknown',
    });
    expect(await main.orderFromSchedule('a', made('made-a'), start, () => [])).toMatchObject({ account: 'main' });
    expect(await isa.orderFromSchedule('b', made('made-b'), start, () => [])).toMatchObject({ account: 'isa' });
    expect(await isa.orderFromSchedule('b', made('again'), start, () => [])).toBeUndefined();
  });
});

describe('a ticket', () => {
  it('is taken in the account that it was made for', async () => {
    await isa.createProposal(proposalOf('p'));
    expect(await isa.proposal('p')).toMatchObject({ account: 'isa' });
    expect(await main.claim(claimOf('p'))).toEqual({ kind: 'refused', reason: 'unknown' });
    expect(await isa.claim(claimOf('p'))).toMatchObject({ kind: 'claimed', orders: [{ account: 'isa' }] });
  });

  it('waits for no order of another account, nor fills that one’s day', async () => {
    await confirmedOrder(main, 'o', { intent: buyIntent });
    await isa.createProposal(proposalOf('p'));
    const intents = [{ id: 'twin', intent: buyIntent, amount: 700_000 }];
    expect(await isa.claim(claimOf('p', { intents, maxDailyAmount: 700_000 }))).toMatchObject({ kind: 'claimed' });
    await isa.createProposal(proposalOf('q'));
    expect(await isa.claim(claimOf('q', { intents: [{ id: 'third', intent: buyIntent, amount: 1 }] }))).toEqual({
      kind: 'refused',
      reason: 'unsettled',
    });
  });
});

describe('a switch', () => {
  it('stops the one account: its tickets, and what is about to leave', async () => {
    for (const ledger of [main, isa]) await confirmedOrder(ledger, ledger === main ? 'a' : 'b');
    await isa.createProposal(proposalOf('p'));
    await main.createProposal(proposalOf('q'));
    await isa.setHalted(true);
    expect([await main.halted(), await isa.halted()]).toEqual([false, true]);
    await expect(isa.beginSubmit('b', start)).rejects.toMatchObject({ code: 'orders.halted' });
    await main.beginSubmit('a', start);
    expect(await isa.claim(claimOf('p'))).toEqual({ kind: 'refused', reason: 'halted' });
    expect(await main.claim(claimOf('q'))).toMatchObject({ kind: 'claimed' });
  });

  it('arms the one account', async () => {
    await isa.armDay(day);
    expect([await main.armedDay(), await isa.armedDay()]).toEqual([undefined, day]);
  });
});

describe('what the venue shows', () => {
  it('is of the account that was asked about: numbers', async () => {
    await isa.noteSeen(day, ['1', '2', '3']);
    await main.noteSeen(day, ['1']);
    await confirmedOrder(main, 'a');
    await main.beginSubmit('a', start);
    expect(await main.seenBefore('a')).toEqual(new Set(['1']));
    expect(await isa.seenBefore('a')).toEqual(new Set());
    await main.noteSeen(day, ['9']);
    expect(await main.seenBefore('a')).toEqual(new Set(['1']));
  });

  it('is of the account that it came for: notices', async () => {
    const notice = noticeOf({ fingerprint: 'a' });
    const messages = [{ address, body: 'filled' }];
    expect(await main.recordNotice(notice, day, messages)).toEqual({ fresh: true, noticedQuantity: 3 });
    expect(await isa.recordNotice(notice, day, messages)).toEqual({ fresh: true, noticedQuantity: 3 });
    expect(await isa.recordNotice(notice, day, messages)).toEqual({ fresh: false, noticedQuantity: 3 });
    expect(await main.outboxPending()).toBe(2);
  });
});
