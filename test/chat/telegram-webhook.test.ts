import { request } from 'node:http';
import { createConnection } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import type { ChannelHost, Incoming, Receive } from '../../src/chat/channel.ts';
import { type HttpServer, startHttpServer } from '../../src/http-server.ts';
import { languages } from '../../src/i18n/index.ts';
import type { Log } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { eventually, JumpClock, turns } from '../support/clock.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram/telegram.ts';

// The channel behind our own HTTP server, pushed to as Telegram pushes: in order, until it is answered with a 2xx.
const secret = 'canary_secret-canary_secret';
const url = 'https://bot.example.com/telegram/hook';
let clock: JumpClock;
let telegram: TelegramStandIn;
let channel: TelegramChannel;
let server: HttpServer;
let received: Incoming[];
let logged: { readonly level: string; readonly message: string; readonly fields: unknown }[];
let ledgerFine: boolean;

const log: Log = {
  debug: (message, fields) => void logged.push({ level: 'debug', message, fields }),
  info: (message, fields) => void logged.push({ level: 'info', message, fields }),
  warn: (message, fields) => void logged.push({ level: 'warn', message, fields }),
  error: (message, fields) => void logged.push({ level: 'error', message, fields }),
};
const conflicts: unknown[] = [];
const channelHost: ChannelHost = {
  people: () => [],
  onPeopleChange: () => undefined,
  chatMoved: async () => undefined,
  hasSeveralAccounts: () => false,
  notAlone: (channel, stepsAside) => void conflicts.push([channel, stepsAside]),
};
const create = (): TelegramChannel =>
  new TelegramChannel({
    token: new Secret(telegram.token),
    apiRoot: telegram.apiRoot,
    webhook: { url, secret: new Secret(secret) },
    commands,
    words: languages.ko,
    clock,
    log,
  });
const keep: Receive = async (incoming) => void received.push(incoming);
const begin = (receive: Receive = keep): Promise<void> => channel.start(receive, () => [], channelHost);
const texts = (): readonly string[] =>
  received.map(({ input }) => (input.kind === 'text' ? input.text : `[${input.button}]`));
const arrived = (count: number): Promise<unknown> => eventually(`${count} received`, () => received.length === count);
const says = (line: string): boolean => logged.some(({ message }) => message.includes(line));
const serve = async (): Promise<void> => {
  server = await startHttpServer({
    port: 0,
    health: async () => ({ ok: ledgerFine, venue: 'simulator', version: '1.2.3' }),
    hooks: channel.hook === undefined ? [] : [channel.hook],
    clock,
    log,
  });
  telegram.webhookTarget = `http://127.0.0.1:${server.port}`;
};
/** Asks our server as anybody could. */
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, init);
const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  ask('/telegram/hook', { method: 'POST', body, headers });
const admitted = { 'X-Telegram-Bot-Api-Secret-Token': secret };
const update = (id: number, text: string): string =>
  JSON.stringify({
    update_id: id,
    message: {
      message_id: id,
      date: 1,
      chat: { id: 111, type: 'private', first_name: 'x' },
      from: { id: 111, is_bot: false, first_name: 'x' },
      text,
    },
  });

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
  received = [];
  logged = [];
  ledgerFine = true;
  channel = create();
  await serve();
});
afterEach(async () => {
  await server.stop();
  await channel.stop();
  await telegram.stop();
  expect(telegram.violations).toEqual([]);
  expect(inspect(logged, { depth: 20 })).not.toMatch(/TEST-TOKEN|canary/);
});

describe('the webhook', () => {
  test('is set with its secret, keeps what waits, and is never polled beside', async () => {
    telegram.say(111, 'typed before');
    await begin();
    await arrived(1);
    expect(telegram.requests.find(({ method }) => method === 'setWebhook')?.body).toEqual({
      url,
      secret_token: secret,
      allowed_updates: ['message', 'callback_query'],
      drop_pending_updates: false,
      max_connections: 1,
    });
    telegram.say(111, 'a');
    telegram.say(111, 'b');
    await arrived(3);
    expect(texts()).toEqual(['typed before', 'a', 'b']);
    expect(telegram.count('getUpdates')).toBe(0);
  });

  test('a press is acknowledged, and answered at once while what it causes goes on', async () => {
    let release = (): void => undefined;
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    await begin((incoming) => {
      received.push(incoming);
      return hold;
    });
    await eventually('set', () => telegram.webhook === url);
    await channel.send('111', { lines: ['표'], buttons: [[{ id: 'confirm:1', label: '확인' }]] });
    telegram.press(111, '확인');
    telegram.say(111, '다음');
    await arrived(2);
    expect(texts()).toEqual(['[confirm:1]', '다음']);
    await eventually('confirmed', () => telegram.unconfirmed().length === 0);
    await eventually('acknowledged', () => telegram.count('answerCallbackQuery') === 1);
    release();
  });

  test('an update twice, and a press under two update ids: done once, taken each time', async () => {
    await begin();
    await eventually('set', () => telegram.webhook === url);
    await channel.send('111', { lines: ['표'], buttons: [[{ id: 'x', label: '확인' }]] });
    const [shown] = telegram.messages(111);
    if (shown === undefined) throw new Error('not shown');
    const first = telegram.say(111, 'a');
    await arrived(1);
    await eventually('taken', () => telegram.pushes.length === 1);
    telegram.redeliver(first);
    telegram.pressData(111, 'x', shown, 'one');
    telegram.pressData(111, 'x', shown, 'one');
    telegram.say(111, 'b');
    await arrived(3);
    await eventually('all taken', () => telegram.unconfirmed().length === 0);
    expect(texts()).toEqual(['a', '[x]', 'b']);
    expect(telegram.pushes.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  test('what comes before the start, or after the stop, is told again', async () => {
    expect((await post(update(1, 'early'), admitted)).status).toBe(503);
    await begin();
    await eventually('set', () => telegram.webhook === url);
    telegram.say(111, 'a');
    await arrived(1);
    await channel.stop();
    expect(telegram.count('getUpdates')).toBe(0);
    telegram.say(111, 'b');
    await eventually('refused', () => telegram.pushes.some(({ status }) => status === 503));
    await server.stop();
    channel = create();
    await serve();
    await begin();
    await clock.advance(1_000);
    await arrived(2);
    expect(texts()).toEqual(['a', 'b']);
    expect(telegram.webhook).toBe(url);
  });

  test('Telegram is away at the start: asked again', async () => {
    telegram.fail('getMe', { status: 502, page: '<html>' });
    telegram.fail('setWebhook', { status: 429, retryAfter: 7 });
    await begin();
    await eventually('noticed', () => says('telegram not reached'));
    await turns(5);
    await clock.advance(1_000);
    await eventually('noticed', () => says('telegram webhook not set'));
    await turns(5);
    await clock.advance(6_000);
    expect(telegram.count('setWebhook')).toBe(1);
    await clock.advance(1_100);
    await eventually('set', () => telegram.webhook === url);
  });

  test('an address that Telegram cannot push to: explained, and tried again', async () => {
    telegram.fail('setWebhook', { status: 400, description: 'Bad Request: bad webhook: Failed to resolve host' });
    await begin();
    await eventually('explained', () => says('check TELEGRAM_WEBHOOK_URL'));
    await turns(5);
    await clock.advance(60_000);
    await eventually('set', () => telegram.webhook === url);
  });

  test('the doctor says where Telegram pushes to, or why it cannot', async () => {
    await begin();
    await eventually('set', () => telegram.webhook === url);
    expect(await channel.check()).toBe(`@hoga_test_bot ← ${url}`);
    telegram.webhookTarget = 'http://127.0.0.1:9';
    telegram.say(111, 'a');
    await eventually('tried', () => telegram.pushes.length > 0);
    await expect(channel.check()).rejects.toThrow('Connection refused (1 updates wait)');
  });

  test('is looked after: set again when somebody took it away, and said when nothing comes through', async () => {
    await begin();
    await eventually('set', () => telegram.webhook === url);
    await turns(5);
    telegram.webhook = 'https://elsewhere.example.com/';
    await clock.advance(300_000);
    await eventually('set again', () => telegram.webhook === url);
    expect(says('another program has changed')).toBe(true);
    expect(conflicts).toEqual([['telegram', false]]);
    telegram.webhookTarget = 'http://127.0.0.1:9';
    telegram.say(111, 'a');
    await eventually('tried', () => telegram.pushes.length > 0);
    await turns(5);
    await clock.advance(300_000);
    await eventually('said', () => says('telegram cannot push to the webhook'));
  });

  test('a bot that polls again removes it', async () => {
    await begin();
    await eventually('set', () => telegram.webhook === url);
    await channel.stop();
    await server.stop();
    telegram.say(111, 'a');
    channel = new TelegramChannel({
      token: new Secret(telegram.token),
      apiRoot: telegram.apiRoot,
      commands,
      words: languages.ko,
      clock,
      log,
    });
    expect(channel.hook).toBeUndefined();
    await begin();
    await eventually('removed', () => telegram.webhook === '');
    await turns(5);
    await clock.advance(1_000);
    await arrived(1);
    await serve();
  });
});

describe('whoever else posts', () => {
  beforeEach(async () => {
    await begin();
    await eventually('set', () => telegram.webhook === url);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['no secret', {}],
    ['an empty one', { 'X-Telegram-Bot-Api-Secret-Token': '' }],
    ['a wrong one', { 'X-Telegram-Bot-Api-Secret-Token': 'x'.repeat(secret.length) }],
    ['the beginning of it', { 'X-Telegram-Bot-Api-Secret-Token': secret.slice(0, -1) }],
    ['it twice', { 'X-Telegram-Bot-Api-Secret-Token': `${secret}, ${secret}` }],
  ])('%s: 401, and nothing is done', async (_case, headers) => {
    expect((await post(update(1, '/halt'), headers)).status).toBe(401);
    expect((await post('not even JSON', headers)).status).toBe(401);
    await turns(20);
    expect(received).toEqual([]);
  });

  test.each(['', '{', '"x', '<html>'])('%j: 400', async (body) => {
    expect((await post(body, admitted)).status).toBe(400);
  });

  test.each(['{}', '[]', 'null', '7', '{"update_id":"1"}'])('JSON that is no update, %s: 400', async (body) => {
    expect((await post(body, admitted)).status).toBe(400);
    expect(received).toEqual([]);
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s: 405', async (method) => {
    const response = await ask('/telegram/hook', { method, headers: admitted });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('256 KiB are taken, one byte more is not; whether or not it says how much it is', async () => {
    const empty = update(1, '');
    const most = update(1, 'x'.repeat(256 * 1_024 - empty.length));
    expect((await post(most, admitted)).status).toBe(200);
    await arrived(1);
    const more = update(2, 'x'.repeat(256 * 1_024 - empty.length + 1));
    expect((await post(more, admitted)).status).toBe(413);
    const chunked = new Promise<number | undefined>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path: '/telegram/hook',
        method: 'POST',
        headers: admitted,
      };
      const outgoing = request(options, (response) => resolve(response.resume().statusCode));
      outgoing.on('error', reject);
      outgoing.write(more.slice(0, 100_000));
      outgoing.end(more.slice(100_000));
    });
    expect(await chunked).toBe(413);
    expect(received).toHaveLength(1);
  });

  test('a query after the path is no other path; other paths are none', async () => {
    expect((await ask('/telegram/hook?x=1', { method: 'POST', body: update(1, 'a'), headers: admitted })).status).toBe(
      200,
    );
    for (const path of ['/', '/telegram', '/telegram/hook/', '/telegram/hook/x']) {
      expect((await ask(path, { method: 'POST', body: update(2, 'b'), headers: admitted })).status, path).toBe(404);
    }
    await arrived(1);
  });

  test('one that hangs up in the middle is no trouble', async () => {
    const socket = createConnection(server.port, '127.0.0.1');
    socket.write(
      `POST /telegram/hook HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: ${secret}\r\ncontent-length: 900\r\n\r\n{"upd`,
    );
    await turns(20);
    socket.destroy();
    await turns(20);
    expect((await post(update(1, 'a'), admitted)).status).toBe(200);
    await arrived(1);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('health', () => {
  test('says where orders go and of what version it is', async () => {
    const response = await ask('/health');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ ok: true, venue: 'simulator', version: '1.2.3' });
    expect((await ask('/health', { method: 'HEAD' })).status).toBe(200);
  });

  test('503 when the ledger cannot be asked', async () => {
    ledgerFine = false;
    const response = await ask('/health');
    expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ ok: false })]);
  });

  test('is only asked for', async () => {
    const response = await ask('/health', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the server', () => {
  test('a port that is taken is said', async () => {
    const { port } = server;
    const second = startHttpServer({
      port,
      health: async () => ({ ok: true, venue: 'x', version: 'x' }),
      hooks: [],
      clock,
      log,
    });
    await expect(second).rejects.toMatchObject({ code: 'http.cannot-listen', context: { port } });
  });

  test('a stop answers what has come in, and waits for no connection that is silent', async () => {
    const silent = createConnection(server.port, '127.0.0.1');
    silent.on('error', () => undefined);
    silent.write('POST /telegram/hook HTTP/1.1\r\nhost: x\r\n');
    await turns(20);
    const stopped = server.stop();
    await turns(20);
    await clock.advance(2_000);
    await stopped;
    await expect(ask('/health')).rejects.toThrow();
    await serve();
  });
});
