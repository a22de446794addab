import type { Bar, ExtendedQuote, Quote } from '../../domain/market/quote.ts';
import type {
  Dividend,
  IndexCode,
  InvestorDay,
  InvestorEstimate,
  NewsTitle,
  RightsIssue,
} from '../../domain/market/research.ts';
import type { Marketplace } from '../../domain/market/session.ts';
import { AppError } from '../../errors.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Research } from '../../ports/research.ts';
import type { TradingAccount } from '../accounts.ts';
import type { DailyBars } from '../daily-bars.ts';

/** A part of a report that could not be had; `unsupported`: the venue does not have it. */
export interface MissingPart<Part extends string> {
  readonly part: Part;
  readonly unsupported: boolean;
}

/** Collects what a report lacks: a part that fails leaves itself out, and nothing else. */
export class Parts<Part extends string> {
  readonly #missing = new Map<Part, boolean>();

  get missing(): readonly MissingPart<Part>[] {
    return [...this.#missing].map(([part, unsupported]) => ({ part, unsupported }));
  }

  /** @returns what was asked for; undefined, and the part is missing, where the venue did not give it. */
  async of<T>(part: Part, asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const unsupported = error.code === 'venue.unsupported';
      this.#missing.set(part, (this.#missing.get(part) ?? true) && unsupported);
      return undefined;
    }
  }

  /** The same for one part in several pieces: those that were given. */
  async each<K, T>(
    part: Part,
    keys: readonly K[],
    ask: (key: K) => Promise<T>,
  ): Promise<readonly { readonly key: K; readonly value: T }[]> {
    const answers = await Promise.all(keys.map(async (key) => ({ key, value: await this.of(part, ask(key)) })));
    return answers.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));
  }
}

/**
 * What the reports of one run ask the venue. Reports of several people want much the same, so each thing is asked for
 * once. Everything goes in the background lane, behind whatever somebody waits for.
 */
export class ReportReads {
  readonly #asked = new Map<string, Promise<unknown>>();
  readonly #broker: Broker;
  readonly #research: Research;
  readonly #bars: Pick<DailyBars, 'kept'>;
  readonly options: ReadOptions;

  constructor(options: {
    readonly broker: Broker;
    readonly research: Research;
    readonly bars: Pick<DailyBars, 'kept'>;
    readonly signal?: AbortSignal | undefined;
  }) {
    this.#broker = options.broker;
    this.#research = options.research;
    this.#bars = options.bars;
    this.options = { priority: 'background', ...(options.signal === undefined ? {} : { signal: options.signal }) };
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(key) as Promise<T> | undefined;
    const asked = known ?? ask();
    this.#asked.set(key, asked);
    return asked;
  }

  /** An index's closes in points, oldest first. */
  indexBars(code: IndexCode, from: string, to: string): Promise<readonly Bar[]> {
    return this.#once(`index ${code} ${from} ${to}`, () => this.#research.indexBars(code, from, to, this.options));
  }

  quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    return this.#once(`quotes ${symbols.join()}`, () => this.#broker.quotes(symbols, this.options));
  }

  extendedQuotes(symbols: readonly string[], exchange: Marketplace): Promise<readonly ExtendedQuote[]> {
    return this.#once(`after ${exchange} ${symbols.join()}`, () =>
      this.#broker.extendedQuotes(symbols, exchange, this.options),
    );
  }

  /** Candles of days, oldest first, at least `count` where the issue has them, through `day`. */
  dayBars(symbol: string, count: number, day: string): Promise<readonly Bar[]> {
    return this.#once(`bars ${symbol} ${day}`, async () => {
      const kept = (await this.#bars.kept(symbol)).filter(({ start }) => start <= day);
      if (kept.at(-1)?.start === day && kept.length >= count) return kept.slice(-count);
      return this.#broker.bars(symbol, '1d', count, { ...this.options, until: day });
    });
  }

  news(symbol: string): Promise<readonly NewsTitle[]> {
    return this.#once(`news ${symbol}`, () => this.#research.news(symbol, this.options));
  }

  dividends(symbol: string, from: string, to: string): Promise<readonly Dividend[]> {
    return this.#once(`dividends ${symbol}`, () => this.#research.dividends(symbol, from, to, this.options));
  }

  rightsIssues(from: string, to: string): Promise<readonly RightsIssue[]> {
    return this.#once('rights', () => this.#research.rightsIssues(from, to, this.options));
  }

  investorDays(symbol: string): Promise<readonly InvestorDay[]> {
    return this.#once(`investors ${symbol}`, () => this.#research.investorDays(symbol, this.options));
  }

  investorEstimates(symbol: string): Promise<readonly InvestorEstimate[]> {
    return this.#once(`estimates ${symbol}`, () => this.#research.investorEstimates(symbol, this.options));
  }

  /** Buy volume over sell volume in percent; undefined before the first trade. */
  strength(symbol: string): Promise<number | undefined> {
    return this.#once(`strength ${symbol}`, async () => {
      const [newest] = await this.#research.recentTrades(symbol, this.options);
      return newest?.strength;
    });
  }

  /** Something of an account, by its name. */
  ofAccount<T>(account: TradingAccount, what: string, ask: (options: ReadOptions) => Promise<T>): Promise<T> {
    return this.#once(`${what} ${account.ledgerName}`, () => ask(this.options));
  }
}
