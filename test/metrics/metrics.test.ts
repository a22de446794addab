import { afterEach, expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import { languages } from '../../src/i18n/index.ts';
import { catalogue } from '../../src/kis/endpoints/catalogue.ts';
import { type Family, identities, numbers, startFamily } from '../flows/accounts/family.ts';
import { eventually } from '../support/clock.ts';
import { freePort } from '../support/free-port.ts';
import { declaredIn, readSamples, type Sample } from './prometheus-text.ts';

// Issue 17.5: what may be read from outside, and what must never be in it.

let bot: Family;
let port: number;
afterEach(() => bot.stop());

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
const scrape = async (): Promise<string> => (await get('/metrics')).text();
const figure = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

const started = async (): Promise<void> => {
  port = await freePort();
  bot = await startFamily({ env: { HTTP_PORT: String(port) } });
};

const confirmed = async (who: 'owner' | 'trader', line: string): Promise<void> => {
  await bot.tell(who, line);
  await bot.pressed(who, bot.idOf('확인'));
};

/** A bit of everything that is counted. */
const beBusy = async (): Promise<void> => {
  await bot.tell('owner', '/price 삼성전자');
  await bot.tell('owner', '/alert 삼성전자 >= 90000');
  await confirmed('owner', '/buy 005930 3 70000 @isa');
  await confirmed('owner', '/buy 005930 1 60000 @main');
  await confirmed('owner', '/cancel all @main');
  bot.simulator.setFaults([{ on: 'order', fault: 'refuse', code: 'APBK0919' }]);
  await confirmed('trader', '/buy 005930 1 69000');
  bot.simulator.setFaults([]);
  await bot.tell('viewer', '/price 005930');
  await bot.tell('stranger', '/price 005930');
  await bot.tell('owner', '/balance @isa');
};

const allowed: Readonly<Record<string, readonly string[] | RegExp>> = {
  kind: [
    'place',
    'amend',
    'cancel',
    'schedule',
    'amend-schedule',
    'cancel-schedule',
    'read',
    'order',
    'key',
    'chat',
    'front',
  ],
  outcome: ['accepted', 'rejected', 'unknown', 'denied'],
  api: catalogue.map(({ id }) => id),
  result: [
    'ok',
    'failed',
    'unreadable',
    'claimed',
    'over-daily-cap',
    'rejected',
    'unauthorised',
    'throttled',
    'unreachable',
    'outcome-unknown',
    ...Object.keys(languages.ko.errors),
  ],
  priority: ['order', 'urgent', 'interactive', 'background'],
  command: commands.map(({ name }) => name),
  channel: ['console', 'telegram', 'discord', 'discord-webhook'],
  key: /^[1-9]\d?$/,
  held: ['here', 'elsewhere'],
  le: /^(?:\+Inf|[\d.]+)$/,
  version: ['0.0.0-test'],
};

test('after a busy day no label has any value but those of lists that are known beforehand', async () => {
  await started();
  await beBusy();
  const text = await scrape();
  const samples = readSamples(text);
  const own = samples.filter(({ name }) => name.startsWith('hoga_'));
  for (const { name, labels } of own) {
    for (const [label, value] of Object.entries(labels)) {
      const list = allowed[label];
      expect(list, `a label that nobody looked at: ${name} ${label}`).toBeDefined();
      if (list instanceof RegExp) expect(value, `${name} ${label}`).toMatch(list);
      else expect(list, `${name} ${label}`).toContain(value);
    }
  }
  for (const { name, labels } of samples.filter((one) => !own.includes(one))) {
    expect(name).toMatch(/^(?:process|nodejs)_/);
    for (const value of Object.values(labels)) expect(value).toMatch(/^(?:[A-Za-z_]+|v?\d+(?:\.\d+)*|\+Inf)$/);
  }
  // A value is a number, and may have any digits.
  const said = text.replaceAll(/ \S+$/gm, '');
  const names = ['삼성전자', '005930', '000660', '노후자금', '생활비', 'isa', 'main', ...Object.values(numbers)];
  for (const secret of [...names, ...Object.values(numbers).map((one) => one.slice(0, 8))]) {
    expect(said).not.toContain(secret);
  }
  for (const id of Object.values(identities)) expect(said).not.toContain(`telegram:${id}`);
});

test('it counts what was done', async () => {
  await started();
  await beBusy();
  await bot.settled();
  const samples = readSamples(await scrape());
  expect(figure(samples, 'hoga_orders_total', { kind: 'place', outcome: 'accepted' })).toBe(2);
  expect(figure(samples, 'hoga_orders_total', { kind: 'place', outcome: 'rejected' })).toBe(1);
  expect(figure(samples, 'hoga_orders_total', { kind: 'cancel', outcome: 'accepted' })).toBe(1);
  const placed = figure(samples, 'hoga_orders_total');
  expect(figure(samples, 'hoga_press_to_post_seconds_count')).toBe(placed);
  expect(figure(samples, 'hoga_press_to_post_seconds_sum')).toBeLessThan(placed * 5);
  expect(figure(samples, 'hoga_lane_wait_seconds_count', { priority: 'order' })).toBe(placed);
  expect(figure(samples, 'hoga_kis_calls_total', { api: 'order-cash-buy', result: 'ok' })).toBe(2);
  expect(figure(samples, 'hoga_kis_call_seconds_count', { kind: 'order' })).toBe(placed);
  expect(figure(samples, 'hoga_command_seconds_count', { command: 'price' })).toBe(2);
  expect(figure(samples, 'hoga_alerts_open')).toBe(1);
  expect(figure(samples, 'hoga_unknown_orders')).toBe(0);
  expect(figure(samples, 'hoga_ledger_up')).toBe(1);
  expect(figure(samples, 'hoga_ready')).toBe(1);
  expect(figure(samples, 'hoga_outbox_pending', { channel: 'telegram' })).toBe(0);
  // Two accounts with a key each.
  for (const key of ['1', '2']) expect(figure(samples, 'hoga_socket_connected', { key })).toBe(1);
  expect(figure(samples, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(samples.some(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toBe(true);
});

test('a socket that was cut off is told by its gaps, and by its age', async () => {
  await started();
  await bot.clock.advance(60_000);
  const before = readSamples(await scrape());
  expect(figure(before, 'hoga_socket_age_seconds', { key: '1' })).toBeGreaterThanOrEqual(60);
  bot.simulator.setFaults({ dropSockets: true });
  await eventually('the socket is gone', async () => figure(readSamples(await scrape()), 'hoga_socket_connected') < 2);
  await bot.clock.advance(10_000);
  await eventually(
    'the socket is back',
    async () => figure(readSamples(await scrape()), 'hoga_socket_connected') === 2,
  );
  const after = readSamples(await scrape());
  expect(figure(after, 'hoga_socket_gaps_total')).toBe(2);
  expect(figure(after, 'hoga_socket_age_seconds', { key: '1' })).toBeLessThan(60);
});

test('every metric says what it is, in the format that Prometheus reads', async () => {
  await started();
  const answer = await get('/metrics');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; version=0\.0\.4/),
  ]);
  const text = await answer.text();
  const declared = declaredIn(text);
  for (const [name, type] of declared) {
    expect(text, name).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
    if (name.startsWith('hoga_') && type === 'counter') expect(name).toMatch(/_total$/);
  }
  for (const { name } of readSamples(text)) {
    expect(declared.has(name) || declared.has(name.replace(/_(?:bucket|sum|count)$/, '')), name).toBe(true);
  }
});

test('/ready is 200 once it has begun, and says what is missing where it is not', async () => {
  await started();
  const answer = await get('/ready');
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true, reasons: [] }]);
});

test('without a port nothing of it is there', async () => {
  port = await freePort();
  bot = await startFamily();
  await expect(get('/metrics')).rejects.toThrow();
});
