import { type CancelTimer, type Clock, sleepOn } from '../../src/clock.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * The machine's clock with a lever: time goes by as usual, so real sockets work, and `advance` jumps ahead, firing what
 * falls due on the way, in order. No test waits for time.
 */
export class JumpClock implements Clock {
  #offset: number;
  readonly #timers = new Set<Timer>();
  readonly #awaited = new Set<Promise<unknown>>();
  #alarm: NodeJS.Timeout | undefined;

  /** Starts at `at`, in milliseconds; by default a Monday at 10:00 in Korea. */
  constructor(at = Date.parse('2026-11-23T10:00:00+09:00')) {
    this.#offset = at - Date.now();
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  timer(delayMs: number, callback: () => void): CancelTimer {
    const timer = { due: this.now() + delayMs, callback };
    this.#timers.add(timer);
    this.#arm();
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Jumps ahead; resolves when what fell due has run and its sockets have had their turns. */
  async advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.due > target) break;
      this.#offset += Math.max(0, next.due - this.now());
      this.#fireDue();
      await turns(5);
    }
    this.#offset += Math.max(0, target - this.now());
    this.#arm();
    await turns(5);
  }

  /**
   * Waits for `work` while time goes by some forty times as fast, so that retries and limits of calls a second cost a
   * test next to nothing. Time goes by with the turns of the event loop, in which the bot and the simulator get on as
   * well: on a busy machine a time-out strikes no sooner. Not for work in another thread or process, which gets no turn.
   */
  async hurried<T>(work: Promise<T>): Promise<T> {
    const end = (): void => void this.#awaited.delete(work);
    this.#awaited.add(work);
    work.then(end, end);
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (!this.#awaited.has(work)) return work;
      // Of several that are awaited at once, the first alone makes time go by.
      const [first] = this.#awaited;
      if (first === work) await this.advance(100);
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }

  #fireDue(): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.due > this.now()) break;
      this.#timers.delete(next);
      next.callback();
    }
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    const next = this.#next();
    if (next === undefined) return;
    this.#alarm = setTimeout(
      () => {
        this.#fireDue();
        this.#arm();
      },
      Math.min(2 ** 30, Math.max(0, next.due - this.now())),
    );
    this.#alarm.unref();
  }
}

/** Lets sockets and promises have their turns. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves with what `look` finds as soon as it finds something; fails after thirty real seconds, or as many as told. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  atMostMs = 30_000,
): Promise<T> {
  const end = Date.now() + atMostMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
