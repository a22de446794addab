import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import { period, periodWord, todayAlone, writtenPeriod } from '../../src/chat/arguments/period.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, optional } from '../../src/chat/command.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import { koreanDay } from '../../src/clock.ts';
import type { VenueOrder } from '../../src/domain/orders/order.ts';
import type { Words } from '../../src/i18n/index.ts';
import { dayLine, issueName, sideSpan } from '../shared.ts';

export const fills = defineCommand({
  name: 'fills',
  section: 'account',
  aliases: ['체결'],
  role: 'viewer',
  account: true,
  private: true,
  args: { period: optional(period), page: optional(pageNumber) },
  examples: ['/fills 1주', '/fills 20261101-20261120', '/fills'],
  async run(context, args): Promise<Message> {
    const { words, broker } = context;
    const days = (args.period ?? todayAlone)(koreanDay(context.now));
    context.progress({ lines: [words.progress.fills] });
    const orders = filledOf(await broker.executions(days));
    if (orders.length === 0) return { lines: [words.fills.none(writtenPeriod(days))], data: [] };
    const word = periodWord(days);
    const page = pageOf(words, orders, args.page, `/fills ${word}`);
    await context.learnNames(page.rows);
    const lines: Line[] = [
      [{ bold: words.fills.title }, ` ${writtenPeriod(days)}${page.label === '' ? '' : ` · ${page.label}`}`],
      totalLine(context, orders),
      ...byDay(context, page.rows),
    ];
    const buttons = [...page.buttons, [{ id: `run:/export fills csv ${word}`, label: words.buttons.csv }]];
    return { lines, buttons, data: orders };
  },
});

/** The orders with at least one filled share, newest first. */
export function filledOf(orders: readonly VenueOrder[]): readonly VenueOrder[] {
  return orders
    .filter(({ filledQuantity }) => filledQuantity > 0)
    .toSorted((a, b) => `${b.day}${b.time}`.localeCompare(`${a.day}${a.time}`));
}

/** The average price in won, rounded. */
export function averagePrice({ filledAmount, filledQuantity }: VenueOrder): number {
  return Math.round(filledAmount / filledQuantity);
}

function totalLine({ words }: CommandContext, orders: readonly VenueOrder[]): Line {
  const sum = (side: VenueOrder['side']): string =>
    words.won(orders.reduce((total, order) => total + (order.side === side ? order.filledAmount : 0), 0));
  return words.fills.total(orders.length, sum('buy'), sum('sell'));
}

function byDay({ words, directory }: CommandContext, orders: readonly VenueOrder[]): readonly Line[] {
  const rows = table(orders.map((order) => rowOf(words, order, issueName({ directory }, order))));
  return orders.flatMap((order, index): readonly Line[] => {
    const row = rows[index] ?? '';
    return order.day === orders[index - 1]?.day ? [row] : [dayLine(words, order.day), row];
  });
}

function rowOf(words: Words, order: VenueOrder, name: string): Row {
  const { grouped } = words;
  return {
    cells: [
      `${order.time.slice(0, 2)}:${order.time.slice(2, 4)}`,
      `${grouped(order.filledQuantity)}×${grouped(averagePrice(order))}`,
      grouped(order.filledAmount),
    ],
    rest: [sideSpan(words, order.side), ` ${name}`],
  };
}
