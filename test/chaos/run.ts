import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { promises } from './promises.ts';
import { type Outcome, processesFor, runScenario } from './scenario/scenario.ts';
import { Tally } from './tally.ts';

/** Seeds that one process runs before it takes others. */
const seedsPerBatch = 25;

const usage = `npm run chaos -- [--runs 500] [--from 1] [--jobs ${availableParallelism()}] [--until-first] [--processes 2-5]
npm run chaos -- --seed 17      one scenario again, with everything that happens in it
`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A batch that a process is to run, and what comes back for each seed of it. */
interface Batch {
  readonly from: number;
  readonly to: number;
}
type Report = { readonly outcome: Outcome } | { readonly done: true };

async function replay(seed: number): Promise<number> {
  const outcome = await runScenario(seed, print, processesFor(seed, values.processes));
  print('');
  for (const violation of outcome.violations) print(`VIOLATION: ${violation}`);
  print(outcome.violations.length === 0 ? `seed ${seed}: no violation` : `seed ${seed} fails`);
  return outcome.violations.length === 0 ? 0 : 1;
}

/** Runs batches for the process that started this one. */
function serve(): void {
  process.on('message', (batch: Batch) => {
    void (async () => {
      for (let seed = batch.from; seed <= batch.to; seed += 1) {
        const outcome = await runScenario(seed, undefined, processesFor(seed, values.processes)).catch(
          (error: unknown) => failed(seed, error),
        );
        process.send?.({ outcome } satisfies Report);
      }
      process.send?.({ done: true } satisfies Report);
    })();
  });
}

/** A scenario that did not come to its end is a violation too. */
function failed(seed: number, error: unknown): Outcome {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const near = Object.fromEntries(
    Object.values(promises)
      .flat()
      .map((way) => [way, 0]),
  ) as Outcome['near'];
  return { seed, accounts: [], troubles: {}, violations: [`did not end: ${text}`], crashes: 0, near };
}

/** Runs many seeds in several processes. Resolves to the exit code. */
async function runMany(options: {
  readonly from: number;
  readonly runs: number;
  readonly jobs: number;
  readonly untilFirst: boolean;
}): Promise<number> {
  const tally = new Tally();
  const last = options.from + options.runs - 1;
  let next = options.from;
  const beganAt = performance.now();
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['--serve', '--processes', values.processes]);
      const hand = (): void => {
        if (next > last || (options.untilFirst && tally.violations > 0)) {
          child.kill();
          return;
        }
        const batch: Batch = { from: next, to: Math.min(last, next + seedsPerBatch - 1) };
        next = batch.to + 1;
        child.send(batch);
      };
      child.on('message', (report: Report) => {
        if ('done' in report) {
          progress(tally.runs, options.runs);
          hand();
          return;
        }
        tally.add(report.outcome);
        for (const violation of report.outcome.violations) {
          print(`seed ${report.outcome.seed}: ${violation}`);
        }
        if (options.untilFirst && tally.violations > 0) child.kill();
      });
      child.once('exit', (code, signal) => {
        if (signal === null && code !== 0) tally.lost += 1;
        resolve();
      });
      hand();
    });
  await Promise.all(Array.from({ length: options.jobs }, work));
  print(tally.report(Math.round((performance.now() - beganAt) / 1_000)));
  return tally.passes ? 0 : 1;
}

function progress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all}`);
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    'until-first': { type: 'boolean', default: false },
    /** Of each scenario, as the seed has it: `2-5`. */
    processes: { type: 'string', default: '1' },
    serve: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.serve) serve();
else if (values.help) print(usage);
else if (values.seed !== undefined) process.exitCode = await replay(Number(values.seed));
else {
  process.exitCode = await runMany({
    from: Number(values.from),
    runs: Number(values.runs),
    jobs: Number(values.jobs),
    untilFirst: values['until-first'],
  });
}
