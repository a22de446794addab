import { laterDay } from '../../clock.ts';
import { exDividendDay } from '../../domain/market/ex-dividend.ts';
import type { EventKind, MarketEvent } from '../../domain/market/market-event.ts';
import type { InvestorDay, NewsTitle } from '../../domain/market/research.ts';
import { AppError } from '../../errors.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Research } from '../../ports/research.ts';
import type { Calendar } from '../calendar.ts';
import { recordDaysAhead, tradingDaysBetween } from '../trading-days.ts';
import type { PriceWatch } from '../watching/price-watch.ts';
import type { PriceEvents } from './price-events.ts';

/** What a look found, and what is to be remembered of it. */
export interface Found {
  readonly events: readonly MarketEvent[];
  /** By name; written down together with the messages. */
  readonly states?: ReadonlyMap<string, string>;
  /** Why some of the issues could not be looked at; a later look asks for them again. */
  readonly failure?: AppError | undefined;
}

/** What a look is given. */
export interface LookContext {
  /** The issues of all who want events of a kind. */
  readonly symbolsOf: (kind: EventKind) => readonly string[];
  /** The venue's day (`20261123`) and time of day (`091500`). */
  readonly day: string;
  readonly time: string;
  /** What earlier looks remembered. */
  readonly states: ReadonlyMap<string, string>;
  readonly options: ReadOptions;
}

/** When a detector looks: while KRX trades, or from before the opening until disclosures end. */
export type DetectorHours = 'trading' | 'news';

/** A source of events that is looked at again and again, or at hours of the day. */
export interface Detector {
  readonly name: 'prices' | 'interruptions' | 'issues' | 'news' | 'flows' | 'dividends';
  readonly kinds: readonly EventKind[];
  /** The pause between looks; absent where a job of the day looks. */
  readonly everyMs?: number;
  readonly hours?: DetectorHours;
  look(context: LookContext): Promise<Found>;
  /** Called while it does not look: nobody wants it, or the market is closed. */
  rest?(): void;
}

/** What detectors ask. */
export interface DetectorSources {
  readonly broker: Pick<Broker, 'quote' | 'quotes'>;
  readonly research: Pick<Research, 'interruptions' | 'news' | 'investorDays' | 'dividends'>;
  readonly calendar: Calendar;
  readonly prices: PriceEvents;
  readonly watch: Pick<PriceWatch, 'want' | 'drop'>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** The shortest time between two looks at one issue. */
const issueEveryMs = 60_000;
/** From when on the figures of investors of a day are taken for final, `HHmmss`: KIS does not say when they are. */
const flowsFinal = '183000';
/** Who buys today still gets tomorrow's dividend until the close; later nothing is left to decide. */
const dividendHours = { from: '070000', until: '153000' } as const;

/**
 * All detectors, with what each costs at most. All are asked for in the background, after what people wait for.
 *
 * | name | a look | calls |
 * | --- | --- | --- |
 * | prices | every 30 s, for issues that are new | one for thirty issues a day (paper: one an issue); else the price watch |
 * | interruptions | every 60 s | one to five pages, whatever the number of issues |
 * | issues, news | every 6 s, the issue that was not looked at for longest, each at most once a minute | one |
 * | flows | 16:10, 17:10, 18:40 | one an issue |
 * | dividends | 08:45, and every hour until 14:45 | one an issue |
 */
export function createDetectors(sources: DetectorSources): readonly Detector[] {
  return [
    pricesDetector(sources),
    interruptionsDetector(sources),
    issuesDetector(sources),
    newsDetector(sources),
    flowsDetector(sources),
    dividendsDetector(sources),
  ];
}

/** Has the price watch bring the prices of the issues, and asks for their price limits once a day. */
function pricesDetector({ broker, prices, watch }: DetectorSources): Detector {
  const wanted = new Set<string>();
  const keyOf = (symbol: string): string => `event ${symbol}`;
  const want = (symbols: readonly string[]): void => {
    for (const symbol of wanted) {
      if (symbols.includes(symbol)) continue;
      wanted.delete(symbol);
      void watch.drop(keyOf(symbol));
    }
    for (const symbol of symbols) {
      if (wanted.has(symbol)) continue;
      wanted.add(symbol);
      void watch.want(keyOf(symbol), { symbol, need: 'listing' });
    }
  };
  return {
    name: 'prices',
    kinds: ['year', 'limit'],
    everyMs: 30_000,
    hours: 'trading',
    look: async ({ symbolsOf, day, options }) => {
      const symbols = [...new Set([...symbolsOf('year'), ...symbolsOf('limit')])];
      prices.keep(new Set(symbols), day);
      want(symbols);
      const unknown = symbols.filter((symbol) => !prices.knowsLimits(symbol, day));
      const quotes = unknown.length === 0 ? [] : await broker.quotes(unknown, options);
      return { events: quotes.flatMap((quote) => prices.look(quote, day)) };
    },
    rest: () => want([]),
  };
}

function interruptionsDetector({ research }: DetectorSources): Detector {
  return {
    name: 'interruptions',
    kinds: ['vi'],
    everyMs: 60_000,
    hours: 'trading',
    look: async ({ symbolsOf, day, options }) => {
      const wanted = new Set(symbolsOf('vi'));
      if (wanted.size === 0) return { events: [] };
      const found = await research.interruptions(day, undefined, options);
      const events = found
        .filter((one) => one.day === day && wanted.has(one.symbol))
        .map((interruption): MarketEvent => {
          const { symbol, from } = interruption;
          return { kind: 'vi', key: `vi ${from}`, symbol, day, interruption };
        });
      // The list is newest first; people read what came first first.
      return { events: events.toReversed() };
    },
  };
}

/** Looks at single issues: for their 52 weeks, which no list of prices has, and for halts. */
function issuesDetector({ broker, prices, now }: DetectorSources): Detector {
  const turns = new Turns();
  return {
    name: 'issues',
    kinds: ['year', 'halt'],
    everyMs: 6_000,
    hours: 'trading',
    look: async ({ symbolsOf, day, states, options }) => {
      const unknown = symbolsOf('year').filter((one) => !prices.knows(one, day));
      const symbol = turns.next([...new Set([...symbolsOf('halt'), ...unknown])], now());
      if (symbol === undefined) return { events: [] };
      const quote = await broker.quote(symbol, options);
      const halt = haltFound(symbol, { halted: quote.warnings.includes('halted'), reason: undefined }, day, states);
      return { events: [...prices.learn(quote, day), ...halt.events], states: halt.states };
    },
  };
}

/** A halt or resumption, where an issue stands otherwise than it did; the first look at it is only remembered. */
export function haltFound(
  symbol: string,
  status: { readonly halted: boolean; readonly reason: string | undefined },
  day: string,
  states: ReadonlyMap<string, string>,
): Pick<Required<Found>, 'events' | 'states'> {
  const name = `halted ${symbol}`;
  // The count of changes keeps a second halt of a day apart from the first.
  const [before, count = '0'] = states.get(name)?.split(' ') ?? [];
  const state = String(status.halted);
  if (before === state) return { events: [], states: new Map() };
  if (before === undefined) return { events: [], states: new Map([[name, `${state} 0`]]) };
  const changes = Number(count) + 1;
  return {
    events: [{ kind: 'halt', key: `halt ${changes}`, symbol, day, ...status }],
    states: new Map([[name, `${state} ${changes}`]]),
  };
}

function newsDetector({ research, now }: DetectorSources): Detector {
  const turns = new Turns();
  return {
    name: 'news',
    kinds: ['news'],
    everyMs: 6_000,
    hours: 'news',
    look: async ({ symbolsOf, states, options }) => {
      const symbol = turns.next(symbolsOf('news'), now());
      if (symbol === undefined) return { events: [] };
      const titles = await research.news(symbol, options);
      const name = `news ${symbol}`;
      const before = states.get(name);
      const known = (before ?? '').split(' ').filter((id) => id !== '');
      const fresh = titles.filter(({ id }) => !known.includes(id) && (known.at(-1) ?? '') < id);
      if (before !== undefined && fresh.length === 0) return { events: [] };
      const ids = titles.map(({ id }) => id).toSorted((one, other) => (one < other ? 1 : -1));
      return {
        events: before === undefined ? [] : fresh.toReversed().map((title) => newsEvent(symbol, title)),
        states: new Map([[name, ids.join(' ')]]),
      };
    },
  };
}

function newsEvent(symbol: string, title: NewsTitle): MarketEvent {
  // A title about two issues of a person is one event, so its key has no issue.
  return { kind: 'news', key: `news ${title.id}`, symbol, day: title.day, title };
}

function flowsDetector({ research, calendar }: DetectorSources): Detector {
  return {
    name: 'flows',
    kinds: ['flow'],
    look: async ({ symbolsOf, day: today, time, states, options }) => {
      const { day } = await calendar.figuresDay(options);
      // Nothing changes any more, and a holiday asks for nothing.
      if (day === undefined || states.get('flows') === day) return { events: [] };
      const events: MarketEvent[] = [];
      const { answers, failure } = await askEach(symbolsOf('flow'), (symbol) => research.investorDays(symbol, options));
      let isComplete = failure === undefined;
      for (const [symbol, days] of answers) {
        events.push(...flowEvents(symbol, days, day));
        isComplete &&= days.some((one) => one.day === day && one.foreigners.shares !== undefined);
      }
      const isFinal = isComplete && (day < today || time >= flowsFinal);
      return { events, states: new Map(isFinal ? [['flows', day]] : []), failure };
    },
  };
}

/** Who turned on `day`, by the days of an issue, newest first; nobody where that day's figures are not there yet. */
function flowEvents(symbol: string, days: readonly InvestorDay[], day: string): readonly MarketEvent[] {
  const [newest, ...earlier] = days.filter((one) => one.day <= day);
  if (newest?.day !== day) return [];
  return (['foreigners', 'institutions'] as const).flatMap((who): readonly MarketEvent[] => {
    const net = newest[who].shares ?? 0;
    const before = earlier.map((one) => one[who].shares ?? 0).find((shares) => shares !== 0) ?? 0;
    if (net * before >= 0) return [];
    return [{ kind: 'flow', key: `flow ${who}`, symbol, day: newest.day, who, net, before }];
  });
}

function dividendsDetector({ research, calendar }: DetectorSources): Detector {
  return {
    name: 'dividends',
    kinds: ['dividend'],
    look: async ({ symbolsOf, day, time, options }) => {
      const until = laterDay(day, recordDaysAhead);
      const tradingDays = await tradingDaysBetween(calendar, day, until, options);
      const [today, tomorrow] = tradingDays;
      if (today !== day || time < dividendHours.from || time >= dividendHours.until) return { events: [] };
      const events: MarketEvent[] = [];
      const { answers, failure } = await askEach(symbolsOf('dividend'), (symbol) =>
        research.dividends(symbol, day, until, options),
      );
      for (const [symbol, dividends] of answers) {
        for (const dividend of dividends) {
          const exDay = exDividendDay(dividend.recordDay, tradingDays);
          const when = exDay === today ? 'today' : exDay === tomorrow ? 'tomorrow' : undefined;
          if (exDay === undefined || when === undefined) continue;
          const key = `dividend ${dividend.recordDay} ${dividend.kind} ${when}`;
          events.push({ kind: 'dividend', key, symbol, day, when, exDay, dividend });
        }
      }
      return { events, failure };
    },
  };
}

/**
 * Asks about issues one by one. One that KIS refuses, or tells nothing of now, keeps nothing from the others.
 * @throws AppError `venue.unsupported` where the venue offers it for no issue.
 */
async function askEach<T>(
  symbols: readonly string[],
  ask: (symbol: string) => Promise<T>,
): Promise<{ readonly answers: ReadonlyMap<string, T>; readonly failure: AppError | undefined }> {
  const answers = new Map<string, T>();
  let failure: AppError | undefined;
  for (const symbol of symbols) {
    try {
      answers.set(symbol, await ask(symbol));
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'venue.unsupported') throw error;
      failure = error;
    }
  }
  return { answers, failure };
}

/** Looks at issues in turn. */
class Turns {
  readonly #lookedAt = new Map<string, number>();

  /** The issue that was not looked at for longest; undefined where all were looked at within the last minute. */
  next(symbols: readonly string[], now: number): string | undefined {
    const at = (symbol: string): number => this.#lookedAt.get(symbol) ?? 0;
    const [first] = symbols.toSorted((one, other) => at(one) - at(other));
    if (first === undefined || now - at(first) < issueEveryMs) return undefined;
    for (const symbol of this.#lookedAt.keys()) if (!symbols.includes(symbol)) this.#lookedAt.delete(symbol);
    this.#lookedAt.set(first, now);
    return first;
  }
}
