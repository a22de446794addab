import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { discordLine, discordParts } from '../../../src/channels/discord/render.ts';
import type { ChannelError, ChannelHost, Incoming, Message, Receive, Suggest } from '../../../src/chat/channel.ts';
import { languages } from '../../../src/i18n/index.ts';
import type { Log } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock, turns } from '../../support/clock.ts';
import {
  type DiscordFault,
  type DiscordStandIn,
  ownChatOf,
  startDiscord,
  type Where,
} from '../../support/discord/discord.ts';
import { readMarkdown } from '../../support/discord/payloads.ts';

// The channel alone, over gateway and HTTP with the real discord.js; whatever it sends is judged by Discord's
// specification.
const user = '100000000000000111';
const other = '100000000000000222';
const own = ownChatOf(user);
const server: Where = { guildId: '200000000000000001', channelId: '300000000000000001' };
const { channelId } = server;
let clock: JumpClock;
let discord: DiscordStandIn;
let channel: DiscordChannel;
let received: Incoming[];
let logged: { readonly level: string; readonly message: string; readonly fields: unknown }[];

const log: Log = {
  debug: (message, fields) => void logged.push({ level: 'debug', message, fields }),
  info: (message, fields) => void logged.push({ level: 'info', message, fields }),
  warn: (message, fields) => void logged.push({ level: 'warn', message, fields }),
  error: (message, fields) => void logged.push({ level: 'error', message, fields }),
};
const create = (options: { readonly token?: string; readonly guildId?: string; readonly apiRoot?: string } = {}) =>
  new DiscordChannel({
    token: new Secret(options.token ?? discord.token),
    apiRoot: options.apiRoot ?? discord.apiRoot,
    guildId: options.guildId,
    commands,
    words: languages.ko,
    clock,
    log,
    loginPacing: async () => ({ waitForIdentify: async () => undefined }),
  });
/** Who is known there. */
let people: ReturnType<ChannelHost['people']> = [];
let conflicts: string[] = [];
/** Whether the bot has more than one account. */
let severalAccounts = false;
const channelHost: ChannelHost = {
  people: () => people,
  onPeopleChange: () => undefined,
  chatMoved: async () => undefined,
  hasSeveralAccounts: () => severalAccounts,
  notAlone: (channel) => void conflicts.push(channel),
};
const keep: Receive = async (incoming) => void received.push(incoming);
const nothing: Suggest = () => [];
const arrived = (count: number): Promise<unknown> => eventually(`${count} received`, () => received.length === count);
const says = (line: string): boolean => logged.some(({ message }) => message.includes(line));
const start = async (receive: Receive = keep, suggest: Suggest = nothing): Promise<void> => {
  const before = discord.count('ListCommands');
  await channel.start(receive, suggest, channelHost);
  // It asks as soon as it knows its session.
  await eventually('ready', () => discord.count('ListCommands') > before);
};
/** Uses a slash command, and gives back the address its answers go to. */
const asked = async (name: string, options: Readonly<Record<string, unknown>> = {}, where?: Where): Promise<string> => {
  const before = received.length;
  discord.slash(user, name, options, where);
  await arrived(before + 1);
  return received.at(-1)?.chatId ?? '';
};
const failure = async (attempt: Promise<unknown>): Promise<ChannelError> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if ((error as Error | undefined)?.name !== 'ChannelError') throw new Error(`not a ChannelError: ${inspect(error)}`);
  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/TEST-TOKEN|interaction-token/);
  return error as ChannelError;
};
const hello: Message = { lines: ['안녕'] };
const ticket: Message = { lines: ['주문표'], buttons: [[{ id: 'confirm:1', label: '확인' }]], private: true };

beforeEach(async () => {
  clock = new JumpClock();
  discord = await startDiscord(clock);
  received = [];
  logged = [];
  conflicts = [];
  severalAccounts = false;
  channel = create();
});
afterEach(async () => {
  await channel.stop();
  await discord.stop();
  expect(discord.violations).toEqual([]);
  expect(inspect(logged, { depth: 20 })).not.toMatch(/TEST-TOKEN|interaction-token/);
});

describe('what people do', () => {
  test('a slash command becomes the line somebody would have typed: who, where, when', async () => {
    await start();
    const id = discord.slash(user, 'buy', { quantity: 10, price: '70000', instrument: ' 삼성  전자 ' }, server);
    await arrived(1);
    expect(received[0]).toEqual({
      id,
      channel: 'discord',
      chatId: `${channelId}/${user}/${id}`,
      identity: `discord:${user}`,
      input: { kind: 'text', text: '/buy 삼성 전자 10 70000' },
      at: expect.closeTo(clock.now(), -4),
      alone: false,
    });
  });

  test('deferred before anything else, whatever becomes of it', async () => {
    await start(() => new Promise(() => undefined));
    const ids = ['help', 'market', 'status'].map((name) => discord.slash(user, name));
    await eventually('deferred', () => ids.every((id) => discord.firstAnswers.has(id)));
    for (const id of ids) expect(discord.firstAnswers.get(id)).toBeLessThan(500);
  });

  test('a press on what an interaction said belongs to that interaction', async () => {
    await start();
    const chatId = await asked('buy', { instrument: '005930', quantity: 1 }, server);
    await channel.send(chatId, ticket);
    discord.press(user, '확인', server);
    await arrived(2);
    expect(received[1]).toMatchObject({ chatId, input: { kind: 'press', button: 'confirm:1' } });
  });

  test('a press on a ticket in the own chat belongs there; a press on anything else is a question of its own', async () => {
    await start();
    await channel.send(`@${user}`, {
      ...ticket,
      buttons: [
        [
          { id: 'confirm:1', label: '확인' },
          { id: 'run:/price 005930', label: '현재가' },
        ],
      ],
    });
    discord.press(user, '확인');
    const run = discord.press(user, '현재가');
    await arrived(2);
    expect(received.map(({ chatId }) => chatId)).toEqual([`@${user}`, `${own}/${user}/${run}`]);
  });

  test('a form asks for what the line lacks, and gives back the whole line', async () => {
    await start();
    const chatId = await asked('orders');
    await channel.send(chatId, { lines: ['표'], buttons: [[{ id: 'ask:/alert 005930', label: '알림' }]] });
    discord.press(user, '알림');
    const form = await eventually('a form', () => discord.forms.at(-1));
    expect(form.data['custom_id']).toBe('ask:/alert 005930');
    discord.submit(user, { condition: '>= 71000' });
    await arrived(2);
    expect(received[1]?.input).toEqual({ kind: 'text', text: '/alert 005930 >= 71000' });
  });

  test('a form is in the language that its reader chose', async () => {
    people = [{ identity: `discord:${user}`, role: 'viewer', language: 'en' }];
    onTestFinished(() => {
      people = [];
    });
    await start();
    const chatId = await asked('orders');
    await channel.send(chatId, { lines: ['표'], buttons: [[{ id: 'ask:/alert 005930', label: '알림' }]] });
    discord.press(user, '알림');
    const form = await eventually('a form', () => discord.forms.at(-1));
    expect(form.data['title']).toBe(languages.en.commands.alert);
  });

  test('a form goes on in the account that the button names', async () => {
    await start();
    const chatId = await asked('orders');
    await channel.send(chatId, { lines: ['표'], buttons: [[{ id: 'ask:/alert 005930 @isa', label: '알림' }]] });
    discord.press(user, '알림');
    await eventually('a form', () => discord.forms.at(-1));
    discord.submit(user, { condition: '>= 71000' });
    await arrived(2);
    expect(received[1]?.input).toEqual({ kind: 'text', text: '/alert 005930 @isa >= 71000' });
  });

  test('the account of a slash command follows the line as somebody would write it, chosen or typed', async () => {
    await start();
    await asked('buy', { account: '@isa', instrument: '005930', quantity: 3, price: '70000' });
    await asked('balance', { account: ' 우리 아이 ' });
    await asked('account', { account: '@isa' });
    expect(received.map(({ input }) => input)).toEqual([
      { kind: 'text', text: '/buy 005930 3 70000 @isa' },
      { kind: 'text', text: '/balance @우리 아이' },
      { kind: 'text', text: '/account @isa' },
    ]);
  });

  test('where nothing is lacking, or no such command is there, no form is opened', async () => {
    await start();
    const chatId = await asked('orders');
    await channel.send(chatId, {
      lines: ['표'],
      buttons: [
        [
          { id: 'ask:/amend 1 2 3', label: 'a' },
          { id: 'ask:/none', label: 'b' },
        ],
      ],
    });
    discord.press(user, 'a');
    discord.press(user, 'b');
    await arrived(3);
    expect(received.slice(1).map(({ input }) => input.kind)).toEqual(['press', 'press']);
    expect(discord.forms).toEqual([]);
  });

  test('what is written to the bot; not what bots write, nor servers', async () => {
    await start();
    discord.say(other, '/buy', { bot: true });
    discord.say(other, '/buy', { guildId: '200000000000000001' });
    discord.say(other, '');
    const id = discord.say(user, 'price 005930');
    await arrived(1);
    expect(received[0]).toMatchObject({
      id,
      chatId: `@${user}`,
      input: { kind: 'text', text: 'price 005930' },
      alone: true,
    });
    discord.slash(user, 'help');
    await arrived(2);
    expect(received[1]).toMatchObject({ alone: true });
    expect(discord.gateway.received.find(({ op }) => op === 2)?.d).toMatchObject({ intents: 4_096 });
  });

  test('an event that comes twice is done once', async () => {
    await start();
    discord.slash(user, 'help');
    await arrived(1);
    discord.gateway.repeatLast();
    discord.say(user, 'a');
    await arrived(2);
    await eventually('deferred', () => discord.count('Callback') > 0);
    await turns(20);
    expect(discord.count('Callback')).toBe(1);
  });

  test('a receiver that fails is logged, and takes nothing with it', async () => {
    await start(async (incoming) => {
      received.push(incoming);
      throw new Error('broken');
    });
    discord.slash(user, 'help');
    discord.say(user, 'b');
    await arrived(2);
    await eventually('logged', () => says('not handled'));
  });
});

describe('suggestions', () => {
  const many = Array.from({ length: 40 }, (_, index) => ({
    label: `${'긴'.repeat(120)}${index}`,
    value: `00${index}`,
  }));

  test('25 of them, cut to what Discord shows, within 300 ms', async () => {
    await start(keep, ({ identity, command, argument, text }) => {
      expect({ identity, command, argument, text }).toEqual({
        identity: `discord:${user}`,
        command: 'price',
        argument: 'instruments',
        text: '삼',
      });
      return [{ label: '너무 긴 값', value: 'x'.repeat(101) }, ...many];
    });
    const id = discord.type(user, 'price', 'instruments', '삼', server);
    const proposals = await discord.proposed(id);
    expect(proposals).toHaveLength(25);
    expect(proposals[0]).toEqual({ name: `${'긴'.repeat(99)}…`, value: '000' });
    expect(discord.firstAnswers.get(id)).toBeLessThan(300);
    expect(received).toEqual([]);
  });
});

describe('answers', () => {
  test('the first fills the deferred one in, the next ones follow', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    await channel.send(chatId, { lines: ['다음'] });
    expect(discord.messages(channelId)).toMatchObject([
      { text: '안녕', thinking: false, onlyFor: undefined },
      { text: '다음', onlyFor: undefined },
    ]);
  });

  test('hidden where others read along: private commands, private messages, and all that follows', async () => {
    await start();
    const balance = await asked('balance', {}, server);
    for (const line of ['잔고', '뒤']) await channel.send(balance, { lines: [line] });
    const price = await asked('price', { instruments: '005930' }, server);
    await channel.send(price, hello);
    await channel.send(price, ticket);
    discord.press(user, '확인', server);
    await arrived(3);
    await channel.send(price, { lines: ['오류'] });
    expect(discord.messages(channelId).map(({ text, onlyFor }) => [text, onlyFor])).toEqual([
      ['잔고', user],
      ['뒤', user],
      ['안녕', undefined],
      ['주문표', user],
      ['오류', user],
    ]);
  });

  test('what is private takes no place that all see', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, ticket);
    expect(discord.messages(channelId)).toMatchObject([{ text: '주문표', onlyFor: user }]);
  });

  test('what cannot be taken back is not followed by what is private: it is said later', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    discord.fail('DeleteAnswer', { status: 500 });
    discord.fail('DeleteAnswer', { status: 502, after: true });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await failure(channel.send(chatId, ticket))).toMatchObject({ retry: 'later' });
    }
    await channel.send(chatId, ticket);
    expect(discord.messages(channelId)).toMatchObject([{ text: '주문표', onlyFor: user }]);
  });

  test('the deferral of what is private failed: it is told the person alone all the same', async () => {
    await start();
    discord.fail('Callback', { status: 404, code: 10062 });
    const chatId = await asked('buy', { instrument: '005930', quantity: 1 }, server);
    await channel.send(chatId, { lines: ['주문가능금액이 모자랍니다'] });
    expect(discord.messages(channelId)).toEqual([]);
    expect(discord.messages(own)).toMatchObject([{ text: '주문가능금액이 모자랍니다' }]);
  });

  test('somebody dismisses the deferred answer: the answer follows, and is as private', async () => {
    await start();
    const chatId = await asked('balance', {}, server);
    const [thought] = await eventually(
      'deferred',
      () => discord.messages(channelId).length > 0 && discord.messages(channelId),
    );
    if (thought !== undefined) discord.remove(thought);
    await channel.send(chatId, hello);
    expect(discord.messages(channelId)).toMatchObject([{ text: '안녕', onlyFor: user }]);
  });

  test('nothing is hidden in the own chat', async () => {
    await start();
    const chatId = await asked('balance');
    await channel.send(chatId, ticket);
    await channel.send(chatId, ticket);
    expect(discord.messages(own).map(({ onlyFor }) => onlyFor)).toEqual([undefined, undefined]);
  });

  test('an answer that never comes does not leave a thought behind', async () => {
    await start();
    const chatId = await asked('help', {}, server);
    await eventually('deferred', () => discord.messages(channelId).length === 1);
    await clock.advance(5_500);
    await eventually('taken back', () => discord.messages(channelId).length === 0);
    await channel.send(chatId, hello);
    expect(discord.messages(channelId)).toMatchObject([{ text: '안녕' }]);
  });

  test.each<[string, () => Promise<void>]>([
    ['after fifteen minutes', () => clock.advance(15 * 60_000 + 1_000)],
    [
      'after a restart',
      async () => {
        await channel.stop();
        channel = create();
      },
    ],
  ])('%s: an ordinary message of the channel, or of the own chat where it is private', async (_case, pass) => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    await pass();
    await channel.send(chatId, { lines: ['늦은'] });
    await channel.send(chatId, ticket);
    expect(discord.messages(channelId).map(({ text }) => text)).toEqual(['안녕', '늦은']);
    expect(discord.messages(own)).toMatchObject([{ text: '주문표', onlyFor: undefined }]);
  });

  test('for fifteen minutes answers go by the interaction, and then no more', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    await clock.advance(14 * 60_000);
    await channel.send(chatId, hello);
    await clock.advance(61_000);
    await channel.send(chatId, hello);
    expect(discord.messages(channelId).map(({ interaction }) => interaction !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect(discord.count('FollowUp')).toBe(1);
  });

  test('Discord says before we know that the token is over: the same', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    for (const operation of ['EditAnswer', 'FollowUp']) discord.fail(operation, { status: 401, code: 50027 });
    await channel.send(chatId, hello);
    expect(discord.messages(channelId).at(-1)).toMatchObject({ text: '안녕', interaction: undefined });
  });

  test.each<[string, DiscordFault]>([
    ['the deferral came too late', { status: 404, code: 10062, times: 2 }],
    ['nobody answered the deferral', { silence: 'cut', times: 2 }],
  ])('%s: an ordinary message', async (_case, fault) => {
    await start();
    discord.fail('Callback', fault);
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    expect(discord.messages(channelId)).toMatchObject([{ text: '안녕', interaction: undefined }]);
    expect(says('interaction not answered at once')).toBe(true);
  });

  test.each<[string, DiscordFault]>([
    ['lost', { status: 502 }],
    ['taken, and its answer lost', { silence: 'cut', after: true }],
  ])('a deferral that was %s is tried again', async (_case, fault) => {
    await start();
    discord.fail('Callback', fault);
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    expect(discord.messages(channelId)).toMatchObject([{ text: '안녕', interaction: { userId: user } }]);
  });

  test('another program answered first: it is said, and told once', async () => {
    await start();
    for (const _time of [1, 2]) {
      discord.fail('Callback', { status: 400, code: 40060 });
      await asked('price', { instruments: '005930' }, server);
    }
    await eventually('said', () => says('another program answers with this discord token'));
    expect(conflicts).toEqual(['discord']);
  });

  test('an answer of our own that got lost is no other program', async () => {
    await start();
    discord.fail('Callback', { silence: 'cut', after: true });
    const chatId = await asked('price', { instruments: '005930' }, server);
    await channel.send(chatId, hello);
    expect(conflicts).toEqual([]);
  });

  test('to a channel the bot may not see: to the person', async () => {
    await start();
    discord.barred.add(channelId);
    await channel.send(`${channelId}/${user}/1`, hello);
    expect(discord.messages(own)).toMatchObject([{ text: '안녕' }]);
    expect(await failure(channel.send(channelId, hello))).toMatchObject({ retry: 'never' });
  });
});

describe('editing', () => {
  const places: readonly (readonly [string, () => Promise<string>, () => string])[] = [
    ['an ordinary message', async () => channelId, () => channelId],
    ["a message of one's own chat", async () => `@${user}`, () => own],
    ['a deferred answer', () => asked('price', { instruments: '005930' }, server), () => channelId],
    ['a hidden one', () => asked('balance', {}, server), () => channelId],
  ];

  test.each(places)('%s, in place; buttons only where it has some', async (_case, address, place) => {
    await start();
    const chatId = await address();
    const reference = await channel.send(chatId, { ...hello, buttons: [[{ id: 'x', label: '취소' }]] });
    await channel.edit(chatId, reference, { lines: ['접수됨'] });
    expect(discord.messages(place())).toMatchObject([{ text: '접수됨', buttons: [], edits: 1 }]);
  });

  test('a follow-up, in place', async () => {
    await start();
    const chatId = await asked('balance', {}, server);
    await channel.send(chatId, hello);
    const reference = await channel.send(chatId, { lines: ['가져오는 중'] });
    await channel.edit(chatId, reference, { lines: ['답'] });
    expect(discord.messages(channelId).map(({ text }) => text)).toEqual(['안녕', '답']);
  });

  test('after the token is over: what all see is still edited, what was hidden is said anew', async () => {
    await start();
    const open = await asked('price', { instruments: '005930' }, server);
    const openReference = await channel.send(open, hello);
    const hidden = await asked('balance', {}, server);
    const hiddenReference = await channel.send(hidden, ticket);
    await clock.advance(16 * 60_000);
    await channel.edit(open, openReference, { lines: ['새'] });
    await channel.edit(hidden, hiddenReference, { ...ticket, lines: ['접수됨'] });
    expect(discord.messages(channelId).map(({ text }) => text)).toEqual(['새', '주문표']);
    expect(discord.messages(own).map(({ text }) => text)).toEqual(['접수됨']);
  });

  test('a press makes what was hidden editable again, also after a restart', async () => {
    await start();
    const chatId = await asked('balance', {}, server);
    const reference = await channel.send(chatId, ticket);
    await clock.advance(16 * 60_000);
    await channel.stop();
    channel = create();
    await start();
    discord.press(user, '확인', server);
    await arrived(2);
    expect(received[1]?.chatId).toBe(chatId);
    await channel.edit(chatId, reference, { lines: ['접수됨'] });
    expect(discord.messages(channelId)).toMatchObject([{ text: '접수됨', onlyFor: user, edits: 1 }]);
  });

  test.each(places)('%s that was deleted is said anew', async (_case, address) => {
    await start();
    const chatId = await address();
    const reference = await channel.send(chatId, hello);
    const shown = (): string => [channelId, own].flatMap((id) => discord.messages(id).map(({ text }) => text)).join();
    for (const id of [channelId, own]) for (const message of discord.messages(id)) discord.remove(message);
    await channel.edit(chatId, reference, { lines: ['접수됨'] });
    expect(shown()).toBe('접수됨');
  });
});

describe('errors say whether to repeat', () => {
  test.each<[string, DiscordFault, Partial<ChannelError>]>([
    ['429', { status: 429, retryAfter: 3 }, { retry: 'later', afterMs: 3_050, status: 429 }],
    ['500', { status: 500 }, { retry: 'later', status: 500 }],
    ['502 after it was done', { status: 502, after: true }, { retry: 'later' }],
    ["a proxy's page", { status: 502, page: '<html>' }, { retry: 'later' }],
    ["a proxy's refusal", { status: 403, page: '<html>' }, { retry: 'later' }],
    ['a page that claims success', { status: 200, page: '<html>' }, { retry: 'later' }],
    ['the connection cut', { silence: 'cut' }, { retry: 'later', status: undefined }],
    ['a token not known', { status: 401, code: 0 }, { retry: 'later', status: 401 }],
    ['nobody may write to them', { status: 403, code: 50007 }, { retry: 'never', status: 403 }],
    ['a form that is wrong', { status: 400, code: 50035 }, { retry: 'never' }],
    ['no such thing', { status: 404, code: 0 }, { retry: 'never' }],
  ])('%s: one request', async (_case, fault, expected) => {
    await channel.send(channelId, { lines: ['first'] });
    const [{ id = '' } = {}] = discord.messages(channelId);
    discord.fail('PostMessage', { ...fault, times: 5 });
    discord.fail('EditMessage', { ...fault, times: 5 });
    expect(await failure(channel.send(channelId, hello))).toMatchObject(expected);
    expect(discord.count('PostMessage')).toBe(2);
    if (fault.page === undefined || fault.status !== 200) {
      expect(await failure(channel.edit(channelId, `${channelId}/${id}`, hello))).toMatchObject({
        retry: expected.retry,
      });
    }
    expect(discord.count('PostMessage')).toBe(2);
  });

  test('a token that was refused once is used again', async () => {
    discord.fail('PostMessage', { status: 401, code: 0 });
    await failure(channel.send(channelId, hello));
    await channel.send(channelId, hello);
    expect(discord.messages(channelId)).toHaveLength(1);
  });

  test('no answer: given up after ten seconds', async () => {
    discord.fail('PostMessage', { silence: 'hang' });
    const error = failure(channel.send(channelId, hello));
    await eventually('asked', () => discord.count('PostMessage') === 1);
    await clock.advance(9_000);
    expect(await Promise.race([error, turns(5)])).toBeUndefined();
    await clock.advance(1_500);
    expect(await error).toMatchObject({ retry: 'later' });
  });

  test('done, and the answer lost: repeated, it stands there once', async () => {
    discord.fail('PostMessage', { status: 502, after: true });
    await failure(channel.send(channelId, hello));
    await channel.send(channelId, hello);
    expect(discord.messages(channelId)).toHaveLength(1);
    // And the same once more is another message.
    await channel.send(channelId, hello);
    expect(discord.messages(channelId)).toHaveLength(2);
  });

  test('nobody there', async () => {
    await discord.stop();
    expect(await failure(channel.send(channelId, hello))).toMatchObject({
      retry: 'later',
      message: 'discord unreachable: ECONNREFUSED',
    });
    discord = await startDiscord(clock);
  });
});

describe('a message too long for one', () => {
  const rows = Array.from({ length: 100 }, (_, index) => `${index}번 줄 *${'가'.repeat(95)}*`);
  const long: Message = { lines: rows.map((row) => [{ bold: row }]), buttons: [[{ id: 'x', label: '새로고침' }]] };
  const shown = (): string =>
    discord
      .messages(channelId)
      .map(({ text }) => text)
      .join('\n');

  test('comes in parts at line breaks, with the buttons on the last; a deferred answer is the first', async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    const reference = await channel.send(chatId, long);
    const messages = discord.messages(channelId);
    expect(messages.length).toBeGreaterThan(2);
    expect(shown()).toBe(rows.join('\n'));
    expect(messages.map(({ buttons }) => buttons.length)).toEqual([...messages.slice(1).map(() => 0), 1]);
    expect(reference.split('/')[1]).toBe(messages.at(-1)?.id);
  });

  test('goes on where it broke off', async () => {
    discord.fail('PostMessage', { status: 502, times: 2, skip: 1 });
    for (let attempt = 0; attempt < 2; attempt += 1) await failure(channel.send(channelId, long));
    expect(discord.messages(channelId)).toHaveLength(1);
    await channel.send(channelId, long);
    expect(shown()).toBe(rows.join('\n'));
  });

  test("goes on where it broke off, among an interaction's answers too", async () => {
    await start();
    const chatId = await asked('price', { instruments: '005930' }, server);
    discord.fail('FollowUp', { status: 502, skip: 1 });
    await failure(channel.send(chatId, long));
    await channel.send(chatId, long);
    expect(shown()).toBe(rows.join('\n'));
  });

  test('in the place of a short one: the first part there, the rest after it', async () => {
    const reference = await channel.send(channelId, hello);
    await channel.edit(channelId, reference, long);
    expect(shown()).toBe(rows.join('\n'));
    expect(discord.messages(channelId)[0]?.edits).toBe(1);
  });

  test('a line too long is cut between characters, and never within what keeps one from meaning anything', () => {
    const line = '*😀_'.repeat(3_000);
    const parts = discordParts({ lines: ['앞', line, '뒤'] }, 100);
    expect(parts.every((part) => part.length <= 100 && part.isWellFormed())).toBe(true);
    expect(parts.map(readMarkdown).join('').replaceAll('\n', '')).toBe(`앞${line}뒤`);
  });
});

describe('how a message looks', () => {
  test.each([
    [
      '**굵게** _기울임_ `코드` ~~줄~~ ||숨김||',
      '\\*\\*굵게\\*\\* \\_기울임\\_ \\`코드\\` \\~\\~줄\\~\\~ \\|\\|숨김\\|\\|',
    ],
    ['# 제목', '\\# 제목'],
    ['- 목록', '\\- 목록'],
    ['1. 목록', '1\\. 목록'],
    ['> 인용', '\\> 인용'],
    ['<@123> @everyone', '\\<\\@123\\> \\@everyone'],
    ['[글](https://a.b)', '\\[글\\](https\\://a.b)'],
    ['70,000원 ▲1 (+0.5%) 10:30', '70,000원 ▲1 (+0.5%) 10:30'],
    ['반쪽\ud83d', '반쪽\ufffd'],
  ])('%s means nothing', (text, expected) => {
    expect(discordLine(text)).toBe(expected);
  });

  test('bold, codes, and a code that would end itself', () => {
    expect(discordLine([{ bold: 'KT*G' }, ' ', { code: '/price' }, ' ', { code: 'a`b' }, { bold: '' }])).toBe(
      '**KT\\*G** `/price` a\\`b',
    );
  });

  test('red up, blue down, by the first that is coloured', async () => {
    for (const tone of ['up', 'down', 'even'] as const) {
      await channel.send(channelId, {
        lines: [
          '이름',
          [
            { tone, text: '1' },
            { tone: 'up', text: '2' },
          ],
        ],
      });
    }
    await channel.send(channelId, hello);
    const colours = discord.messages(channelId).map(({ color }) => color);
    expect(colours).toEqual([0xe03131, 0x1c7ed6, 0x868e96, 0x868e96]);
  });

  test('several accounts: the colour says where the money is, whatever rises or falls', async () => {
    const rise: Message = { lines: [[{ tone: 'up', text: '▲1' }]] };
    for (const venue of ['live', 'paper', 'simulator', 'paper-simulator'] as const) {
      await channel.send(channelId, { ...rise, venue });
    }
    await channel.send(channelId, rise);
    const [live, ...others] = discord.messages(channelId).map(({ color }) => color);
    expect(live).toBe(0xf4900c);
    expect(others).toEqual([0x7048e8, 0x0ca678, 0x0ca678, 0xe03131]);
  });

  test('rows of five, five of them, each button once, labels as long as Discord shows', async () => {
    const button = (id: string) => ({ id, label: `${id}${'글'.repeat(90)}` });
    const buttons = [
      Array.from({ length: 7 }, (_, index) => button(`a${index}`)),
      [],
      [button('a0')],
      ...Array.from({ length: 6 }, (_, index) => [button(`b${index}`)]),
    ];
    await channel.send(channelId, { lines: ['표'], buttons });
    const [{ buttons: shown = [] } = {}] = discord.messages(channelId);
    expect(shown.map((row) => row.map(({ custom_id }) => custom_id))).toEqual([
      ['a0', 'a1', 'a2', 'a3', 'a4'],
      ['a5', 'a6', 'b0', 'b1', 'b2'],
      ['b3', 'b4', 'b5'],
    ]);
    expect(shown[0]?.[0]?.label).toHaveLength(80);
  });

  test('a button id of 64 bytes goes out; of 65, or none, it is a bug of ours', async () => {
    const labelled = (id: string): Message => ({ lines: ['표'], buttons: [[{ id, label: '확인' }]] });
    await channel.send(channelId, labelled(`${'가'.repeat(21)}x`));
    for (const id of [`${'가'.repeat(21)}xy`, '']) {
      await expect(async () => channel.send(channelId, labelled(id))).rejects.toMatchObject({ retry: 'never' });
    }
    expect(discord.count('PostMessage')).toBe(1);
  });

  test('pictures and files', async () => {
    const data = Buffer.from('png').toString('base64');
    const attachments = [
      { kind: 'photo', name: 'chart.png', data },
      { kind: 'file', name: 'orders.csv', data },
    ] as const;
    const reference = await channel.send(channelId, { lines: ['차트'], attachments });
    const files = [
      { name: 'chart.png', bytes: 3 },
      { name: 'orders.csv', bytes: 3 },
    ];
    expect(discord.messages(channelId)).toMatchObject([{ image: 'attachment://chart.png', files }]);
    await channel.edit(channelId, reference, hello);
    expect(discord.messages(channelId)).toMatchObject([{ image: undefined, files: [] }]);
  });

  test('nothing to say is refused by Discord', async () => {
    await channel.send(channelId, { lines: [] });
    expect(discord.violations.splice(0)).toEqual([expect.stringContaining('50006')]);
  });
});

describe('commands', () => {
  test('registered once, and again only when they changed', async () => {
    await start();
    await eventually('registered', () => discord.commands.get('') !== undefined || discord.commands.size > 0);
    const [list = []] = discord.commands.values();
    expect(list.map(({ name }) => name)).toEqual([...commands.map(({ name }) => name), 'pair']);
    await channel.stop();
    channel = create();
    await start();
    await eventually('compared', () => discord.count('ListCommands') === 2);
    await turns(20);
    expect(discord.count('PutCommands')).toBe(1);
    const [key = ''] = discord.commands.keys();
    discord.commands.set(
      key,
      list.map((command) => (command['name'] === 'buy' ? { ...command, description: '다름' } : command)),
    );
    await channel.stop();
    channel = create();
    await start();
    await eventually('registered again', () => discord.count('PutCommands') === 2);
  });

  test('as they are declared: names and descriptions in both languages, options by their kinds', async () => {
    await start();
    await eventually('registered', () => discord.commands.size > 0);
    const [list = []] = discord.commands.values();
    expect(list.find(({ name }) => name === 'buy')).toMatchObject({
      name_localizations: { ko: '매수' },
      description: languages.ko.commands.buy,
      description_localizations: { ko: languages.ko.commands.buy, 'en-US': languages.en.commands.buy },
      contexts: [0, 1],
      options: [
        { name: 'instrument', name_localizations: { ko: '종목' }, type: 3, required: true, autocomplete: true },
        { name: 'quantity', name_localizations: { ko: '수량' }, type: 3, required: true },
        { name: 'price', name_localizations: { ko: '가격' }, type: 3, required: false },
        { name: 'how', name_localizations: { ko: '방식' }, type: 3, required: false },
      ],
    });
  });

  test('with several accounts, what is about one asks which, after all else; with one nothing does', async () => {
    const asking = (): readonly unknown[] => {
      const [list = []] = discord.commands.values();
      return list
        .filter(({ options }) => JSON.stringify(options ?? []).includes('"name":"account"'))
        .map(({ name }) => name);
    };
    await start();
    await eventually('registered', () => discord.commands.size > 0);
    expect(asking()).toEqual([]);
    await channel.stop();
    severalAccounts = true;
    channel = create();
    await start();
    await eventually('registered again', () => discord.count('PutCommands') === 2);
    expect(asking()).toEqual(commands.filter(({ account }) => account === true).map(({ name }) => name));
    const [list = []] = discord.commands.values();
    expect(list.find(({ name }) => name === 'buy')?.['options']).toMatchObject([
      { name: 'instrument', required: true },
      { name: 'quantity', required: true },
      { name: 'price' },
      { name: 'how' },
      { name: 'account', name_localizations: { ko: '계좌' }, type: 3, autocomplete: true, required: false },
    ]);
    // Discord takes no more than 25.
    expect(
      Math.max(...list.map(({ options }) => (options as readonly unknown[] | undefined)?.length ?? 0)),
    ).toBeLessThan(26);
    await channel.stop();
    channel = create();
    await start();
    await eventually('compared', () => discord.count('ListCommands') === 3);
    await turns(20);
    expect(discord.count('PutCommands')).toBe(2);
  });

  test('in one server, where the settings name one', async () => {
    channel = create({ guildId: server.guildId });
    await start();
    await eventually('registered', () => discord.count('PutCommands') === 1);
    const [request] = discord.requests.filter(({ operation }) => operation === 'PutCommands');
    expect(request?.path).toContain(`/guilds/${server.guildId}/commands`);
  });

  test('Discord is busy: tried again later', async () => {
    discord.fail('ListCommands', { status: 500 });
    discord.fail('PutCommands', { status: 429, retryAfter: 7 });
    await start();
    for (let step = 0; step < 20 && discord.commands.size === 0; step += 1) await clock.advance(1_000);
    await eventually('registered', () => discord.commands.size === 1);
  });
});

describe('the connection', () => {
  test('Discord asks to come back: the session is taken up', async () => {
    await start();
    discord.gateway.askToReconnect();
    await eventually('resumed', () => discord.gateway.count(6) === 1);
    await eventually('connected', () => discord.gateway.connected);
    discord.say(user, 'a');
    await arrived(1);
  });

  test('the session is over: another one', async () => {
    await start();
    discord.gateway.invalidate(false);
    await eventually('identified again', () => discord.gateway.count(2) === 2);
    discord.say(user, 'a');
    await arrived(1);
  });

  test('a session that cannot be taken up after a break: another one', async () => {
    await start();
    discord.gateway.forget();
    discord.gateway.cut();
    await eventually('identified again', () => discord.gateway.count(2) === 2);
    await eventually('connected', () => discord.gateway.connected);
    discord.say(user, 'a');
    await arrived(1);
  });

  test('heartbeats; one that is not answered means a dead connection', async () => {
    discord.gateway.heartbeatMs = 40;
    await start();
    await eventually('beats', () => discord.gateway.count(1) > 2);
    discord.gateway.deaf = true;
    await eventually('resumed', () => discord.gateway.count(6) > 0);
    discord.gateway.deaf = false;
  });

  test('Discord is away at the start: the start does not wait, and it is tried again', async () => {
    discord.fail('GetGateway', { status: 503, times: 2 });
    await channel.start(keep, nothing, channelHost);
    await eventually('noticed', () => says('discord not reached'));
    for (let step = 0; step < 20 && !discord.gateway.connected; step += 1) await clock.advance(1_000);
    await eventually('connected', () => discord.gateway.connected);
    discord.say(user, 'a');
    await arrived(1);
  });

  test.each([
    ['at the door', 0, 'check DISCORD_BOT_TOKEN'],
    ['the token, by the gateway', 4004, 'check DISCORD_BOT_TOKEN'],
    ['the intents', 4014, 'check its intents'],
  ])('refused for good, %s: said in one line, and never asked again', async (_case, code, line) => {
    if (code === 0) channel = create({ token: 'WRONGWRONGWRONGWRONGWRONG.WRONG-.WRONG-wrong-WRONG-wrong-WRONG' });
    else discord.gateway.refusesWith = code;
    await channel.start(keep, nothing, channelHost);
    await eventually('explained', () => says(line));
    const asked = discord.requests.length;
    await clock.advance(3_600_000);
    expect(discord.requests).toHaveLength(asked);
    expect(logged.filter(({ level }) => level === 'error' || level === 'warn')).toHaveLength(1);
    expect(inspect(logged, { depth: 20 })).not.toContain('WRONG-wrong');
  });

  test('refused for good later on', async () => {
    await start();
    await turns(20);
    discord.gateway.close(4004);
    await eventually('explained', () => says('check DISCORD_BOT_TOKEN'));
  });

  test('who the bot is', async () => {
    expect(await channel.check()).toBe('hoga-test');
    const wrong = create({ token: 'WRONGWRONGWRONGWRONGWRONG.WRONG-.WRONG-wrong-WRONG-wrong-WRONG' });
    await expect(wrong.check()).rejects.toThrow('discord 401');
  });
});
