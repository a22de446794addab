import type { FillNotices } from '../../domain/fill-notices.ts';
import {
  intentQuantity,
  isCancel,
  isScheduleIntent,
  type OrderIntent,
  type OrderRecord,
  type ScheduleDays,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import type { NotificationLevel } from '../../domain/people/person.ts';
import { sentenceOf, type Words } from '../../i18n/index.ts';
import { venueReason } from '../../i18n/venue-words.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Line, Message } from '../channel.ts';
import { tellFill } from './fill-notices.ts';

/** The price of an order in words: `70,000원`, `시장가`, `조건부지정가 70,000원`. */
export function orderPrice(words: Words, { type, price }: Pick<VenueOrder, 'type' | 'price'>): string {
  const limit = price === 0 ? '' : words.won(price);
  return type === 'limit' && price !== 0 ? limit : `${words.orderType[type]} ${limit}`.trim();
}

/** An order on one line: `삼성전자 매수 10주 70,000원`. */
export function orderLine(words: Words, order: Pick<OrderRecord, 'intent'>, name: string): string {
  const { intent } = order;
  const of = 'of' in intent ? intent.of : undefined;
  const part =
    of === undefined ? undefined : words.orders.partOf(words.shares(of), words.shares(intentQuantity(intent)));
  if (!('request' in intent)) {
    const cancelOf = intent.kind === 'cancel' ? words.orders.cancelOf : words.schedule.cancelOf;
    const count = part ?? words.shares(intent.quantity);
    return `${name} ${words.side[intent.side]} ${count} · ${cancelOf(intent.target.number)}`;
  }
  const { side, quantity, price, type } = intent.request;
  const at = orderPrice(words, { type, price: price ?? 0 });
  const line = `${name} ${words.side[side]} ${words.shares(quantity)} ${at}`;
  switch (intent.kind) {
    case 'place':
      return line;
    case 'amend':
      return [line, ...(part === undefined ? [] : [part]), words.orders.amendOf(intent.target.number)].join(' · ');
    case 'schedule':
      return `${line} · ${scheduleDays(words, intent)}`;
    case 'amend-schedule':
      return `${line} · ${words.schedule.amendOf(intent.target.number)}`;
  }
}

/** The parts of a standing order that were cancelled or amended: `3주 취소 · 2주 정정`; empty when there were none. */
export function partsGone(words: Words, { cancelledQuantity, replacedQuantity }: OrderRecord): readonly string[] {
  return [
    ...(cancelledQuantity === 0 ? [] : [words.orders.partCancelled(words.shares(cancelledQuantity))]),
    ...(replacedQuantity === 0 ? [] : [words.orders.partAmended(words.shares(replacedQuantity))]),
  ];
}

/** The days on which a scheduled order is sent: `12월 5일 예약`. */
export function scheduleDays(words: Words, { day, until }: ScheduleDays): string {
  const { shortDate: date, schedule } = words;
  return until === null ? schedule.once(date(day)) : schedule.daily(date(day), date(until));
}

/** The order number, to be copied into `/cancel`; no line when the order has none. */
export function numberLine(words: Words, { reference, intent }: OrderRecord): readonly Line[] {
  const called = isScheduleIntent(intent) ? words.schedule.number : words.outcome.number;
  return reference === undefined ? [] : [[`${called} `, { code: reference.number }]];
}

/** What is said of an order that the venue took. */
export function acceptedHeading({ outcome, schedule }: Words, { kind }: OrderIntent): string {
  return {
    place: outcome.accepted,
    amend: outcome.amendAccepted,
    cancel: outcome.cancelAccepted,
    schedule: schedule.accepted,
    'amend-schedule': schedule.amendAccepted,
    'cancel-schedule': schedule.cancelAccepted,
  }[kind];
}

/**
 * The message that replaces a ticket once its order was sent or refused. `fills` is the person's setting for notices of
 * fills, `notices` how the bot hears of fills, and `venue` gives advice on KIS's refusals.
 */
export function outcomeMessage(
  words: Words,
  order: OrderRecord,
  name: string,
  fills: NotificationLevel,
  venue: Pick<Broker, 'adviceOn'>,
  notices: FillNotices,
): Message {
  const what = orderLine(words, order, name);
  const { outcome, schedule } = words;
  const { kind } = order.intent;
  const cancel = isCancel(kind);
  const scheduled = isScheduleIntent(order.intent);
  const next = scheduled ? schedule.tellResult : tellFill(words, notices);
  switch (order.status) {
    case 'rejected': {
      const said = { code: order.code ?? '', text: order.text ?? '' };
      const advice = venue.adviceOn(said);
      const reason = venueReason(said);
      return {
        lines: [
          [{ bold: outcome.rejected }],
          what,
          reason === undefined ? outcome.noReason : `${outcome.reason}: ${reason}`,
          ...(advice === undefined ? [] : [sentenceOf(words, advice)]),
          outcome.newTicket,
        ],
      };
    }
    case 'denied': {
      const reason = sentenceOf(words, order.code ?? '', order.context);
      return { lines: [[{ bold: outcome.denied }], what, reason, outcome.newTicket] };
    }
    case 'outcome-unknown':
      return { lines: [[{ bold: outcome.unknown }], what, outcome.unknownNext] };
    default:
      return {
        lines: [
          [{ bold: acceptedHeading(words, order.intent) }],
          what,
          ...(cancel ? [] : numberLine(words, order)),
          ...(cancel || (fills === 'off' && !scheduled) ? [] : [next]),
        ],
      };
  }
}
