import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../../src/store/ledger.ts';
import { folderOfMemory } from './memory-folder.ts';

let template: Promise<string> | undefined;

/** The path of an empty ledger file, made once: bringing a schema up to date takes longer than most scenarios. */
export function emptyLedger(): Promise<string> {
  template ??= makeLedger();
  return template;
}

async function makeLedger(): Promise<string> {
  const folder = mkdtempSync(join(folderOfMemory, 'hoga-template-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'hoga.db');
  const ledger = await openLedger({ url: `sqlite:${path}` });
  await ledger.close();
  return path;
}
