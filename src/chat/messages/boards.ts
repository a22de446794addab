import { inKorea } from '../../clock.ts';
import type { Quote } from '../../domain/market/quote.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import {
  type BoardFigures,
  type BookFigures,
  type IndexFigures,
  intervalMsOf,
  type WatchFigures,
} from '../../services/boards/board-source.ts';
import type { BoardFrame, BoardState } from '../../services/boards/live-boards.ts';
import type { Button, Line, Message } from '../channel.ts';
import { bookLines } from './order-book.ts';
import { indexLine, issueButtons, priceTimeHeading, priceTimeText } from './prices.ts';
import { table } from './table.ts';

/** The message for one frame of a live board, or for its last one. */
export function boardMessage(words: Words, directory: InstrumentDirectory, frame: BoardFrame): Message {
  const { figures, state } = frame;
  switch (figures.kind) {
    case 'watch':
      return watchMessage(words, directory, figures, state);
    case 'book':
      return bookMessage(words, directory, figures, state);
    case 'index':
      return indexMessage(words, figures, state);
  }
}

/** A watchlist with its prices. `state` is given for a live board, running or ended. */
export function watchMessage(
  words: Words,
  directory: InstrumentDirectory,
  figures: Omit<WatchFigures, 'kind'>,
  state?: BoardState,
): Message {
  const { symbols, quotes, basis } = figures;
  const title = words.watch.title(symbols.length);
  const newest = Math.max(0, ...quotes.map(({ at }) => at));
  const { krx, today } = basis.times;
  const at = priceTimeHeading(words, krx, today, newest === 0 ? undefined : timeOf(newest));
  const known = new Map(quotes.map((quote) => [quote.symbol, quote]));
  const rows = table(symbols.map((symbol) => rowOf(words, directory.get(symbol)?.name ?? symbol, known.get(symbol))));
  return {
    lines: [
      [{ bold: title }, at],
      ...rows,
      ...extendedRows(words, directory, figures),
      ...stateLines(words, figures, state),
    ],
    buttons: [buttonsOf(words, '/watch', state)],
  };
}

/** What was traded since KRX's prices: the price, and how far it is from KRX's. */
function extendedRows(
  words: Words,
  directory: InstrumentDirectory,
  { symbols, quotes, basis }: Pick<WatchFigures, 'symbols' | 'quotes' | 'basis'>,
): readonly Line[] {
  const closes = new Map(quotes.map(({ symbol, last }) => [symbol, last]));
  return basis.extended.flatMap(({ time, quotes: later }) => [
    priceTimeText(words, time, basis.times.today),
    ...table(
      symbols.flatMap((symbol) => {
        const last = later.find((quote) => quote.symbol === symbol)?.last;
        if (last === undefined) return [];
        const close = closes.get(symbol) ?? 0;
        const since = close === 0 ? '' : words.percentSigned(((last - close) / close) * 100);
        return [{ cells: [words.grouped(last), since], rest: [directory.get(symbol)?.name ?? symbol] }];
      }),
    ),
  ]);
}

function rowOf(words: Words, name: string, quote: Quote | undefined) {
  if (quote === undefined) return { cells: [words.watch.noPrice], rest: [name] };
  const { last, change, changePercent } = quote;
  return {
    cells: [words.grouped(last), words.groupedSigned(change), words.percentSigned(changePercent)],
    rest: [name],
  };
}

/** An issue's order book. `state` is given for a live board, running or ended. */
export function bookMessage(
  words: Words,
  directory: InstrumentDirectory,
  figures: Omit<BookFigures, 'kind'>,
  state?: BoardState,
): Message {
  const { symbol, exchange, quote, book } = figures;
  const line = exchange === 'KRX' ? `/book ${symbol}` : `/book ${symbol} ${exchange}`;
  const at = state === undefined ? undefined : timeOf(Math.max(quote.at, book.at));
  const name = directory.get(symbol)?.name ?? symbol;
  return {
    lines: [...bookLines(words, name, figures, at), ...stateLines(words, figures, state)],
    buttons: [buttonsOf(words, line, state), issueButtons(words, symbol)],
  };
}

/** The indices. `state` is given for a live board, running or ended. */
export function indexMessage(words: Words, figures: Omit<IndexFigures, 'kind'>, state?: BoardState): Message {
  const others = figures.quotes.map(({ code }) => ({ id: `run:/index ${code}`, label: words.index[code] }));
  return {
    lines: [...figures.quotes.map((quote) => indexLine(words, quote)), ...stateLines(words, figures, state)],
    buttons: [buttonsOf(words, '/index', state), ...(state?.kind === 'live' ? [] : [others])],
  };
}

function stateLines(
  words: Words,
  { supply }: Pick<BoardFigures, 'supply'>,
  state: BoardState | undefined,
): readonly Line[] {
  const { board } = words;
  if (state === undefined) return [];
  switch (state.kind) {
    case 'live': {
      const until = board.liveUntil(inKorea(state.until).toFormat('HH:mm'), intervalMsOf(supply) / 1000);
      return supply === 'pushed' || supply === 'asked' ? [until] : [until, board.why[supply]];
    }
    case 'failed':
      return [board.failed, errorSentence(words, state.error)];
    default:
      return [board[state.kind]];
  }
}

/** The buttons of a board: stop it when it is live, else refresh it or make it live. `line` is its command line. */
function buttonsOf({ buttons }: Words, line: string, state: BoardState | undefined): readonly Button[] {
  if (state?.kind === 'live') return [{ id: `show:${line} stop`, label: buttons.stopLive }];
  return [
    { id: `show:${line}`, label: buttons.refresh },
    { id: `show:${line} live`, label: buttons.live },
  ];
}

function timeOf(at: number): string {
  return inKorea(at).toFormat('HH:mm:ss');
}
