import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A container's is 64 MB by default, which a few bots with their databases fill. */
const neededBytes = 512 * 2 ** 20;

function isRoomy(): boolean {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= neededBytes;
}

/** Where files cost least: in memory, where no commit waits for a disk, or else where temporary files always are. */
export const folderOfMemory = !tmpdir().startsWith(memory) && isRoomy() ? memory : tmpdir();

/** Vitest's global set-up: the temporary files of a run are in one folder, which goes with the run. */
export function setup(): () => void {
  const folder = mkdtempSync(join(folderOfMemory, 'hoga-tests-'));
  // A PostgreSQL server that root starts runs as somebody else, and has its files below.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
