import type { Line, Message } from '../src/chat/channel.ts';
import {
  type AnyCommand,
  type CommandContext,
  defineCommand,
  instrument,
  optional,
  price,
  quantity,
  type Ticket,
} from '../src/chat/command.ts';
import { outcomeMessage } from '../src/chat/notices.ts';
import type { Instrument } from '../src/domain/instrument.ts';
import type { OrderRequest, Side } from '../src/domain/order.ts';
import { stepPrice } from '../src/domain/order-rules.ts';
import { AppError } from '../src/errors.ts';
import type { OrderCheck } from '../src/services/order-check.ts';
import type { ConfirmedOrder } from '../src/services/orders.ts';
import { changeSpan } from './shared.ts';

/** `/buy` and `/sell` differ in the side alone. */
export function orderCommand(
  side: Side,
  aliases: readonly string[],
  examples: readonly [string, ...string[]],
): AnyCommand {
  return defineCommand({
    name: side,
    aliases,
    role: 'trader',
    args: { instrument, quantity, price: optional(price) },
    examples,
    async prepare(context, args): Promise<Ticket<ConfirmedOrder>> {
      context.progress({ lines: [context.words.progress.ticket] });
      const limit =
        args.price === 'market' ? null : (args.price ?? (await bestPrice(context, side, args.instrument.symbol)));
      const request: OrderRequest = {
        symbol: args.instrument.symbol,
        side,
        type: limit === null ? 'market' : 'limit',
        quantity: args.quantity,
        price: limit,
        exchange: 'KRX',
      };
      return ticket(context, request, args.instrument, args.price === undefined);
    },
    async execute(context, plan: ConfirmedOrder, proposal): Promise<Message> {
      context.progress({ lines: [context.words.progress.sending] });
      const { person, people } = context;
      const order = await context.orders.submit(proposal, person.id, plan);
      return outcomeMessage(context.words, order, plan.instrument.name, people.settings(person.id).fills);
    },
  });
}

/** Without a price: what the other side asks or bids best, so that the order is likely to fill and cannot surprise. */
async function bestPrice({ broker }: CommandContext, side: Side, symbol: string): Promise<number> {
  const book = await broker.orderBook(symbol);
  const best = (side === 'buy' ? book.asks : book.bids)[0];
  if (best === undefined) throw new AppError('rule.no-price');
  return best.price;
}

async function ticket(
  { orders, words, broker }: CommandContext,
  request: OrderRequest,
  stock: Instrument,
  priceChosen: boolean,
): Promise<Ticket<ConfirmedOrder>> {
  const check = await orders.check(request, stock);
  const { quote, amount, commission, tax, available, orderableCash } = check;
  const { side, quantity: wanted, price: limit } = request;
  const cash = orderableCash === undefined ? '' : ` (${words.ticket.orderableCash} ${words.won(orderableCash)})`;
  const chosen = side === 'buy' ? words.ticket.bestAsk : words.ticket.bestBid;
  const marketNote = side === 'buy' ? words.ticket.market : words.ticket.marketSell;
  const lines: Line[] = [
    [{ bold: words.ticket.title(side) }, ' · ', { bold: stock.name }, ' ', { code: stock.symbol }],
    limit === null
      ? [{ bold: `${words.orders.marketPrice} × ${words.shares(wanted)}` }, ` ≤ ${words.won(amount)}`]
      : [{ bold: `${words.orderType.limit} ${words.won(limit)} × ${words.shares(wanted)} = ${words.won(amount)}` }],
    ...quote.warnings.map(
      (warning): Line => [{ bold: words.ticket.warning(words.warnings[warning]) }, ` · ${words.warningMeans[warning]}`],
    ),
    ...(limit === null ? [marketNote] : []),
    ...estimateLine(words, check),
    ...(priceChosen ? [chosen] : []),
    [`${words.ticket.last} ${words.won(quote.last)} `, changeSpan(words, quote.change, quote.changePercent)],
    words.ticket.cost(words.won(commission), words.won(tax)),
    `${words.ticket.available[side]} ${words.shares(available)}${cash}`,
    ...(broker.venue.kind === 'live' ? [[{ bold: words.ticket.live }]] : []),
  ];
  return {
    plan: { request, instrument: stock, shownLast: quote.last },
    summary: { lines },
    variants: limit === null ? [] : tickVariants(words, request, stock, limit),
  };
}

/** What a market order would trade at; nothing for a limit order, which says so itself. */
function estimateLine(words: CommandContext['words'], { slippage }: OrderCheck): readonly Line[] {
  if (slippage === undefined) return [];
  if (slippage === 'auction') return [words.ticket.noEstimate];
  const { average, worst, percent } = slippage;
  // Rounded before the sign is put, so that it never reads -0.00%.
  const away = words.percentSigned(Math.round(percent * 100) / 100);
  return [words.ticket.estimate(words.won(Math.round(average)), away, words.won(worst))];
}

function tickVariants(
  words: CommandContext['words'],
  { side, symbol, quantity: wanted }: OrderRequest,
  stock: Instrument,
  limit: number,
): readonly { readonly label: string; readonly line: string }[] {
  const line = (at: number): string => `/${side} ${symbol} ${wanted} ${at}`;
  return [
    { label: words.buttons.tickDown, line: line(stepPrice(limit, 'down', stock.kind)) },
    { label: words.buttons.tickUp, line: line(stepPrice(limit, 'up', stock.kind)) },
  ];
}
