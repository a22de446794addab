import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Excuse, excused } from './excused.ts';
import { type Room, rooms } from './rooms.ts';

// Changes the code of the money rooms in one place at a time, and sees whether a test notices. Hours for all of them, so
// what was found is kept beside this file: only what has changed since, in a file or its tests, is tried again.
// `npm run mutants -- src/domain/orders/order-state.ts` takes that one alone.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '1' } },
});
const here = import.meta.dirname;
const root = join(here, '..', '..');
const results = join(here, 'results');
/** Copies of the repository, outside it: else its own tools would find every file and every test twice. */
const sandboxes = mkdtempSync(join(tmpdir(), 'hoga-mutants-'));
process.once('exit', () => rmSync(sandboxes, { recursive: true, force: true }));
const tool = join(here, 'node_modules/@stryker-mutator');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          status: z.string(),
          replacement: z.string().default(''),
          location: z.object({ start: z.object({ line: z.number() }) }),
        }),
      ),
    }),
  ),
});

/** What became of the mutants of one file. */
interface Score {
  readonly file: string;
  readonly caught: number;
  readonly excused: number;
  /** `12: return total; → return 0;` */
  readonly alive: readonly string[];
  /** Excuses for what was caught, or is not there any more. */
  readonly stale: readonly string[];
}

function run({ file, judgedBy }: Room): Score {
  const name = file.replaceAll('/', '-').replace(/\.ts$/, '');
  const config = join(results, `${name}.config.json`);
  const report = join(results, `${name}.json`);
  const settings = {
    testRunner: 'vitest',
    plugins: [join(tool, 'vitest-runner/dist/src/index.js')],
    vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
    mutate: [file],
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    incremental: true,
    incrementalFile: report,
    reporters: ['progress-append-only'],
    tempDirName: sandboxes,
    ignorePatterns: ['test/mutants/results'],
    // It would read it with TypeScript's own code, which the TypeScript of this repository no longer has.
    tsconfigFile: 'none.json',
  };
  writeFileSync(config, JSON.stringify(settings));
  const env = { ...process.env, MUTANTS_JUDGED_BY: judgedBy.join(',') };
  const { status } = spawnSync(process.execPath, [join(tool, 'core/bin/stryker.js'), 'run', config], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${file}: the tool ended with ${status}`);
  return scoreOf(file, report);
}

function scoreOf(file: string, report: string): Score {
  const found = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8'))).files[file];
  if (found === undefined) throw new Error(`${file}: not in the report`);
  const lines = found.source.split('\n').map((line) => line.trim());
  const excuses = excused[file] ?? [];
  const used = new Set<string>();
  const key = ({ line }: Excuse, mutant: string): string => `${line} → ${mutant}`;
  const alive: string[] = [];
  let [caught, excusedCount] = [0, 0];
  for (const { status, replacement, location } of found.mutants) {
    if (status === 'Killed' || status === 'Timeout') caught += 1;
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const line = lines[location.start.line - 1] ?? '';
    const mutant = replacement.replaceAll(/\s+/g, ' ');
    const excuse = excuses.find((candidate) => candidate.line === line && candidate.mutants.includes(mutant));
    if (excuse === undefined) alive.push(`${location.start.line}: ${line} → ${mutant}`);
    else {
      excusedCount += 1;
      used.add(key(excuse, mutant));
    }
  }
  const stale = excuses.flatMap((excuse) => excuse.mutants.map((mutant) => key(excuse, mutant)));
  return { file, caught, excused: excusedCount, alive, stale: stale.filter((entry) => !used.has(entry)) };
}

const percent = ({ caught, excused: excusedCount, alive }: Score): string =>
  `${((100 * caught) / (caught + excusedCount + alive.length)).toFixed(1)} %`;

// Others use the machine too.
setPriority(10);
mkdirSync(results, { recursive: true });
if (!existsSync(tool)) spawnSync('npm', ['ci'], { cwd: here, stdio: 'inherit' });
const wanted = positionals.length === 0 ? rooms : rooms.filter(({ file }) => positionals.includes(file));
const unknown = positionals.filter((file) => rooms.every((room) => room.file !== file));
if (unknown.length > 0) throw new Error(`not among the money rooms of test/mutants/rooms.ts: ${unknown.join(', ')}`);
const scores = wanted.map(run);
for (const { file, alive, stale } of scores) {
  for (const mutant of alive) print(`ALIVE ${file}:${mutant}`);
  for (const excuse of stale) print(`not needed in test/mutants/excused.ts, ${file}: ${excuse}`);
}
print('| file | mutants | caught | excused | alive | score |\n| --- | ---: | ---: | ---: | ---: | ---: |');
for (const score of scores) {
  const { file, caught, excused: excusedCount, alive } = score;
  const counts = [caught + excusedCount + alive.length, caught, excusedCount, alive.length];
  print(`| \`${file}\` | ${counts.join(' | ')} | ${percent(score)} |`);
}
process.exitCode = scores.some(({ alive, stale }) => alive.length + stale.length > 0) ? 1 : 0;
