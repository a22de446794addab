import type { ErrorContext } from '../errors.ts';

/** What is looked at in a ledger, in this order. */
export const ledgerChecks = ['file', 'values', 'orders', 'tickets', 'amounts', 'messages', 'alerts'] as const;
export type LedgerCheckName = (typeof ledgerChecks)[number];

/** What may be wrong in a ledger; the facts beside it say where. */
export type LedgerFault =
  /** The database itself: a damaged page or index, a row without the row it belongs to, a rule not in force. */
  | 'damaged'
  | 'orphan'
  | 'no-rule'
  /** A value that cannot be read: JSON that is none or says too little, a word that is none of the known ones. */
  | 'unreadable'
  /** An order and its events. */
  | 'order-without-events'
  | 'order-events-gap'
  | 'order-impossible-event'
  | 'order-state'
  /** Tickets and their orders. */
  | 'ticket-without-orders'
  | 'ticket-not-taken'
  | 'ticket-of-another'
  | 'ticket-positions'
  | 'card-missing'
  | 'card-of-another'
  /** Won and shares. */
  | 'order-amount'
  | 'order-fills'
  | 'day-amount'
  /** Messages. */
  | 'message-state'
  | 'message-card'
  | 'message-twice'
  | 'message-alert'
  | 'card-behind'
  /** Alerts and their events. */
  | 'alert-without-events'
  | 'alert-state'
  | 'alert-level'
  | 'alert-fired-at'
  | 'alert-messages';

/**
 * What is as it should be where somebody may see an account no more: nothing further is shown to them. The ledger does not
 * know, because most people are named in the settings.
 */
export const mayBeRight: ReadonlySet<LedgerFault> = new Set<LedgerFault>(['card-behind']);

/** Something that is wrong in a ledger, or may be. */
export interface LedgerFinding {
  readonly fault: LedgerFault;
  readonly facts: ErrorContext;
}

/** What one check came to. */
export interface LedgerCheckResult {
  readonly name: LedgerCheckName;
  /** How many rows were looked at. */
  readonly looked: number;
  readonly findings: readonly LedgerFinding[];
}
