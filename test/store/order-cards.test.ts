import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { OrderIntent } from '../../src/domain/orders/order.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { DrawCard, OrderCard } from '../../src/ports/ledger/order-ledger.ts';
import type { OutboxDraft } from '../../src/ports/ledger/outbox-store.ts';
import { address, buyIntent, claimOf, day, proposalOf, start, temporaryFolder, testLedger } from './fixtures.ts';

const elsewhere = { channel: 'discord', chatId: '@7' };
const ticket = 'p';
const key = `ticket:${ticket}`;
const order = 'p-1';

/** A ledger with an order that is being sent, and its ticket in a chat; `shown` is what the platform called it. */
async function submitted(...chats: readonly OutboxDraft['address'][]): Promise<Ledger> {
  return submittedIn(await testLedger(), ...chats);
}

async function submittedIn(ledger: Ledger, ...chats: readonly OutboxDraft['address'][]): Promise<Ledger> {
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

  it('goes on with an amendment of the same person; that of another stays on its own ticket, which they can see', async () => {
    for (const [personId, cards] of [
      ['kim', ['p', 'q']],
      ['lee', ['p']],
    ] as const) {
      const ledger = await submitted();
      await ledger.appendOrderEvent(order, accepted, start, drawAll);
      const { id } = await ledger.enqueue({ address, key: 'ticket:q', about: 'q', body: 'ticket' }, start);
      await ledger.markSent(id, 'rq', start);
      await ledger.createProposal(proposalOf('q', { personId }));
      const { request } = buyIntent;
      const target = { number: '77', branch: '' };
      const intent: OrderIntent = { kind: 'amend', target, request, oldPrice: 70_000 };
      await ledger.claim(claimOf('q', { personId, intents: [{ id: 'q-1', intent, amount: 0 }] }));
      await ledger.beginSubmit('q-1', start);
      await ledger.appendOrderEvent('q-1', { type: 'accepted', reference: { number: '78', branch: '' } }, start);
      const drawn: string[] = [];
      await ledger.appendOrderEvent(
        order,
        { type: 'replaced', quantity: 10, number: '78' },
        start,
        (_after, changed) => {
          drawn.push(...changed.map(({ ticketId }) => ticketId));
          return [];
        },
      );
      expect(drawn, personId).toEqual(cards);
    }
  });

  it('leaves no more behind than it needs, however often it changes', async () => {
    const path = join(temporaryFolder(), 'ledger.sqlite');
    const ledger = await submittedIn(await testLedger(`sqlite:${path}`));
    const minute = 60_000;
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    await sendAll(ledger);
    for (let count = 1; count <= 60; count += 1) {
      // Of two changes the first is never sent, because the second takes its place.
      await ledger.appendOrderEvent(order, filled(count * 0.1), start + count * minute, drawAll);
      await ledger.appendOrderEvent(order, filled(count * 0.1 + 0.05), start + count * minute, drawAll);
      await sendAll(ledger);
    }
    const file = new DatabaseSync(path);
    const kept = file.prepare("select count(*) as rows from outbox where edits = 'ticket:p'").get();
    file.close();
    expect(Number(kept?.['rows'])).toBeLessThan(30);
    expect(await ledger.sentReference(address, key)).toBe('r1');
    // What stands is still known, and so is that the answer to the press was given.
    expect(await ledger.showCard(ticket, start + 61 * minute, draw)).toMatchObject([{ outdated: true }]);
    await ledger.appendOrderEvent(order, { type: 'cancelled', quantity: 1 }, start + 90 * minute, drawAll);
    expect(await queue(ledger)).toMatchObject([{ inPlace: true }]);
  });

  it('is found without a look at all the orders there ever were', async () => {
    const path = join(temporaryFolder(), 'ledger.sqlite');
    const ledger = await submittedIn(await testLedger(`sqlite:${path}`));
    await ledger.appendOrderEvent(order, accepted, start, drawAll);
    let total = 0;
    const timeOfSome = async (): Promise<number> => {
      const from = performance.now();
      for (let count = 0; count < 20; count += 1) {
        total += 0.01;
        await ledger.appendOrderEvent(order, filled(total), start, drawAll);
      }
      return performance.now() - from;
    };
    await timeOfSome();
    const few = await timeOfSome();
    const file = new DatabaseSync(path);
    file.exec('pragma foreign_keys = off');
    const columns = file
      .prepare("select name from pragma_table_info('orders')")
      .all()
      .map(({ name }) => String(name));
    const copied: Readonly<Record<string, string>> = {
      id: "'copy-' || n",
      sequence: '1000 + n',
      proposal_id: "'copy-' || n",
      card: "'copy-' || n",
    };
    file.exec(`with recursive counted(n) as (select 1 union all select n + 1 from counted where n < 150000)
      insert into orders (${columns.join()}) select ${columns.map((name) => copied[name] ?? `orders.${name}`).join()}
      from counted, orders where orders.id = '${order}'`);
    file.close();
    // The quickest of some: whatever else the machine does must not look like a walk through the table.
    const many = Math.min(await timeOfSome(), await timeOfSome(), await timeOfSome());
    expect(many).toBeLessThan(few * 3 + 200);
  });
});
