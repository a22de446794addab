import { type Clock, koreanDay } from '../../clock.ts';
import type { ListedIssue } from '../../domain/market/instrument.ts';
import type { Bar, Quote } from '../../domain/market/quote.ts';
import { type GoldenCriteria, goldenCross, meanTurnover } from '../../domain/market/screen.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import type { Watchlists } from '../../ports/ledger/watchlists.ts';
import type { Research } from '../../ports/research.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import { type DailyBars, type FiguresDays, isOfOneIssue } from '../daily-bars.ts';
import { Wait } from '../wait.ts';

/** A chat is not told more often how far it is. */
const tellMs = 1_000;
/** Of a person's own issues. */
const mostOwn = 60;
/** What was found is looked for again then, while the day's figures still change. */
const lookAgainMs = 10 * 60_000;
/** Longer than any run of holidays; the day is in the key. */
const keptMs = 30 * 24 * 3_600_000;
/** Prices asked for at once: as many as one call brings. */
const quotesAtOnce = 30;
/** What an issue traded the day before may be so much less than its mean of twenty days. */
const turnoverLeeway = 10;

export interface GoldenMatch {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  /** Trading days since the cross; 0 is the last one. */
  readonly daysAgo: number;
}

/** What was looked through: all stocks there are, or a person's own watchlist and holdings. */
export type Universe = 'market' | 'own';

export interface GoldenResult {
  readonly universe: Universe;
  /** Issues there are, floors or not. */
  readonly listed: number;
  /** Those among them that were looked at. */
  readonly scanned: number;
  /** Issues whose candles were not to be had. */
  readonly skipped: number;
  /** Latest cross first. */
  readonly matches: readonly GoldenMatch[];
  /** Milliseconds. */
  readonly at: number;
  /** The trading day whose figures were looked at: `20261120`. */
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
  /** A person's own list is all there is to look through, and it is empty. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** How far a search is, to be shown in the place of what was shown before. */
export interface ScreenFrame {
  readonly address: ChatAddress;
  readonly view: string;
  readonly criteria: GoldenCriteria;
  readonly state: ScreenState;
  /** The day on which it is shown. */
  readonly today: string;
}

interface Candidate {
  readonly symbol: string;
  readonly name: string;
  /** Won, where the lists or a ranking told it. */
  readonly marketValue: number | undefined;
  /** Won of one day, where they told it. */
  readonly turnover: number | undefined;
}

/** What was found until now. */
interface Scan {
  readonly days: FiguresDays;
  readonly universe: Universe;
  readonly seen: Set<string>;
  listed: number;
  /** Issues to be looked at. */
  total: number;
  scanned: number;
  skipped: number;
  readonly matches: GoldenMatch[];
}

interface ScreensOptions {
  readonly broker: Broker;
  readonly research: Research;
  readonly watchlists: Watchlists;
  readonly directory: InstrumentDirectory;
  readonly bars: DailyBars;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly show: (frame: ScreenFrame) => Promise<void>;
}

/** Searches that take a while: one to a person, told in the chat as they go, and kept for the day. */
export class Screens {
  readonly #options: ScreensOptions;
  /** By person. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: ScreensOptions) {
    this.#options = options;
  }

  /**
   * What is to be shown first: the result, where the same was looked for lately, or that a search begins, which it does
   * with `begin`, once that is said.
   * @throws AppError `screen.running`, or `venue.*` where a person's own issues are not to be had.
   */
  async golden(
    personId: string,
    address: ChatAddress,
    criteria: GoldenCriteria,
  ): Promise<{ readonly frame: ScreenFrame; readonly begin: () => void }> {
    const { bars, cache, clock, newId } = this.#options;
    const view = newId();
    const days = await bars.days();
    const today = koreanDay(clock.now());
    const frameOf = (state: ScreenState): ScreenFrame => ({ address, view, criteria, state, today });
    const own = bars.source.wholeMarket ? undefined : await this.#own(personId, {});
    const result = await cache.get<GoldenResult>(keyOf(days, criteria, own));
    if (result !== undefined && (days.final === days.now || clock.now() - result.at < lookAgainMs))
      return { frame: frameOf({ kind: 'done', result }), begin: () => undefined };
    if (this.#running.has(personId)) throw new AppError('screen.running');
    const ended = new AbortController();
    this.#running.set(personId, ended);
    const frame = frameOf({ kind: 'gathering' });
    const begin = (): void => {
      void this.#run(days, personId, frame, ended.signal).finally(() => this.#running.delete(personId));
    };
    return { frame, begin };
  }

  /** False when none of this person's was running. What was found until now is shown. */
  stop(personId: string): boolean {
    const ended = this.#running.get(personId);
    ended?.abort(new AppError('screen.stopped'));
    return ended !== undefined;
  }

  /** Whether any is under way. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Ends them all without a word: the process goes. */
  close(): void {
    for (const ended of this.#running.values()) ended.abort();
  }

  async #run(days: FiguresDays, personId: string, first: ScreenFrame, signal: AbortSignal): Promise<void> {
    const { bars, log, show } = this.#options;
    const universe = bars.source.wholeMarket ? 'market' : 'own';
    const scan: Scan = { days, universe, seen: new Set(), listed: 0, total: 0, scanned: 0, skipped: 0, matches: [] };
    const state = await this.#scan(personId, first, scan, signal).catch((error: unknown): ScreenState | undefined => {
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

  async #scan(personId: string, first: ScreenFrame, scan: Scan, signal: AbortSignal): Promise<ScreenState> {
    const { cache, log } = this.#options;
    const { criteria } = first;
    if (scan.universe === 'market') await this.#look(await this.#market(criteria, scan, signal), first, scan, signal);
    else {
      // Read anew until nothing is new: a search takes long enough for somebody to add to the list meanwhile.
      for (let own = await this.#own(personId, { signal }); ; own = await this.#own(personId, { signal })) {
        const added = own.filter((symbol) => !scan.seen.has(symbol));
        if (added.length === 0) break;
        scan.listed += added.length;
        await this.#look(
          added.map((symbol) => this.#ownCandidate(symbol)),
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

  /** The stocks that the floors do not rule out, the largest first. */
  async #market(
    { marketValue: floor }: GoldenCriteria,
    scan: Scan,
    signal: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const { research, directory, bars } = this.#options;
    const options = { priority: 'background', signal } as const;
    const found = new Map<string, Candidate>(
      bars.stocks.map(({ symbol, name, marketValue, turnover }: ListedIssue) => [
        symbol,
        { symbol, name, marketValue, turnover },
      ]),
    );
    // Today's figures of the thirty that lead, and issues that no list has yet.
    for (const kind of ['market-value', 'turnover'] as const) {
      for (const { symbol, name, figure } of await research.ranking(kind, 'all', options)) {
        if ((directory.get(symbol)?.kind ?? 'stock') !== 'stock') continue;
        const { marketValue, turnover } = found.get(symbol) ?? {};
        const ranked =
          kind === 'market-value'
            ? { marketValue: figure ?? marketValue, turnover }
            : { marketValue, turnover: Math.max(figure ?? 0, turnover ?? 0) };
        found.set(symbol, { symbol, name, ...ranked });
      }
    }
    scan.listed = found.size;
    return [...found.values()]
      .filter(({ marketValue }) => floor === undefined || marketValue === undefined || marketValue >= floor)
      .sort((one, other) => (other.marketValue ?? 0) - (one.marketValue ?? 0));
  }

  /** What a person watches and holds. */
  async #own(personId: string, options: { readonly signal?: AbortSignal }): Promise<readonly string[]> {
    const { broker, watchlists } = this.#options;
    const { signal } = options;
    const { positions } = await broker.balance(signal === undefined ? {} : { priority: 'background', signal });
    // Read last: a balance takes a while to come.
    const watched = await watchlists.watchlist(personId);
    return [...new Set([...watched, ...positions.map(({ symbol }) => symbol)])].slice(0, mostOwn);
  }

  #ownCandidate(symbol: string): Candidate {
    const name = this.#options.directory.get(symbol)?.name ?? symbol;
    return { symbol, name, marketValue: undefined, turnover: undefined };
  }

  /**
   * Looks at each: first at those whose candles are kept, with what they came to today, then at those whose candles have
   * to be asked for.
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
    const wait = new Wait(this.#options.clock, bars.source.callsPerSecond);
    const callsOf = ({ symbol }: Candidate): number => missing.get(symbol) ?? 1;
    for (const candidate of asked) wait.add(callsOf(candidate));
    const tell = this.#teller(first, scan, wait);
    await tell();

    const batch = bars.source.wholeMarket ? quotesAtOnce : 1;
    for (let start = 0; start < kept.length; start += batch) {
      const part = kept.slice(start, start + batch);
      const unlike = await this.#lookAtKept(part, criteria, scan, signal);
      for (const candidate of unlike) wait.add(callsOf(candidate));
      asked.push(...unlike);
      await tell();
    }
    wait.begin();
    await bars.each(asked, signal, async (candidate, ended) => {
      await this.#attempt(scan, ended, async () =>
        this.#judge(candidate, await bars.ask(candidate.symbol, days, ended), criteria, ended),
      );
      wait.done(callsOf(candidate));
      await tell();
    });
  }

  /** @returns those whose kept candles do not lead up to today's base price, as after a split: they are to be asked for. */
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
    // Others have their turn: nothing above waits for anything where all of it is kept.
    await clock.sleep(0, signal);
    return unlike;
  }

  /** Counts it, and what comes of it. */
  async #attempt(scan: Scan, signal: AbortSignal, look: () => Promise<GoldenMatch | undefined>): Promise<void> {
    const match = await look().catch((error: unknown) => {
      // One issue that the venue does not take, or tells nonsense of, must not cost the others.
      if (signal.aborted || !isOfOneIssue(error)) throw error;
      scan.skipped += 1;
      return undefined;
    });
    signal.throwIfAborted();
    scan.scanned += 1;
    if (match !== undefined) scan.matches.push(match);
  }

  /** The cheapest question first: most issues have crossed nothing. */
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

  /** Shows how far it is: at once, and then not too often. */
  #teller(first: ScreenFrame, scan: Scan, wait: Wait): () => Promise<void> {
    const { clock, show } = this.#options;
    let toldAt = Number.NEGATIVE_INFINITY;
    return async () => {
      const now = clock.now();
      if (now - toldAt < tellMs) return;
      toldAt = now;
      const { scanned: done, total, matches } = scan;
      await show({ ...first, state: { kind: 'running', done, total, found: matches.length, asking: wait.left } });
    };
  }
}

/** Today so far. Where nothing traded there is a last price alone. */
function barOf({ last, open, high, low, volume }: Quote, day: string): Bar {
  const prices = open > 0 ? { open, high, low } : { open: last, high: last, low: last };
  return { start: day, ...prices, close: last, volume };
}

/** Under which a result is kept: one of figures that still change is none of those they end as. */
function keyOf({ now, final }: FiguresDays, criteria: GoldenCriteria, own: readonly string[] | undefined): string {
  const { within, marketValue = '', turnover = '' } = criteria;
  const day = now === final ? now : `${now} so far`;
  const universe = own === undefined ? ['market'] : own.toSorted();
  return ['screen', 'golden', day, within, marketValue, turnover, ...universe].join(':');
}
