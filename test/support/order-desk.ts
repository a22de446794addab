import { vi } from 'vitest';
import type { Quote } from '../../src/domain/market/quote.ts';
import type { OrderRecord, OrderRequest, SubmitOutcome, VenueOrder } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import type { BeforeSend, Broker } from '../../src/ports/broker.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { Proposal } from '../../src/ports/ledger/proposal-ledger.ts';
import type { Calendar } from '../../src/services/calendar.ts';
import { type ConfirmedOrder, Orders } from '../../src/services/orders/orders.ts';
import type { Reconciler } from '../../src/services/orders/reconciliation/reconciler.ts';
import { testLedger } from '../store/fixtures.ts';
import { JumpClock } from './clock.ts';

export const instrument = { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' } as const;
export const request: OrderRequest = {
  symbol: '005930',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  exchange: 'KRX',
};
/** An order that stands at the venue. */
export const resting: VenueOrder = {
  ...request,
  reference: { number: '7', branch: '06010' },
  original: undefined,
  action: 'new',
  name: '삼성전자',
  price: 70_000,
  filledQuantity: 0,
  filledAmount: 0,
  remaining: 10,
  cancelledQuantity: 0,
  rejectedQuantity: 0,
  day: '20261123',
  time: '100000',
  viaApi: true,
};
export const reference = { number: '31', branch: '06010' };
export const accepted: SubmitOutcome = { kind: 'accepted', reference, text: '' };

interface OrderSettings {
  readonly liveTrading?: 'no' | 'yes' | 'daily';
  /** Won. */
  readonly maxDaily?: number;
}

/** The order path on a ledger in memory and a venue that says what it is told to, on a Monday at 10:00. */
export class OrderDesk {
  readonly clock = new JumpClock();
  readonly ledger: Ledger;
  readonly venue: {
    kind: 'live' | 'paper' | 'simulator';
    exchanges: readonly string[];
    listsAll: boolean;
    keepsSchedules: boolean;
  } = {
    kind: 'simulator',
    exchanges: ['KRX'],
    listsAll: true,
    keepsSchedules: true,
  };
  readonly reconciler = { ready: true, noteOrdersOf: vi.fn(async () => undefined) };
  /** What the venue answers an order with. */
  answer: () => SubmitOutcome | Promise<SubmitOutcome> = () => accepted;
  /** What the issue costs now, in won. */
  last = 70_000;
  /** What reached the venue, and what was asked of it, in order. */
  readonly sent: unknown[][] = [];
  readonly asked: unknown[][] = [];
  /** Until when each request might leave, in milliseconds. */
  readonly untils: number[] = [];
  /** Messages of the log with their fields, but for the error. */
  readonly logged: (readonly [string, object])[] = [];
  #ids = 0;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** The service as a process that has just started has it. */
  orders({ liveTrading = 'daily', maxDaily = 10_000_000 }: OrderSettings = {}): Orders {
    const note = (message: string, { error: _error, ...fields }: Readonly<Record<string, unknown>> = {}): void =>
      void this.logged.push([message, fields]);
    return new Orders({
      broker: this.#broker(),
      ledger: this.ledger,
      calendar: { session: async () => ({ kind: 'regular', types: ['limit'] }) } as unknown as Calendar,
      reconciler: Object.assign(this.reconciler, {
        whileInFlight: (task: () => unknown) => task(),
      }) as unknown as Reconciler,
      riskLimits: { maxOrder: 5_000_000, maxDaily, driftPercent: 1, maxSlippagePercent: 1, confirmMs: 60_000 },
      liveTrading,
      clock: this.clock,
      log: { debug: note, info: note, warn: note, error: note },
      newId: () => {
        this.#ids += 1;
        return `o${this.#ids}`;
      },
    });
  }

  /** A ticket of somebody called kim. */
  async ticket(id = 'p1'): Promise<Proposal> {
    const now = this.clock.now();
    const address = { channel: 'console', chatId: 'local' };
    const proposal = { id, personId: 'kim', address, command: 'buy', plan: {}, shown: '' };
    await this.ledger.createProposal({ ...proposal, createdAt: now, expiresAt: now + 60_000 });
    return (await this.ledger.proposal(id)) as Proposal;
  }

  /** A press on a ticket for `request`. */
  async submit(orders: Orders, order: Partial<ConfirmedOrder> = {}, id?: string): Promise<OrderRecord> {
    return orders.submit(await this.ticket(id), 'kim', { request, instrument, shownLast: 70_000, ...order });
  }

  /** How the day's orders stand, newest first. */
  async statuses(): Promise<readonly string[]> {
    return (await this.ledger.ordersOfDay('20261123')).map(({ status }) => status);
  }

  #broker(): Broker {
    const sends =
      (name: string) =>
      async (...args: unknown[]): Promise<SubmitOutcome> => {
        this.untils.push(await (args.pop() as BeforeSend)());
        this.sent.push([name, ...args]);
        return this.answer();
      };
    const tells =
      (name: string, said: () => unknown) =>
      async (...args: unknown[]): Promise<unknown> => {
        this.asked.push([name, ...args]);
        return said();
      };
    const quote = (): Partial<Quote> => ({ last: this.last, upperLimit: 91_000, lowerLimit: 49_000, warnings: [] });
    return {
      venue: this.venue,
      quote: tells('quote', quote),
      buyingPower: tells('power', () => ({ quantity: 1_000, orderableCash: 100_000_000 })),
      sellableQuantity: tells('sellable', () => 1_000),
      openOrders: tells('open', () => [resting]),
      placeOrder: sends('place'),
      amendOrder: sends('amend'),
      cancelOrder: sends('cancel'),
    } as unknown as Broker;
  }
}

/** Closed after the test. */
export async function openOrderDesk(): Promise<OrderDesk> {
  return new OrderDesk(await testLedger());
}

/** The code of what somebody is refused with; what it was where that has none. */
export function codeOf(task: Promise<unknown>): Promise<unknown> {
  return task.then(
    () => 'passed',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );
}

/** A ledger that takes nothing says this. */
export const diskFull = (): AppError => new AppError('store.full');
