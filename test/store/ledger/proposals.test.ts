import { describe, expect, it } from 'vitest';
import {
  address,
  buyIntent,
  buyIntentOf,
  cancelIntent,
  claimOf,
  confirmedOrder,
  day,
  marketIntent,
  proposalOf,
  start,
  testLedger,
} from '../fixtures.ts';

describe('proposals', () => {
  it('are kept as they were made, and open', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    expect(await ledger.proposal('p')).toStrictEqual({ ...proposalOf('p'), account: 'main', status: 'open' });
    expect(await ledger.proposal('q')).toBeUndefined();
  });

  it('are not overwritten by another of the same id', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    await expect(ledger.createProposal(proposalOf('p', { personId: 'lee' }))).rejects.toMatchObject({
      code: 'store.failed',
    });
    expect(await ledger.proposal('p')).toMatchObject({ personId: 'kim' });
  });

  it('are dropped once, and only while open', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    await ledger.createProposal(proposalOf('q'));
    expect(await ledger.dropProposal('p')).toBe(true);
    expect(await ledger.dropProposal('p')).toBe(false);
    expect(await ledger.dropProposal('unknown')).toBe(false);
    expect(await ledger.proposal('p')).toMatchObject({ status: 'dropped' });

    await ledger.claim(claimOf('q'));
    expect(await ledger.dropProposal('q')).toBe(false);
    expect(await ledger.proposal('q')).toMatchObject({ status: 'taken' });
  });

  it('keep a plan that is nothing as null', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p', { plan: undefined }));
    expect(await ledger.proposal('p')).toMatchObject({ plan: null });
  });
});

describe('claim', () => {
  it('takes the proposal and writes every intent as confirmed', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    const intents = [
      { id: 'o1', intent: buyIntent, amount: 700_000 },
      { id: 'o2', intent: marketIntent, amount: 600_000 },
      { id: 'o3', intent: cancelIntent, amount: 0 },
    ];
    const result = await ledger.claim(claimOf('p', { intents }));
    const orders = intents.map(({ id, intent }) => ({
      id,
      account: 'main',
      proposalId: 'p',
      personId: 'kim',
      intent,
      status: 'confirmed',
      reference: undefined,
      filledQuantity: 0,
      filledAmount: 0,
      cancelledQuantity: 0,
      replacedQuantity: 0,
      code: undefined,
      text: undefined,
      confirmedAt: start + 1_000,
      updatedAt: start + 1_000,
    }));
    expect(result).toStrictEqual({ kind: 'claimed', orders });
    for (const order of orders) {
      expect(await ledger.order(order.id)).toStrictEqual(order);
      expect(await ledger.orderEvents(order.id)).toStrictEqual([{ at: start + 1_000, event: { type: 'confirmed' } }]);
      expect(await ledger.orderAddress(order.id)).toStrictEqual(address);
    }
    expect(await ledger.proposal('p')).toMatchObject({ status: 'taken' });
    expect(await ledger.amountOfDay(day)).toBe(1_300_000);
  });

  it('refuses in this order: unknown, not yours, taken or dropped, expired, halted, over the cap', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    await ledger.setHalted(true);
    const late = { now: start + 60_000, maxDailyAmount: 0 };

    expect(await ledger.claim(claimOf('unknown', late))).toStrictEqual({ kind: 'refused', reason: 'unknown' });
    expect(await ledger.claim(claimOf('p', { ...late, personId: 'lee' }))).toStrictEqual({
      kind: 'refused',
      reason: 'not-yours',
    });
    expect(await ledger.claim(claimOf('p', late))).toStrictEqual({ kind: 'refused', reason: 'expired' });
    expect(await ledger.claim(claimOf('p', { ...late, now: start + 59_999 }))).toStrictEqual({
      kind: 'refused',
      reason: 'halted',
    });
    await ledger.setHalted(false);
    expect(await ledger.claim(claimOf('p', { maxDailyAmount: 0 }))).toStrictEqual({ kind: 'over-daily-cap', used: 0 });
    expect(await ledger.proposal('p')).toMatchObject({ status: 'open' });
    expect(await ledger.ordersOfDay(day)).toStrictEqual([]);

    expect(await ledger.claim(claimOf('p'))).toMatchObject({ kind: 'claimed' });
    await ledger.setHalted(true);
    expect(await ledger.claim(claimOf('p', late))).toStrictEqual({ kind: 'refused', reason: 'taken' });
    expect(await ledger.claim(claimOf('p', { ...late, personId: 'lee' }))).toMatchObject({ reason: 'not-yours' });

    await ledger.createProposal(proposalOf('q'));
    await ledger.dropProposal('q');
    expect(await ledger.claim(claimOf('q', late))).toStrictEqual({ kind: 'refused', reason: 'dropped' });
    expect(await ledger.ordersOfDay(day)).toHaveLength(1);
  });

  it('is for one of many who press at once', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, press) =>
        ledger.claim(claimOf('p', { intents: [{ id: `o${press}`, intent: buyIntent, amount: 1 }] })),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(results.filter((result) => result.kind === 'refused' && result.reason === 'taken')).toHaveLength(19);
    expect(await ledger.ordersOfDay(day)).toHaveLength(1);
  });

  it('reserves: two proposals that each fit, and together do not, are not both claimed', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    await ledger.createProposal(proposalOf('q'));
    const results = await Promise.all(['p', 'q'].map((id) => ledger.claim(claimOf(id, { maxDailyAmount: 1_000_000 }))));
    expect(results.map(({ kind }) => kind).sort()).toStrictEqual(['claimed', 'over-daily-cap']);
  });

  it('writes nothing when one of its intents cannot be written', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o1');
    await ledger.createProposal(proposalOf('p'));
    const intents = [
      { id: 'o2', intent: buyIntent, amount: 1 },
      { id: 'o1', intent: buyIntent, amount: 1 },
    ];
    await expect(ledger.claim(claimOf('p', { intents }))).rejects.toMatchObject({ code: 'store.failed' });
    expect(await ledger.proposal('p')).toMatchObject({ status: 'open' });
    expect(await ledger.order('o2')).toBeUndefined();
    expect(await ledger.orderEvents('o2')).toStrictEqual([]);
    expect(await ledger.amountOfDay(day)).toBe(700_000);
    expect(await ledger.claim(claimOf('p'))).toMatchObject({ kind: 'claimed' });
  });

  it('lets cancels through a halt and a spent cap, alone only', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o1');
    await ledger.setHalted(true);
    const cancel = { id: 'c1', intent: cancelIntent, amount: 0 };
    await ledger.createProposal(proposalOf('mixed'));
    const mixed = { intents: [cancel, { id: 'o2', intent: buyIntent, amount: 1 }], maxDailyAmount: 100 };
    expect(await ledger.claim(claimOf('mixed', mixed))).toStrictEqual({ kind: 'refused', reason: 'halted' });

    await ledger.createProposal(proposalOf('cancels'));
    expect(await ledger.claim(claimOf('cancels', { intents: [cancel], maxDailyAmount: 100 }))).toMatchObject({
      kind: 'claimed',
    });
    await ledger.setHalted(false);
    expect(await ledger.claim(claimOf('mixed', mixed))).toStrictEqual({ kind: 'over-daily-cap', used: 700_000 });
    // Neither is a cancel that costs something, nor an order that costs nothing.
    await ledger.createProposal(proposalOf('dear'));
    const dear = { intents: [{ ...cancel, id: 'c2', amount: 1 }], maxDailyAmount: 100 };
    expect(await ledger.claim(claimOf('dear', dear))).toStrictEqual({ kind: 'over-daily-cap', used: 700_000 });
    const free = { intents: [{ id: 'o3', intent: buyIntent, amount: 0 }], maxDailyAmount: 100 };
    expect(await ledger.claim(claimOf('dear', free))).toStrictEqual({ kind: 'over-daily-cap', used: 700_000 });
  });

  it('waits as a whole while one of its orders is like one whose outcome is open', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o1', { intent: buyIntent });
    await ledger.createProposal(proposalOf('p'));
    const intents = [
      { id: 'o2', intent: buyIntentOf('o2'), amount: 1 },
      { id: 'o3', intent: buyIntent, amount: 1 },
    ];
    expect(await ledger.claim(claimOf('p', { intents }))).toStrictEqual({ kind: 'refused', reason: 'unsettled' });
  });

  it('counts up to the cap, to the won', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o1');
    await ledger.createProposal(proposalOf('p'));
    expect(await ledger.claim(claimOf('p', { maxDailyAmount: 1_399_999 }))).toStrictEqual({
      kind: 'over-daily-cap',
      used: 700_000,
    });
    expect(await ledger.claim(claimOf('p', { maxDailyAmount: 1_400_000 }))).toMatchObject({ kind: 'claimed' });
  });

  it('counts each day by itself', async () => {
    const ledger = await testLedger();
    await confirmedOrder(ledger, 'o1', { day: '20261120' });
    await ledger.createProposal(proposalOf('p'));
    expect(await ledger.claim(claimOf('p', { maxDailyAmount: 700_000 }))).toMatchObject({ kind: 'claimed' });
  });

  it('refuses amounts and caps that are no amounts', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p'));
    for (const amount of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const intents = [{ id: 'o', intent: buyIntent, amount }];
      await expect(ledger.claim(claimOf('p', { intents }))).rejects.toMatchObject({
        code: 'store.bad-amount',
        context: { order: 'o', amount },
      });
    }
    expect(await ledger.claim(claimOf('p', { maxDailyAmount: Number.NaN }))).toMatchObject({ kind: 'over-daily-cap' });
    expect(await ledger.proposal('p')).toMatchObject({ status: 'open' });
  });
});

describe('halt', () => {
  it('is off until it is set', async () => {
    const ledger = await testLedger();
    expect(await ledger.halted()).toBe(false);
    await ledger.setHalted(true);
    await ledger.setHalted(true);
    expect(await ledger.halted()).toBe(true);
    await ledger.setHalted(false);
    expect(await ledger.halted()).toBe(false);
  });
});
