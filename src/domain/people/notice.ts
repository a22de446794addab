import type { Alert, Seen } from '../alerts/alert.ts';
import type { MarketEvent } from '../market/market-event.ts';
import type { ScreenMatch } from '../market/research.ts';
import type { OrderRecord, Side } from '../orders/order.ts';

/** An order at the venue that may be the one whose answer was lost. */
export interface SettleCandidate {
  readonly number: string;
  readonly quantity: number;
  /** 0 or undefined where it has none, or none was told. */
  readonly price: number | undefined;
  /** Milliseconds. */
  readonly placedAt: number;
}

/** Something a person is told without having asked just now. */
export type Notice =
  /**
   * Shares of an order of ours were filled: `quantity` more, at `price` won (an average where the venue's list told
   * it).
   */
  | {
      readonly kind: 'filled';
      readonly order: OrderRecord;
      readonly name: string;
      readonly quantity: number;
      readonly price: number;
    }
  /** The venue turned an order down after taking it. */
  | { readonly kind: 'rejected'; readonly order: OrderRecord; readonly name: string }
  /** A part of what was left of an order was cancelled. The other shares stand. */
  | {
      readonly kind: 'part-cancelled';
      readonly order: OrderRecord;
      readonly name: string;
      readonly quantity: number;
    }
  /** What was left of an order was cancelled, or ended with the day. */
  | {
      readonly kind: 'cancelled' | 'expired';
      readonly order: OrderRecord;
      readonly name: string;
      readonly quantity: number;
    }
  /** What was left of an order, or a part of it, was amended from elsewhere, and has another number now. */
  | {
      readonly kind: 'replaced' | 'part-replaced';
      readonly order: OrderRecord;
      readonly name: string;
      readonly quantity: number;
      readonly number: string;
    }
  /** The venue made `order` of a scheduled one. */
  | { readonly kind: 'schedule-sent'; readonly schedule: OrderRecord; readonly order: OrderRecord }
  /** The venue turned a scheduled order down. An order of several days goes on. */
  | { readonly kind: 'schedule-refused'; readonly order: OrderRecord; readonly reason: string }
  /**
   * The market opened and the venue did not send the scheduled order, or its last day ended and it is not filled;
   * `listed`: the venue still lists it.
   */
  | {
      readonly kind: 'schedule-overdue' | 'schedule-ended';
      readonly order: OrderRecord;
      readonly listed: boolean;
      readonly filledQuantity: number;
    }
  /** A fill of an order that we did not place, or cannot tie to one of ours. */
  | {
      readonly kind: 'foreign-fill';
      readonly number: string;
      readonly symbol: string;
      readonly name: string;
      readonly side: Side;
      readonly quantity: number;
      readonly price: number;
      /** An order of ours whose outcome is unknown is about the same issue and side: it may be that one. */
      readonly maybeOurs: boolean;
    }
  /** The condition of an alert came true. */
  | {
      readonly kind: 'alert';
      readonly alert: Alert;
      readonly name: string;
      readonly seen: Seen;
      /** Milliseconds. */
      readonly at: number;
    }
  /** The last day of an alert is over. */
  | { readonly kind: 'alert-expired'; readonly alert: Alert; readonly name: string }
  /**
   * Events of one kind; `held`: of issues that an account holds and that are on no watchlist of the person's. Without a
   * person it is for the webhooks, which are told once whoever else is.
   */
  | {
      readonly kind: 'events';
      readonly personId: string | undefined;
      readonly events: readonly MarketEvent[];
      readonly held: boolean;
    }
  /** Issues that newly meet a watched condition; the same without a person. */
  | {
      readonly kind: 'screen-entered';
      readonly personId: string | undefined;
      /** The condition's name. */
      readonly screen: string;
      readonly entered: readonly ScreenMatch[];
    }
  /** Found at start: the order was confirmed, and the process ended before anything was sent. */
  | { readonly kind: 'never-sent'; readonly order: OrderRecord }
  /** Found at start: the request may have left, and nobody knows what came of it. */
  | { readonly kind: 'outcome-unknown'; readonly order: OrderRecord }
  /** An unknown outcome is known now; the order's status tells it. `late`: the order had been called absent. */
  | { readonly kind: 'settled'; readonly order: OrderRecord; readonly late: boolean }
  /** The venue's lists cannot tell what became of an order; the owner is to say. */
  | { readonly kind: 'asked'; readonly order: OrderRecord; readonly candidates: readonly SettleCandidate[] };

/** What a notice tells of: the ticket that its order came from, an alert, or a number of the venue's. */
export function subjectOf(notice: Notice): string {
  if ('order' in notice) return notice.order.proposalId;
  if ('personId' in notice) return `events ${notice.personId ?? ''}`;
  return 'alert' in notice ? `alert ${notice.alert.id}` : `number ${notice.number}`;
}

/**
 * What people may choose how to be told of: fills, alerts, events of issues, what else becomes of orders, reports, and
 * starts of the bot.
 */
export const noticeTopics = ['fills', 'alerts', 'events', 'orders', 'reports', 'starts'] as const;
export type NoticeTopic = (typeof noticeTopics)[number];

/** Whose order or alert a notice is about; undefined where it is nobody's here. */
export function ownerOf(notice: Notice): string | undefined {
  if ('order' in notice) return notice.order.personId;
  if ('personId' in notice) return notice.personId;
  return 'alert' in notice ? notice.alert.personId : undefined;
}

/** The topic of a notice. Undefined where money is in doubt or an order went nowhere: such notices are always told. */
export function topicOf(notice: Notice): NoticeTopic | undefined {
  switch (notice.kind) {
    case 'filled':
      return 'fills';
    case 'foreign-fill':
      return notice.maybeOurs ? undefined : 'fills';
    case 'alert':
    case 'alert-expired':
      return 'alerts';
    case 'events':
    case 'screen-entered':
      return 'events';
    case 'cancelled':
    case 'part-cancelled':
    case 'expired':
    case 'replaced':
    case 'part-replaced':
    case 'schedule-sent':
      return 'orders';
    case 'schedule-ended':
      // Nobody knows what became of a scheduled order that the venue does not list.
      return notice.listed ? 'orders' : undefined;
    case 'rejected':
    case 'never-sent':
    case 'outcome-unknown':
    case 'settled':
    case 'asked':
    case 'schedule-refused':
    case 'schedule-overdue':
      return undefined;
  }
}
