import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { group, type HistoryBar, minuteOf, minutesOfDay, timeOf } from '../market/history.ts';
import type { Listing } from '../market/market.ts';
import { aboutIssue, type Handler, input, record } from '../rest/answer.ts';
import { changeSign, percentOf } from '../rest/records.ts';

/** The bar for a time without one. */
export const emptyBar: HistoryBar = { start: '', open: 0, high: 0, low: 0, close: 0, volume: 0, turnover: 0 };

const maxDailyRows = 100;
const periods = ['D', 'W', 'M', 'Y'] as const;

const dailyChart = aboutIssue((listing, call) => {
  const { issue, today, book } = listing;
  const { output1, output2 } = domesticMarket.dailyChart.output;
  const { day } = call.world.market;
  const { open, high, low, last: close, volume, turnover } = today;
  const bars = [...listing.days, { start: day, open, high, low, close, volume, turnover }];
  const [from, to] = [input(call, 'FID_INPUT_DATE_1'), input(call, 'FID_INPUT_DATE_2')];
  const period = periods.find((code) => code === input(call, 'FID_PERIOD_DIV_CODE')) ?? 'D';
  const grouped = group(bars, period);
  const rows = grouped
    .map((bar, index) => ({ bar, previous: grouped[index - 1]?.close ?? bar.open }))
    .filter(({ bar }) => from <= bar.start && bar.start <= to)
    .slice(-maxDailyRows)
    .reverse();
  const yesterday = listing.days.at(-1) ?? emptyBar;
  return {
    output1: record(output1.fields, {
      prdy_vrss: close - today.base,
      prdy_vrss_sign: changeSign(close, today),
      prdy_ctrt: percentOf(close - today.base, today.base),
      stck_prdy_clpr: today.base,
      acml_vol: volume,
      acml_tr_pbmn: turnover,
      hts_kor_isnm: issue.name,
      stck_prpr: close,
      stck_shrn_iscd: issue.symbol,
      prdy_vol: today.previousVolume,
      stck_mxpr: today.upper,
      stck_llam: today.lower,
      stck_oprc: open,
      stck_hgpr: high,
      stck_lwpr: low,
      stck_prdy_oprc: yesterday.open,
      stck_prdy_hgpr: yesterday.high,
      stck_prdy_lwpr: yesterday.low,
      askp: book.best('sell') ?? 0,
      bidp: book.best('buy') ?? 0,
      prdy_vrss_vol: volume - today.previousVolume,
      lstn_stcn: issue.listedThousands * 1000,
      hts_avls: Math.round((close * issue.listedThousands) / 100_000),
    }),
    output2: rows.map(({ bar, previous }) =>
      record(output2.fields, {
        stck_bsop_date: bar.start,
        stck_clpr: bar.close,
        stck_oprc: bar.open,
        stck_hgpr: bar.high,
        stck_lwpr: bar.low,
        acml_vol: bar.volume,
        acml_tr_pbmn: bar.turnover,
        flng_cls_code: '00',
        mod_yn: 'N',
        prdy_vrss_sign: bar.close > previous ? '2' : bar.close < previous ? '5' : '3',
        prdy_vrss: bar.close - previous,
      }),
    ),
  };
});

const maxMinuteRows = 30;

const minuteChart = aboutIssue((listing, call) => {
  const { today } = listing;
  const { output1, output2 } = domesticMarket.minuteChart.output;
  const { clock, market } = call.world;
  const given = input(call, 'FID_INPUT_HOUR_1').slice(0, 4);
  // A public client asks for the newest minute with zeros. No minute of a session ends at midnight.
  const asked = given === '0000' ? clock.time().slice(0, 4) : given;
  const past = minutesUpTo(listing.minutes, asked);
  const untraded = minuteWithoutTrade(past, clock.time().slice(0, 4), asked, today.last);
  const rows = [...past, ...untraded, ...minutesAhead(clock.time(), asked, today.last, today.turnover)];
  return {
    output1: dayRecord(output1.fields, listing),
    output2: rows
      .slice(-maxMinuteRows)
      .reverse()
      .map((bar) => minuteRecord(output2.fields, market.day, bar)),
  };
});

const maxPastMinuteRows = 120;

const pastMinuteChart = aboutIssue((listing, call) => {
  const { output1, output2 } = domesticMarket.pastMinuteChart.output;
  const [day, time] = [input(call, 'FID_INPUT_DATE_1'), input(call, 'FID_INPUT_HOUR_1').slice(0, 4)];
  const now = call.world.market.day;
  const withEarlier = input(call, 'FID_PW_DATA_INCU_YN') === 'Y';
  const days = [now, ...listing.days.map(({ start }) => start).toReversed()].filter((one) => one <= day);
  const rows: { readonly day: string; readonly bar: HistoryBar }[] = [];
  for (const one of withEarlier ? days : days.filter((candidate) => candidate === day)) {
    if (rows.length >= maxPastMinuteRows) break;
    const minutes = one === now ? listing.minutes : minutesOn(listing, one);
    for (const bar of minutesUpTo(minutes, one === day ? time : '2359').toReversed()) rows.push({ day: one, bar });
  }
  return {
    output1: dayRecord(output1.fields, listing),
    output2: rows.slice(0, maxPastMinuteRows).map(({ day: of, bar }) => minuteRecord(output2.fields, of, bar)),
  };
});

/** The minutes of a day that is over. They are the same at every call. */
function minutesOn(listing: Listing, day: string): readonly HistoryBar[] {
  const known = listing.pastMinutes.get(day);
  if (known !== undefined) return known;
  const bar = listing.days.find(({ start }) => start === day);
  const minutes = bar === undefined ? [] : minutesOfDay(bar, listing.issue);
  listing.pastMinutes.set(day, minutes);
  return minutes;
}

/** The record above the minutes of both charts: today so far. */
function dayRecord(
  fields: typeof domesticMarket.minuteChart.output.output1.fields,
  { issue, today }: Listing,
): Readonly<Record<string, string>> {
  return record(fields, {
    prdy_vrss: today.last - today.base,
    prdy_vrss_sign: changeSign(today.last, today),
    prdy_ctrt: percentOf(today.last - today.base, today.base),
    stck_prdy_clpr: today.base,
    acml_vol: today.volume,
    acml_tr_pbmn: today.turnover,
    hts_kor_isnm: issue.name,
    stck_prpr: today.last,
  });
}

/** One row of a minute chart. Both charts have the same columns. */
function minuteRecord(
  fields: typeof domesticMarket.minuteChart.output.output2.fields,
  day: string,
  bar: HistoryBar,
): Readonly<Record<string, string>> {
  return record(fields, {
    stck_bsop_date: day,
    stck_cntg_hour: `${bar.start}00`,
    stck_prpr: bar.close,
    stck_oprc: bar.open,
    stck_hgpr: bar.high,
    stck_lwpr: bar.low,
    cntg_vol: bar.volume,
    acml_tr_pbmn: bar.turnover,
  });
}

/** The minutes up to `last`, each with the won traded since the open instead of its own. */
function minutesUpTo(minutes: readonly HistoryBar[], last: string): readonly HistoryBar[] {
  let turnover = 0;
  return minutes
    .filter((bar) => bar.start <= last)
    .map((bar) => {
      turnover += bar.turnover;
      return { ...bar, turnover };
    });
}

/**
 * The minute that is under way, before anything traded in it. KIS lists it at the current price, with the shares of the
 * minute before.
 */
function minuteWithoutTrade(
  past: readonly HistoryBar[],
  now: string,
  asked: string,
  price: number,
): readonly HistoryBar[] {
  const before = past.at(-1);
  if (asked < now || before === undefined || before.start >= now) return [];
  return [{ ...before, start: now, open: price, high: price, low: price, close: price }];
}

/** Minutes that are still to come. KIS fills them with the current price when a call asks for them. */
function minutesAhead(now: string, asked: string, price: number, turnover: number): readonly HistoryBar[] {
  const [from, to] = [minuteOf(now), minuteOf(asked)];
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => ({
    start: timeOf(from + index + 1),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0,
    turnover,
  }));
}

/** Charts by endpoint id. */
export const charts: ReadonlyMap<string, Handler> = new Map([
  [domesticMarket.dailyChart.id, dailyChart],
  [domesticMarket.minuteChart.id, minuteChart],
  [domesticMarket.pastMinuteChart.id, pastMinuteChart],
]);
