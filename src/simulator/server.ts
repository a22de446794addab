import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { nearestTicks } from '../domain/orders/order-rules.ts';
import type { ChannelName } from '../kis/endpoints/channels.ts';
import { Account, type StartHolding } from './account/account.ts';
import type { OrderEvent } from './account/order.ts';
import { ScheduledBook } from './account/scheduled.ts';
import { type Outcome, Venue } from './account/venue.ts';
import { answerControl, type ControlApi } from './control/control-api.ts';
import { FaultBox } from './control/faults.ts';
import { readState } from './control/state.ts';
import { InMemoryConnections, listenOnLoopback } from './loopback.ts';
import { VenueClock } from './market/hours.ts';
import type { Issue } from './market/instruments.ts';
import { type Listing, Market } from './market/market.ts';
import { randomFor } from './market/random.ts';
import { Ticker } from './market/ticker.ts';
import type { Settings, World } from './rest/answer.ts';
import { Oauth } from './rest/oauth.ts';
import type { Notice } from './rest/records.ts';
import { Rest } from './rest/rest.ts';
import { Notices } from './socket/notices.ts';
import { SocketServer } from './socket/socket.ts';

export interface SimulatorOptions {
  readonly clock: Clock;
  readonly seed?: number;
  /** The account's first eight digits; default 50000000. */
  readonly account?: string;
  /** Multiplies how often the market moves; 0: prices stand still. */
  readonly speed?: number;
  readonly kind?: 'live' | 'paper';
  /** `open` (default): the regular session, whatever the hour; `live`: KRX's hours by its own clock. */
  readonly hours?: 'open' | 'live';
  /** From when on prices are a new day's, `HHmm`; by default from midnight. With `live` hours alone. */
  readonly dayBegins?: string;
  /** False: no ports; connections are handed in by `acceptRest` and `acceptSocket` alone. Default true. */
  readonly listen?: boolean;
  /** 0 or absent: any. */
  readonly restPort?: number;
  readonly wsPort?: number;
  /** Default 18, on paper 1: KIS's limits since April 2026. */
  readonly callsPerSecond?: number;
  /** Columns of an order notice; default 26, on paper the 23 that its host sends. */
  readonly noticeColumns?: 26 | 23;
  readonly tickColumns?: 46 | 47;
  /** Notices leave before the answer to their order. */
  readonly noticeBeforeAnswer?: boolean;
  /** Queries drop the zeros in front of order numbers. */
  readonly unpaddedOrderNumbers?: boolean;
  readonly pingIntervalMs?: number;
  readonly pingTimeoutMs?: number;
  /** Won in the account; default 10,000,000. */
  readonly cash?: number;
  readonly holdings?: readonly StartHolding[];
  /** Issues beside those of the table: listed this morning, they trade, and no master file has them yet. */
  readonly newIssues?: readonly Omit<Issue, 'isNew'>[];
  /** Issues beside those of the table, in the master files as they are. */
  readonly moreIssues?: readonly Omit<Issue, 'isNew'>[];
  readonly log?: (event: string, fields: Record<string, unknown>) => void;
}

export interface Simulator extends ControlApi {
  /** `http://127.0.0.1:PORT`; port 1, where nobody is, without listening. */
  readonly restUrl: string;
  /** `ws://127.0.0.1:PORT`; any path will do. */
  readonly wsUrl: string;
  /** Takes a connection to the REST side that did not come through its port. */
  acceptRest(stream: Duplex): void;
  /** The same, to the WebSocket side. */
  acceptSocket(stream: Duplex): void;
  /** Ends all connections, however they came. */
  stop(): Promise<void>;
}

/** Whose issues move while somebody listens. */
const priceChannels = [
  'trades',
  'nextradeTrades',
  'combinedTrades',
  'orderBook',
  'nextradeOrderBook',
  'combinedOrderBook',
] as const satisfies readonly ChannelName[];
const walkEveryMs = 300;
const nobodysPort = 1;
/** What the trading program on a phone writes into its orders. */
const otherChannel = 'Nsmart';

/** Starts a stand-in for KIS on loopback: REST and WebSocket, one account, made-up prices. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { seed = 1, speed = 1, kind = 'live', log = () => undefined } = options;
  const settings: Settings = {
    kind,
    seed,
    account: options.account ?? '50000000',
    product: '01',
    holder: '홍길동',
    htsId: 'hogasim',
    branch: kind === 'paper' ? '00950' : '06010',
    unpaddedOrderNumbers: options.unpaddedOrderNumbers ?? false,
  };
  const clock = new VenueClock(options.clock, options.hours ?? 'open', options.dayBegins);
  const market = new Market(clock, seed, speed, [
    ...(options.moreIssues ?? []),
    ...(options.newIssues ?? []).map((issue) => ({ ...issue, isNew: true }) as const),
  ]);
  const account = new Account(options.cash ?? 10_000_000);
  for (const { symbol, quantity, averageCost, loanDate } of options.holdings ?? []) {
    account.give(known(market, symbol).issue, quantity, averageCost, loanDate);
  }
  const oauth = new Oauth(clock, randomFor(seed, 'oauth'));
  const faults = new FaultBox((dropSockets) => {
    if (dropSockets) sockets.dropAll();
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
    silent: () => faults.conditions.sockets.silent,
    refusesSockets: () => faults.conditions.sockets.refuse,
    log,
  });
  const noticeColumns = options.noticeColumns ?? (kind === 'paper' ? 23 : 26);
  const notices: Notices = new Notices(clock, faults, noticeColumns, (htsId, record) =>
    sockets.push('executions', htsId, [record]),
  );
  const venue = new Venue(clock, market, account, (event) => notices.push(noticeOf(settings, event)));
  const ticker = new Ticker(sockets, { market, clock }, options.tickColumns ?? 47);
  market.listen({
    restingFilled: (order, quantity, price) => venue.restingFilled(order, quantity, price),
    printed: (listing, prints) => ticker.printed(listing, prints),
    bookChanged: (listing) => ticker.bookChanged(listing),
  });
  const scheduled = new ScheduledBook(clock, market, venue);
  const world: World = { settings, clock, market, account, venue, scheduled, faults };
  const rest = new Rest({
    world,
    oauth,
    notices,
    callsPerSecond: options.callsPerSecond ?? (kind === 'paper' ? 1 : 18),
    noticeBeforeAnswer: options.noticeBeforeAnswer ?? false,
    log,
  });

  const controlApi: ControlApi = {
    state: () => {
      venue.roll();
      return readState(world, rest.counts, sockets.counts());
    },
    hours: () => ({ now: clock.now(), neverCloses: clock.neverCloses, fixed: clock.fixed }),
    setPrice(symbol, price) {
      venue.roll();
      market.moveTo(tradable(market, symbol, price), price);
    },
    trade(symbol, side, quantity, price) {
      venue.roll();
      market.trade(tradable(market, symbol, price), side, quantity, price);
    },
    placeElsewhere({ symbol, side, quantity, price = 0, channel = otherChannel, exchange = 'KRX' }) {
      venue.roll();
      if (kind === 'paper' && exchange !== 'KRX') throw new RangeError('order refused: exchange');
      return numberOf(venue.place({ symbol, side, type: typeOf(price), quantity, price, exchange, channel }));
    },
    cancelElsewhere(number, { quantity, channel = otherChannel } = {}) {
      venue.roll();
      return numberOf(venue.cancel({ number: number.padStart(10, '0'), quantity, channel }));
    },
    amendElsewhere(number, price, { quantity, channel = otherChannel } = {}) {
      venue.roll();
      const original = number.padStart(10, '0');
      return numberOf(venue.amend({ number: original, quantity, type: typeOf(price), price, channel }));
    },
    scheduleElsewhere({ symbol, side, quantity, price = 0, until = '' }) {
      venue.roll();
      const kept = scheduled.place(symbol, side, { type: typeOf(price), quantity, price, until });
      if (typeof kept === 'string') throw new RangeError(`order refused: ${kept}`);
      return kept.number;
    },
    cancelScheduledElsewhere(number) {
      venue.roll();
      const kept = scheduled.cancel(number);
      if (typeof kept === 'string') throw new RangeError(`order refused: ${kept}`);
    },
    setIssue(symbol, { halted, interrupted, warning }) {
      const listing = known(market, symbol);
      const { marks } = listing;
      listing.marks = {
        halted: halted ?? marks.halted,
        interrupted: interrupted ?? marks.interrupted,
        warning: warning ?? marks.warning,
      };
      ticker.marked(listing);
    },
    setClock(change) {
      venue.roll();
      clock.set(change);
      venue.roll();
    },
    setFaults: (input) => faults.set(input),
    clearFaults: () => faults.clear(),
    pushForeignNotice(foreign) {
      const { issue } = known(market, foreign.symbol);
      const order = { ...foreign, original: undefined, name: issue.name, type: '00', exchange: 'KRX' as const };
      const event = { kind: 'filled' as const, quantity: foreign.quantity, price: foreign.price, time: clock.time() };
      notices.push({ ...holderOf(settings), account: foreign.account, event, order });
    },
  };

  const http = createServer((request, response) => {
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
  const handed = new InMemoryConnections(http);
  const listens = options.listen ?? true;
  // Without a port nobody else is there, and the machine's timers would end connections behind the Clock's back.
  if (!listens) http.keepAliveTimeout = 0;
  const restPort = listens ? await listenOnLoopback(http, options.restPort ?? 0) : nobodysPort;
  const wsPort = listens ? await sockets.listen(options.wsPort ?? 0) : nobodysPort;
  const stopWalking = speed > 0 ? walk(clock, market, venue, sockets, speed) : () => undefined;
  log('simulator ready', { restPort, wsPort, kind });
  return {
    restUrl: `http://127.0.0.1:${restPort}`,
    wsUrl: `ws://127.0.0.1:${wsPort}`,
    ...controlApi,
    acceptRest: (stream) => handed.accept(stream),
    acceptSocket: (stream) => sockets.accept(stream),
    async stop() {
      stopWalking();
      ticker.stop();
      await sockets.stop();
      await handed.close();
    },
  };
}

/** Moves the issues that somebody watches or waits on; the others move when they are looked at. */
function walk(clock: VenueClock, market: Market, venue: Venue, sockets: SocketServer, speed: number): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    cancel = clock.timer(Math.max(1, walkEveryMs / speed), () => {
      venue.roll();
      if (clock.session() === 'regular') {
        const watched = new Set(priceChannels.flatMap((name) => [...sockets.keys(name)]));
        if (sockets.keys('index').size > 0) market.lookAll();
        for (const listing of market.all()) {
          if (watched.has(listing.issue.symbol) || listing.book.hasClientOrders()) market.step(listing);
        }
      }
      next();
    });
  };
  next();
  return () => cancel();
}

function known(market: Market, symbol: string): Listing {
  const listing = market.find(symbol);
  if (listing === undefined) throw new RangeError(`symbol: ${symbol} is not traded here`);
  return listing;
}

/** The issue, if it can trade at that price. */
function tradable(market: Market, symbol: string, price: number | undefined): Listing {
  const listing = known(market, symbol);
  if (price === undefined) return listing;
  const { upper, lower } = listing.today;
  if (price > upper || price < lower) throw new RangeError(`price: ${symbol} trades from ${lower} to ${upper}`);
  if (nearestTicks(price, listing.issue.kind).below !== price) {
    throw new RangeError(`price: ${price} is off the tick grid of ${symbol}`);
  }
  return listing;
}

/** A market order has no price. */
function typeOf(price: number): string {
  return price === 0 ? '01' : '00';
}

function numberOf(outcome: Outcome): string {
  if (outcome.refusal !== undefined) throw new RangeError(`order refused: ${outcome.refusal}`);
  return outcome.order.number;
}

function holderOf(settings: Settings): Pick<Notice, 'customer' | 'holder' | 'branch'> {
  return { customer: settings.htsId, holder: settings.holder, branch: settings.branch };
}

function noticeOf(settings: Settings, event: OrderEvent): Notice {
  const { order } = event;
  return {
    ...holderOf(settings),
    account: `${settings.account}${settings.product}`,
    event,
    order: {
      number: order.number,
      original: order.original?.number,
      symbol: order.issue.symbol,
      name: order.issue.name,
      side: order.side,
      type: order.type,
      exchange: order.exchange,
      quantity: order.quantity,
      price: order.price,
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
