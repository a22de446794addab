import type { ExecutionNotice, OrderIntent } from '../../src/domain/orders/order.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { ClaimRequest, Proposal } from '../../src/ports/ledger/proposal-ledger.ts';

export const day = '20261123';
export const start = 1_795_392_000_000;
export const address = { channel: 'telegram', chatId: '42' };

export const buyIntent: Extract<OrderIntent, { kind: 'place' }> = {
  kind: 'place',
  request: { symbol: '005930', side: 'buy', type: 'limit', quantity: 10, price: 70_000, exchange: 'KRX' },
};

/** Buys of which no two are alike, so that none waits for another. */
export function buyIntentOf(id: string): OrderIntent {
  const quantity = 10 + [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 99_991, 7);
  return { ...buyIntent, request: { ...buyIntent.request, quantity } };
}
export const marketIntent: OrderIntent = {
  kind: 'place',
  request: { symbol: '000660', side: 'sell', type: 'market', quantity: 3, price: null, exchange: 'SOR' },
};
export const cancelIntent: OrderIntent = {
  kind: 'cancel',
  target: { number: '123', branch: '06010' },
  symbol: '005930',
  side: 'buy',
  quantity: 10,
  exchange: 'KRX',
};

export function proposalOf(id: string, changes: Partial<Proposal> = {}): Omit<Proposal, 'status' | 'account'> {
  return {
    id,
    personId: 'kim',
    address,
    command: 'buy',
    shown: '매수 주문표',
    plan: { symbol: '005930', quantity: 10 },
    createdAt: start,
    expiresAt: start + 60_000,
    ...changes,
  };
}

export function claimOf(proposalId: string, changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    proposalId,
    personId: 'kim',
    now: start + 1_000,
    intents: [{ id: `${proposalId}-1`, intent: buyIntentOf(proposalId), amount: 700_000 }],
    day,
    maxDailyAmount: 10_000_000,
    ...changes,
  };
}

/** A confirmed order, and nothing else, under the proposal `p-ID`. */
export async function confirmedOrder(
  ledger: Ledger,
  id: string,
  order: { readonly intent?: OrderIntent; readonly amount?: number; readonly day?: string } = {},
): Promise<void> {
  const { intent = buyIntentOf(id), amount = 700_000 } = order;
  await ledger.createProposal(proposalOf(`p-${id}`));
  const request = claimOf(`p-${id}`, { intents: [{ id, intent, amount }], day: order.day ?? day });
  const result = await ledger.claim({ ...request, maxDailyAmount: Number.MAX_SAFE_INTEGER });
  if (result.kind !== 'claimed') {
    throw new Error(`${id} was not claimed`);
  }
}

export function noticeOf(changes: Partial<ExecutionNotice> = {}): ExecutionNotice {
  return {
    fingerprint: 'a',
    kind: 'filled',
    number: '123',
    original: undefined,
    symbol: '005930',
    name: '삼성전자',
    side: 'buy',
    quantity: 3,
    price: 70_000,
    orderQuantity: 10,
    time: '091500',
    at: start,
    ...changes,
  };
}
