import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { sum } from '../account/order.ts';
import { changeColumns, daysWithToday, plainSign, warningCodes, yesNo } from '../quotations/figures.ts';
import { foreignersNet, foreignRatio } from '../quotations/investors.ts';
import { aboutIssue, type Handler, input, record } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { group, type HistoryBar } from './history.ts';
import type { Issue } from './instruments.ts';
import { randomFor } from './random.ts';

const inquirePrice2 = aboutIssue(({ issue, today, marks }) => {
  const against = (name: 'oprc' | 'hgpr' | 'lwpr', price: number) => ({
    [`stck_${name}`]: price,
    [`prdy_clpr_vrss_${name}_rate`]: percentOf(price - today.base, today.base),
    [`${name}_vrss_prpr_sign`]: plainSign(today.last - price),
    [`${name}_vrss_prpr`]: today.last - price,
  });
  return {
    output: record(domesticMarket.inquirePrice2.output.output.fields, {
      rprs_mrkt_kor_name: issue.market === 'KOSPI' ? 'KOSPI200' : issue.market,
      insn_pbnt_yn: 'N',
      stck_prpr: today.last,
      ...changeColumns(today),
      acml_tr_pbmn: today.turnover,
      acml_vol: today.volume,
      prdy_vol: today.previousVolume,
      prdy_vrss_vol_rate: percentOf(today.volume, today.previousVolume),
      bstp_kor_isnm: issue.industry,
      sltr_yn: yesNo(marks.warning === 'liquidation'),
      mang_issu_yn: yesNo(marks.warning === 'administrative'),
      trht_yn: yesNo(marks.halted),
      oprc_rang_cont_yn: 'N',
      vlnt_fin_cls_code: 'N',
      stck_prdy_clpr: today.base,
      ...against('oprc', today.open),
      ...against('hgpr', today.high),
      ...against('lwpr', today.low),
      marg_rate: '20.00',
      crdt_rate: '20.00',
      crdt_able_yn: 'Y',
      elw_pblc_yn: 'N',
      stck_mxpr: today.upper,
      stck_llam: today.lower,
      // KIS writes the code of the issue in this column.
      bstp_cls_code: issue.symbol,
      stck_sdpr: today.base,
      vi_cls_code: yesNo(marks.interrupted),
      low_current_yn: 'N',
      stange_runup_yn: 'N',
      invt_caful_yn: 'N',
      mrkt_warn_cls_code: warningCodes[marks.warning] ?? '00',
      short_over_yn: yesNo(marks.warning === 'overheated'),
    }),
  };
});

const inquireTrades = aboutIssue(({ prints }) => {
  const { fields } = domesticMarket.inquireTrades.output.output;
  return {
    output: prints.toReversed().map(({ time, size, figures }) =>
      record(fields, {
        stck_cntg_hour: time,
        stck_prpr: figures.last,
        ...changeColumns(figures),
        cntg_vol: size,
        tday_rltv: percentOf(figures.buyVolume, figures.sellVolume),
      }),
    ),
  };
});

const dailyRows = 30;

const dailyPrice = aboutIssue((listing, call) => {
  const { world } = call;
  const { fields } = domesticMarket.dailyPrice.output.output;
  const days = daysWithToday(listing, world.market.day);
  const period = (['D', 'W', 'M'] as const).find((code) => code === input(call, 'FID_PERIOD_DIV_CODE')) ?? 'D';
  const bars = group(days, period);
  const rows = bars.map((bar, index) => ({ bar, before: bars[index - 1], after: bars[index + 1]?.start ?? '9' }));
  return {
    output: rows
      .slice(-dailyRows)
      .reverse()
      .map(({ bar, before, after }) => {
        const change = bar.close - (before?.close ?? bar.open);
        const within = days.filter(({ start }) => bar.start <= start && start < after);
        return record(fields, {
          stck_bsop_date: bar.start,
          stck_oprc: bar.open,
          stck_hgpr: bar.high,
          stck_lwpr: bar.low,
          stck_clpr: bar.close,
          acml_vol: bar.volume,
          prdy_vrss_vol_rate: percentOf(bar.volume - (before?.volume ?? bar.volume), before?.volume ?? 0),
          prdy_vrss: change,
          prdy_vrss_sign: plainSign(change),
          prdy_ctrt: percentOf(change, bar.close - change),
          hts_frgn_ehrt: foreignRatio(world, listing.issue),
          frgn_ntby_qty: sum(within, (day) => foreignersNet(world, listing.issue, day)),
          flng_cls_code: '00',
        });
      }),
  };
});

/** The volume of a day, by the side that came to the other's price. */
interface Sides {
  readonly start: string;
  readonly bought: number;
  readonly sold: number;
}

function pastSides(seed: number, issue: Issue, { start, volume }: HistoryBar): Sides {
  const bought = Math.round(volume * (0.42 + 0.16 * randomFor(seed, `sides ${issue.symbol} ${start}`)()));
  return { start, bought, sold: volume - bought };
}

const maxVolumeRows = 100;

const dailyTradeVolume = aboutIssue((listing, call) => {
  const { market, settings } = call.world;
  const { issue, today, days } = listing;
  const { output1, output2 } = domesticMarket.dailyTradeVolume.output;
  const current: Sides = { start: market.day, bought: today.buyVolume, sold: today.sellVolume };
  const sides = [...days.map((bar) => pastSides(settings.seed, issue, bar)), current];
  const period = (['W', 'M', 'Y'] as const).find((code) => code === input(call, 'FID_PERIOD_DIV_CODE')) ?? 'D';
  const bars = group(daysWithToday(listing, market.day), period);
  const [from, to] = [input(call, 'FID_INPUT_DATE_1'), input(call, 'FID_INPUT_DATE_2') || '9'];
  const rows = bars
    .map((bar, index) => {
      const after = bars[index + 1]?.start ?? '9';
      const within = sides.filter(({ start }) => bar.start <= start && start < after);
      return { start: bar.start, bought: sum(within, (day) => day.bought), sold: sum(within, (day) => day.sold) };
    })
    .filter(({ start }) => from <= start && start <= to)
    .slice(-maxVolumeRows)
    .reverse();
  return {
    output1: record(output1.fields, { shnu_cnqn_smtn: current.bought, seln_cnqn_smtn: current.sold }),
    output2: rows.map(({ start, bought, sold }) =>
      record(output2.fields, { stck_bsop_date: start, total_seln_qty: sold, total_shnu_qty: bought }),
    ),
  };
});

/** Further figures of one issue, by endpoint id. */
export const prices: ReadonlyMap<string, Handler> = new Map([
  [domesticMarket.inquirePrice2.id, inquirePrice2],
  [domesticMarket.inquireTrades.id, inquireTrades],
  [domesticMarket.dailyPrice.id, dailyPrice],
  [domesticMarket.dailyTradeVolume.id, dailyTradeVolume],
]);
