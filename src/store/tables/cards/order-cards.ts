import type { Kysely, Selectable } from 'kysely';
import type { OrderEvent } from '../../../domain/orders/order.ts';
import { ticketKey } from '../../../domain/orders/ticket-key.ts';
import type { ChatAddress } from '../../../domain/people/chat-address.ts';
import type { OrderCard, OrderLedger } from '../../../ports/ledger/order-ledger.ts';
import type { OrdersTable, Tables } from '../../schema.ts';
import { recordOf } from '../order-rows.ts';
import { insertMessages } from '../outbox-rows.ts';
import type { Transactions } from '../transactions.ts';

// Which message shows which orders, within a transaction of the caller's.

export function createCardMethods({ write }: Transactions, account: string): Pick<OrderLedger, 'showCard'> {
  return {
    showCard: (ticketId, now, draw) =>
      write('show-card', async (transaction) => {
        const card = await cardOf(transaction, account, ticketId);
        const drafts = card === undefined ? [] : draw(card);
        return insertMessages(transaction, drafts, now);
      }),
  };
}

/** The cards that an event of an order changes, once the event is written. */
export async function cardsChangedBy(
  db: Kysely<Tables>,
  before: Selectable<OrdersTable>,
  event: OrderEvent,
): Promise<readonly OrderCard[]> {
  const moved = event.type === 'replaced' ? await continueCard(db, before, event.number) : undefined;
  const tickets = [before.card, ...(moved === undefined ? [] : [moved])];
  const cards = await Promise.all(tickets.map((ticket) => cardOf(db, before.account, ticket)));
  return cards.filter((card) => card !== undefined);
}

/** The card of a ticket; undefined where the ticket became no order, or its message is nowhere any more. */
export async function cardOf(db: Kysely<Tables>, account: string, ticketId: string): Promise<OrderCard | undefined> {
  const ticket = await db
    .selectFrom('proposals')
    .select(['person_id', 'pressed_in'])
    .where('id', '=', ticketId)
    .executeTakeFirst();
  if (ticket === undefined) {
    return undefined;
  }
  // Looked up by ticket alone, which has indexes: asked for the account as well, SQLite reads all orders of the account.
  const found = await db
    .selectFrom('orders')
    .selectAll()
    .where((of) => of.or([of('card', '=', ticketId), of('proposal_id', '=', ticketId)]))
    .orderBy('sequence')
    .execute();
  const rows = found.filter((row) => row.account === account);
  const addresses = await addressesOf(db, ticketId);
  if (rows.length === 0 || addresses.length === 0) {
    return undefined;
  }
  return {
    ticketId,
    personId: ticket.person_id,
    pressedIn: ticket.pressed_in ?? undefined,
    addresses,
    orders: rows.filter(({ card }) => card === ticketId).map(recordOf),
    movedOn: rows.filter(({ card }) => card !== ticketId).map(recordOf),
  };
}

/**
 * An order goes on under another number, by an amendment of ours: the card of the order shows the amendment from now
 * on, where it is in every channel in which the amendment's own ticket is. Returns that ticket. Somebody else's
 * amendment stays on its own ticket, because that person may not see the message of the order.
 */
async function continueCard(
  db: Kysely<Tables>,
  before: Selectable<OrdersTable>,
  number: string,
): Promise<string | undefined> {
  const amendment = await amendmentOf(db, before, number);
  if (amendment === undefined || amendment.person_id !== before.person_id) {
    return undefined;
  }
  const channels = new Set((await addressesOf(db, before.card)).map(({ channel }) => channel));
  const own = await addressesOf(db, amendment.proposal_id);
  if (channels.size === 0 || own.some(({ channel }) => !channels.has(channel))) {
    return undefined;
  }
  await db.updateTable('orders').set({ card: before.card }).where('id', '=', amendment.id).execute();
  return amendment.proposal_id;
}

/** Our amendment of an order that goes on under this number. */
function amendmentOf(db: Kysely<Tables>, before: Selectable<OrdersTable>, number: string) {
  const isScheduled = before.kind === 'schedule' || before.kind === 'amend-schedule';
  return (
    db
      .selectFrom('orders')
      .select(['id', 'proposal_id', 'person_id'])
      .where('account', '=', before.account)
      .where('kind', '=', isScheduled ? 'amend-schedule' : 'amend')
      // The venue uses order numbers again on another day; scheduled orders keep theirs.
      .where('day', isScheduled ? '>=' : '=', before.day)
      .where('order_number', '=', number)
      .where('sequence', '>', before.sequence)
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirst()
  );
}

/** The chats that show a ticket, or are to show it; those in which its message cannot be reached any more are left out. */
async function addressesOf(db: Kysely<Tables>, ticketId: string): Promise<readonly ChatAddress[]> {
  const rows = await db
    .selectFrom('outbox')
    .select((of) => ['channel', 'chat_id', of.fn.min('id').as('first')])
    .where('key', '=', ticketKey(ticketId))
    .where((of) =>
      of.or([
        of('state', 'in', ['queued', 'held']),
        of.and([of('state', '=', 'sent'), of('reference', 'is not', null)]),
      ]),
    )
    .groupBy(['channel', 'chat_id'])
    .orderBy('first')
    .execute();
  return rows.map(({ channel, chat_id }) => ({ channel, chatId: chat_id }));
}
