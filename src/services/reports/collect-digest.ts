import { koreanDay, koreanTime, laterDay } from '../../clock.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { exDividendDay } from '../../domain/market/ex-dividend.ts';
import { shiftedHours } from '../../domain/market/krx-holidays.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { IndexCode, NewsTitle } from '../../domain/market/research.ts';
import { krxHours } from '../../domain/market/session.ts';
import type { VenueOrder } from '../../domain/orders/order.ts';
import { isWaiting } from '../../domain/orders/scheduled-order.ts';
import type { Person } from '../../domain/people/person.ts';
import { type DigestKind, type DigestPart, minuteOfDay } from '../../domain/reports.ts';
import type { TradingAccount } from '../accounts.ts';
import type { Calendar } from '../calendar.ts';
import { recordDaysAhead, tradingDayBeside, tradingDaysBetween } from '../trading-days.ts';
import {
  type AccountDigest,
  type AfterMarket,
  type Digest,
  type ExDay,
  type FilledIssue,
  type IndexDay,
  type IssueDay,
  type IssueFlow,
  minuteNow,
} from './digest.ts';
import { Parts, type ReportReads } from './report-reads.ts';

/** The most issues that are asked about one by one, held ones first. */
const mostIssues = 10;
/** One call brings so many prices. */
const mostQuotes = 30;
const mostNews = 8;
const mostNewsOfIssue = 2;
/** Calendar days of an index that are drawn. */
const indexDays = 45;
/** Days ahead in which ex-dividend and ex-rights days are told. */
const exDaysAhead = 5;
const digestIndices: readonly IndexCode[] = ['KOSPI', 'KOSDAQ'];

export interface DigestRequest {
  readonly kind: DigestKind;
  readonly person: Person;
  /** The accounts whose figures it may show; none where others read it. */
  readonly accounts: readonly TradingAccount[];
  readonly open: boolean;
  /** The issues that were asked for, or else the person's watchlist. */
  readonly watched: readonly string[];
  readonly alerts: readonly Alert[];
  readonly reads: ReportReads;
  readonly calendar: Calendar;
  /** Milliseconds. */
  readonly now: number;
}

/** Puts a report of a day together. A part that the venue does not give is left out and named. */
export async function collectDigest(request: DigestRequest): Promise<Digest> {
  const { kind, reads, calendar, now, open } = request;
  const parts = new Parts<DigestPart>();
  const today = koreanDay(now);
  const trades = (await calendar.tradesOn(today, reads.options)) ?? true;
  const last = await lastDayOf(request, today, trades);
  const accounts = await Promise.all(request.accounts.map((account) => accountDigest(request, parts, account, today)));
  const held = holdingsOf(accounts);
  const filled = accounts.flatMap(({ fills }) => fills ?? []);
  const traded = filled.map(({ symbol }) => symbol);
  const symbols = [...new Set([...held.keys(), ...traded, ...request.watched])];
  const few = symbols.slice(0, mostIssues);
  const isMorning = kind === 'morning';
  // Nextrade's after-market begins ten minutes after KRX's close.
  const isLate = !isMorning && trades && minuteNow(now) >= minuteOfDay(krxHours(today).close) + 10;
  const asked = isMorning
    ? issuesByBars(request, parts, few, held, last)
    : issuesByQuotes(request, parts, symbols, held);
  const [indices, issues, flows, news, exDays, next, after] = await Promise.all([
    indicesOf(request, parts, last),
    asked,
    isMorning ? [] : flowsOf(request, parts, few, last),
    isMorning ? newsSince(request, parts, few, last) : [],
    exDaysOf(request, parts, few, today),
    tradingDayBeside(calendar, today, 1, reads.options),
    isLate ? afterMarketOf(request, parts, few, asked) : undefined,
  ]);
  return {
    kind,
    day: isMorning || trades ? today : last,
    at: now,
    trades,
    shifted: shiftedHours.find(({ day }) => day === today),
    open,
    indices,
    accounts,
    issues: isMorning ? issues : issues.map((issue) => withProfit(issue, filled)),
    flows,
    news,
    exDays: exDays.filter(({ day }) => (isMorning ? day >= today : day > today)),
    after,
    alerts: open ? [] : request.alerts,
    next: next === undefined ? undefined : { day: next, shifted: shiftedHours.find(({ day }) => day === next) },
    missing: parts.missing,
  };
}

/** The day whose figures are told: today once the market has opened, else the last trading day before. */
async function lastDayOf({ kind, calendar, reads, now }: DigestRequest, today: string, trades: boolean) {
  const begun = trades && kind !== 'morning' && koreanTime(now).slice(0, 4) >= krxHours(today).open;
  return begun ? today : ((await tradingDayBeside(calendar, today, -1, reads.options)) ?? laterDay(today, -1));
}

async function accountDigest(
  { kind, reads, now }: DigestRequest,
  parts: Parts<DigestPart>,
  account: TradingAccount,
  today: string,
): Promise<AccountDigest> {
  const { label, broker, reports, schedules } = account;
  // KIS lets a retirement pension be looked at alone: it lists none of its orders.
  const hasOrders = broker.venue.accountKind !== 'retirement';
  const isMorning = kind === 'morning';
  const none = Promise.resolve(undefined);
  const [balance, orders, scheduled, executions, realized] = await Promise.all([
    parts.of(
      'balance',
      reads.ofAccount(account, 'balance', (options) => broker.balance(options)),
    ),
    isMorning && hasOrders
      ? parts.of(
          'orders',
          reads.ofAccount(account, 'orders', (options) => broker.openOrders(options)),
        )
      : none,
    hasOrders && broker.venue.kind !== 'paper'
      ? parts.of(
          'scheduled',
          reads.ofAccount(account, 'scheduled', (options) => schedules.list(options)),
        )
      : none,
    !isMorning && hasOrders
      ? parts.of(
          'fills',
          reads.ofAccount(account, 'fills', (options) => broker.executions({ from: today, to: today }, options)),
        )
      : none,
    !isMorning && hasOrders
      ? parts.of(
          'realized',
          reads.ofAccount(account, 'realized', (options) => reports.realizedToday(options)),
        )
      : none,
  ]);
  return {
    label,
    balance,
    orders,
    scheduled: scheduled?.filter((order) => isWaiting(order, koreanDay(now))),
    fills: executions && fillsOf(executions),
    realized,
  };
}

/** What was filled, by issue and direction. */
function fillsOf(orders: readonly VenueOrder[]): readonly FilledIssue[] {
  const sums = new Map<string, FilledIssue>();
  for (const { symbol, name, side, filledQuantity, filledAmount } of orders) {
    if (filledQuantity === 0) continue;
    const sum = sums.get(`${symbol} ${side}`);
    const quantity = (sum?.quantity ?? 0) + filledQuantity;
    sums.set(`${symbol} ${side}`, { symbol, name, side, quantity, amount: (sum?.amount ?? 0) + filledAmount });
  }
  return [...sums.values()].toSorted((one, other) => other.amount - one.amount);
}

/** Shares by issue in all accounts together, the most valuable first. */
function holdingsOf(accounts: readonly AccountDigest[]): ReadonlyMap<string, number> {
  const positions = accounts.flatMap(({ balance }) => balance?.positions ?? []).filter(({ quantity }) => quantity > 0);
  const held = new Map<string, number>();
  for (const { symbol, quantity } of positions.toSorted((one, other) => other.marketValue - one.marketValue)) {
    held.set(symbol, (held.get(symbol) ?? 0) + quantity);
  }
  return held;
}

async function indicesOf(
  { reads }: DigestRequest,
  parts: Parts<DigestPart>,
  last: string,
): Promise<readonly IndexDay[]> {
  const from = laterDay(last, -indexDays);
  const answers = await parts.each('indices', digestIndices, (code) => reads.indexBars(code, from, last));
  return answers.flatMap(({ key: code, value: bars }) => {
    const [before, newest] = bars.slice(-2);
    if (before === undefined || newest === undefined) return [];
    const change = newest.close - before.close;
    const changePercent = (change / before.close) * 100;
    const closes = bars.map(({ close }) => close);
    return [{ code, day: newest.start, last: newest.close, change, changePercent, closes }];
  });
}

/** How issues closed on a day that is over: prices of the new day may be there already. */
async function issuesByBars(
  { reads }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  held: ReadonlyMap<string, number>,
  last: string,
): Promise<readonly IssueDay[]> {
  const answers = await parts.each('issues', symbols, (symbol) => reads.dayBars(symbol, 2, last));
  return answers.flatMap(({ key: symbol, value: bars }) => {
    const [before, newest] = bars.slice(-2);
    if (before === undefined || newest === undefined || newest.start !== last) return [];
    const change = newest.close - before.close;
    const changePercent = (change / before.close) * 100;
    return [{ symbol, held: held.get(symbol) ?? 0, last: newest.close, change, changePercent }];
  });
}

async function issuesByQuotes(
  { reads }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  held: ReadonlyMap<string, number>,
): Promise<readonly IssueDay[]> {
  if (symbols.length === 0) return [];
  const quotes = (await parts.of('issues', reads.quotes(symbols.slice(0, mostQuotes)))) ?? [];
  return quotes.map(({ symbol, last, change, changePercent }: Quote) => {
    return { symbol, held: held.get(symbol) ?? 0, last, change, changePercent };
  });
}

function withProfit(issue: IssueDay, filled: readonly FilledIssue[]): IssueDay {
  const own = filled.filter(({ symbol }) => symbol === issue.symbol);
  if (issue.held === 0 && own.length === 0) return issue;
  const { held, last, change } = issue;
  const sign = ({ side }: FilledIssue): number => (side === 'buy' ? 1 : -1);
  const bought = own.reduce((sum, fill) => sum + sign(fill) * fill.quantity, 0);
  const spent = own.reduce((sum, fill) => sum + sign(fill) * fill.amount, 0);
  return { ...issue, profit: held * last - spent - (held - bought) * (last - change) };
}

/** Who bought and sold on the day: the exchange's figures once they are out, else the estimates of its members. */
async function flowsOf(
  { reads, now }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  day: string,
): Promise<readonly IssueFlow[]> {
  // Until the close there are estimates alone, which are asked for at once then.
  const isOpen = day === koreanDay(now) && koreanTime(now).slice(0, 4) < krxHours(day).close;
  const answers = await parts.each('flows', symbols, async (symbol): Promise<IssueFlow | undefined> => {
    const [[newest]] = await Promise.all([
      reads.investorDays(symbol),
      isOpen ? reads.investorEstimates(symbol) : undefined,
    ]);
    const { foreigners, institutions } = newest ?? {};
    if (newest?.day === day && foreigners?.shares !== undefined && institutions?.shares !== undefined)
      return { symbol, foreigners: foreigners.shares, institutions: institutions.shares, estimated: false };
    const [estimate] = await reads.investorEstimates(symbol);
    return estimate && { symbol, ...estimate, estimated: true };
  });
  return answers.flatMap(({ value }) => value ?? []);
}

/** Headlines since the close of the last trading day, newest first. */
async function newsSince(
  { reads }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  last: string,
): Promise<readonly NewsTitle[]> {
  const since = `${last}${krxHours(last).close}00`;
  const answers = await parts.each('news', symbols, (symbol) => reads.news(symbol));
  const titles = answers.flatMap(({ key, value }) =>
    value
      .filter(({ day, time }) => `${day}${time}` >= since)
      .slice(0, mostNewsOfIssue)
      .map((title) => ({ ...title, symbols: [key] })),
  );
  const known = new Map(titles.map((title) => [title.id, title]));
  return [...known.values()]
    .toSorted((one, other) => `${other.day}${other.time}`.localeCompare(`${one.day}${one.time}`))
    .slice(0, mostNews);
}

/** Ex-dividend and ex-rights days from today on, as far as they are told. */
async function exDaysOf(
  { reads, calendar }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  today: string,
): Promise<readonly ExDay[]> {
  const until = laterDay(today, recordDaysAhead);
  if (symbols.length === 0) return [];
  const [answers, rights = [], tradingDays] = await Promise.all([
    parts.each('exDays', symbols, (symbol) => reads.dividends(symbol, today, until)),
    parts.of('exDays', reads.rightsIssues(today, until)),
    tradingDaysBetween(calendar, today, until, reads.options),
  ]);
  const ofDividends = answers.flatMap(({ key: symbol, value }) =>
    value.flatMap(({ recordDay, kind, cash }): readonly ExDay[] => {
      const day = exDividendDay(recordDay, tradingDays);
      return day === undefined ? [] : [{ symbol, day, what: 'dividend', kind, cash }];
    }),
  );
  const ofRights = rights
    .filter(({ symbol }) => symbols.includes(symbol))
    .map(({ symbol, exDay, kind }): ExDay => ({ symbol, day: exDay, what: kind, kind: '', cash: undefined }));
  const last = laterDay(today, exDaysAhead);
  return [...ofDividends, ...ofRights]
    .filter(({ day }) => day <= last)
    .toSorted((one, other) => one.day.localeCompare(other.day));
}

/** What traded after KRX's close: at KRX's after-market, and at Nextrade where its price moved since. */
async function afterMarketOf(
  { reads }: DigestRequest,
  parts: Parts<DigestPart>,
  symbols: readonly string[],
  issues: Promise<readonly IssueDay[]>,
): Promise<readonly AfterMarket[]> {
  if (symbols.length === 0) return [];
  const [answers, closed] = await Promise.all([
    parts.each('after', ['KRX', 'NXT'] as const, (exchange) => reads.extendedQuotes(symbols, exchange)),
    issues,
  ]);
  const closes = new Map(closed.map(({ symbol, last }) => [symbol, last]));
  return answers.flatMap(({ key: exchange, value: quotes }) =>
    quotes.flatMap(({ symbol, last, volume }): readonly AfterMarket[] => {
      const close = closes.get(symbol) ?? 0;
      const change = last - close;
      // Nextrade's figures are of its whole day: a price that is the close's tells of no trade since.
      const isTraded = volume > 0 && last > 0 && close > 0 && (exchange === 'KRX' || change !== 0);
      return isTraded ? [{ symbol, exchange, last, change, changePercent: (change / close) * 100 }] : [];
    }),
  );
}
