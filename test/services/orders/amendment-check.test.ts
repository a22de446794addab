import { describe, expect, it } from 'vitest';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { VenueOrder } from '../../../src/domain/orders/order.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Calendar } from '../../../src/services/calendar.ts';
import { type Amendment, checkAmendment } from '../../../src/services/orders/amendment-check.ts';

const instrument = { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' } as const;
/** Of ten shares at 70,000 won seven are left. */
const target: VenueOrder = {
  reference: { number: '7', branch: '06010' },
  original: undefined,
  action: 'new',
  symbol: '005930',
  name: '삼성전자',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  filledQuantity: 3,
  filledAmount: 210_000,
  remaining: 7,
  cancelledQuantity: 0,
  rejectedQuantity: 0,
  exchange: 'KRX',
  day: '20261123',
  time: '100000',
  viaApi: true,
};
const other: VenueOrder = { ...target, reference: { number: '8', branch: '06010' }, remaining: 4 };

interface Told {
  /** The orders that are open now. */
  readonly open?: readonly VenueOrder[];
  /** What can be spent, in won. */
  readonly cash?: number;
  /** The most that an order may be worth, in won. */
  readonly maxOrder?: number;
}

function check(amendment: Partial<Amendment>, { open, cash = 1_000_000, maxOrder = 5_000_000 }: Told = {}) {
  const whole: Amendment = { target, instrument, price: 71_000, ...amendment };
  const asked: unknown[] = [];
  const note =
    (name: string, answer: unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      asked.push([name, ...args]);
      return answer;
    };
  const broker = {
    venue: { exchanges: ['KRX', 'NXT'] },
    quote: note('quote', { last: 70_500, upperLimit: 91_000, lowerLimit: 49_000, warnings: [] } as unknown as Quote),
    openOrders: note('open', open ?? [other, whole.target]),
    buyingPower: note('power', { quantity: 0, orderableCash: cash }),
  } as unknown as Broker;
  const session = { kind: 'regular', types: ['limit', 'conditional', 'market', 'stop'] };
  const calendar = {
    session: async (...args: unknown[]) => {
      asked.push(['session', ...args]);
      return session;
    },
  } as unknown as Calendar;
  const riskLimits = { maxOrder, maxDaily: 1e9, driftPercent: 1, maxSlippagePercent: 1, confirmMs: 60_000 };
  return { asked, said: checkAmendment({ broker, calendar, riskLimits }, whole, { priority: 'urgent' }) };
}

describe('an amendment', () => {
  it('says what will stand, at what the last price is, and what the day grows by', async () => {
    const { asked, said } = check({});
    expect(await said).toEqual({
      last: 70_500,
      request: { symbol: '005930', side: 'buy', type: 'limit', quantity: 7, price: 71_000, exchange: 'KRX' },
      added: 7_000,
    });
    expect(asked).toEqual([
      ['session', 'KRX', { priority: 'urgent' }],
      ['quote', '005930', { priority: 'urgent', exchange: 'KRX' }],
      ['open', { priority: 'urgent' }],
      ['power', '005930', 71_000, { priority: 'urgent' }],
    ]);
  });

  it('of a part is about the part alone', async () => {
    expect(await check({ part: 2 }).said).toMatchObject({ request: { quantity: 2 }, added: 2_000 });
  });

  it('to a lower price adds nothing, and frees nothing of the day either', async () => {
    expect(await check({ price: 69_000 }, { cash: 0 }).said).toMatchObject({ added: 0 });
  });

  it.each(['other', 'market', 'stop'] as const)(
    'of an order of type %s is refused, before anything is asked',
    async (type) => {
      const { asked, said } = check({ target: { ...target, type } });
      await expect(said).rejects.toMatchObject({ code: 'orders.not-repriceable', context: { type } });
      expect(asked).toEqual([]);
    },
  );

  it('is refused while the exchange does not take the type', async () => {
    await expect(check({ target: { ...target, type: 'after-limit' } }).said).rejects.toThrow();
    await expect(check({ target: { ...target, exchange: 'SOR' } }).said).rejects.toMatchObject({
      code: 'rule.exchange',
    });
  });

  it.each([
    ['less is left', [other, { ...target, remaining: 6 }], 6],
    ['it is gone, and another has as much left', [{ ...other, remaining: 7 }], 0],
    ['nothing is open', [], 0],
  ] as const)('is refused where %s than was shown', async (_what, open, left) => {
    for (const part of [undefined, 2])
      await expect(check({ part }, { open }).said).rejects.toMatchObject({
        code: 'orders.changed',
        context: { number: '7', left },
      });
  });

  it('is refused at a price that breaks a rule', async () => {
    await expect(check({ price: 70_050 }).said).rejects.toMatchObject({ code: 'rule.tick' });
  });

  it('is refused above the cap of an order, which the whole of what will stand counts against', async () => {
    expect(await check({}, { maxOrder: 497_000 }).said).toMatchObject({ last: 70_500 });
    await expect(check({}, { maxOrder: 496_999 }).said).rejects.toMatchObject({
      code: 'rule.max-order',
      context: { amount: 497_000, limit: 496_999, quantity: 6 },
    });
    expect(await check({ part: 6 }, { maxOrder: 496_999 }).said).toMatchObject({ last: 70_500 });
  });

  it('to buy needs the difference alone, and says how many shares there would be money for', async () => {
    expect(await check({}, { cash: 7_000 }).said).toMatchObject({ added: 7_000 });
    await expect(check({}, { cash: 6_999 }).said).rejects.toMatchObject({
      code: 'rule.buying-power',
      // What the seven shares hold back already, and what is there: 490,000 + 6,999 at 71,000.
      context: { quantity: 7, available: 6, cash: 6_999 },
    });
  });

  it('to sell needs no money', async () => {
    const { asked, said } = check({ target: { ...target, side: 'sell' } }, { cash: 0 });
    expect(await said).toMatchObject({ added: 7_000, request: { side: 'sell' } });
    expect(asked).not.toContainEqual(expect.arrayContaining(['power']));
  });

  it('of one that may trade at another price counts at the worst, and asks for what can be spent on that', async () => {
    const conditional = { target: { ...target, type: 'conditional' } } as const;
    const { asked, said } = check(conditional);
    await said;
    expect(asked).toContainEqual(['power', '005930', undefined, { priority: 'urgent' }]);
    await expect(check(conditional, { maxOrder: 7 * 91_000 - 1 }).said).rejects.toMatchObject({
      code: 'rule.max-order',
      context: { amount: 637_000 },
    });
  });
});
