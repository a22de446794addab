import { type Clock, koreanDay, laterDay, previousDay } from '../clock.ts';
import type { KeptBarsHealth } from '../domain/health.ts';
import type { ListedIssue } from '../domain/market/instrument.ts';
import type { Bar, Quote } from '../domain/market/quote.ts';
import { figuresEnd } from '../domain/market/session.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BarSource, BarStore } from '../ports/bars.ts';
import type { ReadOptions, ReadPriority } from '../ports/read-options.ts';
import type { Calendar } from './calendar.ts';

/** Trading days that are kept of an issue: enough for a slow average of 200 days and some days to look back. */
export const keptBars = 260;
/** Calls that all these candles of an issue take, and calls that the candles of a few days take. */
const callsPerIssue = { whole: 3, newest: 1 } as const;
/** Calendar days that one call covers for certain. */
const mostGapDays = 120;
/** Days after which an issue that is on no list any more is forgotten. */
const forgottenAfterDays = 60;
/**
 * Calls under way at once. One after the other would spend more time on waiting for answers than the rate limit asks
 * for.
 */
const atOnce = 4;

/** The trading day whose figures count now, and the last trading day whose figures do not change any more. */
export interface FiguresDays {
  readonly now: string;
  readonly final: string;
}

interface DailyBarsOptions {
  readonly source: BarSource;
  readonly store: BarStore;
  readonly calendar: Pick<Calendar, 'figuresDay'>;
  /** The lists of issues as they are now. */
  readonly issues: () => readonly ListedIssue[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps the daily candles of the whole market from day to day, so that only the days since are asked for. Adjusted
 * prices change with every split: where the last kept candle differs from the venue's, all candles of the issue are
 * asked for anew.
 */
export class DailyBars {
  readonly #options: DailyBarsOptions;
  /** By issue, the request under way. Whoever wants the same candles waits for it too. */
  readonly #asking = new Map<string, Promise<readonly Bar[]>>();
  #update: { done: number; readonly total: number } | undefined;

  constructor(options: DailyBarsOptions) {
    this.#options = options;
  }

  get source(): Pick<BarSource, 'wholeMarket' | 'callsPerSecond'> {
    return this.#options.source;
  }

  /** The stocks of the lists. Funds are left out: they follow other issues. */
  get stocks(): readonly ListedIssue[] {
    return this.#options.issues().filter(({ kind }) => kind === 'stock');
  }

  async days(options: ReadOptions = {}): Promise<FiguresDays> {
    const { calendar, clock } = this.#options;
    const today = koreanDay(clock.now());
    const now = (await calendar.figuresDay(options)).day ?? today;
    return { now, final: (await calendar.figuresDay(options, figuresEnd)).day ?? previousDay(today) };
  }

  /** The issues that candles have to be asked for, in the order given, and how many calls each takes. */
  async missing(symbols: readonly string[], { final }: FiguresDays): Promise<ReadonlyMap<string, number>> {
    const kept = await this.#days();
    const callsOf = (through: string | undefined): number =>
      through === undefined || through < laterDay(final, -mostGapDays) ? callsPerIssue.whole : callsPerIssue.newest;
    return new Map(
      symbols
        .map((symbol) => [symbol, kept.get(symbol)] as const)
        .filter(([, through]) => through === undefined || through < final)
        .map(([symbol, through]) => [symbol, callsOf(through)]),
    );
  }

  /** The kept candles of an issue, oldest first, without a day whose figures still change. */
  async kept(symbol: string): Promise<readonly Bar[]> {
    const kept = await this.#options.store.bars(symbol).catch((error: unknown) => {
      this.#options.log.warn('daily bars not read', { symbol, error });
      return undefined;
    });
    return kept?.bars ?? [];
  }

  /**
   * The candles of an issue for somebody who waits for them, oldest first, today's so far included. Where the days
   * before are kept, nothing is asked: today's candle is in the issue's `quote`, and a base price that is the last kept
   * close says that no split changed the prices before.
   * @throws AppError `venue.*`.
   */
  async newest(symbol: string, quote: () => Promise<Quote>, options: ReadOptions = {}): Promise<readonly Bar[]> {
    const days = await this.days(options);
    const kept = await this.#options.store.bars(symbol).catch(() => undefined);
    const before = kept?.bars.filter(({ start }) => start < days.now) ?? [];
    if (kept !== undefined && kept.through >= days.final && before.length > 0) {
      const now = await quote();
      if (before.at(-1)?.close === now.basePrice) {
        return days.final === days.now ? kept.bars : [...before, barOf(days.now, now)];
      }
    }
    const { signal = new AbortController().signal, priority = 'interactive' } = options;
    return this.ask(symbol, days, signal, priority);
  }

  /**
   * Asks for the missing candles of an issue and keeps them.
   * @returns all of its candles, oldest first, today's so far included.
   * @throws AppError `venue.*`; the signal's reason.
   */
  async ask(
    symbol: string,
    days: FiguresDays,
    signal: AbortSignal,
    priority: ReadPriority = 'background',
  ): Promise<readonly Bar[]> {
    for (let asked = this.#asking.get(symbol); asked !== undefined; asked = this.#asking.get(symbol)) {
      // Where that request failed, or its caller went away, the next caller asks.
      const bars = await asked.catch(() => undefined);
      signal.throwIfAborted();
      if (bars !== undefined) return bars;
    }
    const asking = this.#ask(symbol, days, { priority, signal }).finally(() => this.#asking.delete(symbol));
    this.#asking.set(symbol, asking);
    return asking;
  }

  /**
   * Brings the kept candles of the whole market up to date, in the background of everything that somebody waits for.
   * Issues that are up to date are not asked for. Does nothing where the venue cannot be asked about so many.
   */
  async bringUpToDate(signal: AbortSignal): Promise<void> {
    const { source, store, log } = this.#options;
    if (!source.wholeMarket) return;
    const days = await this.days({ priority: 'background', signal });
    await store.forget(laterDay(days.final, -forgottenAfterDays));
    const missing = await this.missing(
      this.stocks.map(({ symbol }) => symbol),
      days,
    );
    if (missing.size === 0) return;
    const update = { done: 0, total: missing.size };
    this.#update = update;
    let skipped = 0;
    try {
      await this.each([...missing.keys()], signal, async (symbol, ended) => {
        await this.ask(symbol, days, ended).catch((error: unknown) => {
          if (ended.aborted || !isOfOneIssue(error)) throw error;
          skipped += 1;
        });
        update.done += 1;
      });
    } finally {
      this.#update = undefined;
      log.info('daily bars kept', { ...update, skipped, through: days.final });
    }
  }

  /** Does something with each item, a few at once. The first failure ends it. */
  async each<T>(
    items: readonly T[],
    signal: AbortSignal,
    work: (item: T, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const failed = new AbortController();
    const ended = AbortSignal.any([signal, failed.signal]);
    const queue = items.values();
    const worker = async (): Promise<void> => {
      for (const item of queue) {
        ended.throwIfAborted();
        await work(item, ended);
      }
    };
    const workers = Array.from({ length: atOnce }, () =>
      worker().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    // All calls have ended before the failure is thrown.
    await Promise.allSettled(workers);
    await Promise.all(workers);
  }

  async status(): Promise<KeptBarsHealth> {
    const { source } = this.#options;
    const days = [...(await this.#days()).values()];
    const through = days.reduce<string | undefined>(
      (last, day) => (last === undefined || day > last ? day : last),
      undefined,
    );
    return {
      through,
      kept: days.filter((day) => day === through).length,
      listed: source.wholeMarket ? this.stocks.length : undefined,
      update: this.#update === undefined ? undefined : { ...this.#update },
    };
  }

  /** Reads a kept value. A value that cannot be read counts as not kept. */
  async #days(): Promise<ReadonlyMap<string, string>> {
    return this.#options.store.days().catch((error: unknown) => {
      this.#options.log.warn('daily bars not read', { error });
      return new Map();
    });
  }

  async #ask(symbol: string, days: FiguresDays, options: ReadOptions): Promise<readonly Bar[]> {
    const { source, store, log } = this.#options;
    const read = { ...options, until: days.now } as const;
    const kept = await this.kept(symbol);
    const bars = (await this.#since(symbol, kept, days, read)) ?? (await source.dailyBars(symbol, keptBars, read));
    const final = bars.filter(({ start }) => start <= days.final).slice(-keptBars);
    await store.keep(symbol, { through: days.final, bars: final }).catch((error: unknown) => {
      log.warn('daily bars not kept', { symbol, error });
    });
    return bars;
  }

  /** The kept candles with the newest ones behind them; undefined where the two do not fit together. */
  async #since(
    symbol: string,
    kept: readonly Bar[],
    { now }: FiguresDays,
    read: ReadOptions & { readonly until: string },
  ): Promise<readonly Bar[] | undefined> {
    const last = kept.at(-1);
    if (last === undefined || last.start < laterDay(now, -mostGapDays)) return undefined;
    const [same, ...newer] = await this.#options.source.dailyBars(symbol, keptBars, { ...read, from: last.start });
    return same?.start === last.start && same.close === last.close ? [...kept, ...newer] : undefined;
  }
}

/** The candle of the day that a quote is of. A day on which nothing traded yet stands at its base price. */
function barOf(start: string, { open, high, low, last, volume }: Quote): Bar {
  return open > 0
    ? { start, open, high, low, close: last, volume }
    : { start, open: last, high: last, low: last, close: last, volume };
}

/** Whether an error concerns this one issue, so that the venue may still answer about another. */
export function isOfOneIssue(error: unknown): boolean {
  return error instanceof AppError && ['venue.rejected', 'venue.unknown-issue', 'venue.malformed'].includes(error.code);
}
