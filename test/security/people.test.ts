import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import { ko } from '../../src/i18n/ko.ts';
import { Secret } from '../../src/secret.ts';
import { eventually, JumpClock, turns } from '../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram/telegram.ts';

// Issue 13.5: who is taken for whom, over Telegram's HTTP.
const [owner, trader, added, stranger, group, channel] = [111, 222, 333, 999, -1001, -1002];
let telegram: TelegramStandIn;
let clock: JumpClock;
let bot: Harness;

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
});
afterEach(async () => {
  await bot.stop();
  await telegram.stop();
  expect(telegram.violations).toEqual([]);
});

const start = async (env: HarnessOptions['env'] = {}): Promise<void> => {
  bot = await startHarness({
    clock,
    channels: ({ log }) => [
      new TelegramChannel({
        token: new Secret(telegram.token),
        apiRoot: telegram.apiRoot,
        clock,
        log,
        commands,
        words: ko,
      }),
    ],
    env: { HOGA_OWNERS: `telegram:${owner}`, HOGA_TRADERS: `telegram:${trader}`, ...env },
  });
};
const orders = () => bot.simulator.state().orders;
const settled = async (): Promise<void> => {
  await eventually('all taken', () => telegram.unconfirmed().length === 0 || undefined);
  await turns(20);
  await bot.settled();
};
const groupChat = { id: group, type: 'supergroup', title: 'group' };
/** Telegram's stand-ins for people who do not say who they are. */
const anonymousAdmin = {
  from: { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' },
  sender_chat: groupChat,
};
const asChannel = {
  from: { id: 136_817_688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' },
  sender_chat: { id: channel, type: 'channel', title: 'news' },
};
const forwardedPost = {
  from: { id: 777_000, is_bot: false, first_name: 'Telegram' },
  sender_chat: { id: channel, type: 'channel', title: 'news' },
  is_automatic_forward: true,
};
let nextMessage = 5_000;
const post = (who: object, text: string, chat: object = groupChat): number => {
  nextMessage += 1;
  return telegram.push({
    message: { message_id: nextMessage, date: Math.floor(clock.now() / 1_000), chat, ...who, text },
  });
};

describe('issue 13.5: whoever does not say who they are', () => {
  test.each([
    ['an anonymous admin', anonymousAdmin],
    ['somebody as a channel', asChannel],
  ])('%s orders nothing and is told why, once', async (_name, who) => {
    // Not even where their stand-in is named in the settings.
    await start({ HOGA_OWNERS: `telegram:${owner},telegram:${who.from.id}` });
    post(who, '/buy 005930 1 69000');
    await telegram.told(group, '익명으로 쓴 메시지는');
    post(who, '/halt');
    post(who, '잔고');
    post(who, '/balance');
    await settled();
    expect(telegram.messages(group)).toHaveLength(1);
    expect(orders()).toEqual([]);
    expect(await bot.say('/status')).not.toContain('정지되어 있습니다');
  });

  test('no code pairs them: everybody who may speak for the group would be the owner', async () => {
    await start({ HOGA_OWNERS: '', HOGA_TRADERS: '' });
    const code = /\/pair (\w+)/.exec(await bot.told('/pair'))?.[1] ?? '';
    for (const who of [anonymousAdmin, asChannel, forwardedPost]) post(who, `/pair ${code}`);
    await settled();
    telegram.say(trader, `/pair ${code}`);
    await telegram.told(trader, '이제 소유자입니다');
    post(anonymousAdmin, '/balance');
    await settled();
    expect(telegram.messages(group).map(({ text }) => text)).toEqual([expect.stringContaining('익명으로')]);
  });

  test('posts of a channel are nobody’s, wherever they show', async () => {
    await start({ HOGA_OWNERS: `telegram:${owner},telegram:777000` });
    post(forwardedPost, '/buy 005930 1 69000');
    telegram.push({
      channel_post: {
        message_id: 1,
        date: Math.floor(clock.now() / 1_000),
        chat: { id: channel, type: 'channel', title: 'news' },
        text: '/buy 005930 1 69000',
      },
    });
    await settled();
    expect([...telegram.messages(group), ...telegram.messages(channel)]).toEqual([]);
    expect(orders()).toEqual([]);
  });
});

describe('issue 13.5: buttons', () => {
  test('of somebody who was removed do nothing any more', async () => {
    await start();
    telegram.say(owner, `/who add telegram:${added} trader`);
    await telegram.told(owner, `telegram:${added}`);
    telegram.say(added, '/price 005930');
    const price = await telegram.told(added, '70,000원');
    telegram.say(added, '/buy 005930 1 69000');
    const ticket = await telegram.told(added, '주문표');
    telegram.say(owner, `/who remove telegram:${added}`);
    await telegram.told(owner, '이제 쓸 수 없습니다');
    const buttons = [...price.keyboard, ...ticket.keyboard].flat();
    expect(buttons.length).toBeGreaterThanOrEqual(6);
    const [before, shown] = [telegram.messages(added).length, ticket.text];
    for (const { callback_data } of buttons) telegram.pressData(added, callback_data, ticket);
    await settled();
    expect(orders()).toEqual([]);
    expect(
      telegram
        .messages(added)
        .slice(before)
        .map(({ text }) => text),
    ).toEqual([expect.stringContaining('등록된 사람만')]);
    expect(ticket.text).toBe(shown);
  });

  test('on a forwarded copy do nothing, whoever presses; the ticket itself stands', async () => {
    await start();
    telegram.say(owner, '/buy 005930 1 69000');
    const ticket = await telegram.told(owner, '주문표');
    const confirm = ticket.keyboard[0]?.[0]?.callback_data ?? '';
    const copy = {
      message_id: 77,
      date: Math.floor(clock.now() / 1_000),
      chat: groupChat,
      from: { id: owner, is_bot: false, first_name: 'x' },
      forward_origin: {
        type: 'user',
        date: Math.floor(clock.now() / 1_000),
        sender_user: { id: 777, is_bot: true, first_name: 'Hoga' },
      },
      text: ticket.text,
    };
    for (const [index, userId] of [stranger, trader, owner].entries()) {
      telegram.push({
        callback_query: {
          id: `copy-${index}`,
          from: { id: userId, is_bot: false, first_name: 'x' },
          chat_instance: 'x',
          data: confirm,
          message: copy,
        },
      });
    }
    await telegram.told(group, '더 쓸 수 없습니다');
    await settled();
    expect(orders()).toEqual([]);
    telegram.press(owner, '확인');
    await telegram.told(owner, '접수됨');
    expect(orders()).toHaveLength(1);
  });

  test('forged ones are as good as what their presser may do', async () => {
    await start();
    telegram.say(owner, '/buy 005930 1 69000');
    const ticket = await telegram.told(owner, '주문표');
    const id = ticket.keyboard[0]?.[0]?.callback_data.replace('confirm:', '') ?? '';
    for (const data of [
      `confirm:${id}`,
      `drop:${id}`,
      `instead:${id}:/buy 005930 9 69000`,
      `confirm:${id}'--`,
      'confirm:%',
    ])
      telegram.pressData(trader, data, ticket);
    telegram.pressData(stranger, `confirm:${id}`, ticket);
    telegram.pressData(trader, 'run:/who add telegram:999 owner', ticket);
    telegram.pressData(trader, 'confirm:\u0000', ticket);
    await settled();
    expect(orders()).toEqual([]);
    telegram.press(owner, '확인');
    await eventually('sent', () => orders().length === 1 || undefined);
  });

  test('pressed before a restart and told again after it send nothing twice', async () => {
    await start();
    telegram.say(owner, '/buy 005930 1 69000');
    await telegram.told(owner, '주문표');
    const press = telegram.press(owner, '확인');
    await telegram.told(owner, '접수됨');
    const buy = telegram.say(owner, '/halt');
    await telegram.told(owner, '정지');
    await settled();
    await bot.restart();
    await clock.advance(61_000);
    telegram.redeliver(press);
    telegram.redeliver(buy);
    await settled();
    expect(orders()).toHaveLength(1);
  });
});

test('issue 13.5: guesses at the pairing code begin anew with another code at each start', async () => {
  await start({ HOGA_OWNERS: '', HOGA_TRADERS: '' });
  const codes: string[] = [];
  for (let starts = 0; starts < 3; starts += 1) {
    const code = /\/pair (\w+)/.exec(await bot.told('/pair'))?.[1] ?? '';
    expect(code).toMatch(/^[0-9a-f]{8}$/);
    // What was seen of an earlier start helps nobody.
    for (const guess of [...codes, 'guess', 'guess', 'guess', 'guess', 'guess'].slice(0, 5)) {
      telegram.say(stranger, `/pair ${guess}`);
    }
    telegram.say(stranger, `/pair ${code}`);
    await settled();
    telegram.say(stranger, '/balance');
    await settled();
    expect(telegram.messages(stranger).some(({ text }) => /소유자입니다|예수금/.test(text))).toBe(false);
    codes.push(code);
    await bot.restart();
    await clock.advance(10_000);
  }
  expect(new Set(codes).size).toBe(3);
  const code = /\/pair (\w+)/.exec(await bot.told('/pair'))?.[1] ?? '';
  telegram.say(trader, `/pair ${code}`);
  await telegram.told(trader, '이제 소유자입니다');
  await bot.restart();
  await bot.settled();
  // With an owner there is no code any more.
  expect(bot.shown().join()).not.toContain('/pair');
});
