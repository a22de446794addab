import type { Clock } from '../../clock.ts';
import type { PriceTimes } from '../../domain/market/price-time.ts';
import type { IssueStatus, OrderBook, Quote } from '../../domain/market/quote.ts';
import type { IndexCode, IndexQuote } from '../../domain/market/research.ts';
import type { Exchange } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { StopWatching } from '../../ports/feed.ts';
import type { Research } from '../../ports/research.ts';
import type { Calendar } from '../calendar.ts';
import { type PriceBasis, readPriceBasis } from '../extended-prices.ts';
import type { PriceWatch } from '../watching/price-watch.ts';

/** The pause between an answer and the next question. */
const pollMs = 5_000;
/** How long it is known of which part of the day prices are. */
const timesGoodForMs = 30_000;
/** The shortest time between two edits of a chat with figures that are pushed. */
const pushMs = 3_000;

/**
 * How the figures of a board come: pushed over the socket, asked for by design (`asked`), or asked for because of a
 * reason.
 */
export type Supply = 'pushed' | 'asked' | 'unsupported' | 'full' | 'refused' | 'down';

/** How long after a look the next one is due. */
export function intervalMsOf(supply: Supply): number {
  return supply === 'pushed' ? pushMs : pollMs;
}

/** What keeps an issue from trading as usual. */
export type TradingStatus = Pick<IssueStatus, 'halted' | 'reason' | 'interrupted' | 'circuitBreaker'>;

/** Prices of a watchlist. */
export interface WatchFigures {
  readonly kind: 'watch';
  readonly symbols: readonly string[];
  readonly quotes: readonly Quote[];
  /** What the prices are of, and what was traded since. */
  readonly basis: PriceBasis;
  readonly supply: 'asked';
}

/** An issue's book on an exchange. */
export interface BookFigures {
  readonly kind: 'book';
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly quote: Quote;
  readonly book: OrderBook;
  /** What `quote` is of, as of when it was last asked for. */
  readonly times: PriceTimes;
  /** Buy volume over sell volume in percent; undefined before a trade said so. */
  readonly strength: number | undefined;
  readonly standing: TradingStatus | undefined;
  readonly supply: Supply;
}

/** What a look at a book gives. */
export type OrderBookSnapshot = Pick<BookFigures, 'symbol' | 'exchange' | 'quote' | 'book' | 'times'>;

export interface IndexFigures {
  readonly kind: 'index';
  readonly quotes: readonly IndexQuote[];
  readonly supply: Supply;
}

export type BoardFigures = WatchFigures | BookFigures | IndexFigures;

/** Where a board's figures come from. */
export interface BoardSource {
  /** How long after a look the next one is due. */
  readonly intervalMs: number;
  /** The figures as they are now. */
  look(signal: AbortSignal): Promise<BoardFigures>;
  close(): void;
}

/** A board source that asks for all prices every time. */
export function watchSource(
  { broker, calendar }: { readonly broker: Broker; readonly calendar: Calendar },
  symbols: readonly string[],
): BoardSource {
  return {
    intervalMs: pollMs,
    async look(signal) {
      const options = { priority: 'background', signal } as const;
      const [quotes, basis] = await Promise.all([
        broker.quotes(symbols, options),
        readPriceBasis({ broker, calendar }, symbols, options),
      ]);
      return { kind: 'watch', symbols, quotes, basis, supply: 'asked' };
    },
    close: () => undefined,
  };
}

/** How figures that can be pushed are subscribed to, and how they are asked for instead. */
interface Pushing<T> {
  /** Subscribes. Calls `change` for every push with the function that makes the new figures of the old ones. */
  subscribe(
    change: (next: (before: T) => T) => void,
    on: { readonly onGap: () => void; readonly onEnd: (why: 'full' | 'refused') => void },
  ): Promise<StopWatching>;
  ask(signal: AbortSignal): Promise<Partial<T>>;
}

/**
 * A board source of figures that the socket pushes. They are asked for where the socket does not push them, or not now.
 */
class PushedSource<T extends BookFigures | IndexFigures> implements BoardSource {
  readonly #watch: PriceWatch;
  readonly #pushing: Pushing<T>;
  /** What is read anew at every look, however the figures come. */
  readonly #refresh: ((signal: AbortSignal) => Promise<Partial<T>>) | undefined;
  #figures: T;
  #supply: Supply = 'pushed';
  /** The latest pushes may have missed something, so the figures are asked for once. */
  #missed = false;
  #stop: StopWatching = () => undefined;

  constructor(
    watch: PriceWatch,
    pushing: Pushing<T>,
    first: T,
    refresh?: (signal: AbortSignal) => Promise<Partial<T>>,
  ) {
    this.#refresh = refresh;
    this.#watch = watch;
    this.#pushing = pushing;
    this.#figures = first;
  }

  /** Begins to watch. Never rejects. */
  async open(log: Log): Promise<void> {
    try {
      this.#stop = await this.#pushing.subscribe(
        (next) => {
          this.#figures = next(this.#figures);
        },
        {
          onGap: () => {
            this.#missed = true;
          },
          onEnd: (why) => {
            this.#supply = why;
          },
        },
      );
    } catch (error) {
      this.#supply = whyNot(error);
      log.info('board asks instead of listening', { why: this.#supply, error });
    }
  }

  get supply(): Supply {
    return this.#supply === 'pushed' && this.#watch.boards.feedState !== 'connected' ? 'down' : this.#supply;
  }

  get intervalMs(): number {
    return intervalMsOf(this.supply);
  }

  async look(signal: AbortSignal): Promise<T> {
    if (this.supply !== 'pushed' || this.#missed) {
      this.#missed = false;
      const asked = await this.#pushing.ask(signal);
      this.#figures = { ...this.#figures, ...asked };
    }
    if (this.#refresh !== undefined) this.#figures = { ...this.#figures, ...(await this.#refresh(signal)) };
    return { ...this.#figures, supply: this.supply };
  }

  close(): void {
    this.#stop();
  }
}

const reasons: Readonly<Record<string, Supply>> = {
  'feed.unsupported': 'unsupported',
  'feed.full': 'full',
  'feed.refused': 'refused',
};

function whyNot(error: unknown): Supply {
  return (error instanceof AppError ? reasons[error.code] : undefined) ?? 'down';
}

interface BookParts {
  readonly broker: Broker;
  readonly calendar: Calendar;
  readonly watch: PriceWatch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The source of an order book, beginning with the figures that are shown first. */
export async function bookSource(
  { broker, calendar, watch, clock, log }: BookParts,
  read: OrderBookSnapshot,
): Promise<{ readonly source: BoardSource; readonly figures: BookFigures }> {
  const { symbol, exchange } = read;
  const first: BookFigures = {
    ...read,
    kind: 'book',
    strength: undefined,
    standing: tradingStatusIn(read.quote),
    supply: 'down',
  };
  const pushing: Pushing<BookFigures> = {
    subscribe: (change, on) =>
      watch.boards.watchBook(symbol, exchange, {
        ...on,
        onOrderBook: (pushed) => change((before) => ({ ...before, book: pushed })),
        onTrade: ({ price: last, change: by, changePercent, volume, strength, at }) =>
          change((before) => ({
            ...before,
            quote: { ...before.quote, last, change: by, changePercent, volume, at },
            strength: strength ?? before.strength,
          })),
        onIssueStatus: ({ halted, reason, interrupted, circuitBreaker }) =>
          change((before) => ({
            ...before,
            standing: {
              halted,
              reason,
              interrupted,
              circuitBreaker: circuitBreaker ?? before.standing?.circuitBreaker,
            },
          })),
      }),
    async ask(signal) {
      const options = { priority: 'background', signal, exchange } as const;
      const [asked, levels] = await Promise.all([broker.quote(symbol, options), broker.orderBook(symbol, options)]);
      return { quote: asked, book: levels, standing: tradingStatusIn(asked) };
    },
  };
  // A push does not say of which part of the day its price is.
  let readAt = clock.now();
  const refresh = async (signal: AbortSignal): Promise<Partial<BookFigures>> => {
    if (clock.now() - readAt < timesGoodForMs) return {};
    readAt = clock.now();
    return { times: await calendar.priceTimes({ priority: 'background', signal }) };
  };
  const source = new PushedSource(watch, pushing, first, refresh);
  await source.open(log);
  return { source, figures: { ...first, supply: source.supply } };
}

/** A quotation tells only whether the issue is halted. */
function tradingStatusIn({ warnings }: Quote): TradingStatus | undefined {
  return warnings.includes('halted')
    ? { halted: true, reason: undefined, interrupted: false, circuitBreaker: undefined }
    : undefined;
}

/** The source of indices, beginning with the figures that are shown first. */
export async function indexSource(
  { research, watch, log }: { readonly research: Research; readonly watch: PriceWatch; readonly log: Log },
  quotes: readonly IndexQuote[],
): Promise<{ readonly source: BoardSource; readonly figures: IndexFigures }> {
  const codes: readonly IndexCode[] = quotes.map(({ code }) => code);
  const first: IndexFigures = { kind: 'index', quotes, supply: 'down' };
  const pushing: Pushing<IndexFigures> = {
    subscribe: (change, on) =>
      watch.boards.watchIndices(codes, {
        ...on,
        onIndex: (pushed) =>
          change((before) => ({
            ...before,
            quotes: before.quotes.map((quote) => (quote.code === pushed.code ? pushed : quote)),
          })),
      }),
    ask: async (signal) => ({
      quotes: await Promise.all(codes.map((code) => research.index(code, { priority: 'background', signal }))),
    }),
  };
  const source = new PushedSource(watch, pushing, first);
  await source.open(log);
  return { source, figures: { ...first, supply: source.supply } };
}
