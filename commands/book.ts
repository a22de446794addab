import type { Line, Message } from '../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument } from '../src/chat/command.ts';
import { type Row, table } from '../src/chat/table.ts';
import type { OrderBook } from '../src/domain/quote.ts';
import { changeSpan, issueButtons } from './shared.ts';

export const book = defineCommand({
  name: 'book',
  aliases: ['호가', '호가창'],
  role: 'viewer',
  args: { instrument },
  examples: ['/book 삼성전자', '/book 005930'],
  async run(context, args): Promise<Message> {
    const { words, broker } = context;
    const { symbol, name } = args.instrument;
    context.progress({ lines: [words.progress.price] });
    const [quote, found] = await Promise.all([broker.quote(symbol), broker.orderBook(symbol)]);
    const lines: Line[] = [
      [{ bold: name }, ' ', { code: symbol }],
      [{ bold: words.won(quote.last) }, ' ', changeSpan(words, quote.change, quote.changePercent)],
      ...expectedLine(context, found),
      ...levels(context, found, quote.basePrice),
    ];
    return {
      lines,
      buttons: [[{ id: `show:/book ${symbol}`, label: words.buttons.refresh }], issueButtons(words, symbol)],
    };
  },
});

/** What the auction under way would trade at. */
function expectedLine({ words }: CommandContext, { expected }: OrderBook): readonly Line[] {
  return expected === undefined ? [] : [words.book.expected(words.won(expected.price), words.shares(expected.size))];
}

/** As on every Korean screen: asks above with their sizes left, bids below with theirs right. */
function levels({ words }: CommandContext, { asks, bids, totalAskSize, totalBidSize }: OrderBook, base: number) {
  if (asks.length === 0 && bids.length === 0) return [words.book.empty];
  const { grouped } = words;
  const change = (price: number): string => (base === 0 ? '' : words.percentSigned(((price - base) / base) * 100));
  const rows: readonly Row[] = [
    { cells: [words.book.asks, words.book.price, words.book.bids] },
    ...asks.toReversed().map(({ price, size }) => ({ cells: [grouped(size), grouped(price), '', change(price)] })),
    ...bids.map(({ price, size }) => ({ cells: ['', grouped(price), grouped(size), change(price)] })),
    { cells: [grouped(totalAskSize), words.book.total, grouped(totalBidSize)] },
  ];
  return table(rows);
}
