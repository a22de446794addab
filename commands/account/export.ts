import { looksLikeSpan, type Span, span, tableIssues } from '../../src/chat/arguments/export-words.ts';
import {
  type Period,
  periodWord,
  type RelativePeriod,
  todayAlone,
  writtenDay,
  writtenPeriod,
} from '../../src/chat/arguments/period.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import { type Cells, csvFile } from '../../src/chat/messages/csv.ts';
import { inKorea, koreanDay } from '../../src/clock.ts';
import { type BarInterval, minutesOf } from '../../src/domain/market/bars.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Bar } from '../../src/domain/market/quote.ts';
import type { Marketplace } from '../../src/domain/market/session.ts';
import { AppError } from '../../src/errors.ts';
import type { AccountLabel } from '../../src/services/accounts.ts';
import { averagePrice, filledOf } from './fills.ts';
import { reckonedLines } from './pnl.ts';

/** Candles of a table for which nobody names days: as many as a chart is made of. */
const usualCandles = 240;

type Subject = 'holdings' | 'fills' | 'pnl' | 'quotes' | 'candles';
const subject = oneOf('subject', {
  holdings: ['잔고', '보유'],
  fills: ['체결'],
  pnl: ['손익'],
  quotes: ['시세', '관심'],
  candles: ['봉', '캔들', '분봉', '일봉'],
});
const format = oneOf('format', { csv: ['파일'], sheet: ['시트'] });

/** The table to export, and the message that comes with it. */
interface Exported {
  readonly rows: Cells;
  readonly notes?: readonly Line[];
}

/** What the person wants to export: some tables take a period, and every table can be limited to some issues. */
interface Wanted {
  readonly days: Period;
  /** Whether the person named these days. */
  readonly isNamed: boolean;
  /** Of candles. */
  readonly interval: BarInterval;
  readonly exchange: Marketplace;
  readonly issues: readonly Instrument[];
  /** Undefined for all issues. */
  readonly symbols: readonly string[] | undefined;
}

export const exporting = defineCommand({
  name: 'export',
  section: 'account',
  aliases: ['내보내기'],
  role: 'viewer',
  account: true,
  private: true,
  effect: 'change',
  args: {
    subject,
    format: optional(format),
    period: optional(span, looksLikeSpan),
    instruments: optional(tableIssues),
  },
  examples: [
    '/export fills csv 1주',
    '/export holdings sheet',
    '/export quotes csv 삼성전자 SK하이닉스',
    '/export candles 삼성전자 5m',
  ],
  async run(context, { subject, format = 'csv', period: first, instruments: rest }): Promise<Message> {
    const { words, now } = context;
    const { named, exchange = 'KRX' } = rest ?? {};
    const { days: said, interval } = timesOf(subject, [
      ...(first === undefined ? [] : [first]),
      ...(rest?.spans ?? []),
    ]);
    if (said !== undefined && (subject === 'holdings' || subject === 'quotes')) throw new AppError('export.no-period');
    // A file cannot show that an issue is missing from it, so an unknown name is an error here.
    const [unknown] = named?.missing ?? [];
    if (unknown !== undefined) throw unknown;
    if (format === 'sheet' && context.sheets === undefined) throw new AppError('export.no-sheet');
    const issues = named?.found ?? [];
    const symbols = named?.found.map(({ symbol }) => symbol);
    const days = (said ?? todayAlone)(koreanDay(now));
    const wanted = { days, isNamed: said !== undefined, interval, exchange, issues, symbols };
    context.progress({ lines: [words.progress.exporting] });
    const { rows, notes = [] } = await rowsOf[subject](context, wanted);
    if (rows.length === 0) throw new AppError('export.empty', { subject });
    const account = accountOf(context, subject);
    const heading = account === undefined ? [] : [words.export.account];
    const own = account === undefined ? [] : [`${account.title} · ${words.accounts.venue[account.venue]}`];
    const cells: Cells = [[...heading, ...words.export.columns[subject]], ...rows.map((row) => [...own, ...row])];
    const name = words.export.subjects[subject];
    if (format === 'sheet' && context.sheets !== undefined) {
      const tab = [name, ...(account === undefined ? [] : [account.title]), writtenPeriod(wanted.days)].join(' ');
      const { url } = await context.sheets.write(tab, cells);
      return { lines: [words.export.written(tab, rows.length), url, ...notes] };
    }
    const stretch = days.from === days.to ? days.to : periodWord(days);
    const parts = [
      subject,
      ...(subject === 'candles' ? [interval] : []),
      ...(account === undefined ? [] : [account.name]),
    ];
    return {
      lines: [words.export.file(name, rows.length), ...notes],
      attachments: [await csvFile([...parts, stretch].join('-'), cells)],
    };
  },
});

/**
 * What the words for time mean in a table: in one of candles the first that is a length of candles is that, and in any
 * other they are periods all. @throws AppError `args.extra` for a second period.
 */
function timesOf(
  subject: Subject,
  spans: readonly Span[],
): { readonly days: RelativePeriod | undefined; readonly interval: BarInterval } {
  const length = subject === 'candles' ? spans.find(({ interval }) => interval !== undefined) : undefined;
  const periods = spans.filter((one) => one !== length).map(({ days }) => days);
  const [days, extra] = periods;
  if (extra !== undefined || (periods.length > 0 && days === undefined))
    throw new AppError('args.period', { text: '' });
  return { days, interval: length?.interval ?? '1d' };
}

/** The account that the rows are of, for somebody with several; prices are nobody's. */
function accountOf({ account, visibleAccounts }: CommandContext, subject: Subject): AccountLabel | undefined {
  return subject === 'quotes' || subject === 'candles' || visibleAccounts.length < 2 ? undefined : account?.label;
}

const isWanted =
  ({ symbols }: Wanted) =>
  ({ symbol }: { readonly symbol: string }): boolean =>
    symbols === undefined || symbols.includes(symbol);

const rowsOf: Readonly<Record<Subject, (context: CommandContext, wanted: Wanted) => Promise<Exported>>> = {
  async holdings({ broker }, wanted) {
    const { positions, truncated } = await broker.balance();
    if (truncated) throw new AppError('export.truncated');
    const rows = positions
      .filter(isWanted(wanted))
      .map((held) => [
        held.symbol,
        held.name,
        held.quantity,
        held.sellableQuantity,
        Number(held.averageCost),
        held.last,
        held.costBasis,
        held.marketValue,
        held.unrealizedPnl,
        held.unrealizedPnlPercent,
      ]);
    return { rows };
  },

  async fills({ broker, words }, wanted) {
    const orders = filledOf(await broker.executions(wanted.days));
    const rows = orders
      .filter(isWanted(wanted))
      .map((order) => [
        writtenDay(order.day),
        `${order.time.slice(0, 2)}:${order.time.slice(2, 4)}:${order.time.slice(4)}`,
        order.reference.number,
        order.symbol,
        order.name,
        words.side[order.side],
        order.filledQuantity,
        averagePrice(order),
        order.filledAmount,
      ]);
    return { rows };
  },

  async pnl({ reports, words }, wanted) {
    const { rows: all, truncated, reckoned } = await reports.profitByIssue(wanted.days);
    if (truncated) throw new AppError('export.truncated');
    const rows = all
      .filter(isWanted(wanted))
      .map((row) => [
        writtenDay(row.day),
        row.symbol,
        row.name,
        row.boughtShares,
        row.bought,
        row.soldShares,
        row.sold,
        row.realized.amount,
        row.realized.percent ?? '',
        row.commission,
        row.tax,
      ]);
    return { rows, notes: reckoned === undefined ? [] : reckonedLines(words, reckoned) };
  },

  async candles({ broker, candles, words }, { issues, interval, exchange, days, isNamed }) {
    if (issues.length === 0) throw new AppError('export.no-issue');
    const minutes = minutesOf(interval);
    const rows: Cells[number][] = [];
    let reaches = true;
    for (const { symbol, name } of issues) {
      const quote = broker.quote(symbol);
      const count = isNamed && minutes !== undefined ? Number.POSITIVE_INFINITY : usualCandles;
      const bars = await candles.newest({ symbol, exchange }, interval, count, () => quote, {
        closed: true,
        from: isNamed ? days.from : undefined,
      });
      await quote;
      const isWanted = ({ start }: Bar): boolean =>
        !isNamed || (days.from <= start.slice(0, 8) && start.slice(0, 8) <= days.to);
      const [oldest] = bars;
      if (isNamed && (oldest?.start.slice(0, 8) ?? '') > days.from) reaches = false;
      for (const { start, open, high, low, close, volume } of bars.filter(isWanted)) {
        const time = minutes === undefined ? '' : `${start.slice(9, 11)}:${start.slice(11)}`;
        rows.push([symbol, name, exchange, writtenDay(start.slice(0, 8)), time, open, high, low, close, volume]);
      }
    }
    return { rows, notes: reaches || minutes === undefined ? [] : [words.export.minutesReach] };
  },

  async quotes({ broker, directory, watchlists, person }, { symbols }) {
    const chosen = symbols ?? (await watchlists.watchlist(person.id));
    if (chosen.length === 0) throw new AppError('export.nothing-watched');
    const rows = (await broker.quotes(chosen)).map((quote) => [
      quote.symbol,
      directory.get(quote.symbol)?.name ?? quote.symbol,
      quote.last,
      quote.change,
      quote.changePercent,
      quote.open,
      quote.high,
      quote.low,
      quote.volume,
      quote.turnover,
      inKorea(quote.at).toFormat('yyyy-MM-dd HH:mm:ss'),
    ]);
    return { rows };
  },
};
