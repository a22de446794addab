import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instruments } from '../../src/chat/command.ts';
import { withMissing } from '../../src/chat/messages/choices.ts';
import {
  changeSpan,
  issueButtons,
  priceBasisLines,
  priceTimeText,
  sinceClose,
} from '../../src/chat/messages/prices.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import { type PriceBasis, readPriceBasis } from '../../src/services/extended-prices.ts';
import { ifAnswered } from '../shared.ts';

export const price = defineCommand({
  name: 'price',
  section: 'look',
  aliases: ['현재가', '시세', 'p'],
  role: 'viewer',
  args: { instruments },
  examples: ['/price 삼성전자', '/price 005930 SK하이닉스'],
  async run(context, args): Promise<Message> {
    context.progress({ lines: [context.words.progress.price] });
    const { found } = args.instruments;
    const answer = await (found.length === 1 ? priceOf(context, found[0]) : pricesOf(context, found));
    return withMissing(answer, args.instruments, 'price', context.words, context.directory);
  },
});

async function priceOf(context: CommandContext, issue: Instrument): Promise<Message> {
  const [quote, trades, basis] = await Promise.all([
    context.broker.quote(issue.symbol),
    ifAnswered(context.research.recentTrades(issue.symbol), []),
    readPriceBasis(context, [issue.symbol]),
  ]);
  const strength = trades[0]?.strength;
  const data = [{ ...quote, name: issue.name, strength, of: basis.times.krx, extended: basis.extended }];
  return { ...detail(context, issue, quote, basis, strength), data };
}

async function pricesOf(context: CommandContext, issues: readonly Instrument[]): Promise<Message> {
  const symbols = issues.map(({ symbol }) => symbol);
  const [quotes, basis] = await Promise.all([context.broker.quotes(symbols), readPriceBasis(context, symbols)]);
  const { times } = basis;
  const lines = quotes.map((quote) => shortLine(context, quote));
  const data = quotes.map((quote) => ({ ...quote, name: context.directory.get(quote.symbol)?.name, of: times.krx }));
  return {
    lines: [...lines, priceTimeText(context.words, times.krx, times.today), ...extendedLines(context, quotes, basis)],
    data,
  };
}

/** What was traded since, exchange by exchange. */
function extendedLines(
  { words, directory }: CommandContext,
  quotes: readonly Quote[],
  { times, extended }: PriceBasis,
): readonly Line[] {
  return extended.flatMap(({ time, quotes: later }): readonly Line[] => [
    ...later.map(({ symbol, last }): Line => {
      const close = quotes.find((quote) => quote.symbol === symbol)?.last ?? last;
      const name = directory.get(symbol)?.name ?? symbol;
      return [{ bold: name }, ` ${words.won(last)} (`, sinceClose(words, last, close), ')'];
    }),
    priceTimeText(words, time, times.today),
  ]);
}

function shortLine({ words, directory }: CommandContext, quote: Quote): Line {
  const name = directory.get(quote.symbol)?.name ?? quote.symbol;
  return [{ bold: name }, ` ${words.won(quote.last)} `, changeSpan(words, quote.change, quote.changePercent)];
}

function detail(
  { words }: CommandContext,
  { symbol, name }: Instrument,
  quote: Quote,
  basis: PriceBasis,
  strength: number | undefined,
): Message {
  const { grouped } = words;
  const warnings = quote.warnings.map((warning) => words.warnings[warning]).join(', ');
  const lines: Line[] = [
    [{ bold: name }, ' ', { code: symbol }],
    [{ bold: words.won(quote.last) }, ' ', changeSpan(words, quote.change, quote.changePercent)],
    ...priceBasisLines(words, quote, basis),
    `${words.quote.range} ${grouped(quote.open)} / ${grouped(quote.high)} / ${grouped(quote.low)}`,
    `${words.quote.volume} ${grouped(quote.volume)} · ${words.quote.turnover} ${words.wonShort(quote.turnover)}`,
    ...(strength === undefined ? [] : [`${words.quote.strength} ${strength.toFixed(1)}%`]),
    `${words.quote.limits} ${grouped(quote.upperLimit)} / ${grouped(quote.lowerLimit)}`,
    ...(warnings === '' ? [] : [words.ticket.warning(warnings)]),
  ];
  const buttons = [
    [
      { id: `show:/price ${symbol}`, label: words.buttons.refresh },
      { id: `run:/book ${symbol}`, label: words.buttons.book },
      { id: `run:/chart ${symbol}`, label: words.buttons.chart },
      { id: `run:/info ${symbol}`, label: words.buttons.info },
    ],
    issueButtons(words, symbol),
  ];
  return { lines, buttons };
}
