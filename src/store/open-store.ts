import type { BarStore, MinuteStore } from '../ports/bars.ts';
import type { Cache } from '../ports/cache.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { openCache } from './cache.ts';
import { openBarStore } from './daily-bars.ts';
import { openLedger } from './ledger.ts';
import { openMinuteStore } from './minutes.ts';
import { openForReading } from './open-for-reading.ts';

/** Everything that is kept on disk: the ledger, which must not be lost, and caches, which can be filled again. */
export interface Store {
  readonly ledger: Ledger;
  readonly cache: Cache;
  readonly barStore: BarStore;
  readonly minuteStore: MinuteStore;
}

export interface StoreOptions {
  /** Paths of the two files. */
  readonly paths: { readonly ledger: string; readonly cache: string };
  /** Whether to read the records of a bot that may be running and write none of its own. */
  readonly readOnly: boolean;
  /** How to open the ledger, for a test that simulates a power cut. */
  readonly openLedger?: typeof openLedger | undefined;
}

/** Opens everything that is kept on disk. @throws AppError `store.*`. */
export async function openStore({ paths, readOnly, openLedger: open = openLedger }: StoreOptions): Promise<Store> {
  const cache = await openCache({ path: paths.cache });
  const barStore = await openBarStore({ path: paths.cache });
  const minuteStore = await openMinuteStore({ path: paths.cache });
  const ledger = readOnly ? await openForReading(paths.ledger) : await open({ url: `sqlite:${paths.ledger}` });
  return { ledger, cache, barStore, minuteStore };
}
