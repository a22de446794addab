import { createDecipheriv } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { block, Outsider, orderNumberOf, RawSocket, rows } from './support.ts';

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
  expect(state.fills).toEqual([{ order: number, symbol: '005930', side: 'buy', quantity: 3, price: 70_000, ...at }]);
  expect(state.accounts[0]?.cash).toEqual({ deposit: 10_000_000, settled: 9_789_971, orderable: 9_789_971 });
  expect(state.sockets).toMatchObject({ open: 1, registrations: 2, opened: 1 });
});
