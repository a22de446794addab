import { inKorea } from '../../clock.ts';
import type { Marketplace } from '../../domain/market/session.ts';
import { averageCost } from '../account/account.ts';
import { type Order, viewOrder } from '../account/order.ts';
import { orderTypes } from '../account/order-types.ts';
import type { Session } from '../market/hours.ts';
import type { Listing } from '../market/market.ts';
import type { AccountWorld, World } from '../rest/answer.ts';
import type { RequestCounts } from '../rest/rest.ts';

/** The status of an order. */
export type SimulatedOrderStatus =
  | 'accepted'
  | 'partly-filled'
  | 'filled'
  | 'cancelled'
  | 'amended'
  | 'rejected'
  | 'expired'
  | 'done';

/** An order as the venue knows it. */
export interface SimulatedOrder {
  /** Whose: `50000000-01`. */
  readonly account: string;
  /** Ten digits. */
  readonly number: string;
  readonly original: string | null;
  readonly action: 'new' | 'amend' | 'cancel';
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** ORD_DVSN. */
  readonly type: string;
  readonly typeName: string;
  readonly price: number;
  readonly quantity: number;
  readonly filled: number;
  /** Won. */
  readonly filledAmount: number;
  readonly remaining: number;
  readonly status: SimulatedOrderStatus;
  /** Where it was entered: `OpnAPI`, or the channel of an order placed elsewhere. */
  readonly channel: string;
  /** Milliseconds by the venue's clock. */
  readonly at: number;
  readonly day: string;
  readonly time: string;
  readonly exchange: 'KRX' | 'NXT' | 'SOR';
}

/** A fill as the venue knows it. */
export interface SimulatedFill {
  /** Whose: `50000000-01`. */
  readonly account: string;
  readonly order: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  /** Milliseconds by the venue's clock. */
  readonly at: number;
  readonly time: string;
}

/** An order that is kept for a later day. */
export interface SimulatedSchedule {
  /** Whose: `50000000-01`. */
  readonly account: string;
  readonly number: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** ORD_DVSN_CD. */
  readonly type: string;
  readonly quantity: number;
  readonly price: number;
  readonly day: string;
  /** The last day; blank for an order of one day. */
  readonly until: string;
  readonly cancelled: boolean;
  /** Why it was not sent the last time; blank when it was sent, or is still to be. */
  readonly reason: string;
  /** The orders that were made of it. */
  readonly orders: readonly string[];
}

/** An account and all that is its own. */
export interface SimulatedAccount {
  /** `50000000-01`. */
  readonly account: string;
  readonly cash: { readonly deposit: number; readonly settled: number; readonly orderable: number };
  readonly holdings: readonly {
    readonly symbol: string;
    readonly name: string;
    readonly quantity: number;
    readonly sellable: number;
    readonly averageCost: string;
  }[];
  /** Oldest first. */
  readonly orders: readonly SimulatedOrder[];
}

/** Everything that the simulator knows: the truth that tests compare with. */
export interface SimulatorState {
  readonly clock: { readonly now: number; readonly iso: string; readonly session: Session; readonly open: boolean };
  readonly prices: Readonly<
    Record<
      string,
      {
        /** At KRX in its regular session. */
        readonly last: number;
        /** At an exchange outside of it, on the day of the prices; null where nothing was traded. */
        readonly extended: Readonly<Record<Marketplace, number | null>>;
        readonly bid: number;
        readonly ask: number;
        readonly base: number;
        readonly upper: number;
        readonly lower: number;
      }
    >
  >;
  readonly accounts: readonly SimulatedAccount[];
  /** These three are of all accounts: one account's after another's, each oldest first. */
  readonly orders: readonly SimulatedOrder[];
  readonly fills: readonly SimulatedFill[];
  readonly scheduled: readonly SimulatedSchedule[];
  readonly requests: {
    readonly total: number;
    /** By TR id, and by path for calls without one. */
    readonly byTr: Readonly<Record<string, number>>;
    readonly throttled: number;
  };
  readonly sockets: {
    readonly open: number;
    readonly registrations: number;
    /** The registrations, as `H0STCNT0|005930`. */
    readonly topics: readonly string[];
    readonly opened: number;
  };
  /** Fault rules that are still to be used. */
  readonly faultsLeft: number;
}

/** Reads the state out of the parts. */
export function readState(
  { clock, market, faults }: World,
  owners: readonly AccountWorld[],
  requests: RequestCounts,
  sockets: SimulatorState['sockets'],
): SimulatorState {
  const now = clock.now();
  const accounts = owners.map(accountState);
  return {
    clock: { now, iso: inKorea(now).toISO() ?? '', session: clock.session(), open: clock.takesOrders() },
    prices: Object.fromEntries(market.all().map((listing) => [listing.issue.symbol, priceState(listing)])),
    accounts,
    orders: accounts.flatMap(({ orders }) => orders),
    fills: owners.flatMap(fillStates),
    scheduled: owners.flatMap(scheduleStates),
    requests: { ...requests, byTr: { ...requests.byTr } },
    sockets,
    faultsLeft: faults.rules.length,
  };
}

function priceState({ today, book, extended }: Listing): SimulatorState['prices'][string] {
  return {
    last: today.last,
    extended: { KRX: extended.KRX?.last ?? null, NXT: extended.NXT?.last ?? null },
    bid: book.best('buy') ?? 0,
    ask: book.best('sell') ?? 0,
    base: today.base,
    upper: today.upper,
    lower: today.lower,
  };
}

function accountState({ account, venue }: AccountWorld): SimulatedAccount {
  return {
    account: account.name,
    cash: { deposit: account.deposit, settled: account.depositOn(), orderable: venue.orderableCash() },
    holdings: account.holdings().map((holding) => ({
      symbol: holding.issue.symbol,
      name: holding.issue.name,
      quantity: holding.quantity,
      sellable: venue.sellable(holding.issue.symbol),
      averageCost: averageCost(holding),
    })),
    orders: venue.orders().map(orderState),
  };
}

function fillStates({ venue }: AccountWorld): readonly SimulatedFill[] {
  return venue.fills().map(({ order, fill }) => ({
    account: order.account,
    order: order.number,
    symbol: order.issue.symbol,
    side: order.side,
    quantity: fill.quantity,
    price: fill.price,
    at: fill.at,
    time: fill.time,
  }));
}

function scheduleStates({ account, scheduled }: AccountWorld): readonly SimulatedSchedule[] {
  return scheduled.all().map((kept) => ({
    account: account.name,
    number: kept.number,
    symbol: kept.listing.issue.symbol,
    side: kept.side,
    type: kept.type,
    quantity: kept.quantity,
    price: kept.price,
    day: kept.day,
    until: kept.until,
    cancelled: kept.cancelledOn !== '',
    reason: kept.reason,
    orders: kept.orders.map(({ number }) => number),
  }));
}

function orderState(order: Order): SimulatedOrder {
  const { filled, filledAmount, remaining } = viewOrder(order);
  return {
    account: order.account,
    number: order.number,
    original: order.original?.number ?? null,
    action: order.action,
    symbol: order.issue.symbol,
    side: order.side,
    type: order.type,
    typeName: orderTypes[order.type]?.name ?? '',
    price: order.price,
    quantity: order.quantity,
    filled,
    filledAmount,
    remaining,
    status: statusOf(order),
    channel: order.channel,
    at: order.at,
    day: order.day,
    time: order.time,
    exchange: order.exchange,
  };
}

function statusOf(order: Order): SimulatedOrderStatus {
  const { filled, remaining } = viewOrder(order);
  if (order.action === 'cancel') return 'done';
  if (remaining > 0) return filled > 0 ? 'partly-filled' : 'accepted';
  return order.endings.at(-1)?.kind ?? 'filled';
}
