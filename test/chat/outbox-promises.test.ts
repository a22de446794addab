import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ChannelError, type Message } from '../../src/chat/channel.ts';
import { toDraft } from '../../src/chat/draft.ts';
import type { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import type { AccountLabel } from '../../src/services/accounts.ts';
import {
  address,
  elsewhere,
  gate,
  messageHeader,
  type OutboxStand,
  openOutboxStand,
  reset,
} from '../support/outbox-stand.ts';

const photo = { kind: 'photo', name: 'chart.png', data: 'AAAA' } as const;

let stand: OutboxStand;
beforeEach(async () => {
  stand = await openOutboxStand();
});

describe('a draft', () => {
  const draft = (message: Message, venue: 'live' | 'paper' = 'live') =>
    toDraft({ address, message }, { ...messageHeader, venue }).body;

  test('is tagged where no real money moves, whatever its first line is', () => {
    expect(draft({ lines: ['x', 'y'] })).toEqual({ lines: ['x', 'y'] });
    expect(draft({ lines: ['x', 'y'] }, 'paper')).toEqual({ lines: [['[모의투자] ', 'x'], 'y'] });
    expect(draft({ lines: [] }, 'paper')).toEqual({ lines: [['[모의투자] ', '']] });
  });

  test('says which account it is about to whoever has several, and asks that one again', () => {
    const label = { name: 'isa', title: '연금', venue: 'live' } as unknown as AccountLabel;
    const message: Message = { lines: ['x'], buttons: [[{ id: 'run:/balance', label: '잔고' }]] };
    const about = (named: boolean, venue: 'paper' | undefined) =>
      toDraft({ address, message, account: { label, named } }, { ...messageHeader, venue }).body;
    expect(about(true, undefined)).toEqual({
      lines: [[{ bold: '🟠 [연금 · 실전]' }], 'x'],
      venue: 'live',
      buttons: [[{ id: 'run:/balance @isa', label: '잔고' }]],
    });
    // The venue is the account's, and not that of the message's header.
    expect(about(false, 'paper')).toEqual(message);
    expect(toDraft({ address, message }, { ...messageHeader, venue: undefined }).body).toEqual(message);
  });

  test('keeps all that is no text as it is', () => {
    const bytes = new Uint8Array([1, 2]);
    const message = { lines: ['x'], private: true, data: { none: null, count: 5, bytes, text: 'a canary' } };
    expect(draft(message as unknown as Message)).toEqual({
      lines: ['x'],
      private: true,
      data: { none: null, count: 5, bytes, text: 'a [redacted]' },
    });
  });
});

describe('the data of an answer', () => {
  const kept = async (outbox: Outbox, channel: string): Promise<unknown> => {
    await outbox.post({ address: { channel, chatId: '1' }, message: { lines: ['x'], data: { a: 1 } as never } });
    const [entry] = await stand.ledger.outboxHeads({ channel, chatId: '1' });
    return entry?.body;
  };

  test('goes to channels that take it, and to no others', async () => {
    // What fails stays in the stand.ledger, where it can be seen.
    stand.send = () => Promise.reject(reset());
    const outbox = stand.start([{ name: 'mail', takesData: true }, { name: 'deaf' }]);
    expect(await kept(outbox, 'mail')).toEqual({ lines: ['x'], data: { a: 1 } });
    expect(await kept(outbox, 'gone')).toEqual({ lines: ['x'] });
    expect(await kept(outbox, 'deaf')).toEqual({ lines: ['x'] });
    await stand.say(outbox, 'none', { address: { channel: 'mail', chatId: '2' } });
    expect((await stand.ledger.outboxHeads({ channel: 'mail', chatId: '2' }))[0]?.body).toEqual({ lines: ['none'] });
  });
});

describe('sending', () => {
  test('is one message at a time in a chat, however often it is begun; other chats do not wait', async () => {
    const { passed, open } = gate();
    stand.send = (message) => (plainText(message) === 'slow' ? passed : Promise.resolve());
    const outbox = stand.start();
    await stand.say(outbox, 'slow');
    await stand.say(outbox, 'next');
    outbox.flush();
    await stand.say(outbox, 'elsewhere', { address: elsewhere });
    expect(stand.attempts).toEqual(['1 slow', '2 elsewhere']);
    open();
    await stand.clock.rest();
    expect(stand.attempts).toEqual(['1 slow', '2 elsewhere', '1 next']);
  });

  test('past one that rests is one at a time too, when two look at once', async () => {
    stand.fail('bad', reset);
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    const { passed, open } = gate();
    stand.send = (message) => (plainText(message) === 'fill' ? passed : Promise.resolve());
    await outbox.post({ address, message: { lines: ['fill'] }, about: 'order' });
    outbox.flush();
    outbox.flush();
    await stand.clock.rest();
    expect(stand.attempts).toEqual(['1 bad', '1 fill']);
    open();
    await stand.clock.rest();
  });

  test('leaves what is for a channel that does not run, and nobody waits for it', async () => {
    const outbox = stand.start();
    await stand.say(outbox, 'kept', { address: { channel: 'telegram', chatId: '1' } });
    await stand.say(outbox, 'shown');
    expect(stand.attempts).toEqual(['1 shown']);
    expect(await outbox.pending()).toBe(1);
    await outbox.settled();
  });

  test('goes on where the ledger could not be read, and says so', async () => {
    const outbox = stand.start();
    const heads = vi.spyOn(stand.ledger, 'outboxHeads').mockRejectedValueOnce(new Error('locked'));
    await stand.say(outbox, 'one');
    expect(stand.attempts).toEqual([]);
    expect(stand.logged).toEqual([['outbox stuck', { error: 'locked' }]]);
    outbox.flush();
    await stand.clock.rest();
    expect(stand.attempts).toEqual(['1 one']);
    expect(stand.logged).toHaveLength(1);
    heads.mockRestore();
  });

  test('that cannot be written down as done is said, and holds up nobody', async () => {
    const outbox = stand.start();
    vi.spyOn(stand.ledger, 'markSent').mockRejectedValueOnce(new Error('disk full'));
    await stand.say(outbox, 'one');
    expect(stand.logged).toContainEqual(['message not concluded', { error: 'disk full' }]);
    await stand.say(outbox, 'elsewhere', { address: elsewhere });
    expect(stand.attempts).toContain('2 elsewhere');
  });

  test('whose failure cannot be written down is said, and tried again all the same', async () => {
    stand.fail('bad', reset);
    const outbox = stand.start();
    vi.spyOn(stand.ledger, 'markFailed').mockRejectedValueOnce(new Error('disk full'));
    await stand.say(outbox, 'bad');
    expect(stand.logged).toContainEqual(['failure of message not recorded', { error: 'disk full' }]);
    await stand.clock.advance(1_000);
    expect(stand.attempts).toHaveLength(2);
  });
});

describe('a message that fails', () => {
  test('by a mistake of ours is tried again like any other, and said each time', async () => {
    stand.fail('bad', () => new TypeError('x is not a function'));
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    await stand.say(outbox, 'fill', { about: 'order' });
    expect(stand.attempts).toEqual(['1 bad', '1 fill']);
    await stand.clock.advance(3_000);
    expect(stand.attempts).toHaveLength(4);
    expect(stand.logged.slice(0, 2)).toEqual([
      ['message not sent', { channel: 'console', attempt: 1, final: false, error: 'x is not a function' }],
      ['message not sent', { channel: 'console', attempt: 2, final: false, error: 'x is not a function' }],
    ]);
  });

  test('is given up after thirty attempts', async () => {
    stand.fail('bad', reset);
    await stand.say(stand.start(), 'bad');
    await stand.clock.advance(3_600_000);
    expect(stand.attempts).toHaveLength(30);
    expect(stand.logged.at(-1)).toEqual([
      'message not sent',
      { channel: 'console', attempt: 30, final: true, error: 'connection reset' },
    ]);
  });

  test('for good, and has no picture, is tried once', async () => {
    stand.fail('bad', () => new ChannelError('400', 'never', { status: 400 }));
    await stand.say(stand.start(), 'bad');
    expect(stand.attempts).toHaveLength(1);
    expect(await stand.ledger.deadLetters(stand.clock.now())).toBe(1);
  });

  test('for its picture is tried once with it, and once without', async () => {
    stand.send = async ({ attachments = [] }) => {
      if (attachments.length > 0) throw new ChannelError('400', 'never', { status: 400 });
    };
    await stand.say(stand.start(), 'chart', { message: { lines: ['chart'], attachments: [photo] } });
    expect(stand.attempts).toHaveLength(2);
  });

  test('past an older one uses up its attempts only where the platform answered', async () => {
    stand.send = async (message) => {
      throw plainText(message) === 'fill' ? new ChannelError('500', 'later', { status: 500 }) : reset();
    };
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    await stand.say(outbox, 'fill', { about: 'order' });
    await stand.clock.advance(3_600_000);
    expect(stand.attempts.filter((attempt) => attempt === '1 fill')).toHaveLength(30);
    expect(await stand.ledger.deadLetters(stand.clock.now())).toBe(2);
  });

  test.each([
    ['a limit without a time', { status: 429 }, 1_000],
    ['a time without a limit', { status: 503, afterMs: 5_000 }, 5_000],
    ['a time and nothing else', { afterMs: 5_000 }, 5_000],
  ])('with %s holds up its whole chat for as long', async (_what, options, ms) => {
    stand.fail('bad', () => new ChannelError('x', 'later', options));
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    stand.send = async () => undefined;
    await stand.say(outbox, 'fill', { about: 'order' });
    await stand.clock.advance(ms - 1);
    expect(stand.attempts).toEqual(['1 bad']);
    await stand.clock.advance(1);
    expect(stand.attempts).toEqual(['1 bad', '1 bad', '1 fill']);
  });
});

test('of many lost messages the last five are shown, and all are counted', async () => {
  stand.send = async () => {
    throw new ChannelError('403', 'never', { status: 403 });
  };
  const outbox = stand.start();
  for (let number = 1; number <= 7; number += 1) await stand.say(outbox, `lost ${number}`);
  const shown: Message[] = [];
  stand.send = async (message) => void shown.push(message);
  await stand.say(outbox, 'shown');
  expect(stand.attempts.at(-1)).toBe(
    ['1 전해 드리지 못한 메시지가 7건 있었습니다.', ...[3, 4, 5, 6, 7].map((number) => `lost ${number}`)].join('\n'),
  );
  // Money may be in one of them: it is for the person alone.
  expect(shown.at(-1)?.private).toBe(true);
});
