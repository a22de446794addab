import { Agent, type Dispatcher } from 'undici';
import type { ApiDrift } from '../domain/api-drift.ts';
import type { Redactor } from '../log.ts';
import type { Cache } from '../ports/cache.ts';
import type { Cluster, DutyName } from '../ports/cluster.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { type FeedOptions, KisFeed } from './feed.ts';
import { digestOf, dutyOfKey, KeyPlace } from './remote/key-place.ts';
import { RemotePages } from './remote/remote-pages.ts';
import { type AppKey, Credentials } from './wire/credentials.ts';
import type { Environment } from './wire/environment.ts';
import type { HttpTimeouts } from './wire/exchange.ts';
import { KisHttp } from './wire/http.ts';
import { Lane } from './wire/throttle.ts';
import { connectorOver, type KisTransports } from './wire/transports.ts';

export interface KisOptions extends FeedOptions {
  readonly key: AppKey;
  readonly redactor: Redactor;
  readonly cache: Cache;
  readonly timeouts?: HttpTimeouts | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** A live key beside the paper key. It reads what the paper host lacks, and only what is about no account. */
  readonly liveReads?: { readonly key: AppKey; readonly environment: Environment } | undefined;
  /** Whether orders carry KIS's hash of their body. */
  readonly hashkey?: boolean | undefined;
  /** Told whenever KIS turns out not to agree with the catalogue about one of its APIs. */
  readonly onDrift?: ((drift: ApiDrift) => void) | undefined;
  /** The processes that share the keys, of which each key is carried by one. Absent: this process carries all. */
  readonly cluster?: Cluster | undefined;
}

/** What KIS gives an app key, in the process that carries it: a token, so many calls a second, and connections. */
export interface KeyAccess {
  readonly place: KeyPlace;
  readonly dispatcher: Dispatcher;
  readonly credentials: Credentials;
  readonly lane: Lane;
}

/** What the accounts of one app key share: all that KIS gives the key, and the one socket session that it has. */
export interface SharedKey extends KeyAccess {
  readonly feed: KisFeed;
  readonly live: LiveReads | undefined;
  /** Ends all of it, once. */
  readonly close: () => Promise<void>;
}

/** The live key for reads, with its own way to KIS. What it reads cannot name an account. */
export interface LiveReads extends KeyAccess {
  readonly reads: KisHttp;
}

/**
 * The key of each account, in their order. Accounts of one app key at one host get the same, and so do accounts that
 * name the same live key for reads. The duty of such a key is that of the account whose own key it is, or else of the
 * first account that names it.
 */
export function sharedKeys(accounts: readonly KisOptions[]): readonly SharedKey[] {
  const access = new Map<DutyName, KeyAccess>();
  for (const options of accounts) {
    const duty = dutyOfKey(options.key, options.environment);
    const { connectRest } = options.transports ?? {};
    if (!access.has(duty)) access.set(duty, accessOf(options, duty, createDispatcher(options, connectRest)));
  }
  const liveKeys = new Map<DutyName, LiveReads>();
  const liveOf = (options: KisOptions, duty: DutyName): LiveReads | undefined => {
    const { liveReads: live } = options;
    if (live === undefined) return undefined;
    const id = dutyOfKey(live.key, live.environment);
    const own = access.get(id) ?? accessOf({ ...options, ...live }, duty, createDispatcher(live), 'KIS_LIVE');
    const shared = liveKeys.get(id) ?? { ...own, reads: httpOf({ ...options, ...live, account: undefined }, own) };
    liveKeys.set(id, shared);
    return shared;
  };
  const shared = new Map<DutyName, SharedKey>();
  return accounts.map((options) => {
    const duty = dutyOfKey(options.key, options.environment);
    const key = shared.get(duty) ?? withFeed(options, access.get(duty) as KeyAccess, liveOf(options, duty));
    shared.set(duty, key);
    return key;
  });
}

/** The REST client of an account, or of no account where it may only read what is about none. */
export function httpOf(
  options: Omit<KisOptions, 'account'> & { readonly account: KisOptions['account'] | undefined },
  access: KeyAccess,
): KisHttp {
  const { environment, key, account, clock, log, cluster } = options;
  const { place } = access;
  const reader = digestOf(key, environment, ...(account === undefined ? [] : [account.number, account.product]));
  const remote = cluster && !cluster.isAlone ? new RemotePages({ cluster, place, reader, clock, log }) : undefined;
  const { random, redactor, timeouts, telemetry, hashkey, onDrift } = options;
  return new KisHttp({
    ...access,
    environment,
    account,
    clock,
    random,
    log,
    redactor,
    timeouts,
    telemetry,
    hashkey,
    onDrift,
    remote,
  });
}

function accessOf(
  options: Omit<KisOptions, 'account'>,
  duty: DutyName,
  dispatcher: Dispatcher,
  settings?: string,
): KeyAccess {
  const { environment, key, cache, clock, log, redactor, cluster, telemetry } = options;
  const place = new KeyPlace(duty, cluster);
  const named = settings === undefined ? {} : { settings };
  const credentials = new Credentials({ environment, key, cache, clock, log, redactor, dispatcher, place, ...named });
  return { place, dispatcher, credentials, lane: new Lane(clock, environment.callsPerSecond, telemetry) };
}

function withFeed(options: KisOptions, access: KeyAccess, live: LiveReads | undefined): SharedKey {
  const feed = new KisFeed(options, access.credentials);
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await feed.stop();
    await live?.dispatcher.destroy();
    await access.dispatcher.destroy();
  };
  const close = (): Promise<void> => {
    closed ??= end();
    return closed;
  };
  return { ...access, feed, live, close };
}

/** HTTP connections, kept alive between calls. Every wait on them ends at some time. */
function createDispatcher(
  { environment: { restUrl, callsPerSecond } }: Pick<KisOptions, 'environment'>,
  connectRest?: KisTransports['connectRest'],
): Dispatcher {
  // As many as calls may start in a second: a call that may be sent, and an order above all, waits for no answer to
  // another one.
  const connections = Math.max(8, callsPerSecond);
  if (connectRest !== undefined) {
    return new Agent({
      connect: connectorOver(() => connectRest(restUrl)),
      // Waits end by the Clock alone, which in tests does not run as the machine's does.
      keepAliveTimeout: 600_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      connections,
    });
  }
  return new Agent({
    connect: { timeout: 5_000 },
    keepAliveTimeout: 4_000,
    // Longer than the time-outs of calls, which run on the Clock and should strike first.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    connections,
  });
}
