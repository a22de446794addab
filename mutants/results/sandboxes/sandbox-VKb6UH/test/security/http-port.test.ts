// @ts-nocheck
import { Agent, request } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Hook } from '../../src/chat/channel.ts';
import { type HttpServer, startHttpServer } from '../../src/http-server.ts';
import type { Log } from '../../src/log.ts';
import { eventually, JumpClock } from '../support/clock.ts';

// Issue 13.5: what anybody who reaches the port may try. Who may post, and what is posted twice, is in
// test/chat/telegram-webhook.test.ts.
const clock = new JumpClock();
const requestMs = 400;
let server: HttpServer;
let sockets: Socket[];
let taken: unknown[];
let errors: string[];
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void errors.push(message),
  error: (message) => void errors.push(message),
};
const hook: Hook = {
  path: '/hook',
  admits: (headers) => headers['x-key'] === 'right',
  take: (body) => {
    taken.push(body);
    return 200;
  },
};

beforeEach(async () => {
  [sockets, taken, errors] = [[], [], []];
  server = await startHttpServer({
    port: 0,
    health: async () => ({ ok: true, venue: 'simulator', version: '1' }),
    hooks: [hook],
    clock,
    log,
    requestMs,
  });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop();
  expect(errors).toEqual([]);
});

interface Raw {
  readonly socket: Socket;
  received: string;
  closed: boolean;
}
const open = (sent = ''): Raw => {
  const socket = createConnection(server.port, '127.0.0.1');
  const raw: Raw = { socket, received: '', closed: false };
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.on('data', (data) => (raw.received += String(data)));
  socket.on('close', () => (raw.closed = true));
  if (sent !== '') socket.write(sent);
  return raw;
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 15_000) throw new Error(`never happened: ${what}`);
    await wait(20);
  }
};
const healthy = async (): Promise<number> => (await fetch(`http://127.0.0.1:${server.port}/health`)).status;
const admitted = 'POST /hook HTTP/1.1\r\nhost: x\r\nx-key: right\r\n';

test('issue 13.5: a client that says nothing, or says it slowly, is cut off', async () => {
  const silent = open();
  const header = open('POST /hook HTTP/1.1\r\nhost: x\r\n');
  const body = open(`${admitted}content-length: 1000\r\n\r\n{`);
  const dripping = setInterval(() => {
    header.socket.write('x-a: b\r\n');
    body.socket.write(' ');
  }, 50);
  await until('all closed', () => [silent, header, body].every(({ closed }) => closed));
  clearInterval(dripping);
  for (const { received } of [header, body]) expect(received).toContain('408 Request Timeout');
  expect(taken).toEqual([]);
  expect(await healthy()).toBe(200);
});

test('issue 13.5: 1,000 connections at once take no more than a share of what may be open', async () => {
  const all = Array.from({ length: 1_000 }, () => open());
  await until('most of them closed', () => all.filter(({ closed }) => closed).length >= 800);
  // Those that were let in say nothing, and go too.
  await until('all of them closed', () => all.every(({ closed }) => closed));
  expect(await healthy()).toBe(200);
});

test('issue 13.5: 1,000 requests at once are all answered', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const ask = (index: number): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, agent };
      const health = { ...options, path: '/health' };
      const post = {
        ...options,
        path: '/hook',
        method: 'POST',
        headers: { 'x-key': index % 4 === 1 ? 'wrong' : 'right' },
      };
      const outgoing = request(index % 2 === 0 ? health : post, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      outgoing.once('error', reject);
      outgoing.end(index % 2 === 0 ? undefined : JSON.stringify({ index }));
    });
  const statuses = await Promise.all(Array.from({ length: 1_000 }, (_, index) => ask(index)));
  agent.destroy();
  expect(statuses.filter((status) => status === 200)).toHaveLength(750);
  expect(statuses.filter((status) => status === 401)).toHaveLength(250);
  expect(taken).toHaveLength(250);
});

test('issue 13.5: a body over the limit is refused without being kept, also when it never says its end', async () => {
  const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
  const endless = open(`${admitted}transfer-encoding: chunked\r\n\r\n`);
  const pouring = setInterval(() => endless.socket.writable && endless.socket.write(chunk), 1);
  await until('refused', () => endless.received.includes('413'));
  await until('cut off', () => endless.closed);
  clearInterval(pouring);
  // Whoever may not post at all is not even read.
  const stranger = open('POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 100000000\r\n\r\n');
  await until('refused', () => stranger.received.includes('401'));
  await until('cut off', () => stranger.closed);
  expect(taken).toEqual([]);
});

test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  'issue 13.5: %s is no way to post',
  async (method) => {
    const { received } = await answered(
      `${method} /hook HTTP/1.1\r\nhost: x\r\nx-key: right\r\nconnection: close\r\n\r\n`,
    );
    expect(received).toMatch(/^HTTP\/1\.1 405 [\s\S]*allow: POST/i);
    expect(taken).toEqual([]);
  },
);

test.each([
  ['two lengths', `${admitted}content-length: 2\r\ncontent-length: 4\r\n\r\n{}{}`],
  ['a length and chunks', `${admitted}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
  ['no HTTP', 'hello\r\n\r\n'],
  ['no host', 'POST /hook HTTP/1.1\r\nx-key: right\r\ncontent-length: 2\r\n\r\n{}'],
  ['a header of a megabyte', `GET /health HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(1_000_000)}\r\n\r\n`],
  ['a path of a megabyte', `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
])('issue 13.5: %s: refused, and nothing is taken', async (_name, sent) => {
  const { received } = await answered(sent);
  expect(received).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(taken).toEqual([]);
  expect(await healthy()).toBe(200);
});

test.each([
  ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n'],
  ['another protocol', 'GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
])('issue 13.5: %s is not opened', async (_name, sent) => {
  const raw = open(sent);
  await until('done', () => raw.closed || raw.received !== '');
  expect(raw.received).not.toMatch(/^HTTP\/1\.1 (?:101|200 Connection)/);
  expect(await healthy()).toBe(200);
});

test('issue 13.5: what is answered tells nothing of what runs here', async () => {
  for (const path of ['/', '/health', '/hook', '/../package.json', '/health/../../.env']) {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    expect([...response.headers.keys()].filter((name) => /server|powered|cookie/.test(name))).toEqual([]);
    if (path !== '/health') expect(await response.text()).toBe('');
  }
});

async function answered(sent: string): Promise<Raw> {
  const raw = open(sent);
  await until('answered', () => /^HTTP\/1\.1 \d+/.test(raw.received) || raw.closed);
  await eventually('answered', () => raw.received !== '');
  return raw;
}
