import type { Chat } from '../chat/create-chat.ts';
import { ledgerBackMessage, ledgerDownMessage } from '../chat/messages/ledger-notices.ts';
import type { Clock } from '../clock.ts';
import type { Trade } from '../domain/market/quote.ts';
import type { Log } from '../log.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { LedgerUpkeep } from '../ports/ledger/ledger.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { Candles } from '../services/candles/candles.ts';
import type { DailyBars } from '../services/daily-bars.ts';
import type { Events } from '../services/events/events.ts';
import { catchUp } from '../services/health/catch-up.ts';
import type { LedgerWatch } from '../services/health/ledger-watch.ts';
import type { Digests } from '../services/reports/digests.ts';
import type { Monitors } from '../services/reports/monitors.ts';
import { lookAtAccounts, scheduleFrontJobs } from '../services/scheduled-jobs.ts';
import type { PriceWatch } from '../services/watching/price-watch.ts';
import type { SpillingLedger } from '../store/spill.ts';
import { type AccountUnit, tellNumberChanges } from './account-units.ts';
import { Duties } from './duties.ts';

/** What begins when this process takes a duty. */
interface Parts {
  readonly cluster: Cluster;
  readonly chat: Chat;
  readonly units: readonly AccountUnit[];
  readonly ledger: LedgerUpkeep;
  readonly alerts: Alerts;
  readonly events: Events;
  readonly watch: PriceWatch;
  readonly watchedCandles: Candles;
  readonly digests: Digests;
  readonly monitors: Monitors;
  readonly bars: DailyBars;
  readonly ticks: { lastAt: number | undefined };
}

interface Tools {
  readonly newId: () => string;
  readonly scheduler?: Scheduler;
  readonly clock: Clock;
  readonly log: Log;
}

/** What of this process's work only one process may do, and how it begins. */
export function createDuties(tools: Tools, parts: Parts, openChannel: (name: string) => Promise<void>): Duties {
  const { scheduler, clock, log } = tools;
  const { cluster, chat, units, alerts, events, watch, watchedCandles, ticks } = parts;
  return new Duties({
    cluster,
    units,
    channels: [...chat.channels.keys()],
    openChannel,
    market: {
      onTrade(trade: Trade) {
        ticks.lastAt = trade.at;
        watchedCandles.onTrade(trade);
        watch.onTrade(trade);
      },
      onIssueStatus: (status) => events.onIssueStatus(status),
      onGap() {
        watchedCandles.onGap();
        void alerts.resync();
      },
    },
    async beginFront() {
      await alerts.load();
      await Promise.all([parts.digests.load(), parts.monitors.load(), events.load()]);
      await chat.tellStart(units.every(({ settings }) => settings.kis.htsId !== undefined));
      await chat.invite(tools.newId().slice(0, 8));
      if (scheduler !== undefined) scheduleFrontJobs(scheduler, { ...parts, clock });
    },
    onBegun(begun) {
      tellNumberChanges(begun, chat);
      if (scheduler !== undefined) lookAtAccounts(scheduler, begun);
    },
    clock,
    log,
  });
}

/** Tells the owners when the ledger fails and when it works again, and has written down what it could not take. */
export function watchLedger({
  clock,
  chat,
  units,
  alerts,
  ledgerWatch,
  spill,
}: {
  readonly clock: Clock;
  readonly chat: Chat;
  readonly units: readonly AccountUnit[];
  readonly alerts: Alerts;
  readonly ledgerWatch: LedgerWatch;
  readonly spill: SpillingLedger;
}): void {
  const accounts = units.map(({ account }) => account);
  let toldHere = false;
  ledgerWatch.begin({
    onDown(state) {
      toldHere = chat.tellOwnersHere((words) => ledgerDownMessage(words, state));
    },
    async onBack(state, told) {
      const caughtUp = await catchUp(spill, accounts, alerts);
      const forMs = clock.now() - state.since;
      if ((told && toldHere) || caughtUp.lost > 0)
        chat.tellOwnersHere((words) => ledgerBackMessage(words, forMs, caughtUp));
      chat.outbox.flushEverywhere();
    },
  });
}
