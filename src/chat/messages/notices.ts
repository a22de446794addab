import { inKorea } from '../../clock.ts';
import type { SeenDrift } from '../../domain/api-drift.ts';
import type { FillNotices } from '../../domain/fill-notices.ts';
import {
  intentIssue,
  intentQuantity,
  isCancel,
  isScheduleIntent,
  type OrderRecord,
  restOf,
  type ScheduleDays,
  standingQuantity,
  type VenueOrder,
} from '../../domain/orders/order.ts';
import type { Notice, SettleCandidate } from '../../domain/people/notice.ts';
import type { NotificationLevel } from '../../domain/people/person.ts';
import { sentenceOf, type Words } from '../../i18n/index.ts';
import { venueReason } from '../../i18n/venue-words.ts';
import type { Broker } from '../../ports/broker.ts';
import { conditionText, levelText } from '../arguments/alert-condition.ts';
import type { Button, Line, Message } from '../channel.ts';
import { tellFill } from './fill-notices.ts';

/** What an order trades at: `70,000원`, `시장가`, `조건부지정가 70,000원`. */
export function orderPrice(words: Words, { type, price }: Pick<VenueOrder, 'type' | 'price'>): string {
  const limit = price === 0 ? '' : words.won(price);
  return type === 'limit' && price !== 0 ? limit : `${words.orderType[type]} ${limit}`.trim();
}

/** One line that says which order: `매수 삼성전자 10주 70,000원`. */
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

/** What left an order while others of it stood: `3주 취소 · 2주 정정`; nothing where nothing did. */
export function partsGone(words: Words, { cancelledQuantity, replacedQuantity }: OrderRecord): readonly string[] {
  return [
    ...(cancelledQuantity === 0 ? [] : [words.orders.partCancelled(words.shares(cancelledQuantity))]),
    ...(replacedQuantity === 0 ? [] : [words.orders.partAmended(words.shares(replacedQuantity))]),
  ];
}

/** When a scheduled order goes: `12월 5일 예약`. */
export function scheduleDays(words: Words, { day, until }: ScheduleDays): string {
  const { shortDate: date, schedule } = words;
  return until === null ? schedule.once(date(day)) : schedule.daily(date(day), date(until));
}

/** The order number, to be copied into `/cancel`; nothing where there is none. */
export function numberLine(words: Words, { reference, intent }: OrderRecord): readonly Line[] {
  const called = isScheduleIntent(intent) ? words.schedule.number : words.outcome.number;
  return reference === undefined ? [] : [[`${called} `, { code: reference.number }]];
}

/**
 * How a submit ended, in place of its ticket. `fills` is how its owner wants to be told of them, and `notices` how the bot
 * hears of them; `venue` knows what helps against its refusals.
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
  const accepted = {
    place: outcome.accepted,
    amend: outcome.amendAccepted,
    cancel: outcome.cancelAccepted,
    schedule: schedule.accepted,
    'amend-schedule': schedule.amendAccepted,
    'cancel-schedule': schedule.cancelAccepted,
  }[kind];
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
          [{ bold: accepted }],
          what,
          ...(cancel ? [] : numberLine(words, order)),
          ...(cancel || (fills === 'off' && !scheduled) ? [] : [next]),
        ],
      };
  }
}

/** What somebody is told unasked. */
export function noticeMessage(
  words: Words,
  notice: Notice,
  nameOf: (symbol: string) => string,
  pushed: FillNotices,
): Message {
  const { notices } = words;
  /** By the name in the reader's language; an issue that no list has keeps the name it was told under. */
  const called = (symbol: string, name: string): string => {
    const known = nameOf(symbol);
    return known === symbol ? name : known;
  };
  const orderName = ({ order, name }: { readonly order: OrderRecord; readonly name: string }): string =>
    called(intentIssue(order.intent).symbol, name);
  switch (notice.kind) {
    case 'filled': {
      const { order, quantity, price } = notice;
      const { side } = intentIssue(order.intent);
      const total = notices.filledTotal(words.shares(order.filledQuantity), words.shares(standingQuantity(order)));
      return {
        lines: [
          [
            { bold: notices.filled },
            ` ${orderName(notice)} ${words.side[side]} `,
            { bold: `${words.shares(quantity)} × ${words.won(price)}` },
          ],
          [total, ' · ', ...(numberLine(words, order)[0] ?? [])],
        ],
      };
    }
    case 'cancelled':
      return {
        lines: [
          [{ bold: notices.cancelled }, ` ${orderLine(words, notice.order, orderName(notice))}`],
          notices.cancelledRest(words.shares(notice.quantity)),
        ],
      };
    case 'part-cancelled': {
      const { order, quantity } = notice;
      return {
        lines: [
          [{ bold: notices.partCancelled }, ` ${orderLine(words, order, orderName(notice))}`],
          notices.partCancelledText(words.shares(quantity), words.shares(restOf(order))),
          ...numberLine(words, order),
        ],
      };
    }
    case 'expired':
      return {
        lines: [
          [{ bold: notices.expired }, ` ${orderLine(words, notice.order, orderName(notice))}`],
          notices.expiredRest(words.shares(notice.quantity)),
        ],
      };
    case 'replaced':
      return {
        lines: [
          [{ bold: notices.replaced }, ` ${orderLine(words, notice.order, orderName(notice))}`],
          [notices.replacedElsewhere, ` ${words.outcome.number} `, { code: notice.number }],
        ],
      };
    case 'part-replaced': {
      const { order, quantity, number } = notice;
      return {
        lines: [
          [{ bold: notices.partReplaced }, ` ${orderLine(words, order, orderName(notice))}`],
          [
            notices.partReplacedElsewhere(words.shares(quantity), words.shares(restOf(order))),
            ` ${words.outcome.number} `,
            { code: number },
          ],
        ],
      };
    }
    case 'settled':
      return settledMessage(words, notice.order, notice.late, nameOf(intentIssue(notice.order.intent).symbol));
    case 'asked':
      return askedMessage(words, notice.order, notice.candidates, nameOf(intentIssue(notice.order.intent).symbol));
    case 'rejected':
      return {
        lines: [
          [{ bold: notices.rejected }, ` ${orderLine(words, notice.order, orderName(notice))}`],
          notices.rejectedText,
        ],
      };
    case 'schedule-sent': {
      const name = nameOf(intentIssue(notice.order.intent).symbol);
      return {
        lines: [
          [{ bold: words.schedule.sent }, ` ${orderLine(words, notice.order, name)}`],
          ...numberLine(words, notice.order),
          tellFill(words, pushed),
        ],
      };
    }
    case 'schedule-refused': {
      const { order, reason } = notice;
      const name = nameOf(intentIssue(order.intent).symbol);
      return {
        lines: [
          [{ bold: words.schedule.refused }, ` ${orderLine(words, order, name)}`],
          reason.trim() === '' ? words.outcome.noReason : `${words.outcome.reason}: ${reason}`,
          order.status === 'scheduled' ? words.schedule.refusedAgain : words.outcome.newTicket,
        ],
      };
    }
    case 'schedule-overdue':
    case 'schedule-ended': {
      const { kind, order, listed } = notice;
      const { schedule } = words;
      const name = nameOf(intentIssue(order.intent).symbol);
      const ended = schedule.endedText(words.shares(intentQuantity(order.intent) - notice.filledQuantity));
      return {
        lines: [
          [
            { bold: kind === 'schedule-overdue' ? schedule.overdue : schedule.ended },
            ` ${orderLine(words, order, name)}`,
          ],
          ...(kind === 'schedule-overdue' ? (listed ? [schedule.overdueText] : []) : [ended]),
          ...(listed ? [] : [schedule.unlisted]),
          ...numberLine(words, order),
        ],
      };
    }
    case 'foreign-fill': {
      const { symbol, side, quantity, price, number, maybeOurs } = notice;
      const name = called(symbol, notice.name);
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
    case 'alert':
      return alertMessage(words, { ...notice, name: called(notice.alert.symbol, notice.name) });
    case 'alert-expired': {
      const { alert } = notice;
      const what = `${called(alert.symbol, notice.name)} ${conditionText(words, alert)}`;
      return { lines: [[{ bold: words.alerts.expired }, ` ${words.alerts.expiredText(what)}`]] };
    }
    case 'never-sent':
    case 'outcome-unknown': {
      const name = nameOf(intentIssue(notice.order.intent).symbol);
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

/** What was waited for came true: the condition, what is now, and what the condition came to today. */
function alertMessage(words: Words, { alert, name, seen, at }: Extract<Notice, { kind: 'alert' }>): Message {
  const { symbol, level } = alert;
  const today = levelText(words, alert, at);
  return {
    lines: [
      [{ bold: words.alerts.fired }, ` ${name} ${conditionText(words, alert)}`],
      [`${words.ticket.last} `, { bold: words.won(seen.price) }],
      ...(level?.metric === 'volume' ? [`${words.quote.volume} ${words.shares(seen.volume)}`] : []),
      ...(today === undefined ? [] : [today]),
    ],
    buttons: [
      [
        { id: `run:/price ${symbol}`, label: words.buttons.price },
        { id: `ask:/buy ${symbol}`, label: words.buttons.buy },
        { id: `ask:/sell ${symbol}`, label: words.buttons.sell },
      ],
      ...(alert.repeats ? [[{ id: `run:/unalert ${alert.id}`, label: words.alerts.removeThis }]] : []),
    ],
  };
}

/** An unknown outcome that is known now. */
function settledMessage(words: Words, order: OrderRecord, late: boolean, name: string): Message {
  const { settle } = words;
  const what = orderLine(words, order, name);
  if (order.status === 'absent') return { lines: [[{ bold: settle.absent }, ` ${what}`], settle.absentText] };
  if (order.status === 'rejected') return { lines: [[{ bold: settle.moot }, ` ${what}`], settle.mootText] };
  const cancel = isCancel(order.intent.kind);
  const text = cancel ? settle.foundCancel : settle.found;
  return {
    lines: [
      [{ bold: late ? settle.late : text }, ` ${what}`],
      ...(late ? [settle.lateText] : []),
      ...(cancel ? [] : numberLine(words, order)),
    ],
  };
}

/** A question to the owner, with an answer for each order that it may be. */
function askedMessage(words: Words, order: OrderRecord, candidates: readonly SettleCandidate[], name: string): Message {
  const { settle } = words;
  const lines: Line[] = [
    [{ bold: settle.asked }, ` ${orderLine(words, order, name)}`],
    candidates.length === 0 ? settle.askedNone : settle.askedSome,
    ...candidates.map(({ number, quantity, price, placedAt }): Line => {
      // A cancel has no price, and is not at the market for that.
      const at =
        price === undefined || isCancel(order.intent.kind)
          ? ''
          : ` ${price === 0 ? words.orders.marketPrice : words.won(price)}`;
      return [{ code: number }, ` ${inKorea(placedAt).toFormat('HH:mm:ss')} ${words.shares(quantity)}${at}`];
    }),
    settle.askedHow,
    [settle.typed, ' ', { code: `/settle ${order.id} 1234` }],
  ];
  return {
    lines,
    buttons: settleButtons(
      words,
      order,
      candidates.map(({ number }) => number),
    ),
  };
}

/** A button for each number, and one for none of them. */
export function settleButtons(
  words: Words,
  order: OrderRecord,
  numbers: readonly string[],
): readonly (readonly Button[])[] {
  const run = (verdict: string): string => `run:/settle ${order.id} ${verdict}`;
  // Discord shows five rows; who has more orders alike than that types the number.
  const rows = numbers
    .slice(0, 4)
    .map((number): readonly Button[] => [{ id: run(number), label: words.settle.isNumber(number) }]);
  return [...rows, [{ id: run('none'), label: words.settle.isNone }]];
}

/** What owners are told when another program uses a chat's token too; `self` is this process: `macbook:4711`. */
export function notAloneMessage(words: Words, channel: string, stepsAside: boolean, self: string): Message {
  const { title, stands, aside, both } = words.notAlone;
  const what = channel === 'telegram' ? (stepsAside ? aside(self) : stands(self)) : both(self);
  return { lines: [[{ bold: title(words.channels[channel] ?? channel) }], what] };
}

/** What owners are told when KIS and Hoga disagree about an API. */
export function driftMessage(words: Words, drift: SeenDrift): Message {
  const { title, said, report } = words.drift;
  const { code, text, field = '' } = drift;
  return {
    lines: [[{ bold: title(drift) }], said(`${code} ${text} ${field}`.trim().replace(/\s+/g, ' ')), report],
    private: true,
  };
}
