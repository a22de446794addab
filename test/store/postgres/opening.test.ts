import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger, openLedgerForReading } from '../../../src/store/ledger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { describeOnPostgres, emptyPlace, newPlace, ownDatabase } from '../../support/postgres/database.ts';
import { runSql } from '../../support/postgres/server.ts';
import { address, claimOf, confirmedOrder, day, proposalOf, start, testLedger } from '../fixtures.ts';

describeOnPostgres('a ledger on PostgreSQL', () => {
  test('is made once by those who open it at once', async () => {
    for (let tries = 0; tries < 3; tries += 1) {
      const place = await newPlace();
      const ledgers = await Promise.all(Array.from({ length: 4 }, () => openLedger(place)));
      await ledgers[0]?.setHalted(true);
      expect(await ledgers[3]?.halted()).toBe(true);
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    }
  });

  test('so are the caches, each with its own tables', async () => {
    const { url, schema } = await newPlace();
    const settings = { url: { reveal: () => url }, schema };
    const stores = await Promise.all([1, 2].map(() => openStore({ settings, readOnly: false })));
    await stores[0]?.cache.set('token', 'abc');
    expect(await stores[1]?.cache.get('token')).toBe('abc');
    for (const { ledger, cache, barStore, minuteStore } of stores) {
      for (const one of [ledger, cache, barStore, minuteStore]) await one.close();
    }
    const tables = await runSql(url, "select tablename from pg_tables where schemaname = 'hoga_cache' order by 1");
    expect(tables.map(({ tablename }) => tablename)).toEqual(['daily_bars', 'keyv', 'minute_bars']);
  });

  test('of a newer version is refused, and told by its address alone', async () => {
    const place = await newPlace();
    await (await openLedger(place)).close();
    await runSql(
      place.url,
      `insert into ${place.schema}.kysely_migration values ('9999-later', '2030-01-01T00:00:00Z')`,
    );
    const { host, pathname } = new URL(place.url);
    await expect(openLedger(place)).rejects.toMatchObject({
      code: 'store.newer',
      context: { migration: '9999-later', path: `${host}${pathname}` },
    });
  });

  test('is read in sessions that can write nothing, and is neither made nor brought up to date by that', async () => {
    const place = await newPlace();
    expect(await openLedgerForReading(place)).toBeUndefined();
    expect(await runSql(place.url, `select to_regnamespace('${place.schema}') as made`)).toEqual([{ made: null }]);
    const ledger = await openLedger(place);
    await confirmedOrder(ledger, 'o');
    await ledger.close();
    const reading = await openLedgerForReading(place);
    expect(await reading?.order('o')).toMatchObject({ id: 'o' });
    await expect(reading?.setHalted(true)).rejects.toMatchObject({ code: 'store.read-only' });
    await reading?.close();
    await runSql(place.url, `delete from ${place.schema}.kysely_migration where name > '0019'`);
    await expect(openLedgerForReading(place)).rejects.toMatchObject({ code: 'store.older' });
  });

  test('shows its password in no error', async () => {
    const url = new URL(await ownDatabase());
    url.password = 'canary';
    url.port = '1';
    for (const open of [openLedger, openLedgerForReading]) {
      const error = await open({ url: url.href, schema: 'x' }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'store.cannot-connect', context: { path: `${url.host}${url.pathname}` } });
      expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain('canary');
    }
  });

  test('counts on from rows that were copied into it', async () => {
    const place = await newPlace();
    const before = await openLedger(place);
    await confirmedOrder(before, 'o');
    await before.enqueue({ address, body: 'a' }, start);
    await before.close();
    const { schema } = place;
    await runSql(place.url, `update ${schema}.orders set sequence = 700`, `update ${schema}.outbox set id = 900`);
    const ledger = await openLedger(place);
    onTestFinished(() => ledger.close());
    await confirmedOrder(ledger, 'p');
    expect((await ledger.ordersOfDay(day)).map(({ id }) => id)).toEqual(['p', 'o']);
    expect(await ledger.enqueue({ address, body: 'b' }, start)).toMatchObject({ id: 901 });
  });

  test('forgets the marks of processes that are long gone', async () => {
    const place = await emptyPlace();
    const ledger = await openLedger(place);
    onTestFinished(() => ledger.close());
    await runSql(place.url, `insert into ${place.schema}.write_marks values ('gone:1', '7', ${start - 1})`);
    await ledger.prune(start, day);
    expect(await runSql(place.url, `select * from ${place.schema}.write_marks where slot = 'gone:1'`)).toEqual([]);
  });

  test('orders texts by their code points, whatever the language of the database', async () => {
    const ledger = await testLedger();
    const names = ['b', 'B', 'a', '가', 'Á', '_', '-', 'ab', 'a b', '10', '9'];
    for (const identity of names) await ledger.addIdentity(identity, { id: identity, role: 'viewer' });
    expect((await ledger.people()).map(({ identity }) => identity)).toEqual(names.toSorted());
    const { url, schema } = await emptyPlace();
    const wrong = await runSql(
      url,
      `select table_name, column_name from information_schema.columns where table_schema = '${schema}'
       and data_type = 'text' and collation_name is distinct from 'C'`,
    );
    expect(wrong).toEqual([]);
  });

  test('keeps a text with the one character that PostgreSQL does not have', async () => {
    const ledger = await testLedger();
    await ledger.createProposal(proposalOf('p', { command: 'buy\0now', plan: { text: 'a\0b' } }));
    expect(await ledger.proposal('p')).toMatchObject({ command: 'buy\uFFFDnow', plan: { text: 'a\0b' } });
  });

  test('refuses a number that is not exact, instead of another one', async () => {
    const place = await emptyPlace();
    const ledger = await openLedger(place);
    onTestFinished(() => ledger.close());
    await confirmedOrder(ledger, 'o', { amount: Number.MAX_SAFE_INTEGER });
    expect(await ledger.amountOfDay(day)).toBe(Number.MAX_SAFE_INTEGER);
    await runSql(place.url, `update ${place.schema}.orders set amount = amount + 2`);
    await expect(ledger.amountOfDay(day)).rejects.toMatchObject({ code: 'store.malformed' });
    await ledger.createProposal(proposalOf('p'));
    await expect(ledger.claim(claimOf('p'))).rejects.toMatchObject({ code: 'store.malformed' });
  });
});
