import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Alert, AlertCondition } from '../../../src/domain/alerts/alert.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { address, start, temporaryFolder, testLedger, undoAccounts } from '../fixtures.ts';

const alertOf = (id: string, changes: Partial<Alert> = {}): Alert => ({
  id,
  account: 'main',
  personId: 'kim',
  address,
  symbol: '005930',
  condition: { kind: 'price', direction: 'at-or-above', price: 71_000 },
  hours: 'regular',
  repeats: false,
  until: undefined,
  level: { metric: 'price', direction: 'at-or-above', value: 71_000 },
  levelDay: '20261123',
  state: 'armed',
  createdAt: start,
  firedAt: undefined,
  ...changes,
});
/** One of each kind: a new kind of condition is forgotten in the store sooner than anywhere else. */
const conditions: { readonly [Kind in AlertCondition['kind']]: AlertCondition & { readonly kind: Kind } } = {
  price: { kind: 'price', direction: 'at-or-above', price: 71_000 },
  change: { kind: 'change', direction: 'at-or-below', percent: -3.25 },
  volume: { kind: 'volume', times: 2.5 },
  'year-high': { kind: 'year-high' },
  'year-low': { kind: 'year-low' },
  average: { kind: 'average', side: 'under', days: 20 },
  cross: { kind: 'cross', cross: 'dead', short: 5, long: 20 },
  cost: { kind: 'cost', direction: 'at-or-below', percent: -5 },
  'candle-close': { kind: 'candle-close', minutes: 5, direction: 'at-or-above', price: 71_000 },
  'candle-volume': { kind: 'candle-volume', minutes: 60, times: 2.5 },
};
const seen = { price: 70_000, volume: 1 };
const draft = { address, body: { text: '🔔' } };

describe('alerts', () => {
  it('come back as they were made, oldest first, also from another process', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'hoga.db')}`;
    const ledger = await openLedger({ url });
    const later = alertOf('a', {
      createdAt: start + 1,
      condition: { kind: 'cross', cross: 'golden', short: 5, long: 20 },
      repeats: true,
      until: '20261231',
      level: undefined,
      personId: 'lee',
    });
    const earlier = alertOf('b', { state: 'waiting' });
    await ledger.createAlert(later, seen);
    await ledger.createAlert(earlier, seen);
    expect(await ledger.openAlerts()).toStrictEqual([earlier, later]);
    await ledger.close();
    const reopened = await testLedger(url);
    expect(await reopened.openAlerts()).toStrictEqual([earlier, later]);
  });

  it('on candles keep the one that changed their state last, and what was seen of it', async () => {
    const ledger = await testLedger();
    const alert = alertOf('a', {
      condition: conditions['candle-volume'],
      level: undefined,
      repeats: true,
      state: 'waiting',
      candle: '20261123 0900',
    });
    await ledger.createAlert(alert, seen);
    expect(await ledger.openAlerts()).toStrictEqual([alert]);
    await ledger.armAlert('a', start + 1, { ...seen, candle: '20261123 0905', usual: 100 });
    expect((await ledger.openAlerts())[0]).toMatchObject({ state: 'armed', candle: '20261123 0905' });
    const fired = { price: 70_100, volume: 900, candle: '20261123 0915', usual: 120 };
    expect(await ledger.fireAlert('a', start + 2, fired, [draft])).toBe(true);
    expect((await ledger.openAlerts())[0]).toMatchObject({ state: 'waiting', candle: '20261123 0915' });
    const events = (await ledger.alertEvents('a')).map(({ event }) => event);
    expect(events.at(-1)).toMatchObject({ type: 'fired', seen: fired });
  });

  it('know what became of the messages that tell of them, and of no others', async () => {
    const ledger = await testLedger();
    for (const id of ['a', 'b']) await ledger.createAlert(alertOf(id), seen);
    await ledger.fireAlert('a', start + 1, seen, [draft, draft]);
    const [head] = await ledger.outboxHeads(address);
    await ledger.markSent(head?.id ?? 0, 'm1', start + 2);
    const common = { address, createdAt: start + 1, heldUntil: undefined, attempts: 0, error: undefined };
    expect(await ledger.messagesOfAlert('a')).toStrictEqual([
      { ...common, state: 'sent', sentAt: start + 2 },
      { ...common, state: 'queued', sentAt: undefined },
    ]);
    expect(await ledger.messagesOfAlert('b')).toEqual([]);
  });

  it.each(Object.values(conditions))('on $kind come back as they were made', async (condition) => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a', { condition }), seen);
    expect(await ledger.openAlerts()).toStrictEqual([alertOf('a', { condition })]);
  });

  it('keep the side that was seen', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a', { state: 'waiting' }), seen);
    await ledger.armAlert('a', start, seen);
    await ledger.armAlert('a', start, seen);
    expect(await ledger.openAlerts()).toStrictEqual([alertOf('a')]);
  });

  it('fire once, with their message', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a'), seen);
    expect(await ledger.fireAlert('a', start + 1, seen, [draft])).toBe(true);
    expect(await ledger.fireAlert('a', start + 2, seen, [draft])).toBe(false);
    expect(await ledger.openAlerts()).toEqual([]);
    expect(await ledger.outboxHeads()).toMatchObject([{ address, body: draft.body, createdAt: start + 1 }]);
    expect(await ledger.outboxPending()).toBe(1);
  });

  it('stay armed when their message cannot be queued', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a'), seen);
    const unreadable = { address, body: { price: 1n } };
    await expect(ledger.fireAlert('a', start, seen, [draft, unreadable])).rejects.toThrow();
    expect([await ledger.openAlerts(), await ledger.outboxPending()]).toEqual([[alertOf('a')], 0]);
  });

  it.each(['waiting', 'deleted', 'unknown'])('do not fire when %s', async (state) => {
    const ledger = await testLedger();
    if (state !== 'unknown')
      await ledger.createAlert(alertOf('a', { state: state === 'waiting' ? state : 'armed' }), seen);
    if (state === 'deleted') expect(await ledger.deleteAlert('a', 'kim', start)).toBe(true);
    expect(await ledger.fireAlert('a', start, seen, [draft])).toBe(false);
    await ledger.armAlert('b', start, seen);
    expect(await ledger.outboxPending()).toBe(0);
  });

  it('are deleted by whose they are, once, and not after firing', async () => {
    const ledger = await testLedger();
    for (const id of ['a', 'b', 'c'])
      await ledger.createAlert(alertOf(id, id === 'c' ? { state: 'waiting' } : {}), seen);
    await ledger.fireAlert('b', start, seen, []);
    const tries = [
      ['a', 'lee'],
      ['a', 'kim'],
      ['a', 'kim'],
      ['b', 'kim'],
      ['c', 'kim'],
      ['d', 'kim'],
    ] as const;
    const deleted = [];
    for (const [id, person] of tries) deleted.push(await ledger.deleteAlert(id, person, start));
    expect(deleted).toEqual([false, true, false, false, true, false]);
    expect(await ledger.openAlerts()).toEqual([]);
  });

  it('that repeat wait again, in the transaction that queues their message', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a', { repeats: true }), seen);
    expect(await ledger.fireAlert('a', start + 1, seen, [draft])).toBe(true);
    expect(await ledger.fireAlert('a', start + 2, seen, [draft])).toBe(false);
    expect(await ledger.openAlerts()).toStrictEqual([
      alertOf('a', { repeats: true, state: 'waiting', firedAt: start + 1 }),
    ]);
    await ledger.armAlert('a', start, seen);
    expect(await ledger.fireAlert('a', start + 3, seen, [draft])).toBe(true);
    expect(await ledger.outboxPending()).toBe(2);
  });

  it('keep a new level while they are open, and not after', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a'), seen);
    await ledger.createAlert(alertOf('b'), seen);
    await ledger.fireAlert('b', start, seen, []);
    const changes = {
      level: { metric: 'volume', direction: 'at-or-above', value: 5 },
      levelDay: '20261124',
      state: 'waiting',
    } as const;
    await ledger.setAlertLevels([alertOf('a', changes), alertOf('b', changes)], start);
    expect(await ledger.openAlerts()).toStrictEqual([alertOf('a', changes)]);
  });

  it('end on their last day once, with their message', async () => {
    const ledger = await testLedger();
    await ledger.createAlert(alertOf('a', { state: 'waiting' }), seen);
    expect([await ledger.expireAlert('a', start, [draft]), await ledger.expireAlert('a', start, [draft])]).toEqual([
      true,
      false,
    ]);
    expect([await ledger.openAlerts(), await ledger.outboxPending()]).toEqual([[], 1]);
  });

  it('of an earlier version are prices still', async () => {
    const path = join(temporaryFolder(), 'hoga.db');
    await (await openLedger({ url: `sqlite:${path}` })).close();
    // As the version before left it.
    const old = new DatabaseSync(path);
    undoAccounts(old);
    for (const column of ['condition', 'hours', 'repeats', 'until', 'level', 'level_day'])
      old.exec(`alter table alerts drop column ${column}`);
    for (const column of ['cancelled_quantity', 'replaced_quantity'])
      old.exec(`alter table orders drop column ${column}`);
    old.exec('alter table alerts add column direction text not null');
    old.exec('alter table alerts add column price bigint not null');
    old.exec('drop table alert_events');
    old.exec('drop index outbox_alert');
    old.exec('alter table outbox drop column alert_id');
    old.exec('alter table outbox drop column about');
    old.exec("delete from kysely_migration where name >= '0007'");
    old.exec(
      `insert into alerts values ('a', 'kim', 'telegram', '42', '005930', 'armed', ${start}, null, 'at-or-below', 69000)`,
    );
    old.close();
    const ledger = await testLedger(`sqlite:${path}`);
    expect(await ledger.openAlerts()).toStrictEqual([
      alertOf('a', {
        condition: { kind: 'price', direction: 'at-or-below', price: 69_000 },
        level: { metric: 'price', direction: 'at-or-below', value: 69_000 },
        levelDay: '',
      }),
    ]);
    expect(await ledger.fireAlert('a', start, seen, [draft])).toBe(true);
  });
});
