import { conditionText } from '../../src/chat/arguments/alert-condition.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type ArgumentKind, type CommandContext, defineCommand, optional, shorten } from '../../src/chat/command.ts';
import { alertTimeline } from '../../src/chat/messages/alert-timeline.ts';
import { orderLine } from '../../src/chat/messages/order-text.ts';
import { inKorea } from '../../src/clock.ts';
import { intentIssue, type OrderEvent } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import { sentenceOf, type Words } from '../../src/i18n/index.ts';
import type { AlertTimeline } from '../../src/services/order-timelines.ts';

/** The most orders, and the most alerts, that are offered: together they fit into Discord's rows of buttons. */
const mostLatest = 5;

/** The number of an order or a scheduled order, or our own id of an order or an alert. */
const record: ArgumentKind<string> = {
  name: 'record',
  optional: false,
  read: ([token = '']) => ({ value: token.replace(/^#/, ''), used: 1 }),
};

export const why = defineCommand({
  name: 'why',
  section: 'trade',
  aliases: ['이유'],
  role: 'viewer',
  account: true,
  private: true,
  args: { record: optional(record) },
  examples: ['/why 1234', '/why'],
  async run(context, args): Promise<Message> {
    if (args.record === undefined) return latest(context);
    const { timelines, directory, words, person } = context;
    const timeline = await timelines.find(args.record);
    if (timeline === undefined) {
      const alert = await timelines.alert(args.record, person.id);
      if (alert === undefined || !context.alerts.mayShow(alert.alert))
        throw new AppError('why.unknown', { text: shorten(args.record) });
      return ofAlert(context, alert);
    }
    const { order, proposal, events, address } = timeline;
    const { symbol } = intentIssue(order.intent);
    const at = (time: number): string => inKorea(time).toFormat('MM-dd HH:mm:ss');
    const lines: Line[] = [
      [{ bold: orderLine(words, order, directory.get(symbol)?.name ?? symbol) }],
      `${words.why.by(order.personId, address?.channel ?? '')} · `.concat(words.status[order.status]),
      '',
      ...(proposal === undefined
        ? []
        : [
            `${at(proposal.createdAt)} ${words.why.shown}`,
            ...proposal.shown.split('\n').map((line): Line => `  ${line}`),
          ]),
      ...events.map(({ at: time, event }): Line => `${at(time)} ${eventText(words, event)}`),
      '',
      [`${words.why.id} `, { code: order.id }],
    ];
    return { lines, data: timeline };
  },
});

/** Buttons for the newest orders and the person's own alerts. */
async function latest({ timelines, directory, words, person, alerts: all }: CommandContext): Promise<Message> {
  const { orders, alerts: made } = await timelines.latest(person.id, mostLatest);
  const alerts = made.filter(({ alert }) => all.mayShow(alert));
  const nameOf = (symbol: string): string => directory.get(symbol)?.name ?? symbol;
  const rows = [
    ...orders.map((order) => ({
      id: order.id,
      at: order.confirmedAt,
      what: orderLine(words, order, nameOf(intentIssue(order.intent).symbol)),
      how: words.status[order.status],
    })),
    ...alerts.map(({ alert, status }) => ({
      id: alert.id,
      at: alert.firedAt ?? alert.createdAt,
      what: `${nameOf(alert.symbol)} ${conditionText(words, alert)}`,
      how: words.why.alertStatus[status],
    })),
  ];
  if (rows.length === 0) return { lines: [words.why.none] };
  const lines = rows.map(({ at, what, how }, index): Line => {
    return `${index + 1}. ${inKorea(at).toFormat('MM-dd HH:mm')} ${what} · ${how}`;
  });
  const buttons = rows.map(({ id, what }, index): Button => {
    return { id: `run:/why ${id}`, label: shorten(`${index + 1}. ${what}`) };
  });
  const pairs = Array.from({ length: Math.ceil(buttons.length / 2) }, (_, row) => buttons.slice(row * 2, row * 2 + 2));
  return { lines: [[{ bold: words.why.title }], ...lines], buttons: pairs, data: { orders, alerts } };
}

function ofAlert(context: CommandContext, timeline: AlertTimeline): Message {
  const { alerts, directory, people, person, words } = context;
  const { id, symbol } = timeline.alert;
  const open = alerts.get(id);
  const lines = alertTimeline(words, directory.get(symbol)?.name ?? symbol, timeline, {
    open,
    ...alerts.known(open ?? timeline.alert),
    way: alerts.way(symbol),
    wanted: people.settings(person.id).alerts !== 'off',
  });
  const remove =
    open === undefined ? {} : { buttons: [[{ id: `run:/unalert ${id}`, label: words.alerts.removeThis }]] };
  return { lines, ...remove, data: timeline };
}

/** One step of an order's timeline. */
function eventText(words: Words, event: OrderEvent): string {
  const { why: text, shares, won } = words;
  switch (event.type) {
    case 'confirmed':
    case 'submitting':
    case 'never-sent':
      return text[event.type];
    case 'accepted':
      return text.accepted(event.reference.number, event.by === undefined ? undefined : text.settledBy[event.by]);
    case 'rejected':
      return event.code === 'moot' ? text.moot : text.rejected(event.text, event.code);
    case 'denied':
      return text.denied(sentenceOf(words, event.code, event.context));
    case 'outcome-unknown':
      return text['outcome-unknown'](event.code);
    case 'absent':
      return text.absent(text.settledBy[event.by]);
    case 'asked':
      return text.asked(event.candidates.join(', '));
    case 'filled':
      return text.filled(
        shares(event.quantity),
        won(event.price),
        event.source === 'query' ? text.settledBy.list : text.push,
      );
    case 'part-cancelled':
      return text['part-cancelled'](shares(event.quantity));
    case 'part-replaced':
      return text['part-replaced'](shares(event.quantity), event.number);
    case 'cancelled':
    case 'expired':
      return text[event.type](shares(event.quantity));
    case 'replaced':
      return text.replaced(shares(event.quantity), event.number);
    case 'sent-on':
      return text['sent-on'](event.number);
    case 'turned-down':
      return text['turned-down'](event.text);
    case 'overdue':
      return text.overdue;
  }
}
