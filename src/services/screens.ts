import { type Clock, koreanDay } from '../clock.ts';
import type { Bar } from '../domain/quote.ts';
import { type GoldenCriteria, goldenCross, goldenSpans, meanTurnover } from '../domain/screen.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, Cache, ChatAddress, InstrumentDirectory, Research, Watchlists } from '../ports.ts';
import type { Calendar } from './calendar.ts';

/** A chat is not told more often how far it is. */
const tellMs = 1_000;
const mostIssues = 60;
const keptMs = 24 * 3_600_000;

export interface GoldenMatch {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  /** Trading days since the cross; 0 is the last one. */
  readonly daysAgo: number;
}

/** What was looked through: the market's largest and most traded, or a person's own watchlist and holdings. */
export type Universe = 'rankings' | 'own';

export interface GoldenResult {
  readonly universe: Universe;
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
  | { readonly kind: 'running'; readonly done: number; readonly total: number; readonly found: number }
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
  /** Won, where the ranking told it. */
  readonly marketValue: number | undefined;
}

/** What was found until now. */
interface Scan {
  readonly day: string;
  universe: Universe;
  scanned: number;
  skipped: number;
  readonly matches: GoldenMatch[];
}

interface ScreensOptions {
  readonly broker: Broker;
  readonly research: Research;
  readonly watchlists: Watchlists;
  readonly directory: InstrumentDirectory;
  readonly cache: Cache;
  readonly calendar: Pick<Calendar, 'figuresDay'>;
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
   * What is to be shown first: the result, where the same was looked for today, or that a search begins, which it does
   * with `begin`, once that is said.
   * @throws AppError `screen.running`.
   */
  async golden(
    personId: string,
    address: ChatAddress,
    criteria: GoldenCriteria,
  ): Promise<{ readonly frame: ScreenFrame; readonly begin: () => void }> {
    const view = this.#options.newId();
    const day = await this.#day();
    const today = koreanDay(this.#options.clock.now());
    const frameOf = (state: ScreenState): ScreenFrame => ({ address, view, criteria, state, today });
    for (const universe of ['rankings', 'own'] as const) {
      const result = await this.#options.cache.get<GoldenResult>(await this.#keyOf(day, personId, universe, criteria));
      if (result !== undefined) return { frame: frameOf({ kind: 'done', result }), begin: () => undefined };
    }
    if (this.#running.has(personId)) throw new AppError('screen.running');
    const ended = new AbortController();
    this.#running.set(personId, ended);
    const frame = frameOf({ kind: 'gathering' });
    const begin = (): void => {
      void this.#run(day, personId, frame, ended.signal).finally(() => this.#running.delete(personId));
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

  async #run(day: string, personId: string, first: ScreenFrame, signal: AbortSignal): Promise<void> {
    const { log, show } = this.#options;
    const scan: Scan = { day, universe: 'rankings', scanned: 0, skipped: 0, matches: [] };
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
    const { clock, cache, log, show } = this.#options;
    const { criteria } = first;
    const { universe, candidates } = await this.#gather(personId, signal);
    scan.universe = universe;
    if (candidates.length === 0) return { kind: 'nothing' };
    let toldAt = clock.now();
    for (const candidate of candidates) {
      const match = await this.#look(candidate, criteria, signal).catch((error: unknown) => {
        // One issue that the venue does not take, or tells nonsense of, must not cost the others.
        if (signal.aborted || !isOfOneIssue(error)) throw error;
        scan.skipped += 1;
        return undefined;
      });
      signal.throwIfAborted();
      scan.scanned += 1;
      if (match !== undefined) scan.matches.push(match);
      if (clock.now() - toldAt < tellMs) continue;
      toldAt = clock.now();
      const { scanned: done, matches } = scan;
      await show({ ...first, state: { kind: 'running', done, total: candidates.length, found: matches.length } });
    }
    const result = this.#resultOf(scan);
    await cache
      .set(await this.#keyOf(scan.day, personId, universe, criteria), result, keptMs)
      .catch((error: unknown) => log.warn('screen not kept', { error }));
    return { kind: 'done', result };
  }

  #resultOf({ day, universe, scanned, skipped, matches }: Scan): GoldenResult {
    const latestFirst = matches.toSorted((a, b) => a.daysAgo - b.daysAgo);
    return { universe, scanned: scanned - skipped, skipped, matches: latestFirst, at: this.#options.clock.now(), day };
  }

  /** The market's largest and most traded stocks; where nobody ranks them, what the person watches and holds. */
  async #gather(
    personId: string,
    signal: AbortSignal,
  ): Promise<{ readonly universe: Universe; readonly candidates: readonly Candidate[] }> {
    const { research, broker, watchlists, directory } = this.#options;
    const options = { priority: 'background', signal } as const;
    try {
      const largest = await research.ranking('market-value', 'all', options);
      const traded = await research.ranking('turnover', 'all', options);
      const values = new Map(largest.map(({ symbol, figure }) => [symbol, figure]));
      const names = new Map([...largest, ...traded].map(({ symbol, name }) => [symbol, name]));
      // A fund crosses nothing of its own.
      const stocks = [...names].filter(([symbol]) => (directory.get(symbol)?.kind ?? 'stock') === 'stock');
      const candidates = stocks.map(([symbol, name]) => ({ symbol, name, marketValue: values.get(symbol) }));
      return { universe: 'rankings', candidates: candidates.slice(0, mostIssues) };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'venue.unsupported') throw error;
      const watched = await watchlists.watchlist(personId);
      const { positions } = await broker.balance(options);
      const symbols = [...new Set([...watched, ...positions.map(({ symbol }) => symbol)])];
      const named = (symbol: string): Candidate => ({
        symbol,
        name: directory.get(symbol)?.name ?? symbol,
        marketValue: undefined,
      });
      return { universe: 'own', candidates: symbols.slice(0, mostIssues).map(named) };
    }
  }

  /** The cheapest question first: most issues have crossed nothing. */
  async #look(
    { symbol, name, marketValue: ranked }: Candidate,
    criteria: GoldenCriteria,
    signal: AbortSignal,
  ): Promise<GoldenMatch | undefined> {
    const bars = await this.#bars(symbol, signal);
    const daysAgo = goldenCross(bars, criteria.within);
    const [before, newest] = bars.slice(-2);
    if (daysAgo === undefined || before === undefined || newest === undefined) return undefined;
    if (criteria.turnover !== undefined && meanTurnover(bars) < criteria.turnover) return undefined;
    if (criteria.marketValue !== undefined) {
      const options = { priority: 'background', signal } as const;
      const value = ranked ?? (await this.#options.research.profile(symbol, options)).marketValue;
      if (value === undefined || value < criteria.marketValue) return undefined;
    }
    const changePercent = (newest.close / before.close - 1) * 100;
    return { symbol, name, last: newest.close, changePercent, daysAgo };
  }

  /** As many daily candles as the slow average and the days looked at take, oldest first. */
  #bars(symbol: string, signal: AbortSignal): Promise<readonly Bar[]> {
    const options = { priority: 'background', signal } as const;
    return this.#options.broker.bars(symbol, '1d', goldenSpans.slow + 30, options);
  }

  /** The trading day whose figures count. */
  async #day(): Promise<string> {
    const { calendar, clock } = this.#options;
    return (await calendar.figuresDay()).day ?? koreanDay(clock.now());
  }

  /** Where the same is looked for again while the figures are of the same day. */
  async #keyOf(day: string, personId: string, universe: Universe, criteria: GoldenCriteria): Promise<string> {
    const { watchlists } = this.#options;
    const { within, marketValue = '', turnover = '' } = criteria;
    const own = universe === 'own' ? [personId, ...(await watchlists.watchlist(personId))] : [];
    return ['screen', 'golden-cross', day, within, marketValue, turnover, ...own].join(':');
  }
}

function isOfOneIssue(error: unknown): boolean {
  return error instanceof AppError && ['venue.rejected', 'venue.unknown-issue', 'venue.malformed'].includes(error.code);
}
