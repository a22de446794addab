import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import { DiscordChannel } from '../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import { DiscordWebhookChannel } from '../../src/channels/webhook/discord-webhook.ts';
import { type Environ, readConfig } from '../../src/config.ts';
import { ko } from '../../src/i18n/ko.ts';
import { setupWords } from '../../src/i18n/setup-words.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { parseEnvFile } from '../../src/settings/env-file.ts';
import { terminalAsking } from '../../src/setup/asking.ts';
import { SetupChecks } from '../../src/setup/checks.ts';
import { runSetup } from '../../src/setup/setup.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { JumpClock } from '../support/clock.ts';
import { type DiscordStandIn, startDiscord } from '../support/discord/discord.ts';
import { WebhookStandIn } from '../support/discord/webhook.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram/telegram.ts';
import { FakeTerminal, keys } from '../support/terminal.ts';

const text = setupWords.ko;
const secrets = { key: 'PSappKeyOfSetup0123', secret: 'shh+Secret/Of=Setup#0123', wrong: 'PSkeyThatIsWrong0' };
const account = '50000000-01';

let folder: string;
let path: string;
let clock: JumpClock;
let kis: Simulator;
let telegram: TelegramStandIn;
let discord: DiscordStandIn;
let webhook: WebhookStandIn;
let terminal: FakeTerminal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-setup-'));
  path = join(folder, '.env');
  clock = new JumpClock();
  [telegram, discord, webhook] = await Promise.all([
    startTelegram(clock),
    startDiscord(clock),
    new WebhookStandIn().start(),
  ]);
  terminal = new FakeTerminal();
});
afterEach(async () => {
  await Promise.all([kis.stop(), telegram.stop(), discord.stop(), webhook.stop()]);
  rmSync(folder, { recursive: true });
});

/** Begins to ask; what comes of it. */
async function begin(options: Partial<SimulatorOptions> = {}, shell: Environ = {}): Promise<boolean> {
  kis = await startSimulator({ clock, kind: 'paper', speed: 0, callsPerSecond: 1_000, ...options });
  return ask(shell);
}

function ask(shell: Environ = {}): Promise<boolean> {
  const redactor = createRedactor([]);
  const log = createLog({ level: 'silent', redactor });
  const checks = new SetupChecks({
    clock,
    log,
    redactor,
    random: () => 0.5,
    chats: async (config) => [
      ...(config.telegram ? [new TelegramChannel({ ...config.telegram, commands, words: ko, clock, log })] : []),
      ...(config.discord ? [new DiscordChannel({ ...config.discord, commands, words: ko, clock, log })] : []),
      ...(config.webhooks.length > 0 ? [new DiscordWebhookChannel({ webhooks: config.webhooks, clock })] : []),
    ],
  });
  return runSetup({
    ask: terminalAsking({ ...terminal, input: terminal.input, output: terminal.output, redact: redactor.redact }),
    checks,
    clock,
    redactor,
    path,
    template: readFileSync(resolve(import.meta.dirname, '../../.env.example'), 'utf8'),
    shell: {
      KIS_REST_URL: kis.restUrl,
      KIS_WS_URL: kis.wsUrl,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      DISCORD_API_ROOT: discord.apiRoot,
      STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
      ...shell,
    },
  });
}

const written = (): Readonly<Record<string, string>> => parseEnvFile(readFileSync(path)).variables;
const noChats = async (): Promise<void> => {
  await terminal.answer(text.telegram);
  await terminal.answer(text.discord);
  await terminal.answer(text.webhook);
};
/** Up to the keys of paper. */
const toKeys = async (): Promise<void> => {
  await terminal.answer('언어');
  await terminal.answer(text.venue.question, keys.down);
};

describe('npm start -- setup', () => {
  test('asks for all that is needed, checks each answer, and writes a file that starts', async () => {
    const done = begin();
    await toKeys();
    await terminal.refused(text.ask.KIS_APP_KEY, 'short', '8자 이상');
    await terminal.answer(text.ask.KIS_APP_KEY, secrets.key);
    await terminal.answer(text.ask.KIS_APP_SECRET, secrets.secret);
    await terminal.sees(text.good.keys);
    await terminal.refused(text.ask.KIS_ACCOUNT, '1234', '12345678-01');
    await terminal.answer(text.ask.KIS_ACCOUNT, account);
    await terminal.sees('계좌 5000****-01 · 총평가 10,000,000원');
    await terminal.answer(text.ask.KIS_HTS_ID, 'hogasim');
    await terminal.sees(text.good.fills);
    await terminal.answer(text.liveReads);
    await terminal.answer(text.telegram, keys.up);
    await terminal.answer(text.ask.TELEGRAM_BOT_TOKEN, telegram.token);
    await terminal.sees('봇에 연결됩니다');
    await terminal.answer(text.discord, keys.up);
    await terminal.answer(text.ask.DISCORD_BOT_TOKEN, discord.token);
    await terminal.sees('봇에 연결됩니다');
    await terminal.answer(text.webhook, keys.up);
    await terminal.refused(text.ask.DISCORD_WEBHOOK_URL, 'https://discord.com/channels/1/2', '웹훅 주소');
    await terminal.answer(text.ask.DISCORD_WEBHOOK_URL, webhook.url('123456789012345678'));
    await terminal.sees("웹훅 'Hoga 123456789012345678'에 연결됩니다");
    await terminal.answer(text.kinds.question, keys.down);
    expect(existsSync(path)).toBe(false);
    await terminal.answer(text.write(path));
    expect(await done).toBe(true);

    expect(written()).toEqual({
      HOGA_LANG: 'ko',
      KIS_ENV: 'paper',
      KIS_APP_KEY: secrets.key,
      KIS_APP_SECRET: secrets.secret,
      KIS_ACCOUNT: account,
      KIS_HTS_ID: 'hogasim',
      TELEGRAM_BOT_TOKEN: telegram.token,
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_WEBHOOK_URL: webhook.url('123456789012345678'),
      DISCORD_WEBHOOK_KINDS: 'alerts,reports,events',
    });
    expect(readConfig(written())).toHaveProperty('config');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // A new file explains every setting, and nothing else is left beside it.
    expect(readFileSync(path, 'utf8')).toContain('# From KIS Developers');
    expect(readdirSync(folder).filter((name) => name.startsWith('.env'))).toEqual(['.env']);
    for (const secret of [
      ...Object.values(secrets),
      account,
      '50000000',
      telegram.token,
      discord.token,
      'token-of-123456789012345678',
    ]) {
      expect(terminal.shown).not.toContain(secret);
    }
    expect(terminal.shown).toContain(text.pair);
    // The first start needs no other token, of which KIS tells the owner each time.
    expect(kis.state().requests.byTr['/oauth2/tokenP']).toBe(1);
    expect([telegram.violations, discord.violations]).toEqual([[], []]);
  }, 30_000);

  test.each([
    ['the language', async () => terminal.leave('언어')],
    ['the venue', () => terminal.answer('언어').then(() => terminal.leave(text.venue.question))],
    ['a key', () => toKeys().then(() => terminal.leave(text.ask.KIS_APP_KEY))],
    [
      'the end',
      async () => {
        await terminal.answer('언어');
        await terminal.answer(text.venue.question);
        await terminal.answer(text.rules.question);
        await noChats();
        await terminal.leave(text.write(path));
      },
    ],
    [
      'a no at the end',
      async () => {
        await terminal.answer('언어');
        await terminal.answer(text.venue.question);
        await terminal.answer(text.rules.question);
        await noChats();
        await terminal.answer(text.write(path), keys.down);
      },
    ],
  ])('stopped at %s, it has written nothing', async (_name, leave) => {
    const done = begin();
    await leave();
    expect(await done).toBe(false);
    await terminal.sees(text.stopped);
    expect(readdirSync(folder).filter((name) => name.startsWith('.env'))).toEqual([]);
  });

  test('what was there is kept: other settings, comments, and what Enter leaves', async () => {
    const before = `# mine\r\nHOGA_OWNERS=telegram:1\r\nexport KIS_ENV=paper\r\nKIS_APP_KEY="${secrets.key}"\r\nKIS_APP_SECRET=${secrets.key}old\r\nKIS_ACCOUNT=${account}\r\nKIS_HTS_ID=hogasim\r\nHOGA_MAX_ORDER_KRW=1,000,000`;
    writeFileSync(path, before);
    chmodSync(path, 0o644);
    const done = begin();
    await terminal.answer('언어');
    await terminal.answer(text.venue.question);
    await terminal.answer(`${text.ask.KIS_APP_KEY} (${text.keep})`);
    await terminal.answer(`${text.ask.KIS_APP_SECRET} (${text.keep})`, secrets.secret);
    await terminal.answer(`${text.ask.KIS_ACCOUNT} (${text.keep})`);
    await terminal.answer(text.ask.KIS_HTS_ID);
    await terminal.answer(text.liveReads);
    await noChats();
    await terminal.answer(text.write(path));
    expect(await done).toBe(true);
    const after = readFileSync(path, 'utf8');
    expect(after).toBe(
      `${before.replace(`KIS_APP_SECRET=${secrets.key}old`, `KIS_APP_SECRET='${secrets.secret}'`)}\r\nHOGA_LANG=ko\r\n`,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }, 30_000);

  test('a key that KIS does not know is said at once, and typed again, after the minute that KIS wants', async () => {
    const done = begin();
    await terminal.answer('언어');
    kis.setFaults([
      { on: 'oauth', fault: 'refuse', code: 'EGW00103', status: 403 },
      { on: 'oauth', fault: 'refuse', code: 'EGW00133', status: 403 },
    ]);
    await terminal.answer(text.venue.question, keys.down);
    await terminal.answer(text.ask.KIS_APP_KEY, secrets.wrong);
    await terminal.answer(text.ask.KIS_APP_SECRET, secrets.secret);
    await terminal.sees('KIS가 모르는 앱키입니다');
    await terminal.answer(text.failed.question);
    await terminal.answer(text.ask.KIS_APP_KEY, secrets.key);
    await terminal.answer(text.ask.KIS_APP_SECRET, secrets.secret);
    await terminal.sees('기다렸다가 확인합니다');
    await clock.advance(62_000);
    await terminal.sees(text.good.keys);
    await terminal.answer(text.ask.KIS_ACCOUNT, '50000009-01');
    await terminal.sees('이 키로 쓸 수 있는 계좌가 아닙니다');
    await terminal.answer(text.failed.question);
    await terminal.answer(text.ask.KIS_ACCOUNT, account);
    await terminal.sees('계좌 5000****-01');
    await terminal.answer(text.ask.KIS_HTS_ID, 'nobody');
    await terminal.sees('그런 HTS 아이디가 없습니다');
    await terminal.answer(text.failed.question);
    await terminal.answer(text.ask.KIS_HTS_ID, `${keys.clear}hogasim`);
    await terminal.sees(text.good.fills);
    await terminal.leave(text.liveReads);
    expect(await done).toBe(false);
    for (const secret of Object.values(secrets)) expect(terminal.shown).not.toContain(secret);
  }, 30_000);

  test('a bot token that the platform does not know is said, and can be left unchecked', async () => {
    const done = begin();
    await terminal.answer('언어');
    await terminal.answer(text.venue.question);
    await terminal.answer(text.rules.question, keys.down);
    await terminal.answer(text.telegram, keys.up);
    await terminal.answer(text.ask.TELEGRAM_BOT_TOKEN, '123456:wrong-token-wrong-token-wrong');
    await terminal.sees('받아 주지 않았습니다: telegram 401');
    await terminal.answer(text.failed.question, keys.down);
    await terminal.answer(text.discord);
    await terminal.answer(text.webhook);
    await terminal.answer(text.write(path));
    await done;
    expect(written()).toMatchObject({ KIS_ENV: 'simulator', HOGA_SIMULATOR: 'paper' });
  }, 30_000);

  test('from paper to live: what only paper has is put away, and live orders are asked for', async () => {
    const reads = `KIS_LIVE_APP_KEY=live-app-key\nKIS_LIVE_APP_SECRET=live-app-secret\n`;
    writeFileSync(path, `KIS_ENV=paper\nKIS_APP_KEY=${secrets.key}\nKIS_APP_SECRET=old-secret\n${reads}`);
    const done = begin({ kind: 'live' });
    await terminal.answer('언어', keys.down);
    const { en } = setupWords;
    await terminal.answer(en.venue.question, keys.down);
    await terminal.answer(en.ask.KIS_APP_KEY);
    await terminal.answer(en.ask.KIS_APP_SECRET);
    await terminal.answer(en.ask.KIS_ACCOUNT, account);
    await terminal.answer(en.ask.KIS_HTS_ID);
    await terminal.sees(en.noFills);
    await terminal.answer(en.liveTrading.question, keys.down);
    await terminal.answer(en.telegram);
    await terminal.answer(en.discord);
    await terminal.answer(en.webhook);
    await terminal.answer(en.write(path));
    expect(await done).toBe(true);
    expect(written()).toMatchObject({ HOGA_LANG: 'en', KIS_ENV: 'live', HOGA_LIVE_TRADING: 'daily' });
    expect(readFileSync(path, 'utf8')).toContain('# KIS_LIVE_APP_KEY=live-app-key');
  }, 30_000);

  test('what the shell says otherwise, and what else the file lacks, is said at the end', async () => {
    writeFileSync(path, 'HOGA_MAX_ORDER_KRW=much\n');
    const done = begin({}, { KIS_ENV: 'paper' });
    await terminal.answer('언어');
    await terminal.answer(text.venue.question, keys.up);
    await terminal.answer(text.rules.question);
    await noChats();
    await terminal.answer(text.write(path));
    expect(await done).toBe(false);
    await terminal.sees(text.shellWins('KIS_ENV'));
    await terminal.sees('HOGA_MAX_ORDER_KRW: 정수로');
  });
});
