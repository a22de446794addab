import type { Clock } from '../../clock.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Log } from '../../log.ts';
import type { Watchlists } from '../../ports/ledger/watchlists.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Accounts, TradingAccount } from '../accounts.ts';

/** How long holdings that were read count; a fill has them read again at once. */
const holdingsGoodForMs = 10 * 60_000;
/** The pause after a balance that could not be read. */
const retryMs = 60_000;

/** Why an issue is a person's: they put it on their watchlist, or an account that they may see holds it. */
export type IssuePlace = 'watchlist' | TradingAccount;

/** What an account holds. */
interface Holdings {
  readonly symbols: ReadonlySet<string>;
  /** When they are to be read again, in milliseconds. */
  readonly dueAt: number;
}

/** Knows the issues of people: their watchlists, and what the accounts hold that they may see. */
export class EventIssues {
  readonly #accounts: () => Accounts;
  readonly #watchlists: Pick<Watchlists, 'watchlist'>;
  readonly #clock: Clock;
  readonly #log: Log;
  /** By name of the account. */
  readonly #held = new Map<string, Holdings>();
  /** How many fills there were, to find those that come while a balance is being read. */
  #fills = 0;
  /** By person. */
  readonly #watched = new Map<string, readonly string[]>();

  constructor(options: {
    readonly accounts: () => Accounts;
    readonly ledger: Pick<Watchlists, 'watchlist'>;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#accounts = options.accounts;
    this.#watchlists = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Reads the watchlists of people, and the holdings that are due: one call an account (one more for every fifty
   * holdings) in ten minutes. A balance that cannot be read leaves what was read before.
   */
  async refresh(people: readonly Person[], options: ReadOptions): Promise<void> {
    for (const { id } of people) this.#watched.set(id, await this.#watchlists.watchlist(id));
    const now = this.#clock.now();
    const seen = new Set(people.flatMap((person) => this.#accounts().visibleTo(person)));
    for (const account of seen) {
      const { ledgerName, broker } = account;
      const known = this.#held.get(ledgerName);
      if (known !== undefined && now < known.dueAt) continue;
      const fills = this.#fills;
      try {
        const { positions } = await broker.balance(options);
        const symbols = new Set(positions.filter(({ quantity }) => quantity > 0).map(({ symbol }) => symbol));
        this.#held.set(ledgerName, { symbols, dueAt: fills === this.#fills ? now + holdingsGoodForMs : 0 });
      } catch (error) {
        this.#log.warn('holdings for events not read', { account: account.label.name, error });
        this.#held.set(ledgerName, { symbols: known?.symbols ?? new Set(), dueAt: now + retryMs });
      }
    }
  }

  /** Shares were bought or sold: the next look reads all holdings again. */
  onFill(): void {
    this.#fills += 1;
    for (const [name, { symbols }] of this.#held) this.#held.set(name, { symbols, dueAt: 0 });
  }

  /** A person's issues, as they were read last. */
  of(person: Person): { readonly watched: readonly string[]; readonly held: readonly string[] } {
    const held = this.#accounts()
      .visibleTo(person)
      .flatMap(({ ledgerName }) => [...(this.#held.get(ledgerName)?.symbols ?? [])]);
    return { watched: this.#watched.get(person.id) ?? [], held: [...new Set(held)] };
  }

  /** Why an issue is a person's; undefined where it is not. What they watch openly is not told as a holding. */
  placeOf(person: Person, symbol: string): IssuePlace | undefined {
    if (this.#watched.get(person.id)?.includes(symbol) === true) return 'watchlist';
    return this.#accounts()
      .visibleTo(person)
      .find(({ ledgerName }) => this.#held.get(ledgerName)?.symbols.has(symbol));
  }
}
