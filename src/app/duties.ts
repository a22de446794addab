import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Cluster, DutyName } from '../ports/cluster.ts';
import { type AccountUnit, listen, type MarketHandlers, recoverUnits } from './account-units.ts';

/** How long a start waits for the venue's lists before people may speak; orders wait for them in any case. */
const alignWaitMs = 3_000;

export interface DutiesOptions {
  readonly cluster: Cluster;
  /** All accounts, the first one's first. */
  readonly units: readonly AccountUnit[];
  /** The names of the chat platforms. */
  readonly channels: readonly string[];
  readonly market: MarketHandlers;
  /** Begins what belongs to no account, once the first account's key was begun. */
  readonly beginFront: () => Promise<void>;
  /** Begins to receive from a chat platform, and to send to it. */
  readonly openChannel: (name: string) => Promise<void>;
  /** Called when accounts were begun. */
  readonly onBegun: (units: readonly AccountUnit[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What only one process may do of all that share a ledger, and how this process begins each part of it. Beginning is
 * recovering: what the ledger holds is looked at first, then the venue is listened to and its lists are read. Where the
 * venue does not answer people may speak all the same, and what would send an order says that it waits.
 */
export class Duties {
  /** Resolves when another process has carried one of them since, so that this process has to begin anew. */
  readonly lost: Promise<void>;
  /** That of the first account's key, which brings along what belongs to no account. */
  readonly front: DutyName;
  readonly #options: DutiesOptions;
  readonly #units: ReadonlyMap<DutyName, readonly AccountUnit[]>;
  /** Keys that are being begun. */
  readonly #beginning = new Set<Promise<void>>();
  readonly #begun = new Set<AccountUnit>();
  #lose: () => void = () => undefined;

  constructor(options: DutiesOptions) {
    this.#options = options;
    this.#units = Map.groupBy(options.units, ({ kis }) => kis.duty);
    // The settings hold at least one account.
    this.front = [...this.#units.keys()][0] as DutyName;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** The accounts whose key this process has carried since it began. */
  get begun(): readonly AccountUnit[] {
    return [...this.#begun];
  }

  /** Takes what it can of them, and the rest as other processes end. */
  seek(): Promise<void> {
    const { cluster, channels } = this.#options;
    return cluster.seek([...this.#units.keys(), ...channels.map(chatDuty)], {
      onTaken: (duty) => this.#begin(duty),
      onLapsed: (duty) => {
        // The venue gives a key one session. Where another process has the key by now, this one would be in its way.
        for (const { kis } of this.#units.get(duty) ?? []) void kis.feed.stop();
      },
      onResumed: (duty) => this.#listen(duty),
      onLost: () => this.#lose(),
    });
  }

  async #begin(duty: DutyName): Promise<void> {
    const { openChannel, beginFront, onBegun } = this.#options;
    const units = this.#units.get(duty);
    if (units === undefined) return openChannel(duty.slice(chatDuty('').length));
    const beginning = this.#beginKey(duty, units);
    this.#beginning.add(beginning);
    await beginning.finally(() => this.#beginning.delete(beginning));
    if (duty === this.front) {
      // What is told at a start is told of every account that begins with it.
      await Promise.allSettled(this.#beginning);
      await beginFront();
    }
    for (const { fillNoticeWatch } of units) fillNoticeWatch.begin();
    onBegun(units);
  }

  async #beginKey(duty: DutyName, units: readonly AccountUnit[]): Promise<void> {
    const { clock, log } = this.#options;
    await recoverUnits(units, log);
    for (const unit of units) this.#begun.add(unit);
    await this.#listen(duty);
    const aligned = Promise.all(units.map(({ account }) => account.reconciler.align()));
    await Promise.race([aligned, clock.sleep(alignWaitMs)]);
  }

  #listen(duty: DutyName): Promise<void> {
    return listen(this.#units.get(duty) ?? [], this.#options.market);
  }
}

/** The duty of a chat platform. */
export function chatDuty(channel: string): DutyName {
  return `chat:${channel}`;
}
