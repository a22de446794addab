import { exchangeSessions, later, type SessionKind } from '../market/session.ts';
import type { Exchange, OrderType, Side } from './order.ts';

/** What an order type means, whatever the exchange calls it. */
export interface OrderTypeTraits {
  /**
   * How the price is set: by its own limit, at the market, at the best price of the other or of its own side, at the
   * midpoint, or at the close.
   */
  readonly pricing: 'limit' | 'none' | 'other-best' | 'own-best' | 'middle' | 'close';
  /** What is cancelled when the order does not trade at once: the rest (IOC), or all of it unless all trades (FOK). */
  readonly condition: 'none' | 'ioc' | 'fok';
}

export const orderTypeTraits: Readonly<Record<OrderType, OrderTypeTraits>> = {
  limit: { pricing: 'limit', condition: 'none' },
  market: { pricing: 'none', condition: 'none' },
  conditional: { pricing: 'limit', condition: 'none' },
  best: { pricing: 'other-best', condition: 'none' },
  top: { pricing: 'own-best', condition: 'none' },
  'pre-close': { pricing: 'close', condition: 'none' },
  'post-close': { pricing: 'close', condition: 'none' },
  'limit-ioc': { pricing: 'limit', condition: 'ioc' },
  'limit-fok': { pricing: 'limit', condition: 'fok' },
  'market-ioc': { pricing: 'none', condition: 'ioc' },
  'market-fok': { pricing: 'none', condition: 'fok' },
  'best-ioc': { pricing: 'other-best', condition: 'ioc' },
  'best-fok': { pricing: 'other-best', condition: 'fok' },
  mid: { pricing: 'middle', condition: 'none' },
  'mid-ioc': { pricing: 'middle', condition: 'ioc' },
  'mid-fok': { pricing: 'middle', condition: 'fok' },
  stop: { pricing: 'limit', condition: 'none' },
  'after-limit': { pricing: 'limit', condition: 'none' },
  'after-limit-ioc': { pricing: 'limit', condition: 'ioc' },
  'after-limit-fok': { pricing: 'limit', condition: 'fok' },
  'after-best': { pricing: 'other-best', condition: 'none' },
  'after-best-ioc': { pricing: 'other-best', condition: 'ioc' },
  'after-best-fok': { pricing: 'other-best', condition: 'fok' },
  'after-top': { pricing: 'own-best', condition: 'none' },
};

/** Which types an exchange takes in a stretch of its day; `from` is the first day on which it does. */
interface TakenTypes {
  readonly exchange: Exchange;
  readonly session: SessionKind;
  readonly types: readonly OrderType[];
  /** Only in the first minutes of the stretch. */
  readonly firstMinutes?: number;
  readonly from?: string;
}

const atOnce = ['limit-ioc', 'limit-fok', 'market-ioc', 'market-fok', 'best-ioc', 'best-fok'] as const;
const nxtContinuous = ['limit', 'best', 'top', ...atOnce, 'mid', 'mid-ioc', 'mid-fok', 'stop'] as const;

/**
 * By KRX's table of order types, Nextrade's, and the list of what the broker routes (2026-09). Where the sources
 * disagree the type is left out: conditional orders in the opening auction, IOC and FOK in Nextrade's after-market. When
 * routed orders are taken outside the regular session was not published.
 */
const taken: readonly TakenTypes[] = [
  { exchange: 'KRX', session: 'opening-auction', types: ['limit', 'market'] },
  { exchange: 'KRX', session: 'opening-auction', types: ['pre-close'], firstMinutes: 10 },
  {
    exchange: 'KRX',
    session: 'regular',
    types: ['limit', 'market', 'conditional', 'best', 'top', ...atOnce, 'mid', 'mid-ioc', 'mid-fok', 'stop'],
  },
  { exchange: 'KRX', session: 'closing-auction', types: ['limit', 'market'] },
  { exchange: 'KRX', session: 'post-close', types: ['post-close'] },
  {
    exchange: 'KRX',
    session: 'after-market',
    types: [
      'after-limit',
      'after-limit-ioc',
      'after-limit-fok',
      'after-best',
      'after-best-ioc',
      'after-best-fok',
      'after-top',
    ],
    from: '20260914',
  },
  { exchange: 'NXT', session: 'pre-market', types: nxtContinuous },
  { exchange: 'NXT', session: 'regular', types: nxtContinuous },
  { exchange: 'NXT', session: 'after-opening', types: ['limit'] },
  { exchange: 'NXT', session: 'after-market', types: ['limit', 'best', 'top'] },
  { exchange: 'SOR', session: 'regular', types: ['limit', 'market', 'best', 'top', ...atOnce] },
];

/** The types an exchange takes on a `day` (`20261121`), so many minutes into a stretch of it. */
export function typesTaken(
  exchange: Exchange,
  session: SessionKind,
  day: string,
  minutesIn: number,
): readonly OrderType[] {
  return taken
    .filter((row) => row.exchange === exchange && row.session === session)
    .filter(({ from = '', firstMinutes = Number.POSITIVE_INFINITY }) => from <= day && minutesIn < firstMinutes)
    .flatMap(({ types }) => types);
}

/** Whether the exchange takes the type at some hour of such a `day`. */
export function isEverTaken(exchange: Exchange, type: OrderType, day: string): boolean {
  return taken.some((row) => row.exchange === exchange && (row.from ?? '') <= day && row.types.includes(type));
}

/** The types that the exchange takes at some hour of such a `day`, each once. */
export function typesEverTaken(exchange: Exchange, day: string): readonly OrderType[] {
  return (Object.keys(orderTypeTraits) as OrderType[]).filter((type) => isEverTaken(exchange, type, day));
}

/** A part of a day, `HHmm`, start included and end not. */
export interface Hours {
  readonly start: string;
  readonly end: string;
}

/** The hours of a trading `day` in which the exchange takes the type, in order; those that touch are one. */
export function hoursTaken(exchange: Exchange, type: OrderType, day: string): readonly Hours[] {
  const hours: Hours[] = [];
  for (const { kind, start, end } of exchangeSessions(exchange, day)) {
    const row = taken.find(
      ({ from = '', ...candidate }) =>
        candidate.exchange === exchange && candidate.session === kind && from <= day && candidate.types.includes(type),
    );
    if (row === undefined) continue;
    const until = row.firstMinutes === undefined ? end : later(start, row.firstMinutes);
    const before = hours.at(-1);
    if (before?.end === start) hours.splice(-1, 1, { start: before.start, end: until });
    else hours.push({ start, end: until });
  }
  return hours;
}

/** Whether the order states the price it trades at. */
export function hasLimit(type: OrderType): boolean {
  return orderTypeTraits[type].pricing === 'limit';
}

/** Whether an open order of this type can go on at another price and still be of this type. */
export function isRepriceable(type: OrderType): boolean {
  // The lists do not show the trigger price of a stop order, which an amendment would have to repeat.
  return hasLimit(type) && type !== 'stop' && orderTypeTraits[type].condition === 'none';
}

const wantedPricings = [
  'limit',
  'market',
  'conditional',
  'best',
  'top',
  'mid',
  'stop',
  'pre-close',
  'post-close',
] as const;

/** How an order may be asked to be priced. */
export type WantedPricing = (typeof wantedPricings)[number];

/** What makes up an order type as somebody asks for it. */
export interface TypeProperties {
  readonly pricing: WantedPricing;
  readonly condition: OrderTypeTraits['condition'];
  readonly afterMarket: boolean;
}

/** The order type with these properties; undefined where there is none. */
export function orderTypeOf(wanted: TypeProperties): OrderType | undefined {
  const { pricing, condition, afterMarket } = wanted;
  const name = `${afterMarket ? 'after-' : ''}${pricing}${condition === 'none' ? '' : `-${condition}`}`;
  return name in orderTypeTraits ? (name as OrderType) : undefined;
}

const allProperties: readonly TypeProperties[] = [false, true].flatMap((afterMarket) =>
  (['none', 'ioc', 'fok'] as const).flatMap((condition) =>
    wantedPricings.map((pricing) => ({ pricing, condition, afterMarket })),
  ),
);
const propertiesByType = new Map(allProperties.map((properties) => [orderTypeOf(properties), properties]));

/** The properties that make up a type: `orderTypeOf` of them is that type. */
export function propertiesOf(type: OrderType): TypeProperties {
  const properties = propertiesByType.get(type);
  if (properties === undefined) throw new Error(`no properties make up ${type}`);
  return properties;
}

/** Whether the price at which a stop fires has been reached: from below for a purchase, from above for a sale. */
export function stopIsReached(side: Side, stopPrice: number, last: number): boolean {
  return side === 'buy' ? last >= stopPrice : last <= stopPrice;
}
