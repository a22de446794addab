import { Bench as Tinybench } from 'tinybench';

/** What a figure is counted in. */
export type Unit =
  | ('µs' | 'ms' | 's' | 'MB' | 'round trips' | 'refusals')
  | ('ms/s' | 'B/s' | 'calls/s' | 'orders/s' | 'statements/s' | 'leases/s');

/** One line of the table: what was measured, beside what it is compared with in the same run. */
export interface Measured {
  readonly work: string;
  readonly unit: Unit;
  readonly figure: number;
  /** Undefined where nothing is compared: the aim is on the figure itself. */
  readonly baseline: number | undefined;
  /** The lowest and the highest ratio, or figure, of the rounds; undefined for what is counted once. */
  readonly spread: readonly [number, number] | undefined;
  readonly aim: Aim;
}

/**
 * What a line is to hold. `ratio` is figure by baseline, `times` baseline by figure (how many times as quick),
 * `difference` figure less baseline, `figure` the figure alone.
 */
export interface Aim {
  readonly of: 'ratio' | 'times' | 'difference' | 'figure';
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One row of `docs/speed.md`: a file of this folder measures it. */
export interface Benchmark {
  readonly row: string;
  /** It takes minutes, and runs only where it is named. */
  readonly long?: true;
  measure(): Promise<readonly Measured[]>;
}

/** The number that an aim is about. */
export function aimedAt({ figure, baseline, aim }: Pick<Measured, 'figure' | 'baseline' | 'aim'>): number {
  if (baseline === undefined || aim.of === 'figure') return figure;
  if (aim.of === 'difference') return figure - baseline;
  return aim.of === 'ratio' ? figure / baseline : baseline / figure;
}

export function isHeld(measured: Measured): boolean {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = measured.aim;
  const value = aimedAt(measured);
  return value <= atMost && value >= atLeast;
}

/** Middle value; the higher one of two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One of the two things that are timed against each other. */
export type Side = () => unknown;

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/**
 * Times two sides in turns, so that whatever else the machine does meets both. Returns one line for each percentile
 * asked for: the medians over the rounds, and the spread of the rounds' ratios. `per`: how many pieces of work one call
 * of a side does.
 */
export async function sideBySide(options: {
  readonly work: string;
  readonly ours: Side;
  readonly baseline: Side;
  readonly aim: Aim;
  readonly of?: readonly (keyof Percentiles)[];
  readonly unit?: 'µs' | 'ms';
  readonly per?: number;
  readonly rounds?: number;
  readonly roundMs?: number;
}): Promise<readonly Measured[]> {
  const { work, ours, baseline, aim, of = ['p50'], unit = 'ms', per = 1, rounds = 9, roundMs = 300 } = options;
  // What was never run is compiled on the way, which is no part of the work.
  for (const side of [ours, baseline]) await timed(side, roundMs);
  const pairs: { readonly ours: Percentiles; readonly baseline: Percentiles }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [first, second] = round % 2 === 0 ? [ours, baseline] : [baseline, ours];
    const [one, other] = [await timed(first, roundMs), await timed(second, roundMs)];
    pairs.push(round % 2 === 0 ? { ours: one, baseline: other } : { ours: other, baseline: one });
  }
  const scale = (unit === 'µs' ? 1_000 : 1) / per;
  return of.map((percentile): Measured => {
    const numbers = pairs.map((pair) =>
      aimedAt({ figure: pair.ours[percentile], baseline: pair.baseline[percentile], aim }),
    );
    return {
      work: of.length > 1 ? `${work}, ${percentile}` : work,
      unit,
      figure: median(pairs.map((pair) => pair.ours[percentile])) * scale,
      baseline: median(pairs.map((pair) => pair.baseline[percentile])) * scale,
      spread: [Math.min(...numbers), Math.max(...numbers)],
      aim,
    };
  });
}

async function timed(side: Side, time: number): Promise<Percentiles> {
  const bench = new Tinybench({ time, iterations: 10, warmup: false, throws: true });
  bench.add('side', async () => void (await side()));
  const [task] = await bench.run();
  const result = task?.result;
  if (result === undefined || !('latency' in result)) throw new Error('a side was not measured');
  return result.latency;
}
