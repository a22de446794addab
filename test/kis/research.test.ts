import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKis, type Kis, type KisOptions } from '../../src/kis/kis.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Research } from '../../src/ports/research.ts';
import { Secret } from '../../src/secret.ts';
import { JumpClock } from '../support/clock.ts';
import { type ScriptedKis, startScriptedKis } from '../support/kis/scripted-kis.ts';
import { memoryCache } from '../support/memory-cache.ts';
import { answer } from '../support/payloads/index.ts';

// Research and reports against a KIS that answers with what KIS printed: what is asked, and what becomes of it.

const script: Parameters<typeof startScriptedKis>[0] = {
  FHKST01010100: answer('quote-portal'),
  FHPST01010000: answer('quote-2'),
  CTPF1002R: answer('stock-info'),
  CTPF1604R: answer('product-info'),
  FHKST01010300: answer('recent-trades'),
  FHKST01010400: answer('daily-price'),
  FHKST03010800: answer('daily-trade-volume'),
  FHPUP02100000: answer('index'),
  FHPST01390000: answer('interruptions'),
  FHPST01710000: answer('rank-volume'),
  FHPST01700000: answer('rank-fluctuation'),
  FHPST01740000: answer('rank-market-cap'),
  FHPST01760000: answer('rank-after-hours'),
  FHPST01720000: answer('rank-quote-balance'),
  FHPST01870000: answer('rank-new-high'),
  FHKST01010900: answer('investors'),
  FHPTJ04400000: answer('foreign-institution'),
  HHPTJ04160200: answer('investor-estimate'),
  FHKST66430100: answer('balance-sheet'),
  FHKST66430200: answer('income-statement'),
  FHKST66430300: answer('financial-ratio'),
  FHKST66430400: answer('profit-ratio'),
  FHKST66430500: answer('other-ratios'),
  FHKST66430600: answer('stability-ratio'),
  FHKST66430800: answer('growth-ratio'),
  FHKST663300C0: answer('opinions'),
  FHKST663400C0: answer('opinions-by-broker'),
  HHKDB669102C0: {
    output1: ['20251231', '20260630', '20260331'].map((record_date) => ({ record_date, sht_cd: '005930' })),
  },
  FHKST01011800: answer('news'),
  HHKST03900300: answer('screens'),
  HHKST03900400: ({ input }) => (input['seq'] === '9' ? answer('error-no-match') : answer('screen-matches')),
  HHKCM113004C7: answer('watchlists'),
  HHKCM113004C6: answer('watchlist-issues'),
  CTRP6548R: answer('assets'),
  TTTC0869R: answer('margin'),
  TTTC8494R: { output1: [], output2: [{ rlzt_pfls: '-12000', rlzt_erng_rt: '-1.25' }] },
  TTTC8708R: answer('profit-by-day'),
  TTTC8715R: answer('profit-by-issue'),
  TTTC0081R: { output1: [], output2: {} },
  CTSC9215R: { output1: [], output2: {} },
};

let live: ScriptedKis;
let paper: ScriptedKis | undefined;
let kis: Kis;
const clock = new JumpClock(Date.parse('2026-11-23T10:00:00+09:00'));

function connect(options: Partial<KisOptions> & Pick<KisOptions, 'environment'>): Kis {
  const redactor = createRedactor([]);
  return createKis({
    key: { appKey: new Secret('an-app-key'), appSecret: new Secret('an-app-secret') },
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    redactor,
    log: createLog({ level: 'silent', redactor, write: () => undefined }),
    ...options,
  });
}

beforeEach(async () => {
  live = await startScriptedKis(script);
  kis = connect({ environment: { ...environments.live, restUrl: live.restUrl, callsPerSecond: 1_000 } });
});
afterEach(async () => {
  await kis.close();
  await live.stop();
  await paper?.stop();
  paper = undefined;
});

/** What the one call since asked for. */
async function asked(work: Promise<unknown>): Promise<Readonly<Record<string, string>>> {
  const before = live.calls.length;
  await work;
  expect(live.calls).toHaveLength(before + 1);
  return live.calls[before]?.input ?? {};
}

describe('rankings', () => {
  test.each([
    ['volume', 'all', { FID_COND_SCR_DIV_CODE: '20171', FID_BLNG_CLS_CODE: '0', FID_INPUT_ISCD: '0000' }],
    ['turnover', 'KOSPI', { FID_COND_SCR_DIV_CODE: '20171', FID_BLNG_CLS_CODE: '3', FID_INPUT_ISCD: '0001' }],
    ['rise', 'KOSDAQ', { fid_cond_scr_div_code: '20170', fid_rank_sort_cls_code: '0', fid_input_iscd: '1001' }],
    ['fall', 'all', { fid_cond_scr_div_code: '20170', fid_rank_sort_cls_code: '1', fid_prc_cls_code: '1' }],
    ['market-value', 'all', { fid_cond_scr_div_code: '20174' }],
    ['after-hours', 'all', { fid_cond_scr_div_code: '20176', fid_rank_sort_cls_code: '4' }],
    ['bids', 'all', { fid_cond_scr_div_code: '20172', fid_rank_sort_cls_code: '0' }],
    ['asks', 'all', { fid_cond_scr_div_code: '20172', fid_rank_sort_cls_code: '1' }],
    ['new-high', 'all', { fid_cond_scr_div_code: '20187', fid_prc_cls_code: '0' }],
    ['new-low', 'all', { fid_cond_scr_div_code: '20187', fid_prc_cls_code: '1' }],
  ] as const)('by %s', async (kind, market, input) => {
    expect(await asked(kis.research.ranking(kind, market))).toMatchObject(input);
  });

  test('what waits is bids less asks, or the reverse', async () => {
    expect((await kis.research.ranking('bids', 'all'))[0]?.figure).toBe(59_778_444 - 27_327_397);
    expect((await kis.research.ranking('asks', 'all'))[0]?.figure).toBe(27_327_397 - 59_778_444);
  });
});

describe('what is asked for', () => {
  test('a profile takes four calls, and refuses an issue that KIS does not know', async () => {
    expect(await kis.research.profile('000660')).toMatchObject({ name: 'SK하이닉스', listedOn: '19961226' });
    expect(live.calls.map(({ trId }) => trId).toSorted()).toEqual([
      'CTPF1002R',
      'CTPF1604R',
      'FHKST01010100',
      'FHPST01010000',
    ]);
  });

  test("a company's books take seven", async () => {
    expect(await kis.research.financials('005930', 'quarter')).toHaveLength(4);
    const which = live.calls.map(({ input }) => input['FID_DIV_CLS_CODE'] ?? input['fid_div_cls_code']);
    expect(which).toEqual(['1', '1', '1', '1', '1', '1', '1']);
  });

  test('the codes of screens, sides and days', async () => {
    const { research } = kis;
    const days = ['20260101', '20261231'] as const;
    const net = { who: 'institutions', side: 'sold', market: 'KOSDAQ' } as const;
    expect(await asked(research.netBuying(net))).toEqual({
      FID_COND_MRKT_DIV_CODE: 'V',
      FID_COND_SCR_DIV_CODE: '16449',
      FID_INPUT_ISCD: '1001',
      FID_DIV_CLS_CODE: '1',
      FID_RANK_SORT_CLS_CODE: '1',
      FID_ETC_CLS_CODE: '2',
    });
    expect(await asked(research.index('KOSPI200'))).toEqual({ FID_COND_MRKT_DIV_CODE: 'U', FID_INPUT_ISCD: '2001' });
    expect(await asked(research.dividends('005930', ...days))).toMatchObject({ F_DT: days[0], SHT_CD: '005930' });
    expect(await asked(research.interruptions('20260102'))).toMatchObject({
      FID_COND_SCR_DIV_CODE: '20139',
      FID_INPUT_ISCD: '',
    });
    expect(await asked(research.opinions('005930', ...days))).toMatchObject({ FID_COND_SCR_DIV_CODE: '16633' });
    expect(await asked(research.brokerOpinions('005930', ...days))).toMatchObject({ FID_COND_SCR_DIV_CODE: '16634' });
    expect(await asked(research.foreignHolding('005930'))).toMatchObject({ FID_ORG_ADJ_PRC: '1' });
    expect(await asked(research.investorEstimates('005930'))).toEqual({ MKSC_SHRN_ISCD: '005930' });
    expect(Object.values(await asked(research.news())).join('')).toBe('');
    expect(await asked(research.tradeVolumes('005930', ...days))).toMatchObject({ FID_INPUT_DATE_2: days[1] });
    expect(await asked(research.investorDays('005930'))).toMatchObject({ FID_INPUT_ISCD: '005930' });
    expect(await asked(research.recentTrades('005930'))).toMatchObject({ FID_INPUT_ISCD: '005930' });
  });

  test('dividends: the latest record day first', async () => {
    const dividends = await kis.research.dividends('005930', '20250101', '20261231');
    expect(dividends.map(({ recordDay }) => recordDay)).toEqual(['20260630', '20260331', '20251231']);
  });

  test('index candles, page after page back to the first day', async () => {
    const days = Array.from({ length: 5 }, (_, index) => `2026110${index + 1}`);
    const row = (day: string) => ({
      stck_bsop_date: day,
      bstp_nmix_prpr: '1',
      bstp_nmix_oprc: '1',
      bstp_nmix_hgpr: '1',
      bstp_nmix_lwpr: '1',
      acml_vol: '2',
    });
    const pager = await startScriptedKis({
      FHKUP03500100: ({ input }) => ({
        output1: {},
        output2: days
          .filter((day) => day >= String(input['FID_INPUT_DATE_1']) && day <= String(input['FID_INPUT_DATE_2']))
          .slice(-2)
          .reverse()
          .map(row),
      }),
    });
    const other = connect({ environment: { ...environments.live, restUrl: pager.restUrl, callsPerSecond: 1_000 } });
    const bars = await other.research.indexBars('KOSPI', '20261102', '20261130');
    expect(bars.map(({ start }) => start)).toEqual(days.slice(1));
    expect(bars[0]?.volume).toBe(2_000);
    expect(pager.calls.map(({ input }) => input['FID_INPUT_DATE_2'])).toEqual(['20261130', '20261103']);
    await other.close();
    await pager.stop();
  });
});

describe("what is kept in KIS's own program", () => {
  test('goes by the HTS login; no match is an empty list', async () => {
    expect(await kis.research.savedScreens()).toContainEqual({
      id: '0',
      group: '임시그룹',
      name: 'RSI전략1_14_9_PER_부채비율',
    });
    expect(await asked(kis.research.screenMatches('0'))).toEqual({ user_id: 'hogasim', seq: '0' });
    expect(await kis.research.screenMatches('9')).toEqual([]);
    expect(await kis.research.savedWatchlists()).toContainEqual({ id: '000', name: '기본그룹1' });
    expect(await kis.research.watchlistIssues('001')).toContainEqual({ symbol: '006840', name: 'AK홀딩스' });
  });

  test('without a login nothing is asked', async () => {
    const other = connect({ environment: { ...environments.live, restUrl: live.restUrl }, htsId: undefined });
    for (const read of ['savedScreens', 'savedWatchlists'] as const) {
      await expect(other.research[read]()).rejects.toMatchObject({ code: 'venue.no-hts-id' });
    }
    expect(live.calls).toEqual([]);
    await other.close();
  });
});

describe('the account', () => {
  const account = { CANO: '50000000', ACNT_PRDT_CD: '01' };

  test('what it came to', async () => {
    const { reports } = kis;
    expect(await reports.assets()).toMatchObject({ total: 1_651_869_889_547, loans: 0 });
    expect(await reports.margin()).toMatchObject({ orderableCash: 9_372_576 });
    expect(await reports.realizedToday()).toEqual({ amount: -12_000, percent: -1.25 });
    expect(await reports.profitByDay('20240101', '20240301')).toMatchObject({ realized: { amount: 22_991 } });
    const query = { from: '20240101', to: '20240301', symbol: '005930' };
    expect(await asked(reports.profitByIssue(query))).toMatchObject({ ...account, PDNO: '005930', CTX_AREA_FK100: '' });
  });

  test("today's result leaves yesterday's trades out and takes costs off", async () => {
    expect(await asked(kis.reports.realizedToday())).toMatchObject({ ...account, PRCS_DVSN: '01', COST_ICLD_YN: 'Y' });
  });

  test.each([
    ['20260901', '20261123', [['TTTC0081R', '20260901', '20261123']]],
    ['20260823', '20260823', [['TTTC0081R', '20260823', '20260823']]],
    ['20260101', '20260822', [['CTSC9215R', '20260101', '20260822']]],
    [
      '20260801',
      '20261001',
      [
        ['TTTC0081R', '20260823', '20261001'],
        ['CTSC9215R', '20260801', '20260822'],
      ],
    ],
  ])('executions from %s to %s are asked for on either side of three months ago', async (from, to, calls) => {
    await kis.broker.executions({ from, to });
    expect(live.calls.map(({ trId, input }) => [trId, input['INQR_STRT_DT'], input['INQR_END_DT']])).toEqual(calls);
  });
});

describe('on paper', () => {
  const onPaper = async (liveReads: boolean): Promise<void> => {
    paper = await startScriptedKis({ FHKST01010900: answer('investors') });
    await kis.close();
    kis = connect({
      environment: { ...environments.paper, restUrl: paper.restUrl, callsPerSecond: 1_000 },
      liveReads: liveReads
        ? {
            key: { appKey: new Secret('live-app-key'), appSecret: new Secret('live-app-secret') },
            environment: { ...environments.live, restUrl: live.restUrl, callsPerSecond: 1_000 },
          }
        : undefined,
    });
  };
  const lacking: readonly (readonly [string, (research: Research) => Promise<unknown>])[] = [
    ['rankings', (research) => research.ranking('volume', 'all')],
    ['an index', (research) => research.index('KOSPI')],
    ['books', (research) => research.financials('005930', 'year')],
    ['news', (research) => research.news()],
    ['conditions', (research) => research.savedScreens()],
  ];

  test.each(lacking)('%s: refused without a live key, and asked of the live host with one', async (_what, read) => {
    await onPaper(false);
    await expect(read(kis.research)).rejects.toMatchObject({ code: 'venue.unsupported', context: { account: false } });
    expect(live.calls).toEqual([]);
    await paper?.stop();
    await onPaper(true);
    await read(kis.research);
    expect(live.calls.length).toBeGreaterThan(0);
    expect(paper?.calls).toEqual([]);
  });

  test('what paper has is asked of paper', async () => {
    await onPaper(true);
    await kis.research.investorDays('005930');
    expect([paper?.calls.length, live.calls.length]).toEqual([1, 0]);
  });

  test('the account is never asked about with the live key', async () => {
    await onPaper(true);
    const { reports, broker } = kis;
    const reads = [
      () => reports.assets(),
      () => reports.realizedToday(),
      () => reports.profitByDay('20260101', '20260131'),
      () => reports.profitByIssue({ from: '20260101', to: '20260131' }),
    ];
    for (const read of reads) {
      await expect(read()).rejects.toMatchObject({ code: 'venue.unsupported', context: { account: true } });
    }
    // These have ways of their own on paper, which the scripted one does not know.
    await reports.margin().catch(() => undefined);
    await broker.sellableQuantity('005930').catch(() => undefined);
    await broker.openOrders().catch(() => undefined);
    expect(live.calls).toEqual([]);
  });
});
