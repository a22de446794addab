import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import {
  isCancel,
  type OrderEvent,
  type OrderRecord,
  type OrderStatus,
  orderNumber,
  unsettledStatuses,
} from '../../domain/orders/order.ts';
import { newOrderRecord } from '../../domain/orders/order-state.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Fence } from '../../ports/cluster.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { MadeOrder } from '../../ports/ledger/order-ledger.ts';
import { eventFromRow } from '../json.ts';
import type { OrdersTable, Tables } from '../schema.ts';
import { cardOf, cardsChangedBy } from './cards/order-cards.ts';
import { checkFence } from './cluster/leases.ts';
import { appendEvent, insertOrder, orderRow, recordOf } from './order-rows.ts';
import { insertMessages } from './outbox-rows.ts';
import { newestSeen } from './seen-orders.ts';
import { isHalted } from './settings.ts';
import type { Transactions } from './transactions.ts';

type OrderWrites = Pick<Ledger, 'appendOrderEvent' | 'beginSubmit' | 'orderFromSchedule'>;

type OrderReads = Pick<
  Ledger,
  | 'order'
  | 'orderByNumber'
  | 'latestByNumber'
  | 'ordersByStatus'
  | 'ordersOfDay'
  | 'latestOrders'
  | 'orderEvents'
  | 'orderAddress'
  | 'amountOfDay'
>;

/** The statuses of orders that never were at the venue and so spent nothing. */
export const spendingNothing: readonly OrderStatus[] = ['denied', 'rejected', 'never-sent', 'absent'];

export function createOrderWrites(
  transactions: Transactions,
  account: string,
  fence?: () => Fence | undefined,
): OrderWrites {
  const { write } = transactions;
  return {
    appendOrderEvent: (orderId, event, at, messages) =>
      write('append-order-event', async (transaction) => {
        const row = await orderRow(transaction, account, orderId);
        const record = await appendEvent(transaction, row, event, at);
        if (messages !== undefined) {
          await insertMessages(transaction, messages(record, await cardsChangedBy(transaction, row, event)), at);
        }
        return record;
      }),

    beginSubmit: (orderId, at) =>
      write(
        'begin-submit',
        async (transaction) => {
          await checkFence(transaction, transactions, fence?.());
          await beginSubmit(transaction, account, orderId, at);
        },
        // Nothing has been sent yet, and by the time one knew, another process might see to the order.
        { whenUnknown: 'refuse' },
      ),

    orderFromSchedule: (scheduleId, made, now, messages) =>
      write('order-from-schedule', (transaction) =>
        orderFromSchedule(transaction, account, scheduleId, made, now, messages),
      ),
  };
}

export function createOrderReads({ read }: Transactions, account: string): OrderReads {
  const orders = (db: Kysely<Tables>): OrderQuery => ordersOf(db, account);
  const newestFirst = (db: Kysely<Tables>): OrderQuery => orders(db).orderBy('sequence', 'desc');
  return {
    order: (id) => read('order', (db) => first(orders(db).where('id', '=', id))),

    orderByNumber: (number, day) =>
      read('order-by-number', (db) =>
        first(newestFirst(db).where('day', '=', day).where('order_number', '=', orderNumber(number))),
      ),

    latestByNumber: (number) =>
      read('latest-by-number', (db) => first(newestFirst(db).where('order_number', '=', orderNumber(number)))),

    ordersByStatus: (statuses) =>
      read('orders-by-status', async (db) =>
        statuses.length === 0 ? [] : all(orders(db).where('status', 'in', statuses).orderBy('sequence')),
      ),

    ordersOfDay: (day) => read('orders-of-day', (db) => all(newestFirst(db).where('day', '=', day))),

    latestOrders: (most) => read('latest-orders', (db) => all(newestFirst(db).limit(most))),

    orderEvents: (id) =>
      read('order-events', async (db) => {
        const query = db
          .selectFrom('order_events')
          .selectAll()
          .where(
            'order_id',
            'in',
            db.selectFrom('orders').select('id').where('account', '=', account).where('id', '=', id),
          )
          .orderBy('sequence');
        return (await query.execute()).map((row) => ({ at: row.at, event: eventFromRow(row) }));
      }),

    orderAddress: (id) =>
      read('order-address', async (db) => {
        const query = db
          .selectFrom('orders')
          .select(['channel', 'chat_id'])
          .where('account', '=', account)
          .where('id', '=', id);
        const row = await query.executeTakeFirst();
        return row && { channel: row.channel, chatId: row.chat_id };
      }),

    amountOfDay: (day) => read('amount-of-day', (db) => amountOfDay(db, account, day)),
  };
}

type OrderQuery = SelectQueryBuilder<Tables, 'orders', Selectable<OrdersTable>>;

function ordersOf(db: Kysely<Tables>, account: string): OrderQuery {
  return db.selectFrom('orders').selectAll().where('account', '=', account);
}

async function first(query: OrderQuery): Promise<OrderRecord | undefined> {
  const row = await query.limit(1).executeTakeFirst();
  return row && recordOf(row);
}

async function all(query: OrderQuery): Promise<readonly OrderRecord[]> {
  return (await query.execute()).map(recordOf);
}

async function beginSubmit(db: Kysely<Tables>, account: string, orderId: string, at: number): Promise<void> {
  const row = await orderRow(db, account, orderId);
  if (!isCancel(row.kind) && (await isHalted(db, account))) {
    throw new AppError('orders.halted');
  }
  await appendEvent(db, row, { type: 'submitting' }, at);
  const position = await newestSeen(db, account, row.day);
  await db.updateTable('orders').set({ seen_position: position }).where('id', '=', orderId).execute();
}

async function orderFromSchedule(
  db: Kysely<Tables>,
  account: string,
  scheduleId: string,
  { id, request, reference, day, at }: MadeOrder,
  now: number,
  messages: Parameters<OrderWrites['orderFromSchedule']>[3],
): Promise<OrderRecord | undefined> {
  const schedule = await orderRow(db, account, scheduleId);
  const number = orderNumber(reference.number);
  const known = ordersOf(db, account).where('day', '=', day).where('order_number', '=', number);
  if ((await first(known)) !== undefined) {
    return undefined;
  }
  const after = await appendEvent(db, schedule, { type: 'sent-on', day, number }, now);
  const { proposalId, personId } = after;
  const order: OrderRecord = {
    ...newOrderRecord({ id, account, proposalId, personId, intent: { kind: 'place', request }, at }),
    status: 'accepted',
    reference: { ...reference, number },
  };
  const address: ChatAddress = { channel: schedule.channel, chatId: schedule.chat_id };
  const position = await nextPosition(db, proposalId);
  const accepted: OrderEvent = { type: 'accepted', reference, by: 'schedule' };
  // The amount was counted on the day on which the schedule was confirmed, so it is not counted again.
  await insertOrder(db, order, { position, address, day, amount: 0 }, accepted);
  await db.updateTable('orders').set({ card: schedule.card }).where('id', '=', order.id).execute();
  await insertMessages(db, messages(after, order, await cardOf(db, account, schedule.card)), now);
  return order;
}

/**
 * Orders whose outcome nobody knows: ordinary ones of the day, and scheduled ones of any day, because the venue takes
 * those across midnight.
 */
export async function unsettledAround(
  db: Kysely<Tables>,
  account: string,
  day: string,
): Promise<readonly OrderRecord[]> {
  return all(
    ordersOf(db, account)
      .where('status', 'in', unsettledStatuses)
      .where((of) => of.or([of('day', '=', day), of('kind', 'in', ['schedule', 'amend-schedule', 'cancel-schedule'])])),
  );
}

/** The won that the day's orders spent, or may have spent. */
export async function amountOfDay(db: Kysely<Tables>, account: string, day: string): Promise<number> {
  const row = await db
    .selectFrom('orders')
    .select((sum) => sum.fn.sum<number | null>('amount').as('amount'))
    .where('account', '=', account)
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
