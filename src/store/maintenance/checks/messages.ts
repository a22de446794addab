import type { Selectable } from 'kysely';
import type { OrderEvent } from '../../../domain/orders/order.ts';
import { ticketIn, ticketKey } from '../../../domain/orders/ticket-key.ts';
import { historyKeptMs } from '../../../domain/retention.ts';
import type { OutboxTable } from '../../schema.ts';
import { rowsAtOnce } from '../tables.ts';
import type { Check } from './check.ts';
import { Findings, type Looked, rowsOf } from './check.ts';

type Message = Pick<Selectable<OutboxTable>, 'id' | 'channel' | 'chat_id' | 'edits' | 'state' | 'card' | 'in_place'>;

/** Events after which a card always looks otherwise than before. */
const telling: readonly OrderEvent['type'][] = ['filled', 'cancelled', 'replaced', 'expired'];

/** Whether the messages are what their state says, and the cards show what their orders came to. */
export const checkMessages: Check = async (looked) => {
  const findings = new Findings();
  const { db } = looked;
  for await (const rows of rowsOf(looked, 'outbox')) {
    findings.count(rows.length);
    for (const row of rows) {
      if (!isAsStated(row)) findings.add('message-state', { message: row.id, state: row.state });
    }
    const cards = rows.filter(({ card, in_place }) => card === 1 || in_place === 1);
    for (const { id } of await astray(looked, cards)) findings.add('message-card', { message: id });
  }
  const twice = await db
    .selectFrom('outbox')
    .select((of) => [of.fn.max('id').as('id')])
    .where('state', '=', 'queued')
    .where('in_place', '=', 1)
    .groupBy(['channel', 'chat_id', 'edits'])
    .having((of) => of(of.fn.countAll<number>(), '>', 1))
    .execute();
  for (const { id } of twice) findings.add('message-twice', { message: id });
  const ofNoAlert = await db
    .selectFrom('outbox')
    .select('id')
    .where('alert_id', 'is not', null)
    .where('alert_id', 'not in', db.selectFrom('alerts').select('id'))
    .execute();
  for (const { id } of ofNoAlert) findings.add('message-alert', { message: id });
  for (const order of await cardsBehind(looked)) findings.add('card-behind', { order });
  return findings.result;
};

function isAsStated(row: Selectable<OutboxTable>): boolean {
  const isSent = row.sent_at !== null;
  switch (row.state) {
    case 'sent':
      return isSent;
    case 'held':
      return !isSent && row.held_until !== null && row.held_for !== null;
    case 'dead':
    case 'dead-told':
    case 'dropped':
      return !isSent && row.error !== null && row.attempts > 0;
    default:
      return !isSent;
  }
}

/** Edits that are to show how orders stand, and are of no ticket with orders, or wait for a message that is not there. */
async function astray({ db }: Looked, cards: readonly Message[]): Promise<readonly Message[]> {
  if (cards.length === 0) return [];
  const tickets = [...new Set(cards.flatMap(({ edits }) => ticketIn(edits ?? undefined) ?? []))];
  const orders = await db
    .selectFrom('orders')
    .select(['card', 'proposal_id'])
    .where((of) => of.or([of('card', 'in', tickets), of('proposal_id', 'in', tickets)]))
    .execute();
  const known = new Set(orders.flatMap(({ card, proposal_id }) => [ticketKey(card), ticketKey(proposal_id)]));
  const originals = await db
    .selectFrom('outbox')
    .select(['channel', 'chat_id', 'key'])
    .where('key', 'in', tickets.map(ticketKey))
    .execute();
  const there = new Set(originals.map(({ channel, chat_id, key }) => [channel, chat_id, key].join('\n')));
  return cards.filter(({ channel, chat_id, edits, state, card }) => {
    const waitsForNothing = state === 'queued' && !there.has([channel, chat_id, edits].join('\n'));
    return card === 0 || edits === null || !known.has(edits) || waitsForNothing;
  });
}

interface LateOrder {
  readonly id: string;
  readonly card: string;
  /** When it was filled or ended. */
  readonly at: number;
}

/**
 * Orders that were filled or ended last, and whose card was not edited with that, though it was before and its message
 * can be reached.
 */
async function cardsBehind(looked: Looked): Promise<readonly string[]> {
  const orders = await lateOrders(looked);
  const behind: string[] = [];
  for (let first = 0; first < orders.length; first += rowsAtOnce) {
    const some = orders.slice(first, first + rowsAtOnce);
    const keys = [...new Set(some.map(({ card }) => ticketKey(card)))];
    const rows = await looked.db
      .selectFrom('outbox')
      .select(['channel', 'chat_id', 'key', 'edits', 'state', 'reference', 'card', 'created_at'])
      .where((of) => of.or([of('key', 'in', keys), of.and([of('edits', 'in', keys), of('card', '=', 1)])]))
      .execute();
    const byTicket = Map.groupBy(rows, ({ card, edits, key }) => (card === 1 ? edits : key) ?? '');
    behind.push(
      ...some.filter(({ card, at }) => isBehind(byTicket.get(ticketKey(card)) ?? [], at)).map(({ id }) => id),
    );
  }
  return behind;
}

function isBehind(
  rows: readonly Pick<OutboxTable, 'channel' | 'chat_id' | 'state' | 'reference' | 'card' | 'created_at'>[],
  at: number,
): boolean {
  const chats = Map.groupBy(rows, ({ channel, chat_id }) => `${channel} ${chat_id}`);
  return [...chats.values()].some((chat) => {
    const edits = chat.filter(({ card }) => card === 1);
    const isThere = chat.some(
      ({ card, state, reference }) =>
        card === 0 && (state === 'queued' || state === 'held' || (state === 'sent' && reference !== null)),
    );
    return isThere && edits.length > 0 && edits.every(({ created_at }) => created_at < at);
  });
}

/** Orders whose last event changed their card for certain, as far as their messages are kept. */
async function lateOrders({ db, now }: Looked): Promise<readonly LateOrder[]> {
  return db
    .selectFrom('order_events as last')
    .innerJoin('orders', 'orders.id', 'last.order_id')
    .select(['orders.id', 'orders.card', 'last.at'])
    .where('last.at', '>=', now - historyKeptMs)
    .where('last.type', 'in', telling)
    .where((of) =>
      of.not(
        of.exists(
          of
            .selectFrom('order_events as later')
            .select('later.sequence')
            .whereRef('later.order_id', '=', 'last.order_id')
            .whereRef('later.sequence', '>', 'last.sequence'),
        ),
      ),
    )
    .orderBy('orders.id')
    .execute();
}
