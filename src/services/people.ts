import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Person, Role } from '../domain/person.ts';
import type { Log } from '../log.ts';
import type { Ledger } from '../ports.ts';

/** The person at the terminal that the bot runs in. */
export const localIdentity = 'console:local';

/** A pairing code lasts ten minutes and five tries, whoever makes them. */
const pairingMs = 10 * 60_000;
const pairingTries = 5;

export type PairResult = 'paired' | 'wrong' | 'closed';

/** Who is who: identities of the settings, by role, and whoever was paired since. */
export class People {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byIdentity = new Map<string, Person>();
  #pairing: { readonly code: string; readonly until: number; triesLeft: number } | undefined;

  constructor(options: {
    readonly settings: Readonly<Record<'owners' | 'traders' | 'viewers', readonly (readonly string[])[]>>;
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
    // Somebody listed twice has the higher role.
    this.#add(options.settings.viewers, 'viewer');
    this.#add(options.settings.traders, 'trader');
    this.#add(options.settings.owners, 'owner');
    // Whoever can type into the process's own terminal can do all that its settings can.
    this.#byIdentity.set(localIdentity, { id: localIdentity, role: 'owner' });
  }

  #add(people: readonly (readonly string[])[], role: Role): void {
    for (const identities of people) {
      const person: Person = { id: identities[0] ?? '', role };
      for (const identity of identities) this.#byIdentity.set(identity, person);
    }
  }

  /** Reads who was paired before. The settings win over it. */
  async load(): Promise<void> {
    for (const { identity, person } of await this.#ledger.people()) {
      if (!this.#byIdentity.has(identity)) this.#byIdentity.set(identity, person);
    }
  }

  /** Undefined for a stranger. */
  identify(identity: string): Person | undefined {
    return this.#byIdentity.get(identity);
  }

  /** Identities that belong to owners, the terminal's first. */
  ownerIdentities(): readonly string[] {
    const owners = [...this.#byIdentity].filter(([, { role }]) => role === 'owner').map(([identity]) => identity);
    return [localIdentity, ...owners.filter((identity) => identity !== localIdentity)];
  }

  /** Lets one stranger become owner with `code`: where nobody but the terminal is one yet. Says whether it did. */
  openPairing(code: string): boolean {
    if (this.ownerIdentities().length > 1) return false;
    this.#pairing = { code, until: this.#clock.now() + pairingMs, triesLeft: pairingTries };
    return true;
  }

  /** One try with a code. */
  async pair(identity: string, code: string): Promise<PairResult> {
    const pairing = this.#pairing;
    if (pairing === undefined || this.#clock.now() >= pairing.until || pairing.triesLeft === 0) return 'closed';
    pairing.triesLeft -= 1;
    if (!sameText(pairing.code, code)) {
      this.#log.warn('pairing code wrong', { identity, triesLeft: pairing.triesLeft });
      return 'wrong';
    }
    this.#pairing = undefined;
    const person: Person = { id: identity, role: 'owner' };
    await this.#ledger.addIdentity(identity, person);
    this.#byIdentity.set(identity, person);
    this.#log.info('owner paired', { identity });
    return 'paired';
  }
}

/** Compares without telling by its speed how much fits. */
function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
