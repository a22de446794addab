import type { CancelTimer, Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { DutyHandlers, DutyName, Fence } from '../ports/cluster.ts';
import type { Lease, LeaseStore } from '../ports/ledger/lease-store.ts';
import { Duty } from './duty.ts';
import { inTime } from './in-time.ts';

/** How often duties that this process has not got are looked at. */
const lookMs = 1_000;
/** After a look that failed. */
const retryMs = 500;
/** How much longer a process waits, for each duty that it carries, before it takes a free one; and the longest wait. */
const waitForEachMs = 300;
const longestWaitMs = 1_500;
/** How long a duty that could not be begun is left to other processes. */
const pauseMs = 5_000;
/** A lease is renewed when so many parts of it have gone by. */
const renewalsInLease = 3;
/** How long a stop waits for the database. */
const stopWaitMs = 1_500;
/** Added to the end of another's lease, so that the look comes after it. */
const afterEndMs = 20;

export interface KeeperOptions {
  readonly ledger: LeaseStore;
  readonly clock: Clock;
  readonly log: Log;
  /** This process. No two that are alive have the same name. */
  readonly self: string;
  /** How long a lease runs, in milliseconds. */
  readonly ttlMs: number;
  /** Called when duties became free before their leases would have ended. */
  readonly onFreed: () => void;
  /** Called when more can be done for duties than before. */
  readonly onReady: () => void;
}

/**
 * Takes the leases of duties, renews them, and knows at every moment which of them still run. The database's clock
 * decides that. This process reckons from the moment before it asked, so it thinks a lease to be over before the
 * database does, as long as both clocks are equally fast; what they show does not matter.
 */
export class DutyKeeper {
  readonly #options: KeeperOptions;
  readonly #duties = new Map<DutyName, Duty>();
  #handlers: DutyHandlers | undefined;
  /** The leases as they were read last, and when. */
  #seen: { readonly at: number; readonly leases: readonly Lease[] } | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #round: Promise<void> | undefined;
  #again = false;
  #cancelRound: CancelTimer = () => undefined;
  #cancelLapse: CancelTimer = () => undefined;
  #isFailing = false;
  #withdrawn = false;
  #stopped = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Resolves when each was tried once and what was taken at that was begun. */
  async seek(duties: readonly DutyName[], handlers: DutyHandlers): Promise<void> {
    this.#handlers = handlers;
    for (const name of duties) if (!this.#duties.has(name)) this.#duties.set(name, new Duty(name));
    await this.look();
    await Promise.all([...this.#duties.values()].map(({ handled }) => handled));
  }

  /**
   * Whether the duty's lease runs. The clock is read each time, because after a pause of the process this may be asked
   * before any timer has had its turn.
   */
  holds(name: DutyName): boolean {
    const duty = this.#duties.get(name);
    if (duty === undefined || this.#stopped) return false;
    if (duty.runs(this.#options.clock.now())) return true;
    // Whoever asks is in the middle of something, so the handlers have their turn right after that.
    if (duty.state === 'held') queueMicrotask(() => this.#noteLapses());
    return false;
  }

  /** That of the newest lease, which may be over; where there never was one, a fence that lets nothing pass. */
  fence(name: DutyName): Fence {
    return this.#duties.get(name)?.fence ?? { duty: name, token: 0, holder: this.#options.self };
  }

  /** The duties for which something can be done: their leases run, and their handlers are through. */
  get ready(): readonly DutyName[] {
    return [...this.#duties.values()].filter((duty) => duty.isIdle && this.holds(duty.name)).map(({ name }) => name);
  }

  /** The process that carries a duty, as it was within the last second, or is now. @throws AppError `store.*`. */
  async holderOf(name: DutyName, now = false): Promise<string | undefined> {
    const { clock } = this.#options;
    const age = clock.now() - (this.#seen?.at ?? Number.NEGATIVE_INFINITY);
    const seen = this.#seen !== undefined && !now && age >= 0 && age < lookMs ? this.#seen.leases : await this.leases();
    return seen.find(({ duty }) => duty === name)?.holder;
  }

  /** The leases that run. @throws AppError `store.*`. */
  async leases(): Promise<readonly Lease[]> {
    const at = this.#options.clock.now();
    const leases = await this.#options.ledger.leases();
    if (at >= (this.#seen?.at ?? Number.NEGATIVE_INFINITY)) this.#seen = { at, leases };
    return leases;
  }

  /** Looks at everything now. Resolves when that is done. */
  look(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#again = this.#round !== undefined;
    this.#round ??= this.#runRounds().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  withdraw(): void {
    this.#withdrawn = true;
  }

  /** Gives everything back. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#withdrawn = true;
    this.#cancelRound();
    this.#cancelLapse();
    // A lease that is being taken has to be known before it can be given back, and what is being begun uses the ledger,
    // which may be closed next. With the database away neither is waited for: the lease ends by itself.
    const underWay = Promise.all([this.#round, ...[...this.#duties.values()].map(({ handled }) => handled)]);
    await this.#inTime(underWay, stopWaitMs).catch(() => undefined);
    await this.#release([...this.#duties.values()].filter(({ isOurs }) => isOurs));
  }

  async #runRounds(): Promise<void> {
    do {
      this.#again = false;
      this.#cancelRound();
      let nextMs = retryMs;
      try {
        nextMs = await this.#runRound();
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#options.log.warn('leases not kept', { error });
        this.#isFailing = true;
      }
      if (this.#stopped) return;
      this.#cancelRound = this.#options.clock.timer(nextMs, () => void this.look());
    } while (this.#again);
  }

  /** Returns in how many milliseconds the next round is due. */
  async #runRound(): Promise<number> {
    const { clock, ttlMs } = this.#options;
    const renewMs = ttlMs / renewalsInLease;
    this.#noteLapses();
    const duties = [...this.#duties.values()];
    const age = clock.now() - this.#renewedAt;
    // A clock that was put back says nothing about how long ago that was.
    const isDue = age >= renewMs || age < 0 || duties.some(({ state }) => state === 'lapsed');
    if (isDue) await this.#renew(duties.filter(({ isOurs }) => isOurs));
    const lookInMs = await this.#takeFree();
    return Math.max(0, Math.min(lookInMs, this.#renewedAt + renewMs - clock.now()));
  }

  /** Renews what is held. What has lapsed may be renewed as well, if the database has not found it to be over. */
  async #renew(ours: readonly Duty[]): Promise<void> {
    const { clock, ledger, ttlMs } = this.#options;
    const sentAt = clock.now();
    if (ours.length > 0) {
      const fences = ours.flatMap(({ fence }) => fence ?? []);
      const renewed = await this.#inTime(ledger.renewLeases(fences, ttlMs));
      for (const duty of ours) {
        if (!renewed.has(duty.name)) this.#lapse(duty);
        else if (duty.extend(sentAt, ttlMs, clock.now())) this.#resume(duty);
      }
    }
    this.#renewedAt = sentAt;
    this.#noteLapses();
  }

  /** Takes what nobody has. Returns in how many milliseconds there may be more to take. */
  async #takeFree(): Promise<number> {
    const { clock, self } = this.#options;
    const sought = [...this.#duties.values()].filter(({ state }) => state === 'free' || state === 'lapsed');
    if (sought.length === 0 || this.#withdrawn) return Number.POSITIVE_INFINITY;
    const running = new Map((await this.#inTime(this.leases())).map((lease) => [lease.duty, lease]));
    let nextMs = lookMs;
    for (const duty of sought) {
      const lease = running.get(duty.name);
      if (lease === undefined) {
        const waitMs = duty.waitLeft(clock.now(), this.#waitMs());
        if (waitMs === 0 && !this.#withdrawn) await this.#take(duty);
        else nextMs = Math.min(nextMs, waitMs);
      } else {
        duty.noteTaken();
        nextMs = Math.min(nextMs, lease.leftMs + afterEndMs);
        if (duty.state === 'lapsed' && (lease.holder !== self || lease.token !== duty.fence?.token)) this.#lose(duty);
      }
    }
    return nextMs;
  }

  /** Whoever carries more lets others go first, so that duties spread over processes that are equal. */
  #waitMs(): number {
    const carried = [...this.#duties.values()].filter(({ isOurs }) => isOurs).length;
    return Math.min(longestWaitMs, carried * waitForEachMs);
  }

  async #take(duty: Duty): Promise<void> {
    const { clock, ledger, self, ttlMs } = this.#options;
    const sentAt = clock.now();
    const fence = await this.#inTime(ledger.takeLease(duty.name, self, ttlMs));
    if (fence === undefined) return duty.noteTaken();
    const before = duty.fence;
    const wasLapsed = duty.state === 'lapsed';
    duty.take(fence, sentAt, ttlMs);
    if (wasLapsed && fence.token !== (before?.token ?? 0) + 1) {
      await this.#release([duty]);
      this.#lose(duty);
    } else if (this.#withdrawn || !duty.runs(clock.now())) {
      // The answer took as long as the lease, or this process is ending by now. A duty that was being carried goes on
      // lapsing.
      duty.state = wasLapsed ? 'lapsed' : 'free';
      if (this.#withdrawn) await this.#release([duty]);
    } else if (wasLapsed) this.#resume(duty);
    else this.#begin(duty);
  }

  #begin(duty: Duty): void {
    const { log, clock } = this.#options;
    log.info('duty taken', { duty: duty.name, token: duty.fence?.token });
    this.#watchLapses();
    const handled = duty.handle(async () => {
      try {
        await this.#handlers?.onTaken(duty.name);
      } catch (error) {
        log.error('duty not begun', { duty: duty.name, error });
        if (!duty.isOurs || this.#stopped) return;
        duty.giveUp(clock.now() + pauseMs);
        await this.#release([duty]);
      }
    });
    void handled.then(this.#options.onReady);
  }

  #resume(duty: Duty): void {
    const { log } = this.#options;
    duty.state = 'held';
    log.info('duty resumed', { duty: duty.name, token: duty.fence?.token });
    this.#watchLapses();
    const handled = duty.handle(async () => {
      if (!duty.isOurs) return;
      try {
        await this.#handlers?.onResumed(duty.name);
      } catch (error) {
        // Half resumed is no state to go on in.
        log.error('duty not resumed', { duty: duty.name, error });
        if (!duty.isOurs || this.#stopped) return;
        this.#lose(duty);
        await this.#release([duty]);
      }
    });
    void handled.then(this.#options.onReady);
  }

  #noteLapses(): void {
    if (this.#stopped) return;
    const now = this.#options.clock.now();
    for (const duty of this.#duties.values()) if (!duty.runs(now)) this.#lapse(duty);
    this.#watchLapses();
  }

  #lapse(duty: Duty): void {
    if (duty.state !== 'held' || this.#stopped) return;
    duty.state = 'lapsed';
    this.#options.log.warn('duty lapsed', { duty: duty.name, token: duty.fence?.token });
    this.#handlers?.onLapsed(duty.name);
    void this.look();
  }

  #lose(duty: Duty): void {
    duty.state = 'lost';
    this.#options.log.warn('duty lost', { duty: duty.name, token: duty.fence?.token });
    this.#handlers?.onLost(duty.name);
  }

  #watchLapses(): void {
    this.#cancelLapse();
    const ends = [...this.#duties.values()].filter(({ state }) => state === 'held').map(({ until }) => until);
    if (ends.length === 0) return;
    const inMs = Math.max(0, Math.min(...ends) - this.#options.clock.now());
    this.#cancelLapse = this.#options.clock.timer(inMs, () => this.#noteLapses());
  }

  /** Others may take these at once. Where that cannot be written, they wait for the leases to end. */
  async #release(duties: readonly Duty[]): Promise<void> {
    const { ledger, log, onFreed } = this.#options;
    const fences = duties.flatMap(({ fence }) => fence ?? []);
    if (fences.length === 0) return;
    try {
      await this.#inTime(ledger.releaseLeases(fences), stopWaitMs);
      onFreed();
    } catch (error) {
      log.warn('leases not given back', { error });
    }
  }

  #inTime<T>(asked: Promise<T>, timeoutMs = this.#options.ttlMs): Promise<T> {
    return inTime(this.#options.clock, timeoutMs, asked);
  }
}
