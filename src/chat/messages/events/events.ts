import type { EventKind, MarketEvent } from '../../../domain/market/market-event.ts';
import type { ScreenMatch } from '../../../domain/market/research.ts';
import type { Words } from '../../../i18n/index.ts';
import type { Button, Line, Message } from '../../channel.ts';
import { changeTone } from '../prices.ts';

/** The most events that one message tells of; a phone shows as many. */
const mostLines = 10;

type EventOf<Kind extends EventKind> = Extract<MarketEvent, { readonly kind: Kind }>;

/** What an event is called, and what is said of it on the same line and on the next ones. */
interface Said {
  readonly title: string;
  readonly what: Line;
  readonly more: readonly Line[];
}

/** The message about events of one kind. `nameOf` gives an issue's name in the reader's language. */
export function eventsMessage(
  words: Words,
  events: readonly MarketEvent[],
  nameOf: (symbol: string) => string,
): Message {
  const [first] = events;
  if (first === undefined) return { lines: [] };
  if (events.length === 1) return single(words, first, nameOf(first.symbol));
  const shown = events.slice(0, mostLines);
  const rest = events.length - shown.length;
  return {
    lines: [
      [{ bold: words.events.count(words.events.about[first.kind], events.length) }],
      ...shown.map((event): Line => {
        const { title, what } = saidOf(words, event);
        // Headlines need no word before them.
        const head = event.kind === 'news' ? '' : `${title} `;
        return [`${head}${nameOf(event.symbol)} `, ...spansOf(what)];
      }),
      ...(rest > 0 ? [words.events.more(rest)] : []),
    ],
  };
}

function single(words: Words, event: MarketEvent, name: string): Message {
  const { title, what, more } = saidOf(words, event);
  const { symbol } = event;
  return {
    lines: [[{ bold: title }, ` ${name} `, ...spansOf(what)], ...more],
    buttons: [buttonsOf(words, event.kind, symbol)],
  };
}

function buttonsOf(words: Words, kind: EventKind, symbol: string): readonly Button[] {
  const price: Button = { id: `run:/price ${symbol}`, label: words.buttons.price };
  if (kind === 'news') return [{ id: `run:/news ${symbol}`, label: words.buttons.news }, price];
  if (kind === 'flow') return [{ id: `run:/flow ${symbol}`, label: words.buttons.flow }, price];
  return [price];
}

function spansOf(line: Line): Exclude<Line, string> {
  return typeof line === 'string' ? [line] : line;
}

function saidOf(words: Words, event: MarketEvent): Said {
  const { events: text } = words;
  switch (event.kind) {
    case 'year': {
      const before = event.before === undefined ? '' : ` (${text.before(words.won(event.before))})`;
      return { title: text.year[event.side], what: [{ bold: words.won(event.price) }, before], more: [] };
    }
    case 'limit':
      return { title: text.limit[event.side], what: [{ bold: words.won(event.price) }], more: [] };
    case 'vi':
      return { title: text.vi, what: interruptionText(words, event), more: [] };
    case 'halt': {
      const title = text.halt[event.halted ? 'halted' : 'resumed'];
      return { title, what: event.reason ?? '', more: [] };
    }
    case 'dividend':
      return {
        title: text.dividend[event.when],
        what: dividendText(words, event),
        more: [text.dividendText[event.when]],
      };
    case 'news':
      return { title: text.news, what: headline(event), more: [] };
    case 'flow':
      return { title: text.flow, what: flowText(words, event), more: [] };
  }
}

function interruptionText(words: Words, { interruption }: EventOf<'vi'>): string {
  const { events: text } = words;
  const { from, until, kind, price, gapPercent } = interruption;
  const time = until === undefined ? clock(from, 6) : `${clock(from, 6)}–${clock(until, 6)}`;
  const percent = gapPercent === undefined ? '' : words.percentSigned(gapPercent);
  const at = price === undefined ? '' : text.viPrice(words.won(price), percent);
  return [time, text.viKind[kind], at].filter((part) => part !== '').join(' · ');
}

function dividendText(words: Words, { dividend: { kind, cash, recordDay } }: EventOf<'dividend'>): string {
  const day = words.shortDate(recordDay);
  return words.events.dividendWhat(kind, cash === undefined ? undefined : words.won(cash), day);
}

function headline({ title: { time, title, source } }: EventOf<'news'>): string {
  return `${clock(time, 4)} ${title}${source === undefined ? '' : ` · ${source}`}`;
}

function flowText(words: Words, { who, net, before }: EventOf<'flow'>): string {
  const shares = (count: number): string => `${count > 0 ? '+' : '−'}${words.shares(Math.abs(count))}`;
  return words.events.flowText(who, net > 0, shares(net), shares(before));
}

/** `090312` → `09:03:12`, or as many of the digits. */
function clock(time: string, digits: 4 | 6): string {
  return time.slice(0, digits).replace(/\B(?=(\d{2})+$)/g, ':');
}

/** The message about issues that newly meet a watched condition. */
export function screenEnteredMessage(
  words: Words,
  screen: string,
  entered: readonly ScreenMatch[],
  nameOf: (symbol: string, name: string) => string,
): Message {
  const shown = entered.slice(0, mostLines);
  const rest = entered.length - shown.length;
  return {
    lines: [
      [{ bold: words.events.screen }, ` ${screen}`],
      ...shown.map(({ symbol, name, last, changePercent }): Line => {
        const percent = changePercent === undefined ? '' : ` ${words.percentSigned(changePercent)}`;
        const tone = changeTone(changePercent ?? 0);
        return [`${nameOf(symbol, name)} `, { code: symbol }, ' ', { tone, text: `${words.won(last)}${percent}` }];
      }),
      ...(rest > 0 ? [words.events.more(rest)] : []),
    ],
    buttons: shown.length === 1 ? [[{ id: `run:/price ${shown[0]?.symbol ?? ''}`, label: words.buttons.price }]] : [],
  };
}
