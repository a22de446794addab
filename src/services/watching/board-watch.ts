import type { IndexCode } from '../../domain/market/research.ts';
import type { Exchange } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { BookWatcher, FeedStatus, IndexWatcher, MarketFeed, StopWatching, Watcher } from '../../ports/feed.ts';
import type { Registrations } from './registrations.ts';

/** The registration of an issue's trades, as all that share it name it. */
export function tradesTopic(symbol: string, exchange: Exchange): string {
  return `trades ${exchange} ${symbol}`;
}

/** Watches books and indices for boards, as long as nothing more urgent needs their registrations. */
export class BoardWatch {
  readonly #feed: MarketFeed;
  readonly #registrations: Registrations;
  readonly #plan: () => Promise<void>;
  #made = 0;

  /** `plan`: shares the registrations out anew. */
  constructor(feed: MarketFeed, registrations: Registrations, plan: () => Promise<void>) {
    this.#feed = feed;
    this.#registrations = registrations;
    this.#plan = plan;
  }

  get feedState(): FeedStatus['state'] {
    return this.#feed.status().state;
  }

  /** As `MarketFeed.watchBook`; it ends as `full` when something more urgent needs the room. */
  watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching> {
    const topics = [tradesTopic(symbol, exchange), `book ${exchange} ${symbol}`, `status ${exchange} ${symbol}`];
    return this.#watch(topics, watcher, (told) => this.#feed.watchBook(symbol, exchange, { ...watcher, ...told }));
  }

  /** As `MarketFeed.watchIndices`; it ends as `full` when something more urgent needs the room. */
  watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching> {
    const topics = codes.map((code) => `index ${code}`);
    return this.#watch(topics, watcher, (told) => this.#feed.watchIndices(codes, { ...watcher, ...told }));
  }

  async #watch(
    topics: readonly string[],
    { onEnd }: Watcher,
    watch: (told: Pick<Watcher, 'onEnd'>) => Promise<StopWatching>,
  ): Promise<StopWatching> {
    this.#made += 1;
    const id = `board ${this.#made}`;
    let stop: StopWatching | undefined;
    const told: Pick<Watcher, 'onEnd'> = {
      onEnd: (why) => {
        // The feed has let go of its registrations, or is about to.
        stop = undefined;
        this.#registrations.remove(id);
        onEnd(why);
      },
    };
    this.#registrations.add(id, {
      topics,
      need: () => 'board',
      open: async () => {
        stop = await watch(told);
      },
      close: async () => {
        const end = stop;
        end?.();
        if (end !== undefined && this.#registrations.has(id)) told.onEnd('full');
      },
    });
    await this.#plan();
    if (!this.#registrations.holds(id)) {
      const failure = this.#registrations.failure(id);
      this.#registrations.remove(id);
      throw failure ?? new AppError('feed.full', { limit: this.#feed.status().room });
    }
    return () => {
      this.#registrations.remove(id);
      void this.#plan();
    };
  }
}
