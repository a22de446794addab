import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Channel, ChannelError, type Message } from '../../src/chat/channel.ts';
import { Outbox, type Outgoing, toDraft } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import { languages } from '../../src/i18n/index.ts';
import { createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { Secret } from '../../src/secret.ts';
import { VirtualClock } from '../chaos/scenario/clock.ts';
import { testLedger } from '../store/fixtures.ts';

const address = { channel: 'console', chatId: '1' };
const elsewhere = { channel: 'console', chatId: '2' };
const messageHeader = {
  venue: 'live',
  redactor: createRedactor([new Secret('canary')]),
  wordsAt: () => languages.ko,
} as const;
const photo = { kind: 'photo', name: 'chart.png', data: 'AAAA' } as const;

let clock: VirtualClock;
let ledger: Ledger;
/** Every attempt, as chat and text, whatever came of it. */
let attempts: string[];
/** What a channel does with a message; shows it by default. */
let send: (message: Message) => Promise<void>;
let logged: [string, object][];
beforeEach(async () => {
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+09:00'));
  ledger = await testLedger();
  attempts = [];
  send = async () => undefined;
  logged = [];
});

function start(channels: Partial<Channel>[] = [{}]): Outbox {
  const note = (message: string, { error: _error, ...fields }: Readonly<Record<string, unknown>> = {}): void =>
    void logged.push([message, fields]);
  const show = async (chatId: string, message: Message): Promise<string> => {
    attempts.push(`${chatId} ${plainText(message)}`);
    await send(message);
    return String(attempts.length);
  };
  const whole = channels.map(
    (channel): Channel => ({
      name: 'console',
      start: async () => undefined,
      send: show,
      edit: async (chatId, _reference, message) => void (await show(chatId, message)),
      stop: async () => undefined,
      ...channel,
    }),
  );
  const outbox = new Outbox({
    ledger,
    channels: new Map(whole.map((channel) => [channel.name, channel])),
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    messageHeader,
  });
  onTestFinished(() => outbox.stop());
  return outbox;
}
const say = async (outbox: Outbox, text: string, more: Partial<Outgoing> = {}): Promise<void> => {
  await outbox.post({ address, message: { lines: [text] }, ...more });
  await clock.rest();
};
/** Messages of this text fail so. */
const fail = (text: string, error: () => Error): void => {
  send = async (message) => {
    if (plainText(message).startsWith(text)) throw error();
  };
};
const reset = (): Error => new ChannelError('connection reset', 'later');
/** Resolves when told to. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('a draft', () => {
  const draft = (message: Message, venue: 'live' | 'paper' = 'live') =>
    toDraft({ address, message }, { ...messageHeader, venue }).body;

  test('is tagged where no real money moves, whatever its first line is', () => {
    expect(draft({ lines: ['x', 'y'] })).toEqual({ lines: ['x', 'y'] });
    expect(draft({ lines: ['x', 'y'] }, 'paper')).toEqual({ lines: [['[모의투자] ', 'x'], 'y'] });
    expect(draft({ lines: [] }, 'paper')).toEqual({ lines: [['[모의투자] ', '']] });
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
    const [entry] = await ledger.outboxHeads({ channel, chatId: '1' });
    return entry?.body;
  };

  test('goes to channels that take it, and to no others', async () => {
    // What fails stays in the ledger, where it can be seen.
    send = () => Promise.reject(reset());
    const outbox = start([{ name: 'mail', takesData: true }, { name: 'deaf' }]);
    expect(await kept(outbox, 'mail')).toEqual({ lines: ['x'], data: { a: 1 } });
    expect(await kept(outbox, 'gone')).toEqual({ lines: ['x'] });
    expect(await kept(outbox, 'deaf')).toEqual({ lines: ['x'] });
    await say(outbox, 'none', { address: { channel: 'mail', chatId: '2' } });
    expect((await ledger.outboxHeads({ channel: 'mail', chatId: '2' }))[0]?.body).toEqual({ lines: ['none'] });
  });
});

describe('sending', () => {
  test('is one message at a time in a chat, however often it is begun; other chats do not wait', async () => {
    const { passed, open } = gate();
    send = (message) => (plainText(message) === 'slow' ? passed : Promise.resolve());
    const outbox = start();
    await say(outbox, 'slow');
    await say(outbox, 'next');
    outbox.flush();
    await say(outbox, 'elsewhere', { address: elsewhere });
    expect(attempts).toEqual(['1 slow', '2 elsewhere']);
    open();
    await clock.rest();
    expect(attempts).toEqual(['1 slow', '2 elsewhere', '1 next']);
  });

  test('past one that rests is one at a time too, when two look at once', async () => {
    fail('bad', reset);
    const outbox = start();
    await say(outbox, 'bad');
    const { passed, open } = gate();
    send = (message) => (plainText(message) === 'fill' ? passed : Promise.resolve());
    await outbox.post({ address, message: { lines: ['fill'] }, about: 'order' });
    outbox.flush();
    outbox.flush();
    await clock.rest();
    expect(attempts).toEqual(['1 bad', '1 fill']);
    open();
    await clock.rest();
  });

  test('leaves what is for a channel that does not run, and nobody waits for it', async () => {
    const outbox = start();
    await say(outbox, 'kept', { address: { channel: 'telegram', chatId: '1' } });
    await say(outbox, 'shown');
    expect(attempts).toEqual(['1 shown']);
    expect(await outbox.pending()).toBe(1);
    await outbox.settled();
  });

  test('goes on where the ledger could not be read, and says so', async () => {
    const outbox = start();
    const heads = vi.spyOn(ledger, 'outboxHeads').mockRejectedValueOnce(new Error('locked'));
    await say(outbox, 'one');
    expect(attempts).toEqual([]);
    expect(logged).toEqual([['outbox stuck', {}]]);
    outbox.flush();
    await clock.rest();
    expect(attempts).toEqual(['1 one']);
    expect(logged).toHaveLength(1);
    heads.mockRestore();
  });

  test('that cannot be written down as done is said, and holds up nobody', async () => {
    const outbox = start();
    vi.spyOn(ledger, 'markSent').mockRejectedValueOnce(new Error('disk full'));
    await say(outbox, 'one');
    expect(logged).toContainEqual(['message not concluded', {}]);
    await say(outbox, 'elsewhere', { address: elsewhere });
    expect(attempts).toContain('2 elsewhere');
  });

  test('whose failure cannot be written down is said, and tried again all the same', async () => {
    fail('bad', reset);
    const outbox = start();
    vi.spyOn(ledger, 'markFailed').mockRejectedValueOnce(new Error('disk full'));
    await say(outbox, 'bad');
    expect(logged).toContainEqual(['failure of message not recorded', {}]);
    await clock.advance(1_000);
    expect(attempts).toHaveLength(2);
  });
});

describe('whoever waits until all is out', () => {
  const settles = async (outbox: Outbox): Promise<() => boolean> => {
    let settled = false;
    void outbox.settled().then(() => {
      settled = true;
    });
    await clock.rest();
    return () => settled;
  };

  test('waits for what is on its way in any chat, and no longer', async () => {
    const outbox = start();
    expect((await settles(outbox))()).toBe(true);
    const [one, other] = [gate(), gate()];
    send = (message) => (plainText(message) === 'one' ? one.passed : other.passed);
    await say(outbox, 'one');
    await say(outbox, 'other', { address: elsewhere });
    const settled = await settles(outbox);
    expect(settled()).toBe(false);
    one.open();
    await clock.rest();
    expect(settled()).toBe(false);
    other.open();
    await clock.rest();
    expect(settled()).toBe(true);
  });

  test('does not wait for what failed', async () => {
    fail('bad', reset);
    const outbox = start();
    await say(outbox, 'bad');
    expect((await settles(outbox))()).toBe(true);
  });

  test('does not wait for ever when the ledger cannot be read', async () => {
    const outbox = start();
    const { passed, open } = gate();
    send = () => passed;
    await say(outbox, 'one');
    const settled = await settles(outbox);
    vi.spyOn(ledger, 'outboxHeads').mockRejectedValue(new Error('locked'));
    open();
    await clock.rest();
    expect(settled()).toBe(true);
    expect(logged).toContainEqual(['outbox stuck', {}]);
  });
});

describe('stopping', () => {
  test('waits for what is on its way, and sends nothing more', async () => {
    const { passed, open } = gate();
    send = () => passed;
    const outbox = start();
    await say(outbox, 'one');
    await say(outbox, 'two');
    let stopped = false;
    const stopping = outbox.stop().then(() => {
      stopped = true;
    });
    await clock.rest();
    expect(stopped).toBe(false);
    open();
    await stopping;
    outbox.flush();
    await clock.advance(3_600_000);
    expect(attempts).toEqual(['1 one']);
  });

  test('lets no timer wake anything: neither of a failure, nor of a limit, nor of quiet hours', async () => {
    send = async (message) => {
      throw plainText(message) === 'bad' ? reset() : new ChannelError('429', 'later', { status: 429, afterMs: 5_000 });
    };
    const outbox = start();
    await say(outbox, 'held', { hold: { personId: 'kim', until: clock.now() + 30_000 } });
    await say(outbox, 'bad');
    await say(outbox, 'limited', { address: elsewhere });
    await outbox.stop();
    const woken = vi.spyOn(ledger, 'outboxHeads');
    const released = vi.spyOn(ledger, 'releaseHeld');
    await clock.advance(3_600_000);
    expect(attempts).toHaveLength(2);
    expect(woken).not.toHaveBeenCalled();
    expect(released).not.toHaveBeenCalled();
  });

  test('while a message fails leaves no timer behind', async () => {
    const { passed, open } = gate();
    send = () => passed.then(() => Promise.reject(reset()));
    const outbox = start();
    await say(outbox, 'bad');
    const stopping = outbox.stop();
    const timer = vi.spyOn(clock, 'timer');
    open();
    await stopping;
    expect(timer).not.toHaveBeenCalled();
  });
});

describe('the pace of a platform', () => {
  const group = { channel: 'telegram', chatId: '7' };
  const twenty = async (): Promise<void> => {
    for (let count = 0; count < 20; count += 1) {
      const { id } = await ledger.enqueue({ address: group, body: { lines: ['x'] } }, clock.now());
      await ledger.markSent(id, 'm', clock.now());
    }
  };

  test('is kept by a process that has just started, counting what the one before it sent', async () => {
    await twenty();
    await clock.advance(5_000);
    const outbox = start([{ name: 'telegram' }]);
    await say(outbox, 'one', { address: group });
    expect(attempts).toEqual([]);
    await clock.advance(15_400);
    expect(attempts).toEqual([]);
    await clock.advance(200);
    expect(attempts).toEqual(['7 one']);
  });

  test('is kept as far as it is known where that cannot be read, which is said once', async () => {
    await twenty();
    const sentSince = vi.spyOn(ledger, 'sentSince').mockRejectedValue(new Error('locked'));
    const outbox = start([{ name: 'telegram' }]);
    await say(outbox, 'one', { address: group });
    expect(attempts).toEqual(['7 one']);
    expect(sentSince).toHaveBeenCalledOnce();
    expect(logged).toHaveLength(1);
  });
});

describe('what quiet hours hold', () => {
  const hold = (ms: number) => ({ hold: { personId: 'kim', until: clock.now() + ms } });

  test('goes the moment they are over', async () => {
    const outbox = start();
    await say(outbox, 'held', hold(30_000));
    await clock.advance(29_999);
    expect(attempts).toEqual([]);
    await clock.advance(1);
    expect(attempts).toEqual(['1 held']);
  });

  test('goes within a minute though the clock on the wall was put forward', async () => {
    const outbox = start();
    await say(outbox, 'held', hold(3_600_000));
    clock.jump(3_600_000);
    await clock.advance(60_000);
    expect(attempts).toEqual(['1 held']);
  });

  test('is looked at again after a minute where the ledger failed, and not before', async () => {
    const outbox = start();
    const release = vi.spyOn(ledger, 'releaseHeld').mockRejectedValue(new Error('locked'));
    await say(outbox, 'held', hold(1_000));
    expect(logged).toContainEqual(['held messages not released', {}]);
    await clock.advance(59_000);
    expect(release).toHaveBeenCalledTimes(1);
    await clock.advance(2_000);
    expect(release).toHaveBeenCalledTimes(2);
  });

  test('is nothing: nobody looks again', async () => {
    const timer = vi.spyOn(clock, 'timer');
    await say(start(), 'one');
    expect(timer).not.toHaveBeenCalled();
  });
});

describe('a message that fails', () => {
  test('by a mistake of ours is tried again like any other, and said each time', async () => {
    fail('bad', () => new TypeError('x is not a function'));
    const outbox = start();
    await say(outbox, 'bad');
    await say(outbox, 'fill', { about: 'order' });
    expect(attempts).toEqual(['1 bad', '1 fill']);
    await clock.advance(3_000);
    expect(attempts).toHaveLength(4);
    expect(logged.slice(0, 2)).toEqual([
      ['message not sent', { channel: 'console', attempt: 1, final: false }],
      ['message not sent', { channel: 'console', attempt: 2, final: false }],
    ]);
  });

  test('is given up after thirty attempts', async () => {
    fail('bad', reset);
    await say(start(), 'bad');
    await clock.advance(3_600_000);
    expect(attempts).toHaveLength(30);
    expect(logged.at(-1)).toEqual(['message not sent', { channel: 'console', attempt: 30, final: true }]);
  });

  test('for good, and has no picture, is tried once', async () => {
    fail('bad', () => new ChannelError('400', 'never', { status: 400 }));
    await say(start(), 'bad');
    expect(attempts).toHaveLength(1);
    expect(await ledger.deadLetters(clock.now())).toBe(1);
  });

  test('for its picture is tried once with it, and once without', async () => {
    send = async ({ attachments = [] }) => {
      if (attachments.length > 0) throw new ChannelError('400', 'never', { status: 400 });
    };
    await say(start(), 'chart', { message: { lines: ['chart'], attachments: [photo] } });
    expect(attempts).toHaveLength(2);
  });

  test('past an older one uses up its attempts only where the platform answered', async () => {
    send = async (message) => {
      throw plainText(message) === 'fill' ? new ChannelError('500', 'later', { status: 500 }) : reset();
    };
    const outbox = start();
    await say(outbox, 'bad');
    await say(outbox, 'fill', { about: 'order' });
    await clock.advance(3_600_000);
    expect(attempts.filter((attempt) => attempt === '1 fill')).toHaveLength(30);
    expect(await ledger.deadLetters(clock.now())).toBe(2);
  });

  test.each([
    ['a limit without a time', { status: 429 }, 1_000],
    ['a time without a limit', { status: 503, afterMs: 5_000 }, 5_000],
    ['a time and nothing else', { afterMs: 5_000 }, 5_000],
  ])('with %s holds up its whole chat for as long', async (_what, options, ms) => {
    fail('bad', () => new ChannelError('x', 'later', options));
    const outbox = start();
    await say(outbox, 'bad');
    send = async () => undefined;
    await say(outbox, 'fill', { about: 'order' });
    await clock.advance(ms - 1);
    expect(attempts).toEqual(['1 bad']);
    await clock.advance(1);
    expect(attempts).toEqual(['1 bad', '1 bad', '1 fill']);
  });
});

test('of many lost messages the last five are shown, and all are counted', async () => {
  send = async () => {
    throw new ChannelError('403', 'never', { status: 403 });
  };
  const outbox = start();
  for (let number = 1; number <= 7; number += 1) await say(outbox, `lost ${number}`);
  send = async () => undefined;
  await say(outbox, 'shown');
  expect(attempts.at(-1)).toBe(
    ['1 전해 드리지 못한 메시지가 7건 있었습니다.', ...[3, 4, 5, 6, 7].map((number) => `lost ${number}`)].join('\n'),
  );
});
