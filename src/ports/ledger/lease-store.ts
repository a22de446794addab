import type { DutyName, Fence, Handed } from '../cluster.ts';

/** A lease that is running. */
export interface Lease extends Fence {
  /** How long it still runs by the database's clock, in milliseconds. */
  readonly leftMs: number;
}

/**
 * Which process carries which duty. All times are of the database's own clock, so that the clocks of the processes need
 * not agree.
 */
export interface LeaseStore {
  /**
   * Takes a duty for so many milliseconds. The token is one higher than that of the lease before, whoever had it.
   * Undefined while any lease of the duty runs, one of the same holder as well.
   */
  takeLease(duty: DutyName, holder: string, ttlMs: number): Promise<Fence | undefined>;
  /**
   * Lets leases run for so many milliseconds from now on. Returns the duties of which that was done: a lease that has
   * run out is never renewed, because others may have begun to count on that.
   */
  renewLeases(fences: readonly Fence[], ttlMs: number): Promise<ReadonlySet<DutyName>>;
  /** Ends leases before their time. Those that another process has taken meanwhile are left alone. */
  releaseLeases(fences: readonly Fence[]): Promise<void>;
  /** The leases that are running. */
  leases(): Promise<readonly Lease[]>;
}

/** The first of a lane that has not been done. */
export interface HandedHead {
  readonly handed: Handed;
  /** The lease under which it was begun; undefined where nobody has begun it. */
  readonly begun: Fence | undefined;
}

/** What people did, as it waits for the process that carries the duty. */
export interface HandedStore {
  /** Writes it down, at the end of its lane. Returns false, and does nothing, where the id is known. */
  putHanded(handed: Handed): Promise<boolean>;
  /** The first of each lane of these duties that has not been done, oldest first. */
  handedHeads(duties: readonly DutyName[]): Promise<readonly HandedHead[]>;
  /**
   * Notes who does it, in one transaction with the question whether the lease still runs. Returns false where it does
   * not, or where it was begun under another lease. Saying the same again is harmless.
   */
  beginHanded(id: string, fence: Fence): Promise<boolean>;
  /** It is over, whatever came of it. */
  endHanded(id: string): Promise<void>;
}
