import { AppError, type ErrorContext } from '../errors.ts';

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

/** A push from the venue about an order of this account. */
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
  /** Of a cancel: the venue took it. What came of it is told by the order it was for. */
  | 'done'
  /** Of a scheduled order: the venue keeps it, and will make an order of it. */
  | 'scheduled'
  /** Of a scheduled order: the venue makes no more orders of it. What came of them is told by themselves. */
  | 'sent-on';

/** Who told us what the answer should have told; `schedule`: the venue made the order of a scheduled one. */
export type SettledBy = 'list' | 'notice' | 'person' | 'schedule';

/** What happened to an order, in the order it was written down. Quantities are shares, prices and amounts won. */
export type OrderEvent =
  | { readonly type: 'confirmed' }
  | { readonly type: 'submitting' }
  /** `by` where it was not the venue's answer that told. */
  | { readonly type: 'accepted'; readonly reference: OrderReference; readonly by?: SettledBy | undefined }
  | { readonly type: 'rejected'; readonly code: string; readonly text: string }
  /** `context`: the facts that the sentence of `code` is made of. */
  | { readonly type: 'denied'; readonly code: string; readonly context?: ErrorContext | undefined }
  | { readonly type: 'outcome-unknown'; readonly code: string; readonly text: string }
  /** It never arrived: the venue's lists went on not showing it. */
  | { readonly type: 'absent'; readonly by: SettledBy }
  /** The lists cannot tell; the owner was asked, with the order numbers it may be. */
  | { readonly type: 'asked'; readonly candidates: readonly string[] }
  /** A `confirmed` found at start: the process ended before anything was sent. */
  | { readonly type: 'never-sent' }
  /** The filled total rose to `filledQuantity`; `source` says what convinced us. */
  | {
      readonly type: 'filled';
      readonly quantity: number;
      readonly price: number;
      readonly filledQuantity: number;
      readonly filledAmount: number;
      readonly source: 'notice' | 'query';
    }
  /** The rest was cancelled, by us or elsewhere. */
  | { readonly type: 'cancelled'; readonly quantity: number }
  /** The rest went on under another number, amended by us or elsewhere. */
  | { readonly type: 'replaced'; readonly quantity: number; readonly number: string }
  /** The day ended, and the rest with it; of a scheduled order, its last day. */
  | { readonly type: 'expired'; readonly quantity: number }
  /** The venue made an order of a scheduled one. */
  | { readonly type: 'sent-on'; readonly day: string; readonly number: string }
  /** The venue turned a scheduled order down on a day that it was to be sent on. */
  | { readonly type: 'turned-down'; readonly day: string; readonly text: string }
  /** The market opened and the venue had not made an order of a scheduled one. */
  | { readonly type: 'overdue'; readonly day: string };

/** An intent to place an order, or to change or cancel one; the ledger's row without its events. */
export type OrderIntent =
  | { readonly kind: 'place'; readonly request: OrderRequest }
  /** What is left of `target` goes on as `request` says, under a new number; it is then an order like any other. */
  | {
      readonly kind: 'amend';
      readonly target: OrderReference;
      readonly request: OrderRequest;
      /** The price it had, in won; 0 for none. */
      readonly oldPrice: number;
    }
  | {
      readonly kind: 'cancel';
      readonly target: OrderReference;
      /** The cancelled order as it was shown to the person. */
      readonly symbol: string;
      readonly side: Side;
      readonly quantity: number;
      readonly exchange: Exchange;
    }
  | ScheduleIntent;

/** The days on which a scheduled order is sent. */
export interface ScheduleDays {
  /** The first one: `20261123`. */
  readonly day: string;
  /** What is left is sent again on every trading day up to this one; null: on one day alone. */
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
  readonly proposalId: string;
  readonly personId: string;
  readonly intent: OrderIntent;
  readonly status: OrderStatus;
  /** Set once accepted; of a cancel that is known by its effect alone the number is empty. */
  readonly reference: OrderReference | undefined;
  /** Shares known to be filled; only ever rises. */
  readonly filledQuantity: number;
  readonly filledAmount: number;
  /** What the venue or we said when it ended badly. */
  readonly code: string | undefined;
  readonly text: string | undefined;
  /** The facts of `code`, where we denied it. */
  readonly context?: ErrorContext | undefined;
  /** Milliseconds. */
  readonly confirmedAt: number;
  readonly updatedAt: number;
}

type EventType = OrderEvent['type'];

/**
 * (status, event) → status. A pair that is not here is a bug or a lie, and is refused. A fill is tied to an order by its
 * number, so none is applied before the number is known: notices that come first are held (services/reconciler).
 */
const transitions: Readonly<Record<OrderStatus, Partial<Record<EventType, OrderStatus | 'by-quantity' | 'by-day'>>>> = {
  confirmed: { submitting: 'submitting', denied: 'denied', 'never-sent': 'never-sent' },
  // Denied here: no connection could be made, so nothing left.
  submitting: { accepted: 'accepted', rejected: 'rejected', denied: 'denied', 'outcome-unknown': 'outcome-unknown' },
  // Rejected here: the exchange turned down what the broker had taken.
  accepted: {
    filled: 'by-quantity',
    cancelled: 'cancelled',
    rejected: 'rejected',
    replaced: 'replaced',
    expired: 'expired',
  },
  'partly-filled': { filled: 'by-quantity', cancelled: 'cancelled', replaced: 'replaced', expired: 'expired' },
  filled: {},
  // A fill and a cancel or amendment cross at the venue, and a fill of the closing auction may be told after the close.
  cancelled: { filled: 'by-quantity' },
  replaced: { filled: 'by-quantity' },
  expired: { filled: 'by-quantity' },
  rejected: {},
  denied: {},
  'never-sent': {},
  // Rejected here: a cancel or amendment that found nothing left to change.
  'outcome-unknown': { accepted: 'accepted', rejected: 'rejected', absent: 'absent', asked: 'asked' },
  asked: { accepted: 'accepted', rejected: 'rejected', absent: 'absent' },
  // The venue's lists lagged longer than we waited: it is there after all.
  absent: { accepted: 'accepted' },
  done: {},
  scheduled: {
    'sent-on': 'by-day',
    'turned-down': 'by-day',
    overdue: 'scheduled',
    cancelled: 'cancelled',
    replaced: 'replaced',
    expired: 'expired',
  },
  'sent-on': {},
};

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

/** The issue an intent is about, and its side. */
export function intentIssue(intent: OrderIntent): Pick<OrderRequest, 'symbol' | 'side'> {
  return 'request' in intent ? intent.request : intent;
}

/**
 * Whether two intents could not be told apart in the venue's lists: equal new orders, or two amendments of one order.
 * While one of them is unsettled the other waits. Cancels may repeat: the second finds nothing to cancel.
 */
export function sameAtVenue(a: OrderIntent, b: OrderIntent): boolean {
  if (a.kind === 'amend' && b.kind === 'amend') return a.target.number === b.target.number;
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

/** Whether the venue's lists are known to name the type as it was sent; how they name the rarer ones was not seen. */
export function isListedPlainly(type: OrderType): boolean {
  return type === 'limit' || type === 'market';
}

/** Whether what the venue lists could be taken for either: equal at the venue, or two cancels of one order. */
export function mixedUpEasily(a: OrderIntent, b: OrderIntent): boolean {
  const cancels = 'target' in a && 'target' in b && isCancel(a.kind) && a.target.number === b.target.number;
  return (cancels && a.kind === b.kind) || sameAtVenue(a, b);
}

/**
 * The record after one more event.
 * @throws AppError `order.impossible-event` for a pair that is not in the table, and for a fill that does not raise the total.
 */
export function applyEvent(record: OrderRecord, event: OrderEvent, at: number): OrderRecord {
  const next = transitions[record.status][event.type];
  // What is filled only ever rises.
  const falls = event.type === 'filled' && event.filledQuantity <= record.filledQuantity;
  if (next === undefined || falls) {
    throw new AppError('order.impossible-event', { status: record.status, event: event.type, order: record.id });
  }
  const after = { ...record, updatedAt: at };
  switch (event.type) {
    case 'confirmed':
    case 'submitting':
    case 'never-sent':
    case 'absent':
    case 'asked':
    case 'cancelled':
    case 'replaced':
    case 'expired':
      return { ...after, status: next as OrderStatus };
    case 'accepted': {
      return { ...after, status: acceptedStatus(record.intent, next as OrderStatus), reference: event.reference };
    }
    case 'rejected':
    case 'outcome-unknown':
      return { ...after, status: next as OrderStatus, code: event.code, text: event.text };
    case 'denied':
      return {
        ...after,
        status: next as OrderStatus,
        code: event.code,
        ...(event.context === undefined ? {} : { context: event.context }),
      };
    case 'overdue':
      return { ...after, status: next as OrderStatus };
    case 'sent-on':
    case 'turned-down': {
      const { until } = record.intent as ScheduleDays & OrderIntent;
      if (until !== null && event.day < until) return { ...after, status: 'scheduled' };
      return event.type === 'sent-on'
        ? { ...after, status: 'sent-on' }
        : { ...after, status: 'rejected', code: 'turned-down', text: event.text };
    }
    case 'filled': {
      const whole = event.filledQuantity >= intentQuantity(record.intent);
      // An order that is over stays so: its rest was cancelled, amended away or expired.
      const part = endedStatuses.includes(record.status) ? record.status : 'partly-filled';
      return {
        ...after,
        status: whole ? 'filled' : part,
        filledQuantity: event.filledQuantity,
        filledAmount: event.filledAmount,
      };
    }
  }
}

function acceptedStatus(intent: OrderIntent, otherwise: OrderStatus): OrderStatus {
  if (isCancel(intent.kind)) return 'done';
  return isScheduleIntent(intent) ? 'scheduled' : otherwise;
}

/** A new intent's record, before any event but its confirmation. */
export function newOrderRecord(fields: {
  readonly id: string;
  readonly proposalId: string;
  readonly personId: string;
  readonly intent: OrderIntent;
  readonly at: number;
}): OrderRecord {
  return {
    id: fields.id,
    proposalId: fields.proposalId,
    personId: fields.personId,
    intent: fields.intent,
    status: 'confirmed',
    reference: undefined,
    filledQuantity: 0,
    filledAmount: 0,
    code: undefined,
    text: undefined,
    confirmedAt: fields.at,
    updatedAt: fields.at,
  };
}
