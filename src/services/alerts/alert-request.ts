import type { AlertCondition, AlertHours } from '../../domain/alerts/alert.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';

/** What an alert is asked for with. */
export interface AlertRequest {
  readonly personId: string;
  /** The account whose average cost a condition on one means, by the ledger's name for it. */
  readonly account: string;
  readonly address: ChatAddress;
  readonly symbol: string;
  readonly condition: AlertCondition;
  readonly hours: AlertHours;
  readonly repeats: boolean;
  /** The last Korean day of the alert: `20261231`. Undefined where it has no end. */
  readonly until: string | undefined;
}
