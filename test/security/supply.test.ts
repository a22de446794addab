import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

// Issue 13.5: what runs here is what was chosen, and it runs with no more than it needs.
const root = resolve(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = z
  .object({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
        link: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')));
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('issue 13.5: what is installed', () => {
  test('is named by one version each, and few', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const named = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    for (const [name, version] of named) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(30);
  });

  test('is checked against the lock by its digest, from wherever it comes', () => {
    for (const [path, { integrity, resolved, link }] of installed) {
      expect(integrity, path).toMatch(/^sha512-[\w+/]+=*$/);
      if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
      expect(link, path).toBeUndefined();
    }
  });

  test('runs nothing while it is installed, and nothing here asks for that', () => {
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(manifest.scripts).not.toHaveProperty(name);
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });

  test('can be asked about: the papers say how, in both languages', () => {
    for (const name of ['docs/en/running.md', 'docs/ko/running.md'])
      expect(read(name)).toContain('npm audit --omit=dev && npm audit signatures');
  });
});

describe('issue 13.5: the container', () => {
  const steps = read('Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));

  test('runs as somebody who owns nothing but the data', () => {
    const user = steps.findIndex((line) => line.startsWith('USER '));
    expect(steps[user]).toBe('USER node');
    expect(steps.slice(user + 1).map((line) => line.split(' ')[0])).toEqual(['CMD']);
    expect(steps.filter((line) => /chown/.test(line))).toEqual(['RUN mkdir -m 700 data && chown node:node data']);
    expect(steps.filter((line) => line.startsWith('VOLUME'))).toEqual(['VOLUME /app/data']);
    expect(steps.find((line) => line.includes('npm ci'))).toContain('--ignore-scripts');
  });

  test('holds what is copied by name, and no settings', () => {
    expect(read('.dockerignore').split('\n')[0]).toBe('*');
    expect(read('.dockerignore')).not.toMatch(/^!\.(?:env|git)/m);
    expect(read('.gitignore')).toMatch(/^\.env$/m);
  });

  test('the papers start it read-only, without rights it does not need, in both languages', () => {
    for (const name of ['docs/en/running.md', 'docs/ko/running.md']) {
      expect(read(name)).toMatch(
        /docker run .*--read-only --tmpfs \/tmp --cap-drop ALL --security-opt no-new-privileges/,
      );
    }
  });

  test('the bot needs no more: with a file system that takes writes to its data and /tmp alone, it trades', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-readonly-'));
    const [data, temporary, elsewhere] = ['data', 'tmp', 'cwd'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [data, temporary, elsewhere]) mkdirSync(path);
    const rights = ['--permission', '--allow-fs-read=*', '--allow-worker'];
    const writes = [data, temporary].map((path) => `--allow-fs-write=${path}`);
    const child = spawn(process.execPath, [...rights, ...writes, join(root, 'src/preflight.js'), '--settle', '2'], {
      cwd: elsewhere,
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, STORE_URL: `sqlite:${join(data, 'hoga.db')}` },
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stdin.end('/chart 005930\n/buy 005930 1\n1\n/export holdings csv\n');
    expect(await new Promise((ended) => child.once('close', ended))).toBe(0);
    expect(out).toMatch(/chart-005930-1d\.png[\s\S]*접수됨[\s\S]*holdings/);
    expect(readdirSync(elsewhere)).toEqual([]);
    // What it keeps and what it exports is its own to read.
    const kept = readdirSync(data).map((name) => join(data, name));
    const folders = readdirSync(temporary)
      .filter((name) => name.startsWith('hoga-'))
      .map((name) => join(temporary, name));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const path of [...kept, ...folders.flatMap((path) => readdirSync(path).map((name) => join(path, name)))]) {
      expect([path, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, '600']);
    }
    for (const path of folders) expect((statSync(path).mode & 0o777).toString(8)).toBe('700');
    rmSync(folder, { recursive: true });
  }, 60_000);
});
