import { type NearMiss, timeOf } from './judge.ts';

/** What was measured at the end of a day. */
export interface Measure {
  readonly at: number;
  /** Bytes after a collection, of the bot and its venue together; undefined without `--expose-gc`. */
  readonly heap: number | undefined;
  /** Minutes of issues that the venue has kept since the start: nothing else is to grow. */
  readonly candles: number;
  readonly timers: number;
  readonly registrations: number;
  readonly requests: number;
  /** Milliseconds of the machine's time since the start. */
  readonly wallMs: number;
}

export interface Outcome {
  readonly violations: readonly string[];
  readonly near: Readonly<Record<NearMiss, number>>;
  readonly measures: readonly Measure[];
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds from the moment a price was there to its telling, sorted. */
  readonly lateMs: readonly number[];
}

/** A candle of the venue's, with its strings. */
const bytesPerCandle = 220;
/** What may come and go from one day to the next, in bytes: what a day has read of news and charts. */
const mostGrowth = 6 * 1_048_576;

/** Bytes in use after a collection; undefined where nobody can ask for one. */
export function heapNow(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

export function measureText({ at, heap, candles, timers, registrations, requests, wallMs }: Measure): string {
  const memory = heap === undefined ? '' : `heap ${megabytes(heap)} with ${candles} minutes kept by the venue, `;
  return `${timeOf(at)}: ${memory}${timers} timers, ${registrations} registrations, ${requests} requests so far, ${Math.round(wallMs / 1_000)} s`;
}

/** What has grown from one day to the next; one sentence each. */
export function grown(before: Measure, now: Measure): readonly string[] {
  const venue = (now.candles - before.candles) * bytesPerCandle;
  const heap = (now.heap ?? 0) - (before.heap ?? 0) - venue;
  const day = timeOf(now.at);
  return [
    ...(heap > mostGrowth ? [`the heap grew by ${megabytes(heap)} until ${day}`] : []),
    ...(now.timers > before.timers + 5 ? [`${before.timers} timers became ${now.timers} until ${day}`] : []),
    ...(now.registrations > before.registrations ? [`registrations grew to ${now.registrations} until ${day}`] : []),
  ];
}

/** What a run came to, for whoever reads it. */
export function report({ violations, near, counts, lateMs }: Outcome): string {
  const share = (part: number): number => Math.round((lateMs[Math.floor((lateMs.length - 1) * part)] ?? 0) / 100) / 10;
  return [
    '',
    ...Object.entries(counts).map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
    '',
    'how often a promise was nearly broken',
    ...Object.entries(near).map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
    '',
    `told after ${share(0.5)} s (half), ${share(0.99)} s (99 of 100), ${share(1)} s (all), time without a bot left out`,
    ...violations.slice(0, 50).map((violation) => `VIOLATION: ${violation}`),
    `${violations.length} violations`,
  ].join('\n');
}
