import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../src/store/ledger.ts';

export * from './samples.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A ledger that is closed after the test, in memory unless told otherwise. */
export async function testLedger(url = 'sqlite::memory:'): Promise<Ledger> {
  const ledger = await openLedger({ url });
  onTestFinished(() => ledger.close());
  return ledger;
}
