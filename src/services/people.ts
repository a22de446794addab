import { timingSafeEqual } from 'node:crypto';
import { type Clock, inKorea } from '../clock.ts';
import { type ChatAddress, isSameChat } from '../domain/people/chat-address.ts';
import { defaultPersonSettings, type Person, type PersonSettings, type Role } from '../domain/people/person.ts';
import { quietMinutesLeft } from '../domain/people/quiet-hours.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PeopleStore } from '../ports/ledger/people-store.ts';
import { SerialQueue } from './serial-queue.ts';

/** The person at the terminal that the bot runs in. */
export const localIdentity = 'console:local';

/** A pairing code lasts ten minutes and five tries, whoever makes them. */
const pairingMs = 10 * 60_000;
const pairingTries = 5;

export type PairResult = 'paired' | 'wrong' | 'closed';

/** Where the people of a role are named in the settings. */
const settingOf = { viewer: 'HOGA_VIEWERS', trader: 'HOGA_TRADERS', owner: 'HOGA_OWNERS' } as const satisfies Record<
  Role,
  string
>;

/** Somebody with all their identities, and where they are from: a variable of the settings, or `chat` for the ledger. */
export interface KnownPerson {
  readonly person: Person;
  readonly identities: readonly string[];
  readonly from: (typeof settingOf)[Role] | 'terminal' | 'chat';
}

/** Who is who: identities of the settings, by role, and whoever was paired or added since. */
export class People {
  readonly #ledger: PeopleStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byIdentity = new Map<string, Person>();
  readonly #settings = new Map<string, PersonSettings>();
  readonly #changes = new SerialQueue();
  /** Those that the ledger has no say in. */
  readonly #fixed = new Map<string, Exclude<KnownPerson['from'], 'chat'>>();
  readonly #listeners = new Set<() => void>();
  #pairing: { readonly code: string; readonly until: number; triesLeft: number } | undefined;

  constructor(options: {
    readonly settings: Readonly<Record<'owners' | 'traders' | 'viewers', readonly (readonly string[])[]>>;
    readonly ledger: PeopleStore;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
    // Somebody listed twice has the higher role.
    this.#fix(options.settings.viewers, 'viewer');
    this.#fix(options.settings.traders, 'trader');
    this.#fix(options.settings.owners, 'owner');
    // Whoever can type into the process's own terminal can do all that its settings can.
    this.#byIdentity.set(localIdentity, { id: localIdentity, role: 'owner' });
    this.#fixed.set(localIdentity, 'terminal');
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

  /** Reads who was paired or added before, and what people chose. The bot's settings win over who was added. */
  async load(): Promise<void> {
    for (const [personId, settings] of await this.#ledger.peopleSettings()) this.#settings.set(personId, settings);
    for (const { identity, person } of await this.#ledger.people()) {
      if (!this.#byIdentity.has(identity)) this.#byIdentity.set(identity, person);
    }
  }

  /** `listener` is called after somebody was added, changed or removed, or chose another language. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Undefined for a stranger. */
  identify(identity: string): Person | undefined {
    return this.#byIdentity.get(identity);
  }

  /** Undefined for somebody who is not known any more. */
  withId(personId: string): Person | undefined {
    return [...this.#byIdentity.values()].find(({ id }) => id === personId);
  }

  /** What somebody chose for themselves. */
  settings(personId: string): PersonSettings {
    return this.#settings.get(personId) ?? defaultPersonSettings;
  }

  /** What is held for them waits for the end of the quiet hours as they are then. */
  changeSettings(
    personId: string,
    change: (before: PersonSettings) => Partial<PersonSettings>,
  ): Promise<PersonSettings> {
    // One at a time: two buttons pressed in a row must not each take the other's change back.
    return this.#changes.run(async () => {
      const before = this.settings(personId);
      const settings = { ...before, ...change(before) };
      const now = this.#clock.now();
      await this.#ledger.setPersonSettings(personId, settings, quietUntil(settings, now) ?? now);
      this.#settings.set(personId, settings);
      if (settings.language !== before.language) this.#changed();
      return settings;
    });
  }

  /** A chat goes on under another id, and with it what people are told there. */
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

  /** When somebody's quiet hours that are now end, in milliseconds; undefined outside of them. */
  quietUntil(personId: string): number | undefined {
    return quietUntil(this.settings(personId), this.#clock.now());
  }

  /** Every identity of one person. */
  identitiesOf(personId: string): readonly string[] {
    return [...this.#byIdentity].filter(([, { id }]) => id === personId).map(([identity]) => identity);
  }

  /** Everybody, owners first. */
  list(): readonly KnownPerson[] {
    const known = new Map<string, KnownPerson>();
    for (const [identity, person] of this.#byIdentity) {
      const from = this.#fixed.get(identity) ?? 'chat';
      // Somebody of the settings may have a further identity that was added in chat.
      const key = `${from} ${person.id}`;
      const identities = [...(known.get(key)?.identities ?? []), identity];
      known.set(key, { person, identities, from });
    }
    const rank: readonly Role[] = ['owner', 'trader', 'viewer'];
    return [...known.values()].toSorted((a, b) => rank.indexOf(a.person.role) - rank.indexOf(b.person.role));
  }

  /**
   * Makes identities known as one person's, or changes the role of whose they are: of all their identities, because a
   * role is a person's. @throws AppError `people.from-settings`, `people.self`, before anything was changed.
   */
  async assign(identities: readonly [string, ...string[]], role: Role, by: Person): Promise<KnownPerson> {
    const owners = identities.map((identity) => this.identify(identity));
    const known = owners.find((person) => person !== undefined);
    const id = known?.id ?? this.#freeId(identities[0]);
    const all = [...new Set([...this.#identitiesOf(id), ...identities])];
    for (const identity of all) this.#requireChangeable(identity);
    if (role !== by.role && owners.some((person) => person?.id === by.id)) throw new AppError('people.self');
    const person: Person = { id, role };
    for (const identity of all) {
      await this.#ledger.addIdentity(identity, person);
      this.#byIdentity.set(identity, person);
    }
    this.#log.warn('person assigned', { identities: all.join('+'), role, by: by.id });
    this.#changed();
    return { person, identities: all, from: 'chat' };
  }

  /**
   * Takes identities away; says of whom nothing is left.
   * @throws AppError `people.unknown`, `people.from-settings`, `people.self`, before anything was changed.
   */
  async remove(identities: readonly string[], by: Person): Promise<readonly Person[]> {
    const owners = identities.map((identity) => {
      const person = this.identify(identity);
      if (person === undefined) throw new AppError('people.unknown', { identity });
      this.#requireChangeable(identity);
      if (person.id === by.id) throw new AppError('people.self');
      return person;
    });
    for (const identity of identities) {
      await this.#ledger.removeIdentity(identity);
      this.#byIdentity.delete(identity);
    }
    this.#log.warn('identities removed', { identities: identities.join('+'), by: by.id });
    this.#changed();
    return owners.filter(({ id }) => this.#identitiesOf(id).length === 0);
  }

  #identitiesOf(id: string): readonly string[] {
    return [...this.#byIdentity].filter(([, person]) => person.id === id).map(([identity]) => identity);
  }

  #requireChangeable(identity: string): void {
    const variable = this.#fixed.get(identity);
    if (variable !== undefined) throw new AppError('people.from-settings', { identity, variable });
  }

  /** Somebody new is called by their first identity; not where another kept that name after losing the identity. */
  #freeId(identity: string): string {
    let id = identity;
    for (let count = 2; this.#identitiesOf(id).length > 0; count += 1) id = `${identity}/${count}`;
    return id;
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
    const person: Person = { id: this.#freeId(identity), role: 'owner' };
    await this.#ledger.addIdentity(identity, person);
    this.#byIdentity.set(identity, person);
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

/** Compares without telling by its speed how much fits. */
function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
