import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand, type Ticket } from '../../src/chat/command.ts';
import { orderLine } from '../../src/chat/messages/order-text.ts';
import { koreanDay } from '../../src/clock.ts';
import { intentIssue } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';

/** More orders than that are counted. */
const mostListed = 10;

/** An owner says that the orders of an account's old number are done with, so that trading goes on with the new one. */
export const renumber = defineCommand({
  name: 'renumber',
  section: 'trade',
  aliases: ['새번호'],
  role: 'owner',
  account: true,
  private: true,
  args: {},
  examples: ['/renumber'],
  async prepare({ orders, words, directory }): Promise<Ticket<null>> {
    const { numberChange: change } = orders.trading;
    if (change === undefined || change.accepted) throw new AppError('orders.same-number');
    const { numberChange: text } = words;
    const nameOf = (symbol: string): string => directory.get(symbol)?.name ?? symbol;
    const listed = change.open.slice(0, mostListed).map((order) => {
      const date = words.shortDate(koreanDay(order.confirmedAt));
      const line = orderLine(words, order, nameOf(intentIssue(order.intent).symbol));
      return `${date} ${line} · ${words.status[order.status]}`;
    });
    const more = change.open.length - listed.length;
    const lines: Line[] = [
      [{ bold: text.ticket(change.title) }],
      text.stillOpen(change.open.length),
      ...listed,
      ...(more > 0 ? [words.more(more)] : []),
      text.check,
      text.putBack(change.setting),
    ];
    return { plan: null, summary: { lines } };
  },
  async execute({ orders, words, person }, _plan, proposal): Promise<Message> {
    await orders.acceptNumber(proposal, person.id);
    return { lines: [words.numberChange.accepted] };
  },
});
