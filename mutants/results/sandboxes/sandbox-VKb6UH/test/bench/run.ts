// @ts-nocheck
import { writeFileSync } from 'node:fs';
import { Bench } from 'tinybench';
import type { Benchmark } from './bench.ts';
import { charts } from './charts.ts';
import { searches } from './symbols.ts';

// Measures what was promised: `npm run bench`. A table on stdout, and bench-results.json beside package.json.

const benchmarks: readonly Benchmark[] = [charts, ...searches];

interface Result {
  readonly name: string;
  readonly targetMs: number;
  readonly of: Benchmark['of'];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly runs: number;
  readonly held: boolean;
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

async function measure({ name, targetMs, of, prepare }: Benchmark): Promise<Result> {
  const { run, close } = await prepare();
  // What was never run is compiled on the way; that is not what was promised.
  const bench = new Bench({ time: 2_000, iterations: 20, warmupTime: 1_000, warmupIterations: 10, throws: true });
  bench.add(name, async () => void (await run()));
  const [task] = await bench.run();
  await close?.();
  const result = task?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`not measured: ${name}`);
  const { p50, p99, samplesCount: runs } = result.latency;
  const held = (of === 'p50' ? p50 : p99) < targetMs;
  return { name, targetMs, of, p50Ms: rounded(p50), p99Ms: rounded(p99), runs, held };
}

const results: Result[] = [];
for (const benchmark of benchmarks) results.push(await measure(benchmark));

const rows = [
  ['what', 'target ms', 'of', 'p50 ms', 'p99 ms', 'runs', 'held'],
  ...results.map((one) =>
    [one.name, one.targetMs, one.of, one.p50Ms, one.p99Ms, one.runs, one.held ? 'yes' : 'NO'].map(String),
  ),
];
const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
for (const row of rows) {
  process.stdout.write(
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  );
}
writeFileSync(new URL('../../bench-results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
if (results.some(({ held }) => !held)) process.exitCode = 1;
