import { onTestFinished } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { emptyPlace, server } from '../postgres/database.ts';
import { runSql } from '../postgres/server.ts';

/** A ledger whose leases grow older when they are told to. */
export interface TimedLedger {
  readonly ledger: Ledger;
  /** Lets so many milliseconds go by for the leases. */
  pass(ms: number): Promise<void>;
}

/** It is closed after the test. It is in memory, or on PostgreSQL where these tests run on that. */
export async function timedLedger(): Promise<TimedLedger> {
  const timed = server === undefined ? await inMemory() : await onServer();
  onTestFinished(() => timed.ledger.close());
  return timed;
}

async function inMemory(): Promise<TimedLedger> {
  let now = Date.parse('2026-11-23T10:00:00+09:00');
  return {
    ledger: await openLedger({ url: 'sqlite::memory:', now: () => now }),
    pass: async (ms) => {
      now += ms;
    },
  };
}

/** Nobody can put the server's clock forward, so the leases are put back. */
async function onServer(): Promise<TimedLedger> {
  const place = await emptyPlace();
  return {
    ledger: await openLedger(place),
    pass: async (ms) => {
      await runSql(place.url, `update ${place.schema}.leases set expires_at = expires_at - ${ms}`);
    },
  };
}
