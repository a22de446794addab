import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { destinationOf, type ExecTarget, type ExitCode, runExec } from '../../../src/exec.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { WebhookStandIn } from '../../support/discord/webhook.ts';
import { startTelegram } from '../../support/telegram/telegram.ts';

// `npm start -- exec "/digest" --to …`, as a schedule elsewhere runs it, against stand-ins of the platforms.
const webhook = '100000000000000001';
let clock: JumpClock;
let simulator: Simulator;
let discord: WebhookStandIn;
beforeEach(async () => {
  discord = await new WebhookStandIn().start();
  await at('2026-11-30T15:50:00');
});
afterEach(async () => {
  await simulator.stop();
  await discord.stop();
  expect(discord.violations).toEqual([]);
});

async function at(moment: string): Promise<void> {
  await simulator?.stop();
  clock = new JumpClock(Date.parse(`${moment}+09:00`));
  simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, hours: 'live' });
}

const configOf = (env: Environ) => {
  const read = readConfig({
    KIS_ENV: 'simulator',
    KIS_REST_URL: simulator.restUrl,
    KIS_WS_URL: simulator.wsUrl,
    STORE_URL: 'sqlite:/nowhere/hoga.db',
    ...env,
  });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return { ...read.config, store: { ledger: ':memory:', cache: ':memory:' } };
};

interface Outcome {
  readonly code: ExitCode | 'usage';
  readonly out: string;
}

async function exec(line: string, to: ExecTarget, env: Environ, json = false): Promise<Outcome> {
  const config = configOf(env);
  const destination = destinationOf(config, to);
  if ('problem' in destination) return { code: 'usage', out: destination.problem };
  const redactor = createRedactor(config.secrets);
  const log = createLog({ level: 'silent', redactor });
  const { telegram } = config;
  const channel =
    to === 'webhook' || telegram === undefined
      ? new DiscordWebhookChannel({ webhooks: config.webhooks, clock })
      : new TelegramChannel({ ...telegram, commands, words: ko, clock, log });
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const running = runExec({
    config,
    commands,
    clock,
    log,
    redactor,
    version: '0.0.0-test',
    self: 'test:1',
    random: () => 0.5,
    newId: () => 'id',
    line,
    json,
    output,
    errors,
    to: { destination, channel },
  });
  let code: ExitCode | undefined;
  void running.then((ended) => {
    code = ended;
  });
  await eventually('the end', async () => {
    if (code === undefined) await clock.advance(1_000);
    return code !== undefined;
  });
  return { code: await running, out: `${output.read() ?? ''}${errors.read() ?? ''}` };
}

describe('--to webhook', () => {
  const env = (): Environ => ({ DISCORD_WEBHOOK_URL: discord.url(webhook) });

  test('the report goes to the channel with its picture and without the account; the log of the CI holds none of it', async () => {
    const { code, out } = await exec('/digest 마감 삼성전자 카카오', 'webhook', env());
    expect([code, out]).toEqual([0, '웹훅 채널로 보냈습니다.\n']);
    expect(discord.messages).toMatchObject([
      { text: expect.stringMatching(/마감 요약[\s\S]*코스피[\s\S]*삼성전자/), files: ['digest-20261130.png'] },
    ]);
    expect(discord.texts(webhook)[0]).not.toMatch(/자산|체결/);
  });

  test('with fills among its kinds it has the account', async () => {
    await exec('/digest', 'webhook', { ...env(), DISCORD_WEBHOOK_KINDS: 'reports,fills' });
    expect(discord.texts(webhook)[0]).toMatch(/자산 [\d,]+원/);
  });

  test('what is an account’s alone is not sent where others read: 2', async () => {
    const { code, out } = await exec('/balance', 'webhook', env());
    expect([code, out, discord.messages]).toEqual([2, expect.stringContaining('--to telegram'), []]);
  });

  test('any look goes there, on one line of JSON where that is asked for', async () => {
    const { code, out } = await exec('/price 삼성전자', 'webhook', env(), true);
    expect([code, JSON.parse(out)]).toMatchObject([0, { ok: true, sent: true }]);
    expect(discord.texts(webhook)[0]).toContain('삼성전자');
  });

  test('a holiday: nothing is sent, and the run is a good one', async () => {
    await at('2026-12-25T15:50:00');
    const { code, out } = await exec('/digest', 'webhook', env());
    expect([code, out, discord.messages]).toEqual([0, expect.stringContaining('보내지 않았습니다'), []]);
  });

  test('what failed is not posted: 1; what was asked wrongly: 2; an order is refused: 1', async () => {
    simulator.setFaults({ rules: [{ on: 'read', fault: 'http', status: 502, times: 1_000 }] });
    expect(await exec('/price 005930', 'webhook', env())).toMatchObject({ code: 1 });
    simulator.clearFaults();
    expect(await exec('/price 없는종목', 'webhook', env())).toMatchObject({ code: 2 });
    expect(await exec('/buy 005930 1', 'webhook', env())).toMatchObject({ code: 1 });
    expect(await exec('/digest on', 'webhook', env())).toMatchObject({
      code: 1,
      out: expect.stringContaining('조회만'),
    });
    expect(discord.messages).toEqual([]);
  });

  test('Discord that refuses at first is tried again, and one that goes on refusing is a failure without its URL', async () => {
    discord.refusals.push({ status: 502 });
    expect(await exec('/price 005930', 'webhook', env())).toMatchObject({ code: 0 });
    discord.refusals.push({ status: 502 }, { status: 502 }, { status: 502 });
    const { code, out } = await exec('/price 005930', 'webhook', env());
    expect([code, out]).toEqual([1, expect.stringContaining('보내지 못했습니다')]);
    expect(out).not.toContain('token-of');
  });

  test.each([
    [{}, 'DISCORD_WEBHOOK_URL'],
    [{ DISCORD_WEBHOOK_KINDS: 'alerts' }, 'DISCORD_WEBHOOK_KINDS'],
  ])('a setting that is missing (%j) is named', async (missing, named) => {
    const set = Object.keys(missing).length === 0 ? {} : env();
    expect(await exec('/digest', 'webhook', { ...set, ...missing })).toMatchObject({
      code: 'usage',
      out: expect.stringContaining(named),
    });
  });
});

describe('--to telegram', () => {
  test('the owner gets it in their own chat, with the account, and nothing else is asked of Telegram', async () => {
    const telegram = await startTelegram(clock);
    const { token, apiRoot } = telegram;
    const env = { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, HOGA_OWNERS: 'telegram:111' };
    const { code, out } = await exec('/digest', 'telegram', env);
    expect([code, out]).toEqual([0, '텔레그램으로 보냈습니다.\n']);
    const texts = telegram.messages(111).map(({ text }) => text);
    expect(texts.join('\n')).toMatch(/마감 요약[\s\S]*자산 [\d,]+원/);
    // A bot with the same token may be running: its updates are not taken from it.
    expect(telegram.requests.map(({ method }) => method)).not.toContain('getUpdates');
    expect(telegram.violations).toEqual([]);
    await telegram.stop();
  });

  test.each([
    [{}, 'TELEGRAM_BOT_TOKEN'],
    [{ TELEGRAM_BOT_TOKEN: `123:${'a'.repeat(35)}` }, 'HOGA_OWNERS'],
  ])('a setting that is missing (%j) is named', async (env, named) => {
    expect(await exec('/digest', 'telegram', env)).toMatchObject({
      code: 'usage',
      out: expect.stringContaining(named),
    });
  });
});
