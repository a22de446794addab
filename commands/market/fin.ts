import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, oneOf, optional } from '../../src/chat/command.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import type { FinancialPeriod } from '../../src/domain/market/research.ts';

/** The most periods that fit side by side on a phone. */
const mostPeriods = 5;

const by = oneOf('span', { year: ['연간', '년', '연', 'annual'], quarter: ['분기', '분기별', 'q'] });

export const fin = defineCommand({
  name: 'fin',
  section: 'look',
  aliases: ['재무', '재무제표'],
  role: 'viewer',
  args: { instrument, by: optional(by) },
  examples: ['/fin 삼성전자', '/fin 005930 분기'],
  async run(context, args): Promise<Message> {
    const { words, research } = context;
    const { symbol, name } = args.instrument;
    const span = args.by ?? 'year';
    context.progress({ lines: [words.progress.fin] });
    const periods = (await research.financials(symbol, span)).slice(0, mostPeriods);
    if (periods.length === 0) return { lines: [words.fin.none(name)], data: [] };
    const lines: Line[] = [
      [{ bold: `${name} ${words.fin.title[span]}` }, ' ', { code: symbol }],
      ...figures(context, periods, span),
      '',
      ...ratios(context, periods),
      ...latest(context, periods),
    ];
    const other = span === 'year' ? 'quarter' : 'year';
    const buttons = [[{ id: `show:/fin ${symbol} ${other}`, label: words.fin.title[other] }]];
    return { lines, buttons, data: periods };
  },
});

/** `202609` → `26.09` */
const periodText = (period: string): string => `${period.slice(2, 4)}.${period.slice(4, 6)}`;

function figures(
  { words }: CommandContext,
  periods: readonly FinancialPeriod[],
  span: 'year' | 'quarter',
): readonly Line[] {
  const short = (amount: number | undefined): string => (amount === undefined ? '-' : words.fin.amount(amount));
  const rows: readonly Row[] = [
    { cells: ['', words.fin.revenue, words.fin.operatingProfit, words.fin.netIncome] },
    ...periods.map(({ period, revenue, operatingProfit, netIncome }) => ({
      cells: [periodText(period), short(revenue), short(operatingProfit), short(netIncome)],
    })),
  ];
  return [words.fin.unit, ...(span === 'quarter' ? [words.fin.sinceJanuary] : []), ...table(rows)];
}

function ratios({ words }: CommandContext, periods: readonly FinancialPeriod[]): readonly Line[] {
  const one = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));
  const rows: readonly Row[] = [
    { cells: ['', 'ROE', words.fin.debt, words.fin.growth, 'EPS'] },
    ...periods.map(({ period, returnOnEquity, debtRatio, revenueGrowth, eps }) => ({
      cells: [
        periodText(period),
        one(returnOnEquity),
        one(debtRatio),
        one(revenueGrowth),
        eps === undefined ? '-' : words.grouped(Math.round(eps)),
      ],
    })),
  ];
  return table(rows);
}

/** The other figures, of the latest period only. */
function latest({ words }: CommandContext, [newest]: readonly FinancialPeriod[]): readonly Line[] {
  if (newest === undefined) return [];
  const { fin: text, wonShort } = words;
  const amount = (label: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`${label} ${wonShort(value)}`];
  const percent = (label: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`${label} ${words.grouped(Number(value.toFixed(1)))}%`];
  const line = (parts: readonly string[]): readonly Line[] => (parts.length === 0 ? [] : [parts.join(' · ')]);
  return [
    '',
    [{ bold: text.latest(periodText(newest.period)) }],
    ...line([
      ...amount(text.assets, newest.assets),
      ...amount(text.liabilities, newest.liabilities),
      ...amount(text.equity, newest.equity),
    ]),
    ...line([
      ...percent(text.grossMargin, newest.grossMargin),
      ...percent(text.netMargin, newest.netMargin),
      ...percent('ROA', newest.returnOnAssets),
    ]),
    ...line([
      ...percent(text.current, newest.currentRatio),
      ...percent(text.quick, newest.quickRatio),
      ...percent(text.borrowing, newest.borrowingRatio),
      ...percent(text.retention, newest.retentionRatio),
    ]),
    ...line([
      ...percent(text.operatingGrowth, newest.operatingProfitGrowth),
      ...percent(text.netGrowth, newest.netIncomeGrowth),
      ...percent(text.equityGrowth, newest.equityGrowth),
      ...percent(text.assetGrowth, newest.assetGrowth),
    ]),
    ...line([
      ...(newest.bps === undefined ? [] : [`BPS ${words.won(Math.round(newest.bps))}`]),
      ...(newest.sps === undefined ? [] : [`SPS ${words.won(Math.round(newest.sps))}`]),
      ...percent(text.payout, newest.payoutRatio),
    ]),
    ...line([
      ...amount('EBITDA', newest.ebitda),
      ...(newest.evToEbitda === undefined || newest.evToEbitda === 0
        ? []
        : [`EV/EBITDA ${newest.evToEbitda.toFixed(1)}`]),
    ]),
  ];
}
