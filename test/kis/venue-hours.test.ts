import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { readSimulatorHours } from '../../src/kis/wire/simulator-hours.ts';
import { sessions } from '../../src/simulator/market/hours.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { eventually, JumpClock } from '../support/clock.ts';

const clock = new JumpClock();
const dispatcher = new Agent();
const ends: (() => Promise<unknown>)[] = [];
const ask = (restUrl: string) => readSimulatorHours({ restUrl, dispatcher, clock });

/** A host that answers everything alike; without an answer it stays silent. */
async function host(status: number, body?: string): Promise<string> {
  const server: Server = createServer((_, response) => {
    if (body === undefined) return;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

test('are those of the simulator, whatever session it is fixed at', async () => {
  const simulator = await startSimulator({ clock, speed: 0, hours: 'live' });
  ends.push(() => simulator.stop());
  const moment = Date.parse('2026-11-19T09:15:00+09:00');
  simulator.setClock({ now: moment });
  const told = await ask(simulator.restUrl);
  expect(told).toMatchObject({ neverCloses: false, fixed: undefined });
  expect(told.now - moment).toBeLessThan(5_000);
  for (const session of sessions) {
    simulator.setClock({ session });
    expect(await ask(simulator.restUrl)).toMatchObject({ neverCloses: false, fixed: session });
  }
});

test('of a market without hours say so, until a session is fixed', async () => {
  const simulator = await startSimulator({ clock, speed: 0 });
  ends.push(() => simulator.stop());
  expect(await ask(simulator.restUrl)).toMatchObject({ neverCloses: true, fixed: undefined });
});

test('of a simulator without that path are none', async () => {
  expect(await ask(await host(404, 'no such thing'))).toMatchObject({ neverCloses: true, fixed: undefined });
});

test('that cannot be read, or do not come, are not made up', async () => {
  await expect(ask(await host(200, '{"now":"soon"}'))).rejects.toMatchObject({ code: 'venue.malformed' });
  await expect(ask('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'venue.stand-in-silent' });
  let end: unknown;
  void ask(await host(200)).catch((error: unknown) => {
    end = error;
  });
  await eventually('the time-out', async () => {
    await clock.advance(3_100);
    return end;
  });
  expect(end).toMatchObject({ code: 'venue.stand-in-silent' });
});
