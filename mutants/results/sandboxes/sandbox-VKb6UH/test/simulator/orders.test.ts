// @ts-nocheck
import { describe, expect, test } from 'vitest';
import { block, listenForNotices, monday, orderNumberOf, RawSocket, rows, start } from './support.ts';

describe('refusals', () => {
  const cases = [
    ['an unknown symbol', 'buy', { PDNO: '999999' }, 'APBK0656', '40070000'],
    ['no shares', 'buy', { ORD_QTY: '0' }, 'APBK0986', 'APBK0986'],
    ['a price off the grid', 'buy', { ORD_UNPR: '69050' }, 'APBK0506', '40030000'],
    ['a price above the limit', 'buy', { ORD_UNPR: '91100' }, 'APBK0406', '40270000'],
    ['a price below the limit', 'buy', { ORD_UNPR: '48900' }, 'APBK0406', '40270000'],
    ['more than the cash', 'buy', { ORD_QTY: '145' }, 'APBK0952', '40250000'],
    ['shares that are not there', 'sell', {}, 'APBK0400', '40240000'],
    ['an order type that is not traded', 'buy', { ORD_DVSN: '07' }, 'APBK0963', 'APBK0963'],
  ] as const;
  test.each(cases)('%s', async (_name, side, change, live, paper) => {
    for (const kind of ['live', 'paper'] as const) {
      const { client, sim } = await start({ kind });
      const { status, body } = await client.order(side, change);
      expect([status, body['rt_cd'], body['msg_cd']]).toEqual(kind === 'live' ? [200, '7', live] : [200, '1', paper]);
      expect(body).not.toHaveProperty('output');
      expect(sim.state().orders).toEqual([]);
    }
  });

  test('a market that is closed says why', async () => {
    const live = await start();
    const paper = await start({ kind: 'paper' });
    const codes = async (session: 'closed' | 'holiday' | 'post-close') => {
      live.sim.setClock({ session });
      paper.sim.setClock({ session });
      return [(await live.client.order('buy')).body['msg_cd'], (await paper.client.order('buy')).body['msg_cd']];
    };
    expect(await codes('holiday')).toEqual(['APBK0919', '40100000']);
    expect(await codes('post-close')).toEqual(['APBK0918', '40580000']);
    live.sim.setClock({ now: monday - 3 * 3_600_000 });
    paper.sim.setClock({ now: monday - 3 * 3_600_000 });
    expect(await codes('closed')).toEqual(['APBK0918', '40570000']);
    live.sim.setClock({ session: 'auto' });
    expect((await live.client.order('buy')).body['rt_cd']).toBe('0');
  });

  test('paper trades on KRX alone', async () => {
    const { client } = await start({ kind: 'paper' });
    expect((await client.order('buy', { EXCG_ID_DVSN_CD: 'SOR' })).body['msg_cd']).toBe('90000000');
  });
});

describe('matching', () => {
  test('a limit order waits until the market comes to it, and trades at its own price', async () => {
    const { client, sim } = await start();
    const number = orderNumberOf(await client.order('buy', { ORD_UNPR: '69000' }));
    expect(sim.state().orders[0]).toMatchObject({ number, status: 'accepted', filled: 0, remaining: 10 });
    sim.setPrice('005930', 68_500);
    expect(sim.state().orders[0]).toMatchObject({ number, status: 'filled', filled: 10, remaining: 0 });
    expect(sim.state().fills).toMatchObject([{ order: number, quantity: 10, price: 69_000 }]);
    expect(sim.state().prices['005930']).toMatchObject({ last: 68_500, bid: 68_500, ask: 68_600 });
  });

  test('someone else’s trade fills a part, by price and then by time', async () => {
    const { client, sim } = await start();
    const first = orderNumberOf(await client.order('buy', { ORD_UNPR: '69000', ORD_QTY: '5' }));
    const second = orderNumberOf(await client.order('buy', { ORD_UNPR: '69000', ORD_QTY: '5' }));
    const better = orderNumberOf(await client.order('buy', { ORD_UNPR: '69100', ORD_QTY: '5' }));
    sim.trade('005930', 'sell', 12, 69_000);
    expect(sim.state().fills).toMatchObject([
      { order: better, quantity: 5, price: 69_100 },
      { order: first, quantity: 5, price: 69_000 },
      { order: second, quantity: 2, price: 69_000 },
    ]);
    expect(sim.state().orders.map((order) => order.status)).toEqual(['filled', 'partly-filled', 'filled']);
  });

  test('at a price where others wait already, one is behind them', async () => {
    const { client, sim } = await start();
    const { bid } = sim.state().prices['005930'] ?? { bid: 0 };
    await client.order('buy', { ORD_UNPR: String(bid), ORD_QTY: '5' });
    sim.trade('005930', 'sell', 10);
    expect(sim.state().orders[0]?.filled).toBe(0);
    sim.trade('005930', 'sell', 5_000);
    expect(sim.state().orders[0]?.filled).toBe(5);
  });

  test('a large market order eats through the levels, one fill each', async () => {
    const { client, sim } = await start({ cash: 10_000_000_000 });
    await client.order('buy', { ORD_DVSN: '01', ORD_UNPR: '0', ORD_QTY: '20000' });
    const { fills, orders } = sim.state();
    expect(orders[0]).toMatchObject({ status: 'filled', filled: 20_000, price: 0 });
    expect(fills.length).toBeGreaterThan(10);
    const prices = fills.map((fill) => fill.price);
    expect(prices).toEqual(prices.toSorted((one, other) => one - other));
    expect(sim.state().prices['005930']?.last).toBe(prices.at(-1));
  });

  test('what an IOC order cannot trade is cancelled, and a FOK order trades whole or not at all', async () => {
    const { client, sim } = await start();
    sim.setPrice('005930', 70_000);
    const ioc = orderNumberOf(await client.order('buy', { ORD_DVSN: '11', ORD_UNPR: '69000' }));
    const fok = orderNumberOf(await client.order('buy', { ORD_DVSN: '12', ORD_UNPR: '70000', ORD_QTY: '5' }));
    const best = orderNumberOf(await client.order('buy', { ORD_DVSN: '03', ORD_UNPR: '0', ORD_QTY: '5' }));
    const own = orderNumberOf(await client.order('buy', { ORD_DVSN: '04', ORD_UNPR: '0', ORD_QTY: '5' }));
    expect(sim.state().orders).toMatchObject([
      { number: ioc, status: 'cancelled', remaining: 0 },
      { number: fok, status: 'filled' },
      { number: best, status: 'filled', price: 70_000 },
      { number: own, status: 'accepted', price: 69_900 },
    ]);
  });

  test('an auction collects, and trades when it ends', async () => {
    const { client, sim } = await start();
    sim.setClock({ session: 'opening-auction' });
    await client.order('buy', { ORD_UNPR: '75000', ORD_QTY: '3' });
    expect((await client.order('buy', { ORD_DVSN: '11', ORD_QTY: '1' })).body['msg_cd']).toBe('APBK0963');
    expect(sim.state().fills).toEqual([]);
    sim.setClock({ session: 'regular' });
    expect(sim.state().fills).toMatchObject([{ quantity: 3, price: 70_000 }]);
  });

  test('the same seed makes the same market', async () => {
    const [one, other, third] = [await start(), await start(), await start({ seed: 7 })];
    for (const { sim } of [one, other, third]) {
      sim.trade('005930', 'buy', 2_000);
      sim.setPrice('000660', 195_000);
    }
    expect(one.sim.state().prices).toEqual(other.sim.state().prices);
    const chart = async ({ client }: typeof one) =>
      rows(
        await client.quotation('inquire-daily-itemchartprice', 'FHKST03010100', {
          FID_COND_MRKT_DIV_CODE: 'J',
          FID_INPUT_ISCD: '005930',
          FID_INPUT_DATE_1: '20261001',
          FID_INPUT_DATE_2: '20261120',
          FID_PERIOD_DIV_CODE: 'D',
          FID_ORG_ADJ_PRC: '0',
        }),
        'output2',
      );
    expect(await chart(one)).toEqual(await chart(other));
    expect(await chart(one)).not.toEqual(await chart(third));
  });
});

describe('amending and cancelling', () => {
  test('an amendment is a new order, and leaves nothing of the old one', async () => {
    const { client, sim } = await start();
    const original = orderNumberOf(await client.order('buy'));
    const amended = await client.change('amend', original, { ORD_UNPR: '69500' });
    expect(amended.body).toMatchObject({ rt_cd: '0', msg_cd: 'APBK0013' });
    const number = orderNumberOf(amended);
    expect(number).not.toBe(original);
    expect(sim.state().orders).toMatchObject([
      { number: original, status: 'amended', remaining: 0 },
      { number, original, action: 'amend', price: 69_500, remaining: 10 },
    ]);
    expect((await client.change('cancel', original)).body).toMatchObject({ rt_cd: '7', msg_cd: 'APBK0927' });
    expect(rows(await client.executions())).toMatchObject([
      { odno: number, orgn_odno: original, sll_buy_dvsn_cd_name: '매수정정*', rmn_qty: '10' },
      { odno: original, orgn_odno: '', sll_buy_dvsn_cd_name: '현금매수', rmn_qty: '0' },
    ]);
    sim.setPrice('005930', 69_400);
    expect(sim.state().fills).toMatchObject([{ order: number, quantity: 10, price: 69_500 }]);
  });

  test('a cancel has a number of its own, and may take a part', async () => {
    const { client, sim } = await start();
    const original = orderNumberOf(await client.order('buy'));
    const part = await client.change('cancel', original, { QTY_ALL_ORD_YN: 'N', ORD_QTY: '4' });
    expect(orderNumberOf(part)).not.toBe(original);
    expect(sim.state().orders[0]).toMatchObject({ status: 'accepted', remaining: 6 });
    const tooMuch = await client.change('cancel', original, { QTY_ALL_ORD_YN: 'N', ORD_QTY: '7' });
    expect(tooMuch.body['msg_cd']).toBe('APBK1359');
    await client.change('cancel', original);
    expect(sim.state().orders[0]).toMatchObject({ status: 'cancelled', remaining: 0 });
    sim.setPrice('005930', 60_000);
    expect(sim.state().fills).toEqual([]);
    const executions = rows(await client.executions({ INQR_DVSN: '01' }));
    expect(executions[0]).toMatchObject({ odno: original, cncl_cfrm_qty: '10', rmn_qty: '0', cncl_yn: 'Y' });
    expect(executions[1]).toMatchObject({ orgn_odno: original, sll_buy_dvsn_cd_name: '매수취소*', ord_qty: '4' });
  });

  test('paper has texts and a branch of its own', async () => {
    const { client } = await start({ kind: 'paper' });
    const bought = await client.order('buy');
    expect(bought.body).toMatchObject({ msg_cd: '40600000', msg1: '모의투자 매수주문이 완료 되었습니다.' });
    expect(block(bought)['KRX_FWDG_ORD_ORGNO']).toBe('00950');
    const number = orderNumberOf(bought);
    expect((await client.change('cancel', number, { KRX_FWDG_ORD_ORGNO: '' })).body['msg_cd']).toBe('40320000');
    const amended = await client.change('amend', number, { ORD_UNPR: '69500' });
    expect(amended.body['msg_cd']).toBe('40620000');
    expect((await client.change('cancel', number)).body['msg_cd']).toBe('40330000');
    expect((await client.change('cancel', orderNumberOf(amended))).body['msg_cd']).toBe('40630000');
    expect((await client.change('cancel', '0000099999')).body['msg_cd']).toBe('40320000');
  });
});

describe('the account', () => {
  test('money settles on the second trading day, and a sold-out row stays for the day', async () => {
    const { client, sim } = await start();
    await client.order('buy', { ORD_UNPR: '70000' });
    await client.order('sell', { ORD_UNPR: '69900' });
    const state = sim.state();
    expect(state.fills.map((fill) => [fill.side, fill.price])).toEqual([
      ['buy', 70_000],
      ['sell', 69_900],
    ]);
    // 700,000 and 98 out; 699,000 in, less 98 and 1,398 of tax.
    const settled = 10_000_000 - 700_098 + 699_000 - 98 - 1_398;
    expect(state.accounts[0]?.cash).toEqual({ deposit: 10_000_000, settled, orderable: settled });
    expect(rows(await client.balance())).toMatchObject([
      { pdno: '005930', hldg_qty: '0', ord_psbl_qty: '0', thdt_buyqty: '10', thdt_sll_qty: '10', pchs_amt: '0' },
    ]);
    expect(rows(await client.balance(), 'output2')).toMatchObject([
      {
        dnca_tot_amt: '10000000',
        nxdy_excc_amt: '10000000',
        prvs_rcdl_excc_amt: String(settled),
        thdt_buy_amt: '700000',
        thdt_sll_amt: '699000',
        thdt_tlex_amt: '1594',
        tot_evlu_amt: String(settled),
        asst_icdc_amt: String(settled - 10_000_000),
      },
    ]);
    sim.setClock({ now: monday + 86_400_000 });
    expect(sim.state().accounts[0]).toMatchObject({ cash: { deposit: 10_000_000, settled }, holdings: [] });
    sim.setClock({ now: monday + 2 * 86_400_000 });
    expect(sim.state().accounts[0]?.cash).toEqual({ deposit: settled, settled, orderable: settled });
  });

  test('a fund is sold without tax', async () => {
    const { client, sim } = await start({ holdings: [{ symbol: '069500', quantity: 10, averageCost: 30_000 }] });
    const { bid } = sim.state().prices['069500'] ?? { bid: 0 };
    await client.order('sell', { PDNO: '069500', ORD_UNPR: String(bid) });
    const commission = Math.floor(bid * 10 * 0.000146527);
    expect(sim.state().accounts[0]?.cash.settled).toBe(10_000_000 + bid * 10 - commission);
  });

  test('open orders hold cash and shares', async () => {
    const { client, sim } = await start({ holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000.5 }] });
    await client.order('buy', { ORD_UNPR: '60000', ORD_QTY: '100' });
    expect(sim.state().accounts[0]?.cash.orderable).toBe(10_000_000 - 6_000_000 - 843);
    const market = orderNumberOf(await client.order('sell', { ORD_UNPR: '80000', ORD_QTY: '7' }));
    const held = rows(await client.balance())[0];
    expect(held).toMatchObject({ hldg_qty: '10', ord_psbl_qty: '3', pchs_avg_pric: '60000.5000' });
    expect((await client.order('sell', { ORD_QTY: '4' })).body['msg_cd']).toBe('APBK0400');
    await client.change('cancel', market);
    const sellable = await client.query('inquire-psbl-sell', 'TTTC8408R', { PDNO: '005930' });
    expect(block(sellable)).toMatchObject({ ord_psbl_qty: '10', cblc_qty: '10', now_pric: '70000' });
  });

  test('without a price, buying power is counted at the upper limit', async () => {
    const { client } = await start();
    expect(block(await client.buyingPower('005930', '01', '0'))).toMatchObject({
      psbl_qty_calc_unpr: '91000',
      nrcvb_buy_qty: '109',
    });
    expect((await client.order('buy', { ORD_DVSN: '01', ORD_UNPR: '0', ORD_QTY: '110' })).body['msg_cd']).toBe(
      'APBK0952',
    );
    expect((await client.order('buy', { ORD_DVSN: '01', ORD_UNPR: '0', ORD_QTY: '109' })).body['rt_cd']).toBe('0');
  });

  test('orders end with the day, and are listed as rejected', async () => {
    const { client, sim } = await start({ hours: 'live' });
    const number = orderNumberOf(await client.order('buy'));
    sim.setClock({ now: monday + 6 * 3_600_000 });
    expect(sim.state()).toMatchObject({
      clock: { session: 'after-market', open: false },
      orders: [{ status: 'expired' }],
    });
    expect(sim.state().accounts[0]?.cash.orderable).toBe(10_000_000);
    expect(rows(await client.executions())).toMatchObject([{ odno: number, rmn_qty: '0', rjct_qty: '10' }]);
    expect((await client.change('cancel', number)).body['msg_cd']).toBe('APBK0927');
  });
});

test('open orders and executions are listed as asked', async () => {
  const { client, sim } = await start({ unpaddedOrderNumbers: true });
  const open = orderNumberOf(await client.order('buy', { ORD_QTY: '3' }));
  const filled = orderNumberOf(await client.order('buy', { ORD_QTY: '2', ORD_UNPR: '70000' }));
  await client.order('sell', { ORD_QTY: '1', ORD_UNPR: '80000', EXCG_ID_DVSN_CD: 'SOR' });
  const listed = async (change: Record<string, string>) =>
    rows(await client.executions(change)).map((row) => [row['odno'], row['excg_id_dvsn_cd']]);
  const short = (number: string) => String(Number(number));
  expect(await listed({ CCLD_DVSN: '01' })).toEqual([[short(filled), 'KRX']]);
  expect(await listed({ CCLD_DVSN: '02', EXCG_ID_DVSN_CD: 'KRX' })).toEqual([[short(open), 'KRX']]);
  expect(await listed({ ODNO: open })).toEqual([[short(open), 'KRX']]);
  expect(await listed({ SLL_BUY_DVSN_CD: '01' })).toMatchObject([[expect.any(String), 'SOR']]);
  expect(await listed({ PDNO: '000660' })).toEqual([]);
  const pending = await client.query('inquire-psbl-rvsecncl', 'TTTC0084R', {
    INQR_DVSN_1: '0',
    INQR_DVSN_2: '2',
    CTX_AREA_FK100: '',
    CTX_AREA_NK100: '',
  });
  expect(rows(pending, 'output')).toMatchObject([
    { odno: short(open), psbl_qty: '3', ord_unpr: '69000', ord_gno_brno: '06010', sll_buy_dvsn_cd: '02' },
  ]);
  expect(sim.state().requests.byTr).toMatchObject({ TTTC0012U: 2, TTTC0011U: 1, TTTC0081R: 5 });
});

describe('orders entered elsewhere', () => {
  test('trade like any other, are told of, and are listed with their channel', async () => {
    const { client, clock, sim } = await start();
    const next = await listenForNotices(await new RawSocket(sim.wsUrl).opened(), client);
    const facts = async () => {
      const fields = await next();
      // number, original, quantity, price, filled
      return [fields[2], fields[3], Number(fields[9]), Number(fields[10]), fields[13] === '2'];
    };
    const own = orderNumberOf(await client.order('buy'));
    expect(await facts()).toEqual([own, '', 10, 69_000, false]);
    clock.advance(1_000);
    const number = sim.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 5, price: 68_900 });
    expect(await facts()).toEqual([number, '', 5, 68_900, false]);
    sim.trade('005930', 'sell', 12, 68_900);
    expect([await facts(), await facts()]).toEqual([
      [own, '', 10, 69_000, true],
      [number, '', 2, 68_900, true],
    ]);
    const amended = sim.amendElsewhere(number, 68_800, { channel: 'HTS' });
    expect(await facts()).toEqual([amended, number, 3, 68_800, false]);
    const cancelled = sim.cancelElsewhere(String(Number(amended)));
    expect(await facts()).toEqual([cancelled, amended, 3, 0, false]);
    const market = sim.placeElsewhere({ symbol: '005930', side: 'sell', quantity: 1 });
    expect(await facts()).toMatchObject([market, '', 1, 0, false]);
    expect(await facts()).toMatchObject([market, '', 1, expect.any(Number), true]);

    expect(rows(await client.executions({ INQR_DVSN: '01' }))).toMatchObject([
      { odno: own, ordr_empno: 'OpnAPI' },
      { odno: number, ordr_empno: 'Nsmart', tot_ccld_qty: '2' },
      { odno: amended, ordr_empno: 'HTS', orgn_odno: number },
      { odno: cancelled, ordr_empno: 'Nsmart', orgn_odno: amended },
      { odno: market, ordr_empno: 'Nsmart', ord_dvsn_cd: '01' },
    ]);
    expect(sim.state().orders).toMatchObject([
      { number: own, channel: 'OpnAPI', at: monday, filledAmount: 690_000 },
      { number, channel: 'Nsmart', at: monday + 1_000, filledAmount: 137_800 },
      { number: amended, channel: 'HTS', status: 'cancelled' },
      { number: cancelled, channel: 'Nsmart', action: 'cancel' },
      { number: market, channel: 'Nsmart', type: '01', status: 'filled' },
    ]);
    expect(sim.state().fills[0]).toMatchObject({ order: own, at: monday + 1_000 });
    expect(sim.state().accounts[0]?.holdings).toMatchObject([{ symbol: '005930', quantity: 11 }]);
  });

  test('and one’s own can be changed there', async () => {
    const { client, sim } = await start();
    const number = orderNumberOf(await client.order('buy'));
    const amended = sim.amendElsewhere(number, 69_500);
    expect(sim.state().orders).toMatchObject([
      { number, status: 'amended', channel: 'OpnAPI' },
      { number: amended, original: number, channel: 'Nsmart', price: 69_500 },
    ]);
    await client.change('cancel', amended);
    expect(sim.state().orders[2]).toMatchObject({ action: 'cancel', original: amended, channel: 'OpnAPI' });
  });

  test('are refused by name', async () => {
    const { sim } = await start({ kind: 'paper' });
    const order = { symbol: '005930', side: 'buy', quantity: 10, price: 69_000 } as const;
    const refusal = (change: Partial<Parameters<typeof sim.placeElsewhere>[0]>) => () =>
      sim.placeElsewhere({ ...order, ...change });
    expect(refusal({ quantity: 1_000 })).toThrow(new RangeError('order refused: cash'));
    expect(refusal({ side: 'sell' })).toThrow('order refused: shares');
    expect(refusal({ price: 69_050 })).toThrow('order refused: tick');
    expect(refusal({ exchange: 'NXT' })).toThrow('order refused: exchange');
    expect(() => sim.cancelElsewhere('1')).toThrow('order refused: unknown-order');
    sim.setClock({ session: 'closed' });
    expect(refusal({})).toThrow(/order refused: (?:before-open|after-close)/);
    expect(sim.state().orders).toEqual([]);
  });

  test('come through the doors as well', async () => {
    const { sim } = await start();
    const post = async (name: string, body: unknown) => {
      const init = { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${sim.restUrl}/__sim/${name}`, init);
      return { status: response.status, ...((await response.json()) as { number?: string; error?: string }) };
    };
    const order = { symbol: '005930', side: 'buy', quantity: 10, price: 69_000, exchange: 'SOR', channel: 'HTS' };
    const { number } = await post('order', order);
    const amended = await post('amend', { number, price: 69_100 });
    const cancelled = await post('cancel', { number: amended.number, channel: 'ARS' });
    expect(sim.state().orders).toMatchObject([
      { number, channel: 'HTS', exchange: 'SOR' },
      { number: amended.number, channel: 'Nsmart' },
      { number: cancelled.number, channel: 'ARS' },
    ]);
    expect(await post('cancel', { number })).toEqual({ status: 400, error: 'order refused: nothing-left' });
    expect(await post('order', { ...order, quantity: 0 })).toMatchObject({
      status: 400,
      error: expect.stringContaining('quantity'),
    });
    expect(await post('amend', { number: 'x', price: 1 })).toMatchObject({ status: 400 });
  });
});
