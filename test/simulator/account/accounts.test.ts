import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/server.ts';
import {
  block,
  listenForNotices,
  ManualClock,
  monday,
  Outsider,
  orderNumberOf,
  RawSocket,
  rows,
  start,
} from '../support.ts';

const own = { number: '50000000', product: '01' };
const family = { number: '50000001', product: '01' };
/** Too late for an order of the same day to be scheduled. */
const afternoon = monday + 3 * 3_600_000;
const holdings = [{ symbol: '005930', quantity: 100_000, averageCost: 60_000 }];

/** Two accounts under one app key: the second has less cash, and shares. */
async function startTwo(options: Parameters<typeof start>[0] = {}) {
  const parts = await start({ accounts: [own, { ...family, cash: 3_000_000, holdings }], ...options });
  return { ...parts, mine: parts.client, theirs: parts.client.withAccount(family.number, family.product) };
}

const numbersOf = async (client: Outsider) => rows(await client.executions()).map(({ odno }) => odno);

describe('two accounts', () => {
  test('hand out the same order numbers, and each lists and cancels its own alone', async () => {
    const { mine, theirs, sim } = await startTwo();
    const [one, other] = [await mine.order('buy'), await theirs.order('buy', { PDNO: '000660', ORD_UNPR: '150000' })];
    const number = orderNumberOf(one);
    expect(orderNumberOf(other)).toBe(number);
    expect(rows(await mine.executions())).toMatchObject([{ odno: number, pdno: '005930' }]);
    expect(rows(await theirs.executions())).toMatchObject([{ odno: number, pdno: '000660' }]);
    expect((await theirs.change('cancel', number)).body['rt_cd']).toBe('0');
    expect(sim.state().accounts.map(({ orders }) => orders.map(({ symbol, status }) => [symbol, status]))).toEqual([
      [['005930', 'accepted']],
      [
        ['000660', 'cancelled'],
        ['000660', 'done'],
      ],
    ]);
    expect(await numbersOf(mine)).toEqual([number]);
    expect((await theirs.change('cancel', number)).body['msg_cd']).toBe('APBK0927');
    expect((await mine.change('cancel', number)).body['rt_cd']).toBe('0');
  });

  test('have cash, shares and profits of their own', async () => {
    const { mine, theirs, sim } = await startTwo();
    await theirs.order('sell', { ORD_DVSN: '01', ORD_UNPR: '0' });
    await theirs.order('buy', { ORD_QTY: '20' });
    const cash = async (client: Outsider) => block(await client.buyingPower('005930', '00', '70000'))['ord_psbl_cash'];
    expect(await cash(mine)).toBe('10000000');
    expect(Number(await cash(theirs))).toBeLessThan(3_000_000);
    expect(rows(await mine.balance())).toEqual([]);
    const { body } = await theirs.balance();
    expect(body['output1']).toMatchObject([{ pdno: '005930', hldg_qty: '99990' }]);
    expect(body['ctx_area_fk100']).toMatch(/^50000001\^01\^ +$/);
    expect((await mine.order('sell')).body['msg_cd']).toBe('APBK0400');
    expect((await theirs.order('buy', { ORD_QTY: '100' })).body['msg_cd']).toBe('APBK0952');
    expect(sim.state().accounts).toMatchObject([
      { account: '50000000-01', cash: { settled: 10_000_000 }, holdings: [] },
      { account: '50000001-01', cash: { deposit: 3_000_000 }, holdings: [{ symbol: '005930', quantity: 99_990 }] },
    ]);
  });

  test('meet in one book, although their orders have the same number', async () => {
    const { mine, theirs, sim } = await startTwo({ accounts: [{ ...own, holdings }, family] });
    const number = orderNumberOf(await theirs.order('buy', { ORD_UNPR: '69000' }));
    expect(orderNumberOf(await mine.order('sell', { ORD_QTY: '100000', ORD_UNPR: '69000' }))).toBe(number);
    const { accounts, fills } = sim.state();
    const [sold, bought] = [accounts[0], accounts[1]].map((owner) =>
      fills.filter(({ account }) => account === owner?.account),
    );
    expect(bought).toMatchObject([{ order: number, side: 'buy', quantity: 10, price: 69_000 }]);
    expect(accounts[1]).toMatchObject({ orders: [{ number, status: 'filled' }], holdings: [{ quantity: 10 }] });
    expect(sold?.at(-1)).toMatchObject({ order: number, side: 'sell', price: 69_000 });
    const quantity = sold?.reduce((sum, fill) => sum + fill.quantity, 0) ?? 0;
    expect(accounts[0]).toMatchObject({ orders: [{ filled: quantity }], holdings: [{ quantity: 100_000 - quantity }] });
  });

  test("take their own order out of the book, and leave the other's in it", async () => {
    const { mine, theirs, sim } = await startTwo();
    const number = orderNumberOf(await mine.order('buy'));
    await theirs.order('buy');
    await mine.change('cancel', number);
    sim.setPrice('005930', 68_500);
    expect(sim.state().fills).toMatchObject([{ account: '50000001-01', order: number, quantity: 10, price: 69_000 }]);
  });

  test('both tell every session of the HTS id, each with its own number', async () => {
    const { mine, theirs, sim } = await startTwo();
    const neighbour = await new Outsider(sim.restUrl, { appKey: 'a-neighbour-key' }).login();
    const listeners = [
      await listenForNotices(await new RawSocket(sim.wsUrl).opened(), mine),
      await listenForNotices(await new RawSocket(sim.wsUrl).opened(), neighbour),
    ];
    const number = orderNumberOf(await mine.order('buy'));
    await theirs.order('buy');
    for (const next of listeners) {
      expect((await next()).slice(0, 3)).toEqual(['hogasim', '5000000001', number]);
      expect((await next()).slice(0, 3)).toEqual(['hogasim', '5000000101', number]);
    }
  });

  test('keep orders for a later day apart', async () => {
    const { sim } = await startTwo({ hours: 'live' });
    sim.setClock({ now: afternoon });
    const order = { symbol: '005930', side: 'buy', quantity: 1, price: 69_000 } as const;
    expect(sim.scheduleElsewhere(order)).toBe('116400');
    expect(sim.scheduleElsewhere({ ...order, account: '50000001-01' })).toBe('116400');
    sim.cancelScheduledElsewhere('116400', '50000001-01');
    expect(sim.state().scheduled).toMatchObject([
      { account: '50000000-01', cancelled: false },
      { account: '50000001-01', cancelled: true },
    ]);
  });
});

describe('one clock for all accounts', () => {
  test("an order of the new day does not trade with another's of the day before", async () => {
    const accounts = [{ ...own, holdings }, family];
    const { sim } = await start({ hours: 'live', accounts });
    sim.setClock({ now: afternoon });
    sim.placeElsewhere({ account: '50000001-01', symbol: '005930', side: 'buy', quantity: 10, price: 69_000 });
    sim.scheduleElsewhere({ symbol: '005930', side: 'sell', quantity: 100_000, price: 69_000 });
    sim.setClock({ now: monday + 24 * 3_600_000 });
    expect(sim.state().orders).toMatchObject([
      { account: '50000000-01', side: 'sell', filled: expect.toSatisfy((filled) => filled > 0) },
      { account: '50000001-01', status: 'expired', filled: 0 },
    ]);
  });

  test('at the end of an auction the older order trades first, whosever it is', async () => {
    const { sim, clock } = await start({ accounts: [own, family], cash: 1_000_000_000 });
    sim.setClock({ session: 'opening-auction' });
    const order = { symbol: '005930', side: 'buy', quantity: 2_000, price: 70_000 } as const;
    sim.placeElsewhere({ ...order, account: '50000001-01' });
    clock.advance(1);
    sim.placeElsewhere(order);
    sim.setClock({ session: 'auto' });
    expect(sim.state().orders).toMatchObject([
      { account: '50000000-01', filled: 0 },
      { account: '50000001-01', filled: expect.toSatisfy((filled) => filled > 0) },
    ]);
  });
});

describe('an account that is not here', () => {
  const refused = { rt_cd: '2', msg_cd: 'OPSQ2000', msg1: 'ERROR : INPUT INVALID_CHECK_ACNO' };
  test.each([
    ['50000002', '01'],
    ['50000001', '29'],
  ])('%s-%s is refused, and nothing is ordered', async (number, product) => {
    const { client, sim } = await startTwo();
    const stranger = client.withAccount(number, product);
    expect((await stranger.order('buy')).body).toEqual(refused);
    expect((await stranger.balance()).body).toEqual(refused);
    expect(sim.state().orders).toEqual([]);
  });

  test('is no account of the doors either', async () => {
    const { sim } = await startTwo();
    const post = async (name: string, body: unknown) => {
      const response = await fetch(`${sim.restUrl}/__sim/${name}`, { method: 'POST', body: JSON.stringify(body) });
      return [response.status, (await response.json()) as { readonly number?: string }] as const;
    };
    const order = { symbol: '005930', side: 'buy', quantity: 1, price: 69_000 };
    const unknown = [400, { error: 'account: 50000002-01 is not here' }];
    expect(await post('order', { ...order, account: '50000002-01' })).toEqual(unknown);
    const [, { number = '' }] = await post('order', { ...order, account: '50000001-01' });
    expect(await post('cancel', { number, account: '50000002-01' })).toEqual(unknown);
    expect(await post('cancel', { number })).toEqual([400, { error: 'order refused: unknown-order' }]);
    const [, amended] = await post('amend', { number, price: 69_100, account: '50000001-01' });
    expect((await post('cancel', { number: amended.number, account: '50000001-01' }))[0]).toBe(200);
    expect(sim.state().accounts.map(({ orders }) => orders.length)).toEqual([0, 3]);
  });
});

describe('product codes', () => {
  const closed = { rt_cd: '7', msg_cd: 'APBK1744', msg1: '퇴직연금계좌는 해당 서비스가 불가합니다.' };

  test('a retirement pension (29) can be looked at and not traded', async () => {
    const { client, sim } = await start({ accounts: [own, { ...own, product: '29', holdings }] });
    const pension = client.withAccount('50000000', '29');
    const number = sim.placeElsewhere({
      account: '50000000-29',
      symbol: '005930',
      side: 'buy',
      quantity: 1,
      price: 69_000,
    });
    expect((await pension.order('buy')).body).toEqual(closed);
    expect((await pension.order('sell')).body).toEqual(closed);
    expect((await pension.change('cancel', number)).body).toEqual(closed);
    expect((await pension.executions()).body).toEqual(closed);
    expect(rows(await pension.balance())).toMatchObject([{ pdno: '005930', hldg_qty: '100000' }]);
    expect((await client.order('buy')).body['rt_cd']).toBe('0');
    expect(sim.state().accounts.map(({ orders }) => orders.map(({ channel }) => channel))).toEqual([
      ['OpnAPI'],
      ['Nsmart'],
    ]);
  });

  test('a personal pension (22) is served as an ordinary account', async () => {
    const { client } = await start({ accounts: [{ ...own, product: '22' }] });
    const pension = client.withAccount('50000000', '22');
    const number = orderNumberOf(await pension.order('buy'));
    expect(await numbersOf(pension)).toEqual([number]);
    expect((await pension.change('cancel', number)).body['rt_cd']).toBe('0');
  });
});

test('an account is asked for once', async () => {
  const clock = new ManualClock();
  await expect(startSimulator({ clock, listen: false, accounts: [own, own] })).rejects.toThrow('names one twice');
  await expect(startSimulator({ clock, listen: false, accounts: [] })).rejects.toThrow('there is none');
});
