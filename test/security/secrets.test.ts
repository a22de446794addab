import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { JumpClock } from '../support/clock.ts';
import { Gateway } from '../support/kis/gateway.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram/telegram.ts';

// The process itself with settings nobody else has, through everything that can go wrong; then whatever it wrote,
// wherever it wrote it, is searched for them.
const entry = resolve(import.meta.dirname, '../../src/preflight.js');
const owner = 111;
const waitMs = 20_000;
const canaries = {
  appKey: `PS${randomBytes(17).toString('hex')}`,
  // KIS's secrets are base64, with what means something else in a URL.
  appSecret: `${randomBytes(120).toString('base64')}+/=`,
  account: String(randomInt(20_000_000, 99_999_999)),
  botToken: `${randomInt(1e9, 9e9)}:AA${randomBytes(24).toString('base64url')}`,
  discordToken: randomBytes(40).toString('hex'),
};

let folder: string;
let data: string;
let clock: JumpClock;
let simulator: Simulator;
let gateway: Gateway;
let telegram: TelegramStandIn;
let running: Bot[];

/** The bot as a process, and all it has written to its terminal. */
interface Bot {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What went to stderr. */
  logged(): string;
  /** That and what went to stdout. */
  written(): string;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-secrets-'));
  data = join(folder, 'data');
  mkdirSync(data);
  clock = new JumpClock();
  simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, account: canaries.account });
  gateway = await new Gateway(simulator.restUrl).start();
  telegram = await startTelegram(clock, canaries.botToken);
  running = [];
  writeFileSync(join(folder, 'inside.mjs'), inside(clock.now() - Date.now()));
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  await telegram.stop();
  await gateway.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs in the bot's process before it: sets the simulator's time, and does on a signal what no bug of today does. */
function inside(shiftMs: number): string {
  return `
    import { readFileSync } from 'node:fs';
    const machine = Date.now;
    Date.now = () => machine() + ${shiftMs};
    process.on('SIGUSR2', () => {
      const { how, text } = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'todo.json'))}, 'utf8'));
      const error = new Error('lost ' + text, { cause: Object.assign(new TypeError(text), { context: { text } }) });
      if (how === 'report') {
        process.report.excludeNetwork = true;
        process.report.writeReport(${JSON.stringify(join(data, 'report.json'))});
      } else if (how === 'warning') process.emitWarning(text, 'DeprecationWarning');
      else if (how === 'rejection') void Promise.reject(error);
      else setImmediate(() => { throw error; });
    });
  `;
}

function hoga(args: readonly string[], env: Readonly<Record<string, string>> = {}): Bot {
  const child = spawn(process.execPath, ['--import', pathToFileURL(join(folder, 'inside.mjs')).href, entry, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      KIS_ENV: 'live',
      KIS_APP_KEY: canaries.appKey,
      KIS_APP_SECRET: canaries.appSecret,
      KIS_ACCOUNT: `${canaries.account}-01`,
      KIS_HTS_ID: 'hogasim',
      KIS_REST_URL: gateway.url,
      KIS_WS_URL: simulator.wsUrl,
      KIS_CALLS_PER_SECOND: '1000',
      TELEGRAM_BOT_TOKEN: canaries.botToken,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      HOGA_OWNERS: `telegram:${owner}`,
      // Nobody is there: what is told to the channel fails, with its address.
      DISCORD_WEBHOOK_URL: `http://127.0.0.1:9/api/webhooks/123456789012345678/${canaries.discordToken}`,
      STORE_URL: 'sqlite:data/hoga.db',
      LOG_LEVEL: 'trace',
      ...env,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  child.stdin.end();
  const bot = {
    child,
    ended: new Promise<number | null>((done) => child.once('close', done)),
    logged: () => err,
    written: () => `${out}${err}`,
  };
  running.push(bot);
  return bot;
}

/** A process of its own takes longer than what `eventually` is for. */
async function until(what: string, holds: () => unknown): Promise<void> {
  const end = Date.now() + waitMs;
  while (!holds()) {
    if (Date.now() > end) {
      const chat = telegram.messages(owner).map(({ text }) => text);
      throw new Error([`never happened: ${what}`, ...running.map(({ written }) => written()), ...chat].join('\n---\n'));
    }
    await new Promise((later) => setTimeout(later, 10));
  }
}
const logged = (bot: Bot, text: string): Promise<void> => until(`'${text}' logged`, () => bot.logged().includes(text));
const told = (text: string): Promise<void> =>
  until(`'${text}' told`, () => telegram.messages(owner).some((message) => message.text.includes(text)));

/** Has something happen in the process that speaks of every secret there is. */
function happen(bot: Bot, how: 'report' | 'warning' | 'rejection' | 'exception'): void {
  const text = Object.values(secrets())
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .join(' ');
  writeFileSync(
    join(folder, 'todo.json'),
    JSON.stringify({ how, text: `${text} https://x/bot${canaries.botToken}/y` }),
  );
  bot.child.kill('SIGUSR2');
}

/** By name: what was set, and what the simulator issued. */
function secrets(): Readonly<Record<string, string>> {
  const { accessToken, approvalKeys } = gateway.issued;
  return {
    ...canaries,
    wholeAccount: `${canaries.account}01`,
    writtenAccount: `${canaries.account}-01`,
    ...(accessToken === '' ? {} : { accessToken }),
    ...Object.fromEntries(approvalKeys.map((key, index) => [`approvalKey${index}`, key])),
  };
}

/**
 * Every way in which a secret could stand in a text, also where that was cut short. Of base64 the middle, which its
 * neighbours do not change.
 */
function forms(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const inBase64 =
    secret.length < 20
      ? [Buffer.from(secret).toString('base64').replace(/=+$/, '')]
      : [0, 1, 2].map((before) =>
          Buffer.from(`${'x'.repeat(before)}${secret}`)
            .toString('base64')
            .slice(4, -4),
        );
  const inJson = JSON.stringify(secret).slice(1, -1);
  const start = secret.slice(0, 16);
  return [
    ...new Set([secret, start, inJson, encoded, encoded.replaceAll(/%../g, (part) => part.toLowerCase()), ...inBase64]),
  ];
}

/** Which secrets can be found in a text, by name. */
function found(text: string, but: readonly string[] = []): readonly string[] {
  return Object.entries(secrets())
    .filter(([name, secret]) => !but.includes(name) && forms(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** The files the bot keeps, as text. */
function files(): readonly { readonly name: string; readonly text: string; readonly mode: string }[] {
  return readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => ({
    name,
    text: readFileSync(join(data, name)).toString('latin1'),
    mode: (statSync(join(data, name)).mode & 0o777).toString(8),
  }));
}

/** Looks everywhere. The cache alone may hold the access token, and with it, as part of it, the app key. */
function expectNothingSeen(): void {
  for (const bot of running) expect(found(bot.written())).toEqual([]);
  expect(found(JSON.stringify(telegram.requests.map(({ body }) => body)))).toEqual([]);
  for (const { name, text, mode } of files()) {
    const { accessToken } = gateway.issued;
    const isCache = name.startsWith('hoga-cache.db');
    const kept = isCache && accessToken !== '' ? text.replaceAll(accessToken, '') : text;
    expect([name, found(kept)]).toEqual([name, []]);
    if (name !== 'report.json') expect([name, mode]).toEqual([name, '600']);
  }
}

/** Lines of JSON, every one: nothing but the log writes to stderr, and Node where it was asked for a report. */
function expectLogOnly(bot: Bot): void {
  const lines = bot.logged().split('\n');
  for (const line of lines.filter((text) => text !== '' && !/Node\.js report/.test(text))) {
    expect(() => JSON.parse(line), line).not.toThrow();
  }
}

describe('nothing that is secret is written anywhere', () => {
  test('through a day of failures, and a crash', async () => {
    const bot = hoga([]);
    await told('시작했습니다');
    await until('an approval key', () => gateway.issued.approvalKeys.length > 0);

    // KIS: answers lost, cut, half, no JSON, and in words that repeat what was sent.
    telegram.say(owner, '/balance');
    await told('예수금');
    simulator.setFaults([{ on: 'inquire-price', fault: 'cut', when: 'before' }]);
    simulator.setFaults([{ on: 'inquire-price', fault: 'malformed' }]);
    simulator.setFaults([{ on: 'inquire-price', fault: 'http', status: 502, body: `<p>${canaries.appSecret}</p>` }]);
    telegram.say(owner, '/price 005930');
    await told('70,000원');
    expect(bot.logged().match(/read repeated/g)?.length).toBeGreaterThanOrEqual(3);
    gateway.repeats = 'read';
    telegram.say(owner, '/price 000660');
    await told('[redacted]');
    gateway.repeats = undefined;
    // What somebody typed themselves is not said back either.
    telegram.say(owner, `/price ${canaries.botToken}`);
    await told("'[redacted]…'");
    telegram.say(owner, '/buy 005930 1 60000');
    await told('주문표');
    gateway.repeats = 'order';
    telegram.press(owner, '확인');
    await until('a refused order', () => telegram.messages(owner).some(({ text }) => /거부[\s\S]*redacted/.test(text)));
    gateway.repeats = undefined;
    const ticketsBefore = telegram.messages(owner).length;
    telegram.say(owner, '/buy 005930 2 60000');
    await until('another ticket', () => telegram.messages(owner).length > ticketsBefore);
    simulator.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
    telegram.press(owner, '확인');
    await logged(bot, 'order answer lost');
    const keys = gateway.issued.approvalKeys.length;
    simulator.setFaults({ dropSockets: true });
    await until('another approval key', () => gateway.issued.approvalKeys.length > keys);

    // Telegram: refusals that quote the URL, and no answer at all.
    const quoting = `https://api.telegram.org/bot${canaries.botToken}/sendMessage and ${encodeURIComponent(canaries.botToken)}`;
    telegram.fail('sendMessage', { status: 401, description: `Unauthorized: ${quoting}` });
    telegram.fail('getUpdates', { status: 429, description: `Too Many Requests: ${quoting}`, retryAfter: 1 });
    telegram.say(owner, '/help');
    await logged(bot, 'telegram 401');
    await logged(bot, 'telegram 429');
    telegram.fail('sendMessage', { status: 404, description: `Not Found: /bot${canaries.botToken}/sendMessage` });
    telegram.say(owner, '/help');
    await logged(bot, 'telegram 404');
    telegram.fail('sendMessage', { status: 400, description: `Bad Request: ${quoting}` });
    telegram.fail('getUpdates', { page: `<p>${quoting}</p>` });
    telegram.say(owner, '/help');
    await logged(bot, 'telegram 400');
    await telegram.stop();
    await logged(bot, 'ECONNREFUSED');

    happen(bot, 'report');
    await until('a report', () => files().some(({ name, text }) => name === 'report.json' && text.endsWith('}\n')));
    happen(bot, 'warning');
    await logged(bot, 'warning from Node');
    expectNothingSeen();
    happen(bot, 'exception');
    expect(await bot.ended).toBe(1);
    const last = bot.logged().trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({
      msg: 'crashed',
      error: { message: expect.stringContaining('[redacted]') },
    });
    expectLogOnly(bot);
    expectNothingSeen();

    // What was looked for was there to be found.
    expect(gateway.repeated).toBeGreaterThanOrEqual(2);
    const kept = files();
    const textOf = (part: string): string =>
      kept
        .filter(({ name }) => name.startsWith(part))
        .map(({ text }) => text)
        .join();
    expect(found(textOf('hoga-cache.db'))).toEqual(['appKey', 'accessToken']);
    expect(textOf('hoga.db').match(/telegram 40[014]: [^"]*\[redacted\]/g)?.length).toBeGreaterThanOrEqual(3);
  }, 60_000);

  test('with a key that is refused: the bot and its crash, one question, and the check-up', async () => {
    gateway.repeats = 'token';
    // A rejection is no reason to go on, whatever Node was told about them.
    const bot = hoga([], { NODE_OPTIONS: '--unhandled-rejections=warn' });
    await logged(bot, 'approval key refused');
    telegram.say(owner, '/balance');
    await told('[redacted]');
    happen(bot, 'rejection');
    expect(await bot.ended).toBe(1);
    expect(bot.logged()).toMatch(/"msg":"crashed"}\n$/);
    expectLogOnly(bot);

    const question = hoga(['exec', '/balance']);
    expect(await question.ended).toBe(1);
    expect(question.written()).toContain('[redacted]');

    telegram.fail('getMe', { status: 401, description: `Unauthorized: /bot${canaries.botToken}/getMe` });
    const doctor = hoga(['doctor']);
    expect(await doctor.ended).toBe(1);
    expect(doctor.written()).toMatch(/telegram 401: Unauthorized: \/bot\[redacted\]\/getMe/);
    expectNothingSeen();
  }, 60_000);

  test('with settings that are wrong', async () => {
    const { appKey, appSecret, account, botToken } = canaries;
    const attempts = [
      hoga([], { HOGA_OWNERS: botToken, KIS_ENV: appKey, LOG_LEVEL: appSecret }),
      hoga([], { HOGA_OWNERS: account, TELEGRAM_BOT_TOKEN: 'x', KIS_REST_URL: `not a url ${appKey}` }),
      hoga(['exec', '/price'], { STORE_URL: `sqlite:/proc/${appKey}/hoga.db` }),
      hoga(['--rest-port', appSecret, 'simulator']),
      hoga([`--${appKey}`]),
    ];
    for (const attempt of attempts) expect([await attempt.ended, attempt.written()]).toEqual([2, expect.any(String)]);
    const [identity, short, store, , option] = attempts.map((attempt) => attempt.written());
    expect(identity).toContain(`HOGA_OWNERS: ${botToken.length}자짜리 항목`);
    for (const written of [short, store, option]) expect(written).toContain('[redacted]');
    expectNothingSeen();
  }, 60_000);
});
