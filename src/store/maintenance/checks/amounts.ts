import type { OrderEvent, OrderRecord } from '../../../domain/orders/order.ts';
import { eventFromRow } from '../../json.ts';
import { amountOfDay, spendingNothing } from '../../tables/orders.ts';
import type { Check } from './check.ts';
import { Findings } from './check.ts';
import { foldOf, type OrderStory, storiesOf } from './orders.ts';

type Fill = Extract<OrderEvent, { readonly type: 'filled' }>;

/** Whether won and shares add up: of each order its fills, and of each day what counts towards its cap. */
export const checkAmounts: Check = async (looked) => {
  const findings = new Findings();
  /** By account and day, the won that the events say were spent. */
  const days = new Map<string, { readonly account: string; readonly day: string; spent: number }>();
  for await (const stories of storiesOf(looked)) {
    findings.count(stories.length);
    for (const story of stories) {
      const { account, day, amount } = story.row;
      const folded = foldOf(story);
      const known = days.get(`${account} ${day}`) ?? { account, day, spent: 0 };
      days.set(`${account} ${day}`, known);
      if (folded === undefined) continue;
      if (!spendingNothing.includes(folded.status)) known.spent += amount;
      checkOrder(story, folded, findings);
    }
  }
  for (const { account, day, spent } of days.values()) {
    const counted = await amountOfDay(looked.db, account, day);
    if (counted !== spent) findings.add('day-amount', { account, day, counted, spent });
  }
  return findings.result;
};

function checkOrder({ row, events }: OrderStory, { intent }: OrderRecord, findings: Findings): void {
  const read = events.map(eventFromRow);
  // What an order at a price counts as is certain. One that the venue made of a scheduled order counts as nothing,
  // because it was counted when that was confirmed.
  const isOwn = read[0]?.type === 'confirmed';
  if (intent.kind === 'place' && intent.request.type === 'limit' && intent.request.price !== null) {
    const due = isOwn ? intent.request.price * intent.request.quantity : 0;
    if (row.amount !== due) findings.add('order-amount', { order: row.id, amount: row.amount, due });
  }
  const fills = read.filter((event): event is Fill => event.type === 'filled');
  const inSum = fills.reduce((sum, { quantity }) => sum + quantity, 0);
  const falls = fills.some(({ filledAmount }, index) => filledAmount < (fills[index - 1]?.filledAmount ?? 0));
  if (inSum !== row.filled_quantity || falls) {
    findings.add('order-fills', { order: row.id, filled: row.filled_quantity, inSum });
  }
}
