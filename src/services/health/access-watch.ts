import type { CancelTimer, Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';

/** The venue issues a token once a minute, and turns away who asks again and again. */
const shortestWaitMs = 61_000;
const longestWaitMs = 10 * 60_000;

/** Gone by themselves, and nothing that anybody could mend. */
const passingCodes: ReadonlySet<string> = new Set(['venue.token-wait', 'venue.throttled']);

/**
 * Whether the venue takes what we come with: asked at the start and every morning, and where it does not, again and again
 * until it does. The owners are told at once why, anew when it is for another reason, and when it works again.
 */
export class AccessWatch {
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  readonly #tell: (trouble: unknown) => void;
  readonly #clock: Clock;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #cancelNext: CancelTimer = () => undefined;
  #waitMs = shortestWaitMs;
  /** What was told last; undefined while all is well. */
  #told: unknown;
  readonly #stopped = new AbortController();

  constructor(options: {
    /** Rejects with the reason where the venue does not take it. */
    readonly ask: (signal: AbortSignal) => Promise<unknown>;
    /** Is given the reason, or undefined when it works again. */
    readonly tell: (trouble: unknown) => void;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ask = options.ask;
    this.#tell = options.tell;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Why the venue does not take us, as an error; undefined while it does, or has not been asked. */
  get trouble(): unknown {
    return this.#told;
  }

  /** Asks now; what comes of it is told, never thrown. */
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
