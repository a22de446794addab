import { describe, expect, test } from 'vitest';
import * as account from '../../src/kis/codecs/decode-account-reports.ts';
import { decodeOutput } from '../../src/kis/codecs/decode-output.ts';
import { readIndexQuotes, readIssueStatuses, readOrderBooks, readTrades } from '../../src/kis/codecs/decode-pushes.ts';
import * as research from '../../src/kis/codecs/decode-research.ts';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import type { Endpoint, Output } from '../../src/kis/endpoints/endpoint.ts';
import { type DataFrame, parseFrame } from '../../src/kis/wire/frames.ts';
import { answer, frame } from '../support/payloads/index.ts';

// What KIS answers about issues, the market and the account, in the domain's words and units.

const read = <E extends Endpoint>(endpoint: E, name: string): Output<E> => decodeOutput(endpoint, answer(name));

describe('an issue', () => {
  test('its profile comes from four answers', () => {
    const profile = research.toProfile('000660', {
      price: read(domesticMarket.inquirePrice, 'quote-portal'),
      more: read(domesticMarket.inquirePrice2, 'quote-2'),
      stock: read(domesticMarket.stockInfo, 'stock-info'),
      product: read(domesticMarket.productInfo, 'product-info'),
    });
    expect(profile).toEqual({
      symbol: '000660',
      name: 'SK하이닉스',
      englishName: 'SK hynix',
      board: 'KOSPI200',
      industry: '전기.전자',
      listedOn: '19961226',
      sharesListed: 728_002_365,
      // 935,483 hundred million won.
      marketValue: 93_548_300_000_000,
      faceValue: 5_000,
      per: 19.67,
      pbr: 1.72,
      eps: 6_532,
      bps: 74_721,
      yearHigh: { price: 149_500, day: '20210225' },
      yearLow: { price: 90_500, day: '20211013' },
      previousClose: 75_700,
      volumePercent: 116.25,
      foreignPercent: 49.48,
      marginPercent: 20,
      credit: true,
      warnings: [],
      productClass: '해외주식',
    });
  });

  test('dividends: won a share, percent, and the day of payment without slashes', () => {
    expect(research.toDividends(read(domesticResearch.dividends, 'dividends'))).toEqual([
      { recordDay: '20240326', kind: '결산', cash: 600, cashPercent: 12, stockPercent: undefined, paidOn: undefined },
      expect.objectContaining({ paidOn: expect.stringMatching(/^2024\d{4}$/) }),
    ]);
  });

  test('interruptions: the gap is the one of their kind', () => {
    const [first] = read(domesticMarket.inquireVolatilityInterruptions, 'interruptions').output;
    if (first === undefined) throw new Error('no row');
    expect(research.toInterruption(first)).toEqual({
      symbol: '069330',
      name: '유아이디',
      day: '20240126',
      from: '180030',
      until: '180242',
      kind: 'dynamic',
      price: 1_523,
      gapPercent: -7.13,
    });
    expect(research.toInterruption({ ...first, vi_cls_code: 'Y' }).until).toBeUndefined();
    expect(research.toInterruption({ ...first, vi_cncl_hour: '000000' }).until).toBeUndefined();
  });

  test('recent trades', () => {
    expect(research.toRecentTrades(read(domesticMarket.inquireTrades, 'recent-trades'))[0]).toEqual({
      time: '155955',
      price: 78_900,
      size: 2,
      change: 900,
      changePercent: 1.15,
      strength: 114.05,
    });
  });

  test('what foreigners hold, and what was bought and sold a day', () => {
    expect(research.toForeignHolding(read(domesticMarket.dailyPrice, 'daily-price'))[0]).toEqual({
      day: '20240610',
      close: 75_700,
      percent: 55.34,
    });
    expect(research.toTradeVolumes(read(domesticMarket.dailyTradeVolume, 'daily-trade-volume'))[0]).toEqual({
      day: '20240126',
      bought: 4_520_816,
      sold: 5_285_722,
    });
  });

  test('opinions: a target of 0 is none', () => {
    expect(research.toOpinions('005930', read(domesticResearch.opinionsOnIssue, 'opinions'))[0]).toEqual({
      day: '20240527',
      symbol: '005930',
      name: undefined,
      broker: 'SK',
      opinion: '매수',
      before: '매수',
      target: 105_000,
    });
    expect(research.toBrokerOpinions(read(domesticResearch.opinionsByBroker, 'opinions-by-broker'))[0]).toMatchObject({
      symbol: '454910',
      name: '두산로보틱스',
      opinion: 'NotRated',
      target: undefined,
    });
  });

  test('news names the issues it is about', () => {
    expect(research.toNews(read(domesticResearch.newsTitles, 'news'))).toEqual([
      {
        id: '2024062011005138887',
        day: '20240620',
        time: '110051',
        title: '서스틴베스트, 상반기 기업 ESG 성과평가…1위 네이버',
        source: '연합뉴스',
        symbols: ['010130'],
      },
    ]);
  });
});

describe('who buys and sells', () => {
  test('millions of won become won; the day that KIS does not know yet is blank', () => {
    const [today, before] = research.toInvestorDays(read(domesticResearch.inquireInvestors, 'investors'));
    const unknown = { shares: undefined, amount: undefined };
    expect(today).toMatchObject({ day: '20240611', individuals: unknown, foreigners: unknown, institutions: unknown });
    expect(before).toEqual({
      day: '20240610',
      close: 75_700,
      change: -1_600,
      individuals: { shares: 4_101_492, amount: 311_359_000_000 },
      foreigners: { shares: -1_893_335, amount: -143_714_000_000 },
      institutions: { shares: -2_315_098, amount: -175_760_000_000 },
    });
    expect(research.toInvestorDays(read(domesticResearch.inquireInvestors, 'investors-2026'))[0]).toMatchObject({
      change: 6_500,
      foreigners: { shares: 4_913_433, amount: 1_336_152_000_000 },
    });
  });

  test('what institutions sold most', () => {
    expect(research.toNetBuying(read(domesticResearch.foreignInstitutionTotal, 'foreign-institution'))).toEqual([
      {
        symbol: '005930',
        name: '삼성전자',
        last: 81_800,
        changePercent: 0,
        foreigners: { shares: 2_272_000, amount: 185_850_000_000 },
        institutions: { shares: -903_000, amount: -73_865_000_000 },
      },
    ]);
  });

  test('reports of the day: zeros between sign and number', () => {
    expect(research.toInvestorEstimates(read(domesticResearch.investorEstimate, 'investor-estimate'))).toEqual([
      { report: 5, foreigners: -30_000, institutions: 121_000, together: 91_000 },
      { report: 4, foreigners: -93_000, institutions: 130_000, together: 37_000 },
    ]);
  });
});

describe('the market', () => {
  test('an index: points, thousands of shares, millions of won', () => {
    expect(research.toIndexQuote('KOSPI', read(domesticMarket.inquireIndex, 'index'))).toEqual({
      code: 'KOSPI',
      last: 2_807.63,
      change: 10.3,
      changePercent: 0.37,
      open: 2_802.1,
      high: 2_812.62,
      low: 2_796.37,
      volume: 758_166_000,
      turnover: 13_576_970_000_000,
      rising: 499,
      unchanged: 62,
      falling: 371,
    });
    expect(research.toIndexBars(read(domesticMarket.indexChart, 'index-chart'))).toEqual([
      { start: '20220509', open: 2_634.32, high: 2_642.75, low: 2_606.08, close: 2_610.81, volume: 892_653_000 },
    ]);
  });

  test('the index at the head of its chart, without which there is none', () => {
    const chart = read(domesticMarket.indexChart, 'index-chart');
    expect(research.toIndexHead('KOSPI', chart)).toMatchObject({
      last: 2_642.07,
      change: 2.78,
      changePercent: 0.11,
      open: 2_651.63,
      volume: 305_715_000,
      turnover: 4_736_153_000_000,
      rising: undefined,
    });
    const fallen = { ...chart, output1: { ...chart.output1, prdy_vrss_sign: '5' } };
    expect(research.toIndexHead('KOSPI', fallen)).toMatchObject({ change: -2.78, changePercent: -0.11 });
    expect(() =>
      research.toIndexHead('KOSPI', { ...chart, output1: { ...chart.output1, bstp_nmix_prpr: undefined } }),
    ).toThrow(/venue.malformed/);
  });

  test('a fall that comes unsigned beside its sign is negative', () => {
    const { output } = read(domesticMarket.inquireIndex, 'index');
    expect(research.toIndexQuote('KOSPI', { output: { ...output, prdy_vrss_sign: '5' } })).toMatchObject({
      change: -10.3,
      changePercent: -0.37,
    });
  });

  test('rankings: the figure is what they are by', () => {
    const volume = read(domesticResearch.volumeRank, 'rank-volume').output;
    expect(research.toRankedIssues(volume, (row) => row.acml_vol)[0]).toEqual({
      rank: 1,
      symbol: '005930',
      name: '삼성전자',
      last: 65_100,
      change: -300,
      changePercent: -0.46,
      figure: 8_958_147,
    });
    expect(research.toRankedIssues(volume, (row) => row.acml_tr_pbmn)[1]).toMatchObject({ figure: 52_081_429_080 });
    const rises = read(domesticResearch.fluctuationRank, 'rank-fluctuation').output;
    expect(research.toRankedIssues(rises, research.changePercentOf)[0]).toMatchObject({
      symbol: '000040',
      figure: 12.13,
    });
    const values = read(domesticResearch.marketCapRank, 'rank-market-cap').output;
    expect(research.toRankedIssues(values, (row) => row.stck_avls)[0]).toMatchObject({ figure: 434_003_200_000_000 });
    const late = read(domesticResearch.afterHoursRank, 'rank-after-hours').output;
    expect(research.toRankedIssues(late, (row) => row.ovtm_total_bidp_rsqn)[1]).toMatchObject({
      symbol: '005880',
      figure: 8_579,
    });
    const waiting = read(domesticResearch.quoteBalanceRank, 'rank-quote-balance').output;
    expect(research.toRankedIssues(waiting, (row) => row.total_ntsl_bidp_rsqn)[0]).toMatchObject({
      figure: 32_451_047,
    });
    const highs = read(domesticResearch.newHighLowRank, 'rank-new-high').output;
    // This one carries no rank of its own.
    expect(research.toRankedIssues(highs, (row) => row.hprc_near_rate)).toMatchObject([{ rank: 1, figure: 0 }]);
  });
});

describe("a company's books", () => {
  const books: research.CompanyAnswers = {
    balance: read(domesticResearch.balanceSheet, 'balance-sheet'),
    income: read(domesticResearch.incomeStatement, 'income-statement'),
    ratios: read(domesticResearch.financialRatios, 'financial-ratio'),
    profit: read(domesticResearch.profitRatios, 'profit-ratio'),
    other: read(domesticResearch.otherRatios, 'other-ratios'),
    stability: read(domesticResearch.stabilityRatios, 'stability-ratio'),
    growth: read(domesticResearch.growthRatios, 'growth-ratio'),
  };
  const periods = research.toFinancials(books);

  test('every period that any answer knows, the newest first', () => {
    expect(periods.map(({ period }) => period)).toEqual(['202403', '202312', '202309', '202306']);
  });

  test('statements are in hundreds of millions of won, ratios in percent', () => {
    expect(periods[0]).toMatchObject({
      revenue: 71_915_600_000_000,
      operatingProfit: 6_606_000_000_000,
      netIncome: 6_754_700_000_000,
      assets: undefined,
      returnOnAssets: 5.83,
      netMargin: 9.39,
      grossMargin: 36.19,
      revenueGrowth: 12.82,
      operatingProfitGrowth: 931.9,
      equityGrowth: 3.37,
      assetGrowth: 3.7,
    });
    expect(periods[1]).toMatchObject({
      assets: 455_906_000_000_000,
      liabilities: 92_228_100_000_000,
      equity: 363_677_900_000_000,
      netIncomeGrowth: -72.17,
      returnOnEquity: 4.14,
      eps: 2_131,
      bps: 52_002,
      sps: 38_120,
      retentionRatio: 39_256.91,
      debtRatio: 25.36,
      currentRatio: 258.77,
      quickRatio: 190.59,
      borrowingRatio: 2.78,
    });
    expect(periods[2]).toMatchObject({ payoutRatio: -0.02, ebitda: 2_346_400_000_000, evToEbitda: undefined });
  });

  test('99.99 is an entry that KIS does not have', () => {
    expect(books.income.output[0]).toMatchObject({ depr_cost: undefined, spec_loss: undefined });
    expect(books.balance.output[0]).toMatchObject({ cfp_surp: undefined, cpfn: 897_500_000_000 });
  });
});

describe("what is kept in KIS's own program", () => {
  test('conditions and their matches, in hundreds of millions of won', () => {
    expect(read(domesticResearch.screenList, 'screens').output2[0]).toMatchObject({ seq: '0', grp_nm: '임시그룹' });
    expect(research.toScreenMatches(read(domesticResearch.screenResult, 'screen-matches'))[0]).toEqual({
      symbol: '000120',
      name: 'CJ대한통운',
      last: 138_600,
      changePercent: 0,
      volume: 0,
      marketValue: 3_161_790_880_000,
    });
  });

  test('lists and their issues', () => {
    expect(read(domesticResearch.watchGroups, 'watchlists').output2).toHaveLength(3);
    expect(read(domesticResearch.watchGroupIssues, 'watchlist-issues').output2[0]).toMatchObject({
      jong_code: '006840',
      hts_kor_isnm: 'AK홀딩스',
    });
  });
});

describe('the account', () => {
  test('assets', () => {
    expect(account.toAssets(read(domesticTrading.inquireAssets, 'assets'))).toEqual({
      total: 1_651_869_889_547,
      net: 185_550_504,
      cash: 249_855_300,
      marketValue: 185_550_504,
      costBasis: 161_155_333,
      unrealizedPnl: 24_395_171,
      loans: 0,
      overseas: 185_144_504,
    });
  });

  test('margin: parts of a won are no money', () => {
    const { output } = read(domesticTrading.inquireMargin, 'margin');
    expect(account.toMargin({ output })).toEqual({
      orderableCash: 9_372_576,
      orderableFull: 8_128_560,
      unpaid: 0,
      currencies: [],
    });
    expect(account.toMargin({ output: { ...output, usd_ord_psbl_amt: 12.34 } }).currencies).toEqual([
      { currency: 'USD', orderable: 12.34 },
    ]);
  });

  test('profit by day and by issue; the totals are of the whole period', () => {
    expect(account.toProfitByDay([read(domesticTrading.inquirePeriodProfit, 'profit-by-day')], false)).toEqual({
      rows: [
        {
          day: '20240220',
          bought: 116_697_331,
          sold: 96_455,
          realized: { amount: 22_991, percent: 31.29560057 },
          commission: 0,
          tax: 0,
        },
      ],
      realized: { amount: 22_991, percent: undefined },
      commission: 0,
      tax: 0,
      truncated: false,
    });
    const byIssue = read(domesticTrading.inquireTradeProfit, 'profit-by-issue');
    const report = account.toProfitByIssue([byIssue, { ...byIssue, output1: [] }], true);
    expect(report).toMatchObject({ realized: { amount: 22_991, percent: 31.29560057 }, truncated: true });
    expect(report.rows[0]).toEqual({
      day: '20240216',
      symbol: '000J2552221D',
      name: 'SG 17WR',
      boughtShares: 2,
      bought: 271,
      soldShares: 0,
      sold: 0,
      realized: { amount: 0, percent: 0 },
      commission: 0,
      tax: 0,
    });
  });

  test('an answer without its totals is none', () => {
    const row = domesticTrading.inquireRealizedBalance;
    const missing = {
      code: 'venue.malformed',
      context: { where: 'inquire-balance-rlz-pl output2', problem: 'missing' },
    };
    expect(() => read(row, 'realized-cut-off')).toThrow(expect.objectContaining(missing));
    // A later page may come without them: those of the first one count.
    const later = decodeOutput(row, { ...answer('realized-cut-off'), output2: [] }, 1);
    expect(later.output1[0]).toMatchObject({ pdno: '000080', hldg_qty: 2 });
    const first = { ...answer('realized-cut-off'), output2: [] };
    expect(() => decodeOutput(row, first)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
    expect(() => account.toRealizedToday(later)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
    expect(() => account.toProfitByDay([], false)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
  });
});

/** Every answer of the new rows, by row. */
const answers: readonly (readonly [string, Endpoint])[] = [
  ['quote-2', domesticMarket.inquirePrice2],
  ['recent-trades', domesticMarket.inquireTrades],
  ['daily-price', domesticMarket.dailyPrice],
  ['daily-trade-volume', domesticMarket.dailyTradeVolume],
  ['index', domesticMarket.inquireIndex],
  ['index-chart', domesticMarket.indexChart],
  ['interruptions', domesticMarket.inquireVolatilityInterruptions],
  ['rank-volume', domesticResearch.volumeRank],
  ['rank-fluctuation', domesticResearch.fluctuationRank],
  ['rank-market-cap', domesticResearch.marketCapRank],
  ['rank-after-hours', domesticResearch.afterHoursRank],
  ['rank-quote-balance', domesticResearch.quoteBalanceRank],
  ['rank-new-high', domesticResearch.newHighLowRank],
  ['investors', domesticResearch.inquireInvestors],
  ['foreign-institution', domesticResearch.foreignInstitutionTotal],
  ['investor-estimate', domesticResearch.investorEstimate],
  ['balance-sheet', domesticResearch.balanceSheet],
  ['income-statement', domesticResearch.incomeStatement],
  ['financial-ratio', domesticResearch.financialRatios],
  ['profit-ratio', domesticResearch.profitRatios],
  ['other-ratios', domesticResearch.otherRatios],
  ['stability-ratio', domesticResearch.stabilityRatios],
  ['growth-ratio', domesticResearch.growthRatios],
  ['opinions', domesticResearch.opinionsOnIssue],
  ['opinions-by-broker', domesticResearch.opinionsByBroker],
  ['dividends', domesticResearch.dividends],
  ['news', domesticResearch.newsTitles],
  ['screens', domesticResearch.screenList],
  ['screen-matches', domesticResearch.screenResult],
  ['watchlists', domesticResearch.watchGroups],
  ['watchlist-issues', domesticResearch.watchGroupIssues],
  ['assets', domesticTrading.inquireAssets],
  ['margin', domesticTrading.inquireMargin],
  ['profit-by-day', domesticTrading.inquirePeriodProfit],
  ['profit-by-issue', domesticTrading.inquireTradeProfit],
];

/** The body with every record of its blocks changed. */
function changed(
  endpoint: Endpoint,
  body: Readonly<Record<string, unknown>>,
  change: (record: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const records = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(records) : change(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, key in endpoint.output ? records(value) : value]),
  );
}

describe.each(answers)('%s', (name, endpoint) => {
  const body = answer(name);
  const decoded = decodeOutput(endpoint, body);

  test('reads the same in capitals, and with columns that nobody has heard of', () => {
    const upper = changed(endpoint, body, (record) =>
      Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toUpperCase(), value])),
    );
    expect(decodeOutput(endpoint, upper)).toEqual(decoded);
    const grown = changed(endpoint, body, (record) => ({ ...record, brnd_new_clmn: '1' }));
    expect(decodeOutput(endpoint, grown)).toEqual(decoded);
  });

  test('names a column that is missing', () => {
    for (const [block, { fields }] of Object.entries(endpoint.output)) {
      for (const [field] of Object.entries(fields).filter(([, { required }]) => required)) {
        const without = changed(endpoint, body, (record) =>
          Object.fromEntries(Object.entries(record).filter(([key]) => key.toLowerCase() !== field)),
        );
        expect(() => decodeOutput(endpoint, without)).toThrow(
          expect.objectContaining({
            code: 'venue.malformed',
            context: expect.objectContaining({ where: `${endpoint.id} ${block}`, field }),
          }),
        );
      }
    }
  });
});

describe('pushes', () => {
  const at = 1_800_000_000_000;
  const push = (name: string): DataFrame => {
    const parsed = parseFrame(Buffer.from(frame(name)));
    if (parsed.kind !== 'data') throw new Error(`not a data frame: ${name}`);
    return parsed;
  };
  /** The same records with something in them changed. */
  const altered = ({ count, payload }: DataFrame, change: (text: string) => string) => ({
    count,
    payload: Buffer.from(change(String(payload))),
  });

  test("an issue's status; older records end before the exchange", () => {
    const read = push('issue-status-10');
    const calm = { symbol: '396300', halted: false, reason: undefined, interrupted: false, at };
    expect(readIssueStatuses('issueStatus', read, at)).toEqual([calm]);
    const stopped = altered(read, (text) => text.replace('^N^(null)^', '^Y^ 풍문관련 ^').replace('^N^N', '^Y^N^1'));
    expect(readIssueStatuses('combinedIssueStatus', stopped, at)).toEqual([
      { ...calm, halted: true, reason: '풍문관련', interrupted: true },
    ]);
  });

  test.each([
    ['174', true],
    ['184', true],
    ['175', false],
    ['185', false],
    ['112', undefined],
  ])('a circuit breaker: %s', (code, circuitBreaker) => {
    const told = altered(push('issue-status-10'), (text) => text.replace('^(null)^^', `^(null)^${code}^`));
    expect(readIssueStatuses('issueStatus', told, at)).toMatchObject([{ circuitBreaker }]);
  });

  test('an index: points, thousands of shares, millions of won', () => {
    const read = push('index-30');
    expect(readIndexQuotes(read)).toEqual([
      {
        code: 'KOSPI',
        last: 2_624.54,
        change: 32.68,
        changePercent: 1.26,
        open: 2_615.72,
        high: 2_624.82,
        low: 2_610,
        volume: 63_952_000,
        turnover: 1_650_684_000_000,
        rising: 670,
        unchanged: 72,
        falling: 177,
      },
    ]);
    expect(readIndexQuotes(altered(read, (text) => text.replace(/^[^^]*/, '0002')))).toEqual([]);
    expect(() => readIndexQuotes(altered(read, (text) => text.replace('^2624.54^', '^x^')))).toThrow(
      expect.objectContaining({ context: { where: 'socket', field: 'PRPR_NMIX' } }),
    );
  });

  test("Nextrade's and the combined records read as KRX's do", () => {
    const trade = push('trade-46');
    const krx = readTrades('trades', trade, at);
    expect(krx).toHaveLength(1);
    for (const name of ['nextradeTrades', 'combinedTrades'] as const) {
      expect(readTrades(name, trade, at)).toEqual(krx);
    }
    const book = push('order-book-62');
    // Nextrade's mid price stands behind KRX's, and whatever is appended next is ignored.
    const longer = altered(book, (text) => `${text}^70050^120^1^new`);
    for (const name of ['nextradeOrderBook', 'combinedOrderBook'] as const) {
      expect(readOrderBooks(name, longer, at)).toEqual(readOrderBooks('orderBook', book, at));
    }
  });
});
