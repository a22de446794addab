import type { OrderBook } from '../../domain/market/quote.ts';
import type { Words } from '../../i18n/index.ts';
import type { BookFigures } from '../../services/boards/board-source.ts';
import type { Line } from '../channel.ts';
import { changeSpan, priceTimeHeading } from './prices.ts';
import { type Row, table } from './table.ts';

/** An issue's order book below its name and price. `at` is the time of the book in milliseconds, shown when given. */
export function bookLines(
  words: Words,
  name: string,
  figures: Omit<BookFigures, 'kind' | 'supply'>,
  at?: string,
): readonly Line[] {
  const { symbol, exchange, quote, book, strength, times } = figures;
  const { book: text } = words;
  // A price by both exchanges together does not say whose it is.
  const beside =
    exchange === 'SOR'
      ? [' · ', text.exchange.SOR, ...(at === undefined ? [] : [' · ', at])]
      : [priceTimeHeading(words, exchange === 'NXT' ? times.nxt : times.krx, times.today, at)];
  return [
    [{ bold: name }, ' ', { code: symbol }, ...beside],
    [
      { bold: words.won(quote.last) },
      ' ',
      changeSpan(words, quote.change, quote.changePercent),
      ...(strength === undefined ? [] : [` · ${text.strength(strength.toFixed(2))}`]),
    ],
    ...standingLines(words, figures),
    ...expectedLine(words, book),
    ...levels(words, book, quote.basePrice),
  ];
}

/** Reasons why the issue does not trade as usual, such as a halt. */
function standingLines({ book: text }: Words, { standing }: Pick<BookFigures, 'standing'>): readonly Line[] {
  if (standing === undefined) return [];
  const { halted, reason, interrupted, circuitBreaker } = standing;
  return [
    ...(halted ? [[{ bold: text.halted(reason) }]] : []),
    ...(interrupted ? [[{ bold: text.interrupted }]] : []),
    ...(circuitBreaker === true ? [[{ bold: text.circuitBreaker }]] : []),
  ];
}

/** The price and quantity at which a running call auction would trade now. */
function expectedLine(words: Words, { expected }: OrderBook): readonly Line[] {
  return expected === undefined ? [] : [words.book.expected(words.won(expected.price), words.shares(expected.size))];
}

/**
 * The levels as Korean screens show them: asks above with their sizes on the left, bids below with theirs on the right.
 */
function levels(words: Words, { asks, bids, totalAskSize, totalBidSize }: OrderBook, base: number): readonly Line[] {
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
