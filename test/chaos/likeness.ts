import type { SimulatorState } from '../../src/simulator/control/state.ts';
import type { OrderTimeline } from './invariants.ts';

/** Orders that are this near to each other in time, in milliseconds, may be taken for one another. */
const nearMs = 120_000;

export const wasUnknown = ({ events }: OrderTimeline): boolean =>
  events.some(({ event }) => event.type === 'outcome-unknown');

export const sentAt = ({ events }: OrderTimeline): number | undefined =>
  events.find(({ event }) => event.type === 'submitting')?.at;

/** Whether a venue's order differs from an intent in nothing, or in its side alone, and came about when that was sent. */
export function isLike(
  timeline: OrderTimeline,
  order: SimulatorState['orders'][number],
  side: 'same' | 'opposite',
): boolean {
  const { intent } = timeline;
  if (intent.kind !== 'place') return false;
  const { symbol, side: wanted, quantity, price } = intent.request;
  return (
    order.action === 'new' &&
    order.symbol === symbol &&
    order.quantity === quantity &&
    (price === null || order.price === price) &&
    (order.side === wanted) === (side === 'same') &&
    Math.abs(order.at - (sentAt(timeline) ?? 0)) < nearMs
  );
}
