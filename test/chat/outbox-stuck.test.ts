import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Channel, ChannelError, type Message } from '../../src/chat/channel.ts';
import type { Outgoing } from '../../src/chat/draft.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import { nextToSend } from '../../src/chat/outbox-order.ts';
import { plainText } from '../../src/chat/render.ts';
import { languages } from '../../src/i18n/index.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { VirtualClock } from '../chaos/scenario/clock.ts';

const redactor = createRedactor([]);
const messageHeader = { venue: 'live', redactor, wordsAt: () => languages.ko } as const;
const log = createLog({ level: 'silent', redactor });
const address = { channel: 'console', chatId: '1' };
const picture = { kind: 'photo', name: 'chart.png', data: 'AAAA' } as const;

let clock: VirtualClock;
let ledger: Ledger;
let outbox: Outbox;
/** What the chat shows, each with the second at which it came. */
let shown: string[];
/** Why a message does not go now, if it does not. */
let trouble: (message: Message) => ChannelError | undefined;

beforeEach(async () => {
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+09:00'));
  const startedAt = clock.now();
  ledger = await openLedger({ url: 'sqlite::memory:' });
  shown = [];
  trouble = () => undefined;
  const show = async (message: Message): Promise<string> => {
    const error = trouble(message);
    if (error !== undefined) throw error;
    const withPicture = (message.attachments ?? []).length > 0 ? ' [picture]' : '';
    shown.push(`${Math.round((clock.now() - startedAt) / 1_000)}s ${plainText(message)}${withPicture}`);
    return String(shown.length);
  };
  const channel: Channel = {
    name: 'console',
    start: async () => undefined,
    send: (_chat, message) => show(message),
    edit: async (_chat, _reference, message) => void (await show(message)),
    stop: async () => undefined,
  };
  outbox = new Outbox({ ledger, channels: new Map([['console', channel]]), clock, log, messageHeader });
});
afterEach(async () => {
  await outbox.stop();
  await ledger.close();
});

const say = async (text: string, more: Partial<Outgoing> & { readonly attachments?: Message['attachments'] } = {}) => {
  const { attachments, ...others } = more;
  const message = { lines: [text], ...(attachments === undefined ? {} : { attachments }) };
  await outbox.post({ address, message, ...others });
  await clock.rest();
};
const reset = (): ChannelError => new ChannelError('connection reset', 'later');
const texts = (): readonly string[] => shown.map((line) => line.replace(/^\d+s /, ''));

describe('issue 13.2: one bad message', () => {
  test('lets what is about an order go past, at once; other talk waits behind it', async () => {
    trouble = (message) => (plainText(message).startsWith('bad') ? reset() : undefined);
    await say('bad');
    await say('접수됨', { about: 'ticket' });
    await say('현재가');
    await say('체결', { about: 'ticket' });
    expect(shown).toEqual(['0s 접수됨', '0s 체결']);
    trouble = () => undefined;
    await clock.advance(2_000);
    expect(texts()).toEqual(['접수됨', '체결', 'bad', '현재가']);
  });

  test('of an order keeps all that is about the same order behind it, and nothing else', async () => {
    trouble = (message) => (plainText(message) === '접수됨 1' ? reset() : undefined);
    await say('주문표 1', { about: 'one', key: 'ticket:one' });
    await say('접수됨 1', { about: 'one', edits: 'ticket:one' });
    await say('체결 1', { about: 'one' });
    await say('체결 2', { about: 'two' });
    await say('현재가');
    expect(texts()).toEqual(['주문표 1', '체결 2', '현재가']);
    trouble = () => undefined;
    await clock.advance(2_000);
    expect(texts().slice(3)).toEqual(['접수됨 1', '체결 1']);
  });

  test('takes along what a ticket takes the place of', async () => {
    trouble = (message) => (plainText(message) === 'bad' ? reset() : undefined);
    await say('bad');
    await say('살펴보는 중', { key: 'progress:1' });
    expect(shown).toEqual([]);
    await say('주문표', { key: 'ticket:one', edits: 'progress:1', about: 'one' });
    expect(texts()).toEqual(['살펴보는 중', '주문표']);
  });

  test('whose picture does not go is told as text after three attempts, and holds nobody any longer', async () => {
    trouble = ({ attachments = [] }) => (attachments.length > 0 ? reset() : undefined);
    await say('차트', { attachments: [picture] });
    await say('현재가');
    await clock.advance(6_000);
    expect(shown).toEqual([]);
    await clock.advance(2_000);
    expect(shown).toEqual(['7s 차트\n그림을 보내지 못해 글만 보냅니다. 필요하면 다시 물어봐 주세요.', '7s 현재가']);
    expect(await ledger.outboxPending()).toBe(0);
  });

  test('whose picture the platform refuses is told as text at once', async () => {
    trouble = ({ attachments = [] }) =>
      attachments.length > 0 ? new ChannelError('400', 'never', { status: 400 }) : undefined;
    await say('차트', { attachments: [picture] });
    expect(texts()).toEqual(['차트\n그림을 보내지 못해 글만 보냅니다. 필요하면 다시 물어봐 주세요.']);
    expect(await ledger.deadLetters(clock.now())).toBe(0);
  });

  test('with an old picture in its place says that what is seen may be old', async () => {
    await say('차트', { key: 'view:1', attachments: [picture] });
    trouble = ({ attachments = [] }) => (attachments.length > 0 ? reset() : undefined);
    await say('차트 2', { edits: 'view:1', attachments: [picture] });
    await clock.advance(8_000);
    expect(texts().at(-1)).toBe('차트 2\n새 그림을 보내지 못했습니다. 보이는 그림은 예전 것일 수 있습니다.');
  });

  test('a refused chat is still given up at once', async () => {
    trouble = () => new ChannelError('403', 'never', { status: 403 });
    await say('차트', { attachments: [picture] });
    await say('체결', { about: 'one' });
    expect(await ledger.deadLetters(clock.now())).toBe(2);
  });
});

describe('issue 13.2: a network that is away', () => {
  test('makes no message about money die while an older one is tried', async () => {
    trouble = () => reset();
    await say('답');
    for (const about of ['one', 'two', 'three']) await say(`체결 ${about}`, { about });
    // Longer than the oldest is tried at all.
    await clock.advance(40 * 60_000);
    expect(await ledger.deadLetters(clock.now())).toBe(1);
    trouble = () => undefined;
    await clock.advance(61_000);
    expect(texts().filter((text) => text.startsWith('체결'))).toEqual(['체결 one', '체결 two', '체결 three']);
  });

  test('a limit is the whole chat’s: nothing goes past one', async () => {
    trouble = (message) =>
      plainText(message) === '답' ? new ChannelError('429', 'later', { status: 429, afterMs: 5_000 }) : undefined;
    await say('답');
    await say('체결', { about: 'one' });
    expect(shown).toEqual([]);
    trouble = () => undefined;
    await clock.advance(6_000);
    expect(texts()).toEqual(['답', '체결']);
  });
});

describe('what goes next', () => {
  const line = (...messages: readonly (readonly (string | undefined)[])[]) =>
    messages.map(([about, key, edits], index) => ({ id: index + 1, about, key, edits, createdAt: index }));
  const resting =
    (...ids: readonly number[]) =>
    (id: number) =>
      ids.includes(id);

  test('is the oldest, or the oldest about something else than what rests', () => {
    expect(nextToSend(line([], ['a']), resting())).toBe(1);
    expect(nextToSend(line([], [], ['a']), resting(1))).toBe(3);
    expect(nextToSend(line(['a'], [], ['a']), resting(1))).toBe(2);
    expect(nextToSend(line(['a'], ['a'], ['b']), resting(1))).toBe(3);
    expect(nextToSend(line([], ['a'], ['a'], ['b']), resting(1, 2))).toBe(4);
    expect(nextToSend(line([], ['a']), resting(1, 2))).toBeUndefined();
  });

  test('keeps edits with what they edit, through several names', () => {
    expect(
      nextToSend(line([undefined, 'p'], ['a', 't', 'p'], [undefined, undefined, 't']), resting(1)),
    ).toBeUndefined();
    expect(nextToSend(line([undefined, 'v'], [undefined, undefined, 'v']), resting(1))).toBeUndefined();
  });
});
