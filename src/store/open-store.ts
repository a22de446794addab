import type { BarStore, MinuteStore } from '../ports/bars.ts';
import type { Cache } from '../ports/cache.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { openCache } from './cache.ts';
import type { CachePlace } from './caches/cache-table.ts';
import { openBarStore } from './daily-bars.ts';
import { openLedger } from './ledger.ts';
import type { LedgerPlace } from './maintenance/ends.ts';
import { openMinuteStore } from './minutes.ts';
import { openForReading, openRecords } from './open-for-reading.ts';

/** Where everything is kept: in the files at two paths, or in a database on PostgreSQL. */
export type StoreSettings =
  | { readonly ledger: string; readonly cache: string }
  /** The URL holds a password. */
  | { readonly url: { reveal(): string }; readonly schema: string };

/** The schema of the caches on PostgreSQL, which all venues share as they share the cache's file. */
const cacheSchema = 'hoga_cache';

export function cachePlaceOf(settings: StoreSettings): CachePlace {
  return 'url' in settings ? { url: settings.url.reveal(), schema: cacheSchema } : { path: settings.cache };
}

/** Everything that is kept: the ledger, which must not be lost, and caches, which can be filled again. */
export interface Store {
  readonly ledger: Ledger;
  readonly cache: Cache;
  readonly barStore: BarStore;
  readonly minuteStore: MinuteStore;
}

export interface StoreOptions {
  readonly settings: StoreSettings;
  /** Whether to read the records of a bot that may be running and write none of its own. */
  readonly readOnly: boolean;
  /** How to open the ledger, for a test that simulates a power cut. */
  readonly openLedger?: typeof openLedger | undefined;
}

/** Opens everything that is kept. @throws AppError `store.*`. */
export async function openStore({ settings, readOnly, openLedger: open = openLedger }: StoreOptions): Promise<Store> {
  const place = cachePlaceOf(settings);
  const cache = await openCache(place);
  const barStore = await openBarStore(place);
  const minuteStore = await openMinuteStore(place);
  const at = ledgerPlaceOf(settings);
  return { ledger: readOnly ? await openForReading(at) : await open(at), cache, barStore, minuteStore };
}

/** Where the ledger is. */
export function ledgerPlaceOf(settings: StoreSettings): LedgerPlace {
  return 'url' in settings
    ? { url: settings.url.reveal(), schema: settings.schema }
    : { url: `sqlite:${settings.ledger}`, schema: '' };
}

/**
 * The records of a bot that may be running; undefined where no bot has written any yet.
 * @throws AppError `store.*`.
 */
export function openRecordsOf(settings: StoreSettings): Promise<Ledger | undefined> {
  return openRecords(ledgerPlaceOf(settings));
}
