import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingNames } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics/prometheus.ts';
import { declaredIn } from './prometheus-text.ts';

// Issue 17.5: what the papers tell of figures, and the files that come with them, are about figures that there are.

const read = (name: string): string => readFileSync(resolve(import.meta.dirname, '../..', name), 'utf8');
const { text } = await createMetrics('1').text(undefined);
const declared = declaredIn(text);
/** Names under which the figures are asked for. */
const series = new Set(
  [...declared].flatMap(([name, type]) =>
    type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
const ownNames = [...declared.keys()].filter((name) => name.startsWith('hoga_'));

/** The series that a query of Prometheus names, without functions and labels. */
const namedIn = (query: string): readonly string[] =>
  query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring) *\([^)]*\)/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .match(/\b(?:hoga|process|nodejs|up)(?:_\w+)?\b/g) ?? [];

const dashboard = z
  .object({
    uid: z.string(),
    title: z.string(),
    schemaVersion: z.number(),
    panels: z
      .array(
        z.object({
          id: z.number(),
          title: z.string().min(1),
          type: z.enum(['timeseries', 'stat']),
          gridPos: z.object({ x: z.number().max(23), y: z.number(), w: z.number().max(24), h: z.number() }),
          targets: z.array(z.object({ expr: z.string().min(1), refId: z.string() })).min(1),
        }),
      )
      .min(1),
  })
  .parse(JSON.parse(read('docs/grafana-dashboard.json')));

const rule = z.strictObject({
  alert: z.string().regex(/^Hoga[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.object({ summary: z.string().min(10) }),
});
const { groups } = z
  .object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) })
  .parse(parse(read('docs/prometheus-rules.yml')));
const rules = groups.flatMap((group) => group.rules);

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(read('docs/compose.yaml'), { merge: true }));

describe('the dashboard', () => {
  test('asks for figures that there are', () => {
    for (const { title, targets } of dashboard.panels) {
      for (const { expr } of targets) {
        expect(namedIn(expr).length, `${title}: ${expr}`).toBeGreaterThan(0);
        for (const name of namedIn(expr)) expect(series, `${title}: ${name}`).toContain(name);
      }
    }
  });

  test('shows every figure of the bot', () => {
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    for (const name of ownNames) expect(queries, name).toContain(name);
  });

  test('no panel lies on another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

test('the alert rules ask for figures that there are', () => {
  expect(rules.length).toBeGreaterThan(5);
  for (const { alert, expr } of rules) {
    expect(namedIn(expr).length, alert).toBeGreaterThan(0);
    for (const name of namedIn(expr)) if (name !== 'up') expect(series, `${alert}: ${name}`).toContain(name);
  }
});

test.each(['en', 'ko'])('the page tells of every figure, once, and of no other: %s', (language) => {
  const [, table = ''] =
    /<!-- metrics -->([\s\S]*?)<!-- \/metrics -->/.exec(read(`docs/${language}/operations.md`)) ?? [];
  const rows = [...table.matchAll(/^\| `(hoga_\w+)` \| (.*?) \|/gm)];
  expect(rows.map(([, name]) => name).toSorted()).toEqual(ownNames.toSorted());
});

describe('the compose file', () => {
  const { services } = compose;
  const bots = Object.entries(services).filter(([name]) => name.startsWith('hoga-'));

  test('has PostgreSQL, two equal bots and Prometheus', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'hoga-1', 'hoga-2', 'prometheus']);
    const [one, two] = bots.map(([, { volumes: _, ...rest }]) => rest);
    expect(one).toEqual(two);
    expect(services['postgres']?.image).toMatch(/^postgres:1[5-9]/);
    for (const [name, { environment = {}, healthcheck }] of bots) {
      for (const variable of Object.keys(environment)) expect(settingNames, name).toContain(variable);
      expect(environment['STORE_URL']).toMatch(/^postgres:\/\/hoga:.*@postgres:5432\/hoga$/);
      expect(healthcheck?.test.join(' ')).toContain(`127.0.0.1:${environment['HTTP_PORT']}/ready`);
    }
  });

  test('opens nothing but Prometheus, to this machine', () => {
    const ports = Object.entries(services).flatMap(([name, { ports: open = [] }]) => open.map((one) => [name, one]));
    expect(ports).toEqual([['prometheus', '127.0.0.1:9090:9090']]);
  });

  test('holds no secret, and every volume that it names', () => {
    expect(read('docs/compose.yaml')).not.toMatch(/PASSWORD: (?!\$\{)/);
    const named = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((one) => one.split(':')[0] ?? ''));
    expect(new Set(named.filter((name) => !name.startsWith('.')))).toEqual(new Set(Object.keys(compose.volumes)));
    for (const file of named.filter((name) => name.startsWith('./'))) expect(read(`docs/${file}`)).not.toBe('');
  });

  test('Prometheus asks the two bots at their port', () => {
    const config = z
      .object({
        rule_files: z.array(z.string()),
        scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
      })
      .parse(parse(read('docs/prometheus.yml')));
    const targets = config.scrape_configs.flatMap((one) => one.static_configs.flatMap((list) => list.targets));
    expect(targets).toEqual(bots.map(([name, { environment }]) => `${name}:${environment?.['HTTP_PORT']}`));
    expect(config.rule_files).toEqual(['prometheus-rules.yml']);
  });
});
