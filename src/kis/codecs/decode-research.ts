import type { Bar } from '../../domain/market/quote.ts';
import type {
  Dividend,
  FinancialPeriod,
  ForeignHolding,
  IndexCode,
  IndexQuote,
  InvestorDay,
  InvestorEstimate,
  IssueProfile,
  NetBuyingIssue,
  NewsTitle,
  Opinion,
  RankedIssue,
  RecentTrade,
  RightsIssue,
  ScreenMatch,
  TradeVolumeDay,
  VolatilityInterruption,
} from '../../domain/market/research.ts';
import { AppError } from '../../errors.ts';
import type { domesticMarket } from '../endpoints/domestic-market.ts';
import type { domesticResearch } from '../endpoints/domestic-research.ts';
import type { Output } from '../endpoints/endpoint.ts';
import { extremeOf, signed, toWarnings } from './decode-market.ts';

// From KIS's names to the domain's words, for research. Pure.

type Market = typeof domesticMarket;
type Rows = typeof domesticResearch;
type Row<Output> = Output extends { readonly output: readonly (infer R)[] } ? R : never;

/** Makes 0 undefined in fields where KIS writes 0 for "none": a price-earnings ratio, a face value, a target price. */
const unlessZero = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

export function toProfile(
  symbol: string,
  answers: {
    readonly price: Output<Market['inquirePrice']>;
    readonly more: Output<Market['inquirePrice2']> | undefined;
    readonly stock: Output<Market['stockInfo']> | undefined;
    readonly product: Output<Market['productInfo']> | undefined;
  },
): IssueProfile {
  const [price, more, stock] = [answers.price.output, answers.more?.output, answers.stock?.output];
  const credit = price.crdt_able_yn ?? more?.crdt_able_yn;
  return {
    symbol,
    name: stock?.prdt_abrv_name,
    englishName: stock?.prdt_eng_abrv_name ?? stock?.prdt_eng_name,
    board: price.rprs_mrkt_kor_name ?? more?.rprs_mrkt_kor_name,
    industry: price.bstp_kor_isnm ?? stock?.std_idst_clsf_cd_name,
    listedOn: stock?.scts_mket_lstg_dt ?? stock?.kosdaq_mket_lstg_dt ?? stock?.frbd_mket_lstg_dt,
    sharesListed: unlessZero(stock?.lstg_stqt) ?? unlessZero(price.lstn_stcn),
    marketValue: unlessZero(price.hts_avls),
    faceValue: unlessZero(stock?.papr) ?? unlessZero(price.stck_fcam),
    per: unlessZero(price.per),
    pbr: unlessZero(price.pbr),
    eps: unlessZero(price.eps),
    bps: unlessZero(price.bps),
    yearHigh: extremeOf(price.w52_hgpr, price.w52_hgpr_date),
    yearLow: extremeOf(price.w52_lwpr, price.w52_lwpr_date),
    previousClose: unlessZero(more?.stck_prdy_clpr),
    volumePercent: more?.prdy_vrss_vol_rate,
    foreignPercent: price.hts_frgn_ehrt,
    marginPercent: unlessZero(price.marg_rate) ?? unlessZero(more?.marg_rate),
    credit: credit === undefined ? undefined : credit === 'Y',
    warnings: toWarnings(answers.price),
    productClass: answers.product?.output.prdt_clsf_name,
  };
}

/** KIS passes on the day of payment as `2024/04/19`, and the record day without slashes. */
const plainDay = (day: string): string => day.replaceAll('/', '');

export function toDividends({ output1 }: Output<Rows['dividends']>): readonly Dividend[] {
  return output1.map((row) => ({
    recordDay: row.record_date,
    kind: row.divi_kind ?? '',
    cash: unlessZero(row.per_sto_divi_amt),
    cashPercent: unlessZero(row.divi_rate),
    stockPercent: unlessZero(row.stk_divi_rate),
    paidOn: row.divi_pay_dt && plainDay(row.divi_pay_dt),
  }));
}

export function toRightsIssues(
  kind: RightsIssue['kind'],
  rows: readonly { readonly record_date: string; readonly sht_cd: string; readonly right_dt?: string | undefined }[],
): readonly RightsIssue[] {
  return rows.flatMap((row) => {
    const exDay = plainDay(row.right_dt ?? '');
    return exDay === '' ? [] : [{ symbol: row.sht_cd, kind, recordDay: plainDay(row.record_date), exDay }];
  });
}

const interruptionKinds: Readonly<Record<string, VolatilityInterruption['kind']>> = {
  '1': 'static',
  '2': 'dynamic',
  '3': 'both',
};

export function toInterruption(row: Row<Output<Market['inquireVolatilityInterruptions']>>): VolatilityInterruption {
  const kind = interruptionKinds[row.vi_kind_code ?? ''] ?? 'unknown';
  return {
    symbol: row.mksc_shrn_iscd,
    name: row.hts_kor_isnm ?? row.mksc_shrn_iscd,
    day: row.bsop_date,
    from: row.cntg_vi_hour,
    // While an interruption lasts the flag says so. What the end time holds then was never recorded, so it is not read.
    until: row.vi_cls_code === 'Y' || row.vi_cncl_hour === '000000' ? undefined : row.vi_cncl_hour,
    kind,
    price: unlessZero(row.vi_prc),
    gapPercent: kind === 'dynamic' ? row.vi_dmc_dprt : row.vi_dprt,
  };
}

export function toRecentTrades({ output }: Output<Market['inquireTrades']>): readonly RecentTrade[] {
  return output.map((row) => ({
    time: row.stck_cntg_hour,
    price: row.stck_prpr,
    size: row.cntg_vol,
    change: signed(row.prdy_vrss, row.prdy_vrss_sign),
    changePercent: signed(row.prdy_ctrt, row.prdy_vrss_sign),
    strength: unlessZero(row.tday_rltv),
  }));
}

export function toIndexQuote(code: IndexCode, { output }: Output<Market['inquireIndex']>): IndexQuote {
  return {
    code,
    last: output.bstp_nmix_prpr,
    change: signed(output.bstp_nmix_prdy_vrss, output.prdy_vrss_sign),
    changePercent: signed(output.bstp_nmix_prdy_ctrt, output.prdy_vrss_sign),
    // KIS writes 0 before the first trade of the day.
    open: unlessZero(output.bstp_nmix_oprc),
    high: unlessZero(output.bstp_nmix_hgpr),
    low: unlessZero(output.bstp_nmix_lwpr),
    volume: output.acml_vol,
    turnover: output.acml_tr_pbmn,
    rising: output.ascn_issu_cnt,
    unchanged: output.stnr_issu_cnt,
    falling: output.down_issu_cnt,
  };
}

/** The index as it stands above its chart, without the numbers of rising and falling issues. */
export function toIndexHead(code: IndexCode, { output1 }: Output<Market['indexChart']>): IndexQuote {
  const { bstp_nmix_prpr: last, bstp_nmix_prdy_vrss: change, bstp_nmix_prdy_ctrt: percent } = output1;
  if (last === undefined || change === undefined || percent === undefined) {
    throw new AppError('venue.malformed', { where: 'inquire-daily-indexchartprice', problem: 'no index at its head' });
  }
  const sign = output1.prdy_vrss_sign ?? '';
  return {
    code,
    last,
    change: signed(change, sign),
    changePercent: signed(percent, sign),
    open: unlessZero(output1.bstp_nmix_oprc),
    high: unlessZero(output1.bstp_nmix_hgpr),
    low: unlessZero(output1.bstp_nmix_lwpr),
    volume: output1.acml_vol,
    turnover: output1.acml_tr_pbmn,
    rising: undefined,
    unchanged: undefined,
    falling: undefined,
  };
}

/** In the order of KIS: the newest day first. */
export function toIndexBars({ output2 }: Output<Market['indexChart']>): readonly Bar[] {
  return output2.map((row) => ({
    start: row.stck_bsop_date,
    open: row.bstp_nmix_oprc,
    high: row.bstp_nmix_hgpr,
    low: row.bstp_nmix_lwpr,
    close: row.bstp_nmix_prpr,
    volume: row.acml_vol ?? 0,
  }));
}

type RankRow = Row<
  Output<
    Rows['volumeRank' | 'fluctuationRank' | 'marketCapRank' | 'afterHoursRank' | 'quoteBalanceRank' | 'newHighLowRank']
  >
>;

/** The change of a ranked issue in percent, with its sign. */
export function changePercentOf(row: RankRow): number {
  return signed(row.prdy_ctrt, row.prdy_vrss_sign);
}

/**
 * Decodes a ranking. `figure` reads the figure that it ranks by. Rankings also differ in the column that holds the
 * issue's code.
 */
export function toRankedIssues<R extends RankRow>(
  rows: readonly R[],
  figure: (row: R) => number | undefined,
): readonly RankedIssue[] {
  return rows.map((row, index) => ({
    rank: ('data_rank' in row ? row.data_rank : undefined) ?? index + 1,
    symbol: 'mksc_shrn_iscd' in row ? row.mksc_shrn_iscd : row.stck_shrn_iscd,
    name: row.hts_kor_isnm,
    last: row.stck_prpr,
    change: signed(row.prdy_vrss, row.prdy_vrss_sign),
    changePercent: changePercentOf(row),
    figure: figure(row),
  }));
}

export function toInvestorDays({ output }: Output<Rows['inquireInvestors']>): readonly InvestorDay[] {
  return output.map((row) => ({
    day: row.stck_bsop_date,
    close: row.stck_clpr,
    change: row.prdy_vrss === undefined ? undefined : signed(row.prdy_vrss, row.prdy_vrss_sign),
    individuals: { shares: row.prsn_ntby_qty, amount: row.prsn_ntby_tr_pbmn },
    foreigners: { shares: row.frgn_ntby_qty, amount: row.frgn_ntby_tr_pbmn },
    institutions: { shares: row.orgn_ntby_qty, amount: row.orgn_ntby_tr_pbmn },
  }));
}

export function toForeignHolding({ output }: Output<Market['dailyPrice']>): readonly ForeignHolding[] {
  return output.map((row) => ({ day: row.stck_bsop_date, close: row.stck_clpr, percent: row.hts_frgn_ehrt }));
}

export function toTradeVolumes({ output2 }: Output<Market['dailyTradeVolume']>): readonly TradeVolumeDay[] {
  return output2.map((row) => ({ day: row.stck_bsop_date, bought: row.total_shnu_qty, sold: row.total_seln_qty }));
}

export function toInvestorEstimates({ output2 }: Output<Rows['investorEstimate']>): readonly InvestorEstimate[] {
  return output2
    .map((row) => ({
      report: Number(row.bsop_hour_gb),
      foreigners: row.frgn_fake_ntby_qty,
      institutions: row.orgn_fake_ntby_qty,
      together: row.sum_fake_ntby_qty,
    }))
    .sort((one, other) => other.report - one.report);
}

export function toNetBuying({ output }: Output<Rows['foreignInstitutionTotal']>): readonly NetBuyingIssue[] {
  return output.map((row) => ({
    symbol: row.mksc_shrn_iscd,
    name: row.hts_kor_isnm,
    last: row.stck_prpr,
    changePercent: signed(row.prdy_ctrt, row.prdy_vrss_sign),
    foreigners: { shares: row.frgn_ntby_qty, amount: row.frgn_ntby_tr_pbmn },
    institutions: { shares: row.orgn_ntby_qty, amount: row.orgn_ntby_tr_pbmn },
  }));
}

/** The seven answers in which KIS gives the figures of a company. */
export interface CompanyAnswers {
  readonly balance: Output<Rows['balanceSheet']>;
  readonly income: Output<Rows['incomeStatement']>;
  readonly ratios: Output<Rows['financialRatios']>;
  readonly profit: Output<Rows['profitRatios']>;
  readonly other: Output<Rows['otherRatios']>;
  readonly stability: Output<Rows['stabilityRatios']>;
  readonly growth: Output<Rows['growthRatios']>;
}

function byPeriod<R extends { readonly stac_yymm: string }>({ output }: { readonly output: readonly R[] }) {
  return new Map(output.map((row) => [row.stac_yymm, row]));
}

/** All periods that appear in any of the answers, newest first. */
export function toFinancials(answers: CompanyAnswers): readonly FinancialPeriod[] {
  const balances = byPeriod(answers.balance);
  const incomes = byPeriod(answers.income);
  const ratios = byPeriod(answers.ratios);
  const profits = byPeriod(answers.profit);
  const others = byPeriod(answers.other);
  const stabilities = byPeriod(answers.stability);
  const growths = byPeriod(answers.growth);
  const periods = new Set(
    [balances, incomes, ratios, profits, others, stabilities, growths].flatMap((m) => [...m.keys()]),
  );
  return [...periods]
    .sort()
    .reverse()
    .map((period) => {
      const balance = balances.get(period);
      const income = incomes.get(period);
      const ratio = ratios.get(period);
      const profit = profits.get(period);
      const other = others.get(period);
      const stability = stabilities.get(period);
      const growth = growths.get(period);
      return {
        period,
        revenue: income?.sale_account,
        operatingProfit: income?.bsop_prti,
        netIncome: income?.thtr_ntin,
        assets: balance?.total_aset,
        liabilities: balance?.total_lblt,
        equity: balance?.total_cptl,
        revenueGrowth: growth?.grs ?? ratio?.grs,
        operatingProfitGrowth: growth?.bsop_prfi_inrt ?? ratio?.bsop_prfi_inrt,
        netIncomeGrowth: ratio?.ntin_inrt,
        equityGrowth: growth?.equt_inrt,
        assetGrowth: growth?.totl_aset_inrt,
        returnOnEquity: ratio?.roe_val ?? profit?.self_cptl_ntin_inrt,
        returnOnAssets: profit?.cptl_ntin_rate,
        netMargin: profit?.sale_ntin_rate,
        grossMargin: profit?.sale_totl_rate,
        debtRatio: stability?.lblt_rate ?? ratio?.lblt_rate,
        currentRatio: stability?.crnt_rate,
        quickRatio: stability?.quck_rate,
        borrowingRatio: stability?.bram_depn,
        retentionRatio: ratio?.rsrv_rate,
        payoutRatio: other?.payout_rate,
        eps: ratio?.eps,
        bps: ratio?.bps,
        sps: ratio?.sps,
        ebitda: other?.ebitda,
        // KIS writes 0.00 where it has not calculated the ratio.
        evToEbitda: unlessZero(other?.ev_ebitda),
      };
    });
}

export function toOpinions(symbol: string, { output }: Output<Rows['opinionsOnIssue']>): readonly Opinion[] {
  return output.map((row) => ({
    day: row.stck_bsop_date,
    symbol,
    name: undefined,
    broker: row.mbcr_name,
    opinion: row.invt_opnn,
    before: row.rgbf_invt_opnn,
    target: unlessZero(row.hts_goal_prc),
  }));
}

export function toBrokerOpinions({ output }: Output<Rows['opinionsByBroker']>): readonly Opinion[] {
  return output.map((row) => ({
    day: row.stck_bsop_date,
    symbol: row.stck_shrn_iscd,
    name: row.hts_kor_isnm,
    broker: row.mbcr_name,
    opinion: row.invt_opnn,
    before: row.rgbf_invt_opnn,
    target: unlessZero(row.hts_goal_prc),
  }));
}

export function toNews({ output }: Output<Rows['newsTitles']>): readonly NewsTitle[] {
  return output.map((row) => {
    const columns = row as Readonly<Record<string, string | undefined>>;
    return {
      id: row.cntt_usiq_srno,
      day: row.data_dt,
      time: row.data_tm,
      title: row.hts_pbnt_titl_cntt,
      source: row.dorg,
      symbols: Array.from({ length: 10 }, (_, index) => columns[`iscd${index + 1}`]).filter(
        (symbol) => symbol !== undefined,
      ),
    };
  });
}

export function toScreenMatches({ output2 }: Output<Rows['screenResult']>): readonly ScreenMatch[] {
  return output2.map((row) => ({
    symbol: row.code,
    name: row.name,
    last: row.price,
    changePercent: row.chgrate === undefined ? undefined : signed(row.chgrate, row.daebi),
    volume: row.acml_vol,
    marketValue: unlessZero(row.stotprice),
  }));
}
