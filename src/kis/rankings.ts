import type { RankedIssue, RankingKind, RankingMarket } from '../domain/market/research.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import * as decode from './codecs/decode-research.ts';
import { krx } from './endpoints/domestic-market.ts';
import { domesticResearch } from './endpoints/domestic-research.ts';
import type { MarketReads } from './market-reads.ts';

/** KIS's codes for the markets that a ranking is about; a single market has the code of its index. */
export const marketCodes: Readonly<Record<RankingMarket, string>> = { all: '0000', KOSPI: '0001', KOSDAQ: '1001' };
/** A ranking has so many issues at most. KIS documents this as its page, but sends longer ones at times. */
const mostRanked = 30;

/** Inputs that set no bound on price or volume and leave no issue out. */
const unbounded = {
  fid_input_price_1: '',
  fid_input_price_2: '',
  fid_vol_cnt: '',
  fid_div_cls_code: '0',
  fid_trgt_cls_code: '0',
  fid_trgt_exls_cls_code: '0',
} as const;

/** Reads one of KIS's rankings, best first. @throws KisError as `MarketReads.read` does. */
export async function readRanking(
  reads: MarketReads,
  kind: RankingKind,
  market: RankingMarket,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  return (await readKind(reads, kind, marketCodes[market], options)).slice(0, mostRanked);
}

function readKind(
  reads: MarketReads,
  kind: RankingKind,
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  switch (kind) {
    case 'volume':
    case 'turnover':
      return byVolume(reads, kind, market, options);
    case 'rise':
    case 'fall':
      return byChange(reads, kind, market, options);
    case 'market-value':
      return byMarketValue(reads, market, options);
    case 'after-hours':
      return byAfterHours(reads, market, options);
    case 'bids':
    case 'asks':
      return byWaiting(reads, kind, market, options);
    case 'new-high':
    case 'new-low':
      return byExtreme(reads, kind, market, options);
  }
}

async function byVolume(
  reads: MarketReads,
  kind: 'volume' | 'turnover',
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    ...krx,
    FID_COND_SCR_DIV_CODE: '20171',
    FID_INPUT_ISCD: market,
    FID_DIV_CLS_CODE: '0',
    // 0 ranks by average volume, which for one day is the volume; 3 ranks by turnover.
    FID_BLNG_CLS_CODE: kind === 'volume' ? '0' : '3',
    // All margin classes; no issue is left out.
    FID_TRGT_CLS_CODE: '111111111',
    FID_TRGT_EXLS_CLS_CODE: '0000000000',
    FID_INPUT_PRICE_1: '',
    FID_INPUT_PRICE_2: '',
    FID_VOL_CNT: '',
    FID_INPUT_DATE_1: '',
  } as const;
  const { output } = await reads.read(domesticResearch.volumeRank, input, options);
  return decode.toRankedIssues(output, (row) => (kind === 'volume' ? row.acml_vol : row.acml_tr_pbmn));
}

async function byChange(
  reads: MarketReads,
  kind: 'rise' | 'fall',
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    ...unbounded,
    fid_cond_mrkt_div_code: 'J',
    fid_cond_scr_div_code: '20170',
    fid_input_iscd: market,
    // KIS's current samples send 0 alone. Its older request collection has 1 for falls. In the price class, 1 means a
    // change against the last close and 0 one against the day's low or high.
    fid_rank_sort_cls_code: kind === 'rise' ? '0' : '1',
    fid_prc_cls_code: '1',
    fid_input_cnt_1: '0',
    fid_rsfl_rate1: '',
    fid_rsfl_rate2: '',
  } as const;
  const { output } = await reads.read(domesticResearch.fluctuationRank, input, options);
  return decode.toRankedIssues(output, decode.changePercentOf);
}

async function byMarketValue(
  reads: MarketReads,
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    ...unbounded,
    fid_cond_mrkt_div_code: 'J',
    fid_cond_scr_div_code: '20174',
    fid_input_iscd: market,
  } as const;
  const { output } = await reads.read(domesticResearch.marketCapRank, input, options);
  return decode.toRankedIssues(output, (row) => row.stck_avls);
}

async function byAfterHours(
  reads: MarketReads,
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    ...unbounded,
    fid_cond_mrkt_div_code: 'J',
    fid_cond_scr_div_code: '20176',
    // 1 and 2 rank by the trades before and after hours, 3 by waiting asks, 4 by waiting bids.
    fid_rank_sort_cls_code: '4',
    fid_input_iscd: market,
  } as const;
  const { output } = await reads.read(domesticResearch.afterHoursRank, input, options);
  return decode.toRankedIssues(output, (row) => row.ovtm_total_bidp_rsqn);
}

async function byWaiting(
  reads: MarketReads,
  kind: 'bids' | 'asks',
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    ...unbounded,
    fid_cond_mrkt_div_code: 'J',
    fid_cond_scr_div_code: '20172',
    fid_input_iscd: market,
    fid_rank_sort_cls_code: kind === 'bids' ? '0' : '1',
  } as const;
  const { output } = await reads.read(domesticResearch.quoteBalanceRank, input, options);
  return decode.toRankedIssues(output, ({ total_askp_rsqn: asks, total_bidp_rsqn: bids }) => {
    if (asks === undefined || bids === undefined) return undefined;
    return kind === 'bids' ? bids - asks : asks - bids;
  });
}

async function byExtreme(
  reads: MarketReads,
  kind: 'new-high' | 'new-low',
  market: string,
  options?: ReadOptions,
): Promise<readonly RankedIssue[]> {
  const input = {
    fid_cond_mrkt_div_code: 'J',
    fid_cond_scr_div_code: '20187',
    fid_div_cls_code: '0',
    // Issues within ten percent of their high or low.
    fid_input_cnt_1: '0',
    fid_input_cnt_2: '10',
    fid_prc_cls_code: kind === 'new-high' ? '0' : '1',
    fid_input_iscd: market,
    fid_trgt_cls_code: '0',
    fid_trgt_exls_cls_code: '0',
    fid_aply_rang_vol: '0',
    fid_aply_rang_prc_1: '',
    fid_aply_rang_prc_2: '',
  } as const;
  const { output } = await reads.read(domesticResearch.newHighLowRank, input, options);
  return decode.toRankedIssues(output, (row) => (kind === 'new-high' ? row.hprc_near_rate : row.lwpr_near_rate));
}
