import type { Seen } from '../../domain/alerts/alert.ts';
import type { PriceTime } from '../../domain/market/price-time.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { IndexQuote } from '../../domain/market/research.ts';
import type { Words } from '../../i18n/index.ts';
import type { PriceBasis } from '../../services/extended-prices.ts';
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

/** What a price is of: `KRX 종가` and `15:30`, or the day where it is not `today`. */
function priceTimeWords(words: Words, time: PriceTime, today: string): readonly [string, string] {
  const { day, isLive, session, exchange } = time;
  const what = session === 'regular' && !isLive ? words.quote.close : words.quote.session[session];
  const when = day === today ? `${time.time.slice(0, 2)}:${time.time.slice(2)}` : words.shortDate(day);
  return [`${exchange} ${what}`, when];
}

/** What a price that was seen is called: `현재가`, or `NXT 애프터마켓` outside the regular session. */
export function seenWhere(words: Words, { outside }: Pick<Seen, 'outside'>): string {
  return outside === undefined ? words.ticket.last : `${outside.exchange} ${words.quote.session[outside.session]}`;
}

/** The same on one line: `KRX 종가 · 15:30`. */
export function priceTimeText(words: Words, time: PriceTime, today: string): string {
  return priceTimeWords(words, time, today).join(' · ');
}

/**
 * The same as the end of a heading, with the time `at` which the figures were read: a price of now needs no other time.
 */
export function priceTimeHeading(words: Words, time: PriceTime, today: string, at: string | undefined): string {
  const [what, when] = priceTimeWords(words, time, today);
  const times = time.isLive && at !== undefined ? [at] : at === undefined ? [when] : [when, at];
  return ['', what, ...times].join(' · ');
}

/**
 * What KRX's price is of, and below it what an issue has traded at since: `NXT 애프터마켓 71,400원 (종가보다 +0.56%) · 17:00`.
 */
export function priceBasisLines(
  words: Words,
  { last }: Pick<Quote, 'last'>,
  { times, extended }: PriceBasis,
): readonly Line[] {
  return [
    priceTimeText(words, times.krx, times.today),
    ...extended.flatMap(({ time, quotes }) =>
      quotes.map((quote): Line => {
        const [what, when] = priceTimeWords(words, time, times.today);
        return [`${what} `, { bold: words.won(quote.last) }, ' (', sinceClose(words, quote.last, last), `) · ${when}`];
      }),
    ),
  ];
}

/** How far a later price is from KRX's: `종가보다 +0.56%`. */
export function sinceClose(words: Words, price: number, close: number): TonedSpan {
  const percent = close === 0 ? 0 : ((price - close) / close) * 100;
  return { tone: changeTone(price - close), text: words.quote.sinceClose(words.percentSigned(percent)) };
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
