import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChannelError, type Incoming, type Message, type Receive } from '../../src/chat/channel.ts';
import { TelegramChannel } from '../../src/chat/telegram.ts';
import type { Log } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { eventually, JumpClock, turns } from '../support/clock.ts';
import { startTelegram, type TelegramFault, type TelegramStandIn } from '../support/telegram.ts';

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
    menu: [{ command: 'price', description: '현재가' }],
  });
const keep: Receive = async (incoming) => void received.push(incoming);
const texts = (): readonly string[] =>
  received.map(({ input }) => (input.kind === 'text' ? input.text : `[${input.button}]`));
const arrived = (count: number): Promise<unknown> => eventually(`${count} received`, () => received.length === count);
/** Everything handed out so far was taken and confirmed, and the channel waits for more. */
const quiet = (): Promise<unknown> =>
  eventually('all confirmed', () => telegram.polled && telegram.unconfirmed().length === 0);
const says = (line: string): boolean => logged.some(({ message }) => message.includes(line));

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
  received = [];
  logged = [];
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
    await channel.start(keep);
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
    });
    expect(telegram.requests.find(({ method }) => method === 'getUpdates')?.body['allowed_updates']).toEqual([
      'message',
      'callback_query',
    ]);
  });

  test('in a topic of a group; the answer goes there, and so does a press', async () => {
    await channel.start(keep);
    telegram.say(111, '/price', { chatId: -100, thread: 45 });
    await arrived(1);
    expect(received[0]?.chatId).toBe('-100/45');
    await channel.send('-100/45', { lines: ['a'], buttons: [[{ id: 'x', label: '누르기' }]] });
    expect(telegram.messages(-100)[0]).toMatchObject({ thread: 45 });
    telegram.press(222, '누르기', -100);
    await arrived(2);
    expect(received[1]).toMatchObject({ chatId: '-100/45', identity: 'telegram:222' });
  });

  test('a press: acknowledged before anything else, whatever becomes of it', async () => {
    const order: string[] = [];
    await channel.start((incoming) => {
      order.push(`received, ${telegram.count('answerCallbackQuery')} acknowledged`);
      received.push(incoming);
      return new Promise(() => undefined);
    });
    await channel.send('111', { lines: ['표'], buttons: [[{ id: 'confirm:1', label: '확인' }]] });
    telegram.press(111, '확인');
    await eventually('acknowledged', () => telegram.count('answerCallbackQuery') === 1);
    telegram.say(111, '다음');
    await arrived(2);
    expect(texts()).toEqual(['[confirm:1]', '다음']);
    expect(received[0]?.at).toBeGreaterThan(clock.now() - 5_000);
  });

  test('a press answered too late, or pressed on a message long gone, is no trouble', async () => {
    await channel.start(keep);
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
    await channel.start(keep);
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
    await channel.start((incoming) => {
      received.push(incoming);
      return new Promise(() => undefined);
    });
    await arrived(250);
    await quiet();
    expect(texts()).toEqual(lines);
  });

  test('confirmed only after it was handed over', async () => {
    let unconfirmed: readonly number[] = [];
    await channel.start(async (incoming) => {
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
    await channel.start(keep);
    await eventually('noticed', () => says('telegram poll failed'));
    await clock.advance(1_000);
    await arrived(1);
    expect(texts()).toEqual(['a']);
  });

  test('an update twice, and a press under two update ids', async () => {
    await channel.start(keep);
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
    await channel.start(async (incoming) => {
      received.push(incoming);
      throw new Error('broken');
    });
    telegram.say(111, 'a');
    telegram.say(111, 'b');
    await arrived(2);
    await eventually('logged', () => says('update not handled'));
  });

  test('a stop confirms what was taken; the next start is told the rest', async () => {
    await channel.start(keep);
    telegram.say(111, 'a');
    await arrived(1);
    await channel.stop();
    expect(telegram.unconfirmed()).toEqual([]);
    telegram.say(111, 'b');
    channel = create();
    await channel.start(keep);
    await arrived(2);
    expect(texts()).toEqual(['a', 'b']);
  });

  test('a stop does not wait for a Telegram that is silent', async () => {
    await channel.start(keep);
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
    await channel.start(keep);
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
    await channel.start(keep);
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
    await channel.start(keep);
    await eventually('asked', () => polls().length === 1);
    await clock.advance(35_000);
    await eventually('given up', () => says('telegram poll failed'));
    await clock.advance(1_000);
    telegram.say(111, 'a');
    await arrived(1);
  });

  test('quiet hours are no failure', async () => {
    await channel.start(keep);
    for (let poll = 1; poll <= 4; poll += 1) {
      await eventually('asked', () => polls().length === poll && telegram.polled);
      await clock.advance(25_000);
    }
    expect(logged).toEqual([]);
  });

  test('another program polls: explained, and tried again after a while', async () => {
    await channel.start(keep);
    await eventually('asked', () => telegram.polled);
    const other = await fetch(`${telegram.apiRoot}/bot${telegram.token}/getUpdates`, { method: 'POST' });
    expect(other.status).toBe(200);
    await eventually('explained', () => says('another program polls'));
    const before = polls().length;
    await clock.advance(29_000);
    expect(polls()).toHaveLength(before);
    await clock.advance(1_500);
    telegram.say(111, 'a');
    await arrived(1);
  });

  test('a webhook from earlier is removed', async () => {
    telegram.webhook = 'https://example.com/hook';
    telegram.say(111, 'a');
    await channel.start(keep);
    await eventually('removed', () => telegram.webhook === '');
    await turns(5);
    await clock.advance(1_000);
    await arrived(1);
    expect(says('another program')).toBe(false);
  });

  test('a token that Telegram does not know: explained, and never asked again', async () => {
    await channel.stop();
    channel = create('999999:WRONG-wrong-WRONG-wrong-WRONG-wrong');
    await channel.start(keep);
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
    await channel.start(keep);
    await eventually('noted', () => says('telegram menu not set'));
    telegram.say(111, 'a');
    await arrived(1);
    expect(await channel.check()).toBe('@hoga_test_bot');
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

  test.each<[string, TelegramFault, readonly string[]]>([
    ['refused for ever', { status: 403 }, []],
    ['given up for another message', { status: 502 }, ['다른 말']],
  ])('%s in the middle: the next time it is said in full', async (_case, fault, between) => {
    telegram.fail('sendMessage', { ...fault, skip: 1 });
    await channel.send('111', long).catch(() => undefined);
    for (const line of between) await channel.send('111', { lines: [line] });
    expect(telegram.messages(111).map(({ text }) => text)).toEqual([expect.stringContaining('0번 줄'), ...between]);
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
