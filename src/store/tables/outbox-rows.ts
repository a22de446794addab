import type { Kysely, Selectable } from 'kysely';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { OutboxDraft, OutboxEntry, QueuedMessage } from '../../ports/ledger/outbox-store.ts';
import { fromJson, toJson } from '../json.ts';
import { lockMessage, nextNumber } from '../postgres/numbers.ts';
import type { OutboxTable, Tables } from '../schema.ts';

// How messages are written down, within a transaction of the caller's, and read again.

type OutboxRow = Selectable<OutboxTable>;

/** For so long, in milliseconds, an edit that is over is kept at least: the request that makes it may still be on its way. */
const keptMs = 10 * 60_000;

/** Writes messages down in this order; `alertId` is of the alert that they tell of. */
export async function insertMessages(
  db: Kysely<Tables>,
  drafts: readonly OutboxDraft[],
  now: number,
  alertId?: string,
): Promise<readonly OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  for (const draft of drafts) entries.push(await insertMessage(db, draft, now, alertId));
  return entries;
}

/** Writes one message down. An edit of a message that is held takes that one's place. */
export async function insertMessage(
  db: Kysely<Tables>,
  draft: OutboxDraft,
  now: number,
  alertId?: string,
): Promise<OutboxEntry> {
  if (draft.edits !== undefined) await lockMessage(db, draft.address, draft.edits);
  const held = await heldOriginal(db, draft);
  if (held !== undefined) {
    const change = { body: toJson(draft.body), state: draft.hold === undefined ? 'queued' : 'held' } as const;
    const update = db.updateTable('outbox').set(change).where('id', '=', held.id).where('state', '=', 'held');
    // Its quiet hours may end at this very moment; the edit follows it then.
    if ((await update.executeTakeFirst()).numUpdatedRows > 0n) return entryOf({ ...held, ...change });
  }
  const cards = await cardEdits(db, draft);
  if (draft.card === true) return insertCard(db, draft, now, cards);
  // How orders stand is newer than that they are being sent.
  const outdated = draft.passing === true && cards.length > 0;
  const state = outdated ? 'superseded' : draft.hold === undefined ? 'queued' : 'held';
  return insertRow(db, draft, now, { state, alert_id: alertId ?? null });
}

/**
 * Queues an edit that shows how orders stand. It takes the place of one that is queued still, but for the first of its
 * message: that is the answer to a press, and goes out before what is told of the order later.
 */
async function insertCard(
  db: Kysely<Tables>,
  draft: OutboxDraft,
  now: number,
  earlier: readonly OutboxRow[],
): Promise<OutboxEntry> {
  const latest = await latestEdit(db, draft);
  const stands = latest?.state === 'sent' || latest?.state === 'queued';
  if (latest !== undefined && stands && latest.body === toJson(draft.body)) return entryOf(latest);
  const waiting = earlier.filter(({ state, in_place }) => state === 'queued' && in_place === 1).map(({ id }) => id);
  if (waiting.length > 0) {
    await db
      .updateTable('outbox')
      .set({ state: 'superseded' })
      .where('id', 'in', waiting)
      .where('state', '=', 'queued')
      .execute();
  }
  const entry = await insertRow(db, draft, now, { card: 1, in_place: earlier.length > 0 ? 1 : 0 });
  // Only now, because a new row takes the next number after the highest that is there.
  await forgetEdits(db, draft, now - keptMs, latest?.id ?? 0);
  return entry;
}

/**
 * Removes the edits in place of a message that are over, so that an order of a thousand fills leaves a few rows and not
 * as many, which every later event would read. One that was repeated may be on its way however old it is.
 */
async function forgetEdits(
  db: Kysely<Tables>,
  { address, edits = '' }: OutboxDraft,
  before: number,
  latest: number,
): Promise<void> {
  await db
    .deleteFrom('outbox')
    .where('edits', '=', edits)
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .where('in_place', '=', 1)
    .where('state', 'in', ['sent', 'superseded', 'dropped'])
    .where('attempts', '=', 0)
    .where('created_at', '<', before)
    .where('id', '!=', latest)
    .execute();
}

/**
 * Queues the newest edit of a message once more where `late`, an older one, may have arrived after it. That can only be
 * where another process has concluded `late` while this one was still sending it. Returns whether it queued anything.
 */
export async function showNewest(db: Kysely<Tables>, late: OutboxRow): Promise<boolean> {
  if (late.edits === null || late.state === 'queued') return false;
  const message = { address: { channel: late.channel, chatId: late.chat_id }, edits: late.edits };
  await lockMessage(db, message.address, message.edits);
  const newest = await editsOf(db, message).where('state', '!=', 'superseded').limit(1).executeTakeFirst();
  if (newest === undefined || newest.id <= late.id) return false;
  // One that is queued still comes after `late`, unless another process is just sending it.
  const mayBeOver = newest.state === 'sent' || (newest.state === 'queued' && late.state === 'sent');
  if (mayBeOver) await queueAgain(db, newest);
  return mayBeOver;
}

/** Queues the newest card of a message once more where it was sent. Returns whether it queued any. */
export async function showCardAgain(db: Kysely<Tables>, address: ChatAddress, edits: string): Promise<boolean> {
  await lockMessage(db, address, edits);
  const cards = editsOf(db, { address, edits }).where('card', '=', 1);
  const newest = await cards.where('state', '!=', 'superseded').limit(1).executeTakeFirst();
  if (newest?.state !== 'sent') return false;
  await queueAgain(db, newest);
  return true;
}

async function queueAgain(db: Kysely<Tables>, { id: _, ...row }: OutboxRow): Promise<void> {
  await db
    .insertInto('outbox')
    .values({
      ...row,
      id: nextNumber(db, 'outbox'),
      state: 'queued',
      attempts: 0,
      error: null,
      sent_at: null,
      reference: null,
      in_place: 1,
    })
    .execute();
}

async function insertRow(
  db: Kysely<Tables>,
  draft: OutboxDraft,
  now: number,
  more: Partial<OutboxRow>,
): Promise<OutboxEntry> {
  const row: Omit<OutboxRow, 'id'> = {
    channel: draft.address.channel,
    chat_id: draft.address.chatId,
    about: draft.about ?? null,
    edits: draft.edits ?? null,
    key: draft.key ?? null,
    body: toJson(draft.body),
    state: 'queued',
    attempts: 0,
    error: null,
    created_at: now,
    sent_at: null,
    reference: null,
    alert_id: null,
    card: 0,
    in_place: 0,
    held_for: draft.hold?.personId ?? null,
    held_until: draft.hold?.until ?? null,
    ...more,
  };
  const { id } = await db
    .insertInto('outbox')
    .values({ ...row, id: nextNumber(db, 'outbox') })
    .returning('id')
    .executeTakeFirstOrThrow();
  return entryOf({ ...row, id });
}

/** The edits of the draft's message that show how orders stand, newest first. */
async function cardEdits(db: Kysely<Tables>, draft: OutboxDraft): Promise<readonly OutboxRow[]> {
  if (draft.card !== true && draft.passing !== true) return [];
  return editsOf(db, draft).where('card', '=', 1).execute();
}

function latestEdit(db: Kysely<Tables>, draft: OutboxDraft): Promise<OutboxRow | undefined> {
  return editsOf(db, draft).where('state', '!=', 'superseded').limit(1).executeTakeFirst();
}

function editsOf(db: Kysely<Tables>, { address, edits = '' }: Pick<OutboxDraft, 'address' | 'edits'>) {
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('edits', '=', edits)
    .where('channel', '=', address.channel)
    .where('chat_id', '=', address.chatId)
    .orderBy('id', 'desc');
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

export function entryOf(row: OutboxRow): OutboxEntry {
  return {
    ...queuedOf(row),
    address: { channel: row.channel, chatId: row.chat_id },
    ...(row.state === 'superseded' || row.state === 'sent' ? { outdated: true } : {}),
    body: fromJson(row.body),
    attempts: row.attempts,
  };
}

export function queuedOf(
  row: Pick<OutboxRow, 'id' | 'about' | 'key' | 'edits' | 'in_place' | 'created_at'>,
): QueuedMessage {
  return {
    id: row.id,
    about: row.about ?? undefined,
    edits: row.edits ?? undefined,
    key: row.key ?? undefined,
    ...(row.in_place === 1 ? { inPlace: true } : {}),
    createdAt: row.created_at,
  };
}
