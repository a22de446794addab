import { describe, expect, test } from 'vitest';
import { type Answer, monday, type Outsider, rows, start } from '../support.ts';

const evening = monday + 6 * 3_600_000;
const body = {
  CANO: '50000000',
  ACNT_PRDT_CD: '01',
  PDNO: '005930',
  ORD_QTY: '10',
  ORD_UNPR: '70000',
  SLL_BUY_DVSN_CD: '02',
  ORD_DVSN_CD: '00',
  ORD_OBJT_CBLC_DVSN_CD: '10',
};
const path = '/uapi/domestic-stock/v1/trading/order-resv';
const schedule = (client: Outsider, change: Record<string, string> = {}): Promise<Answer> =>
  client.post(path, { ...body, ...change }, client.headers('CTSC0008U'));
const list = (client: Outsider, change: Record<string, string> = {}, more: Record<string, string> = {}) =>
  client.query(
    'order-resv-ccnl',
    'CTSC0004R',
    {
      RSVN_ORD_ORD_DT: '20261101',
      RSVN_ORD_END_DT: '20261231',
      TMNL_MDIA_KIND_CD: '00',
      PRCS_DVSN_CD: '0',
      CNCL_YN: 'Y',
      RSVN_ORD_SEQ: '',
      PDNO: '',
      SLL_BUY_DVSN_CD: '',
      CTX_AREA_FK200: '',
      CTX_AREA_NK200: '',
      ...change,
    },
    more,
  );
const inEvening = async () => {
  const parts = await start({ hours: 'live' });
  parts.sim.setClock({ now: evening });
  return parts;
};

describe('scheduled orders', () => {
  test('are taken in their hours alone', async () => {
    const { client, sim } = await inEvening();
    expect((await schedule(client)).body).toMatchObject({ msg_cd: 'APBK2938', output: { RSVN_ORD_SEQ: '116400' } });
    sim.setClock({ now: monday });
    expect((await schedule(client)).body).toMatchObject({ rt_cd: '7', msg_cd: 'KIER3672' });
  });

  test('paper has none', async () => {
    const { client } = await start({ kind: 'paper' });
    expect((await schedule(client)).body['rt_cd']).not.toBe('0');
    expect((await list(client)).body['rt_cd']).not.toBe('0');
  });

  test('are listed by twenties, to the end', async () => {
    const { client, sim } = await inEvening();
    for (let count = 0; count < 45; count += 1) {
      sim.scheduleElsewhere({ symbol: '005930', side: 'buy', quantity: 1, price: 70_000 });
    }
    const first = await list(client);
    expect([rows(first, 'output').length, first.trCont]).toEqual([20, 'F']);
    const next = (answer: Answer) =>
      list(client, { CTX_AREA_NK200: String(answer.body['ctx_area_nk200']) }, { tr_cont: 'N' });
    const second = await next(first);
    const third = await next(second);
    expect([rows(second, 'output').length, second.trCont]).toEqual([20, 'M']);
    expect([rows(third, 'output').length, third.trCont]).toEqual([5, 'D']);
  });

  test('become orders when the venue takes orders on their day, and not before', async () => {
    const { client, sim } = await inEvening();
    await schedule(client);
    await schedule(client, { ORD_UNPR: '70050' });
    sim.setClock({ now: evening + 16 * 3_600_000 + 29 * 60_000 });
    expect(sim.state().orders).toEqual([]);
    sim.setClock({ now: evening + 16 * 3_600_000 + 31 * 60_000 });
    expect(sim.state().orders).toMatchObject([{ quantity: 10, price: 70_000, day: '20261124' }]);
    expect(rows(await list(client), 'output')).toMatchObject([
      { prcs_rslt: '처리', odno: sim.state().orders[0]?.number, rjct_rson2: '' },
      { prcs_rslt: '미처리', odno: '', rjct_rson2: '주식주문호가단위 오류입니다.' },
    ]);
  });

  test('that are cancelled are not listed any more; those sent cannot be', async () => {
    const { client, sim } = await inEvening();
    await schedule(client);
    const cancel = () =>
      client.post(
        `${path}-rvsecncl`,
        { ...body, RSVN_ORD_SEQ: '116400', RSVN_ORD_ORGNO: '001', RSVN_ORD_ORD_DT: '20261124' },
        client.headers('CTSC0009U'),
      );
    expect((await cancel()).body).toMatchObject({ msg_cd: 'KIOK0430', output: { NRML_PRCS_YN: 'Y' } });
    expect(rows(await list(client), 'output')).toEqual([]);
    expect((await cancel()).body).toMatchObject({ rt_cd: '7', msg_cd: 'APBK0344' });
    expect(sim.state().scheduled).toMatchObject([{ cancelled: true, orders: [] }]);
  });
});
