import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { ChannelName } from '../kis/endpoints/channels.ts';
import { Account, type AccountName, accountText, type StartHolding } from './account/account.ts';
import { Accounts } from './account/accounts.ts';
import type { OrderEvent } from './account/order.ts';
import { ScheduledBook } from './account/scheduled.ts';
import { lastNumberBefore, Venue } from './account/venue.ts';
import { answerControl, type ControlApi } from './control/control-api.ts';
import { type ControlledParts, createControlApi } from './control/controls.ts';
import { FaultInjector } from './control/faults.ts';
import { InMemoryConnections, listenOnLoopback } from './loopback.ts';
import { tradingNow } from './market/extended.ts';
import { VenueClock } from './market/hours.ts';
import type { Issue } from './market/instruments.ts';
import { listingOf, Market } from './market/market.ts';
import { randomFor } from './market/random.ts';
import { Staged } from './market/staged.ts';
import { Ticker } from './market/ticker.ts';
import type { AccountWorld, Settings, World } from './rest/answer.ts';
import { Oauth } from './rest/oauth.ts';
import { noticeOf } from './rest/records.ts';
import { Rest } from './rest/rest.ts';
import { Notices } from './socket/notices.ts';
import { SocketServer } from './socket/socket.ts';

/** An account as it starts. */
export interface StartAccount extends AccountName {
  /** Won. */
  readonly cash?: number;
  readonly holdings?: readonly StartHolding[];
}

export interface SimulatorOptions {
  readonly clock: Clock;
  readonly seed?: number;
  /** Eight digits: the account, where `accounts` names none, with the product code 01; default 50000000. */
  readonly account?: string;
  /** The first is meant where none is named. */
  readonly accounts?: readonly StartAccount[];
  /** Multiplies how often the market moves; 0: prices stand still. */
  readonly speed?: number;
  readonly kind?: 'live' | 'paper';
  /** `open` (default): the regular session, whatever the hour; `live`: KRX's hours by its own clock. */
  readonly hours?: 'open' | 'live';
  /** When prices become those of a new day, `HHmm`; by default at midnight. Used with `live` hours only. */
  readonly dayBegins?: string;
  /** Holidays that are in no table, `yyyyMMdd`: only the venue's own calendar tells of them. */
  readonly closedDays?: readonly string[];
  /**
   * False: the simulator opens no ports, and connections come through `acceptRest` and `acceptSocket` only. Default
   * true.
   */
  readonly listen?: boolean;
  /** 0 or absent: any. */
  readonly restPort?: number;
  readonly wsPort?: number;
  /** Default 18, on paper 1: KIS's limits since April 2026. */
  readonly callsPerSecond?: number;
  /** The number of columns of an order notice; default 26, on paper 23, as on the paper host. */
  readonly noticeColumns?: 26 | 23;
  readonly tickColumns?: 46 | 47;
  /** Whether notices are sent before the answer to their order. */
  readonly noticeBeforeAnswer?: boolean;
  /** Whether queries drop the leading zeros of order numbers. */
  readonly unpaddedOrderNumbers?: boolean;
  readonly pingIntervalMs?: number;
  readonly pingTimeoutMs?: number;
  /** Won in each account that names none; default 10,000,000. */
  readonly cash?: number;
  /** In each account that names none. */
  readonly holdings?: readonly StartHolding[];
  /** More issues, which were listed on the first day: they trade, and the master files have them from the next on. */
  readonly newIssues?: readonly Omit<Issue, 'isNew'>[];
  /** More issues, which the master files have. */
  readonly moreIssues?: readonly Omit<Issue, 'isNew'>[];
  readonly log?: (event: string, fields: Record<string, unknown>) => void;
}

export interface Simulator extends ControlApi {
  /** `http://127.0.0.1:PORT`. The port is 1, where nothing listens, for a simulator without ports. */
  readonly restUrl: string;
  /** `ws://127.0.0.1:PORT`; any path will do. */
  readonly wsUrl: string;
  /** Takes a connection to the REST host that does not come through its port. */
  acceptRest(stream: Duplex): void;
  /** The same for the WebSocket host. */
  acceptSocket(stream: Duplex): void;
  /** Ends all connections, however they came. */
  stop(): Promise<void>;
}

/** Channels whose listeners make the price of their issue move. */
const priceChannels = [
  'trades',
  'nextradeTrades',
  'combinedTrades',
  'orderBook',
  'nextradeOrderBook',
  'combinedOrderBook',
] as const satisfies readonly ChannelName[];
const walkEveryMs = 300;
/** The port in the URLs of a simulator that does not listen; nothing listens there. */
const unusedPort = 1;

/** Starts a stand-in for KIS on loopback: REST and WebSocket, accounts, made-up prices. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { speed = 1, kind = 'live', log = () => undefined, listen = true } = options;
  const parts = createParts(options);
  const { world, accounts, rest, sockets, ticker } = parts;
  const controlApi = createControlApi(parts);
  const http = createHttpServer(rest, controlApi, log);
  const connections = new InMemoryConnections(http);
  // Connections in memory are timed by the Clock alone. A time-out of Node's own would end them at another time.
  if (!listen) http.keepAliveTimeout = 0;
  const restPort = listen ? await listenOnLoopback(http, options.restPort ?? 0) : unusedPort;
  const wsPort = listen ? await sockets.listen(options.wsPort ?? 0) : unusedPort;
  const stopWalking = speed > 0 ? walk(world, accounts, sockets, speed) : () => undefined;
  log('simulator ready', { restPort, wsPort, kind });
  return {
    restUrl: `http://127.0.0.1:${restPort}`,
    wsUrl: `ws://127.0.0.1:${wsPort}`,
    ...controlApi,
    acceptRest: (stream) => connections.accept(stream),
    acceptSocket: (stream) => sockets.accept(stream),
    async stop() {
      stopWalking();
      ticker.stop();
      await sockets.stop();
      await connections.close();
    },
  };
}

/** Makes the simulator's parts and joins them: what happens in the market reaches the accounts, and both the sockets. */
function createParts(options: SimulatorOptions): ControlledParts {
  const { seed = 1, kind = 'live', log = () => undefined } = options;
  const settings = settingsOf(options);
  const clock = new VenueClock(options.clock, options.hours ?? 'open', options.dayBegins, options.closedDays);
  const market = createMarket(clock, options);
  const oauth = new Oauth(clock, randomFor(seed, 'oauth'));
  const faults = new FaultInjector(({ dropSockets, halfOpenSockets, revokeApprovalKeys }) => {
    if (dropSockets) sockets.dropAll();
    if (halfOpenSockets) sockets.halfOpenAll();
    if (revokeApprovalKeys) oauth.revokeApprovals();
    notices.faultsChanged();
  });
  const sockets = new SocketServer({
    kind,
    clock,
    random: randomFor(seed, 'socket'),
    htsId: settings.htsId,
    pingIntervalMs: options.pingIntervalMs ?? 10_000,
    pingTimeoutMs: options.pingTimeoutMs ?? 100_000,
    appKeyOf: (approvalKey) => oauth.appKeyOf(approvalKey),
    isSymbol: (symbol) => market.find(symbol) !== undefined,
    troubles: () => faults.conditions.sockets,
    drawFrameFault: () => faults.drawFrameFault(),
    log,
  });
  const noticeColumns = options.noticeColumns ?? (kind === 'paper' ? 23 : 26);
  const notices: Notices = new Notices(clock, faults, noticeColumns, (htsId, record) =>
    sockets.push('executions', htsId, [record]),
  );
  const world: World = { settings, clock, market, faults, staged: new Staged() };
  const accounts = createAccounts(world, options, (event) => notices.push(noticeOf(settings, event)));
  const ticker = new Ticker(sockets, { market, clock }, options.tickColumns ?? 47);
  market.listen({
    restingFilled: (order, quantity, price) =>
      accounts.find(order.account)?.venue.restingFilled(order.number, quantity, price),
    printed: (listing, prints) => ticker.printed(listing, prints),
    bookChanged: (listing) => ticker.bookChanged(listing),
  });
  const callsPerSecond = options.callsPerSecond ?? (kind === 'paper' ? 1 : 18);
  const { noticeBeforeAnswer = false } = options;
  const rest = new Rest({ world, accounts, oauth, notices, callsPerSecond, noticeBeforeAnswer, log });
  return { world, accounts, rest, sockets, notices, ticker };
}

function settingsOf({ kind = 'live', seed = 1, unpaddedOrderNumbers }: SimulatorOptions): Settings {
  return {
    kind,
    seed,
    holder: '홍길동',
    htsId: 'hogasim',
    branch: kind === 'paper' ? '00950' : '06010',
    unpaddedOrderNumbers: unpaddedOrderNumbers ?? false,
  };
}

function createMarket(clock: VenueClock, options: SimulatorOptions): Market {
  return new Market(clock, options.seed ?? 1, options.speed ?? 1, [
    ...(options.moreIssues ?? []),
    ...(options.newIssues ?? []).map((issue) => ({ ...issue, isNew: true }) as const),
  ]);
}

/** @throws RangeError when there is no account, or one is there twice. */
function createAccounts(world: World, options: SimulatorOptions, tell: (event: OrderEvent) => void): Accounts {
  const { account = '50000000', accounts = [{ number: account, product: '01' }], cash = 10_000_000 } = options;
  // The same for all, so that two accounts do hand out the same numbers.
  const lastNumber = lastNumberBefore(world.clock);
  const create = (start: StartAccount): AccountWorld => {
    const { clock, market } = world;
    const own = new Account(start, start.cash ?? cash);
    for (const { symbol, quantity, averageCost, loanDate } of start.holdings ?? options.holdings ?? []) {
      own.give(listingOf(market, symbol).issue, quantity, averageCost, loanDate);
    }
    const venue = new Venue(clock, market, own, lastNumber, tell);
    return { ...world, account: own, venue, scheduled: new ScheduledBook(clock, market, venue) };
  };
  const [first, ...others] = accounts.map(create);
  if (first === undefined) throw new RangeError('accounts: there is none');
  const names = accounts.map(accountText);
  if (new Set(names).size < names.length) throw new RangeError(`accounts: ${names.join(', ')} names one twice`);
  return new Accounts(world, first, others);
}

/** Answers KIS's REST API and, under `/__sim/`, the control API, which is no part of KIS. */
function createHttpServer(rest: Rest, controlApi: ControlApi, log: NonNullable<SimulatorOptions['log']>): Server {
  return createServer((request, response) => {
    void readBody(request)
      .then((body) => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1');
        const read = { method: request.method ?? 'GET', url, headers: request.headers, body };
        return url.pathname.startsWith('/__sim/')
          ? answerControl(read, response, controlApi)
          : rest.handle(read, response);
      })
      .catch((error: unknown) => {
        log('request failed', { error: String(error) });
        response.destroy();
      });
  });
}

/** Moves the prices of issues that somebody watches or has an order in; the others move when they are looked at. */
function walk({ clock, market }: World, accounts: Accounts, sockets: SocketServer, speed: number): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    cancel = clock.timer(Math.max(1, walkEveryMs / speed), () => {
      accounts.roll();
      const watched = new Set(priceChannels.flatMap((name) => [...sockets.keys(name)]));
      if (clock.session() === 'regular' && sockets.keys('index').size > 0) market.lookAll();
      for (const listing of market.all()) {
        const exchanges = tradingNow(clock, listing);
        if (exchanges === undefined) continue;
        if (watched.has(listing.issue.symbol) || listing.book.hasClientOrders()) market.step(listing, exchanges);
      }
      next();
    });
  };
  next();
  return () => cancel();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
