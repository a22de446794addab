import { type Clock, koreanDay } from '../clock.ts';
import type { LedgerUpkeep } from '../ports/ledger/ledger.ts';
import type { ScheduledTask, Scheduler } from '../ports/scheduler.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { Calendar } from './calendar.ts';
import type { Candles } from './candles/candles.ts';
import type { DailyBars } from './daily-bars.ts';
import type { Events } from './events/events.ts';
import type { AccessWatch } from './health/access-watch.ts';
import type { SymbolMaster } from './issues/symbol-master.ts';
import type { Reconciler } from './orders/reconciliation/reconciler.ts';
import type { Digests } from './reports/digests.ts';
import type { Monitors } from './reports/monitors.ts';

/** How long messages that were sent, and execution notices, are kept in the ledger. */
const keptMs = 30 * 24 * 3_600_000;

/**
 * The jobs that run by the hour in Korea: before the market opens they make ready what people would wait for, and after
 * it closes they read what came of the day.
 */
export function scheduleJobs(
  scheduler: Scheduler,
  {
    units,
    calendar,
    symbols,
    alerts,
    events,
    bars,
    watchedCandles,
    ledger,
    digests,
    monitors,
    clock,
  }: {
    readonly units: readonly {
      readonly account: { readonly reconciler: Reconciler };
      /**
       * Asks the venue whether it takes the account. That also renews the access token, so that the day's first
       * question does not wait for one.
       */
      readonly access: AccessWatch;
      /** The same for the live key for reads, where one is set. */
      readonly liveReadsAccess: AccessWatch | undefined;
    }[];
    readonly calendar: Calendar;
    readonly symbols: SymbolMaster;
    readonly alerts: Alerts;
    readonly events: Events;
    readonly bars: DailyBars;
    readonly watchedCandles: Candles;
    readonly ledger: LedgerUpkeep;
    readonly digests: Digests;
    readonly monitors: Monitors;
    readonly clock: Clock;
  },
): void {
  const reconcilers = units.map(({ account }) => account.reconciler);
  const all = async (tasks: readonly Promise<unknown>[]): Promise<void> => void (await Promise.all(tasks));
  scheduler.cron('account', '50 7 * * *', () => all(units.map(({ access }) => access.look())), { atStart: true });
  const liveReads = units.flatMap(({ liveReadsAccess }) => liveReadsAccess ?? []);
  if (liveReads.length > 0) {
    scheduler.cron('live-reads', '51 7 * * *', () => all(liveReads.map((access) => access.look())), { atStart: true });
  }
  const askCalendar: ScheduledTask = (signal) => calendar.refresh({ priority: 'background', signal });
  scheduler.cron('calendar', '0 8 * * *', askCalendar, { atStart: true });
  // Runs every hour, in case a file could not be downloaded the hour before. A fresh file is not downloaded again.
  scheduler.cron('symbols', '5 8-15 * * *', (signal) => symbols.refresh(signal), { atStart: true });
  // KIS makes orders of scheduled orders between 08:20 and the opening, and sends no notice. The later runs are for
  // days that open late.
  const syncSchedules = (): Promise<void> => all(reconcilers.map((reconciler) => reconciler.syncSchedules()));
  scheduler.cron('schedules', '5,35 8-10 * * *', syncSchedules, { atStart: true });
  // Runs every day, because an alert may end on any day. A start does the same by itself.
  scheduler.cron('alerts', '40 8 * * *', () => alerts.startDay());
  // Before the opening, so that there is a day left to act; and every hour while there is, for what KIS did not tell then,
  // and for whoever switched it on since. At a start it is made up for, if the market is not closed.
  scheduler.cron('dividends', '45 8-14 * * *', () => events.lookByHour('dividends'), { atStart: true });
  // KIS has figures of the day's investors from about 15:40 on. The later run asks again for what was not there.
  scheduler.cron('flows', '10 16,17 * * *', () => events.lookByHour('flows'), { atStart: true });
  scheduler.cron('flows-final', '40 18 * * *', () => events.lookByHour('flows'));
  // Runs for some minutes after the last close and before the opening. Later runs ask for what the first could not get.
  scheduler.cron('bars', '10 7,20-22 * * *', (signal) => bars.bringUpToDate(signal));
  // After the closes of KRX, of the CSAT day and of Nextrade: what came in of the day is kept, and needs no asking later.
  scheduler.cron('candles', '40 15,16,20 * * *', () => watchedCandles.keepDays(), { atStart: true });
  const prune = (): Promise<void> => {
    const before = clock.now() - keptMs;
    return ledger.prune(before, koreanDay(before));
  };
  scheduler.cron('prune', '30 4 * * *', prune, { atStart: true });
  // Tells which orders the close has ended, where no notice and no poll did: KRX's close, that of the CSAT day,
  // Nextrade's.
  for (const [name, at] of [
    ['close-krx', '31 15 * * *'],
    ['close-late', '31 16 * * *'],
    ['close-nxt', '1 20 * * *'],
  ] as const) {
    scheduler.cron(name, at, () => all(reconcilers.map((reconciler) => reconciler.syncIfExpecting())));
  }
  // Every minute: people choose when they are told, and a start makes up what it missed.
  scheduler.cron('digests', '* * * * *', (signal) => digests.run(signal), { atStart: true });
  scheduler.cron('monitors', '* 8-17 * * *', (signal) => monitors.run(signal), { atStart: true });
  scheduler.start();
}
