import type { Kysely } from 'kysely';
import type { Tables } from '../../schema.ts';
import type { Check } from './check.ts';
import { Findings } from './check.ts';

/** Commands whose tickets hold no orders. */
const withoutOrders: readonly string[] = ['revoke', 'renumber'];
/** Orders that may stand on the card of another ticket: amendments, and what the venue makes of a scheduled order. */
const moving = ['amend', 'amend-schedule', 'place'] as const;

/** Whether a ticket that was taken has its orders, one that was not has none, and cards are where they can be found. */
export const checkTickets: Check = async ({ db }) => {
  const findings = new Findings();
  const { many } = await db
    .selectFrom('proposals')
    .select((count) => count.fn.countAll().as('many'))
    .executeTakeFirstOrThrow();
  findings.count(Number(many));
  await checkTaken(db, findings);
  await checkOwners(db, findings);
  await checkCards(db, findings);
  const gaps = await db
    .selectFrom('orders')
    .select('proposal_id')
    .groupBy('proposal_id')
    .having((of) => of(of.fn.max('position'), '!=', of(of.fn.countAll<number>(), '-', of.lit(1))))
    .execute();
  for (const { proposal_id: ticket } of gaps) findings.add('ticket-positions', { ticket });
  return findings.result;
};

async function checkTaken(db: Kysely<Tables>, findings: Findings): Promise<void> {
  const empty = await db
    .selectFrom('proposals')
    .select('id')
    .where('status', '=', 'taken')
    .where('command', 'not in', withoutOrders)
    .where('id', 'not in', db.selectFrom('orders').select('proposal_id'))
    .execute();
  for (const { id } of empty) findings.add('ticket-without-orders', { ticket: id });
  const early = await db
    .selectFrom('orders')
    .innerJoin('proposals', 'proposals.id', 'orders.proposal_id')
    .select(['orders.id', 'proposal_id', 'proposals.status'])
    .where('proposals.status', '!=', 'taken')
    .execute();
  for (const { id, proposal_id: ticket, status } of early) {
    findings.add('ticket-not-taken', { order: id, ticket, status });
  }
}

/** An order is its ticket's: of the same account and person. */
async function checkOwners(db: Kysely<Tables>, findings: Findings): Promise<void> {
  const foreign = await db
    .selectFrom('orders')
    .innerJoin('proposals', 'proposals.id', 'orders.proposal_id')
    .select(['orders.id', 'proposal_id'])
    .where((of) =>
      of.or([
        of('orders.account', '!=', of.ref('proposals.account')),
        of('orders.person_id', '!=', of.ref('proposals.person_id')),
      ]),
    )
    .execute();
  for (const { id, proposal_id: ticket } of foreign) findings.add('ticket-of-another', { order: id, ticket });
}

async function checkCards(db: Kysely<Tables>, findings: Findings): Promise<void> {
  const missing = await db
    .selectFrom('orders')
    .select(['id', 'card'])
    .where('card', 'not in', db.selectFrom('proposals').select('id'))
    .execute();
  for (const { id, card } of missing) findings.add('card-missing', { order: id, ticket: card });
  const foreign = await db
    .selectFrom('orders')
    .innerJoin('proposals', 'proposals.id', 'orders.card')
    .select(['orders.id', 'card'])
    .whereRef('card', '!=', 'proposal_id')
    .where((of) =>
      of.or([
        of('orders.account', '!=', of.ref('proposals.account')),
        of('orders.person_id', '!=', of.ref('proposals.person_id')),
        of('orders.kind', 'not in', moving),
      ]),
    )
    .execute();
  for (const { id, card } of foreign) findings.add('card-of-another', { order: id, ticket: card });
}
