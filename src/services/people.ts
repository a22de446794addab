import { timingSafeEqual } from 'node:crypto';
import pLimit from 'p-limit';
import { type Clock, inKorea } from '../clock.ts';
import { type AccountRoles, roleIn } from '../domain/people/account-roles.ts';
import { type ChatAddress, isSameChat } from '../domain/people/chat-address.ts';
import { defaultPersonSettings, type Person, type PersonSettings, type Role } from '../domain/people/person.ts';
import { quietMinutesLeft } from '../domain/people/quiet-hours.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PeopleStore } from '../ports/ledger/people-store.ts';

/** The person at the terminal that the bot runs in. */
export const localIdentity = 'console:local';

/** A pairing code lasts ten minutes and takes five tries, whoever makes them. */
const pairingMs = 10 * 60_000;
const pairingTries = 5;

export type PairResult = 'paired' | 'wrong' | 'closed';

/** The setting that names the people of a role. */
const settingOf = { viewer: 'HOGA_VIEWERS', trader: 'HOGA_TRADERS', owner: 'HOGA_OWNERS' } as const satisfies Record<
  Role,
  string
>;

const settingSuffix = { viewer: 'VIEWERS', trader: 'TRADERS', owner: 'OWNERS' } as const;

/** Lists of people, each as their identities, by role. */
export type PeopleSettings = Readonly<Record<'owners' | 'traders' | 'viewers', readonly (readonly string[])[]>>;

/**
 * A person with all their identities, and where these were named: in a setting, at the `terminal`, or `chat` for the
 * ledger.
 */
export interface KnownPerson {
  readonly person: Person;
  readonly identities: readonly string[];
  readonly from: string;
}

/** The people that the bot knows: those of the settings, by role, and those who were paired or added since. */
export class People {
  readonly #ledger: PeopleStore;
  readonly #onWritten: () => void;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byIdentity = new Map<string, Person>();
  /** By name of an account that has lists of its own, the role of each person. */
  readonly #accountRoles = new Map<string, Map<string, Role>>();
  readonly #settings = new Map<string, PersonSettings>();
  /** Changes are written one after the other. */
  readonly #changes = pLimit(1);
  /** Identities that come from the settings or the terminal. The ledger cannot change them. */
  readonly #fixed = new Map<string, string>();
  /** By setting that names the people of one account, that account. */
  readonly #accountOfSetting = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #pairing: { readonly code: string; readonly until: number; triesLeft: number } | undefined;

  constructor(options: {
    readonly settings: PeopleSettings;
    /** Accounts that have lists of their own. */
    readonly accounts?: readonly { readonly name: string; readonly people: PeopleSettings }[];
    readonly ledger: PeopleStore;
    /** Called after something about people was written to the ledger. */
    readonly onWritten?: () => void;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ledger = options.ledger;
    this.#onWritten = options.onWritten ?? (() => undefined);
    this.#clock = options.clock;
    this.#log = options.log;
    // Roles are taken from the lowest to the highest, so somebody who is listed twice has the higher one.
    this.#fix(options.settings.viewers, 'viewer');
    this.#fix(options.settings.traders, 'trader');
    this.#fix(options.settings.owners, 'owner');
    for (const { name, people } of options.accounts ?? []) this.#fixAccount(name, people);
    // Whoever can type into the process's own terminal can change its settings too, so the terminal is an owner.
    this.#byIdentity.set(localIdentity, { id: localIdentity, role: 'owner' });
    this.#fixed.set(localIdentity, 'terminal');
  }

  /** Those who are named for an account alone may look at the market, and are nobody in the other accounts. */
  #fixAccount(name: string, settings: PeopleSettings): void {
    const roles = new Map<string, Role>([[localIdentity, 'owner']]);
    for (const [list, role] of [
      [settings.viewers, 'viewer'],
      [settings.traders, 'trader'],
      [settings.owners, 'owner'],
    ] as const) {
      for (const identities of list) {
        const known = identities.flatMap((identity) => this.#byIdentity.get(identity) ?? []);
        const person: Person = known[0] ?? { id: identities[0] ?? '', role: 'viewer', onlyInAccounts: true };
        const variable = `KIS_${name.toUpperCase()}_${settingSuffix[role]}`;
        this.#accountOfSetting.set(variable, name);
        for (const identity of identities) {
          if (!this.#byIdentity.has(identity)) this.#byIdentity.set(identity, person);
          if (!this.#fixed.has(identity)) this.#fixed.set(identity, variable);
        }
        roles.set(person.id, role);
      }
    }
    this.#accountRoles.set(name, roles);
  }

  /** Who may do what in an account; undefined where it has no lists of its own. */
  rolesIn(account: string): AccountRoles {
    return this.#accountRoles.get(account);
  }

  #fix(people: readonly (readonly string[])[], role: Role): void {
    for (const identities of people) {
      const person: Person = { id: identities[0] ?? '', role };
      for (const identity of identities) {
        this.#byIdentity.set(identity, person);
        this.#fixed.set(identity, settingOf[role]);
      }
    }
  }

  /**
   * Reads from the ledger who was paired or added, and what people chose; also again, when another process changed
   * that. Where the settings name somebody too, the settings win.
   */
  load(): Promise<void> {
    return this.#changes(async () => {
      const [settings, known] = [await this.#ledger.peopleSettings(), await this.#ledger.people()];
      this.#settings.clear();
      for (const [personId, chosen] of settings) this.#settings.set(personId, chosen);
      for (const identity of this.#byIdentity.keys()) {
        if (!this.#fixed.has(identity)) this.#byIdentity.delete(identity);
      }
      for (const { identity, person } of known) {
        if (!this.#fixed.has(identity)) this.#byIdentity.set(identity, person);
      }
      this.#changed();
    });
  }

  /** `listener` is called after somebody was added, changed or removed, or chose another language. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The person of an identity; undefined for a stranger. */
  identify(identity: string): Person | undefined {
    return this.#byIdentity.get(identity);
  }

  /** The person of an id; undefined where they are not known any more. */
  withId(personId: string): Person | undefined {
    return [...this.#byIdentity.values()].find(({ id }) => id === personId);
  }

  /** What somebody chose for themselves. */
  settings(personId: string): PersonSettings {
    return this.#settings.get(personId) ?? defaultPersonSettings;
  }

  /**
   * Changes what somebody chose for themselves. Messages that are held for the person wait for the end of the new quiet
   * hours.
   */
  changeSettings(
    personId: string,
    change: (before: PersonSettings) => Partial<PersonSettings>,
  ): Promise<PersonSettings> {
    // Changes are made one at a time: when two buttons are pressed in a row, neither may undo the other's change.
    return this.#changes(async () => {
      const before = this.settings(personId);
      const settings = { ...before, ...change(before) };
      const now = this.#clock.now();
      await this.#ledger.setPersonSettings(personId, settings, quietUntil(settings, now) ?? now);
      this.#settings.set(personId, settings);
      this.#onWritten();
      if (settings.language !== before.language) this.#changed();
      return settings;
    });
  }

  /** A chat goes on under another id. What people are told in the old one is told in the new one. */
  async chatMoved(from: ChatAddress, toChatId: string): Promise<void> {
    const to = { channel: from.channel, chatId: toChatId };
    for (const personId of [...this.#settings.keys()]) {
      await this.changeSettings(personId, ({ places }) => {
        const moved = Object.entries(places).map(([topic, place]) => {
          return [topic, place !== 'everywhere' && isSameChat(place, from) ? to : place] as const;
        });
        return { places: Object.fromEntries(moved) };
      });
    }
  }

  /** When the quiet hours that somebody is in end, in milliseconds; undefined where they are in none. */
  quietUntil(personId: string): number | undefined {
    return quietUntil(this.settings(personId), this.#clock.now());
  }

  /** Every identity of one person. */
  identitiesOf(personId: string): readonly string[] {
    return [...this.#byIdentity].filter(([, { id }]) => id === personId).map(([identity]) => identity);
  }

  /** What somebody may read of where people are named: not the setting of an account that they may not know of. */
  #shownTo(by: Person, from: string): string {
    const account = this.#accountOfSetting.get(from);
    const isKnown = account === undefined || roleIn(this.#accountRoles.get(account), by) !== undefined;
    return isKnown ? from : '.env';
  }

  /** All people, owners first, as `by` may see them; without `by`, as the settings name them. */
  list(by?: Person): readonly KnownPerson[] {
    const known = new Map<string, KnownPerson>();
    for (const [identity, person] of this.#byIdentity) {
      const fixed = this.#fixed.get(identity) ?? 'chat';
      const from = by === undefined ? fixed : this.#shownTo(by, fixed);
      // A person of the settings may have one more identity that was added in chat.
      const key = `${from} ${person.id}`;
      const identities = [...(known.get(key)?.identities ?? []), identity];
      known.set(key, { person, identities, from });
    }
    const rank: readonly Role[] = ['owner', 'trader', 'viewer'];
    return [...known.values()].toSorted((a, b) => rank.indexOf(a.person.role) - rank.indexOf(b.person.role));
  }

  /**
   * Makes identities known as one person's, or gives a known person another role. A role belongs to the person, so it
   * changes for all their identities.
   * @throws AppError `people.from-settings`, `people.self`, before anything was changed.
   */
  async assign(identities: readonly [string, ...string[]], role: Role, by: Person): Promise<KnownPerson> {
    const owners = identities.map((identity) => this.identify(identity));
    const known = owners.find((person) => person !== undefined);
    const id = known?.id ?? this.#freeId(identities[0]);
    const all = [...new Set([...this.#identitiesOf(id), ...identities])];
    for (const identity of all) this.#requireChangeable(identity, by);
    if (role !== by.role && owners.some((person) => person?.id === by.id)) throw new AppError('people.self');
    const person: Person = { id, role };
    for (const identity of all) {
      await this.#ledger.addIdentity(identity, person);
      this.#byIdentity.set(identity, person);
    }
    this.#onWritten();
    this.#log.warn('person assigned', { identities: all.join('+'), role, by: by.id });
    this.#changed();
    return { person, identities: all, from: 'chat' };
  }

  /**
   * Removes identities. Returns the people who have none left.
   * @throws AppError `people.unknown`, `people.from-settings`, `people.self`, before anything was changed.
   */
  async remove(identities: readonly string[], by: Person): Promise<readonly Person[]> {
    const owners = identities.map((identity) => {
      const person = this.identify(identity);
      if (person === undefined) throw new AppError('people.unknown', { identity });
      this.#requireChangeable(identity, by);
      if (person.id === by.id) throw new AppError('people.self');
      return person;
    });
    for (const identity of identities) {
      await this.#ledger.removeIdentity(identity);
      this.#byIdentity.delete(identity);
    }
    this.#onWritten();
    this.#log.warn('identities removed', { identities: identities.join('+'), by: by.id });
    this.#changed();
    return owners.filter(({ id }) => this.#identitiesOf(id).length === 0);
  }

  #identitiesOf(id: string): readonly string[] {
    return [...this.#byIdentity].filter(([, person]) => person.id === id).map(([identity]) => identity);
  }

  #requireChangeable(identity: string, by: Person): void {
    const variable = this.#fixed.get(identity);
    if (variable === undefined) return;
    throw new AppError('people.from-settings', { identity, variable: this.#shownTo(by, variable) });
  }

  /** The id of a new person: their first identity, unless another person kept that id after losing the identity. */
  #freeId(identity: string): string {
    let id = identity;
    for (let count = 2; this.#identitiesOf(id).length > 0; count += 1) id = `${identity}/${count}`;
    return id;
  }

  /** Identities that belong to owners, the terminal's first; with the roles of an account, to its owners. */
  ownerIdentities(roles?: AccountRoles): readonly string[] {
    const owners = [...this.#byIdentity]
      .filter(([, person]) => roleIn(roles, person) === 'owner')
      .map(([identity]) => identity);
    return [localIdentity, ...owners.filter((identity) => identity !== localIdentity)];
  }

  /**
   * Opens pairing: one stranger who sends `code` becomes owner. Only where nobody but the terminal is an owner yet.
   * Returns whether it was opened.
   */
  openPairing(code: string): boolean {
    if (this.ownerIdentities().length > 1) return false;
    this.#pairing = { code, until: this.#clock.now() + pairingMs, triesLeft: pairingTries };
    return true;
  }

  /** Tries a pairing code for an identity. */
  async pair(identity: string, code: string): Promise<PairResult> {
    const pairing = this.#pairing;
    if (pairing === undefined || this.#clock.now() >= pairing.until || pairing.triesLeft === 0) return 'closed';
    pairing.triesLeft -= 1;
    if (!sameText(pairing.code, code)) {
      this.#log.warn('pairing code wrong', { identity, triesLeft: pairing.triesLeft });
      return 'wrong';
    }
    this.#pairing = undefined;
    const person: Person = { id: this.#freeId(identity), role: 'owner' };
    await this.#ledger.addIdentity(identity, person);
    this.#byIdentity.set(identity, person);
    this.#onWritten();
    this.#log.info('owner paired', { identity });
    this.#changed();
    return 'paired';
  }
}

function quietUntil({ quiet }: PersonSettings, now: number): number | undefined {
  const moment = inKorea(now).startOf('minute');
  const left = quiet === undefined ? 0 : quietMinutesLeft(quiet, moment.hour * 60 + moment.minute);
  return left === 0 ? undefined : moment.toMillis() + left * 60_000;
}

/** Compares two texts in a time that does not tell how much of them is equal. */
function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
