import type { AccountReports } from './account-reports.ts';
import type { Broker, TokenRevocation } from './broker.ts';
import type { MarketFeed } from './feed.ts';
import type { Research } from './research.ts';
import type { ScheduleBroker } from './scheduled-orders.ts';

/** All that one account can ask of its venue, and what its venue pushes. */
export interface Venue {
  readonly broker: Broker;
  readonly research: Research;
  readonly reports: AccountReports;
  readonly schedules: ScheduleBroker;
  readonly feed: MarketFeed;
  /** Gives the account's access tokens back. Never throws. */
  revokeTokens(): Promise<readonly TokenRevocation[]>;
}
