import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import { DiscordStandIn } from '../support/discord/discord.ts';
import { TelegramStandIn } from '../support/telegram/telegram.ts';
import { type Benchmark, type Measured, sideBySide } from './bench.ts';

const entry = fileURLToPath(new URL('../../src/preflight.js', import.meta.url));
/** How long a process is left to itself before its memory is read. */
const idleMs = 10_000;
/** What the answer to `/price 005930` begins with. */
const answered = /삼성전자 005930/;

/**
 * How long a start takes until the first answer of the embedded simulator, and how much memory a bot takes that does
 * nothing. The baselines are a Node that does nothing, and a process that does no more than be connected to the chats.
 */
export const start: Benchmark = {
  row: 'start',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-bench-'));
    const shared = {
      baseline: () => ended(nodeIn(folder, ['-e', '0'])),
      aim: { of: 'difference', atMost: 300 },
    } as const;
    const bot = (env?: Environ) => () => firstAnswer(nodeIn(folder, [entry], env));
    const exec = (env?: Environ) => () => ended(nodeIn(folder, [entry, 'exec', '/price 005930'], env));
    const empty = (): Environ => ({ NODE_COMPILE_CACHE: mkdtempSync(join(folder, 'cache-')) });
    try {
      return [
        ...(await sideBySide({ ...shared, work: 'start to the first answer', ours: bot(), rounds: 3 })),
        ...(await sideBySide({ ...shared, work: 'exec to its answer', ours: exec(), rounds: 3 })),
        ...(await sideBySide({
          ...shared,
          work: 'start to the first answer, the first time on a machine',
          ours: () => bot(empty())(),
          rounds: 1,
        })),
        await memory(folder),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Environ = Readonly<Record<string, string>>;

/** A Node process in a folder of its own, so that it reads nobody's settings. */
function nodeIn(cwd: string, args: readonly string[], env: Environ = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [...args], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
}

/** Resolves when a process has ended by itself. */
async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stdout.resume();
  child.stderr.resume();
  child.stdin.end();
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`a process ended with ${code}`);
}

/** Asks the bot at its terminal, and resolves when the answer is there; what follows is not waited for. */
async function firstAnswer(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stderr.resume();
  child.stdin.write('/price 005930\n');
  await written(child, answered);
  child.kill('SIGKILL');
}

/** Resolves when a process has written a text that fits. */
function written({ stdout, stderr }: ChildProcessWithoutNullStreams, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (part: unknown): void => {
      text += String(part);
      if (wanted.test(text)) resolve();
    };
    stdout.on('data', take).once('close', () => reject(new Error(`a process ended without ${wanted}`)));
    stderr.on('data', take);
  });
}

/** The memory of a bot that is connected to both chats and to a socket, beside a process connected to the chats. */
async function memory(folder: string): Promise<Measured> {
  const [telegram, discord] = [new TelegramStandIn(systemClock), new DiscordStandIn(systemClock)];
  await Promise.all([telegram.start(), discord.start()]);
  const env = {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    DISCORD_BOT_TOKEN: discord.token,
    DISCORD_API_ROOT: discord.apiRoot,
  };
  const simulator = spawn(process.execPath, [entry, 'simulator', '--rest-port', '0', '--ws-port', '0'], {
    cwd: folder,
  });
  try {
    const ours = nodeIn(folder, [entry], { ...env, ...(await addressesOf(simulator)) });
    const figure = await idleMemory(ours, /"msg":"started"/);
    const bare = ['--input-type=module', '-e', connected];
    const baseline = await idleMemory(nodeIn(fileURLToPath(new URL('../..', import.meta.url)), bare, env), /connected/);
    const aim = { of: 'difference', atMost: 40 } as const;
    return { work: 'memory, connected and idle', unit: 'MB', figure, baseline, spread: undefined, aim };
  } finally {
    simulator.kill('SIGKILL');
    await Promise.all([telegram.stop(), discord.stop()]);
  }
}

/** Waits until a process says that it has begun, and a while longer. Gives its resident memory in megabytes. */
async function idleMemory(child: ChildProcessWithoutNullStreams, begun: RegExp): Promise<number> {
  try {
    await written(child, begun);
    await systemClock.sleep(idleMs);
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1_024;
  } finally {
    child.kill('SIGKILL');
  }
}

/** The settings for a simulator that has written where it listens. */
async function addressesOf(simulator: ChildProcessWithoutNullStreams): Promise<Environ> {
  const line = await new Promise<string>((resolve) => simulator.stdout.once('data', (data) => resolve(String(data))));
  const { rest, ws } = JSON.parse(line) as { readonly rest: string; readonly ws: string };
  return {
    KIS_ENV: 'simulator',
    KIS_REST_URL: rest,
    KIS_WS_URL: ws,
    KIS_MASTER_URL: rest,
    KIS_APP_KEY: 'P'.repeat(36),
    KIS_APP_SECRET: 'S'.repeat(180),
    KIS_ACCOUNT: '50000000-01',
  };
}

/** A process that is connected to both chats by the libraries that the bot uses, and does nothing else. */
const connected = `
import { Bot } from 'grammy';
import { Client, GatewayIntentBits } from 'discord.js';
const { TELEGRAM_BOT_TOKEN, TELEGRAM_API_ROOT, DISCORD_BOT_TOKEN, DISCORD_API_ROOT } = process.env;
const bot = new Bot(TELEGRAM_BOT_TOKEN, { client: { apiRoot: TELEGRAM_API_ROOT } });
await new Promise((onStart) => void bot.start({ onStart }));
const client = new Client({ intents: [GatewayIntentBits.DirectMessages], rest: { api: DISCORD_API_ROOT } });
const ready = new Promise((resolve) => client.once('clientReady', resolve));
await client.login(DISCORD_BOT_TOKEN);
await ready;
console.log('connected');
`;
