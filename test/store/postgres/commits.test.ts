import { describe, expect, onTestFinished, test } from 'vitest';
import { ledgerTrouble } from '../../../src/domain/ledger-trouble.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { describeOnPostgres, emptyPlace } from '../../support/postgres/database.ts';
import { type BreakableNetwork, type Fault, networkTo } from '../../support/postgres/network.ts';
import { address, claimOf, confirmedOrder, day, proposalOf, start } from '../fixtures.ts';

/** The message of the driver: its length and its text. */
const commit = '\u000bcommit\0';

/** The same ledger through a network that can break, and directly. */
async function twoWays(): Promise<{
  readonly network: BreakableNetwork;
  readonly through: Ledger;
  readonly direct: Ledger;
}> {
  const { url, schema } = await emptyPlace();
  const network = await networkTo(url);
  const [direct, through] = [await openLedger({ url, schema }), await openLedger({ url: network.url, schema })];
  onTestFinished(async () => {
    await Promise.all([direct.close(), through.close()]);
  });
  return { network, through, direct };
}

/** A connection that is being tried when the network comes back may have to end first. */
const backAgain = { timeout: 6_000, interval: 50 };

/** What has to come of a write, whatever happens to its commit. */
const writes: Readonly<Record<string, (fault: Fault) => Promise<void>>> = {
  'a claim is made once, and known to be': async (fault) => {
    const { network, through, direct } = await twoWays();
    await through.createProposal(proposalOf('p'));
    network.failAt(commit, fault);
    expect(await through.claim(claimOf('p'))).toMatchObject({ kind: 'claimed', orders: [{ id: 'p-1' }] });
    expect(network.hasFailed).toBe(true);
    expect(await direct.ordersOfDay(day)).toHaveLength(1);
    expect(await direct.orderEvents('p-1')).toHaveLength(1);
    expect(await direct.claim(claimOf('p'))).toEqual({ kind: 'refused', reason: 'taken' });
  },
  'a message is queued once': async (fault) => {
    const { network, through, direct } = await twoWays();
    network.failAt(commit, fault);
    const { id } = await through.enqueue({ address, body: 'told' }, start);
    expect(network.hasFailed).toBe(true);
    expect(await direct.outboxLine(address)).toMatchObject([{ id }]);
  },
  'an event of an order is written once': async (fault) => {
    const { network, through, direct } = await twoWays();
    await confirmedOrder(direct, 'o');
    await direct.beginSubmit('o', start);
    network.failAt(commit, fault);
    const accepted = { type: 'accepted', reference: { number: '1', branch: '' } } as const;
    expect(await through.appendOrderEvent('o', accepted, start)).toMatchObject({ status: 'accepted' });
    expect(network.hasFailed).toBe(true);
    expect(await direct.orderEvents('o')).toHaveLength(3);
  },
  'an order is not sent, whether that it is was written or not, and ends as denied': async (fault) => {
    const { network, through, direct } = await twoWays();
    await confirmedOrder(direct, 'o');
    network.failAt(commit, fault);
    await expect(through.beginSubmit('o', start)).rejects.toMatchObject({ code: 'store.away' });
    // The server may be at it still; whoever writes next waits for that.
    const denied = { type: 'denied', code: 'store.away' } as const;
    const append = () => through.appendOrderEvent('o', denied, start).catch(ledgerTrouble);
    await expect.poll(append, backAgain).toMatchObject({ status: 'denied' });
    const written = fault === 'swallow' ? ['submitting'] : [];
    const events = (await direct.orderEvents('o')).map(({ event }) => event.type);
    expect(events).toEqual(['confirmed', ...written, 'denied']);
  },
};

describeOnPostgres('a connection that breaks during the commit', () => {
  describe.each<Fault>(['drop', 'swallow'])('%s', (fault) => {
    test.each(Object.entries(writes))('%s', (_what, write) => write(fault));
  });

  test('hold: so it is with each of these', async () => {
    await Promise.all(Object.values(writes).map((write) => write('hold')));
  });

  test('is not taken for one that was taken back while the server has yet to end it', async () => {
    const { network, through, direct } = await twoWays();
    await through.createProposal(proposalOf('p'));
    // The server has the claim and waits for its commit, which never comes, until it gives the session up.
    network.failAt(commit, 'hold');
    const since = performance.now();
    const claims = [through.claim(claimOf('p')), direct.claim(claimOf('p', { intents: [] }))];
    const kinds = (await Promise.all(claims)).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['claimed', 'refused']);
    expect(performance.now() - since).toBeLessThan(12_000);
  });
});

describeOnPostgres('a network that is gone', () => {
  test('is noticed within five seconds while a connection is being made', async () => {
    const { network, through } = await twoWays();
    network.failAt('search_path', 'hold');
    const since = performance.now();
    await expect(through.halted()).rejects.toMatchObject({ code: 'store.away' });
    expect(performance.now() - since).toBeLessThan(5_000);
    await expect.poll(() => through.halted().catch(() => undefined), backAgain).toBe(false);
  });

  test('that has forgotten the connections is noticed once, and not for each of them', async () => {
    const { network, through } = await twoWays();
    await Promise.all(Array.from({ length: 8 }, (_, index) => through.enqueue({ address, body: index }, start)));
    await Promise.all(Array.from({ length: 8 }, () => through.halted()));
    network.forget();
    await expect(through.halted()).rejects.toMatchObject({ code: 'store.away' });
    const since = performance.now();
    await expect.poll(() => through.halted().catch(() => undefined), backAgain).toBe(false);
    for (let asked = 0; asked < 8; asked += 1) await through.setHalted(false);
    expect(performance.now() - since).toBeLessThan(4_000);
  });

  test('is noticed within five seconds, by whoever reads, writes or waits for a turn, and forgotten when it is back', async () => {
    const { network, through } = await twoWays();
    await confirmedOrder(through, 'o');
    network.isCut = true;
    const since = performance.now();
    const calls = [
      through.order('o'),
      through.setHalted(true),
      through.setHalted(false),
      through.enqueue({ address, body: 'a' }, start),
    ];
    const results = await Promise.allSettled(calls);
    expect(performance.now() - since).toBeLessThan(5_000);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store.away' } });
    // Whoever asks meanwhile is told at once.
    const again = performance.now();
    for (let asked = 0; asked < 5; asked += 1)
      await expect(through.order('o')).rejects.toMatchObject({ code: 'store.away' });
    expect(performance.now() - again).toBeLessThan(1_000);
    network.isCut = false;
    await expect.poll(() => through.order('o').catch(() => undefined), backAgain).toMatchObject({ id: 'o' });
    await through.setHalted(true);
    expect(await through.halted()).toBe(true);
  });
});
