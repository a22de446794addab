import { krxHours, later } from '../market/session.ts';
import {
  type OrderReference,
  type OrderType,
  orderNumber,
  type ScheduleDays,
  type Side,
  type VenueOrder,
} from './order.ts';

/**
 * An order that the venue keeps and sends by itself on a later day: no ticket, no halt and no look at the market come
 * in between. `reference.number` is a `scheduleNumber`, and the branch is blank.
 */
export interface ScheduledOrder extends ScheduleDays {
  readonly reference: OrderReference;
  readonly symbol: string;
  readonly name: string;
  readonly side: Side;
  /** Undefined for a type that cannot be ordered here. */
  readonly type: OrderType | undefined;
  readonly quantity: number;
  /** 0 for an order without a price. */
  readonly price: number;
  /** When the venue took it, in milliseconds; NaN when it does not say. */
  readonly receivedAt: number;
  /** The state today. A scheduled order of several days goes on after it was `sent` or `refused` on one of them. */
  readonly state: 'waiting' | 'sent' | 'refused' | 'cancelled';
  /** The number of the latest order that the venue made of it. */
  readonly orderNumber: string | undefined;
  /** The venue's own words for a refusal. */
  readonly reason: string;
  readonly filledQuantity: number;
}

/**
 * The number of a scheduled order, with an R (for reserved) before it. The venue numbers orders and scheduled orders
 * apart, so both may have the same number; the R keeps one from being taken for the other.
 */
export function scheduleNumber(text: string): string {
  return `R${orderNumber(text.trim().replace(/^R/i, ''))}`;
}

/** Whether the venue will still send the order, today or later. */
export function isWaiting(order: ScheduledOrder, today: string): boolean {
  if (order.state === 'waiting') return true;
  const { state, until, quantity, filledQuantity } = order;
  return state !== 'cancelled' && until !== null && until > today && filledQuantity < quantity;
}

/**
 * The orders that the venue made of a scheduled one and that are not known yet, oldest first; `listed` are the new
 * orders of that issue and side since its first day. For an order of several days the venue tells the latest order
 * alone. An order of an earlier day, when nobody looked, has the quantity that those before it left, at the same price.
 * Where two orders fit a day, neither is taken.
 */
export function ordersMadeOf(
  order: Pick<ScheduledOrder, 'day' | 'until' | 'quantity' | 'price' | 'orderNumber'>,
  known: readonly { readonly day: string; readonly number: string }[],
  listed: readonly VenueOrder[],
): readonly VenueOrder[] {
  const knownOn = new Map(known.map(({ day, number }) => [day, number]));
  const named = listed
    .filter(({ day, reference }) => reference.number === order.orderNumber && day >= order.day && !knownOn.has(day))
    .toSorted((a, b) => a.day.localeCompare(b.day));
  if (order.until === null) return named.slice(0, 1);
  const latest = named.at(-1);
  const made: VenueOrder[] = [];
  let left = order.quantity;
  for (const [day, ofDay] of [...Map.groupBy(listed, (one) => one.day)].sort(([a], [b]) => a.localeCompare(b))) {
    if (latest === undefined || day < order.day || day > latest.day) continue;
    const number = knownOn.get(day) ?? (day === latest.day ? latest.reference.number : undefined);
    const fitting = ofDay.filter(({ reference, quantity, price }) =>
      number === undefined ? quantity === left && price === order.price : reference.number === number,
    );
    const [only, second] = fitting;
    if (only === undefined || second !== undefined) continue;
    if (!knownOn.has(day)) made.push(only);
    left -= only.filledQuantity;
  }
  return made;
}

/**
 * Minutes before the opening from which KIS takes no scheduled orders, and minutes after the close from which it takes
 * them again.
 */
const quietBeforeOpening = 90;
const quietAfterClose = 10;
/** The pause around midnight in which KIS prepares its servers for the next day. */
const pause = { start: '2340', end: '0010' } as const;

/**
 * When scheduled orders are taken again on `day`, `HHmm`; undefined where they are taken at `time` (`HHmmss`). KIS takes
 * them from 15:40 to 07:30 of the next trading day, but for the half hour around midnight; on a day that opens or closes
 * late those hours were seen to move along.
 */
export function scheduleHoursFrom(day: string, time: string, isTradingDay: boolean): string | undefined {
  const now = time.slice(0, 4);
  if (now >= pause.start || now < pause.end) return pause.end;
  if (!isTradingDay) return undefined;
  const { open, close } = krxHours(day);
  const from = later(close, quietAfterClose);
  return now >= later(open, -quietBeforeOpening) && now < from ? from : undefined;
}

/** Minutes after the close in which KIS works through the scheduled orders of several days. */
const dailyRun = { from: 5, to: 25 } as const;

/**
 * Whether KIS's list of scheduled orders may lack rows at `time` (`HHmmss`) of `day`. A missing row then says nothing.
 */
export function listMayLackRows(day: string, time: string): boolean {
  const { close } = krxHours(day);
  const now = time.slice(0, 4);
  return now >= later(close, dailyRun.from) && now < later(close, dailyRun.to);
}

/** Calendar days that a scheduled order may last, its first day included. */
export const longestScheduleDays = 30;
