import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { defaultPersonSettings } from '../../../src/domain/people/person.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { OutboxDraft, OutboxEntry } from '../../../src/ports/ledger/outbox-store.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { address, day, noticeOf, start, temporaryFolder, testLedger } from '../fixtures.ts';

const discord = { channel: 'discord', chatId: '42' };

function queue(ledger: Ledger, body: unknown, draft: Partial<OutboxDraft> = {}): Promise<OutboxEntry> {
  return ledger.enqueue({ address, body, ...draft }, start);
}

describe('outbox', () => {
  it('returns the entry it queued', async () => {
    const ledger = await testLedger();
    expect(await queue(ledger, { text: '접수됨', buttons: [] }, { key: 'order-1' })).toStrictEqual({
      id: 1,
      about: undefined,
      address,
      edits: undefined,
      key: 'order-1',
      body: { text: '접수됨', buttons: [] },
      attempts: 0,
      createdAt: start,
    });
    expect(await queue(ledger, 'again', { edits: 'order-1' })).toMatchObject({
      id: 2,
      edits: 'order-1',
      key: undefined,
    });
    expect(await ledger.outboxPending()).toBe(2);
  });

  it('knows what each message is about, and what follows what', async () => {
    const ledger = await testLedger();
    const { id } = await queue(ledger, 1, { about: 'order-1', key: 'k' });
    await queue(ledger, 2, { edits: 'k' });
    await queue(ledger, 3, { address: discord });
    const nothing = { about: undefined, key: undefined, edits: undefined };
    expect(await ledger.outboxLine(address)).toStrictEqual([
      { ...nothing, id, about: 'order-1', key: 'k', createdAt: start },
      { ...nothing, id: id + 1, edits: 'k', createdAt: start },
    ]);
    expect(await ledger.outboxEntry(id)).toMatchObject({ id, about: 'order-1', body: 1 });
    await ledger.markSent(id, 'm1', start);
    expect(await ledger.outboxEntry(id)).toBeUndefined();
    expect(await ledger.outboxLine(address)).toHaveLength(1);
  });

  it('has the head of one address alone, and passes over what is not to be looked at', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1);
    const second = await queue(ledger, 2);
    const elsewhere = await queue(ledger, 3, { address: discord });
    expect(await ledger.outboxHeads(discord)).toStrictEqual([elsewhere]);
    expect(await ledger.outboxHeads(address)).toStrictEqual([first]);
    expect(await ledger.outboxHeads(address, [first.id])).toStrictEqual([second]);
    expect(await ledger.outboxHeads(undefined, [first.id])).toStrictEqual([second, elsewhere]);
    expect(await ledger.outboxHeads(discord, [elsewhere.id])).toStrictEqual([]);
  });

  it('remembers when what went where, in the order of time', async () => {
    const ledger = await testLedger();
    const [one, other, before] = [
      await queue(ledger, 1),
      await queue(ledger, 2, { address: discord }),
      await queue(ledger, 3),
    ];
    await ledger.markSent(one.id, 'm1', start + 5);
    await ledger.markSent(other.id, 'm2', start + 2);
    await ledger.markSent(before.id, 'm3', start);
    expect(await ledger.sentSince(start)).toStrictEqual([
      { address: discord, at: start + 2 },
      { address, at: start + 5 },
    ]);
  });

  it('sums up once what failed for good, where anything did, and counts it for thirty days', async () => {
    const ledger = await testLedger();
    const days = 24 * 3_600_000;
    const asked: unknown[] = [];
    const sumUp = () =>
      ledger.sumUpDead(address, start, (lost) => {
        asked.push(lost.map(({ body }) => body));
        return { address, body: 'lost' };
      });
    await sumUp();
    expect([asked, await ledger.outboxPending()]).toEqual([[], 0]);
    for (const body of [1, 2]) await ledger.markFailed((await queue(ledger, body)).id, 'gone', true);
    await ledger.markFailed((await queue(ledger, 3, { address: discord })).id, 'gone', true);
    expect(await ledger.deadLetters(start)).toBe(3);
    await sumUp();
    await sumUp();
    expect([asked, await ledger.outboxPending()]).toEqual([[[1, 2]], 1]);
    expect(await ledger.deadLetters(start + 30 * days - 1)).toBe(3);
    expect(await ledger.deadLetters(start + 30 * days)).toBe(0);
  });

  it('has one head for each address, oldest first', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1);
    const second = await queue(ledger, 2);
    const elsewhere = await queue(ledger, 3, { address: discord });
    await queue(ledger, 4, { address: discord });
    const otherChat = await queue(ledger, 5, { address: { ...address, chatId: '43' } });
    expect(await ledger.outboxHeads()).toStrictEqual([first, elsewhere, otherChat]);

    await ledger.markSent(first.id, 'm1', start + 1);
    expect(await ledger.outboxHeads()).toStrictEqual([second, elsewhere, otherChat]);
    expect(await ledger.outboxPending()).toBe(4);
  });

  it('keeps a head that failed until it failed for good', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1);
    const second = await queue(ledger, 2);
    await ledger.markFailed(first.id, '429', false);
    await ledger.markFailed(first.id, '429', false);
    expect(await ledger.outboxHeads()).toStrictEqual([{ ...first, attempts: 2 }]);
    await ledger.markFailed(first.id, 'chat not found', true);
    expect(await ledger.outboxHeads()).toStrictEqual([second]);
    expect(await ledger.outboxPending()).toBe(1);
  });

  it('finds the latest message sent under a key of an address', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1, { key: 'k' });
    expect(await ledger.sentReference(address, 'k')).toBeUndefined();
    await ledger.markSent(first.id, 'm1', start);
    expect(await ledger.sentReference(address, 'k')).toBe('m1');
    expect(await ledger.sentReference(discord, 'k')).toBeUndefined();
    expect(await ledger.sentReference(address, 'other')).toBeUndefined();

    const second = await queue(ledger, 2, { key: 'k' });
    const edit = await queue(ledger, 3, { edits: 'k' });
    expect(await ledger.sentReference(address, 'k')).toBe('m1');
    await ledger.markSent(second.id, 'm2', start);
    await ledger.markSent(edit.id, undefined, start);
    expect(await ledger.sentReference(address, 'k')).toBe('m2');
    expect(await ledger.outboxHeads()).toStrictEqual([]);

    // An edit that is queued under the key itself gives no new name to the message.
    const keyedEdit = await queue(ledger, 4, { edits: 'k', key: 'k' });
    await ledger.markSent(keyedEdit.id, undefined, start);
    expect(await ledger.sentReference(address, 'k')).toBe('m2');
  });

  it('believes that a message was sent over that it failed, and the first reference over a second', async () => {
    const ledger = await testLedger();
    const sent = await queue(ledger, 1, { key: 'k' });
    await ledger.markSent(sent.id, 'm1', start);
    await ledger.markFailed(sent.id, 'late', true);
    await ledger.markSent(sent.id, 'm2', start);
    expect(await ledger.sentReference(address, 'k')).toBe('m1');
    expect(await ledger.outboxPending()).toBe(0);

    const dead = await queue(ledger, 2, { key: 'k' });
    await ledger.markFailed(dead.id, 'timeout', true);
    await ledger.markSent(dead.id, 'm3', start);
    expect(await ledger.sentReference(address, 'k')).toBe('m3');
  });

  it('knows no message it did not queue', async () => {
    const ledger = await testLedger();
    await expect(ledger.markSent(7, 'm', start)).rejects.toMatchObject({
      code: 'store.no-such-message',
      context: { message: 7 },
    });
    await expect(ledger.markFailed(7, 'x', false)).rejects.toMatchObject({ code: 'store.no-such-message' });
  });

  it('refuses a body that is no JSON, and queues nothing', async () => {
    const ledger = await testLedger();
    await expect(queue(ledger, { amount: 1n })).rejects.toMatchObject({ code: 'store.failed' });
    expect(await ledger.outboxPending()).toBe(0);
  });

  it('forgets what was sent long ago, and nothing that was not', async () => {
    const ledger = await testLedger();
    const [sent, waiting, dead] = [await queue(ledger, 1), await queue(ledger, 2), await queue(ledger, 3)];
    await ledger.markSent(sent.id, 'm1', start);
    await ledger.markFailed(dead.id, 'gone', true);
    await ledger.recordNotice(noticeOf(), day);
    await ledger.noteSeen(day, ['123']);
    await ledger.prune(start, day);
    expect(await ledger.sentSince(0)).toHaveLength(1);
    expect(await ledger.recordNotice(noticeOf(), day)).toMatchObject({ fresh: false });

    await ledger.prune(start + 1, '20261124');
    expect(await ledger.sentSince(0)).toHaveLength(0);
    expect(await ledger.recordNotice(noticeOf(), day)).toMatchObject({ fresh: true });
    expect(await ledger.outboxHeads()).toStrictEqual([waiting]);
    expect(await ledger.deadLetters(start)).toBe(1);
  });

  it('gives up an edit for a later one of the same message, and only then', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1, { edits: 'ticket' });
    expect(await ledger.supersede(first.id)).toBe(false);
    await queue(ledger, 2, { edits: 'other' });
    await queue(ledger, 3, { edits: 'ticket', address: discord });
    expect(await ledger.supersede(first.id)).toBe(false);
    const later = await queue(ledger, 4, { edits: 'ticket' });
    expect(await ledger.supersede(first.id)).toBe(true);
    expect(await ledger.supersede(later.id)).toBe(false);
    expect(await ledger.outboxPending()).toBe(3);
  });
});

describe('an edit', () => {
  it('that is out, or is none, is given up for nothing', async () => {
    const ledger = await testLedger();
    const edit = await queue(ledger, 1, { edits: 'ticket', key: 'edited' });
    const plain = await queue(ledger, 2);
    await ledger.markSent(edit.id, 'm1', start);
    await queue(ledger, 3, { edits: 'ticket' });
    for (const id of [edit.id, plain.id, 99]) expect(await ledger.supersede(id)).toBe(false);
    expect(await ledger.sentReference(address, 'edited')).toBe('m1');
    expect(await ledger.outboxPending()).toBe(2);
  });

  it('that another process has overtaken is followed by the newest once more', async () => {
    const ledger = await testLedger();
    const [late, other] = [await queue(ledger, 1, { edits: 'ticket' }), await queue(ledger, 2, { edits: 'other' })];
    expect(await ledger.markSent(late.id, 'm1', start)).toBe(false);
    // Sent by two processes, it shows the same twice.
    expect(await ledger.markSent(late.id, 'm1', start)).toBe(false);
    await ledger.markSent(other.id, 'm2', start);
    const newest = await queue(ledger, 3, { edits: 'ticket', about: 'p', key: 'k' });
    await ledger.markSent(newest.id, 'm1', start);
    expect(await ledger.markFailed(late.id, 'timeout', false)).toBe(true);
    const [again] = await ledger.outboxHeads();
    expect(again).toMatchObject({ body: 3, edits: 'ticket', about: 'p', key: 'k', inPlace: true, attempts: 0 });
    expect(await ledger.markSent(again?.id ?? 0, 'm1', start)).toBe(false);
    expect(await ledger.markSent(late.id, 'm1', start)).toBe(true);
    expect((await ledger.outboxHeads()).map(({ body }) => body)).toEqual([3]);
  });

  it('that was given up for a newer one is followed by that one alone, as long as it waits', async () => {
    const ledger = await testLedger();
    const first = await queue(ledger, 1, { edits: 'ticket' });
    const second = await queue(ledger, 2, { edits: 'ticket' });
    await ledger.supersede(first.id);
    expect(await ledger.markSent(first.id, 'm1', start)).toBe(false);
    await ledger.markSent(second.id, 'm1', start);
    expect(await ledger.markFailed(first.id, 'refused', true)).toBe(false);
    expect(await ledger.outboxPending()).toBe(0);
  });

  it('that was given up is forgotten with what was sent', async () => {
    const path = join(temporaryFolder(), 'hoga.db');
    const ledger = await openLedger({ url: `sqlite:${path}` });
    const first = await queue(ledger, 1, { edits: 'ticket' });
    await queue(ledger, 2, { edits: 'ticket' });
    await ledger.supersede(first.id);
    await ledger.prune(start + 1, day);
    await ledger.close();
    const file = new DatabaseSync(path);
    expect(file.prepare('select id from outbox').all()).toEqual([{ id: first.id + 1 }]);
    file.close();
  });
});

describe('messages that are held', () => {
  const hold = { personId: 'kim', until: start + 1_000 };
  const bodies = async (ledger: Ledger): Promise<readonly unknown[]> => {
    const shown: unknown[] = [];
    for (
      let [head] = await ledger.outboxHeads(address);
      head !== undefined;
      [head] = await ledger.outboxHeads(address)
    ) {
      shown.push(head.body);
      await ledger.markSent(head.id, `m${head.id}`, start);
    }
    return shown;
  };

  it('stand in nobody’s way, and go in their order when their time has come, and not before', async () => {
    const ledger = await testLedger();
    await queue(ledger, 'held 1', { hold });
    await queue(ledger, 'answer');
    await queue(ledger, 'held 2', { hold });
    await queue(ledger, 'of another', { hold: { personId: 'lee', until: start + 5_000 } });
    expect([await ledger.outboxPending(), await ledger.outboxHeld()]).toEqual([1, 3]);
    expect(await ledger.releaseHeld(start + 999)).toBe(start + 1_000);
    expect(await bodies(ledger)).toEqual(['answer']);
    expect(await ledger.releaseHeld(start + 1_000)).toBe(start + 5_000);
    expect(await bodies(ledger)).toEqual(['held 1', 'held 2']);
    expect(await ledger.releaseHeld(start + 9_000)).toBeUndefined();
    expect(await bodies(ledger)).toEqual(['of another']);
  });

  it('are held anew when their person chooses other hours, and nobody else’s are', async () => {
    const ledger = await testLedger();
    await queue(ledger, 'of kim', { hold });
    await queue(ledger, 'of lee', { hold: { ...hold, personId: 'lee' } });
    await ledger.setPersonSettings('kim', defaultPersonSettings, start + 60_000);
    expect(await ledger.releaseHeld(start + 1_000)).toBe(start + 60_000);
    expect(await bodies(ledger)).toEqual(['of lee']);
    await ledger.setPersonSettings('kim', defaultPersonSettings, start + 2_000);
    await ledger.releaseHeld(start + 2_000);
    expect(await bodies(ledger)).toEqual(['of kim']);
  });

  it('take an edit into their own place; one that is not to be held goes at once, and takes them along', async () => {
    const ledger = await testLedger();
    const card = await queue(ledger, 'card', { key: 'card', hold });
    await queue(ledger, 'held', { hold });
    expect(await queue(ledger, 'card, filled', { edits: 'card', hold })).toMatchObject({ id: card.id, key: 'card' });
    expect([await ledger.outboxPending(), await ledger.outboxHeld()]).toEqual([0, 2]);
    await queue(ledger, 'card, refused', { edits: 'card' });
    expect(await bodies(ledger)).toEqual(['card, refused']);
    expect(await ledger.sentReference(address, 'card')).toBe(`m${card.id}`);
    await ledger.releaseHeld(start + 1_000);
    expect(await bodies(ledger)).toEqual(['held']);
  });

  it('are not forgotten with what was sent, and are no part of what is summed up', async () => {
    const ledger = await testLedger();
    await queue(ledger, 'held', { hold });
    const dead = await queue(ledger, 'dead');
    await ledger.markFailed(dead.id, 'gone', true);
    await ledger.prune(start + 1, '20261201');
    await ledger.sumUpDead(address, start, (lost) => ({ address, body: lost.map(({ body }) => body) }));
    expect(await bodies(ledger)).toEqual([['dead']]);
    expect(await ledger.outboxHeld()).toBe(1);
  });
});

describe('figures', () => {
  it('tells what waits, by channel, since when the oldest message could have gone', async () => {
    const ledger = await testLedger();
    expect(await ledger.figures()).toStrictEqual({ outbox: [], unknownOrders: 0, openAlerts: 0 });
    const first = await ledger.enqueue({ address, body: 1, key: 'a' }, start);
    await ledger.enqueue({ address, body: 2 }, start + 5_000);
    await ledger.enqueue({ address: discord, body: 3, hold: { personId: 'p', until: start + 60_000 } }, start);
    expect((await ledger.figures()).outbox).toStrictEqual([{ channel: address.channel, queued: 2, oldestAt: start }]);
    await ledger.markSent(first.id, 'm1', start);
    await ledger.releaseHeld(start + 60_000);
    expect(
      (await ledger.figures()).outbox.toSorted((a, b) => a.queued - b.queued || (a.oldestAt ?? 0) - (b.oldestAt ?? 0)),
    ).toStrictEqual([
      { channel: address.channel, queued: 1, oldestAt: start + 5_000 },
      { channel: 'discord', queued: 1, oldestAt: start + 60_000 },
    ]);
  });
});
