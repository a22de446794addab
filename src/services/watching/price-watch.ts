import type { CancelTimer, Clock } from '../../clock.ts';
import type { WatchedPricesHealth } from '../../domain/health.ts';
import { rangeOf } from '../../domain/market/day-range.ts';
import { lineId } from '../../domain/market/line-id.ts';
import type { Bar, Quote, Trade } from '../../domain/market/quote.ts';
import { type Marketplace, priceHoursOf, type TradeSession } from '../../domain/market/session.ts';
import type { Log } from '../../log.ts';
import type { BarSource } from '../../ports/bars.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import type { MarketFeed } from '../../ports/feed.ts';
import type { Calendar } from '../calendar.ts';
import { BoardWatch, tradesTopic } from './board-watch.ts';
import { FiguresDays } from './figures-days.ts';
import { type LastLook, LastLooks } from './last-looks.ts';
import { mostUrgent, type Need } from './needs.ts';
import { type Line, PollTurns } from './poll-turns.ts';
import { Registrations } from './registrations.ts';
import { RegularCloses } from './regular-closes.ts';
import type { Sighting } from './sighting.ts';
import { mayTrade } from './trading-hours.ts';
import { UsualMovements } from './usual-movements.ts';

/** How often the plan is made anew while there are fewer registrations than issues. */
const replanMs = 5_000;
/** The same while nothing trades, and no price moves. */
const restingReplanMs = 60_000;
/** Prices that one call of the multi-quote brings. Paper has none, so there a call brings one. */
const issuesPerCall = 30;

/** Prices that a part of the app wants. */
export interface Want {
  readonly symbol: string;
  /** KRX where it is not said. */
  readonly exchange?: Marketplace;
  readonly need: Need;
}

/** How the prices of an issue come. */
export interface PriceWay {
  /** Whether they are pushed. Otherwise the issue is asked for in turns. */
  readonly live: boolean;
  /** How often it is asked for, in milliseconds. */
  readonly everyMs: number;
  /** How old its latest price is, in milliseconds; undefined while there is none. */
  readonly ageMs: number | undefined;
}

interface PriceWatchOptions {
  readonly feed: MarketFeed;
  readonly broker: Broker;
  readonly calendar: Pick<Calendar, 'figuresDay' | 'priceTimes'>;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  /** How much the key for reads may be asked. */
  readonly source: Pick<BarSource, 'wholeMarket' | 'callsPerSecond'>;
  /** The daily candles that are kept of an issue, oldest first. Never rejects. */
  readonly keptBars: (symbol: string) => Promise<readonly Bar[]>;
}

interface WatchedLine extends Line {
  readonly id: string;
  /** Whether its trades came in when that was last looked at. */
  heard: boolean;
  readonly wants: Map<unknown, Need>;
}

/**
 * Brings the prices of issues: over the socket while it has registrations left, the most urgent first, and otherwise by
 * asking in turns. Each price is handed on with what the day's high and low tell of the time since the look before, so
 * that a price that was there for a moment only is not missed.
 */
export class PriceWatch {
  /** The registrations of boards, which share the room with issues. */
  readonly boards: BoardWatch;
  readonly #options: PriceWatchOptions;
  readonly #registrations: Registrations;
  readonly #turns: PollTurns;
  readonly #looks: LastLooks;
  readonly #days: FiguresDays;
  readonly #movements: UsualMovements;
  readonly #closes = new RegularCloses();
  /** By exchange and issue: `KRX 005930`. */
  readonly #lines = new Map<string, WatchedLine>();
  /** By key, the line of a want. */
  readonly #wants = new Map<unknown, WatchedLine>();
  readonly #listeners: ((sighting: Sighting) => void)[] = [];
  /** Issues that were registered just now. */
  readonly #fresh = new Set<WatchedLine>();
  #cancelPlan: CancelTimer | undefined;
  #stopped = false;

  constructor(options: PriceWatchOptions) {
    const { clock, source } = options;
    this.#options = options;
    this.#registrations = new Registrations(options);
    this.boards = new BoardWatch(options.feed, this.#registrations, () => this.#plan());
    this.#looks = new LastLooks(options);
    this.#days = new FiguresDays(options);
    this.#movements = new UsualMovements(clock, options.keptBars);
    this.#turns = new PollTurns({
      clock,
      issuesPerCall: source.wholeMarket ? issuesPerCall : 1,
      callsPerSecond: source.callsPerSecond,
      lines: () => this.#unheard(),
      rests: (exchange) => this.#rests(exchange),
      ask: (exchange, lines) => this.#ask(exchange, lines),
    });
  }

  /** Hears of every price from now on. Listeners return at once. */
  listen(listener: (sighting: Sighting) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads what the last process saw, so that what happened since can be told. Never rejects. */
  load(): Promise<void> {
    return this.#looks.load();
  }

  /**
   * Wants the prices of an issue under a key of the caller's, in the place of what was wanted under it before. Resolves
   * when it is known whether they are pushed. Never rejects.
   */
  async want(key: unknown, { symbol, exchange = 'KRX', need }: Want): Promise<void> {
    const id = lineId(symbol, exchange);
    const before = this.#wants.get(key);
    if (before !== undefined && before.id !== id) void this.drop(key);
    const line = this.#lines.get(id) ?? this.#addLine(id, symbol, exchange);
    line.wants.set(key, need);
    this.#wants.set(key, line);
    await this.#plan();
    this.#turns.begin();
  }

  /** Wants them no more. Never rejects. */
  async drop(key: unknown): Promise<void> {
    const line = this.#wants.get(key);
    if (line === undefined) return;
    this.#wants.delete(key);
    line.wants.delete(key);
    if (line.wants.size === 0) {
      this.#lines.delete(line.id);
      this.#looks.forget(line.id);
      if (line.exchange === 'KRX') {
        this.#closes.forget(line.symbol);
        this.#movements.forget(line.symbol);
      }
      this.#registrations.remove(line.id);
    }
    await this.#plan();
  }

  /** How the prices of an issue come, as far as it is wanted. */
  way(symbol: string, exchange: Marketplace = 'KRX'): PriceWay {
    const now = this.#options.clock.now();
    const line = this.#lines.get(lineId(symbol, exchange));
    const freshAt = line?.freshAt;
    const live = line !== undefined && this.#hears(line);
    const everyMs = this.#turns.everyMs(this.#unheard());
    return { live, everyMs, ageMs: live ? 0 : freshAt === undefined ? undefined : now - freshAt };
  }

  /** How many issues are watched, and how. */
  status(): WatchedPricesHealth {
    const now = this.#options.clock.now();
    const polled = this.#unheard();
    const ages = polled.flatMap(({ freshAt, unknown }) => (unknown || freshAt === undefined ? [] : [now - freshAt]));
    return {
      wanted: this.#lines.size,
      live: this.#lines.size - polled.length,
      everyMs: this.#turns.everyMs(polled),
      boundMs: this.#turns.boundMs(polled),
      oldestMs: ages.length === 0 ? undefined : Math.max(...ages),
    };
  }

  /** What was seen of an issue last, by this process or the one before. */
  lastLook(symbol: string, exchange: Marketplace = 'KRX'): LastLook | undefined {
    return this.#looks.get(lineId(symbol, exchange));
  }

  /** How far the price of an issue usually moves in a day, in won. */
  usualMovement(symbol: string, price: number): number {
    return this.#movements.of(symbol, price, this.lastLook(symbol)?.range);
  }

  /** A trade from the socket. Returns at once. */
  onTrade({ symbol, exchange, session, price, volume, high, low, at }: Trade): void {
    const id = lineId(symbol, exchange);
    const line = this.#lines.get(id);
    if (price <= 0) return;
    if (line !== undefined) line.freshAt = at;
    const day = this.#days.today(at);
    const outside = isOutside(exchange, session);
    if (exchange === 'KRX' && !outside) this.#closeOf(symbol, day, price, at);
    const range = outside ? undefined : rangeOf(day, high, low, volume);
    const touched = line === undefined ? {} : this.#looks.take(id, price, range, at);
    this.#tell({ symbol, exchange, session, price, volume, day, at, source: 'trade', high, low, touched });
  }

  /** A price that somebody has asked for. Resolves when it was handed on. */
  async look(quote: Quote, exchange: Marketplace = 'KRX'): Promise<void> {
    this.#see(quote, exchange, await this.#days.of(exchange));
  }

  /** Resolves when what was seen before the call would outlive the process. Never rejects. */
  save(): Promise<void> {
    return this.#looks.save();
  }

  /**
   * Called while a price is handed on: if the process ends before the returned function is called, the next one takes
   * what that price brought for new.
   */
  hold(symbol: string, exchange: Marketplace = 'KRX'): () => void {
    return this.#looks.hold(lineId(symbol, exchange));
  }

  /**
   * Looks at everything that is wanted: while the socket was away, or the process, prices may have been missed. Never
   * rejects.
   */
  async lookAtAll(): Promise<void> {
    this.#registrations.retry();
    if (this.#options.feed.status().state === 'connected') {
      for (const line of this.#lines.values()) {
        if (this.#registrations.holds(line.id) && !this.#hears(line)) this.#registrations.lost(line.id);
      }
      this.#registrations.retry();
    }
    await this.#registrations.align();
    this.#fresh.clear();
    await this.#turns.askNow([...this.#lines.values()]);
    await this.#plan();
  }

  /** Ends all asking, and keeps what was seen. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelPlan?.();
    this.#turns.stop();
    this.#registrations.stop();
    await this.#looks.save();
  }

  #addLine(id: string, symbol: string, exchange: Marketplace): WatchedLine {
    const freshAt = this.#looks.get(id)?.at;
    const seen = { askedAt: freshAt ?? Number.NEGATIVE_INFINITY, freshAt, unknown: false };
    const line: WatchedLine = { id, symbol, exchange, ...seen, heard: false, wants: new Map() };
    const { feed } = this.#options;
    this.#lines.set(id, line);
    this.#registrations.add(id, {
      topics: [tradesTopic(symbol, exchange)],
      need: () => mostUrgent([...line.wants.values()]),
      open: async () => {
        await feed.watchTrades(symbol, exchange);
        this.#fresh.add(line);
      },
      close: () => feed.unwatchTrades(symbol, exchange),
    });
    return line;
  }

  /** Makes the plan anew, and goes on doing so while there are fewer registrations than wishes. */
  async #plan(): Promise<void> {
    if (this.#stopped) return;
    await this.#registrations.align();
    // A price between the last look and the registration is pushed by nobody, and a quiet issue may not trade for
    // minutes, so each is asked for once.
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    void this.#turns.askNow(fresh);
    if (!this.#registrations.isShort || this.#stopped) return;
    const pauseMs = this.#rests('KRX') && this.#rests('NXT') ? restingReplanMs : replanMs;
    this.#cancelPlan ??= this.#options.clock.timer(pauseMs, () => {
      this.#cancelPlan = undefined;
      void this.#plan();
    });
  }

  /** Whether an exchange cannot trade now. A venue with hours of its own may trade at any time. */
  #rests(exchange: Marketplace): boolean {
    const { broker, clock } = this.#options;
    return broker.venue.hours === 'exchange' && !mayTrade(exchange, clock.now());
  }

  #hears({ symbol, exchange }: Line): boolean {
    return this.#options.feed.hears(symbol, exchange);
  }

  /** The lines that have to be asked for; the others are as fresh as can be. */
  #unheard(): readonly WatchedLine[] {
    const now = this.#options.clock.now();
    return [...this.#lines.values()].filter((line) => {
      const wasHeard = line.heard;
      line.heard = this.#hears(line);
      if (line.heard) line.freshAt = now;
      // Nobody knows since when nothing comes in, so its turn is now.
      else if (wasHeard) line.askedAt = Number.NEGATIVE_INFINITY;
      return !line.heard;
    });
  }

  async #ask(exchange: Marketplace, lines: readonly Line[]): Promise<void> {
    const { broker, calendar, log } = this.#options;
    const symbols = lines.map(({ symbol }) => symbol);
    try {
      const day = await this.#days.of(exchange);
      // Nextrade answers with the price of the session that it is in.
      const nxt = exchange === 'NXT' ? (await calendar.priceTimes({ priority: 'background' })).nxt.session : undefined;
      const session = nxt === 'closing-auction' ? undefined : nxt;
      const quotes = await broker.quotes(symbols, { priority: 'background', exchange });
      for (const quote of quotes) this.#see(quote, exchange, day, session);
      const known = new Set(quotes.map(({ symbol }) => symbol));
      for (const line of lines) line.unknown = !known.has(line.symbol);
    } catch (error) {
      log.warn('watched prices not read', { exchange, symbols: symbols.length, error });
    }
  }

  /** `day`: the trading day of the quote's figures; undefined where nobody can tell. */
  #see(
    { symbol, last: price, volume, high, low, at }: Quote,
    exchange: Marketplace,
    day: string | undefined,
    session?: TradeSession,
  ): void {
    // A price of nought is none. Taken for one it would reach every level from above.
    if (price <= 0) return;
    const id = lineId(symbol, exchange);
    const line = this.#lines.get(id);
    if (line !== undefined) {
      line.freshAt = at;
      line.askedAt = Math.max(line.askedAt, at);
      line.unknown = false;
    }
    const made = exchange === 'KRX' ? this.#closeOf(symbol, day, price, at) : session;
    const range = isOutside(exchange, made) ? undefined : rangeOf(day, high, low, volume);
    const touched = this.#looks.take(id, price, range, at);
    const told = { high: range?.high, low: range?.low, touched };
    this.#tell({ symbol, exchange, session: made, price, volume, day, at, source: 'poll', ...told });
  }

  /** A stand-in for the exchange keeps hours of its own, and leaves the close alone in the evening. */
  #closeOf(symbol: string, day: string | undefined, price: number, at: number): TradeSession | undefined {
    return this.#options.broker.venue.hours === 'own' ? undefined : this.#closes.take(symbol, day, price, at);
  }

  #tell(sighting: Sighting): void {
    for (const listener of this.#listeners) listener(sighting);
  }
}

/** The high and low of KRX's after-market are not those of its day. */
function isOutside(exchange: Marketplace, session: TradeSession | undefined): boolean {
  return exchange === 'KRX' && priceHoursOf(exchange, session) !== 'regular';
}
