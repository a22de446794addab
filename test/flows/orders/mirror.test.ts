import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Harness, startHarness, TestChannel } from '../../support/harness.ts';

let other: TestChannel;
let discord: TestChannel;
let bot: Harness;
beforeEach(async () => {
  other = new TestChannel('telegram');
  discord = new TestChannel('discord');
  bot = await startHarness({
    env: { HOGA_OWNERS: 'telegram:1+discord:2' },
    channels: () => [other, discord],
  });
  await bot.hand({ kind: 'text', text: '/settings mirror on' }, 'telegram:1');
  await bot.settled();
});
afterEach(() => bot.stop());

let count = 0;
/** The person types or presses in one of their chats. */
const act = async (channel: TestChannel, identity: string, input: Parameters<Harness['hand']>[0]): Promise<void> => {
  const chatId = channel.name === 'discord' ? '@2' : '1';
  count += 1;
  const { name } = channel;
  await channel.receive({ id: String(count), channel: name, chatId, identity, input, at: bot.clock.now() });
  await bot.settled();
};
const newest = (channel: TestChannel) => channel.messages.at(-1);
const confirmOf = (channel: TestChannel): string =>
  newest(channel)?.buttons.find(({ label }) => label === '확인')?.id ?? 'none';

test('a ticket is shown in both chats; pressed in one, it is settled in both, and sent once', async () => {
  await act(other, 'telegram:1', { kind: 'text', text: '/buy 005930 1 69000' });
  expect(newest(other)?.text).toContain('매수 주문표');
  expect(newest(discord)?.text).toContain('매수 주문표');
  const button = confirmOf(discord);
  expect(button).toBe(confirmOf(other));
  await act(discord, 'discord:2', { kind: 'press', button });
  expect(newest(discord)?.text).toContain('접수됨');
  expect(newest(other)?.text).toMatch(/디스코드에서 눌렀습니다[\s\S]*접수됨/);
  // The ticket's own buttons are gone; what is left of the order can be amended and cancelled from both.
  for (const channel of [other, discord])
    expect(newest(channel)?.buttons.map(({ label }) => label)).toEqual(['정정', '취소']);
  await act(other, 'telegram:1', { kind: 'press', button });
  expect(newest(other)?.text).toContain('이미 확인한 주문표');
  expect(bot.simulator.state().orders).toHaveLength(1);
});

test('dropped or replaced in one chat, it is over in the other too', async () => {
  await act(other, 'telegram:1', { kind: 'text', text: '/buy 005930 1 69000' });
  await act(other, 'telegram:1', { kind: 'press', button: confirmOf(other).replace('confirm:', 'drop:') });
  expect(newest(discord)?.text).toMatch(/텔레그램에서 눌렀습니다[\s\S]*보낸 것은 없습니다/);
  expect(bot.simulator.state().orders).toHaveLength(0);
});

test('switched off, each chat keeps to itself', async () => {
  await act(other, 'telegram:1', { kind: 'text', text: '/settings mirror off' });
  const before = discord.messages.length;
  await act(other, 'telegram:1', { kind: 'text', text: '/buy 005930 1 69000' });
  expect(discord.messages).toHaveLength(before);
});
