// @ts-nocheck
import { expect, test } from 'vitest';
import { block, monday, Outsider, rows, start } from './support.ts';

test('the second after so many calls is refused, for each key by itself', async () => {
  const { client, clock, sim } = await start({ callsPerSecond: 2 });
  const other = await new Outsider(sim.restUrl, { appKey: 'a-neighbour-key' }).login();
  expect((await client.quote()).status).toBe(200);
  clock.advance(400);
  expect((await client.quote()).status).toBe(200);
  expect(await client.quote()).toMatchObject({
    status: 500,
    body: { rt_cd: '1', msg1: '초당 거래건수를 초과하였습니다.', msg_cd: 'EGW00201', message: 'EGW00201' },
  });
  expect((await other.quote()).status).toBe(200);
  clock.advance(600);
  expect((await client.quote()).status).toBe(200);
  expect((await client.quote()).status).toBe(500);
  expect(sim.state().requests).toMatchObject({ throttled: 2, byTr: { FHKST01010100: 6 } });
});

test('paper takes one call a second', async () => {
  const { client, clock } = await start({ kind: 'paper', callsPerSecond: 1 });
  expect((await client.quote()).status).toBe(200);
  expect((await client.quote()).body['msg_cd']).toBe('EGW00201');
  clock.advance(1_000);
  expect((await client.quote()).status).toBe(200);
});

test('TR ids belong to a host', async () => {
  const live = await start();
  const paper = await start({ kind: 'paper' });
  const balance = '/uapi/domestic-stock/v1/trading/inquire-balance';
  const code = async ({ client }: typeof live, path: string, trId: string) => {
    const { status, body } = await client.get(path, {}, client.headers(trId));
    return [status, body['msg_cd']];
  };
  expect(await code(live, balance, 'VTTC8434R')).toEqual([500, 'EGW02005']);
  expect(await code(paper, balance, 'TTTC8434R')).toEqual([500, 'EGW02006']);
  const holidays = '/uapi/domestic-stock/v1/quotations/chk-holiday';
  expect(await code(paper, holidays, 'CTCA0903R')).toEqual([500, 'EGW02006']);
  const pending = '/uapi/domestic-stock/v1/trading/inquire-psbl-rvsecncl';
  expect(await code(paper, pending, 'VTTC8036R')).toEqual([200, '90000000']);
  expect(await code(live, balance, 'TTTC9999R')).toEqual([200, 'OPSQ0002']);
  expect(await code(live, balance, '')).toEqual([200, 'OPSQ9999']);
  expect(await code(live, '/uapi/domestic-stock/v1/trading/nothing', 'TTTC8434R')).toEqual([500, 'EGW00203']);
});

test('older TR ids still work', async () => {
  const { client } = await start();
  const order = {
    CANO: '50000000',
    ACNT_PRDT_CD: '01',
    PDNO: '005930',
    ORD_DVSN: '01',
    ORD_QTY: '1',
    ORD_UNPR: '0',
  };
  const path = '/uapi/domestic-stock/v1/trading/order-cash';
  expect((await client.post(path, order, client.headers('TTTC0802U'))).body['msg_cd']).toBe('APBK0013');
});

test('the account is checked, and its fields are read in upper case alone', async () => {
  const { client } = await start();
  const path = '/uapi/domestic-stock/v1/trading/order-cash';
  const code = async (body: Record<string, unknown>) => {
    const answer = await client.post(path, body, client.headers('TTTC0012U'));
    return [answer.body['rt_cd'], answer.body['msg_cd'], answer.body['msg1']];
  };
  const order = { PDNO: '005930', ORD_DVSN: '00', ORD_QTY: '1', ORD_UNPR: '69000' };
  const refused = ['2', 'OPSQ2000', 'ERROR : INPUT INVALID_CHECK_ACNO'];
  expect(await code({ cano: '50000000', acnt_prdt_cd: '01', ...order })).toEqual(refused);
  expect(await code({ CANO: '12345678', ACNT_PRDT_CD: '01', ...order })).toEqual(refused);
  expect(await code({ CANO: '5000', ACNT_PRDT_CD: '01', ...order })).toEqual([
    '7',
    'APAC0081',
    '계좌번호 입력 오류입니다',
  ]);
  const account = { CANO: '50000000', ACNT_PRDT_CD: '01' };
  expect((await code({ ...account, ...order, ORD_QTY: 1 })).slice(1)).toEqual([
    'OPSQ2001',
    'ERROR : INPUT INVALID_CHECK_ORD_QTY',
  ]);
  expect((await code({ ...account, ...order, PDNO: '5930' }))[1]).toBe('IGW00017');
  const { PDNO: _none, ...withoutSymbol } = order;
  expect((await code({ ...account, ...withoutSymbol }))[1]).toBe('IGW00017');
});

test('quotations read their names in either case, and name what is missing', async () => {
  const { client } = await start();
  const lower = { fid_cond_mrkt_div_code: 'J', fid_input_iscd: '005930' };
  expect((await client.quotation('inquire-price', 'FHKST01010100', lower)).body['msg_cd']).toBe('MCA00000');
  const without = await client.quotation('inquire-price', 'FHKST01010100', { FID_INPUT_ISCD: '005930' });
  expect(without.body).toMatchObject({ rt_cd: '1', msg1: 'ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE' });
  expect((await client.quote('000001')).body).toMatchObject({ rt_cd: '1', msg_cd: 'MCA05918' });
});

test('long answers come in pages, by header and context keys', async () => {
  for (const kind of ['live', 'paper'] as const) {
    const { client } = await start({ kind, cash: 1_000_000_000 });
    const size = kind === 'live' ? 100 : 15;
    for (let count = 0; count < size * 2 + 1; count += 1) await client.order('buy', { ORD_QTY: '1' });
    const pages = [await client.executions()];
    for (;;) {
      const last = pages.at(-1);
      if (last?.trCont !== 'F' && last?.trCont !== 'M') break;
      const context = {
        CTX_AREA_FK100: String(last.body['ctx_area_fk100']),
        CTX_AREA_NK100: String(last.body['ctx_area_nk100']),
      };
      pages.push(await client.executions(context, { tr_cont: 'N' }));
    }
    expect(pages.map((page) => [page.trCont, rows(page).length])).toEqual([
      ['F', size],
      ['M', size],
      ['D', 1],
    ]);
    expect(new Set(pages.flatMap((page) => rows(page).map((row) => row['odno']))).size).toBe(size * 2 + 1);
    expect(String(pages[0]?.body['ctx_area_nk100'])).toHaveLength(100);
    expect(pages[0]?.body['msg_cd']).toBe(kind === 'live' ? 'KIOK0500' : '20310000');
  }
});

test('account queries pad their text to eighty bytes', async () => {
  const { client } = await start();
  const { msg1, msg_cd } = (await client.balance()).body;
  expect(msg_cd).toBe('KIOK0510');
  expect(msg1).toBe(`조회가 완료되었습니다${' '.repeat(59)}`);
  expect((await client.quote()).body['msg1']).toBe('정상처리 되었습니다.');
});

test('paper says in its own way that there is nothing', async () => {
  const { client } = await start({ kind: 'paper' });
  const { body } = await client.executions();
  expect(body).toMatchObject({ rt_cd: '0', msg_cd: '70070000', output1: [] });
});

test('the doors answer in JSON, and bad input in a line', async () => {
  const { sim, client } = await start();
  const door = async (method: string, name: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${sim.restUrl}/__sim/${name}`, init);
    return [response.status, await response.json()];
  };
  expect(await door('POST', 'price', { symbol: '005930', price: 71_000 })).toEqual([200, { ok: true }]);
  expect(block(await client.quote())['stck_prpr']).toBe('71000');
  expect(await door('POST', 'price', { symbol: '005930', price: 71_050 })).toEqual([
    400,
    { error: 'price: 71050 is off the tick grid of 005930' },
  ]);
  expect(await door('POST', 'price', { symbol: '005930' })).toEqual([400, { error: expect.stringContaining('price') }]);
  expect(await door('POST', 'trade', { symbol: '005930', side: 'buy', quantity: 3 })).toEqual([200, { ok: true }]);
  expect(await door('POST', 'clock', { now: monday + 1_000, session: 'closed' })).toEqual([200, { ok: true }]);
  expect((await door('POST', 'clock', {}))[0]).toBe(400);
  expect(await door('GET', 'state')).toEqual([200, JSON.parse(JSON.stringify(sim.state()))]);
  expect(sim.state().clock).toMatchObject({ now: monday + 1_000, session: 'closed', open: false });
  expect(await door('POST', 'faults', [{ on: 'order', fault: 'cut' }])).toEqual([200, { ok: true }]);
  expect(sim.state().faultsLeft).toBe(1);
  expect((await door('POST', 'faults', [{ fault: 'nonsense' }]))[0]).toBe(400);
  expect(await door('DELETE', 'faults')).toEqual([200, { ok: true }]);
  expect(sim.state().faultsLeft).toBe(0);
  expect((await door('GET', 'nowhere'))[0]).toBe(404);
});
