import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands/index.ts';
import type { HelpSection } from '../src/chat/command.ts';
import { channels } from '../src/kis/endpoints/channels.ts';
import { domesticMarket } from '../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../src/kis/endpoints/domestic-trading.ts';
import type { Endpoint } from '../src/kis/endpoints/endpoint.ts';

const root = resolve(import.meta.dirname, '..');

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.split('/').includes('node_modules'))
    .map((name) => join(folder, name));
}

const sources = [...sourcesIn('src'), ...sourcesIn('commands')];
const textOf = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
const everything = [...sources, ...sourcesIn('test')];

/** The room a file belongs to. */
function room(file: string): string {
  const parts = file.split('/');
  if (parts[0] === 'commands') return 'commands';
  return parts.length === 2 ? (parts[1] ?? '').replace(/\.[jt]s$/, '') : (parts[1] ?? '');
}

/** What each room may import from, besides itself; tools of everyday use are named once. */
const everyday = ['errors', 'clock', 'domain'];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: ['errors'],
  errors: [],
  clock: [],
  secret: [],
  'secret-texts': ['secret'],
  log: ['secret', 'secret-texts'],
  preflight: ['main'],
  ports: ['domain'],
  i18n: ['domain', 'errors'],
  services: [...everyday, 'ports', 'log'],
  kis: [...everyday, 'ports', 'log', 'secret'],
  store: [...everyday, 'ports'],
  cluster: [...everyday, 'ports', 'log'],
  metrics: [...everyday, 'ports'],
  'http-server': [...everyday, 'log', 'chat'],
  charts: [...everyday, 'ports'],
  sheets: [...everyday, 'ports', 'log', 'secret'],
  simulator: [...everyday],
  chat: [...everyday, 'ports', 'log', 'secret', 'services', 'i18n'],
  channels: [...everyday, 'ports', 'log', 'secret', 'services', 'i18n', 'chat'],
  commands: [...everyday, 'ports', 'services', 'i18n', 'chat'],
  settings: ['domain', 'i18n', 'secret'],
  config: ['domain', 'kis', 'i18n', 'log', 'secret', 'settings'],
  app: [
    ...everyday,
    'ports',
    'log',
    'secret',
    'config',
    'i18n',
    'services',
    'kis',
    'store',
    'cluster',
    'charts',
    'sheets',
    'simulator',
    'chat',
    'channels',
    'cluster',
    'metrics',
    'http-server',
  ],
  main: [
    ...everyday,
    'log',
    'cluster',
    'config',
    'i18n',
    'app',
    'chat',
    'channels',
    'commands',
    'services',
    'settings',
    'simulator',
    'store',
    'doctor',
    'exec',
    'revoke',
    'setup',
    'store-tools',
    'usage',
  ],
  doctor: [...everyday, 'log', 'config', 'i18n', 'app', 'chat', 'kis', 'store'],
  setup: [...everyday, 'log', 'config', 'i18n', 'settings', 'app', 'chat', 'kis', 'store', 'doctor'],
  exec: [...everyday, 'log', 'config', 'i18n', 'app', 'chat', 'channels', 'services'],
  usage: [],
  'store-tools': [...everyday, 'config', 'i18n', 'store'],
  revoke: [...everyday, 'log', 'config', 'i18n', 'app', 'chat', 'kis', 'store'],
};

/** The KIS tables that client and simulator share. */
const wireTables = /^src\/kis\/(?:codecs\/fields|wire\/(?:frames|error|environment)|endpoints\/[\w-]+)\.ts$/;

function importsOf(file: string): readonly { readonly target: string; readonly local: boolean }[] {
  const text = textOf.get(file) ?? '';
  const found = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g)].map((match) => match[1] ?? '');
  return found.map((target) =>
    target.startsWith('.')
      ? { target: relative(root, resolve(root, dirname(file), target)), local: true }
      : { target, local: false },
  );
}

describe('imports point one way', () => {
  test.each(sources)('%s', (file) => {
    const own = room(file);
    expect(mayImport, `a room the picture does not know: ${own}`).toHaveProperty(own);
    for (const { target, local } of importsOf(file)) {
      if (!local) continue;
      const other = room(target);
      if (other === own) continue;
      if (own === 'simulator' && wireTables.test(target)) continue;
      if (own === 'config' && other === 'kis' && !wireTables.test(target)) throw new Error(`${file} imports ${target}`);
      expect(mayImport[own], `${file} imports ${target}`).toContain(other);
    }
  });

  test('without a cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      expect(state.get(file), `a cycle: ${[...path, file].join(' → ')}`).not.toBe('open');
      state.set(file, 'open');
      for (const { target, local } of importsOf(file)) if (local) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of sources) visit(file, []);
  });
});

test('no folder of code has more files in it than fit a glance', () => {
  for (const [folder, files] of Map.groupBy(everything, dirname)) {
    expect(files.length, folder).toBeLessThanOrEqual(15);
  }
});

/** The folder of `commands/` for each section of `/help`. */
const folderOf: Readonly<Record<HelpSection, string>> = {
  look: 'market',
  trade: 'orders',
  tell: 'alerts',
  account: 'account',
  rest: 'settings',
};

test.each(commands)('/$name lies where /help shows it', ({ name, section }) => {
  const declared = new RegExp(`name: '${name}'|orderCommand\\(\\s*'${name}'`);
  const [file] = sources.filter((path) => path.startsWith('commands/') && declared.test(textOf.get(path) ?? ''));
  expect(dirname(file ?? '')).toBe(`commands/${folderOf[section]}`);
});

/** Files longer than one sitting reads: one looks things up in them and does not read them through. */
const longFiles: readonly RegExp[] = [
  // Texts, one a line.
  /^src\/i18n\/(?:ko|en)\.ts$/,
  // The catalogue of KIS's APIs, one row after the other.
  /^src\/kis\/endpoints\/domestic-[a-z]+\.ts$/,
];

test('no file has more lines than one sitting reads', () => {
  const linesOf = (file: string): number => (textOf.get(file) ?? '').trimEnd().split('\n').length;
  const long = sources.filter((file) => linesOf(file) > 400);
  expect(long.filter((file) => !longFiles.some((pattern) => pattern.test(file)))).toEqual([]);
  const unused = longFiles.filter((pattern) => !long.some((file) => pattern.test(file)));
  expect(unused, 'named as long, and not long').toEqual([]);
});

describe('each thing in its one place', () => {
  const holding = (pattern: RegExp): readonly string[] =>
    sources.filter((file) => pattern.test((textOf.get(file) ?? '').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')));

  test('the environment is read in config.ts alone', () => {
    expect(holding(/process\.env\b/)).toEqual(['src/config.ts']);
  });

  test('the system clock is read in clock.ts alone', () => {
    expect(holding(/\bDate\.now\(|new Date\(\)|\bsetTimeout\(|\bsetInterval\(|DateTime\.(?:now|local)\(/)).toEqual([
      'src/clock.ts',
    ]);
  });

  test('chance comes from main.ts alone', () => {
    expect(holding(/Math\.random\b/)).toEqual(['src/main.ts']);
  });

  test.each([
    ['grammy', ['src/channels/telegram/api.ts']],
    ['@resvg/resvg-wasm', ['src/charts/rasterizer.ts']],
    ['jose', ['src/sheets/google-sheets.ts']],
    ['csv-stringify/sync', ['src/chat/messages/csv.ts']],
    ['prom-client', ['src/metrics/prometheus.ts']],
    ['@opentelemetry/sdk-trace', ['src/metrics/traces.ts']],
    ['@opentelemetry/api', ['src/metrics/traces.ts']],
    ['discord.js', undefined],
    ['kysely', undefined],
    ['undici', undefined],
  ] as const)('%s is known where it is used', (name, files) => {
    const users = sources.filter((file) => importsOf(file).some(({ target, local }) => !local && target === name));
    const inRoom: Readonly<Record<string, RegExp>> = {
      'discord.js': /^src\/channels\/(?:discord|webhook)\//,
      kysely: /^src\/store\//,
      undici: /^src\/kis\//,
    };
    for (const user of users) {
      if (files === undefined) expect(user).toMatch(inRoom[name] ?? /$^/);
      else expect(files).toContain(user);
    }
  });

  test("KIS's field names are known in kis/ and simulator/ alone", () => {
    const blocks = [domesticMarket, domesticResearch, domesticTrading]
      .flatMap((rows): readonly Endpoint[] => Object.values(rows))
      .flatMap((row) => Object.values(row.output));
    const names = new Set([
      ...blocks.flatMap((block) => Object.keys(block.fields)),
      ...Object.values(channels).flatMap((channel) => [...channel.columns]),
    ]);
    // Short words that are ordinary English as well.
    const telling = [...names].filter((name) => name.includes('_'));
    for (const file of sources) {
      if (/^src\/(?:kis|simulator)\//.test(file)) continue;
      const words = new Set((textOf.get(file) ?? '').match(/\b\w+\b/g) ?? []);
      expect(
        telling.filter((name) => words.has(name)),
        file,
      ).toEqual([]);
    }
  });

  test('nothing reads what a clone does not have', () => {
    for (const file of everything) {
      if (file === 'test/architecture.test.ts') continue;
      expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(
        /\.\.\/shared\/(?:kis|design|contracts)|\/work\//,
      );
    }
  });
});
