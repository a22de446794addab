import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { attribute } from '../../../../src/domain/orders/attribution.ts';
import type { OrderIntent, ScheduleDays, VenueOrder } from '../../../../src/domain/orders/order.ts';
import type { ScheduledOrder } from '../../../../src/domain/orders/scheduled-order.ts';
import type { Notice } from '../../../../src/domain/people/notice.ts';
import { createDirectory } from '../../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../../src/kis/symbols/shipped.ts';
import { createLog, createRedactor } from '../../../../src/log.ts';
import type { Broker } from '../../../../src/ports/broker.ts';
import type { Ledger } from '../../../../src/ports/ledger/ledger.ts';
import type { ScheduleBroker } from '../../../../src/ports/scheduled-orders.ts';
import { Fills } from '../../../../src/services/orders/reconciliation/fills.ts';
import { ScheduleWatch } from '../../../../src/services/orders/reconciliation/schedule-watch.ts';
import { openLedger } from '../../../../src/store/ledger.ts';
import { JumpClock } from '../../../support/clock.ts';

// What KIS may list, and the simulator does not: rows and orders are written by hand.
let clock: JumpClock;
let ledger: Ledger;
let rows: readonly ScheduledOrder[];
let executions: readonly VenueOrder[];
let told: Notice[];
let watch: ScheduleWatch;

/** Goes on to a moment in Korea. */
const at = (moment: string): Promise<void> => clock.advance(Date.parse(`${moment}:00+09:00`) - clock.now());
const request = {
  symbol: '005930',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  exchange: 'KRX',
} as const;
const reference = { number: 'R1', branch: '' };

/** One that the venue keeps. */
async function keep(id: string, intent: OrderIntent): Promise<void> {
  const now = clock.now();
  const address = { channel: 'console', chatId: 'local' };
  const proposal = { id: `p-${id}`, personId: 'kim', address, command: 'schedule', plan: {}, shown: '' };
  await ledger.createProposal({ ...proposal, createdAt: now, expiresAt: now + 60_000 });
  await ledger.claim({
    proposalId: `p-${id}`,
    personId: 'kim',
    now,
    day: '20261123',
    maxDailyAmount: 1e9,
    intents: [{ id, intent, amount: 700_000 }],
  });
  await ledger.beginSubmit(id, now);
  await ledger.appendOrderEvent(id, { type: 'accepted', reference }, now);
}
const keepUntil = (until: string | null): Promise<void> =>
  keep('s1', { kind: 'schedule', request, day: '20261123', until });

const row = (changes: Partial<ScheduledOrder> & Partial<ScheduleDays>): ScheduledOrder => ({
  ...request,
  reference,
  name: '삼성전자',
  day: '20261123',
  until: null,
  receivedAt: clock.now(),
  state: 'waiting',
  orderNumber: undefined,
  reason: '',
  filledQuantity: 0,
  ...changes,
});
const made = (day: string, number: string, quantity: number, filledQuantity: number): VenueOrder => ({
  ...request,
  reference: { number, branch: '06010' },
  original: undefined,
  action: 'new',
  name: '삼성전자',
  quantity,
  filledQuantity,
  filledAmount: filledQuantity * 70_000,
  remaining: 0,
  cancelledQuantity: quantity - filledQuantity,
  rejectedQuantity: 0,
  day,
  time: '083500',
  viaApi: true,
});
const look = async (): Promise<boolean> => watch.conclude(await watch.read());
const fillsTold = (): readonly number[] =>
  told.flatMap((notice) => (notice.kind === 'filled' ? [notice.quantity] : []));
const kindsTold = (): readonly string[] => told.map(({ kind }) => kind);

beforeEach(async () => {
  clock = new JumpClock(Date.parse('2026-11-23T07:00:00+09:00'));
  ledger = await openLedger({ url: 'sqlite::memory:' });
  onTestFinished(() => ledger.close());
  [rows, executions, told] = [[], [], []];
  const directory = createDirectory(shippedInstruments);
  const log = createLog({ level: 'silent', redactor: createRedactor([]) });
  const fills = new Fills({
    ledger,
    directory,
    clock,
    draft: (notice) => {
      told.push(notice);
      return [];
    },
    queued: () => undefined,
    filled: () => undefined,
  });
  const broker = {
    executions: async ({ from, to }: { from: string; to: string }) =>
      executions.filter(({ day }) => from <= day && day <= to),
  } as unknown as Broker;
  const schedules = { scheduledOrders: async () => rows } as unknown as ScheduleBroker;
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `o${ids}`;
  };
  watch = new ScheduleWatch({ broker, schedules, ledger, fills, clock, log, newId });
});

describe('one of several days', () => {
  test('orders of the days on which nobody looked are told, each once, oldest first', async () => {
    await keepUntil('20261130');
    await at('2026-11-25T16:00');
    rows = [row({ until: '20261130', state: 'sent', orderNumber: '77', filledQuantity: 7 })];
    executions = [
      made('20261125', '77', 5, 2),
      made('20261124', '52', 6, 1),
      made('20261123', '31', 10, 4),
      // Somebody's own.
      made('20261124', '60', 3, 3),
    ];
    expect(await look()).toBe(true);
    await look();
    expect(fillsTold()).toEqual([4, 1, 2]);
    expect(kindsTold().filter((kind) => kind === 'schedule-sent')).toHaveLength(3);
  });

  test('two of a day that fit: neither is taken', async () => {
    await keepUntil('20261130');
    await at('2026-11-24T16:00');
    rows = [row({ until: '20261130', state: 'sent', orderNumber: '52', filledQuantity: 1 })];
    executions = [made('20261123', '31', 10, 0), made('20261123', '32', 10, 0), made('20261124', '52', 10, 1)];
    await look();
    expect(fillsTold()).toEqual([1]);
  });

  test('the number of one day comes again on another: told all the same', async () => {
    await keepUntil('20261130');
    await at('2026-11-23T09:05');
    rows = [row({ until: '20261130', state: 'sent', orderNumber: '31', filledQuantity: 4 })];
    executions = [made('20261123', '31', 10, 4)];
    await look();
    await at('2026-11-24T09:05');
    executions = [...executions, made('20261124', '31', 6, 1)];
    await look();
    await look();
    expect(fillsTold()).toEqual([4, 1]);
  });

  test('cancelled after some of it was made an order of: that one is told, and the rest alone was cancelled', async () => {
    await keepUntil('20261130');
    await at('2026-11-24T16:00');
    rows = [row({ until: '20261130', state: 'cancelled', orderNumber: '31', filledQuantity: 4 })];
    executions = [made('20261123', '31', 10, 4)];
    await look();
    expect(fillsTold()).toEqual([4]);
    expect(told.at(-1)).toMatchObject({ kind: 'cancelled', quantity: 6, order: { id: 's1' } });
  });

  test('what is said of an earlier day on the morning of the last one does not end it', async () => {
    await keepUntil('20261124');
    await at('2026-11-24T08:05');
    rows = [row({ until: '20261124', state: 'refused', reason: '주문가능금액을 초과 했습니다' })];
    await look();
    expect(told).toMatchObject([{ kind: 'schedule-refused', order: { status: 'scheduled' } }]);
    await at('2026-11-24T09:05');
    rows = [row({ until: '20261124', state: 'sent', orderNumber: '52', filledQuantity: 10 })];
    executions = [made('20261124', '52', 10, 10)];
    await look();
    expect(fillsTold()).toEqual([10]);
  });
});

describe('one that was amended', () => {
  const amended: OrderIntent = {
    kind: 'amend-schedule',
    target: reference,
    request: { ...request, quantity: 8 },
    day: '20261123',
    until: null,
  };

  test('its order is made once where the process ended before the amended one was closed', async () => {
    await keepUntil(null);
    await keep('s2', amended);
    await at('2026-11-23T09:06');
    rows = [row({ quantity: 8, state: 'sent', orderNumber: '31', filledQuantity: 8 })];
    executions = [made('20261123', '31', 8, 8)];
    await look();
    await look();
    expect(kindsTold()).toEqual(['schedule-sent', 'filled']);
    expect((await ledger.order('s1'))?.status).toBe('replaced');
    expect((await ledger.order('s2'))?.status).toBe('sent-on');
  });

  test('after its order of the day: it is not said that none was made', async () => {
    await keepUntil('20261130');
    await at('2026-11-23T09:05');
    rows = [row({ until: '20261130', state: 'sent', orderNumber: '31' })];
    executions = [made('20261123', '31', 10, 0)];
    await look();
    await at('2026-11-23T16:00');
    await keep('s2', { ...amended, until: '20261130' });
    await look();
    expect(kindsTold()).not.toContain('schedule-overdue');
  });
});

test('a list that may be short says nothing of what is missing', async () => {
  await keepUntil(null);
  await at('2026-11-24T15:45');
  expect(await look()).toBe(false);
  expect(told).toEqual([]);
  await at('2026-11-24T15:56');
  expect(await look()).toBe(true);
  expect(told).toMatchObject([{ kind: 'schedule-ended', listed: false }]);
});

test('one of a type that is not ordered here is still listed: a cancel whose answer was lost is not called done', async () => {
  const intent: OrderIntent = {
    kind: 'cancel-schedule',
    target: reference,
    symbol: '005930',
    side: 'buy',
    quantity: 10,
  };
  await keep('c1', intent);
  rows = [row({ type: undefined })];
  const order = await ledger.order('c1');
  if (order === undefined) throw new Error('no order');
  const evidence = await watch.evidence(order, await watch.read());
  expect(attribute(intent, clock.now(), evidence)).toEqual({ kind: 'nothing' });
});
