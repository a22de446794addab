import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, koreanDay } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Instrument } from '../../domain/market/instrument.ts';
import {
  type OrderIntent,
  type OrderRecord,
  type OrderRequest,
  partOf,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import { checkDrift } from '../../domain/orders/order-rules.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OrderLedger } from '../../ports/ledger/order-ledger.ts';
import type { ClaimResult, Proposal, ProposalLedger } from '../../ports/ledger/proposal-ledger.ts';
import type { TradingSwitches } from '../../ports/ledger/trading-switches.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import { noTelemetry, type Telemetry } from '../../ports/telemetry.ts';
import type { NumberChange } from '../account-numbers.ts';
import type { Calendar } from '../calendar.ts';
import { type Amendment, type AmendmentCheck, checkAmendment } from './amendment-check.ts';
import { checkOrder, type OrderCheck, type RiskLimits, requireTaken, violation } from './order-check.ts';
import { OrderReads } from './order-reads.ts';
import { type OrderRequestCall, OrderSender } from './order-sender.ts';
import type { Reconciler } from './reconciliation/reconciler.ts';
import { TradingGate } from './trading-gate.ts';

/** An order as somebody confirmed it: with the price that was on the ticket. */
export interface ConfirmedOrder {
  readonly request: OrderRequest;
  readonly instrument: Instrument;
  /** The last price shown on the ticket, in won. */
  readonly shownLast: number;
}

/** An amendment as somebody confirmed it. */
export interface ConfirmedAmendment extends Amendment {
  /** The last price shown on the ticket, in won. */
  readonly shownLast: number;
}

/** An order that somebody confirmed to cancel. */
export interface Cancellation {
  /** The order as it was shown, with what was left of it. */
  readonly target: VenueOrder;
  /** Shares to cancel where the others are to stand as they do. Absent: all that is left. */
  readonly part?: number | undefined;
}

/** One request that follows when a proposal is pressed. */
interface Planned {
  readonly intent: OrderIntent;
  /** What the request adds to the day's sum, in won. */
  readonly amount: number;
}

/** A checked request with the call that sends it. */
interface Prepared extends Planned {
  readonly send: OrderRequestCall;
}

/** The order path: press → re-check → claim and intent → head of the lane → one request → what came of it. */
export class Orders {
  /** Halts trading and arms a live venue; decides whether orders may leave at all. */
  readonly trading: TradingGate;
  readonly #broker: Broker;
  readonly #ledger: OrderLedger & ProposalLedger;
  readonly #calendar: Calendar;
  readonly #reconciler: Reconciler;
  readonly #riskLimits: RiskLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  readonly #telemetry: Telemetry;
  readonly #sender: OrderSender;
  /** By what makes two orders look alike at the venue: such orders go one after the other. */
  readonly #turns = new Map<string, LimitFunction>();

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: OrderLedger & ProposalLedger & TradingSwitches;
    readonly calendar: Calendar;
    readonly reconciler: Reconciler;
    readonly riskLimits: RiskLimits;
    readonly liveTrading: 'no' | 'yes' | 'daily';
    readonly numberChange?: NumberChange | undefined;
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
    readonly telemetry?: Telemetry | undefined;
  }) {
    const { broker, ledger, reconciler, liveTrading, numberChange, clock, log, telemetry = noTelemetry } = options;
    this.trading = new TradingGate({ broker, switches: ledger, liveTrading, numberChange, clock, log });
    this.#sender = new OrderSender({ ledger, reconciler, gate: this.trading, clock, log, telemetry });
    this.#broker = broker;
    this.#ledger = ledger;
    this.#calendar = options.calendar;
    this.#reconciler = reconciler;
    this.#riskLimits = options.riskLimits;
    this.#clock = clock;
    this.#log = log;
    this.#newId = options.newId;
    this.#telemetry = telemetry;
  }

  /** What the venue says about an order of which a ticket is being made, for `check`. Nothing is asked yet. */
  reads(order: Pick<OrderRequest, 'symbol' | 'side' | 'exchange'>): OrderReads {
    return new OrderReads(this.#broker, order, {});
  }

  /**
   * What a ticket shows. `reads`: what was asked about this order just now.
   * @throws AppError `rule.*`, `orders.*` or `venue.*`: the order would not pass.
   */
  async check(
    request: OrderRequest,
    instrument: Instrument,
    options: ReadOptions = {},
    reads?: OrderReads,
  ): Promise<OrderCheck> {
    await this.#guard();
    const check = await checkOrder(this.#deps, request, instrument, options, reads);
    await this.#requireWithinDay(check.amount, request.quantity);
    return check;
  }

  /**
   * What can be refused before the venue is asked for anything that a ticket shows. @throws AppError as `check`, where no
   * such order is taken now, whatever its price.
   */
  async checkTaken(wanted: Pick<OrderRequest, 'exchange' | 'type'>, kind: Instrument['kind']): Promise<void> {
    await this.#guard();
    await requireTaken(this.#broker, this.#calendar, wanted, kind);
  }

  /** What the ticket of an amendment shows. @throws as `check`, and `orders.changed` when less is left than was shown. */
  async checkAmendment(amendment: Amendment, options: ReadOptions = {}): Promise<AmendmentCheck> {
    await this.#guard();
    const check = await checkAmendment(this.#deps, amendment, options);
    await this.#requireWithinDay(check.added);
    return check;
  }

  /**
   * Sends a confirmed order, once. Returns how it stands after the venue's answer, whatever that was.
   * @throws AppError `proposal.*`, `rule.*`, `orders.*`, `venue.*` before the proposal is claimed, so that nothing was
   * sent; `orders.not-recorded` after it was sent.
   */
  async submit(proposal: Proposal, personId: string, order: ConfirmedOrder): Promise<OrderRecord> {
    const { request, instrument, shownLast } = order;
    const { symbol, side, quantity } = request;
    return this.#inTurn([symbol, side, quantity].join(), async () => {
      const [{ quote, amount }] = await Promise.all([
        this.check(request, instrument, { priority: 'urgent' }),
        this.#noteOrdersOf(symbol),
      ]);
      this.#requireNoDrift(shownLast, quote.last);
      return this.#submitOne(proposal, personId, { intent: { kind: 'place', request }, amount }, (beforeSend) =>
        this.#broker.placeOrder(request, beforeSend),
      );
    });
  }

  /** Sends a confirmed amendment, once. Returns and throws as `submit`. */
  async amend(proposal: Proposal, personId: string, amendment: ConfirmedAmendment): Promise<OrderRecord> {
    const { reference, price: oldPrice } = amendment.target;
    return this.#inTurn(`amend ${reference.number}`, async () => {
      const { last, request, added } = await this.checkAmendment(amendment, { priority: 'urgent' });
      this.#requireNoDrift(amendment.shownLast, last);
      const ofPart = amendment.part === undefined ? {} : { of: amendment.target.remaining };
      const intent: OrderIntent = { kind: 'amend', target: reference, request, oldPrice, ...ofPart };
      return this.#submitOne(proposal, personId, { intent, amount: added }, (beforeSend) =>
        this.#broker.amendOrder(reference, request, beforeSend),
      );
    });
  }

  /** Cancels what is left of orders, or parts of it: one confirmation, one request each. @throws as `submit`. */
  async cancel(
    proposal: Proposal,
    personId: string,
    cancellations: readonly Cancellation[],
  ): Promise<readonly OrderRecord[]> {
    await this.trading.requireArmed('cancel');
    const planned = cancellations.map(({ target, part }): Planned => {
      const { reference, symbol, side, remaining, exchange } = target;
      const size = part === undefined ? { quantity: remaining } : { quantity: part, of: remaining };
      return { intent: { kind: 'cancel', target: reference, symbol, side, exchange, ...size }, amount: 0 };
    });
    const records = await this.#claim(proposal, personId, planned);
    const sent: OrderRecord[] = [];
    const failures: unknown[] = [];
    for (const record of records) {
      const { intent } = record;
      if (intent.kind !== 'cancel') continue;
      const target = { reference: intent.target, exchange: intent.exchange, part: partOf(intent) };
      try {
        sent.push(await this.#sender.send(record, (beforeSend) => this.#broker.cancelOrder(target, beforeSend)));
      } catch (error) {
        // A cancel that could not be written down must not leave the other orders standing at the venue.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return sent;
  }

  /** Checks what must hold for every order: armed, not halted, within the day's cap. @throws AppError `orders.*`, `rule.max-daily`. */
  async admit(amount: number): Promise<void> {
    await this.#guard();
    await this.#requireWithinDay(amount);
  }

  /**
   * Sends a request about a scheduled order by the same path as an order of this moment (scheduled-orders.ts). Requests
   * of one `turn` go one after the other; `prepare` checks the order again before the claim. Returns and throws as
   * `submit`.
   */
  submitPrepared(
    proposal: Proposal,
    personId: string,
    turn: string,
    prepare: () => Promise<Prepared>,
  ): Promise<OrderRecord> {
    return this.#inTurn(turn, async () => {
      const { send, ...planned } = await prepare();
      await this.trading.requireArmed(planned.intent.kind);
      return this.#submitOne(proposal, personId, planned, send);
    });
  }

  /**
   * Writes down what could not be written when it happened. Returns how many outcomes of orders that were.
   * @throws AppError `LedgerTrouble` when the ledger still cannot be written.
   */
  async catchUp(): Promise<number> {
    await this.trading.catchUp();
    return this.#sender.catchUp();
  }

  /**
   * An owner has confirmed that the orders of the account's old number are done with. @throws AppError `proposal.*`, and
   * `orders.same-number` where nothing waits for that.
   */
  async acceptNumber(proposal: Proposal, personId: string): Promise<void> {
    const { numberChange } = this.trading;
    if (numberChange === undefined || numberChange.accepted) throw new AppError('orders.same-number');
    await this.#claim(proposal, personId, []);
    await numberChange.accept();
    this.#log.warn('account number accepted');
  }

  /** What the ledger knows of today's orders, newest first. */
  today(): Promise<readonly OrderRecord[]> {
    return this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
  }

  get #deps() {
    return { broker: this.#broker, calendar: this.#calendar, riskLimits: this.#riskLimits };
  }

  async #guard(): Promise<void> {
    await this.trading.requireSameNumber();
    await this.trading.requireArmed();
    await this.trading.requireNotHalted();
    if (!this.#reconciler.ready) throw new AppError('orders.recovering');
  }

  /** @param shares What the amount is for, where fewer of them would do. */
  async #requireWithinDay(amount: number, shares?: number): Promise<void> {
    const used = await this.#ledger.amountOfDay(koreanDay(this.#clock.now()));
    if (used + amount > this.#riskLimits.maxDaily) throw this.#overDailyCap(amount, used, shares);
  }

  #requireNoDrift(shown: number, last: number): void {
    const drifted = checkDrift(shown, last, this.#riskLimits.driftPercent);
    if (drifted !== undefined) throw violation(drifted);
  }

  #overDailyCap(amount: number, used: number, shares?: number): AppError {
    const limit = this.#riskLimits.maxDaily;
    const left = shares === undefined ? {} : { quantity: Math.max(0, Math.floor((limit - used) / (amount / shares))) };
    return violation({ rule: 'rule.max-daily', amount, used, limit, ...left });
  }

  /**
   * Notes the venue's orders of an issue, none of which can come of the order that is about to be sent. It helps to find
   * that order should its answer be lost, but is not needed for it. So it is left out where it would cost the person a
   * second (paper), and its failure stops nothing.
   */
  async #noteOrdersOf(symbol: string): Promise<void> {
    if (!this.#broker.venue.listsAll) return;
    await this.#reconciler
      .noteOrdersOf(symbol)
      .catch((error: unknown) => this.#log.warn('orders of issue not noted', { symbol, error }));
  }

  async #inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(key) ?? pLimit(1);
    this.#turns.set(key, turn);
    try {
      return await turn(task);
    } finally {
      if (turn.activeCount + turn.pendingCount === 0) this.#turns.delete(key);
    }
  }

  async #submitOne(
    proposal: Proposal,
    personId: string,
    planned: Planned,
    request: OrderRequestCall,
  ): Promise<OrderRecord> {
    const [record] = await this.#claim(proposal, personId, [planned]);
    if (record === undefined) throw new AppError('proposal.unknown');
    return this.#sender.send(record, request);
  }

  async #claim(proposal: Proposal, personId: string, planned: readonly Planned[]): Promise<readonly OrderRecord[]> {
    this.trading.requireNoUnwrittenHalt(planned.map(({ intent }) => intent));
    const now = this.#clock.now();
    const claim = {
      proposalId: proposal.id,
      personId,
      pressedIn: proposal.pressedIn,
      now,
      day: koreanDay(now),
      maxDailyAmount: this.#riskLimits.maxDaily,
      intents: planned.map((entry) => ({ id: this.#newId(), ...entry })),
    };
    const result: ClaimResult = await this.#telemetry.step('claim', {}, async (endedAs) => {
      const claimed = await this.#ledger.claim(claim).catch((error: unknown) => {
        const ids = claim.intents.map(({ id }) => id);
        if (ledgerTrouble(error) !== undefined) this.#sender.notTaken(ids, error);
        throw error;
      });
      endedAs(claimed.kind === 'refused' ? claimed.reason : claimed.kind);
      return claimed;
    });
    if (result.kind === 'claimed') return result.orders;
    if (result.kind === 'over-daily-cap') {
      throw this.#overDailyCap(
        planned.reduce((sum, entry) => sum + entry.amount, 0),
        result.used,
      );
    }
    const { reason } = result;
    throw new AppError(reason === 'halted' || reason === 'unsettled' ? `orders.${reason}` : `proposal.${reason}`);
  }
}
