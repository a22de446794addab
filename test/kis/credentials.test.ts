import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Credentials } from '../../src/kis/credentials.ts';
import { environments } from '../../src/kis/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Cache } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openCache } from '../../src/store/cache.ts';
import { JumpClock } from '../support/clock.ts';

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
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.throttled', context: { waitSeconds: 61 } });
    expect(issued()).toBe(1);
    await clock.advance(61_500);
    await one.token();
    expect(issued()).toBe(2);
  });

  test('forgetting an old token does not lose a newer one', async () => {
    const one = credentials();
    const token = await one.token();
    await one.invalidate(new Secret('an older token'));
    expect(await one.token()).toBe(token);
  });

  test("a wrong key is said in KIS's words, again and again, without asking KIS again", async () => {
    const one = credentials('short');
    await expect(one.token()).rejects.toMatchObject({ code: 'venue.unauthorised', venueCode: 'EGW00103' });
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
