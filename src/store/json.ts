import { z } from 'zod';
import type { AlertCondition, AlertEvent, AlertLevel } from '../domain/alerts/alert.ts';
import { candleLengths } from '../domain/market/bars.ts';
import type { OrderEvent, OrderIntent, OrderType } from '../domain/orders/order.ts';
import { orderTypeTraits } from '../domain/orders/order-types.ts';
import { AppError, type ErrorContext } from '../errors.ts';

const reference = z.object({ number: z.string(), branch: z.string() });
const side = z.enum(['buy', 'sell']);
const exchange = z.enum(['KRX', 'NXT', 'SOR']);

const request = z.object({
  symbol: z.string(),
  side,
  type: z.enum(Object.keys(orderTypeTraits) as OrderType[]),
  quantity: z.int(),
  price: z.int().nullable(),
  exchange,
  stopPrice: z.int().optional(),
});

const ofPart = { of: z.int().optional() };
const days = { day: z.string(), until: z.string().nullable() };

const intentShape: z.ZodType<OrderIntent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('place'), request }),
  z.object({ kind: z.literal('amend'), target: reference, request, oldPrice: z.int(), ...ofPart }),
  z.object({
    kind: z.literal('cancel'),
    target: reference,
    symbol: z.string(),
    side,
    quantity: z.int(),
    exchange,
    ...ofPart,
  }),
  z.object({ kind: z.literal('schedule'), request, ...days }),
  z.object({ kind: z.literal('amend-schedule'), target: reference, request, ...days }),
  z.object({ kind: z.literal('cancel-schedule'), target: reference, symbol: z.string(), side, quantity: z.int() }),
]);

const errorContext = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const settledBy = z.enum(['list', 'notice', 'person', 'schedule']);

const eventShape: z.ZodType<OrderEvent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('confirmed') }),
  z.object({ type: z.literal('submitting') }),
  z.object({ type: z.literal('accepted'), reference, by: settledBy.optional() }),
  z.object({ type: z.literal('rejected'), code: z.string(), text: z.string() }),
  z.object({ type: z.literal('denied'), code: z.string(), context: errorContext.optional() }),
  z.object({ type: z.literal('outcome-unknown'), code: z.string(), text: z.string() }),
  z.object({ type: z.literal('never-sent') }),
  z.object({
    type: z.literal('filled'),
    quantity: z.number(),
    price: z.number(),
    filledQuantity: z.number(),
    filledAmount: z.number(),
    source: z.enum(['notice', 'query']),
  }),
  z.object({ type: z.literal('absent'), by: settledBy }),
  z.object({ type: z.literal('asked'), candidates: z.array(z.string()) }),
  z.object({ type: z.literal('part-cancelled'), quantity: z.int() }),
  z.object({ type: z.literal('part-replaced'), quantity: z.int(), number: z.string() }),
  z.object({ type: z.literal('cancelled'), quantity: z.number() }),
  z.object({ type: z.literal('replaced'), quantity: z.number(), number: z.string() }),
  z.object({ type: z.literal('expired'), quantity: z.number() }),
  z.object({ type: z.literal('sent-on'), day: z.string(), number: z.string() }),
  z.object({ type: z.literal('turned-down'), day: z.string(), text: z.string() }),
  z.object({ type: z.literal('overdue'), day: z.string() }),
]);

const direction = z.enum(['at-or-above', 'at-or-below']);

const candleLength = z.literal(candleLengths);

const conditionShape: z.ZodType<AlertCondition> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), direction, price: z.int() }),
  z.object({ kind: z.literal('change'), direction, percent: z.number() }),
  z.object({ kind: z.literal('volume'), times: z.number() }),
  z.object({ kind: z.enum(['year-high', 'year-low']) }),
  z.object({ kind: z.literal('average'), side: z.enum(['over', 'under']), days: z.int() }),
  z.object({ kind: z.literal('cross'), cross: z.enum(['golden', 'dead']), short: z.int(), long: z.int() }),
  z.object({ kind: z.literal('cost'), direction, percent: z.number() }),
  z.object({ kind: z.literal('candle-close'), minutes: candleLength, direction, price: z.int() }),
  z.object({ kind: z.literal('candle-volume'), minutes: candleLength, times: z.number() }),
]);

const levelShape: z.ZodType<AlertLevel> = z.object({
  metric: z.enum(['price', 'volume']),
  direction,
  value: z.int(),
});

const outside = z.object({
  exchange: z.enum(['KRX', 'NXT']),
  session: z.enum(['pre-market', 'regular', 'post-close', 'after-market']),
});
const seenShape = z.object({
  candle: z.string().optional(),
  usual: z.number().optional(),
  price: z.number(),
  volume: z.number(),
  touched: z.number().optional(),
  outside: outside.optional(),
});
const state = z.enum(['armed', 'waiting']);

const alertEventShape: z.ZodType<AlertEvent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('created'), seen: seenShape, level: levelShape.optional(), state }).transform(withLevel),
  z.object({ type: z.literal('level'), day: z.string(), level: levelShape.optional(), state }).transform(withLevel),
  z.object({ type: z.literal('armed'), seen: seenShape }),
  z
    .object({ type: z.literal('fired'), seen: seenShape, level: levelShape.optional(), messages: z.int() })
    .transform(withLevel),
  z.object({ type: z.enum(['expired', 'deleted']) }),
]);

/** Puts the level back into an event: JSON leaves an undefined one out. */
function withLevel<T extends { readonly level?: AlertLevel | undefined }>(
  event: T,
): T & { level: AlertLevel | undefined } {
  return { ...event, level: event.level };
}

/** JSON of any value. Undefined by itself becomes null; undefined fields are left out. */
export function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** @throws AppError `store.malformed` when the text is not JSON. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('store.malformed', {}, { cause });
  }
}

/** @throws AppError `store.malformed` for an intent that could not be read again. */
export function intentToJson(intent: OrderIntent): string {
  const text = toJson(intent);
  intentFromJson(text);
  return text;
}

/**
 * @throws AppError `store.malformed` for anything but a whole intent: acting on half of one would be an order that
 * nobody confirmed.
 */
export function intentFromJson(text: string): OrderIntent {
  return parse(intentShape, fromJson(text));
}

/** The data column of an event. @throws AppError `store.malformed` for an event that could not be read again. */
export function eventData(event: OrderEvent): string {
  const { type: _type, ...data } = parse(eventShape, event);
  return toJson(data);
}

/** An event from its two columns. @throws AppError `store.malformed` for an unknown event. */
export function eventFromRow(row: { readonly type: string; readonly data: string }): OrderEvent {
  const data = fromJson(row.data);
  return parse(eventShape, { ...(typeof data === 'object' ? data : {}), type: row.type });
}

/** @throws AppError `store.malformed` for anything but the context of an error. */
export function contextFromJson(text: string): ErrorContext {
  return parse(errorContext, fromJson(text));
}

/** @throws AppError `store.malformed` for an unknown condition. */
export function conditionFromJson(text: string): AlertCondition {
  return parse(conditionShape, fromJson(text));
}

/** @throws AppError `store.malformed` for an unknown level. */
/** @throws AppError `store.malformed`. */
export function alertEventFromJson(text: string): AlertEvent {
  return parse(alertEventShape, fromJson(text));
}

export function levelFromJson(text: string): AlertLevel {
  return parse(levelShape, fromJson(text));
}

function parse<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (!result.success) {
    throw new AppError('store.malformed', {}, { cause: result.error });
  }
  return result.data;
}
