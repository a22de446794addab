import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Marketplace } from '../../domain/market/session.ts';
import type { Exchange, Side } from '../../domain/orders/order.ts';
import { type Session, sessions } from '../market/hours.ts';
import { type IssueMarks, issueWarnings } from '../market/instruments.ts';
import { type FaultRule, type Faults, readFaults } from './faults.ts';
import type { SimulatorState } from './state.ts';

/** What a test can see and do, in the same process or over HTTP under `/__sim/`. */
export interface ControlApi {
  state(): SimulatorState;
  /** The venue's own time and hours, for a client that must go by them. */
  hours(): { readonly now: number; readonly neverCloses: boolean; readonly fixed: Session | undefined };
  /**
   * Moves the market to a price, at KRX unless another exchange is named. Client orders on the way trade. @throws
   * RangeError for an impossible price.
   */
  setPrice(symbol: string, price: number, exchange?: Marketplace): void;
  /**
   * Makes a trade of somebody else. With a price, waiting client orders at that price or better trade first, and the
   * market is at that price afterwards. Without one the trade takes what waits in the book, in turn.
   */
  trade(symbol: string, side: 'buy' | 'sell', quantity: number, price?: number): void;
  /** An order of an account's own that was not entered here; its number. @throws RangeError naming the refusal. */
  placeElsewhere(order: ElsewhereOrder): string;
  /**
   * Cancels what is left of an order, wherever it came from, and returns the number of the cancellation. @throws
   * RangeError.
   */
  cancelElsewhere(number: string, change?: ElsewhereChange): string;
  /**
   * Replaces what is left of an order, by a market order where the price is 0, and returns the number of the new order.
   * @throws RangeError.
   */
  amendElsewhere(number: string, price: number, change?: ElsewhereChange): string;
  /**
   * Places an order for a later day that does not come from the Open API, and returns its number. @throws RangeError
   * naming the refusal.
   */
  scheduleElsewhere(order: ElsewhereSchedule): string;
  /** Cancels an order for a later day. @throws RangeError. */
  cancelScheduledElsewhere(number: string, account?: string): void;
  /**
   * Marks an issue as halted, interrupted or warned of, and pushes that to its listeners. The issue still trades.
   * @throws RangeError for an unknown issue.
   */
  setIssue(symbol: string, marks: { readonly [Name in keyof IssueMarks]?: IssueMarks[Name] | undefined }): void;
  /** Announces a dividend of so many won a share. @throws RangeError for an unknown issue. */
  addDividend(symbol: string, recordDay: string, amount: number): void;
  /** Announces new shares, for money or for none. Days are Korean. @throws RangeError for an unknown issue. */
  addRights(symbol: string, kind: 'paid' | 'free', recordDay: string, exDay: string): void;
  /** Publishes a headline about an issue at this moment. @throws RangeError for an unknown issue. */
  addNews(symbol: string, title: string): void;
  /** Shares that foreigners and institutions bought less sold of an issue on a day. @throws RangeError. */
  setFlow(symbol: string, day: string, flow: { readonly foreigners: number; readonly institutions: number }): void;
  /** The issues that meet a condition, which is new where none has this name. @throws RangeError. */
  setScreen(name: string, symbols: readonly string[]): void;
  /** Deletes a condition that `setScreen` made; those after it get other numbers. */
  dropScreen(name: string): void;
  /** Moves the clock, or fixes the session. `auto` lets the hours decide again. */
  setClock(change: { readonly now?: number | undefined; readonly session?: Session | 'auto' | undefined }): void;
  setFaults(faults: Faults | readonly FaultRule[]): void;
  clearFaults(): void;
  /** Pushes a fill of an account that is not here, under the same HTS id. */
  pushForeignNotice(notice: ForeignNotice): void;
}

/** An order from an account's owner by other means: a trading program, a phone. */
export interface ElsewhereOrder {
  /** Whose, `50000000-01`; absent: the first account's. */
  readonly account?: string | undefined;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** 0 or absent: a market order. */
  readonly price?: number | undefined;
  /** How KIS lists its origin; default `Nsmart`. */
  readonly channel?: string | undefined;
  /** Default KRX. */
  readonly exchange?: Exchange | undefined;
}

/** A change of an order in another program or on a phone. */
export interface ElsewhereChange {
  /** As of an order. */
  readonly account?: string | undefined;
  /** How many of the remaining shares; absent: all. */
  readonly quantity?: number | undefined;
  /** As of an order. */
  readonly channel?: string | undefined;
}

/** An order for a later day that is placed in another program or on a phone. */
export interface ElsewhereSchedule extends Pick<ElsewhereOrder, 'account' | 'symbol' | 'side' | 'quantity' | 'price'> {
  /** The last day; absent: one day alone. */
  readonly until?: string | undefined;
}

/** A fill of an account that is not here. */
export interface ForeignNotice {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  /** Eight digits and the product code. */
  readonly account: string;
  /** Ten digits. */
  readonly number: string;
}

interface ControlRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

const symbol = z.string().min(1);
const won = z.int().positive();
const shares = z.int().positive();
const side = z.enum(['buy', 'sell']);
const wonOrNone = z.int().nonnegative();
const channel = z.string().min(1).optional();
const number = z.string().regex(/^\d{1,10}$/);
const exchange = z.enum(['KRX', 'NXT', 'SOR']);
const account = z.string().min(1).optional();
const day = z.string().regex(/^\d{8}$/);

const bodies = {
  price: z.strictObject({ symbol, price: won, exchange: z.enum(['KRX', 'NXT']).optional() }),
  clock: z
    .strictObject({ now: z.int().optional(), session: z.enum([...sessions, 'auto']).optional() })
    .refine((change) => change.now !== undefined || change.session !== undefined, 'give now or session'),
  trade: z.strictObject({ symbol, side, quantity: shares, price: won.optional() }),
  order: z.strictObject({
    account,
    symbol,
    side,
    quantity: shares,
    price: wonOrNone.optional(),
    channel,
    exchange: exchange.optional(),
  }),
  schedule: z.strictObject({
    account,
    symbol,
    side,
    quantity: shares,
    price: wonOrNone.optional(),
    until: day.optional(),
  }),
  cancelScheduled: z.strictObject({ account, number }),
  cancel: z.strictObject({ account, number, quantity: shares.optional(), channel }),
  amend: z.strictObject({ account, number, price: wonOrNone, quantity: shares.optional(), channel }),
  issue: z.strictObject({
    symbol,
    halted: z.boolean().optional(),
    interrupted: z.boolean().optional(),
    warning: z.enum(issueWarnings).optional(),
  }),
  dividend: z.strictObject({ symbol, recordDay: day, amount: won }),
  news: z.strictObject({ symbol, title: z.string().min(1) }),
  flow: z.strictObject({ symbol, day, foreigners: z.int(), institutions: z.int() }),
  screen: z.strictObject({ name: z.string().min(1), symbols: z.array(symbol) }),
  dropScreen: z.strictObject({ name: z.string().min(1) }),
  notice: z.strictObject({
    symbol,
    side,
    quantity: shares,
    price: won,
    account: z
      .string()
      .regex(/^\d{10}$/)
      .default('5999999901'),
    number: z
      .string()
      .regex(/^\d{10}$/)
      .default('0000900001'),
  }),
};

/** Answers a call of the control API, which is no part of KIS. */
export async function answerControl(
  request: ControlRequest,
  response: ServerResponse,
  controlApi: ControlApi,
): Promise<void> {
  try {
    reply(response, 200, act(request, controlApi));
  } catch (error) {
    const status = error instanceof UnknownPath ? 404 : 400;
    reply(response, status, { error: problemOf(error) });
  }
}

class UnknownPath extends Error {}

function act({ method, url, body }: ControlRequest, controlApi: ControlApi): unknown {
  const json = (): unknown => JSON.parse(body);
  switch (`${method} ${url.pathname}`) {
    case 'GET /__sim/state':
      return controlApi.state();
    case 'GET /__sim/hours':
      return controlApi.hours();
    case 'POST /__sim/price': {
      const change = bodies.price.parse(json());
      controlApi.setPrice(change.symbol, change.price, change.exchange);
      return { ok: true };
    }
    case 'POST /__sim/trade': {
      const trade = bodies.trade.parse(json());
      controlApi.trade(trade.symbol, trade.side, trade.quantity, trade.price);
      return { ok: true };
    }
    case 'POST /__sim/order':
      return { ok: true, number: controlApi.placeElsewhere(bodies.order.parse(json())) };
    case 'POST /__sim/cancel': {
      const cancel = bodies.cancel.parse(json());
      return { ok: true, number: controlApi.cancelElsewhere(cancel.number, cancel) };
    }
    case 'POST /__sim/amend': {
      const amend = bodies.amend.parse(json());
      return { ok: true, number: controlApi.amendElsewhere(amend.number, amend.price, amend) };
    }
    case 'POST /__sim/schedule':
      return { ok: true, number: controlApi.scheduleElsewhere(bodies.schedule.parse(json())) };
    case 'POST /__sim/cancel-scheduled': {
      const cancel = bodies.cancelScheduled.parse(json());
      controlApi.cancelScheduledElsewhere(cancel.number, cancel.account);
      return { ok: true };
    }
    case 'POST /__sim/issue': {
      const { symbol: marked, ...marks } = bodies.issue.parse(json());
      controlApi.setIssue(marked, marks);
      return { ok: true };
    }
    case 'POST /__sim/clock':
      controlApi.setClock(bodies.clock.parse(json()));
      return { ok: true };
    case 'POST /__sim/faults':
      controlApi.setFaults(readFaults(json()));
      return { ok: true };
    case 'DELETE /__sim/faults':
      controlApi.clearFaults();
      return { ok: true };
    case 'POST /__sim/notice':
      controlApi.pushForeignNotice(bodies.notice.parse(json()));
      return { ok: true };
    default:
      return stage(`${method} ${url.pathname}`, json, controlApi);
  }
}

/** What companies, investors and searches are made to do. */
function stage(path: string, json: () => unknown, controlApi: ControlApi): unknown {
  switch (path) {
    case 'POST /__sim/dividend': {
      const dividend = bodies.dividend.parse(json());
      controlApi.addDividend(dividend.symbol, dividend.recordDay, dividend.amount);
      return { ok: true };
    }
    case 'POST /__sim/news': {
      const news = bodies.news.parse(json());
      controlApi.addNews(news.symbol, news.title);
      return { ok: true };
    }
    case 'POST /__sim/flow': {
      const { symbol: traded, day: tradedOn, ...flow } = bodies.flow.parse(json());
      controlApi.setFlow(traded, tradedOn, flow);
      return { ok: true };
    }
    case 'POST /__sim/screen': {
      const screen = bodies.screen.parse(json());
      controlApi.setScreen(screen.name, screen.symbols);
      return { ok: true };
    }
    case 'POST /__sim/drop-screen': {
      controlApi.dropScreen(bodies.dropScreen.parse(json()).name);
      return { ok: true };
    }
    default:
      throw new UnknownPath(`no such path: ${path}`);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8' });
  response.end(`${JSON.stringify(body)}\n`);
}
