import { createDecipheriv } from 'node:crypto';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type RestFact, restFacts } from '../support/kis-facts/index.ts';
import { block, ManualClock, Outsider, orderNumberOf, RawSocket, rows } from './support.ts';

function open(payload: string, key: string, iv: string): readonly string[] {
  const decipher = createDecipheriv('aes-256-cbc', Buffer.from(key), Buffer.from(iv));
  return Buffer.concat([decipher.update(payload, 'base64'), decipher.final()])
    .toString('utf8')
    .split('^');
}

test('a client that knows only KIS trades for a day', async () => {
  const sim = await startSimulator({ clock: systemClock, speed: 0 });
  onTestFinished(() => sim.stop());
  const client = await new Outsider(sim.restUrl).login();

  const quote = block(await client.quote());
  expect(quote).toMatchObject({ stck_prpr: '70000', stck_sdpr: '70000', stck_mxpr: '91000', stck_llam: '49000' });
  const book = block(
    await client.quotation('inquire-asking-price-exp-ccn', 'FHKST01010200', {
      FID_COND_MRKT_DIV_CODE: 'J',
      FID_INPUT_ISCD: '005930',
    }),
    'output1',
  );
  expect(Number(book['askp1'])).toBeGreaterThan(Number(book['bidp1']));
  expect(rows(await client.balance())).toEqual([]);
  expect(block(await client.buyingPower('005930', '00', '70000'))).toMatchObject({
    ord_psbl_cash: '10000000',
    nrcvb_buy_qty: '142',
  });

  const socket = await new RawSocket(sim.wsUrl).opened();
  const approval = await client.approvalKey();
  expect((await socket.subscribe(approval, 'H0STCNT0', '005930')).body).toMatchObject({ msg_cd: 'OPSP0000' });
  const ack = await socket.subscribe(approval, 'H0STCNI0', 'hogasim');
  expect(ack.header).toEqual({ tr_id: 'H0STCNI0', tr_key: 'hogasim', encrypt: 'Y' });
  const { iv, key } = ack.body.output ?? { iv: '', key: '' };
  expect([iv.length, key.length]).toEqual([16, 32]);

  const ordered = await client.order('buy', { ORD_UNPR: String(book['askp1']), ORD_QTY: '3' });
  expect(ordered.body).toMatchObject({ rt_cd: '0', msg_cd: 'APBK0013', msg1: '주문 전송 완료 되었습니다.' });
  expect(block(ordered)).toEqual({
    KRX_FWDG_ORD_ORGNO: '06010',
    ODNO: expect.stringMatching(/^\d{10}$/),
    ORD_TMD: expect.stringMatching(/^\d{6}$/),
  });

  const trade = (await socket.next()).split('|');
  expect([trade[0], trade[1], trade[2], trade[3]?.split('^').length]).toEqual(['0', 'H0STCNT0', '001', 47]);
  expect(trade[3]?.split('^').slice(0, 5)).toEqual(['005930', expect.any(String), '70000', '3', '0']);
  expect(trade[3]?.split('^')[12]).toBe('3');
  const notices = [];
  for (let count = 0; count < 2; count += 1) {
    const [flag, trId, records, payload] = (await socket.next()).split('|');
    expect([flag, trId, records]).toEqual(['1', 'H0STCNI0', '001']);
    notices.push(open(payload ?? '', key, iv));
  }
  const number = orderNumberOf(ordered);
  const [accepted, filled] = notices;
  expect(accepted).toHaveLength(26);
  expect(accepted?.slice(0, 11)).toEqual([
    'hogasim',
    '5000000001',
    number,
    '',
    '02',
    '0',
    '00',
    '0',
    '005930',
    '0000000003',
    '000070000',
  ]);
  expect(accepted?.slice(12, 15)).toEqual(['0', '1', '1']);
  expect(filled?.slice(12, 15)).toEqual(['0', '2', '2']);
  expect(filled?.slice(15)).toEqual([
    '06010',
    '000000003',
    '홍길동',
    '',
    '1',
    'Y',
    '',
    '10',
    '',
    '삼성전자',
    '000070000',
  ]);

  const execution = rows(await client.executions({ INQR_STRT_DT: '20200101', INQR_END_DT: '20991231' }))[0];
  expect(execution).toMatchObject({
    odno: number,
    tot_ccld_qty: '3',
    rmn_qty: '0',
    avg_prvs: '70000',
    tot_ccld_amt: '210000',
    ordr_empno: 'OpnAPI',
  });
  const balance = await client.balance();
  expect(rows(balance)[0]).toMatchObject({ pdno: '005930', hldg_qty: '3', pchs_avg_pric: '70000.0000' });
  expect(rows(balance, 'output2')[0]).toMatchObject({
    dnca_tot_amt: '10000000',
    prvs_rcdl_excc_amt: '9789971',
    thdt_buy_amt: '210000',
    thdt_tlex_amt: '29',
  });

  // What the simulator knows is what it told.
  const state = sim.state();
  const at = { time: expect.any(String), at: expect.any(Number) };
  expect(state.fills).toEqual([
    { account: '50000000-01', order: number, symbol: '005930', side: 'buy', quantity: 3, price: 70_000, ...at },
  ]);
  expect(state.accounts[0]?.cash).toEqual({ deposit: 10_000_000, settled: 9_789_971, orderable: 9_789_971 });
  expect(state.sockets).toMatchObject({ open: 1, registrations: 2, opened: 1 });
});

interface Heard {
  /** Names in the case in which they came. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks without a client that changes the case of header names. */
function hear(url: string, headers: Readonly<Record<string, string>>): Promise<Heard> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const raw = response.rawHeaders;
        const names = raw.filter((_, index) => index % 2 === 0);
        resolve({
          headers: Object.fromEntries(names.map((name, index) => [name, raw[2 * index + 1] ?? ''])),
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>,
        });
      });
    }).on('error', reject);
  });
}

/** What KIS's published client keeps of the headers: those in lower case, as the fields of an object. */
function fieldsOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(([name]) => name === name.toLowerCase());
  // It cannot make an object otherwise.
  for (const [name] of kept) expect(name).toMatch(/^[a-z_][a-z0-9_]*$/);
  return Object.fromEntries(kept);
}

describe("KIS's published samples, unmodified but for hosts", () => {
  let sim: Simulator;
  let client: Outsider;
  beforeAll(async () => {
    sim = await startSimulator({
      clock: new ManualClock(),
      speed: 0,
      callsPerSecond: 1_000,
      holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }],
    });
    client = await new Outsider(sim.restUrl).login();
  });
  afterAll(() => sim.stop());

  /** Where a sample's own value is about somebody's account, or about an issue that is not traded here. */
  const local: Readonly<Record<string, string>> = {
    CANO: '50000000',
    ACNT_PRDT_CD: '01',
    USER_ID: 'hogasim',
    SEQ: '1',
    INTER_GRP_CODE: '001',
    'FID_INPUT_ISCD_{N}': '005930',
  };

  const reads = restFacts.filter(({ method }) => method === 'GET');
  test.each(reads.map((fact) => [fact.id, fact] as const))('%s', async (_id, fact) => {
    const query = new URLSearchParams(
      Object.fromEntries(
        fact.input
          .map((name) => name.replace('?', ''))
          .map((name) => [
            name.replace('{n}', '1'),
            local[name.toUpperCase()] ?? fact.sample[name] ?? ownValue(fact, name),
          ]),
      ),
    );
    const { headers, body } = await hear(`${sim.restUrl}${fact.path}?${query}`, client.headers(fact.live));
    expect(body['rt_cd'], JSON.stringify(body)).toBe('0');
    expect(fieldsOf(headers)).toMatchObject({
      tr_id: fact.live,
      tr_cont: expect.any(String),
      gt_uid: expect.stringMatching(/^\d+$/),
    });
    expect(headers['Content-Type']).toContain('application/json');
    for (const [block, { shape, fields }] of Object.entries(fact.output)) {
      const held = body[block];
      expect(Array.isArray(held), block).toBe(shape === 'list');
      const [row] = [held].flat() as readonly (Record<string, unknown> | undefined)[];
      if (row === undefined) continue;
      const given = new Set(Object.keys(row).map((name) => name.toLowerCase()));
      const wanted = [...fields, ...(fact.seen[block] ?? [])].map((name) => name.toLowerCase());
      expect(
        wanted.filter((name) => !given.has(name)),
        block,
      ).toEqual([]);
    }
  });

  test('a refusal carries its headers in the same case', async () => {
    const url = `${sim.restUrl}/uapi/domestic-stock/v1/quotations/inquire-price?FID_COND_MRKT_DIV_CODE=Z&FID_INPUT_ISCD=005930`;
    const { headers, body } = await hear(url, client.headers('FHKST01010100'));
    expect(body).toMatchObject({ rt_cd: '2', msg_cd: 'OPSQ2001' });
    expect(fieldsOf(headers)).toMatchObject({ tr_id: 'FHKST01010100' });
  });
});

/** A sample without a value sends the first one that is documented, or a blank. */
function ownValue(fact: RestFact, name: string): string {
  return fact.values[name]?.[0] ?? '';
}

test('a client in the manner of python-kis: old ids, its own parameters, and the fields it cannot do without', async () => {
  const sim = await startSimulator({
    clock: new ManualClock(),
    speed: 0,
    callsPerSecond: 1_000,
    holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }],
  });
  onTestFinished(() => sim.stop());
  const client = await new Outsider(sim.restUrl).login();
  const account = { CANO: '50000000', ACNT_PRDT_CD: '01', CTX_AREA_FK100: '', CTX_AREA_NK100: '' };
  const ask = (path: string, trId: string, query: Record<string, string>) =>
    client.get(`/uapi/domestic-stock/v1/${path}`, query, client.headers(trId));
  const filled = (row: Readonly<Record<string, unknown>> | undefined, names: string): void => {
    for (const name of names.split(' ')) expect(String(row?.[name] ?? ''), name).not.toBe('');
  };

  filled(
    block(await ask('quotations/search-info', 'CTPF1604R', { PDNO: '005930', PRDT_TYPE_CD: '300' })),
    'shtn_pdno std_pdno prdt_abrv_name prdt_name120 prdt_eng_abrv_name prdt_eng_name120 prdt_type_cd',
  );
  const issue = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' };
  filled(
    block(await ask('quotations/inquire-price', 'FHKST01010100', issue)),
    'stck_shrn_iscd stck_prpr acml_vol hts_avls prdy_vrss_sign temp_stop_yn per pbr w52_hgpr_date stck_mxpr stck_sdpr',
  );
  const [minute] = rows(
    await ask('quotations/inquire-time-itemchartprice', 'FHKST03010200', {
      ...issue,
      FID_ETC_CLS_CODE: '',
      FID_INPUT_HOUR_1: '000000',
      FID_PW_DATA_INCU_YN: 'N',
    }),
    'output2',
  );
  filled(minute, 'stck_bsop_date stck_cntg_hour stck_prpr cntg_vol');
  const [day] = rows(
    await ask('quotations/inquire-daily-itemchartprice', 'FHKST03010100', {
      ...issue,
      FID_INPUT_DATE_1: '00000101',
      FID_INPUT_DATE_2: '20261123',
      FID_PERIOD_DIV_CODE: 'D',
      FID_ORG_ADJ_PRC: '1',
    }),
    'output2',
  );
  filled(day, 'stck_bsop_date stck_clpr flng_cls_code prtt_rate prdy_vrss_sign');
  const balance = {
    ...account,
    AFHR_FLPR_YN: 'N',
    OFL_YN: '',
    UNPR_DVSN: '01',
    FUND_STTL_ICLD_YN: 'Y',
    FNCG_AMT_AUTO_RDPT_YN: 'N',
    PRCS_DVSN: '00',
  };
  // Releases before KIS's notice of 2026-02-10 are refused there, too.
  expect((await ask('trading/inquire-balance', 'TTTC8434R', { ...balance, INQR_DVSN: '02' })).body).toMatchObject({
    rt_cd: '2',
    msg_cd: 'OPSQ2001',
    msg1: 'ERROR : INPUT INVALID_CHECK_INQR_DVSN',
  });
  const [held] = rows(await ask('trading/inquire-balance', 'TTTC8434R', { ...balance, INQR_DVSN: '01' }));
  filled(held, 'pdno prdt_name hldg_qty ord_psbl_qty pchs_avg_pric pchs_amt prpr evlu_pfls_rt');

  const placed = await client.post(
    '/uapi/domestic-stock/v1/trading/order-cash',
    { CANO: '50000000', ACNT_PRDT_CD: '01', PDNO: '005930', ORD_DVSN: '00', ORD_QTY: '2', ORD_UNPR: '69000' },
    client.headers('TTTC0802U'),
  );
  expect(placed.body).toMatchObject({ rt_cd: '0' });
  const pending = { ...account, INQR_DVSN_1: '1', INQR_DVSN_2: '0' };
  const [open] = rows(await ask('trading/inquire-psbl-rvsecncl', 'TTTC8036R', pending), 'output');
  filled(open, 'ord_gno_brno odno pdno ord_qty ord_unpr tot_ccld_qty psbl_qty sll_buy_dvsn_cd ord_dvsn_cd');
  const [executed] = rows(
    await ask('trading/inquire-daily-ccld', 'TTTC8001R', {
      ...account,
      INQR_STRT_DT: '20261123',
      INQR_END_DT: '20261123',
      SLL_BUY_DVSN_CD: '00',
      INQR_DVSN: '00',
      PDNO: '',
      CCLD_DVSN: '00',
      ORD_GNO_BRNO: '',
      ODNO: '',
      INQR_DVSN_3: '00',
      INQR_DVSN_1: '',
    }),
  );
  filled(
    executed,
    'ord_dt ord_tmd pdno ord_gno_brno odno prdt_name sll_buy_dvsn_cd ord_qty tot_ccld_qty rmn_qty rjct_qty excg_dvsn_cd',
  );
});
