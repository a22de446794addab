import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { koreanTime, systemClock } from '../../../src/clock.ts';
import { channels } from '../../../src/kis/endpoints/channels.ts';
import { serialiseData } from '../../../src/kis/wire/frames.ts';
import { issues } from '../../../src/simulator/market/instruments.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { SeededRandom } from '../../chaos/scenario/random.ts';

// A venue in a process of its own, so that nothing of what it does is counted as its client's: the simulator for what is
// asked, and a socket that sends trades as quickly as it is told to.

/** What the bench asks of the venue. Each is answered by one `VenueTold` of the same kind. */
export type VenueAsked =
  | { readonly kind: 'start' }
  /** So many trades as quickly as the socket takes them. */
  | { readonly kind: 'burst'; readonly count: number }
  | { readonly kind: 'stream'; readonly perSecond: number; readonly forMs: number }
  | { readonly kind: 'stop' };

export type VenueTold =
  | { readonly kind: 'start'; readonly restUrl: string; readonly wsUrl: string; readonly issues: readonly Traded[] }
  /** The client has answered the PINGPONG behind the last trade, so has read them all. */
  | { readonly kind: 'burst' }
  | { readonly kind: 'stream'; readonly sent: number }
  | { readonly kind: 'stop' };

export interface Traded {
  readonly symbol: string;
  readonly base: number;
}

/** As many issues as one socket has registrations. */
const wanted = 41;
const [first] = issues;
if (first === undefined) throw new Error('the simulator has no issue');
const more = Array.from({ length: wanted - issues.length }, (_, index) => ({
  ...first,
  symbol: String(900_000 + index * 10),
  name: `벤치${index + 1}`,
  english: `BENCH ${index + 1}`,
}));
const traded = [...issues, ...more].map(({ symbol, base }) => ({ symbol, base }));

const random = new SeededRandom(18);
const markets = traded.map(({ symbol, base }) => ({ symbol, base, price: base, high: base, low: base, volume: 1_000 }));

/** The next trade of one issue after the other, as KIS frames it: the price stays within a hundredth of where it began. */
function nextTrade(turn: number): string {
  const market = markets[turn % markets.length] as (typeof markets)[number];
  const step = Math.max(1, Math.round(market.base / 1_000));
  const price = market.base + random.between(-10, 10) * step;
  const size = random.between(1, 300);
  market.price = price;
  market.high = Math.max(market.high, price);
  market.low = Math.min(market.low, price);
  market.volume += size;
  const change = price - market.base;
  const fields: Readonly<Record<string, string | number>> = {
    MKSC_SHRN_ISCD: market.symbol,
    STCK_CNTG_HOUR: koreanTime(systemClock.now()),
    STCK_PRPR: price,
    PRDY_VRSS_SIGN: change < 0 ? '5' : '2',
    PRDY_VRSS: change,
    PRDY_CTRT: ((change / market.base) * 100).toFixed(2),
    WGHN_AVRG_STCK_PRC: `${market.base}.15`,
    STCK_OPRC: market.base,
    STCK_HGPR: market.high,
    STCK_LWPR: market.low,
    ASKP1: price + step,
    BIDP1: price,
    CNTG_VOL: size,
    ACML_VOL: market.volume,
    ACML_TR_PBMN: market.volume * market.base,
    CTTR: '104.21',
    OPRC_HOUR: '090012',
    HGPR_HOUR: '103512',
    LWPR_HOUR: '111512',
    MARKET_CLS_CODE: '2',
  };
  const payload = channels.trades.columns.map((name) => fields[name] ?? '1234').join('^');
  return serialiseData({ encrypted: false, trId: 'H0STCNT0', count: 1, payload });
}

/** A text message as the protocol frames it from a server: unmasked, of less than 65,536 bytes. */
function framed(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const head = size < 126 ? Buffer.of(0x81, size) : Buffer.of(0x81, 126, size >> 8, size & 0xff);
  return Buffer.concat([head, Buffer.from(text)]);
}

const ping = JSON.stringify({ header: { tr_id: 'PINGPONG', datetime: '20261123101112' } });
const upgrader = new WebSocketServer({ noServer: true });
let connection: { readonly socket: WebSocket; readonly stream: Socket } | undefined;
let onPong: () => void = () => undefined;

/** Answers every registration, and hears when the client has come to a PINGPONG. */
function open(socket: WebSocket, stream: Socket): void {
  connection = { socket, stream };
  socket.on('message', (data) => {
    const { header, body } = JSON.parse(String(data));
    if (header.tr_id === 'PINGPONG') {
      onPong();
      return;
    }
    const { tr_id, tr_key } = body.input;
    const answered = { rt_cd: '0', msg_cd: 'OPSP0000', msg1: 'SUBSCRIBE SUCCESS', output: { iv: '0', key: '0' } };
    socket.send(JSON.stringify({ header: { tr_id, tr_key, encrypt: 'N' }, body: answered }));
  });
}

/** Resolves when the client has read everything up to here. */
function heard(): Promise<void> {
  return new Promise((resolve) => {
    onPong = resolve;
    connection?.stream.write(framed(ping));
  });
}

async function burst(count: number): Promise<VenueTold> {
  const pieces: Buffer[] = [];
  // Written in large pieces, so that the venue waits for its client and never the other way round.
  for (let turn = 0; turn < count; turn += 500) {
    const trades = Array.from({ length: Math.min(500, count - turn) }, (_, index) => framed(nextTrade(turn + index)));
    pieces.push(Buffer.concat(trades));
  }
  for (const piece of pieces) {
    if (connection?.stream.write(piece) === false)
      await new Promise((resolve) => connection?.stream.once('drain', resolve));
  }
  await heard();
  return { kind: 'burst' };
}

/** A hundredth of a second's trades a hundred times a second. */
async function stream(perSecond: number, forMs: number): Promise<VenueTold> {
  const began = performance.now();
  let sent = 0;
  let pingAt = began;
  for (let now = began; now < began + forMs; now = performance.now()) {
    const due = Math.floor(((now - began) / 1_000) * perSecond);
    const pieces: Buffer[] = [];
    for (; sent < due; sent += 1) pieces.push(framed(nextTrade(sent)));
    if (now > pingAt + 10_000) {
      pingAt = now;
      pieces.push(framed(ping));
    }
    if (pieces.length > 0) connection?.stream.write(Buffer.concat(pieces));
    await systemClock.sleep(10);
  }
  await heard();
  return { kind: 'stream', sent };
}

const http = createServer((_request, response) => response.writeHead(426).end());
http.on('upgrade', (request, stream, head) => {
  upgrader.handleUpgrade(request, stream, head, (socket) => open(socket, stream as Socket));
});
const simulator = await startSimulator({
  clock: systemClock,
  speed: 0,
  moreIssues: more,
  callsPerSecond: 1_000,
});
await new Promise<void>((resolve) => {
  http.listen(0, '127.0.0.1', resolve);
});

async function answer(asked: VenueAsked): Promise<void> {
  const tell = (told: VenueTold): void => void process.send?.(told);
  switch (asked.kind) {
    case 'start': {
      const { port } = http.address() as AddressInfo;
      tell({ kind: 'start', restUrl: simulator.restUrl, wsUrl: `ws://127.0.0.1:${port}`, issues: traded });
      return;
    }
    case 'burst':
      tell(await burst(asked.count));
      return;
    case 'stream':
      tell(await stream(asked.perSecond, asked.forMs));
      return;
    case 'stop':
      tell({ kind: 'stop' });
      process.exit();
  }
}

process.on('message', (asked: VenueAsked) => void answer(asked));
// A bench that fails must not leave its venue behind.
process.on('disconnect', () => process.exit());
