import type { DutyName, Fence } from '../ports/cluster.ts';

/**
 * `free`: not carried here. `held`: the lease runs. `lapsed`: it is over, or may be, and nobody is known to have taken
 * the duty since. `lost`: another process has, so this one may not carry it again before it has begun anew.
 */
type DutyState = 'free' | 'held' | 'lapsed' | 'lost';

/** One duty, as the process that seeks it knows it. Times are of this process's clock, in milliseconds. */
export class Duty {
  readonly name: DutyName;
  state: DutyState = 'free';
  /** That of the newest lease of this process. */
  fence: Fence | undefined;
  /** Between these two the lease runs for certain. */
  #since = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;
  /** Since when nobody was seen to have it. */
  #freeSince: number | undefined;
  /** Before this it is left to others. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #handling = 0;
  #handled: Promise<void> = Promise.resolve();

  constructor(name: DutyName) {
    this.name = name;
  }

  /** Whether it is this process's, as far as nobody else is known to have it. */
  get isOurs(): boolean {
    return this.state === 'held' || this.state === 'lapsed';
  }

  /** Whether no handler is at it. */
  get isIdle(): boolean {
    return this.#handling === 0;
  }

  /** Resolves when the handlers are through that are at it now. */
  get handled(): Promise<void> {
    return this.#handled;
  }

  get until(): number {
    return this.#until;
  }

  /** A clock that shows less than when the lease began was put back, and says nothing about how long it still runs. */
  runs(now: number): boolean {
    return this.state === 'held' && this.#since <= now && now < this.#until;
  }

  take(fence: Fence, sentAt: number, ttlMs: number): void {
    this.fence = fence;
    this.state = 'held';
    this.#freeSince = undefined;
    this.#since = sentAt;
    this.#until = sentAt + ttlMs;
  }

  /** The lease was renewed. Returns whether that brings back one that had lapsed. */
  extend(sentAt: number, ttlMs: number, now: number): boolean {
    if (!this.isOurs) return false;
    this.#since = sentAt;
    this.#until = sentAt + ttlMs;
    return this.state === 'lapsed' && sentAt <= now && now < this.#until;
  }

  giveUp(pausedUntil: number): void {
    this.state = 'free';
    this.#pausedUntil = pausedUntil;
  }

  /** Another process was seen to have it. */
  noteTaken(): void {
    this.#freeSince = undefined;
  }

  /** Nobody was seen to have it. How long it is still left to others, who are given `waitMs` from then on. */
  waitLeft(now: number, waitMs: number): number {
    // What lapsed here is this process's before it is anybody's.
    if (this.state === 'lapsed') return 0;
    this.#freeSince ??= now;
    const end = Math.max(this.#freeSince + waitMs, this.#pausedUntil);
    // A clock that was put back must not keep it waiting.
    return now < this.#freeSince ? 0 : Math.max(0, end - now);
  }

  /** Runs a handler after those before it. It must not reject. Resolves when it is through. */
  handle(run: () => Promise<void>): Promise<void> {
    this.#handling += 1;
    this.#handled = this.#handled.then(run).finally(() => {
      this.#handling -= 1;
    });
    return this.#handled;
  }
}
