import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LedgerFault } from '../../../src/domain/ledger-check.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { checkLedger } from '../../../src/store/maintenance/check.ts';
import { openToRead } from '../../../src/store/maintenance/ends.ts';
import { rowsAtOnce } from '../../../src/store/maintenance/tables.ts';
import { at, growFrom, manyOrders } from './grow.ts';

// A ledger as bots leave it has nothing wrong. Each line below changes one thing in it, and has to be noticed.

let grown: Buffer;
let now: number;
let folder: string;
let copies = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-check-'));
  const path = join(folder, 'grown.db');
  const ledger = await openLedger({ url: `sqlite:${path}` });
  now = (await growFrom(ledger, 11, 900)).now;
  await ledger.close();
  grown = readFileSync(path);
  return () => rmSync(folder, { recursive: true });
});

async function faultsAfter(...changes: readonly string[]): Promise<readonly LedgerFault[]> {
  copies += 1;
  const path = join(folder, `${copies}.db`);
  writeFileSync(path, grown);
  const file = new DatabaseSync(path);
  file.exec('pragma foreign_keys = off');
  for (const change of changes) {
    const { changes: many } = file.prepare(change).run();
    if (!change.startsWith('pragma')) expect(Number(many), change).toBeGreaterThan(0);
  }
  file.close();
  const end = await openToRead(at(`sqlite:${path}`));
  const results = await checkLedger(end, { now });
  await end.close();
  return [...new Set(results.flatMap(({ findings }) => findings.map(({ fault }) => fault)))];
}

test('nothing is wrong in a ledger that grew', async () => {
  expect(await faultsAfter()).toEqual([]);
});

test('of more rows than are held at a time each is looked at', async () => {
  const path = join(folder, 'many.db');
  const ledger = await openLedger({ url: `sqlite:${path}` });
  await manyOrders(ledger, 2 * rowsAtOnce + 1);
  await ledger.close();
  const file = new DatabaseSync(path);
  file.exec('update orders set amount = 1');
  file.close();
  const end = await openToRead(at(`sqlite:${path}`));
  const results = await checkLedger(end, { now });
  await end.close();
  const found = new Map(results.map(({ name, looked, findings }) => [name, [looked, findings.length]]));
  expect(found.get('orders')).toEqual([2 * rowsAtOnce + 1, 0]);
  expect(found.get('amounts')).toEqual([2 * rowsAtOnce + 1, 2 * rowsAtOnce + 1]);
});

const one = (table: string, where: string): string =>
  `rowid = (select rowid from ${table} where ${where} order by rowid limit 1)`;
const change = (table: string, set: string, where = 'true'): string =>
  `update ${table} set ${set} where ${one(table, where)}`;
const remove = (table: string, where = 'true'): string => `delete from ${table} where ${one(table, where)}`;
const filled = "status in ('partly-filled', 'filled')";

describe('what is changed is noticed', () => {
  test.each<readonly [LedgerFault, string, ...string[]]>([
    ['orphan', 'an event of no order', change('order_events', "order_id = 'gone'", 'sequence = 2')],
    ['orphan', 'an order of no ticket', change('orders', "proposal_id = 'gone'")],
    ['orphan', 'an event of no alert', change('alert_events', "alert_id = 'gone'")],
    ['unreadable', 'a plan', change('proposals', "plan = '{'")],
    ['unreadable', 'the state of a ticket', change('proposals', "status = 'lost'")],
    ['unreadable', 'an intent', change('orders', `intent = '{"kind":"place"}'`)],
    ['unreadable', 'the kind of an intent', change('orders', "kind = 'cancel'")],
    ['unreadable', 'an event', change('order_events', "data = '{}'", "type = 'filled'")],
    ['unreadable', 'the type of an event', change('order_events', "type = 'lost'")],
    ['unreadable', 'a notice', change('execution_notices', "kind = 'lost'")],
    ['unreadable', 'a message', change('outbox', "body = 'hello'")],
    ['unreadable', 'the state of a message', change('outbox', "state = 'lost'")],
    ['unreadable', 'a setting', change('settings', "value = ''")],
    ['unreadable', 'the numbers of an account', change('settings', "value = '{}'", "name like 'account-numbers%'")],
    ['unreadable', 'a role', change('people', "role = 'king'")],
    ['unreadable', 'a condition', change('alerts', "condition = '{}'")],
    ['unreadable', 'a level', change('alerts', "level = '{}'", 'level is not null')],
    ['unreadable', 'the state of an alert', change('alerts', "state = 'lost'")],
    ['unreadable', 'an event of an alert', change('alert_events', "data = '{}'")],
    ['unreadable', 'the type of an event of an alert', change('alert_events', "type = 'lost'")],
    ['unreadable', 'a monitor', change('monitors', "symbols = '[1]'")],
    ['unreadable', 'what met a condition', change('screen_watches', "members = '1'")],
    ['order-without-events', 'an order', 'delete from order_events where order_id = (select min(id) from orders)'],
    [
      'order-events-gap',
      'an event in between',
      remove('order_events', 'sequence = 2 and order_id in (select order_id from order_events where sequence = 3)'),
    ],
    [
      'order-impossible-event',
      'an event of another kind',
      change('order_events', `type = 'expired', data = '{"quantity":1}'`, 'sequence = 2'),
    ],
    ['order-impossible-event', 'the first event', change('order_events', "type = 'submitting'", 'sequence = 1')],
    ['order-state', 'a status', change('orders', "status = 'cancelled'", "status = 'accepted'")],
    [
      'order-state',
      'the last event',
      remove('order_events', "type = 'submitting' and order_id in (select id from orders where status = 'submitting')"),
    ],
    ['order-state', 'a number', change('orders', "order_number = '99'", 'order_number is not null')],
    ['order-state', 'shares', change('orders', 'filled_quantity = filled_quantity + 1', filled)],
    ['order-state', 'won', change('orders', 'filled_amount = filled_amount + 1', filled)],
    ['order-state', 'a part', change('orders', 'cancelled_quantity = cancelled_quantity + 1')],
    ['order-state', 'a code', change('orders', "code = 'other'", "status = 'rejected'")],
    ['order-state', 'the facts of a denial', change('orders', `text = '{"amount":6}'`, "status = 'denied'")],
    ['order-state', 'a time', change('orders', 'updated_at = updated_at + 1')],
    ['ticket-without-orders', 'a ticket taken', change('proposals', "status = 'taken'", "status = 'open'")],
    [
      'ticket-without-orders',
      'its orders',
      'delete from orders where proposal_id = (select min(proposal_id) from orders)',
    ],
    ['ticket-not-taken', 'a ticket open again', change('proposals', "status = 'open'", "status = 'taken'")],
    ['ticket-of-another', 'an account', change('orders', "account = 'other'")],
    ['ticket-of-another', 'a person', change('orders', "person_id = 'other'")],
    ['ticket-positions', 'a position', change('orders', 'position = 7')],
    ['card-missing', 'a card', change('orders', "card = 'gone'")],
    [
      'card-of-another',
      'a card',
      'update orders set card = (select id from proposals where account <> orders.account limit 1) where id = (select min(id) from orders)',
    ],
    ['order-amount', 'what an order counts as', change('orders', 'amount = amount - 1')],
    [
      'order-fills',
      'the shares of a fill',
      "update order_events set data = json_set(data, '$.quantity', 9) where type = 'filled'",
    ],
    ['day-amount', 'a status that spends nothing', change('orders', "status = 'rejected'", "status = 'accepted'")],
    ['message-state', 'when it was sent', change('outbox', 'sent_at = null', "state = 'sent'")],
    ['message-state', 'a message queued again', change('outbox', "state = 'queued'", "state = 'sent'")],
    [
      'message-state',
      'until when it is held',
      change('outbox', "state = 'held', held_until = null", "state = 'queued'"),
    ],
    ['message-state', 'a message dead', change('outbox', "state = 'dead'", "state = 'queued' and attempts = 0")],
    ['message-card', 'the ticket of an edit', change('outbox', "edits = 'ticket:gone'", 'card = 1')],
    ['message-card', 'an edit in place that is of no card', change('outbox', 'in_place = 1', 'card = 0')],
    [
      'message-card',
      'the message of an edit that waits',
      "delete from outbox where card = 0 and key in (select edits from outbox where card = 1 and state = 'queued')",
    ],
    ['message-twice', 'an edit that waits', "update outbox set state = 'queued', sent_at = null where in_place = 1"],
    ['message-alert', 'the alert of a message', change('outbox', "alert_id = 'gone'", 'alert_id is not null')],
    [
      'card-behind',
      'the last edit of a card',
      'delete from outbox where card = 1 and created_at = (select max(created_at) from outbox as other where other.card = 1 and other.edits = outbox.edits) and exists (select 1 from outbox as other where other.card = 1 and other.edits = outbox.edits and other.created_at < outbox.created_at)',
    ],
    ['alert-without-events', 'an alert', 'delete from alert_events where alert_id = (select min(id) from alerts)'],
    ['alert-state', 'a state', change('alerts', "state = 'fired'", "state = 'armed'")],
    ['alert-state', 'an alert open again', change('alerts', "state = 'armed'", "state = 'expired'")],
    ['alert-state', 'its last event', remove('alert_events', "type = 'deleted'")],
    ['alert-level', 'a level', "update alerts set level = json_set(level, '$.value', 1) where level is not null"],
    ['alert-fired-at', 'when it fired', change('alerts', 'fired_at = fired_at + 1', 'fired_at is not null')],
    [
      'alert-fired-at',
      'that it fired',
      change('alerts', `fired_at = ${1_795_392_000_000}`, "fired_at is null and state = 'armed'"),
    ],
    [
      'alert-messages',
      'a message of its',
      remove('outbox', "alert_id in (select alert_id from alert_events where type = 'fired')"),
    ],
  ])('%s: %s', async (fault, _what, ...changes) => {
    expect(await faultsAfter(...changes)).toContain(fault);
  });

  test('damaged: an index that does not go with its table', async () => {
    const path = join(folder, 'damaged.db');
    writeFileSync(path, grown);
    const file = new DatabaseSync(path, { defensive: false });
    file.exec('pragma writable_schema = on');
    file.exec("update sqlite_schema set sql = replace(sql, '\"status\"', '\"kind\"') where name = 'orders_status'");
    file.close();
    const end = await openToRead(at(`sqlite:${path}`));
    const results = await checkLedger(end, { now, only: ['file'] });
    await end.close();
    expect(results.flatMap(({ findings }) => findings.map(({ fault }) => fault))).toContain('damaged');
  });
});
