import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import type { HistoryBar } from '../market/history.ts';
import type { VenueClock } from '../market/hours.ts';
import type { Issue } from '../market/instruments.ts';
import type { Listing } from '../market/market.ts';
import { randomFor } from '../market/random.ts';
import { aboutIssue, type Call, type Handler, input, record, type World } from '../rest/answer.ts';
import { answered, inputRefusal, queryRefusals } from '../rest/texts.ts';
import { changeColumns, daysWithToday, inMillions, listingsOf, plainSign } from './figures.ts';

/** One kind of investor on one day: shares, and millions of won. */
interface Traded {
  readonly bought: number;
  readonly sold: number;
  readonly boughtMillions: number;
  readonly soldMillions: number;
}

/**
 * Who traded an issue on a day. All investors together bought and sold its volume, so their net figures add up to zero.
 */
interface InvestorDay {
  readonly individuals: Traded;
  readonly foreigners: Traded;
  readonly institutions: Traded;
}

/** The shares of a day's volume that foreigners and institutions buy and sell. Individuals have the rest. */
function partsOf(world: World, issue: Issue, day: string) {
  const random = randomFor(world.settings.seed, `investors ${issue.symbol} ${day}`);
  const part = (most: number): number => most * (0.4 + 0.6 * random());
  return {
    foreigners: { bought: part(0.35), sold: part(0.35) },
    institutions: { bought: part(0.25), sold: part(0.25) },
  };
}

function investorDay(world: World, issue: Issue, { start, volume, turnover }: HistoryBar): InvestorDay {
  const { foreigners, institutions } = partsOf(world, issue, start);
  const millions = inMillions(turnover);
  const traded = (parts: { readonly bought: number; readonly sold: number }): Traded => ({
    bought: Math.floor(volume * parts.bought),
    sold: Math.floor(volume * parts.sold),
    boughtMillions: Math.floor(millions * parts.bought),
    soldMillions: Math.floor(millions * parts.sold),
  });
  const staged = world.staged.flow(issue.symbol, start);
  const [first, second] =
    staged === undefined
      ? [traded(foreigners), traded(institutions)]
      : [netTraded(staged.foreigners), netTraded(staged.institutions)];
  const rest = (name: keyof Traded, whole: number): number => whole - first[name] - second[name];
  return {
    foreigners: first,
    institutions: second,
    individuals: {
      bought: rest('bought', volume),
      sold: rest('sold', volume),
      boughtMillions: rest('boughtMillions', millions),
      soldMillions: rest('soldMillions', millions),
    },
  };
}

/** A net figure that a test gave. It costs nothing, so that the amounts of all still add up. */
function netTraded(net: number): Traded {
  return { bought: Math.max(0, net), sold: Math.max(0, -net), boughtMillions: 0, soldMillions: 0 };
}

/** The shares that foreigners bought minus those that they sold in a day; 0 for a day that is not over. */
export function foreignersNet(world: World, issue: Issue, bar: HistoryBar): number {
  if (bar.start === world.market.day && !isOver(world)) return 0;
  const { foreigners } = investorDay(world, issue, bar);
  return foreigners.bought - foreigners.sold;
}

/** The part of the shares open to foreigners that they hold, in percent. */
export function foreignRatio(world: World, issue: Issue): string {
  const random = randomFor(world.settings.seed, `foreigners ${issue.symbol}`);
  return (issue.kind === 'stock' ? 5 + 50 * random() : 2 * random()).toFixed(2);
}

/** Whether today's figures are out: they come after the close. */
function isOver({ market, clock }: World): boolean {
  if (market.day < clock.day()) return true;
  const session = clock.session();
  return session === 'post-close' || session === 'after-market' || (session === 'closed' && clock.time() >= '1530');
}

const investorDays = 30;

const inquireInvestors = aboutIssue((listing, call) => {
  const { world } = call;
  const { fields } = domesticResearch.inquireInvestors.output.output;
  const days = daysWithToday(listing, world.market.day);
  const rows = days.map((bar, index) => ({ bar, before: days[index - 1]?.close ?? bar.open })).slice(-investorDays);
  return {
    output: rows.reverse().map(({ bar, before }) => {
      // Until the close the row of today has its price, and blanks in the other columns.
      if (bar.start === world.market.day && !isOver(world)) {
        const blank = Object.fromEntries(Object.keys(fields).map((name) => [name, '']));
        return {
          ...blank,
          stck_bsop_date: bar.start,
          stck_clpr: String(bar.close),
          prdy_vrss: '0',
          prdy_vrss_sign: '0',
        };
      }
      const { individuals, foreigners, institutions } = investorDay(world, listing.issue, bar);
      return record(fields, {
        stck_bsop_date: bar.start,
        stck_clpr: bar.close,
        prdy_vrss: bar.close - before,
        prdy_vrss_sign: plainSign(bar.close - before),
        ...columnsOf('prsn', individuals),
        ...columnsOf('frgn', foreigners),
        ...columnsOf('orgn', institutions),
      });
    }),
  };
});

function columnsOf(prefix: 'prsn' | 'frgn' | 'orgn', traded: Traded) {
  return {
    [`${prefix}_ntby_qty`]: traded.bought - traded.sold,
    [`${prefix}_ntby_tr_pbmn`]: traded.boughtMillions - traded.soldMillions,
    [`${prefix}_shnu_vol`]: traded.bought,
    [`${prefix}_seln_vol`]: traded.sold,
    [`${prefix}_shnu_tr_pbmn`]: traded.boughtMillions,
    [`${prefix}_seln_tr_pbmn`]: traded.soldMillions,
  };
}

/** When estimates of the day come. The first one has no institutions yet. */
const estimateTimes = ['093000', '100000', '112000', '132000', '143000'];

/** How many estimates have come so far; all of them in a market that is open at night. */
function estimatesUntil(clock: VenueClock): number {
  const time = clock.time();
  if (time < '090000' && clock.session() === 'regular') return estimateTimes.length;
  return estimateTimes.filter((at) => at <= time).length;
}

/**
 * What foreigners and institutions had bought minus what they had sold at an estimate of the day, counted from 1, in
 * whole thousands of shares.
 */
function estimateOf(world: World, { issue, today }: Listing, count: number) {
  const { foreigners, institutions } = partsOf(world, issue, world.market.day);
  // It is a part of yesterday's volume, so that an estimate never changes.
  const volume = (today.previousVolume * count) / estimateTimes.length;
  const net = (parts: { readonly bought: number; readonly sold: number }): number =>
    Math.round((volume * (parts.bought - parts.sold)) / 1000) * 1000;
  return { foreigners: net(foreigners), institutions: count < 2 ? 0 : net(institutions) };
}

/** A number of eighteen characters with leading zeros, the sign before them. */
function padded(value: number): string {
  const digits = String(Math.abs(value));
  return value < 0 ? `-${digits.padStart(17, '0')}` : digits.padStart(18, '0');
}

const investorEstimate: Handler = (call) => {
  const { world } = call;
  const listing = world.market.look(input(call, 'MKSC_SHRN_ISCD'));
  if (listing === undefined) return { refusal: queryRefusals.symbol };
  const { fields } = domesticResearch.investorEstimate.output.output2;
  const rows = Array.from({ length: estimatesUntil(world.clock) }, (_, index) => {
    const { foreigners, institutions } = estimateOf(world, listing, index + 1);
    return record(fields, {
      bsop_hour_gb: index + 1,
      frgn_fake_ntby_qty: padded(foreigners),
      orgn_fake_ntby_qty: padded(institutions),
      sum_fake_ntby_qty: padded(foreigners + institutions),
    });
  });
  return { text: answered.quotation, blocks: { output2: rows.reverse() } };
};

/** The parts of the institutions' trades by kind of institution. The last kind has the rest. */
const institutionParts = { ivtr: 0.4, bank: 0.05, insu: 0.1, mrbn: 0.02, fund: 0.35 };

function institutionColumns(total: number, unit: 'qty' | 'tr_pbmn') {
  const columns = Object.fromEntries(
    Object.entries(institutionParts).map(([kind, part]) => [`${kind}_ntby_${unit}`, Math.trunc(total * part)]),
  );
  const given = Object.values(columns).reduce((sum, value) => sum + value, 0);
  return { ...columns, [unit === 'qty' ? 'etc_orgt_ntby_vol' : 'etc_orgt_ntby_tr_pbmn']: total - given };
}

/** KIS lists this many, and has no next page. */
const totalRows = 30;

const foreignInstitutionTotal: Handler = (call) => {
  const { world } = call;
  if (input(call, 'FID_COND_MRKT_DIV_CODE') !== 'V') return { refusal: inputRefusal('FID_COND_MRKT_DIV_CODE') };
  const listings = listingsOf(world, input(call, 'FID_INPUT_ISCD'));
  if (listings === undefined) return { refusal: inputRefusal('FID_INPUT_ISCD') };
  const count = estimatesUntil(world.clock);
  const { fields } = domesticResearch.foreignInstitutionTotal.output.output;
  const rows = (count === 0 ? [] : listings)
    .map((listing) => {
      const net = estimateOf(world, listing, count);
      const won = (quantity: number): number => inMillions(quantity * listing.today.last);
      return { listing, net, millions: { foreigners: won(net.foreigners), institutions: won(net.institutions) } };
    })
    .map((row) => ({ ...row, by: netBy(call, row.net, row.millions) }))
    .sort((one, other) => (input(call, 'FID_RANK_SORT_CLS_CODE') === '1' ? one.by - other.by : other.by - one.by));
  return {
    text: answered.quotation,
    blocks: {
      output: rows.slice(0, totalRows).map(({ listing: { issue, today }, net, millions }) =>
        record(fields, {
          hts_kor_isnm: issue.name,
          mksc_shrn_iscd: issue.symbol,
          ntby_qty: whoseNet(call, net),
          stck_prpr: today.last,
          ...changeColumns(today),
          acml_vol: today.volume,
          frgn_ntby_qty: net.foreigners,
          orgn_ntby_qty: net.institutions,
          frgn_ntby_tr_pbmn: millions.foreigners,
          orgn_ntby_tr_pbmn: millions.institutions,
          ...institutionColumns(net.institutions, 'qty'),
          ...institutionColumns(millions.institutions, 'tr_pbmn'),
        }),
      ),
    },
  };
};

interface Net {
  readonly foreigners: number;
  readonly institutions: number;
}

/** The net figure of foreigners, institutions or both, as the call asks. No other investors are simulated. */
function whoseNet(call: Call, net: Net): number {
  switch (input(call, 'FID_ETC_CLS_CODE')) {
    case '1':
      return net.foreigners;
    case '2':
      return net.institutions;
    case '3':
      return 0;
    default:
      return net.foreigners + net.institutions;
  }
}

function netBy(call: Call, shares: Net, millions: Net): number {
  return whoseNet(call, input(call, 'FID_DIV_CLS_CODE') === '1' ? millions : shares);
}

/** Who buys and sells, by endpoint id. */
export const investors: ReadonlyMap<string, Handler> = new Map([
  [domesticResearch.inquireInvestors.id, inquireInvestors],
  [domesticResearch.investorEstimate.id, investorEstimate],
  [domesticResearch.foreignInstitutionTotal.id, foreignInstitutionTotal],
]);
