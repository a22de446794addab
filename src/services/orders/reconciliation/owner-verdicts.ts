import { koreanDay } from '../../../clock.ts';
import { intentIssue, type OrderRecord, orderNumber } from '../../../domain/orders/order.ts';
import { scheduleNumber } from '../../../domain/orders/scheduled-order.ts';
import { AppError } from '../../../errors.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { Fills } from './fills.ts';
import type { LostAnswers } from './lost-answers.ts';
import type { ScheduleList } from './schedule-watch.ts';
import type { DayList } from './venue-lists.ts';

/** What the owner says of an order whose outcome the venue's lists do not tell: its number, or that there is none. */
export type Verdict = { readonly kind: 'number'; readonly number: string } | { readonly kind: 'none' };

/**
 * Writes down what the owner says became of an order that they were asked about, unless the venue's lists contradict it.
 * An order that was settled meanwhile is returned as it stands.
 */
export class OwnerVerdicts {
  readonly #ledger: OrderLedger;
  readonly #fills: Fills;
  readonly #lostAnswers: LostAnswers;

  constructor(options: {
    readonly ledger: OrderLedger;
    readonly fills: Fills;
    readonly lostAnswers: LostAnswers;
  }) {
    this.#ledger = options.ledger;
    this.#fills = options.fills;
    this.#lostAnswers = options.lostAnswers;
  }

  /** Of an order; `list` is that of its day. @throws AppError `settle.taken`, `settle.other-order`. */
  async ofOrder(order: OrderRecord, verdict: Verdict, list: DayList): Promise<OrderRecord> {
    if (order.status !== 'asked') return order;
    if (verdict.kind === 'none') return this.#lostAnswers.settle(order, { type: 'absent', by: 'person' });
    const number = orderNumber(verdict.number);
    // A number with other signs than digits is that of a scheduled order, which is no order yet.
    if (!/^\d+$/.test(number)) throw new AppError('settle.other-order', { number });
    const owner = await this.#ledger.orderByNumber(number, koreanDay(order.confirmedAt));
    if (owner !== undefined) throw new AppError('settle.taken', { number });
    const row = list.rows.find(({ reference }) => reference.number === number);
    const { symbol, side } = intentIssue(order.intent);
    if (row !== undefined && (row.symbol !== symbol || row.side !== side)) {
      throw new AppError('settle.other-order', { number });
    }
    const accepted = await this.#lostAnswers.accept(order, row?.reference ?? { number, branch: '' }, 'person');
    return row === undefined ? accepted : this.#fills.follow(accepted, row, list.rows);
  }

  /** Of a request about a scheduled order, which must be listed. @throws AppError `settle.taken`, `settle.other-order`. */
  async ofSchedule(order: OrderRecord, verdict: Verdict, list: ScheduleList): Promise<OrderRecord> {
    if (order.status !== 'asked') return order;
    if (verdict.kind === 'none') return this.#lostAnswers.settle(order, { type: 'absent', by: 'person' });
    const number = scheduleNumber(verdict.number);
    if ((await this.#ledger.latestByNumber(number)) !== undefined) throw new AppError('settle.taken', { number });
    const row = list.rows.find(({ reference }) => reference.number === number);
    const { symbol, side } = intentIssue(order.intent);
    if (row?.symbol !== symbol || row.side !== side) throw new AppError('settle.other-order', { number });
    return this.#lostAnswers.accept(order, row.reference, 'person');
  }
}
