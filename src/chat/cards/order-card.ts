import type { FillNotices } from '../../domain/fill-notices.ts';
import {
  intentIssue,
  isCancel,
  isScheduleIntent,
  type OrderRecord,
  openStatuses,
  restOf,
  standingQuantity,
} from '../../domain/orders/order.ts';
import type { NotificationLevel } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OrderCard } from '../../ports/ledger/order-ledger.ts';
import type { Button, Line, Message } from '../channel.ts';
import { acceptedHeading, numberLine, orderLine, outcomeMessage, partsGone } from '../messages/order-text.ts';

/** The most cancels that a card lists; more are only counted. */
const mostShown = 10;

/** What a card needs to know besides its orders. */
export interface CardContext {
  /** An issue's name in the reader's language. */
  readonly nameOf: (symbol: string) => string;
  /** The person's setting for notices of fills. */
  readonly fills: NotificationLevel;
  /** How the bot hears of fills. */
  readonly notices: FillNotices;
  /** Gives advice on KIS's refusals. */
  readonly venue: Pick<Broker, 'adviceOn'>;
}

/**
 * How the orders of a ticket stand, with buttons to amend or cancel what is left. Undefined as long as one of them is
 * still being sent: what is shown then is that it is being sent.
 */
export function orderCardMessage(
  words: Words,
  { orders, movedOn }: Pick<OrderCard, 'orders' | 'movedOn'>,
  context: CardContext,
): Message | undefined {
  if ([...orders, ...movedOn].some(({ status }) => status === 'confirmed' || status === 'submitting')) return undefined;
  if (orders.length === 0) return movedMessage(words, movedOn, context);
  if (orders.every(({ intent }) => isCancel(intent.kind))) return { lines: cancelLines(words, orders, context) };
  const shown = mainOf(orders);
  if (shown === undefined) return undefined;
  const others = orders.filter((order) => order !== shown).flatMap((order) => earlierLines(words, order));
  const { lines } = standOf(words, shown, context);
  const buttons = buttonsFor(words, shown);
  const goesOn = isOngoing(shown) ? { untilWhen: words.card.untilWhen } : {};
  return { lines: [...lines, ...others], ...(buttons.length === 0 ? {} : { buttons: [buttons] }), ...goesOn };
}

/** The outcomes of cancels one below the other; of many, their counts and the numbers that were not cancelled. */
export function cancelLines(words: Words, sent: readonly OrderRecord[], context: CardContext): readonly Line[] {
  if (sent.length > mostShown) return countsOf(words, sent);
  return sent.flatMap((order, index) => {
    const { lines } = standOf(words, order, context);
    return index === 0 ? lines : ['', ...lines];
  });
}

/** The outcomes counted, and the numbers of the orders that were not cancelled, which the person may want to check. */
function countsOf(words: Words, sent: readonly OrderRecord[]): readonly Line[] {
  return [...Map.groupBy(sent, ({ status }) => status)].flatMap(([status, orders]): readonly Line[] => {
    const count: Line = [{ bold: words.status[status] }, ` ${words.orders.count(orders.length)}`];
    if (status === 'accepted' || status === 'done') return [count];
    const numbers = orders.slice(0, mostShown).map(({ intent }) => ('target' in intent ? intent.target.number : ''));
    const left = orders.length - mostShown;
    return [count, numbers.join(', '), ...(left > 0 ? [words.more(left)] : [])];
  });
}

/** The order that a card is mostly about: the one that may still change, or else the newest. */
function mainOf(orders: readonly OrderRecord[]): OrderRecord | undefined {
  const open = orders.findLast(({ status }) => openStatuses.includes(status));
  return open ?? orders.findLast(({ status }) => status === 'scheduled') ?? orders.at(-1);
}

function isOngoing({ status }: OrderRecord): boolean {
  return openStatuses.includes(status) || ['scheduled', 'outcome-unknown', 'asked'].includes(status);
}

/** What was filled of an order before it went on under another number, or on an earlier day of a scheduled order. */
function earlierLines(words: Words, order: OrderRecord): readonly Line[] {
  if (order.filledQuantity === 0) return [];
  const { card, outcome } = words;
  const what = card.filledSoFar(words.shares(order.filledQuantity), averageOf(words, order));
  return [[`${card.earlier} · ${outcome.number} `, { code: order.reference?.number ?? '' }, ` · ${what}`]];
}

function averageOf(words: Words, { filledQuantity, filledAmount }: OrderRecord): string {
  return words.won(Math.round(filledAmount / filledQuantity));
}

/** One order as it stands. */
function standOf(words: Words, order: OrderRecord, context: CardContext): Message {
  const { fills, venue, notices } = context;
  const name = context.nameOf(intentIssue(order.intent).symbol);
  const what = orderLine(words, order, name);
  const headed = (heading: string, ...lines: readonly Line[]): Message => ({
    lines: [[{ bold: heading }], what, ...lines],
  });
  const { settle, card, schedule } = words;
  const status = words.status[order.status];
  // What was accepted first is still said, so that the card tells the way of its order.
  const heading = order.reference === undefined ? status : `${acceptedHeading(words, order.intent)} → ${status}`;
  switch (order.status) {
    case 'partly-filled':
    case 'filled':
    case 'cancelled':
    case 'expired':
    case 'replaced':
      return headed(heading, ...quantityLines(words, order), ...numberLine(words, order));
    case 'never-sent':
      return headed(status, words.notices.neverSentText);
    case 'absent':
      return headed(status, settle.absentText);
    case 'asked':
      return headed(status, words.orders.askedNote);
    case 'sent-on':
      return headed(heading, ...numberLine(words, order));
    case 'rejected': {
      if (order.code === 'moot') return headed(card.moot, settle.mootText);
      if (order.code === 'notice') return headed(heading, words.notices.rejectedText);
      if (order.code === 'turned-down')
        return headed(heading, schedule.refusedAs(order.text ?? ''), words.outcome.newTicket);
      break;
    }
    default:
      break;
  }
  const outcome = outcomeMessage(words, order, name, fills, venue, notices);
  const parts = partsGone(words, order);
  if (parts.length === 0) return outcome;
  return { lines: [...outcome.lines, `${parts.join(' · ')} · ${card.left(words.shares(restOf(order)))}`] };
}

/** How much of an order is filled and at what average, and what became or is left of the rest. */
function quantityLines(words: Words, order: OrderRecord): readonly Line[] {
  const { card } = words;
  const { status, filledQuantity } = order;
  const rest = words.shares(restOf(order));
  const filled =
    filledQuantity === 0
      ? []
      : [
          card.filled(words.shares(filledQuantity), words.shares(standingQuantity(order))),
          card.average(averageOf(words, order)),
        ];
  const ended: Readonly<Record<string, readonly string[]>> = {
    'partly-filled': [card.left(rest)],
    cancelled: [card.cancelled(rest)],
    expired: [card.expired(rest)],
    replaced: [card.replaced(rest)],
  };
  const facts = [...filled, ...partsGone(words, order), ...(ended[status] ?? [])];
  return facts.length === 0 ? [] : [facts.join(' · ')];
}

/** An amendment's own ticket, where the card of the amended order goes on. */
function movedMessage(words: Words, movedOn: readonly OrderRecord[], { nameOf }: CardContext): Message {
  const lines = movedOn.flatMap((order): readonly Line[] => {
    const what = orderLine(words, order, nameOf(intentIssue(order.intent).symbol));
    return [[{ bold: acceptedHeading(words, order.intent) }], what, ...numberLine(words, order), words.card.movedOn];
  });
  return { lines };
}

/** Amending and cancelling what is left, by tickets of their own; looking up what nobody knows. */
function buttonsFor(words: Words, { intent, status, reference }: OrderRecord): readonly Button[] {
  const { buttons, card } = words;
  if (status === 'outcome-unknown' || status === 'asked') return [{ id: 'run:/orders', label: card.lookUp }];
  if (reference === undefined) return [];
  const { number } = reference;
  const change = (amend: string, cancel: string): readonly Button[] => [
    { id: `ask:${amend} ${number}`, label: buttons.amend },
    { id: `run:${cancel} ${number}`, label: buttons.cancel },
  ];
  if (openStatuses.includes(status)) return change('/amend', '/cancel');
  return status === 'scheduled' && isScheduleIntent(intent) ? change('/schedule amend', '/schedule cancel') : [];
}
