import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { koreanDay } from '../../src/clock.ts';
import type { SimulatorState } from '../../src/simulator/control/state.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { findPostgres, startPostgres, type TestServer } from '../support/postgres/server.ts';
import { alikeInBoth, numbersInBoth, toldOfNobodys } from './accounts-apart.ts';
import { countUnknown, type Facts, readStories, violationsOf } from './invariants.ts';
import { accountState, textsAbout } from './scenario/accounts.ts';
import { SeededRandom } from './scenario/random.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    /** `postgres`: several processes over one server, of which one after the other is killed or held up. */
    store: { type: 'string', default: 'sqlite' },
    processes: { type: 'string', default: '3' },
  },
});
const onPostgres = values.store === 'postgres';
const capOfDay = 1_000_000_000;
/** The simulator opens these, and the bot takes them where the settings name no others. */
const accounts = [
  { name: 'main', title: '주계좌', number: '50000000-01' },
  { name: 'second', title: '연습', number: '50000001-01' },
] as const;
/** App keys of their own, so that two processes can carry one each. */
const appKeyOf = (position: number): string => `PS${String(position).padStart(34, 'k')}`;
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
  const opened = accounts.map(({ number }) => number).join(',');
  const venue = run(['simulator', '--rest-port', '0', '--ws-port', '0', '--speed', '0', '--accounts', opened]);
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

let takeOvers = 0;
/** Ends that nobody asked for. */
const crashes: string[] = [];
let output = '';
let errors = '';

/** Resolves when the bot that was started last has said that it is there, or has ended. */
function hasSpoken(bot: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    bot.once('exit', () => resolve());
    bot.stdout?.once('data', () => resolve());
  });
}

function settingsOf({ name, title, number }: (typeof accounts)[number], position: number): NodeJS.ProcessEnv {
  const settings = { ENV: 'simulator', REST_URL: venue.rest, WS_URL: venue.ws, TITLE: title };
  const keys = { APP_KEY: appKeyOf(position), APP_SECRET: 's'.repeat(180), ACCOUNT: number };
  const own = onPostgres ? { ...settings, ...keys } : settings;
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => {
      const isMains = key === 'ACCOUNT' && name === 'main';
      return [isMains ? 'KIS_ACCOUNT' : `KIS_${name.toUpperCase()}_${key}`, value];
    }),
  );
}

const postgres = onPostgres ? await startServer() : undefined;
const storeUrl = postgres?.url('postgres') ?? `sqlite:${join(folder, 'hoga.db')}`;

async function startServer(): Promise<TestServer> {
  const programs = findPostgres();
  if (programs === undefined) throw new Error('there is no PostgreSQL here: apt-get install postgresql');
  return startPostgres(programs);
}

/** The process that has the terminal, of several: what is typed to another one waits there. */
let atTerminal: ChildProcess | undefined;

function startBot(): ChildProcess {
  const bot = run([], {
    HOGA_ACCOUNTS: accounts.map(({ name }) => name).join(','),
    ...Object.assign({}, ...accounts.map(settingsOf)),
    STORE_URL: storeUrl,
    HOGA_MAX_DAILY_KRW: String(capOfDay),
    LOG_LEVEL: onPostgres ? 'info' : 'warn',
  });
  bot.stdout?.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  bot.stderr?.on('data', (chunk: Buffer) => {
    errors += String(chunk);
    if (/"duty":"chat:console"[^\n]*"duty taken"/.test(String(chunk))) {
      atTerminal = bot;
      takeOvers += 1;
    }
  });
  bot.once('exit', (code) => {
    if (code !== null && code !== 0) crashes.push(`a process ended by itself with ${code}`);
  });
  // A line that is typed as the process dies has nobody to read it.
  bot.stdin?.on('error', () => undefined);
  return bot;
}

/** What picks an account for a line: its name in it, or the terminal's choice of it in a line before. */
function inSome(line: string): string {
  const { name } = random.pick(accounts);
  return random.chance(0.7) ? `${line} @${name}\n` : `/account ${name}\n${line}\n`;
}

/**
 * What somebody types in one life of the bot, for both accounts and often alike; every line waits for the answer to the
 * one before.
 */
function trade(bot: ChildProcess): void {
  for (let orders = random.between(1, 3); orders > 0; orders -= 1) {
    const [side, price] = random.pick([
      ['buy', 69_700],
      ['buy', 70_300],
      ['buy', 69_800],
      ['sell', 70_300],
    ] as const);
    bot.stdin?.write(`${inSome(`/${side} 005930 ${random.between(1, 3)} ${price}`)}1\n`);
  }
  if (random.chance(0.2)) bot.stdin?.write(`${inSome('/cancel all')}1\n`);
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

/** One process at a time: each dies, and the next one finds what it left. */
async function killOneAfterTheOther(): Promise<void> {
  for (let kills = 0; kills < wanted; kills += 1) {
    const bot = startBot();
    const died = exitOf(bot);
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
    await tellProgress(kills + 1);
  }
  print('the last one lives, until what it can know is known');
  await fetch(`${venue.rest}/__sim/faults`, { method: 'DELETE' });
  const last = startBot();
  await pause(50_000);
  await end(last);
}

/** Several at a time over one database: one after the other dies or is held up, and the others take over. */
async function killAmongOthers(): Promise<void> {
  const crew = Array.from({ length: Number(values.processes) }, startBot);
  const heldUp = new Map<ChildProcess, Promise<void>>();
  for (let kills = 0; kills < wanted; ) {
    const terminal = await whoeverIsAtTerminal(crew, heldUp);
    for (let orders = random.between(1, 3); orders > 0; orders -= 1) await order(terminal);
    await stirVenue();
    await pause(random.between(0, 800));
    const position = random.between(0, crew.length - 1);
    const victim = crew[position];
    if (victim === undefined || heldUp.has(victim)) continue;
    if (random.chance(0.25) && heldUp.size === 0) {
      // Longer than its leases run: when it goes on, others carry what was its own.
      victim.kill('SIGSTOP');
      const goesOn = pause(random.between(7_000, 12_000)).then(() => {
        victim.kill('SIGCONT');
        heldUp.delete(victim);
      });
      heldUp.set(victim, goesOn);
      pauses += 1;
      continue;
    }
    const died = exitOf(victim);
    victim.kill('SIGKILL');
    await died;
    kills += 1;
    crew[position] = startBot();
    await tellProgress(kills);
  }
  await Promise.all(heldUp.values());
  print('they live, until what they can know is known');
  await fetch(`${venue.rest}/__sim/faults`, { method: 'DELETE' });
  await pause(60_000);
  for (const bot of crew.slice(1)) await end(bot);
  // What the others had still to say when they ended is said by the one that is left.
  await pause(15_000);
  for (const bot of crew.slice(0, 1)) await end(bot);
}

/** Orders one thing, and confirms it when the ticket is there: what another process answers comes when it comes. */
async function order(terminal: ChildProcess): Promise<void> {
  const line = random.chance(0.1)
    ? '/cancel all'
    : `/${random.pick(['buy', 'buy', 'buy', 'sell'] as const)} 005930 ${random.between(1, 3)} ${random.pick([69_700, 70_300, 69_800] as const)}`;
  const seen = output.length;
  terminal.stdin?.write(inSome(line));
  if (!(await says(seen, '[1] 확인', 4_000))) return;
  terminal.stdin?.write('1\n');
  // Some die before they have answered, and some after.
  if (random.chance(0.6)) await pause(random.between(0, 400));
  else await says(output.length, '\n', 1_500);
}

/** Whether something with this text was said after so many characters, within a time. */
async function says(after: number, text: string, mostMs: number): Promise<boolean> {
  const until = performance.now() + mostMs;
  while (!output.slice(after).includes(text)) {
    if (performance.now() > until) return false;
    await pause(10);
  }
  return true;
}

/** The process that reads what is typed. After a death another one does within ten seconds. */
async function whoeverIsAtTerminal(
  crew: readonly ChildProcess[],
  heldUp: ReadonlyMap<ChildProcess, unknown>,
): Promise<ChildProcess> {
  const since = performance.now();
  for (;;) {
    if (atTerminal !== undefined && crew.includes(atTerminal) && !heldUp.has(atTerminal)) return atTerminal;
    longestWithoutTerminalMs = Math.max(longestWithoutTerminalMs, performance.now() - since);
    if (performance.now() - since > 60_000) {
      writeFileSync(join(folder, 'log'), errors);
      throw new Error(`nobody took the terminal; the log is in ${folder}`);
    }
    await pause(50);
  }
}

function exitOf(bot: ChildProcess): Promise<void> {
  if (bot.exitCode !== null || bot.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => bot.once('exit', () => resolve()));
}

async function end(bot: ChildProcess): Promise<void> {
  const ended = exitOf(bot);
  bot.kill('SIGTERM');
  await ended;
}

let ordersBefore = 0;

async function tellProgress(kills: number): Promise<void> {
  if (kills % 20 !== 0) return;
  const { length } = (await look()).orders;
  print(`${kills} of ${wanted} killed, ${length} orders at the venue`);
  // Kills among which nothing is ordered prove nothing.
  if (length === ordersBefore) throw new Error('no order came through between twenty kills');
  ordersBefore = length;
}

const beganAt = performance.now();
let pauses = 0;
let longestWithoutTerminalMs = 0;
await (onPostgres ? killAmongOthers() : killOneAfterTheOther());

const state = await look();
const ledger = await openLedger(
  onPostgres ? { url: storeUrl, schema: 'hoga_simulator' } : { url: `sqlite:${join(folder, 'hoga-simulator.db')}` },
);
const texts = output.split(/\n\n|(?=^\[)/m).map((text) => text.trim());
const all: (Facts & { readonly account: (typeof accounts)[number] })[] = [];
for (const account of accounts) {
  all.push({
    account,
    state: accountState(account, state),
    elsewhere: new Set(),
    holdings: [],
    timelines: await readStories(ledger, account.name, koreanDay(state.clock.now)),
    texts: textsAbout(texts, account, accounts),
    mayRepeat: wanted,
    caps: { order: 5_000_000, day: capOfDay },
  });
}
const timelines = all.flatMap((facts) => facts.timelines);
const violations = all.flatMap((facts) => violationsOf(facts).map((text) => `${facts.account.name}: ${text}`));
// A message of several paragraphs names its account in the first of them.
violations.push(
  ...toldOfNobodys(
    all,
    texts.filter((text) => text.startsWith('[')),
  ),
);
for (const { id, account, proposalId } of timelines) {
  const ticket = await ledger.proposal(proposalId);
  if (ticket?.account !== account) violations.push(`intent ${id} is in ${account}, its ticket in ${ticket?.account}`);
}
violations.push(...crashes);
const pending = await ledger.outboxPending();
if (pending > 0) violations.push(`${pending} messages were never shown`);
for (const head of await ledger.outboxHeads()) print(`never shown: ${JSON.stringify(head)}`);
await ledger.close();
venue.process.kill();
await postgres?.stop();

const bugs = errors.split('\n').filter((line) => line.includes('"level":50') && !/order answer/.test(line));
for (const line of new Set(bugs)) print(`log: ${line.slice(0, 300)}`);
for (const violation of violations) print(`VIOLATION: ${violation}`);
const { intents, unknown, settled, asked } = countUnknown(timelines);
const seconds = Math.round((performance.now() - beganAt) / 1_000);
print(`${wanted} kills, ${state.orders.length} orders at the venue, ${intents} intents, ${state.fills.length} fills`);
print(
  `${numbersInBoth(all)} order numbers in both accounts, ${alikeInBoth(all).length} unknown with a like in the other`,
);
print(`${unknown} unknown outcomes, ${settled} settled without a person, ${asked} asked`);
if (onPostgres) {
  const longest = (longestWithoutTerminalMs / 1_000).toFixed(1);
  print(
    `${values.processes} processes, ${pauses} held up, terminal taken ${takeOvers} times, ${longest} s at most without`,
  );
}
print(`${violations.length} violations, ${seconds} s`);
if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
else {
  writeFileSync(join(folder, 'log'), errors);
  writeFileSync(join(folder, 'output'), output);
  print(`the files are in ${folder}`);
}
process.exitCode = violations.length === 0 ? 0 : 1;
