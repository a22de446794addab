import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person, PersonSettings } from '../../domain/people/person.ts';

/** People, how they are known, and what each chose. */
export interface PeopleStore {
  /** By person, what each chose; nobody else chose anything. */
  peopleSettings(): Promise<ReadonlyMap<string, PersonSettings>>;
  /** Messages that are held for the person wait until `heldUntil` from now on. */
  setPersonSettings(personId: string, settings: PersonSettings, heldUntil: number): Promise<void>;
  /** Makes an identity (`telegram:123`) known as a person's, or changes whose it is. */
  addIdentity(identity: string, person: Person): Promise<void>;
  /** False when it was not known that way. */
  removeIdentity(identity: string): Promise<boolean>;
  /** Everybody who was made known that way. */
  people(): Promise<readonly { readonly identity: string; readonly person: Person }[]>;
  /** A chat goes on under another id, with its tickets, orders and alerts. */
  moveChat(from: ChatAddress, toChatId: string): Promise<void>;
}
