import type { Line, Message } from '../src/chat/channel.ts';
import { type CommandContext, defineCommand, oneOf, optional } from '../src/chat/command.ts';
import { type Row, table } from '../src/chat/table.ts';
import { inKorea, koreanDay } from '../src/clock.ts';
import type { IndexCode, IndexQuote } from '../src/domain/research.ts';
import { changeSpan, dayText, ifAnswered } from './shared.ts';

const codes: readonly IndexCode[] = ['KOSPI', 'KOSDAQ', 'KOSPI200'];
const mostDays = 5;

const code = oneOf('index', {
  KOSPI: ['코스피', '거래소'],
  KOSDAQ: ['코스닥'],
  KOSPI200: ['코스피200', 'k200'],
});

export const index = defineCommand({
  name: 'index',
  aliases: ['지수'],
  role: 'viewer',
  args: { code: optional(code) },
  examples: ['/index', '/index 코스닥'],
  async run(context, args): Promise<Message> {
    const { words, research } = context;
    context.progress({ lines: [words.progress.index] });
    const lines =
      args.code === undefined
        ? (await Promise.all(codes.map((one) => research.index(one)))).map((quote) => headLine(context, quote))
        : await detail(context, args.code);
    const again = args.code === undefined ? '/index' : `/index ${args.code}`;
    const others =
      args.code === undefined ? codes.map((one) => ({ id: `run:/index ${one}`, label: words.index[one] })) : [];
    return { lines, buttons: [[{ id: `show:${again}`, label: words.buttons.refresh }], others] };
  },
});

const points = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function headLine({ words }: CommandContext, quote: IndexQuote): Line {
  return [
    { bold: words.index[quote.code] },
    ` ${points(quote.last)} `,
    changeSpan({ ...words, grouped: points }, quote.change, quote.changePercent),
  ];
}

async function detail(context: CommandContext, which: IndexCode): Promise<readonly Line[]> {
  const { words, research, now } = context;
  const from = koreanDay(inKorea(now).minus({ weeks: 2 }).toMillis());
  const [quote, bars] = await Promise.all([
    research.index(which),
    ifAnswered(research.indexBars(which, from, koreanDay(now)), []),
  ]);
  const { index: text } = words;
  const { open, high, low, volume, turnover, rising, unchanged, falling } = quote;
  const rows = bars.slice(-mostDays - 1).map((bar, at, all): Row => {
    const before = all[at - 1]?.close;
    const change = before === undefined ? '' : words.percentSigned(((bar.close - before) / before) * 100);
    return { cells: [dayText(bar.start).slice(-5), points(bar.close), change] };
  });
  return [
    headLine(context, quote),
    ...(open === undefined || high === undefined || low === undefined
      ? []
      : [`${words.quote.range} ${points(open)} / ${points(high)} / ${points(low)}`]),
    ...(rising === undefined || falling === undefined
      ? []
      : [text.breadth(words.grouped(rising), words.grouped(unchanged ?? 0), words.grouped(falling))]),
    ...(volume === undefined ? [] : [`${words.quote.volume} ${words.shares(volume)}`]),
    ...(turnover === undefined ? [] : [`${words.quote.turnover} ${words.wonShort(turnover)}`]),
    ...table(rows.slice(1).toReversed()),
  ];
}
