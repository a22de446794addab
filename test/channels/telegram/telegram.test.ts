import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import {
  type Attachment,
  ChannelError,
  type ChannelHost,
  type Incoming,
  type Message,
  type Receive,
} from '../../../src/chat/channel.ts';
import type { Role } from '../../../src/domain/people/person.ts';
import { languages } from '../../../src/i18n/index.ts';
import type { Log } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock, turns } from '../../support/clock.ts';
import { startTelegram, type TelegramFault, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// The channel alone, over HTTP with the real grammY; whatever it sends is judged by Telegram's specification.
let clock: JumpClock;
let telegram: TelegramStandIn;
let channel: TelegramChannel;
let received: Incoming[];
let logged: { readonly level: string; readonly message: string; readonly fields: unknown }[];

const log: Log = {
  debug: (message, fields) => void logged.push({ level: 'debug', message, fields }),
  info: (message, fields) => void logged.push({ level: 'info', message, fields }),
  warn: (message, fields) => void logged.push({ level: 'warn', message, fields }),
  error: (message, fields) => void logged.push({ level: 'error', message, fields }),
};
const create = (token = telegram.token): TelegramChannel =>
  new TelegramChannel({
    token: new Secret(token),
    apiRoot: telegram.apiRoot,
    clock,
    log,
    commands,
    words: languages.ko,
  });
/** Who is known, and what the channel told the house. */
let people: readonly { readonly identity: string; readonly role: Role }[];
let moves: unknown[];
/** Whether it stepped aside, for each time it told of another program. */
let conflicts: boolean[];
let peopleChanged: () => void;
const channelHost: ChannelHost = {
  people: () => people,
  onPeopleChange: (listener) => {
    peopleChanged = listener;
  },
  chatMoved: async (from, to) => void moves.push([from, to]),
  hasSeveralAccounts: () => false,
  notAlone: (_channel, stepsAside) => void conflicts.push(stepsAside),
};
const begin = (receive: Receive = keep): Promise<void> => channel.start(receive, () => [], channelHost);
const keep: Receive = async (incoming) => void received.push(incoming);
const texts = (): readonly string[] =>
  received.map(({ input }) => (input.kind === 'text' ? input.text : `[${input.button}]`));
const arrived = (count: number): Promise<unknown> => eventually(`${count} received`, () => received.length === count);
/** Work that lasts as long as a test wants. */
const held = () => {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { until, release: () => release() };
};
/** Everything handed out so far was taken and confirmed, and the channel waits for more. */
const quiet = (): Promise<unknown> =>
  eventually('all confirmed', () => telegram.polled && telegram.unconfirmed().length === 0);
const says = (line: string): boolean => logged.some(({ message }) => message.includes(line));

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
  received = [];
  logged = [];
  people = [];
  moves = [];
  conflicts = [];
  channel = create();
});
afterEach(async () => {
  await channel.stop();
  await telegram.stop();
  expect(telegram.violations).toEqual([]);
  expect(inspect(logged, { depth: 20 })).not.toContain('TEST-TOKEN');
});

describe('what people do', () => {
  test('a text: who, where, when', async () => {
    await begin();
    const date = 1_795_000_000;
    const chat = { id: 111, type: 'private', first_name: 'x' };
    const from = { id: 111, is_bot: false, first_name: 'x' };
    const id = telegram.push({ message: { message_id: 5, date, chat, from, text: '/price 005930' } });
    await arrived(1);
    expect(received[0]).toEqual({
      id: `update:${id}`,
      channel: 'telegram',
      chatId: '111',
      identity: 'telegram:111',
      input: { kind: 'text', text: '/price 005930' },
      at: date * 1_000,
      alone: true,
      overheard: false,
    });
    expect(telegram.requests.find(({ method }) => method === 'getUpdates')?.body['allowed_updates']).toEqual([
      'message',
      'callback_query',
    ]);
  });

  test('in a topic of a group; the answer goes there, and so does a press', async () => {
    await begin();
    telegram.say(111, '/price', { chatId: -100, thread: 45 });
    await arrived(1);
    expect(received[0]?.chatId).toBe('-100/45');
    await channel.send('-100/45', { lines: ['a'], buttons: [[{ id: 'x', label: '누르기' }]] });
    expect(telegram.messages(-100)[0]).toMatchObject({ thread: 45 });
    telegram.press(222, '누르기', -100);
    await arrived(2);
    expect(received[1]).toMatchObject({ chatId: '-100/45', identity: 'telegram:222', alone: false });
  });

  test('a press: acknowledged before anything else, whatever becomes of it', async () => {
    const hold = held();
    await begin((incoming) => {
      received.push(incoming);
      return hold.until;
    });
    await channel.send('111', { lines: ['표'], buttons: [[{ id: 'confirm:1', label: '확인' }]] });
    telegram.press(111, '확인');
    await eventually('acknowledged', () => telegram.count('answerCallbackQuery') === 1);
    telegram.say(111, '다음');
    await arrived(2);
    expect(texts()).toEqual(['[confirm:1]', '다음']);
    expect(received[0]?.at).toBeGreaterThan(clock.now() - 5_000);
    hold.release();
  });

  test('in a group: commands for this bot and for none in particular, not those for another', async () => {
    await begin();
    const lines = [
      '/price@hoga_test_bot 005930',
      '/price@Hoga_Test_Bot 005930',
      '/price@other_bot 005930',
      '@other_bot price 005930',
      '/price 005930',
      '현재가@other_bot',
      '@kim 안녕',
    ];
    for (const line of lines) telegram.say(111, line, { chatId: -100 });
    await quiet();
    expect(texts()).toEqual(lines.filter((line) => !/^(?:\/\w+)?@other_bot/.test(line)));
  });

  test('a press answered too late, or pressed on a message long gone, is no trouble', async () => {
    await begin();
    telegram.fail('answerCallbackQuery', { status: 400, description: 'Bad Request: query is too old' });
    telegram.push({
      callback_query: {
        id: 'old',
        from: { id: 111, is_bot: false, first_name: 'x' },
        chat_instance: 'i',
        data: 'confirm:1',
        message: { message_id: 1, date: 0, chat: { id: 111, type: 'private' } },
      },
    });
    await arrived(1);
    await eventually('noted', () => says('press not acknowledged'));
    expect(logged.every(({ level }) => level === 'debug')).toBe(true);
  });

  test('what is nothing to us is passed over, and confirmed', async () => {
    await begin();
    const chat = { id: 111, type: 'private', first_name: 'x' };
    const from = { id: 111, is_bot: false, first_name: 'x' };
    const message = { message_id: 1, date: 1, chat, from };
    telegram.push({ edited_message: { ...message, text: '/buy 005930 1' } });
    telegram.push({ message });
    telegram.push({ message: { ...message, from: { ...from, is_bot: true }, text: '/buy 005930 1' } });
    telegram.push({ channel_post: { message_id: 2, date: 1, chat: { id: -1, type: 'channel' }, text: '/buy' } });
    telegram.push({ callback_query: { id: 'game', from, chat_instance: 'i', game_short_name: 'chess' } });
    telegram.say(111, '끝');
    await arrived(1);
    await quiet();
    expect(texts()).toEqual(['끝']);
  });
});

describe('each once, in order', () => {
  test('hundreds at once, while nothing of what they cause is waited for', async () => {
    const lines = Array.from({ length: 250 }, (_, index) => `line ${index}`);
    for (const line of lines) telegram.say(111, line);
    const hold = held();
    await begin((incoming) => {
      received.push(incoming);
      return hold.until;
    });
    await arrived(250);
    expect(texts()).toEqual(lines);
    expect(says('would be lost by a crash')).toBe(true);
    hold.release();
    await quiet();
  });

  test('confirmed up to the first that is not finished, and those after it only once it is', async () => {
    const hold = held();
    await begin((incoming) => {
      received.push(incoming);
      return incoming.input.kind === 'text' && incoming.input.text === 'slow' ? hold.until : Promise.resolve();
    });
    const first = telegram.say(111, 'a');
    await quiet();
    const slow = telegram.say(111, 'slow');
    const after = telegram.say(111, 'b');
    await arrived(3);
    await clock.advance(5_000);
    const later = telegram.say(111, 'c');
    await arrived(4);
    expect(texts()).toEqual(['a', 'slow', 'b', 'c']);
    expect(telegram.unconfirmed()).toEqual([slow, after, later]);
    expect(telegram.unconfirmed()).not.toContain(first);
    hold.release();
    await quiet();
    expect(received).toHaveLength(4);
  });

  test('while one is slow Telegram is asked twice a second, not all the time', async () => {
    const hold = held();
    await begin((incoming) => {
      received.push(incoming);
      return hold.until;
    });
    telegram.say(111, 'slow');
    await arrived(1);
    const before = telegram.count('getUpdates');
    for (let step = 0; step < 10; step += 1) {
      await clock.advance(500);
      await turns(20);
    }
    expect(telegram.count('getUpdates') - before).toBeLessThan(14);
    hold.release();
  });

  test.each<[string, TelegramFault | undefined]>([
    ['a kill', { silence: 'cut', times: 5 }],
    ['a stop that waited long enough', undefined],
  ])('%s between hand-over and handling loses no line', async (_case, fault) => {
    const hold = held();
    let finished = 0;
    await begin(async (incoming) => {
      received.push(incoming);
      if (received.length > 1) await hold.until;
      finished += 1;
    });
    const lines = ['a', 'b', 'c'].map((line) => telegram.say(111, line));
    await arrived(3);
    // Its last poll ends, and with a kill it has no last word.
    const stopped = channel.stop();
    await eventually('no longer polled', () => !telegram.polled);
    if (fault !== undefined) telegram.fail('getUpdates', fault);
    await turns(50);
    await clock.advance(20_000);
    await stopped;
    expect(finished).toBe(1);
    expect(telegram.unconfirmed()).toEqual(
      fault === undefined ? lines.slice(1) : expect.arrayContaining(lines.slice(1)),
    );
    for (let left = 0; fault !== undefined && left < 5; left += 1) {
      await fetch(`${telegram.apiRoot}/bot${telegram.token}/getUpdates`, { method: 'POST' }).catch(() => undefined);
    }
    received = [];
    channel = create();
    await begin();
    await eventually('told again', () => texts().includes('b') && texts().includes('c'));
    await quiet();
    expect(texts().slice(-2)).toEqual(['b', 'c']);
    hold.release();
  });

  test('a stop waits for what is being worked on, and confirms it', async () => {
    const hold = held();
    await begin((incoming) => {
      received.push(incoming);
      return hold.until;
    });
    telegram.say(111, 'a');
    await arrived(1);
    const stopped = channel.stop();
    await eventually('no longer polled', () => !telegram.polled);
    const asked = telegram.count('getUpdates');
    await clock.advance(15_000);
    await turns(50);
    expect(telegram.count('getUpdates')).toBe(asked);
    hold.release();
    await stopped;
    expect(telegram.unconfirmed()).toEqual([]);
  });

  test('confirmed only after it was handed over', async () => {
    let unconfirmed: readonly number[] = [];
    await begin(async (incoming) => {
      unconfirmed = telegram.unconfirmed();
      received.push(incoming);
    });
    const id = telegram.say(111, 'a');
    await arrived(1);
    expect(unconfirmed).toContain(id);
    await quiet();
  });

  test('handed out, and the answer lost on the way: handed out again', async () => {
    telegram.say(111, 'a');
    telegram.fail('getUpdates', { silence: 'cut', after: true });
    await begin();
    await eventually('noticed', () => says('telegram poll failed'));
    await clock.advance(1_000);
    await arrived(1);
    expect(texts()).toEqual(['a']);
  });

  test('an update twice, and a press under two update ids', async () => {
    await begin();
    const reference = await channel.send('111', { lines: ['표'], buttons: [[{ id: 'x', label: '확인' }]] });
    const shown = telegram.messages(111).find(({ id }) => String(id) === reference);
    if (shown === undefined) throw new Error('not shown');
    const first = telegram.say(111, 'a');
    telegram.pressData(111, 'x', shown, 'one');
    await arrived(2);
    telegram.redeliver(first);
    telegram.pressData(111, 'x', shown, 'one');
    telegram.say(111, 'b');
    await arrived(3);
    await quiet();
    expect(texts()).toEqual(['a', '[x]', 'b']);
    expect(telegram.count('answerCallbackQuery')).toBe(1);
  });

  test('a receiver that fails is logged, and takes nothing with it', async () => {
    await begin(async (incoming) => {
      received.push(incoming);
      throw new Error('broken');
    });
    telegram.say(111, 'a');
    telegram.say(111, 'b');
    await arrived(2);
    await eventually('logged', () => says('update not handled'));
  });

  test('a stop confirms what was taken; the next start is told the rest', async () => {
    await begin();
    telegram.say(111, 'a');
    await arrived(1);
    await channel.stop();
    expect(telegram.unconfirmed()).toEqual([]);
    telegram.say(111, 'b');
    channel = create();
    await begin();
    await arrived(2);
    expect(texts()).toEqual(['a', 'b']);
  });

  test('a stop does not wait for a Telegram that is silent', async () => {
    await begin();
    telegram.say(111, 'a');
    await arrived(1);
    await quiet();
    telegram.fail('getUpdates', { silence: 'hang' });
    const before = telegram.count('getUpdates');
    const stopped = channel.stop();
    await eventually('asked', () => telegram.count('getUpdates') > before);
    await clock.advance(2_000);
    await stopped;
  });
});

describe('polling goes on', () => {
  const polls = (): readonly number[] =>
    telegram.requests.filter(({ method }) => method === 'getUpdates').map(({ at }) => at);
  /** Lets so many polls fail, and waits for each. */
  const failing = async (fault: TelegramFault, waits: readonly number[]): Promise<void> => {
    telegram.fail('getUpdates', { ...fault, times: waits.length });
    await begin();
    for (const [index, wait] of waits.entries()) {
      await eventually(
        `failure ${index + 1}`,
        () => logged.filter(({ message }) => message.includes('poll')).length > index,
      );
      await turns(5);
      await clock.advance(wait - 300);
      expect(polls()).toHaveLength(index + 1);
      await clock.advance(400);
      await eventually('tried again', () => polls().length === index + 2);
    }
    telegram.say(111, 'a');
    await arrived(1);
  };

  test.each<[string, TelegramFault]>([
    ['500', { status: 500 }],
    ["a proxy's page", { status: 502, page: '<html>Bad Gateway</html>' }],
    ['a page that claims success', { page: '<html>Log in to this network</html>' }],
    ['the connection cut', { silence: 'cut' }],
  ])('after %s, asking less and less often', async (_case, fault) => {
    await failing(fault, [1_000, 2_000, 4_000]);
  });

  test('after 429, when Telegram says so', () => failing({ status: 429, retryAfter: 7 }, [7_000]));

  test('a failure after a success is the first again', async () => {
    telegram.fail('getUpdates', { status: 500, times: 3 });
    telegram.fail('getUpdates', { status: 500, skip: 1 });
    await begin();
    for (let step = 0; step < 100 && polls().length < 4; step += 1) await clock.advance(500);
    telegram.say(111, 'a');
    await arrived(1);
    await eventually('failed again', () => polls().length === 5 && logged.length === 4);
    await turns(5);
    await clock.advance(1_500);
    await eventually('asked again', () => polls().length === 6);
  });

  test('after JSON that is not its own', () => failing({ page: '[]' }, [1_000]));

  test('after silence, longer than a poll may take', async () => {
    telegram.fail('getUpdates', { silence: 'hang' });
    await begin();
    await eventually('asked', () => polls().length === 1);
    await clock.advance(35_000);
    await eventually('given up', () => says('telegram poll failed'));
    await clock.advance(1_000);
    telegram.say(111, 'a');
    await arrived(1);
  });

  test('quiet hours are no failure', async () => {
    await begin();
    for (let poll = 1; poll <= 4; poll += 1) {
      await eventually('asked', () => polls().length === poll && telegram.polled);
      await clock.advance(25_000);
    }
    expect(says('poll')).toBe(false);
  });

  const otherPolls = async (): Promise<void> => {
    const other = await fetch(`${telegram.apiRoot}/bot${telegram.token}/getUpdates`, { method: 'POST' });
    expect(other.status).toBe(200);
  };

  test('another program polls: who came second explains it, steps aside, and looks again less and less', async () => {
    await begin();
    await eventually('asked', () => telegram.polled);
    for (const asideMs of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
      await otherPolls();
      await eventually('stepped aside', () => !telegram.polled);
      await turns(5);
      const before = polls().length;
      await clock.advance(asideMs - 1_000);
      expect(polls()).toHaveLength(before);
      await clock.advance(1_500);
      await eventually('asked again', () => telegram.polled);
    }
    expect(says('another program polls')).toBe(true);
    expect(conflicts).toEqual([true]);
    telegram.say(111, 'a');
    await arrived(1);
  });

  test('another program polls: who was there first keeps its place, and is not driven off by one that comes again', async () => {
    await begin();
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 25_000) {
      await eventually('asked', () => telegram.polled);
      await clock.advance(25_000);
    }
    for (let time = 1; time <= 5; time += 1) {
      await eventually('asked', () => telegram.polled);
      await otherPolls();
      await eventually('stepped on', () => !telegram.polled);
      await clock.advance(300);
      await eventually('asked again', () => telegram.polled);
      telegram.say(111, String(time));
      await arrived(time);
    }
    expect(conflicts).toEqual([false]);
    await clock.advance(2 * 60 * 60_000);
    await eventually('asked', () => telegram.polled);
    await otherPolls();
    await eventually('told again', () => conflicts.length === 2);
  });

  test('two that were both there for long wait longer and longer, so that they do not drive each other round', async () => {
    await begin();
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 25_000) {
      await eventually('asked', () => telegram.polled);
      await clock.advance(25_000);
    }
    for (const waitMs of [200, 400, 800, 1_600]) {
      await eventually('asked', () => telegram.polled);
      await otherPolls();
      await eventually('stepped on', () => !telegram.polled);
      await turns(5);
      const before = polls().length;
      await clock.advance(waitMs * 0.5);
      expect(polls()).toHaveLength(before);
      await clock.advance(waitMs);
    }
  });

  test('a webhook from earlier is removed', async () => {
    telegram.webhook = 'https://example.com/hook';
    telegram.say(111, 'a');
    await begin();
    await eventually('removed', () => telegram.webhook === '');
    await turns(5);
    await clock.advance(1_000);
    await arrived(1);
    expect(says('another program')).toBe(false);
  });

  test('a token that Telegram does not know: explained, and never asked again', async () => {
    await channel.stop();
    channel = create('999999:WRONG-wrong-WRONG-wrong-WRONG-wrong');
    await begin();
    await eventually('explained', () => says('TELEGRAM_BOT_TOKEN'));
    await turns(5);
    const asked = telegram.requests.length;
    await clock.advance(3_600_000);
    expect(telegram.requests).toHaveLength(asked);
    expect(inspect(logged, { depth: 20 })).not.toContain('WRONG-wrong');
    await expect(channel.check()).rejects.toThrow('telegram 401: Unauthorized');
  });

  test('the menu is set; without it the rest works all the same', async () => {
    telegram.fail('setMyCommands', { status: 500 });
    await begin();
    await eventually('noted', () => says('telegram menu not set'));
    telegram.say(111, 'a');
    await arrived(1);
    expect(await channel.check()).toBe('@hoga_test_bot');
    await clock.advance(60_000);
    await eventually('set after a while', () => telegram.menus.size === 3);
  });
});

describe('the menu', () => {
  const publicMenu = ['help', 'pair'];
  const may = (...roles: readonly Role[]): readonly string[] =>
    commands.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
  const of = (id: number, language = ''): readonly string[] | undefined => telegram.menuOf(`chat ${id}`, language);

  test('to each person what their role may, to all others how to become known; in both languages', async () => {
    people = [
      { identity: 'console:local', role: 'owner' },
      { identity: 'discord:111', role: 'owner' },
      { identity: 'telegram:1', role: 'owner' },
      { identity: 'telegram:2', role: 'trader' },
      { identity: 'telegram:3', role: 'viewer' },
    ];
    await begin();
    await eventually('all set', () => telegram.menus.size === 12);
    for (const language of ['', 'ko', 'en']) {
      expect(telegram.menuOf('default', language)).toEqual(publicMenu);
      expect(of(1, language)).toEqual(may('viewer', 'trader', 'owner'));
      expect(of(2, language)).toEqual(may('viewer', 'trader'));
      expect(of(3, language)).toEqual(may('viewer'));
    }
    const described = (language: string) => telegram.menus.get(`chat 3/${language}`)?.commands[0]?.description;
    expect([described(''), described('ko'), described('en')]).toEqual([
      languages.ko.commands.price,
      languages.ko.commands.price,
      languages.en.commands.price,
    ]);
  });

  test('follows who is known, and says nothing twice', async () => {
    people = [{ identity: 'telegram:1', role: 'owner' }];
    await begin();
    await eventually('set', () => telegram.menus.size === 6);
    people = [...people, { identity: 'telegram:2', role: 'viewer' }];
    peopleChanged();
    await eventually('added', () => of(2, 'en') !== undefined);
    people = [
      { identity: 'telegram:1', role: 'owner' },
      { identity: 'telegram:2', role: 'trader' },
    ];
    peopleChanged();
    await eventually('changed', () => of(2, 'en')?.includes('buy'));
    people = people.slice(0, 1);
    peopleChanged();
    await eventually('removed', () => of(2, 'en') === undefined);
    expect(telegram.menus.size).toBe(6);
    expect(telegram.count('setMyCommands')).toBe(12);
    expect(telegram.count('deleteMyCommands')).toBe(3);
  });

  test('of somebody who has not written yet is set when they do', async () => {
    telegram.absent.add(5);
    people = [
      { identity: 'telegram:5', role: 'viewer' },
      { identity: 'telegram:6', role: 'viewer' },
    ];
    await begin();
    await eventually('the other set', () => of(6, 'en') !== undefined);
    expect(logged.every(({ level }) => level === 'debug')).toBe(true);
    expect(telegram.count('setMyCommands')).toBe(7);
    telegram.absent.delete(5);
    telegram.say(5, '/help');
    await eventually('set', () => of(5, 'en') !== undefined);
  });

  test('waits as long as Telegram says', async () => {
    telegram.fail('setMyCommands', { status: 429, retryAfter: 7, skip: 1 });
    await begin();
    await eventually('refused', () => telegram.count('setMyCommands') === 2);
    await turns(20);
    await clock.advance(6_500);
    expect(telegram.menus.size).toBe(1);
    await clock.advance(1_000);
    await eventually('set', () => telegram.menus.size === 3);
    expect(logged).toEqual([]);
  });
});

describe('sending', () => {
  const hello: Message = { lines: ['안녕'] };
  const failure = async (attempt: Promise<unknown>): Promise<ChannelError> => {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ChannelError)) throw new Error(`not a ChannelError: ${inspect(error)}`);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('TEST-TOKEN');
    return error;
  };

  test('HTML without a preview, and a keyboard', async () => {
    const reference = await channel.send('111', {
      lines: [[{ bold: 'KT&G' }, ' ', { code: '033780' }, ' ', { tone: 'up', text: '▲1' }], '<script>'],
      buttons: [
        [
          { id: 'a', label: '확인' },
          { id: 'b', label: '취소' },
        ],
        [],
        [{ id: 'c', label: '+1틱' }],
      ],
    });
    expect(telegram.messages(111)).toMatchObject([
      {
        id: Number(reference),
        html: '<b>KT&amp;G</b> <code>033780</code> ▲1\n&lt;script&gt;',
        keyboard: [
          [
            { text: '확인', callback_data: 'a' },
            { text: '취소', callback_data: 'b' },
          ],
          [{ text: '+1틱', callback_data: 'c' }],
        ],
      },
    ]);
    expect(telegram.requests.at(-1)?.body).toMatchObject({ link_preview_options: { is_disabled: true } });
  });

  test.each<[string, TelegramFault, Partial<ChannelError>]>([
    ['429', { status: 429, retryAfter: 3 }, { retry: 'later', afterMs: 3_000, status: 429 }],
    ['429 without a time', { status: 429 }, { retry: 'later', afterMs: undefined }],
    ['500', { status: 500 }, { retry: 'later', status: 500 }],
    ['502 after it was done', { status: 502, after: true }, { retry: 'later' }],
    ["a proxy's page", { status: 502, page: '<html>' }, { retry: 'later', status: undefined }],
    ["a proxy's JSON", { status: 503, page: '{"error":"busy"}' }, { retry: 'later' }],
    ['the connection cut', { silence: 'cut' }, { retry: 'later', status: undefined }],
    ['the connection cut after it was done', { silence: 'cut', after: true }, { retry: 'later' }],
    ['a token not known', { status: 401, description: 'Unauthorized' }, { retry: 'later', status: 401 }],
    ['blocked', { status: 403, description: 'Forbidden: bot was blocked by the user' }, { retry: 'never' }],
    ['no such chat', { status: 400, description: 'Bad Request: chat not found' }, { retry: 'never' }],
  ])('%s: one request, and an error that says when to repeat', async (_case, fault, expected) => {
    telegram.fail('sendMessage', { ...fault, times: 5 });
    telegram.fail('editMessageText', { ...fault, times: 5 });
    expect(await failure(channel.send('111', hello))).toMatchObject(expected);
    expect(telegram.count('sendMessage')).toBe(1);
    expect(await failure(channel.edit('111', '1', hello))).toMatchObject({ retry: expected.retry });
    expect(telegram.count('editMessageText')).toBe(1);
    expect(telegram.count('sendMessage')).toBe(1);
  });

  test('no answer: given up after ten seconds', async () => {
    telegram.fail('sendMessage', { silence: 'hang' });
    const error = failure(channel.send('111', hello));
    await eventually('asked', () => telegram.count('sendMessage') === 1);
    await clock.advance(9_000);
    expect(await Promise.race([error, turns(5)])).toBeUndefined();
    await clock.advance(1_500);
    expect(await error).toMatchObject({ retry: 'later' });
    expect(telegram.count('sendMessage')).toBe(1);
  });

  test('nobody there', async () => {
    await telegram.stop();
    expect(await failure(channel.send('111', hello))).toMatchObject({
      retry: 'later',
      message: 'telegram unreachable: ECONNREFUSED',
    });
    telegram = await startTelegram(clock);
  });

  test('a button id of 64 bytes goes out; of 65, or none, it is a bug of ours', async () => {
    const labelled = (id: string): Message => ({ lines: ['표'], buttons: [[{ id, label: '확인' }]] });
    await channel.send('111', labelled(`${'가'.repeat(21)}x`));
    for (const id of [`${'가'.repeat(21)}xy`, '']) {
      expect(await failure(channel.send('111', labelled(id)))).toMatchObject({ retry: 'never' });
      expect(await failure(channel.edit('111', '1', labelled(id)))).toMatchObject({ retry: 'never' });
    }
    expect(telegram.messages(111)).toHaveLength(1);
    expect(telegram.count('editMessageText')).toBe(0);
  });

  test('half an emoji does not keep the rest from being shown', async () => {
    await channel.send('111', { lines: ['삼성전자😀'.slice(0, 5)] });
    expect(telegram.messages(111)[0]?.text).toBe('삼성전자\ufffd');
  });

  test('nothing to say is refused by Telegram, and not repeated', async () => {
    expect(await failure(channel.send('111', { lines: [] }))).toMatchObject({ retry: 'never' });
    expect(telegram.violations.splice(0)).toEqual(['message text is empty']);
  });
});

describe('a message too long for one', () => {
  const rows = Array.from({ length: 100 }, (_, index) => `${index}번 줄 ${'가'.repeat(95)}`);
  const long: Message = {
    lines: rows.map((row) => [{ bold: row }]),
    buttons: [[{ id: 'run:/balance', label: '새로고침' }]],
  };
  const shown = (): string =>
    telegram
      .messages(111)
      .map(({ text }) => text)
      .join('\n');

  test('comes in parts at line breaks, with the buttons on the last', async () => {
    const reference = await channel.send('111', long);
    const messages = telegram.messages(111);
    expect(messages.length).toBeGreaterThan(2);
    expect(shown()).toBe(rows.join('\n'));
    expect(messages.map(({ keyboard }) => keyboard.length)).toEqual([...messages.slice(1).map(() => 0), 1]);
    expect(reference).toBe(String(messages.at(-1)?.id));
  });

  test('goes on where it broke off', async () => {
    const attempt = (): Promise<string | undefined> => channel.send('111', long).catch(() => undefined);
    // The second part at first, and then the second again.
    telegram.fail('sendMessage', { status: 502, times: 2, skip: 1 });
    expect(await attempt()).toBeUndefined();
    expect(await attempt()).toBeUndefined();
    expect(telegram.messages(111)).toHaveLength(1);
    expect(await attempt()).toBe(String(telegram.messages(111).at(-1)?.id));
    expect(shown()).toBe(rows.join('\n'));
    // And the same once more is said in full.
    await channel.send('111', long);
    expect(shown()).toBe([...rows, ...rows].join('\n'));
  });

  test('goes on where it broke off, whatever was said between', async () => {
    telegram.fail('sendMessage', { status: 502, skip: 1 });
    await channel.send('111', long).catch(() => undefined);
    await channel.send('111', { lines: ['체결'] });
    await channel.send('111', long);
    const texts = telegram.messages(111).map(({ text }) => text);
    expect(texts[1]).toBe('체결');
    expect(texts.toSpliced(1, 1).join('\n')).toBe(rows.join('\n'));
  });

  test.each<[string, TelegramFault, number]>([
    ['refused for ever', { status: 403 }, 0],
    ['given up long ago', { status: 502 }, 11 * 60_000],
  ])('%s in the middle: the next time it is said in full', async (_case, fault, laterMs) => {
    telegram.fail('sendMessage', { ...fault, skip: 1 });
    await channel.send('111', long).catch(() => undefined);
    await clock.advance(laterMs);
    expect(telegram.messages(111).map(({ text }) => text)).toEqual([expect.stringContaining('0번 줄')]);
    const before = telegram.messages(111).length;
    await channel.send('111', long);
    const after = telegram.messages(111).slice(before);
    expect(after.map(({ text }) => text).join('\n')).toBe(rows.join('\n'));
  });

  test('in the place of a short one: the first part there, the rest after it', async () => {
    const reference = await channel.send('111', { lines: ['가져오는 중…'], buttons: [[{ id: 'x', label: '취소' }]] });
    await channel.edit('111', reference, long);
    const messages = telegram.messages(111);
    expect(messages[0]).toMatchObject({ id: Number(reference), edits: 1, keyboard: [] });
    expect(messages.at(-1)?.keyboard).toHaveLength(1);
    expect(shown()).toBe(rows.join('\n'));
  });
});

describe('editing', () => {
  const ticket: Message = { lines: ['주문표'], buttons: [[{ id: 'confirm:1', label: '확인' }]] };

  test('in place; buttons only where it has some', async () => {
    const reference = await channel.send('111', ticket);
    await channel.edit('111', reference, { ...ticket, lines: ['보내는 중…'] });
    expect(telegram.messages(111)).toMatchObject([{ text: '보내는 중…', keyboard: [[{ text: '확인' }]] }]);
    await channel.edit('111', reference, { lines: ['접수됨'] });
    expect(telegram.messages(111)).toMatchObject([{ text: '접수됨', keyboard: [], edits: 2 }]);
  });

  test('to what it says already is done', async () => {
    const reference = await channel.send('111', ticket);
    await channel.edit('111', reference, ticket);
    expect(telegram.messages(111)).toMatchObject([{ text: '주문표', edits: 0 }]);
  });

  test('of a message that somebody deleted is said anew', async () => {
    const reference = await channel.send('111', ticket);
    for (const message of telegram.messages(111)) telegram.remove(message);
    await channel.edit('111', reference, { lines: ['접수됨'] });
    expect(telegram.messages(111).map(({ text }) => text)).toEqual(['접수됨']);
  });

  test.each(["Bad Request: message can't be edited", 'Bad Request: MESSAGE_ID_INVALID'])(
    'refused with %s is said anew, in its topic',
    async (description) => {
      const reference = await channel.send('-100/45', ticket);
      telegram.fail('editMessageText', { status: 400, description });
      await channel.edit('-100/45', reference, { lines: ['접수됨'] });
      expect(telegram.messages(-100)).toMatchObject([{ text: '주문표' }, { text: '접수됨', thread: 45 }]);
    },
  );
});

describe('pictures and files', () => {
  const photo = (name: string): Attachment => ({
    kind: 'photo',
    name,
    data: Buffer.from(`${name}!`).toString('base64'),
  });
  const file: Attachment = {
    kind: 'file',
    name: '체결 내역;"1".csv',
    data: Buffer.from('a,b\n1,2\n').toString('base64'),
  };
  const buttons = [[{ id: 'run:/price 005930', label: '현재가' }]];
  const long = Array.from({ length: 30 }, (_, index) => `${index}번 줄 ${'가'.repeat(60)}`);
  const chat = () => telegram.messages(111);

  test('a picture has the text below it, and the buttons', async () => {
    const lines = [[{ bold: 'KT&G' }], '가'.repeat(1_019)];
    const reference = await channel.send('111', { lines, attachments: [photo('chart.png')], buttons });
    expect(chat()).toMatchObject([
      {
        file: { kind: 'photo', name: 'chart.png', data: Buffer.from('chart.png!') },
        html: `<b>KT&amp;G</b>\n${'가'.repeat(1_019)}`,
        keyboard: [[{ text: '현재가' }]],
      },
    ]);
    expect(reference.split('/')[0]).toBe(String(chat()[0]?.id));
  });

  test('several come one after the other, in a topic too; the first has the text', async () => {
    const attachments = [photo('day.png'), file, photo('week.png')];
    await channel.send('-100/45', { lines: ['차트'], attachments, buttons });
    expect(telegram.messages(-100)).toMatchObject([
      { file: { kind: 'photo', name: 'day.png' }, text: '차트', keyboard: [[{}]], thread: 45 },
      {
        file: { kind: 'document', name: '체결_내역_1_.csv', data: Buffer.from('a,b\n1,2\n') },
        text: '',
        keyboard: [],
        thread: 45,
      },
      { file: { kind: 'photo', name: 'week.png' }, text: '', keyboard: [], thread: 45 },
    ]);
  });

  test('of a silent message no part makes a sound, and neither does what an edit adds', async () => {
    const lines = Array.from({ length: 3 }, () => '가'.repeat(2_000));
    const attachments = [photo('day.png'), file];
    const reference = await channel.send('111', { lines, attachments, silent: true });
    await channel.edit('111', reference, { lines, attachments, silent: true });
    const sent = telegram.requests.filter(({ method }) => method.startsWith('send'));
    expect(sent.map(({ method, body }) => [method, body['disable_notification']])).toEqual([
      ['sendMessage', true],
      ['sendMessage', true],
      ['sendPhoto', true],
      ['sendDocument', true],
      ['sendMessage', true],
      ['sendPhoto', true],
      ['sendDocument', true],
    ]);
  });

  test('a picture without a word', async () => {
    await channel.send('111', { lines: [], attachments: [photo('chart.png')] });
    expect(chat()).toMatchObject([{ file: { kind: 'photo' }, text: '' }]);
  });

  test('a text too long to stand below goes before, with the buttons', async () => {
    const reference = await channel.send('111', { lines: long, attachments: [photo('chart.png')], buttons });
    expect(chat()).toMatchObject([
      { text: long.join('\n'), keyboard: [[{}]] },
      { file: { kind: 'photo' }, text: '', keyboard: [] },
    ]);
    expect(reference).toBe(String(chat()[0]?.id));
  });

  test.each<[string, TelegramFault]>([
    ['429', { status: 429, retryAfter: 3 }],
    ['the connection cut', { silence: 'cut' }],
  ])(
    '%s in the middle: goes on where it broke off, under the name of the one with the buttons',
    async (_case, fault) => {
      const message: Message = { lines: ['차트'], attachments: [photo('chart.png'), file], buttons };
      telegram.fail('sendDocument', fault);
      await expect(channel.send('111', message)).rejects.toMatchObject({ retry: 'later' });
      const reference = await channel.send('111', message);
      expect(chat().map((shown) => shown.file?.kind)).toEqual(['photo', 'document']);
      expect(reference.split('/')[0]).toBe(String(chat()[0]?.id));
    },
  );

  test.each([
    ['blocked', { status: 403, description: 'Forbidden: bot was blocked by the user' }, 'never'],
    ['refused', { status: 400, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' }, 'never'],
    ['429', { status: 429, retryAfter: 3 }, 'later'],
    ['500', { status: 500 }, 'later'],
  ] as const)('%s: one request, and an error that says when to repeat', async (_case, fault, retry) => {
    telegram.fail('sendPhoto', fault);
    await expect(channel.send('111', { lines: ['a'], attachments: [photo('a.png')] })).rejects.toMatchObject({ retry });
    expect(telegram.count('sendPhoto')).toBe(1);
  });

  test('an edit changes what stands below the same picture', async () => {
    const message: Message = { lines: ['차트'], attachments: [photo('chart.png')], buttons };
    const reference = await channel.send('111', message);
    await channel.edit('111', reference, message);
    expect(chat()).toMatchObject([{ edits: 0 }]);
    await channel.edit('111', reference, { ...message, lines: ['새 차트'] });
    expect(chat()).toMatchObject([{ text: '새 차트', edits: 1, keyboard: [[{}]] }]);
    await channel.edit('111', reference, { lines: ['끝'] });
    expect(chat()).toMatchObject([{ text: '끝', edits: 2, keyboard: [] }]);
  });

  test.each<[string, Message]>([
    ['another picture', { lines: ['주봉'], attachments: [photo('week.png')], buttons }],
    ['a text that does not fit below', { lines: long, buttons }],
  ])('%s is sent anew, and the old one can be pressed no more', async (_case, message) => {
    const reference = await channel.send('111', { lines: ['차트'], attachments: [photo('chart.png')], buttons });
    await channel.edit('111', reference, message);
    expect(chat()).toMatchObject([{ text: '차트', keyboard: [] }, { keyboard: [[{}]] }]);
    expect(chat()).toHaveLength(2);
  });

  test('a picture that somebody deleted is sent anew', async () => {
    const message: Message = { lines: ['차트'], attachments: [photo('chart.png')], buttons };
    const reference = await channel.send('111', message);
    for (const shown of chat()) telegram.remove(shown);
    await channel.edit('111', reference, { ...message, lines: ['새 차트'] });
    expect(chat()).toMatchObject([{ text: '새 차트', file: { kind: 'photo' } }]);
  });

  test('in the place of a text: the text there, the picture after it', async () => {
    const reference = await channel.send('111', { lines: ['가져오는 중…'] });
    const message: Message = { lines: ['차트'], attachments: [photo('chart.png')], buttons };
    telegram.fail('sendPhoto', { status: 502 });
    await expect(channel.edit('111', reference, message)).rejects.toMatchObject({ retry: 'later' });
    await channel.edit('111', reference, message);
    expect(chat()).toMatchObject([
      { id: Number(reference), text: '차트', keyboard: [[{}]] },
      { file: { kind: 'photo' }, text: '' },
    ]);
    expect(chat()).toHaveLength(2);
  });
});

describe('a group that becomes a supergroup', () => {
  test('gets at its new id what was meant for the old one, at once', async () => {
    await begin();
    const reference = await channel.send('-500', { lines: ['전'] });
    telegram.migrate(-500, -1001, false);
    await channel.send('-500', { lines: ['후'] });
    await channel.edit('-500', reference, { lines: ['고침'] });
    await channel.send('-500', { lines: ['그림'], attachments: [{ kind: 'photo', name: 'a.png', data: 'YQ==' }] });
    expect(telegram.messages(-1001).map(({ text }) => text)).toEqual(['후', '고침', '그림']);
    expect(moves).toEqual([[{ channel: 'telegram', chatId: '-500' }, '-1001']]);
    // Told once, it is not asked for again.
    expect(telegram.requests.filter(({ body }) => String(body['chat_id']) === '-500')).toHaveLength(2);
  });

  test('that is told by Telegram is known before anything is sent', async () => {
    await begin();
    telegram.migrate(-500, -1001);
    await eventually('noted', () => moves.length === 1);
    await channel.send('-500', { lines: ['후'] });
    expect(telegram.messages(-1001)).toHaveLength(1);
    expect(telegram.count('sendMessage')).toBe(1);
    expect(received).toEqual([]);
  });
});
