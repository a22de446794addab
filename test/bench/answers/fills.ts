import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import type { ExecutionNotice } from '../../../src/domain/orders/order.ts';
import { ticketKey } from '../../../src/domain/orders/ticket-key.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { DrawCard } from '../../../src/ports/ledger/order-ledger.ts';
import type { Calendar } from '../../../src/services/calendar.ts';
import { type Account, type AccountOptions, createAccount } from '../../../src/services/orders/account.ts';
import type { DraftNotice } from '../../../src/services/orders/reconciliation/fills.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { address, buyIntent, confirmedOrder, day, noticeOf, start } from '../../store/samples.ts';
import { type Aim, type Benchmark, type Measured, median } from '../bench.ts';

const rounds = 10;
const perRound = 1_000;
const orders = 100;
/** Each so manyth notice comes twice. */
const repeatedEvery = 20;

const aim: Aim = { of: 'ratio', atMost: 2 };
const text = '체결 삼성전자 매수 1주 × 70,000원';
const nameOf = (order: number): string => `o${order}`;

const draft: DraftNotice = (notice) => [{ address, about: 'fills', body: { lines: [text], notice: notice.kind } }];
const draw: DrawCard = ({ ticketId, addresses, orders: shown }) =>
  addresses.map((chat) => ({
    address: chat,
    edits: ticketKey(ticketId),
    card: true,
    body: { lines: [`접수됨 → 체결 ${shown[0]?.filledQuantity}주`] },
  }));

/** The n-th fill of one share. */
function fillOf(position: number): ExecutionNotice {
  const number = String(1 + (position % orders));
  return noticeOf({ fingerprint: `${number} ${position}`, number, quantity: 1, orderQuantity: 1_000, at: start });
}

/** A ledger with orders that rest at the venue, each with its ticket in the chat. */
async function ledgerWithOrders(path: string): Promise<Ledger> {
  const ledger = await openLedger({ url: `sqlite:${path}` });
  for (let order = 0; order < orders; order += 1) {
    const id = nameOf(order);
    // No two of them are alike, so that none waits for another.
    const request = { ...buyIntent.request, quantity: 1_000 + order };
    await confirmedOrder(ledger, id, { intent: { kind: 'place', request }, amount: 1 });
    await ledger.enqueue({ address, key: ticketKey(`p-${id}`), body: { lines: ['주문표'] } }, start);
    await ledger.beginSubmit(id, start);
    const reference = { number: String(1 + order), branch: '06010' };
    await ledger.appendOrderEvent(id, { type: 'accepted', reference }, start);
  }
  return ledger;
}

/** The account's services on that ledger, with a venue that lists nothing. */
function accountOn(ledger: Ledger, fail: (error: unknown) => void): Account {
  const ignore = (): void => undefined;
  const broker = {
    venue: { listsAll: true, kind: 'simulator' },
    executions: async () => [],
    openOrders: async () => [],
  };
  return createAccount({
    venue: { broker, schedules: { scheduledOrders: async () => [] }, reports: {} },
    ledgerName: 'main',
    ledger,
    directory: { get: () => undefined },
    calendar: {} as Calendar,
    liveTrading: 'no',
    visibilityMs: 10_000,
    clock: { ...systemClock, now: () => start },
    log: {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (_message: string, { error }: { readonly error: unknown }) => fail(error),
    },
    newId: () => 'id',
    draft,
    drawCard: draw,
    queued: ignore,
    filled: ignore,
  } as unknown as AccountOptions);
}

/**
 * What has to be on the disk of a notice: the notice itself, the order's event and state, the message about it and the
 * edit of its card, by prepared statements in one transaction for each notice.
 */
function bareInserts(path: string): (position: number) => void {
  const database = openSqlite(path, 'full');
  const columns = 'id, channel, chat_id, body, state, attempts, created_at, card, in_place';
  const insertMessage = `insert into outbox (${columns}, edits) values (?, ?, ?, ?, 'queued', 0, ?, ?, ?, ?)`;
  const [notice, event, order, message, replaced] = [
    'insert or ignore into execution_notices (account, day, fingerprint, number, kind, quantity, at) values (?, ?, ?, ?, ?, ?, ?)',
    'insert into order_events (order_id, sequence, at, type, data) values (?, ?, ?, ?, ?)',
    'update orders set status = ?, filled_quantity = ?, filled_amount = ?, updated_at = ? where id = ?',
    insertMessage,
    "update outbox set state = 'superseded' where id = ?",
  ].map((sql) => database.prepare(sql));
  if (!(notice && event && order && message && replaced)) throw new Error('not prepared');
  let lastId = orders;
  const [filled, cards] = [new Map<string, number>(), new Map<string, number>()];
  return (position) => {
    const { fingerprint, number, kind, quantity, price, at } = fillOf(position);
    const id = nameOf(Number(number) - 1);
    const sum = (filled.get(id) ?? 0) + quantity;
    filled.set(id, sum);
    const { channel, chatId } = address;
    const data = JSON.stringify({ quantity, price, filledQuantity: sum, filledAmount: sum * price, source: 'notice' });
    database.exec('begin immediate');
    notice.run('main', day, fingerprint, number, kind, quantity, at);
    event.run(id, sum + 3, at, 'filled', data);
    order.run('partly-filled', sum, sum * price, at, id);
    message.run(lastId + 1, channel, chatId, JSON.stringify({ lines: [text] }), at, 0, 0, null);
    lastId += 2;
    message.run(lastId, channel, chatId, JSON.stringify({ lines: [`${sum}주`] }), at, 1, 1, ticketKey(`p-${id}`));
    replaced.run(cards.get(id) ?? 0);
    cards.set(id, lastId);
    database.exec('commit');
  };
}

/** Milliseconds that a round took. */
async function timed(round: (first: number) => void | Promise<void>, first: number): Promise<number> {
  const since = performance.now();
  await round(first);
  return (performance.now() - since) / perRound;
}

async function measureFills(work: string, arrive: (account: Account, first: number) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-fills-'));
  const [path, barePath] = [join(folder, 'hoga.db'), join(folder, 'bare.db')];
  const ledger = await ledgerWithOrders(path);
  await (await ledgerWithOrders(barePath)).close();
  const account = accountOn(ledger, (error) => {
    failure = error;
  });
  let failure: unknown;
  const bare = bareInserts(barePath);
  const pairs: { readonly ours: number; readonly baseline: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round * perRound;
    const ours = await timed((from) => arrive(account, from), first);
    const baseline = await timed((from) => {
      for (let position = from; position < from + perRound; position += 1) bare(position);
    }, first);
    pairs.push({ ours, baseline });
  }
  account.reconciler.stop();
  const all = await ledger.ordersOfDay(day);
  const sum = all.reduce((shares, { filledQuantity }) => shares + filledQuantity, 0);
  if (failure !== undefined) throw failure;
  if (sum !== rounds * perRound) throw new Error(`${sum} shares were written down`);
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
  const ratios = pairs.map(({ ours, baseline }) => ours / baseline);
  const measured: Measured = {
    work,
    unit: 'ms',
    figure: median(pairs.map(({ ours }) => ours)),
    baseline: median(pairs.map(({ baseline }) => baseline)),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    aim,
  };
  return measured;
}

/** 10,000 execution notices through ledger, dedupe and outbox: each is on the disk before it is told, and told once. */
export const fills: Benchmark = {
  row: 'fills',
  measure: async () => [
    await measureFills(`${rounds * perRound} notices that arrive together, each`, async ({ reconciler }, first) => {
      for (let position = first; position < first + perRound; position += 1) {
        reconciler.onNotice(fillOf(position));
        if (position % repeatedEvery === 0) reconciler.onNotice(fillOf(position));
      }
      await reconciler.idle();
    }),
    await measureFills(`${rounds * perRound} notices one after the other, each`, async ({ reconciler }, first) => {
      for (let position = first; position < first + perRound; position += 1) {
        reconciler.onNotice(fillOf(position));
        await reconciler.idle();
      }
    }),
  ],
};
