import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, oneOf, optional } from '../../src/chat/command.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import { inKorea, koreanDay } from '../../src/clock.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type {
  ForeignHolding,
  InvestorDay,
  InvestorEstimate,
  NetBought,
  TradeVolumeDay,
} from '../../src/domain/market/research.ts';
import { dayText, ifAnswered, issueName } from '../shared.ts';

const mostDays = 7;
const mostIssues = 10;

const who = oneOf('investor', { foreigners: ['외국인', '외인', 'foreign'], institutions: ['기관', 'institution'] });
const side = oneOf('side', { bought: ['순매수', '매수', 'buy'], sold: ['순매도', '매도', 'sell'] });

/** Who buys and sells: for a stock, or one group of investors over the whole market. */
export const flow = defineCommand({
  name: 'flow',
  section: 'look',
  aliases: ['수급', '투자자'],
  role: 'viewer',
  args: { who: optional(who), side: optional(side), instrument: optional(instrument) },
  examples: ['/flow 삼성전자', '/flow 외국인 순매수'],
  run(context, args): Promise<Message> {
    context.progress({ lines: [context.words.progress.flow] });
    return args.instrument === undefined
      ? ofMarket(context, args.who ?? 'foreigners', args.side ?? 'bought')
      : ofIssue(context, args.instrument);
  },
});

async function ofIssue(context: CommandContext, { symbol, name }: Instrument): Promise<Message> {
  const { words, research, now } = context;
  const from = koreanDay(inKorea(now).minus({ weeks: 2 }).toMillis());
  const [days, holding, estimates, volumes] = await Promise.all([
    research.investorDays(symbol),
    research.foreignHolding(symbol),
    ifAnswered(research.investorEstimates(symbol), []),
    ifAnswered(research.tradeVolumes(symbol, from, koreanDay(now)), []),
  ]);
  if (days.length === 0) return { lines: [words.flow.none(name)], data: { days, holding, estimates, volumes } };
  const lines: Line[] = [
    [{ bold: words.flow.title(name) }, ' ', { code: symbol }],
    ...estimateLine(context, estimates),
    ...dayTable(context, days),
    ...holdingLine(context, holding),
    ...volumeLine(context, volumes),
  ];
  return {
    lines,
    buttons: [[{ id: `show:/flow ${symbol}`, label: words.buttons.refresh }]],
    data: { days, holding, estimates, volumes },
  };
}

/** The estimate that exchange members report during the day. */
function estimateLine({ words }: CommandContext, [newest]: readonly InvestorEstimate[]): readonly Line[] {
  if (newest === undefined) return [];
  const count = (shares: number): string => signedShort(words.countShort, shares);
  return [words.flow.estimate(count(newest.foreigners), count(newest.institutions))];
}

function dayTable({ words }: CommandContext, days: readonly InvestorDay[]): readonly Line[] {
  const net = ({ shares }: NetBought): string => (shares === undefined ? '-' : signedShort(words.countShort, shares));
  const rows: readonly Row[] = [
    { cells: ['', words.flow.individuals, words.flow.foreigners, words.flow.institutions] },
    ...days.slice(0, mostDays).map((day) => ({
      cells: [dayText(day.day).slice(-5), net(day.individuals), net(day.foreigners), net(day.institutions)],
    })),
  ];
  return [words.flow.unit, ...table(rows)];
}

function holdingLine({ words }: CommandContext, holding: readonly ForeignHolding[]): readonly Line[] {
  const [newest] = holding;
  const oldest = holding.at(-1);
  if (newest?.percent === undefined || oldest?.percent === undefined) return [];
  const change = newest.percent - oldest.percent;
  const signed = `${change > 0 ? '+' : ''}${change.toFixed(2)}`;
  return [words.flow.holding(newest.percent.toFixed(2), signed, holding.length)];
}

function volumeLine({ words }: CommandContext, [newest]: readonly TradeVolumeDay[]): readonly Line[] {
  if (newest === undefined || newest.sold === 0) return [];
  const strength = ((newest.bought / newest.sold) * 100).toFixed(0);
  return [
    words.flow.volume(dayText(newest.day), words.countShort(newest.bought), words.countShort(newest.sold), strength),
  ];
}

async function ofMarket(
  { words, research, directory, learnNames }: CommandContext,
  whom: 'foreigners' | 'institutions',
  way: 'bought' | 'sold',
): Promise<Message> {
  const found = await research.netBuying({ who: whom, side: way, market: 'all' });
  if (found.length === 0) return { lines: [words.flow.noneToday], data: [] };
  const shown = found.slice(0, mostIssues);
  await learnNames(shown);
  const rows = shown.map((issue): Row => {
    const { amount, shares } = issue[whom];
    return {
      cells: [amount === undefined ? '' : words.wonShort(amount), signedShort(words.countShort, shares ?? 0)],
      rest: [{ bold: issueName({ directory }, issue) }, ` ${words.percentSigned(issue.changePercent)}`],
    };
  });
  const other = whom === 'foreigners' ? 'institutions' : 'foreigners';
  const turned = way === 'bought' ? 'sold' : 'bought';
  return {
    lines: [[{ bold: words.flow.top(whom, way) }], words.flow.reported, ...table(rows)],
    buttons: [
      [
        { id: `show:/flow ${whom} ${turned}`, label: words.flow.top(whom, turned) },
        { id: `show:/flow ${other} ${way}`, label: words.flow.top(other, way) },
      ],
    ],
    data: found,
  };
}

function signedShort(short: (count: number) => string, value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}
