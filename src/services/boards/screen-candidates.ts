import type { ListedIssue } from '../../domain/market/instrument.ts';
import type { GoldenCriteria } from '../../domain/market/screen.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Watchlists } from '../../ports/ledger/watchlists.ts';
import type { Research } from '../../ports/research.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { DailyBars } from '../daily-bars.ts';

/** The most of a person's own issues that are searched. */
const mostOwn = 60;

/** An issue that a search may examine. */
export interface Candidate {
  readonly symbol: string;
  readonly name: string;
  /** Won, where the lists or a ranking told it. */
  readonly marketValue: number | undefined;
  /** Won of one day, where they told it. */
  readonly turnover: number | undefined;
}

/** Whose own issues are meant: what somebody watches, and what the account of their chat holds. */
export interface Whose {
  readonly personId: string;
  /** The way to the account; undefined for somebody without any. */
  readonly account: Pick<Broker, 'balance'> | undefined;
}

export interface ScreenCandidatesOptions {
  readonly research: Research;
  readonly watchlists: Watchlists;
  readonly directory: InstrumentDirectory;
  readonly bars: DailyBars;
}

/** Chooses the issues that a search examines: stocks of the whole market, or those that a person watches and holds. */
export class ScreenCandidates {
  readonly #options: ScreenCandidatesOptions;

  constructor(options: ScreenCandidatesOptions) {
    this.#options = options;
  }

  /**
   * The stocks that the floors do not rule out, the largest first; `listed` is how many stocks there are.
   * @throws AppError `venue.*`; the signal's reason.
   */
  async ofMarket(
    { marketValue: floor }: GoldenCriteria,
    signal: AbortSignal,
  ): Promise<{ readonly listed: number; readonly candidates: readonly Candidate[] }> {
    const { research, directory, bars } = this.#options;
    const options = { priority: 'background', signal } as const;
    const found = new Map<string, Candidate>(
      bars.stocks.map(({ symbol, name, marketValue, turnover }: ListedIssue) => [
        symbol,
        { symbol, name, marketValue, turnover },
      ]),
    );
    // The ranking adds today's figures of the thirty leaders, and issues that no list has yet.
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
    const candidates = [...found.values()]
      .filter(({ marketValue }) => floor === undefined || marketValue === undefined || marketValue >= floor)
      .sort((one, other) => (other.marketValue ?? 0) - (one.marketValue ?? 0));
    return { listed: found.size, candidates };
  }

  /** The issues that a person watches and holds. @throws AppError `venue.*`. */
  async ownSymbols(
    { personId, account }: Whose,
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly string[]> {
    const { watchlists } = this.#options;
    const { signal } = options;
    const read = signal === undefined ? {} : ({ priority: 'background', signal } as const);
    const positions = (await account?.balance(read))?.positions ?? [];
    // The watchlist is read last, because a balance takes a while to come.
    const watched = await watchlists.watchlist(personId);
    return [...new Set([...watched, ...positions.map(({ symbol }) => symbol)])].slice(0, mostOwn);
  }

  /** An issue of a person's own. */
  ofSymbol(symbol: string): Candidate {
    const name = this.#options.directory.get(symbol)?.name ?? symbol;
    return { symbol, name, marketValue: undefined, turnover: undefined };
  }
}
