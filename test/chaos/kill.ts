import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { koreanDay } from '../../src/clock.ts';
import { mainAccount } from '../../src/domain/account.ts';
import type { SimulatorState } from '../../src/simulator/control/state.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { countUnknown, readStories, violationsOf } from './invariants.ts';
import { accountState } from './scenario/accounts.ts';
import { SeededRandom } from './scenario/random.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const capOfDay = 1_000_000_000;
const wanted = Number(values.kills);
const random = new SeededRandom(Number(values.seed));
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'hoga-kill-'));
const print = (text: string): void => void process.stdout.write(`${text}\n`);
/** Real time: here, and nowhere else in the tests, because the processes are real. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The venue outlives every bot, as KIS does. */
async function startVenue(): Promise<{ readonly process: ChildProcess; readonly rest: string; readonly ws: string }> {
  const venue = run(['simulator', '--rest-port', '0', '--ws-port', '0', '--speed', '0']);
  if (venue.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: venue.stdout })) {
    return { process: venue, ...(JSON.parse(line) as { rest: string; ws: string }) };
  }
  throw new Error('the simulator did not start');
}

const venue = await startVenue();
const door = async (path: string, body: unknown): Promise<void> => {
  await fetch(`${venue.rest}/__sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
};
const look = async (): Promise<SimulatorState> =>
  (await (await fetch(`${venue.rest}/__sim/state`)).json()) as SimulatorState;

let output = '';
let errors = '';

/** Resolves when the bot that was started last has said that it is there, or has ended. */
function hasSpoken(bot: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    bot.once('exit', () => resolve());
    bot.stdout?.once('data', () => resolve());
  });
}

function startBot(): ChildProcess {
  const bot = run([], {
    KIS_ENV: 'simulator',
    KIS_REST_URL: venue.rest,
    KIS_WS_URL: venue.ws,
    STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
    HOGA_MAX_DAILY_KRW: String(capOfDay),
    LOG_LEVEL: 'warn',
  });
  bot.stdout?.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  bot.stderr?.on('data', (chunk: Buffer) => {
    errors += String(chunk);
  });
  // A line that is typed as the process dies has nobody to read it.
  bot.stdin?.on('error', () => undefined);
  return bot;
}

/** What somebody types in one life of the bot; every line waits for the answer to the one before. */
function trade(bot: ChildProcess): void {
  for (let orders = random.between(1, 3); orders > 0; orders -= 1) {
    const [side, price] = random.pick([
      ['buy', 69_700],
      ['buy', 70_300],
      ['buy', 69_800],
      ['sell', 70_300],
    ] as const);
    bot.stdin?.write(`/${side} 005930 ${random.between(1, 3)} ${price}\n1\n`);
  }
  if (random.chance(0.2)) bot.stdin?.write('/cancel all\n1\n');
}

async function stirVenue(): Promise<void> {
  if (random.chance(0.4)) {
    const fault = random.pick([
      { on: 'order', fault: 'cut', when: 'after' },
      { on: 'order', fault: 'cut', when: 'before' },
      { on: 'order', fault: 'delay', when: 'after', ms: 400 },
      { on: 'order', fault: 'http', status: 502, when: 'after' },
    ] as const);
    await door('faults', [fault]);
  }
  if (random.chance(0.3)) await door('faults', { executionsLagMs: random.between(0, 3_000) });
  if (random.chance(0.3)) await door('faults', { notices: { drop: random.between(0, 2) } });
  if (random.chance(0.5)) {
    const resting = (await look()).orders.filter(({ remaining }) => remaining > 0);
    const order = random.pick(resting);
    if (order !== undefined) {
      const side = order.side === 'buy' ? 'sell' : 'buy';
      await door('trade', { symbol: order.symbol, side, quantity: 1, price: order.price });
    }
  }
}

const beganAt = performance.now();
for (let kills = 0; kills < wanted; kills += 1) {
  const bot = startBot();
  const died = new Promise<void>((resolve) => bot.once('exit', () => resolve()));
  trade(bot);
  // Some die while they start, most while they trade.
  if (random.chance(0.15)) await pause(random.between(100, 900));
  else {
    await hasSpoken(bot);
    await pause(random.between(0, 500));
    await stirVenue();
    await pause(random.between(0, 1_200));
  }
  bot.kill('SIGKILL');
  await died;
  if ((kills + 1) % 20 === 0)
    print(`${kills + 1} of ${wanted} killed, ${(await look()).orders.length} orders at the venue`);
}

print('the last one lives, until what it can know is known');
await fetch(`${venue.rest}/__sim/faults`, { method: 'DELETE' });
const last = startBot();
await pause(50_000);
last.kill('SIGTERM');
await new Promise<void>((resolve) => last.once('exit', () => resolve()));

const state = await look();
const ledger = await openLedger({ url: `sqlite:${join(folder, 'hoga-simulator.db')}` });
const timelines = await readStories(ledger, mainAccount, koreanDay(state.clock.now));
const pending = await ledger.outboxPending();
const violations: string[] = [
  ...violationsOf({
    state: accountState({ number: '50000000-01' }, state),
    elsewhere: new Set(),
    holdings: [],
    timelines,
    texts: output.split(/\n\n|(?=^\[)/m).map((text) => text.trim()),
    mayRepeat: wanted,
    caps: { order: 5_000_000, day: capOfDay },
  }),
];
if (pending > 0) violations.push(`${pending} messages were never shown`);
await ledger.close();
venue.process.kill();

const bugs = errors.split('\n').filter((line) => line.includes('"level":50') && !/order answer/.test(line));
for (const line of new Set(bugs)) print(`log: ${line.slice(0, 300)}`);
for (const violation of violations) print(`VIOLATION: ${violation}`);
const { intents, unknown, settled, asked } = countUnknown(timelines);
const seconds = Math.round((performance.now() - beganAt) / 1_000);
print(`${wanted} kills, ${state.orders.length} orders at the venue, ${intents} intents, ${state.fills.length} fills`);
print(`${unknown} unknown outcomes, ${settled} settled without a person, ${asked} asked`);
print(`${violations.length} violations, ${seconds} s`);
if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
else print(`the files are in ${folder}`);
process.exitCode = violations.length === 0 ? 0 : 1;
