import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { TelegramApi } from '../../src/channels/telegram/api.ts';
import { readConfig } from '../../src/config.ts';
import { createKis, type Kis } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { GoogleSheets } from '../../src/sheets/google-sheets.ts';
import { JumpClock, turns } from '../support/clock.ts';
import { GoogleStandIn } from '../support/google.ts';
import { selfSigned } from '../support/kis/self-signed.ts';
import { memoryCache } from '../support/memory-cache.ts';

// Issue 13.5: what is meant for KIS, and for anybody else, goes there and nowhere else.
const clock = new JumpClock();
let servers: Server[] = [];
let kis: Kis | undefined;
let logged: string[] = [];
afterEach(async () => {
  await kis?.close();
  kis = undefined;
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  servers = [];
  logged = [];
});

const listen = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const connect = (restUrl: string, wsUrl = 'ws://127.0.0.1:9'): Kis => {
  const redactor = createRedactor([]);
  kis = createKis({
    environment: { ...environments.live, restUrl, wsUrl, callsPerSecond: 1_000 },
    key: { appKey: new Secret('canary-app-key'), appSecret: new Secret('canary-app-secret') },
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    pong: 'echo',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    redactor,
    log: createLog({ level: 'trace', redactor, write: (line) => void logged.push(line) }),
  });
  return kis;
};
const buy = (broker: Kis['broker']) =>
  broker.placeOrder(
    { symbol: '005930', side: 'buy', type: 'limit', quantity: 1, price: 70_000, exchange: 'KRX' },
    async () => Number.MAX_SAFE_INTEGER,
  );

/** A KIS that gives out a token and sends everything else, or that too, elsewhere; and whoever is there. */
async function redirecting(status: number, options: { readonly token: boolean }) {
  const [stolen, asked]: [string[], string[]] = [[], []];
  const thief = await listen(
    createServer((request, response) => {
      stolen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      response.end('{"rt_cd":"0","msg_cd":"","msg1":""}');
    }),
  );
  const answer: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    if (request.url === '/oauth2/tokenP' && !options.token) {
      response.end(JSON.stringify({ access_token: 'canary-token', token_type: 'Bearer', expires_in: 86_400 }));
    } else {
      response.writeHead(status, { location: `http://${thief}${request.url}` }).end();
    }
  };
  const host = await listen(createServer(answer));
  return { stolen, asked, host };
}

describe('issue 13.5: a redirect is not followed', () => {
  test.each([301, 302, 303, 307, 308])('%i of an order, which leaves once, and of a read', async (status) => {
    const { stolen, asked, host } = await redirecting(status, { token: false });
    const { broker } = connect(`http://${host}`);
    // Whether whoever redirects has taken the order, nobody knows.
    expect(await buy(broker)).toMatchObject({ kind: 'unknown' });
    expect(asked.filter((call) => call.endsWith('/order-cash'))).toHaveLength(1);
    let failure: unknown;
    void broker.balance().catch((error: unknown) => {
      failure = error;
    });
    for (let second = 0; second < 20 && failure === undefined; second += 1) {
      await turns(20);
      await clock.advance(1_000);
    }
    expect(failure).toMatchObject({ code: expect.stringMatching(/^venue\./) });
    expect(asked.some((call) => call.endsWith('/inquire-balance'))).toBe(true);
    expect(stolen).toEqual([]);
  });

  test.each([302, 307])('%i of the token and of the socket', async (status) => {
    const { stolen, asked, host } = await redirecting(status, { token: true });
    const { broker } = connect(`http://${host}`, `ws://${host}`);
    await expect(buy(broker)).rejects.toThrow();
    await expect(kis?.checkSocket()).rejects.toThrow();
    expect(asked).toContain('POST /oauth2/tokenP');
    expect(stolen).toEqual([]);
  });
});

describe('issue 13.5: a redirect is followed nowhere else either', () => {
  test.each([302, 307])('%i from Telegram', async (status) => {
    const { stolen, asked, host } = await redirecting(status, { token: true });
    const api = new TelegramApi({ token: new Secret('123:canary'), apiRoot: `http://${host}`, clock });
    const sent = api.call((telegram, signal) => telegram.sendMessage(1, '잔고 1,000원', {}, signal));
    await expect(sent).rejects.toMatchObject({ retry: 'later', message: expect.not.stringContaining('canary') });
    expect([asked.length, stolen]).toEqual([1, []]);
  });

  test.each([302, 307])('%i from Google, of what asks for a token', async (status) => {
    const { stolen, asked, host } = await redirecting(status, { token: true });
    const { privateKey } = new GoogleStandIn(clock);
    const sheets = new GoogleSheets(
      {
        spreadsheetId: 'canary-sheet',
        email: 'hoga@example.com',
        privateKey: new Secret(privateKey),
        apiRoot: `http://${host}`,
      },
      { clock, redactor: createRedactor([]) },
    );
    await expect(sheets.write('탭', [['a'], [1]])).rejects.toMatchObject({ code: 'sheets.unreachable' });
    expect([asked, stolen]).toEqual([['POST /token'], []]);
  });
});

describe('issue 13.5: TLS is never switched off', () => {
  test('a host with a certificate that nobody vouches for is told nothing', async () => {
    const heard: string[] = [];
    const host = await listen(
      createTlsServer(selfSigned, (request, response) => {
        heard.push(String(request.url));
        response.end('{}');
      }) as unknown as Server,
    );
    const { broker } = connect(`https://${host}`);
    await expect(buy(broker)).rejects.toMatchObject({ code: 'venue.unreachable' });
    expect(heard).toEqual([]);
    expect(logged.join()).not.toContain('canary');
  });

  test('the environment cannot switch it off, and nothing in the source does', () => {
    const result = readConfig({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect('problems' in result && result.problems).toMatchObject([{ variable: 'NODE_TLS_REJECT_UNAUTHORIZED' }]);
    const root = resolve(import.meta.dirname, '../../src');
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.[jt]s$/.test(file),
    )) {
      expect(readFileSync(join(root, name), 'utf8'), name).not.toMatch(
        /rejectUnauthorized|checkServerIdentity|insecure/,
      );
    }
  });

  test('keys cross no network in the clear', () => {
    const keys = { KIS_APP_KEY: 'an-app-key', KIS_APP_SECRET: 'an-app-secret', KIS_ACCOUNT: '12345678-01' };
    const problems = (environ: Readonly<Record<string, string>>): readonly string[] => {
      const result = readConfig({ HOGA_LANG: 'en', ...environ });
      return 'problems' in result ? result.problems.map(({ variable, problem }) => `${variable}: ${problem}`) : [];
    };
    const needed = expect.stringContaining('KIS_REST_URL: https:// is needed');
    expect(problems({ ...keys, KIS_REST_URL: 'http://openapi.koreainvestment.com:9443' })).toEqual([needed]);
    expect(problems({ ...keys, KIS_REST_URL: 'http://127.0.0.1.evil.example' })).toEqual([needed]);
    expect(problems({ ...keys, KIS_REST_URL: 'http://10.0.0.5:9443' })).toEqual([needed]);
    for (const url of ['http://localhost:9443', 'http://127.0.0.1:9443', 'https://10.0.0.5:9443']) {
      expect(problems({ ...keys, KIS_REST_URL: url })).toEqual([]);
    }
    expect(problems({ KIS_ENV: 'simulator', KIS_REST_URL: 'http://simulator:9443' })).toEqual([]);
    for (const { restUrl, masterUrl } of [environments.live, environments.paper]) {
      expect([restUrl, masterUrl].every((url) => url.startsWith('https://'))).toBe(true);
    }
  });
});
