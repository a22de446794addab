import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { spillToMemory } from '../../src/store/spill.ts';
import { DiskFaults, needsRoom, sqliteFull, sqliteIoError } from '../support/disk-faults.ts';
import { temporaryFolder } from './fixtures.ts';

const address = { channel: 'telegram', chatId: '1' };
const draft = (text: string) => ({ address, body: { lines: [text] } });
let ledger: Ledger;
afterEach(() => ledger.close().catch(() => undefined));

async function open(sends?: (channel: string) => boolean, onLost?: (messages: number) => void) {
  const disk = new DiskFaults('spill.db');
  const file = join(temporaryFolder(), 'spill.db');
  const spill = spillToMemory(await openLedger({ url: `sqlite:${file}` }), sends, onLost);
  ledger = spill.ledger;
  const fill = () => disk.arm((_number, sql) => (needsRoom(sql) ? sqliteFull : undefined));
  return { disk, spill, fill, file };
}

const bodies = async (of: Ledger): Promise<readonly unknown[]> =>
  (await of.outboxHeads(address)).map(({ body }) => body);

describe('issue 13.1: the outbox of a disk that is full', () => {
  test('takes messages, in their order behind what is on disk, and gives those left to the disk at the end', async () => {
    const { disk, fill, file } = await open();
    const first = await ledger.enqueue(draft('on disk'), 1);
    fill();
    await ledger.enqueue(draft('in memory'), 2);
    await ledger.enqueue(draft('last'), 3);
    expect(await ledger.outboxPending()).toBe(3);
    expect(await bodies(ledger)).toEqual([{ lines: ['on disk'] }]);
    await ledger.markSent(first.id, 'r1', 4);
    const [second] = await ledger.outboxHeads(address);
    expect(second?.body).toEqual({ lines: ['in memory'] });
    await ledger.markSent(second?.id ?? 0, 'r2', 5);
    disk.mend();
    await ledger.close();
    ledger = await openLedger({ url: `sqlite:${file}` });
    expect(await bodies(ledger)).toEqual([{ lines: ['last'] }]);
  });

  test('gives what another process sends to the disk as soon as that works, where it comes before what is written after', async () => {
    const { disk, fill, spill, file } = await open((channel) => channel !== 'telegram');
    fill();
    await ledger.enqueue(draft('accepted'), 1);
    await ledger.enqueue({ ...draft('here'), address: { channel: 'console', chatId: 'local' } }, 2);
    disk.mend();
    await spill.catchUp();
    await ledger.enqueue(draft('filled'), 3);
    const other = await openLedger({ url: `sqlite:${file}` });
    const [first] = await other.outboxHeads();
    expect([first?.body, await other.outboxPending(), await ledger.outboxPending()]).toEqual([
      { lines: ['accepted'] },
      2,
      3,
    ]);
    await other.markSent(first?.id ?? 0, 'r', 4);
    await other.close();
    expect(await bodies(ledger)).toEqual([{ lines: ['filled'] }]);
  });

  test('lets no answer that waited come after what another process has written of the order meanwhile', async () => {
    const { disk, fill, spill, file } = await open(() => false);
    fill();
    await ledger.enqueue({ ...draft('accepted'), edits: 'ticket' }, 1);
    await ledger.enqueue({ ...draft('no price'), edits: 'question' }, 2);
    disk.mend();
    const other = await openLedger({ url: `sqlite:${file}` });
    const filled = await other.enqueue({ ...draft('filled'), edits: 'ticket', card: true }, 3);
    await spill.catchUp();
    expect((await other.outboxLine(address)).map(({ id, edits }) => [id === filled.id, edits])).toEqual([
      [true, 'ticket'],
      [false, 'question'],
    ]);
    await other.close();
  });

  test.each([
    ['when it has room', false],
    ['at the end', true],
  ])('gives the disk %s what failed for good in memory, so that it is told of', async (_, atEnd) => {
    const { disk, fill, spill, file } = await open();
    fill();
    const refused = await ledger.enqueue({ ...draft('refused'), edits: 'ticket', key: 'k' }, 1);
    await ledger.markFailed(refused.id, 'blocked', true);
    await expect(spill.catchUp()).rejects.toMatchObject({ code: 'store.full' });
    disk.mend();
    await (atEnd ? ledger.close() : spill.catchUp());
    const other = await openLedger({ url: `sqlite:${file}` });
    expect([await other.outboxPending(), (await other.untoldDead()).map(({ body }) => body)]).toEqual([
      0,
      [{ lines: ['refused'] }],
    ]);
    await other.close();
    if (!atEnd) expect(await ledger.deadLetters(2)).toBe(1);
  });

  test('says how many messages end with the process because the disk takes none', async () => {
    const lost: number[] = [];
    const { fill } = await open(undefined, (messages) => void lost.push(messages));
    fill();
    const refused = await ledger.enqueue(draft('refused'), 1);
    await ledger.markFailed(refused.id, 'blocked', true);
    await ledger.enqueue(draft('unsent'), 2);
    await ledger.enqueue({ ...draft('held'), hold: { personId: 'kim', until: 9 } }, 3);
    await ledger.close();
    expect(lost).toEqual([3]);
  });

  test.each([
    ['at once', false],
    ['when it has room', true],
  ])('has the disk show an order %s as it stands, where an answer from memory came after that', async (_, full) => {
    const { disk, fill, spill, file } = await open();
    const other = await openLedger({ url: `sqlite:${file}` });
    fill();
    for (const edits of ['ticket', 'question']) await ledger.enqueue({ ...draft('answer'), edits }, 1);
    const [answer, question] = await ledger.outboxLine(address);
    disk.mend();
    for (const text of ['accepted', 'filled']) {
      const { id } = await other.enqueue({ ...draft(text), edits: 'ticket', card: true }, 2);
      await other.markSent(id, 'r', 3);
    }
    await other.markSent((await other.enqueue({ ...draft('talk'), edits: 'question' }, 2)).id, 'r', 3);
    if (full) fill();
    expect(await ledger.markSent(answer?.id ?? 0, 'r', 4)).toBe(!full);
    expect(await ledger.markSent(question?.id ?? 0, 'r', 4)).toBe(false);
    disk.mend();
    await spill.catchUp();
    expect((await other.outboxHeads()).map(({ body, inPlace }) => [body, inPlace])).toEqual([
      [{ lines: ['filled'] }, true],
    ]);
    expect(await other.outboxPending()).toBe(1);
    await other.close();
  });

  test('does not bring up what another process has sent, while the disk cannot be read', async () => {
    const { disk } = await open(() => false);
    await ledger.enqueue(draft('sent elsewhere'), 1);
    disk.arm(() => sqliteIoError);
    expect(await ledger.outboxHeads()).toEqual([]);
  });

  test('gives nothing out twice that could not be marked, and marks it when it can', async () => {
    const { disk, fill, spill } = await open();
    const sent = await ledger.enqueue({ ...draft('sent'), key: 'k' }, 1);
    const dead = await ledger.enqueue(draft('refused'), 2);
    fill();
    await ledger.markSent(sent.id, 'r', 3);
    await ledger.markFailed(dead.id, 'blocked', true);
    expect(await ledger.outboxHeads()).toEqual([]);
    await expect(spill.catchUp()).rejects.toThrow(AppError);
    disk.mend();
    await spill.catchUp();
    expect(await ledger.outboxPending()).toBe(0);
    expect(await ledger.deadLetters(3)).toBe(1);
    expect(await ledger.sentReference(address, 'k')).toBe('r');
  });

  test('gives nothing out again to whoever began to look before it was over', async () => {
    const { fill } = await open();
    const sent = await ledger.enqueue(draft('on disk'), 1);
    fill();
    const second = await ledger.enqueue(draft('in memory'), 2);
    // Two looks at once: the first has sent what it found while the other still reads what waits in memory.
    const looks = ledger.outboxHeads(address);
    await ledger.markSent(sent.id, 'r', 3);
    expect((await looks).map(({ id }) => id)).not.toContain(sent.id);
    const later = ledger.outboxHeads(address);
    await ledger.markSent(second.id, 'r2', 4);
    expect((await later).map(({ id }) => id)).not.toContain(second.id);
  });

  test('edits what was sent from memory', async () => {
    const { disk, fill } = await open();
    fill();
    const { id } = await ledger.enqueue({ ...draft('first'), key: 'view' }, 1);
    await ledger.markSent(id, 'r', 2);
    expect(await ledger.sentReference(address, 'view')).toBe('r');
    disk.mend();
    expect(await ledger.sentReference(address, 'view')).toBe('r');
  });

  test('counts what it cannot keep', async () => {
    const { fill, spill } = await open();
    fill();
    for (let number = 0; number < 1_003; number += 1) await ledger.enqueue(draft(String(number)), number);
    expect(spill.takeLost()).toBe(3);
    expect(spill.takeLost()).toBe(0);
  });
});

test('a disk that cannot even be read still gives out what was just written to it', async () => {
  const { disk } = await open();
  await ledger.enqueue(draft('written'), 1);
  disk.arm(() => sqliteIoError);
  expect(await bodies(ledger)).toEqual([{ lines: ['written'] }]);
});
