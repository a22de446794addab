import { type Clock, koreanDay } from '../clock.ts';
import { historyKeptMs } from '../domain/retention.ts';
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

/** What of an account is looked at by the hour. */
interface AccountUnit {
  readonly account: { readonly label: { readonly name: string }; readonly reconciler: Reconciler };
  /**
   * Asks the venue whether it takes the account. That also renews the access token, so that the day's first question
   * does not wait for one.
   */
  readonly access: AccessWatch;
  /** The same for the live key for reads, where one is set. */
  readonly liveReadsAccess: AccessWatch | undefined;
}

const all = async (tasks: readonly Promise<unknown>[]): Promise<void> => void (await Promise.all(tasks));

/** What is looked at by the hour in accounts, and once when they are begun. */
const accountLooks: Readonly<Record<string, (units: readonly AccountUnit[]) => Promise<void>>> = {
  account: (units) => all(units.map(({ access }) => access.look())),
  'live-reads': (units) => all(units.map(({ liveReadsAccess }) => liveReadsAccess?.look() ?? Promise.resolve())),
  // KIS makes orders of scheduled orders between 08:20 and the opening, and sends no notice.
  schedules: (units) => all(units.map(({ account }) => account.reconciler.syncSchedules())),
};

/** Looks at accounts that this process has just begun. */
export function lookAtAccounts(scheduler: Scheduler, units: readonly AccountUnit[]): void {
  const [first] = units;
  for (const [name, look] of Object.entries(accountLooks)) {
    scheduler.once(`${name} of ${first?.account.label.name}`, () => look(units));
  }
}

/**
 * The jobs that every process runs by the hour in Korea: for itself, and for the accounts that it has begun (`begun`).
 */
export function scheduleOwnJobs(
  scheduler: Scheduler,
  {
    begun,
    calendar,
    symbols,
  }: { readonly begun: () => readonly AccountUnit[]; readonly calendar: Calendar; readonly symbols: SymbolMaster },
): void {
  for (const [name, expression] of [
    ['account', '50 7 * * *'],
    ['live-reads', '51 7 * * *'],
    // The later runs are for days that open late.
    ['schedules', '5,35 8-10 * * *'],
  ] as const) {
    scheduler.cron(name, expression, () => accountLooks[name]?.(begun()) ?? Promise.resolve());
  }
  // Tells which orders the close has ended, where no notice and no poll did: KRX's close, that of the CSAT day,
  // Nextrade's.
  for (const [name, at] of [
    ['close-krx', '31 15 * * *'],
    ['close-late', '31 16 * * *'],
    ['close-nxt', '1 20 * * *'],
  ] as const) {
    scheduler.cron(name, at, () => all(begun().map(({ account }) => account.reconciler.syncIfExpecting())));
  }
  const askCalendar: ScheduledTask = (signal) => calendar.refresh({ priority: 'background', signal });
  scheduler.cron('calendar', '0 8 * * *', askCalendar, { atStart: true });
  // Runs every hour, in case a file could not be downloaded the hour before. A fresh file is not downloaded again.
  scheduler.cron('symbols', '5 8-15 * * *', (signal) => symbols.refresh(signal), { atStart: true });
}

/**
 * The jobs of what belongs to no account: before the market opens they make ready what people would wait for, and after
 * it closes they read what came of the day.
 */
export function scheduleFrontJobs(
  scheduler: Scheduler,
  {
    alerts,
    events,
    bars,
    watchedCandles,
    ledger,
    digests,
    monitors,
    clock,
  }: {
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
    const before = clock.now() - historyKeptMs;
    return ledger.prune(before, koreanDay(before));
  };
  scheduler.cron('prune', '30 4 * * *', prune, { atStart: true });
  // Every minute: people choose when they are told, and a start makes up what it missed.
  scheduler.cron('digests', '* * * * *', (signal) => digests.run(signal), { atStart: true });
  scheduler.cron('monitors', '* 8-17 * * *', (signal) => monitors.run(signal), { atStart: true });
}
