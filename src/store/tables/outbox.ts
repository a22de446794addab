import type { Kysely, Selectable } from 'kysely';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { OutboxDraft, OutboxEntry } from '../../ports/ledger/outbox-store.ts';
import type { OutboxTable, Tables } from '../schema.ts';
import { entryOf, insertMessage, queuedOf, showCardAgain, showNewest } from './outbox-rows.ts';
import type { Transactions } from './transactions.ts';

type QueueMethods = Pick<
  Ledger,
  | 'enqueue'
  | 'releaseHeld'
  | 'outboxHeld'
  | 'outboxPending'
  | 'outboxHeads'
  | 'outboxLine'
  | 'outboxEntry'
  | 'supersede'
  | 'showCardAgain'
>;

type DeliveryMethods = Pick<
  Ledger,
  'markSent' | 'markFailed' | 'dropEdit' | 'sumUpDead' | 'untoldDead' | 'deadLetters' | 'sentSince' | 'sentReference'
>;

/** The most messages of a chat that are looked through for one that may be sent before the others. */
const mostInLine = 1_000;
/** For so long a message that failed for good is counted. */
const deadLetterDays = 30;
const dayMs = 24 * 3_600_000;

/** Messages that wait: to be sent, or for somebody's quiet hours to end. */
export function createQueueMethods({ read, write }: Transactions): QueueMethods {
  return {
    enqueue: (draft, now) =>
      write('enqueue', (transaction) => insertMessage(transaction, draft, now), {
        lane: () => `chat ${draft.address.channel} ${draft.address.chatId}`,
      }),

    releaseHeld: async (now) => {
      const due = await read('next-held', nextHeld);
      if (due === undefined || due > now) return due;
      return write('release-held', async (transaction) => {
        await transaction
          .updateTable('outbox')
          .set({ state: 'queued' })
          .where('state', '=', 'held')
          .where('held_until', '<=', now)
          .execute();
        return nextHeld(transaction);
      });
    },

    outboxHeld: () => read('outbox-held', (db) => countOf(db, 'held')),

    outboxPending: () => read('outbox-pending', (db) => countOf(db, 'queued')),

    outboxHeads: (address, except = []) =>
      read('outbox-heads', (db) => (address === undefined ? headOfEach(db, except) : headOf(db, address, except))),

    outboxLine: (address) =>
      read('outbox-line', async (db) => {
        const query = db
          .selectFrom('outbox')
          .select(['id', 'about', 'key', 'edits', 'in_place', 'created_at'])
          .where('state', '=', 'queued')
          .where('channel', '=', address.channel)
          .where('chat_id', '=', address.chatId)
          .orderBy('id')
          .limit(mostInLine);
        return (await query.execute()).map(queuedOf);
      }),

    outboxEntry: (id) =>
      read('outbox-entry', async (db) => {
        const query = db.selectFrom('outbox').selectAll().where('id', '=', id).where('state', '=', 'queued');
        const row = await query.executeTakeFirst();
        return row && entryOf(row);
      }),

    supersede: (id) => write('supersede', (transaction) => supersede(transaction, id)),

    showCardAgain: (address, edits) =>
      write('show-card-again', (transaction) => showCardAgain(transaction, address, edits)),
  };
}

/** What became of a message may be written twice, and other messages of the chat wait for that: so nobody waits long. */
const again = { whenUnknown: 'refuse' } as const;

/** What became of messages that were sent, or could not be. */
export function createDeliveryMethods({ read, write }: Transactions): DeliveryMethods {
  return {
    markSent: (id, reference, now) =>
      write('mark-sent', (transaction) => markSent(transaction, id, reference, now), again),

    markFailed: (id, error, final) =>
      write('mark-failed', (transaction) => markFailed(transaction, id, error, final), again),

    dropEdit: (id, error, gone) => write('drop-edit', (transaction) => dropEdit(transaction, id, error, gone), again),

    sumUpDead: (address, now, draft) =>
      write('sum-up-dead', (transaction) => sumUpDead(transaction, address, now, draft)),

    untoldDead: () =>
      read('untold-dead', async (db) => {
        const rows = await db.selectFrom('outbox').selectAll().where('state', '=', 'dead').orderBy('id').execute();
        return rows.map(entryOf);
      }),

    deadLetters: (now) =>
      read('dead-letters', async (db) => {
        const row = await db
          .selectFrom('outbox')
          .select((count) => count.fn.countAll().as('dead'))
          .where('state', 'in', ['dead', 'dead-told'])
          .where('created_at', '>', now - deadLetterDays * dayMs)
          .executeTakeFirst();
        return Number(row?.dead ?? 0);
      }),

    sentSince: (at) =>
      read('sent-since', async (db) => {
        const query = db
          .selectFrom('outbox')
          .select(['channel', 'chat_id', 'sent_at'])
          .where('state', '=', 'sent')
          .where('sent_at', '>', at)
          .orderBy('sent_at');
        return (await query.execute()).map((row) => ({
          address: { channel: row.channel, chatId: row.chat_id },
          at: row.sent_at ?? at,
        }));
      }),

    sentReference: (address, key) => read('sent-reference', (db) => sentReference(db, address, key)),
  };
}

async function headOf(
  db: Kysely<Tables>,
  address: ChatAddress,
  except: readonly number[],
): Promise<readonly OutboxEntry[]> {
  const row = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'queued')
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .where('id', 'not in', except)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? [] : [entryOf(await beforeEdits(db, row, except))];
}

async function headOfEach(db: Kysely<Tables>, except: readonly number[]): Promise<readonly OutboxEntry[]> {
  const heads = db
    .selectFrom('outbox')
    .select((min) => min.fn.min('id').as('id'))
    .where('state', '=', 'queued')
    .where('id', 'not in', except)
    .groupBy(['channel', 'chat_id']);
  const oldest = await db.selectFrom('outbox').selectAll().where('id', 'in', heads).execute();
  const rows = await Promise.all(oldest.map((row) => beforeEdits(db, row, except)));
  return rows.toSorted((one, other) => one.id - other.id).map(entryOf);
}

/** The oldest message that waits in a chat; `oldest` where that is an edit in place and only such edits wait. */
async function beforeEdits(
  db: Kysely<Tables>,
  oldest: Selectable<OutboxTable>,
  except: readonly number[],
): Promise<Selectable<OutboxTable>> {
  if (oldest.in_place === 0) return oldest;
  const message = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'queued')
    .where('channel', '=', oldest.channel)
    .where('chat_id', '=', oldest.chat_id)
    .where('id', 'not in', except)
    .where('in_place', '=', 0)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return message ?? oldest;
}

async function supersede(db: Kysely<Tables>, id: number): Promise<boolean> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined || row.edits === null || row.state !== 'queued') {
    return false;
  }
  // The answer to a press is told before the notices that follow it.
  if (row.card === 1 && row.in_place === 0) {
    return false;
  }
  const later = await db
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'queued')
    .where('channel', '=', row.channel)
    .where('chat_id', '=', row.chat_id)
    .where('edits', '=', row.edits)
    .where('id', '>', id)
    .limit(1)
    .executeTakeFirst();
  if (later === undefined) {
    return false;
  }
  const update = db.updateTable('outbox').set({ state: 'superseded' }).where('id', '=', id);
  return (await update.where('state', '=', 'queued').executeTakeFirst()).numUpdatedRows > 0n;
}

async function markSent(db: Kysely<Tables>, id: number, reference: string | undefined, now: number): Promise<boolean> {
  const row = await requireMessage(db, id);
  // A message that was marked as failed for good becomes sent too: that it did go out is the truer news.
  await db
    .updateTable('outbox')
    .set({ state: 'sent', sent_at: now, reference: reference ?? null })
    .where('id', '=', id)
    .where('state', '!=', 'sent')
    .execute();
  return showNewest(db, row);
}

async function markFailed(db: Kysely<Tables>, id: number, error: string, final: boolean): Promise<boolean> {
  const row = await requireMessage(db, id);
  await db
    .updateTable('outbox')
    .set((row) => ({ attempts: row('attempts', '+', 1), error, state: final ? 'dead' : 'queued' }))
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .execute();
  return !final && showNewest(db, row);
}

async function dropEdit(db: Kysely<Tables>, id: number, error: string, gone: boolean): Promise<void> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) {
    throw new AppError('store.no-such-message', { message: id });
  }
  const change = { attempts: row.attempts + 1, error, state: 'dropped' } as const;
  await db.updateTable('outbox').set(change).where('id', '=', id).where('state', '=', 'queued').execute();
  if (gone) {
    await db
      .updateTable('outbox')
      .set({ reference: null })
      .where('channel', '=', row.channel)
      .where('chat_id', '=', row.chat_id)
      .where('key', '=', row.edits)
      .execute();
  }
}

async function sumUpDead(
  db: Kysely<Tables>,
  address: ChatAddress,
  now: number,
  draft: (lost: readonly OutboxEntry[]) => OutboxDraft,
): Promise<void> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'dead')
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .orderBy('id')
    .execute();
  if (rows.length === 0) {
    return;
  }
  await insertMessage(db, draft(rows.map(entryOf)), now);
  const ids = rows.map(({ id }) => id);
  await db.updateTable('outbox').set({ state: 'dead-told' }).where('id', 'in', ids).execute();
}

async function sentReference(db: Kysely<Tables>, address: ChatAddress, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('outbox')
    .select('reference')
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .where('key', '=', key)
    .where('state', '=', 'sent')
    .where('reference', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.reference ?? undefined;
}

async function countOf(db: Kysely<Tables>, state: OutboxTable['state']): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select((count) => count.fn.countAll().as('messages'))
    .where('state', '=', state)
    .executeTakeFirst();
  return Number(row?.messages ?? 0);
}

async function nextHeld(db: Kysely<Tables>): Promise<number | undefined> {
  const row = await db
    .selectFrom('outbox')
    .select((min) => min.fn.min<number | null>('held_until').as('until'))
    .where('state', '=', 'held')
    .executeTakeFirst();
  return row?.until ?? undefined;
}

/** @throws AppError `store.no-such-message`. */
async function requireMessage(db: Kysely<Tables>, id: number): Promise<Selectable<OutboxTable>> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new AppError('store.no-such-message', { message: id });
  return row;
}
