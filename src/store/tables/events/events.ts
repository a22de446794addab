import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type EventKind, eventKinds } from '../../../domain/market/market-event.ts';
import { AppError } from '../../../errors.ts';
import type { EventMark, EventStore, SeenEvents } from '../../../ports/ledger/event-store.ts';
import { fromJson, toJson } from '../../json.ts';
import type { Tables } from '../../schema.ts';
import { insertMessages } from '../outbox-rows.ts';
import type { Transactions } from '../transactions.ts';

const members = z.array(z.string());

/** How what people are told by themselves is kept. */
export function createEventMethods(transactions: Transactions): EventStore {
  return { ...createChoiceMethods(transactions), ...createSeenMethods(transactions), ...createScreens(transactions) };
}

function createChoiceMethods({ read, write }: Transactions): Pick<EventStore, 'eventChoices' | 'setEventChoices'> {
  return {
    eventChoices: () =>
      read('event-choices', async (db) => {
        const rows = await db.selectFrom('event_choices').selectAll().orderBy('person_id').orderBy('kind').execute();
        return rows.flatMap(({ person_id: personId, kind, channel, chat_id: chatId, since }) =>
          // A newer version may have kinds that this one does not know.
          isKind(kind) ? [{ personId, kind, address: { channel, chatId }, since }] : [],
        );
      }),

    setEventChoices: (personId, kinds, address, since) =>
      write('set-event-choices', async (transaction) => {
        await transaction
          .deleteFrom('event_choices')
          .where('person_id', '=', personId)
          .where('kind', 'in', kinds)
          .execute();
        if (address === undefined || kinds.length === 0) return;
        const chat = { channel: address.channel, chat_id: address.chatId };
        const rows = kinds.map((kind) => ({ person_id: personId, kind, ...chat, since }));
        await transaction.insertInto('event_choices').values(rows).execute();
      }),
  };
}

function createSeenMethods({
  read,
  write,
}: Transactions): Pick<EventStore, 'eventStates' | 'toldEvents' | 'recordEvents'> {
  return {
    eventStates: () =>
      read('event-states', async (db) => {
        const rows = await db.selectFrom('event_states').select(['name', 'value']).execute();
        return new Map(rows.map(({ name, value }) => [name, value]));
      }),

    toldEvents: (fromDay) =>
      read('told-events', async (db) => {
        const rows = await db.selectFrom('event_marks').selectAll().where('day', '>=', fromDay).execute();
        return rows.map(({ person_id: personId, day, key }) => ({ personId, day, key }));
      }),

    recordEvents: (seen, at) => write('record-events', (transaction) => record(transaction, seen, at)),
  };
}

async function record(db: Kysely<Tables>, seen: SeenEvents, at: number): Promise<void> {
  for (const [name, value] of seen.states) {
    await db
      .insertInto('event_states')
      .values({ name, value, at })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, at }))
      .execute();
  }
  for (const [id, found] of seen.members ?? []) {
    await db
      .updateTable('screen_watches')
      .set({ members: toJson(found) })
      .where('id', '=', id)
      .execute();
  }
  for (const { marks, messages } of seen.told) {
    if (await mark(db, marks, at)) await insertMessages(db, messages, at);
  }
}

/** Whether any of them is new. */
async function mark(db: Kysely<Tables>, marks: readonly EventMark[], at: number): Promise<boolean> {
  let isNew = false;
  for (const { personId, day, key } of marks) {
    const result = await db
      .insertInto('event_marks')
      .values({ person_id: personId, day, key, at })
      .onConflict((conflict) => conflict.columns(['person_id', 'day', 'key']).doNothing())
      .executeTakeFirst();
    if ((result.numInsertedOrUpdatedRows ?? 0n) > 0n) isNew = true;
  }
  return isNew;
}

function createScreens({
  read,
  write,
}: Transactions): Pick<EventStore, 'screenWatches' | 'addScreenWatch' | 'removeScreenWatch'> {
  return {
    screenWatches: () =>
      read('screen-watches', async (db) => {
        const rows = await db.selectFrom('screen_watches').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map((row) => ({
          id: row.id,
          personId: row.person_id,
          address: { channel: row.channel, chatId: row.chat_id },
          name: row.name,
          members: row.members === null ? undefined : members.parse(fromJson(row.members)),
          createdAt: row.created_at,
        }));
      }),

    addScreenWatch: ({ id, personId, address, name, createdAt }, most) =>
      write('add-screen-watch', async (transaction) => {
        const ofPerson = transaction.deleteFrom('screen_watches').where('person_id', '=', personId);
        await ofPerson.where('name', '=', name).execute();
        const there = await transaction
          .selectFrom('screen_watches')
          .select('name')
          .where('person_id', '=', personId)
          .orderBy('created_at')
          .execute();
        const [first] = there;
        if (first !== undefined && there.length >= most) {
          throw new AppError('screen.too-many-watched', { limit: most, example: first.name });
        }
        await transaction
          .insertInto('screen_watches')
          .values({
            id,
            person_id: personId,
            channel: address.channel,
            chat_id: address.chatId,
            name,
            members: null,
            created_at: createdAt,
          })
          .execute();
      }),

    removeScreenWatch: (personId, id) =>
      write('remove-screen-watch', async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('screen_watches')
          .where('person_id', '=', personId)
          .where('id', '=', id)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      }),
  };
}

/** Forgets who was told of what before a day, and what was seen last before a moment and did not change since. */
export async function forgetEvents(db: Kysely<Tables>, before: number, beforeDay: string): Promise<void> {
  await db.deleteFrom('event_marks').where('day', '<', beforeDay).execute();
  await db.deleteFrom('event_states').where('at', '<', before).execute();
}

function isKind(kind: string): kind is EventKind {
  return eventKinds.some((known) => known === kind);
}
