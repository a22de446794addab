import { nearestTicks } from '../../domain/orders/order-rules.ts';
import { domesticMarket } from '../../kis/endpoints/domestic-market.ts';
import { daysWithToday, yesNo } from '../quotations/figures.ts';
import { type Handler, input, page, record, type World } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { answered, inputRefusal, queryRefusals } from '../rest/texts.ts';
import type { Issue } from './instruments.ts';
import { between, randomFor } from './random.ts';

/** A volatility interruption (VI): two minutes of auction after a jump of the price. */
interface Interruption {
  readonly issue: Issue;
  readonly from: string;
  /** Undefined while it lasts. */
  readonly until: string | undefined;
  readonly price: number;
  /** The price of the last trade before it, which is the reference of a dynamic interruption. */
  readonly reference: number;
  readonly count: number;
}

/** The time so many seconds after the open. */
function timeAfterOpen(seconds: number): string {
  const parts = [9 + seconds / 3600, (seconds % 3600) / 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join('');
}

/** The interruptions of a day that have begun, newest first: made up, and those that a test made. */
function interruptionsOn(world: World, day: string): readonly Interruption[] {
  const { clock, staged } = world;
  const madeUp = madeUpOn(world, day).filter(({ until = '' }) => day < clock.day() || until <= clock.time());
  const made = staged.interruptions.filter((one) => one.day === day).map((one) => ({ ...one, count: 1 }));
  return [...madeUp, ...made].sort((one, other) => other.from.localeCompare(one.from));
}

/** They are the same for the same seed and day, and near the open price. */
function madeUpOn(world: World, day: string): readonly Interruption[] {
  return world.market.lookAll().flatMap((listing): readonly Interruption[] => {
    const { issue } = listing;
    const bar = daysWithToday(listing, world.market.day).find(({ start }) => start === day);
    const random = randomFor(world.settings.seed, `interruption ${issue.symbol} ${day}`);
    if (bar === undefined || issue.kind !== 'stock' || random() >= 0.25) return [];
    const start = between(random, 60, 3_000);
    // Issues of KOSPI are interrupted at three percent, others at six.
    const limit = issue.market === 'KOSPI' ? 0.03 : 0.06;
    const direction = random() < 0.6 ? 1 : -1;
    const price = nearestTicks(Math.round(bar.open * (1 + (direction * limit) / 2)), issue.kind).below;
    const reference = nearestTicks(Math.round(price / (1 + direction * (limit + 0.004))), issue.kind).below;
    const until = timeAfterOpen(start + between(random, 121, 150));
    return [{ issue, from: timeAfterOpen(start), until, price, reference, count: between(random, 1, 2) }];
  });
}

const inquireVolatilityInterruptions: Handler = (call) => {
  const { world } = call;
  const symbol = input(call, 'FID_INPUT_ISCD');
  if (symbol !== '' && world.market.find(symbol) === undefined) return { refusal: queryRefusals.symbol };
  const market = { '': 'all', '0': 'all', K: 'KOSPI', Q: 'KOSDAQ' }[input(call, 'FID_MRKT_CLS_CODE')];
  if (market === undefined) return { refusal: inputRefusal('FID_MRKT_CLS_CODE') };
  const { clock } = world;
  const day = input(call, 'FID_INPUT_DATE_1').slice(-8) || clock.day();
  const direction = input(call, 'FID_DIV_CLS_CODE');
  // The call asks for static interruptions, or for those that are static and dynamic at once. All of these are dynamic.
  const asksForOthers = ['1', '3'].includes(input(call, 'FID_RANK_SORT_CLS_CODE'));
  const found = (asksForOthers ? [] : interruptionsOn(world, day))
    .filter(({ issue }) => market === 'all' || issue.market === market)
    .filter(({ issue }) => symbol === '' || issue.symbol === symbol)
    .filter(({ price, reference }) => direction !== '1' || price > reference)
    .filter(({ price, reference }) => direction !== '2' || price < reference);
  const { fields } = domesticMarket.inquireVolatilityInterruptions.output.output;
  return {
    text: answered.quotation,
    blocks: {
      output: page(call, found).rows.map(({ issue, from, until, price, reference, count }) =>
        record(fields, {
          hts_kor_isnm: issue.name,
          mksc_shrn_iscd: issue.symbol,
          vi_cls_code: yesNo(until === undefined),
          bsop_date: day,
          cntg_vi_hour: from,
          vi_cncl_hour: until ?? '000000',
          vi_kind_code: '2',
          vi_prc: price,
          vi_stnd_prc: 0,
          vi_dprt: '0.00',
          vi_dmc_stnd_prc: reference,
          vi_dmc_dprt: percentOf(price - reference, reference),
          vi_count: count,
        }),
      ),
    },
  };
};

/** Volatility interruptions, by endpoint id. */
export const interruptions: ReadonlyMap<string, Handler> = new Map([
  [domesticMarket.inquireVolatilityInterruptions.id, inquireVolatilityInterruptions],
]);
