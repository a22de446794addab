import type { Kysely, Selectable } from 'kysely';
import { AppError } from '../../errors.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { OutboxDraft, OutboxEntry, QueuedMessage } from '../../ports/ledger/outbox-store.ts';
import { fromJson, toJson } from '../json.ts';
import type { OutboxTable, Tables } from '../schema.ts';
import { forgetAlertEvents } from './alert-events.ts';
import type { Transactions } from './transactions.ts';

type OutboxMethods = Pick<
  Ledger,
  | 'enqueue'
  | 'releaseHeld'
  | 'outboxHeld'
  | 'outboxHeads'
  | 'outboxLine'
  | 'outboxEntry'
  | 'markSent'
  | 'markFailed'
  | 'supersede'
  | 'sumUpDead'
  | 'deadLetters'
  | 'sentSince'
  | 'prune'
  | 'sentReference'
  | 'outboxPending'
>;

/** Behind so many messages of a chat nobody looks for one that may go past them. */
const mostInLine = 1_000;

export function createOutboxMethods({ read, write }: Transactions): OutboxMethods {
  return {
    enqueue: (draft, now) => write('enqueue', (transaction) => insertMessage(transaction, draft, now)),

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

    outboxHeads: (address, except = []) =>
      read('outbox-heads', async (db) => {
        if (address !== undefined) {
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
          return row === undefined ? [] : [entryOf(row)];
        }
        const heads = db
          .selectFrom('outbox')
          .select((min) => min.fn.min('id').as('id'))
          .where('state', '=', 'queued')
          .where('id', 'not in', except)
          .groupBy(['channel', 'chat_id']);
        const query = db.selectFrom('outbox').selectAll().where('id', 'in', heads).orderBy('id');
        return (await query.execute()).map(entryOf);
      }),

    outboxLine: (address) =>
      read('outbox-line', async (db) => {
        const query = db
          .selectFrom('outbox')
          .select(['id', 'about', 'key', 'edits', 'created_at'])
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

    markSent: (id, reference, now) =>
      write('mark-sent', async (transaction) => {
        // Also after a failure thought final: that it was sent is the stronger news.
        if ((await stateOf(transaction, id)) !== 'sent') {
          await transaction
            .updateTable('outbox')
            .set({ state: 'sent', sent_at: now, reference: reference ?? null })
            .where('id', '=', id)
            .execute();
        }
      }),

    markFailed: (id, error, final) =>
      write('mark-failed', async (transaction) => {
        if ((await stateOf(transaction, id)) === 'queued') {
          await transaction
            .updateTable('outbox')
            .set((row) => ({ attempts: row('attempts', '+', 1), error, state: final ? 'dead' : 'queued' }))
            .where('id', '=', id)
            .execute();
        }
      }),

    supersede: (id) =>
      write('supersede', async (transaction) => {
        const row = await transaction.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined || row.edits === null || row.state !== 'queued') {
          return false;
        }
        const later = await transaction
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
        await transaction.updateTable('outbox').set({ state: 'superseded' }).where('id', '=', id).execute();
        return true;
      }),

    sumUpDead: (address, now, draft) =>
      write('sum-up-dead', async (transaction) => {
        const rows = await transaction
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
        await insertMessage(transaction, draft(rows.map(entryOf)), now);
        const ids = rows.map(({ id }) => id);
        await transaction.updateTable('outbox').set({ state: 'dead-told' }).where('id', 'in', ids).execute();
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

    prune: (before, beforeDay) =>
      write('prune', async (transaction) => {
        await transaction
          .deleteFrom('outbox')
          .where('state', 'in', ['sent', 'superseded'])
          .where('created_at', '<', before)
          .execute();
        await forgetAlertEvents(transaction, before);
        await transaction.deleteFrom('execution_notices').where('day', '<', beforeDay).execute();
        await transaction.deleteFrom('seen_orders').where('day', '<', beforeDay).execute();
      }),

    deadLetters: (now) =>
      read('dead-letters', async (db) => {
        const row = await db
          .selectFrom('outbox')
          .select((count) => count.fn.countAll().as('dead'))
          .where('state', 'in', ['dead', 'dead-told'])
          .where('created_at', '>', now - 30 * 24 * 3_600_000)
          .executeTakeFirst();
        return Number(row?.dead ?? 0);
      }),

    sentReference: (address, key) =>
      read('sent-reference', async (db) => {
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
      }),

    outboxPending: () => read('outbox-pending', (db) => countOf(db, 'queued')),
  };
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

/** Writes a message down, within a transaction of the caller's; `alertId` is of the alert that it tells of. */
export async function insertMessage(
  db: Kysely<Tables>,
  draft: OutboxDraft,
  now: number,
  alertId?: string,
): Promise<OutboxEntry> {
  const held = await heldOriginal(db, draft);
  if (held !== undefined) {
    const change = { body: toJson(draft.body), state: draft.hold === undefined ? 'queued' : 'held' } as const;
    await db.updateTable('outbox').set(change).where('id', '=', held.id).execute();
    return entryOf({ ...held, ...change });
  }
  const last = await db
    .selectFrom('outbox')
    .select((max) => max.fn.max<number | null>('id').as('id'))
    .executeTakeFirst();
  const row: Selectable<OutboxTable> = {
    id: (last?.id ?? 0) + 1,
    channel: draft.address.channel,
    chat_id: draft.address.chatId,
    about: draft.about ?? null,
    edits: draft.edits ?? null,
    key: draft.key ?? null,
    body: toJson(draft.body),
    state: draft.hold === undefined ? 'queued' : 'held',
    attempts: 0,
    error: null,
    created_at: now,
    sent_at: null,
    reference: null,
    alert_id: alertId ?? null,
    held_for: draft.hold?.personId ?? null,
    held_until: draft.hold?.until ?? null,
  };
  await db.insertInto('outbox').values(row).execute();
  return entryOf(row);
}

/** The message that an edit is meant for, where nobody has seen it yet. */
async function heldOriginal(
  db: Kysely<Tables>,
  { address, edits }: OutboxDraft,
): Promise<Selectable<OutboxTable> | undefined> {
  if (edits === undefined) return undefined;
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'held')
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .where('key', '=', edits)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** @throws AppError `store.no-such-message`. */
async function stateOf(db: Kysely<Tables>, id: number): Promise<OutboxTable['state']> {
  const row = await db.selectFrom('outbox').select('state').where('id', '=', id).executeTakeFirst();
  if (row === undefined) {
    throw new AppError('store.no-such-message', { message: id });
  }
  return row.state;
}

function entryOf(row: Selectable<OutboxTable>): OutboxEntry {
  return {
    ...queuedOf(row),
    address: { channel: row.channel, chatId: row.chat_id },
    body: fromJson(row.body),
    attempts: row.attempts,
  };
}

function queuedOf(row: Pick<Selectable<OutboxTable>, 'id' | 'about' | 'key' | 'edits' | 'created_at'>): QueuedMessage {
  return {
    id: row.id,
    about: row.about ?? undefined,
    edits: row.edits ?? undefined,
    key: row.key ?? undefined,
    createdAt: row.created_at,
  };
}
