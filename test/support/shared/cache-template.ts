import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dayBegunAt } from '../../../src/clock.ts';
import { MasterFiles } from '../../../src/kis/symbols/files.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { SymbolMaster } from '../../../src/services/issues/symbol-master.ts';
import { type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { openCache } from '../../../src/store/cache.ts';
import { JumpClock } from '../clock.ts';
import { folderOfMemory } from './memory-folder.ts';

let template: Promise<string> | undefined;

/** Whether a simulator has the issues of the template, and a bot at this time would not download them anew. */
export function isListed(now: number, options: Partial<SimulatorOptions> = {}): boolean {
  const own = ['seed', 'newIssues', 'moreIssues', 'closedDays', 'dayBegins'] as const;
  return dayOf(now) === dayOf(new JumpClock().now()) && own.every((name) => options[name] === undefined);
}

/**
 * The path of a cache that holds the lists of issues that a simulator gives on the day at which a `JumpClock` begins,
 * and nothing else. It is made once: to download, read and write them takes a fifth of the time of a start.
 */
export function listedCache(): Promise<string> {
  template ??= makeCache();
  return template;
}

/** The day whose master files stand ready. */
const dayOf = (now: number): string => dayBegunAt(now, '0800');

async function makeCache(): Promise<string> {
  const folder = mkdtempSync(join(folderOfMemory, 'hoga-template-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'cache.db');
  const clock = new JumpClock();
  const simulator = await startSimulator({ clock, speed: 0 });
  const cache = await openCache({ path });
  const symbols = new SymbolMaster({
    source: new MasterFiles({ masterUrl: `${simulator.restUrl}/common/master`, clock }),
    shipped: [],
    index: createDirectory,
    cache,
    clock,
    log: createLog({ level: 'silent', redactor: createRedactor([]) }),
  });
  await symbols.refresh(new AbortController().signal);
  await cache.close();
  await simulator.stop();
  return path;
}
