import { shiftedHours } from '../../domain/market/krx-holidays.ts';
import { later } from '../../domain/market/session.ts';
import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { addTradingDays } from '../market/hours.ts';
import { aboutIssue, type Handler, record } from '../rest/answer.ts';
import { changeSign, percentOf } from '../rest/records.ts';
import { answered } from '../rest/texts.ts';

/** The prices of KRX's after-market; all zeros where it has not traded. Their base is the regular session's close. */
const inquireOvertimePrice = aboutIssue(({ issue, today, extended, book }) => {
  const { fields } = domesticMarket.inquireOvertimePrice.output.output;
  const { KRX: after } = extended;
  const change = (after?.last ?? today.last) - today.last;
  return {
    output: record(fields, {
      bstp_kor_isnm: issue.industry,
      rprs_mrkt_kor_name: issue.market === 'KOSPI' ? 'KOSPI200' : issue.market,
      marg_rate: '20.00',
      ovtm_untp_mxpr: today.upper,
      ovtm_untp_llam: today.lower,
      ovtm_untp_sdpr: today.last,
      ovtm_untp_prdy_vrss_sign: '3',
      ...(after && {
        ovtm_untp_prpr: after.last,
        ovtm_untp_prdy_vrss: change,
        ovtm_untp_prdy_vrss_sign: changeSign(after.last, { ...today, base: today.last }),
        ovtm_untp_prdy_ctrt: percentOf(change, today.last),
        ovtm_untp_vol: after.volume,
        ovtm_untp_tr_pbmn: after.turnover,
        ovtm_untp_oprc: after.open,
        ovtm_untp_hgpr: after.high,
        ovtm_untp_lwpr: after.low,
        bidp: book.best('buy') ?? 0,
        askp: book.best('sell') ?? 0,
      }),
      crdt_able_yn: 'Y',
      sltr_yn: 'N',
      mang_issu_yn: 'N',
      mrkt_warn_cls_code: '00',
      trht_yn: 'N',
      insn_pbnt_yn: 'N',
      ovtm_vi_cls_code: 'N',
    }),
  };
});

/** The business days around today, and the hours of derivatives: from fifteen minutes before stocks until as long after. */
const marketTime: Handler = ({ world: { clock } }) => {
  const today = clock.day();
  const { open, close } = shiftedHours.find(({ day }) => day === today) ?? { open: '0900', close: '1530' };
  const { fields } = domesticMarket.marketTime.output.output1;
  return {
    text: answered.quotation,
    blocks: {
      output1: record(fields, {
        date1: addTradingDays(today, -2),
        date2: addTradingDays(today, -1),
        date3: clock.isOpenDay(today) ? today : addTradingDays(today, 1),
        date4: addTradingDays(today, clock.isOpenDay(today) ? 1 : 2),
        date5: addTradingDays(today, clock.isOpenDay(today) ? 2 : 3),
        today,
        time: clock.time(),
        s_time: `${later(open, -15)}00`,
        e_time: `${later(close, 15)}00`,
      }),
    },
  };
};

/** Prices and hours beside the regular session, by endpoint id. */
export const extendedHours: ReadonlyMap<string, Handler> = new Map([
  [domesticMarket.inquireOvertimePrice.id, inquireOvertimePrice],
  [domesticMarket.marketTime.id, marketTime],
]);
