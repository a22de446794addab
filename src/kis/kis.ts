import { connect } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import type { ApiDrift } from '../domain/api-drift.ts';
import { AppError } from '../errors.ts';
import type { Redactor } from '../log.ts';
import type { BarSource } from '../ports/bars.ts';
import type { TokenRevocation } from '../ports/broker.ts';
import type { Cache } from '../ports/cache.ts';
import type { DutyName } from '../ports/cluster.ts';
import type { FeedStatus } from '../ports/feed.ts';
import type { Venue } from '../ports/venue.ts';
import { KisAccountReports } from './account-reports.ts';
import { barSource } from './bars.ts';
import { KisBroker } from './broker.ts';
import type { Endpoint, Input } from './endpoints/endpoint.ts';
import { type FeedOptions, KisFeed } from './feed.ts';
import { dutyOfKey } from './key-duty.ts';
import { type KeyReads, type MarketReads, type MarketRow, withLiveReads, withMostRoom } from './market-reads.ts';
import { KisMinutes } from './minutes.ts';
import { KisResearch } from './research.ts';
import { KisScheduledOrders } from './scheduled-orders.ts';
import { type AppKey, Credentials } from './wire/credentials.ts';
import { type Environment, isSameMarket } from './wire/environment.ts';
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

/** Everything that the app uses of KIS for one account: reads, orders, pushes, and the upkeep of the connection. */
export interface Kis extends Venue {
  readonly environment: Environment;
  /** That of its app key: one process of several makes its calls and has its socket. */
  readonly duty: DutyName;
  /** The account's own key, for what names no account. */
  readonly keyReads: KeyReads;
  readonly barSource: BarSource;
  /** Any read of the catalogue by its row, for the check of all APIs. */
  readonly reads: WireReads;
  lane(): LaneStatus;
  token(): ReturnType<Credentials['status']>;
  /** Until when a read waits for a token, in milliseconds; undefined while none does. */
  waitsUntil(): number | undefined;
  /** To be called when the process ends: reads that wait for a token fail at once. */
  endWaits(): void;
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
function createDispatcher(restUrl: string, connectRest: KisTransports['connectRest']): Dispatcher {
  if (connectRest !== undefined) {
    return new Agent({
      connect: connectorOver(() => connectRest(restUrl)),
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

/** What the accounts of one app key share: its token, its lane, its connections, and the one socket session it has. */
interface SharedKey {
  readonly dispatcher: Dispatcher;
  readonly credentials: Credentials;
  readonly lane: Lane;
  readonly feed: KisFeed;
  readonly live: LiveReads | undefined;
  /** Ends all of it, once. */
  readonly close: () => Promise<void>;
}

function createKey(options: KisOptions): SharedKey {
  const dispatcher = createDispatcher(options.environment.restUrl, options.transports?.connectRest);
  const credentials = new Credentials({ ...options, dispatcher });
  const lane = new Lane(options.clock, options.environment.callsPerSecond);
  const feed = new KisFeed(options, credentials);
  const live = options.liveReads && createLiveReads(options, options.liveReads);
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await feed.stop();
    await live?.close();
    await dispatcher.destroy();
  };
  const close = (): Promise<void> => {
    closed ??= end();
    return closed;
  };
  return { dispatcher, credentials, lane, feed, live, close };
}

/**
 * KIS for each of several accounts, in their order. Those of one app key at one host share all that KIS gives a key. What
 * names no account is asked with whichever key has the most room: an account's own, or that of another which `mayAsk`
 * lets it use.
 */
export function createKisAccounts(
  accounts: readonly KisOptions[],
  mayAsk: (position: number, other: number) => boolean,
): readonly Kis[] {
  const keys = new Map<string, SharedKey>();
  const made: Kis[] = [];
  for (const [position, options] of accounts.entries()) {
    const id = `${options.environment.restUrl} ${options.key.appKey.reveal()}`;
    const shared = keys.get(id) ?? createKey(options);
    keys.set(id, shared);
    const others = (): readonly KeyReads[] =>
      made.flatMap((kis, other) => {
        // The paper host lacks much, and takes one call a second. A simulator's prices are its own market's alone.
        const isLive = kis.environment.dialect === 'live' && isSameMarket(options.environment, kis.environment);
        return isLive && other !== position && mayAsk(position, other) ? [kis.keyReads] : [];
      });
    made.push(createKis(options, shared, others));
  }
  return made;
}

/** KIS, wired up for one account. */
export function createKis(
  options: KisOptions,
  shared: SharedKey = createKey(options),
  otherKeys: () => readonly KeyReads[] = () => [],
): Kis {
  const { dispatcher, credentials, lane, feed, live } = shared;
  const { timeouts } = options;
  const http = new KisHttp({
    ...options,
    credentials,
    lane,
    dispatcher,
    ...(timeouts === undefined ? {} : { timeouts }),
  });
  const keyReads: KeyReads = { reads: http, headRoom: () => lane.status().headRoom };
  const market = withMostRoom(withLiveReads(http, live?.reads), keyReads, otherKeys);
  return {
    keyReads,
    environment: options.environment,
    duty: dutyOfKey(options.key, options.environment),
    accountId: `${options.account.number}${options.account.product}`,
    broker: new KisBroker(http, market, options, dispatcher),
    minutes: new KisMinutes(market, options.environment.hours),
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
      else connectSocket(options.environment.wsUrl).destroy();
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
    close: shared.close,
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

interface LiveReads {
  readonly reads: MarketReads;
  readonly warmUp: () => Promise<void>;
  readonly revoke: () => Promise<TokenRevocation>;
  readonly waitsUntil: () => number | undefined;
  readonly endWaits: () => void;
  readonly close: () => Promise<void>;
}

/** The other key's way to KIS: a token, a lane and connections of its own. What is handed out cannot name an account. */
function createLiveReads(options: KisOptions, { key, environment }: NonNullable<KisOptions['liveReads']>): LiveReads {
  const dispatcher = createDispatcher(environment.restUrl, undefined);
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
