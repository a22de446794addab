import { tickSize } from '../../domain/orders/order-rules.ts';
import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import type { Listing } from '../market/market.ts';
import { between, randomFor } from '../market/random.ts';
import { aboutIssue, type Call, type Handler, input, page, record } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { answered, inputRefusal, queryRefusals } from '../rest/texts.ts';
import { changeColumns } from './figures.ts';

/** Made-up brokers, by the codes under which their opinions are asked for. */
const brokers: Readonly<Record<string, string>> = {
  '901': '가나증권',
  '902': '다라증권',
  '903': '마바투자',
  '904': '사아증권',
  '905': '자차투자',
  '906': '카타증권',
};

const ratings = { buy: { text: '매수', code: '2' }, hold: { text: '중립', code: '3' } } as const;
type Rating = (typeof ratings)[keyof typeof ratings];

/** The opinion of a broker on an issue on a day, and the broker's opinion before it. */
interface Opinion {
  readonly listing: Listing;
  readonly day: string;
  readonly broker: string;
  readonly rating: Rating;
  readonly earlier: Rating;
  readonly target: number;
  readonly closeBefore: number;
}

const ratingOf = (roll: number): Rating => (roll < 0.8 ? ratings.buy : ratings.hold);

/** The opinions on an issue, newest first: about one in eight trading days. */
function opinionsOn(listing: Listing, seed: number): readonly Opinion[] {
  const { issue, days } = listing;
  if (issue.kind !== 'stock') return [];
  const codes = Object.keys(brokers);
  return days
    .flatMap((bar, index): readonly Opinion[] => {
      const random = randomFor(seed, `opinion ${issue.symbol} ${bar.start}`);
      const closeBefore = days[index - 1]?.close;
      if (random() >= 0.12 || closeBefore === undefined) return [];
      const rating = ratingOf(random());
      const rise = rating === ratings.buy ? 1.15 + 0.25 * random() : 1 + 0.1 * random();
      // Target prices are round.
      const grid = tickSize(closeBefore, issue.kind) * 10;
      const target = Math.round((closeBefore * rise) / grid) * grid;
      const broker = codes[between(random, 0, codes.length - 1)] ?? '';
      return [{ listing, day: bar.start, broker, rating, earlier: ratingOf(random()), target, closeBefore }];
    })
    .reverse();
}

/** The columns that both lists have. Distances are from the target, as at KIS. */
function columnsOf({ listing, day, broker, rating, earlier, target, closeBefore }: Opinion) {
  const { last } = listing.today;
  return {
    stck_bsop_date: day,
    invt_opnn: rating.text,
    invt_opnn_cls_code: rating.code,
    rgbf_invt_opnn: earlier.text,
    rgbf_invt_opnn_cls_code: earlier.code,
    mbcr_name: brokers[broker] ?? '',
    hts_goal_prc: target,
    stck_prdy_clpr: closeBefore,
    stft_esdg: last - target,
    dprt: percentOf(last - target, target),
  };
}

/** The opinions between the two days of the call. KIS also takes days with leading zeros. */
function within(call: Call, opinions: readonly Opinion[]): readonly Opinion[] {
  const [from, to] = [input(call, 'FID_INPUT_DATE_1').slice(-8), input(call, 'FID_INPUT_DATE_2').slice(-8)];
  return opinions.filter(({ day }) => from <= day && day <= to);
}

const opinionsOnIssue = aboutIssue((listing, call) => {
  const { fields } = domesticResearch.opinionsOnIssue.output.output;
  const found = within(call, opinionsOn(listing, call.world.settings.seed));
  return {
    output: page(call, found).rows.map((opinion) =>
      record(fields, {
        ...columnsOf(opinion),
        stck_nday_esdg: opinion.closeBefore - opinion.target,
        nday_dprt: percentOf(opinion.closeBefore - opinion.target, opinion.target),
      }),
    ),
  };
});

/** The ratings by their codes: all, to buy, to hold, to sell. Nobody advises to sell. */
const ratingsByCode: Readonly<Record<string, readonly Rating[]>> = {
  '0': [ratings.buy, ratings.hold],
  '1': [ratings.buy],
  '2': [ratings.hold],
  '3': [],
};
/** KIS's code for all brokers. */
const allBrokers = '999';

const opinionsByBroker: Handler = (call) => {
  const { world } = call;
  if (input(call, 'FID_COND_MRKT_DIV_CODE') !== 'J') return { refusal: inputRefusal('FID_COND_MRKT_DIV_CODE') };
  // KIS's documents ask for a broker in this input, and their example has an issue.
  const asked = input(call, 'FID_INPUT_ISCD');
  const issue = world.market.find(asked);
  if (issue === undefined && asked !== allBrokers && brokers[asked] === undefined) {
    return { refusal: queryRefusals.symbol };
  }
  const wanted = ratingsByCode[input(call, 'FID_DIV_CLS_CODE')];
  if (wanted === undefined) return { refusal: inputRefusal('FID_DIV_CLS_CODE') };
  const listings = issue === undefined ? world.market.lookAll() : [issue];
  const found = listings
    .flatMap((listing) => within(call, opinionsOn(listing, world.settings.seed)))
    .filter(({ broker }) => brokers[asked] === undefined || broker === asked)
    .filter(({ rating }) => wanted.includes(rating))
    .sort((one, other) => other.day.localeCompare(one.day));
  const { fields } = domesticResearch.opinionsByBroker.output.output;
  return {
    text: answered.quotation,
    blocks: {
      output: page(call, found).rows.map((opinion) =>
        record(fields, {
          stck_shrn_iscd: opinion.listing.issue.symbol,
          hts_kor_isnm: opinion.listing.issue.name,
          stck_prpr: opinion.listing.today.last,
          ...changeColumns(opinion.listing.today),
          ...columnsOf(opinion),
        }),
      ),
    },
  };
};

/** Opinions by endpoint id. */
export const opinions: ReadonlyMap<string, Handler> = new Map([
  [domesticResearch.opinionsOnIssue.id, opinionsOnIssue],
  [domesticResearch.opinionsByBroker.id, opinionsByBroker],
]);
