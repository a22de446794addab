import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Credentials } from '../../../src/kis/wire/credentials.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Cache } from '../../../src/ports/cache.ts';
import { Secret } from '../../../src/secret.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { openCache } from '../../../src/store/cache.ts';
import { JumpClock } from '../../support/clock.ts';

const clock = new JumpClock();
const dispatcher = new Agent();
let redactor = createRedactor([]);
let simulator: Simulator;
let cache: Cache;
beforeEach(async () => {
  simulator = await startSimulator({ clock, speed: 0 });
  redactor = createRedactor([]);
  cache = await openCache({ path: ':memory:' });
});
afterEach(async () => {
  await simulator.stop();
  await cache.close();
});

function credentials(appKey = 'test-app-key', restUrl = simulator.restUrl): Credentials {
  return new Credentials({
    environment: { ...environments.simulator, restUrl },
    key: { appKey: new Secret(appKey), appSecret: new Secret('test-app-secret') },
    cache,
    clock,
    log: createLog({ level: 'silent', redactor }),
    redactor,
    dispatcher,
  });
}

const issued = (): number => simulator.state().requests.byTr['/oauth2/tokenP'] ?? simulator.state().requests.total;

describe('the access token', () => {
  test('is asked for once, however many want it', async () => {
    const one = credentials();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => one.token()));
    expect(new Set(tokens.map((token) => token.reveal())).size).toBe(1);
    expect(issued()).toBe(1);
  });

  test('is shared through the cache, per key', async () => {
    const token = (await credentials().token()).reveal();
    expect((await credentials().token()).reveal()).toBe(token);
    expect(issued()).toBe(1);
    expect((await credentials('other-app-key').token()).reveal()).not.toBe(token);
  });

  test('is not asked for again within a minute, and says how long to wait', async () => {
    const one = credentials();
    await one.invalidate(await one.token());
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.token-wait', context: { waitSeconds: 61 } });
    expect(issued()).toBe(1);
    await clock.advance(61_500);
    await one.token();
    expect(issued()).toBe(2);
  });

  test('lost with its cache: KIS says that it is too soon, and it is asked for again when it is not', async () => {
    await credentials().token();
    await cache.close();
    cache = await openCache({ path: ':memory:' });
    const one = credentials();
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.token-wait', context: { waitSeconds: 61 } });
    const asked = issued();
    await clock.advance(20_000);
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.token-wait', context: { waitSeconds: 41 } });
    expect(issued()).toBe(asked);
    let come = false;
    const waiting = one.untilIssuable().then(() => {
      come = true;
    });
    expect(one.waitingUntil).toBeGreaterThan(clock.now() + 40_000);
    await clock.advance(40_000);
    expect(come).toBe(false);
    await clock.advance(2_000);
    await waiting;
    expect(one.waitingUntil).toBeUndefined();
    await one.token();
    expect(issued()).toBe(asked + 1);
  });

  test('is waited for by nobody once the process ends', async () => {
    const one = credentials();
    await one.invalidate(await one.token());
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.token-wait' });
    const waiting = one.untilIssuable();
    one.endWaits();
    await waiting;
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.token-wait' });
  });

  test.each([
    ['a body of blanks', { status: 500, body: '{"rt_cd":"1","msg_cd":"","msg1":""}' }],
    ['a body of blanks and status 200', { status: 200, body: '{"rt_cd":"1","msg_cd":"","msg1":""}' }],
    ['HTML', { status: 200, body: '<html></html>' }],
    ['nothing', { status: 200, body: '' }],
  ])('%s in its place, or the approval key, is a failed server', async (_what, answer) => {
    simulator.setFaults([{ on: 'oauth', fault: 'http', ...answer, times: 2 }]);
    const code = 'venue.server-fault';
    await expect(credentials().token()).rejects.toMatchObject({ code, kind: 'unreachable' });
    await expect(credentials().approvalKey()).rejects.toMatchObject({ code, kind: 'unreachable' });
  });

  test('a server error that KIS says of an empty or wrong key is one of the key', async () => {
    simulator.setFaults([{ on: 'oauth', fault: 'refuse', code: 'EGW00002', text: '서버 에러', status: 403 }]);
    await expect(credentials().token()).rejects.toMatchObject({ code: 'venue.unauthorised' });
  });

  test('forgetting an old token does not lose a newer one', async () => {
    const one = credentials();
    const token = await one.token();
    await one.invalidate(new Secret('an older token'));
    expect(await one.token()).toBe(token);
  });

  test("a wrong key is said in KIS's words, again and again, without asking KIS again", async () => {
    const one = credentials('short');
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.key-unknown', venueCode: 'EGW00103' });
    const asked = issued();
    await expect(one.token()).rejects.toMatchObject({ venueCode: 'EGW00103' });
    expect(issued()).toBe(asked);
  });

  test('a host that cannot be reached does not use up the minute', async () => {
    const nowhere = credentials('test-app-key', 'http://127.0.0.1:1');
    await expect(nowhere.token()).rejects.toMatchObject({ code: 'venue.unreachable' });
    await expect(nowhere.token()).rejects.toMatchObject({ code: 'venue.unreachable' });
  });

  test('is hidden from the moment it is there, issued or kept from before; the approval key too', async () => {
    const token = (await credentials().token()).reveal();
    const [head = '', claims = ''] = token.split('.');
    for (const text of [token, `${head}.${claims}`]) expect(redactor.redact(text)).toBe('[redacted]');
    redactor = createRedactor([]);
    const one = credentials();
    // Not told by its looks: without the letters by which any JWT is known.
    const asBytes = Buffer.from(token).toString('base64');
    expect(redactor.redact(asBytes)).toContain(asBytes.slice(10, 40));
    await one.token();
    expect(redactor.redact(asBytes)).not.toContain(asBytes.slice(10, 40));
    const approval = (await one.approvalKey()).reveal();
    expect(redactor.redact(`{"approval_key":"${approval}"}`)).toBe('{"approval_key":"[redacted]"}');
  });
});
