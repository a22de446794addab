import type { Marketplace } from '../../domain/market/session.ts';
import type { Exchange, Side } from '../../domain/orders/order.ts';
import { nearestTicks, priceBand, stepPrice } from '../../domain/orders/order-rules.ts';
import { Book, type ClientOrder, type Match } from './book.ts';
import { afterTrade, type DayFigures, type ExtendedFigures, isExtended, tradingNow, untraded } from './extended.ts';
import { addToMinutes, type HistoryBar, minutesBefore, pastDays, pastMinutes, tradingDaysBefore } from './history.ts';
import type { VenueClock } from './hours.ts';
import { type Issue, type IssueMarks, issues } from './instruments.ts';
import { between, type Random, randomFor } from './random.ts';

/** A trade in the market, with the figures of the day right after it. */
export interface Print {
  readonly price: number;
  readonly size: number;
  /** The side that came to the other's price. */
  readonly aggressor: Side;
  readonly time: string;
  /** The exchanges whose figures count it: in the regular session all share one market here. */
  readonly exchanges: readonly Marketplace[];
  readonly figures: DayFigures;
}

/** An issue and everything that is known of it. */
export interface Listing {
  readonly issue: Issue;
  readonly book: Book;
  readonly random: Random;
  /** Oldest first, without today. */
  readonly days: HistoryBar[];
  readonly minutes: HistoryBar[];
  /** Minutes of days that are over, for the days that were asked for or lived through. */
  readonly pastMinutes: Map<string, readonly HistoryBar[]>;
  /** KRX's figures, which stand still once its regular session is over. */
  today: DayFigures;
  /** What the exchanges have traded outside of it, on the day of the prices. */
  readonly extended: { [Name in Marketplace]?: ExtendedFigures };
  /** Where the market is: its last price, at whichever exchange. */
  center: number;
  marks: IssueMarks;
  /** The last trades of today, oldest first, as many as KIS lists. */
  readonly prints: Print[];
  movedAt: number;
}

/** What the market calls right after something happened in it. */
export interface MarketListener {
  /** A client order that waited has traded. */
  restingFilled(order: ClientOrder, quantity: number, price: number): void;
  printed(listing: Listing, prints: readonly Print[]): void;
  bookChanged(listing: Listing): void;
}

const historyDays = 300;
const printsKept = 30;

/**
 * A market with made-up prices: every issue has ten levels a side around its last trade, and its price moves at random
 * within its limits. Outside KRX's regular session each exchange has a last price of its own.
 */
export class Market {
  readonly #listings: ReadonlyMap<string, Listing>;
  readonly #clock: VenueClock;
  readonly #speed: number;
  readonly #firstDay: string;
  #day: string;
  #listener: MarketListener | undefined;

  constructor(clock: VenueClock, seed: number, speed: number, more: readonly Issue[] = []) {
    this.#clock = clock;
    this.#speed = speed;
    this.#day = clock.priceDay();
    this.#firstDay = this.#day;
    const days = tradingDaysBefore(this.#day, historyDays);
    const time = this.#day === clock.day() ? clock.time() : '240000';
    const minutes = minutesBefore(time, clock.neverCloses ? undefined : this.#day);
    this.#listings = new Map(
      [...issues, ...more].map((issue) => [issue.symbol, this.#list(issue, seed, days, minutes)]),
    );
  }

  listen(listener: MarketListener): void {
    this.#listener = listener;
  }

  /** The day of the figures of today: at night, at weekends and on holidays it is the last trading day. */
  get day(): string {
    return this.#day;
  }

  /** Whether the master files have the issue: one that is new comes into those of the next day. */
  isInMaster({ issue }: Listing): boolean {
    return issue.isNew === undefined || this.#day > this.#firstDay;
  }

  /** All issues, in the order of the table. */
  all(): readonly Listing[] {
    return [...this.#listings.values()];
  }

  /** The issue as it is; undefined for an unknown code. */
  find(symbol: string): Listing | undefined {
    return this.#listings.get(symbol);
  }

  /** The issue, after the moves that it would have made since it was last looked at. */
  look(symbol: string): Listing | undefined {
    const listing = this.#listings.get(symbol);
    if (listing !== undefined) this.#catchUp(listing);
    return listing;
  }

  /** All issues, as from `look`. */
  lookAll(): readonly Listing[] {
    for (const listing of this.#listings.values()) this.#catchUp(listing);
    return this.all();
  }

  /** Trades an arriving client order. The owners of client orders that it trades with are told. */
  execute(
    listing: Listing,
    side: Side,
    quantity: number,
    limit?: number,
    exchange: Exchange = 'KRX',
  ): readonly Match[] {
    const matches = listing.book.take(side, quantity, limit);
    this.#settle(listing, side, matches, exchange === 'NXT' ? 'NXT' : 'KRX');
    // The order took all ten levels, so the market goes on beyond them, up to its price limit.
    if (matches.length > 0 && listing.book.best(side === 'buy' ? 'sell' : 'buy') === undefined) {
      this.#quote(listing, side === 'buy' ? 'sell' : 'buy');
    }
    return matches;
  }

  /** Moves the market to `price`. Every client order on the way trades, at its own price. */
  moveTo(listing: Listing, price: number, exchange: Marketplace = 'KRX'): void {
    const side: Side = price < listing.center ? 'sell' : 'buy';
    listing.book.clear('market');
    for (const aggressor of ['buy', 'sell'] as const) {
      this.#settle(listing, aggressor, listing.book.take(aggressor, Number.MAX_SAFE_INTEGER, price), exchange);
    }
    this.#settle(listing, side, [{ order: undefined, price, quantity: between(listing.random, 1, 200) }], exchange);
    this.#quote(listing, side);
  }

  /**
   * Makes a trade of somebody else. With a price, client orders at that price or better trade first, up to `quantity`,
   * and the market's own quantities do not. Without one the trade takes what waits, in turn.
   */
  trade(listing: Listing, side: Side, quantity: number, price?: number, exchange: Marketplace = 'KRX'): void {
    if (price !== undefined) listing.book.clear('market');
    const matches = listing.book.take(side, quantity, price);
    const rest = quantity - matches.reduce((sum, match) => sum + match.quantity, 0);
    const other = price === undefined || rest === 0 ? [] : [{ order: undefined, price, quantity: rest }];
    this.#settle(listing, side, [...matches, ...other], exchange);
    if (price !== undefined || listing.book.levels(side === 'buy' ? 'sell' : 'buy').length === 0) {
      this.#quote(listing, side);
    }
  }

  /** Makes one random move of an issue, at one of `exchanges`. */
  step(listing: Listing, exchanges: readonly [Marketplace, ...Marketplace[]] = ['KRX']): void {
    const { random, today, center } = listing;
    const exchange = (exchanges.length > 1 && exchanges[between(random, 0, exchanges.length - 1)]) || exchanges[0];
    const pull = ((center - today.base) / today.base) * 3;
    const roll = random();
    const up = stepPrice(center, 'up', listing.issue.kind);
    const down = stepPrice(center, 'down', listing.issue.kind);
    if (roll < 0.25 - pull && up <= today.upper) this.moveTo(listing, up, exchange);
    else if (roll > 0.75 - pull && down >= today.lower) this.moveTo(listing, down, exchange);
    else {
      const side: Side = random() < 0.5 ? 'buy' : 'sell';
      for (let trades = between(random, 1, 3); trades > 0; trades -= 1) {
        this.trade(listing, side, between(random, 1, 40), undefined, exchange);
      }
    }
    listing.movedAt = this.#clock.now();
  }

  /** To be called when a client order came into the book or left it without trading. */
  ordersChanged(listing: Listing): void {
    this.#listener?.bookChanged(listing);
  }

  /** When a new trading day has begun, today becomes history, and its last price the base price. */
  roll(): void {
    const [endedDay, day] = [this.#day, this.#clock.priceDay()];
    if (day <= endedDay) return;
    this.#day = day;
    for (const listing of this.#listings.values()) {
      const { today } = listing;
      const { open, high, low, last: close, volume, turnover } = today;
      listing.days.push({ start: endedDay, open, high, low, close, volume, turnover });
      listing.pastMinutes.set(endedDay, [...listing.minutes]);
      listing.minutes.length = 0;
      listing.today = freshDay(listing.issue, close, volume, this.#clock.time());
      listing.center = listing.today.last;
      // Nextrade's pre-market may have begun before the prices were the new day's.
      for (const exchange of ['KRX', 'NXT'] as const) {
        if ((listing.extended[exchange]?.day ?? day) < day) delete listing.extended[exchange];
        else listing.center = listing.extended[exchange]?.last ?? listing.center;
      }
      listing.prints.length = 0;
      this.#quote(listing, 'buy');
    }
  }

  #list(issue: Issue, seed: number, pastDates: readonly string[], pastTimes: readonly string[]): Listing {
    const { days, minutes, random } = pastOf(issue, seed, pastDates, pastTimes);
    const listing: Listing = {
      issue,
      book: new Book(),
      random,
      days,
      minutes,
      pastMinutes: new Map(),
      today: sumUp(freshDay(issue, issue.base, days.at(-1)?.volume ?? 0, this.#clock.time()), minutes),
      extended: {},
      center: issue.base,
      marks: { halted: false, interrupted: false, warning: 'none' },
      prints: [],
      movedAt: this.#clock.now(),
    };
    listing.center = listing.today.last;
    listing.prints.push(...minutes.slice(-printsKept).map((bar) => lastPrintOf(bar, listing.today)));
    this.#quote(listing, 'buy');
    // In a market that moves, an issue has made some moves before it is first looked at.
    if (this.#speed > 0)
      for (let steps = 20; steps > 0; steps -= 1) this.step(listing, tradingNow(this.#clock, listing));
    return listing;
  }

  /** Makes the moves since the issue was last looked at. They are a handful at most, to keep answers quick. */
  #catchUp(listing: Listing): void {
    const exchanges = tradingNow(this.#clock, listing);
    if (this.#speed === 0 || exchanges === undefined) return;
    const missed = Math.floor(((this.#clock.now() - listing.movedAt) * this.#speed) / 2_000);
    for (let steps = Math.min(missed, 10); steps > 0; steps -= 1) this.step(listing, exchanges);
  }

  #settle(listing: Listing, aggressor: Side, matches: readonly Match[], exchange: Marketplace): void {
    const prints = matches.map((match) => this.#print(listing, aggressor, match, exchange));
    for (const match of matches) {
      if (match.order !== undefined) this.#listener?.restingFilled(match.order, match.quantity, match.price);
    }
    if (prints.length === 0) return;
    this.#listener?.printed(listing, prints);
    this.#listener?.bookChanged(listing);
  }

  #print(listing: Listing, aggressor: Side, { price, quantity }: Match, exchange: Marketplace): Print {
    const time = this.#clock.time();
    const trade = { aggressor, price, quantity, time };
    const said = { price, size: quantity, aggressor, time };
    listing.center = price;
    if (isExtended(this.#clock, listing, exchange)) {
      const day = this.#clock.day();
      const before = listing.extended[exchange];
      const figures = before?.day === day ? before : untraded(listing, price, time);
      const after = { ...afterTrade(figures, trade), day, at: this.#clock.now() };
      listing.extended[exchange] = after;
      return { ...said, exchanges: [exchange], figures: after };
    }
    listing.today = afterTrade(listing.today, trade);
    addToMinutes(listing.minutes, time, price, quantity);
    const atBoth = this.#clock.session('NXT') === this.#clock.session('KRX');
    const print: Print = { ...said, exchanges: atBoth ? ['KRX', 'NXT'] : ['KRX'], figures: listing.today };
    listing.prints.push(print);
    if (listing.prints.length > printsKept) listing.prints.shift();
    return print;
  }

  /**
   * Fills the levels around the last trade with new quantities of the market's own. `side` is the side that made the
   * trade: a buyer paid the lowest ask, a seller took the highest bid. The quantities never cross a client order that
   * waits.
   */
  #quote(listing: Listing, side: Side): void {
    const { book, issue, today, center } = listing;
    const { kind } = issue;
    book.clear('market');
    const clientAsk = book.best('sell', 'clients') ?? Number.POSITIVE_INFINITY;
    const clientBid = book.best('buy', 'clients') ?? 0;
    const [lastAsk, lastBid] =
      side === 'buy' ? [center, stepPrice(center, 'down', kind)] : [stepPrice(center, 'up', kind), center];
    let ask = clientBid >= lastAsk ? stepPrice(clientBid, 'up', kind) : lastAsk;
    let bid = clientAsk <= lastBid ? stepPrice(clientAsk, 'down', kind) : lastBid;
    for (let level = 0; level < 10; level += 1) {
      if (ask <= today.upper) book.add('sell', ask, this.#size(listing, ask, level));
      if (bid >= today.lower) book.add('buy', bid, this.#size(listing, bid, level));
      ask = stepPrice(ask, 'up', kind);
      bid = stepPrice(bid, 'down', kind);
    }
    this.#listener?.bookChanged(listing);
  }

  /** The size of a level: some tens of millions of won, and more away from the best price. */
  #size(listing: Listing, price: number, level: number): number {
    return Math.ceil(((30_000_000 + level * 10_000_000) * (0.5 + listing.random())) / price);
  }
}

interface Past {
  readonly key: string;
  readonly days: readonly HistoryBar[];
  readonly minutes: readonly HistoryBar[];
  /** As it was after the bars were drawn. */
  readonly random: Random;
}

/** The past that was made up last for each issue: the venues of two accounts have the same, and so have most tests. */
const lastPast = new WeakMap<Issue, Past>();

/** The bars of an issue before now, oldest first, and the generator from which everything after them is drawn. */
function pastOf(issue: Issue, seed: number, dates: readonly string[], times: readonly string[]) {
  const key = `${seed} ${dates[0]} ${times[0]}-${times.at(-1)}`;
  let past = lastPast.get(issue);
  if (past?.key !== key) {
    const random = randomFor(seed, issue.symbol);
    past = { key, days: pastDays(issue, dates, random), minutes: pastMinutes(issue, times, random), random };
    lastPast.set(issue, past);
  }
  return { days: [...past.days], minutes: [...past.minutes], random: past.random.copy() };
}

function freshDay(issue: Issue, close: number, previousVolume: number, time: string): DayFigures {
  const { below, above } = nearestTicks(close, issue.kind);
  const base = below === close ? close : above;
  return {
    base,
    ...priceBand(base, issue.kind),
    last: base,
    open: base,
    openTime: time,
    high: base,
    highTime: time,
    low: base,
    lowTime: time,
    volume: 0,
    turnover: 0,
    buyTrades: 0,
    sellTrades: 0,
    buyVolume: 0,
    sellVolume: 0,
    previousVolume,
  };
}

/** The trade with which a made-up minute ended. */
function lastPrintOf(bar: HistoryBar, today: DayFigures): Print {
  return {
    price: bar.close,
    size: Math.ceil(bar.volume / 10),
    aggressor: bar.close < bar.open ? 'sell' : 'buy',
    time: `${bar.start}59`,
    exchanges: ['KRX', 'NXT'],
    figures: { ...today, last: bar.close },
  };
}

/** The figures of the day after the minutes that were made up for it. */
function sumUp(fresh: DayFigures, minutes: readonly HistoryBar[]): DayFigures {
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined) return fresh;
  const total = (value: (bar: HistoryBar) => number): number => minutes.reduce((sum, bar) => sum + value(bar), 0);
  const highest = minutes.reduce((best, bar) => (bar.high > best.high ? bar : best));
  const lowest = minutes.reduce((best, bar) => (bar.low < best.low ? bar : best));
  const volume = total((bar) => bar.volume);
  return {
    ...fresh,
    open: first.open,
    openTime: `${first.start}00`,
    high: highest.high,
    highTime: `${highest.start}30`,
    low: lowest.low,
    lowTime: `${lowest.start}30`,
    last: last.close,
    volume,
    turnover: total((bar) => bar.turnover),
    buyTrades: minutes.length * 5,
    sellTrades: minutes.length * 5,
    buyVolume: Math.ceil(volume / 2),
    sellVolume: Math.floor(volume / 2),
  };
}

/** @throws RangeError for an issue that is not traded here. */
export function listingOf(market: Market, symbol: string): Listing {
  const listing = market.find(symbol);
  if (listing === undefined) throw new RangeError(`symbol: ${symbol} is not traded here`);
  return listing;
}
