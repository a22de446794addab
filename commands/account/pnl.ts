import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import {
  looksLikePeriod,
  type Period,
  period,
  periodWord,
  todayAlone,
  writtenPeriod,
} from '../../src/chat/arguments/period.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, optional } from '../../src/chat/command.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import { koreanDay } from '../../src/clock.ts';
import type { ProfitDay, ProfitReport, RealizedPnl, TradeProfit } from '../../src/domain/account.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Words } from '../../src/i18n/index.ts';
import { pnlSpan } from '../shared.ts';

/**
 * The number of issues listed below the days: those with the largest profit or loss. The exported file has all of them.
 */
const mostIssues = 5;
/** When the first exchange of the day opens, `HHmm`. */
const firstTrading = '0800';

export const pnl = defineCommand({
  name: 'pnl',
  section: 'account',
  aliases: ['손익', '실현손익'],
  role: 'viewer',
  account: true,
  private: true,
  args: {
    period: optional(period, looksLikePeriod),
    instrument: optional(instrument, (word) => !/^\d{1,4}쪽?$/.test(word)),
    page: optional(pageNumber),
  },
  examples: ['/pnl 1개월', '/pnl 1주 삼성전자', '/pnl 20261101-20261120', '/pnl'],
  sum(words, data) {
    const reports = data as readonly Report['data'][];
    const amount = reports.reduce((sum, { total }) => sum + total.amount, 0);
    return [`${words.pnl.title} ${words.wonSigned(amount)}`];
  },
  part({ words }, data) {
    const { total, byIssue } = data as Report['data'];
    return [[totalSpan(words, total)], ...unpricedLines(words, byIssue.reckoned)];
  },
  async run(context, args): Promise<Message> {
    const { words } = context;
    const days = (args.period ?? todayAlone)(koreanDay(context.now));
    context.progress({ lines: [words.progress.pnl] });
    const { total, sections, costs, data } = await reportOf(context, days, args.instrument);
    const unpriced = costs.reckoned?.unpriced ?? [];
    if (total.amount === 0 && unpriced.length === 0 && sections.every(({ rows }) => rows.length === 0))
      return { lines: [words.pnl.none(writtenPeriod(days))], data };
    const symbol = args.instrument === undefined ? '' : ` ${args.instrument.symbol}`;
    const word = `${periodWord(days)}${symbol}`;
    const [first, ...others] = sections;
    const page = pageOf(words, first?.rows ?? [], args.page, `/pnl ${word}`);
    const lines: Line[] = [
      [
        { bold: words.pnl.title },
        ` ${args.instrument === undefined ? '' : `${args.instrument.name} `}${writtenPeriod(days)}`,
      ],
      [totalSpan(words, total)],
      words.pnl.costs(words.won(costs.commission), words.won(costs.tax)),
      [{ bold: first?.title ?? '' }, page.label === '' ? '' : ` ${page.label}`],
      ...table(page.rows),
      ...others.flatMap(({ title, rows, note }) => [[{ bold: title }], ...table(rows), ...note]),
      ...(costs.truncated ? [words.pnl.truncated] : []),
      ...(costs.reckoned === undefined ? [] : reckonedLines(words, costs.reckoned)),
    ];
    const buttons = [...page.buttons, [{ id: `run:/export pnl csv ${word}`, label: words.buttons.csv }]];
    return { lines, buttons, data };
  },
});

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly note: readonly Line[];
}

interface Report {
  readonly total: RealizedPnl;
  readonly costs: Pick<ProfitReport<unknown>, 'commission' | 'tax' | 'truncated' | 'reckoned'>;
  readonly sections: readonly Section[];
  readonly data: {
    readonly total: RealizedPnl;
    readonly byIssue: ProfitReport<TradeProfit>;
    readonly byDay?: ProfitReport<ProfitDay>;
  };
}

/** The report: by day for one issue, by issue for one day, otherwise by day with a summary of the issues below. */
async function reportOf(context: CommandContext, days: Period, only: Instrument | undefined): Promise<Report> {
  const { words, reports, calendar, now } = context;
  const query = { ...days, ...(only === undefined ? {} : { symbol: only.symbol }) };
  if (only !== undefined) {
    const byIssue = await reports.profitByIssue(query);
    const section = { title: words.pnl.byDay, rows: salesOf(byIssue).map((row) => dayRow(words, row)), note: [] };
    return { total: byIssue.realized, costs: byIssue, sections: [section], data: { total: byIssue.realized, byIssue } };
  }
  if (days.from === days.to) {
    // The balance shows today's profit at once, while KIS's reports may lag. Before the first exchange opens it says
    // nothing about today.
    const isToday = days.to === koreanDay(now);
    const begun = isToday && (await calendar.figuresDay({}, firstTrading)).day === days.to;
    const [byIssue, today] = await Promise.all([
      reports.profitByIssue(query),
      begun ? reports.realizedToday() : undefined,
    ]);
    const total = today ?? byIssue.realized;
    const section = { title: words.pnl.byIssue, rows: issueRows(words, salesOf(byIssue)), note: [] };
    return { total, costs: byIssue, sections: [section], data: { total, byIssue } };
  }
  const [byIssue, byDay] = await Promise.all([reports.profitByIssue(query), reports.profitByDay(days.from, days.to)]);
  const issues = issueRows(words, salesOf(byIssue));
  const dayRows = byDay.rows.filter(({ sold }) => sold > 0).map((day) => dayRow(words, day));
  const left = issues.length - mostIssues;
  const note = left > 0 ? [words.pnl.moreIssues(left)] : [];
  return {
    total: byDay.realized,
    costs: byDay,
    sections: [
      { title: words.pnl.byDay, rows: dayRows, note: [] },
      { title: words.pnl.byIssue, rows: issues.slice(0, mostIssues), note },
    ],
    data: { total: byDay.realized, byIssue, byDay },
  };
}

function salesOf({ rows }: ProfitReport<TradeProfit>): readonly TradeProfit[] {
  return rows.filter(({ soldShares }) => soldShares > 0);
}

type Reckoned = ProfitReport<unknown>['reckoned'];

/** Where the figures come from, and what they leave out. */
export function reckonedLines(words: Words, reckoned: NonNullable<Reckoned>): readonly Line[] {
  return [words.pnl.reckoned, ...unpricedLines(words, reckoned)];
}

/** The sales that are in no figure, where there are any. */
function unpricedLines({ pnl: text, shares }: Words, reckoned: Reckoned): readonly Line[] {
  const left = reckoned?.unpriced.map((sale) => `${sale.name} ${shares(sale.shares)}`).join(', ') ?? '';
  return left === '' ? [] : [[{ bold: text.unpriced(left) }]];
}

function totalSpan(words: Words, { amount, percent }: RealizedPnl) {
  if (percent !== undefined) return pnlSpan(words, amount, percent);
  return { bold: words.wonSigned(amount) };
}

function dayRow(words: Words, { day, realized }: ProfitDay | TradeProfit): Row {
  const percent = realized.percent === undefined ? '' : words.percentSigned(realized.percent);
  return { cells: [`${day.slice(4, 6)}-${day.slice(6)}`, words.groupedSigned(realized.amount), percent] };
}

/** The profits of each issue over all days, largest first. */
function issueRows(words: Words, rows: readonly TradeProfit[]): readonly Row[] {
  const sums = new Map<string, { readonly name: string; readonly amount: number; readonly shares: number }>();
  for (const { symbol, name, realized, soldShares } of rows) {
    const sum = sums.get(symbol) ?? { name, amount: 0, shares: 0 };
    sums.set(symbol, { name, amount: sum.amount + realized.amount, shares: sum.shares + soldShares });
  }
  return [...sums.values()]
    .toSorted((a, b) => Math.abs(b.amount) - Math.abs(a.amount))
    .map(({ name, amount, shares }) => ({
      cells: [words.groupedSigned(amount)],
      rest: [name, ` ${words.shares(shares)}`],
    }));
}
