import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { address, start, temporaryFolder, testLedger } from './fixtures.ts';

const alertOf = (id: string, changes: Partial<Alert> = {}): Alert => ({
  id,
  personId: 'kim',
  address,
  symbol: '005930',
  direction: 'at-or-above',
  price: 71_000,
  state: 'armed',
  createdAt: start,
  ...changes,
});
const draft = { address, body: { text: '🔔' } };

describe('alerts', () => {
  it('come back as they were made, oldest first, also from another process', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'hoga.db')}`;
    const ledger = await openLedger({ url });
    const later = alertOf('a', { createdAt: start + 1, direction: 'at-or-below', personId: 'lee' });
    const earlier = alertOf('b', { state: 'waiting' });
    await ledger.createAlert(later);
    await ledger.createAlert(earlier);
    expect(await ledger.openAlerts()).toStrictEqual([earlier, later]);
    await ledger.close();
    const reopened = await testLedger(url);
    expect(await reopened.openAlerts()).toStrictEqual([earlier, later]);
  });

  it('keep the side that was seen', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a', { state: 'waiting' }));
    await ledger.armAlert('a');
    await ledger.armAlert('a');
    expect(await ledger.openAlerts()).toStrictEqual([alertOf('a')]);
  });

  it('fire once, with their message', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a'));
    expect(await ledger.fireAlert('a', start + 1, [draft])).toBe(true);
    expect(await ledger.fireAlert('a', start + 2, [draft])).toBe(false);
    expect(await ledger.openAlerts()).toEqual([]);
    expect(await ledger.outboxHeads()).toMatchObject([{ address, body: draft.body, createdAt: start + 1 }]);
    expect(await ledger.outboxPending()).toBe(1);
  });

  it('stay armed when their message cannot be queued', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a'));
    const unreadable = { address, body: { price: 1n } };
    await expect(ledger.fireAlert('a', start, [draft, unreadable])).rejects.toThrow();
    expect([await ledger.openAlerts(), await ledger.outboxPending()]).toEqual([[alertOf('a')], 0]);
  });

  it.each(['waiting', 'deleted', 'unknown'])('do not fire when %s', async (state) => {
    const ledger = await testLedger();
    if (state !== 'unknown') await ledger.createAlert(alertOf('a', { state: state === 'waiting' ? state : 'armed' }));
    if (state === 'deleted') expect(await ledger.deleteAlert('a', 'kim')).toBe(true);
    expect(await ledger.fireAlert('a', start, [draft])).toBe(false);
    await ledger.armAlert('b');
    expect(await ledger.outboxPending()).toBe(0);
  });

  it('are deleted by whose they are, once, and not after firing', async () => {
    const ledger = await testLedger();
    for (const id of ['a', 'b', 'c']) await ledger.createAlert(alertOf(id, id === 'c' ? { state: 'waiting' } : {}));
    await ledger.fireAlert('b', start, []);
    const tries = [
      ['a', 'lee'],
      ['a', 'kim'],
      ['a', 'kim'],
      ['b', 'kim'],
      ['c', 'kim'],
      ['d', 'kim'],
    ] as const;
    const deleted = [];
    for (const [id, person] of tries) deleted.push(await ledger.deleteAlert(id, person));
    expect(deleted).toEqual([false, true, false, false, true, false]);
    expect(await ledger.openAlerts()).toEqual([]);
  });
});
