import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ko } from '../../../src/i18n/ko.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../../support/clock.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// Two bots as real processes on one ledger, or on one Telegram token and one app key: the second says so, and nothing
// is done twice.
const entry = resolve(import.meta.dirname, '../../../src/preflight.js');
const owner = 111;
const waitMs = 30_000;
/** Who has polled Telegram for so long is not the one who came second. */
const laterMs = 120_000;

let folder: string;
let clock: JumpClock;
let simulator: Simulator;
let telegram: TelegramStandIn;
let running: Bot[];

interface Bot {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** All it has written to its terminal. */
  written(): string;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-two-'));
  clock = new JumpClock();
  // Time jumps below, faster than a process could answer pings.
  simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, pingTimeoutMs: 3_600_000 });
  telegram = await startTelegram(clock);
  running = [];
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  expect(telegram.violations).toEqual([]);
  await telegram.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The simulator's time in the bot's process; on a signal it is so much later. */
function inside(): string {
  const path = join(folder, `inside-${running.length}.mjs`);
  writeFileSync(
    path,
    `
    const machine = Date.now;
    let shiftMs = ${clock.now() - Date.now()};
    Date.now = () => machine() + shiftMs;
    process.on('SIGUSR2', () => { shiftMs += ${laterMs}; });
    `,
  );
  return pathToFileURL(path).href;
}

function hoga(store = 'data/hoga.db', env: Readonly<Record<string, string>> = {}): Bot {
  const child = spawn(process.execPath, ['--import', inside(), entry], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      KIS_ENV: 'simulator',
      KIS_REST_URL: simulator.restUrl,
      KIS_WS_URL: simulator.wsUrl,
      KIS_APP_KEY: 'key-of-two',
      KIS_APP_SECRET: 'secret-of-two',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      KIS_CALLS_PER_SECOND: '1000',
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      HOGA_OWNERS: `telegram:${owner}`,
      STORE_URL: `sqlite:${store}`,
      ...env,
    },
  });
  let written = '';
  child.stdout.on('data', (chunk) => (written += String(chunk)));
  child.stderr.on('data', (chunk) => (written += String(chunk)));
  child.stdin.end();
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const bot = { child, ended, written: () => written };
  running.push(bot);
  return bot;
}

/** A process of its own takes longer than what `eventually` is for. */
async function until(what: string, holds: () => unknown): Promise<void> {
  const end = Date.now() + waitMs;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(
        [`never happened: ${what}`, ...running.map(({ written }) => written()), ...texts()].join('\n---\n'),
      );
    }
    await new Promise((later) => setTimeout(later, 10));
  }
}
const texts = (): readonly string[] => telegram.messages(owner).map(({ text }) => text);
const said = (text: string): number => texts().filter((message) => message.includes(text)).length;
const told = (text: string, times = 1): Promise<void> => until(`'${text}' told`, () => said(text) >= times);
const wrote = (bot: Bot, text: string): Promise<void> => until(`'${text}' written`, () => bot.written().includes(text));
const tokens = (): number | undefined => simulator.state().requests.byTr['/oauth2/tokenP'];
const nameOf = ({ child }: Bot): string => `:${child.pid}`;

/** One order, from its ticket to the venue's answer. */
async function trade(): Promise<void> {
  const [tickets, accepted] = [said('주문표'), said('접수됨')];
  telegram.say(owner, '/buy 005930 1 60000');
  await told('주문표', tickets + 1);
  telegram.press(owner, '확인');
  await told('접수됨', accepted + 1);
}

describe('one ledger', () => {
  test('the second says at once who has it, does nothing, and gives up; the first trades on', async () => {
    const first = hoga();
    await told(ko.start.simulator);
    const second = hoga();
    await wrote(second, nameOf(first));
    expect(second.written()).toContain('기다립니다');
    const issued = tokens();
    await trade();
    expect(await second.ended).toBe(2);
    expect(second.written()).toMatch(/시작하지 않았습니다[\s\S]*STORE_URL=sqlite:/);
    // Nobody but the first spoke to KIS or to Telegram.
    expect([tokens(), simulator.state().sockets.opened]).toEqual([issued, 1]);
    expect([telegram.count('getMe'), said(ko.start.simulator)]).toEqual([1, 1]);
    await trade();
    expect(simulator.state().orders).toHaveLength(2);
    expect(statSync(join(folder, 'data/hoga-simulator.db-hold')).mode & 0o777).toBe(0o600);
  });

  test('under another name it is the same ledger', async () => {
    const first = hoga();
    await told(ko.start.simulator);
    const second = hoga(join(folder, 'data', '..', 'data', 'hoga.db'), { HOGA_LANG: 'en' });
    await wrote(second, nameOf(first));
    expect(second.written()).toContain('Another Hoga');
  });

  test('a restart that overlaps: the second takes over as soon as the first has ended', async () => {
    const first = hoga();
    await told(ko.start.simulator);
    await trade();
    const second = hoga();
    await wrote(second, nameOf(first));
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await told(ko.start.simulator, 2);
    await trade();
    expect(simulator.state().orders).toHaveLength(2);
    for (const { written } of running) expect(written()).not.toMatch(/another program|in-use/);
  });

  test('a bot that was killed keeps nobody waiting', async () => {
    const first = hoga();
    await told(ko.start.simulator);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = hoga();
    await told(ko.start.simulator, 2);
    expect(second.written()).not.toContain('기다립니다');
  });

  test('a question beside it is answered, and takes nothing from it', async () => {
    hoga();
    await told(ko.start.simulator);
    const child = spawn(process.execPath, [entry, 'exec', '/status'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', STORE_URL: 'sqlite:data/hoga.db' },
    });
    expect(await new Promise((done) => child.once('close', done))).toBe(0);
    await trade();
  });
});

describe('one Telegram token and one app key, with a ledger each', () => {
  test('both name themselves to the owner, the second steps aside, and an order goes once', async () => {
    const first = hoga();
    await told(ko.start.simulator);
    await until('polled', () => telegram.polled);
    first.child.kill('SIGUSR2');
    await clock.advance(laterMs);
    const second = hoga('laptop/hoga.db');
    await wrote(second, 'another program polls with this telegram token');
    await wrote(second, 'in-use');
    await until('the first named', () => texts().some((text) => text.includes(nameOf(first))));
    await until('the second named', () => texts().some((text) => text.includes(nameOf(second))));
    const stepsAside = texts().filter((text) => text.includes('비켜'));
    expect(stepsAside).toEqual([expect.stringContaining(nameOf(second))]);
    // KIS left the live connection to the first, and the second says what that means.
    await told(ko.health.socketReason('in-use'));
    expect(simulator.state().sockets.open).toBe(1);
    await trade();
    await trade();
    expect([said('주문표') + said('접수됨'), simulator.state().orders.length]).toEqual([2, 2]);
    expect(said('같은 텔레그램 토큰')).toBe(2);
    expect(existsSync(join(folder, 'laptop/hoga-simulator.db'))).toBe(true);
  });
});
