import { expect, test } from 'vitest';
import { block, type Json, monday, Outsider, rows, start } from '../support.ts';

const dayMs = 86_400_000;
const number = (row: Json | undefined, name: string): number => Number(row?.[name]);
const balanceInputs = {
  AFHR_FLPR_YN: 'N',
  OFL_YN: '',
  INQR_DVSN: '00',
  UNPR_DVSN: '01',
  FUND_STTL_ICLD_YN: 'N',
  FNCG_AMT_AUTO_RDPT_YN: 'N',
  PRCS_DVSN: '01',
};
const period = { INQR_STRT_DT: '20261101', INQR_END_DT: '20261231', SORT_DVSN: '00', CBLC_DVSN: '00' };

const today = (client: Outsider) => client.query('inquire-balance-rlz-pl', 'TTTC8494R', balanceInputs);
const byDay = (client: Outsider) => client.query('inquire-period-profit', 'TTTC8708R', { ...period, INQR_DVSN: '00' });
const byIssue = (client: Outsider, change: Record<string, string> = {}) =>
  client.query('inquire-period-trade-profit', 'TTTC8715R', { ...period, ...change });

/** Ten at 65,000; four more for 70,000 each; then five of the fourteen sold for 70,000 each. */
async function sold() {
  const started = await start({ holdings: [{ symbol: '005930', quantity: 10, averageCost: 65_000 }] });
  await started.client.order('buy', { ORD_UNPR: '70000', ORD_QTY: '4' });
  started.sim.setPrice('005930', 70_000);
  await started.client.order('sell', { ORD_UNPR: '69000', ORD_QTY: '5' });
  return started;
}

test('a sale’s profit is what it brought, less the average cost, commission and tax; everywhere the same', async () => {
  const { client, sim } = await sold();
  const fills = sim.state().fills;
  const amount = fills.filter(({ side }) => side === 'sell').reduce((sum, fill) => sum + fill.quantity * fill.price, 0);
  const cost = 930_000 - Math.round((930_000 * 9) / 14);
  const totals = rows(await today(client), 'output2')[0];
  const [day] = rows(await byDay(client));
  const [issue] = rows(await byIssue(client));
  const fee = number(day, 'fee');
  const sums = block(await byDay(client), 'output2');
  expect(number(sums, 'buy_fee_smtl') + number(sums, 'sll_fee_smtl')).toBe(fee);
  const realized = amount - cost - number(sums, 'sll_fee_smtl') - number(day, 'tl_tax');
  expect(number(day, 'tl_tax')).toBeGreaterThan(0);
  for (const row of [totals, day, issue]) expect(number(row, 'rlzt_pfls')).toBe(realized);
  expect(number(sums, 'tot_rlzt_pfls')).toBe(realized);
  expect(number(totals, 'rlzt_erng_rt')).toBeCloseTo((realized / cost) * 100, 6);
  expect(day).toMatchObject({ trad_dt: '20261123', buy_amt: '280000', sll_amt: String(amount), sll_qty1: '5' });
  expect(issue).toMatchObject({ pdno: '005930', hldg_qty: '9', buy_qty: '4', sll_qty: '5', pchs_unpr: '66429' });
  // The costs of the day are those of the balance.
  expect(number(totals, 'thdt_tlex_amt')).toBe(fee + number(day, 'tl_tax'));
  expect(rows(await today(client))[0]).toEqual(
    expect.objectContaining({ pdno: '005930', hldg_qty: '9', thdt_sll_qty: '5', thdt_buyqty: '4' }),
  );
});

test('profits stay with their day, newest first unless asked otherwise', async () => {
  const { client: first, sim } = await sold();
  const earlier = rows(await byDay(first))[0];
  sim.setClock({ now: monday + dayMs });
  const client = await new Outsider(sim.restUrl).login();
  expect(rows(await today(client), 'output2')[0]).toMatchObject({ rlzt_pfls: '0', rlzt_erng_rt: '0.00000000' });
  await client.order('buy', { PDNO: '000660', ORD_UNPR: '200000', ORD_QTY: '1' });
  await client.order('sell', { ORD_UNPR: '69000', ORD_QTY: '9' });
  const days = rows(await byDay(client));
  expect(days.map((row) => row['trad_dt'])).toEqual(['20261124', '20261123']);
  expect(days[1]).toEqual(earlier);
  const issues = rows(await byIssue(client, { SORT_DVSN: '01' }));
  expect(issues.map((row) => [row['trad_dt'], row['pdno']])).toEqual([
    ['20261123', '005930'],
    ['20261124', '000660'],
    ['20261124', '005930'],
  ]);
  expect(issues[1]).toMatchObject({ rlzt_pfls: '0', pfls_rt: '0.00000000', hldg_qty: '1' });
  expect(issues[2]).toMatchObject({ hldg_qty: '0', sll_qty: '9' });
  // All are sold: the profits add up to what came in less what went out.
  const sums = block(await byIssue(client, { PDNO: '005930' }), 'output2');
  const paid = 650_000 + number(sums, 'buy_tr_amt_smtl');
  const costs = number(sums, 'sll_fee_smtl') + number(sums, 'sll_tltx_smtl');
  expect(number(sums, 'tot_rlzt_pfls')).toBe(number(sums, 'sll_tr_amt_smtl') - paid - costs);
  expect(rows(await byIssue(client, { INQR_END_DT: '20261101' }))).toEqual([]);
});

test('assets and margin say what the balance says', async () => {
  const { client } = await sold();
  await client.order('buy', { ORD_UNPR: '60000', ORD_QTY: '3' });
  const balance = rows(await client.balance(), 'output2')[0];
  const assets = await client.query('inquire-account-balance', 'CTRP6548R', {});
  expect(rows(assets)).toHaveLength(19);
  expect(rows(assets).at(-1)).toMatchObject({ evlu_amt: balance?.['tot_evlu_amt'], whol_weit_rt: '100.00000000' });
  expect(rows(assets)[0]).toMatchObject({
    evlu_amt: balance?.['scts_evlu_amt'],
    pchs_amt: balance?.['pchs_amt_smtl_amt'],
  });
  expect(block(assets, 'output2')).toMatchObject({ tot_asst_amt: balance?.['tot_evlu_amt'] });
  const margin = block(
    await client.query('intgr-margin', 'TTTC0869R', {
      CMA_EVLU_AMT_ICLD_YN: 'N',
      WCRC_FRCR_DVSN_CD: '01',
      FWEX_CTRT_FRCR_DVSN_CD: '01',
    }),
  );
  const { ord_psbl_cash: orderable } = block(await client.buyingPower('005930', '00', '70000'));
  expect(margin['stck_cash_ord_psbl_amt']).toBe(`${orderable}.0000`);
  expect(margin['stck_cash_objt_amt']).toBe(`${balance?.['prvs_rcdl_excc_amt']}.0000`);
});

test('orders of the last three months and those before are told by different queries', async () => {
  const { sim } = await sold();
  const days = async (at: number) => {
    sim.setClock({ now: at });
    const client = await new Outsider(sim.restUrl).login();
    const recent = rows(await client.executions({ INQR_STRT_DT: '20260101', INQR_END_DT: '20271231' }));
    const query = { INQR_STRT_DT: '20260101', INQR_END_DT: '20271231', CCLD_DVSN: '00', SLL_BUY_DVSN_CD: '00' };
    const more = { INQR_DVSN: '00', INQR_DVSN_3: '00', EXCG_ID_DVSN_CD: 'ALL' };
    const before = rows(await client.query('inquire-daily-ccld', 'CTSC9215R', { ...query, ...more }));
    return [recent.length, before.length];
  };
  expect(await days(Date.parse('2026-11-23T10:30:00+09:00'))).toEqual([2, 0]);
  expect(await days(Date.parse('2027-02-23T10:00:00+09:00'))).toEqual([2, 0]);
  expect(await days(Date.parse('2027-02-24T10:00:00+09:00'))).toEqual([0, 2]);
});
