import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../../src/store/ledger.ts';

/** Where files cost least. */
export const folderOfMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
let template: string | undefined;

/** An empty ledger file, made once: bringing a schema up to date takes longer than most scenarios. */
export async function emptyLedger(): Promise<string> {
  if (template !== undefined) return template;
  const path = join(mkdtempSync(join(folderOfMemory, 'hoga-template-')), 'hoga.db');
  process.once('exit', () => rmSync(join(path, '..'), { recursive: true, force: true }));
  const ledger = await openLedger({ url: `sqlite:${path}` });
  await ledger.close();
  template = path;
  return path;
}
