import { isDeepStrictEqual } from 'node:util';
import type { Kysely, Selectable } from 'kysely';
import { type OrderEvent, type OrderRecord, orderNumber } from '../../../domain/orders/order.ts';
import { applyEvent, newOrderRecord } from '../../../domain/orders/order-state.ts';
import { AppError } from '../../../errors.ts';
import { eventFromRow } from '../../json.ts';
import type { OrderEventsTable, OrdersTable, Tables } from '../../schema.ts';
import { recordOf } from '../../tables/order-rows.ts';
import type { Check } from './check.ts';
import { Findings, type Looked, rowsOf } from './check.ts';

/** An order with all that happened to it. */
export interface OrderStory {
  readonly row: Selectable<OrdersTable>;
  readonly events: readonly Selectable<OrderEventsTable>[];
}

/** All orders with their events, in batches. */
export async function* storiesOf(looked: Looked): AsyncGenerator<readonly OrderStory[]> {
  for await (const rows of rowsOf(looked, 'orders')) {
    const events = Map.groupBy(await eventsOf(looked.db, rows), ({ order_id }) => order_id);
    yield rows.map((row) => ({ row, events: events.get(row.id) ?? [] }));
  }
}

function eventsOf(
  db: Kysely<Tables>,
  rows: readonly Pick<OrdersTable, 'id'>[],
): Promise<readonly Selectable<OrderEventsTable>[]> {
  const ids = rows.map(({ id }) => id);
  return db.selectFrom('order_events').selectAll().where('order_id', 'in', ids).orderBy('sequence').execute();
}

/** The state of an order as it follows from its events alone; undefined where they cannot be read. */
export function foldOf({ row, events }: OrderStory): OrderRecord | undefined {
  try {
    return fold(row, events);
  } catch {
    return undefined;
  }
}

/** Whether the events of each order lead to the state that its row has. */
export const checkOrders: Check = async (looked) => {
  const findings = new Findings();
  for await (const stories of storiesOf(looked)) {
    findings.count(stories.length);
    for (const story of stories) checkOrder(story, findings);
  }
  return findings.result;
};

function checkOrder({ row, events }: OrderStory, findings: Findings): void {
  const order = row.id;
  if (events.length === 0) {
    findings.add('order-without-events', { order });
    return;
  }
  if (events.some(({ sequence }, index) => sequence !== index + 1)) {
    findings.add('order-events-gap', { order, events: events.map(({ sequence }) => sequence).join() });
    return;
  }
  try {
    const column = differingColumn(recordOf(row), fold(row, events));
    if (column !== undefined) findings.add('order-state', { order, column, status: row.status });
  } catch (error) {
    // What cannot be read is found by the check of values.
    if (!(error instanceof AppError) || error.code !== 'order.impossible-event') return;
    findings.add('order-impossible-event', { order, event: error.context['event'], status: error.context['status'] });
  }
}

/** @throws AppError `order.impossible-event`, `store.malformed`. */
function fold(row: Selectable<OrdersTable>, events: readonly Selectable<OrderEventsTable>[]): OrderRecord {
  const { id, account, proposalId, personId, intent, confirmedAt: at } = recordOf(row);
  let record = newOrderRecord({ id, account, proposalId, personId, intent, at });
  for (const [index, event] of events.entries()) {
    const read = eventFromRow(event);
    record = index === 0 ? begun(record, read) : applyEvent(record, read, event.at);
  }
  return record;
}

/** An order begins when it is confirmed; one that the venue made of a scheduled order, when it is known there. */
function begun(record: OrderRecord, first: OrderEvent): OrderRecord {
  if (first.type === 'confirmed') return record;
  if (first.type !== 'accepted' || first.by !== 'schedule') {
    throw new AppError('order.impossible-event', { status: '-', event: first.type, order: record.id });
  }
  const { number, branch } = first.reference;
  return { ...record, status: 'accepted', reference: { number: orderNumber(number), branch } };
}

/** The first thing in which two records differ. */
function differingColumn(row: OrderRecord, folded: OrderRecord): string | undefined {
  const names = new Set([...Object.keys(row), ...Object.keys(folded)]) as ReadonlySet<keyof OrderRecord>;
  return [...names].find((name) => !isDeepStrictEqual(row[name], folded[name]));
}
