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

/** What an order is changed to so that it passes: another price in won, or so many shares. Empty: nothing. */
export interface ChangedTerms {
  readonly price?: number;
  readonly quantity?: number;
}

/**
 * Does what may be refused, about an order of this moment. A refusal says what would pass; one that nothing can be
 * offered for stays as it is.
 */
export function offeringWays<T>(context: CommandContext, wanted: WantedOrder, task: () => Promise<T>): Promise<T> {
  return offering(task, (error) => waysOut(context, error, wanted));
}

/** The same for a ticket that states a price and shares. `line`: what makes such a ticket on other terms. */
export function offeringTerms<T>(
  words: CommandContext['words'],
  line: (changed: ChangedTerms) => string,
  task: () => Promise<T>,
): Promise<T> {
  return offering(task, async (error) => waysByTerms(words, error, line));
}

async function offering<T>(
  task: () => Promise<T>,
  waysFor: (error: AppError) => Promise<readonly WayOut[]>,
): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What fails while ways are looked for must not take the place of the refusal.
    const ways = await waysFor(error).catch(() => []);
    throw ways.length === 0 ? error : new RefusalWithWays(error, ways.slice(0, mostWays));
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

/** The ways that only change the price or the shares, or nothing. */
function waysByTerms(
  { buttons, won, shares }: CommandContext['words'],
  { code, context }: AppError,
  line: (changed: ChangedTerms) => string,
): readonly WayOut[] {
  if (passing.has(code)) return [{ label: buttons.again, line: line({}) }];
  const at = (price: unknown): WayOut => ({ label: won(Number(price)), line: line({ price: Number(price) }) });
  const fewer = (quantity: number): readonly WayOut[] =>
    quantity > 0 ? [{ label: buttons.forShares(shares(quantity)), line: line({ quantity }) }] : [];
  switch (code) {
    case 'rule.tick':
      return [at(context['below']), at(context['above'])];
    case 'rule.upper-limit':
    case 'rule.lower-limit':
      return [at(context['limit'])];
    case 'rule.max-order':
    case 'rule.max-daily':
    case 'rule.thin-book':
    case 'rule.slippage':
      return fewer(Number(context['quantity'] ?? 0));
    case 'rule.buying-power':
    case 'rule.sellable':
      return fewer(Number(context['available']));
    case 'rule.part-too-small':
      return fewer(Math.min(1, Number(context['available'])));
    case 'rule.sum-too-small':
      return fewer(1);
    default:
      return [];
  }
}

/** What would pass where an order of this moment did not, the likeliest first. */
async function waysOut(context: CommandContext, error: AppError, wanted: WantedOrder): Promise<readonly WayOut[]> {
  const { code, context: facts } = error;
  if (/^rule\.(?:order-type|never-taken|market-closed|shares-only|exchange)$/.test(code)) {
    return [...(await otherHours(context, wanted)), ...(await schedule(context, error, wanted))];
  }
  const byTerms = waysByTerms(context.words, error, (changed) => lineOf(onTerms(wanted, facts['price'], changed)));
  switch (code) {
    case 'rule.limit-only':
    case 'rule.empty-book':
      return [atLimit(context, wanted, Number(facts['last']))];
    case 'rule.stop-reached':
      return [atLimit(context, wanted, wanted.price ?? Number(facts['last']))];
    case 'rule.thin-book':
    case 'rule.slippage':
      return [atLimit(context, wanted, Number(facts['price'])), ...byTerms];
    case 'rule.no-price':
      return lastPrice(context, wanted);
    case 'orders.halted':
      return allowed(context, 'resume', context.words.buttons.resume);
    case 'orders.not-armed':
      return facts['setting'] === 'daily' ? allowed(context, 'arm', context.words.buttons.arm) : [];
    case 'orders.unsettled':
      return [{ label: context.words.orders.title, line: '/orders' }];
    default:
      return byTerms;
  }
}

/** The same order on other terms. `broken`: the price that broke a rule, which may be the one at which a stop fires. */
function onTerms(wanted: WantedOrder, broken: unknown, { price, quantity }: ChangedTerms): WantedOrder {
  const { how } = wanted;
  const sized = quantity === undefined ? wanted : ({ ...wanted, size: { kind: 'shares', shares: quantity } } as const);
  if (price === undefined) return sized;
  const isStop = how.stopPrice === broken && wanted.price !== broken;
  return isStop ? { ...sized, how: { ...how, stopPrice: price } } : { ...sized, price };
}

/** All of it as an ordinary limit order. */
function atLimit({ words }: CommandContext, wanted: WantedOrder, price: number): WayOut {
  const how = { ...wanted.how, pricing: 'limit', stopPrice: undefined } as const;
  const label = `${words.orderType[orderTypeOf(how) ?? 'limit']} ${words.won(price)}`;
  return { label, line: lineOf({ ...wanted, price, how }) };
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

/** `애프터마켓 지정가 70,400원`, `NXT 지정가 70,400원`; undefined where no price can be chosen. */
async function wayAt(
  context: CommandContext,
  wanted: WantedOrder,
  how: OrderQualifiers,
  type: OrderType,
  exchange: Exchange,
): Promise<WayOut | undefined> {
  const { words } = context;
  const best = async (): Promise<number | undefined> => {
    const book = await ifAnswered(context.broker.orderBook(wanted.instrument.symbol, { exchange }), undefined);
    return (wanted.side === 'buy' ? book?.asks : book?.bids)?.[0]?.price;
  };
  const price = hasLimit(type) ? (wanted.price ?? (await best())) : undefined;
  // Without anybody on the other side no price can be chosen, and the order would be refused for that.
  if (hasLimit(type) && price === undefined) return undefined;
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
