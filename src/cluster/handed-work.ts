import type { CancelTimer, Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Cluster, Fence, Handed } from '../ports/cluster.ts';
import type { HandedHead, HandedStore } from '../ports/ledger/lease-store.ts';
import type { DutyKeeper } from './duty-keeper.ts';

/** How often what was handed over is looked at, in case nobody told of it. */
const lookMs = 1_000;

type Act = Parameters<Cluster['takeHanded']>[0];

/**
 * Does what was handed over for the duties of this process: each lane by itself, one after the other, so that a slow
 * chat keeps no other waiting. What is done is noted before and after: what a process that died had begun may have been
 * done, so it is not begun again.
 */
export class HandedWork {
  readonly #ledger: HandedStore;
  readonly #keeper: DutyKeeper;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Undefined until `take`. */
  #how: { readonly act: Act; readonly abandoned: Act } | undefined;
  /** Lanes of which something is being done. */
  readonly #busy = new Set<string>();
  /** What ended since the look that is under way began: the database may still answer that it is to be done. */
  readonly #endedMeanwhile = new Set<string>();
  #looking: Promise<void> | undefined;
  #again = false;
  #cancel: CancelTimer = () => undefined;
  #ended = false;

  constructor(options: {
    readonly ledger: HandedStore;
    readonly keeper: DutyKeeper;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ledger = options.ledger;
    this.#keeper = options.keeper;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  take(act: Act, abandoned: Act): void {
    this.#how = { act, abandoned };
    this.look();
  }

  /** Looks now whether there is anything to do. */
  look(): void {
    if (this.#how === undefined || this.#ended) return;
    this.#again = this.#looking !== undefined;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      this.#cancel();
      if (this.#again) this.look();
      else if (!this.#ended) this.#cancel = this.#clock.timer(lookMs, () => this.look());
    });
  }

  /** Begins nothing more. */
  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  async #lookOnce(): Promise<void> {
    const duties = this.#keeper.ready;
    if (duties.length === 0) return;
    this.#endedMeanwhile.clear();
    try {
      for (const head of await this.#ledger.handedHeads(duties)) this.#start(head);
    } catch (error) {
      this.#log.debug('what was handed over not read', { error });
    }
  }

  #start(head: HandedHead): void {
    const { duty, lane } = head.handed;
    const key = `${duty} ${lane}`;
    if (this.#busy.has(key) || this.#ended || !this.#keeper.holds(duty)) return;
    // To begin it would keep its lane from what comes after it.
    if (this.#endedMeanwhile.has(head.handed.id)) return;
    this.#busy.add(key);
    void this.#run(head, this.#keeper.fence(duty)).then((isOver) => {
      this.#busy.delete(key);
      // What failed is tried again with the next look.
      if (isOver) this.look();
    });
  }

  /** Returns whether it is over. */
  async #run({ handed, begun }: HandedHead, fence: Fence): Promise<boolean> {
    const isOurs = begun === undefined || (begun.token === fence.token && begun.holder === fence.holder);
    try {
      // Where the answer to this got lost it was begun and not done, and this process is the one that knows that.
      if (isOurs && !(await this.#ledger.beginHanded(handed.id, fence))) return false;
      if (!isOurs) await this.#how?.abandoned(handed);
    } catch (error) {
      this.#log.warn('what was handed over not begun', { duty: handed.duty, error });
      return false;
    }
    if (isOurs) {
      await this.#how?.act(handed).catch((error: unknown) => {
        this.#log.error('what was handed over not done', { duty: handed.duty, error });
      });
    }
    return this.#noteEnd(handed);
  }

  /** Until this is noted the lane stays busy, so that what was done is not taken for what was only begun. */
  async #noteEnd({ id, duty }: Handed): Promise<boolean> {
    for (;;) {
      try {
        await this.#ledger.endHanded(id);
        this.#endedMeanwhile.add(id);
        return true;
      } catch (error) {
        this.#log.debug('end of what was handed over not noted', { duty, error });
        if (this.#ended) return false;
        await this.#clock.sleep(lookMs);
      }
    }
  }
}
