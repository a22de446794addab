import type { CancelTimer, Clock } from '../../clock.ts';
import type { Instrument } from '../../domain/market/instrument.ts';
import type { Log } from '../../log.ts';
import type { Cache } from '../../ports/cache.ts';
import type { Research } from '../../ports/research.ts';
import type { InstrumentDirectory, InstrumentMatches } from '../../ports/symbols.ts';

const dayMs = 24 * 3_600_000;
/** How long a name is kept. Names seldom change, and an issue that had none may have one by then. */
const keptMs = 30 * dayMs;
/** Issues whose names an answer waits for, a page of them. The others are asked about when nobody waits. */
const mostWaited = 12;
const drainEveryMs = 1_000;
const cacheKey = 'english-names';

/** English names by code; blank for an issue that has none. */
type Known = Readonly<Record<string, string>>;

/**
 * What issues are called in English. The master files hold Korean names only, so a name comes from KIS's product
 * information, asked once an issue and kept, and until then from the list of Latin names that people search by. What has
 * no English name anywhere keeps its Korean one.
 */
export class EnglishNames {
  readonly #research: Pick<Research, 'englishName'>;
  readonly #latinName: (name: string) => string | undefined;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #names = new Map<string, string>();
  readonly #wanted = new Set<string>();
  #cancelDrain: CancelTimer | undefined;
  /** Whether the venue has such names. Paper without a live key says that it has none. */
  #offered = true;

  constructor(options: {
    readonly research: Pick<Research, 'englishName'>;
    /** The Latin name by which people search for an issue of this Korean name. */
    readonly latinName: (name: string) => string | undefined;
    readonly cache: Cache;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#research = options.research;
    this.#latinName = options.latinName;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Reads the names that were learnt before the start. */
  async load(): Promise<void> {
    for (const [symbol, name] of Object.entries((await this.#cache.get<Known>(cacheKey)) ?? {})) {
      this.#names.set(symbol, name);
    }
  }

  stop(): void {
    this.#cancelDrain?.();
  }

  /** The name of an issue for now. An issue without a known English name is asked about later. */
  of({ symbol, name }: Instrument): string {
    if (!/[ㄱ-힣]/.test(name)) return name;
    const known = this.#names.get(symbol);
    if (known === undefined && this.#offered) {
      this.#wanted.add(symbol);
      this.#cancelDrain ??= this.#clock.timer(drainEveryMs, () => void this.#drain());
    }
    return known || this.#latinName(name) || name;
  }

  /** The code of the issue with exactly this English name, in any case. */
  symbolOf(text: string): string | undefined {
    const wanted = text.trim().toLowerCase();
    return wanted === '' ? undefined : this.#names.entries().find(([, name]) => name.toLowerCase() === wanted)?.[0];
  }

  /** Asks for the names that are about to be shown. @returns whether anything was learnt; never throws. */
  async learn(issues: readonly Instrument[]): Promise<boolean> {
    let learnt = false;
    for (const issue of issues) this.of(issue);
    const missing = issues.map(({ symbol }) => symbol).filter((symbol) => this.#wanted.has(symbol));
    for (const symbol of missing.slice(0, mostWaited)) {
      learnt = (await this.#ask(symbol, 'interactive')) || learnt;
    }
    return learnt;
  }

  async #drain(): Promise<void> {
    for (const symbol of this.#wanted) await this.#ask(symbol, 'background');
    this.#cancelDrain = undefined;
  }

  async #ask(symbol: string, priority: 'interactive' | 'background'): Promise<boolean> {
    this.#wanted.delete(symbol);
    if (!this.#offered) return false;
    try {
      const name = tidy((await this.#research.englishName(symbol, { priority })) ?? '');
      this.#names.set(symbol, name);
      await this.#cache.set(cacheKey, Object.fromEntries(this.#names), keptMs);
      return name !== '';
    } catch (error) {
      this.#offered = !(error instanceof Error && 'code' in error && error.code === 'venue.unsupported');
      this.#log.debug('an English name could not be asked for', { symbol, error });
      return false;
    }
  }
}

/** A directory that gives issues their English names, and finds them by those as well. */
export class EnglishDirectory implements InstrumentDirectory {
  readonly #korean: InstrumentDirectory;
  readonly #names: EnglishNames;

  constructor(korean: InstrumentDirectory, names: EnglishNames) {
    this.#korean = korean;
    this.#names = names;
  }

  get(symbol: string): Instrument | undefined {
    return this.#inEnglish(this.#korean.get(symbol));
  }

  named(text: string): Instrument | undefined {
    return this.#inEnglish(this.#korean.named(text)) ?? this.get(this.#names.symbolOf(text) ?? '');
  }

  search(text: string, limit: number): InstrumentMatches {
    const matches = this.#korean.search(text, limit);
    const own = matches.fit === 'whole' ? undefined : this.get(this.#names.symbolOf(text) ?? '');
    if (own !== undefined) return { instruments: [own], fit: 'whole' };
    return { ...matches, instruments: matches.instruments.flatMap((one) => this.#inEnglish(one) ?? []) };
  }

  #inEnglish(instrument: Instrument | undefined): Instrument | undefined {
    return instrument && { ...instrument, name: this.#names.of(instrument) };
  }
}

/** Endings such as `Co., Ltd.` that tell a company from no other. */
const legalForms = /[\s,]+(?:CO\.?|LTD\.?|INC\.?|CORP(?:ORATION)?\.?|COMPANY|CO\.?,? ?LTD\.?)$/i;

/** `SAMSUNG ELECTRONICS CO.,LTD.` → `Samsung Electronics`. Words of up to three letters are abbreviations. */
export function tidy(name: string): string {
  let short = name
    .trim()
    .replace(/\s+/g, ' ')
    .replaceAll(/,(?=\S)/g, ', ');
  while (legalForms.test(short)) short = short.replace(legalForms, '');
  return short
    .split(' ')
    .map((word) => (/^[A-Z]{4,}$/.test(word) ? word[0] + word.slice(1).toLowerCase() : word))
    .join(' ');
}
