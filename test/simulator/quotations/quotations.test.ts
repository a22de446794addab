import { unzipSync } from 'fflate';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { block, type Json, rows, start } from '../support.ts';

test('daily bars end at the base price, newest first, a hundred at most', async () => {
  const { client, sim } = await start();
  sim.setPrice('005930', 70_500);
  const chart = (period: string, from: string) =>
    client.quotation('inquire-daily-itemchartprice', 'FHKST03010100', {
      FID_COND_MRKT_DIV_CODE: 'J',
      FID_INPUT_ISCD: '005930',
      FID_INPUT_DATE_1: from,
      FID_INPUT_DATE_2: '20261123',
      FID_PERIOD_DIV_CODE: period,
      FID_ORG_ADJ_PRC: '0',
    });
  const days = rows(await chart('D', '20200101'), 'output2');
  expect(days).toHaveLength(100);
  expect(days[0]).toMatchObject({ stck_bsop_date: '20261123', stck_clpr: '70500' });
  expect(days[1]).toMatchObject({ stck_bsop_date: '20261120', stck_clpr: '70000' });
  // The exam day opened late; Hangul day was closed.
  const dates = days.map((row) => row['stck_bsop_date']);
  expect(dates).toContain('20261119');
  expect(dates).not.toContain('20261009');
  for (const row of days) {
    const [open, high, low, close] = ['stck_oprc', 'stck_hgpr', 'stck_lwpr', 'stck_clpr'].map((name) =>
      Number(row[name]),
    );
    expect(high).toBeGreaterThanOrEqual(Math.max(open ?? 0, close ?? 0));
    expect(low).toBeLessThanOrEqual(Math.min(open ?? 0, close ?? 0));
  }
  const months = rows(await chart('M', '20260901'), 'output2').map((row) => String(row['stck_bsop_date']).slice(0, 6));
  expect(months).toEqual(['202611', '202610', '202609']);
});

test('minutes come thirty at a time, and the future is filled with the present', async () => {
  const { client, clock, sim } = await start();
  const minutes = async (hour: string) =>
    rows(
      await client.quotation('inquire-time-itemchartprice', 'FHKST03010200', {
        FID_COND_MRKT_DIV_CODE: 'J',
        FID_INPUT_ISCD: '005930',
        FID_INPUT_HOUR_1: hour,
        FID_PW_DATA_INCU_YN: 'Y',
        FID_ETC_CLS_CODE: '',
      }),
      'output2',
    );
  clock.advance(60_000);
  sim.setPrice('005930', 70_300);
  const now = await minutes('100100');
  expect(now).toHaveLength(30);
  expect(now[0]).toMatchObject({ stck_cntg_hour: '100100', stck_prpr: '70300', stck_hgpr: '70300' });
  expect(now[1]).toMatchObject({ stck_cntg_hour: '095900', stck_prpr: '70000' });
  expect((await minutes('091000')).map((row) => row['stck_cntg_hour']).slice(0, 2)).toEqual(['091000', '090900']);
  const ahead = await minutes('100300');
  expect(ahead.slice(0, 3).map((row) => [row['stck_cntg_hour'], row['stck_prpr'], row['cntg_vol']])).toEqual([
    ['100300', '70300', '0'],
    ['100200', '70300', '0'],
    ['100100', '70300', now[0]?.['cntg_vol']],
  ]);
});

test('many issues are quoted at once', async () => {
  const { client } = await start();
  const answer = await client.quotation('intstock-multprice', 'FHKST11300006', {
    FID_COND_MRKT_DIV_CODE_1: 'J',
    FID_INPUT_ISCD_1: '005930',
    FID_COND_MRKT_DIV_CODE_2: 'J',
    FID_INPUT_ISCD_2: '247540',
  });
  expect(rows(answer, 'output')).toMatchObject([
    { inter_shrn_iscd: '005930', inter_kor_isnm: '삼성전자', inter2_prpr: '70000' },
    { inter_shrn_iscd: '247540', inter_kor_isnm: '에코프로비엠' },
  ]);
});

test('the calendar knows the holidays, and goes on page by page', async () => {
  const { client } = await start({ hours: 'live' });
  const calendar = (context: string, trCont: string) =>
    client.get(
      '/uapi/domestic-stock/v1/quotations/chk-holiday',
      { BASS_DT: '20261220', CTX_AREA_FK: '', CTX_AREA_NK: context },
      client.headers('CTCA0903R', { tr_cont: trCont }),
    );
  const first = await calendar('', '');
  expect(first).toMatchObject({ trCont: 'F', body: { msg_cd: 'KIOK0500', ctx_area_nk: '20270112            ' } });
  const byDay = new Map(rows(first, 'output').map((row) => [row['bass_dt'], row]));
  expect(byDay.size).toBe(24);
  expect(byDay.get('20261225')).toMatchObject({ opnd_yn: 'N', bzdy_yn: 'N', wday_dvsn_cd: '06', tr_day_yn: 'Y' });
  expect(byDay.get('20261226')).toMatchObject({ opnd_yn: 'N', wday_dvsn_cd: '07' });
  expect(byDay.get('20261230')).toMatchObject({ opnd_yn: 'Y', bzdy_yn: 'Y', sttl_day_yn: 'Y' });
  expect(byDay.get('20261231')).toMatchObject({ opnd_yn: 'N', bzdy_yn: 'Y', sttl_day_yn: 'N' });
  expect(byDay.get('20270104')).toMatchObject({ opnd_yn: 'Y', wday_dvsn_cd: '02' });
  const second = await calendar('20270112', 'N');
  expect(rows(second, 'output')[0]).toMatchObject({ bass_dt: '20270113' });
  expect(second.trCont).toBe('M');
});

test.each([
  ['2026-11-23T08:29:00+09:00', 'closed'],
  ['2026-11-23T08:30:00+09:00', 'opening-auction'],
  ['2026-11-23T09:00:00+09:00', 'regular'],
  ['2026-11-23T15:20:00+09:00', 'closing-auction'],
  ['2026-11-23T15:30:00+09:00', 'post-close'],
  ['2026-11-23T16:00:00+09:00', 'after-market'],
  ['2026-11-23T20:00:00+09:00', 'closed'],
  ['2026-11-22T10:00:00+09:00', 'holiday'],
  ['2026-12-31T10:00:00+09:00', 'holiday'],
  ['2027-01-04T09:10:00+09:00', 'closed'],
  ['2027-01-04T09:30:00+09:00', 'opening-auction'],
  ['2027-01-04T10:00:00+09:00', 'regular'],
  ['2026-11-19T16:00:00+09:00', 'regular'],
  ['2026-11-19T16:20:00+09:00', 'closing-auction'],
])('at %s KRX is in %s', async (iso, session) => {
  const { sim } = await start({ hours: 'live' });
  sim.setClock({ now: Date.parse(iso) });
  expect(sim.state().clock.session).toBe(session);
});

test('a market that never closes is open on a Sunday, and says so', async () => {
  const { client, sim } = await start();
  sim.setClock({ now: Date.parse('2026-11-22T23:00:00+09:00') });
  expect(sim.state().clock).toMatchObject({ session: 'regular', open: true });
  const answer = await client.quotation('chk-holiday', 'CTCA0903R', {
    BASS_DT: '20261122',
    CTX_AREA_FK: '',
    CTX_AREA_NK: '',
  });
  expect(rows(answer, 'output')[0]).toMatchObject({ bass_dt: '20261122', opnd_yn: 'Y' });
});

test('master files have the real width, in cp949', async () => {
  const { sim } = await start();
  const download = async (name: string) => {
    const response = await fetch(`${sim.restUrl}/common/master/${name}.zip`);
    const file = unzipSync(new Uint8Array(await response.arrayBuffer()))[name] ?? new Uint8Array();
    return Buffer.from(file);
  };
  const text = (record: Buffer, start: number, width: number) =>
    iconv.decode(record.subarray(start, start + width), 'cp949').trim();
  const kospi = await download('kospi_code.mst');
  expect(kospi.length % 289).toBe(0);
  const first = kospi.subarray(0, 289);
  expect(first.at(-1)).toBe(10);
  expect([text(first, 0, 9), text(first, 9, 12), text(first, 21, 40), text(first, 61, 2), text(first, 102, 9)]).toEqual(
    ['005930', 'KR7005930003', '삼성전자', 'ST', '000070000'],
  );
  const groups = Array.from({ length: kospi.length / 289 }, (_, index) => text(kospi.subarray(index * 289), 61, 2));
  expect(groups.filter((group) => group === 'EF')).toHaveLength(2);
  expect((await download('kosdaq_code.mst')).length % 283).toBe(0);
  expect(text((await download('konex_code.mst')).subarray(0, 246), 61, 2)).toBe('KN');
});

test('a quote’s figures fit together', async () => {
  const { client, sim } = await start();
  sim.setPrice('005930', 68_000);
  const quote = block(await client.quote()) as Json & Record<string, string>;
  expect(quote).toMatchObject({ prdy_vrss: '-2000', prdy_vrss_sign: '5', prdy_ctrt: '-2.86', aspr_unit: '100' });
  expect(Number(quote['stck_lwpr'])).toBe(68_000);
  sim.setPrice('005930', 91_000);
  expect(block(await client.quote())).toMatchObject({ prdy_vrss_sign: '1', stck_hgpr: '91000' });
});
