import type { AlertEvent, AlertHours } from '../domain/alerts/alert.ts';
import type { ExecutionNotice, OrderEvent, OrderIntent, OrderStatus } from '../domain/orders/order.ts';
import type { Role } from '../domain/people/person.ts';
import type { DigestKind, ReportTarget } from '../domain/reports.ts';
import type { DutyName } from '../ports/cluster.ts';
import type { Proposal } from '../ports/ledger/proposal-ledger.ts';

/**
 * The tables of the ledger. Times are in milliseconds, amounts in won, days Korean (`20261121`); columns that say so
 * hold JSON.
 */
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
  readonly digest_plans: DigestPlansTable;
  readonly monitors: MonitorsTable;
  readonly report_runs: ReportRunsTable;
  readonly event_choices: EventChoicesTable;
  readonly event_marks: EventMarksTable;
  readonly event_states: EventStatesTable;
  readonly screen_watches: ScreenWatchesTable;
  readonly leases: LeasesTable;
  readonly handed: HandedTable;
}

export interface ProposalsTable {
  readonly id: string;
  /** The account that it is for. */
  readonly account: string;
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
  /** The channel in which it was confirmed. */
  readonly pressed_in: string | null;
}

/** An order: its intent as it was confirmed, and its state as it follows from its events. */
export interface OrdersTable {
  readonly id: string;
  readonly account: string;
  /** The order in which rows were written; times may be equal. */
  readonly sequence: number;
  readonly proposal_id: string;
  /** The ticket whose message shows it: its own, or for an amendment that of the amended order. */
  readonly card: string;
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
  /** The position of the newest row of seen_orders when the order went to `submitting`. */
  readonly seen_position: number;
}

export interface AlertsTable {
  readonly id: string;
  /** The account whose average cost it is on. */
  readonly account: string;
  readonly person_id: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly symbol: string;
  /** JSON. */
  readonly condition: string;
  /** Whether it is on prices outside KRX's regular session too. */
  readonly hours: AlertHours;
  /** 1 for an alert that fires again and again. */
  readonly repeats: number;
  /** The last Korean day on which it may fire. */
  readonly until: string | null;
  /** JSON. */
  readonly level: string | null;
  readonly level_day: string;
  readonly state: 'armed' | 'waiting' | 'fired' | 'expired' | 'deleted';
  /** Of an alert on candles the beginning of the one that its state is of: `20261123 0905`. */
  readonly candle: string | null;
  readonly created_at: number;
  readonly fired_at: number | null;
}

/** Rows are only inserted, and deleted after a while. */
export interface AlertEventsTable {
  readonly alert_id: string;
  /** 1 for the first event of the alert. */
  readonly sequence: number;
  readonly at: number;
  readonly type: AlertEvent['type'];
  /** JSON of the whole event. */
  readonly data: string;
}

/** Issues on the watchlists of people. */
export interface WatchedIssuesTable {
  readonly person_id: string;
  readonly symbol: string;
  /** The order in which they were added. */
  readonly position: number;
}

/** Reports that people get on every trading day. */
export interface DigestPlansTable {
  readonly person_id: string;
  readonly target: ReportTarget;
  readonly kind: DigestKind;
  readonly minute: number;
  readonly channel: string;
  readonly chat_id: string;
  readonly since: number;
}

/** Issues that chats are told of every few minutes. */
export interface MonitorsTable {
  readonly channel: string;
  readonly chat_id: string;
  readonly person_id: string;
  /** JSON: their codes in order. */
  readonly symbols: string;
  readonly minutes: number;
  readonly since: number;
}

/** By what reports, the last run that was told. */
export interface ReportRunsTable {
  readonly subject: string;
  readonly slot: string;
  readonly told_at: number;
}

/** Kinds of events that people switched on, and in which chat. */
export interface EventChoicesTable {
  readonly person_id: string;
  readonly kind: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly since: number;
}

/** Whom was told of which event of a day. Rows are only inserted, and deleted after a while. */
export interface EventMarksTable {
  readonly person_id: string;
  readonly day: string;
  readonly key: string;
  readonly at: number;
}

/** What was seen last, by name: `halted 005930`. */
export interface EventStatesTable {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

/** Conditions saved at KIS that are watched for people. */
export interface ScreenWatchesTable {
  readonly id: string;
  readonly person_id: string;
  readonly channel: string;
  readonly chat_id: string;
  readonly name: string;
  /** JSON: the issues that met it last; null before the first look. */
  readonly members: string | null;
  readonly created_at: number;
}

/** People who were paired, beside those of the settings. */
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
  readonly account: string;
  readonly day: string;
  readonly fingerprint: string;
  readonly number: string;
  readonly kind: ExecutionNotice['kind'];
  readonly quantity: number;
  readonly at: number;
}

/** Order numbers that the venue has shown, of any order of the account. Rows are only inserted. */
export interface SeenOrdersTable {
  readonly account: string;
  readonly day: string;
  readonly number: string;
  /** 1 for the first of the day. It counts instead of giving the time, because clocks are sometimes set back. */
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
   * `held`: waits for the end of quiet hours. `dead`: failed for good. `dead-told`: failed for good, and the chat was
   * told so. `superseded`: a later edit was sent instead. `dropped`: an edit in place that could not be made, of which
   * nobody is told.
   */
  readonly state: 'held' | 'queued' | 'sent' | 'superseded' | 'dropped' | 'dead' | 'dead-told';
  readonly attempts: number;
  /** Why the latest attempt failed. */
  readonly error: string | null;
  readonly created_at: number;
  readonly sent_at: number | null;
  /** The id of the message in its channel. */
  readonly reference: string | null;
  /** 1 for an edit that shows how orders stand. */
  readonly card: 0 | 1;
  /** 1 for an edit in whose stead no new message is sent. */
  readonly in_place: 0 | 1;
  /** What it is about: messages about the same thing keep their order. */
  readonly about: string | null;
  /** The alert that it is about. */
  readonly alert_id: string | null;
  /** Whose quiet hours it was held for, and until when. */
  readonly held_for: string | null;
  readonly held_until: number | null;
}

/** Which process carries which duty. Times are of the database's clock. */
export interface LeasesTable {
  readonly name: DutyName;
  readonly holder: string;
  readonly token: number;
  readonly expires_at: number;
}

/** What people did, as it waits for the process that carries the duty. Times are of the database's clock. */
export interface HandedTable {
  readonly id: string;
  readonly duty: DutyName;
  readonly lane: string;
  /** JSON. */
  readonly body: string;
  /** No two of a lane that were written one after the other have the same. */
  readonly created_at: number;
  /** The lease under which it was begun. */
  readonly begun_by: string | null;
  readonly begun_token: number | null;
  readonly begun_at: number | null;
  readonly done_at: number | null;
}

export interface SettingsTable {
  readonly name: string;
  /** JSON. */
  readonly value: string;
}
