import { inKorea } from '../clock.ts';
import type { Quote } from '../domain/quote.ts';
import { errorSentence, type Words } from '../i18n/index.ts';
import type { InstrumentDirectory } from '../ports.ts';
import type { BoardFrame, BoardState } from '../services/live-boards.ts';
import type { Button, Line, Message } from './channel.ts';
import { table } from './table.ts';

/** A watchlist with its prices; `state` where it is, or was, live. */
export function boardMessage(
  words: Words,
  directory: InstrumentDirectory,
  { symbols, quotes, state }: Pick<BoardFrame, 'symbols' | 'quotes'> & { readonly state?: BoardState },
): Message {
  const title = words.watch.title(symbols.length);
  const newest = Math.max(0, ...quotes.map(({ at }) => at));
  const at = newest === 0 ? '' : ` · ${inKorea(newest).toFormat('HH:mm:ss')}`;
  const known = new Map(quotes.map((quote) => [quote.symbol, quote]));
  const rows = table(symbols.map((symbol) => rowOf(words, directory.get(symbol)?.name ?? symbol, known.get(symbol))));
  return {
    lines: [[{ bold: title }, at], ...rows, ...(state === undefined ? [] : stateLines(words, state))],
    buttons: [buttonsOf(words, state)],
  };
}

function rowOf(words: Words, name: string, quote: Quote | undefined) {
  if (quote === undefined) return { cells: [words.watch.noPrice], rest: [name] };
  const { last, change, changePercent } = quote;
  return {
    cells: [words.grouped(last), words.groupedSigned(change), words.percentSigned(changePercent)],
    rest: [name],
  };
}

function stateLines(words: Words, state: BoardState): readonly Line[] {
  switch (state.kind) {
    case 'live':
      return [words.watch.liveUntil(inKorea(state.until).toFormat('HH:mm'))];
    case 'failed':
      return [words.watch.failed, errorSentence(words, state.error)];
    default:
      return [words.watch[state.kind]];
  }
}

function buttonsOf(words: Words, state: BoardState | undefined): readonly Button[] {
  if (state?.kind === 'live') return [{ id: 'show:/watch stop', label: words.buttons.stopLive }];
  return [
    { id: 'show:/watch', label: words.buttons.refresh },
    { id: 'show:/watch live', label: words.buttons.live },
  ];
}
