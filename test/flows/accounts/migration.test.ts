import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { isaAt } from './family.ts';

// The file as the version before accounts wrote it on 2026-11-23: one order filled, one open, one cancelled, a ticket
// that is open still, one that was dropped, an alert, a watchlist, somebody added in chat, and a halt.
const written = readFileSync(new URL('../../store/ledger-before-accounts.sql', import.meta.url), 'utf8');
const day = '20261123';
const numbers = { filled: '360002', open: '360003', cancelled: '360004', cancel: '360005' } as const;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-'));
  path = join(folder, 'hoga-simulator.db');
  const db = new DatabaseSync(path);
  db.exec(written);
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ids = (table: string, order: string): readonly string[] => {
  const db = new DatabaseSync(path);
  const rows = db.prepare(`select ${order} as id from ${table} order by ${order}`).all();
  db.close();
  return rows.map(({ id }) => String(id));
};

describe('a ledger that was written before there were accounts', () => {
  let ledger: Ledger;
  const open = async (): Promise<void> => {
    ledger = await openLedger({ url: `sqlite:${path}` });
  };
  afterEach(() => ledger.close());

  test('holds every order as it was, as the main account', async () => {
    const orders = ids('orders', 'sequence');
    const orderIds = ids('orders', 'id');
    await open();
    const found = await ledger.ordersOfDay(day);
    expect(found).toHaveLength(orders.length);
    expect(found.map(({ id }) => id).toSorted()).toEqual(orderIds);
    expect(new Set(found.map(({ account }) => account))).toEqual(new Set(['main']));
    expect(found.map(({ status }) => status)).toEqual(['done', 'cancelled', 'accepted', 'filled']);
    expect(await ledger.orderByNumber(numbers.filled, day)).toMatchObject({
      filledQuantity: 10,
      filledAmount: 700_000,
    });
    for (const { id } of found) expect((await ledger.orderEvents(id)).length).toBeGreaterThan(2);
    expect(await ledger.amountOfDay(day)).toBe(700_000 + 180_000 + 180_000);
  });

  test('holds every ticket, as the main account', async () => {
    const tickets = ids('proposals', 'id');
    await open();
    const found = await Promise.all(tickets.map((id) => ledger.proposal(id)));
    expect(found.every((ticket) => ticket?.account === 'main')).toBe(true);
    expect(found.map((ticket) => ticket?.status).toSorted()).toEqual([
      'dropped',
      'open',
      'taken',
      'taken',
      'taken',
      'taken',
    ]);
  });

  test('holds what was noticed and what was shown: the same notice is not new, the same number was there before', async () => {
    await open();
    const db = new DatabaseSync(path);
    const notice = db.prepare('select * from execution_notices').get() as Readonly<Record<string, string | number>>;
    db.close();
    const again = {
      fingerprint: String(notice['fingerprint']),
      number: numbers.filled,
      kind: 'filled',
      quantity: 10,
      at: Number(notice['at']),
    };
    expect(await ledger.recordNotice(again as never, day)).toEqual({ fresh: false, noticedQuantity: 10 });
    const order = await ledger.orderByNumber(numbers.open, day);
    expect(await ledger.seenBefore(order?.id ?? '')).toEqual(new Set([numbers.filled]));
  });

  test('keeps the halt, the people, the alert and the watchlist', async () => {
    await open();
    expect(await ledger.halted()).toBe(true);
    expect(await ledger.people()).toEqual([{ identity: 'telegram:5', person: { id: 'telegram:5', role: 'trader' } }]);
    expect(await ledger.openAlerts()).toHaveLength(1);
    expect(await ledger.watchlist('console:local')).toEqual(['005930', '000660']);
  });

  test('says nothing of all that in another account', async () => {
    await open();
    const isa = ledger.account('isa');
    expect(await isa.ordersOfDay(day)).toEqual([]);
    expect(await isa.orderByNumber(numbers.filled, day)).toBeUndefined();
    expect(await isa.amountOfDay(day)).toBe(0);
    expect(await isa.halted()).toBe(false);
  });

  test('is opened a second time as it is', async () => {
    await open();
    const before = await ledger.ordersOfDay(day);
    await ledger.close();
    await open();
    expect(await ledger.ordersOfDay(day)).toEqual(before);
  });
});

describe('the bot on that ledger', () => {
  let hoga: Harness;
  afterEach(() => hoga.stop());

  // With a key of its own, because KIS gives a key one token a minute.
  const onOldFile = () => ({
    STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
    KIS_APP_KEY: 'another-key-of-before',
  });

  /** The venue has the open order still, under its number; the bot then starts on the old file, a moment later. */
  const startOnOldFile = async (): Promise<void> => {
    const clock = new JumpClock(Date.parse(`2026-11-23T09:59:56+09:00`));
    const key = { KIS_APP_KEY: 'key-of-before', KIS_APP_SECRET: 'secret-of-before', KIS_ACCOUNT: '50000000-01' };
    const accounts = [
      { number: '50000000', product: '01' },
      { number: '87654321', product: '22' },
    ];
    hoga = await startHarness({ clock, simulator: { accounts }, env: { ...key, KIS_HTS_ID: 'hogasim' } });
    const place = (price: number, quantity: number): number =>
      Number(hoga.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity, price, channel: 'OpnAPI' }));
    let last = place(55_000, 1);
    while (last < Number(numbers.open) - 1) last = place(55_000, 1);
    expect(place(60_000, 3)).toBe(Number(numbers.open));
    await clock.advance(Date.parse('2026-11-23T10:00:05+09:00') - clock.now());
    await hoga.restart({ env: onOldFile() });
  };

  test('an order that was open then is filled now, once', async () => {
    await startOnOldFile();
    hoga.simulator.setPrice('005930', 60_000);
    expect(await hoga.told('체결 삼성전자 매수')).toContain('3주');
    await hoga.clock.advance(120_000);
    expect(hoga.shown().filter((text) => text.includes('체결 삼성전자 매수'))).toHaveLength(1);
    expect(await hoga.say(`/why ${numbers.open}`)).toContain('체결 완료');
    expect(await hoga.say(`/why ${numbers.cancelled}`)).toContain('취소됨');
  });

  test('trading is halted still: the ticket that was open is not pressed through, and /resume lets it be made anew', async () => {
    await startOnOldFile();
    const [open] = ids("proposals where status = 'open'", 'id');
    const before = hoga.simulator.state().orders.length;
    await hoga.hand({ kind: 'press', button: `confirm:${open}` });
    await hoga.told('거래가 정지되어 있습니다');
    expect(hoga.simulator.state().orders).toHaveLength(before);
    await hoga.say('/resume');
    await hoga.say('/buy 005930 1 61000');
    expect(await hoga.press('확인')).toContain('접수됨');
  });

  test('other accounts may be added to it, and begin with nothing', async () => {
    await startOnOldFile();
    await hoga.restart({
      env: {
        ...onOldFile(),
        HOGA_ACCOUNTS: 'main,isa',
        ...isaAt(hoga.simulator),
      },
    });
    expect(await hoga.say(`/why ${numbers.open} @main`)).toContain('삼성전자 매수 3주');
    expect(await hoga.say(`/why ${numbers.open} @isa`)).not.toContain('삼성전자 매수');
    expect(await hoga.say('/buy 005930 1 60000 @main')).toContain('거래가 정지되어 있습니다');
    expect(await hoga.say('/buy 005930 1 60000 @isa')).toContain('주문표');
  });
});
