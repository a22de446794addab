import type { Clock } from '../../clock.ts';
import { type Instrument, looksLikeSymbol } from '../../domain/market/instrument.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import type { LiveDirectory } from './symbol-master.ts';

/** How long an issue is kept. The lists of the next trading days have it by then. */
const keptMs = 7 * 24 * 3_600_000;
/** How long a code that the venue did not know is not asked about again. */
const unknownMs = 10 * 60_000;
/** Codes of one message that are asked about. A message with more of them is no question about issues. */
const mostAsked = 5;
const cacheKey = 'unlisted-issues';

/**
 * Issues that no list has yet: they were listed this morning, or are of a kind that the lists leave out. The venue is
 * asked about a well-formed code before it is called unknown. An issue that it knows is in the directory from then on.
 */
export class UnlistedIssues {
  readonly #broker: Pick<Broker, 'instrument'>;
  readonly #directory: LiveDirectory;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  /** When the venue last said that it does not know a code, in milliseconds. */
  readonly #unknown = new Map<string, number>();
  readonly #learnt = new Map<string, Instrument>();

  constructor(options: {
    readonly broker: Pick<Broker, 'instrument'>;
    readonly directory: LiveDirectory;
    readonly cache: Cache;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#broker = options.broker;
    this.#directory = options.directory;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Reads the issues that were learnt before the start. */
  async load(): Promise<void> {
    for (const instrument of (await this.#cache.get<readonly Instrument[]>(cacheKey)) ?? []) this.#know(instrument);
  }

  /**
   * Asks the venue about the words that look like codes and are not known.
   * @returns whether the directory has more issues than before.
   * @throws AppError `venue.*` when the venue could not be asked: then nobody knows whether there is such an issue.
   */
  async learn(words: readonly string[]): Promise<boolean> {
    const codes = [...new Set(words.map((word) => word.toUpperCase()).filter((word) => this.#isOpen(word)))];
    let learnt = false;
    for (const code of codes.slice(0, mostAsked)) {
      const instrument = await this.#broker.instrument(code, { priority: 'interactive' });
      if (instrument === undefined) this.#unknown.set(code, this.#clock.now());
      else {
        this.#know(instrument);
        learnt = true;
      }
    }
    if (learnt) {
      await this.#cache.set(cacheKey, [...this.#learnt.values()], keptMs).catch((error: unknown) => {
        this.#log.warn('unlisted issues could not be kept', { error });
      });
    }
    return learnt;
  }

  #know(instrument: Instrument): void {
    this.#learnt.set(instrument.symbol, instrument);
    this.#directory.learn(instrument);
  }

  #isOpen(word: string): boolean {
    if (!looksLikeSymbol(word) || this.#directory.get(word) !== undefined) return false;
    const refused = this.#unknown.get(word);
    return refused === undefined || this.#clock.now() - refused > unknownMs;
  }
}
