import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { numbers, startFamily } from '../flows/accounts/family.ts';

// Issue 17.5: what is sent to whoever collects traces, by OTLP.

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const spanShape = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute),
});
const exportShape = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanShape) })),
    }),
  ),
});
type Sent = z.infer<typeof spanShape>;

let collector: Server;
let bodies: { readonly path: string; readonly text: string }[];
let endpoint: string;
beforeEach(async () => {
  bodies = [];
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push({ path: request.url ?? '', text: Buffer.concat(chunks).toString() });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => collector.close(resolve)));

const spans = (): readonly Sent[] =>
  bodies
    .flatMap(({ text }) => exportShape.parse(JSON.parse(text)).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans));
const factsOf = ({ attributes }: Sent): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

test('the press of a ticket: claim, wait, request and answer, each with what it belongs to', async () => {
  const bot = await startFamily({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` } });
  await bot.tell('owner', '/buy 삼성전자 3 69000 @isa');
  const said = await bot.pressed('owner', bot.idOf('확인'));
  expect(said).toContain('접수됨');
  await bot.stop();

  expect(new Set(bodies.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
  const all = spans();
  const byId = new Map(all.map((span) => [span.spanId, span]));
  const above = (span: Sent): readonly string[] => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent === undefined ? [] : [...above(parent), parent.name];
  };
  const press = all.find(({ name }) => name === 'press');
  expect(press?.parentSpanId ?? '').toBe('');
  const within = all.filter(({ traceId }) => traceId === press?.traceId);
  const one = (name: string, facts: object = {}): Sent => {
    const found = within.filter((span) => span.name === name);
    const matching = found.filter((span) => expect.objectContaining(facts).asymmetricMatch(factsOf(span)));
    expect(matching, name).toHaveLength(1);
    return matching[0] as Sent;
  };
  expect(above(one('command', { 'hoga.command': 'buy' }))).toEqual(['press']);
  expect(above(one('claim', { 'hoga.result': 'claimed' }))).toEqual(['press', 'command']);
  expect(above(one('order', { 'hoga.kind': 'place', 'hoga.result': 'accepted' }))).toEqual(['press', 'command']);
  const wait = one('lane.wait', { 'hoga.priority': 'order' });
  const post = one('venue.call', { 'hoga.kind': 'order', 'hoga.result': 'ok' });
  expect([above(wait), above(post)]).toEqual([
    ['press', 'command', 'order'],
    ['press', 'command', 'order'],
  ]);
  expect(above(one('answer'))).toEqual(['press']);
  // The checks at the press are reads of the same trace.
  expect(within.filter((span) => factsOf(span)['hoga.kind'] === 'read').length).toBeGreaterThan(0);
  for (const span of within) expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);

  const secrets = ['005930', '삼성전자', '노후자금', '생활비', 'isa', 'telegram', '69000', ...Object.values(numbers)];
  // Moments and ids are digits that may hold anything.
  const digits = /"(?:\w*UnixNano|traceId|spanId|parentSpanId)":"\w+"/g;
  for (const text of bodies.map((body) => body.text.replace(digits, ''))) {
    for (const secret of [...secrets, 'key-of-isa', 'secret-of-isa', '50000000', '87654321', 'Bearer']) {
      expect(text).not.toContain(secret);
    }
  }
  const keys = new Set(all.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
  expect([...keys].toSorted()).toEqual(['hoga.api', 'hoga.command', 'hoga.kind', 'hoga.priority', 'hoga.result']);
});

test('a command and its reads are one trace; what the bot does by itself is none', async () => {
  const bot = await startFamily({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  await bot.tell('owner', '/balance @main');
  await bot.clock.advance(10 * 60_000);
  await bot.stop();
  const all = spans();
  const command = all.find(({ name }) => name === 'command');
  expect(command && factsOf(command)).toMatchObject({ 'hoga.command': 'balance', 'hoga.result': 'ok' });
  const reads = all.filter(({ name }) => name === 'venue.call');
  expect(reads.length).toBeGreaterThan(0);
  const roots = all.filter(({ parentSpanId = '' }) => parentSpanId === '');
  expect(new Set(roots.map(({ name }) => name))).toEqual(new Set(['command']));
  for (const read of reads) expect(read.parentSpanId).toBe(command?.spanId);
});

test('a collector that is away keeps nobody waiting', async () => {
  const bot = await startFamily({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
  expect(await bot.tell('owner', '/price 005930')).toContain('삼성전자');
  const before = performance.now();
  await bot.stop();
  expect(performance.now() - before).toBeLessThan(4_000);
});
