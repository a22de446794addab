import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import { sum } from '../account/order.ts';
import type { Listing } from '../market/market.ts';
import { between, randomFor } from '../market/random.ts';
import { type Call, type Handler, input, record } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { answered, inputRefusal } from '../rest/texts.ts';
import { changeColumns, inHundredMillions, listingsOf, marketValue, plainSign, yearRange } from './figures.ts';

/** How many issues KIS lists; there is no next page. */
const rankedRows = 30;

type Figure = (listing: Listing, call: Call) => number;

interface Ranking {
  /** The input that says what to rank by, where there is a choice. */
  readonly input?: string;
  /** The figure that each code of that input ranks by, the highest first. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly keep?: (listing: Listing, call: Call) => boolean;
  readonly write: (
    listing: Listing,
    rank: number,
    call: Call,
    market: readonly Listing[],
  ) => Readonly<Record<string, string>>;
}

function ranking({ input: sortedBy = '', figures, keep = wanted, write }: Ranking): Handler {
  return (call) => {
    if (!['', 'J', 'NX', 'UN'].includes(input(call, 'FID_COND_MRKT_DIV_CODE'))) {
      return { refusal: inputRefusal('FID_COND_MRKT_DIV_CODE') };
    }
    const market = listingsOf(call.world, input(call, 'FID_INPUT_ISCD'));
    if (market === undefined) return { refusal: inputRefusal('FID_INPUT_ISCD') };
    const figure = figures[input(call, sortedBy) || '0'];
    if (figure === undefined) return { refusal: inputRefusal(sortedBy) };
    const rows = market
      .filter((listing) => keep(listing, call))
      .map((listing) => ({ listing, figure: figure(listing, call) }))
      .sort((one, other) => other.figure - one.figure)
      .slice(0, rankedRows);
    const output = rows.map(({ listing }, index) => write(listing, index + 1, call, market));
    return { text: answered.quotation, blocks: { output } };
  };
}

const numberOf = (call: Call, name: string): number => Number(input(call, name)) || 0;

/**
 * Whether a ranking lists the issue, by the inputs that most rankings have: bounds of price and volume, and kinds of
 * shares.
 */
function wanted({ issue, today, marks }: Listing, call: Call): boolean {
  const [low, high] = [numberOf(call, 'FID_INPUT_PRICE_1'), numberOf(call, 'FID_INPUT_PRICE_2')];
  if (today.last < low || (high > 0 && today.last > high)) return false;
  if (today.volume < numberOf(call, 'FID_VOL_CNT')) return false;
  const preferred = issue.name.endsWith('우');
  const kind = input(call, 'FID_DIV_CLS_CODE');
  if ((kind === '1' && preferred) || (kind === '2' && !preferred)) return false;
  const isLeftOut = [
    ['caution', 'warning', 'risk'].includes(marks.warning),
    marks.warning === 'administrative',
    marks.warning === 'liquidation',
    false,
    preferred,
    marks.halted,
    issue.kind === 'etf',
  ];
  // One flag for each kind that is left out. A single 0 leaves none out.
  return ![...input(call, 'FID_TRGT_EXLS_CLS_CODE')].some((flag, index) => flag === '1' && isLeftOut[index]);
}

const isStock = (listing: Listing, call: Call): boolean => listing.issue.kind === 'stock' && wanted(listing, call);

const listed = ({ issue }: Listing): number => issue.listedThousands * 1000;
const changeRate = (price: number, base: number): number => (base === 0 ? 0 : (price - base) / base);

const volumeRank = ranking({
  input: 'FID_BLNG_CLS_CODE',
  figures: {
    '0': ({ today }) => today.volume,
    '1': ({ today }) => today.volume / Math.max(1, today.previousVolume),
    '2': (listing) => listing.today.volume / listed(listing),
    '3': ({ today }) => today.turnover,
    '4': (listing) => listing.today.turnover / marketValue(listing),
  },
  write(listing, rank) {
    const { issue, today } = listing;
    const turned = percentOf(today.volume, listed(listing));
    const turnedWon = percentOf(today.turnover, marketValue(listing));
    return record(domesticResearch.volumeRank.output.output.fields, {
      hts_kor_isnm: issue.name,
      mksc_shrn_iscd: issue.symbol,
      data_rank: rank,
      stck_prpr: today.last,
      ...changeColumns(today),
      acml_vol: today.volume,
      prdy_vol: today.previousVolume,
      lstn_stcn: listed(listing),
      avrg_vol: today.volume,
      n_befr_clpr_vrss_prpr_rate: changeColumns(today).prdy_ctrt,
      vol_inrt: percentOf(today.volume, today.previousVolume),
      vol_tnrt: turned,
      nday_vol_tnrt: turned,
      avrg_tr_pbmn: today.turnover,
      tr_pbmn_tnrt: turnedWon,
      nday_tr_pbmn_tnrt: turnedWon,
      acml_tr_pbmn: today.turnover,
    });
  },
});

/** How many days in a row, up to today, ended higher (or lower) than the day before. */
function daysInARow({ days, today }: Listing, direction: 1 | -1): number {
  const closes = [...days.map((bar) => bar.close), today.last].reverse();
  const end = closes.findIndex((close, index) => Math.sign(close - (closes[index + 1] ?? close)) !== direction);
  return end === -1 ? closes.length : end;
}

const fluctuationRank = ranking({
  input: 'FID_RANK_SORT_CLS_CODE',
  figures: {
    '0': ({ today }) => changeRate(today.last, today.base),
    // KIS's documents write this code so. Their example has the other form.
    '0000': ({ today }) => changeRate(today.last, today.base),
    '1': ({ today }) => -changeRate(today.last, today.base),
    '2': ({ today }) => changeRate(today.last, today.open),
    '3': ({ today }) => -changeRate(today.last, today.open),
    '4': ({ today }) => changeRate(today.high, today.low),
  },
  keep(listing, call) {
    const { last, base } = listing.today;
    const rate = changeRate(last, base) * 100;
    const [low, high] = [input(call, 'FID_RSFL_RATE1'), input(call, 'FID_RSFL_RATE2')];
    // With both at 0 or blank there is no bound.
    const bounded = Number(low) !== 0 || Number(high) !== 0;
    return wanted(listing, call) && (!bounded || (rate >= Number(low) && (high === '' || rate <= Number(high))));
  },
  write(listing, rank, { world }) {
    const { issue, today } = listing;
    return record(domesticResearch.fluctuationRank.output.output.fields, {
      stck_shrn_iscd: issue.symbol,
      data_rank: rank,
      hts_kor_isnm: issue.name,
      stck_prpr: today.last,
      ...changeColumns(today),
      acml_vol: today.volume,
      stck_hgpr: today.high,
      hgpr_hour: today.highTime,
      acml_hgpr_date: world.market.day,
      stck_lwpr: today.low,
      lwpr_hour: today.lowTime,
      acml_lwpr_date: world.market.day,
      lwpr_vrss_prpr_rate: percentOf(today.last - today.low, today.low),
      dsgt_date_clpr_vrss_prpr_rate: changeColumns(today).prdy_ctrt,
      cnnt_ascn_dynu: daysInARow(listing, 1),
      hgpr_vrss_prpr_rate: percentOf(today.last - today.high, today.high),
      cnnt_down_dynu: daysInARow(listing, -1),
      oprc_vrss_prpr_sign: plainSign(today.last - today.open),
      oprc_vrss_prpr: today.last - today.open,
      oprc_vrss_prpr_rate: percentOf(today.last - today.open, today.open),
    });
  },
});

const marketCapRank = ranking({
  figures: { '0': marketValue },
  keep: isStock,
  write(listing, rank, _call, market) {
    const { issue, today } = listing;
    const stocks = market.filter(({ issue: { kind } }) => kind === 'stock');
    return record(domesticResearch.marketCapRank.output.output.fields, {
      mksc_shrn_iscd: issue.symbol,
      data_rank: rank,
      hts_kor_isnm: issue.name,
      stck_prpr: today.last,
      ...changeColumns(today),
      acml_vol: today.volume,
      lstn_stcn: listed(listing),
      stck_avls: inHundredMillions(marketValue(listing)),
      mrkt_whol_avls_rlim: percentOf(marketValue(listing), sum(stocks, marketValue)),
    });
  },
});

/** Orders and trades at the closing price outside the session. They are the same all day. */
function afterHours({ issue, today }: Listing, { world }: Call) {
  const random = randomFor(world.settings.seed, `after hours ${issue.symbol} ${world.clock.day()}`);
  const some = (most: number): number => Math.round((today.previousVolume * between(random, 0, most)) / 10_000);
  return { asks: some(60), bids: some(60), before: some(40), after: some(80) };
}

const afterHoursRank = ranking({
  input: 'FID_RANK_SORT_CLS_CODE',
  figures: {
    '1': (listing, call) => afterHours(listing, call).before,
    '2': (listing, call) => afterHours(listing, call).after,
    '3': (listing, call) => afterHours(listing, call).asks,
    '4': (listing, call) => afterHours(listing, call).bids,
  },
  write(listing, rank, call) {
    const { asks, bids, before, after } = afterHours(listing, call);
    return record(domesticResearch.afterHoursRank.output.output.fields, {
      stck_shrn_iscd: listing.issue.symbol,
      data_rank: rank,
      hts_kor_isnm: listing.issue.name,
      stck_prpr: listing.today.last,
      ...changeColumns(listing.today),
      ovtm_total_askp_rsqn: asks,
      ovtm_total_bidp_rsqn: bids,
      mkob_otcp_vol: before,
      mkfa_otcp_vol: after,
    });
  },
});

const waiting = ({ book }: Listing, side: 'buy' | 'sell'): number => sum(book.levels(side), (level) => level.size);
const bidPart = (listing: Listing): number =>
  waiting(listing, 'buy') / Math.max(1, waiting(listing, 'buy') + waiting(listing, 'sell'));

const quoteBalanceRank = ranking({
  input: 'FID_RANK_SORT_CLS_CODE',
  figures: {
    '0': (listing) => waiting(listing, 'buy') - waiting(listing, 'sell'),
    '1': (listing) => waiting(listing, 'sell') - waiting(listing, 'buy'),
    '2': bidPart,
    '3': (listing) => -bidPart(listing),
  },
  write(listing, rank) {
    const [asks, bids] = [waiting(listing, 'sell'), waiting(listing, 'buy')];
    return record(domesticResearch.quoteBalanceRank.output.output.fields, {
      mksc_shrn_iscd: listing.issue.symbol,
      data_rank: rank,
      hts_kor_isnm: listing.issue.name,
      stck_prpr: listing.today.last,
      ...changeColumns(listing.today),
      acml_vol: listing.today.volume,
      total_askp_rsqn: asks,
      total_bidp_rsqn: bids,
      total_ntsl_bidp_rsqn: bids - asks,
      shnu_rsqn_rate: percentOf(bids, asks + bids),
      seln_rsqn_rate: percentOf(asks, asks + bids),
    });
  },
});

/** The distance of the price from the high and from the low of the year, in percent; 0 is at it. */
function distances(listing: Listing, { world }: Call) {
  const { high, low } = yearRange(listing, world.market.day);
  const { last } = listing.today;
  return { high, low, below: ((high.high - last) / last) * 100, above: ((last - low.low) / last) * 100 };
}

const newHighLowRank = ranking({
  input: 'FID_PRC_CLS_CODE',
  figures: {
    '0': (listing, call) => -distances(listing, call).below,
    '1': (listing, call) => -distances(listing, call).above,
  },
  keep(listing, call) {
    const { last, volume } = listing.today;
    const { below, above } = distances(listing, call);
    const distance = input(call, 'FID_PRC_CLS_CODE') === '1' ? above : below;
    const most = input(call, 'FID_INPUT_CNT_2');
    const [low, high] = [numberOf(call, 'FID_APLY_RANG_PRC_1'), numberOf(call, 'FID_APLY_RANG_PRC_2')];
    return (
      volume >= numberOf(call, 'FID_APLY_RANG_VOL') &&
      distance >= numberOf(call, 'FID_INPUT_CNT_1') &&
      (most === '' || distance <= Number(most)) &&
      last >= low &&
      (high === 0 || last <= high)
    );
  },
  write(listing, _rank, call) {
    const { issue, today, book } = listing;
    const { high, low, below, above } = distances(listing, call);
    return record(domesticResearch.newHighLowRank.output.output.fields, {
      hts_kor_isnm: issue.name,
      mksc_shrn_iscd: issue.symbol,
      stck_prpr: today.last,
      ...changeColumns(today),
      askp: book.best('sell') ?? 0,
      askp_rsqn1: book.levels('sell')[0]?.size ?? 0,
      bidp: book.best('buy') ?? 0,
      bidp_rsqn1: book.levels('buy')[0]?.size ?? 0,
      acml_vol: today.volume,
      new_hgpr: high.high,
      hprc_near_rate: below.toFixed(2),
      new_lwpr: low.low,
      lwpr_near_rate: (-above).toFixed(2),
      stck_sdpr: today.base,
    });
  },
});

/** Rankings by endpoint id. */
export const rankings: ReadonlyMap<string, Handler> = new Map([
  [domesticResearch.volumeRank.id, volumeRank],
  [domesticResearch.fluctuationRank.id, fluctuationRank],
  [domesticResearch.marketCapRank.id, marketCapRank],
  [domesticResearch.afterHoursRank.id, afterHoursRank],
  [domesticResearch.quoteBalanceRank.id, quoteBalanceRank],
  [domesticResearch.newHighLowRank.id, newHighLowRank],
]);
