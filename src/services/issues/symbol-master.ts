import { type Clock, dayBegunAt, nextDay, weekdayOf } from '../../clock.ts';
import type { Instrument, ListedIssue, Market } from '../../domain/market/instrument.ts';
import { krxClosures } from '../../domain/market/krx-holidays.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Cache } from '../../ports/cache.ts';
import type { InstrumentDirectory, InstrumentMatches, SymbolSource } from '../../ports/symbols.ts';

/** The hour in Korea by which the new files stand ready. A file downloaded earlier is of the day before. */
const filesReady = '0800';

const markets: readonly Market[] = ['KOSPI', 'KOSDAQ', 'KONEX'];

/** A directory whose contents can be exchanged while others hold it. */
export class LiveDirectory implements InstrumentDirectory {
  #current: InstrumentDirectory;
  /** Issues that no list has, by code. Once a list has one, the list counts. */
  readonly #unlisted = new Map<string, Instrument>();

  constructor(first: InstrumentDirectory) {
    this.#current = first;
  }

  replace(next: InstrumentDirectory): void {
    this.#current = next;
  }

  /** Adds an issue that no list has. It is found by its code, and by its whole name. */
  learn(instrument: Instrument): void {
    this.#unlisted.set(instrument.symbol, instrument);
  }

  get(symbol: string): Instrument | undefined {
    return this.#current.get(symbol) ?? this.#unlisted.get(symbol);
  }

  named(text: string): Instrument | undefined {
    return this.#current.named(text) ?? this.#unlistedNamed(text);
  }

  search(text: string, limit: number): InstrumentMatches {
    const matches = this.#current.search(text, limit);
    const unlisted = matches.fit === 'whole' ? undefined : this.#unlistedNamed(text);
    return unlisted === undefined ? matches : { instruments: [unlisted], fit: 'whole' };
  }

  #unlistedNamed(text: string): Instrument | undefined {
    const wanted = text.trim().toUpperCase();
    return [...this.#unlisted.values()].find(({ symbol, name }) => symbol === wanted || name.toUpperCase() === wanted);
  }
}

/** A market's list, and its Korean day. */
interface MarketList {
  readonly day: string;
  readonly instruments: readonly ListedIssue[];
}

export interface SymbolMasterOptions {
  readonly source: SymbolSource;
  /** What is known before anything was downloaded. */
  readonly shipped: readonly ListedIssue[];
  /** Makes a directory of a list. */
  readonly index: (instruments: readonly ListedIssue[]) => InstrumentDirectory;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps today's list of issues. Each market's list comes from the source once a trading day, else from the cache, else
 * it is the shipped one; so a bad file costs no other market its list.
 */
export class SymbolMaster {
  readonly directory: LiveDirectory;
  readonly #options: SymbolMasterOptions;
  readonly #lists = new Map<Market, MarketList>();
  #loaded = false;

  constructor(options: SymbolMasterOptions) {
    this.#options = options;
    this.directory = new LiveDirectory(options.index(options.shipped));
  }

  /** Reads the lists that the cache holds. Never throws. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    for (const market of markets) {
      try {
        const list = await this.#options.cache.get<MarketList>(this.#key(market));
        if (list !== undefined) this.#lists.set(market, list);
      } catch (error) {
        this.#options.log.warn('symbols not in cache', { market, error });
      }
    }
    if (this.#lists.size > 0) this.#index();
  }

  /**
   * Downloads the lists that are older than the last trading day. A market whose file is bad keeps its list. Never
   * throws.
   */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.load();
    const today = dayBegunAt(this.#options.clock.now(), filesReady);
    let changed = false;
    for (const market of markets) {
      if (!isStale(this.#lists.get(market)?.day, today)) continue;
      try {
        const instruments = await this.#download(market, signal);
        this.#lists.set(market, { day: today, instruments });
        changed = true;
        await this.#options.cache.set(this.#key(market), { day: today, instruments });
      } catch (error) {
        if (signal.aborted) break;
        this.#options.log.warn('symbols not refreshed', { market, error });
      }
    }
    if (changed) this.#index();
  }

  async #download(market: Market, signal: AbortSignal): Promise<readonly ListedIssue[]> {
    const { source, log } = this.#options;
    const instruments = await source.download(market, signal);
    const before = this.#lists.get(market)?.instruments.length ?? 0;
    const least = Math.max(source.leastIssues(market), before / 2);
    if (instruments.length < least) {
      throw new AppError('symbols.too-few', { market, issues: instruments.length, before });
    }
    log.info('symbols refreshed', { market, issues: instruments.length, before });
    return instruments;
  }

  /** Every issue of the lists as they are now. */
  get issues(): readonly ListedIssue[] {
    const { shipped } = this.#options;
    return markets.flatMap(
      (market) => this.#lists.get(market)?.instruments ?? shipped.filter((instrument) => instrument.market === market),
    );
  }

  #index(): void {
    this.directory.replace(this.#options.index(this.issues));
  }

  #key(market: Market): string {
    return `symbols:${this.#options.source.name}:${market}`;
  }
}

/**
 * Whether a trading day has begun since. A holiday that the shipped calendar lacks costs one download that changes
 * nothing.
 */
function isStale(day: string | undefined, today: string): boolean {
  if (day === undefined || day > today) return true;
  for (let later = day; later < today; ) {
    later = nextDay(later);
    if (weekdayOf(later) <= 5 && !krxClosures.includes(later)) return true;
  }
  return false;
}
