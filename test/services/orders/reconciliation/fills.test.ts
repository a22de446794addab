import { expect, onTestFinished, test } from 'vitest';
import type { VenueOrder } from '../../../../src/domain/orders/order.ts';
import { createDirectory } from '../../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../../src/kis/symbols/shipped.ts';
import { Fills } from '../../../../src/services/orders/reconciliation/fills.ts';
import { openLedger } from '../../../../src/store/ledger.ts';
import { address, buyIntent, claimOf, proposalOf, start } from '../../../store/samples.ts';
import { JumpClock } from '../../../support/clock.ts';

const day = '20261123';
const row: VenueOrder = {
  ...buyIntent.request,
  reference: { number: '31', branch: '06010' },
  original: undefined,
  action: 'new',
  name: '삼성전자',
  price: 70_000,
  filledQuantity: 0,
  filledAmount: 0,
  remaining: 0,
  cancelledQuantity: 0,
  rejectedQuantity: 10,
  day,
  time: '100000',
  viaApi: true,
};

test.each([
  ['10:01', '100000', 'rejected'],
  ['15:31', '100000', 'expired'],
  // Of the after-market: that the day's trading closed before says nothing of it.
  ['16:06', '160500', 'rejected'],
  ['20:01', '160500', 'expired'],
])('at %s what is listed as rejected, of an order of %s, was %s', async (now, time, status) => {
  const ledger = await openLedger({ url: 'sqlite::memory:' });
  onTestFinished(() => ledger.close());
  const clock = new JumpClock(Date.parse(`2026-11-23T${now}:00+09:00`));
  const told: string[] = [];
  const fills = new Fills({
    ledger,
    directory: createDirectory(shippedInstruments),
    clock,
    draft: (notice) => {
      told.push(notice.kind);
      return [{ address, body: {} }];
    },
    queued: () => undefined,
    filled: () => undefined,
  });
  await ledger.createProposal(proposalOf('p1'));
  await ledger.claim(claimOf('p1', { intents: [{ id: 'o1', intent: buyIntent, amount: 700_000 }] }));
  await ledger.beginSubmit('o1', start + 2_000);
  const order = await ledger.appendOrderEvent('o1', { type: 'accepted', reference: row.reference }, start + 3_000);
  const listed = { ...row, time };
  expect((await fills.follow(order, listed, [listed])).status).toBe(status);
  expect(told).toEqual([status]);
});
