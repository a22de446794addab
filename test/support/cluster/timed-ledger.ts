import { onTestFinished } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';

/** A ledger whose leases grow older when they are told to. */
export interface TimedLedger {
  readonly ledger: Ledger;
  /** Lets so many milliseconds go by in the database. */
  pass(ms: number): Promise<void>;
}

/** It is closed after the test. */
export async function timedLedger(): Promise<TimedLedger> {
  let now = Date.parse('2026-11-23T10:00:00+09:00');
  const ledger = await openLedger({ url: 'sqlite::memory:', now: () => now });
  onTestFinished(() => ledger.close());
  return {
    ledger,
    pass: async (ms) => {
      now += ms;
    },
  };
}
