import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutant-table.ts';
import { processesFor, runScenario } from './scenario/scenario.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    only: { type: 'string' },
    jobs: { type: 'string' },
    tests: { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..', '..');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Whether an ordinary test is to see it. */
const byTest = (mutant: Mutant): boolean => values.tests || mutant.ofPostgres === true;
const processesOf = ({ ofSeveralProcesses }: Mutant): string => (ofSeveralProcesses === true ? '2-5' : '1');

/** A copy of the project with the mutant in it. */
function breakCopy(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-mutant-'));
  const parts = byTest(mutant) ? ['test', 'vitest.config.ts', 'tsconfig.json'] : ['test/chaos', 'test/support'];
  for (const part of ['src', 'commands', 'package.json', ...parts]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of mutant.edits) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(find).length !== 2) throw new Error(`${mutant.name}: its place in ${file} is not there any more`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return folder;
}

/** Runs the scenarios against a broken copy; resolves to the first violation, or undefined when none is seen. */
function firstViolation(folder: string, processes: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const jobs = values.jobs ?? String(availableParallelism());
    const run = join(folder, 'test/chaos/run.ts');
    const args = [run, '--runs', values.runs, '--jobs', jobs, '--processes', processes, '--until-first'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
    child.once('exit', () => resolve(/^seed \d+: .+$/m.exec(output)?.[0]));
  });
}

/** Only what the code as it is does not violate says anything about a mutant. */
async function isTheMutants(violation: string, mutant: Mutant): Promise<boolean> {
  const seed = Number(/^seed (\d+):/.exec(violation)?.[1]);
  const processes = processesFor(seed, processesOf(mutant));
  return (await runScenario(seed, undefined, processes)).violations.length === 0;
}

/** Runs the test that is to see the mutant; resolves to the names of those that failed, or undefined when none did. */
function failedTests(folder: string, test: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const report = join(folder, 'report.json');
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--reporter=json', `--outputFile=${report}`, test];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    child.once('exit', () => {
      const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
      const failed = testResults
        .flatMap(({ assertionResults }) => assertionResults)
        .filter((one) => one.status === 'failed');
      resolve(failed.length === 0 ? undefined : failed.map(({ fullName }) => fullName).join('; '));
    });
  });
}

/** What vitest says, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

let survivors = 0;
for (const mutant of mutants.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
  const folder = breakCopy(mutant);
  const beganAt = performance.now();
  const seen = await (byTest(mutant) ? failedTests(folder, mutant.test) : firstViolation(folder, processesOf(mutant)));
  const violation = seen === undefined || byTest(mutant) || (await isTheMutants(seen, mutant)) ? seen : undefined;
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - beganAt) / 1_000);
  if (violation === undefined) survivors += 1;
  print(`${violation === undefined ? 'NOT CAUGHT' : 'caught'}  ${mutant.name} (${seconds} s)`);
  const none = byTest(mutant) ? `${mutant.test} passes` : `no violation in ${values.runs} runs`;
  print(`  ${(violation ?? none).slice(0, 300)}`);
}
process.exitCode = survivors === 0 ? 0 : 1;
