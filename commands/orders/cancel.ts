import { orderChoice } from '../../src/chat/arguments/order-number.ts';
import { orderPart, sharesOfPart } from '../../src/chat/arguments/order-part.ts';
import { cancelLines } from '../../src/chat/cards/order-card.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand, optional, type Ticket } from '../../src/chat/command.ts';
import { orderPrice } from '../../src/chat/messages/order-text.ts';
import { AppError } from '../../src/errors.ts';
import type { Cancellation } from '../../src/services/orders/orders.ts';
import { issueName } from '../shared.ts';

/** The most orders that a ticket lists; more are only counted. */
const mostShown = 10;

export const cancel = defineCommand({
  name: 'cancel',
  section: 'trade',
  aliases: ['취소'],
  role: 'trader',
  account: true,
  trades: true,
  args: { order: orderChoice, quantity: optional(orderPart) },
  examples: ['/cancel 1234', '/cancel 1234 3', '/cancel all'],
  async prepare({ broker, words, progress, directory }, args): Promise<Ticket<readonly Cancellation[]> | Message> {
    if (args.order === 'all' && args.quantity !== undefined) {
      const all = { id: 'run:/cancel all', label: words.trading.cancelAll };
      return { lines: [words.orders.partOfAll], buttons: [[all]] };
    }
    progress({ lines: [words.progress.orders] });
    const open = await broker.openOrders();
    if (open.length === 0) throw new AppError('orders.none-open');
    const targets = args.order === 'all' ? open : open.filter(({ reference }) => reference.number === args.order);
    if (targets.length === 0) throw new AppError('orders.not-open', { number: args.order });
    const plan: Cancellation[] = [];
    const left = targets.length - mostShown;
    const count = left > 0 ? [` ${words.orders.count(targets.length)}`] : [];
    const lines: Line[] = [[{ bold: words.ticket.cancelTitle }, ...count]];
    for (const target of targets) {
      const { number } = target.reference;
      const remaining = words.shares(target.remaining);
      const whole = { line: `/cancel ${number}`, label: words.buttons.cancelAll(remaining) };
      const meant = sharesOfPart(words, { number, remaining: target.remaining }, args.quantity, whole);
      if (meant.refusal !== undefined) return meant.refusal;
      const part = meant.shares;
      plan.push({ target, ...(part === undefined ? {} : { part }) });
      if (plan.length > mostShown) continue;
      const line = ` ${issueName({ directory }, target)} ${words.side[target.side]} ${orderPrice(words, target)} · ${words.orders.remaining} `;
      if (part === undefined) lines.push([{ code: number }, line, remaining]);
      else {
        const stays = words.shares(target.remaining - part);
        lines.push(
          [{ code: number }, line, { bold: words.orders.partOf(remaining, words.shares(part)) }],
          words.ticket.cancelPartNote(words.shares(part), stays),
        );
      }
    }
    if (left > 0) lines.push(words.more(left));
    // On a cancel ticket a drop button labelled 취소 could be read as cancelling the order, so it is labelled 닫기.
    return { plan, summary: { lines }, dropLabel: words.buttons.close };
  },
  async execute(
    { orders, words, directory, people, person, broker, progress, fillNotices },
    plan: readonly Cancellation[],
    proposal,
  ): Promise<Message> {
    progress({ lines: [words.progress.sending] });
    const sent = await orders.cancel(proposal, person.id, plan);
    const lines = cancelLines(words, sent, {
      nameOf: (symbol) => directory.get(symbol)?.name ?? symbol,
      fills: people.settings(person.id).fills,
      notices: fillNotices(),
      venue: broker,
    });
    return { lines };
  },
});
