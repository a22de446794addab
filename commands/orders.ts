import type { Button, Line, Message } from '../src/chat/channel.ts';
import { type CommandContext, defineCommand } from '../src/chat/command.ts';
import { orderLine, orderPrice, partsGone } from '../src/chat/notices.ts';
import { intentIssue, type OrderRecord, type VenueOrder } from '../src/domain/order.ts';

/** More than a screen of buttons helps nobody; the rest can be cancelled by number. */
const mostButtons = 5;
const mostToday = 10;

export const orders = defineCommand({
  name: 'orders',
  aliases: ['주문', '미체결', 'o'],
  role: 'viewer',
  private: true,
  args: {},
  examples: ['/orders'],
  async run(context): Promise<Message> {
    const { words, broker } = context;
    context.progress({ lines: [words.progress.orders] });
    const open = await broker.openOrders();
    // Read last: what was told of while KIS answered is in it.
    const today = await context.orders.today();
    const ours = new Map(today.map((order) => [order.reference?.number, order]));
    const lines: Line[] = [
      open.length === 0 ? words.orders.none : [{ bold: words.orders.title }],
      ...open.map((order) => openLine(context, order, ours.get(order.reference.number))),
    ];
    if (today.length > 0) {
      lines.push(
        '',
        [{ bold: words.orders.today }],
        ...today.slice(0, mostToday).map((order) => todayLine(context, order)),
      );
    }
    if (today.some(({ status }) => status === 'outcome-unknown')) lines.push('', words.orders.unknownNote);
    if (today.some(({ status }) => status === 'asked')) lines.push('', words.orders.askedNote);
    const buttons = open.slice(0, mostButtons).map(({ name, reference: { number } }): readonly Button[] => [
      { id: `ask:/amend ${number}`, label: words.buttons.amendOrder(`${name} ${number}`) },
      { id: `run:/cancel ${number}`, label: words.buttons.cancelOrder(`${name} ${number}`) },
    ]);
    return { lines, buttons, data: { open, today } };
  },
});

/** Orders from the HTS or a phone are open orders too, and can be cancelled here. */
function openLine({ words }: CommandContext, order: VenueOrder, ours: OrderRecord | undefined): Line {
  const at = orderPrice(words, order);
  const left = `${words.orders.remaining} ${words.shares(order.remaining)} / ${words.shares(order.quantity)}`;
  const notes = ours === undefined ? [words.orders.elsewhere] : partsGone(words, ours);
  return [
    { code: order.reference.number },
    [` ${order.name} ${words.side[order.side]} ${at}`, left, ...notes].join(' · '),
  ];
}

function todayLine({ words, directory }: CommandContext, order: OrderRecord): Line {
  const { symbol } = intentIssue(order.intent);
  const line = orderLine(words, order, directory.get(symbol)?.name ?? symbol);
  return [words.status[order.status], line, ...partsGone(words, order)].join(' · ');
}
