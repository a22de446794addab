import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { OrderIntent } from '../../../src/domain/orders/order.ts';
import type { AppError } from '../../../src/errors.ts';
import {
  accepted,
  codeOf,
  diskFull,
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

describe('halting', () => {
  it('outlives the process, and ends when somebody says so', async () => {
    expect(await desk.orders().trading.setHalted(true)).toBe(true);
    expect(await desk.orders().trading.halted()).toBe(true);
    expect(await desk.orders().trading.setHalted(false)).toBe(true);
    expect(await desk.orders().trading.halted()).toBe(false);
    expect(desk.logged).toContainEqual(['trading switched', { halted: false }]);
  });

  it('holds at once though it cannot be written down, and is written down later', async () => {
    const all = desk.orders();
    const waiting = await desk.ticket();
    const failing = vi.spyOn(desk.ledger, 'setHalted').mockRejectedValue(diskFull());
    expect(await all.trading.setHalted(true)).toBe(false);
    expect(await all.trading.halted()).toBe(true);
    expect(await codeOf(all.check(request, instrument))).toBe('orders.halted');
    const schedule: OrderIntent = { kind: 'schedule', request, day: '20261124', until: null };
    const prepare = async () => ({ intent: schedule, amount: 0, send: async () => accepted });
    expect(await codeOf(all.submitPrepared(waiting, 'kim', 'x', prepare))).toBe('orders.halted');
    expect(await desk.statuses()).toEqual([]);
    expect(await all.cancel(waiting, 'kim', [{ target: resting }])).toMatchObject([{ status: 'done' }]);
    expect(await codeOf(all.catchUp())).toBe('store.full');
    failing.mockRestore();
    expect(await all.catchUp()).toBe(0);
    expect(await desk.ledger.halted()).toBe(true);
    const again = vi.spyOn(desk.ledger, 'setHalted');
    expect(await all.catchUp()).toBe(0);
    expect(again).not.toHaveBeenCalled();
    expect(await all.trading.setHalted(false)).toBe(true);
    expect(await all.trading.halted()).toBe(false);
  });

  it('that cannot be written down stops what has its ticket taken already', async () => {
    const all = desk.orders();
    vi.spyOn(desk.ledger, 'setHalted').mockRejectedValue(diskFull());
    const { claim } = desk.ledger;
    vi.spyOn(desk.ledger, 'claim').mockImplementation(async (wanted) => {
      const result = await claim(wanted);
      await all.trading.setHalted(true);
      return result;
    });
    expect(await desk.submit(all)).toMatchObject({ status: 'denied', code: 'orders.halted' });
    expect(desk.sent).toEqual([]);
  });

  it('is not taken for done by a mistake of ours, nor is resuming that cannot be written down', async () => {
    const all = desk.orders();
    const failing = vi.spyOn(desk.ledger, 'setHalted').mockRejectedValue(new Error('x'));
    await expect(all.trading.setHalted(true)).rejects.toThrow('x');
    expect(await all.trading.halted()).toBe(false);
    failing.mockRestore();
    await all.trading.setHalted(true);
    vi.spyOn(desk.ledger, 'setHalted').mockRejectedValue(diskFull());
    expect(await codeOf(all.trading.setHalted(false))).toBe('store.full');
    expect(await all.trading.halted()).toBe(true);
  });
});

describe('what came of an order', () => {
  it('is written down when it comes: nothing is left to do, and nothing is said', async () => {
    const all = desk.orders();
    expect(await all.catchUp()).toBe(0);
    expect(desk.logged).toEqual([]);
    expect(await desk.ledger.halted()).toBe(false);
  });

  it('is known though it cannot be written down, and written down later, each once', async () => {
    const all = desk.orders();
    const failing = vi.spyOn(desk.ledger, 'appendOrderEvent').mockRejectedValue(diskFull());
    expect(await desk.submit(all)).toMatchObject({ status: 'accepted', reference });
    desk.answer = () => ({ kind: 'rejected', code: 'APBK0919', text: '' });
    expect(await desk.submit(all, {}, 'p2').catch(({ code }: AppError) => code)).toBe('orders.unsettled');
    expect(await desk.statuses()).toEqual(['submitting']);
    expect(desk.logged).toContainEqual(['order outcome not recorded yet', { order: 'o1', event: 'accepted' }]);
    expect(await codeOf(all.catchUp())).toBe('store.full');
    failing.mockRestore();
    expect(await all.catchUp()).toBe(1);
    expect(await all.catchUp()).toBe(0);
    expect(await desk.statuses()).toEqual(['accepted']);
  });

  it('that was not sent is denied though it cannot be written down', async () => {
    vi.spyOn(desk.ledger, 'appendOrderEvent').mockRejectedValue(diskFull());
    vi.spyOn(desk.ledger, 'beginSubmit').mockRejectedValue(diskFull());
    expect(await desk.submit(desk.orders())).toMatchObject({ status: 'denied', code: 'store.full' });
  });

  it('that the lists of the venue told meanwhile is written down by nobody twice, and holds up no other', async () => {
    const all = desk.orders();
    const failing = vi.spyOn(desk.ledger, 'appendOrderEvent').mockRejectedValue(diskFull());
    await desk.submit(all);
    const other = { ...request, quantity: 9 };
    await desk.submit(all, { request: other }, 'p2');
    failing.mockRestore();
    await desk.ledger.appendOrderEvent('o1', { type: 'accepted', reference, by: 'list' }, desk.clock.now());
    desk.answer = () => accepted;
    expect(await all.catchUp()).toBe(1);
    expect(desk.logged).toContainEqual(['order outcome not recorded', { order: 'o1' }]);
    expect(await desk.statuses()).toEqual(['accepted', 'accepted']);
  });
});

describe('arming', () => {
  it('lets orders go to a live venue until the day ends in Korea', async () => {
    desk.venue.kind = 'live';
    const all = desk.orders();
    expect(await all.trading.armed()).toBe(false);
    expect(await all.trading.arm()).toBe('armed');
    expect(await all.trading.armed()).toBe(true);
    expect(desk.logged).toContainEqual(['trading armed', { day: '20261123' }]);
    expect(await codeOf(desk.submit(all))).toBe('passed');
    await desk.clock.advance(14 * 3_600_000);
    expect(await all.trading.armed()).toBe(false);
  });

  it.each([
    ['simulator', 'no', 'not-needed', true],
    ['paper', 'daily', 'not-needed', true],
    ['live', 'yes', 'not-needed', true],
    ['live', 'no', 'off', false],
  ] as const)('on %s with the setting %s: %s', async (kind, liveTrading, said, armed) => {
    desk.venue.kind = kind;
    const all = desk.orders({ liveTrading });
    // Even of a day that was armed before the setting was changed.
    if (said === 'off') await desk.ledger.armDay('20261123');
    expect(await all.trading.arm()).toBe(said);
    expect(await all.trading.armed()).toBe(armed);
    if (said === 'not-needed') expect(await desk.ledger.armedDay()).toBeUndefined();
  });
});
