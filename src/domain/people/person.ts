import type { AlertHours } from '../alerts/alert.ts';
import type { Exchange } from '../orders/order.ts';
import type { ChatAddress } from './chat-address.ts';
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
  /** What they may do in the bot, and in the accounts that have no lists of people of their own. */
  readonly role: Role;
  /** Named for some accounts alone: the others are nothing to them. */
  readonly onlyInAccounts?: true;
  /** Writes where others read along: accounts with lists of their own are not there. */
  readonly amongOthers?: true;
}

/** The languages that the bot speaks. */
export type Language = 'ko' | 'en';

/** How somebody is told of something: with a sound, without one, or not at all. */
export type NotificationLevel = 'on' | 'silent' | 'off';

/** Where somebody is told of a topic: in one chat, or in all their own ones. */
export type NoticePlace = ChatAddress | 'everywhere';

/** What somebody chose for themselves: how they are told of each topic, and the rest. */
export interface PersonSettings extends Readonly<Record<NoticeTopic, NotificationLevel>> {
  /** Tickets are shown in all of the person's chats; a press in one settles them all. */
  readonly mirror: boolean;
  /** Where notices of a topic go. A topic that is missing is told in the chat that asked for the order or alert. */
  readonly places: Readonly<Partial<Record<NoticeTopic, NoticePlace>>>;
  /** The exchange of orders that name none; undefined is KRX. */
  readonly exchange: Exchange | undefined;
  /** Which prices the person's new alerts are on, where they do not say. */
  readonly alertHours: AlertHours;
  /** When notices wait; undefined when they never do. */
  readonly quiet: QuietHours | undefined;
  /** The name of the account that each of the person's chats works with, by `chatKey`; without one, the first. */
  readonly accounts: Readonly<Record<string, string>>;
  /** The person's language; undefined is the bot's own. */
  readonly language: Language | undefined;
}

export const defaultPersonSettings: PersonSettings = {
  fills: 'on',
  alerts: 'on',
  events: 'on',
  orders: 'on',
  reports: 'on',
  starts: 'on',
  mirror: false,
  places: {},
  exchange: undefined,
  alertHours: 'regular',
  quiet: undefined,
  accounts: {},
  language: undefined,
};
