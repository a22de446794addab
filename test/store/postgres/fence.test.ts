import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Fence } from '../../../src/ports/cluster.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { describeOnPostgres, emptyPlace } from '../../support/postgres/database.ts';
import { claimOf, confirmedOrder, proposalOf, start } from '../fixtures.ts';

const key = 'key:a';

/** The ledgers of two processes, the first of which has the lease of a duty; and a connection that gets in their way. */
async function processes(ttlMs: number) {
  const place = await emptyPlace();
  const [one, other] = [await openLedger(place), await openLedger(place)];
  const between = new pg.Client(place.url);
  await between.connect();
  onTestFinished(async () => {
    await between.end();
    await Promise.all([one.close(), other.close()]);
  });
  await between.query(`set search_path to ${place.schema}`);
  await one.createProposal(proposalOf('p'));
  await confirmedOrder(one, 'o');
  const fence = (await one.takeLease(key, 'a', ttlMs)) as Fence;
  return { own: one.account('main', () => fence), other, between };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnPostgres('what has passed the fence', () => {
  test.each([
    ['a claim', 'proposals', 'p'],
    ['an order that is about to leave', 'orders', 'o'],
  ] as const)('%s is written before another process can take the duty', async (what, table, id) => {
    const { own, other, between } = await processes(400);
    // It has passed the fence and waits for its row, while its lease runs out.
    await between.query(`begin; select id from ${table} where id = '${id}' for update`);
    const events: string[] = [];
    const writing = what === 'a claim' ? own.claim(claimOf('p')) : own.beginSubmit('o', start + 2_000);
    const written = writing.then(() => events.push('written'));
    await pause(600);
    expect(await other.leases()).toEqual([]);
    const taken = other.takeLease(key, 'b', 60_000).then((lease) => events.push(`taken ${lease?.token}`));
    await pause(300);
    expect(events).toEqual([]);
    await between.query('commit');
    await Promise.all([written, taken]);
    expect(events.toSorted()).toEqual(['taken 2', 'written']);
  });
});

describeOnPostgres('what comes to the fence', () => {
  test('while the duty is being taken over waits for that, and is refused', async () => {
    const { own, other, between } = await processes(60_000);
    await between.query("begin; update leases set holder = 'b', token = 2");
    const claimed = own.claim(claimOf('p')).catch((error: unknown) => error);
    const sent = own.beginSubmit('o', start + 2_000).catch((error: unknown) => error);
    await pause(200);
    await between.query('commit');
    expect(await claimed).toMatchObject({ code: 'cluster.not-ours' });
    expect(await sent).toMatchObject({ code: 'cluster.not-ours' });
    expect(await other.proposal('p')).toMatchObject({ status: 'open' });
    expect(await other.order('o')).toMatchObject({ status: 'confirmed' });
  });
});
