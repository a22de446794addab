import { connect } from 'node:net';
import { request } from 'undici';
import { AppError } from '../errors.ts';
import type { BarSource } from '../ports/bars.ts';
import type { DutyName } from '../ports/cluster.ts';
import type { FeedStatus } from '../ports/feed.ts';
import type { Venue } from '../ports/venue.ts';
import { KisAccountReports } from './account-reports.ts';
import { barSource } from './bars.ts';
import { KisBroker } from './broker.ts';
import type { Endpoint, Input } from './endpoints/endpoint.ts';
import { KisFeed } from './feed.ts';
import { type KeyReads, type MarketReads, type MarketRow, withLiveReads, withMostRoom } from './market-reads.ts';
import { KisMinutes } from './minutes.ts';
import { KisResearch } from './research.ts';
import { KisScheduledOrders } from './scheduled-orders.ts';
import { httpOf, type KeyAccess, type KisOptions, type SharedKey, sharedKeys } from './shared-keys.ts';
import type { Credentials } from './wire/credentials.ts';
import { type Environment, isSameMarket } from './wire/environment.ts';
import type { KisHttp } from './wire/http.ts';
import type { LaneStatus } from './wire/throttle.ts';
import type { WireReads } from './wire-check.ts';

export type { KisOptions } from './shared-keys.ts';

/**
 * The room in the lane of a key that another process carries, which nobody here knows: more than that of a key without
 * any, and less than that of a key of this process that has some.
 */
const elsewhereRoom = 0.5;

/** Everything that the app uses of KIS for one account: reads, orders, pushes, and the upkeep of the connection. */
export interface Kis extends Venue {
  /**
   * That of its app key: one process of several makes its calls and has its socket. Where that is another one, it does
   * the reads of this one too, orders are refused, and `lane`, `token` and `waitsUntil` tell of this process alone.
   */
  readonly duty: DutyName;
  readonly environment: Environment;
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
  /** Issues or loads the access token, so that the first question does not wait for it; not for a key that is elsewhere. */
  warmUp(): Promise<void>;
  /** The same for the live key for reads; undefined where there is none. */
  readonly warmUpLiveReads: (() => Promise<void>) | undefined;
  /**
   * Checks that a socket could be opened: that KIS gives an approval key and that its host takes connections. It opens
   * no session, because a bot that is running would lose its own. @throws KisError, AppError `cluster.not-ours`, or the
   * error of the connection.
   */
  checkSocket(): Promise<void>;
  /**
   * Opens a session, registers for execution notices, ends it, and returns how that went. Where another program holds
   * the only session of the app key, KIS refuses this one (`in-use`) and the other goes on. @throws AppError
   * `cluster.not-ours` where that is another process of the same cluster.
   */
  tryFeed(): Promise<FeedStatus>;
  /**
   * The time by KIS's clock, in milliseconds; undefined when its host sends no date. @throws when there is no
   * connection.
   */
  serverTime(): Promise<number | undefined>;
  close(): Promise<void>;
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
  const keys = sharedKeys(accounts);
  const made: Kis[] = [];
  for (const [position, options] of accounts.entries()) {
    const others = (): readonly KeyReads[] =>
      made.flatMap((kis, other) => {
        // The paper host lacks much, and takes one call a second. A simulator's prices are its own market's alone.
        const isLive = kis.environment.dialect === 'live' && isSameMarket(options.environment, kis.environment);
        return isLive && other !== position && mayAsk(position, other) ? [kis.keyReads] : [];
      });
    made.push(createKis(options, keys[position], others));
  }
  return made;
}

/** KIS, wired up for one account. */
export function createKis(
  options: KisOptions,
  shared: SharedKey = sharedKeys([options])[0] as SharedKey,
  otherKeys: () => readonly KeyReads[] = () => [],
): Kis {
  const { place, dispatcher, credentials, lane, feed, live } = shared;
  const http = httpOf(options, shared);
  const headRoom = (): number => (place.isHere ? lane.status().headRoom : elsewhereRoom);
  const keyReads: KeyReads = { reads: http, headRoom };
  const market = withMostRoom(withLiveReads(http, live?.reads), keyReads, otherKeys);
  return {
    duty: place.duty,
    keyReads,
    environment: options.environment,
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
    waitsUntil: () => credentials.waitingUntil ?? live?.credentials.waitingUntil,
    endWaits: () => {
      credentials.endWaits();
      live?.credentials.endWaits();
    },
    revokeTokens: async () => [
      await credentials.revoke(),
      ...(live === undefined ? [] : [await live.credentials.revoke()]),
    ],
    warmUp: () => warmUp(shared),
    warmUpLiveReads: live && (() => warmUp(live)),
    checkSocket: async () => {
      await credentials.approvalKey();
      const connectSocket = options.transports?.connectSocket;
      if (connectSocket === undefined) await reachable(new URL(options.environment.wsUrl));
      else connectSocket(options.environment.wsUrl).destroy();
    },
    tryFeed: async () => {
      place.requireHere();
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

/** Where another process carries the key, that one has the token. */
async function warmUp({ place, credentials }: KeyAccess): Promise<void> {
  if (place.isHere) await credentials.token();
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
