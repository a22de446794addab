import type { Exchange } from '../domain/order.ts';

/** How an order type is priced: by its own limit, by none, at the other side's best price or at its own side's. */
type Pricing = 'limit' | 'none' | 'other-best' | 'own-best';

/** One ORD_DVSN code that the simulated book takes. */
export interface OrderTypeRow {
  readonly name: string;
  readonly pricing: Pricing;
  /** What does not trade at once is cancelled: the rest, or all of it unless all trades. */
  readonly condition: 'none' | 'ioc' | 'fok';
  readonly exchanges: readonly Exchange[];
  readonly auctions: boolean;
}

const everywhere: readonly Exchange[] = ['KRX', 'NXT', 'SOR'];

/** The codes of the regular session. Closing-price, mid-price, stop and after-market types are not simulated. */
export const orderTypes: Readonly<Record<string, OrderTypeRow>> = {
  '00': { name: '지정가', pricing: 'limit', condition: 'none', exchanges: everywhere, auctions: true },
  '01': { name: '시장가', pricing: 'none', condition: 'none', exchanges: ['KRX', 'SOR'], auctions: true },
  '03': { name: '최유리지정가', pricing: 'other-best', condition: 'none', exchanges: everywhere, auctions: false },
  '04': { name: '최우선지정가', pricing: 'own-best', condition: 'none', exchanges: everywhere, auctions: false },
  '11': { name: 'IOC지정가', pricing: 'limit', condition: 'ioc', exchanges: everywhere, auctions: false },
  '12': { name: 'FOK지정가', pricing: 'limit', condition: 'fok', exchanges: everywhere, auctions: false },
  '13': { name: 'IOC시장가', pricing: 'none', condition: 'ioc', exchanges: everywhere, auctions: false },
  '14': { name: 'FOK시장가', pricing: 'none', condition: 'fok', exchanges: everywhere, auctions: false },
  '15': { name: 'IOC최유리', pricing: 'other-best', condition: 'ioc', exchanges: everywhere, auctions: false },
  '16': { name: 'FOK최유리', pricing: 'other-best', condition: 'fok', exchanges: everywhere, auctions: false },
};
