import type { ErrorContext } from '../../errors.ts';

export type Side = 'buy' | 'sell';
/** What each means is in order-types.ts. */
export type OrderType =
  | 'limit'
  | 'market'
  /** A limit order whose rest goes to the market in the closing auction. */
  | 'conditional'
  | 'best'
  | 'top'
  /** At yesterday's close before the opening, and at today's after the close. */
  | 'pre-close'
  | 'post-close'
  | 'limit-ioc'
  | 'limit-fok'
  | 'market-ioc'
  | 'market-fok'
  | 'best-ioc'
  | 'best-fok'
  | 'mid'
  | 'mid-ioc'
  | 'mid-fok'
  | 'stop'
  /** KRX's after-market has types of its own. */
  | 'after-limit'
  | 'after-limit-ioc'
  | 'after-limit-fok'
  | 'after-best'
  | 'after-best-ioc'
  | 'after-best-fok'
  | 'after-top';
/** KRX, Nextrade, or the broker's smart routing over both. */
export type Exchange = 'KRX' | 'NXT' | 'SOR';

/**
 * What a person asked for. `price` is whole won, and null for an order without a limit: null and not undefined, because
 * requests are kept as JSON, where "none" must be told from "lost".
 */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: number;
  readonly price: number | null;
  readonly exchange: Exchange;
  /** Of a stop order: the last price, in won, at which it becomes a limit order. */
  readonly stopPrice?: number | undefined;
}

/**
 * How a venue names an order: the number, and the branch that issued it, which a cancel must repeat. KIS pads numbers
 * with zeros in some answers and not in others, so numbers are kept without them (`orderNumber`).
 */
export interface OrderReference {
  readonly number: string;
  readonly branch: string;
}

/** An order number in the one form we compare: trimmed, without leading zeros. */
export function orderNumber(text: string): string {
  return text.trim().replace(/^0+(?=\d)/, '');
}

/** An order as the venue lists it, ours or one entered elsewhere. */
export interface VenueOrder {
  readonly reference: OrderReference;
  /** The order that this one amends or cancels. */
  readonly original: string | undefined;
  /** Venues list amendments and cancellations as orders of their own. */
  readonly action: 'new' | 'amend' | 'cancel';
  readonly symbol: string;
  readonly name: string;
  readonly side: Side;
  /** `other` for types that only other channels send. */
  readonly type: OrderType | 'other';
  readonly quantity: number;
  /** 0 for an order without a price. */
  readonly price: number;
  readonly filledQuantity: number;
  readonly filledAmount: number;
  /** What can still be filled, amended or cancelled. */
  readonly remaining: number;
  readonly cancelledQuantity: number;
  readonly rejectedQuantity: number;
  readonly exchange: Exchange;
  /** Day and time of the order in Korea: `20261121`, `091500`. */
  readonly day: string;
  readonly time: string;
  /** True when it came in over the Open API, false from another channel, undefined when the venue does not say. */
  readonly viaApi: boolean | undefined;
}

/** What the venue's answer to one order request told us; `unknown` is not a failure, it is not knowing. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly reference: OrderReference; readonly text: string }
  | { readonly kind: 'rejected'; readonly code: string; readonly text: string }
  | { readonly kind: 'unknown'; readonly code: string; readonly text: string };

/** An execution notice: a message from the venue about an order of this account. */
export interface ExecutionNotice {
  /**
   * Everything the venue sent for this notice except what identifies a person: two equal texts are either one notice
   * sent twice or two equal fills, and only the venue's own list can tell which.
   */
  readonly fingerprint: string;
  readonly kind: 'accepted' | 'rejected' | 'filled' | 'amended' | 'cancelled';
  readonly number: string;
  /** The order this one amends or cancels. */
  readonly original: string | undefined;
  readonly symbol: string;
  readonly name: string;
  readonly side: Side;
  /** Shares of this notice alone, not in sum. */
  readonly quantity: number;
  /** Price of the fill for `filled`, else the order's; 0 when there is none. */
  readonly price: number;
  readonly orderQuantity: number;
  /** Time in Korea, `091500`. */
  readonly time: string;
  /** When it reached us, in milliseconds. */
  readonly at: number;
}

/**
 * Where an order stands. Three endings of a submit are kept apart: `denied` (we refused), `rejected` (the venue
 * refused) and `outcome-unknown` (nobody answered), which is settled to `accepted`, `absent` (it never arrived) or, when
 * the venue's lists cannot tell, `asked` (the owner is to say).
 */
export type OrderStatus =
  | 'confirmed'
  | 'submitting'
  | 'accepted'
  | 'partly-filled'
  | 'filled'
  | 'cancelled'
  | 'replaced'
  | 'expired'
  | 'rejected'
  | 'denied'
  | 'never-sent'
  | 'outcome-unknown'
  | 'absent'
  | 'asked'
  /** The venue took this cancel. The cancelled order tells what came of it. */
  | 'done'
  /** The venue keeps this scheduled order and will make an order of it. */
  | 'scheduled'
  /** The venue makes no more orders of this scheduled order. The orders that it made tell what came of them. */
  | 'sent-on';

/**
 * Who told the outcome that the lost answer would have told; `schedule`: the venue made the order of a scheduled one.
 */
export type SettledBy = 'list' | 'notice' | 'person' | 'schedule';

/** What happened to an order, in the order it was written down. Quantities are shares, prices and amounts won. */
export type OrderEvent =
  | { readonly type: 'confirmed' }
  | { readonly type: 'submitting' }
  /** `by` is set where the outcome did not come from the venue's answer. */
  | { readonly type: 'accepted'; readonly reference: OrderReference; readonly by?: SettledBy | undefined }
  | { readonly type: 'rejected'; readonly code: string; readonly text: string }
  /** `context` holds the facts for the sentence of `code`. */
  | { readonly type: 'denied'; readonly code: string; readonly context?: ErrorContext | undefined }
  | { readonly type: 'outcome-unknown'; readonly code: string; readonly text: string }
  /** The request never arrived: the venue's lists went on not showing the order. */
  | { readonly type: 'absent'; readonly by: SettledBy }
  /** The lists cannot tell the outcome. The owner was asked, with the order numbers that it may be. */
  | { readonly type: 'asked'; readonly candidates: readonly string[] }
  /** A `confirmed` found at start: the process ended before anything was sent. */
  | { readonly type: 'never-sent' }
  /** The filled total rose to `filledQuantity`; `source` is where that came from. */
  | {
      readonly type: 'filled';
      readonly quantity: number;
      readonly price: number;
      readonly filledQuantity: number;
      readonly filledAmount: number;
      readonly source: 'notice' | 'query';
    }
  /** A part of the rest was cancelled, by us or elsewhere. The other shares stand as they did. */
  | { readonly type: 'part-cancelled'; readonly quantity: number }
  /** A part of the rest was amended and has another number now. The other shares stand as they did. */
  | { readonly type: 'part-replaced'; readonly quantity: number; readonly number: string }
  /** The rest was cancelled, by us or elsewhere. */
  | { readonly type: 'cancelled'; readonly quantity: number }
  /** The rest was amended, by us or elsewhere, and has another number now. */
  | { readonly type: 'replaced'; readonly quantity: number; readonly number: string }
  /** The rest ended with the day, or with the last day of a scheduled order. */
  | { readonly type: 'expired'; readonly quantity: number }
  /** The venue made an order of a scheduled one. */
  | { readonly type: 'sent-on'; readonly day: string; readonly number: string }
  /** The venue turned a scheduled order down on a day that it was to be sent on. */
  | { readonly type: 'turned-down'; readonly day: string; readonly text: string }
  /** The market opened and the venue had not made an order of a scheduled one. */
  | { readonly type: 'overdue'; readonly day: string };

/** What an intent holds where it is about a part of an order. */
interface OfPart {
  /**
   * The shares that were left of the order, as they were shown; the intent's own quantity is smaller. Absent where the
   * intent is about all that is left.
   */
  readonly of?: number | undefined;
}

/** An intent to place an order, or to change or cancel one; the ledger's row without its events. */
export type OrderIntent =
  | { readonly kind: 'place'; readonly request: OrderRequest }
  /**
   * What is left of `target`, or a part of it, becomes an order of its own under a new number, with the terms of
   * `request`.
   */
  | ({
      readonly kind: 'amend';
      readonly target: OrderReference;
      readonly request: OrderRequest;
      /** The price it had, in won; 0 for none. */
      readonly oldPrice: number;
    } & OfPart)
  | ({
      readonly kind: 'cancel';
      readonly target: OrderReference;
      /** The cancelled order as it was shown to the person. */
      readonly symbol: string;
      readonly side: Side;
      readonly quantity: number;
      readonly exchange: Exchange;
    } & OfPart)
  | ScheduleIntent;

/** The days on which a scheduled order is sent. */
export interface ScheduleDays {
  /** The first one: `20261123`. */
  readonly day: string;
  /** The last trading day on which the rest is sent again; null for an order of one day. */
  readonly until: string | null;
}

/** An intent to have the venue send an order on a later day, or to change or cancel one that it keeps. */
export type ScheduleIntent =
  | ({ readonly kind: 'schedule'; readonly request: OrderRequest } & ScheduleDays)
  /** The scheduled order `target` goes on as `request` says, under the same number. */
  | ({
      readonly kind: 'amend-schedule';
      readonly target: OrderReference;
      readonly request: OrderRequest;
    } & ScheduleDays)
  | {
      readonly kind: 'cancel-schedule';
      readonly target: OrderReference;
      /** The scheduled order as it was shown to the person. */
      readonly symbol: string;
      readonly side: Side;
      readonly quantity: number;
    };

/** An intent with all that happened to it since. */
export interface OrderRecord {
  readonly id: string;
  /** The name of the account it is in, as in the settings. */
  readonly account: string;
  readonly proposalId: string;
  readonly personId: string;
  readonly intent: OrderIntent;
  readonly status: OrderStatus;
  /** Set once the request was accepted. The number is empty for a cancel that is known by its effect alone. */
  readonly reference: OrderReference | undefined;
  /** Filled shares, as far as they are known. Only ever rises. */
  readonly filledQuantity: number;
  readonly filledAmount: number;
  /** Shares that were cancelled, and shares that were amended into other orders, while the rest stood. */
  readonly cancelledQuantity: number;
  readonly replacedQuantity: number;
  /** The code and words of the venue or of us, where the order ended badly. */
  readonly code: string | undefined;
  readonly text: string | undefined;
  /** The facts of `code`, where we denied it. */
  readonly context?: ErrorContext | undefined;
  /** Milliseconds. */
  readonly confirmedAt: number;
  readonly updatedAt: number;
}

/** Statuses from which nothing more is expected of the venue. */
export const endedStatuses: readonly OrderStatus[] = [
  'filled',
  'cancelled',
  'replaced',
  'expired',
  'rejected',
  'denied',
  'never-sent',
  'absent',
  'done',
  'sent-on',
];

/** Statuses of an order that may rest at the venue. */
export const openStatuses: readonly OrderStatus[] = ['accepted', 'partly-filled'];

/** Statuses in which nobody knows whether the request took effect. */
export const unsettledStatuses: readonly OrderStatus[] = ['confirmed', 'submitting', 'outcome-unknown', 'asked'];

/** Whether an intent is about an order that the venue keeps for a later day: it is in other lists than orders are. */
export function isScheduleIntent(intent: OrderIntent): intent is ScheduleIntent {
  return intent.kind === 'schedule' || intent.kind === 'amend-schedule' || intent.kind === 'cancel-schedule';
}

/** Cancelling takes risk away: neither a halt nor a spent cap may stand in its way. */
export function isCancel(kind: OrderIntent['kind']): boolean {
  return kind === 'cancel' || kind === 'cancel-schedule';
}

/** The shares an intent is about. */
export function intentQuantity(intent: OrderIntent): number {
  return 'request' in intent ? intent.request.quantity : intent.quantity;
}

/**
 * The shares of an order that are filled or can still be: its quantity without parts that were cancelled or amended.
 */
export function standingQuantity({
  intent,
  cancelledQuantity,
  replacedQuantity,
}: Pick<OrderRecord, 'intent' | 'cancelledQuantity' | 'replacedQuantity'>): number {
  return intentQuantity(intent) - cancelledQuantity - replacedQuantity;
}

/** The standing shares of an order that are not known to be filled. */
export function restOf(order: OrderRecord): number {
  return standingQuantity(order) - order.filledQuantity;
}

/** The shares of an amendment or cancel of a part; undefined where it is about all that was left. */
export function partOf(intent: OrderIntent): number | undefined {
  return 'of' in intent && intent.of !== undefined ? intentQuantity(intent) : undefined;
}

/** The issue an intent is about, and its side. */
export function intentIssue(intent: OrderIntent): Pick<OrderRequest, 'symbol' | 'side'> {
  return 'request' in intent ? intent.request : intent;
}

/**
 * Whether the venue's lists could not tell two intents apart: equal new orders, two amendments of one order, or two
 * cancels of parts of it. While one of them is unsettled the other waits. Cancels of all that is left may repeat: the
 * second finds nothing to cancel.
 */
export function sameAtVenue(a: OrderIntent, b: OrderIntent): boolean {
  if (a.kind === 'amend' && b.kind === 'amend') return a.target.number === b.target.number;
  if (a.kind === 'cancel' && b.kind === 'cancel')
    return partOf(a) !== undefined && partOf(b) !== undefined && a.target.number === b.target.number;
  if (a.kind === 'amend-schedule' && b.kind === 'amend-schedule') return a.target.number === b.target.number;
  if (a.kind === 'schedule' && b.kind === 'schedule') return a.until === b.until && sameRequest(a, b);
  return a.kind === 'place' && b.kind === 'place' && sameRequest(a, b);
}

function sameRequest(a: { readonly request: OrderRequest }, b: { readonly request: OrderRequest }): boolean {
  const { request: one } = a;
  const { request: other } = b;
  return (
    one.symbol === other.symbol &&
    one.side === other.side &&
    one.quantity === other.quantity &&
    (!isListedPlainly(one.type) ||
      !isListedPlainly(other.type) ||
      (one.type === other.type && one.price === other.price))
  );
}

/** Whether the venue's lists are known to show the type as it was sent. How they show the rarer types was never seen. */
export function isListedPlainly(type: OrderType): boolean {
  return type === 'limit' || type === 'market';
}

/**
 * Whether a row of the venue's lists could come of either intent: they are the same at the venue, or cancel one order.
 */
export function mayBeConfused(a: OrderIntent, b: OrderIntent): boolean {
  const cancels = 'target' in a && 'target' in b && isCancel(a.kind) && a.target.number === b.target.number;
  return (cancels && a.kind === b.kind) || sameAtVenue(a, b);
}
