import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import { type AccountCall, type AccountHandler, input, page, record } from '../rest/answer.ts';
import { answered } from '../rest/texts.ts';
import type { BookedTrade } from './account.ts';
import { currentHoldings, holdingColumns, longPercent, queryText, totalColumns } from './account-queries.ts';
import { sum } from './order.ts';

/** The sums of some trades, in won and shares. */
interface Sums {
  readonly bought: number;
  readonly boughtQuantity: number;
  readonly sold: number;
  readonly soldQuantity: number;
  readonly commission: number;
  readonly tax: number;
  readonly buyCommission: number;
  /** What the sold shares had cost. */
  readonly cost: number;
  /** The realised profit, after commission and tax of the sales. */
  readonly realized: number;
}

function sumUp(trades: readonly BookedTrade[]): Sums {
  const buys = trades.filter(({ side }) => side === 'buy');
  const sells = trades.filter(({ side }) => side === 'sell');
  const amount = (of: readonly BookedTrade[]): number => sum(of, (trade) => trade.amount);
  const quantity = (of: readonly BookedTrade[]): number => sum(of, (trade) => trade.quantity);
  const commission = (of: readonly BookedTrade[]): number => sum(of, (trade) => trade.commission);
  const [tax, cost] = [sum(sells, (trade) => trade.tax), sum(sells, (trade) => trade.cost)];
  return {
    bought: amount(buys),
    boughtQuantity: quantity(buys),
    sold: amount(sells),
    soldQuantity: quantity(sells),
    commission: commission(trades),
    tax,
    buyCommission: commission(buys),
    cost,
    realized: amount(sells) - cost - commission(sells) - tax,
  };
}

const inquireRealizedBalance: AccountHandler = (call) => {
  const { world } = call;
  const holdings = currentHoldings(world);
  const { rows, next } = page(call, holdings);
  const today = sumUp(world.account.trades().filter(({ day }) => day === world.clock.day()));
  const totals = totalColumns(world);
  const { output1, output2 } = domesticTrading.inquireRealizedBalance.output;
  return {
    text: holdings.length === 0 ? answered.complete : queryText(call, rows.length, next),
    next,
    blocks: {
      output1: rows.map((holding) => record(output1.fields, holdingColumns(world, holding))),
      // KIS sends this single record as a list of one.
      output2: [
        record(output2.fields, {
          ...totals,
          rlzt_pfls: today.realized,
          rlzt_erng_rt: longPercent(today.realized, today.cost),
          real_evlu_pfls: totals.evlu_pfls_smtl_amt,
          real_evlu_pfls_erng_rt: longPercent(totals.evlu_pfls_smtl_amt, totals.pchs_amt_smtl_amt),
        }),
      ],
    },
  };
};

/** The trades of the days that the call asks for, of one issue or of all. */
function tradesIn(call: AccountCall): readonly BookedTrade[] {
  const [from, to, symbol] = [input(call, 'INQR_STRT_DT'), input(call, 'INQR_END_DT'), input(call, 'PDNO')];
  return call.world.account
    .trades()
    .filter(({ day, issue }) => from <= day && day <= to && (symbol === '' || issue.symbol === symbol));
}

/** The trades in groups by a key, newest first unless the call asks otherwise. */
function grouped(call: AccountCall, keyOf: (trade: BookedTrade) => string): readonly (readonly BookedTrade[])[] {
  const groups = [...Map.groupBy(tradesIn(call), keyOf).values()];
  return input(call, 'SORT_DVSN') === '01' ? groups : groups.reverse();
}

/** The totals of both lists of profits. */
function profitTotals(all: Sums) {
  const [soldNet, boughtNet] = [
    all.sold - (all.commission - all.buyCommission) - all.tax,
    all.bought + all.buyCommission,
  ];
  return {
    sll_qty_smtl: all.soldQuantity,
    sll_tr_amt_smtl: all.sold,
    sll_fee_smtl: all.commission - all.buyCommission,
    sll_tltx_smtl: all.tax,
    sll_excc_amt_smtl: soldNet,
    buy_tr_amt_smtl: all.bought,
    buy_fee_smtl: all.buyCommission,
    buy_tax_smtl: 0,
    buy_excc_amt_smtl: boughtNet,
    tot_qty: all.soldQuantity + all.boughtQuantity,
    tot_tr_amt: all.sold + all.bought,
    tot_fee: all.commission,
    tot_tltx: all.tax,
    tot_excc_amt: soldNet + boughtNet,
    tot_rlzt_pfls: all.realized,
  };
}

function profitColumns(sums: Sums) {
  return {
    buy_amt: sums.bought,
    sll_amt: sums.sold,
    rlzt_pfls: sums.realized,
    pfls_rt: longPercent(sums.realized, sums.cost),
    fee: sums.commission,
    tl_tax: sums.tax,
  };
}

const inquirePeriodProfit: AccountHandler = (call) => {
  const { rows, next } = page(
    call,
    grouped(call, ({ day }) => day),
  );
  const all = sumUp(tradesIn(call));
  const { output1, output2 } = domesticTrading.inquirePeriodProfit.output;
  return {
    text: queryText(call, rows.length, next),
    next,
    blocks: {
      output1: rows.map((trades) => {
        const sums = sumUp(trades);
        return record(output1.fields, {
          trad_dt: trades[0]?.day ?? '',
          ...profitColumns(sums),
          sll_qty1: sums.soldQuantity,
          buy_qty1: sums.boughtQuantity,
        });
      }),
      output2: record(output2.fields, { ...profitTotals(all), buy_qty_smtl: all.boughtQuantity }),
    },
  };
};

const inquireTradeProfit: AccountHandler = (call) => {
  const { rows, next } = page(
    call,
    grouped(call, ({ day, issue }) => `${day} ${issue.symbol}`),
  );
  const all = sumUp(tradesIn(call));
  const { output1, output2 } = domesticTrading.inquireTradeProfit.output;
  return {
    text: queryText(call, rows.length, next),
    next,
    blocks: {
      output1: rows.map((trades) => {
        const sums = sumUp(trades);
        const last = trades.at(-1);
        // The average cost of what was sold, or of what is held when nothing was.
        const [cost, quantity] = sums.soldQuantity > 0 ? [sums.cost, sums.soldQuantity] : [last?.heldCost, last?.held];
        return record(output1.fields, {
          trad_dt: last?.day ?? '',
          pdno: last?.issue.symbol ?? '',
          prdt_name: last?.issue.name ?? '',
          trad_dvsn_name: '현금',
          hldg_qty: last?.held ?? 0,
          pchs_unpr: Math.round((cost ?? 0) / Math.max(1, quantity ?? 0)),
          buy_qty: sums.boughtQuantity,
          sll_pric: Math.round(sums.sold / Math.max(1, sums.soldQuantity)),
          sll_qty: sums.soldQuantity,
          ...profitColumns(sums),
        });
      }),
      output2: record(output2.fields, {
        ...profitTotals(all),
        buyqty_smtl: all.boughtQuantity,
        tot_pftrt: longPercent(all.realized, all.cost),
      }),
    },
  };
};

/** Realised profits by endpoint id. */
export const profits: ReadonlyMap<string, AccountHandler> = new Map([
  [domesticTrading.inquireRealizedBalance.id, inquireRealizedBalance],
  [domesticTrading.inquirePeriodProfit.id, inquirePeriodProfit],
  [domesticTrading.inquireTradeProfit.id, inquireTradeProfit],
]);
