import type { Instrument } from '../../domain/market/instrument.ts';
import type { OrderRequest, VenueOrder } from '../../domain/orders/order.ts';
import { checkOrderCap, checkPrice, valuationPrice } from '../../domain/orders/order-rules.ts';
import { isRepriceable } from '../../domain/orders/order-types.ts';
import { AppError } from '../../errors.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Calendar } from '../calendar.ts';
import { type RiskLimits, requireTaken, violation } from './order-check.ts';

/** An order that is to go on at another price, or a part of it. */
export interface Amendment {
  /** The order as it was shown, with what was left of it. */
  readonly target: VenueOrder;
  readonly instrument: Instrument;
  /** Whole won. */
  readonly price: number;
  /** Shares to amend where the others are to stand as they do. Absent: all that is left. */
  readonly part?: number | undefined;
}

/** What the venue says about an amendment before it is sent. */
export interface AmendmentCheck {
  /** Won. */
  readonly last: number;
  /** The order that will stand at the venue at the new price: what is left of the old one, or the part of it. */
  readonly request: OrderRequest;
  /** What is added to the day's sum, in won. */
  readonly added: number;
}

/**
 * Asks the venue for everything that decides whether an amendment would pass, and throws where it would not.
 * @throws AppError with a `rule.*` code, `orders.not-repriceable`, `orders.changed` when another quantity is left of
 * the order than was shown, or a `venue.*` one when the venue could not be asked.
 */
export async function checkAmendment(
  deps: { readonly broker: Broker; readonly calendar: Calendar; readonly riskLimits: RiskLimits },
  { target, instrument, price, part }: Amendment,
  options: ReadOptions,
): Promise<AmendmentCheck> {
  const { broker, calendar, riskLimits } = deps;
  const { reference, symbol, side, type, exchange, remaining } = target;
  const quantity = part ?? remaining;
  if (type === 'other' || !isRepriceable(type)) throw new AppError('orders.not-repriceable', { type });
  await requireTaken(broker, calendar, { exchange, type }, instrument.kind, options);
  const request: OrderRequest = { symbol, side, type, quantity, price, exchange };
  const [quote, open, power] = await Promise.all([
    broker.quote(symbol, { ...options, exchange }),
    broker.openOrders(options),
    // What can go on at another price states it, and the worst is asked for where it may trade at another.
    side === 'buy' ? broker.buyingPower(symbol, type === 'conditional' ? undefined : price, options) : undefined,
  ]);
  const left = open.find((order) => order.reference.number === reference.number)?.remaining ?? 0;
  // That holds for a part too: its ticket says how much stays behind, and that is no longer true.
  if (left !== remaining) throw new AppError('orders.changed', { number: reference.number, left });
  const broken = checkPrice(request, quote, instrument.kind);
  if (broken !== undefined) throw violation(broken);
  const unit = valuationPrice(request, quote);
  const tooLarge = checkOrderCap(unit * quantity, unit, riskLimits.maxOrder);
  if (tooLarge !== undefined) throw violation(tooLarge);
  const added = Math.max(0, (price - target.price) * quantity);
  // The cash that the order holds back already can be spent on its successor.
  if (power !== undefined && power.orderableCash < added) {
    const available = Math.floor((power.orderableCash + target.price * quantity) / price);
    throw violation({ rule: 'rule.buying-power', quantity, available, cash: power.orderableCash });
  }
  return { last: quote.last, request, added };
}
