import type {
  ExecutionNotice,
  OrderEvent,
  OrderRecord,
  OrderReference,
  OrderRequest,
  OrderStatus,
} from '../../domain/orders/order.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { OutboxDraft, OutboxEntry } from './outbox-store.ts';

/** An order that the venue made of a scheduled one. */
export interface MadeOrder {
  readonly id: string;
  readonly request: OrderRequest;
  readonly reference: OrderReference;
  /** Korean day of the order, and when the venue made it, in milliseconds. */
  readonly day: string;
  readonly at: number;
}

/** A message that shows how orders stand: that of the ticket they came of, in every chat that shows the ticket. */
export interface OrderCard {
  readonly ticketId: string;
  /** Whose ticket it is. */
  readonly personId: string;
  /** The channel in which the ticket was pressed; undefined for tickets of versions that did not note it. */
  readonly pressedIn: string | undefined;
  /** The chats in which the message stands, or will. At least one. */
  readonly addresses: readonly ChatAddress[];
  /**
   * The orders to show, oldest first: those of the ticket, amendments that took the place of one, and orders that the
   * venue made of a scheduled one.
   */
  readonly orders: readonly OrderRecord[];
  /** Amendments of this ticket that the card of the amended order shows. */
  readonly movedOn: readonly OrderRecord[];
}

/** Draws a card as it is to stand in each of its chats. Returns no messages where there is nothing to show yet. */
export type DrawCard = (card: OrderCard) => readonly OutboxDraft[];

/** Orders and what happened to them. */
export interface OrderLedger {
  /**
   * Appends and returns the new state; `messages` about it are queued in the same transaction, so that nothing can
   * happen to an order without its owner being told. AppError `order.impossible-event`, `order.unknown`.
   */
  appendOrderEvent(
    orderId: string,
    event: OrderEvent,
    at: number,
    /** `cards`: those that show the order, as they stand after the event. */
    messages?: (after: OrderRecord, cards: readonly OrderCard[]) => readonly OutboxDraft[],
  ): Promise<OrderRecord>;
  /**
   * `confirmed` becomes `submitting`, just before the one request leaves. AppError `orders.halted` when trading was
   * halted since the claim; cancels pass.
   */
  beginSubmit(orderId: string, at: number): Promise<void>;
  /**
   * The venue made an order of a scheduled one: notes it there, and writes the order's own record, `accepted` and owned
   * by whoever scheduled it. Returns the order; undefined, and nothing done, where that number of that day is known.
   */
  orderFromSchedule(
    scheduleId: string,
    made: MadeOrder,
    now: number,
    messages: (schedule: OrderRecord, order: OrderRecord, card: OrderCard | undefined) => readonly OutboxDraft[],
  ): Promise<OrderRecord | undefined>;
  /**
   * Draws the card of a ticket as its orders stand at this moment, and queues that. Returns an entry for each chat for
   * which it was drawn; it is `outdated` where the chat shows the same already.
   */
  showCard(ticketId: string, now: number, draw: DrawCard): Promise<readonly OutboxEntry[]>;
  order(id: string): Promise<OrderRecord | undefined>;
  /** By the venue's number (as `orderNumber` gives it) on a Korean day. */
  orderByNumber(number: string, day: string): Promise<OrderRecord | undefined>;
  /** The newest of that number, on whatever day. */
  latestByNumber(number: string): Promise<OrderRecord | undefined>;
  ordersByStatus(statuses: readonly OrderStatus[]): Promise<readonly OrderRecord[]>;
  /** Orders confirmed on a Korean day, newest first. */
  ordersOfDay(day: string): Promise<readonly OrderRecord[]>;
  /** Of all days, newest first. */
  latestOrders(most: number): Promise<readonly OrderRecord[]>;
  orderEvents(id: string): Promise<readonly { readonly at: number; readonly event: OrderEvent }[]>;
  /** The chat that asked for the order. */
  orderAddress(id: string): Promise<ChatAddress | undefined>;
  /**
   * Notes that a notice came in. `fresh` is false when an identical one was noted before; `noticedQuantity` is the sum
   * of all distinct fill notices of that order number and day, this one included. `messages` are queued in the same
   * transaction when it is fresh.
   */
  recordNotice(
    notice: ExecutionNotice,
    day: string,
    messages?: readonly OutboxDraft[],
  ): Promise<{ readonly fresh: boolean; readonly noticedQuantity: number }>;
  /** Notes that the venue showed these order numbers; the first time counts. */
  noteSeen(day: string, numbers: readonly string[]): Promise<void>;
  /** Numbers of its day that had been noted when an order went to `submitting`. */
  seenBefore(orderId: string): Promise<ReadonlySet<string>>;
  /** Won of all orders of the day that were not denied, rejected or never sent. */
  amountOfDay(day: string): Promise<number>;
}
