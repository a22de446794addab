import type { Person, Role } from '../domain/person.ts';

/** The person at the terminal that the bot runs in. */
export const localIdentity = 'console:local';

/** Who is who: identities of the settings, by role; somebody listed twice has the higher one. */
export class People {
  readonly #byIdentity = new Map<string, Person>();

  constructor(settings: Readonly<Record<'owners' | 'traders' | 'viewers', readonly (readonly string[])[]>>) {
    this.#add(settings.viewers, 'viewer');
    this.#add(settings.traders, 'trader');
    this.#add(settings.owners, 'owner');
    // Whoever can type into the process's own terminal can do all that its settings can.
    this.#byIdentity.set(localIdentity, { id: localIdentity, role: 'owner' });
  }

  #add(people: readonly (readonly string[])[], role: Role): void {
    for (const identities of people) {
      const person: Person = { id: identities[0] ?? '', role };
      for (const identity of identities) this.#byIdentity.set(identity, person);
    }
  }

  /** Undefined for a stranger. */
  identify(identity: string): Person | undefined {
    return this.#byIdentity.get(identity);
  }
}
