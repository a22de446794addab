import type { IndexQuote } from '../../domain/market/research.ts';
import type { Words } from '../../i18n/index.ts';
import type { Button, Line, Span } from '../channel.ts';

export type TonedSpan = Extract<Span, { readonly tone: unknown }>;

/** Whether a change is a rise, a fall or none. */
export function changeTone(change: number): 'up' | 'down' | 'even' {
  return change > 0 ? 'up' : change < 0 ? 'down' : 'even';
}

/** `▲1,100 (+1.44%)`, red for up and blue for down where colours show. */
export function changeSpan(words: Words, change: number, percent: number): TonedSpan {
  const tone = changeTone(change);
  if (tone === 'even') return { tone, text: words.quote.unchanged };
  const mark = tone === 'up' ? '▲' : '▼';
  return { tone, text: `${mark}${words.grouped(Math.abs(change))} (${words.percentSigned(percent)})` };
}

/** Buttons for what people do next with an issue. */
export function issueButtons({ buttons }: Words, symbol: string): readonly Button[] {
  return [
    { id: `ask:/buy ${symbol}`, label: buttons.buy },
    { id: `ask:/sell ${symbol}`, label: buttons.sell },
    { id: `ask:/alert ${symbol}`, label: buttons.alert },
  ];
}

/** The value of an index: `2,650.12`. */
export const points = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function indexLine(words: Words, quote: IndexQuote): Line {
  return [
    { bold: words.index[quote.code] },
    ` ${points(quote.last)} `,
    changeSpan({ ...words, grouped: points }, quote.change, quote.changePercent),
  ];
}
