import { afterEach, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import { readConfig } from '../../../src/config.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { ownChatOf, startDiscord } from '../../support/discord/discord.ts';
import { WebhookStandIn } from '../../support/discord/webhook.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram } from '../../support/telegram/telegram.ts';

// The report of every few minutes: one message a day, which is edited in place on every channel that can.
const korea = (moment: string): number => Date.parse(`${moment}+09:00`);
let clock: JumpClock;
let bot: Harness;
afterEach(() => bot.stop());

async function startAt(moment: string, options: HarnessOptions = {}): Promise<void> {
  clock = new JumpClock(korea(moment));
  await start(options);
}
async function start(options: HarnessOptions): Promise<void> {
  bot = await startHarness({ clock, fewPings: true, ...options, simulator: { hours: 'live' } });
}
const goTo = (moment: string): Promise<void> => clock.advance(korea(moment) - clock.now());
async function minute(moment: string): Promise<void> {
  await goTo(moment);
  await bot.fire('monitors');
  await bot.settled();
}
const reports = (texts: readonly string[]): readonly string[] => texts.filter((text) => text.includes('5분 모니터'));

test('one message a day says every five minutes how the issues do, until the close and no longer', async () => {
  await startAt('2026-11-30T09:02:00');
  const first = await bot.say('/monitor 삼성전자 카카오 5분');
  expect(first).toMatch(/5분 모니터 · 09:02\n삼성전자 70,000 [\s\S]*카카오/);
  expect(first).toContain('장중 5분마다 이 메시지를 고칩니다.');
  await minute('2026-11-30T09:04:01');
  expect(bot.shown().at(-1)).toContain('09:02');
  bot.simulator.setPrice('005930', 70_700);
  await minute('2026-11-30T09:05:01');
  const [second, ...more] = reports(bot.shown());
  expect([second, more]).toEqual([
    expect.stringMatching(/09:05\n삼성전자 70,700 ▲700 \(\+1.00%\)\n.*\n {2}3분 \+1.00%/),
    [],
  ]);
  expect(second).toMatch(/거래량 \d+ \(평소 하루의 \d+%\)/);
  await minute('2026-11-30T10:31:01');
  expect(reports(bot.shown())).toEqual([expect.stringMatching(/10:31[\s\S]*외국인 \S+ · 기관/)]);
  await minute('2026-11-30T15:30:01');
  expect(reports(bot.shown())).toEqual([expect.stringContaining('장이 끝났습니다.')]);
  await minute('2026-11-30T15:35:01');
  expect(reports(bot.shown())).toEqual([expect.stringContaining('15:30')]);
  // The next day has a message of its own.
  await minute('2026-12-01T09:05:01');
  expect(reports(bot.shown())).toHaveLength(2);
  expect(await bot.say('/monitor off')).toContain('모니터를 껐습니다.');
  const before = bot.shown();
  await minute('2026-12-01T09:10:01');
  expect(bot.shown()).toEqual(before);
});

test('over a restart the same message goes on, and a minute is not told twice', async () => {
  const telegram = await telegramOf('2026-11-30T09:02:00');
  telegram.say(111, '/monitor 삼성전자 5분');
  await telegram.told(111, '09:02');
  await minute('2026-11-30T09:05:01');
  await telegram.told(111, '5분 모니터 · 09:05');
  const edits = (): number => telegram.messages(111).find(({ text }) => text.includes('5분 모니터'))?.edits ?? 0;
  const before = edits();
  await bot.restart();
  await bot.settled();
  await minute('2026-11-30T09:06:01');
  expect(edits()).toBe(before);
  await minute('2026-11-30T09:20:01');
  await telegram.told(111, '5분 모니터 · 09:20');
  // Missed minutes are not made up: the newest tells more.
  expect([edits(), telegram.messages(111).filter(({ text }) => text.includes('5분 모니터')).length]).toEqual([
    before + 1,
    1,
  ]);
  expect(telegram.violations).toEqual([]);
  await telegram.stop();
});

async function telegramOf(moment: string) {
  clock = new JumpClock(korea(moment));
  const telegram = await startTelegram(clock);
  const { token, apiRoot } = telegram;
  await start({
    env: { HOGA_OWNERS: 'telegram:111' },
    channels: ({ log }) => [
      new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
    ],
  });
  await telegram.told(111, '시작했습니다');
  return telegram;
}

test('on Telegram a message that was deleted is sent anew once, and that one is edited from then on', async () => {
  const telegram = await telegramOf('2026-11-30T09:02:00');
  telegram.say(111, '/monitor 삼성전자 5분');
  await telegram.told(111, '09:02');
  telegram.fail('editMessageText', { status: 400, description: 'Bad Request: message to edit not found' });
  await minute('2026-11-30T09:05:01');
  await telegram.told(111, '5분 모니터 · 09:05');
  await minute('2026-11-30T09:10:01');
  await telegram.told(111, '5분 모니터 · 09:10');
  const times = telegram.messages(111).flatMap(({ text }) => /5분 모니터 · (\d\d:\d\d)/.exec(text)?.[1] ?? []);
  expect(times).toEqual(['09:02', '09:10']);
  expect(telegram.violations).toEqual([]);
  await telegram.stop();
});

test('in a group that became a supergroup it goes on, and ends when it is told to', async () => {
  const telegram = await telegramOf('2026-11-30T09:02:00');
  telegram.say(111, '/monitor 삼성전자 5분', { chatId: -500 });
  await telegram.told(-500, '09:02');
  telegram.migrate(-500, -1001);
  await minute('2026-11-30T09:05:01');
  await telegram.told(-1001, '5분 모니터 · 09:05');
  await minute('2026-11-30T09:10:01');
  await telegram.told(-1001, '5분 모니터 · 09:10');
  telegram.say(111, '/monitor off', { chatId: -1001 });
  await telegram.told(-1001, '모니터를 껐습니다');
  const before = telegram.requests.length;
  await minute('2026-11-30T09:15:01');
  expect(telegram.requests.slice(before).filter(({ body }) => JSON.stringify(body).includes('09:15'))).toEqual([]);
  await telegram.stop();
});

test('on Discord it is one message of the bot’s own, edited', async () => {
  clock = new JumpClock(korea('2026-11-30T09:02:00'));
  const discord = await startDiscord(clock);
  const owner = '100000000000000111';
  const { token, apiRoot } = discord;
  await start({
    env: { HOGA_OWNERS: `discord:${owner}` },
    channels: ({ log }) => [
      new DiscordChannel({
        token: new Secret(token),
        apiRoot,
        commands,
        words: ko,
        clock,
        log,
        loginPacing: async () => ({ waitForIdentify: async () => undefined }),
      }),
    ],
  });
  await eventually('connected', () => discord.gateway.connected);
  const own = ownChatOf(owner);
  discord.slash(owner, 'monitor', { request: '삼성전자 5분' });
  await discord.told(own, '09:02');
  for (const time of ['09:05', '09:10', '09:15']) {
    await minute(`2026-11-30T${time}:01`);
    await discord.told(own, `5분 모니터 · ${time}`);
  }
  // The answer to the command, which Discord lets nobody edit for long, and the day's message.
  expect(discord.messages(own, owner).filter(({ text }) => text.includes('5분 모니터'))).toHaveLength(2);
  expect(discord.violations).toEqual([]);
  await discord.stop();
});

test('a webhook edits its own message; only an owner sends there', async () => {
  const webhook = '100000000000000001';
  const discord = await new WebhookStandIn().start();
  const env = { DISCORD_WEBHOOK_URL: discord.url(webhook), HOGA_VIEWERS: 'telegram:7' };
  const read = readConfig({ KIS_ENV: 'simulator', ...env });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const { webhooks } = read.config;
  await startAt('2026-11-30T09:02:00', { env, channels: () => [new DiscordWebhookChannel({ webhooks, clock })] });
  expect(await bot.say('/모니터 삼성전자 카카오 웹훅')).toContain('웹훅 채널에 장중 5분마다 알립니다.');
  await minute('2026-11-30T09:05:01');
  await minute('2026-11-30T09:10:01');
  expect(discord.messages).toMatchObject([{ text: expect.stringMatching(/09:10\n\*\*삼성전자\*\*/), edits: 1 }]);
  // Somebody deletes it.
  discord.messages.splice(0);
  await minute('2026-11-30T09:15:01');
  await minute('2026-11-30T09:20:01');
  expect(discord.messages).toMatchObject([{ text: expect.stringContaining('09:20'), edits: 1 }]);
  expect(await bot.say('/monitor off 웹훅')).toContain('모니터를 껐습니다.');
  await bot.hand({ kind: 'text', text: '/monitor 삼성전자 웹훅' }, 'telegram:7');
  expect(await bot.told('소유자만')).toContain('예: /digest on');
  expect(discord.violations).toEqual([]);
  await discord.stop();
});

test('a holiday has no report; what is asked wrongly is answered in one sentence with an example', async () => {
  await startAt('2026-12-25T09:02:00');
  await bot.say('/monitor 삼성전자');
  const before = bot.shown();
  await minute('2026-12-25T10:05:01');
  expect(bot.shown()).toEqual(before);
  expect(await bot.say('/monitor 삼성전자 7분')).toMatch(/7분.*예: \/monitor/);
  expect(await bot.say('/monitor 없는종목이름')).toContain('없는종목이름');
  expect(await bot.say('/monitor off')).toContain('껐습니다');
  expect(await bot.say('/monitor')).toContain('예: /monitor 삼성전자 카카오 5분');
});
