import type { Notice } from '../domain/notice.ts';
import { intentQuantity, type OrderRecord } from '../domain/order.ts';
import type { Words } from '../i18n/index.ts';
import type { Line, Message } from './channel.ts';

/** One line that says which order: `매수 삼성전자 10주 70,000원`. */
export function orderLine(words: Words, order: Pick<OrderRecord, 'intent'>, name: string): string {
  const { intent } = order;
  if (intent.kind === 'cancel') {
    return `${name} ${words.side[intent.side]} ${words.shares(intent.quantity)} · ${words.orders.cancelOf(intent.target.number)}`;
  }
  const { side, quantity, price } = intent.request;
  return `${name} ${words.side[side]} ${words.shares(quantity)} ${price === null ? words.orders.marketPrice : words.won(price)}`;
}

/** The order number, to be copied into `/cancel`; nothing where there is none. */
export function numberLine(words: Words, order: Pick<OrderRecord, 'reference'>): readonly Line[] {
  return order.reference === undefined ? [] : [[`${words.outcome.number} `, { code: order.reference.number }]];
}

/** How a submit ended, in place of its ticket. */
export function outcomeMessage(words: Words, order: OrderRecord, name: string): Message {
  const what = orderLine(words, order, name);
  const { outcome } = words;
  const cancel = order.intent.kind === 'cancel';
  switch (order.status) {
    case 'rejected':
      return {
        lines: [
          [{ bold: outcome.rejected }],
          what,
          `${outcome.reason}: ${order.text ?? ''} (${order.code ?? ''})`,
          outcome.newTicket,
        ],
      };
    case 'denied': {
      const sentences: Readonly<Record<string, (context: Readonly<Record<string, string>>) => string>> = words.errors;
      const reason = (sentences[order.code ?? ''] ?? words.errors.unexpected)({});
      return { lines: [[{ bold: outcome.denied }], what, reason, outcome.newTicket] };
    }
    case 'outcome-unknown':
      return { lines: [[{ bold: outcome.unknown }], what, outcome.unknownNext] };
    default:
      return {
        lines: [
          [{ bold: cancel ? outcome.cancelAccepted : outcome.accepted }],
          what,
          ...(cancel ? [] : numberLine(words, order)),
          ...(cancel ? [] : [outcome.tellFill]),
        ],
      };
  }
}

/** What somebody is told unasked. */
export function noticeMessage(words: Words, notice: Notice, nameOf: (symbol: string) => string): Message {
  const { notices } = words;
  switch (notice.kind) {
    case 'filled': {
      const { order, name, quantity, price } = notice;
      const side = order.intent.kind === 'place' ? order.intent.request.side : order.intent.side;
      const total = notices.filledTotal(words.shares(order.filledQuantity), words.shares(intentQuantity(order.intent)));
      return {
        lines: [
          [
            { bold: notices.filled },
            ` ${name} ${words.side[side]} `,
            { bold: `${words.shares(quantity)} × ${words.won(price)}` },
          ],
          [total, ' · ', ...(numberLine(words, order)[0] ?? [])],
        ],
      };
    }
    case 'cancelled':
      return {
        lines: [
          [{ bold: notices.cancelled }, ` ${orderLine(words, notice.order, notice.name)}`],
          notices.cancelledRest(words.shares(notice.quantity)),
        ],
      };
    case 'rejected':
      return {
        lines: [[{ bold: notices.rejected }, ` ${orderLine(words, notice.order, notice.name)}`], notices.rejectedText],
      };
    case 'foreign-fill': {
      const { name, side, quantity, price, number, maybeOurs } = notice;
      return {
        lines: [
          [
            { bold: notices.foreignFill },
            ` ${name} ${words.side[side]} ${words.shares(quantity)} × ${words.won(price)}`,
          ],
          [maybeOurs ? notices.foreignMaybe : notices.foreignText, ` ${words.outcome.number} `, { code: number }],
        ],
      };
    }
    case 'alert': {
      const { alert, name, price } = notice;
      return {
        lines: [
          [{ bold: words.alerts.fired }, ` ${words.alerts.condition(name, words.won(alert.price), alert.direction)}`],
          [`${words.ticket.last} `, { bold: words.won(price) }],
        ],
        buttons: [[{ id: `run:/price ${alert.symbol}`, label: words.buttons.price }]],
      };
    }
    case 'never-sent':
    case 'outcome-unknown': {
      const { intent } = notice.order;
      const name = nameOf(intent.kind === 'place' ? intent.request.symbol : intent.symbol);
      const neverSent = notice.kind === 'never-sent';
      return {
        lines: [
          [{ bold: neverSent ? notices.neverSent : notices.unknown }, ` ${orderLine(words, notice.order, name)}`],
          neverSent ? notices.neverSentText : notices.unknownText,
        ],
      };
    }
  }
}
