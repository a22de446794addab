import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';

/** A PostgreSQL server that was started for tests. */
export interface TestServer {
  /** The URL of a database, on the loopback interface. */
  url(database: string): string;
  /** Ends it as a power cut would, and starts it again on what it had written. */
  crash(): Promise<void>;
  /** Ends it as an administrator does, who does not wait for sessions. */
  shutDown(): Promise<void>;
  /** Starts it again after `shutDown`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The folder of the server's programs; undefined where none is installed. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL does not run as root, so root starts it as somebody else. */
function otherUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, uid, gid] =
    /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ??
    /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ??
    [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** Starts a server of its own in a temporary folder. What it has confirmed is on disk, as it would be in earnest. */
export function startPostgres(folder: string): Promise<TestServer> {
  return startIn(folder, (data) => {
    const settings = ['-U', 'hoga', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'];
    return [join(folder, 'initdb'), '-D', data, ...settings];
  });
}

/** Starts a server that follows another one and takes no writes, until `select pg_promote()` makes it one that does. */
export function startStandbyOf(folder: string, primary: TestServer): Promise<TestServer> {
  return startIn(folder, (data) => {
    const settings = ['--checkpoint=fast', '--no-sync', '--write-recovery-conf'];
    return [join(folder, 'pg_basebackup'), '-D', data, '-d', primary.url('postgres'), ...settings];
  });
}

/** @param make The command that makes the folder of the data. */
async function startIn(folder: string, make: (data: string) => readonly string[]): Promise<TestServer> {
  const user = otherUser();
  const home = mkdtempSync(join(tmpdir(), 'hoga-postgres-'));
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  const [program = '', ...args] = make(data);
  const made = spawnSync(program, args, { ...user, cwd: home, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`${program}: ${made.stderr}`);
  const port = await freePort();
  const url = (database: string): string => `postgres://hoga@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['-D', data, '-p', String(port), '-k', home];
    server = spawnServer(join(folder, 'postgres'), options, { ...user, cwd: home });
    await ready(url('postgres'));
  };
  const end = async (signal: 'QUIT' | 'INT'): Promise<void> => {
    const ended = new Promise((resolve) => server?.once('close', resolve));
    server?.stdin?.end(`${signal}\n`);
    await ended;
  };
  await start();
  return {
    url,
    start,
    shutDown: () => end('INT'),
    crash: () => end('QUIT').then(start),
    stop: async () => {
      await end('QUIT');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the server under a shell that waits for the name of a signal. When this process dies the shell's input ends,
 * so that no server is left behind.
 */
function spawnServer(
  program: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly cwd: string },
): ChildProcess {
  // Whoever interrupts the tests interrupts the shell as well, which has to stay for as long as the server does.
  const script =
    'trap "" HUP INT TERM; "$0" "$@" & server=$!; read signal || signal=QUIT; kill -s $signal $server; wait $server';
  const settings = ['max_connections=200', 'log_min_messages=fatal'].flatMap((setting) => ['-c', setting]);
  return spawn('/bin/sh', ['-c', script, program, ...args, ...settings], {
    ...options,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function ready(url: string): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Runs statements, each by itself, and returns the rows of the last. */
export async function runSql(
  url: string,
  ...statements: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
