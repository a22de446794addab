import { describe, expect, it } from 'vitest';
import type { OrderBook, Quote } from '../../../src/domain/market/quote.ts';
import type { OrderRequest } from '../../../src/domain/orders/order.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Calendar, MarketSession } from '../../../src/services/calendar.ts';
import { checkOrder } from '../../../src/services/orders/order-check.ts';

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
