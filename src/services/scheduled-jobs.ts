import { type Clock, koreanDay } from '../clock.ts';
import type { LedgerUpkeep } from '../ports/ledger/ledger.ts';
import type { ScheduledTask, Scheduler } from '../ports/scheduler.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { Calendar } from './calendar.ts';
import type { DailyBars } from './daily-bars.ts';
import type { AccessWatch } from './health/access-watch.ts';
import type { SymbolMaster } from './issues/symbol-master.ts';
import type { Reconciler } from './orders/reconciliation/reconciler.ts';

/** How long sent messages and pushes of the venue are kept. */
const keptMs = 30 * 24 * 3_600_000;

/** What is made ready before the market opens, so that nobody waits for it, and looked at after it; hours are Korea's. */
export function scheduleJobs(
  scheduler: Scheduler,
  {
    accountAccess,
    liveReadsAccess,
    calendar,
    symbols,
    alerts,
    reconciler,
    bars,
    ledger,
    clock,
  }: {
    /** Makes sure of the access token too, so that the first question does not wait for it. */
    readonly accountAccess: AccessWatch;
    /** The same with the live key for reads, where one is set. */
    readonly liveReadsAccess: AccessWatch | undefined;
    readonly calendar: Calendar;
    readonly symbols: SymbolMaster;
    readonly alerts: Alerts;
    readonly reconciler: Reconciler;
    readonly bars: DailyBars;
    readonly ledger: LedgerUpkeep;
    readonly clock: Clock;
  },
): void {
  scheduler.cron('account', '50 7 * * *', () => accountAccess.look(), { atStart: true });
  if (liveReadsAccess !== undefined)
    scheduler.cron('live-reads', '51 7 * * *', () => liveReadsAccess.look(), { atStart: true });
  const askCalendar: ScheduledTask = (signal) => calendar.refresh({ priority: 'background', signal });
  scheduler.cron('calendar', '0 8 * * *', askCalendar, { atStart: true });
  // Every hour, for when the files of the hour before were not to be had; what is fresh is not fetched again.
  scheduler.cron('symbols', '5 8-15 * * *', (signal) => symbols.refresh(signal), { atStart: true });
  // KIS makes orders of them between 08:20 and the opening and tells nobody; the later runs are for days that open late.
  scheduler.cron('schedules', '5,35 8-10 * * *', async () => void (await reconciler.syncSchedules()), {
    atStart: true,
  });
  // Every day, because alerts end on any. A start does it by itself.
  scheduler.cron('alerts', '40 8 * * *', () => alerts.startDay());
  // After the last close and once more before the opening, some minutes each; later runs ask for what the first could not.
  scheduler.cron('bars', '10 7,20-22 * * *', (signal) => bars.bringUpToDate(signal));
  const prune = (): Promise<void> => {
    const before = clock.now() - keptMs;
    return ledger.prune(before, koreanDay(before));
  };
  scheduler.cron('prune', '30 4 * * *', prune, { atStart: true });
  // What the close ended is told then, also where no push and no poll did: KRX's close, CSAT day's, and Nextrade's.
  for (const [name, at] of [
    ['close-krx', '31 15 * * *'],
    ['close-late', '31 16 * * *'],
    ['close-nxt', '1 20 * * *'],
  ] as const) {
    scheduler.cron(name, at, () => reconciler.syncIfExpecting());
  }
  scheduler.start();
}
