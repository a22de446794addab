import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import { orderLine, orderPrice, partsGone } from '../../src/chat/messages/order-text.ts';
import { intentIssue, type OrderRecord, type VenueOrder } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import type { Words } from '../../src/i18n/index.ts';
import { issueName } from '../shared.ts';

/** The most of today's orders that are listed below the open ones. `/orders today` shows all of them in pages. */
const mostToday = 10;
const view = oneOf('today', { today: ['오늘'] });

export const orders = defineCommand({
  name: 'orders',
  section: 'trade',
  aliases: ['주문', '미체결', 'o'],
  role: 'viewer',
  account: true,
  private: true,
  args: { view: optional(view), page: optional(pageNumber) },
  examples: ['/orders', '/orders 오늘'],
  sum(words, data) {
    const answers = data as readonly Listed[];
    const count = (of: (each: Listed) => readonly unknown[] | undefined): number =>
      answers.reduce((sum, each) => sum + (of(each)?.length ?? 0), 0);
    return answers.some(({ open }) => open !== undefined)
      ? [`${words.orders.title} ${words.orders.count(count(({ open }) => open))}`]
      : [`${words.orders.today} ${words.orders.count(count(({ today }) => today))}`];
  },
  part(context, data) {
    const { open, today } = data as Listed;
    const { words } = context;
    const ours = new Map(today.map((order) => [order.reference?.number, order]));
    const lines =
      open?.map((order) => openLine(context, order, ours.get(order.reference.number))) ??
      today.map((order) => todayLine(context, order));
    const left = lines.length - mostToday;
    if (lines.length === 0) return [open === undefined ? words.orders.noneToday : words.orders.none];
    return [...lines.slice(0, mostToday), ...(left > 0 ? [words.more(left)] : []), ...notesOn(words, today)];
  },
  async run(context, args): Promise<Message> {
    context.progress({ lines: [context.words.progress.orders] });
    return args.view === 'today' ? todaysOrders(context, args.page) : openOrders(context, args.page);
  },
});

/** The orders of an answer: those that are open, unless only today's were asked for, and today's. */
interface Listed {
  readonly open?: readonly VenueOrder[];
  readonly today: readonly OrderRecord[];
}

async function openOrders(context: CommandContext, at: number | undefined): Promise<Message> {
  const { words, broker } = context;
  // KIS lists none of what was ordered there, which an empty list would hide.
  if (broker.venue.accountKind === 'retirement') throw new AppError('accounts.retirement');
  const open = await broker.openOrders();
  // Read after KIS has answered, so that it contains fills that were reported in the meantime.
  const today = await context.orders.today();
  const ours = new Map(today.map((order) => [order.reference?.number, order]));
  const page = pageOf(words, open, at, '/orders');
  await context.learnNames(page.rows);
  const lines: Line[] = [
    open.length === 0 ? words.orders.none : titleOf(words.orders.title, open.length, page.label),
    ...page.rows.map((order) => openLine(context, order, ours.get(order.reference.number))),
  ];
  const more = today.length - mostToday;
  if (today.length > 0 && page.before === 0) {
    lines.push(
      '',
      [{ bold: words.orders.today }],
      ...today.slice(0, mostToday).map((order) => todayLine(context, order)),
      ...(more > 0 ? [words.more(more)] : []),
    );
  }
  const all: readonly Button[] =
    more > 0 ? [{ id: 'run:/orders today', label: words.orders.allToday(today.length) }] : [];
  const buttons = page.rows.map(({ symbol, name: listed, reference: { number } }): readonly Button[] => {
    const name = issueName(context, { symbol, name: listed });
    return [
      { id: `ask:/amend ${number}`, label: words.buttons.amendOrder(`${name} ${number}`) },
      { id: `run:/cancel ${number}`, label: words.buttons.cancelOrder(`${name} ${number}`) },
    ];
  });
  return {
    lines: [...lines, ...notesOn(words, today)],
    buttons: [...buttons, ...page.buttons, ...(all.length === 0 ? [] : [all])],
    data: { open, today },
  };
}

/** All orders that were placed here today, newest first. */
async function todaysOrders(context: CommandContext, at: number | undefined): Promise<Message> {
  const { words } = context;
  const today = await context.orders.today();
  if (today.length === 0) return { lines: [words.orders.noneToday], data: { today } };
  const page = pageOf(words, today, at, '/orders today');
  const title = titleOf(words.orders.today, today.length, page.label);
  const lines = page.rows.map((order) => todayLine(context, order));
  return { lines: [title, ...lines, ...notesOn(words, today)], buttons: page.buttons, data: { today } };
}

function titleOf(title: string, count: number, label: string): Line {
  return [{ bold: title }, ...(label === '' ? [] : [` ${count} · ${label}`])];
}

function notesOn(words: Words, today: readonly OrderRecord[]): readonly Line[] {
  const has = (wanted: OrderRecord['status']): boolean => today.some(({ status }) => status === wanted);
  return [
    ...(has('outcome-unknown') ? ['', words.orders.unknownNote] : []),
    ...(has('asked') ? ['', words.orders.askedNote] : []),
  ];
}

/** One open order. Orders placed in the HTS or a phone app are listed too, and can be cancelled here. */
function openLine(context: CommandContext, order: VenueOrder, ours: OrderRecord | undefined): Line {
  const { words } = context;
  const at = orderPrice(words, order);
  const left = `${words.orders.remaining} ${words.shares(order.remaining)} / ${words.shares(order.quantity)}`;
  const notes = ours === undefined ? [words.orders.elsewhere] : partsGone(words, ours);
  return [
    { code: order.reference.number },
    [` ${issueName(context, order)} ${words.side[order.side]} ${at}`, left, ...notes].join(' · '),
  ];
}

function todayLine({ words, directory }: CommandContext, order: OrderRecord): Line {
  const { symbol } = intentIssue(order.intent);
  const line = orderLine(words, order, directory.get(symbol)?.name ?? symbol);
  return [words.status[order.status], line, ...partsGone(words, order)].join(' · ');
}
