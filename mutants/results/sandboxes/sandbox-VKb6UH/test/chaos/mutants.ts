// @ts-nocheck
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutant-table.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, only: { type: 'string' }, jobs: { type: 'string' } },
});
const root = join(import.meta.dirname, '..', '..');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A copy of the project with the mutant in it. */
function breakCopy(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-mutant-'));
  for (const part of ['src', 'commands', 'test/chaos', 'package.json']) {
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
function firstViolation(folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const jobs = values.jobs ?? String(availableParallelism());
    const args = [join(folder, 'test/chaos/run.ts'), '--runs', values.runs, '--jobs', jobs, '--until-first'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
    child.once('exit', () => resolve(/^seed \d+: .+$/m.exec(output)?.[0]));
  });
}

let survivors = 0;
for (const mutant of mutants.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
  const folder = breakCopy(mutant);
  const beganAt = performance.now();
  const violation = await firstViolation(folder);
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - beganAt) / 1_000);
  if (violation === undefined) survivors += 1;
  print(`${violation === undefined ? 'NOT CAUGHT' : 'caught'}  ${mutant.name} (${seconds} s)`);
  print(`  ${violation ?? `no violation in ${values.runs} runs`}`);
}
process.exitCode = survivors === 0 ? 0 : 1;
