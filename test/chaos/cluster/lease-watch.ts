import { AppError } from '../../../src/errors.ts';
import type { DutyName, Fence } from '../../../src/ports/cluster.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { ClaimResult } from '../../../src/ports/ledger/proposal-ledger.ts';

/** What a process carried that died is taken over by another within so many milliseconds. */
const takeOverMs = 10_000;

/** How near the promises came to break that are about several processes; what was never near shows nothing. */
export const clusterNearMisses = [
  'an order was asked for with a fence that was old',
  'a lease that had run out was to be renewed',
  'a process died that carried something',
  'a process was held up that carried something',
  'handed over to another process',
  'the same thing was handed over twice',
  'what was handed over was begun by a process that died',
  'a process lost what it carried and began anew',
] as const;
export type ClusterNearMiss = (typeof clusterNearMisses)[number];

/** A process, as far as it matters who carries what. */
export interface Member {
  readonly self: string;
  /** Since when it runs, undisturbed, in milliseconds; undefined while it does not. */
  readonly soundSince: number | undefined;
}

/** The database's clock, and what has gone by whatever clocks show. */
interface WatchedClock {
  now(): number;
  readonly elapsedMs: number;
}

interface Carried {
  fence: Fence;
  /** Until when the lease runs, by the database's clock. */
  until: number;
  /** When its process died or gave it back. */
  vacantSince: number | undefined;
}

/** Holds what the ledger let processes do against what it may let them do. */
export class LeaseWatch {
  readonly violations: string[] = [];
  readonly near = Object.fromEntries(clusterNearMisses.map((way) => [way, 0])) as Record<ClusterNearMiss, number>;
  /** How often a duty was carried by another process than before. */
  takeOvers = 0;
  /** From the death of a process until what it carried was taken. */
  longestTakeOverMs = 0;
  readonly #duties = new Map<DutyName, Carried>();
  readonly #begun = new Map<string, Fence>();
  /** What was begun and is not over, and by whom. */
  readonly #underWay = new Map<string, string>();
  readonly #clock: WatchedClock;
  readonly #members: () => readonly Member[];

  constructor(clock: WatchedClock, members: () => readonly Member[]) {
    this.#clock = clock;
    this.#members = members;
  }

  get duties(): readonly DutyName[] {
    return [...this.#duties.keys()];
  }

  /** A call of the ledger that was carried out, or refused. `fence`: what an account's ledger was given. */
  note(
    self: string,
    name: string,
    args: readonly unknown[],
    outcome: { readonly value: unknown } | { readonly error: unknown },
    fence: Fence | undefined,
  ): void {
    if ('error' in outcome) {
      const { error } = outcome;
      if (error instanceof AppError && error.code === 'cluster.not-ours')
        this.near['an order was asked for with a fence that was old'] += 1;
      return;
    }
    const { value } = outcome;
    switch (name as keyof Ledger) {
      case 'takeLease': {
        const [, , ttlMs] = args as Parameters<Ledger['takeLease']>;
        if (value !== undefined) this.#taken(value as Fence, ttlMs);
        return;
      }
      case 'renewLeases': {
        const [fences, ttlMs] = args as Parameters<Ledger['renewLeases']>;
        for (const one of fences) this.#renewed(one, ttlMs, (value as ReadonlySet<DutyName>).has(one.duty));
        return;
      }
      case 'releaseLeases': {
        const [fences] = args as Parameters<Ledger['releaseLeases']>;
        for (const one of fences) this.#vacate(one.duty, one.holder, 'given back');
        return;
      }
      case 'claim':
        if ((value as ClaimResult).kind === 'claimed') this.#requireCarried(self, name, fence);
        return;
      case 'beginSubmit':
        this.#requireCarried(self, name, fence);
        return;
      case 'putHanded': {
        const [{ duty }] = args as Parameters<Ledger['putHanded']>;
        if (value === false) this.near['the same thing was handed over twice'] += 1;
        else if (this.#duties.get(duty)?.fence.holder !== self) this.near['handed over to another process'] += 1;
        return;
      }
      case 'beginHanded': {
        const [id, by] = args as Parameters<Ledger['beginHanded']>;
        if (value === true) this.#begin(id, by);
        return;
      }
      case 'endHanded':
        this.#underWay.delete((args as Parameters<Ledger['endHanded']>)[0]);
        return;
    }
  }

  died(self: string): void {
    for (const [id, by] of this.#underWay) {
      if (by !== self) continue;
      this.near['what was handed over was begun by a process that died'] += 1;
      this.#underWay.delete(id);
    }
    for (const duty of this.#heldBy(self)) {
      this.near['a process died that carried something'] += 1;
      this.#vacate(duty, self, 'left behind');
    }
  }

  heldUp(self: string): void {
    if (this.#heldBy(self).length > 0) this.near['a process was held up that carried something'] += 1;
  }

  /** For the end, when nothing is in the way any more: what nobody carries. */
  noteEnd(): void {
    const alive = this.#members().map(({ self }) => self);
    for (const [duty, { fence, until }] of this.#duties) {
      if (until <= this.#clock.now() || !alive.includes(fence.holder)) {
        this.violations.push(`nobody carries ${duty} in the end`);
      }
    }
  }

  #heldBy(self: string): readonly DutyName[] {
    const now = this.#clock.now();
    return [...this.#duties.values()]
      .filter(({ fence, until, vacantSince }) => fence.holder === self && until > now && vacantSince === undefined)
      .map(({ fence }) => fence.duty);
  }

  #vacate(duty: DutyName, holder: string, how: 'given back' | 'left behind'): void {
    const carried = this.#duties.get(duty);
    if (carried === undefined || carried.fence.holder !== holder) return;
    if (how === 'given back') carried.until = 0;
    carried.vacantSince ??= this.#clock.elapsedMs;
  }

  #taken(fence: Fence, ttlMs: number): void {
    const now = this.#clock.now();
    const before = this.#duties.get(fence.duty);
    this.#duties.set(fence.duty, { fence, until: now + ttlMs, vacantSince: undefined });
    if (before === undefined) return;
    if (before.until > now) this.violations.push(`${fence.duty} was taken while ${before.fence.holder} had it`);
    if (fence.token <= before.fence.token) this.violations.push(`${fence.duty} was taken with a token of before`);
    if (before.fence.holder !== fence.holder) this.takeOvers += 1;
    if (before.vacantSince === undefined) return;
    const since = before.vacantSince;
    const waits = this.#members().flatMap(({ soundSince }) =>
      soundSince === undefined ? [] : [this.#clock.elapsedMs - Math.max(since, soundSince)],
    );
    const waitedMs = Math.max(0, ...waits);
    this.longestTakeOverMs = Math.max(this.longestTakeOverMs, waitedMs);
    if (waitedMs > takeOverMs) this.violations.push(`${fence.duty} was taken over after ${waitedMs} ms`);
  }

  #renewed(fence: Fence, ttlMs: number, wasRenewed: boolean): void {
    const carried = this.#duties.get(fence.duty);
    const now = this.#clock.now();
    const isOver = carried === undefined || !isSame(carried.fence, fence) || carried.until <= now;
    if (isOver) this.near['a lease that had run out was to be renewed'] += 1;
    if (isOver && wasRenewed) this.violations.push(`the lease of ${fence.duty} was renewed after it had run out`);
    if (carried !== undefined && wasRenewed && isSame(carried.fence, fence)) carried.until = now + ttlMs;
  }

  #requireCarried(self: string, name: string, fence: Fence | undefined): void {
    const carried = fence && this.#duties.get(fence.duty);
    const isCarried = carried !== undefined && isSame(carried.fence, fence as Fence);
    if (!isCarried || carried.until <= this.#clock.now()) {
      this.violations.push(`${self} passed ${name} for ${fence?.duty}, which ${carried?.fence.holder} carries`);
    }
  }

  #begin(id: string, by: Fence): void {
    const before = this.#begun.get(id);
    this.#begun.set(id, by);
    this.#underWay.set(id, by.holder);
    if (before !== undefined && !isSame(before, by)) this.violations.push(`${id} was handed over once and begun twice`);
  }
}

function isSame(one: Fence, other: Fence): boolean {
  return one.duty === other.duty && one.token === other.token && one.holder === other.holder;
}
