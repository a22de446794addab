import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type HttpParts, startHttp } from '../../src/app/http.ts';
import { alone } from '../../src/cluster/alone.ts';
import { AppError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/prometheus.ts';
import { JumpClock } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { readSamples } from './prometheus-text.ts';

// Issue 17.5: whether a process can take work, and what is told while its database is away.

const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const clock = new JumpClock();
let writes = 0;
let trouble: string | undefined;
let hangs = false;
let server: NonNullable<Awaited<ReturnType<typeof startHttp>>>;
let port: number;
afterEach(() => server.stop());

const start = async (): Promise<void> => {
  [writes, trouble, hangs, port] = [0, undefined, false, await freePort()];
  const failing = async <T>(value: T): Promise<T> => {
    if (hangs) return new Promise<T>(() => undefined);
    if (trouble !== undefined) throw new AppError(trouble);
    return value;
  };
  const status = { connectedAt: clock.now(), lastMessageAt: undefined, gaps: 0, trades: 0 };
  const parts = {
    venues: [
      { broker: { venue: { kind: 'simulator' } }, feed: { status: () => status }, lane: () => ({ waiting: 0 }) },
    ],
    chat: { channels: new Map() },
    cluster: alone('test:1'),
    ledger: {
      halted: () => failing(false),
      tryWriting: () => {
        writes += 1;
        return failing(undefined);
      },
      figures: () => failing({ outbox: [], unknownOrders: 2, openAlerts: 0 }),
    },
    ledgerWatch: {
      get trouble() {
        return trouble === undefined ? undefined : { code: trouble, since: 0 };
      },
    },
    metrics: createMetrics('1'),
  } as unknown as HttpParts;
  const options = { config: { httpPort: port } as never, clock, log, version: '1' };
  server = (await startHttp(options, parts)) as typeof server;
};
const ready = async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`);
  return { status: answer.status, ...((await answer.json()) as object) };
};
const samples = async () => readSamples(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

test('a process that has not begun can take no work', async () => {
  await start();
  expect(await ready()).toEqual({ status: 503, ready: false, reasons: ['starting'] });
  server.begun();
  expect(await ready()).toEqual({ status: 200, ready: true, reasons: [] });
});

test('nor can one whose ledger cannot be written', async () => {
  await start();
  server.begun();
  trouble = 'store.full';
  expect(await ready()).toEqual({ status: 503, ready: false, reasons: ['store.full'] });
});

test('however often it is asked, the ledger is written to every five seconds at most', async () => {
  await start();
  server.begun();
  for (let asked = 0; asked < 20; asked += 1) await ready();
  expect(writes).toBeLessThanOrEqual(2);
  await clock.advance(6_000);
  await ready();
  expect(writes).toBeLessThanOrEqual(3);
});

test('figures are told while the ledger is away, without what only the ledger knows', async () => {
  await start();
  const before = await samples();
  expect(before).toContainEqual({ name: 'hoga_unknown_orders', labels: {}, value: 2 });
  trouble = 'store.lost';
  const after = await samples();
  expect(after).toContainEqual({ name: 'hoga_ledger_up', labels: {}, value: 0 });
  expect(after).toContainEqual({ name: 'hoga_unknown_orders', labels: {}, value: Number.NaN });
  expect(after).toContainEqual({ name: 'hoga_socket_connected', labels: { key: '1' }, value: 1 });
});

test('a database that never answers keeps no figure back', async () => {
  await start();
  hangs = true;
  const asked = samples();
  for (let waited = 0; waited < 10; waited += 1) await clock.advance(1_000);
  expect(await asked).toContainEqual({ name: 'hoga_ledger_up', labels: {}, value: 0 });
});

test('what only figures and traces need is loaded where a setting asks for it', () => {
  const root = resolve(import.meta.dirname, '../..');
  const files = ['src', 'commands'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = files.filter((name) => name.endsWith('.ts') && !name.startsWith('src/metrics/'));
  const loading = sources.filter((name) =>
    /^import (?!type )[^;]*metrics\/(?:prometheus|traces|steps)\.ts'/m.test(readFileSync(join(root, name), 'utf8')),
  );
  expect(loading).toEqual([]);
});
