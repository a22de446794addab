import type { Alert, AlertEvent, AlertStatus, Seen } from '../../domain/alerts/alert.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { OutboxDraft } from './outbox-store.ts';

/** An alert as it is kept, also when it is over. */
export interface KeptAlert {
  readonly alert: Alert;
  readonly status: AlertStatus;
}

/** What became of a message. */
export interface MessageFate {
  readonly address: ChatAddress;
  /** `held` for somebody's quiet hours, `queued` to be sent, `dead` for good. */
  readonly state: 'held' | 'queued' | 'sent' | 'dead';
  /** Milliseconds. */
  readonly createdAt: number;
  readonly sentAt: number | undefined;
  readonly heldUntil: number | undefined;
  readonly attempts: number;
  /** Why the latest attempt failed. */
  readonly error: string | undefined;
}

/** Alerts, and what became of them. */
export interface AlertStore {
  /** `seen`: what it starts from. */
  createAlert(alert: Alert, seen: Seen): Promise<void>;
  /** Neither fired nor deleted, oldest first. */
  openAlerts(): Promise<readonly Alert[]>;
  /** A waiting alert saw that its condition does not hold. */
  armAlert(id: string, at: number, seen: Seen): Promise<void>;
  /** Keeps the level, its day and the state of alerts that are open still. */
  setAlertLevels(alerts: readonly Alert[], at: number): Promise<void>;
  /**
   * Marks it fired and queues the messages about it, in one; false, and nothing done, when it was not armed (any more).
   * One that repeats waits from then on.
   */
  fireAlert(id: string, at: number, seen: Seen, messages: readonly OutboxDraft[]): Promise<boolean>;
  /** Ends an open alert whose last day is over, and queues the messages about that, in one; false when it was over. */
  expireAlert(id: string, at: number, messages: readonly OutboxDraft[]): Promise<boolean>;
  /** False when it is not this person's, or over already. */
  deleteAlert(id: string, personId: string, at: number): Promise<boolean>;
  /** Open or over. */
  alert(id: string): Promise<KeptAlert | undefined>;
  /** A person's, the one that something happened to last first. */
  latestAlerts(personId: string, most: number): Promise<readonly KeptAlert[]>;
  /** Oldest first; of one that was made before they were written down, what came since. */
  alertEvents(id: string): Promise<readonly { readonly at: number; readonly event: AlertEvent }[]>;
  /** What became of the messages that tell of an alert, oldest first, as far as they are kept. */
  messagesOfAlert(id: string): Promise<readonly MessageFate[]>;
}
