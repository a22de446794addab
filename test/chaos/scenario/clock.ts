import { type CancelTimer, type Clock, sleepOn } from '../../../src/clock.ts';
import type { Hold } from '../cluster/hold.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Turns of the event loop without any activity after which nothing more will happen by itself. */
const quietTurns = 10;

/**
 * Time that stands still until it is told to go on. Timers run on a count of their own, as a machine's do: `jump` moves
 * the clock on the wall, and no timer with it.
 */
export class VirtualClock implements Clock {
  readonly #startAt: number;
  #elapsedMs = 0;
  #jumpedMs = 0;
  readonly #timers = new Set<Timer>();
  #activity = 0;

  constructor(startAt: number) {
    this.#startAt = startAt;
  }

  now(): number {
    return this.#startAt + this.#elapsedMs + this.#jumpedMs;
  }

  /** What has gone by since the start, whatever the clock on the wall shows. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  timer(delayMs: number, callback: () => void): CancelTimer {
    this.noteActivity();
    const timer = { due: this.#elapsedMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Puts the clock on the wall forward, or back. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Something happened: the world is not at rest yet. */
  noteActivity(): void {
    this.#activity += 1;
  }

  /** Lets everything that is ready happen, until only time can bring more. */
  async rest(): Promise<void> {
    for (let quiet = 0, seen = this.#activity; quiet < quietTurns; quiet += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#activity === seen) continue;
      seen = this.#activity;
      quiet = 0;
    }
  }

  /** Lets so much time go by, with everything that falls due in it, in order. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsedMs + ms;
    await this.rest();
    for (;;) {
      const next = this.#nextUntil(target);
      if (next === undefined) break;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.due);
      this.#timers.delete(next);
      next.callback();
      await this.rest();
    }
    this.#elapsedMs = target;
  }

  /** The first of those that fall due first: a Set keeps the order in which they were made. */
  #nextUntil(target: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= target && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }
}

/** One process's view of it, which ends with the process, and whose wall clock may be off by itself. */
export class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  readonly #isOn: () => boolean;
  readonly #offMs: () => number;
  readonly #hold: Hold;
  /** What calls off the timers that run. */
  readonly #cancels = new Set<CancelTimer>();

  constructor(world: VirtualClock, isOn: () => boolean, offMs: () => number, hold: Hold) {
    this.#world = world;
    this.#isOn = isOn;
    this.#offMs = offMs;
    this.#hold = hold;
  }

  now(): number {
    return this.#world.now() + this.#offMs();
  }

  timer(delayMs: number, callback: () => void): CancelTimer {
    let isCancelled = false;
    const cancel = this.#world.timer(delayMs, () => {
      this.#cancels.delete(cancel);
      this.#hold.pass(() => {
        if (this.#isOn() && !isCancelled) callback();
      });
    });
    this.#cancels.add(cancel);
    return () => {
      isCancelled = true;
      this.#cancels.delete(cancel);
      cancel();
    };
  }

  /** How many timers run. */
  get timers(): number {
    return this.#cancels.size;
  }

  /** The process is over: what it waits for would keep all of it in memory. */
  end(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}
