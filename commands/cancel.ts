import type { Line, Message } from '../src/chat/channel.ts';
import { defineCommand, orderChoice, type Ticket } from '../src/chat/command.ts';
import { orderPrice, outcomeMessage } from '../src/chat/notices.ts';
import { intentIssue, type VenueOrder } from '../src/domain/order.ts';
import { AppError } from '../src/errors.ts';

export const cancel = defineCommand({
  name: 'cancel',
  aliases: ['취소'],
  role: 'trader',
  args: { order: orderChoice },
  examples: ['/cancel 1234', '/cancel all'],
  async prepare({ broker, words, progress }, args): Promise<Ticket<readonly VenueOrder[]>> {
    progress({ lines: [words.progress.orders] });
    const open = await broker.openOrders();
    if (open.length === 0) throw new AppError('orders.none-open');
    const targets = args.order === 'all' ? open : open.filter(({ reference }) => reference.number === args.order);
    if (targets.length === 0) throw new AppError('orders.not-open', { number: args.order });
    const lines: Line[] = [
      [{ bold: words.ticket.cancelTitle }],
      ...targets.map(
        (order): Line => [
          { code: order.reference.number },
          ` ${order.name} ${words.side[order.side]} ${orderPrice(words, order)} · ${words.orders.remaining} ${words.shares(order.remaining)}`,
        ],
      ),
    ];
    // '취소' beside '확인' on a cancel ticket could be read either way.
    return { plan: targets, summary: { lines }, dropLabel: words.buttons.close };
  },
  async execute(
    { orders, words, directory, people, person, broker, progress, fillNotices },
    plan: readonly VenueOrder[],
    proposal,
  ): Promise<Message> {
    progress({ lines: [words.progress.sending] });
    const sent = await orders.cancel(proposal, person.id, plan);
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
