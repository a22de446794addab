import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import {
  type DiscordMessage,
  type DiscordStandIn,
  ownChatOf,
  startDiscord,
  type Where,
} from '../../support/discord/discord.ts';
import { WebhookStandIn } from '../../support/discord/webhook.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// The card of an order within the limits of Discord, and in several chats at once.
const owner = '100000000000000111';
const telegramOwner = 222;
const own = ownChatOf(owner);
const server: Where = { guildId: '200000000000000001', channelId: '300000000000000001' };
const firstWebhook = '100000000000000001';
let clock: JumpClock;
let discord: DiscordStandIn;
let telegram: TelegramStandIn;
let webhook: WebhookStandIn;
let bot: Harness;

beforeEach(async () => {
  clock = new JumpClock();
  [discord, telegram, webhook] = await Promise.all([
    startDiscord(clock),
    startTelegram(clock),
    new WebhookStandIn().start(),
  ]);
});
afterEach(async () => {
  await bot.stop();
  await Promise.all([discord.stop(), telegram.stop(), webhook.stop()]);
  expect([discord.violations, telegram.violations, webhook.violations]).toEqual([[], [], []]);
});

const start = async (env: Environ = {}): Promise<void> => {
  const read = readConfig({ KIS_ENV: 'simulator', ...env });
  const webhooks = 'config' in read ? read.config.webhooks : [];
  bot = await startHarness({
    clock,
    channels: ({ log }) => {
      const shared = { commands, words: ko, clock, log };
      return [
        new DiscordChannel({
          ...shared,
          token: new Secret(discord.token),
          apiRoot: discord.apiRoot,
          loginPacing: async () => ({ waitForIdentify: async () => undefined }),
        }),
        new TelegramChannel({ ...shared, token: new Secret(telegram.token), apiRoot: telegram.apiRoot }),
        new DiscordWebhookChannel({ webhooks, clock }),
      ];
    },
    env: { HOGA_OWNERS: `discord:${owner}+telegram:${telegramOwner}`, ...env },
  });
  await eventually('ready', () => discord.gateway.connected);
};
const fill = (quantity: number): void => bot.simulator.trade('005930', 'sell', quantity, 69_000);
const labels = ({ buttons }: DiscordMessage): readonly string[] => buttons.flat().map(({ label }) => label);
const shows = (card: DiscordMessage, text: string): Promise<unknown> =>
  eventually(`the card shows ${text}`, () => card.text.includes(text)).catch(() => {
    throw new Error(`the card shows: ${card.text}`);
  });
const resting = async (where?: Where): Promise<DiscordMessage> => {
  discord.slash(owner, 'buy', { instrument: '005930', quantity: 10, price: '69000' }, where);
  const card = await discord.told(where?.channelId ?? own, '매수 주문표');
  discord.press(owner, '확인', where);
  await shows(card, '접수됨');
  return card;
};

describe('on Discord', () => {
  test('it goes on after the 15 minutes of an interaction, by the bot itself, also after a restart', async () => {
    await start();
    const card = await resting();
    expect(labels(card)).toEqual(['정정', '취소']);
    await clock.advance(16 * 60_000);
    fill(4);
    await shows(card, '체결 4주 / 10주');
    expect(discord.count('EditMessage')).toBe(1);
    await bot.restart();
    await eventually('ready', () => discord.gateway.connected);
    fill(6);
    await shows(card, '체결 완료');
    expect(labels(card)).toEqual([]);
    expect(discord.messages(own).filter(({ text }) => text.includes('체결 완료'))).toHaveLength(1);
  });

  test('in a server one person alone sees it: it changes for 15 minutes, says so, and then the fills come as messages', async () => {
    await start();
    const card = await resting(server);
    expect(card.onlyFor).toBe(owner);
    expect(card.text).toContain('15분까지만 바뀝니다');
    fill(4);
    await shows(card, '체결 4주 / 10주');
    await clock.advance(16 * 60_000);
    const before = card.text;
    fill(6);
    await discord.told(own, '누적 10주 / 10주');
    await bot.settled();
    expect(card.text).toBe(before);
    expect(discord.messages(own).filter(({ text }) => text.includes('체결 완료'))).toEqual([]);
    expect(discord.messages(server.channelId).filter(({ text }) => text.includes('체결 완료'))).toEqual([]);
  });

  test('deleted, it is not replaced', async () => {
    await start();
    const card = await resting();
    discord.remove(card);
    fill(10);
    await discord.told(own, '누적 10주 / 10주');
    await bot.settled();
    expect(discord.messages(own).filter(({ text }) => text.includes('체결 완료'))).toEqual([]);
  });

  test('told to wait, it waits, and shows the newest', async () => {
    await start();
    const card = await resting();
    await clock.advance(16 * 60_000);
    discord.fail('EditMessage', { status: 429, retryAfter: 20 });
    fill(4);
    await discord.told(own, '누적 4주');
    await eventually('refused', () => discord.count('EditMessage') === 1);
    fill(6);
    await clock.advance(5_000);
    expect(card.text).toContain('접수됨');
    await clock.advance(30_000);
    await shows(card, '체결 완료');
    expect(discord.count('EditMessage')).toBe(2);
  });
});

describe('in several chats', () => {
  test('all of them go on, and say where it was pressed; the webhook gets the fill and no card', async () => {
    await start({ DISCORD_WEBHOOK_FILLS_URL: webhook.url(firstWebhook) });
    telegram.say(telegramOwner, '/settings mirror on');
    await telegram.told(telegramOwner, '내 설정');
    discord.slash(owner, 'buy', { instrument: '005930', quantity: 10, price: '69000' });
    const here = await discord.told(own, '매수 주문표');
    const there = await telegram.told(telegramOwner, '매수 주문표');
    discord.press(owner, '확인');
    await shows(here, '접수됨');
    await eventually('mirrored', () => /디스코드에서 눌렀습니다\.\n접수됨/.test(there.text));
    fill(4);
    await shows(here, '체결 4주 / 10주');
    await eventually('mirrored', () => there.text.includes('체결 4주 / 10주'));
    telegram.press(telegramOwner, '취소');
    await telegram.told(telegramOwner, '취소 주문표');
    telegram.press(telegramOwner, '확인');
    await shows(here, '취소됨');
    await eventually('mirrored', () => there.text.includes('취소됨') && there.keyboard.flat().length === 0);
    await eventually('told', () => webhook.texts(firstWebhook).length === 2);
    expect(webhook.texts(firstWebhook).join('\n')).toMatch(/체결[\s\S]*취소 확인/);
    expect(webhook.messages.every(({ edits }) => edits === 0)).toBe(true);
  });

  test('an amendment from a chat without the card goes on there, on its own ticket', async () => {
    await start();
    const card = await resting();
    const number = String(Number(bot.simulator.state().orders[0]?.number));
    telegram.say(telegramOwner, `/amend ${number} 68500`);
    const ticket = await telegram.told(telegramOwner, '정정 주문표');
    telegram.press(telegramOwner, '확인');
    await shows(card, '정정됨');
    expect(labels(card)).toEqual([]);
    await eventually('its own card', () => ticket.text.includes('정정 접수됨') && ticket.keyboard.flat().length === 2);
    bot.simulator.trade('005930', 'sell', 10, 68_500);
    await eventually('filled', () => ticket.text.includes('체결 완료'));
  });
});
