import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ChannelError } from '../../src/chat/channel.ts';
import type { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import { elsewhere, gate, type OutboxStand, openOutboxStand, reset } from '../support/outbox-stand.ts';

let stand: OutboxStand;
beforeEach(async () => {
  stand = await openOutboxStand();
});

describe('whoever waits until all is out', () => {
  const settles = async (outbox: Outbox): Promise<() => boolean> => {
    let settled = false;
    void outbox.settled().then(() => {
      settled = true;
    });
    await stand.clock.rest();
    return () => settled;
  };

  test('waits for what is on its way in any chat, and no longer', async () => {
    const outbox = stand.start();
    expect((await settles(outbox))()).toBe(true);
    const [one, other] = [gate(), gate()];
    stand.send = (message) => (plainText(message) === 'one' ? one.passed : other.passed);
    await stand.say(outbox, 'one');
    await stand.say(outbox, 'other', { address: elsewhere });
    const settled = await settles(outbox);
    expect(settled()).toBe(false);
    one.open();
    await stand.clock.rest();
    expect(settled()).toBe(false);
    other.open();
    await stand.clock.rest();
    expect(settled()).toBe(true);
  });

  test('does not wait for what failed', async () => {
    stand.fail('bad', reset);
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    expect((await settles(outbox))()).toBe(true);
  });

  test('does not wait for ever when the ledger cannot be read', async () => {
    const outbox = stand.start();
    const { passed, open } = gate();
    stand.send = () => passed;
    await stand.say(outbox, 'one');
    const settled = await settles(outbox);
    vi.spyOn(stand.ledger, 'outboxHeads').mockRejectedValue(new Error('locked'));
    open();
    await stand.clock.rest();
    expect(settled()).toBe(true);
    expect(stand.logged).toContainEqual(['outbox stuck', { error: 'locked' }]);
  });
});

describe('stopping', () => {
  test('waits for what is on its way, and sends nothing more', async () => {
    const { passed, open } = gate();
    stand.send = () => passed;
    const outbox = stand.start();
    await stand.say(outbox, 'one');
    await stand.say(outbox, 'two');
    let stopped = false;
    const stopping = outbox.stop().then(() => {
      stopped = true;
    });
    await stand.clock.rest();
    expect(stopped).toBe(false);
    open();
    await stopping;
    const released = vi.spyOn(stand.ledger, 'releaseHeld');
    outbox.flush();
    await stand.clock.advance(3_600_000);
    expect(stand.attempts).toEqual(['1 one']);
    // The ledger may be closed by now.
    expect(released).not.toHaveBeenCalled();
  });

  test('leaves no timer: neither of a failure, nor of a limit, nor of quiet hours', async () => {
    const timers = new Set<object>();
    const { timer } = stand.clock;
    vi.spyOn(stand.clock, 'timer').mockImplementation((delayMs, callback) => {
      const one = {};
      timers.add(one);
      const cancel = timer.call(stand.clock, delayMs, () => {
        timers.delete(one);
        callback();
      });
      return () => {
        timers.delete(one);
        cancel();
      };
    });
    stand.send = async (message) => {
      throw plainText(message) === 'bad' ? reset() : new ChannelError('429', 'later', { status: 429, afterMs: 5_000 });
    };
    const outbox = stand.start();
    await stand.say(outbox, 'held', { hold: { personId: 'kim', until: stand.clock.now() + 30_000 } });
    await stand.say(outbox, 'bad');
    await stand.say(outbox, 'limited', { address: elsewhere });
    expect(timers.size).toBe(3);
    await outbox.stop();
    expect(timers.size).toBe(0);
    await stand.clock.advance(3_600_000);
    expect(stand.attempts).toHaveLength(2);
  });

  test('while a message fails leaves no timer behind', async () => {
    const { passed, open } = gate();
    stand.send = () => passed.then(() => Promise.reject(reset()));
    const outbox = stand.start();
    await stand.say(outbox, 'bad');
    const stopping = outbox.stop();
    const timer = vi.spyOn(stand.clock, 'timer');
    open();
    await stopping;
    expect(timer).not.toHaveBeenCalled();
  });
});

describe('the pace of a platform', () => {
  const group = { channel: 'telegram', chatId: '7' };
  const twenty = async (): Promise<void> => {
    for (let count = 0; count < 20; count += 1) {
      const { id } = await stand.ledger.enqueue({ address: group, body: { lines: ['x'] } }, stand.clock.now());
      await stand.ledger.markSent(id, 'm', stand.clock.now());
    }
  };

  test('is kept by a process that has just started, counting what the one before it sent', async () => {
    await twenty();
    await stand.clock.advance(5_000);
    const outbox = stand.start([{ name: 'telegram' }]);
    await stand.say(outbox, 'one', { address: group });
    expect(stand.attempts).toEqual([]);
    await stand.clock.advance(15_400);
    expect(stand.attempts).toEqual([]);
    await stand.clock.advance(200);
    expect(stand.attempts).toEqual(['7 one']);
  });

  test('is kept as far as it is known where that cannot be read, which is said once', async () => {
    await twenty();
    const sentSince = vi.spyOn(stand.ledger, 'sentSince').mockRejectedValue(new Error('locked'));
    const outbox = stand.start([{ name: 'telegram' }]);
    await stand.say(outbox, 'one', { address: group });
    expect(stand.attempts).toEqual(['7 one']);
    expect(sentSince).toHaveBeenCalledOnce();
    expect(stand.logged).toEqual([['recent messages not counted', { error: 'locked' }]]);
  });
});

describe('what quiet hours hold', () => {
  const hold = (ms: number) => ({ hold: { personId: 'kim', until: stand.clock.now() + ms } });

  test('goes the moment they are over', async () => {
    const outbox = stand.start();
    await stand.say(outbox, 'held', hold(30_000));
    await stand.clock.advance(29_999);
    expect(stand.attempts).toEqual([]);
    await stand.clock.advance(1);
    expect(stand.attempts).toEqual(['1 held']);
  });

  test('goes within a minute though the clock on the wall was put forward', async () => {
    const outbox = stand.start();
    await stand.say(outbox, 'held', hold(3_600_000));
    stand.clock.jump(3_600_000);
    await stand.clock.advance(60_000);
    expect(stand.attempts).toEqual(['1 held']);
  });

  test('is looked at again after a minute where the ledger failed, and not before', async () => {
    const outbox = stand.start();
    const release = vi.spyOn(stand.ledger, 'releaseHeld').mockRejectedValue(new Error('locked'));
    await stand.say(outbox, 'held', hold(1_000));
    expect(stand.logged).toContainEqual(['held messages not released', { error: 'locked' }]);
    await stand.clock.advance(59_000);
    expect(release).toHaveBeenCalledTimes(1);
    await stand.clock.advance(2_000);
    expect(release).toHaveBeenCalledTimes(2);
  });

  test('is nothing: nobody looks again', async () => {
    const timer = vi.spyOn(stand.clock, 'timer');
    await stand.say(stand.start(), 'one');
    expect(timer).not.toHaveBeenCalled();
  });
});
