import { inKorea } from '../../clock.ts';
import type { Instrument } from '../../domain/market/instrument.ts';
import type { OrderBook, Quote } from '../../domain/market/quote.ts';
import { continuousSessions } from '../../domain/market/session.ts';
import type { Exchange, OrderRequest } from '../../domain/orders/order.ts';
import {
  checkOrderCap,
  checkPlace,
  checkPrice,
  checkSlippage,
  estimateCost,
  estimateSlippage,
  fixedPrice,
  isPricedByBook,
  levelsFor,
  type RuleViolation,
  type SlippageEstimate,
  valuationPrice,
} from '../../domain/orders/order-rules.ts';
import { typesEverTaken } from '../../domain/orders/order-types.ts';
import { AppError } from '../../errors.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Calendar, MarketSession } from '../calendar.ts';
import { OrderReads } from './order-reads.ts';

/** The limits a person set for themselves. */
export interface RiskLimits {
  /** The most that one order may come to, in won. */
  readonly maxOrder: number;
  /** The most that all orders of a day may come to, in won. */
  readonly maxDaily: number;
  /** How far the price may move between the ticket and the press, in percent. */
  readonly driftPercent: number;
  /** How far from the last price a market order may be expected to trade. */
  readonly maxSlippagePercent: number;
  /** How long a ticket may be pressed. */
  readonly confirmMs: number;
}

/** What the venue says about an order before it is sent. */
export interface OrderCheck {
  readonly quote: Quote;
  /** Won a share, where it is stated or fixed; undefined where the order has no price of its own. */
  readonly price: number | undefined;
  /** What the order counts for against the caps, and what it may cost at most, in won. */
  readonly amount: number;
  readonly commission: number;
  readonly tax: number;
  /** Shares that could be bought, or sold. */
  readonly available: number;
  /** Won, for a buy. */
  readonly orderableCash: number | undefined;
  /** The estimated fill of an order without a limit; `auction` where all trade at one price that nobody knows yet. */
  readonly slippage: SlippageEstimate | 'auction' | undefined;
}

/** A broken rule as an error. The rule is the error's code. */
export function violation(broken: RuleViolation): AppError {
  const { rule, ...context } = broken;
  return new AppError(rule, context);
}

/**
 * Asks the venue for everything that decides whether an order would pass, and throws where it would not. `reads`: what
 * was asked about this order just now.
 * @throws AppError with a `rule.*` code, or a `venue.*` one when the venue could not be asked.
 */
export async function checkOrder(
  deps: { readonly broker: Broker; readonly calendar: Calendar; readonly riskLimits: RiskLimits },
  request: OrderRequest,
  instrument: Instrument,
  options: ReadOptions,
  reads = new OrderReads(deps.broker, request, options),
): Promise<OrderCheck> {
  const { broker, calendar, riskLimits } = deps;
  const session = await requireTaken(broker, calendar, request, instrument.kind, options);
  const misplaced = checkPlace(request, instrument.kind);
  if (misplaced !== undefined) throw violation(misplaced);
  const [quote, book, power] = await Promise.all([
    reads.quote(),
    isPricedByBook(request.type) ? reads.book() : undefined,
    reads.power(request),
  ]);
  const broken = checkPrice(request, quote, instrument.kind);
  if (broken !== undefined) throw violation(broken);
  const unit = valuationPrice(request, quote);
  const amount = unit * request.quantity;
  const tooLarge = checkOrderCap(amount, unit, riskLimits.maxOrder, power.quantity);
  if (tooLarge !== undefined) throw violation(tooLarge);
  if (request.quantity > power.quantity) {
    throw violation(
      request.side === 'buy'
        ? {
            rule: 'rule.buying-power',
            quantity: request.quantity,
            available: power.quantity,
            cash: power.orderableCash ?? 0,
          }
        : { rule: 'rule.sellable', quantity: request.quantity, available: power.quantity },
    );
  }
  const slippage = book === undefined ? undefined : slippageOf(request, instrument, session, quote, book, riskLimits);
  return {
    quote,
    price: request.price ?? fixedPrice(request.type, quote),
    amount,
    ...estimateCost(amount, request.side, instrument),
    available: power.quantity,
    orderableCash: power.orderableCash,
    slippage,
  };
}

/**
 * The session now, where this order would be taken in it; `kind` is the issue's.
 * @throws AppError `rule.exchange`, `rule.never-taken`, `rule.order-type`, `rule.market-closed`; `venue.*` where the
 * venue did not tell its days for a reason that has a remedy of its own.
 */
export async function requireTaken(
  broker: Broker,
  calendar: Calendar,
  wanted: Pick<OrderRequest, 'exchange' | 'type'>,
  kind: Instrument['kind'],
  options: ReadOptions = {},
): Promise<MarketSession> {
  const { exchanges } = broker.venue;
  const { exchange, type } = wanted;
  if (!exchanges.includes(exchange)) throw violation({ rule: 'rule.exchange', exchange, takes: exchanges.join(', ') });
  const session = await calendar.session(exchange, options);
  if (session.types.includes(type)) return session;
  const { day } = await calendar.today(options);
  const now = { exchange, type, elsewhere: (await takenElsewhere(broker, calendar, wanted, kind, options)).join() };
  const ever = typesEverTaken(exchange, day);
  if (!ever.includes(type)) throw violation({ rule: 'rule.never-taken', types: ever.join(), ...now });
  requireToldDays(session);
  const { types, reason = 'hours' } = session;
  if (reason === 'unknown') throw violation({ rule: 'rule.market-closed', reason });
  const next = await nextHours(calendar, wanted, options);
  if (types.length === 0) throw violation({ rule: 'rule.market-closed', reason, ...now, ...next });
  throw violation({ rule: 'rule.order-type', session: session.kind, types: types.join(), ...now, ...next });
}

/** The other exchanges that take such an order now. */
async function takenElsewhere(
  { venue }: Broker,
  calendar: Calendar,
  { exchange, type }: Pick<OrderRequest, 'exchange' | 'type'>,
  kind: Instrument['kind'],
  options: ReadOptions,
): Promise<readonly Exchange[]> {
  const others = venue.exchanges.filter(
    (other) => other !== exchange && checkPlace({ exchange: other, type }, kind) === undefined,
  );
  const taking = await Promise.all(
    others.map(async (other) => (await calendar.session(other, options)).types.includes(type)),
  );
  return others.filter((_, index) => taking[index]);
}

/** Failures that only another try can help. For these it is enough to say that the day is not known. */
const plainFailures: readonly string[] = [
  'venue.unreachable',
  'venue.server-fault',
  'venue.malformed',
  'venue.drift',
  'venue.rejected',
];

/** @throws the failure for which nobody knows whether the market is open, where something else than another try helps. */
export function requireToldDays({ failure }: MarketSession): void {
  if (failure !== undefined && !plainFailures.includes(failure.code)) throw failure;
}

async function nextHours(
  calendar: Calendar,
  { exchange, type }: Pick<OrderRequest, 'exchange' | 'type'>,
  options: ReadOptions,
) {
  const next = await calendar.nextHours(exchange, type, options);
  if (next === undefined) return {};
  const { month, day, weekday, hour, minute } = inKorea(next.at);
  return { hours: next.hours.map(({ start, end }) => `${start}-${end}`).join(), month, day, weekday, hour, minute };
}

/** @throws AppError `rule.empty-book`, `rule.thin-book`, `rule.slippage`. */
function slippageOf(
  request: OrderRequest,
  { kind }: Instrument,
  session: MarketSession,
  quote: Quote,
  book: OrderBook,
  riskLimits: RiskLimits,
): OrderCheck['slippage'] {
  if (inAuction(session, quote, book)) return 'auction';
  const levels = levelsFor(request, book);
  if (levels === undefined) return undefined;
  const broken = checkSlippage(request, levels, quote, kind, riskLimits.maxSlippagePercent);
  if (broken !== undefined) throw violation(broken);
  return estimateSlippage(levels, request.quantity, quote.last);
}

/** Whether the issue trades at one price for all, so that its book tells nothing about what an order would pay. */
function inAuction(session: MarketSession, quote: Quote, { asks, bids }: OrderBook): boolean {
  if (!continuousSessions.includes(session.kind) || quote.warnings.includes('overheated')) return true;
  const [ask, bid] = [asks[0], bids[0]];
  // In continuous trading these two orders would have traded, so a volatility interruption (VI) is on.
  return ask !== undefined && bid !== undefined && bid.price >= ask.price;
}
