import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { postgresTrouble } from '../../../src/store/postgres/troubles.ts';
import { DiskFaults, sqliteIoError } from '../../support/disk-faults.ts';
import { address, claimOf, day, noticeOf, proposalOf, start, temporaryFolder } from '../fixtures.ts';

test.each([
  [13, 'store.full'],
  [8, 'store.read-only'],
  [8 | (4 << 8), 'store.read-only'],
  [5, 'store.locked'],
  [10, 'store.io'],
  [10 | (13 << 8), 'store.io'],
  [14, 'store.io'],
  [11, 'store.corrupt'],
  [26, 'store.corrupt'],
  [19, 'store.failed'],
])('result code %i of SQLite is told as %s', async (errcode, code) => {
  const disk = new DiskFaults('trouble.db');
  const ledger = await openLedger({ url: `sqlite:${join(temporaryFolder(), 'trouble.db')}` });
  disk.arm((_number, sql) => (sql === 'commit' ? errcode : undefined));
  await expect(ledger.setHalted(true)).rejects.toMatchObject({ code });
  disk.mend();
  await ledger.close();
});

test.each([
  ['53100', '', 'store.full'],
  ['25006', '', 'store.read-only'],
  ['55P03', '', 'store.locked'],
  ['40001', '', 'store.locked'],
  ['58030', '', 'store.io'],
  ['XX001', '', 'store.corrupt'],
  ['57P01', '', 'store.away'],
  ['25P03', '', 'store.away'],
  ['08006', '', 'store.away'],
  ['28P01', '', 'store.away'],
  ['ECONNREFUSED', '', 'store.away'],
  ['EPIPE', '', 'store.away'],
  [undefined, 'Connection terminated unexpectedly', 'store.away'],
  [undefined, 'timeout exceeded when trying to connect', 'store.away'],
  ['23505', 'duplicate key', undefined],
  [undefined, 'Cannot read properties of undefined', undefined],
])('%s of PostgreSQL and its driver (%s) is told as %s', (code, message, trouble) => {
  expect(postgresTrouble(Object.assign(new Error(message), code === undefined ? {} : { code }))).toBe(trouble);
});

test('a transaction that the disk did not even take back keeps no later one from beginning', async () => {
  const disk = new DiskFaults('trouble.db');
  const ledger = await openLedger({ url: `sqlite:${join(temporaryFolder(), 'trouble.db')}` });
  disk.arm((_number, sql) => (/^(?:insert|rollback)/.test(sql) ? sqliteIoError : undefined));
  await expect(ledger.setHalted(true)).rejects.toMatchObject({ code: 'store.io' });
  disk.mend();
  await ledger.setHalted(true);
  expect(await ledger.halted()).toBe(true);
  await ledger.close();
});

test('says which of its methods it was', async () => {
  const ledger = await openLedger({ url: 'sqlite::memory:' });
  await ledger.close();
  const reference = { number: '1', branch: '' };
  const request = { symbol: '005930', side: 'buy', type: 'limit', quantity: 1, price: 1, exchange: 'KRX' } as const;
  const calls = {
    'create-proposal': () => ledger.createProposal(proposalOf('p')),
    proposal: () => ledger.proposal('p'),
    'drop-proposal': () => ledger.dropProposal('p'),
    claim: () => ledger.claim(claimOf('p')),
    'append-order-event': () => ledger.appendOrderEvent('o', { type: 'submitting' }, start),
    'begin-submit': () => ledger.beginSubmit('o', start),
    'order-from-schedule': () =>
      ledger.orderFromSchedule('s', { id: 'o', request, reference, day, at: start }, start, () => []),
    order: () => ledger.order('o'),
    'order-by-number': () => ledger.orderByNumber('1', day),
    'latest-by-number': () => ledger.latestByNumber('1'),
    'orders-by-status': () => ledger.ordersByStatus(['accepted']),
    'orders-of-day': () => ledger.ordersOfDay(day),
    'latest-orders': () => ledger.latestOrders(1),
    'order-events': () => ledger.orderEvents('o'),
    'order-address': () => ledger.orderAddress('o'),
    'amount-of-day': () => ledger.amountOfDay(day),
    'record-notice': () => ledger.recordNotice(noticeOf(), day),
    'note-seen': () => ledger.noteSeen(day, ['1']),
    'seen-before': () => ledger.seenBefore('o'),
    enqueue: () => ledger.enqueue({ address, body: '' }, start),
    'next-held': () => ledger.releaseHeld(start),
    'outbox-held': () => ledger.outboxHeld(),
    'outbox-heads': () => ledger.outboxHeads(),
    'outbox-line': () => ledger.outboxLine(address),
    'outbox-entry': () => ledger.outboxEntry(1),
    'mark-sent': () => ledger.markSent(1, '1', start),
    'mark-failed': () => ledger.markFailed(1, 'why', true),
    supersede: () => ledger.supersede(1),
    'sum-up-dead': () => ledger.sumUpDead(address, start, () => ({ address, body: '' })),
    'show-card-again': () => ledger.showCardAgain(address, 'k'),
    'untold-dead': () => ledger.untoldDead(),
    'sent-since': () => ledger.sentSince(start),
    prune: () => ledger.prune(start, day),
    'dead-letters': () => ledger.deadLetters(start),
    'sent-reference': () => ledger.sentReference(address, 'k'),
    'outbox-pending': () => ledger.outboxPending(),
  };
  for (const [operation, call] of Object.entries(calls)) {
    await expect(call(), operation).rejects.toMatchObject({ code: 'store.failed', context: { operation } });
  }
});
