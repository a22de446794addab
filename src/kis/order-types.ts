import type { OrderType } from '../domain/orders/order.ts';

/**
 * ORD_DVSN of each order type (KIS's list of 2026-09-11). Two of KIS's types are left out: 07, the single price after
 * hours, which ended on 2026-09-11, and 27 to 29, which are good till the end of Nextrade's pre-market.
 */
const codes: Readonly<Record<OrderType, string>> = {
  limit: '00',
  market: '01',
  conditional: '02',
  best: '03',
  top: '04',
  'pre-close': '05',
  'post-close': '06',
  'limit-ioc': '11',
  'limit-fok': '12',
  'market-ioc': '13',
  'market-fok': '14',
  'best-ioc': '15',
  'best-fok': '16',
  mid: '21',
  stop: '22',
  'mid-ioc': '23',
  'mid-fok': '24',
  'after-limit': '41',
  'after-limit-ioc': '42',
  'after-limit-fok': '43',
  'after-best': '44',
  'after-best-ioc': '45',
  'after-best-fok': '46',
  'after-top': '47',
};

const types = new Map(Object.entries(codes).map(([type, code]) => [code, type as OrderType]));

export function orderTypeCode(type: OrderType): string {
  return codes[type];
}

/** KIS leaves the code out in some lists; all orders seen there were limit orders. */
export function orderTypeOfCode(code = codes.limit): OrderType | 'other' {
  return types.get(code) ?? 'other';
}
