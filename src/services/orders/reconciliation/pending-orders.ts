import { type Clock, koreanDay } from '../../../clock.ts';
import { type OrderRecord, type OrderStatus, openStatuses } from '../../../domain/orders/order.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';

/** Statuses in which an execution notice may end an order before the fills that came earlier are told. */
const endedByNotice: readonly OrderStatus[] = ['cancelled', 'replaced', 'expired'];

/** Whether a request may still turn out to have reached the venue, without anybody being asked. */
export function isUndecided({ status }: OrderRecord): boolean {
  return status === 'submitting' || status === 'outcome-unknown';
}

/** The orders in the ledger about which the venue may still tell something. */
export class PendingOrders {
  readonly #ledger: OrderLedger;
  readonly #clock: Clock;
  readonly #lateFillMs: number;

  constructor(options: {
    readonly ledger: OrderLedger;
    readonly clock: Clock;
    /** How long after its end an order may still be listed with more fills, in milliseconds. */
    readonly lateFillMs: number;
  }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#lateFillMs = options.lateFillMs;
  }

  /** Our orders that may rest at the venue, those with an unknown outcome, and those of today that the owner was asked about. */
  async expected(): Promise<readonly OrderRecord[]> {
    const today = koreanDay(this.#clock.now());
    const orders = await this.#ledger.ordersByStatus([...openStatuses, 'outcome-unknown', 'asked']);
    return orders.filter(({ status, confirmedAt }) => status !== 'asked' || koreanDay(confirmedAt) === today);
  }

  /** Whether the venue's lists may hold news: also about an order that has just ended, whose last fills may be missing. */
  async mayChange(): Promise<boolean> {
    if ((await this.expected()).length > 0) return true;
    // An order whose answer could not be written down is still `submitting`. Only a later poll calls it unknown.
    if ((await this.#ledger.ordersByStatus(['submitting'])).length > 0) return true;
    const now = this.#clock.now();
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(now));
    return ofDay.some(({ status, updatedAt }) => endedByNotice.includes(status) && now - updatedAt < this.#lateFillMs);
  }

  /** Whether an order of today is undecided, or was called absent and may be listed late. */
  async mayAppearToday(): Promise<boolean> {
    const ofDay = await this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
    return ofDay.some((order) => order.status === 'absent' || isUndecided(order));
  }
}
