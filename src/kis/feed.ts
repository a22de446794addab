import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FeedHandlers, FeedStatus, MarketFeed } from '../ports.ts';
import { channels } from './channels.ts';
import type { Credentials } from './credentials.ts';
import * as decode from './decode.ts';
import type { Environment } from './environment.ts';
import { cutRecords, type DataFrame } from './frames.ts';
import type { AccountNumber } from './http.ts';
import { KisSocket, type SocketTimings } from './socket.ts';
import type { KisTransports } from './transports.ts';

export interface FeedOptions {
  readonly environment: Environment;
  readonly account: AccountNumber;
  /** Fill notices are registered under it. Without one there are none. */
  readonly htsId: string | undefined;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly pong?: 'echo' | 'frame' | undefined;
  readonly socketTimings?: SocketTimings | undefined;
  /** Absent: real sockets. */
  readonly transports?: KisTransports | undefined;
}

/** The topics that are listened to; paper has all of them. */
type FeedChannel = 'trades' | 'orderBook' | 'executions';

/** KIS's socket in domain words: records in, trades, books and notices of our own account out. */
export class KisFeed implements MarketFeed {
  readonly #options: FeedOptions;
  readonly #socket: KisSocket;
  readonly #account: string;
  #handlers: FeedHandlers | undefined;

  constructor(options: FeedOptions, credentials: Credentials) {
    this.#options = options;
    this.#account = `${options.account.number}${options.account.product}`;
    const { pong, socketTimings, transports } = options;
    this.#socket = new KisSocket({
      url: options.environment.wsUrl,
      approvalKey: () => credentials.approvalKey(),
      clock: options.clock,
      random: options.random,
      log: options.log,
      handlers: {
        onData: (frame) => this.#receive(frame),
        onLost: () => this.#handlers?.onResumed(),
        onResumed: () => this.#handlers?.onResumed(),
      },
      pong,
      timings: socketTimings,
      connect: transports?.connectSocket,
    });
  }

  async start(handlers: FeedHandlers): Promise<void> {
    this.#handlers = handlers;
    const { htsId } = this.#options;
    await this.#socket.start(htsId === undefined ? [] : [{ trId: this.#trId('executions'), trKey: htsId }]);
  }

  watchTrades(symbol: string): Promise<void> {
    return this.#register('trades', symbol);
  }

  unwatchTrades(symbol: string): Promise<void> {
    return this.#socket.unregister({ trId: this.#trId('trades'), trKey: symbol });
  }

  watchOrderBook(symbol: string): Promise<void> {
    return this.#register('orderBook', symbol);
  }

  unwatchOrderBook(symbol: string): Promise<void> {
    return this.#socket.unregister({ trId: this.#trId('orderBook'), trKey: symbol });
  }

  status(): FeedStatus {
    const status = this.#socket.status();
    const { htsId } = this.#options;
    const refusal = htsId && this.#socket.refusal({ trId: this.#trId('executions'), trKey: htsId });
    const executions = status.state === 'connected' && htsId !== undefined && refusal === undefined;
    return { ...status, executions, reason: refusal || status.reason };
  }

  stop(): Promise<void> {
    return this.#socket.stop();
  }

  #trId(channel: FeedChannel): string {
    return channels[channel].tr[this.#options.environment.dialect];
  }

  async #register(channel: FeedChannel, symbol: string): Promise<void> {
    if (this.#socket.status().registrations >= this.#options.environment.maxRegistrations) {
      throw new AppError('feed.full', { limit: this.#options.environment.maxRegistrations });
    }
    await this.#socket.register({ trId: this.#trId(channel), trKey: symbol });
  }

  #receive(frame: DataFrame): void {
    const handlers = this.#handlers;
    if (handlers === undefined) return;
    const at = this.#options.clock.now();
    try {
      if (frame.trId === this.#trId('trades')) {
        for (const { record } of cutRecords(channels.trades, frame.count, frame.payload)) {
          handlers.onTrade(decode.toTrade(record, at));
        }
      } else if (frame.trId === this.#trId('orderBook')) {
        for (const { record } of cutRecords(channels.orderBook, frame.count, frame.payload)) {
          handlers.onOrderBook(decode.toOrderBookPush(record, at));
        }
      } else if (frame.trId === this.#trId('executions')) {
        for (const { fields } of cutRecords(channels.executions, frame.count, frame.payload)) {
          const { account, notice } = decode.toExecutionNotice(fields, at);
          // One HTS id is told of all its accounts; the others are none of ours.
          if (account === this.#account) handlers.onExecution(notice);
        }
      }
    } catch (error) {
      this.#options.log.error('socket record unreadable', { trId: frame.trId, error });
      if (frame.trId === this.#trId('executions')) handlers.onResumed();
    }
  }
}
