import { type CancelTimer, type Clock, koreanDay } from '../clock.ts';
import type { FillNotices } from '../domain/fill-notices.ts';
import type { Trade } from '../domain/market/quote.ts';
import type { IndexCode } from '../domain/market/research.ts';
import { type Marketplace, tradeSessionAt } from '../domain/market/session.ts';
import type { Exchange } from '../domain/orders/order.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type {
  BookWatcher,
  FeedHandlers,
  FeedStatus,
  IndexWatcher,
  MarketFeed,
  StopWatching,
  TradesOf,
} from '../ports/feed.ts';
import { indexCodes } from './codecs/decode-market.ts';
import * as decode from './codecs/decode-pushes.ts';
import { type ChannelName, channels } from './endpoints/channels.ts';
import type { AccountNumber } from './wire/catalogue-check.ts';
import type { Credentials } from './wire/credentials.ts';
import type { Environment } from './wire/environment.ts';
import type { DataFrame } from './wire/frames.ts';
import { KisSocket, noAnswerCode, type Registration, type SocketTimings } from './wire/socket.ts';
import { type Subscriber, Subscriptions } from './wire/subscriptions.ts';
import type { KisTransports } from './wire/transports.ts';
import { unknownHtsIdCode } from './wire/venue-codes.ts';

export interface FeedOptions {
  readonly environment: Environment;
  readonly account: AccountNumber;
  /** The login that execution notices are registered under. Without one there are no notices. */
  readonly htsId: string | undefined;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly pong?: 'echo' | 'frame' | undefined;
  readonly socketTimings?: SocketTimings | undefined;
  /** Absent: connections are made over the network. */
  readonly transports?: KisTransports | undefined;
}

/** The channels of trades, by where they are made. */
const tradeChannels = { KRX: 'trades', NXT: 'nextradeTrades' } as const satisfies Record<Marketplace, ChannelName>;

/** The exchanges whose trades are meant. */
export function marketplaces(of: TradesOf): readonly Marketplace[] {
  return of === 'both' ? ['KRX', 'NXT'] : [of];
}

/** The shortest time from asking for what a lost frame told to asking again. */
const lostPauseMs = 5_000;

/** The channels that a watcher of an order book needs, by exchange. */
const bookChannels = {
  KRX: ['orderBook', 'trades', 'issueStatus'],
  NXT: ['nextradeOrderBook', 'nextradeTrades', 'nextradeIssueStatus'],
  SOR: ['combinedOrderBook', 'combinedTrades', 'combinedIssueStatus'],
} as const satisfies Record<Exchange, readonly ChannelName[]>;

/** KIS sends a PINGPONG every ten seconds. A socket that was silent for twice that may be dead without a word. */
const silentMs = 20_000;

/** Where the trades of a channel were made; the combined one does not say. */
const exchangeOf = { trades: 'KRX', nextradeTrades: 'NXT', combinedTrades: undefined } as const;

/** Somebody who watches an order book or an index, and the topics for it. */
interface Watch extends Subscriber {
  readonly watcher: Partial<BookWatcher & IndexWatcher>;
}

/** Turns what KIS's socket sends into trades, order books, index figures and the notices of the HTS id's accounts. */
export class KisFeed implements MarketFeed {
  readonly #options: FeedOptions;
  readonly #socket: KisSocket;
  readonly #subscriptions: Subscriptions;
  readonly #nameOf: ReadonlyMap<string, ChannelName>;
  /** By exchange and issue: `NXT 005930`. */
  readonly #trades = new Map<string, { readonly subscriber: Subscriber; readonly since: number }>();
  readonly #watches = new Set<Watch>();
  #handlers: FeedHandlers | undefined;
  /** Ends the pause after a lost frame. */
  #cancelLost: CancelTimer | undefined;
  /** Whether another one was lost in that pause. */
  #lostAgain = false;
  #gaps = 0;
  #tradeCount = 0;

  constructor(options: FeedOptions, credentials: Credentials) {
    this.#options = options;
    const { environment, pong, socketTimings, transports } = options;
    const connectSocket = transports?.connectSocket;
    const names = Object.keys(channels) as ChannelName[];
    this.#nameOf = new Map(names.map((name) => [channels[name].tr[environment.dialect] ?? '', name]));
    this.#socket = new KisSocket({
      url: environment.wsUrl,
      approvalKey: () => credentials.approvalKey(),
      clock: options.clock,
      random: options.random,
      log: options.log,
      handlers: {
        onData: (frame, at) => this.#receive(frame, at),
        onLost: () => this.#lost(),
        onReady: () => {
          this.#subscriptions.endRefused();
          this.#handlers?.onConnected();
        },
        onInUse: () => this.#handlers?.onInUse(),
        onResumed: () => this.#missed(),
      },
      pong,
      timings: socketTimings,
      connect: connectSocket && (() => connectSocket(environment.wsUrl)),
    });
    this.#subscriptions = new Subscriptions(this.#socket, environment.maxRegistrations);
  }

  async start(handlers: FeedHandlers): Promise<void> {
    this.#handlers = handlers;
    const { htsId } = this.#options;
    await this.#socket.start(htsId === undefined ? [] : [this.#topic('executions', htsId)]);
  }

  async watchTrades(symbol: string, of: TradesOf = 'KRX'): Promise<void> {
    const fresh = marketplaces(of).filter((exchange) => !this.#trades.has(`${exchange} ${symbol}`));
    try {
      for (const exchange of fresh) {
        const key = `${exchange} ${symbol}`;
        const topics = [this.#topic(tradeChannels[exchange], symbol)];
        const subscriber = { topics, onEnd: () => void this.#trades.delete(key) };
        await this.#subscriptions.subscribe(subscriber);
        this.#trades.set(key, { subscriber, since: this.#options.clock.now() });
      }
    } catch (error) {
      for (const exchange of fresh) await this.unwatchTrades(symbol, exchange);
      throw error;
    }
  }

  async unwatchTrades(symbol: string, of: TradesOf = 'KRX'): Promise<void> {
    for (const exchange of marketplaces(of)) {
      const key = `${exchange} ${symbol}`;
      const watched = this.#trades.get(key);
      if (watched === undefined) continue;
      this.#trades.delete(key);
      await this.#subscriptions.unsubscribe(watched.subscriber);
    }
  }

  hears(symbol: string, exchange: Marketplace): boolean {
    return this.#socket.status().state === 'connected' && this.#trades.has(`${exchange} ${symbol}`);
  }

  tradesSince(symbol: string, exchange: Marketplace): number | undefined {
    const watched = this.#trades.get(`${exchange} ${symbol}`);
    const { state, connectedAt, lastMessageAt } = this.#socket.status();
    if (watched === undefined || state !== 'connected' || connectedAt === undefined) return undefined;
    if (this.#options.clock.now() - (lastMessageAt ?? connectedAt) > silentMs) return undefined;
    return Math.max(watched.since, connectedAt);
  }

  async watchBook(symbol: string, exchange: Exchange, watcher: BookWatcher): Promise<StopWatching> {
    return this.#watch(
      bookChannels[exchange].map((name) => this.#topic(name, symbol)),
      watcher,
    );
  }

  async watchIndices(codes: readonly IndexCode[], watcher: IndexWatcher): Promise<StopWatching> {
    return this.#watch(
      codes.map((code) => this.#topic('index', indexCodes[code])),
      watcher,
    );
  }

  status(): FeedStatus {
    const { htsId, environment } = this.#options;
    const room = environment.maxRegistrations - (htsId === undefined ? 0 : 1);
    const counts = { gaps: this.#gaps, trades: this.#tradeCount };
    return { ...this.#socket.status(), ...counts, room, fillNotices: this.#fillNotices() };
  }

  #fillNotices(): FillNotices {
    const { htsId } = this.#options;
    if (htsId === undefined) return { state: 'no-id' };
    if (this.#socket.status().state !== 'connected') return { state: 'waiting' };
    const code = this.#socket.refusal(this.#topic('executions', htsId));
    if (code === undefined) return { state: 'working' };
    if (code === noAnswerCode) return { state: 'refused', code: '', reason: 'no-answer' };
    return { state: 'refused', code, reason: code === unknownHtsIdCode ? 'hts-id' : 'other' };
  }

  stop(): Promise<void> {
    this.#cancelLost?.();
    return this.#socket.stop();
  }

  #topic(name: ChannelName, trKey: string): Registration {
    const trId = channels[name].tr[this.#options.environment.dialect];
    if (trId === null) throw new AppError('feed.unsupported', { what: channels[name].title });
    return { trId, trKey };
  }

  async #watch(topics: readonly Registration[], watcher: BookWatcher | IndexWatcher): Promise<StopWatching> {
    if (this.#socket.status().state !== 'connected') throw new AppError('feed.down');
    const watch: Watch = {
      topics,
      watcher,
      onEnd: () => {
        this.#watches.delete(watch);
        watcher.onEnd('refused');
      },
    };
    const stop = (): void => {
      this.#watches.delete(watch);
      void this.#subscriptions.unsubscribe(watch);
    };
    this.#watches.add(watch);
    try {
      await this.#subscriptions.subscribe(watch);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  /**
   * A frame was lost. What it may have told is asked for at once, and if more are lost soon after it, once more for all
   * of them: a storm of unreadable frames must not become one of questions.
   */
  #lost(): void {
    if (this.#cancelLost !== undefined) {
      this.#lostAgain = true;
      return;
    }
    this.#missed();
    this.#cancelLost = this.#options.clock.timer(lostPauseMs, () => {
      this.#cancelLost = undefined;
      if (!this.#lostAgain) return;
      this.#lostAgain = false;
      this.#lost();
    });
  }

  #missed(): void {
    this.#gaps += 1;
    this.#handlers?.onResumed();
    for (const { watcher } of this.#watches) watcher.onGap?.();
  }

  #watchersOf(trId: string, trKey: string): readonly Watch['watcher'][] {
    if (this.#watches.size === 0) return [];
    return [...this.#watches]
      .filter(({ topics }) => topics.some((topic) => topic.trId === trId && topic.trKey === trKey))
      .map(({ watcher }) => watcher);
  }

  /** In which part of the day. The hours of a stand-in for the exchange are its own, so there a time tells nothing. */
  #sessionOf(exchange: Marketplace, { session, at, time }: decode.PushedTrade): Trade['session'] {
    const byTime = this.#options.environment.hours === 'exchange';
    return session ?? (byTime ? tradeSessionAt(exchange, koreanDay(at), time) : undefined);
  }

  #receive(frame: DataFrame, at: number): void {
    const handlers = this.#handlers;
    if (handlers === undefined) return;
    const name = this.#nameOf.get(frame.trId);
    try {
      this.#read(handlers, name, frame, at);
    } catch (error) {
      this.#options.log.error('socket record unreadable', { trId: frame.trId, error });
      this.#lost();
    }
  }

  #read(handlers: FeedHandlers, name: ChannelName | undefined, frame: DataFrame, at: number): void {
    const { trId } = frame;
    switch (name) {
      case 'trades':
      case 'nextradeTrades':
      case 'combinedTrades':
        for (const trade of decode.readTrades(name, frame, at)) {
          this.#tradeCount += 1;
          const exchange = exchangeOf[name];
          if (exchange !== undefined) {
            handlers.onTrade({ ...trade, exchange, session: this.#sessionOf(exchange, trade) });
          }
          for (const watcher of this.#watchersOf(trId, trade.symbol)) watcher.onTrade?.(trade);
        }
        return;
      case 'orderBook':
      case 'nextradeOrderBook':
      case 'combinedOrderBook':
        for (const book of decode.readOrderBooks(name, frame, at)) {
          for (const watcher of this.#watchersOf(trId, book.symbol)) watcher.onOrderBook?.(book);
        }
        return;
      case 'issueStatus':
      case 'nextradeIssueStatus':
      case 'combinedIssueStatus':
        for (const status of decode.readIssueStatuses(name, frame, at)) {
          if (name === 'issueStatus') handlers.onIssueStatus?.(status);
          for (const watcher of this.#watchersOf(trId, status.symbol)) watcher.onIssueStatus?.(status);
        }
        return;
      case 'index':
        for (const quote of decode.readIndexQuotes(frame)) {
          for (const watcher of this.#watchersOf(trId, indexCodes[quote.code])) watcher.onIndex?.(quote);
        }
        return;
      case 'executions':
        for (const { account, notice } of decode.readExecutionNotices(frame, at)) {
          // KIS sends the notices of every account of the HTS id; the listener knows which are ours.
          handlers.onExecution(notice, account);
        }
        return;
      default:
    }
  }
}
