import { orderChoice } from '../../src/chat/arguments/order-number.ts';
import { orderPart, sharesOfPart } from '../../src/chat/arguments/order-part.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand, optional, type Ticket } from '../../src/chat/command.ts';
import { orderPrice, outcomeMessage } from '../../src/chat/messages/order-text.ts';
import { intentIssue, type OrderRecord } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import type { Words } from '../../src/i18n/index.ts';
import type { Cancellation } from '../../src/services/orders/orders.ts';
import { issueName } from '../shared.ts';

/** The most orders that a ticket or its outcome lists; more are only counted. */
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
    if (sent.length > mostShown) return { lines: [...countsOf(words, sent)] };
    const lines = sent.flatMap((order, index) => {
      const { symbol } = intentIssue(order.intent);
      const message = outcomeMessage(
        words,
        order,
        directory.get(symbol)?.name ?? symbol,
        people.settings(person.id).fills,
        broker,
        fillNotices(),
      );
      return index === 0 ? message.lines : ['', ...message.lines];
    });
    return { lines };
  },
});

/** The outcomes counted, and the numbers of the orders that were not cancelled, which the person may want to check. */
function countsOf(words: Words, sent: readonly OrderRecord[]): readonly Line[] {
  return [...Map.groupBy(sent, ({ status }) => status)].flatMap(([status, orders]): readonly Line[] => {
    const count: Line = [{ bold: words.status[status] }, ` ${words.orders.count(orders.length)}`];
    if (status === 'accepted') return [count];
    const numbers = orders.slice(0, mostShown).map(({ intent }) => ('target' in intent ? numberOf(intent.target) : ''));
    const left = orders.length - mostShown;
    return [count, numbers.join(', '), ...(left > 0 ? [words.more(left)] : [])];
  });
}

function numberOf(target: { readonly number: string }): string {
  return target.number;
}
