import { describe, expect, it } from 'vitest';
import type { OrderBook, Quote } from '../../../src/domain/market/quote.ts';
import type { Exchange, OrderRequest, OrderType } from '../../../src/domain/orders/order.ts';
import { AppError } from '../../../src/errors.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Calendar, MarketSession } from '../../../src/services/calendar.ts';
import {
  checkOrder,
  type RiskLimits,
  requireTaken,
  requireToldDays,
} from '../../../src/services/orders/order-check.ts';
import { buyingPrice } from '../../../src/services/orders/order-reads.ts';

const stock = { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' } as const;
const quote = { last: 70_000, upperLimit: 91_000, lowerLimit: 49_000, warnings: [] } as unknown as Quote;
const continuous = {
  asks: [{ price: 70_000, size: 10 }],
  bids: [{ price: 69_900, size: 10 }],
};
/** As in an auction: whoever waits would have traded. */
const crossed = { asks: [{ price: 69_000, size: 10 }], bids: [{ price: 71_000, size: 10 }] };
const request: OrderRequest = {
  symbol: '005930',
  side: 'buy',
  type: 'market',
  quantity: 10,
  price: null,
  exchange: 'KRX',
};

/** A venue that says these things, and what it was asked. */
function venue(book: Pick<OrderBook, 'asks' | 'bids'>, kind: MarketSession['kind'] = 'regular') {
  const asked: unknown[] = [];
  const broker = {
    venue: { exchanges: ['KRX'] },
    quote: async () => quote,
    orderBook: async (...args: unknown[]) => {
      asked.push(args);
      return book;
    },
    buyingPower: async () => ({ quantity: 1_000, orderableCash: 100_000_000 }),
    sellableQuantity: async () => 1_000,
  } as unknown as Broker;
  const calendar = { session: async () => ({ kind, types: ['limit', 'market'] }) } as unknown as Calendar;
  const riskLimits = { maxOrder: 1e9, maxDaily: 1e9, driftPercent: 1, maxSlippagePercent: 0.1, confirmMs: 60_000 };
  return { deps: { broker, calendar, riskLimits }, asked };
}

describe('the book of a market order', () => {
  it('is asked for with the priority of the order, and only for a market order', async () => {
    const { deps, asked } = venue(continuous);
    const check = await checkOrder(deps, request, stock, { priority: 'urgent' });
    expect(check.slippage).toEqual({ filled: 10, average: 70_000, worst: 70_000, percent: 0 });
    expect(asked).toEqual([['005930', { priority: 'urgent', exchange: 'KRX' }]]);
    const limit = await checkOrder(deps, { ...request, type: 'limit', price: 70_000 }, stock, {});
    expect(limit.slippage).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('is that of the other side', async () => {
    const { deps } = venue(continuous);
    await expect(checkOrder(deps, { ...request, side: 'sell' }, stock, {})).rejects.toMatchObject({
      code: 'rule.slippage',
      context: { average: 69_900 },
    });
  });

  it('tells nothing while it is crossed, also in the regular session', async () => {
    const { deps } = venue(crossed);
    for (const side of ['buy', 'sell'] as const) {
      expect((await checkOrder(deps, { ...request, side }, stock, {})).slippage).toBe('auction');
    }
  });

  it('tells nothing where bid and ask are equal, which would have traded', async () => {
    const { deps } = venue({ asks: [{ price: 70_000, size: 10 }], bids: [{ price: 70_000, size: 10 }] });
    expect((await checkOrder(deps, request, stock, {})).slippage).toBe('auction');
  });

  it('tells nothing in an auction, however it looks', async () => {
    for (const kind of ['opening-auction', 'closing-auction'] as const) {
      const thin = { ...continuous, asks: [{ price: 80_000, size: 1 }] };
      for (const book of [continuous, thin, { asks: [], bids: [] }]) {
        expect((await checkOrder(venue(book, kind).deps, request, stock, {})).slippage).toBe('auction');
      }
    }
  });

  it('that is empty in the regular session lets nothing pass', async () => {
    const empty = { ...continuous, asks: [] };
    await expect(checkOrder(venue(empty).deps, request, stock, {})).rejects.toMatchObject({ code: 'rule.empty-book' });
  });
});

describe('what buying power is asked for', () => {
  const priced = { ...quote, basePrice: 69_000 };
  it.each([
    ['limit', 70_000, 70_000],
    ['market', null, undefined],
    // Its rest may go to the market at the close.
    ['conditional', 70_000, undefined],
    ['pre-close', null, 69_000],
    ['post-close', null, 70_000],
    ['best', null, undefined],
  ] as const)('%s at %s: %s', async (type, price, asked) => {
    const prices: unknown[] = [];
    const { deps } = venue(continuous);
    const broker = {
      ...deps.broker,
      quote: async () => priced,
      buyingPower: async (_symbol: string, unit: unknown) => {
        prices.push(unit);
        return { quantity: 1_000, orderableCash: 100_000_000 };
      },
    } as unknown as Broker;
    const calendar = { session: async () => ({ kind: 'regular', types: [type] }) } as unknown as Calendar;
    await checkOrder({ ...deps, broker, calendar }, { ...request, type, price }, stock, {});
    expect(prices).toEqual([asked]);
  });
});

describe('an order', () => {
  /** A venue that says these things of the issue and of the account. */
  const checked = (
    wanted: Partial<OrderRequest>,
    says: { readonly quantity?: number; readonly cash?: number; readonly session?: Partial<MarketSession> } = {},
    quoted: Partial<Quote> = {},
    limits: Partial<RiskLimits> = {},
  ) => {
    const { deps } = venue(continuous);
    const { quantity = 1_000, cash = 100_000_000 } = says;
    const asked: unknown[] = [];
    const broker = {
      ...deps.broker,
      venue: { exchanges: ['KRX', 'NXT'] },
      quote: async () => ({ ...quote, ...quoted }),
      buyingPower: async (...args: unknown[]) => {
        asked.push(['buying power', ...args]);
        return { quantity, orderableCash: cash };
      },
      sellableQuantity: async (...args: unknown[]) => {
        asked.push(['sellable', ...args]);
        return quantity;
      },
    } as unknown as Broker;
    const session = { kind: 'regular', types: ['limit', 'market', 'mid', 'post-close'], ...says.session };
    const calendar = { session: async () => session } as unknown as Calendar;
    const riskLimits = { ...deps.riskLimits, ...limits };
    const instrument = { ...stock, kind: wanted.exchange === 'NXT' ? ('etf' as const) : ('stock' as const) };
    const options = { priority: 'urgent' } as const;
    const order = { ...request, type: 'limit', price: 70_000, ...wanted } as const;
    return { asked, check: checkOrder({ broker, calendar, riskLimits }, order, instrument, options) };
  };

  it('to buy is held to buying power, and says what it would cost', async () => {
    const { asked, check } = checked({}, { quantity: 10 });
    expect(await check).toMatchObject({
      price: 70_000,
      amount: 700_000,
      available: 10,
      orderableCash: 100_000_000,
      tax: 0,
      slippage: undefined,
    });
    expect(asked).toEqual([['buying power', '005930', 70_000, { priority: 'urgent' }]]);
    await expect(checked({}, { quantity: 9, cash: 650_000 }).check).rejects.toMatchObject({
      code: 'rule.buying-power',
      context: { quantity: 10, available: 9, cash: 650_000 },
    });
  });

  it('to sell is held to the shares that can be sold, and says what it would cost', async () => {
    const { asked, check } = checked({ side: 'sell' }, { quantity: 10 });
    const said = await check;
    expect(said).toMatchObject({ price: 70_000, amount: 700_000, available: 10, orderableCash: undefined });
    expect(said.tax).toBeGreaterThan(0);
    expect(asked).toEqual([['sellable', '005930', { priority: 'urgent' }]]);
    const refused = await checked({ side: 'sell' }, { quantity: 9 }).check.catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'rule.sellable', context: { quantity: 10, available: 9 } });
    expect((refused as AppError).context).not.toHaveProperty('cash');
  });

  it('without a price of its own has none; one at a price that is fixed has that', async () => {
    expect((await checked({ type: 'market', price: null }).check).price).toBeUndefined();
    expect((await checked({ type: 'post-close', price: null }).check).price).toBe(70_000);
  });

  it('is refused where its price breaks a rule, or it is above the cap', async () => {
    await expect(checked({ price: 70_050 }).check).rejects.toMatchObject({ code: 'rule.tick' });
    await expect(checked({}, {}, {}, { maxOrder: 699_999 }).check).rejects.toMatchObject({
      code: 'rule.max-order',
      context: { amount: 700_000 },
    });
    expect(await checked({}, {}, {}, { maxOrder: 700_000 }).check).toMatchObject({ amount: 700_000 });
  });

  it('is refused where the exchange does not take this kind of issue', async () => {
    await expect(checked({ exchange: 'NXT' }).check).rejects.toMatchObject({ code: 'rule.shares-only' });
  });

  it('of an issue that is overheated trades at one price for all', async () => {
    const wanted = { type: 'market', price: null } as const;
    expect((await checked(wanted, {}, { warnings: ['overheated'] }).check).slippage).toBe('auction');
    expect((await checked(wanted, {}, { warnings: ['caution'] }).check).slippage).toMatchObject({ filled: 10 });
  });
});

it('waits for no quote to ask for buying power where the quote decides nothing of it', async () => {
  const never = () => new Promise<Quote>(() => undefined);
  expect(await buyingPrice({ type: 'market', price: null }, never)).toBeUndefined();
  expect(await buyingPrice({ type: 'limit', price: 70_000 }, never)).toBe(70_000);
});

describe('a book with one side', () => {
  it('tells all there is to tell', async () => {
    const { deps } = venue({ ...continuous, bids: [] });
    expect((await checkOrder(deps, request, stock, {})).slippage).toMatchObject({ filled: 10, average: 70_000 });
  });
});

describe('what is not taken now', () => {
  /** What each exchange takes now, and what is known of the day. */
  const refusalOf = async (
    wanted: { readonly exchange: Exchange; readonly type: OrderType },
    now: Partial<Record<Exchange, readonly OrderType[]>>,
    session: Partial<MarketSession> = {},
    kind: 'stock' | 'etf' = 'stock',
    next?: { readonly at: number; readonly hours: readonly { readonly start: string; readonly end: string }[] },
  ): Promise<unknown> => {
    const broker = { venue: { exchanges: Object.keys(now) } } as unknown as Broker;
    const calendar = {
      session: async (exchange: Exchange) => ({ kind: 'regular', types: now[exchange] ?? [], ...session }),
      today: async () => ({ day: '20261123' }),
      nextHours: async () => next,
    } as unknown as Calendar;
    const refused = await requireTaken(broker, calendar, wanted, kind).catch((error: unknown) => error);
    const { code, context } = refused as { readonly code: string; readonly context: object };
    return { code, ...context };
  };

  it('is refused with the exchanges there are, where the venue has not this one', async () => {
    expect(await refusalOf({ exchange: 'SOR', type: 'limit' }, { KRX: ['limit'], NXT: [] })).toEqual({
      code: 'rule.exchange',
      exchange: 'SOR',
      takes: 'KRX, NXT',
    });
  });

  it('is refused with the types there are, where the exchange never takes this one', async () => {
    const now = { KRX: ['limit', 'conditional'], NXT: ['limit'], SOR: ['limit'] } as const;
    expect(await refusalOf({ exchange: 'SOR', type: 'conditional' }, now)).toEqual({
      code: 'rule.never-taken',
      types: 'limit,market,best,top,limit-ioc,limit-fok,market-ioc,market-fok,best-ioc,best-fok',
      exchange: 'SOR',
      type: 'conditional',
      elsewhere: 'KRX',
    });
  });

  it('is refused with the reason and the other exchanges that take it, for this kind of issue', async () => {
    const now = { KRX: [], NXT: ['limit'], SOR: ['limit'] } as const;
    const wanted = { exchange: 'KRX', type: 'limit' } as const;
    expect(await refusalOf(wanted, now)).toEqual({
      code: 'rule.market-closed',
      reason: 'hours',
      exchange: 'KRX',
      type: 'limit',
      elsewhere: 'NXT,SOR',
    });
    expect(await refusalOf(wanted, now, { reason: 'holiday' }, 'etf')).toMatchObject({
      reason: 'holiday',
      elsewhere: 'SOR',
    });
    expect(await refusalOf(wanted, now, { reason: 'unknown' })).toEqual({
      code: 'rule.market-closed',
      reason: 'unknown',
    });
  });

  it('is refused with what is taken now, and when this is taken next', async () => {
    const next = { at: Date.parse('2026-11-24T08:30:00+09:00'), hours: [{ start: '0830', end: '1530' }] };
    const now = { KRX: ['post-close'] } as const;
    expect(await refusalOf({ exchange: 'KRX', type: 'market' }, now, { kind: 'post-close' }, 'stock', next)).toEqual({
      code: 'rule.order-type',
      session: 'post-close',
      types: 'post-close',
      exchange: 'KRX',
      type: 'market',
      elsewhere: '',
      hours: '0830-1530',
      month: 11,
      day: 24,
      weekday: 2,
      hour: 8,
      minute: 30,
    });
  });

  it('is refused with the failure, where something else than another try helps against it', async () => {
    const failure = new AppError('venue.token-wait');
    const wanted = { exchange: 'KRX', type: 'limit' } as const;
    expect(await refusalOf(wanted, { KRX: [] }, { reason: 'unknown', failure })).toEqual({ code: 'venue.token-wait' });
    const session = (code: string): MarketSession => ({ failure: new AppError(code) }) as unknown as MarketSession;
    for (const code of ['unreachable', 'server-fault', 'malformed', 'drift', 'rejected'])
      expect(() => requireToldDays(session(`venue.${code}`))).not.toThrow();
    expect(() => requireToldDays(session('venue.token-wait'))).toThrow('venue.token-wait');
  });
});
