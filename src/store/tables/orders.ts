import type { Kysely, Selectable } from 'kysely';
import {
  isCancel,
  type OrderEvent,
  type OrderRecord,
  type OrderStatus,
  orderNumber,
  unsettledStatuses,
} from '../../domain/orders/order.ts';
import { applyEvent, newOrderRecord } from '../../domain/orders/order-state.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import { contextFromJson, eventData, eventFromRow, intentFromJson, intentToJson, toJson } from '../json.ts';
import type { OrdersTable, Tables } from '../schema.ts';
import { insertMessage } from './outbox.ts';
import { isHalted } from './settings.ts';
import type { Transactions } from './transactions.ts';

type OrderMethods = Pick<
  Ledger,
  | 'appendOrderEvent'
  | 'beginSubmit'
  | 'orderFromSchedule'
  | 'order'
  | 'orderByNumber'
  | 'latestByNumber'
  | 'ordersByStatus'
  | 'ordersOfDay'
  | 'latestOrders'
  | 'orderEvents'
  | 'orderAddress'
  | 'amountOfDay'
  | 'recordNotice'
  | 'noteSeen'
  | 'seenBefore'
>;

/** Orders that never were at the venue, and so spent nothing. */
const spendingNothing: readonly OrderStatus[] = ['denied', 'rejected', 'never-sent', 'absent'];

export function createOrderMethods({ read, write }: Transactions): OrderMethods {
  return {
    appendOrderEvent: (orderId, event, at, messages) =>
      write('append-order-event', async (transaction) => {
        const record = await append(transaction, await orderRow(transaction, orderId), event, at);
        for (const draft of messages?.(record) ?? []) {
          await insertMessage(transaction, draft, at);
        }
        return record;
      }),

    beginSubmit: (orderId, at) =>
      write('begin-submit', async (transaction) => {
        const row = await orderRow(transaction, orderId);
        if (!isCancel(row.kind) && (await isHalted(transaction))) {
          throw new AppError('orders.halted');
        }
        await append(transaction, row, { type: 'submitting' }, at);
        const position = await newestSeen(transaction, row.day);
        await transaction.updateTable('orders').set({ seen_position: position }).where('id', '=', orderId).execute();
      }),

    orderFromSchedule: (scheduleId, { id, request, reference, day, at }, now, messages) =>
      write('order-from-schedule', async (transaction) => {
        const schedule = await orderRow(transaction, scheduleId);
        const number = orderNumber(reference.number);
        const known = transaction.selectFrom('orders').select('id').where('day', '=', day);
        if ((await known.where('order_number', '=', number).executeTakeFirst()) !== undefined) {
          return undefined;
        }
        const after = await append(transaction, schedule, { type: 'sent-on', day, number }, now);
        const { proposalId, personId } = after;
        const order: OrderRecord = {
          ...newOrderRecord({ id, proposalId, personId, intent: { kind: 'place', request }, at }),
          status: 'accepted',
          reference: { ...reference, number },
        };
        const address = { channel: schedule.channel, chatId: schedule.chat_id };
        const position = await nextPosition(transaction, proposalId);
        // Its sum was counted on the day on which it was confirmed.
        const accepted: OrderEvent = { type: 'accepted', reference, by: 'schedule' };
        await insertOrder(transaction, order, { position, address, day, amount: 0 }, accepted);
        for (const draft of messages(after, order)) {
          await insertMessage(transaction, draft, now);
        }
        return order;
      }),

    order: (id) =>
      read('order', async (db) => {
        const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
        return row && recordOf(row);
      }),

    orderByNumber: (number, day) =>
      read('order-by-number', async (db) => {
        const row = await db
          .selectFrom('orders')
          .selectAll()
          .where('day', '=', day)
          .where('order_number', '=', orderNumber(number))
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && recordOf(row);
      }),

    latestByNumber: (number) =>
      read('latest-by-number', async (db) => {
        const row = await db
          .selectFrom('orders')
          .selectAll()
          .where('order_number', '=', orderNumber(number))
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && recordOf(row);
      }),

    ordersByStatus: (statuses) =>
      read('orders-by-status', async (db) => {
        if (statuses.length === 0) {
          return [];
        }
        const query = db.selectFrom('orders').selectAll().where('status', 'in', statuses).orderBy('sequence');
        return (await query.execute()).map(recordOf);
      }),

    ordersOfDay: (day) =>
      read('orders-of-day', async (db) => {
        const query = db.selectFrom('orders').selectAll().where('day', '=', day).orderBy('sequence', 'desc');
        return (await query.execute()).map(recordOf);
      }),

    latestOrders: (most) =>
      read('latest-orders', async (db) => {
        const query = db.selectFrom('orders').selectAll().orderBy('sequence', 'desc').limit(most);
        return (await query.execute()).map(recordOf);
      }),

    orderEvents: (id) =>
      read('order-events', async (db) => {
        const query = db.selectFrom('order_events').selectAll().where('order_id', '=', id).orderBy('sequence');
        return (await query.execute()).map((row) => ({ at: row.at, event: eventFromRow(row) }));
      }),

    orderAddress: (id) =>
      read('order-address', async (db) => {
        const query = db.selectFrom('orders').select(['channel', 'chat_id']).where('id', '=', id);
        const row = await query.executeTakeFirst();
        return row && { channel: row.channel, chatId: row.chat_id };
      }),

    amountOfDay: (day) => read('amount-of-day', (db) => amountOfDay(db, day)),

    recordNotice: (notice, day, messages = []) =>
      write('record-notice', async (transaction) => {
        const number = orderNumber(notice.number);
        const { fingerprint, kind, quantity, at } = notice;
        const inserted = await transaction
          .insertInto('execution_notices')
          .values({ day, fingerprint, number, kind, quantity, at })
          .onConflict((conflict) => conflict.columns(['day', 'fingerprint']).doNothing())
          .executeTakeFirst();
        const filled = await transaction
          .selectFrom('execution_notices')
          .select((sum) => sum.fn.sum<number | null>('quantity').as('quantity'))
          .where('day', '=', day)
          .where('number', '=', number)
          .where('kind', '=', 'filled')
          .executeTakeFirst();
        const fresh = inserted.numInsertedOrUpdatedRows === 1n;
        for (const draft of fresh ? messages : []) {
          await insertMessage(transaction, draft, at);
        }
        return { fresh, noticedQuantity: Number(filled?.quantity ?? 0) };
      }),

    noteSeen: (day, numbers) =>
      write('note-seen', async (transaction) => {
        let position = await newestSeen(transaction, day);
        for (const number of numbers) {
          position += 1;
          await transaction
            .insertInto('seen_orders')
            .values({ day, number: orderNumber(number), position })
            .onConflict((conflict) => conflict.columns(['day', 'number']).doNothing())
            .execute();
        }
      }),

    seenBefore: (orderId) =>
      read('seen-before', async (db) => {
        const query = db
          .selectFrom('orders')
          .innerJoin('seen_orders', 'seen_orders.day', 'orders.day')
          .select('seen_orders.number')
          .where('orders.id', '=', orderId)
          .whereRef('seen_orders.position', '<=', 'orders.seen_position');
        return new Set((await query.execute()).map(({ number }) => number));
      }),
  };
}

async function newestSeen(db: Kysely<Tables>, day: string): Promise<number> {
  const row = await db
    .selectFrom('seen_orders')
    .select((max) => max.fn.max<number | null>('position').as('position'))
    .where('day', '=', day)
    .executeTakeFirst();
  return row?.position ?? 0;
}

/** @throws AppError `order.unknown`. */
async function orderRow(db: Kysely<Tables>, id: string): Promise<Selectable<OrdersTable>> {
  const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) {
    throw new AppError('order.unknown', { order: id });
  }
  return row;
}

async function append(
  db: Kysely<Tables>,
  row: Selectable<OrdersTable>,
  event: OrderEvent,
  at: number,
): Promise<OrderRecord> {
  const noted = withPlainNumber(event);
  const record = applyEvent(recordOf(row), noted, at);
  await insertEvent(db, row.id, noted, at);
  await db.updateTable('orders').set(foldedColumns(record)).where('id', '=', row.id).execute();
  return record;
}

/** Orders of the day, and scheduled ones of any day, whose outcome nobody knows: those are taken across midnight. */
export async function unsettledAround(db: Kysely<Tables>, day: string): Promise<readonly OrderRecord[]> {
  const query = db
    .selectFrom('orders')
    .selectAll()
    .where('status', 'in', unsettledStatuses)
    .where((of) => of.or([of('day', '=', day), of('kind', 'in', ['schedule', 'amend-schedule', 'cancel-schedule'])]));
  return (await query.execute()).map(recordOf);
}

/** Won of the day that orders spent, or may have. */
export async function amountOfDay(db: Kysely<Tables>, day: string): Promise<number> {
  const row = await db
    .selectFrom('orders')
    .select((sum) => sum.fn.sum<number | null>('amount').as('amount'))
    .where('day', '=', day)
    .where('status', 'not in', spendingNothing)
    .executeTakeFirst();
  return Number(row?.amount ?? 0);
}

async function nextPosition(db: Kysely<Tables>, proposalId: string): Promise<number> {
  const last = await db
    .selectFrom('orders')
    .select((max) => max.fn.max<number | null>('position').as('position'))
    .where('proposal_id', '=', proposalId)
    .executeTakeFirst();
  return (last?.position ?? -1) + 1;
}

/** Writes a fresh record and its first event. */
export async function insertOrder(
  db: Kysely<Tables>,
  record: OrderRecord,
  facts: {
    readonly position: number;
    readonly address: ChatAddress;
    readonly day: string;
    readonly amount: number;
  },
  first: OrderEvent = { type: 'confirmed' },
): Promise<void> {
  const last = await db
    .selectFrom('orders')
    .select((max) => max.fn.max<number | null>('sequence').as('sequence'))
    .executeTakeFirst();
  await db
    .insertInto('orders')
    .values({
      id: record.id,
      sequence: (last?.sequence ?? 0) + 1,
      proposal_id: record.proposalId,
      position: facts.position,
      person_id: record.personId,
      channel: facts.address.channel,
      chat_id: facts.address.chatId,
      kind: record.intent.kind,
      intent: intentToJson(record.intent),
      day: facts.day,
      amount: facts.amount,
      ...foldedColumns(record),
      confirmed_at: record.confirmedAt,
      seen_position: 0,
    })
    .execute();
  await insertEvent(db, record.id, first, record.confirmedAt);
}

async function insertEvent(db: Kysely<Tables>, orderId: string, event: OrderEvent, at: number): Promise<void> {
  const last = await db
    .selectFrom('order_events')
    .select((max) => max.fn.max<number | null>('sequence').as('sequence'))
    .where('order_id', '=', orderId)
    .executeTakeFirst();
  await db
    .insertInto('order_events')
    .values({ order_id: orderId, sequence: (last?.sequence ?? 0) + 1, at, type: event.type, data: eventData(event) })
    .execute();
}

/** An event is written with the number in the form by which notices look for it, whatever form it came in. */
function withPlainNumber(event: OrderEvent): OrderEvent {
  return event.type === 'accepted'
    ? { ...event, reference: { ...event.reference, number: orderNumber(event.reference.number) } }
    : event;
}

function foldedColumns(record: OrderRecord) {
  return {
    status: record.status,
    order_number: record.reference?.number ?? null,
    branch: record.reference?.branch ?? null,
    filled_quantity: record.filledQuantity,
    filled_amount: record.filledAmount,
    cancelled_quantity: record.cancelledQuantity,
    replaced_quantity: record.replacedQuantity,
    code: record.code ?? null,
    // What we say of a denied order is made of facts, where the venue's refusal is a text.
    text: record.context === undefined ? (record.text ?? null) : toJson(record.context),
    updated_at: record.updatedAt,
  };
}

function recordOf(row: Selectable<OrdersTable>): OrderRecord {
  return {
    id: row.id,
    proposalId: row.proposal_id,
    personId: row.person_id,
    intent: intentFromJson(row.intent),
    status: row.status,
    reference:
      row.order_number === null || row.branch === null ? undefined : { number: row.order_number, branch: row.branch },
    filledQuantity: row.filled_quantity,
    filledAmount: row.filled_amount,
    cancelledQuantity: row.cancelled_quantity,
    replacedQuantity: row.replaced_quantity,
    code: row.code ?? undefined,
    text: row.status === 'denied' ? undefined : (row.text ?? undefined),
    ...(row.status === 'denied' && row.text !== null ? { context: contextFromJson(row.text) } : {}),
    confirmedAt: row.confirmed_at,
    updatedAt: row.updated_at,
  };
}
