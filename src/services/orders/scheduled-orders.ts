import { type Clock, koreanDay, laterDay } from '../../clock.ts';
import type { Instrument } from '../../domain/market/instrument.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { OrderIntent, OrderRecord, OrderRequest, ScheduleDays } from '../../domain/orders/order.ts';
import {
  checkDrift,
  checkOrderCap,
  checkPrice,
  estimateCost,
  laterUpperLimit,
  valuationPrice,
} from '../../domain/orders/order-rules.ts';
import {
  isWaiting,
  longestScheduleDays,
  type ScheduledOrder,
  scheduleHoursFrom,
} from '../../domain/orders/scheduled-order.ts';
import { AppError } from '../../errors.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OrderLedger } from '../../ports/ledger/order-ledger.ts';
import type { Proposal } from '../../ports/ledger/proposal-ledger.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { ScheduleBroker } from '../../ports/scheduled-orders.ts';
import type { Calendar } from '../calendar.ts';
import { type RiskLimits, requireToldDays, violation } from './order-check.ts';
import { OrderReads } from './order-reads.ts';
import type { Orders } from './orders.ts';

/** An order that the venue is to send on another day. */
export interface Schedule {
  readonly request: OrderRequest;
  readonly instrument: Instrument;
  /** The last day of several. Undefined: the order is for the next trading day alone. */
  readonly until: string | undefined;
}

/** A scheduled order that is to go on with another quantity and price. */
export interface ScheduleAmendment {
  /** The scheduled order as it was shown. */
  readonly target: ScheduledOrder;
  readonly instrument: Instrument;
  readonly quantity: number;
  /** Whole won; null for an order at the market. */
  readonly price: number | null;
}

/** What the ticket showed: the last price in won, and the days. */
interface Shown {
  readonly shownLast: number;
  readonly days: ScheduleDays;
}
export type ConfirmedSchedule = Schedule & Shown;
export type ConfirmedScheduleAmendment = ScheduleAmendment & Shown;

/** What the venue says about a scheduled order before it is sent. */
export interface ScheduleCheck {
  readonly request: OrderRequest;
  readonly days: ScheduleDays;
  readonly quote: Quote;
  /** What the order may cost at most, in won, as far as today tells. */
  readonly amount: number;
  /** What is added to the day's sum, in won. */
  readonly added: number;
  readonly commission: number;
  readonly tax: number;
  /** Shares that could be bought, or sold, now. */
  readonly available: number;
  /** Won, for a buy. */
  readonly orderableCash: number | undefined;
  /**
   * When KIS takes scheduled orders again according to its documents, `HHmm` with a colon; undefined within those
   * hours. KIS may decide otherwise.
   */
  readonly takenFrom: string | undefined;
  /** The number of a waiting scheduled order with the same terms. */
  readonly twin: string | undefined;
}

/**
 * Orders for a later day (예약주문). The venue keeps them and sends them by itself, so all that protects an order of this
 * moment must be done now, and what cannot be known now must be said:
 *
 * - It goes the one way that every order goes: a stored ticket, pressed by whoever may; a claim and an intent in one
 *   transaction; one request; accepted, rejected or unknown. An unknown one is looked up in the venue's list of
 *   scheduled orders, asked of the owner where that cannot tell, and keeps its like from leaving meanwhile.
 * - Its sum counts towards the day on which it was confirmed, once, however many days it is sent on: that is when
 *   somebody decided to spend it, and only what is unfilled is sent again.
 * - Halting and disarming stop it from being scheduled. They do not stop the venue from sending what it already keeps;
 *   cancelling does, and is always let through.
 * - The price limits of the day on which it is sent are not known. Today's are a rail against a slip of the finger; a
 *   market purchase is valued at the higher of today's upper limit and the one that today's last price makes.
 * - More is not sold than is held and not yet scheduled to be sold. Cash may come in until then: too little is said.
 */
export class ScheduledOrders {
  readonly #broker: Broker;
  readonly #schedules: ScheduleBroker;
  readonly #ledger: OrderLedger;
  readonly #calendar: Calendar;
  readonly #orders: Orders;
  readonly #riskLimits: RiskLimits;
  readonly #clock: Clock;

  constructor(options: {
    readonly broker: Broker;
    readonly schedules: ScheduleBroker;
    readonly ledger: OrderLedger;
    readonly calendar: Calendar;
    readonly orders: Orders;
    readonly riskLimits: RiskLimits;
    readonly clock: Clock;
  }) {
    this.#broker = options.broker;
    this.#schedules = options.schedules;
    this.#ledger = options.ledger;
    this.#calendar = options.calendar;
    this.#orders = options.orders;
    this.#riskLimits = options.riskLimits;
    this.#clock = options.clock;
  }

  /** Whether the venue keeps scheduled orders and, as KIS documents it, takes them now. @throws AppError `venue.*`. */
  async taken(options: ReadOptions = {}): Promise<boolean> {
    return this.#broker.venue.keepsSchedules && (await this.#takenFrom(options)) === undefined;
  }

  /** All scheduled orders of the last month, wherever they were entered. @throws AppError `venue.*`. */
  list(options?: ReadOptions): Promise<readonly ScheduledOrder[]> {
    return this.#schedules.scheduledOrders(options);
  }

  /** The scheduled orders that the venue will still send, today or later. @throws AppError `venue.*`. */
  async waiting(options?: ReadOptions): Promise<readonly ScheduledOrder[]> {
    const today = koreanDay(this.#clock.now());
    return (await this.list(options)).filter((order) => isWaiting(order, today));
  }

  /** Our own scheduled orders that the venue keeps, as far as the ledger knows. */
  async kept(): Promise<readonly OrderRecord[]> {
    return this.#ledger.ordersByStatus(['scheduled']);
  }

  /**
   * What a ticket shows.
   * @throws AppError `rule.*`, `orders.*`, `schedule.*` or `venue.*` where the order would not pass.
   */
  async check({ request, instrument, until }: Schedule, options: ReadOptions = {}): Promise<ScheduleCheck> {
    const reads = this.#begin(request, options);
    const listed = await this.list(options);
    // A scheduled order that is listed now cannot come of a request that is sent later.
    const numbers = listed.map(({ reference }) => reference.number);
    const today = koreanDay(this.#clock.now());
    await this.#ledger.noteSeen(today, numbers);
    const waiting = listed.filter((order) => isWaiting(order, today));
    const days = await this.#daysOf(until, options);
    return this.#checkTerms(request, instrument, days, waiting, 0, reads, options);
  }

  /**
   * What the ticket of an amendment shows.
   * @throws as `check`, and `schedule.changed` where the scheduled order is not as it was shown.
   */
  async checkAmendment(amendment: ScheduleAmendment, options: ReadOptions = {}): Promise<ScheduleCheck> {
    const { target, instrument, quantity, price } = amendment;
    const { symbol, side, until } = target;
    const request: OrderRequest = {
      symbol,
      side,
      type: price === null ? 'market' : 'limit',
      quantity,
      price,
      exchange: 'KRX',
    };
    const reads = this.#begin(request, options);
    const waiting = await this.waiting(options);
    this.#requireUnchanged(target, waiting);
    const { day } = await this.#daysOf(undefined, options);
    const others = waiting.filter(({ reference }) => reference.number !== target.reference.number);
    return this.#checkTerms(
      request,
      instrument,
      { day, until },
      others,
      target.price * target.quantity,
      reads,
      options,
    );
  }

  /** Has the venue keep a confirmed scheduled order, by one request. Returns and throws as `Orders.submit`. */
  submit(proposal: Proposal, personId: string, { shownLast, days, ...schedule }: ConfirmedSchedule) {
    const { request } = schedule;
    const { symbol, side, type, quantity, price } = request;
    const turn = ['schedule', symbol, side, type, quantity, price].join();
    return this.#orders.submitPrepared(proposal, personId, turn, async () => {
      const check = await this.check(schedule, { priority: 'urgent' });
      this.#requireAsShown(check, shownLast, days);
      const intent: OrderIntent = { kind: 'schedule', request, ...days };
      return {
        intent,
        amount: check.added,
        send: (beforeSend) => this.#schedules.placeScheduled(request, days, beforeSend),
      };
    });
  }

  /** Amends a scheduled order, by one request. Returns and throws as `Orders.submit`. */
  amend(proposal: Proposal, personId: string, { shownLast, days, ...amendment }: ConfirmedScheduleAmendment) {
    const { target } = amendment;
    return this.#orders.submitPrepared(proposal, personId, `amend ${target.reference.number}`, async () => {
      const check = await this.checkAmendment(amendment, { priority: 'urgent' });
      this.#requireAsShown(check, shownLast, days);
      const { request } = check;
      const intent: OrderIntent = { kind: 'amend-schedule', target: target.reference, request, ...days };
      return {
        intent,
        amount: check.added,
        send: (beforeSend) => this.#schedules.amendScheduled(target, request, days.until, beforeSend),
      };
    });
  }

  /** Cancels a scheduled order, by one request. Returns and throws as `Orders.submit`. */
  cancel(proposal: Proposal, personId: string, target: ScheduledOrder): Promise<OrderRecord> {
    const { reference, symbol, side, quantity } = target;
    return this.#orders.submitPrepared(proposal, personId, `cancel ${reference.number}`, async () => ({
      intent: { kind: 'cancel-schedule', target: reference, symbol, side, quantity },
      amount: 0,
      send: (beforeSend) => this.#schedules.cancelScheduled(target, beforeSend),
    }));
  }

  /**
   * Asks for what an order's terms are checked by while the list is read. Paper keeps no scheduled orders, which only
   * its list says, and takes one call a second: there nothing is asked before the list was read.
   */
  #begin(request: OrderRequest, options: ReadOptions): OrderReads {
    const reads = new OrderReads(this.#broker, request, options);
    if (this.#broker.venue.keepsSchedules) {
      void reads.quote();
      // Whoever needs the answer finds its error.
      reads.power(request).catch(() => undefined);
    }
    return reads;
  }

  async #checkTerms(
    request: OrderRequest,
    instrument: Instrument,
    days: ScheduleDays,
    others: readonly ScheduledOrder[],
    oldAmount: number,
    reads: OrderReads,
    options: ReadOptions,
  ): Promise<ScheduleCheck> {
    const { symbol, side, quantity, price } = request;
    const [quote, power] = await Promise.all([reads.quote(), reads.power(request)]);
    const broken = checkPrice(request, quote, instrument.kind);
    if (broken !== undefined) throw violation(broken);
    const upperLimit = laterUpperLimit(quote, instrument.kind);
    const unit = valuationPrice(request, { ...quote, upperLimit });
    const amount = unit * quantity;
    const tooLarge = checkOrderCap(amount, unit, this.#riskLimits.maxOrder);
    if (tooLarge !== undefined) throw violation(tooLarge);
    const alike = others.filter((other) => other.symbol === symbol && other.side === side);
    const promised = side === 'sell' ? alike.reduce((sum, other) => sum + other.quantity - other.filledQuantity, 0) : 0;
    const available = Math.max(0, power.quantity - promised);
    if (side === 'sell' && quantity > available) throw violation({ rule: 'rule.sellable', quantity, available });
    const added = Math.max(0, amount - oldAmount);
    await this.#orders.admit(added);
    const twin = alike.find((other) => other.quantity === quantity && other.price === (price ?? 0));
    return {
      request,
      days,
      quote,
      amount,
      added,
      ...estimateCost(amount, side, instrument),
      available,
      orderableCash: power.orderableCash,
      takenFrom: await this.#takenFrom(options),
      twin: twin?.reference.number,
    };
  }

  /** @throws AppError `schedule.until`, or `rule.market-closed` or `venue.*` where nobody knows the calendar. */
  async #daysOf(until: string | undefined, options: ReadOptions): Promise<ScheduleDays> {
    const day = await this.#firstDay(options);
    if (until === undefined || until === day) return { day, until: null };
    const furthest = laterDay(day, longestScheduleDays - 1);
    if (until < day || until > furthest) throw new AppError('schedule.until', { first: day, last: furthest });
    return { day, until };
  }

  async #firstDay(options: ReadOptions): Promise<string> {
    const session = await this.#calendar.session('KRX', options);
    // A market that never closes takes scheduled orders at any time and sends them on the same day.
    if (session.source === 'always') return (await this.#calendar.today(options)).day;
    requireToldDays(session);
    const opening = await this.#calendar.nextOpening('KRX', options);
    if (session.reason === 'unknown' || opening === undefined) {
      throw violation({ rule: 'rule.market-closed', reason: 'unknown' });
    }
    return opening.day;
  }

  /**
   * From when KIS documents to take scheduled orders. It was seen to keep other hours, so this warns and refuses
   * nothing.
   */
  async #takenFrom(options: ReadOptions): Promise<string | undefined> {
    const { reason, source } = await this.#calendar.session('KRX', options);
    if (source === 'always') return undefined;
    const { day, time } = await this.#calendar.today(options);
    const isTradingDay = reason === undefined || reason === 'hours';
    const from = scheduleHoursFrom(day, time, isTradingDay);
    return from && `${from.slice(0, 2)}:${from.slice(2)}`;
  }

  /** @throws AppError `schedule.changed`. */
  #requireUnchanged(target: ScheduledOrder, waiting: readonly ScheduledOrder[]): void {
    const { number } = target.reference;
    const now = waiting.find(({ reference }) => reference.number === number);
    if (now?.quantity !== target.quantity || now.price !== target.price || now.until !== target.until) {
      throw new AppError('schedule.changed', { number });
    }
  }

  /**
   * @throws AppError `rule.drift`; `schedule.other-day` where the days have changed since the ticket, as after
   * midnight.
   */
  #requireAsShown({ quote, days: now }: ScheduleCheck, shownLast: number, days: ScheduleDays): void {
    const drifted = checkDrift(shownLast, quote.last, this.#riskLimits.driftPercent);
    if (drifted !== undefined) throw violation(drifted);
    if (now.day !== days.day || now.until !== days.until) throw new AppError('schedule.other-day');
  }
}
