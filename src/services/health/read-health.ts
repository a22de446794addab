import type { Health } from '../../domain/health.ts';
import type { LedgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { NumberChange } from '../account-numbers.ts';
import type { DailyBars } from '../daily-bars.ts';
import type { Account } from '../orders/account.ts';
import type { PriceWatch } from '../watching/price-watch.ts';
import type { AccessWatch } from './access-watch.ts';
import type { DriftWatch } from './drift-watch.ts';
import type { LedgerWatch } from './ledger-watch.ts';

export interface HealthSources extends Pick<Health, 'version' | 'startedAt' | 'lastTickAt'> {
  /** The account whose venue, switches and orders are told of. */
  readonly unit: {
    readonly account: Account;
    readonly kis: {
      lane(): Omit<Health['lane'], 'callsPerSecond'>;
      token(): Health['token'];
      /** What the venue allows: registrations on one socket, and calls of one key. */
      readonly environment: { readonly maxRegistrations: number; readonly callsPerSecond: number };
    };
    readonly access: AccessWatch;
    readonly liveReadsAccess: AccessWatch | undefined;
  };
  readonly bars: DailyBars;
  readonly watch: PriceWatch;
  readonly outboxPending: () => Promise<number>;
  readonly ledgerWatch: LedgerWatch;
  readonly drifts: DriftWatch;
  /** Milliseconds. */
  readonly now: number;
}

/**
 * Reads how the bot is. Where the ledger cannot be read the answer says so, and shows nothing for what only the ledger
 * knows.
 */
export async function readHealth(sources: HealthSources): Promise<Health> {
  const { version, startedAt, lastTickAt, unit, ledgerWatch } = sources;
  const { account, kis, access, liveReadsAccess } = unit;
  const { ledger, orders, reconciler, venue } = account;
  const { maxRegistrations, callsPerSecond } = kis.environment;
  return {
    version,
    startedAt,
    lastTickAt,
    lane: { ...kis.lane(), callsPerSecond },
    token: kis.token(),
    socket: { ...venue.feed.status(), maxRegistrations },
    access: { account: access.trouble, liveReads: liveReadsAccess?.trouble },
    bars: await sources.bars.status(),
    prices: sources.watch.status(),
    outboxPending: await sources.outboxPending(),
    outboxHeld: await ledger.outboxHeld().catch(() => 0),
    deadLetters: await ledger.deadLetters(sources.now).catch(() => 0),
    numberChange: waitingChange(orders.trading.numberChange),
    halted: await orders.trading.halted().catch(() => false),
    armed: await orders.trading.armed().catch(() => true),
    ready: reconciler.ready,
    lastLookAt: reconciler.lastLookAt,
    drifts: sources.drifts.seen(),
    unknownOrders: (await ledger.ordersByStatus(['outcome-unknown']).catch(() => [])).length,
    askedOrders: (await ledger.ordersByStatus(['asked']).catch(() => [])).length,
    // Read last, because a failure of the reads above is how the trouble is noticed.
    ledger: ledgerWatch.trouble,
  };
}

function waitingChange(change: NumberChange | undefined): Health['numberChange'] {
  return change === undefined || change.accepted ? undefined : change.context;
}

/** Whether orders can be taken at all: the ledger can be read and written. `reason` is the trouble, `store.full`. */
export async function readLiveness({
  ledger,
  ledgerWatch,
}: {
  readonly ledger: Ledger;
  readonly ledgerWatch: LedgerWatch;
}): Promise<{ readonly ok: boolean; readonly reason?: LedgerTrouble }> {
  const readable = await ledger.halted().then(
    () => true,
    () => false,
  );
  const { trouble } = ledgerWatch;
  return trouble === undefined ? { ok: readable } : { ok: false, reason: trouble.code };
}
