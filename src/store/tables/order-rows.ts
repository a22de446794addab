import type { Kysely, Selectable } from 'kysely';
import { type OrderEvent, type OrderRecord, orderNumber } from '../../domain/orders/order.ts';
import { applyEvent } from '../../domain/orders/order-state.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import { contextFromJson, eventData, intentFromJson, intentToJson, toJson } from '../json.ts';
import { nextNumber } from '../postgres/numbers.ts';
import type { OrdersTable, Tables } from '../schema.ts';

// How an order and its events are written, each within a transaction of the caller's.

/** An order of an account. @throws AppError `order.unknown`, also for one of another account. */
export async function orderRow(db: Kysely<Tables>, account: string, id: string): Promise<Selectable<OrdersTable>> {
  const query = db.selectFrom('orders').selectAll().where('account', '=', account).where('id', '=', id);
  const row = await query.executeTakeFirst();
  if (row === undefined) {
    throw new AppError('order.unknown', { order: id });
  }
  return row;
}

/** Writes a new order and its first event. `amount` (won) counts towards its day's limit. */
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
  await db
    .insertInto('orders')
    .values({
      id: record.id,
      sequence: nextNumber(db, 'orders'),
      account: record.account,
      proposal_id: record.proposalId,
      card: record.proposalId,
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

/** Writes an event, and in the order's row the state that follows from it. */
export async function appendEvent(
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

/** An order's number is stored without leading zeros, because fill notices are matched with it in that form. */
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
    // The venue refuses an order with a text. Hoga denies one with facts (the context), of which the sentence is made.
    text: record.context === undefined ? (record.text ?? null) : toJson(record.context),
    updated_at: record.updatedAt,
  };
}

export function recordOf(row: Selectable<OrdersTable>): OrderRecord {
  return {
    id: row.id,
    account: row.account,
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
