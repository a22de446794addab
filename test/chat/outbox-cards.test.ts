import { beforeEach, describe, expect, test } from 'vitest';
import { ChannelError, type Message } from '../../src/chat/channel.ts';
import type { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import { type OutboxStand, openOutboxStand, reset } from '../support/outbox-stand.ts';

// Cards are edited as often as their orders change. What is told of the orders must not wait for that.

let stand: OutboxStand;
beforeEach(async () => {
  stand = await openOutboxStand();
});

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `card ${index + 1}`);
/** Queues how a card stands. */
const card = async (channel: string, name: string, text: string): Promise<void> => {
  const edit = { about: name, edits: `ticket:${name}`, body: { lines: [`${name} ${text}`] }, card: true } as const;
  await stand.ledger.enqueue({ address: { channel, chatId: '1' }, ...edit }, stand.clock.now());
};
/** An outbox in whose chat so many cards stand, for so long that no limit is near. */
const withCards = async (channel: string, count: number): Promise<Outbox> => {
  const outbox = stand.start([{ name: channel }]);
  for (const name of names(count)) {
    await stand.say(outbox, `ticket ${name}`, {
      address: { channel, chatId: '1' },
      about: name,
      key: `ticket:${name}`,
    });
  }
  await stand.clock.advance(120_000);
  for (const name of names(count)) await card(channel, name, 'accepted');
  outbox.flush();
  await stand.clock.advance(120_000);
  stand.attempts.length = 0;
  return outbox;
};
const tell = (outbox: Outbox, channel: string, text: string): Promise<void> =>
  stand.say(outbox, text, { address: { channel, chatId: '1' }, about: 'card 1' });

describe.each(['telegram', 'discord'])('at %s', (channel) => {
  test('what is told of an order goes before the edits that wait', async () => {
    const outbox = await withCards(channel, 25);
    for (const name of names(25)) await card(channel, name, 'filled');
    await tell(outbox, channel, 'fill');
    expect(stand.attempts[0]).toBe('1 fill');
    await stand.clock.advance(120_000);
    expect(stand.attempts.toSorted()).toEqual(['1 fill', ...names(25).map((name) => `1 ${name} filled`)].toSorted());
  });

  test('edits leave room for it, and it does not wait until another edit may go', async () => {
    const outbox = await withCards(channel, 25);
    for (const name of names(25)) await card(channel, name, 'filled');
    outbox.flush();
    await stand.clock.rest();
    expect(stand.attempts.length).toBeGreaterThan(0);
    expect(stand.attempts.length).toBeLessThan(25);
    await tell(outbox, channel, 'fill');
    expect(stand.attempts.at(-1)).toBe('1 fill');
    await stand.clock.advance(120_000);
    expect(stand.attempts).toHaveLength(26);
  });
});

test('at Discord, which counts edits apart, what is told goes on while an edit is told to wait', async () => {
  const outbox = await withCards('discord', 2);
  stand.send = async (message: Message) => {
    if (plainText(message).endsWith('filled')) throw new ChannelError('429', 'later', { status: 429, afterMs: 20_000 });
  };
  for (const name of names(2)) await card('discord', name, 'filled');
  outbox.flush();
  await stand.clock.rest();
  expect(stand.attempts).toEqual(['1 card 1 filled']);
  await tell(outbox, 'discord', 'fill');
  expect(stand.attempts).toEqual(['1 card 1 filled', '1 fill']);
  stand.send = async () => undefined;
  await stand.clock.advance(19_000);
  expect(stand.attempts).toHaveLength(2);
  await stand.clock.advance(2_000);
  expect(stand.attempts.slice(2).toSorted()).toEqual(['1 card 1 filled', '1 card 2 filled']);
});

test('how an order ended is still shown after an outage in which messages are given up, and not tried for ever', async () => {
  const outbox = await withCards('telegram', 2);
  stand.send = async () => {
    throw reset();
  };
  await card('telegram', 'card 1', 'filled');
  outbox.flush();
  await stand.clock.advance(4 * 3_600_000);
  stand.send = async () => undefined;
  stand.attempts.length = 0;
  await stand.clock.advance(60_000);
  expect(stand.attempts).toEqual(['1 card 1 filled']);
  stand.send = async () => {
    throw reset();
  };
  await card('telegram', 'card 2', 'filled');
  outbox.flush();
  await stand.clock.advance(2 * 24 * 3_600_000);
  expect(await stand.ledger.outboxPending()).toBe(0);
});
