import type { ChatAddress } from './chat-address.ts';

export type AlertDirection = 'at-or-above' | 'at-or-below';

/**
 * Somebody wants to know when a price is crossed. It is a crossing that counts, not a level: an alert is `armed` once a
 * price on the other side was seen, and `waiting` until then. Both survive a restart.
 */
export interface Alert {
  readonly id: string;
  readonly personId: string;
  readonly address: ChatAddress;
  readonly symbol: string;
  readonly direction: AlertDirection;
  /** Won. */
  readonly price: number;
  readonly state: 'armed' | 'waiting';
  /** Milliseconds. */
  readonly createdAt: number;
}

/** Whether `price` lies on the side an alert asks about. */
export function isReached(alert: Pick<Alert, 'direction' | 'price'>, price: number): boolean {
  return alert.direction === 'at-or-above' ? price >= alert.price : price <= alert.price;
}

/** Alerts in the order in which a moving price meets them. */
class PriceQueue {
  readonly #before: (a: number, b: number) => boolean;
  readonly #alerts: Alert[] = [];

  constructor(before: (a: number, b: number) => boolean) {
    this.#before = before;
  }

  add(alert: Alert): void {
    let [low, high] = [0, this.#alerts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#alerts[middle];
      if (there !== undefined && this.#before(there.price, alert.price)) low = middle + 1;
      else high = middle;
    }
    this.#alerts.splice(low, 0, alert);
  }

  delete(id: string): void {
    const index = this.#alerts.findIndex((alert) => alert.id === id);
    if (index >= 0) this.#alerts.splice(index, 1);
  }

  /** Takes out those at the front that `met` holds for. */
  take(met: (alert: Alert) => boolean): readonly Alert[] {
    let count = 0;
    for (const alert of this.#alerts) {
      if (!met(alert)) break;
      count += 1;
    }
    return this.#alerts.splice(0, count);
  }

  get size(): number {
    return this.#alerts.length;
  }
}

const ascending = (a: number, b: number): boolean => a <= b;
const descending = (a: number, b: number): boolean => a >= b;

/**
 * The open alerts of one issue, sorted so that a price looks only at those it reaches: what it costs does not grow with
 * the number of alerts at other prices.
 */
export class AlertBook {
  readonly #queues = {
    'armed:at-or-above': new PriceQueue(ascending),
    'armed:at-or-below': new PriceQueue(descending),
    'waiting:at-or-above': new PriceQueue(descending),
    'waiting:at-or-below': new PriceQueue(ascending),
  } as const;

  add(alert: Alert): void {
    this.#queues[`${alert.state}:${alert.direction}`].add(alert);
  }

  delete(id: string): void {
    for (const queue of Object.values(this.#queues)) queue.delete(id);
  }

  /**
   * What a price does: `fired` are taken out; `armed` were waiting on this side and now lie on the other, and stay.
   */
  meet(price: number): { readonly fired: readonly Alert[]; readonly armed: readonly Alert[] } {
    const fired = (['armed:at-or-above', 'armed:at-or-below'] as const).flatMap((name) =>
      this.#queues[name].take((alert) => isReached(alert, price)),
    );
    const armed = (['waiting:at-or-above', 'waiting:at-or-below'] as const)
      .flatMap((name) => this.#queues[name].take((alert) => !isReached(alert, price)))
      .map((alert): Alert => ({ ...alert, state: 'armed' }));
    for (const alert of armed) this.add(alert);
    return { fired, armed };
  }

  get size(): number {
    return Object.values(this.#queues).reduce((sum, queue) => sum + queue.size, 0);
  }
}
