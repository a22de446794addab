import type { CancelTimer, Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';

/** The pauses between tries. The venue issues one token a minute, and turns away who asks again and again. */
const shortestWaitMs = 61_000;
const longestWaitMs = 10 * 60_000;

/** Errors that pass by themselves and that nobody could mend. */
const passingCodes: ReadonlySet<string> = new Set(['venue.token-wait', 'venue.throttled']);

/**
 * Watches whether the venue accepts our key and account. The venue is asked at the start and every morning; where it
 * refuses, again and again until it accepts. The owners are told the reason at once, again when the reason changes, and
 * when it works again.
 */
export class AccessWatch {
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  readonly #tell: (trouble: unknown) => void;
  readonly #clock: Clock;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #cancelNext: CancelTimer = () => undefined;
  #waitMs = shortestWaitMs;
  /** The reason that was told last; undefined while all is well. */
  #told: unknown;
  readonly #stopped = new AbortController();

  constructor(options: {
    /** Asks the venue. Rejects with the reason where it refuses. */
    readonly ask: (signal: AbortSignal) => Promise<unknown>;
    /** Tells the owners the reason, or that it works again (undefined). */
    readonly tell: (trouble: unknown) => void;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ask = options.ask;
    this.#tell = options.tell;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** The venue's refusal as an error; undefined while it accepts, or has not been asked. */
  get trouble(): unknown {
    return this.#told;
  }

  /** Asks now. The result is told, never thrown. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancelNext();
  }

  async #look(): Promise<void> {
    this.#cancelNext();
    try {
      await this.#ask(this.#stopped.signal);
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#failed(error);
      return;
    }
    this.#waitMs = shortestWaitMs;
    if (this.#told === undefined || this.#stopped.signal.aborted) return;
    this.#told = undefined;
    this.#tell(undefined);
  }

  #failed(error: unknown): void {
    this.#cancelNext = this.#clock.timer(this.#waitMs, () => void this.look());
    if (passingCodes.has(codeOf(error))) return;
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    this.#log.warn('not taken by the venue', { error });
    const isNew = this.#told === undefined || codeOf(error) !== codeOf(this.#told);
    this.#told = error;
    if (isNew) this.#tell(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : '';
}
