import type { AccountReports } from './account-reports.ts';
import type { MinuteSource } from './bars.ts';
import type { Broker, TokenRevocation } from './broker.ts';
import type { MarketFeed } from './feed.ts';
import type { Research } from './research.ts';
import type { ScheduleBroker } from './scheduled-orders.ts';

/** All that one account can ask of its venue, and what its venue pushes. */
export interface Venue {
  /** As its venue's pushes name it: number and product, `5000000001`. */
  readonly accountId: string;
  readonly broker: Broker;
  readonly research: Research;
  readonly minutes: MinuteSource;
  readonly reports: AccountReports;
  readonly schedules: ScheduleBroker;
  /** The same for all accounts of one app key. */
  readonly feed: MarketFeed;
  /** Gives the access token back, and that of the live key for reads where there is one. Never throws. */
  revokeTokens(): Promise<readonly TokenRevocation[]>;
}
