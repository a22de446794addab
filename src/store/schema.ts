import type { AlertEvent } from '../domain/alerts/alert.ts';
import type { ExecutionNotice, OrderEvent, OrderIntent, OrderStatus } from '../domain/orders/order.ts';
import type { Role } from '../domain/people/person.ts';
import type { Proposal } from '../ports/ledger/proposal-ledger.ts';

/** Times are milliseconds, amounts won, days Korean (`20261121`), and columns that say so hold JSON. */
export interface Tables {
  readonly proposals: ProposalsTable;
  readonly orders: OrdersTable;
  readonly order_events: OrderEventsTable;
  readonly execution_notices: ExecutionNoticesTable;
  readonly seen_orders: SeenOrdersTable;
  readonly outbox: OutboxTable;
  readonly settings: SettingsTable;
  readonly people: PeopleTable;
  readonly alerts: AlertsTable;
  readonly alert_events: AlertEventsTable;
  readonly watched_issues: WatchedIssuesTable;
}

export interface ProposalsTable {
  readonly id: string;
  readonly person_id: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly command: string;
  /** JSON. */
  readonly plan: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly status: Proposal['status'];
  readonly shown: string;
}

/** An intent as it was confirmed, and its events folded. */
export interface OrdersTable {
  readonly id: string;
  /** The order in which rows were written; times may be equal. */
  readonly sequence: number;
  readonly proposal_id: string;
  readonly position: number;
  readonly person_id: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly kind: OrderIntent['kind'];
  /** JSON. */
  readonly intent: string;
  readonly day: string;
  readonly amount: number;
  readonly status: OrderStatus;
  readonly order_number: string | null;
  readonly branch: string | null;
  readonly filled_quantity: number;
  readonly filled_amount: number;
  readonly cancelled_quantity: number;
  readonly replaced_quantity: number;
  readonly code: string | null;
  readonly text: string | null;
  readonly confirmed_at: number;
  readonly updated_at: number;
  /** The newest of seen_orders when it went to `submitting`. */
  readonly seen_position: number;
}

export interface AlertsTable {
  readonly id: string;
  readonly person_id: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly symbol: string;
  /** JSON. */
  readonly condition: string;
  /** 1 where it fires every time. */
  readonly repeats: number;
  /** The last Korean day it is for. */
  readonly until: string | null;
  /** JSON. */
  readonly level: string | null;
  readonly level_day: string;
  readonly state: 'armed' | 'waiting' | 'fired' | 'expired' | 'deleted';
  readonly created_at: number;
  readonly fired_at: number | null;
}

/** Only ever inserted into, and forgotten after a while. */
export interface AlertEventsTable {
  readonly alert_id: string;
  /** 1 for the first event of the alert. */
  readonly sequence: number;
  readonly at: number;
  readonly type: AlertEvent['type'];
  /** JSON of the whole event. */
  readonly data: string;
}

/** What people keep an eye on. */
export interface WatchedIssuesTable {
  readonly person_id: string;
  readonly symbol: string;
  /** The order in which they were added. */
  readonly position: number;
}

/** Who was paired, beside those of the settings. */
export interface PeopleTable {
  readonly identity: string;
  readonly person_id: string;
  readonly role: Role;
}

/** Only ever inserted into. */
export interface OrderEventsTable {
  readonly order_id: string;
  /** 1 for the first event of the order. */
  readonly sequence: number;
  readonly at: number;
  readonly type: OrderEvent['type'];
  /** JSON of the rest of the event. */
  readonly data: string;
}

/** Only ever inserted into. */
export interface ExecutionNoticesTable {
  readonly day: string;
  readonly fingerprint: string;
  readonly number: string;
  readonly kind: ExecutionNotice['kind'];
  readonly quantity: number;
  readonly at: number;
}

/** Order numbers that the venue showed, whoever's they are. Only ever inserted into. */
export interface SeenOrdersTable {
  readonly day: string;
  readonly number: string;
  /** 1 for the first of the day. An order of counting and not of time, because clocks are put back. */
  readonly position: number;
}

export interface OutboxTable {
  readonly id: number;
  readonly channel: string;
  readonly chat_id: string;
  readonly edits: string | null;
  readonly key: string | null;
  /** JSON. */
  readonly body: string;
  /**
   * `held`: for a person's quiet hours. `dead`: it failed for good; `dead-told`: and the chat was told so. `superseded`:
   * a later edit said it.
   */
  readonly state: 'held' | 'queued' | 'sent' | 'superseded' | 'dead' | 'dead-told';
  readonly attempts: number;
  /** Of the latest attempt. */
  readonly error: string | null;
  readonly created_at: number;
  readonly sent_at: number | null;
  /** What the channel calls the message. */
  readonly reference: string | null;
  /** What it tells of: of one thing messages keep their order. */
  readonly about: string | null;
  /** The alert that it tells of. */
  readonly alert_id: string | null;
  /** Whose quiet hours it was held for, and until when. */
  readonly held_for: string | null;
  readonly held_until: number | null;
}

export interface SettingsTable {
  readonly name: string;
  /** JSON. */
  readonly value: string;
}
