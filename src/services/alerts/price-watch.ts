import pLimit from 'p-limit';
import type { CancelTimer, Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { MarketFeed } from '../../ports/feed.ts';

/** How often prices are asked for while the socket has no registration left for them. */
const pollMs = 15_000;

interface PriceWatchOptions {
  readonly feed: MarketFeed;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether an issue still has to be watched. */
  readonly isWanted: (symbol: string) => boolean;
  /** Asks for the prices of issues. Never rejects. */
  readonly ask: (symbols: readonly string[]) => Promise<void>;
}

/** Brings the prices of issues: over the socket while it has registrations left, otherwise by asking now and then. */
export class PriceWatch {
  readonly #options: PriceWatchOptions;
  /** Issues with a registration on the socket. */
  readonly #watched = new Set<string>();
  /** Issues for which no registration was left. */
  readonly #polled = new Set<string>();
  /** Registrations change one at a time, and each looks at what is wanted when its turn comes. */
  readonly #registrations = pLimit(1);
  #cancelPoll: CancelTimer | undefined;
  #stopped = false;

  constructor(options: PriceWatchOptions) {
    this.#options = options;
  }

  /** Whether the prices of an issue come over the socket, as far as anybody knows. */
  isLive(symbol: string): boolean {
    return !this.#polled.has(symbol);
  }

  /** Registers an issue that is wanted, and unregisters one that is not. Never rejects. */
  align(symbol: string): Promise<void> {
    return this.#registrations(() => (this.#options.isWanted(symbol) ? this.#watch(symbol) : this.#unwatch(symbol)));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
  }

  async #watch(symbol: string): Promise<void> {
    if (this.#stopped || this.#watched.has(symbol)) return;
    try {
      await this.#options.feed.watchTrades(symbol);
      this.#watched.add(symbol);
      this.#polled.delete(symbol);
    } catch (error) {
      if (!this.#polled.has(symbol)) this.#options.log.warn('issue asked for instead of watched', { symbol, error });
      this.#polled.add(symbol);
      this.#schedulePoll();
    }
  }

  async #unwatch(symbol: string): Promise<void> {
    this.#polled.delete(symbol);
    if (!this.#watched.delete(symbol)) return;
    try {
      await this.#options.feed.unwatchTrades(symbol);
    } catch (error) {
      this.#options.log.warn('issue still watched', { symbol, error });
    }
    for (const waiting of this.#polled) void this.align(waiting);
  }

  #schedulePoll(): void {
    if (this.#stopped || this.#cancelPoll !== undefined || this.#polled.size === 0) return;
    this.#cancelPoll = this.#options.clock.timer(pollMs, () => {
      void this.#options.ask([...this.#polled]).finally(() => {
        this.#cancelPoll = undefined;
        this.#schedulePoll();
      });
    });
  }
}
