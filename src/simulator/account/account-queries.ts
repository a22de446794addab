import type { Side } from '../../domain/orders/order.ts';
import { estimateCost } from '../../domain/orders/order-rules.ts';
import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import { addTradingDays, dateOf } from '../market/hours.ts';
import type { Issue } from '../market/instruments.ts';
import { type AccountCall, type AccountHandler, type AccountWorld, input, page, record } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { answered, type KisText, refusals } from '../rest/texts.ts';
import { averageCost, type Holding } from './account.ts';
import { type Order, type OrderView, sum, viewOrder } from './order.ts';
import { orderTypes } from './order-types.ts';

/** The text of an answer about the account: there are more pages, this was the last, or there are no rows. */
export function queryText(call: AccountCall, rows: number, next: string): KisText {
  if (call.world.settings.kind === 'paper') return rows === 0 ? answered.paperEmpty : answered.paperComplete;
  if (next !== '') return answered.more;
  return rows === 0 ? answered.empty : answered.complete;
}

const lastOf = (world: AccountWorld, issue: Issue): number => world.market.find(issue.symbol)?.today.last ?? issue.base;
const baseOf = (world: AccountWorld, issue: Issue): number => world.market.find(issue.symbol)?.today.base ?? issue.base;

/** What a holding is worth now, in won. */
export const holdingValue = (world: AccountWorld, { quantity, issue }: Holding): number =>
  quantity * lastOf(world, issue);

/** The holdings, after their prices were brought up to date. */
export function currentHoldings({ account, market }: AccountWorld): readonly Holding[] {
  for (const { issue } of account.holdings()) market.look(issue.symbol);
  return account.holdings();
}

/** A holding in the columns that both balance queries have. */
export function holdingColumns(world: AccountWorld, holding: Holding) {
  const last = lastOf(world, holding.issue);
  const base = baseOf(world, holding.issue);
  const profit = holdingValue(world, holding) - holding.costBasis;
  return {
    pdno: holding.issue.symbol,
    prdt_name: holding.issue.name,
    trad_dvsn_name: holding.loanDate === undefined ? '현금' : '자기융자',
    loan_dt: holding.loanDate ?? '',
    loan_amt: holding.loanDate === undefined ? 0 : holding.costBasis,
    bfdy_buy_qty: holding.boughtBefore,
    bfdy_sll_qty: holding.soldBefore,
    thdt_buyqty: holding.boughtToday,
    thdt_sll_qty: holding.soldToday,
    hldg_qty: holding.quantity,
    ord_psbl_qty: holding.loanDate === undefined ? world.venue.sellable(holding.issue.symbol) : holding.quantity,
    pchs_avg_pric: averageCost(holding),
    pchs_amt: holding.costBasis,
    prpr: last,
    evlu_amt: holdingValue(world, holding),
    evlu_pfls_amt: profit,
    evlu_pfls_rt: percentOf(profit, holding.costBasis),
    evlu_erng_rt: longPercent(profit, holding.costBasis),
    fltt_rt: longPercent(last - base, base),
    bfdy_cprs_icdc: last - base,
  };
}

/** A percentage with eight decimals, as the account servers write it. */
export function longPercent(part: number, whole: number): string {
  return whole === 0 ? '0.00000000' : ((part / whole) * 100).toFixed(8);
}

/** The account's sums in the columns that both balance queries have. */
export function totalColumns(world: AccountWorld) {
  const { account } = world;
  const holdings = account.holdings();
  const settled = account.depositOn();
  const securities = sum(holdings, (holding) => holdingValue(world, holding));
  const cost = sum(holdings, (holding) => holding.costBasis);
  const { today, yesterday } = account;
  const before =
    settled +
    today.bought -
    today.sold +
    today.costs +
    sum(holdings, (held) => (held.quantity - held.boughtToday + held.soldToday) * baseOf(world, held.issue));
  const total = settled + securities;
  return {
    dnca_tot_amt: account.deposit,
    nxdy_excc_amt: account.depositOn(addTradingDays(world.clock.day(), 1)),
    prvs_rcdl_excc_amt: settled,
    bfdy_buy_amt: yesterday.bought,
    thdt_buy_amt: today.bought,
    bfdy_sll_amt: yesterday.sold,
    thdt_sll_amt: today.sold,
    bfdy_tlex_amt: yesterday.costs,
    thdt_tlex_amt: today.costs,
    scts_evlu_amt: securities,
    tot_evlu_amt: total,
    nass_amt: total,
    pchs_amt_smtl_amt: cost,
    evlu_amt_smtl_amt: securities,
    evlu_pfls_smtl_amt: securities - cost,
    bfdy_tot_asst_evlu_amt: before,
    asst_icdc_amt: total - before,
    asst_icdc_erng_rt: longPercent(total - before, before),
  };
}

const inquireBalance: AccountHandler = (call) => {
  const { world } = call;
  const holdings = currentHoldings(world);
  const { rows, next } = page(call, holdings);
  const { output1, output2 } = domesticTrading.inquireBalance.output;
  return {
    // The totals are an answer as well, so on live an account without holdings is not called empty.
    text:
      holdings.length === 0 && world.settings.kind === 'live' ? answered.complete : queryText(call, rows.length, next),
    next,
    blocks: {
      output1: rows.map((holding) =>
        record(output1.fields, { ...holdingColumns(world, holding), item_mgna_rt_name: '20%' }),
      ),
      // KIS sends this single record as a list of one.
      output2: [record(output2.fields, totalColumns(world))],
    },
  };
};

const inquireBuyingPower: AccountHandler = (call) => {
  const { world } = call;
  const symbol = input(call, 'PDNO');
  const listing = world.market.look(symbol);
  if (symbol !== '' && listing === undefined) {
    return { refusal: refusals['unknown-symbol'][world.settings.kind] };
  }
  const cash = world.venue.orderableCash();
  const asked = Number(input(call, 'ORD_UNPR')) || 0;
  const limited = orderTypes[input(call, 'ORD_DVSN')]?.pricing === 'limit' && asked > 0;
  const price = limited ? asked : (listing?.today.upper ?? 0);
  const quantity = listing === undefined || price === 0 ? 0 : affordable(cash, price, listing.issue);
  return {
    text: world.settings.kind === 'paper' ? answered.paperComplete : answered.complete,
    blocks: {
      output: record(domesticTrading.inquireBuyingPower.output.output.fields, {
        ord_psbl_cash: cash,
        ruse_psbl_amt: Math.min(cash, world.account.today.sold),
        psbl_qty_calc_unpr: price,
        nrcvb_buy_amt: cash,
        nrcvb_buy_qty: quantity,
        max_buy_amt: cash,
        max_buy_qty: quantity,
      }),
    },
  };
};

/** The most shares that `cash` buys at `price`, commission included. */
function affordable(cash: number, price: number, issue: Issue): number {
  let quantity = Math.floor(cash / price);
  while (quantity > 0 && quantity * price + estimateCost(quantity * price, 'buy', issue).commission > cash)
    quantity -= 1;
  return quantity;
}

const inquireSellable: AccountHandler = (call) => {
  const { world } = call;
  const symbol = input(call, 'PDNO');
  const listing = world.market.look(symbol);
  if (listing === undefined) return { refusal: refusals['unknown-symbol'][world.settings.kind] };
  const held = world.account.holding(symbol);
  const quantity = held?.quantity ?? 0;
  const { last } = listing.today;
  const profit = quantity * last - (held?.costBasis ?? 0);
  return {
    text: answered.done,
    blocks: {
      output: record(domesticTrading.inquireSellable.output.output.fields, {
        pdno: symbol,
        prdt_name: listing.issue.name,
        buy_qty: quantity + (held?.soldToday ?? 0),
        sll_qty: held?.soldToday ?? 0,
        cblc_qty: quantity,
        ord_psbl_qty: world.venue.sellable(symbol),
        pchs_avg_pric: held === undefined ? '0.0000' : averageCost(held),
        pchs_amt: held?.costBasis ?? 0,
        now_pric: last,
        evlu_amt: quantity * last,
        evlu_pfls_amt: profit,
        evlu_pfls_rt: percentOf(profit, held?.costBasis ?? 0),
      }),
    },
  };
};

const sideCode = (side: Side): string => (side === 'sell' ? '01' : '02');

/** The name of an amendment or a cancellation. The star says that it went through. */
function changeName(order: Order): string {
  const side = order.side === 'sell' ? '매도' : '매수';
  return { new: '', amend: `${side}정정*`, cancel: `${side}취소*` }[order.action];
}

function numberText(world: AccountWorld, order: Order | undefined): string {
  if (order === undefined) return '';
  return world.settings.unpaddedOrderNumbers ? String(Number(order.number)) : order.number;
}

/** An order, and how it stands in the list. */
interface ListedOrder {
  readonly order: Order;
  readonly view: OrderView;
}

/** Orders as they are listed, oldest first. With the fault of a lag they are shown as they stood that long ago. */
function listed(world: AccountWorld): readonly ListedOrder[] {
  const lag = world.faults.conditions.executionsLagMs;
  const at = lag === 0 ? Number.POSITIVE_INFINITY : world.clock.now() - lag;
  return world.venue
    .orders()
    .filter((order) => order.at <= at)
    .map((order) => ({ order, view: viewOrder(order, at) }));
}

const sideFilter = (code: string, sell: string, buy: string): Side | undefined =>
  code === sell ? 'sell' : code === buy ? 'buy' : undefined;

const inquireAmendable: AccountHandler = (call) => {
  const { world } = call;
  const side = sideFilter(input(call, 'INQR_DVSN_2'), '1', '2');
  const open = listed(world)
    .filter(({ order, view }) => view.remaining > 0 && (side === undefined || order.side === side))
    .reverse();
  const { rows, next } = page(call, open);
  const { fields } = domesticTrading.inquireAmendable.output.output;
  return {
    text: queryText(call, rows.length, next),
    next,
    blocks: {
      output: rows.map(({ order, view }) =>
        record(fields, {
          ord_gno_brno: world.settings.branch,
          odno: numberText(world, order),
          orgn_odno: numberText(world, order.original),
          ord_dvsn_name: orderTypes[order.type]?.name ?? '',
          pdno: order.issue.symbol,
          prdt_name: order.issue.name,
          rvse_cncl_dvsn_name: changeName(order),
          ord_qty: order.quantity,
          ord_unpr: order.price,
          ord_tmd: order.time,
          tot_ccld_qty: view.filled,
          tot_ccld_amt: view.filledAmount,
          psbl_qty: view.remaining,
          sll_buy_dvsn_cd: sideCode(order.side),
          ord_dvsn_cd: order.type,
          excg_dvsn_cd: order.issue.market === 'KOSPI' ? '02' : '03',
          excg_id_dvsn_cd: order.exchange,
          excg_id_dvsn_name: order.exchange,
        }),
      ),
    },
  };
};

/** The day from which on the query for recent orders lists them. Earlier ones are another query. */
function firstRecentDay(world: AccountWorld): string {
  return dateOf(world.clock.day()).minus({ months: 3 }).toFormat('yyyyMMdd');
}

/** The orders that an execution query asks for, oldest first. */
function executionsMatching(call: AccountCall): readonly ListedOrder[] {
  const { world } = call;
  const recent = call.row.id === domesticTrading.inquireExecutions.id;
  const firstRecent = firstRecentDay(world);
  const asked = (name: string): string => input(call, name);
  const side = sideFilter(asked('SLL_BUY_DVSN_CD'), '01', '02');
  const number = asked('ODNO') === '' ? undefined : Number(asked('ODNO'));
  const exchange = asked('EXCG_ID_DVSN_CD') || 'KRX';
  return listed(world).filter(
    ({ order, view }) =>
      order.day >= firstRecent === recent &&
      asked('INQR_STRT_DT') <= order.day &&
      order.day <= asked('INQR_END_DT') &&
      (side === undefined || order.side === side) &&
      (asked('PDNO') === '' || order.issue.symbol === asked('PDNO')) &&
      (number === undefined || Number(order.number) === number) &&
      (exchange === 'ALL' || order.exchange === exchange) &&
      (asked('CCLD_DVSN') !== '01' || view.filled > 0) &&
      (asked('CCLD_DVSN') !== '02' || view.remaining > 0),
  );
}

function executionRecord(world: AccountWorld, { order, view }: ListedOrder): Readonly<Record<string, string>> {
  const { output1 } = domesticTrading.inquireExecutions.output;
  const cancelled = order.action === 'cancel' ? order.quantity : view.cancelled;
  return record(output1.fields, {
    ord_dt: order.day,
    ord_gno_brno: world.settings.branch,
    odno: numberText(world, order),
    orgn_odno: numberText(world, order.original),
    ord_dvsn_name: orderTypes[order.type]?.name ?? '',
    sll_buy_dvsn_cd: sideCode(order.side),
    sll_buy_dvsn_cd_name: changeName(order) || (order.side === 'sell' ? '현금매도' : '현금매수'),
    pdno: order.issue.symbol,
    prdt_name: order.issue.name,
    ord_qty: order.quantity,
    ord_unpr: order.price,
    ord_tmd: order.time,
    tot_ccld_qty: view.filled,
    avg_prvs: view.filled === 0 ? 0 : Math.round(view.filledAmount / view.filled),
    cncl_yn: cancelled > 0 ? 'Y' : '',
    tot_ccld_amt: view.filledAmount,
    ordr_empno: order.channel,
    ord_dvsn_cd: order.type,
    // KIS's own documents write this column both ways.
    cncl_cfrm_qty: cancelled,
    cnc_cfrm_qty: cancelled,
    rmn_qty: view.remaining,
    rjct_qty: view.rejected,
    ccld_cndt_name: { none: '없음', ioc: 'IOC', fok: 'FOK' }[orderTypes[order.type]?.condition ?? 'none'],
    inqr_ip_addr: '127.000.000.001',
    infm_tmd: order.fills.at(-1)?.time ?? '',
    prdt_type_cd: '300',
    excg_dvsn_cd: order.issue.market === 'KOSPI' ? '02' : '03',
    ord_orgno: world.settings.branch,
    excg_id_dvsn_cd: order.exchange,
  });
}

const inquireExecutions: AccountHandler = (call) => {
  const { world } = call;
  const matching = executionsMatching(call);
  const { rows, next } = page(call, input(call, 'INQR_DVSN') === '01' ? matching : matching.toReversed());
  const filled = sum(matching, ({ view }) => view.filled);
  const amount = sum(matching, ({ view }) => view.filledAmount);
  const { output2 } = domesticTrading.inquireExecutions.output;
  return {
    text: queryText(call, rows.length, next),
    next,
    blocks: {
      output1: rows.map((row) => executionRecord(world, row)),
      output2: record(output2.fields, {
        tot_ord_qty: sum(matching, ({ order }) => (order.action === 'cancel' ? 0 : order.quantity)),
        tot_ccld_qty: filled,
        tot_ccld_amt: amount,
        prsm_tlex_smtl: sum(matching, ({ order, view }) => {
          const cost = estimateCost(view.filledAmount, order.side, order.issue);
          return cost.commission + cost.tax;
        }),
        pchs_avg_pric: filled === 0 ? '0.0000' : (amount / filled).toFixed(4),
      }),
    },
  };
};

/** Account queries by endpoint id. */
export const accountQueries: ReadonlyMap<string, AccountHandler> = new Map([
  [domesticTrading.inquireBalance.id, inquireBalance],
  [domesticTrading.inquireBuyingPower.id, inquireBuyingPower],
  [domesticTrading.inquireSellable.id, inquireSellable],
  [domesticTrading.inquireAmendable.id, inquireAmendable],
  [domesticTrading.inquireExecutions.id, inquireExecutions],
  [domesticTrading.inquireExecutionsBefore.id, inquireExecutions],
]);
