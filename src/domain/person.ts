/** What somebody may do; each role may do all that the ones before it may. */
export type Role = 'viewer' | 'trader' | 'owner';

/** Somebody we know, under whatever identities they write. */
export interface Person {
  readonly id: string;
  readonly role: Role;
}

/** What somebody chose for themselves. */
export interface PersonSettings {
  /** Tickets are shown in all of the person's chats; a press in one settles them all. */
  readonly mirror: boolean;
}

export const defaultPersonSettings: PersonSettings = { mirror: false };
