import type { Position, ProfitDay, ProfitReport, RealizedPnl, TradeProfit } from '../account.ts';
import type { Side, VenueOrder } from './order.ts';

/** Estimated cost of a trade of `amount` won. */
export type CostOf = (
  amount: number,
  side: Side,
  symbol: string,
) => { readonly commission: number; readonly tax: number };

/** Held shares whose cost is partly unknown: they cost `known` won plus `share` times the unknown cost before. */
interface Pool {
  readonly quantity: number;
  readonly known: number;
  readonly share: number;
}

/** A sale, and what its shares cost, as far as it is known. */
interface Sale {
  readonly order: VenueOrder;
  readonly known: number;
  readonly share: number;
}

/** Below this share the present holding says too little about the earlier one. */
const leastShare = 1e-4;

/**
 * The realized profit of the sales of the days `from` to `to`, computed from the orders alone, as venues compute it: a
 * share costs what all shares of the issue cost on average, and the sale's commission and tax are taken off. `orders`
 * are all orders of the account since `from` or earlier. `holdings` is what is held now, which tells what was held
 * before. Sales of shares with an unknown cost are left out and named in `reckoned.unpriced`.
 */
export function reckonProfit(options: {
  readonly orders: readonly VenueOrder[];
  readonly holdings: readonly Pick<Position, 'symbol' | 'quantity' | 'averageCost'>[];
  readonly from: string;
  readonly to: string;
  readonly costOf: CostOf;
}): ProfitReport<TradeProfit> {
  const { holdings, from, to, costOf } = options;
  const bySymbol = Map.groupBy(
    options.orders.filter(({ filledQuantity }) => filledQuantity > 0),
    ({ symbol }) => symbol,
  );
  const rows: TradeProfit[] = [];
  const unpriced: { symbol: string; name: string; shares: number }[] = [];
  let spent = 0;
  for (const [symbol, all] of bySymbol) {
    const orders = all.toSorted((a, b) => placeOf(a).localeCompare(placeOf(b)));
    const held = holdings.find((holding) => holding.symbol === symbol);
    const costs = saleCosts(orders, held);
    const byDay = Map.groupBy(
      orders.filter(({ day }) => from <= day && day <= to),
      ({ day }) => day,
    );
    const without = { symbol, name: orders[0]?.name ?? symbol, shares: 0 };
    for (const [day, ofDay] of byDay) {
      const sales = ofDay.filter(({ side }) => side === 'sell');
      const cost = sales.map((order) => costs.get(order));
      if (cost.includes(undefined)) {
        without.shares += sum(sales, ({ filledQuantity }) => filledQuantity);
        continue;
      }
      const paid = Math.round(sum(cost, (won) => won ?? 0));
      spent += paid;
      rows.push(dayOf(day, symbol, ofDay, paid, costOf));
    }
    if (without.shares > 0) unpriced.push(without);
  }
  return {
    rows: rows.toSorted((a, b) => b.day.localeCompare(a.day) || a.symbol.localeCompare(b.symbol)),
    realized: profit(
      sum(rows, ({ realized }) => realized.amount),
      spent,
    ),
    commission: sum(rows, ({ commission }) => commission),
    tax: sum(rows, ({ tax }) => tax),
    truncated: false,
    reckoned: { unpriced },
  };
}

/** The same report by day, of all issues together. */
export function profitDays({ rows, ...report }: ProfitReport<TradeProfit>): ProfitReport<ProfitDay> {
  const days = [...Map.groupBy(rows, ({ day }) => day)].map(([day, ofDay]): ProfitDay => {
    // The rows do not hold what the shares cost, and without that there is no percentage.
    const realized = { amount: sum(ofDay, (row) => row.realized.amount), percent: undefined };
    return {
      day,
      bought: sum(ofDay, (row) => row.bought),
      sold: sum(ofDay, (row) => row.sold),
      realized,
      commission: sum(ofDay, (row) => row.commission),
      tax: sum(ofDay, (row) => row.tax),
    };
  });
  return { ...report, rows: days };
}

const placeOf = ({ day, time, reference }: VenueOrder): string => `${day}${time}${reference.number.padStart(10, '0')}`;

function sum<T>(of: readonly T[], value: (one: T) => number): number {
  return of.reduce((total, one) => total + value(one), 0);
}

function profit(amount: number, cost: number): RealizedPnl {
  return { amount, percent: cost > 0 ? Math.round((amount / cost) * 10_000) / 100 : undefined };
}

/** The cost of the shares of each sale, in won; a sale that is missing has no known cost. Oldest order first. */
function saleCosts(
  orders: readonly VenueOrder[],
  held: Pick<Position, 'quantity' | 'averageCost'> | undefined,
): ReadonlyMap<VenueOrder, number> {
  const signed = ({ side, filledQuantity }: VenueOrder): number => (side === 'buy' ? filledQuantity : -filledQuantity);
  const now = held?.quantity ?? 0;
  const before = now - sum(orders, signed);
  // More was sold than the orders had bought: shares came or went in another way than by orders.
  if (before < 0) return new Map();
  const sales: Sale[] = [];
  let pool: Pool = { quantity: before, known: 0, share: before > 0 ? 1 : 0 };
  for (const order of orders) {
    const { side, filledQuantity, filledAmount } = order;
    if (side === 'buy') {
      pool = { ...pool, quantity: pool.quantity + filledQuantity, known: pool.known + filledAmount };
      continue;
    }
    if (filledQuantity > pool.quantity) return new Map();
    const part = filledQuantity / pool.quantity;
    sales.push({ order, known: pool.known * part, share: pool.share * part });
    const rest = 1 - part;
    pool = { quantity: pool.quantity - filledQuantity, known: pool.known * rest, share: pool.share * rest };
  }
  const paidBefore = pool.share > leastShare ? (Number(held?.averageCost) * now - pool.known) / pool.share : undefined;
  const isTold = paidBefore !== undefined && paidBefore >= 0;
  return new Map(
    sales.flatMap(({ order, known, share }): readonly (readonly [VenueOrder, number])[] => {
      if (share === 0) return [[order, known]];
      return isTold ? [[order, known + share * paidBefore]] : [];
    }),
  );
}

/** A day's trading of an issue, whose sold shares cost `paid` won. */
function dayOf(day: string, symbol: string, orders: readonly VenueOrder[], paid: number, costOf: CostOf): TradeProfit {
  const ofSide = (side: Side) => {
    const those = orders.filter((order) => order.side === side);
    const costs = those.map(({ filledAmount }) => costOf(filledAmount, side, symbol));
    return {
      shares: sum(those, ({ filledQuantity }) => filledQuantity),
      amount: sum(those, ({ filledAmount }) => filledAmount),
      commission: sum(costs, ({ commission }) => commission),
      tax: sum(costs, ({ tax }) => tax),
    };
  };
  const [buys, sells] = [ofSide('buy'), ofSide('sell')];
  const amount = sells.shares === 0 ? 0 : sells.amount - paid - sells.commission - sells.tax;
  return {
    day,
    symbol,
    name: orders[0]?.name ?? symbol,
    boughtShares: buys.shares,
    bought: buys.amount,
    soldShares: sells.shares,
    sold: sells.amount,
    realized: profit(amount, paid),
    commission: buys.commission + sells.commission,
    tax: sells.tax,
  };
}
