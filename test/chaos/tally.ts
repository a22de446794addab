import type { Outcome, Trouble } from './scenario.ts';

/** With fewer runs than this, a kind of trouble may not have struck by chance. */
const runsForEveryTrouble = 500;
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
  readonly #troubles = new Map<string, number>();

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
    for (const [name, count] of Object.entries(outcome.troubles)) {
      this.#troubles.set(name, (this.#troubles.get(name) ?? 0) + count);
    }
  }

  /** No violation, every kind of trouble struck, and unknown outcomes were settled without asking. */
  passes(kinds: readonly Trouble[]): boolean {
    const missing = this.runs < runsForEveryTrouble ? [] : kinds.filter((kind) => !this.#troubles.has(kind));
    const { live } = this.#sums;
    return this.violations === 0 && this.lost === 0 && missing.length === 0 && percent(live) >= leastSettledPercent;
  }

  report(seconds: number): string {
    const { live, paper } = this.#sums;
    const troubles = [...this.#troubles].sort(([a], [b]) => a.localeCompare(b));
    const wide = Math.max(0, ...troubles.map(([name]) => name.length));
    const line = (name: string, sum: Sum): string =>
      `${name}: ${sum.runs} runs, ${sum.intents} intents, ${sum.unknown} unknown outcomes, ${sum.settled} settled without a person (${percent(sum).toFixed(2)} %), ${sum.asked} asked`;
    return [
      '',
      ...troubles.map(([name, count]) => `${name.padEnd(wide)}  ${count}`),
      '',
      line('live', live),
      line('paper', paper),
      `${this.runs} runs, ${this.#crashes} crashes, ${this.violations} violations, ${seconds} s`,
    ].join('\n');
  }
}

function emptySum(): Sum {
  return { runs: 0, intents: 0, unknown: 0, settled: 0, asked: 0 };
}

function percent({ unknown, settled }: Sum): number {
  return unknown === 0 ? 100 : (settled / unknown) * 100;
}
