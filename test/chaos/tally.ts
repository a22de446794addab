import { type NearMiss, promises } from './promises.ts';
import type { Outcome } from './scenario/scenario.ts';
import { type Trouble, troubles } from './scenario/troubles.ts';

/** With fewer runs than this, a kind of trouble may not have struck, or a promise not come near to break, by chance. */
const runsForEverything = 500;
/** Of the unknown outcomes of the live dialect, in percent. */
const leastSettledPercent = 99;

interface Sum {
  runs: number;
  intents: number;
  unknown: number;
  settled: number;
  asked: number;
}

/** What many scenarios came to. */
export class Tally {
  violations = 0;
  /** Processes that ended without a word. */
  lost = 0;
  #crashes = 0;
  readonly #sums: Readonly<Record<Outcome['dialect'], Sum>> = { live: emptySum(), paper: emptySum() };
  readonly #troubles = new Map<Trouble, number>();
  readonly #near = new Map<NearMiss, number>();

  get runs(): number {
    return this.#sums.live.runs + this.#sums.paper.runs;
  }

  add(outcome: Outcome): void {
    this.violations += outcome.violations.length;
    this.#crashes += outcome.crashes;
    const sum = this.#sums[outcome.dialect];
    sum.runs += 1;
    sum.intents += outcome.intents;
    sum.unknown += outcome.unknown;
    sum.settled += outcome.settled;
    sum.asked += outcome.asked;
    addTo(this.#troubles, outcome.troubles);
    addTo(this.#near, outcome.near);
  }

  /** What a run of this length must have seen and has not. */
  get missing(): readonly string[] {
    if (this.runs < runsForEverything) return [];
    const never = Object.values(promises)
      .flat()
      .filter((name) => (this.#near.get(name) ?? 0) === 0);
    return [...troubles.filter((kind) => !this.#troubles.has(kind)), ...never];
  }

  /** No violation, every kind of trouble struck, every promise was nearly broken, and unknown outcomes were settled. */
  get passes(): boolean {
    const settled = percent(this.#sums.live) >= leastSettledPercent;
    return this.violations === 0 && this.lost === 0 && this.missing.length === 0 && settled;
  }

  report(seconds: number): string {
    const { live, paper } = this.#sums;
    const struck = [...this.#troubles].sort(([a], [b]) => a.localeCompare(b));
    const nearly = Object.entries(promises).flatMap(([promise, ways]) => [
      promise,
      ...ways.map((way) => `${String(this.#near.get(way) ?? 0).padStart(8)}  ${way}`),
    ]);
    const line = (name: string, sum: Sum): string =>
      `${name}: ${sum.runs} runs, ${sum.intents} intents, ${sum.unknown} unknown outcomes, ${sum.settled} settled without a person (${percent(sum).toFixed(2)} %), ${sum.asked} asked`;
    return [
      '',
      ...struck.map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
      '',
      'how often each promise was nearly broken',
      ...nearly,
      '',
      ...this.missing.map((name) => `NEVER: ${name}`),
      line('live', live),
      line('paper', paper),
      `${this.runs} runs, ${this.#crashes} crashes, ${this.violations} violations, ${seconds} s`,
    ].join('\n');
  }
}

function addTo<Name extends string>(sums: Map<Name, number>, counts: Readonly<Partial<Record<Name, number>>>): void {
  for (const [name, count] of Object.entries(counts) as [Name, number][]) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
}

function emptySum(): Sum {
  return { runs: 0, intents: 0, unknown: 0, settled: 0, asked: 0 };
}

function percent({ unknown, settled }: Sum): number {
  return unknown === 0 ? 100 : (settled / unknown) * 100;
}
