import type { Exchange } from '../../domain/orders/order.ts';
import type { Session } from '../market/hours.ts';

/**
 * How an order type is priced: at its own limit, without a price, at the best price of the other or its own side, in
 * the middle between both, or at the close.
 */
type Pricing = 'limit' | 'none' | 'other-best' | 'own-best' | 'middle' | 'close';

/** One order type (ORD_DVSN): where and when it is taken, and how it trades. */
export interface OrderTypeRow {
  readonly name: string;
  readonly pricing: Pricing;
  /**
   * `ioc`: the part that does not trade at once is cancelled. `fok`: unless all of it trades at once, all of it is
   * cancelled.
   */
  readonly condition: 'none' | 'ioc' | 'fok';
  readonly taken: Partial<Readonly<Record<Exchange, readonly Session[]>>>;
  /** The sessions of KRX through which a waiting order stays. Orders on Nextrade stay until its day ends. */
  readonly stays: readonly Session[];
}

const ordinary: readonly Session[] = ['opening-auction', 'regular', 'closing-auction'];
const nxtContinuous: readonly Session[] = ['pre-market', 'regular'];
const nxtEvening: readonly Session[] = ['after-market'];

const row = (
  name: string,
  pricing: Pricing,
  condition: OrderTypeRow['condition'],
  taken: OrderTypeRow['taken'],
  stays = ordinary,
): OrderTypeRow => ({ name, pricing, condition, taken, stays });

/**
 * An order type that trades at once or is cancelled. It is taken in continuous trading, but not in the evening session
 * of Nextrade.
 */
const atOnce = (name: string, pricing: Pricing, condition: 'ioc' | 'fok'): OrderTypeRow =>
  row(name, pricing, condition, { KRX: ['regular'], NXT: nxtContinuous, SOR: ['regular'] });
const krxAndNxt = { KRX: ['regular'], NXT: nxtContinuous } as const;
const best = { KRX: ['regular'], NXT: [...nxtContinuous, ...nxtEvening], SOR: ['regular'] } as const;
const afterMarket = (name: string, pricing: Pricing, condition: OrderTypeRow['condition'] = 'none'): OrderTypeRow =>
  row(name, pricing, condition, { KRX: ['after-market'] }, ['after-market']);

/**
 * KIS's list of order types of 2026-09-11. The single price after hours (07), which ended, and Nextrade's GTP orders
 * (27 to 29) are left out.
 */
export const orderTypes: Readonly<Record<string, OrderTypeRow>> = {
  '00': row('지정가', 'limit', 'none', {
    KRX: ordinary,
    NXT: [...nxtContinuous, 'after-opening', ...nxtEvening],
    SOR: ordinary,
  }),
  '01': row('시장가', 'none', 'none', { KRX: ordinary, SOR: ordinary }),
  '02': row('조건부지정가', 'limit', 'none', { KRX: ['regular'] }),
  '03': row('최유리지정가', 'other-best', 'none', best),
  '04': row('최우선지정가', 'own-best', 'none', best),
  '05': row('장전 시간외', 'close', 'none', { KRX: ['opening-auction'] }, ['opening-auction']),
  '06': row('장후 시간외', 'close', 'none', { KRX: ['post-close'] }, ['post-close']),
  '11': atOnce('IOC지정가', 'limit', 'ioc'),
  '12': atOnce('FOK지정가', 'limit', 'fok'),
  '13': atOnce('IOC시장가', 'none', 'ioc'),
  '14': atOnce('FOK시장가', 'none', 'fok'),
  '15': atOnce('IOC최유리', 'other-best', 'ioc'),
  '16': atOnce('FOK최유리', 'other-best', 'fok'),
  '21': row('중간가', 'middle', 'none', krxAndNxt),
  '22': row('스톱지정가', 'limit', 'none', krxAndNxt),
  '23': row('중간가IOC', 'middle', 'ioc', krxAndNxt),
  '24': row('중간가FOK', 'middle', 'fok', krxAndNxt),
  '41': afterMarket('KRX애프터마켓지정가', 'limit'),
  '42': afterMarket('KRX애프터마켓지정가IOC', 'limit', 'ioc'),
  '43': afterMarket('KRX애프터마켓지정가FOK', 'limit', 'fok'),
  '44': afterMarket('KRX애프터마켓최유리지정가', 'other-best'),
  '45': afterMarket('KRX애프터마켓최유리지정가IOC', 'other-best', 'ioc'),
  '46': afterMarket('KRX애프터마켓최유리지정가FOK', 'other-best', 'fok'),
  '47': afterMarket('KRX애프터마켓최우선지정가', 'own-best'),
};

/** A limit order (조건부지정가) whose rest becomes a market order in the closing auction. */
export const conditionalType = '02';
/** A limit order that waits outside the book until its price is reached. */
export const stopType = '22';
