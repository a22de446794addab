import type { CancelTimer, Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { MarketFeed } from '../../ports/feed.ts';
import { SerialQueue } from '../serial-queue.ts';

/** How often prices are asked for that no registration is left for. */
const pollMs = 15_000;

interface PriceWatchOptions {
  readonly feed: MarketFeed;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether an issue is to be watched still. */
  readonly isWanted: (symbol: string) => boolean;
  /** Asks for prices that do not come by themselves. Never rejects. */
  readonly ask: (symbols: readonly string[]) => Promise<void>;
}

/** Sees to it that the prices of issues come: over the socket while there is room, else by asking now and then. */
export class PriceWatch {
  readonly #options: PriceWatchOptions;
  /** Issues with a registration on the socket. */
  readonly #watched = new Set<string>();
  /** Issues that there was none for. */
  readonly #polled = new Set<string>();
  /** Registrations change one at a time, each towards what is wanted when its turn comes. */
  readonly #registrations = new SerialQueue();
  #cancelPoll: CancelTimer | undefined;
  #stopped = false;

  constructor(options: PriceWatchOptions) {
    this.#options = options;
  }

  /** Whether the prices of an issue come over the socket, as far as anybody knows. */
  isLive(symbol: string): boolean {
    return !this.#polled.has(symbol);
  }

  /** Watches an issue that is wanted, and lets go of one that is not. Never rejects. */
  align(symbol: string): Promise<void> {
    return this.#registrations.run(() =>
      this.#options.isWanted(symbol) ? this.#watch(symbol) : this.#unwatch(symbol),
    );
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
