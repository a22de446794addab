import type { BarStore } from '../ports/bars.ts';
import type { Cache } from '../ports/cache.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { openCache } from './cache.ts';
import { openBarStore } from './daily-bars.ts';
import { openLedger } from './ledger.ts';
import { openForReading } from './open-for-reading.ts';

/** What is kept on disk: records of money, and what can be asked for again. */
export interface Store {
  readonly ledger: Ledger;
  readonly cache: Cache;
  readonly barStore: BarStore;
}

export interface StoreOptions {
  /** Paths of the two files. */
  readonly paths: { readonly ledger: string; readonly cache: string };
  /** Reads the records of a bot that may be running, and writes none of its own. */
  readonly readOnly: boolean;
  /** Another way to the ledger's file: for a test that cuts the power. */
  readonly openLedger?: typeof openLedger | undefined;
}

/** Opens all that is kept. @throws AppError `store.*`. */
export async function openStore({ paths, readOnly, openLedger: open = openLedger }: StoreOptions): Promise<Store> {
  const cache = await openCache({ path: paths.cache });
  const barStore = await openBarStore({ path: paths.cache });
  const ledger = readOnly ? await openForReading(paths.ledger) : await open({ url: `sqlite:${paths.ledger}` });
  return { ledger, cache, barStore };
}
