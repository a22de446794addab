import { describe, expect, it } from 'vitest';
import type { OrderEvent, OrderIntent } from '../../../src/domain/orders/order.ts';
import { buyIntent, cancelIntent, claimOf, confirmedOrder, day, proposalOf, start, testLedger } from '../fixtures.ts';

describe('an order that is about to leave', () => {
  it('is written down as such, and no other is', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await confirmedOrder(ledger, 'other');
    await ledger.beginSubmit('o', start + 2_000);
    expect(await ledger.order('o')).toMatchObject({ status: 'submitting', updatedAt: start + 2_000 });
    expect(await ledger.order('other')).toMatchObject({ status: 'confirmed' });
    expect((await ledger.orderEvents('o')).at(-1)).toEqual({ at: start + 2_000, event: { type: 'submitting' } });
    await expect(ledger.beginSubmit('o', start + 3_000)).rejects.toMatchObject({ code: 'order.impossible-event' });
  });

  it('stays while trading is halted, and nothing is written; a cancel leaves', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await confirmedOrder(ledger, 'c', { intent: cancelIntent, amount: 0 });
    await ledger.setHalted(true);
    await expect(ledger.beginSubmit('o', start)).rejects.toMatchObject({ code: 'orders.halted' });
    expect(await ledger.order('o')).toMatchObject({ status: 'confirmed' });
    await ledger.beginSubmit('c', start);
    expect(await ledger.order('c')).toMatchObject({ status: 'submitting' });
    await ledger.setHalted(false);
    await ledger.beginSubmit('o', start);
    expect(await ledger.order('o')).toMatchObject({ status: 'submitting' });
  });

  it('has to be known', async () => {
    const ledger = await testLedger();
    const unknown = { code: 'order.unknown', context: { order: 'o' } };
    await expect(ledger.beginSubmit('o', start)).rejects.toMatchObject(unknown);
    await expect(ledger.appendOrderEvent('o', { type: 'submitting' }, start)).rejects.toMatchObject(unknown);
  });
});

describe('what the venue had shown before an order left', () => {
  it('is what was noted of its day until then, however it is padded, each number the first time', async () => {
    const ledger = await testLedger();
    for (const id of ['early', 'o', 'late']) await confirmedOrder(ledger, id);
    await ledger.beginSubmit('early', start);
    await ledger.noteSeen(day, ['0000000121', '122']);
    await ledger.noteSeen('20261124', ['200', '201', '202', '203']);
    await ledger.beginSubmit('o', start);
    await ledger.noteSeen(day, ['122', '123']);
    await ledger.beginSubmit('late', start);
    expect(await ledger.seenBefore('early')).toEqual(new Set());
    expect(await ledger.seenBefore('o')).toEqual(new Set(['121', '122']));
    expect(await ledger.seenBefore('late')).toEqual(new Set(['121', '122', '123']));
    expect(await ledger.seenBefore('unknown')).toEqual(new Set());
  });
});

describe('how an order ended', () => {
  const ended = async (event: OrderEvent) => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await ledger.beginSubmit('o', start + 2_000);
    const record = await ledger.appendOrderEvent('o', event, start + 3_000);
    // What is kept is what was returned.
    expect(await ledger.order('o')).toStrictEqual(record);
    return record;
  };

  it('denied, with the facts of the sentence, or without any', async () => {
    const facts = { type: 'denied', code: 'rule.tick', context: { tick: 100, near: '70,000' } } as const;
    const record = await ended(facts);
    expect(record).toMatchObject({ status: 'denied', code: 'rule.tick', context: facts.context });
    expect(record.text).toBeUndefined();
    expect(await ended({ type: 'denied', code: 'unexpected' })).not.toHaveProperty('context');
  });

  it('denied after all, once nobody knew: the words of the venue are over', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o');
    await ledger.beginSubmit('o', start);
    await ledger.appendOrderEvent('o', { type: 'outcome-unknown', code: 'timeout', text: 'no answer' }, start);
    const record = await ledger.appendOrderEvent('o', { type: 'denied', code: 'lane.waited-too-long' }, start);
    expect(record.text).toBeUndefined();
    expect(await ledger.order('o')).toStrictEqual(record);
  });

  it('refused, in the words of the venue, which may look like facts', async () => {
    const record = await ended({ type: 'rejected', code: 'APBK0919', text: '{"tick":100}' });
    expect(record).toMatchObject({ status: 'rejected', text: '{"tick":100}' });
    expect(record).not.toHaveProperty('context');
  });
});

it('the latest orders are the newest of all days, and no more than were asked for', async () => {
  const ledger = await testLedger();
  await confirmedOrder(ledger, 'a', { day: '20261120' });
  await confirmedOrder(ledger, 'b');
  await confirmedOrder(ledger, 'c', { day: '20261120' });
  expect((await ledger.latestOrders(2)).map(({ id }) => id)).toEqual(['c', 'b']);
  expect(await ledger.latestOrders(9)).toHaveLength(3);
});

it('an amendment of a scheduled order keeps another from being claimed on the next day too, while it is unknown', async () => {
  const ledger = await testLedger();
  const target = { number: 'R1', branch: '' };
  const intent: OrderIntent = { kind: 'amend-schedule', target, request: buyIntent.request, day, until: null };
  await confirmedOrder(ledger, 's', { intent });
  await ledger.createProposal(proposalOf('p'));
  const claim = claimOf('p', { intents: [{ id: 'twin', intent, amount: 1 }], day: '20261124' });
  expect(await ledger.claim(claim)).toEqual({ kind: 'refused', reason: 'unsettled' });
});
