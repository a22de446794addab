import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { DrawCard, OrderCard } from '../../src/ports/ledger/order-ledger.ts';
import type { OutboxDraft } from '../../src/ports/ledger/outbox-store.ts';
import { address, claimOf, day, proposalOf, start, testLedger } from './fixtures.ts';

const elsewhere = { channel: 'discord', chatId: '@7' };
const ticket = 'p';
const key = `ticket:${ticket}`;
const order = 'p-1';

/** A ledger with an order that is being sent, and its ticket in a chat; `shown` is what the platform called it. */
async function submitted(...chats: readonly OutboxDraft['address'][]): Promise<Ledger> {
  const ledger = await testLedger();
  await ledger.createProposal(proposalOf(ticket));
  for (const chat of chats.length === 0 ? [address] : chats) {
    const { id } = await ledger.enqueue({ address: chat, key, about: ticket, body: 'ticket' }, start);
    await ledger.markSent(id, `r${id}`, start);
  }
  await ledger.claim(claimOf(ticket));
  await ledger.beginSubmit(order, start);
  return ledger;
}

/** The card as text: the statuses of its orders, in every chat. */
const draw: DrawCard = ({ addresses, orders }) =>
  addresses.map((chat) =>
    drafted(orders.map(({ status, filledQuantity }) => `${status} ${filledQuantity}`).join(), chat),
  );
const drafted = (body: string, chat = address): OutboxDraft => ({
  address: chat,
  about: ticket,
  edits: key,
  body,
  card: true,
});
const drawAll = (_after: unknown, cards: readonly OrderCard[]): readonly OutboxDraft[] => cards.flatMap(draw);

const accepted = { type: 'accepted', reference: { number: '77', branch: '' } } as const;
const filled = (total: number) =>
  ({
    type: 'filled',
    quantity: 1,
    price: 70_000,
    filledQuantity: total,
    filledAmount: total * 70_000,
    source: 'notice',
  }) as const;
const queue = async (ledger: Ledger) =>
  (await ledger.outboxHeads()).map(({ address: { channel }, body, inPlace = false }) => ({ channel, body, inPlace }));
const sendAll = async (ledger: Ledger): Promise<void> => {
  for (const { id } of await ledger.outboxHeads()) await ledger.markSent(id, 'again', start);
};

describe('the card of an order', () => {
  it('is in each chat that shows the ticket, and queued with the event or not at all', async () => {
    const ledger = await submitted(address, elsewhere);
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    expect(await queue(ledger)).toEqual([
      { channel: address.channel, body: 'accepted 0', inPlace: false },
      { channel: 'discord', body: 'accepted 0', inPlace: false },
    ]);
    const fails = (): never => {
      throw new Error('no disk');
    };
    await expect(ledger.appendOrderEvent(order, filled(1), start, fails)).rejects.toThrow();
    expect((await ledger.order(order))?.filledQuantity).toBe(0);
    expect(await ledger.outboxPending()).toBe(2);
  });

  it('waits alone behind the answer: the newest state takes the place of one that is queued', async () => {
    const ledger = await submitted();
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    for (const total of [1, 2, 3]) await ledger.appendOrderEvent(order, filled(total), start, drawAll);
    expect(await ledger.outboxPending()).toBe(2);
    const [answer] = await ledger.outboxHeads();
    expect(await ledger.supersede(answer?.id ?? 0)).toBe(false);
    expect(await queue(ledger)).toEqual([{ channel: address.channel, body: 'accepted 0', inPlace: false }]);
    await sendAll(ledger);
    expect(await queue(ledger)).toEqual([{ channel: address.channel, body: 'partly-filled 3', inPlace: true }]);
    await sendAll(ledger);
    await ledger.appendOrderEvent(order, filled(4), start, drawAll);
    await ledger.appendOrderEvent(order, filled(5), start, drawAll);
    expect(await queue(ledger)).toEqual([{ channel: address.channel, body: 'partly-filled 5', inPlace: true }]);
  });

  it('is not written again where it stands already, and no progress comes after it', async () => {
    const ledger = await submitted();
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    expect(await ledger.showCard(ticket, start, draw)).toMatchObject([{ address, body: 'accepted 0' }]);
    expect(await ledger.outboxPending()).toBe(1);
    const late = { address, about: ticket, edits: key, body: 'sending', passing: true } as const;
    expect((await ledger.enqueue(late, start)).outdated).toBe(true);
    await sendAll(ledger);
    expect(await ledger.showCard(ticket, start, draw)).toMatchObject([{ address, outdated: true }]);
    await ledger.enqueue(late, start);
    expect(await ledger.outboxPending()).toBe(0);
  });

  it('drawn after something else was shown it is shown again', async () => {
    const ledger = await submitted();
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    await sendAll(ledger);
    await ledger.enqueue({ address, about: ticket, edits: key, body: 'refused' }, start);
    await sendAll(ledger);
    await ledger.showCard(ticket, start, draw);
    expect(await queue(ledger)).toEqual([{ channel: address.channel, body: 'accepted 0', inPlace: true }]);
  });

  it('that is gone in a chat is drawn there no more; one that only failed is', async () => {
    const ledger = await submitted(address, elsewhere);
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    await sendAll(ledger);
    await ledger.appendOrderEvent(order, filled(1), start, drawAll);
    const [first, second] = await ledger.outboxHeads();
    await ledger.dropEdit(first?.id ?? 0, 'not found', true);
    await ledger.dropEdit(second?.id ?? 0, 'blocked', false);
    expect(await ledger.outboxPending()).toBe(0);
    await ledger.appendOrderEvent(order, filled(2), start, drawAll);
    expect(await queue(ledger)).toEqual([{ channel: 'discord', body: 'partly-filled 2', inPlace: true }]);
    // Nobody is told that an edit was dropped.
    expect(await ledger.deadLetters(start)).toBe(0);
  });

  it('of another account, or of a ticket that became no order, is none', async () => {
    const ledger = await submitted();
    expect(await ledger.account('isa').showCard(ticket, start, draw)).toEqual([]);
    await ledger.createProposal(proposalOf('other'));
    expect(await ledger.showCard('other', start, draw)).toEqual([]);
    expect(await ledger.showCard('nothing', start, draw)).toEqual([]);
  });

  it('is found for as long as its order is open, however old its messages are', async () => {
    const ledger = await submitted();
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    await sendAll(ledger);
    await ledger.prune(start + 1, day);
    await ledger.appendOrderEvent(order, filled(1), start, drawAll);
    expect(await ledger.outboxPending()).toBe(1);
    await sendAll(ledger);
    await ledger.appendOrderEvent(order, { type: 'cancelled', quantity: 9 }, start, drawAll);
    await sendAll(ledger);
    await ledger.prune(start + 1, day);
    expect(await ledger.sentReference(address, key)).toBeUndefined();
  });
});
