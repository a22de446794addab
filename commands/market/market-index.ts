import type { Line, Message } from '../../src/chat/channel.ts';
import { type Answer, type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import { boardMessage, indexMessage } from '../../src/chat/messages/boards.ts';
import { indexLine, points } from '../../src/chat/messages/prices.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import { inKorea, koreanDay } from '../../src/clock.ts';
import type { IndexCode } from '../../src/domain/market/research.ts';
import { AppError } from '../../src/errors.ts';
import { dayText, ifAnswered, liveAction } from '../shared.ts';

const codes: readonly IndexCode[] = ['KOSPI', 'KOSDAQ', 'KOSPI200'];
const mostDays = 5;

const code = oneOf('index', {
  KOSPI: ['코스피', '거래소'],
  KOSDAQ: ['코스닥'],
  KOSPI200: ['코스피200', 'k200'],
});

export const index = defineCommand({
  name: 'index',
  section: 'look',
  aliases: ['지수'],
  role: 'viewer',
  args: { code: optional(code), action: optional(liveAction) },
  examples: ['/index', '/index 코스닥', '/index 실시간'],
  async run(context, args): Promise<Answer> {
    const { words, research, liveBoards, address } = context;
    if (args.code !== undefined) {
      if (args.action !== undefined) throw new AppError('index.all-live');
      return detail(context, args.code);
    }
    context.progress({ lines: [words.progress.index] });
    if (args.action === 'stop') await liveBoards.stop(address);
    const quotes = await Promise.all(codes.map((one) => research.index(one)));
    if (args.action !== 'live') return { ...indexMessage(words, { quotes, supply: 'asked' }), data: quotes };
    const frame = await liveBoards.startIndices(address, quotes);
    return { ...boardMessage(words, context.directory, frame), view: frame.view, data: quotes };
  },
});

async function detail(context: CommandContext, which: IndexCode): Promise<Message> {
  const { words, research, now } = context;
  context.progress({ lines: [words.progress.index] });
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
  const lines: readonly Line[] = [
    indexLine(words, quote),
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
  const buttons = [[{ id: `show:/index ${which}`, label: words.buttons.refresh }]];
  return { lines, buttons, data: [{ ...quote, days: bars }] };
}
