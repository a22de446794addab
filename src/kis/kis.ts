import { connect } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import type { ApiDrift } from '../domain/api-drift.ts';
import { AppError } from '../errors.ts';
import type { Redactor } from '../log.ts';
import type { AccountReports } from '../ports/account-reports.ts';
import type { BarSource } from '../ports/bars.ts';
import type { Broker, TokenRevocation } from '../ports/broker.ts';
import type { Cache } from '../ports/cache.ts';
import type { FeedStatus, MarketFeed } from '../ports/feed.ts';
import type { Research } from '../ports/research.ts';
import type { ScheduleBroker } from '../ports/scheduled-orders.ts';
import { KisAccountReports } from './account-reports.ts';
import { barSource } from './bars.ts';
import { KisBroker } from './broker.ts';
import type { Endpoint, Input } from './endpoints/endpoint.ts';
import { type FeedOptions, KisFeed } from './feed.ts';
import { type MarketReads, type MarketRow, withLiveReads } from './market-reads.ts';
import { KisResearch } from './research.ts';
import { KisScheduledOrders } from './scheduled-orders.ts';
import { type AppKey, Credentials } from './wire/credentials.ts';
import type { Environment } from './wire/environment.ts';
import type { HttpTimeouts } from './wire/exchange.ts';
import { KisHttp } from './wire/http.ts';
import { Lane, type LaneStatus } from './wire/throttle.ts';
import { connectorOver, type KisTransports } from './wire/transports.ts';
import type { WireReads } from './wire-check.ts';

export interface KisOptions extends FeedOptions {
  readonly key: AppKey;
  readonly redactor: Redactor;
  readonly cache: Cache;
  readonly timeouts?: HttpTimeouts | undefined;
  /** A live key beside the paper key. It reads what the paper host lacks, and only what is about no account. */
  readonly liveReads?: { readonly key: AppKey; readonly environment: Environment } | undefined;
  /** Whether orders carry KIS's hash of their body. */
  readonly hashkey?: boolean | undefined;
  /** Told whenever KIS turns out not to agree with the catalogue about one of its APIs. */
  readonly onDrift?: ((drift: ApiDrift) => void) | undefined;
}

/** Everything that the app uses of KIS: reads, orders, pushes, and the upkeep of the connection. */
export interface Kis {
  readonly broker: Broker;
  readonly research: Research;
  readonly reports: AccountReports;
  readonly schedules: ScheduleBroker;
  readonly feed: MarketFeed;
  readonly barSource: BarSource;
  /** Any read of the catalogue by its row, for the check of all APIs. */
  readonly reads: WireReads;
  lane(): LaneStatus;
  token(): ReturnType<Credentials['status']>;
  /** Until when a read waits for a token, in milliseconds; undefined while none does. */
  waitsUntil(): number | undefined;
  /** To be called when the process ends: reads that wait for a token fail at once. */
  endWaits(): void;
  /** Gives KIS back the access token, and that of the live key for reads where there is one. Never throws. */
  revokeTokens(): Promise<readonly TokenRevocation[]>;
  /** Issues or loads the access token, so that the first question does not wait for it. */
  warmUp(): Promise<void>;
  /** The same for the live key for reads; undefined where there is none. */
  readonly warmUpLiveReads: (() => Promise<void>) | undefined;
  /**
   * Checks that a socket could be opened: that KIS gives an approval key and that its host takes connections. It opens
   * no session, because a bot that is running would lose its own. @throws KisError, or the error of the connection.
   */
  checkSocket(): Promise<void>;
  /**
   * Opens a session, registers for execution notices, ends it, and returns how that went. Where another program holds
   * the only session of the app key, KIS refuses this one (`in-use`) and the other goes on.
   */
  tryFeed(): Promise<FeedStatus>;
  /**
   * The time by KIS's clock, in milliseconds; undefined when its host sends no date. @throws when there is no
   * connection.
   */
  serverTime(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** HTTP connections, kept alive between calls. Every wait on them ends at some time. */
function createDispatcher(connectRest: KisTransports['connectRest']): Dispatcher {
  if (connectRest !== undefined) {
    return new Agent({
      connect: connectorOver(connectRest),
      // Waits end by the Clock alone, which in tests does not run as the machine's does.
      keepAliveTimeout: 600_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      connections: 8,
    });
  }
  return new Agent({
    connect: { timeout: 5_000 },
    keepAliveTimeout: 4_000,
    // Longer than the time-outs of calls, which run on the Clock and should strike first.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    connections: 8,
  });
}

/** Puts together everything that talks to KIS. */
export function createKis(options: KisOptions): Kis {
  const dispatcher = createDispatcher(options.transports?.connectRest);
  const credentials = new Credentials({ ...options, dispatcher });
  const lane = new Lane(options.clock, options.environment.callsPerSecond);
  const { timeouts } = options;
  const http = new KisHttp({
    ...options,
    credentials,
    lane,
    dispatcher,
    ...(timeouts === undefined ? {} : { timeouts }),
  });
  const live = options.liveReads && createLiveReads(options, options.liveReads);
  const market = withLiveReads(http, live?.reads);
  const feed = new KisFeed(options, credentials);
  return {
    broker: new KisBroker(http, market, options, dispatcher),
    research: new KisResearch(market, options.htsId, options.clock),
    reports: new KisAccountReports(http),
    schedules: new KisScheduledOrders(http, options.clock),
    feed,
    barSource: barSource(live?.reads ?? http, options.liveReads?.environment ?? options.environment, options.clock),
    reads: wireReads(http, market),
    lane: () => lane.status(),
    token: () => credentials.status(),
    waitsUntil: () => credentials.waitingUntil ?? live?.waitsUntil(),
    endWaits: () => {
      credentials.endWaits();
      live?.endWaits();
    },
    revokeTokens: async () => [await credentials.revoke(), ...(live === undefined ? [] : [await live.revoke()])],
    warmUp: async () => void (await credentials.token()),
    warmUpLiveReads: live?.warmUp,
    checkSocket: async () => {
      await credentials.approvalKey();
      const connectSocket = options.transports?.connectSocket;
      if (connectSocket === undefined) await reachable(new URL(options.environment.wsUrl));
      else connectSocket().destroy();
    },
    tryFeed: async () => {
      const trial = new KisFeed(options, credentials);
      const ignore = (): void => undefined;
      await trial.start({
        onTrade: ignore,
        onExecution: ignore,
        onConnected: ignore,
        onResumed: ignore,
        onInUse: ignore,
      });
      const status = trial.status();
      await trial.stop();
      return status;
    },
    serverTime: async () => {
      const response = await request(options.environment.restUrl, { dispatcher });
      await response.body.dump();
      const date = Date.parse(String(response.headers['date']));
      return Number.isNaN(date) ? undefined : date;
    },
    close: async () => {
      await feed.stop();
      await live?.close();
      await dispatcher.destroy();
    },
  };
}

/** Reads that are about no account go to the live key for reads where the own host lacks the API; the others stay. */
function wireReads(http: KisHttp, market: MarketReads): WireReads {
  const isMarket = (row: Endpoint): row is MarketRow => row.kind === 'read' && !row.account;
  return {
    supports: (row) => (isMarket(row) ? market.supports(row) : http.supports(row)),
    read: (row, input, options) =>
      isMarket(row)
        ? market.read(row, input as Input<MarketRow>, options)
        : http.read(row, input as Input<Endpoint>, options),
  };
}

/**
 * Creates the reads with the live key, with a token, a lane and connections of their own. Their type lets no read
 * through that is about an account.
 */
function createLiveReads(
  options: KisOptions,
  { key, environment }: NonNullable<KisOptions['liveReads']>,
): {
  readonly reads: MarketReads;
  readonly warmUp: () => Promise<void>;
  readonly revoke: () => Promise<TokenRevocation>;
  readonly waitsUntil: () => number | undefined;
  readonly endWaits: () => void;
  readonly close: () => Promise<void>;
} {
  const dispatcher = createDispatcher(undefined);
  const { cache, clock, random, log, redactor, timeouts, onDrift } = options;
  const credentials = new Credentials({
    environment,
    key,
    cache,
    clock,
    log,
    redactor,
    dispatcher,
    settings: 'KIS_LIVE',
  });
  const lane = new Lane(clock, environment.callsPerSecond);
  return {
    reads: new KisHttp({
      environment,
      credentials,
      lane,
      account: undefined,
      clock,
      random,
      log,
      redactor,
      dispatcher,
      timeouts,
      onDrift,
    }),
    warmUp: async () => void (await credentials.token()),
    revoke: () => credentials.revoke(),
    waitsUntil: () => credentials.waitingUntil,
    endWaits: () => credentials.endWaits(),
    close: () => dispatcher.destroy(),
  };
}

/** Resolves when the host takes a TCP connection. */
function reachable(url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const port = Number(url.port) || (url.protocol === 'wss:' ? 443 : 80);
    const connection = connect({ host: url.hostname, port, timeout: 5_000 });
    connection.once('connect', () => {
      connection.destroy();
      resolve();
    });
    connection.once('timeout', () => connection.destroy(new AppError('venue.timeout', { host: url.host })));
    connection.once('error', reject);
  });
}
