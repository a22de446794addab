import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger, openLedgerForReading } from '../../../src/store/ledger.ts';
import { describeOnPostgres } from '../../support/postgres/database.ts';
import { findPostgres, runSql, startPostgres, startStandbyOf, type TestServer } from '../../support/postgres/server.ts';
import { address, claimOf, confirmedOrder, day, proposalOf, start } from '../fixtures.ts';

let server: TestServer;
let schemas = 0;

async function opened(url = server.url('hoga'), schema = `s${++schemas}`): Promise<Ledger> {
  const ledger = await openLedger({ url, schema });
  onTestFinished(() => ledger.close());
  return ledger;
}

describeOnPostgres('a server of its own', () => {
  const folder = findPostgres();
  beforeAll(async () => {
    if (folder === undefined) throw new Error('only a server elsewhere');
    server = await startPostgres(folder);
    await runSql(server.url('postgres'), 'create database hoga');
  });
  afterAll(() => server?.stop());

  test('that was restarted is written to by what lay idle meanwhile, and nobody notices', async () => {
    const ledger = await opened();
    await ledger.createProposal(proposalOf('p'));
    await server.shutDown();
    await server.start();
    expect(await ledger.claim(claimOf('p'))).toMatchObject({ kind: 'claimed' });
    expect(await ledger.order('p-1')).toMatchObject({ id: 'p-1' });
  });

  test('that is down is away, at once, and is there again by itself', async () => {
    const ledger = await opened();
    await confirmedOrder(ledger, 'o');
    await server.shutDown();
    const since = performance.now();
    for (const call of [
      () => ledger.tryWriting(start),
      () => ledger.order('o'),
      () => ledger.beginSubmit('o', start),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'store.away' });
    }
    await expect(openLedger({ url: server.url('hoga') })).rejects.toMatchObject({ code: 'store.cannot-connect' });
    expect(performance.now() - since).toBeLessThan(2_000);
    await server.start();
    await ledger.beginSubmit('o', start);
  });

  test('that crashes in the middle of it has what it confirmed, and nothing twice', async () => {
    const ledger = await opened();
    for (let index = 0; index < 300; index += 1) await ledger.createProposal(proposalOf(`p${index}`));
    const confirmed: string[] = [];
    const told: number[] = [];
    const writing = Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const request = claimOf(`p${index}`, { maxDailyAmount: Number.MAX_SAFE_INTEGER });
        const { kind } = await ledger.claim(request).catch(() => ({ kind: 'failed' }));
        if (kind === 'claimed') confirmed.push(`p${index}-1`);
        const entry = await ledger.enqueue({ address, body: index }, start).catch(() => undefined);
        if (entry !== undefined) told.push(entry.id);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.crash();
    await writing;
    const orders = new Set((await ledger.ordersOfDay(day)).map(({ id }) => id));
    expect(confirmed.filter((id) => !orders.has(id))).toEqual([]);
    const line = (await ledger.outboxLine(address)).map(({ id }) => id);
    expect(told.filter((id) => !line.includes(id))).toEqual([]);
    expect(confirmed.length).toBeGreaterThan(0);
    const bodies = await Promise.all(line.map(async (id) => (await ledger.outboxEntry(id))?.body));
    expect(new Set(bodies).size).toBe(bodies.length);
  });

  test.each([
    ['fsync', 'off', 'fsync', 'off'],
    ['synchronous_commit', 'off', undefined, 'on'],
    ['synchronous_commit', 'remote_apply', undefined, 'remote_apply'],
  ])('with %s = %s', async (setting, value, refused, kept) => {
    const change = (to: string) =>
      runSql(server.url('postgres'), `alter system set ${setting} = ${to}`, 'select pg_reload_conf()');
    await change(value);
    onTestFinished(async () => void (await change('on')));
    await expect
      .poll(async () => (await runSql(server.url('hoga'), `show ${setting}`))[0]?.[setting], { timeout: 5_000 })
      .toBe(value);
    const opening = openLedger({ url: server.url('hoga'), schema: 'durable' });
    if (refused === undefined) {
      await (await opening).close();
      expect(kept).not.toBe('off');
    } else {
      await expect(opening).rejects.toMatchObject({
        code: 'store.not-durable',
        context: { pragma: refused, actual: kept, server: true },
      });
    }
  });

  test('whose standby takes over: it reads, writes only then, and has what was confirmed to it', async () => {
    const schema = `s${++schemas}`;
    const ledger = await opened(server.url('hoga'), schema);
    await confirmedOrder(ledger, 'o');
    const standby = await startStandbyOf(folder ?? '', server);
    onTestFinished(() => standby.stop());
    const url = standby.url('hoga');
    const reading = await openLedgerForReading({ url, schema });
    expect(await reading?.order('o')).toMatchObject({ id: 'o' });
    await reading?.close();
    const there = await opened(url, schema);
    await expect(there.setHalted(true)).rejects.toMatchObject({ code: 'store.read-only' });
    await runSql(url, 'select pg_promote()');
    await there.setHalted(true);
    await there
      .beginSubmit('o', start)
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'orders.halted' }));
    await there.enqueue({ address, body: 'told' }, start);
    expect(await there.outboxPending()).toBe(1);
  });
});
