import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { AccountReports } from '../../ports/account-reports.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { DrawCard } from '../../ports/ledger/order-ledger.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Venue } from '../../ports/venue.ts';
import type { NumberChange } from '../account-numbers.ts';
import type { Calendar } from '../calendar.ts';
import type { IssueBars } from '../candles/issue-bars.ts';
import { OrderTimelines } from '../order-timelines.ts';
import { Revocation } from '../revocation.ts';
import { FallbackReports } from './fallback-reports.ts';
import { withCards } from './order-cards.ts';
import type { RiskLimits } from './order-check.ts';
import { Orders } from './orders.ts';
import { type DraftNotice, Fills } from './reconciliation/fills.ts';
import { Reconciler } from './reconciliation/reconciler.ts';
import { ScheduleWatch } from './reconciliation/schedule-watch.ts';
import { ScheduledOrders } from './scheduled-orders.ts';

/** One account at its venue: what is asked of it, what is ordered in it, and what is found out about it. */
export interface Account {
  /** The name under which the ledger keeps it. */
  readonly ledgerName: string;
  /** The ledger of this account. */
  readonly ledger: Ledger;
  readonly venue: Venue;
  readonly broker: Broker;
  /** Candles of the market that the account trades in. */
  readonly candles: IssueBars;
  readonly reports: AccountReports;
  readonly orders: Orders;
  readonly schedules: ScheduledOrders;
  readonly reconciler: Reconciler;
  readonly timelines: OrderTimelines;
  readonly revocation: Revocation;
}

export interface AccountOptions {
  readonly venue: Venue;
  readonly ledgerName: string;
  /** The ledger of this account. */
  readonly ledger: Ledger;
  readonly directory: InstrumentDirectory;
  readonly calendar: Calendar;
  readonly candles: IssueBars;
  readonly riskLimits: RiskLimits;
  /** The settings name another number for the account than at the last start. */
  readonly numberChange: NumberChange | undefined;
  /** Whether orders may go to a host where real money moves. */
  readonly liveTrading: 'no' | 'yes' | 'daily';
  /** How long the venue's lists may lag behind what they list, in milliseconds. */
  readonly visibilityMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly telemetry?: Telemetry | undefined;
  readonly draft: DraftNotice;
  /** Draws the card that shows an order; the edit is queued with every event of the order. */
  readonly drawCard: DrawCard;
  /** Called when a notice was put into the outbox. */
  readonly queued: () => void;
  /** Called with the issue of every fill, once the fill is written down. */
  readonly filled: (symbol: string) => void;
}

/** Builds the services of one account. Nothing is asked of the venue yet. */
export function createAccount(options: AccountOptions): Account {
  const { venue, directory, clock, drawCard: draw } = options;
  const { broker } = venue;
  const ledger = withCards(options.ledger, { ...options, draw });
  const parts = { ...options, broker, ledger };
  const fills = new Fills(parts);
  const watch = new ScheduleWatch({ ...parts, schedules: venue.schedules, fills });
  const reconciler = new Reconciler({ ...parts, fills, schedules: watch });
  const orders = new Orders({ ...parts, reconciler });
  return {
    ledgerName: options.ledgerName,
    ledger,
    venue,
    broker,
    candles: options.candles,
    reports: new FallbackReports({ reports: venue.reports, broker, directory, clock }),
    orders,
    schedules: new ScheduledOrders({ ...parts, schedules: venue.schedules, orders }),
    reconciler,
    timelines: new OrderTimelines({ ledger }),
    revocation: new Revocation({ ledger, clock, revoke: () => venue.revokeTokens() }),
  };
}
