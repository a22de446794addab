import type { Instrument } from '../domain/instrument.ts';
import type { OrderRequest } from '../domain/order.ts';
import { checkOrderCap, checkPrice, estimateCost, type RuleViolation, valuationPrice } from '../domain/order-rules.ts';
import type { Quote } from '../domain/quote.ts';
import { AppError } from '../errors.ts';
import type { Broker, ReadOptions } from '../ports.ts';
import type { Calendar } from './calendar.ts';

/** The limits a person set for themselves. */
export interface Rails {
  /** Won, one order. */
  readonly maxOrder: number;
  /** Won, all orders of a day. */
  readonly maxDaily: number;
  /** How far the price may move between ticket and press. */
  readonly driftPercent: number;
  /** How long a ticket may be pressed. */
  readonly confirmMs: number;
}

/** What the venue says about an order before it is sent. */
export interface OrderCheck {
  readonly quote: Quote;
  /** Won: what the order counts for against the caps, and what it may cost at most. */
  readonly amount: number;
  readonly commission: number;
  readonly tax: number;
  /** Shares that could be bought, or sold. */
  readonly available: number;
  /** Won, for a buy. */
  readonly orderableCash: number | undefined;
}

/** A broken rule as an error; its code is the rule. */
export function violation(broken: RuleViolation): AppError {
  const { rule, ...context } = broken;
  return new AppError(rule, context);
}

/**
 * Asks the venue all that decides whether an order would pass, and refuses what would not.
 * @throws AppError with a `rule.*` code, or a `venue.*` one when the venue could not be asked.
 */
export async function checkOrder(
  deps: { readonly broker: Broker; readonly calendar: Calendar; readonly rails: Rails },
  request: OrderRequest,
  instrument: Instrument,
  options: ReadOptions,
): Promise<OrderCheck> {
  const { broker, calendar, rails } = deps;
  const session = await calendar.session();
  if (!session.takesOrders) throw violation({ rule: 'rule.market-closed', reason: session.reason ?? 'unknown' });
  const [quote, power] = await Promise.all([
    broker.quote(request.symbol, options),
    request.side === 'buy'
      ? broker.buyingPower(request.symbol, request.price ?? undefined, options)
      : broker.sellableQuantity(request.symbol, options).then((quantity) => ({ quantity, orderableCash: undefined })),
  ]);
  const broken = checkPrice(request, quote, instrument.kind);
  if (broken !== undefined) throw violation(broken);
  const unit = valuationPrice(request, quote);
  const amount = unit * request.quantity;
  const tooLarge = checkOrderCap(amount, unit, rails.maxOrder);
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
  return {
    quote,
    amount,
    ...estimateCost(amount, request.side, instrument),
    available: power.quantity,
    orderableCash: power.orderableCash,
  };
}
