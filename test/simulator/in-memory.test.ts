import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { type ExecutionNotice, type OrderRequest, orderNumber } from '../../src/domain/orders/order.ts';
import { createKis, type Kis } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { turns } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';
import { ManualClock, start } from './support.ts';

/** Waits by turns of the event loop: nothing here takes time. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (holds()) return;
    await turns(1);
  }
  throw new Error(`never happened: ${what}`);
}

const redactor = createRedactor([]);

/** What `work` and all that comes of it opens towards others. Other files have sockets of their own in this process. */
async function networkOf(work: () => Promise<void>): Promise<readonly string[]> {
  const own = new AsyncLocalStorage<true>();
  const opened: string[] = [];
  const hook = createHook({
    init: (_id, type) => {
      if (own.getStore() && /^(?:TCP|UDP|PIPE|GETADDRINFO)/.test(type)) opened.push(type);
    },
  }).enable();
  await own.run(true, work);
  hook.disable();
  return opened;
}

interface Pair {
  readonly sim: Simulator;
  readonly kis: Kis;
  readonly clock: ManualClock;
  readonly notices: ExecutionNotice[];
  readonly connections: { rest: number; socket: number; refused: 'none' | 'rest' | 'socket' };
  resumed: number;
}

/** A client and the simulator with nothing but memory between them. */
async function startPair(refused: 'none' | 'rest' = 'none'): Promise<Pair> {
  const clock = new ManualClock();
  const sim = await startSimulator({ clock, speed: 0, listen: false, callsPerSecond: 1_000 });
  const connections: Pair['connections'] = { rest: 0, socket: 0, refused };
  const connect = (kind: 'rest' | 'socket', accept: (stream: Duplex) => void): Duplex => {
    connections[kind] += 1;
    if (connections.refused === kind) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const [client, server] = duplexPair();
    accept(server);
    return client;
  };
  const kis = createKis({
    environment: { ...environments.simulator, restUrl: sim.restUrl, wsUrl: sim.wsUrl, callsPerSecond: 1_000 },
    key: { appKey: new Secret('in-memory-app-key'), appSecret: new Secret('in-memory-app-secret') },
    redactor,
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    log: createLog({ level: 'silent', redactor }),
    transports: {
      connectRest: () => connect('rest', sim.acceptRest),
      connectSocket: () => connect('socket', sim.acceptSocket),
    },
  });
  const pair: Pair = { sim, kis, clock, notices: [], connections, resumed: 0 };
  onTestFinished(async () => {
    await kis.close();
    await sim.stop();
  });
  await kis.feed.start({
    onTrade: () => undefined,
    onExecution: (notice) => void pair.notices.push(notice),
    onConnected: () => undefined,
    onInUse: () => undefined,
    onResumed: () => {
      pair.resumed += 1;
    },
  });
  return pair;
}

const buying: OrderRequest = {
  symbol: '005930',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  exchange: 'KRX',
};
const place = (kis: Kis) => kis.broker.placeOrder(buying, async () => Number.MAX_SAFE_INTEGER);

test('quotes, orders and notices pass without a port', async () => {
  const opened = await networkOf(async () => {
    const { sim, kis, notices, connections } = await startPair();
    expect([sim.restUrl, sim.wsUrl]).toEqual(['http://127.0.0.1:1', 'ws://127.0.0.1:1']);
    expect((await kis.broker.quote('005930')).last).toBe(70_000);
    const outcome = await place(kis);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    await until('notices', () => notices.length === 2);
    expect(notices.map(({ kind }) => kind)).toEqual(['accepted', 'filled']);
    expect(await kis.broker.balance()).toMatchObject({ positions: [{ symbol: '005930', quantity: 10 }] });
    expect(kis.feed.status()).toMatchObject({ state: 'connected', fillNotices: { state: 'working' } });
    await kis.checkSocket();
    // Checking the socket opens another and leaves it.
    expect(connections.socket).toBe(2);
  });
  expect(opened).toEqual([]);
});

test('many calls at once share the connections there are', async () => {
  const { kis, connections } = await startPair();
  const ask = async (): Promise<void> => {
    const quotes = await Promise.all(Array.from({ length: 40 }, () => kis.broker.quote('005930')));
    expect(new Set(quotes.map(({ last }) => last))).toEqual(new Set([70_000]));
  };
  await ask();
  const opened = connections.rest;
  // One for each call, and those for the token and the key of the socket.
  expect(opened).toBeLessThanOrEqual(42);
  // The client takes a connection for busy until some turns after the answer.
  await turns(20);
  await ask();
  expect(connections.rest).toBe(opened);
});

test('an answer that is cut leaves the order at the venue and its outcome unknown', async () => {
  const { sim, kis, notices } = await startPair();
  sim.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
  expect(await place(kis)).toMatchObject({ kind: 'unknown', code: 'no-answer' });
  expect(sim.state().orders).toMatchObject([{ status: 'filled', channel: 'OpnAPI' }]);
  sim.setFaults([{ on: 'order', fault: 'cut', when: 'before' }]);
  expect(await place(kis)).toMatchObject({ kind: 'unknown', code: 'no-answer' });
  expect(sim.state().orders).toHaveLength(1);
  await until('notices', () => notices.length === 2);
  expect(await place(kis)).toMatchObject({ kind: 'accepted' });
});

test('a connection that could not be made is no lost order, and is made later', async () => {
  const { sim, kis, clock, connections } = await startPair('rest');
  expect(kis.feed.status()).toMatchObject({ state: 'waiting', reason: 'venue.unreachable' });
  await expect(place(kis)).rejects.toMatchObject({ code: 'venue.unreachable' });
  connections.refused = 'socket';
  expect(await place(kis)).toMatchObject({ kind: 'accepted' });
  clock.advance(2_000);
  await until('another pause', () => kis.feed.status().reason === 'error');
  connections.refused = 'none';
  clock.advance(4_000);
  await until('the socket', () => kis.feed.status().state === 'connected');
  expect(sim.state()).toMatchObject({ orders: [{ status: 'filled' }], sockets: { open: 1, opened: 1 } });
});

test('an order that is never answered ends by the clock, and does not keep the simulator from stopping', async () => {
  const { sim, kis, clock } = await startPair();
  sim.setFaults([{ on: 'order', fault: 'hang', when: 'after', times: 2 }]);
  const first = place(kis);
  await until('the order', () => sim.state().orders.length === 1);
  clock.advance(15_000);
  expect(await first).toMatchObject({ kind: 'unknown' });
  const second = place(kis);
  await until('the order', () => sim.state().orders.length === 2);
  await sim.stop();
  expect(await second).toMatchObject({ kind: 'unknown' });
});

test('sockets are dropped, turned away and opened again', async () => {
  const pair = await startPair();
  const { sim, kis, clock, notices, connections } = pair;
  sim.setFaults({ dropSockets: true, sockets: { refuse: true } });
  await until('the end of the socket', () => kis.feed.status().state === 'waiting');
  expect(sim.state().sockets.open).toBe(0);
  const missed = await place(kis);
  expect(missed).toMatchObject({ kind: 'accepted' });
  clock.advance(2_000);
  await until('the second end', () => connections.socket === 2 && kis.feed.status().state === 'waiting');
  expect(pair.resumed).toBe(0);
  sim.clearFaults();
  clock.advance(4_000);
  await until('the socket', () => pair.resumed === 1);
  expect(notices).toEqual([]);
  await place(kis);
  await until('notices', () => notices.length === 2);
  expect(sim.state().sockets).toMatchObject({ open: 1, registrations: 1, opened: 2 });
});

test('a client that leaves is gone at once', async () => {
  const { sim, kis } = await startPair();
  await kis.close();
  await until('its end', () => sim.state().sockets.open === 0);
});

test('orders entered elsewhere are told of and listed with their channel', async () => {
  const { sim, kis, notices } = await startPair();
  const number = sim.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 3, price: 69_000 });
  await until('a notice', () => notices.length === 1);
  expect(orderNumber(notices[0]?.number ?? '')).toBe(orderNumber(number));
  const day = '20261123';
  expect(await kis.broker.executions({ from: day, to: day })).toMatchObject([{ viaApi: false, quantity: 3 }]);
});

test('a simulator with ports takes handed connections too, until it stops', async () => {
  const { sim, client } = await start();
  const [near, far] = duplexPair();
  sim.acceptRest(far);
  near.write('GET /__sim/state HTTP/1.1\r\nHost: sim\r\n\r\n');
  expect(String((await once(near, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
  expect((await client.quote()).status).toBe(200);
  const ended = once(near, 'end');
  near.resume();
  await sim.stop();
  await ended;
  const [late, refused] = duplexPair();
  sim.acceptSocket(refused);
  await once(late.resume(), 'end');
});
