import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { PostgresBus } from '../../../src/cluster/postgres-bus.ts';
import type { BusMessage } from '../../../src/cluster/process-bus.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { eventually } from '../../support/clock.ts';
import { describeOnPostgres, ownDatabase } from '../../support/postgres/database.ts';
import { runSql } from '../../support/postgres/server.ts';

const log = createLog({ level: 'silent', redactor: createRedactor([]) });

async function openBus(self: string, schema = 'hoga') {
  const bus = new PostgresBus({ url: await ownDatabase(), schema, self, clock: systemClock, log });
  const heard: BusMessage[] = [];
  const gaps: number[] = [];
  bus.listen((message) => void heard.push(message));
  bus.onGap(() => void gaps.push(gaps.length));
  await bus.open();
  onTestFinished(() => bus.close());
  return { bus, heard, gaps };
}

describeOnPostgres('the bus over PostgreSQL', () => {
  test('brings each text to all others, once and in order', async () => {
    const [one, two, three] = [await openBus('one'), await openBus('two'), await openBus('three')];
    const texts = Array.from({ length: 200 }, (_, index) => `가격 ${index}`);
    for (const text of texts) one.bus.send('news', text);
    for (const { heard } of [two, three]) {
      await eventually('all texts', () => heard.length >= texts.length || undefined);
      expect(heard).toEqual(texts.map((text) => ({ from: 'one', subject: 'news', text })));
    }
    expect(one.heard).toEqual([]);
  });

  test('brings a text of any length, and others around it', async () => {
    const [one, two] = [await openBus('one'), await openBus('two')];
    const long = Array.from({ length: 60_000 }, (_, index) =>
      String.fromCodePoint(0xac00 + ((index * 7919) % 11_000)),
    ).join('');
    one.bus.send('page', 'before');
    one.bus.send('page', long);
    one.bus.send('page', 'after');
    await eventually('three texts', () => two.heard.length === 3 || undefined);
    expect(two.heard.map(({ text }) => text)).toEqual(['before', long, 'after']);
  });

  test('brings a text for one to that one, and none to another ledger', async () => {
    const [one, two, three] = [await openBus('one'), await openBus('two'), await openBus('three')];
    const elsewhere = await openBus('two', 'hoga_paper');
    one.bus.send('for two', 'x', 'two');
    one.bus.send('for all', 'y');
    await eventually('the text for all', () => three.heard.length > 0 || undefined);
    await eventually('both texts', () => two.heard.length === 2 || undefined);
    expect(three.heard.map(({ subject }) => subject)).toEqual(['for all']);
    expect(elsewhere.heard).toEqual([]);
  });

  test('goes on after the connection broke, and says that something may be missing', async () => {
    const [one, two] = [await openBus('one'), await openBus('two')];
    expect(two.gaps).toHaveLength(1);
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hoga bus'";
    await runSql(await ownDatabase(), `${end} and datname = current_database()`);
    await eventually('both to be there again', () => (one.gaps.length > 1 && two.gaps.length > 1) || undefined);
    one.bus.send('news', 'again');
    await eventually('the text', () => two.heard.length > 0 || undefined);
    expect(two.heard.at(-1)?.text).toBe('again');
  });

  test('brings what was sent right before it was closed', async () => {
    const [one, two] = [await openBus('one'), await openBus('two')];
    one.bus.send('news', 'first');
    one.bus.send('news', 'last words');
    await one.bus.close();
    await eventually('both', () => two.heard.length === 2 || undefined);
  });

  test('is not harmed by what others notify', async () => {
    const [one, two] = [await openBus('one'), await openBus('two')];
    for (const junk of ['', 'junk', 'null', '{"piece":[1,2]}']) {
      await runSql(await ownDatabase(), `select pg_notify('hoga hoga', '${junk}')`);
    }
    one.bus.send('news', 'x');
    await eventually('the text', () => two.heard.some(({ text }) => text === 'x') || undefined);
    expect(two.heard).toEqual([{ from: 'one', subject: 'news', text: 'x' }]);
  });
});
