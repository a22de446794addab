/** How a call of the ledger ended. */
type CallOutcome = { readonly value: unknown } | { readonly error: unknown };

/** What one account's limits are at, as far as its ledger was asked to change them. */
interface Switches {
  /** Rises with every halt, so that a call can tell whether one was in force all the while; undefined for none. */
  haltedSince: number | undefined;
  /** Somebody asked to halt it, whether or not that could be written, and nobody has resumed it since. */
  mayBeHalted: boolean;
  /** How often that was asked. */
  haltsAsked: number;
  /** Won of the day's orders that were taken, or may have been. */
  spent: number;
}

/** Halts and the day's sums by account, to tell whether what the ledger said of one was in truth another's. */
export class AccountSwitches {
  /** One sentence for each time that an account was held to what was not its own. */
  readonly violations: string[] = [];
  readonly #accounts = new Map<string, Switches>();
  #halts = 0;

  /** A halt or its end, before it is written. Returns what is to be told how that ended. */
  setHalted(account: string, halted: boolean): (outcome: CallOutcome) => void {
    const own = this.#of(account);
    if (halted) {
      own.mayBeHalted = true;
      own.haltsAsked += 1;
    } else own.haltedSince = undefined;
    const { haltsAsked } = own;
    return (outcome) => {
      if ('error' in outcome) return;
      if (!halted && haltsAsked === own.haltsAsked) own.mayBeHalted = false;
      // A halt that was asked for before, and written before, may have been known only after this was asked for.
      if (!halted) own.haltedSince = undefined;
      if (!halted) return;
      this.#halts += 1;
      own.haltedSince = this.#halts;
    };
  }

  /** How the halts stand, to be compared with when a call has ended. */
  look(account: string): {
    /** @param what the account did that only a halted one does. */
    requireMayBeHalted(what: string): void;
    isStillHalted(): boolean;
    isHaltedElsewhere(): boolean;
  } {
    const own = this.#of(account);
    const before = new Map([...this.#accounts].map(([name, { haltedSince }]) => [name, haltedSince]));
    const mayBeHalted = own.mayBeHalted;
    const isStill = (name: string, { haltedSince }: Switches): boolean =>
      haltedSince !== undefined && before.get(name) === haltedSince;
    return {
      requireMayBeHalted: (what) => {
        if (!mayBeHalted && !own.mayBeHalted) this.violations.push(`${account} ${what}, and nobody had halted it`);
      },
      isStillHalted: () => isStill(account, own),
      isHaltedElsewhere: () => [...this.#accounts].some(([name, its]) => name !== account && isStill(name, its)),
    };
  }

  /** An account's ledger is asked to take orders of so many won; they count until it is known that it did not. */
  spend(account: string, added: number): { nothing(): void; requireOver(cap: number): void } {
    const own = this.#of(account);
    own.spent += added;
    return {
      nothing: () => {
        own.spent -= added;
      },
      requireOver: (cap) => {
        if (own.spent > cap) return;
        this.violations.push(`${account} refused ${added} won, which its day of ${own.spent} won had room for`);
      },
    };
  }

  requireSpent(account: string, said: number): void {
    const { spent } = this.#of(account);
    if (said > spent) this.violations.push(`${account} was said to have spent ${said} won, and spent ${spent}`);
  }

  /** Won, of all accounts together. */
  spentInAll(): number {
    return [...this.#accounts.values()].reduce((sum, { spent }) => sum + spent, 0);
  }

  #of(account: string): Switches {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const fresh: Switches = { haltedSince: undefined, mayBeHalted: false, haltsAsked: 0, spent: 0 };
    this.#accounts.set(account, fresh);
    return fresh;
  }
}
