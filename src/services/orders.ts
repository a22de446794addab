import { type Clock, koreanDay } from '../clock.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderEvent, OrderIntent, OrderRecord, OrderRequest, SubmitOutcome, VenueOrder } from '../domain/order.ts';
import { checkDrift } from '../domain/order-rules.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, ClaimResult, Ledger, Proposal, ReadOptions } from '../ports.ts';
import type { Calendar } from './calendar.ts';
import type { DraftNotice, Fills } from './fills.ts';
import { checkOrder, type OrderCheck, type Rails, violation } from './order-check.ts';

/** An order as somebody confirmed it: with the price that was on the ticket. */
export interface ConfirmedOrder {
  readonly request: OrderRequest;
  readonly instrument: Instrument;
  /** The last price shown on the ticket, in won. */
  readonly shownLast: number;
}

/** The order path: press → re-check → claim and intent → head of the lane → one request → what came of it. */
export class Orders {
  readonly #broker: Broker;
  readonly #ledger: Ledger;
  readonly #calendar: Calendar;
  readonly #fills: Fills;
  readonly #rails: Rails;
  readonly #liveTrading: 'no' | 'yes' | 'daily';
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  readonly #draft: DraftNotice;

  constructor(options: {
    readonly broker: Broker;
    readonly ledger: Ledger;
    readonly calendar: Calendar;
    readonly fills: Fills;
    readonly rails: Rails;
    readonly liveTrading: 'no' | 'yes' | 'daily';
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
    readonly draft: DraftNotice;
  }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#calendar = options.calendar;
    this.#fills = options.fills;
    this.#rails = options.rails;
    this.#liveTrading = options.liveTrading;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#newId = options.newId;
    this.#draft = options.draft;
  }

  /** What a ticket shows. @throws AppError `rule.*`, `orders.*` or `venue.*`: the order would not pass. */
  async check(request: OrderRequest, instrument: Instrument, options: ReadOptions = {}): Promise<OrderCheck> {
    await this.#guard();
    const deps = { broker: this.#broker, calendar: this.#calendar, rails: this.#rails };
    const check = await checkOrder(deps, request, instrument, options);
    const used = await this.#ledger.amountOfDay(koreanDay(this.#clock.now()));
    if (used + check.amount > this.#rails.maxDaily) throw this.#overDailyCap(check.amount, used);
    return check;
  }

  /**
   * Sends a confirmed order, once. Returns how it stands after the venue's answer, whatever that was.
   * @throws AppError before anything is claimed: `proposal.*`, `rule.*`, `orders.*`, `venue.*`. Nothing was sent then.
   */
  async submit(proposal: Proposal, personId: string, order: ConfirmedOrder): Promise<OrderRecord> {
    const { quote, amount } = await this.check(order.request, order.instrument, { priority: 'urgent' });
    const drifted = checkDrift(order.shownLast, quote.last, this.#rails.driftPercent);
    if (drifted !== undefined) throw violation(drifted);
    const intent: OrderIntent = { kind: 'place', request: order.request };
    const [record] = await this.#claim(proposal, personId, [{ intent, amount }]);
    if (record === undefined) throw new AppError('proposal.unknown');
    return this.#send(record, (beforeSend) => this.#broker.placeOrder(order.request, beforeSend));
  }

  /** Cancels what is left of orders: one confirmation, one request each. @throws as `submit`. */
  async cancel(proposal: Proposal, personId: string, targets: readonly VenueOrder[]): Promise<readonly OrderRecord[]> {
    this.#requireArmed();
    const intents = targets.map((target): { intent: OrderIntent; amount: number } => ({
      intent: {
        kind: 'cancel',
        target: target.reference,
        symbol: target.symbol,
        side: target.side,
        quantity: target.remaining,
        exchange: target.exchange,
      },
      amount: 0,
    }));
    const records = await this.#claim(proposal, personId, intents);
    const sent: OrderRecord[] = [];
    for (const record of records) {
      const { intent } = record;
      if (intent.kind !== 'cancel') continue;
      const target = { reference: intent.target, exchange: intent.exchange, quantity: intent.quantity };
      sent.push(await this.#send(record, (beforeSend) => this.#broker.cancelOrder(target, beforeSend)));
    }
    return sent;
  }

  /** Stops all new orders, until somebody lets them go on; outlives a restart. Cancels still pass. */
  async setHalted(halted: boolean): Promise<void> {
    await this.#ledger.setHalted(halted);
    this.#log.warn('trading switched', { halted });
  }

  /** What the ledger knows of today's orders, newest first. */
  today(): Promise<readonly OrderRecord[]> {
    return this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
  }

  /**
   * What a start finds. A `confirmed` was never sent, because `submitting` is on the disk before the request leaves; a
   * `submitting` may have been, and is not sent again.
   */
  async recover(): Promise<void> {
    for (const record of await this.#ledger.ordersByStatus(['confirmed'])) {
      await this.#recoverOne(record, { type: 'never-sent' }, 'never-sent');
    }
    for (const record of await this.#ledger.ordersByStatus(['submitting'])) {
      await this.#recoverOne(record, { type: 'outcome-unknown', code: 'process-ended', text: '' }, 'outcome-unknown');
    }
  }

  async #recoverOne(record: OrderRecord, event: OrderEvent, kind: 'never-sent' | 'outcome-unknown'): Promise<void> {
    const address = await this.#ledger.orderAddress(record.id);
    await this.#ledger.appendOrderEvent(record.id, event, this.#clock.now(), (order) =>
      this.#draft({ kind, order }, address),
    );
    this.#log.warn('order found at start', { order: record.id, status: kind });
  }

  async #guard(): Promise<void> {
    this.#requireArmed();
    if (await this.#ledger.halted()) throw new AppError('orders.halted');
  }

  /** Told by where the orders go: any host that is neither loopback nor KIS's paper host moves real money. */
  #requireArmed(): void {
    if (this.#broker.venue.kind === 'live' && this.#liveTrading !== 'yes') {
      throw new AppError('orders.not-armed', { setting: this.#liveTrading });
    }
  }

  #overDailyCap(amount: number, used: number): AppError {
    return violation({ rule: 'rule.max-daily', amount, used, limit: this.#rails.maxDaily });
  }

  async #claim(
    proposal: Proposal,
    personId: string,
    intents: readonly { readonly intent: OrderIntent; readonly amount: number }[],
  ): Promise<readonly OrderRecord[]> {
    const now = this.#clock.now();
    const result: ClaimResult = await this.#ledger.claim({
      proposalId: proposal.id,
      personId,
      now,
      day: koreanDay(now),
      maxDailyAmount: this.#rails.maxDaily,
      intents: intents.map((entry) => ({ id: this.#newId(), ...entry })),
    });
    if (result.kind === 'claimed') return result.orders;
    if (result.kind === 'over-daily-cap') {
      throw this.#overDailyCap(
        intents.reduce((sum, entry) => sum + entry.amount, 0),
        result.used,
      );
    }
    throw new AppError(result.reason === 'halted' ? 'orders.halted' : `proposal.${result.reason}`);
  }

  async #send(
    record: OrderRecord,
    request: (beforeSend: () => Promise<void>) => Promise<SubmitOutcome>,
  ): Promise<OrderRecord> {
    return this.#fills.whileInFlight(async () => {
      let outcome: SubmitOutcome;
      try {
        outcome = await request(async () => {
          await this.#append(record, { type: 'submitting' });
        });
      } catch (error) {
        // Thrown before the request left: refusing is the truth.
        this.#log.warn('order not sent', { order: record.id, error });
        const code = error instanceof AppError ? error.code : 'unexpected';
        return this.#append(record, { type: 'denied', code });
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

  #append(record: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    return this.#ledger.appendOrderEvent(record.id, event, this.#clock.now());
  }
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
