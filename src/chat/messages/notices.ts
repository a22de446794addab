import { inKorea } from '../../clock.ts';
import type { SeenDrift } from '../../domain/api-drift.ts';
import type { FillNotices } from '../../domain/fill-notices.ts';
import {
  intentIssue,
  intentQuantity,
  isCancel,
  type OrderRecord,
  restOf,
  standingQuantity,
} from '../../domain/orders/order.ts';
import type { Notice, SettleCandidate } from '../../domain/people/notice.ts';
import type { Words } from '../../i18n/index.ts';
import { conditionText, levelText } from '../arguments/alert-condition.ts';
import type { Button, Incoming, Line, Message } from '../channel.ts';
import { shorten } from '../command.ts';
import { eventsMessage, screenEnteredMessage } from './events/events.ts';
import { tellFill } from './fill-notices.ts';
import { numberLine, orderLine } from './order-text.ts';
import { seenWhere } from './prices.ts';

/** A notice of one kind, or of one of several. */
type NoticeOf<Kind extends Notice['kind']> = Extract<Notice, { readonly kind: Kind }>;

/**
 * The message that tells a person of something they did not ask about just now. `nameOf` gives an issue's name in the
 * reader's language, or the symbol itself where no list has the issue; `pushed` says how the bot hears of fills.
 */
export function noticeMessage(
  words: Words,
  notice: Notice,
  nameOf: (symbol: string) => string,
  pushed: FillNotices,
): Message {
  /** The name in the reader's language; an issue that no list has keeps the name that came with the notice. */
  const nameOr = (symbol: string, name: string): string => {
    const known = nameOf(symbol);
    return known === symbol ? name : known;
  };
  const symbol = 'order' in notice ? intentIssue(notice.order.intent).symbol : '';
  switch (notice.kind) {
    case 'filled':
      return filledMessage(words, notice, nameOr(symbol, notice.name));
    case 'cancelled':
    case 'part-cancelled':
    case 'expired':
    case 'replaced':
    case 'part-replaced':
    case 'rejected':
      return orderChangeMessage(words, notice, nameOr(symbol, notice.name));
    case 'schedule-sent':
    case 'schedule-refused':
    case 'schedule-overdue':
    case 'schedule-ended':
      return scheduleMessage(words, notice, nameOf(symbol), pushed);
    case 'foreign-fill':
      return foreignFillMessage(words, notice, nameOr(notice.symbol, notice.name));
    case 'alert':
      return alertMessage(words, { ...notice, name: nameOr(notice.alert.symbol, notice.name) });
    case 'alert-expired': {
      const what = `${nameOr(notice.alert.symbol, notice.name)} ${conditionText(words, notice.alert)}`;
      return { lines: [[{ bold: words.alerts.expired }, ` ${words.alerts.expiredText(what)}`]] };
    }
    case 'events':
      return eventsMessage(words, notice.events, nameOf);
    case 'screen-entered':
      return screenEnteredMessage(words, notice.screen, notice.entered, nameOr);
    case 'never-sent':
    case 'outcome-unknown':
      return interruptedMessage(words, notice, nameOf(symbol));
    case 'settled':
      return settledMessage(words, notice.order, notice.late, nameOf(symbol));
    case 'asked':
      return askedMessage(words, notice.order, notice.candidates, nameOf(symbol));
  }
}

/** Shares of an order were filled: how many, at what, and how many of it in all. */
function filledMessage(words: Words, notice: NoticeOf<'filled'>, name: string): Message {
  const { order, quantity, price } = notice;
  const { notices } = words;
  const { side } = intentIssue(order.intent);
  const total = notices.filledTotal(words.shares(order.filledQuantity), words.shares(standingQuantity(order)));
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

/** A standing order, or a part of it, was cancelled, amended, rejected or ended with the day. */
function orderChangeMessage(
  words: Words,
  notice: NoticeOf<'cancelled' | 'part-cancelled' | 'expired' | 'replaced' | 'part-replaced' | 'rejected'>,
  name: string,
): Message {
  const { notices } = words;
  const what = ` ${orderLine(words, notice.order, name)}`;
  const rest = words.shares(restOf(notice.order));
  switch (notice.kind) {
    case 'cancelled':
      return { lines: [[{ bold: notices.cancelled }, what], notices.cancelledRest(words.shares(notice.quantity))] };
    case 'part-cancelled': {
      const text = notices.partCancelledText(words.shares(notice.quantity), rest);
      return { lines: [[{ bold: notices.partCancelled }, what], text, ...numberLine(words, notice.order)] };
    }
    case 'expired':
      return { lines: [[{ bold: notices.expired }, what], notices.expiredRest(words.shares(notice.quantity))] };
    case 'replaced': {
      const number = [` ${words.outcome.number} `, { code: notice.number }];
      return {
        lines: [
          [{ bold: notices.replaced }, what],
          [notices.replacedElsewhere, ...number],
        ],
      };
    }
    case 'part-replaced': {
      const text = notices.partReplacedElsewhere(words.shares(notice.quantity), rest);
      const number = [` ${words.outcome.number} `, { code: notice.number }];
      return {
        lines: [
          [{ bold: notices.partReplaced }, what],
          [text, ...number],
        ],
      };
    }
    case 'rejected':
      return { lines: [[{ bold: notices.rejected }, what], notices.rejectedText] };
  }
}

/** What the venue did with a scheduled order, or that it did nothing. */
function scheduleMessage(
  words: Words,
  notice: NoticeOf<'schedule-sent' | 'schedule-refused' | 'schedule-overdue' | 'schedule-ended'>,
  name: string,
  pushed: FillNotices,
): Message {
  const { schedule, outcome } = words;
  const { order } = notice;
  const what = ` ${orderLine(words, order, name)}`;
  const number = numberLine(words, order);
  const unlisted = 'listed' in notice && !notice.listed ? [schedule.unlisted] : [];
  switch (notice.kind) {
    case 'schedule-sent':
      return { lines: [[{ bold: schedule.sent }, what], ...number, tellFill(words, pushed)] };
    case 'schedule-refused': {
      const reason = notice.reason.trim() === '' ? outcome.noReason : `${outcome.reason}: ${notice.reason}`;
      const next = order.status === 'scheduled' ? schedule.refusedAgain : outcome.newTicket;
      return { lines: [[{ bold: schedule.refused }, what], reason, next] };
    }
    case 'schedule-overdue': {
      const stillListed = notice.listed ? [schedule.overdueText] : [];
      return { lines: [[{ bold: schedule.overdue }, what], ...stillListed, ...unlisted, ...number] };
    }
    case 'schedule-ended': {
      const rest = words.shares(intentQuantity(order.intent) - notice.filledQuantity);
      return { lines: [[{ bold: schedule.ended }, what], schedule.endedText(rest), ...unlisted, ...number] };
    }
  }
}

/** A fill of an order that was not placed here, or that may be one of ours. */
function foreignFillMessage(words: Words, notice: NoticeOf<'foreign-fill'>, name: string): Message {
  const { side, quantity, price, number, maybeOurs } = notice;
  const { notices } = words;
  return {
    lines: [
      [{ bold: notices.foreignFill }, ` ${name} ${words.side[side]} ${words.shares(quantity)} × ${words.won(price)}`],
      [maybeOurs ? notices.foreignMaybe : notices.foreignText, ` ${words.outcome.number} `, { code: number }],
    ],
  };
}

/** An order that the process before this one did not finish, found at the start. */
function interruptedMessage(words: Words, notice: NoticeOf<'never-sent' | 'outcome-unknown'>, name: string): Message {
  const { notices } = words;
  const what = ` ${orderLine(words, notice.order, name)}`;
  return notice.kind === 'never-sent'
    ? { lines: [[{ bold: notices.neverSent }, what], notices.neverSentText] }
    : { lines: [[{ bold: notices.unknown }, what], notices.unknownText] };
}

/** An alert fired: its condition, the current price, and the price or volume that the condition stands for today. */
function alertMessage(words: Words, { alert, name, seen, at }: NoticeOf<'alert'>): Message {
  const { symbol, level } = alert;
  const today = levelText(words, alert, at);
  return {
    lines: [
      [{ bold: words.alerts.fired }, ` ${name} ${conditionText(words, alert)}`],
      ...(seen.touched === undefined ? [] : [words.alerts.touched(words.won(seen.touched))]),
      seen.candle === undefined
        ? [`${seenWhere(words, seen)} `, { bold: words.won(seen.price) }]
        : [{ bold: words.candles.seen(seen) }],
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

/** The outcome of an order, unknown until now, has been found out. */
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

/** Asks the owner which of the venue's orders is the one whose answer was lost, with a button for each. */
function askedMessage(words: Words, order: OrderRecord, candidates: readonly SettleCandidate[], name: string): Message {
  const { settle } = words;
  const lines: Line[] = [
    [{ bold: settle.asked }, ` ${orderLine(words, order, name)}`],
    candidates.length === 0 ? settle.askedNone : settle.askedSome,
    ...candidates.map(({ number, quantity, price, placedAt }): Line => {
      // A cancel has no price, which must not be shown as a market order.
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

/** A button for each order number, and one that says none of them. */
export function settleButtons(
  words: Words,
  order: OrderRecord,
  numbers: readonly string[],
): readonly (readonly Button[])[] {
  const run = (verdict: string): string => `run:/settle ${order.id} ${verdict}`;
  // Discord shows five rows of buttons. Further numbers must be typed.
  const rows = numbers
    .slice(0, 4)
    .map((number): readonly Button[] => [{ id: run(number), label: words.settle.isNumber(number) }]);
  return [...rows, [{ id: run('none'), label: words.settle.isNone }]];
}

/** The message to owners when another program uses the same chat token. `self` names this process: `macbook:4711`. */
export function notAloneMessage(words: Words, channel: string, stepsAside: boolean, self: string): Message {
  const { title, stands, aside, both } = words.notAlone;
  const what = channel === 'telegram' ? (stepsAside ? aside(self) : stands(self)) : both(self);
  return { lines: [[{ bold: title(words.channels[channel] ?? channel) }], what] };
}

/** The message to owners when an answer of KIS does not have the form that Hoga expects. */
export function driftMessage(words: Words, drift: SeenDrift): Message {
  const { title, said, report } = words.drift;
  const { code, text, field = '' } = drift;
  return {
    lines: [[{ bold: title(drift) }], said(`${code} ${text} ${field}`.trim().replace(/\s+/g, ' ')), report],
    private: true,
  };
}

/** The answer to something that a process was doing when it died: it may have been done, so it is not done again. */
export function abandonedMessage(words: Words, input: Incoming['input']): Message {
  const { typed, pressed } = words.abandoned;
  return { lines: [input.kind === 'text' ? typed(shorten(input.text)) : pressed], private: true };
}
