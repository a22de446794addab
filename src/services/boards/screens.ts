import { type Clock, koreanDay } from '../../clock.ts';
import type { Bar, Quote } from '../../domain/market/quote.ts';
import { type GoldenCriteria, goldenCross, meanTurnover } from '../../domain/market/screen.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import { type FiguresDays, isOfOneIssue } from '../daily-bars.ts';
import { RemainingTime } from './remaining-time.ts';
import { type Candidate, ScreenCandidates, type ScreenCandidatesOptions, type Whose } from './screen-candidates.ts';

/** The shortest time between two messages about the progress. */
const tellMs = 1_000;
/** How long a result is kept while the day's figures still change. */
const lookAgainMs = 10 * 60_000;
/** How long a final result is kept: longer than any run of holidays. The day is in the key. */
const keptMs = 30 * 24 * 3_600_000;
/** Prices that are asked for at once: as many as one call brings. */
const quotesAtOnce = 30;
/** The factor by which the turnover of the day before may be below the mean of twenty days. */
const turnoverLeeway = 10;

export interface GoldenMatch {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  /** Trading days since the cross; 0 is the last one. */
  readonly daysAgo: number;
}

/** The issues that are searched: all stocks, or a person's own watchlist and holdings. */
export type Universe = 'market' | 'own';

export interface GoldenResult {
  readonly universe: Universe;
  /** All issues, whether or not they are above the floors. */
  readonly listed: number;
  /** Issues that were examined. */
  readonly scanned: number;
  /** Issues whose candles could not be read. */
  readonly skipped: number;
  /** Latest cross first. */
  readonly matches: readonly GoldenMatch[];
  /** Milliseconds. */
  readonly at: number;
  /** The trading day of the figures: `20261120`. */
  readonly day: string;
}

export type ScreenState =
  | { readonly kind: 'gathering' }
  | {
      readonly kind: 'running';
      readonly done: number;
      readonly total: number;
      readonly found: number;
      /** Issues whose candles have yet to be asked for, and how long that takes, in milliseconds. */
      readonly asking: { readonly issues: number; readonly ms: number } | undefined;
    }
  | { readonly kind: 'done' | 'stopped'; readonly result: GoldenResult }
  /** The person's own issues are to be searched, and there are none. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The progress of a search, shown in the place of the message before. */
export interface ScreenFrame {
  readonly address: ChatAddress;
  readonly view: string;
  readonly criteria: GoldenCriteria;
  readonly state: ScreenState;
  /** The day on which the frame is shown. */
  readonly today: string;
}

/** The state of a search under way. */
interface Scan {
  readonly days: FiguresDays;
  readonly universe: Universe;
  readonly seen: Set<string>;
  listed: number;
  /** Issues to be examined. */
  total: number;
  scanned: number;
  skipped: number;
  readonly matches: GoldenMatch[];
}

interface ScreensOptions extends ScreenCandidatesOptions {
  /** For what names no account. */
  readonly broker: Broker;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly show: (frame: ScreenFrame) => Promise<void>;
}

/**
 * Searches that take a while. A person has one at a time; its progress is told in the chat, and its result is kept for
 * the day.
 */
export class Screens {
  readonly #options: ScreensOptions;
  readonly #candidates: ScreenCandidates;
  /** By person. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: ScreensOptions) {
    this.#options = options;
    this.#candidates = new ScreenCandidates(options);
  }

  /**
   * Returns what is to be shown first: the result where the same search was made lately, or else that the search
   * begins. It begins when the caller, having shown that, calls `begin`.
   * @throws AppError `screen.running`, or `venue.*` where a person's own issues could not be read.
   */
  async golden(
    whose: Whose,
    address: ChatAddress,
    criteria: GoldenCriteria,
  ): Promise<{ readonly frame: ScreenFrame; readonly begin: () => void }> {
    const { personId } = whose;
    const { bars, cache, clock, newId } = this.#options;
    const view = newId();
    const days = await bars.days();
    const today = koreanDay(clock.now());
    const frameOf = (state: ScreenState): ScreenFrame => ({ address, view, criteria, state, today });
    const own = bars.source.wholeMarket ? undefined : await this.#candidates.ownSymbols(whose, {});
    const result = await cache.get<GoldenResult>(keyOf(days, criteria, own));
    if (result !== undefined && (days.final === days.now || clock.now() - result.at < lookAgainMs))
      return { frame: frameOf({ kind: 'done', result }), begin: () => undefined };
    if (this.#running.has(personId)) throw new AppError('screen.running');
    const ended = new AbortController();
    this.#running.set(personId, ended);
    const frame = frameOf({ kind: 'gathering' });
    const begin = (): void => {
      void this.#run(days, whose, frame, ended.signal).finally(() => this.#running.delete(personId));
    };
    return { frame, begin };
  }

  /** Ends a person's search and shows what it has found. Returns false where none was running. */
  stop(personId: string): boolean {
    const ended = this.#running.get(personId);
    ended?.abort(new AppError('screen.stopped'));
    return ended !== undefined;
  }

  /** Whether any search is under way. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Ends all searches without a word, because the process ends. */
  close(): void {
    for (const ended of this.#running.values()) ended.abort();
  }

  async #run(days: FiguresDays, whose: Whose, first: ScreenFrame, signal: AbortSignal): Promise<void> {
    const { bars, log, show } = this.#options;
    const universe = bars.source.wholeMarket ? 'market' : 'own';
    const scan: Scan = { days, universe, seen: new Set(), listed: 0, total: 0, scanned: 0, skipped: 0, matches: [] };
    const state = await this.#scan(whose, first, scan, signal).catch((error: unknown): ScreenState | undefined => {
      if (!signal.aborted) {
        log.warn('screen failed', { error });
        return { kind: 'failed', error };
      }
      const stopped = signal.reason instanceof AppError && signal.reason.code === 'screen.stopped';
      return stopped ? { kind: 'stopped', result: this.#resultOf(scan) } : undefined;
    });
    if (state === undefined) return;
    await show({ ...first, state }).catch((error: unknown) => log.error('screen not shown', { error }));
  }

  async #scan(whose: Whose, first: ScreenFrame, scan: Scan, signal: AbortSignal): Promise<ScreenState> {
    const { cache, log } = this.#options;
    const { criteria } = first;
    if (scan.universe === 'market') {
      const { listed, candidates } = await this.#candidates.ofMarket(criteria, signal);
      scan.listed = listed;
      await this.#look(candidates, first, scan, signal);
    } else {
      // The person's issues are read again until there is nothing new: a search takes long enough for them to add some.
      for (
        let own = await this.#candidates.ownSymbols(whose, { signal });
        ;
        own = await this.#candidates.ownSymbols(whose, { signal })
      ) {
        const added = own.filter((symbol) => !scan.seen.has(symbol));
        if (added.length === 0) break;
        scan.listed += added.length;
        await this.#look(
          added.map((symbol) => this.#candidates.ofSymbol(symbol)),
          first,
          scan,
          signal,
        );
      }
      if (scan.seen.size === 0) return { kind: 'nothing' };
    }
    const result = this.#resultOf(scan);
    const own = scan.universe === 'own' ? [...scan.seen] : undefined;
    await cache
      .set(keyOf(scan.days, criteria, own), result, keptMs)
      .catch((error: unknown) => log.warn('screen not kept', { error }));
    return { kind: 'done', result };
  }

  #resultOf({ days, universe, listed, scanned, skipped, matches }: Scan): GoldenResult {
    const latestFirst = matches.toSorted((a, b) => a.daysAgo - b.daysAgo);
    const at = this.#options.clock.now();
    return { universe, listed, scanned: scanned - skipped, skipped, matches: latestFirst, at, day: days.now };
  }

  /**
   * Examines each issue: first those whose candles are kept, together with today's prices, then those whose candles
   * have to be asked for.
   */
  async #look(candidates: readonly Candidate[], first: ScreenFrame, scan: Scan, signal: AbortSignal): Promise<void> {
    const { bars } = this.#options;
    const { criteria } = first;
    const { days } = scan;
    for (const { symbol } of candidates) scan.seen.add(symbol);
    const missing = await bars.missing(
      candidates.map(({ symbol }) => symbol),
      days,
    );
    const mayTrade = ({ turnover }: Candidate): boolean =>
      criteria.turnover === undefined || turnover === undefined || turnover * turnoverLeeway >= criteria.turnover;
    const asked = candidates.filter((candidate) => missing.has(candidate.symbol) && mayTrade(candidate));
    const kept = candidates.filter(({ symbol }) => !missing.has(symbol));
    scan.total = scan.scanned + kept.length + asked.length;
    const remaining = new RemainingTime(this.#options.clock, bars.source.callsPerSecond);
    const callsOf = ({ symbol }: Candidate): number => missing.get(symbol) ?? 1;
    for (const candidate of asked) remaining.add(callsOf(candidate));
    const tell = this.#teller(first, scan, remaining);
    await tell();

    const batch = bars.source.wholeMarket ? quotesAtOnce : 1;
    for (let start = 0; start < kept.length; start += batch) {
      const part = kept.slice(start, start + batch);
      const unlike = await this.#lookAtKept(part, criteria, scan, signal);
      for (const candidate of unlike) remaining.add(callsOf(candidate));
      asked.push(...unlike);
      await tell();
    }
    remaining.begin();
    await bars.each(asked, signal, async (candidate, ended) => {
      await this.#attempt(scan, ended, async () =>
        this.#judge(candidate, await bars.ask(candidate.symbol, days, ended), criteria, ended),
      );
      remaining.done(callsOf(candidate));
      await tell();
    });
  }

  /**
   * @returns issues whose kept candles do not lead up to today's base price, as after a split. Their candles are to be
   * asked for.
   */
  async #lookAtKept(
    candidates: readonly Candidate[],
    criteria: GoldenCriteria,
    scan: Scan,
    signal: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const { bars, broker, clock } = this.#options;
    const { now, final } = scan.days;
    const symbols = candidates.map(({ symbol }) => symbol);
    const quotes = now === final ? [] : await broker.quotes(symbols, { priority: 'background', signal });
    const quoteOf = new Map(quotes.map((quote) => [quote.symbol, quote]));
    const unlike: Candidate[] = [];
    for (const candidate of candidates) {
      const past = await bars.kept(candidate.symbol);
      const quote = quoteOf.get(candidate.symbol);
      if (now !== final && (quote === undefined || quote.basePrice !== past.at(-1)?.close)) {
        unlike.push(candidate);
        continue;
      }
      const all = quote === undefined ? past : [...past, barOf(quote, now)];
      await this.#attempt(scan, signal, () => this.#judge(candidate, all, criteria, signal));
    }
    // Lets other work run: where all candles are kept nothing above waits for anything.
    await clock.sleep(0, signal);
    return unlike;
  }

  /** Examines one issue and counts it. */
  async #attempt(scan: Scan, signal: AbortSignal, look: () => Promise<GoldenMatch | undefined>): Promise<void> {
    const match = await look().catch((error: unknown) => {
      // An issue that the venue refuses, or answers nonsense about, must not end the search.
      if (signal.aborted || !isOfOneIssue(error)) throw error;
      scan.skipped += 1;
      return undefined;
    });
    signal.throwIfAborted();
    scan.scanned += 1;
    if (match !== undefined) scan.matches.push(match);
  }

  /** Whether an issue matches. The cheapest question comes first: most issues have crossed nothing. */
  async #judge(
    { symbol, name, marketValue: told }: Candidate,
    bars: readonly Bar[],
    criteria: GoldenCriteria,
    signal: AbortSignal,
  ): Promise<GoldenMatch | undefined> {
    const daysAgo = goldenCross(bars, criteria.within);
    const [before, newest] = bars.slice(-2);
    if (daysAgo === undefined || before === undefined || newest === undefined) return undefined;
    if (criteria.turnover !== undefined && meanTurnover(bars) < criteria.turnover) return undefined;
    if (criteria.marketValue !== undefined) {
      const options = { priority: 'background', signal } as const;
      const value = told ?? (await this.#options.research.profile(symbol, options)).marketValue;
      if (value === undefined || value < criteria.marketValue) return undefined;
    }
    const changePercent = (newest.close / before.close - 1) * 100;
    return { symbol, name, last: newest.close, changePercent, daysAgo };
  }

  /** Shows the progress: at once, and then not too often. */
  #teller(first: ScreenFrame, scan: Scan, remaining: RemainingTime): () => Promise<void> {
    const { clock, show } = this.#options;
    let toldAt = Number.NEGATIVE_INFINITY;
    return async () => {
      const now = clock.now();
      if (now - toldAt < tellMs) return;
      toldAt = now;
      const { scanned: done, total, matches } = scan;
      await show({ ...first, state: { kind: 'running', done, total, found: matches.length, asking: remaining.left } });
    };
  }
}

/** Today's candle so far. Where nothing traded there is only the last price. */
function barOf({ last, open, high, low, volume }: Quote, day: string): Bar {
  const prices = open > 0 ? { open, high, low } : { open: last, high: last, low: last };
  return { start: day, ...prices, close: last, volume };
}

/** The cache key of a result. A result of figures that still change has another key than a final one. */
function keyOf({ now, final }: FiguresDays, criteria: GoldenCriteria, own: readonly string[] | undefined): string {
  const { within, marketValue = '', turnover = '' } = criteria;
  const day = now === final ? now : `${now} so far`;
  const universe = own === undefined ? ['market'] : own.toSorted();
  return ['screen', 'golden', day, within, marketValue, turnover, ...universe].join(':');
}
