import type { Line, Message } from '../src/chat/channel.ts';
import { type ArgumentKind, defineCommand } from '../src/chat/command.ts';
import { orderLine } from '../src/chat/notices.ts';
import { inKorea } from '../src/clock.ts';
import { intentIssue, type OrderEvent } from '../src/domain/order.ts';
import { AppError } from '../src/errors.ts';
import { sentenceOf, type Words } from '../src/i18n/index.ts';

/** An order number, that of a scheduled order, or the id under which we keep it. */
const orderName: ArgumentKind<string> = {
  name: 'order',
  optional: false,
  read: ([token = '']) => ({ value: token.replace(/^#/, ''), used: 1 }),
};

export const why = defineCommand({
  name: 'why',
  aliases: ['이유'],
  role: 'viewer',
  private: true,
  args: { order: orderName },
  examples: ['/why 1234'],
  async run({ stories, directory, words }, args): Promise<Message> {
    const story = await stories.find(args.order);
    if (story === undefined) throw new AppError('why.unknown', { text: args.order });
    const { order, proposal, events, address } = story;
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
    return { lines, data: story };
  },
});

/** One step of an order's story. */
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
