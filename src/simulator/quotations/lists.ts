import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import { sum } from '../account/order.ts';
import type { Listing } from '../market/market.ts';
import { type Call, type Handler, input, record, type World } from '../rest/answer.ts';
import { answered, queryRefusals } from '../rest/texts.ts';
import { changeColumns, marketValue, yearRange } from './figures.ts';

// Conditions to search by and groups of issues to watch, which a person keeps in KIS's own program.

interface Condition {
  readonly name: string;
  readonly find: (listings: readonly Listing[]) => readonly Listing[];
}

function averageOf(closes: readonly number[]): number {
  return sum(closes, (close) => close) / Math.max(1, closes.length);
}

/** Whether the five-day average crossed the twenty-day average from below within the last five days. */
function crossedUpwards({ days, today }: Listing): boolean {
  const closes = [...days.slice(-40).map((bar) => bar.close), today.last];
  const above = Array.from({ length: 6 }, (_, back) => {
    const until = closes.slice(0, closes.length - back);
    return averageOf(until.slice(-5)) > averageOf(until.slice(-20));
  });
  return above[0] === true && above.includes(false);
}

const conditions: readonly Condition[] = [
  { name: '골든크로스 후보', find: (listings) => listings.filter(crossedUpwards) },
  {
    name: '거래량 급증',
    find: (listings) =>
      listings
        .toSorted((one, other) => volumeRate(other) - volumeRate(one))
        .filter(({ today }) => today.volume > 0)
        .slice(0, 10),
  },
  { name: '상한가 종목', find: (listings) => listings.filter(({ today }) => today.last === today.upper) },
];

/** The conditions there are: those of the simulator, and those of a test, which take the place of one of their name. */
function conditionsOf({ staged }: World): readonly Condition[] {
  const made = [...staged.screens].map(([name, symbols]): Condition => {
    return { name, find: (listings) => listings.filter(({ issue }) => symbols.includes(issue.symbol)) };
  });
  const named = (name: string): Condition | undefined => made.find((one) => one.name === name);
  const own = conditions.map((one) => named(one.name) ?? one);
  return [...own, ...made.filter((one) => !own.includes(one))];
}

function volumeRate({ today }: Listing): number {
  return (today.volume / Math.max(1, today.previousVolume)) * 100;
}

const isHolder = (call: Call): boolean => input(call, 'USER_ID') === call.world.settings.htsId;

const screenList: Handler = (call) => {
  const { fields } = domesticResearch.screenList.output.output2;
  const rows = conditionsOf(call.world).map(({ name }, seq) =>
    record(fields, { user_id: call.world.settings.htsId, seq, grp_nm: '기본그룹', condition_nm: name }),
  );
  return { text: answered.quotation, blocks: { output2: isHolder(call) ? rows : [] } };
};

/** A number with four decimals, filled up in front to sixteen characters. */
const wide = (value: number, fill: ' ' | '0' = ' '): string => value.toFixed(4).padStart(16, fill);

const screenResult: Handler = (call) => {
  const condition = /^\d+$/.test(input(call, 'SEQ')) ? conditionsOf(call.world)[Number(input(call, 'SEQ'))] : undefined;
  const found = isHolder(call) ? (condition?.find(call.world.market.lookAll()) ?? []) : [];
  // KIS answers a search that finds nothing with the code of an unknown issue.
  if (found.length === 0) return { refusal: queryRefusals.symbol };
  const { fields } = domesticResearch.screenResult.output.output2;
  return {
    text: answered.quotation,
    blocks: {
      output2: found.map((listing) => {
        const { issue, today } = listing;
        const change = changeColumns(today);
        const { high, low } = yearRange(listing, call.world.market.day);
        return record(fields, {
          code: issue.symbol,
          name: issue.name,
          daebi: change.prdy_vrss_sign,
          price: wide(today.last, '0'),
          chgrate: wide(Number(change.prdy_ctrt)),
          acml_vol: wide(today.volume),
          trade_amt: wide(today.turnover),
          change: wide(change.prdy_vrss),
          cttr: wide(today.sellVolume === 0 ? 0 : (today.buyVolume / today.sellVolume) * 100),
          open: wide(today.open),
          high: wide(today.high),
          low: wide(today.low),
          high52: wide(high.high),
          low52: wide(low.low),
          expprice: wide(0, '0'),
          expchange: wide(0),
          expchggrate: wide(0),
          expcvol: wide(0),
          chgrate2: wide(volumeRate(listing)),
          expdaebi: '3',
          recprice: wide(today.base),
          uplmtprice: wide(today.upper),
          dnlmtprice: wide(today.lower),
          stotprice: wide(marketValue(listing) / 100_000_000),
        });
      }),
    },
  };
};

const groups = [
  { code: '001', name: '관심종목01', symbols: ['005930', '000660', '035420', '035720', '005380'] },
  { code: '002', name: '관심종목02', symbols: ['069500', '360750', '247540'] },
] as const;

const rankText = (rank: number): string => String(rank).padStart(10, '0');

const watchGroups: Handler = (call) => {
  const { fields } = domesticResearch.watchGroups.output.output2;
  const rows = groups.map(({ code, name, symbols }, index) =>
    record(fields, {
      date: '20260102',
      trnm_hour: '090000',
      data_rank: rankText(index),
      inter_grp_code: code,
      inter_grp_name: name,
      ask_cnt: String(symbols.length).padStart(3, '0'),
    }),
  );
  return { text: answered.quotation, blocks: { output2: isHolder(call) ? rows : [] } };
};

const watchGroupIssues: Handler = (call) => {
  const { output1, output2 } = domesticResearch.watchGroupIssues.output;
  const index = groups.findIndex(({ code }) => code === input(call, 'INTER_GRP_CODE'));
  const group = isHolder(call) ? groups[index] : undefined;
  const listings = (group?.symbols ?? []).flatMap((symbol) => call.world.market.find(symbol) ?? []);
  return {
    text: answered.quotation,
    blocks: {
      output1: record(output1.fields, {
        data_rank: rankText(Math.max(0, index)),
        inter_grp_name: group?.name ?? '',
      }),
      output2: listings.map(({ issue }, rank) =>
        record(output2.fields, {
          fid_mrkt_cls_code: 'J',
          data_rank: rankText(rank + 1),
          exch_code: 'KRX',
          jong_code: issue.symbol,
          color_code: '-1',
          hts_kor_isnm: issue.name,
          cntg_unpr: '0.000000',
          cntg_cls_code: '0',
        }),
      ),
    },
  };
};

/** A person's own lists, by endpoint id. */
export const personalLists: ReadonlyMap<string, Handler> = new Map([
  [domesticResearch.screenList.id, screenList],
  [domesticResearch.screenResult.id, screenResult],
  [domesticResearch.watchGroups.id, watchGroups],
  [domesticResearch.watchGroupIssues.id, watchGroupIssues],
]);
