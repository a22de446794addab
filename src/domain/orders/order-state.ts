import { AppError } from '../../errors.ts';
import {
  endedStatuses,
  isCancel,
  isScheduleIntent,
  type OrderEvent,
  type OrderIntent,
  type OrderRecord,
  type OrderStatus,
  restOf,
  type ScheduleDays,
  standingQuantity,
} from './order.ts';

type EventType = OrderEvent['type'];

/**
 * (status, event) → status. A pair that is not here is a bug or a lie, and is refused. A fill names its order by the
 * number, so none is applied before that number is known: the reconciler holds notices that come earlier.
 */
const transitions: Readonly<Record<OrderStatus, Partial<Record<EventType, OrderStatus | 'by-quantity' | 'by-day'>>>> = {
  confirmed: { submitting: 'submitting', denied: 'denied', 'never-sent': 'never-sent' },
  // `denied` from here: no connection could be made, so nothing was sent.
  submitting: { accepted: 'accepted', rejected: 'rejected', denied: 'denied', 'outcome-unknown': 'outcome-unknown' },
  // `rejected` from here: the exchange refused what the broker had accepted.
  accepted: {
    filled: 'by-quantity',
    'part-cancelled': 'accepted',
    'part-replaced': 'accepted',
    cancelled: 'cancelled',
    rejected: 'rejected',
    replaced: 'replaced',
    expired: 'expired',
  },
  'partly-filled': {
    filled: 'by-quantity',
    'part-cancelled': 'partly-filled',
    'part-replaced': 'partly-filled',
    cancelled: 'cancelled',
    replaced: 'replaced',
    expired: 'expired',
  },
  filled: {},
  // A fill may cross a cancel or an amendment, and a fill of the closing auction may be told after the close.
  cancelled: { filled: 'by-quantity' },
  replaced: { filled: 'by-quantity' },
  expired: { filled: 'by-quantity' },
  rejected: {},
  denied: {},
  'never-sent': {},
  // `rejected` from here: a cancel or amendment found nothing left to change. `denied` from here and from the two below:
  // the process that was to send the order had been stopped, another one looked for the order meanwhile, and the first
  // goes on and tells that it has sent nothing, which nobody knows better.
  'outcome-unknown': { accepted: 'accepted', rejected: 'rejected', absent: 'absent', asked: 'asked', denied: 'denied' },
  asked: { accepted: 'accepted', rejected: 'rejected', absent: 'absent', denied: 'denied' },
  // `accepted` from here: the venue's lists lagged for longer than we waited, and show the order after all.
  absent: { accepted: 'accepted', denied: 'denied' },
  done: {},
  scheduled: {
    'sent-on': 'by-day',
    'turned-down': 'by-day',
    overdue: 'scheduled',
    cancelled: 'cancelled',
    replaced: 'replaced',
    expired: 'expired',
  },
  'sent-on': {},
};

/**
 * The record after one more event.
 * @throws AppError `order.impossible-event` for a pair that is not in the table, for a fill that does not raise the
 * total, and for a part that leaves nothing.
 */
export function applyEvent(record: OrderRecord, event: OrderEvent, at: number): OrderRecord {
  const next = transitions[record.status][event.type];
  // The filled quantity only ever rises.
  const falls = event.type === 'filled' && event.filledQuantity <= record.filledQuantity;
  const part = event.type === 'part-cancelled' || event.type === 'part-replaced' ? event.quantity : undefined;
  if (next === undefined || falls || (part !== undefined && (part <= 0 || part >= restOf(record)))) {
    throw new AppError('order.impossible-event', { status: record.status, event: event.type, order: record.id });
  }
  const after = { ...record, updatedAt: at };
  const status = next as OrderStatus;
  switch (event.type) {
    case 'confirmed':
    case 'submitting':
    case 'never-sent':
    case 'absent':
    case 'asked':
    case 'cancelled':
    case 'replaced':
    case 'expired':
    case 'overdue':
      return { ...after, status };
    case 'part-cancelled':
      return { ...after, status, cancelledQuantity: record.cancelledQuantity + event.quantity };
    case 'part-replaced':
      return { ...after, status, replacedQuantity: record.replacedQuantity + event.quantity };
    case 'accepted':
      return { ...after, status: acceptedStatus(record.intent, status), reference: event.reference };
    case 'rejected':
    case 'outcome-unknown':
      return { ...after, status, code: event.code, text: event.text };
    case 'denied': {
      const context = event.context === undefined ? {} : { context: event.context };
      // An outcome that was unknown until then had a text; that is over.
      return { ...after, status, code: event.code, text: undefined, ...context };
    }
    case 'sent-on':
    case 'turned-down':
      return afterScheduledDay(after, event);
    case 'filled': {
      const { filledQuantity, filledAmount } = event;
      const whole = filledQuantity >= standingQuantity(record);
      // A fill that is told late does not reopen an order whose rest was cancelled, amended away or expired.
      const otherwise = endedStatuses.includes(record.status) ? record.status : 'partly-filled';
      return { ...after, status: whole ? 'filled' : otherwise, filledQuantity, filledAmount };
    }
  }
}

/** A scheduled order after a day on which the venue sent it or turned it down. It goes on until its last day. */
function afterScheduledDay(
  after: OrderRecord,
  event: Extract<OrderEvent, { readonly type: 'sent-on' | 'turned-down' }>,
): OrderRecord {
  const { until } = after.intent as ScheduleDays & OrderIntent;
  if (until !== null && event.day < until) return { ...after, status: 'scheduled' };
  return event.type === 'sent-on'
    ? { ...after, status: 'sent-on' }
    : { ...after, status: 'rejected', code: 'turned-down', text: event.text };
}

function acceptedStatus(intent: OrderIntent, otherwise: OrderStatus): OrderStatus {
  if (isCancel(intent.kind)) return 'done';
  return isScheduleIntent(intent) ? 'scheduled' : otherwise;
}

/** A new intent's record, before any event but its confirmation. */
export function newOrderRecord(fields: {
  readonly id: string;
  readonly account: string;
  readonly proposalId: string;
  readonly personId: string;
  readonly intent: OrderIntent;
  readonly at: number;
}): OrderRecord {
  return {
    id: fields.id,
    account: fields.account,
    proposalId: fields.proposalId,
    personId: fields.personId,
    intent: fields.intent,
    status: 'confirmed',
    reference: undefined,
    filledQuantity: 0,
    filledAmount: 0,
    cancelledQuantity: 0,
    replacedQuantity: 0,
    code: undefined,
    text: undefined,
    confirmedAt: fields.at,
    updatedAt: fields.at,
  };
}
