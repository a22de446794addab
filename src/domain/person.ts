import type { NoticeTopic } from './notice.ts';
import type { QuietHours } from './quiet-hours.ts';

/** What somebody may do; each role may do all that the ones before it may. */
export type Role = 'viewer' | 'trader' | 'owner';

const roleOrder: readonly Role[] = ['viewer', 'trader', 'owner'];

/** Whether somebody of this role may do what needs that one. */
export function roleAllows(role: Role, needed: Role): boolean {
  return roleOrder.indexOf(role) >= roleOrder.indexOf(needed);
}

/** Somebody we know, under whatever identities they write. */
export interface Person {
  readonly id: string;
  readonly role: Role;
}

/** The languages that the bot speaks. */
export type Language = 'ko' | 'en';

/** How somebody is told of something: with a sound, without one, or not at all. */
export type Loudness = 'on' | 'silent' | 'off';

/** What somebody chose for themselves: how they are told of each topic, and the rest. */
export interface PersonSettings extends Readonly<Record<NoticeTopic, Loudness>> {
  /** Tickets are shown in all of the person's chats; a press in one settles them all. */
  readonly mirror: boolean;
  /** When notices wait; undefined when they never do. */
  readonly quiet: QuietHours | undefined;
  /** Undefined is the bot's own. */
  readonly language: Language | undefined;
}

export const defaultPersonSettings: PersonSettings = {
  fills: 'on',
  alerts: 'on',
  orders: 'on',
  starts: 'on',
  mirror: false,
  quiet: undefined,
  language: undefined,
};
