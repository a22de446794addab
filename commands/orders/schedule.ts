import { price, shares } from '../../src/chat/arguments/order-arguments.ts';
import { arrangeOrder } from '../../src/chat/arguments/order-line.ts';
import { leadingPage, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import {
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  instrument,
  oneOf,
  optional,
  shorten,
  type Ticket,
} from '../../src/chat/command.ts';
import { outcomeMessage, scheduleDays } from '../../src/chat/messages/order-text.ts';
import { koreanDay } from '../../src/clock.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { OrderRecord, OrderRequest, Side } from '../../src/domain/orders/order.ts';
import { isWaiting, type ScheduledOrder, scheduleNumber } from '../../src/domain/orders/scheduled-order.ts';
import { AppError } from '../../src/errors.ts';
import type {
  ConfirmedSchedule,
  ConfirmedScheduleAmendment,
  Schedule,
  ScheduleAmendment,
  ScheduleCheck,
} from '../../src/services/orders/scheduled-orders.ts';
import { type ChangedTerms, offeringTerms } from './ways-out.ts';

const mostRecent = 5;

type Action = Side | 'amend' | 'cancel';
const action = oneOf(
  'scheduleAction',
  { buy: ['매수'], sell: ['매도'], amend: ['정정'], cancel: ['취소'] },
  'args.schedule-action',
);

/** A word that may be a stock's code or a scheduled order's number; the action, read later, decides which. */
interface Target {
  readonly number: string | undefined;
  readonly stock: Instrument | AppError;
  readonly text: string;
}

const target: ArgumentKind<Target> = {
  name: 'scheduleTarget',
  optional: false,
  read(tokens, context) {
    const [text = ''] = tokens;
    const number = /^R?\d{1,10}$/i.test(text) ? scheduleNumber(text) : undefined;
    try {
      // `after: 1` says that a quantity follows, so that the 4 of `CJ 4` is not read as part of a name.
      const { value, used } = instrument.read(tokens, { ...context, after: 1 });
      return { value: { number, stock: value, text }, used };
    } catch (error) {
      if (number === undefined || !(error instanceof AppError)) throw error;
      return { value: { number, stock: error, text }, used: 1 };
    }
  },
};

/** The last day: `까지 20261205`, `until 2026-12-05`, `2026-12-05까지`. */
const until: ArgumentKind<string> = {
  name: 'until',
  optional: false,
  read([first = '', second = '']) {
    const word = /^(?:까지|until)$/i.test(first);
    const text = word ? second : first;
    const digits = text.replace(/까지$/, '').replaceAll(/[-.]/g, '');
    if (!/^\d{8}$/.test(digits)) throw new AppError('args.until', { text: shorten(text || first) });
    return { value: digits, used: word ? 2 : 1 };
  },
};

interface Arguments {
  readonly action: Action | undefined;
  readonly target: Target | undefined;
  readonly quantity: number | undefined;
  readonly price: number | 'market' | undefined;
  readonly until: string | undefined;
}

type Plan =
  | ({ readonly kind: 'place' } & ConfirmedSchedule)
  | ({ readonly kind: 'amend' } & ConfirmedScheduleAmendment)
  | { readonly kind: 'cancel'; readonly target: ScheduledOrder };

export const schedule = defineCommand({
  name: 'schedule',
  section: 'trade',
  aliases: ['예약'],
  role: 'trader',
  account: true,
  trades: true,
  args: {
    page: optional(leadingPage),
    // The action always comes first, so any other word is an error that says so.
    action: optional(action, () => true),
    target: optional(target),
    quantity: optional(shares),
    price: optional(price),
    until: optional(until),
  },
  arrange([first = '', ...rest], directory) {
    if (!/^(?:buy|sell|매수|매도)$/i.test(first)) return undefined;
    const at = rest.findIndex((word) => /^(?:까지|until)$|\d까지$/i.test(word));
    const last = at === -1 ? [] : rest.splice(at, /\d/.test(rest[at] ?? '') ? 1 : 2);
    return arrangeOrder(rest, directory, (order) => [first, ...order, ...last]);
  },
  examples: [
    '/schedule 매수 삼성전자 10 70000',
    '/schedule 매도 005930 5 시장가',
    '/schedule 매수 005930 10 70000 까지 20261205',
    '/schedule 정정 R1234 10 71000',
    '/schedule 취소 R1234',
    '/schedule',
  ],
  async prepare(context, args): Promise<Ticket<Plan> | Message> {
    context.progress({ lines: [context.words.progress.schedules] });
    if (args.action !== undefined) requireNoMore(args.page);
    switch (args.action) {
      case undefined:
        return list(context, args.page);
      case 'cancel':
        requireNoMore(args.quantity);
        return cancelTicket(context, await waitingOne(context, args));
      case 'amend':
        return amendTicket(context, args);
      case 'buy':
      case 'sell':
        return placeTicket(context, args.action, args);
    }
  },
  again(plan: Plan) {
    if (plan.kind === 'place') return scheduleLine(plan);
    if (plan.kind === 'cancel') return `/schedule cancel ${plan.target.reference.number}`;
    return `/schedule amend ${plan.target.reference.number} ${plan.quantity} ${plan.price ?? 'market'}`;
  },
  async execute(context, plan: Plan, proposal): Promise<Message> {
    const { schedules, words, people, person, progress } = context;
    progress({ lines: [words.progress.sending] });
    const order = await submit();
    const name = nameOf(context, plan.kind === 'cancel' ? plan.target : plan.instrument);
    return outcomeMessage(words, order, name, people.settings(person.id).fills, context.broker, context.fillNotices());

    function submit(): Promise<OrderRecord> {
      switch (plan.kind) {
        case 'place':
          return schedules.submit(proposal, person.id, plan);
        case 'amend':
          return schedules.amend(proposal, person.id, plan);
        case 'cancel':
          return schedules.cancel(proposal, person.id, plan.target);
      }
    }
  },
});

/** @throws AppError `args.missing`. */
function given<T>(value: T | undefined, argument: 'scheduleTarget' | 'quantity' | 'price'): T {
  if (value === undefined) throw new AppError('args.missing', { argument });
  return value;
}

/**
 * Refuses words that the action does not use, rather than ignoring part of what was asked for.
 * @throws AppError `args.extra`.
 */
function requireNoMore(value: string | number | undefined): void {
  if (value !== undefined) throw new AppError('args.extra', { text: String(value) });
}

function nameOf({ directory }: CommandContext, { symbol, name }: { readonly symbol: string; readonly name: string }) {
  return directory.get(symbol)?.name ?? name;
}

/** The line that makes the ticket of a scheduled order, at another price or of other shares where that is given. */
function scheduleLine(
  { request, until: last }: Pick<Schedule, 'request' | 'until'>,
  changed: ChangedTerms = {},
): string {
  const { side, symbol, quantity: wanted, price: limit } = request;
  const terms = `${changed.quantity ?? wanted} ${changed.price ?? limit ?? 'market'}`;
  return `/schedule ${side} ${symbol} ${terms}${last === undefined ? '' : ` until ${last}`}`;
}

async function placeTicket(context: CommandContext, side: Side, args: Arguments): Promise<Ticket<Plan>> {
  const { schedules, words } = context;
  const { stock } = given(args.target, 'scheduleTarget');
  if (stock instanceof AppError) throw stock;
  const wanted = given(args.quantity, 'quantity');
  // The price is required: while the market is closed there is no best bid or ask to use instead.
  const limit = given(args.price, 'price');
  const request: OrderRequest = {
    symbol: stock.symbol,
    side,
    type: limit === 'market' ? 'market' : 'limit',
    quantity: wanted,
    price: limit === 'market' ? null : limit,
    exchange: 'KRX',
  };
  const ordered: Schedule = { request, instrument: stock, until: args.until };
  const check = await offeringTerms(
    words,
    (changed) => scheduleLine(ordered, changed),
    () => schedules.check(ordered),
  );
  const lines: Line[] = [
    [{ bold: words.schedule.ticket(side) }, ' · ', { bold: stock.name }, ' ', { code: stock.symbol }],
    ...(await termLines(context, check)),
    ...(check.twin === undefined ? [] : [[{ bold: words.schedule.twin(check.twin) }]]),
    ...noteLines(context, check),
  ];
  const plan = { kind: 'place' as const, ...ordered, shownLast: check.quote.last, days: check.days };
  return { plan, summary: { lines } };
}

async function amendTicket(context: CommandContext, args: Arguments): Promise<Ticket<Plan>> {
  const { schedules, directory, words } = context;
  const order = await waitingOne(context, args);
  const { number } = order.reference;
  if (order.type === undefined) throw new AppError('schedule.other-type', { number });
  const wanted = given(args.quantity, 'quantity');
  const limit = given(args.price, 'price');
  requireNoMore(args.until);
  const { symbol, name } = order;
  // An issue that the list of names does not have yet is taken for a share, whose steps are the coarser ones.
  const unlisted: Instrument = { symbol, name, market: 'KOSPI', kind: 'stock' };
  const amendment: ScheduleAmendment = {
    target: order,
    instrument: directory.get(symbol) ?? unlisted,
    quantity: wanted,
    price: limit === 'market' ? null : limit,
  };
  if (order.quantity === wanted && order.price === (amendment.price ?? 0)) throw new AppError('schedule.same');
  const check = await schedules.checkAmendment(amendment);
  const lines: Line[] = [
    [{ bold: words.schedule.amendTicket }, ' · ', { bold: nameOf(context, order) }, ' ', { code: symbol }],
    [{ code: number }, ` ${terms(context, order)} →`],
    ...(await termLines(context, check)),
    ...noteLines(context, check),
  ];
  const plan = { kind: 'amend' as const, ...amendment, shownLast: check.quote.last, days: check.days };
  return { plan, summary: { lines }, dropLabel: words.buttons.close };
}

function cancelTicket(context: CommandContext, order: ScheduledOrder): Ticket<Plan> {
  const { words } = context;
  const lines: Line[] = [
    [{ bold: words.schedule.cancelTicket }],
    [{ code: order.reference.number }, ` ${nameOf(context, order)} ${terms(context, order)}`],
    scheduleDays(words, order),
    ...(order.orderNumber === undefined ? [] : [words.schedule.cancelNote]),
  ];
  // '취소' beside '확인' on a cancel ticket could be read either way.
  return { plan: { kind: 'cancel', target: order }, summary: { lines }, dropLabel: words.buttons.close };
}

/** @throws AppError `schedule.not-waiting`, `args.*`. */
async function waitingOne({ schedules }: CommandContext, args: Arguments): Promise<ScheduledOrder> {
  const { number, text } = given(args.target, 'scheduleTarget');
  if (number === undefined) throw new AppError('args.schedule-number', { text: shorten(text) });
  const found = (await schedules.waiting()).find(({ reference }) => reference.number === number);
  if (found === undefined) throw new AppError('schedule.not-waiting', { number });
  return found;
}

/** The ticket's lines: the order, when it is sent, and the buying power or holding of today. */
async function termLines(context: CommandContext, check: ScheduleCheck): Promise<readonly Line[]> {
  const { words, calendar } = context;
  const { request, days, quote, amount, commission, tax, available, orderableCash } = check;
  const { side, quantity: wanted, price: limit } = request;
  const always = (await calendar.session()).source === 'always';
  const what =
    limit === null
      ? `${words.orders.marketPrice} × ${words.shares(wanted)}${side === 'buy' ? ` = ${words.ticket.reckoned.buy(words.won(amount))}` : ''}`
      : `${words.orderType.limit} ${words.won(limit)} × ${words.shares(wanted)} = ${words.won(amount)}`;
  const when =
    days.until === null
      ? always
        ? words.schedule.alwaysNote
        : words.schedule.onceNote(words.shortDate(days.day))
      : words.schedule.dailyNote(words.shortDate(days.day), words.shortDate(days.until));
  const cash = orderableCash === undefined ? '' : ` (${words.ticket.orderableCash} ${words.won(orderableCash)})`;
  return [
    [{ bold: what }],
    [{ bold: when }],
    ...(always && days.until !== null ? [words.schedule.alwaysNote] : []),
    ...quote.warnings.map(
      (warning): Line => [{ bold: words.ticket.warning(words.warnings[warning]) }, ` · ${words.warningMeans[warning]}`],
    ),
    `${words.ticket.last} ${words.won(quote.last)}`,
    words.ticket.cost(words.won(commission), tax === 0 ? undefined : words.won(tax)),
    `${words.ticket.available[side]} ${words.shares(available)}${cash}`,
    ...(side === 'buy' && wanted > available ? [[{ bold: words.schedule.short }]] : []),
  ];
}

/** Warnings about what nobody can know yet, or undo later. */
function noteLines({ words, broker }: CommandContext, { request, takenFrom }: ScheduleCheck): readonly Line[] {
  return [
    ...(takenFrom === undefined ? [] : [[{ bold: words.schedule.outsideHours(takenFrom) }]]),
    request.price === null ? words.schedule.marketNote : words.schedule.bandNote,
    words.schedule.haltNote,
    ...(broker.venue.kind === 'live' ? [[{ bold: words.ticket.live }]] : []),
  ];
}

/** `매수 10주 70,000원` */
function terms({ words }: CommandContext, { side, quantity: wanted, price: limit }: ScheduledOrder): string {
  return `${words.side[side]} ${words.shares(wanted)} ${limit === 0 ? words.orders.marketPrice : words.won(limit)}`;
}

/** KIS's list of scheduled orders. Orders entered elsewhere are listed too, and can be cancelled here. */
async function list(context: CommandContext, at: number | undefined): Promise<Message> {
  const { schedules, words, now } = context;
  const today = koreanDay(now);
  const [all, kept] = await Promise.all([schedules.list(), schedules.kept()]);
  const ours = new Set(kept.map(({ reference }) => reference?.number));
  const waiting = all.filter((order) => isWaiting(order, today));
  const recent = all
    .filter((order) => !isWaiting(order, today) && order.state !== 'cancelled')
    .toSorted((a, b) => b.day.localeCompare(a.day));
  const line = (order: ScheduledOrder, ...more: readonly string[]): Line => [
    { code: order.reference.number },
    ` ${[`${nameOf(context, order)} ${terms(context, order)}`, scheduleDays(words, order), ...more].join(' · ')}`,
  ];
  const page = pageOf(words, waiting, at, '/schedule');
  const shownRecent = page.before === 0 ? recent.slice(0, mostRecent) : [];
  const title: Line = [{ bold: words.schedule.title }, ...(page.label === '' ? [] : [` ${page.label}`])];
  const lines: Line[] = [
    waiting.length === 0 ? words.schedule.none : title,
    ...page.rows.map((order) =>
      line(
        order,
        ...(order.orderNumber === undefined ? [] : [words.schedule.sentAs(order.orderNumber)]),
        ...(ours.has(order.reference.number) ? [] : [words.schedule.elsewhere]),
      ),
    ),
    ...(shownRecent.length === 0 ? [] : ['', [{ bold: words.schedule.recent }]]),
    ...shownRecent.map((order) =>
      line(
        order,
        order.orderNumber === undefined
          ? words.schedule.refusedAs(order.reason)
          : words.schedule.sentAs(order.orderNumber),
      ),
    ),
  ];
  const buttons = page.rows.map((order): readonly Button[] => {
    const { number } = order.reference;
    const label = `${nameOf(context, order)} ${number}`;
    return [
      { id: `ask:/schedule amend ${number}`, label: words.buttons.amendOrder(label) },
      { id: `run:/schedule cancel ${number}`, label: words.buttons.cancelOrder(label) },
    ];
  });
  return { lines, buttons: [...buttons, ...page.buttons] };
}
