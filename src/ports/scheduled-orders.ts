import type { OrderRequest, ScheduleDays, SubmitOutcome } from '../domain/orders/order.ts';
import type { ScheduledOrder } from '../domain/orders/scheduled-order.ts';
import type { BeforeSend } from './broker.ts';
import type { ReadOptions } from './read-options.ts';

/** A scheduled order as the venue wants it named when it is changed. */
export type ScheduleTarget = Pick<ScheduledOrder, 'reference' | 'day'>;

/**
 * Orders that the venue keeps for a later day. Throws as Broker does; `venue.unsupported` where it keeps none, as paper
 * does. What changes something makes the same promises as `placeOrder`.
 */
export interface ScheduleBroker {
  /** Those that are waiting, and those sent or refused in the last month; the venue leaves out what was cancelled. */
  scheduledOrders(options?: ReadOptions): Promise<readonly ScheduledOrder[]>;
  placeScheduled(request: OrderRequest, days: ScheduleDays, beforeSend: BeforeSend): Promise<SubmitOutcome>;
  /** Replaces quantity, price and type; an accepted one keeps its number. */
  amendScheduled(
    target: ScheduleTarget,
    request: OrderRequest,
    until: string | null,
    beforeSend: BeforeSend,
  ): Promise<SubmitOutcome>;
  /** Nothing more is sent of it; what was made of it already stands. */
  cancelScheduled(target: ScheduleTarget, beforeSend: BeforeSend): Promise<SubmitOutcome>;
}
