import { type Clock, koreanDay } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Instrument } from '../../domain/market/instrument.ts';
import {
  isCancel,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  type OrderRequest,
  partOf,
  type SubmitOutcome,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import { checkDrift } from '../../domain/orders/order-rules.ts';
import { applyEvent } from '../../domain/orders/order-state.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { BeforeSend, Broker } from '../../ports/broker.ts';
import type { OrderLedger } from '../../ports/ledger/order-ledger.ts';
import type { ClaimResult, Proposal, ProposalLedger } from '../../ports/ledger/proposal-ledger.ts';
import type { TradingSwitches } from '../../ports/ledger/trading-switches.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Calendar } from '../calendar.ts';
import { SerialQueue } from '../serial-queue.ts';
import { type Amendment, type AmendmentCheck, checkAmendment } from './amendment-check.ts';
import { checkOrder, type OrderCheck, type RiskLimits, requireTaken, violation } from './order-check.ts';
import type { Reconciler } from './reconciler.ts';

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
  /** Shares, fewer than are left, where the others are to stand as they do; absent: all that is left. */
  readonly part?: number | undefined;
}

/** One request that a proposal, once taken, leads to. */
interface Planned {
  readonly intent: OrderIntent;
  /** Won that it adds to the day's sum. */
  readonly amount: number;
}

/** A request that is ready to leave, once its proposal is taken. */
interface Prepared extends Planned {
  readonly send: (beforeSend: BeforeSend) => Promise<SubmitOutcome>;
}

/** The order path: press → re-check → claim and intent → head of the lane → one request → what came of it. */
export class Orders {
  readonly #broker: Broker;
  readonly #ledger: OrderLedger & ProposalLedger & TradingSwitches;
  readonly #calendar: Calendar;
  readonly #reconciler: Reconciler;
  readonly #riskLimits: RiskLimits;
  readonly #liveTrading: 'no' | 'yes' | 'daily';
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  /** Orders that could not be told apart at the venue go one after the other. */
  readonly #turns = new Map<string, SerialQueue>();
  /** What came of orders while the ledger could not be written. */
  readonly #unwritten: { readonly id: string; readonly event: OrderEvent; readonly at: number }[] = [];
  /** Halted, though the ledger does not say so yet. */
  #haltUnwritten = false;

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: OrderLedger & ProposalLedger & TradingSwitches;
    readonly calendar: Calendar;
    readonly reconciler: Reconciler;
    readonly riskLimits: RiskLimits;
    readonly liveTrading: 'no' | 'yes' | 'daily';
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
  }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#calendar = options.calendar;
    this.#reconciler = options.reconciler;
    this.#riskLimits = options.riskLimits;
    this.#liveTrading = options.liveTrading;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#newId = options.newId;
  }

  /** What a ticket shows. @throws AppError `rule.*`, `orders.*` or `venue.*`: the order would not pass. */
  async check(request: OrderRequest, instrument: Instrument, options: ReadOptions = {}): Promise<OrderCheck> {
    await this.#guard();
    const check = await checkOrder(this.#deps, request, instrument, options);
    await this.#requireWithinDay(check.amount);
    return check;
  }

  /** Before anything is asked for a ticket. @throws AppError as `check`, for what is not taken now whatever the price. */
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
   * @throws AppError before anything is claimed: `proposal.*`, `rule.*`, `orders.*`, `venue.*`. Nothing was sent then.
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
    await this.#requireArmed('cancel');
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
        sent.push(await this.#send(record, (beforeSend) => this.#broker.cancelOrder(target, beforeSend)));
      } catch (error) {
        // One that could not be written down must not leave the others standing at the venue.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return sent;
  }

  /** What must hold for any order that a ticket may lead to. @throws AppError `orders.*`, `rule.max-daily`. */
  async admit(amount: number): Promise<void> {
    await this.#guard();
    await this.#requireWithinDay(amount);
  }

  /**
   * The same path for what is not an order of this moment (services/scheduled-orders): one at a time by `turn`, checked
   * again by `prepare`, claim and intent in one, and one request. Returns and throws as `submit`.
   */
  submitPrepared(
    proposal: Proposal,
    personId: string,
    turn: string,
    prepare: () => Promise<Prepared>,
  ): Promise<OrderRecord> {
    return this.#inTurn(turn, async () => {
      const { send, ...planned } = await prepare();
      await this.#requireArmed(planned.intent.kind);
      return this.#submitOne(proposal, personId, planned, send);
    });
  }

  /**
   * Stops all new orders, until somebody lets them go on; outlives a restart. Cancels still pass. False where they are
   * stopped but that could not be written down yet.
   */
  async setHalted(halted: boolean): Promise<boolean> {
    try {
      await this.#ledger.setHalted(halted);
      this.#haltUnwritten = false;
    } catch (error) {
      if (!halted || ledgerTrouble(error) === undefined) throw error;
      this.#haltUnwritten = true;
    }
    this.#log.warn('trading switched', { halted });
    return !this.#haltUnwritten;
  }

  async halted(): Promise<boolean> {
    return this.#haltUnwritten || this.#ledger.halted();
  }

  /**
   * Writes down what could not be written when it happened; returns how many outcomes that were.
   * @throws AppError `LedgerTrouble` when it cannot be yet.
   */
  async catchUp(): Promise<number> {
    if (this.#haltUnwritten) {
      await this.#ledger.setHalted(true);
      this.#haltUnwritten = false;
    }
    let written = 0;
    for (let next = this.#unwritten[0]; next !== undefined; next = this.#unwritten[0]) {
      try {
        await this.#ledger.appendOrderEvent(next.id, next.event, next.at);
        written += 1;
      } catch (error) {
        if (ledgerTrouble(error) !== undefined) throw error;
        // The venue's lists were faster.
        this.#log.warn('order outcome not recorded', { order: next.id, error });
      }
      this.#unwritten.shift();
    }
    return written;
  }

  /**
   * Lets orders go to a live venue until the day ends in Korea. Says what that changed: nothing where no arming is
   * needed, or where the settings allow none.
   */
  async arm(): Promise<'armed' | 'not-needed' | 'off'> {
    if (this.#broker.venue.kind !== 'live' || this.#liveTrading === 'yes') return 'not-needed';
    if (this.#liveTrading === 'no') return 'off';
    await this.#ledger.armDay(koreanDay(this.#clock.now()));
    this.#log.warn('trading armed', { day: koreanDay(this.#clock.now()) });
    return 'armed';
  }

  /** Whether orders would go to a venue where real money moves, as far as arming goes. */
  async armed(): Promise<boolean> {
    if (this.#broker.venue.kind !== 'live' || this.#liveTrading === 'yes') return true;
    return this.#liveTrading === 'daily' && (await this.#ledger.armedDay()) === koreanDay(this.#clock.now());
  }

  /** What the ledger knows of today's orders, newest first. */
  today(): Promise<readonly OrderRecord[]> {
    return this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
  }

  get #deps() {
    return { broker: this.#broker, calendar: this.#calendar, riskLimits: this.#riskLimits };
  }

  /** Told by where the orders go: any host that is neither loopback nor KIS's paper host moves real money. */
  async #requireArmed(kind?: OrderIntent['kind']): Promise<void> {
    // What was sent on an armed day, or is kept by the venue, must not need an owner before it can be taken back.
    if (kind !== undefined && isCancel(kind) && this.#liveTrading === 'daily') return;
    if (!(await this.armed())) throw new AppError('orders.not-armed', { setting: this.#liveTrading });
  }

  async #guard(): Promise<void> {
    await this.#requireArmed();
    if (await this.halted()) throw new AppError('orders.halted');
    if (!this.#reconciler.ready) throw new AppError('orders.recovering');
  }

  async #requireWithinDay(amount: number): Promise<void> {
    const used = await this.#ledger.amountOfDay(koreanDay(this.#clock.now()));
    if (used + amount > this.#riskLimits.maxDaily) throw this.#overDailyCap(amount, used);
  }

  #requireNoDrift(shown: number, last: number): void {
    const drifted = checkDrift(shown, last, this.#riskLimits.driftPercent);
    if (drifted !== undefined) throw violation(drifted);
  }

  #overDailyCap(amount: number, used: number): AppError {
    return violation({ rule: 'rule.max-daily', amount, used, limit: this.#riskLimits.maxDaily });
  }

  /**
   * What stands at the venue now cannot come of the order that is about to be sent. Without that look an order can still
   * be told from others, only less often; so where it costs a person's second (paper) or fails, it is left out.
   */
  async #noteOrdersOf(symbol: string): Promise<void> {
    if (!this.#broker.venue.listsAll) return;
    await this.#reconciler
      .noteOrdersOf(symbol)
      .catch((error: unknown) => this.#log.warn('orders of issue not noted', { symbol, error }));
  }

  async #inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(key) ?? new SerialQueue();
    this.#turns.set(key, turn);
    try {
      return await turn.run(task);
    } finally {
      if (turn.isIdle) this.#turns.delete(key);
    }
  }

  async #submitOne(
    proposal: Proposal,
    personId: string,
    planned: Planned,
    request: (beforeSend: () => Promise<void>) => Promise<SubmitOutcome>,
  ): Promise<OrderRecord> {
    const [record] = await this.#claim(proposal, personId, [planned]);
    if (record === undefined) throw new AppError('proposal.unknown');
    return this.#send(record, request);
  }

  async #claim(proposal: Proposal, personId: string, planned: readonly Planned[]): Promise<readonly OrderRecord[]> {
    if (this.#haltUnwritten) this.#requireCancels(planned);
    const now = this.#clock.now();
    const result: ClaimResult = await this.#ledger.claim({
      proposalId: proposal.id,
      personId,
      now,
      day: koreanDay(now),
      maxDailyAmount: this.#riskLimits.maxDaily,
      intents: planned.map((entry) => ({ id: this.#newId(), ...entry })),
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

  #requireCancels(planned: readonly Planned[]): void {
    if (planned.some(({ intent }) => !isCancel(intent.kind))) throw new AppError('orders.halted');
  }

  async #send(
    record: OrderRecord,
    request: (beforeSend: () => Promise<void>) => Promise<SubmitOutcome>,
  ): Promise<OrderRecord> {
    return this.#reconciler.whileInFlight(async () => {
      let outcome: SubmitOutcome;
      try {
        outcome = await request(async () => {
          if (this.#haltUnwritten) this.#requireCancels([{ intent: record.intent, amount: 0 }]);
          await this.#ledger.beginSubmit(record.id, this.#clock.now());
        });
      } catch (error) {
        // Thrown before the request left: refusing is the truth.
        this.#log.warn('order not sent', { order: record.id, error });
        return this.#append(record, denial(error));
      }
      // From here on something was sent: whatever fails now must not read as if nothing was.
      this.#log.info('order answered', {
        order: record.id,
        outcome: outcome.kind,
        ...(outcome.kind === 'accepted' ? { number: outcome.reference.number } : { code: outcome.code }),
      });
      try {
        return await this.#append(record, outcomeEvent(outcome));
      } catch (error) {
        this.#log.error('order outcome not recorded', { order: record.id, error });
        throw new AppError('orders.not-recorded', { outcome: outcome.kind }, { cause: error });
      }
    });
  }

  /** Where the ledger cannot be written, what came of the order is known all the same, and written down later. */
  async #append(record: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    const at = this.#clock.now();
    try {
      return await this.#ledger.appendOrderEvent(record.id, event, at);
    } catch (error) {
      if (ledgerTrouble(error) === undefined) throw error;
      this.#log.error('order outcome not recorded yet', { order: record.id, event: event.type, error });
      this.#unwritten.push({ id: record.id, event, at });
      const sent = event.type === 'denied' ? record : applyEvent(record, { type: 'submitting' }, at);
      return applyEvent(sent, event, at);
    }
  }
}

function denial(error: unknown): OrderEvent {
  if (!(error instanceof AppError)) return { type: 'denied', code: 'unexpected' };
  const facts = Object.entries(error.context).filter(([, value]) => value !== undefined);
  return { type: 'denied', code: error.code, ...(facts.length === 0 ? {} : { context: Object.fromEntries(facts) }) };
}

function outcomeEvent(outcome: SubmitOutcome): OrderEvent {
  switch (outcome.kind) {
    case 'accepted':
      return { type: 'accepted', reference: outcome.reference };
    case 'rejected':
      return { type: 'rejected', code: outcome.code, text: outcome.text };
    case 'unknown':
      return { type: 'outcome-unknown', code: outcome.code, text: outcome.text };
  }
}
