import type { Kysely, Selectable } from 'kysely';
import type { OutboxDraft, OutboxEntry, QueuedMessage } from '../../ports/ledger/outbox-store.ts';
import { fromJson, toJson } from '../json.ts';
import type { OutboxTable, Tables } from '../schema.ts';

// How messages are written down, within a transaction of the caller's, and read again.

/** Writes messages down in this order; `alertId` is of the alert that they tell of. */
export async function insertMessages(
  db: Kysely<Tables>,
  drafts: readonly OutboxDraft[],
  now: number,
  alertId?: string,
): Promise<void> {
  for (const draft of drafts) await insertMessage(db, draft, now, alertId);
}

/** Writes one message down. An edit of a message that is held takes that one's place. */
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

/** The message that an edit is meant for, as long as it is held, so that nobody has seen it yet. */
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

export function entryOf(row: Selectable<OutboxTable>): OutboxEntry {
  return {
    ...queuedOf(row),
    address: { channel: row.channel, chatId: row.chat_id },
    body: fromJson(row.body),
    attempts: row.attempts,
  };
}

export function queuedOf(
  row: Pick<Selectable<OutboxTable>, 'id' | 'about' | 'key' | 'edits' | 'created_at'>,
): QueuedMessage {
  return {
    id: row.id,
    about: row.about ?? undefined,
    edits: row.edits ?? undefined,
    key: row.key ?? undefined,
    createdAt: row.created_at,
  };
}
