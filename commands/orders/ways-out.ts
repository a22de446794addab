import { type OrderQualifiers, orderLine } from '../../src/chat/arguments/order-arguments.ts';
import type { CommandContext } from '../../src/chat/command.ts';
import { RefusalWithWays, type WayOut } from '../../src/chat/ways-out.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Exchange, OrderRequest, OrderType, Side } from '../../src/domain/orders/order.ts';
import { checkPlace } from '../../src/domain/orders/order-rules.ts';
import { type OrderSize, sharesForSum } from '../../src/domain/orders/order-size.ts';
import { hasLimit, orderTypeOf, propertiesOf } from '../../src/domain/orders/order-types.ts';
import { AppError } from '../../src/errors.ts';
import { ifAnswered } from '../shared.ts';

/** More buttons than this would push the refusal off a phone's screen. */
const mostWays = 3;

/** An order as somebody asked for it. */
export interface WantedOrder {
  readonly side: Side;
  readonly instrument: Instrument;
  readonly size: OrderSize;
  /** Won; undefined where none was named. */
  readonly price: number | undefined;
  readonly how: OrderQualifiers;
}

/** The order of a ticket, as if it had been typed. */
export function wantedOf({ type, side, quantity, price, exchange, stopPrice }: OrderRequest, instrument: Instrument) {
  const how: OrderQualifiers = { ...propertiesOf(type), exchange, stopPrice };
  return { side, instrument, size: { kind: 'shares', shares: quantity }, price: price ?? undefined, how } as const;
}

/** The line that makes a ticket of this order. */
export const lineOf = ({ side, instrument, size, price, how }: WantedOrder): string =>
  orderLine(side, instrument.symbol, size, price, how);

/** Does what may be refused. A refusal says what would pass; one that nothing can be offered for stays as it is. */
export async function offeringWays<T>(
  context: CommandContext,
  wanted: WantedOrder,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof RefusalWithWays) throw error;
    const ways = await waysOut(context, error, wanted);
    throw ways.length === 0 ? error : new RefusalWithWays(error, ways.slice(0, mostWays));
  }
}

/**
 * The same for a ticket that states a price and shares. `line`: what makes such a ticket at another price, or of fewer
 * shares.
 */
export async function offeringTerms<T>(
  { buttons, won, shares }: CommandContext['words'],
  line: (changed: { readonly price?: number; readonly quantity?: number }) => string,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { below, above, limit, quantity, available } = error.context;
    const at = (price: unknown): WayOut => ({ label: won(Number(price)), line: line({ price: Number(price) }) });
    const of = (count: unknown): readonly WayOut[] =>
      Number(count) > 0
        ? [{ label: buttons.forShares(shares(Number(count))), line: line({ quantity: Number(count) }) }]
        : [];
    const ways: Readonly<Record<string, readonly WayOut[]>> = {
      'rule.tick': [at(below), at(above)],
      'rule.upper-limit': [at(limit)],
      'rule.lower-limit': [at(limit)],
      'rule.max-order': of(quantity),
      'rule.buying-power': of(available),
      'rule.sellable': of(available),
      'rule.drift': [{ label: buttons.again, line: line({}) }],
    };
    const offered = ways[error.code] ?? [];
    throw offered.length === 0 ? error : new RefusalWithWays(error, offered);
  }
}

/** What another try alone can help against. Nothing was sent. */
const passing: ReadonlySet<string> = new Set([
  'rule.drift',
  'orders.paused',
  'orders.recovering',
  'cluster.not-ours',
  'cluster.nobody',
  'cluster.no-answer',
  'venue.unreachable',
  'venue.server-fault',
  'venue.throttled',
  'venue.malformed',
]);

/** What would pass where the order did not, the likeliest first. */
async function waysOut(context: CommandContext, error: AppError, wanted: WantedOrder): Promise<readonly WayOut[]> {
  const { buttons, won } = context.words;
  const { code } = error;
  if (passing.has(code)) return [{ label: buttons.again, line: lineOf(wanted) }];
  if (/^rule\.(?:order-type|never-taken|market-closed|shares-only|exchange)$/.test(code)) {
    return [...(await otherHours(context, wanted)), ...(await schedule(context, error, wanted))];
  }
  const { below, above, limit, last, price } = error.context;
  const atPrice = (value: unknown): WayOut => ({
    label: won(Number(value)),
    line: lineOf(atStated(wanted, price, value)),
  });
  switch (code) {
    case 'rule.tick':
      return [atPrice(below), atPrice(above)];
    case 'rule.upper-limit':
    case 'rule.lower-limit':
      return [atPrice(limit)];
    case 'rule.limit-only':
    case 'rule.empty-book':
      return [atLimit(context, wanted, Number(last))];
    case 'rule.stop-reached':
      return [atLimit(context, wanted, wanted.price ?? Number(last))];
    case 'rule.thin-book':
    case 'rule.slippage':
      return [atLimit(context, wanted, Number(price)), ...fewer(context, error, wanted)];
    case 'rule.no-price':
      return lastPrice(context, wanted);
    case 'orders.halted':
      return allowed(context, 'resume', buttons.resume);
    case 'orders.not-armed':
      return error.context['setting'] === 'daily' ? allowed(context, 'arm', buttons.arm) : [];
    case 'orders.unsettled':
      return [{ label: context.words.orders.title, line: '/orders' }];
    default:
      return fewer(context, error, wanted);
  }
}

/** The same order with the price, or the stop price, that broke the rule replaced. */
function atStated(wanted: WantedOrder, broken: unknown, value: unknown): WantedOrder {
  const isStop = wanted.how.stopPrice === broken && wanted.price !== broken;
  if (isStop) return { ...wanted, how: { ...wanted.how, stopPrice: Number(value) } };
  return { ...wanted, price: Number(value) };
}

/** All of it as an ordinary limit order. */
function atLimit({ words }: CommandContext, wanted: WantedOrder, price: number): WayOut {
  const how = { ...wanted.how, pricing: 'limit', stopPrice: undefined } as const;
  const label = `${words.orderType[orderTypeOf(how) ?? 'limit']} ${words.won(price)}`;
  return { label, line: lineOf({ ...wanted, price, how }) };
}

/** The same order for so many shares as would pass. */
function fewer({ words }: CommandContext, { code, context }: AppError, wanted: WantedOrder): readonly WayOut[] {
  const quantities: Readonly<Record<string, unknown>> = {
    'rule.max-order': context['quantity'],
    'rule.max-daily': context['quantity'],
    'rule.thin-book': context['quantity'],
    'rule.slippage': context['quantity'],
    'rule.buying-power': context['available'],
    'rule.sellable': context['available'],
    'rule.part-too-small': Math.min(1, Number(context['available'])),
    'rule.sum-too-small': 1,
  };
  const shares = Number(quantities[code] ?? 0);
  if (!(shares > 0)) return [];
  return [
    {
      label: words.buttons.forShares(words.shares(shares)),
      line: lineOf({ ...wanted, size: { kind: 'shares', shares } }),
    },
  ];
}

/** A command without which nothing goes out, for somebody who may use it. */
function allowed(context: CommandContext, name: 'resume' | 'arm', label: string): readonly WayOut[] {
  const command = context.commands.find((each) => each.name === name);
  return command !== undefined && context.may(command) ? [{ label, line: `/${name}` }] : [];
}

async function lastPrice(context: CommandContext, wanted: WantedOrder): Promise<readonly WayOut[]> {
  const last = await lastOf(context, wanted);
  return last === undefined ? [] : [atLimit(context, wanted, last)];
}

async function lastOf({ broker }: CommandContext, { instrument, how }: WantedOrder): Promise<number | undefined> {
  const quote = await ifAnswered(broker.quote(instrument.symbol, { exchange: how.exchange ?? 'KRX' }), undefined);
  return quote?.last;
}

/** The same order where, or in the form in which, it is taken now. */
async function otherHours(context: CommandContext, wanted: WantedOrder): Promise<readonly WayOut[]> {
  const { exchange = 'KRX' } = wanted.how;
  const { kind } = wanted.instrument;
  const others = context.broker.venue.exchanges.filter((other) => other !== exchange);
  const limit: OrderQualifiers = { ...wanted.how, pricing: 'limit', condition: 'none', stopPrice: undefined };
  const asked: readonly OrderQualifiers[] = [
    ...others.map((other) => ({ ...wanted.how, exchange: other })),
    { ...wanted.how, afterMarket: !wanted.how.afterMarket },
    { ...limit, exchange: 'KRX', afterMarket: false },
    { ...limit, exchange: 'KRX', afterMarket: true },
    ...others.filter((other) => other === 'NXT').map((other) => ({ ...limit, exchange: other, afterMarket: false })),
    { ...limit, exchange: 'KRX', pricing: 'post-close', afterMarket: false },
  ];
  const seen = new Set<string>();
  const ways = await Promise.all(
    asked.map(async (how): Promise<WayOut | undefined> => {
      const type = orderTypeOf(how);
      const { exchange: there = 'KRX' } = how;
      if (
        type === undefined ||
        seen.has(`${there} ${type}`) ||
        checkPlace({ exchange: there, type }, kind) !== undefined
      )
        return undefined;
      seen.add(`${there} ${type}`);
      const session = await ifAnswered(context.calendar.session(there), undefined);
      if (session?.types.includes(type) !== true) return undefined;
      return wayAt(context, wanted, how, type, there);
    }),
  );
  return ways.filter((way) => way !== undefined).slice(0, 2);
}

/** `애프터마켓 지정가 70,400원`, `NXT 지정가 70,400원` */
async function wayAt(
  context: CommandContext,
  wanted: WantedOrder,
  how: OrderQualifiers,
  type: OrderType,
  exchange: Exchange,
): Promise<WayOut> {
  const { words } = context;
  const best = async (): Promise<number | undefined> => {
    const book = await ifAnswered(context.broker.orderBook(wanted.instrument.symbol, { exchange }), undefined);
    return (wanted.side === 'buy' ? book?.asks : book?.bids)?.[0]?.price;
  };
  const price = hasLimit(type) ? (wanted.price ?? (await best())) : undefined;
  const place = type.startsWith('after-') || type === 'post-close' ? [] : [exchange];
  const stated = price === undefined ? [] : [words.won(price)];
  return {
    label: [...place, words.orderType[type], ...stated].join(' '),
    line: lineOf({ ...wanted, price, how: { ...how, exchange } }),
  };
}

/** The same order for the next trading day, kept by the venue until then. */
async function schedule(
  context: CommandContext,
  { code, context: facts }: AppError,
  wanted: WantedOrder,
): Promise<readonly WayOut[]> {
  const { words, schedules } = context;
  const isAtMarket = wanted.how.pricing === 'market';
  if (!(await ifAnswered(schedules.taken(), false)) || code === 'rule.exchange' || facts['reason'] === 'unknown')
    return [];
  const price =
    wanted.price ??
    (isAtMarket ? undefined : await lastOf(context, { ...wanted, how: { ...wanted.how, exchange: 'KRX' } }));
  const shares = sharesAt(wanted.size, price);
  // A scheduled sale of what is not there would be refused too.
  const isHeld = wanted.side === 'buy' || (shares ?? 0) <= (await sellable(context, wanted));
  if (shares === undefined || !isHeld || (price === undefined && !isAtMarket)) return [];
  const shown = price === undefined ? words.orders.marketPrice : words.won(price);
  const { side, instrument } = wanted;
  return [
    {
      label: words.buttons.schedule(shown),
      line: `/schedule ${side} ${instrument.symbol} ${shares} ${price ?? 'market'}`,
    },
  ];
}

function sellable({ broker }: CommandContext, { instrument }: WantedOrder): Promise<number> {
  return ifAnswered(broker.sellableQuantity(instrument.symbol), 0);
}

/** The shares that a size comes to without asking the venue. */
function sharesAt(size: OrderSize, price: number | undefined): number | undefined {
  if (size.kind === 'shares') return size.shares;
  if (size.kind === 'percent' || price === undefined) return undefined;
  const shares = sharesForSum(size.won, price);
  return typeof shares === 'number' ? shares : undefined;
}
