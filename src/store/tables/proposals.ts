import type { Kysely, Selectable } from 'kysely';
import { isCancel, type OrderRecord, sameAtVenue } from '../../domain/orders/order.ts';
import { newOrderRecord } from '../../domain/orders/order-state.ts';
import { AppError } from '../../errors.ts';
import type { Fence } from '../../ports/cluster.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { ClaimRequest, ClaimResult, Proposal } from '../../ports/ledger/proposal-ledger.ts';
import { fromJson, toJson } from '../json.ts';
import type { ProposalsTable, Tables } from '../schema.ts';
import { checkFence } from './cluster/leases.ts';
import { insertOrder } from './order-rows.ts';
import { amountOfDay, unsettledAround } from './orders.ts';
import { isHalted } from './settings.ts';
import type { Transactions } from './transactions.ts';

type ProposalMethods = Pick<Ledger, 'createProposal' | 'proposal' | 'dropProposal' | 'claim'>;

export function createProposalMethods(
  transactions: Transactions,
  account: string,
  fence?: () => Fence | undefined,
): ProposalMethods {
  const { read, write } = transactions;
  return {
    createProposal: (proposal) =>
      write('create-proposal', async (transaction) => {
        await transaction
          .insertInto('proposals')
          .values({
            id: proposal.id,
            account,
            person_id: proposal.personId,
            channel: proposal.address.channel,
            chat_id: proposal.address.chatId,
            command: proposal.command,
            plan: toJson(proposal.plan),
            created_at: proposal.createdAt,
            expires_at: proposal.expiresAt,
            status: 'open',
            shown: proposal.shown,
            pressed_in: null,
          })
          .execute();
      }),

    proposal: (id) => read('proposal', (db) => findProposal(db, id)),

    dropProposal: (id) => write('drop-proposal', (transaction) => leaveOpen(transaction, id, 'dropped')),

    claim: (request) =>
      write('claim', async (transaction) => {
        await checkFence(transaction, transactions, fence?.());
        return claim(transaction, account, request);
      }),
  };
}

async function claim(transaction: Kysely<Tables>, account: string, request: ClaimRequest): Promise<ClaimResult> {
  const proposal = await findProposal(transaction, request.proposalId);
  // A ticket that was made for one account is none of another's, whatever changed since.
  if (proposal === undefined || proposal.account !== account) {
    return { kind: 'refused', reason: 'unknown' };
  }
  if (proposal.personId !== request.personId) {
    return { kind: 'refused', reason: 'not-yours' };
  }
  if (proposal.status !== 'open') {
    return { kind: 'refused', reason: proposal.status };
  }
  if (request.now >= proposal.expiresAt) {
    return { kind: 'refused', reason: 'expired' };
  }
  const onlyCancels = request.intents.every(({ intent }) => isCancel(intent.kind));
  if (!onlyCancels && (await isHalted(transaction, account))) {
    return { kind: 'refused', reason: 'halted' };
  }
  for (const other of await unsettledAround(transaction, account, request.day)) {
    if (request.intents.some(({ intent }) => sameAtVenue(intent, other.intent))) {
      return { kind: 'refused', reason: 'unsettled' };
    }
  }
  const used = await amountOfDay(transaction, account, request.day);
  const added = sumOfAmounts(request);
  // The test is whether the sum is within the cap, so that a cap that is not a number refuses.
  const withinCap = used + added <= request.maxDailyAmount;
  if (!withinCap && !(onlyCancels && added === 0)) {
    return { kind: 'over-daily-cap', used };
  }
  if (!(await leaveOpen(transaction, proposal.id, 'taken'))) {
    // Nobody else claims during this transaction, but a ticket can be dropped through another account's ledger.
    return { kind: 'refused', reason: 'dropped' };
  }
  return { kind: 'claimed', orders: await writeOrders(transaction, proposal, request) };
}

/** Writes the orders of a proposal that was taken. */
async function writeOrders(
  db: Kysely<Tables>,
  proposal: Proposal,
  request: ClaimRequest,
): Promise<readonly OrderRecord[]> {
  const pressedIn = request.pressedIn ?? null;
  await db.updateTable('proposals').set({ pressed_in: pressedIn }).where('id', '=', proposal.id).execute();
  const orders: OrderRecord[] = [];
  for (const [position, { id, intent, amount }] of request.intents.entries()) {
    const { personId, now: at } = request;
    const record = newOrderRecord({ id, account: proposal.account, proposalId: proposal.id, personId, intent, at });
    await insertOrder(db, record, { position, address: proposal.address, day: request.day, amount });
    orders.push(record);
  }
  return orders;
}

/** @throws AppError `store.bad-amount` for an amount with which the sum would mean nothing. */
function sumOfAmounts(request: ClaimRequest): number {
  return request.intents.reduce((sum, { id, amount }) => {
    if (!Number.isSafeInteger(amount) || amount < 0) {
      throw new AppError('store.bad-amount', { order: id, amount });
    }
    return sum + amount;
  }, 0);
}

async function findProposal(db: Kysely<Tables>, id: string): Promise<Proposal | undefined> {
  const row = await db.selectFrom('proposals').selectAll().where('id', '=', id).executeTakeFirst();
  return row && proposalOf(row);
}

async function leaveOpen(db: Kysely<Tables>, id: string, status: 'taken' | 'dropped'): Promise<boolean> {
  const result = await db
    .updateTable('proposals')
    .set({ status })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

function proposalOf(row: Selectable<ProposalsTable>): Proposal {
  return {
    id: row.id,
    account: row.account,
    personId: row.person_id,
    address: { channel: row.channel, chatId: row.chat_id },
    command: row.command,
    plan: fromJson(row.plan),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    status: row.status,
    shown: row.shown,
  };
}
