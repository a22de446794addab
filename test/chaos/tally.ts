import { type ClusterNearMiss, clusterNearMisses } from './cluster/lease-watch.ts';
import type { Shared } from './invariants.ts';
import { type NearMiss, promises } from './promises.ts';
import type { Outcome } from './scenario/scenario.ts';
import { clusterTroubles, type Trouble, troubles } from './scenario/troubles.ts';

/** With fewer runs than this, a kind of trouble may not have struck, or a promise not come near to break, by chance. */
const runsForEverything = 500;
/** Of the unknown outcomes of the live dialect, in percent. */
const leastSettledPercent = 99;

interface Sum {
  accounts: number;
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
  runs = 0;
  readonly #sums: Readonly<Record<'live' | 'paper', Sum>> = { live: emptySum(), paper: emptySum() };
  readonly #troubles = new Map<Trouble, number>();
  readonly #near = new Map<NearMiss, number>();
  /** Of the runs in which several processes shared the ledger. */
  readonly #shared = { runs: 0, processes: 0, takeOvers: 0, longestTakeOverMs: 0, disturbances: 0 };
  readonly #sharedNear = new Map<ClusterNearMiss, number>();

  add(outcome: Outcome): void {
    this.violations += outcome.violations.length;
    this.#crashes += outcome.crashes;
    this.runs += 1;
    for (const account of outcome.accounts) {
      const sum = this.#sums[account.dialect];
      sum.accounts += 1;
      sum.intents += account.intents;
      sum.unknown += account.unknown;
      sum.settled += account.settled;
      sum.asked += account.asked;
    }
    addTo(this.#troubles, outcome.troubles);
    addTo(this.#near, outcome.near);
    if (outcome.shared !== undefined) this.#addShared(outcome.shared);
  }

  #addShared({ near, processes, takeOvers, longestTakeOverMs, disturbances }: Shared): void {
    const sum = this.#shared;
    sum.runs += 1;
    sum.processes += processes;
    sum.takeOvers += takeOvers;
    sum.disturbances += disturbances;
    sum.longestTakeOverMs = Math.max(sum.longestTakeOverMs, longestTakeOverMs);
    addTo(this.#sharedNear, near);
  }

  /** What a run of this length must have seen and has not. */
  get missing(): readonly string[] {
    if (this.runs < runsForEverything) return [];
    const never = Object.values(promises)
      .flat()
      .filter((name) => (this.#near.get(name) ?? 0) === 0);
    const isShared = this.#shared.runs > 0;
    const kinds = isShared ? [...troubles, ...clusterTroubles] : troubles;
    const apart = isShared ? clusterNearMisses.filter((name) => (this.#sharedNear.get(name) ?? 0) === 0) : [];
    return [...kinds.filter((kind) => !this.#troubles.has(kind)), ...never, ...apart];
  }

  /** No violation, every kind of trouble struck, every promise was nearly broken, and unknown outcomes were settled. */
  get passes(): boolean {
    // A process whose clock is off by more than ten seconds asks the owner where it would settle otherwise.
    const settled = this.#shared.runs > 0 || percent(this.#sums.live) >= leastSettledPercent;
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
      `${name}: ${sum.accounts} accounts, ${sum.intents} intents, ${sum.unknown} unknown outcomes, ${sum.settled} settled without a person (${percent(sum).toFixed(2)} %), ${sum.asked} asked`;
    return [
      '',
      ...struck.map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
      '',
      'how often each promise was nearly broken',
      ...nearly,
      '',
      ...this.#sharedLines(),
      ...this.missing.map((name) => `NEVER: ${name}`),
      line('live', live),
      line('paper', paper),
      `${this.runs} runs, ${this.#crashes} crashes, ${this.violations} violations, ${seconds} s`,
    ].join('\n');
  }

  #sharedLines(): readonly string[] {
    const { runs, processes, takeOvers, longestTakeOverMs, disturbances } = this.#shared;
    if (runs === 0) return [];
    return [
      'how often that was so of several processes',
      ...clusterNearMisses.map((way) => `${String(this.#sharedNear.get(way) ?? 0).padStart(8)}  ${way}`),
      `${processes} processes, ${disturbances} held up, cut off or begun anew, ${takeOvers} duties taken over, ${longestTakeOverMs} ms at most after a death`,
      '',
    ];
  }
}

function addTo<Name extends string>(sums: Map<Name, number>, counts: Readonly<Partial<Record<Name, number>>>): void {
  for (const [name, count] of Object.entries(counts) as [Name, number][]) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
}

function emptySum(): Sum {
  return { accounts: 0, intents: 0, unknown: 0, settled: 0, asked: 0 };
}

function percent({ unknown, settled }: Sum): number {
  return unknown === 0 ? 100 : (settled / unknown) * 100;
}
