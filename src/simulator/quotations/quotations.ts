import { krxClosures } from '../../domain/market/krx-holidays.ts';
import { tickSize } from '../../domain/orders/order-rules.ts';
import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { lastYear } from '../market/companies.ts';
import { figuresAt } from '../market/extended.ts';
import { dateOf, type VenueClock } from '../market/hours.ts';
import { indexQuotations } from '../market/indices.ts';
import { standardCode } from '../market/instruments.ts';
import { interruptions } from '../market/interruptions.ts';
import type { Listing } from '../market/market.ts';
import { prices } from '../market/prices.ts';
import { aboutIssue, type Handler, input, record, type World } from '../rest/answer.ts';
import { changeSign, marketCodes, percentOf } from '../rest/records.ts';
import { answered, inputRefusal, queryRefusals } from '../rest/texts.ts';
import { charts } from './charts.ts';
import { extendedHours } from './extended-hours.ts';
import { inHundredMillions, marketValue, statusCode, warningCodes, yearRange, yesNo } from './figures.ts';
import { foreignRatio } from './investors.ts';

type Numbered = Record<string, string | number>;

/** The valuation of a stock by its last full year. Other issues have none. */
function valuation(world: World, { issue, today }: Listing) {
  if (issue.kind !== 'stock') return {};
  const { eps, bps } = lastYear(world, issue);
  return {
    per: (today.last / eps).toFixed(2),
    pbr: (today.last / bps).toFixed(2),
    eps: eps.toFixed(2),
    bps: bps.toFixed(2),
  };
}

const inquirePrice = aboutIssue((listing, call) => {
  const { world } = call;
  const { issue, marks } = listing;
  const today = figuresAt(listing, input(call, 'FID_COND_MRKT_DIV_CODE'));
  const { high, low } = yearRange(listing, world.market.day);
  return {
    output: record(domesticMarket.inquirePrice.output.output.fields, {
      iscd_stat_cls_code: statusCode(marks),
      marg_rate: '20.00',
      rprs_mrkt_kor_name: issue.market === 'KOSPI' ? 'KOSPI200' : issue.market,
      bstp_kor_isnm: issue.industry,
      temp_stop_yn: yesNo(marks.halted),
      oprc_rang_cont_yn: 'N',
      clpr_rang_cont_yn: 'N',
      crdt_able_yn: 'Y',
      grmn_rate_cls_code: '40',
      elw_pblc_yn: 'N',
      stck_prpr: today.last,
      prdy_vrss: today.last - today.base,
      prdy_vrss_sign: changeSign(today.last, today),
      prdy_ctrt: percentOf(today.last - today.base, today.base),
      acml_tr_pbmn: today.turnover,
      acml_vol: today.volume,
      prdy_vrss_vol_rate: percentOf(today.volume, today.previousVolume),
      stck_oprc: today.open,
      stck_hgpr: today.high,
      stck_lwpr: today.low,
      stck_mxpr: today.upper,
      stck_llam: today.lower,
      stck_sdpr: today.base,
      wghn_avrg_stck_prc: (today.volume === 0 ? today.last : today.turnover / today.volume).toFixed(2),
      rstc_wdth_prc: today.upper - today.base,
      aspr_unit: tickSize(today.last, issue.kind),
      hts_deal_qty_unit_val: '1',
      lstn_stcn: issue.listedThousands * 1000,
      hts_avls: inHundredMillions(marketValue(listing)),
      hts_frgn_ehrt: foreignRatio(world, issue),
      ...valuation(world, listing),
      vol_tnrt: percentOf(today.volume, issue.listedThousands * 1000),
      stac_month: '12',
      d250_hgpr: high.high,
      d250_hgpr_date: high.start,
      d250_hgpr_vrss_prpr_rate: percentOf(today.last - high.high, high.high),
      d250_lwpr: low.low,
      d250_lwpr_date: low.start,
      d250_lwpr_vrss_prpr_rate: percentOf(today.last - low.low, low.low),
      w52_hgpr: high.high,
      w52_hgpr_date: high.start,
      w52_hgpr_vrss_prpr_ctrt: percentOf(today.last - high.high, high.high),
      w52_lwpr: low.low,
      w52_lwpr_date: low.start,
      w52_lwpr_vrss_prpr_ctrt: percentOf(today.last - low.low, low.low),
      stck_shrn_iscd: issue.symbol,
      vi_cls_code: yesNo(marks.interrupted),
      ovtm_vi_cls_code: 'N',
      invt_caful_yn: 'N',
      mrkt_warn_cls_code: warningCodes[marks.warning] ?? '00',
      short_over_yn: yesNo(marks.warning === 'overheated'),
      sltr_yn: yesNo(marks.warning === 'liquidation'),
      ssts_yn: 'Y',
      mang_issu_cls_code: yesNo(marks.warning === 'administrative'),
    }),
  };
});

const inquireAskingPrice = aboutIssue((listing, call) => {
  const { book, issue, marks } = listing;
  const today = figuresAt(listing, input(call, 'FID_COND_MRKT_DIV_CODE'));
  const asks = book.levels('sell');
  const bids = book.levels('buy');
  const totalAsk = asks.reduce((sum, level) => sum + level.size, 0);
  const totalBid = bids.reduce((sum, level) => sum + level.size, 0);
  const levels: Numbered = {};
  for (let level = 1; level <= 10; level += 1) {
    levels[`askp${level}`] = asks[level - 1]?.price ?? 0;
    levels[`bidp${level}`] = bids[level - 1]?.price ?? 0;
    levels[`askp_rsqn${level}`] = asks[level - 1]?.size ?? 0;
    levels[`bidp_rsqn${level}`] = bids[level - 1]?.size ?? 0;
  }
  const { output1, output2 } = domesticMarket.inquireAskingPrice.output;
  return {
    output1: record(output1.fields, {
      ...levels,
      aspr_acpt_hour: call.world.clock.time(),
      total_askp_rsqn: totalAsk,
      total_bidp_rsqn: totalBid,
      ntby_aspr_rsqn: totalBid - totalAsk,
      new_mkop_cls_code: marketCodes(call.world.clock).operation,
    }),
    output2: record(output2.fields, {
      ...auctionOf(call.world.clock, today.last, Math.min(totalAsk, totalBid)),
      stck_prpr: today.last,
      stck_oprc: today.open,
      stck_hgpr: today.high,
      stck_lwpr: today.low,
      stck_sdpr: today.base,
      antc_cntg_vrss_sign: '3',
      stck_shrn_iscd: issue.symbol,
      vi_cls_code: yesNo(marks.interrupted),
    }),
  };
});

/**
 * The price and size of the auction that is under way. Outside an auction KIS leaves the last ones there, with a code
 * that says that it is over.
 */
function auctionOf(clock: VenueClock, price: number, size: number) {
  const session = clock.session();
  const code = session === 'opening-auction' ? '311' : session === 'closing-auction' ? '121' : '112';
  return { antc_mkop_cls_code: code, antc_cnpr: price, antc_vol: size };
}

const multiplePrices: Handler = (call) => {
  const { fields } = domesticMarket.multiplePrices.output.output;
  const asked = Array.from({ length: 30 }, (_, index) => ({
    listing: call.world.market.look(input(call, `FID_INPUT_ISCD_${index + 1}`)),
    division: input(call, `FID_COND_MRKT_DIV_CODE_${index + 1}`),
  }));
  const found = asked.flatMap(({ listing, division }) => (listing === undefined ? [] : [{ listing, division }]));
  return {
    text: answered.quotation,
    blocks: {
      output: found.map(({ listing, division }) => {
        const { issue, book } = listing;
        const today = figuresAt(listing, division);
        const sizes = (side: 'buy' | 'sell'): number => book.levels(side).reduce((sum, level) => sum + level.size, 0);
        return record(fields, {
          kospi_kosdaq_cls_name: issue.market === 'KOSDAQ' ? '코스닥' : '거래소',
          mrkt_trtm_cls_name: issue.market === 'KOSDAQ' ? '코스닥' : '거래소',
          hour_cls_code: '0',
          inter_shrn_iscd: issue.symbol,
          inter_kor_isnm: issue.name,
          inter2_prpr: today.last,
          inter2_prdy_vrss: today.last - today.base,
          prdy_vrss_sign: changeSign(today.last, today),
          prdy_ctrt: percentOf(today.last - today.base, today.base),
          acml_vol: today.volume,
          inter2_oprc: today.open,
          inter2_hgpr: today.high,
          inter2_lwpr: today.low,
          inter2_llam: today.lower,
          inter2_mxpr: today.upper,
          inter2_askp: book.best('sell') ?? 0,
          inter2_bidp: book.best('buy') ?? 0,
          seln_rsqn: book.levels('sell')[0]?.size ?? 0,
          shnu_rsqn: book.levels('buy')[0]?.size ?? 0,
          total_askp_rsqn: sizes('sell'),
          total_bidp_rsqn: sizes('buy'),
          acml_tr_pbmn: today.turnover,
          inter2_prdy_clpr: today.base,
          oprc_vrss_hgpr_rate: percentOf(today.high - today.open, today.open),
          intr_antc_cntg_vrss_sign: '3',
          inter2_sdpr: today.base,
        });
      }),
    },
  };
};

const productInfo: Handler = (call) => {
  const listing = call.world.market.find(input(call, 'PDNO'));
  if (listing === undefined) return { refusal: queryRefusals.symbol };
  const { issue } = listing;
  return {
    text: answered.found,
    blocks: {
      output: record(domesticMarket.productInfo.output.output.fields, {
        pdno: issue.symbol,
        prdt_name: issue.name,
        prdt_name120: issue.name,
        prdt_abrv_name: issue.name,
        prdt_eng_name: issue.english,
        prdt_eng_name120: issue.english,
        prdt_eng_abrv_name: issue.english.slice(0, 60),
        prdt_type_cd: '300',
        prdt_clsf_name: '주권',
        ivst_prdt_type_cd_name: '주식',
        std_pdno: standardCode(issue),
        shtn_pdno: issue.symbol,
      }),
    },
  };
};

const stockInfo: Handler = (call) => {
  const listing = call.world.market.find(input(call, 'PDNO'));
  if (listing === undefined) return { refusal: queryRefusals.symbol };
  const { issue, today } = listing;
  const isStock = issue.kind === 'stock';
  return {
    text: answered.found,
    blocks: {
      output: record(domesticMarket.stockInfo.output.output.fields, {
        pdno: `00000A${issue.symbol}`,
        prdt_type_cd: '300',
        mket_id_cd: { KOSPI: 'STK', KOSDAQ: 'KSQ', KONEX: 'KNX' }[issue.market],
        scty_grp_id_cd: { stock: 'ST', etf: 'EF', etn: 'EN', other: '' }[issue.kind],
        excg_dvsn_cd: issue.market === 'KOSPI' ? '02' : '03',
        prdt_name: issue.name,
        prdt_name120: issue.name,
        prdt_abrv_name: issue.name,
        std_pdno: standardCode(issue),
        setl_mmdd: '12',
        lstg_stqt: issue.listedThousands * 1000,
        kospi200_item_yn: isStock && issue.market === 'KOSPI' ? 'Y' : 'N',
        etf_dvsn_cd: isStock ? '0' : '1',
        tr_stop_yn: 'N',
        admn_item_yn: 'N',
        nxt_tr_stop_yn: 'N',
        cptt_trad_tr_psbl_yn: isStock ? 'Y' : 'N',
        thdt_clpr: today.last,
        bfdy_clpr: today.base,
      }),
    },
  };
};

/** How many days ahead the calendar goes. */
const holidayDays = 120;

const checkHoliday: Handler = (call) => {
  const { clock } = call.world;
  const first = dateOf(input(call, 'BASS_DT'));
  if (!first.isValid) return { refusal: inputRefusal('BASS_DT') };
  const from = /^\d{8}$/.test(call.cursor) ? dateOf(call.cursor).plus({ days: 1 }) : first;
  const size = call.row.paging?.rows.live ?? holidayDays;
  const { fields } = domesticMarket.checkHoliday.output.output;
  const rows = Array.from({ length: size }, (_, index) => {
    const date = from.plus({ days: index });
    const day = date.toFormat('yyyyMMdd');
    const open = clock.isOpenDay(day) ? 'Y' : 'N';
    // On the last day of the year banks work and the market is closed.
    const worked = date.weekday <= 5 && (day.endsWith('1231') || !krxClosures.includes(day));
    return record(fields, {
      bass_dt: day,
      wday_dvsn_cd: `0${(date.weekday % 7) + 1}`,
      bzdy_yn: worked || open === 'Y' ? 'Y' : 'N',
      tr_day_yn: 'Y',
      opnd_yn: open,
      sttl_day_yn: open,
    });
  });
  const last = from.plus({ days: size - 1 });
  const next = last < first.plus({ days: holidayDays }) ? last.toFormat('yyyyMMdd') : '';
  return { text: next === '' ? answered.complete : answered.more, blocks: { output: rows }, next };
};

/** Quotations by endpoint id. */
export const quotations: ReadonlyMap<string, Handler> = new Map([
  ...charts,
  ...prices,
  ...indexQuotations,
  ...interruptions,
  ...extendedHours,
  [domesticMarket.inquirePrice.id, inquirePrice],
  [domesticMarket.inquireAskingPrice.id, inquireAskingPrice],
  [domesticMarket.multiplePrices.id, multiplePrices],
  [domesticMarket.productInfo.id, productInfo],
  [domesticMarket.stockInfo.id, stockInfo],
  [domesticMarket.checkHoliday.id, checkHoliday],
]);
