import { beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  OrderEvent,
  OrderIntent,
  OrderRecord,
  SubmitOutcome,
  VenueOrder,
} from '../../../src/domain/orders/order.ts';
import { AppError } from '../../../src/errors.ts';
import type { Orders } from '../../../src/services/orders/orders.ts';
import { eventually, turns } from '../../support/clock.ts';
import {
  accepted,
  codeOf,
  instrument,
  type OrderDesk,
  openOrderDesk,
  reference,
  request,
  resting,
} from '../../support/order-desk.ts';

let desk: OrderDesk;
beforeEach(async () => {
  desk = await openOrderDesk();
});

describe('a ticket', () => {
  it('shows what the order would be, and asks as somebody who waits does', async () => {
    expect(await desk.orders().check(request, instrument)).toMatchObject({ amount: 700_000, price: 70_000 });
    expect(desk.asked).toContainEqual(['power', '005930', 70_000, {}]);
    expect(desk.sent).toEqual([]);
  });

  it('is for what fits into the day, to the won', async () => {
    await desk.submit(desk.orders());
    expect(await codeOf(desk.orders({ maxDaily: 1_400_000 }).check(request, instrument))).toBe('passed');
    await expect(desk.orders({ maxDaily: 1_399_999 }).check(request, instrument)).rejects.toMatchObject({
      code: 'rule.max-daily',
      context: { amount: 700_000, used: 700_000, limit: 1_399_999 },
    });
    const amendment = { target: resting, instrument, price: 71_000 };
    expect(await desk.orders({ maxDaily: 710_000 }).checkAmendment(amendment)).toMatchObject({ added: 10_000 });
    expect(await codeOf(desk.orders({ maxDaily: 709_999 }).checkAmendment(amendment))).toBe('rule.max-daily');
    expect(await codeOf(desk.orders({ maxDaily: 710_000 }).admit(10_000))).toBe('passed');
    expect(await codeOf(desk.orders({ maxDaily: 709_999 }).admit(10_000))).toBe('rule.max-daily');
  });

  it.each([
    ['trading is halted', 'orders.halted', () => desk.ledger.setHalted(true)],
    [
      'a start still asks what became of the old',
      'orders.recovering',
      () => Object.assign(desk.reconciler, { ready: false }),
    ],
    ['nobody armed a live venue today', 'orders.not-armed', () => Object.assign(desk.venue, { kind: 'live' })],
  ] satisfies readonly (readonly [string, string, () => unknown])[])(
    'is refused while %s',
    async (_what, code, given) => {
      await given();
      const all = desk.orders();
      expect(await codeOf(all.check(request, instrument))).toBe(code);
      expect(await codeOf(all.checkTaken(request, 'stock'))).toBe(code);
      expect(await codeOf(all.checkAmendment({ target: resting, instrument, price: 71_000 }))).toBe(code);
      expect(await codeOf(all.admit(0))).toBe(code);
      expect(await codeOf(desk.submit(all))).toBe(code);
      expect([desk.asked, desk.sent, await desk.statuses()]).toEqual([[], [], []]);
    },
  );

  it('is refused at once for what no exchange takes now', async () => {
    const all = desk.orders();
    expect(await codeOf(all.checkTaken(request, 'stock'))).toBe('passed');
    expect(await codeOf(all.checkTaken({ ...request, exchange: 'NXT' }, 'stock'))).toBe('rule.exchange');
    expect(desk.asked).toEqual([]);
  });
});

describe('a press', () => {
  it('sends one order, that was looked at again before anything else', async () => {
    const record = await desk.submit(desk.orders());
    expect(record).toMatchObject({
      id: 'o1',
      personId: 'kim',
      status: 'accepted',
      reference,
      intent: { kind: 'place', request },
    });
    expect(desk.sent).toEqual([['place', request]]);
    expect(desk.asked).toContainEqual(['quote', '005930', { priority: 'urgent', exchange: 'KRX' }]);
    expect((await desk.ledger.orderEvents('o1')).map(({ event }) => event.type)).toEqual([
      'confirmed',
      'submitting',
      'accepted',
    ]);
    expect(await desk.ledger.amountOfDay('20261123')).toBe(700_000);
    expect(desk.logged).toContainEqual(['order answered', { order: 'o1', outcome: 'accepted', number: '31' }]);
    expect((await desk.orders().today()).map(({ id }) => id)).toEqual(['o1']);
  });

  it('notes what stands at the venue already, where its lists tell, and goes on without where they fail', async () => {
    await desk.submit(desk.orders());
    expect(desk.reconciler.noteOrdersOf.mock.calls).toEqual([['005930']]);
    desk.reconciler.noteOrdersOf.mockRejectedValue(new Error('away'));
    expect((await desk.submit(desk.orders(), {}, 'p2')).status).toBe('accepted');
    expect(desk.logged).toContainEqual(['orders of issue not noted', { symbol: '005930' }]);
    desk.venue.listsAll = false;
    await desk.submit(desk.orders(), {}, 'p3');
    expect(desk.reconciler.noteOrdersOf).toHaveBeenCalledTimes(2);
  });

  it('after the price has moved sends nothing, and takes no ticket', async () => {
    desk.last = 70_800;
    await expect(desk.submit(desk.orders())).rejects.toMatchObject({
      code: 'rule.drift',
      context: { shown: 70_000, now: 70_800 },
    });
    desk.last = 70_700;
    expect(await codeOf(desk.submit(desk.orders(), {}, 'p2'))).toBe('passed');
    expect((await desk.ledger.proposal('p1'))?.status).toBe('open');
  });

  it.each([
    [{ kind: 'rejected', code: 'APBK0919', text: '휴장' }, 'rejected'],
    [{ kind: 'unknown', code: 'no-answer', text: '' }, 'outcome-unknown'],
  ] as const)('answered with %o: %s', async (outcome, status) => {
    desk.answer = () => outcome;
    const { code, text } = outcome;
    expect(await desk.submit(desk.orders())).toMatchObject({ status, code, text });
    expect(desk.logged).toContainEqual(['order answered', { order: 'o1', outcome: outcome.kind, code }]);
  });

  it.each([
    [
      'in words',
      new AppError('venue.token-wait', { seconds: 30, code: undefined }),
      { code: 'venue.token-wait', context: { seconds: 30 } },
    ],
    [
      'in a word',
      new AppError('lane.waited-too-long', { code: undefined }),
      { code: 'lane.waited-too-long', context: undefined },
    ],
    ['by a mistake of ours', new TypeError('x'), { code: 'unexpected', context: undefined }],
  ] as const)('that could not be desk.sent, told %s, was denied', async (_how, error, said) => {
    const all = desk.orders();
    vi.spyOn(desk.ledger, 'beginSubmit').mockRejectedValue(error);
    const record = await desk.submit(all);
    expect(record).toMatchObject({ status: 'denied', code: said.code });
    expect(record.context).toEqual(said.context);
    expect(desk.sent).toEqual([]);
    const events = await desk.ledger.orderEvents('o1');
    expect(events.at(-1)?.event).toEqual(
      said.context === undefined ? { type: 'denied', code: said.code } : { type: 'denied', ...said },
    );
    expect(desk.logged).toContainEqual(['order not sent', { order: 'o1' }]);
  });

  it('whose trading was halted after its ticket was taken was denied', async () => {
    const all = desk.orders();
    const { claim } = desk.ledger;
    vi.spyOn(desk.ledger, 'claim').mockImplementation(async (wanted) => {
      const result = await claim(wanted);
      await desk.ledger.setHalted(true);
      return result;
    });
    expect(await desk.submit(all)).toMatchObject({ status: 'denied', code: 'orders.halted' });
    expect(desk.sent).toEqual([]);
  });

  it.each([
    ['unknown', 'proposal.unknown'],
    ['not-yours', 'proposal.not-yours'],
    ['taken', 'proposal.taken'],
    ['expired', 'proposal.expired'],
    ['halted', 'orders.halted'],
    ['unsettled', 'orders.unsettled'],
  ] as const)('whose ticket is %s is refused: %s', async (reason, code) => {
    vi.spyOn(desk.ledger, 'claim').mockResolvedValue({ kind: 'refused', reason });
    expect(await codeOf(desk.submit(desk.orders()))).toBe(code);
    expect(desk.sent).toEqual([]);
  });

  it('above the day, as it is when the ticket is taken, is refused with the sum', async () => {
    vi.spyOn(desk.ledger, 'claim').mockResolvedValue({ kind: 'over-daily-cap', used: 9_500_000 });
    await expect(desk.submit(desk.orders())).rejects.toMatchObject({
      code: 'rule.max-daily',
      context: { amount: 700_000, used: 9_500_000, limit: 10_000_000 },
    });
  });

  it('for which nothing was written down sends nothing', async () => {
    vi.spyOn(desk.ledger, 'claim').mockResolvedValue({ kind: 'claimed', orders: [] });
    expect(await codeOf(desk.submit(desk.orders()))).toBe('proposal.unknown');
    expect(desk.sent).toEqual([]);
  });

  it('may leave for two seconds from when it was to be written down', async () => {
    const { beginSubmit } = desk.ledger;
    const begun: number[] = [];
    vi.spyOn(desk.ledger, 'beginSubmit').mockImplementation(async (id, at) => {
      begun.push(at);
      await desk.clock.advance(500);
      return beginSubmit(id, at);
    });
    await desk.submit(desk.orders());
    expect(desk.untils).toEqual(begun.map((at) => at + 2_000));
    expect(begun).toHaveLength(1);
  });

  const notSent = (): never => {
    throw new AppError('orders.paused', { lateMs: 7 });
  };
  const lost = { type: 'outcome-unknown', code: 'process-ended', text: '' } as const;

  it.each([
    ['nobody has looked at', []],
    ['another process does not know the outcome of', [lost]],
    ['another process asks about', [lost, { type: 'asked', candidates: [] }]],
    ['another process has found nowhere', [lost, { type: 'absent', by: 'list' }]],
  ] satisfies readonly (readonly [string, readonly OrderEvent[]])[])(
    'of a process that was stopped before it left was not sent, though it stands as submitting, also one that %s',
    async (_what, events) => {
      desk.answer = async () => {
        for (const event of events) await desk.ledger.appendOrderEvent('o1', event, desk.clock.now());
        return notSent();
      };
      const denied = { status: 'denied', code: 'orders.paused', context: { lateMs: 7 } };
      expect(await desk.submit(desk.orders())).toMatchObject(denied);
      expect(await desk.ledger.order('o1')).toMatchObject(denied);
    },
  );

  it('of a process that was stopped stays as another one has settled it', async () => {
    desk.answer = async () => {
      for (const event of [lost, { type: 'accepted', reference } as const]) {
        await desk.ledger.appendOrderEvent('o1', event, desk.clock.now());
      }
      return notSent();
    };
    expect(await desk.submit(desk.orders())).toMatchObject({ status: 'accepted', reference });
    expect(desk.logged).toContainEqual(['order settled by another process', { order: 'o1', status: 'accepted' }]);
  });

  it('that the ledger took though it did not say so is not sent, and stands as denied once that is known', async () => {
    const all = desk.orders();
    const { claim } = desk.ledger;
    vi.spyOn(desk.ledger, 'claim').mockImplementationOnce(async (wanted) => {
      await claim(wanted);
      throw new AppError('store.away', { operation: 'claim' });
    });
    expect(await codeOf(desk.submit(all))).toBe('store.away');
    expect(await desk.statuses()).toEqual(['confirmed']);
    expect(await all.catchUp()).toBe(1);
    expect([await desk.statuses(), desk.sent]).toEqual([['denied'], []]);
    expect(await all.catchUp()).toBe(0);
  });

  it.each([
    ['that the ledger did not take', undefined, []],
    ['that another process has settled', { type: 'never-sent' }, ['never-sent']],
  ] satisfies readonly (readonly [string, OrderEvent | undefined, readonly string[]])[])(
    '%s stays as it is once the ledger works again',
    async (_what, event, statuses) => {
      const all = desk.orders();
      const { claim } = desk.ledger;
      vi.spyOn(desk.ledger, 'claim').mockImplementationOnce(async (wanted) => {
        if (event !== undefined) await claim(wanted);
        throw new AppError('store.away', { operation: 'claim' });
      });
      expect(await codeOf(desk.submit(all))).toBe('store.away');
      if (event !== undefined) await desk.ledger.appendOrderEvent('o1', event, desk.clock.now());
      expect(await all.catchUp()).toBe(0);
      expect(await desk.statuses()).toEqual(statuses);
    },
  );

  const found: OrderEvent = { type: 'accepted', reference, by: 'list' };
  const unknown: SubmitOutcome = { kind: 'unknown', code: 'no-answer', text: '' };
  it.each([
    ['got no answer', unknown],
    ['hears only now that it was taken', accepted],
  ] satisfies readonly (readonly [string, SubmitOutcome])[])(
    'that another process found while this one was stopped stands as that found it, where this one %s',
    async (_what, outcome) => {
      desk.answer = async () => {
        for (const event of [lost, found]) await desk.ledger.appendOrderEvent('o1', event, desk.clock.now());
        return outcome;
      };
      expect(await desk.submit(desk.orders())).toMatchObject({ status: 'accepted', reference });
      expect(desk.logged).toContainEqual(['order settled by another process', { order: 'o1', status: 'accepted' }]);
    },
  );

  it('that another process found under another number is not passed over', async () => {
    desk.answer = async () => {
      for (const event of [lost, found]) await desk.ledger.appendOrderEvent('o1', event, desk.clock.now());
      return { ...accepted, reference: { ...reference, number: '32' } };
    };
    expect(await codeOf(desk.submit(desk.orders()))).toBe('orders.not-recorded');
  });

  it('that cannot be written down as not sent says so', async () => {
    const broken = new Error('constraint');
    vi.spyOn(desk.ledger, 'appendOrderEvent').mockRejectedValueOnce(broken);
    desk.answer = notSent;
    await expect(desk.submit(desk.orders())).rejects.toBe(broken);
  });

  it('waits for an equal one, though another that waited was let go meanwhile', async () => {
    const all = desk.orders();
    const go: (() => void)[] = [];
    // Each is taken by the venue under a number of its own.
    desk.answer = () =>
      new Promise((resolve) => {
        const number = String(31 + go.length);
        go.push(() => resolve({ kind: 'accepted', reference: { ...reference, number }, text: '' }));
      });
    const first = desk.submit(all);
    await turns(20);
    const waiting = [desk.submit(all, {}, 'p2'), desk.submit(all, {}, 'p3')];
    await turns(20);
    go[0]?.();
    await first;
    await turns(20);
    waiting.push(desk.submit(all, {}, 'p4'));
    for (const count of [2, 3, 4]) {
      await eventually('the next', () => go.length === count);
      await turns(20);
      expect(desk.sent).toHaveLength(count);
      go[count - 1]?.();
    }
    expect(await Promise.all(waiting)).toMatchObject(Array(3).fill({ status: 'accepted' }));
  });

  it('waits for an equal one, and for no other', async () => {
    const all = desk.orders();
    let go: () => void = () => undefined;
    desk.answer = () => new Promise((resolve) => (go = () => resolve(accepted)));
    const first = desk.submit(all);
    await turns(20);
    const second = desk.submit(all, {}, 'p2');
    desk.answer = () => ({ kind: 'accepted', reference: { ...reference, number: '32' }, text: '' });
    const others = [{ quantity: 9 }, { side: 'sell' }, { symbol: '000660' }] as const;
    for (const [index, other] of others.entries()) {
      await desk.submit(all, { request: { ...request, ...other } }, `p${index + 3}`);
    }
    expect(desk.sent).toHaveLength(4);
    go();
    await first;
    expect(await second).toMatchObject({ status: 'accepted' });
    expect(desk.sent).toHaveLength(5);
  });
});

describe('an amendment', () => {
  const amendment = { target: resting, instrument, price: 71_000, shownLast: 70_000 };
  const amended = { ...request, price: 71_000 };
  const amend = async (
    all: Orders,
    changes: Partial<typeof amendment> & { part?: number } = {},
  ): Promise<OrderRecord> => all.amend(await desk.ticket(), 'kim', { ...amendment, ...changes });

  it('is sent once, as what is left at its new price, and counts for the difference', async () => {
    const intent = { kind: 'amend', target: resting.reference, request: amended, oldPrice: 70_000 };
    expect((await amend(desk.orders())).intent).toEqual(intent);
    expect(desk.sent).toEqual([['amend', resting.reference, amended]]);
    expect(await desk.ledger.amountOfDay('20261123')).toBe(10_000);
    expect(desk.asked).toContainEqual(['open', { priority: 'urgent' }]);
  });

  it('of a part says what was left', async () => {
    expect((await amend(desk.orders(), { part: 4 })).intent).toMatchObject({ of: 10, request: { quantity: 4 } });
  });

  it('after the price has moved sends nothing', async () => {
    desk.last = 71_000;
    expect(await codeOf(amend(desk.orders()))).toBe('rule.drift');
    expect(desk.sent).toEqual([]);
  });

  it('waits for another of the same order', async () => {
    const all = desk.orders();
    let go: () => void = () => undefined;
    desk.answer = () => new Promise((resolve) => (go = () => resolve(accepted)));
    const first = amend(all);
    await turns(20);
    const second = all.amend(await desk.ticket('p2'), 'kim', amendment);
    await turns(20);
    const seen = desk.asked.length;
    const other = all.amend(await desk.ticket('p3'), 'kim', {
      ...amendment,
      target: { ...resting, reference: { number: '8', branch: '' } },
    });
    // It is looked at, at once: there is no such order.
    expect(await codeOf(other)).toBe('orders.changed');
    expect(desk.asked.length).toBeGreaterThan(seen);
    expect(desk.sent).toHaveLength(1);
    go();
    await first;
    desk.answer = () => accepted;
    await second.catch(() => undefined);
  });
});

describe('a cancel', () => {
  const second: VenueOrder = { ...resting, reference: { number: '8', branch: '06010' }, exchange: 'NXT', remaining: 4 };
  const cancel = async (all: Orders, cancellations: Parameters<Orders['cancel']>[2]) =>
    all.cancel(await desk.ticket(), 'kim', cancellations);

  it('of several is one request each, of what is left or a part of it', async () => {
    const records = await cancel(desk.orders(), [{ target: resting }, { target: second, part: 1 }]);
    const shown = { symbol: '005930', side: 'buy' };
    expect(records.map(({ intent }) => intent)).toEqual([
      { kind: 'cancel', target: resting.reference, exchange: 'KRX', quantity: 10, ...shown },
      { kind: 'cancel', target: second.reference, exchange: 'NXT', quantity: 1, of: 4, ...shown },
    ]);
    expect(desk.sent).toEqual([
      ['cancel', { reference: resting.reference, exchange: 'KRX', part: undefined }],
      ['cancel', { reference: second.reference, exchange: 'NXT', part: 1 }],
    ]);
    expect(await desk.ledger.amountOfDay('20261123')).toBe(0);
  });

  it('passes while trading is halted, while a start asks, and on a day that nobody armed', async () => {
    await desk.ledger.setHalted(true);
    desk.reconciler.ready = false;
    desk.venue.kind = 'live';
    expect(await cancel(desk.orders(), [{ target: resting }])).toMatchObject([{ status: 'done' }]);
  });

  it('does not go to a live venue where the settings allow no orders', async () => {
    desk.venue.kind = 'live';
    await expect(cancel(desk.orders({ liveTrading: 'no' }), [{ target: resting }])).rejects.toMatchObject({
      code: 'orders.not-armed',
      context: { setting: 'no' },
    });
    expect(desk.sent).toEqual([]);
  });

  it('that cannot be written down leaves none of the others standing', async () => {
    const { appendOrderEvent } = desk.ledger;
    const broken = new Error('constraint');
    vi.spyOn(desk.ledger, 'appendOrderEvent').mockRejectedValueOnce(broken).mockImplementation(appendOrderEvent);
    await expect(cancel(desk.orders(), [{ target: resting }, { target: second }])).rejects.toMatchObject({
      code: 'orders.not-recorded',
      context: { outcome: 'accepted' },
      cause: broken,
    });
    expect(desk.sent).toHaveLength(2);
    expect(desk.logged).toContainEqual(['order outcome not recorded', { order: 'o1' }]);
  });
});

describe('an order of another day', () => {
  const scheduled: OrderIntent = { kind: 'schedule', request, day: '20261124', until: null };
  const taken: OrderIntent = {
    kind: 'cancel-schedule',
    target: reference,
    symbol: '005930',
    side: 'buy',
    quantity: 10,
  };
  const prepared = async (all: Orders, intent: OrderIntent, id?: string) =>
    all.submitPrepared(await desk.ticket(id), 'kim', 'schedule', async () => ({
      intent,
      amount: 5,
      send: async (beforeSend) => {
        await beforeSend();
        desk.sent.push([intent.kind]);
        return accepted;
      },
    }));

  it('goes the same way', async () => {
    expect(await prepared(desk.orders(), scheduled)).toMatchObject({ status: 'scheduled', intent: scheduled });
    expect(desk.sent).toEqual([['schedule']]);
    expect(await desk.ledger.amountOfDay('20261123')).toBe(5);
  });

  it('needs an armed day where real money moves; taking it back does not', async () => {
    desk.venue.kind = 'live';
    expect(await codeOf(prepared(desk.orders(), scheduled))).toBe('orders.not-armed');
    expect(await codeOf(prepared(desk.orders(), taken, 'p2'))).toBe('passed');
    expect(await codeOf(prepared(desk.orders({ liveTrading: 'no' }), taken, 'p3'))).toBe('orders.not-armed');
  });
});
