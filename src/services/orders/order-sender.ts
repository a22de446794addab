import type { Clock } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { OrderEvent, OrderRecord, SubmitOutcome } from '../../domain/orders/order.ts';
import { applyEvent } from '../../domain/orders/order-state.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { BeforeSend } from '../../ports/broker.ts';
import type { OrderLedger } from '../../ports/ledger/order-ledger.ts';
import { type EndedAs, noTelemetry, type Telemetry } from '../../ports/telemetry.ts';
import type { Reconciler } from './reconciliation/reconciler.ts';
import type { TradingGate } from './trading-gate.ts';

/** Makes one request of the venue, as the order methods of `Broker` do. */
export type OrderRequestCall = (beforeSend: BeforeSend) => Promise<SubmitOutcome>;

/**
 * How long after an order was about to be written down as `submitting` it may leave, in milliseconds. Another process
 * that takes over meanwhile waits for longer until it believes that the venue has no such order.
 */
const mayLeaveMs = 2_000;

/** Sends the one request of a claimed order, and writes down what came of it. */
export class OrderSender {
  readonly #ledger: OrderLedger;
  readonly #reconciler: Reconciler;
  readonly #gate: TradingGate;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #telemetry: Telemetry;
  /** Outcomes of orders that came while the ledger could not be written, oldest first. */
  readonly #unwritten: { readonly id: string; readonly event: OrderEvent; readonly at: number }[] = [];
  /** Orders of which the ledger did not say whether it took them. None of them is sent. */
  readonly #maybeTaken: { readonly id: string; readonly event: OrderEvent; readonly at: number }[] = [];

  constructor(options: {
    readonly ledger: OrderLedger;
    readonly reconciler: Reconciler;
    readonly gate: TradingGate;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry?: Telemetry | undefined;
  }) {
    this.#ledger = options.ledger;
    this.#reconciler = options.reconciler;
    this.#gate = options.gate;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#telemetry = options.telemetry ?? noTelemetry;
  }

  /**
   * Calls `request`, once, for an order that is `confirmed` in the ledger. Returns the order as it stands afterwards:
   * denied where nothing was sent, else as the venue answered or did not answer.
   * @throws AppError `orders.not-recorded` where the request was sent and its outcome does not fit the ledger.
   */
  async send(record: OrderRecord, request: OrderRequestCall): Promise<OrderRecord> {
    const { kind } = record.intent;
    return this.#telemetry.step('order', { kind }, (endedAs) => this.#send(record, request, endedAs));
  }

  #send(record: OrderRecord, request: OrderRequestCall, endedAs: EndedAs): Promise<OrderRecord> {
    return this.#reconciler.whileInFlight(async () => {
      let outcome: SubmitOutcome;
      try {
        outcome = await request(async () => {
          this.#gate.requireNoUnwrittenHalt([record.intent]);
          const at = this.#clock.now();
          await this.#ledger.beginSubmit(record.id, at);
          return at + mayLeaveMs;
        });
      } catch (error) {
        // The broker throws only before the request has left, so "denied" is true.
        endedAs('denied');
        this.#log.warn('order not sent', { order: record.id, error });
        return this.#notSent(record, denial(error));
      }
      endedAs(outcome.kind);
      // From here on something was sent: whatever fails now must not read as if nothing was.
      this.#log.info('order answered', {
        order: record.id,
        outcome: outcome.kind,
        ...(outcome.kind === 'accepted' ? { number: outcome.reference.number } : { code: outcome.code }),
      });
      try {
        return await this.#append(record, outcomeEvent(outcome));
      } catch (error) {
        const current = await this.#settledElsewhere(record, error);
        if (current !== undefined && isToldBy(current, outcome)) return current;
        this.#log.error('order outcome not recorded', { order: record.id, error });
        throw new AppError('orders.not-recorded', { outcome: outcome.kind }, { cause: error });
      }
    });
  }

  /**
   * Notes that these orders are not sent, because the ledger failed as it was to take them. It may have taken them all
   * the same, where only its answer got lost.
   */
  notTaken(ids: readonly string[], error: unknown): void {
    const at = this.#clock.now();
    for (const id of ids) this.#maybeTaken.push({ id, event: denial(error), at });
  }

  /**
   * Writes down the outcomes that could not be written when they came. Returns how many that were.
   * @throws AppError `LedgerTrouble` when the ledger still cannot be written.
   */
  async catchUp(): Promise<number> {
    let written = await this.#denyTaken();
    for (let next = this.#unwritten[0]; next !== undefined; next = this.#unwritten[0]) {
      try {
        await this.#ledger.appendOrderEvent(next.id, next.event, next.at);
        written += 1;
      } catch (error) {
        if (ledgerTrouble(error) !== undefined) throw error;
        // The reconciler was faster: it has the outcome from the venue's lists already.
        this.#log.warn('order outcome not recorded', { order: next.id, error });
      }
      this.#unwritten.shift();
    }
    return written;
  }

  async #denyTaken(): Promise<number> {
    let written = 0;
    for (let next = this.#maybeTaken[0]; next !== undefined; next = this.#maybeTaken[0]) {
      const order = await this.#ledger.order(next.id);
      // Another process that took over meanwhile may have settled it.
      if (order?.status === 'confirmed') {
        await this.#ledger.appendOrderEvent(next.id, next.event, next.at);
        written += 1;
      }
      this.#maybeTaken.shift();
    }
    return written;
  }

  /**
   * Writes down that nothing was sent. Another process that took over meanwhile may have settled the order, as one that
   * was never sent; it stays as that process left it.
   */
  async #notSent(record: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    try {
      return await this.#append(record, event);
    } catch (error) {
      const current = await this.#settledElsewhere(record, error);
      if (current === undefined) throw error;
      return current;
    }
  }

  /** The order as another process has settled it that took over while this one was held up; undefined where none has. */
  async #settledElsewhere({ id }: OrderRecord, error: unknown): Promise<OrderRecord | undefined> {
    const isSettled = error instanceof AppError && error.code === 'order.impossible-event';
    const current = isSettled ? await this.#ledger.order(id) : undefined;
    if (current === undefined) return undefined;
    this.#log.warn('order settled by another process', { order: id, status: current.status });
    return current;
  }

  /** Writes an event down. Where the ledger cannot be written the outcome is known all the same, and kept for `catchUp`. */
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

/** Whether what the ledger has of an order says as much as the venue's answer to it, or more. */
function isToldBy({ reference }: OrderRecord, outcome: SubmitOutcome): boolean {
  if (outcome.kind === 'unknown') return true;
  return outcome.kind === 'accepted' && reference?.number === outcome.reference.number;
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
