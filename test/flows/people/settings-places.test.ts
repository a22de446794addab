import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelHost, Message, Receive, Suggest } from '../../../src/chat/channel.ts';
import { plainText } from '../../../src/chat/render.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness, TestChannel } from '../../support/harness.ts';

// Which chat gets which kind of notice, and where orders go that name no exchange.
/** Remembers to which chat each message about a fill went, and what the house can be told. */
class WatchedChannel extends TestChannel {
  readonly fills: string[] = [];
  channelHost: ChannelHost | undefined;

  override async start(receive: Receive, suggest: Suggest, channelHost?: ChannelHost): Promise<void> {
    this.channelHost = channelHost;
    await super.start(receive, suggest);
  }

  override send(chatId: string, message: Message): Promise<string> {
    if (plainText(message).includes('체결 삼성전자')) this.fills.push(`${this.name} ${chatId}`);
    return super.send(chatId, message);
  }
}

let telegram: WatchedChannel;
let discord: WatchedChannel;
let bot: Harness;
afterEach(() => bot.stop());
const start = async (options: HarnessOptions = {}): Promise<void> => {
  telegram = new WatchedChannel('telegram');
  discord = new WatchedChannel('discord');
  bot = await startHarness({
    ...options,
    env: { HOGA_OWNERS: 'telegram:1+discord:2', ...options.env },
    channels: () => [telegram, discord],
  });
};

/** Chats of the person: their own at Telegram and Discord, a group at Telegram, a channel of a server at Discord. */
const chats = {
  telegram: { chatId: '1', identity: 'telegram:1', alone: true },
  group: { chatId: '-100', identity: 'telegram:1', alone: false },
  discord: { chatId: '77/2/900', identity: 'discord:2', alone: true },
  server: { chatId: '88/2/901', identity: 'discord:2', alone: false },
} as const;
type Chat = keyof typeof chats;
const channelOf = (chat: Chat): WatchedChannel => (chat === 'telegram' || chat === 'group' ? telegram : discord);

let count = 0;
const act = async (chat: Chat, input: Parameters<Harness['hand']>[0]): Promise<string> => {
  const channel = channelOf(chat);
  count += 1;
  await channel.receive({ id: `m${count}`, channel: channel.name, input, at: bot.clock.now(), ...chats[chat] });
  await bot.settled();
  return channel.messages.at(-1)?.text ?? '';
};
const say = (chat: Chat, text: string): Promise<string> => act(chat, { kind: 'text', text });
const press = (chat: Chat, label: string): Promise<string> => {
  const button = channelOf(chat)
    .messages.flatMap(({ buttons }) => buttons)
    .findLast((one) => one.label === label);
  return act(chat, { kind: 'press', button: button?.id ?? 'none' });
};
/** Buys at once, and gives back in which channel each message about the fill was shown. */
const fill = async (chat: Chat): Promise<void> => {
  await say(chat, '/buy 005930 1 70000');
  await press(chat, '확인');
};
const filledIn = (): readonly string[] =>
  [telegram, discord, bot.chat()].flatMap(({ name, messages }) =>
    messages.filter(({ text }) => text.includes('체결 삼성전자')).map(() => name),
  );
describe('the chat for a kind of notice', () => {
  test('is where it was asked, until another is chosen; alerts stay where they were', async () => {
    await start();
    await fill('discord');
    await eventually('told', () => filledIn().length === 1);
    expect(filledIn()).toEqual(['discord']);

    expect(await say('telegram', '/settings fills here')).toContain('체결: 켬 · 이 채팅으로\n가격 알림: 켬\n');
    expect(await say('discord', '/settings')).toContain('체결: 켬 · 다른 채팅(telegram)으로');
    await fill('discord');
    await eventually('told', () => filledIn().length === 2);
    expect(filledIn()).toEqual(['telegram', 'discord']);
    // Discord takes so many messages of a chat at a time.
    await bot.clock.advance(10_000);
    await say('discord', '/alert 삼성전자 >= 71000');
    bot.simulator.setPrice('005930', 71_000);
    await eventually('alert', () => discord.messages.some(({ text }) => text.includes('🔔')));

    await bot.restart();
    expect(await say('telegram', '/설정 체결 물은곳')).not.toContain('· 이 채팅으로');
  });

  test('may be all of them, and a button takes it back', async () => {
    await start();
    expect(await say('telegram', '/설정 체결 모든채팅')).toContain('체결: 켬 · 내 채팅 모두로');
    await fill('telegram');
    await eventually('told', () => filledIn().length === 2);
    expect(filledIn()).toEqual(['telegram', 'discord']);
    expect(await press('telegram', '모두 여기로 받기')).toMatch(
      /체결: 켬 · 이 채팅으로[\s\S]*봇 시작: 켬 · 이 채팅으로/,
    );
    expect(await press('telegram', '물어본 채팅으로 받기')).not.toContain('· 이 채팅으로');
  });

  test.each([
    ['group', 'telegram -100'],
    ['server', 'discord 88'],
    ['discord', 'discord @2'],
  ] as const)('chosen in the %s is that chat, also much later, and says who reads along', async (chat, expected) => {
    await start();
    const said = await say(chat, '/settings fills here');
    expect(said.includes('누구나 그 알림을 봅니다')).toBe(chat !== 'discord');
    await fill('telegram');
    await eventually('told', () => [...telegram.fills, ...discord.fills].length === 1);
    expect([...telegram.fills, ...discord.fills]).toEqual([expected]);
  });

  test('goes along when a group goes on under another id', async () => {
    await start();
    await say('group', '/settings fills here');
    await telegram.channelHost?.chatMoved({ channel: 'telegram', chatId: '-100' }, '-200');
    await fill('telegram');
    await eventually('told', () => [...telegram.fills, ...discord.fills].length === 1);
    expect([...telegram.fills, ...discord.fills]).toEqual(['telegram -200']);
  });

  test("keeps its person's own quiet and loudness, and never takes what puts money in doubt", async () => {
    await start({ clock: new JumpClock(Date.parse('2026-11-23T14:00:00+09:00')) });
    await say('telegram', '/settings all here');
    await say('telegram', '/settings quiet 13:00-15:00');
    await fill('discord');
    await eventually('held', async () => (await bot.say('/status')).includes('방해 금지로 대기 1'));
    bot.simulator.setFaults([{ on: 'order', fault: 'exchange-reject' }]);
    await say('discord', '/buy 000660 1 140000');
    await press('discord', '확인');
    await eventually('told', () => discord.messages.some(({ text }) => text.includes('거부됨')));
    expect(telegram.messages.some(({ text }) => text.includes('거부됨'))).toBe(false);
  });

  test('of the start is told there alone', async () => {
    await start();
    await say('telegram', '/settings starts here');
    await bot.app().stop();
    const before = [telegram.messages.length, discord.messages.length];
    await bot.restart();
    await eventually('told', () => telegram.messages.length > (before[0] ?? 0));
    expect(telegram.messages.slice(before[0]).filter(({ text }) => text.includes('시작했습니다'))).toHaveLength(1);
    expect(discord.messages.slice(before[1]).some(({ text }) => text.includes('시작했습니다'))).toBe(false);
  });
});

describe('the usual exchange', () => {
  test('is used where none is named, and the ticket says so; one that is named wins', async () => {
    await start();
    expect(await say('telegram', '/settings')).toContain('기본 거래소: KRX');
    expect(await say('telegram', '/buy 005930 1 60000')).not.toContain('거래소');
    expect(await say('telegram', '/settings exchange SOR')).toContain('기본 거래소: SOR');
    const ticket = await say('telegram', '/buy 005930 1 60000');
    expect(ticket).toContain('거래소를 쓰지 않아 내 기본 거래소 SOR로 보냅니다.');
    await press('telegram', '확인');
    expect(bot.simulator.state().orders.map(({ exchange }) => exchange)).toEqual(['SOR']);
    const named = await say('telegram', '/sell 005930 1 80000 KRX');
    expect(named).not.toContain('기본 거래소');
    await say('telegram', '/buy 005930 1 60000 KRX');
    await press('telegram', '확인');
    expect(bot.simulator.state().orders.map(({ exchange }) => exchange)).toEqual(['SOR', 'KRX']);
  });

  test('stays with the ticket’s buttons, though another is chosen meanwhile, and with a sentence', async () => {
    await start();
    await say('telegram', '/설정 거래소 nxt');
    expect(await say('telegram', '삼성전자 1주 60000원에 사줘')).toContain('내 기본 거래소 NXT로');
    await say('discord', '/settings exchange KRX');
    await press('telegram', '+1틱');
    expect(telegram.messages.findLast(({ text }) => text.includes('주문표'))?.text).toContain('거래소: NXT');
  });

  test('that does not take the order now offers another, by its name', async () => {
    await start({
      clock: new JumpClock(Date.parse('2026-11-23T15:25:00+09:00')),
      simulator: { hours: 'live' },
      env: {
        KIS_ENV: 'live',
        KIS_APP_KEY: 'test-app-key',
        KIS_APP_SECRET: 'test-app-secret',
        KIS_ACCOUNT: '50000000-01',
        KIS_HTS_ID: 'hogasim',
      },
    });
    await say('telegram', '/settings exchange NXT');
    const refused = await say('telegram', '/buy 005930 1 69000');
    expect(refused).not.toContain('주문표');
    const offered = telegram.messages.at(-1)?.buttons.find(({ label }) => label === 'KRX 지정가 69,000원')?.id;
    expect(offered).toBe('run:/buy 005930 1 69000 KRX');
    expect(await press('telegram', 'KRX 지정가 69,000원')).toContain('주문표');
  });

  test.each([
    ['/settings exchange NASDAQ', '설정을 읽지 못했습니다'],
    ['/settings fills there', '설정을 읽지 못했습니다'],
    ['/settings exchange', '설정을 읽지 못했습니다'],
    ['/settings safety here', '끄거나 무음으로 할 수 없습니다'],
  ])('%s is one sentence, and changes nothing', async (line, sentence) => {
    await start();
    expect(await say('telegram', line)).toContain(sentence);
    expect(await say('telegram', '/settings')).toMatch(/체결: 켬\n[\s\S]*기본 거래소: KRX/);
  });

  test('can be no other than KRX on paper; one chosen before is named on the ticket', async () => {
    const paper = {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'paper-app-key',
      KIS_APP_SECRET: 'paper-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    };
    await start({ simulator: { kind: 'paper' }, env: paper });
    expect(await say('telegram', '/settings exchange SOR')).toContain('KRX만 됩니다. 예: /settings exchange KRX');
    expect(telegram.messages.at(-1)?.buttons.some(({ label }) => label.includes('기본 거래소'))).toBe(false);
  });
});
