import {
  how,
  noQualifiers,
  type OrderQualifiers,
  orderLine,
  priceBeforeQualifiers,
  size,
} from '../../src/chat/arguments/order-arguments.ts';
import { arrangeOrder } from '../../src/chat/arguments/order-line.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import {
  type AnyCommand,
  type CommandContext,
  defineCommand,
  instrument,
  optional,
  type Ticket,
} from '../../src/chat/command.ts';
import { outcomeMessage } from '../../src/chat/messages/order-text.ts';
import { changeSpan } from '../../src/chat/messages/prices.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Exchange, OrderRequest, OrderType, Side } from '../../src/domain/orders/order.ts';
import { type RuleViolation, stepPrice, valuationPrice } from '../../src/domain/orders/order-rules.ts';
import { type OrderSize, sharesForPercent, sharesForSum } from '../../src/domain/orders/order-size.ts';
import { hasLimit, orderTypeOf, orderTypeTraits } from '../../src/domain/orders/order-types.ts';
import { AppError } from '../../src/errors.ts';
import { type OrderCheck, violation } from '../../src/services/orders/order-check.ts';
import type { OrderReads } from '../../src/services/orders/order-reads.ts';
import type { ConfirmedOrder } from '../../src/services/orders/orders.ts';
import { lineOf, offeringWays, wantedOf } from './ways-out.ts';

/** Makes `/buy` or `/sell`, which differ only in the side. */
export function orderCommand(
  side: Side,
  aliases: readonly string[],
  examples: readonly [string, ...string[]],
): AnyCommand {
  return defineCommand({
    name: side,
    section: 'trade',
    aliases,
    role: 'trader',
    account: true,
    trades: true,
    args: { instrument, quantity: size, price: priceBeforeQualifiers, how: optional(how) },
    arrange: arrangeOrder,
    examples,
    async prepare(context, args): Promise<Ticket<ConfirmedOrder> | Message> {
      context.progress({ lines: [context.words.progress.ticket] });
      const how = args.how ?? noQualifiers;
      const usual = usualExchange(context);
      // The exchange is named from here on, so that the ticket's buttons repeat the same order even if the person
      // changes their usual exchange.
      const wanted = { ...how, exchange: how.exchange ?? usual.exchange };
      const type = typeOf(wanted, args.price);
      const { exchange = 'KRX', stopPrice } = wanted;
      const { symbol, kind } = args.instrument;
      const asked = { side, instrument: args.instrument, size: args.quantity, price: args.price, how: wanted };
      return offeringWays(context, asked, async () => {
        await context.orders.checkTaken({ exchange, type }, kind);
        const reads = context.orders.reads({ symbol, side, exchange });
        reads.begin(type, args.price);
        const price = hasLimit(type) ? (args.price ?? (await bestPrice(reads, side))) : null;
        const priced = { symbol, side, type, price, exchange, ...(stopPrice === undefined ? {} : { stopPrice }) };
        const sized = await sizeOf(context, reads, priced, args.quantity);
        const notes = [
          ...(how.exchange === undefined ? usual.note : []),
          ...(hasLimit(type) && args.price === undefined ? [context.words.ticket.chosen[side]] : []),
          ...(sized.how === undefined ? [] : [sized.how]),
        ];
        return ticket(context, reads, { ...priced, quantity: sized.shares }, args.instrument, wanted, notes);
      });
    },
    again: (plan: ConfirmedOrder) => lineOf(wantedOf(plan.request, plan.instrument)),
    async execute(context, plan: ConfirmedOrder, proposal): Promise<Message> {
      context.progress({ lines: [context.words.progress.sending] });
      const { person, people } = context;
      const order = await offeringWays(context, wantedOf(plan.request, plan.instrument), () =>
        context.orders.submit(proposal, person.id, plan),
      );
      return outcomeMessage(
        context.words,
        order,
        plan.instrument.name,
        people.settings(person.id).fills,
        context.broker,
        context.fillNotices(),
      );
    },
  });
}

/**
 * The exchange for orders that name none, and the ticket's note about it. Undefined means KRX, and that the person has
 * chosen none.
 */
function usualExchange({ broker, people, person, words }: CommandContext): {
  readonly exchange: Exchange | undefined;
  readonly note: readonly Line[];
} {
  const { exchange } = people.settings(person.id);
  if (exchange === undefined) return { exchange, note: [] };
  // Paper trading offers only KRX.
  if (!broker.venue.exchanges.includes(exchange))
    return { exchange: undefined, note: [words.ticket.usualNotHere(exchange)] };
  return { exchange, note: [words.ticket.usualExchange(exchange)] };
}

/** @throws AppError `args.how-together`, `args.how-price`, `args.stop-price`. */
function typeOf(wanted: OrderQualifiers, price: number | undefined): OrderType {
  const type = orderTypeOf(wanted);
  if (type === undefined) throw new AppError('args.how-together');
  if (price !== undefined && !hasLimit(type)) throw new AppError('args.how-price', { type });
  if (type === 'stop' && price === undefined) throw new AppError('args.stop-price');
  return type;
}

/**
 * The limit price of an order without one: the best price of the other side, at which the order probably fills, and at
 * no worse price.
 */
async function bestPrice(reads: OrderReads, side: Side): Promise<number> {
  const book = await reads.book();
  const best = (side === 'buy' ? book.asks : book.bids)[0];
  if (best === undefined) throw new AppError('rule.no-price');
  return best.price;
}

/** The number of shares that a size means now, with the calculation when the person typed no number. */
async function sizeOf(
  { words }: CommandContext,
  reads: OrderReads,
  order: Omit<OrderRequest, 'quantity'>,
  wanted: OrderSize,
): Promise<{ readonly shares: number; readonly how?: Line }> {
  const { side } = order;
  switch (wanted.kind) {
    case 'shares':
      return { shares: wanted.shares };
    case 'sum': {
      const quote = await reads.quote();
      const unit = valuationPrice(order, quote);
      if (unit <= 0) throw violation({ rule: 'rule.limit-only', reason: 'no-band', last: quote.last });
      const shares = passing(sharesForSum(wanted.won, unit));
      return { shares, how: words.ticket.sizedBySum(words.won(wanted.won), words.won(unit), words.shares(shares)) };
    }
    case 'percent': {
      const { quantity: available } = await reads.power(order);
      const shares = passing(sharesForPercent(wanted.percent, available, side));
      const of = `${words.ticket.available[side]} ${words.shares(available)}`;
      return { shares, how: words.ticket.sizedByPercent(of, wanted.percent, words.shares(shares)) };
    }
  }
}

/** @throws AppError `rule.sum-too-small`, `rule.part-too-small`. */
function passing(shares: number | RuleViolation): number {
  if (typeof shares !== 'number') throw violation(shares);
  return shares;
}

async function ticket(
  { orders, words, broker }: CommandContext,
  reads: OrderReads,
  request: OrderRequest,
  stock: Instrument,
  wanted: OrderQualifiers,
  notes: readonly Line[],
): Promise<Ticket<ConfirmedOrder>> {
  const check = await orders.check(request, stock, {}, reads);
  const { quote, amount, commission, tax, available, orderableCash } = check;
  const { side, type, quantity, price } = request;
  const cash = orderableCash === undefined ? '' : ` (${words.ticket.orderableCash} ${words.won(orderableCash)})`;
  const exact = check.price !== undefined && check.price * quantity === amount;
  const stated = check.price === undefined ? '' : ` ${words.won(check.price)}`;
  const count = `${words.orderType[type]}${stated} × ${words.shares(quantity)}`;
  const lines: Line[] = [
    [{ bold: words.ticket.title(side) }, ' · ', { bold: stock.name }, ' ', { code: stock.symbol }],
    exact
      ? [{ bold: `${count} = ${words.won(amount)}` }]
      : [{ bold: count }, ` = ${words.ticket.reckoned[side](words.won(amount))}`],
    ...quote.warnings.map(
      (warning): Line => [{ bold: words.ticket.warning(words.warnings[warning]) }, ` · ${words.warningMeans[warning]}`],
    ),
    ...typeNotes(words, request, exact),
    ...estimateLine(words, check),
    ...notes,
    [`${words.ticket.last} ${words.won(quote.last)} `, changeSpan(words, quote.change, quote.changePercent)],
    words.ticket.cost(words.won(commission), tax === 0 ? undefined : words.won(tax)),
    `${words.ticket.available[side]} ${words.shares(available)}${cash}`,
    ...(broker.venue.kind === 'live' ? [[{ bold: words.ticket.live }]] : []),
  ];
  return {
    plan: { request, instrument: stock, shownLast: quote.last },
    summary: { lines },
    variants: price === null ? [] : tickVariants(words, request, stock, price, wanted),
  };
}

/** Notes about the order's type and exchange. */
function typeNotes(
  words: CommandContext['words'],
  { side, type, exchange, stopPrice }: OrderRequest,
  exact: boolean,
): readonly Line[] {
  const { pricing, condition } = orderTypeTraits[type];
  const means: Readonly<Record<string, string>> = { ...words.pricing, none: words.ticket.market };
  const note = means[type] ?? means[pricing];
  const reckoned = !exact && side === 'buy' ? [words.ticket.atUpperLimit] : [];
  return [
    ...(exchange === 'KRX' ? [] : [[{ bold: words.ticket.exchange(exchange) }]]),
    ...(stopPrice === undefined ? [] : [words.ticket.stop(words.won(stopPrice))]),
    ...(note === undefined ? [] : [[note, ...reckoned].join(' ')]),
    ...(condition === 'none' ? [] : [words.condition[condition]]),
  ];
}

/** The price at which a market order would probably trade; no line for a limit order, whose price is known. */
function estimateLine(words: CommandContext['words'], { slippage }: OrderCheck): readonly Line[] {
  if (slippage === undefined) return [];
  if (slippage === 'auction') return [words.ticket.noEstimate];
  const { average, worst, percent } = slippage;
  // Rounded first, so that the sign is never put before a zero (-0.00%).
  const away = words.percentSigned(Math.round(percent * 100) / 100);
  return [words.ticket.estimate(words.won(Math.round(average)), away, words.won(worst))];
}

function tickVariants(
  words: CommandContext['words'],
  { side, symbol, quantity }: OrderRequest,
  stock: Instrument,
  limit: number,
  wanted: OrderQualifiers,
): readonly { readonly label: string; readonly line: string }[] {
  const line = (at: number): string => orderLine(side, symbol, { kind: 'shares', shares: quantity }, at, wanted);
  return [
    { label: words.buttons.tickDown, line: line(stepPrice(limit, 'down', stock.kind)) },
    { label: words.buttons.tickUp, line: line(stepPrice(limit, 'up', stock.kind)) },
  ];
}
