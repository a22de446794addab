/** What somebody may do; each role may do all that the ones before it may. */
export type Role = 'viewer' | 'trader' | 'owner';

/** Somebody we know, under whatever identities they write. */
export interface Person {
  readonly id: string;
  readonly role: Role;
}
