import { channels } from '../../kis/endpoints/channels.ts';
import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { sum } from '../account/order.ts';
import { daysWithToday, inMillions, listingsOf, plainSign } from '../quotations/figures.ts';
import { type Call, type Handler, input, record, type World } from '../rest/answer.ts';
import { line, percentOf } from '../rest/records.ts';
import { answered, type BusinessRefusal, inputRefusal, queryRefusals } from '../rest/texts.ts';
import { group, type HistoryBar } from './history.ts';
import type { Listing } from './market.ts';

/** The name of an index, and its points when its issues were at the base prices of the table. */
const indices: Readonly<Record<string, { readonly name: string; readonly base: number }>> = {
  '0001': { name: '종합', base: 2650 },
  '1001': { name: 'KOSDAQ', base: 780 },
  '2001': { name: 'KOSPI200', base: 355 },
};

/** An index: its days, oldest first and today last, in points, shares and won. */
interface Index {
  readonly code: string;
  readonly name: string;
  readonly listings: readonly Listing[];
  readonly days: readonly HistoryBar[];
}

/** The index a call is about. */
function indexOf(call: Call): Index | { readonly refusal: BusinessRefusal } {
  if (input(call, 'FID_COND_MRKT_DIV_CODE') !== 'U') return { refusal: inputRefusal('FID_COND_MRKT_DIV_CODE') };
  return indexNow(call.world, input(call, 'FID_INPUT_ISCD')) ?? { refusal: queryRefusals.symbol };
}

/** An index by its code: its issues' prices weighted by listed shares. */
function indexNow(world: Pick<World, 'market' | 'clock'>, code: string): Index | undefined {
  const row = indices[code];
  if (row === undefined) return undefined;
  const listings = (listingsOf(world, code) ?? []).filter(({ issue }) => issue.kind === 'stock');
  const whole = sum(listings, ({ issue }) => issue.base * issue.listedThousands);
  const byListing = listings.map((listing) => ({
    weight: listing.issue.listedThousands,
    bars: daysWithToday(listing, world.market.day),
  }));
  const days = (byListing[0]?.bars ?? []).map(({ start }, day): HistoryBar => {
    const total = (value: (bar: HistoryBar) => number, weighted: boolean): number =>
      sum(byListing, ({ weight, bars }) => {
        const bar = bars[day];
        return bar === undefined ? 0 : value(bar) * (weighted ? weight : 1);
      });
    const points = (value: (bar: HistoryBar) => number): number =>
      Math.round((row.base * total(value, true) * 100) / whole) / 100;
    return {
      start,
      open: points((bar) => bar.open),
      high: points((bar) => bar.high),
      low: points((bar) => bar.low),
      close: points((bar) => bar.close),
      volume: total((bar) => bar.volume, false),
      turnover: total((bar) => bar.turnover, false),
    };
  });
  return { code, name: row.name, listings, days };
}

const nothing: HistoryBar = { start: '', open: 0, high: 0, low: 0, close: 0, volume: 0, turnover: 0 };

/** Today's figures of an index, for queries and pushes. */
function figuresOf({ days, listings }: Index) {
  const [today, before] = [days.at(-1) ?? nothing, days.at(-2) ?? nothing];
  const count = (test: (listing: Listing) => boolean): number => listings.filter(test).length;
  return {
    today,
    before,
    sinceYesterday: (points: number): string => (points - before.close).toFixed(2),
    inPercent: (points: number): string => percentOf(points - before.close, before.close),
    rising: count((listing) => listing.today.last > listing.today.base),
    atUpper: count((listing) => listing.today.last === listing.today.upper),
    unchanged: count((listing) => listing.today.last === listing.today.base),
    falling: count((listing) => listing.today.last < listing.today.base),
    atLower: count((listing) => listing.today.last === listing.today.lower),
  };
}

/** One record of the topic; undefined for a code that is no index. */
export function indexRecord(world: Pick<World, 'market' | 'clock'>, code: string): string | undefined {
  const index = indexNow(world, code);
  if (index === undefined) return undefined;
  const { today, before, sinceYesterday, inPercent, ...counts } = figuresOf(index);
  const toLast = (points: number): string => (today.close - points).toFixed(2);
  const sign = (points: number): string => plainSign(today.close - points);
  return line(channels.index.columns, {
    BSTP_CLS_CODE: code,
    BSOP_HOUR: world.clock.time(),
    PRPR_NMIX: today.close.toFixed(2),
    PRDY_VRSS_SIGN: sign(before.close),
    BSTP_NMIX_PRDY_VRSS: sinceYesterday(today.close),
    ACML_VOL: Math.round(today.volume / 1000),
    ACML_TR_PBMN: inMillions(today.turnover),
    PCAS_VOL: 0,
    PCAS_TR_PBMN: 0,
    PRDY_CTRT: inPercent(today.close),
    OPRC_NMIX: today.open.toFixed(2),
    NMIX_HGPR: today.high.toFixed(2),
    NMIX_LWPR: today.low.toFixed(2),
    OPRC_VRSS_NMIX_PRPR: toLast(today.open),
    OPRC_VRSS_NMIX_SIGN: sign(today.open),
    HGPR_VRSS_NMIX_PRPR: toLast(today.high),
    HGPR_VRSS_NMIX_SIGN: sign(today.high),
    LWPR_VRSS_NMIX_PRPR: toLast(today.low),
    LWPR_VRSS_NMIX_SIGN: sign(today.low),
    PRDY_CLPR_VRSS_OPRC_RATE: inPercent(today.open),
    PRDY_CLPR_VRSS_HGPR_RATE: inPercent(today.high),
    PRDY_CLPR_VRSS_LWPR_RATE: inPercent(today.low),
    UPLM_ISSU_CNT: counts.atUpper,
    ASCN_ISSU_CNT: counts.rising,
    STNR_ISSU_CNT: counts.unchanged,
    DOWN_ISSU_CNT: counts.falling,
    LSLM_ISSU_CNT: counts.atLower,
    QTQT_ASCN_ISSU_CNT: 0,
    QTQT_DOWN_ISSU_CNT: 0,
    TICK_VRSS: 0,
  }).join('^');
}

const inquireIndex: Handler = (call) => {
  const index = indexOf(call);
  if ('refusal' in index) return index;
  const { days, listings } = index;
  const { today, before, sinceYesterday, inPercent, ...counts } = figuresOf(index);
  const thisYear = days.filter(({ start }) => start.slice(0, 4) === today.start.slice(0, 4));
  const high = thisYear.reduce((best, day) => (day.high > best.high ? day : best), today);
  const low = thisYear.reduce((best, day) => (day.low < best.low ? day : best), today);
  const waiting = (side: 'buy' | 'sell'): number =>
    sum(listings, ({ book }) => sum(book.levels(side), (level) => level.size));
  const [asks, bids] = [waiting('sell'), waiting('buy')];
  return {
    text: answered.quotation,
    blocks: {
      output: record(domesticMarket.inquireIndex.output.output.fields, {
        bstp_nmix_prpr: today.close.toFixed(2),
        bstp_nmix_prdy_vrss: sinceYesterday(today.close),
        prdy_vrss_sign: plainSign(today.close - before.close),
        bstp_nmix_prdy_ctrt: inPercent(today.close),
        acml_vol: Math.round(today.volume / 1000),
        prdy_vol: Math.round(before.volume / 1000),
        acml_tr_pbmn: inMillions(today.turnover),
        prdy_tr_pbmn: inMillions(before.turnover),
        bstp_nmix_oprc: today.open.toFixed(2),
        prdy_nmix_vrss_nmix_oprc: sinceYesterday(today.open),
        oprc_vrss_prpr_sign: plainSign(today.open - before.close),
        bstp_nmix_oprc_prdy_ctrt: inPercent(today.open),
        bstp_nmix_hgpr: today.high.toFixed(2),
        prdy_nmix_vrss_nmix_hgpr: sinceYesterday(today.high),
        hgpr_vrss_prpr_sign: plainSign(today.high - before.close),
        bstp_nmix_hgpr_prdy_ctrt: inPercent(today.high),
        bstp_nmix_lwpr: today.low.toFixed(2),
        prdy_clpr_vrss_lwpr: sinceYesterday(today.low),
        lwpr_vrss_prpr_sign: plainSign(today.low - before.close),
        prdy_clpr_vrss_lwpr_rate: inPercent(today.low),
        ascn_issu_cnt: counts.rising,
        uplm_issu_cnt: counts.atUpper,
        stnr_issu_cnt: counts.unchanged,
        down_issu_cnt: counts.falling,
        lslm_issu_cnt: counts.atLower,
        dryy_bstp_nmix_hgpr: high.high.toFixed(2),
        dryy_hgpr_vrss_prpr_rate: percentOf(high.high - today.close, high.high),
        dryy_bstp_nmix_hgpr_date: high.start,
        dryy_bstp_nmix_lwpr: low.low.toFixed(2),
        dryy_lwpr_vrss_prpr_rate: percentOf(low.low - today.close, low.low),
        dryy_bstp_nmix_lwpr_date: low.start,
        total_askp_rsqn: asks,
        total_bidp_rsqn: bids,
        seln_rsqn_rate: percentOf(asks, asks + bids),
        shnu_rsqn_rate: percentOf(bids, asks + bids),
        ntby_rsqn: bids - asks,
      }),
    },
  };
};

const maxIndexRows = 50;

const indexChart: Handler = (call) => {
  const index = indexOf(call);
  if ('refusal' in index) return index;
  const { code, name, days } = index;
  const { output1, output2 } = domesticMarket.indexChart.output;
  const [today, before] = [days.at(-1) ?? nothing, days.at(-2) ?? nothing];
  const period = (['W', 'M', 'Y'] as const).find((letter) => letter === input(call, 'FID_PERIOD_DIV_CODE')) ?? 'D';
  const [from, to] = [input(call, 'FID_INPUT_DATE_1'), input(call, 'FID_INPUT_DATE_2')];
  const bars = group(days, period)
    .filter(({ start }) => from <= start && start <= to)
    .slice(-maxIndexRows)
    .reverse();
  return {
    text: answered.quotation,
    blocks: {
      output1: record(output1.fields, {
        bstp_nmix_prdy_vrss: (today.close - before.close).toFixed(2),
        prdy_vrss_sign: plainSign(today.close - before.close),
        bstp_nmix_prdy_ctrt: percentOf(today.close - before.close, before.close),
        prdy_nmix: before.close.toFixed(2),
        acml_vol: Math.round(today.volume / 1000),
        acml_tr_pbmn: inMillions(today.turnover),
        hts_kor_isnm: name,
        bstp_nmix_prpr: today.close.toFixed(2),
        bstp_cls_code: code,
        prdy_vol: Math.round(before.volume / 1000),
        bstp_nmix_oprc: today.open.toFixed(2),
        bstp_nmix_hgpr: today.high.toFixed(2),
        bstp_nmix_lwpr: today.low.toFixed(2),
        futs_prdy_oprc: before.open.toFixed(2),
        futs_prdy_hgpr: before.high.toFixed(2),
        futs_prdy_lwpr: before.low.toFixed(2),
      }),
      output2: bars.map((bar) =>
        record(output2.fields, {
          stck_bsop_date: bar.start,
          bstp_nmix_prpr: bar.close.toFixed(2),
          bstp_nmix_oprc: bar.open.toFixed(2),
          bstp_nmix_hgpr: bar.high.toFixed(2),
          bstp_nmix_lwpr: bar.low.toFixed(2),
          acml_vol: Math.round(bar.volume / 1000),
          acml_tr_pbmn: inMillions(bar.turnover),
          mod_yn: 'N',
        }),
      ),
    },
  };
};

/** Indices by endpoint id. */
export const indexQuotations: ReadonlyMap<string, Handler> = new Map([
  [domesticMarket.inquireIndex.id, inquireIndex],
  [domesticMarket.indexChart.id, indexChart],
]);
