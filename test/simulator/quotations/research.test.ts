import { expect, test } from 'vitest';
import { block, type Json, monday, Outsider, rows, start } from '../support.ts';

const day = 86_400_000;
const stock = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' };
const number = (row: Json | undefined, name: string): number => Number(row?.[name]);
const sumOf = (...numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const paths: Readonly<Record<string, string>> = {
  FHPST01700000: '/uapi/domestic-stock/v1/ranking/fluctuation',
  FHPST01740000: '/uapi/domestic-stock/v1/ranking/market-cap',
  FHPST01720000: '/uapi/domestic-stock/v1/ranking/quote-balance',
  FHPST01870000: '/uapi/domestic-stock/v1/ranking/near-new-highlow',
  FHKST66430100: '/uapi/domestic-stock/v1/finance/balance-sheet',
  FHKST66430200: '/uapi/domestic-stock/v1/finance/income-statement',
  FHKST66430300: '/uapi/domestic-stock/v1/finance/financial-ratio',
  FHKST66430500: '/uapi/domestic-stock/v1/finance/other-major-ratios',
  FHKST66430600: '/uapi/domestic-stock/v1/finance/stability-ratio',
  HHKDB669102C0: '/uapi/domestic-stock/v1/ksdinfo/dividend',
};

function asked(client: Outsider, trId: string, query: Record<string, string>) {
  return client.get(paths[trId] ?? '', query, client.headers(trId));
}

const fluctuation = {
  fid_rsfl_rate2: '',
  fid_cond_mrkt_div_code: 'J',
  fid_cond_scr_div_code: '20170',
  fid_input_iscd: '0000',
  fid_rank_sort_cls_code: '0',
  fid_input_cnt_1: '0',
  fid_prc_cls_code: '0',
  fid_input_price_1: '',
  fid_input_price_2: '',
  fid_vol_cnt: '',
  fid_trgt_cls_code: '0',
  fid_trgt_exls_cls_code: '0',
  fid_div_cls_code: '0',
  fid_rsfl_rate1: '',
};

test('a walking market’s rankings are sorted, and say what the quote says', async () => {
  const { client } = await start({ speed: 1, seed: 7 });
  const rising = rows(await asked(client, 'FHPST01700000', fluctuation), 'output');
  expect(rising).toHaveLength(30);
  const rates = rising.map((row) => number(row, 'prdy_ctrt'));
  expect(rates).toEqual(rates.toSorted((one, other) => other - one));
  expect(new Set(rates).size).toBeGreaterThan(10);
  expect(rising.map((row) => row['data_rank'])).toEqual(rising.map((_, index) => String(index + 1)));
  for (const row of [rising[0], rising.at(-1)]) {
    const quote = block(await client.quote(String(row?.['stck_shrn_iscd'])));
    for (const name of [
      'stck_prpr',
      'prdy_vrss',
      'prdy_vrss_sign',
      'prdy_ctrt',
      'acml_vol',
      'stck_hgpr',
      'stck_lwpr',
    ]) {
      expect(row?.[name], name).toBe(quote[name]);
    }
  }
  const falling = rows(await asked(client, 'FHPST01700000', { ...fluctuation, fid_rank_sort_cls_code: '1' }), 'output');
  const fallingRates = falling.map((row) => number(row, 'prdy_ctrt'));
  expect(fallingRates).toEqual(fallingRates.toSorted((one, other) => one - other));
  expect(falling[0]?.['stck_shrn_iscd']).not.toBe(rising[0]?.['stck_shrn_iscd']);
});

test('market value is price by listed shares, and each market has its own ranking', async () => {
  const { client, sim } = await start();
  sim.setPrice('000660', 200_000);
  const everywhere = rows(await asked(client, 'FHPST01740000', {}), 'output');
  const values = everywhere.map((row) => number(row, 'stck_avls'));
  expect(values).toEqual(values.toSorted((one, other) => other - one));
  for (const row of everywhere) {
    const won = number(row, 'stck_prpr') * number(row, 'lstn_stcn');
    expect(number(row, 'stck_avls')).toBe(Math.round(won / 100_000_000));
  }
  const second = everywhere.find((row) => row['mksc_shrn_iscd'] === '000660');
  expect(second).toMatchObject({ stck_prpr: '200000', stck_avls: '1456004' });
  expect(block(await client.quote('000660'))['hts_avls']).toBe('1456004');
  const kosdaq = rows(await asked(client, 'FHPST01740000', { fid_input_iscd: '1001' }), 'output');
  expect(kosdaq).toHaveLength(6);
  expect(sumOf(...kosdaq.map((row) => number(row, 'mrkt_whol_avls_rlim')))).toBeCloseTo(100, 0);
  expect(kosdaq.map((row) => row['mksc_shrn_iscd'])).toContain('247540');
  expect(everywhere.map((row) => row['mksc_shrn_iscd'])).not.toContain('069500');
});

test('volume and waiting quantities are ranked by what was traded and what waits', async () => {
  const { client, sim } = await start();
  sim.trade('112190', 'buy', 50_000_000);
  const query = {
    FID_COND_MRKT_DIV_CODE: 'J',
    FID_COND_SCR_DIV_CODE: '20171',
    FID_INPUT_ISCD: '0000',
    FID_DIV_CLS_CODE: '0',
    FID_BLNG_CLS_CODE: '0',
    FID_TRGT_CLS_CODE: '111111111',
    FID_TRGT_EXLS_CLS_CODE: '0000000000',
    FID_INPUT_PRICE_1: '',
    FID_INPUT_PRICE_2: '',
    FID_VOL_CNT: '',
    FID_INPUT_DATE_1: '',
  };
  const volume = async (change: Record<string, string>) =>
    rows(await client.quotation('volume-rank', 'FHPST01710000', { ...query, ...change }), 'output');
  const byShares = (await volume({})).map((row) => number(row, 'acml_vol'));
  expect(byShares).toEqual(byShares.toSorted((one, other) => other - one));
  const byWon = (await volume({ FID_BLNG_CLS_CODE: '3' })).map((row) => number(row, 'acml_tr_pbmn'));
  expect(byWon).toEqual(byWon.toSorted((one, other) => other - one));
  const symbols = async (change: Record<string, string>) => (await volume(change)).map((row) => row['mksc_shrn_iscd']);
  expect(await symbols({ FID_DIV_CLS_CODE: '2' })).toEqual(['005935']);
  expect(await symbols({ FID_TRGT_EXLS_CLS_CODE: '0000001000' })).not.toContain('069500');
  expect(await symbols({ FID_INPUT_PRICE_1: '1000000' })).toEqual(['207940']);

  const [first] = rows(await asked(client, 'FHPST01720000', {}), 'output');
  const book = block(
    await client.quotation('inquire-asking-price-exp-ccn', 'FHKST01010200', {
      ...stock,
      FID_INPUT_ISCD: String(first?.['mksc_shrn_iscd']),
    }),
    'output1',
  );
  expect(first).toMatchObject({ total_askp_rsqn: book['total_askp_rsqn'], total_bidp_rsqn: book['total_bidp_rsqn'] });
  expect(first?.['total_ntsl_bidp_rsqn']).toBe(book['ntby_aspr_rsqn']);
});

test('an issue at a new high leads the list of those near it', async () => {
  const { client, sim } = await start();
  sim.setPrice('035420', 272_000);
  const [first] = rows(await asked(client, 'FHPST01870000', { fid_prc_cls_code: '0' }), 'output');
  expect(first).toMatchObject({ mksc_shrn_iscd: '035420', new_hgpr: '272000', hprc_near_rate: '0.00' });
  expect(block(await client.quote('035420'))).toMatchObject({ w52_hgpr: '272000', w52_hgpr_date: '20261123' });
});

const indexOf = async (client: Outsider, code: string) =>
  block(
    await client.quotation('inquire-index-price', 'FHPUP02100000', {
      FID_COND_MRKT_DIV_CODE: 'U',
      FID_INPUT_ISCD: code,
    }),
  );

test('an index starts at its base and moves with its issues by their market value', async () => {
  const { client, sim } = await start();
  const before = await indexOf(client, '1001');
  expect(before).toMatchObject({ bstp_nmix_prpr: '780.00', bstp_nmix_prdy_vrss: '0.00', prdy_vrss_sign: '3' });
  expect(before).toMatchObject({ stnr_issu_cnt: '6', ascn_issu_cnt: '0', down_issu_cnt: '0' });
  sim.setPrice('247540', 144_500);
  const kosdaq = rows(await asked(client, 'FHPST01740000', { fid_input_iscd: '1001' }), 'output');
  const value = sumOf(...kosdaq.map((row) => number(row, 'stck_prpr') * number(row, 'lstn_stcn')));
  const base = sumOf(
    ...kosdaq.map((row) => (number(row, 'stck_prpr') - number(row, 'prdy_vrss')) * number(row, 'lstn_stcn')),
  );
  const after = await indexOf(client, '1001');
  expect(after['bstp_nmix_prpr']).toBe(((780 * value) / base).toFixed(2));
  expect(after).toMatchObject({ prdy_vrss_sign: '2', ascn_issu_cnt: '1', stnr_issu_cnt: '5' });
  const won = sumOf(...kosdaq.map((row) => number(row, 'acml_vol')));
  expect(after['acml_vol']).toBe(String(Math.round(won / 1000)));
  // What KOSDAQ does is nothing to KOSPI.
  expect(await indexOf(client, '0001')).toMatchObject({ bstp_nmix_prpr: '2650.00', bstp_nmix_prdy_ctrt: '0.00' });
});

test('an index’s bars end with today’s level, and go on over the days', async () => {
  const { client, sim } = await start();
  sim.setPrice('005930', 72_000);
  const ask = async (who: Outsider, to: string) => {
    const query = {
      FID_COND_MRKT_DIV_CODE: 'U',
      FID_INPUT_ISCD: '0001',
      FID_INPUT_DATE_1: '20260101',
      FID_INPUT_DATE_2: to,
      FID_PERIOD_DIV_CODE: 'D',
    };
    return rows(await who.quotation('inquire-daily-indexchartprice', 'FHKUP03500100', query), 'output2');
  };
  const level = String((await indexOf(client, '0001'))['bstp_nmix_prpr']);
  const bars = await ask(client, '20261123');
  expect(bars[0]).toMatchObject({ stck_bsop_date: '20261123', bstp_nmix_prpr: level });
  expect(bars[1]).toMatchObject({ stck_bsop_date: '20261120', bstp_nmix_prpr: '2650.00' });
  for (const bar of bars) {
    const [open, high, low, close] = ['oprc', 'hgpr', 'lwpr', 'prpr'].map((name) => number(bar, `bstp_nmix_${name}`));
    expect(high).toBeGreaterThanOrEqual(Math.max(open ?? 0, close ?? 0));
    expect(low).toBeLessThanOrEqual(Math.min(open ?? 0, close ?? 0));
  }
  sim.setClock({ now: monday + day });
  const later = await ask(await new Outsider(sim.restUrl).login(), '20261124');
  expect(later[1]).toMatchObject({ stck_bsop_date: '20261123', bstp_nmix_prpr: level });
  expect(later.slice(2)).toEqual(bars.slice(1, later.length - 1));
});

test('the last trades are listed, newest first, with buying against selling', async () => {
  const { client, sim } = await start();
  const trades = async () => rows(await client.quotation('inquire-ccnl', 'FHKST01010300', stock), 'output');
  expect(await trades()).toHaveLength(30);
  sim.trade('005930', 'buy', 30_000, 70_200);
  sim.trade('005930', 'sell', 7, 70_100);
  const [last, before] = await trades();
  const quote = block(await client.quote());
  expect(last).toMatchObject({ stck_cntg_hour: '100000', stck_prpr: '70100', cntg_vol: '7' });
  expect(last).toMatchObject({ stck_prpr: quote['stck_prpr'], prdy_vrss: quote['prdy_vrss'] });
  expect(before).toMatchObject({ stck_prpr: '70200', cntg_vol: '30000' });
  expect(number(before, 'tday_rltv')).toBeGreaterThan(number(last, 'tday_rltv'));
  expect(await trades()).toHaveLength(30);
});

test('buyers and sellers share a day’s volume, today as in the days before', async () => {
  const { client, sim } = await start();
  sim.trade('005930', 'sell', 500, 69_900);
  const query = { ...stock, FID_PERIOD_DIV_CODE: 'D' };
  const sides = rows(await client.quotation('inquire-daily-trade-volume', 'FHKST03010800', query), 'output2');
  const daily = { ...query, FID_ORG_ADJ_PRC: '1' };
  const days = rows(await client.quotation('inquire-daily-price', 'FHKST01010400', daily), 'output');
  expect(days).toHaveLength(30);
  for (const [index, row] of days.entries()) {
    expect(sides[index]?.['stck_bsop_date']).toBe(row['stck_bsop_date']);
    expect(number(sides[index], 'total_seln_qty') + number(sides[index], 'total_shnu_qty')).toBe(
      number(row, 'acml_vol'),
    );
    expect(number(row, 'prdy_vrss')).toBe(number(row, 'stck_clpr') - number(days[index + 1] ?? row, 'stck_clpr') || 0);
    if (index === days.length - 2) break;
  }
  expect(days[0]).toMatchObject({ stck_clpr: '69900', acml_vol: block(await client.quote())['acml_vol'] });
});

test('investors’ nets sum to zero, their trades to the volume, and today comes after the close', async () => {
  const { client, sim } = await start();
  const investors = async () => rows(await client.quotation('inquire-investor', 'FHKST01010900', stock), 'output');
  const [today, ...past] = await investors();
  expect(today).toMatchObject({ stck_bsop_date: '20261123', prsn_ntby_qty: '', frgn_ntby_tr_pbmn: '' });
  const daily = { ...stock, FID_PERIOD_DIV_CODE: 'D', FID_ORG_ADJ_PRC: '1' };
  const days = rows(await client.quotation('inquire-daily-price', 'FHKST01010400', daily), 'output');
  for (const [index, row] of past.entries()) {
    const three = (name: string) => sumOf(...['prsn', 'frgn', 'orgn'].map((who) => number(row, `${who}_${name}`)));
    expect([three('ntby_qty'), three('ntby_tr_pbmn')]).toEqual([0, 0]);
    expect([three('shnu_vol'), three('seln_vol')]).toEqual([
      number(days[index + 1], 'acml_vol'),
      number(days[index + 1], 'acml_vol'),
    ]);
    expect(row['frgn_ntby_qty']).toBe(days[index + 1]?.['frgn_ntby_qty']);
  }
  sim.setClock({ session: 'post-close' });
  expect(number((await investors())[0], 'prsn_shnu_vol')).toBeGreaterThan(0);
});

test('the day’s estimates stay as they were entered, and the ranking has the last', async () => {
  const { client, sim } = await start();
  const estimates = async (who: Outsider) =>
    rows(await who.quotation('investor-trend-estimate', 'HHPTJ04160200', { MKSC_SHRN_ISCD: '005930' }), 'output2');
  const early = await estimates(client);
  expect(early.map((row) => row['bsop_hour_gb'])).toEqual(['2', '1']);
  expect(early[1]).toMatchObject({ orgn_fake_ntby_qty: '0'.repeat(18) });
  expect(String(early[0]?.['frgn_fake_ntby_qty'])).toMatch(/^(?:\d{15}|-\d{14})000$/);
  sim.trade('005930', 'buy', 100_000, 70_100);
  sim.setClock({ now: monday + 5 * 3_600_000 });
  const late = await estimates(client);
  expect(late.map((row) => row['bsop_hour_gb'])).toEqual(['5', '4', '3', '2', '1']);
  expect(late.slice(3)).toEqual(early);
  const total = async (change: Record<string, string>) =>
    rows(
      await client.quotation('foreign-institution-total', 'FHPTJ04400000', {
        FID_COND_MRKT_DIV_CODE: 'V',
        FID_COND_SCR_DIV_CODE: '16449',
        FID_INPUT_ISCD: '0000',
        FID_DIV_CLS_CODE: '0',
        FID_RANK_SORT_CLS_CODE: '0',
        FID_ETC_CLS_CODE: '1',
        ...change,
      }),
      'output',
    );
  const bought = (await total({})).map((row) => number(row, 'frgn_ntby_qty'));
  expect(bought).toEqual(bought.toSorted((one, other) => other - one));
  const sold = await total({ FID_RANK_SORT_CLS_CODE: '1' });
  expect(number(sold[0], 'frgn_ntby_qty')).toBeLessThan(0);
  const samsung = [...(await total({})), ...sold].find((row) => row['mksc_shrn_iscd'] === '005930');
  expect(number(samsung, 'frgn_ntby_qty')).toBe(number(late[0], 'frgn_fake_ntby_qty'));
  const kinds = ['ivtr', 'bank', 'insu', 'mrbn', 'fund'].map((kind) => number(samsung, `${kind}_ntby_qty`));
  expect(sumOf(...kinds, number(samsung, 'etc_orgt_ntby_vol'))).toBe(number(samsung, 'orgn_ntby_qty'));
});

test('statements balance, and ratios and dividends come from them', async () => {
  const { client } = await start();
  const issue = { fid_cond_mrkt_div_code: 'J', fid_input_iscd: '005930' };
  const statement = async (trId: string, which: string) =>
    rows(await asked(client, trId, { ...issue, FID_DIV_CLS_CODE: which }), 'output');
  for (const which of ['0', '1']) {
    const [sheets, incomes, ratios] = [
      await statement('FHKST66430100', which),
      await statement('FHKST66430200', which),
      await statement('FHKST66430300', which),
    ];
    expect(sheets.length).toBe(which === '0' ? 10 : 30);
    for (const [index, sheet] of sheets.entries()) {
      const [income, ratio] = [incomes[index], ratios[index]];
      expect([income?.['stac_yymm'], ratio?.['stac_yymm']]).toEqual([sheet['stac_yymm'], sheet['stac_yymm']]);
      expect(number(sheet, 'total_aset')).toBe(number(sheet, 'total_lblt') + number(sheet, 'total_cptl'));
      expect(number(sheet, 'total_aset')).toBe(number(sheet, 'cras') + number(sheet, 'fxas'));
      expect(number(sheet, 'total_lblt')).toBe(number(sheet, 'flow_lblt') + number(sheet, 'fix_lblt'));
      expect(number(income, 'sale_totl_prfi')).toBe(number(income, 'sale_account') - number(income, 'sale_cost'));
      const debt = (number(sheet, 'total_lblt') / number(sheet, 'total_cptl')) * 100;
      expect(number(ratio, 'lblt_rate')).toBeCloseTo(debt, 2);
      const shares = (5_919_638 + 815_975) * 1000;
      expect(number(ratio, 'eps')).toBe(Math.round((number(income, 'thtr_ntin') * 100_000_000) / shares));
    }
  }
  const quarters = await statement('FHKST66430100', '1');
  // Three weeks after the day on which the third quarter's statements are due.
  expect(quarters.slice(0, 4).map((row) => row['stac_yymm'])).toEqual(['202609', '202606', '202603', '202512']);
  const [year, before] = await statement('FHKST66430300', '0');
  const [sales, salesBefore] = (await statement('FHKST66430200', '0')).map((row) => number(row, 'sale_account'));
  expect(number(year, 'grs')).toBeCloseTo(((sales ?? 0) / (salesBefore ?? 1) - 1) * 100, 2);
  expect(before?.['stac_yymm']).toBe('202412');
  expect(block(await client.quote())).toMatchObject({ eps: year?.['eps'], bps: year?.['bps'] });

  const calendar = { GB1: '0', F_DT: '20250101', T_DT: '20251231', SHT_CD: '005930' };
  const paid = rows(await asked(client, 'HHKDB669102C0', calendar));
  const dividend = sumOf(...paid.map((row) => number(row, 'per_sto_divi_amt')));
  expect(paid[0]).toMatchObject({ record_date: '20251231', divi_kind: '결산', face_val: '000000100' });
  expect(String(paid[0]?.['per_sto_divi_amt'])).toMatch(/^\d{12}$/);
  expect(dividend).toBeGreaterThan(0);
  const [other] = await statement('FHKST66430500', '0');
  expect(other?.['payout_rate']).toBe(((dividend / number(year, 'eps')) * 100).toFixed(2));
});

test('a fund has no statements, and its quote no earnings', async () => {
  const { client } = await start();
  const fund = { fid_cond_mrkt_div_code: 'J', fid_input_iscd: '069500', FID_DIV_CLS_CODE: '0' };
  expect((await asked(client, 'FHKST66430100', fund)).body).toMatchObject({ rt_cd: '0', output: [] });
  expect(block(await client.quote('069500'))['eps']).toBe('0.00');
});

test('what is made up is the same for the same seed and day, and not before its time', async () => {
  const news = async (client: Outsider, query: Record<string, string> = {}) =>
    rows(await client.quotation('news-title', 'FHKST01011800', query), 'output');
  const [{ client, sim }, { client: twin }, { client: stranger }] = [
    await start({ seed: 3 }),
    await start({ seed: 3 }),
    await start({ seed: 4 }),
  ];
  const titles = await news(client);
  expect(titles).toHaveLength(30);
  expect(await news(twin)).toEqual(titles);
  expect(await news(stranger)).not.toEqual(titles);
  for (const row of titles) expect(`${row['data_dt']}${row['data_tm']}` <= '20261123100000').toBe(true);
  const serials = titles.map((row) => String(row['cntt_usiq_srno']));
  expect(serials).toEqual(serials.toSorted().reverse());
  // The next page starts after the last headline's number.
  const next = await news(client, { FID_INPUT_SRNO: serials.at(-1) ?? '' });
  expect(String(next[0]?.['cntt_usiq_srno']) < String(serials.at(-1))).toBe(true);
  for (const row of await news(client, { FID_INPUT_ISCD: '005930' })) expect(row['iscd1']).toBe('005930');
  const vi = (who: Outsider) =>
    who.quotation('inquire-vi-status', 'FHPST01390000', {
      FID_DIV_CLS_CODE: '0',
      FID_COND_SCR_DIV_CODE: '20139',
      FID_MRKT_CLS_CODE: '0',
      FID_RANK_SORT_CLS_CODE: '0',
      FID_INPUT_DATE_1: '20261123',
    });
  const interruptions = (await vi(client)).body['output'] as readonly Json[];
  expect((await vi(twin)).body['output']).toEqual(interruptions);
  for (const row of interruptions) expect(String(row['vi_cncl_hour']) <= '100000').toBe(true);
  sim.setPrice('005930', 71_000);
  expect((await vi(client)).body['output']).toEqual(interruptions);
});

test('a target’s distance is taken from the price of now', async () => {
  const { client, sim } = await start();
  sim.setPrice('005930', 71_500);
  const query = { ...stock, FID_INPUT_DATE_1: '0020260101', FID_INPUT_DATE_2: '0020261123' };
  const answer = await client.quotation('invest-opinion', 'FHKST663300C0', {
    ...query,
    FID_COND_SCR_DIV_CODE: '16633',
  });
  const opinions = rows(answer, 'output');
  expect(opinions.length).toBeGreaterThan(5);
  for (const row of opinions) {
    expect(number(row, 'stft_esdg')).toBe(71_500 - number(row, 'hts_goal_prc'));
    expect(number(row, 'stck_nday_esdg')).toBe(number(row, 'stck_prdy_clpr') - number(row, 'hts_goal_prc'));
  }
  const one = { ...query, FID_COND_SCR_DIV_CODE: '16634', FID_INPUT_ISCD: '901', FID_DIV_CLS_CODE: '0' };
  const byBroker = rows(await client.quotation('invest-opbysec', 'FHKST663400C0', one), 'output');
  expect(new Set(byBroker.map((row) => row['mbcr_name']))).toEqual(new Set(['가나증권']));
});

test('saved conditions find by real figures; another person’s are not shown', async () => {
  const { client, sim } = await start();
  const screens = async (user: string) =>
    rows(await client.quotation('psearch-title', 'HHKST03900300', { user_id: user }), 'output2');
  const names = (await screens('hogasim')).map((row) => row['condition_nm']);
  expect(names).toEqual(['골든크로스 후보', '거래량 급증', '상한가 종목']);
  expect(await screens('somebody')).toEqual([]);
  const found = (seq: string) => client.quotation('psearch-result', 'HHKST03900400', { user_id: 'hogasim', seq });
  expect((await found('2')).body).toMatchObject({ rt_cd: '1', msg_cd: 'MCA05918' });
  const upper = sim.state().prices['112190']?.upper ?? 0;
  sim.setPrice('112190', upper);
  sim.trade('112190', 'buy', 90_000_000, upper);
  const [limit] = rows(await found('2'), 'output2');
  expect(limit).toMatchObject({
    code: '112190',
    daebi: '1',
    price: `${String(upper).padStart(11, '0')}.0000`,
    uplmtprice: `${String(upper).padStart(11)}.0000`,
  });
  const [busiest] = rows(await found('1'), 'output2');
  expect(busiest?.['code']).toBe('112190');
  const groups = await client.quotation('intstock-grouplist', 'HHKCM113004C7', {
    TYPE: '1',
    FID_ETC_CLS_CODE: '00',
    USER_ID: 'hogasim',
  });
  for (const group of rows(groups, 'output2')) {
    const issues = await client.quotation('intstock-stocklist-by-group', 'HHKCM113004C6', {
      TYPE: '1',
      USER_ID: 'hogasim',
      INTER_GRP_CODE: String(group['inter_grp_code']),
      FID_ETC_CLS_CODE: '4',
    });
    expect(block(issues, 'output1')['inter_grp_name']).toBe(group['inter_grp_name']);
    expect(rows(issues, 'output2')).toHaveLength(number(group, 'ask_cnt'));
  }
});
