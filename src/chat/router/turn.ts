import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import type { Button } from '../channel.ts';
import type { AccountChoice } from './account-choice.ts';

/** One message or press to answer: who did it, in which chat, and which message the answer replaces, if any. */
export interface Turn {
  readonly person: Person;
  readonly words: Words;
  /** The account that it is about; undefined for what is about none. */
  readonly account?: TradingAccount | undefined;
  /** The account that the line names, or all of them. */
  readonly named?: AccountChoice['account'];
  readonly address: ChatAddress;
  /** The chat itself, for what is kept of it: an address may be that of one interaction. */
  readonly chat: ChatAddress;
  /** The outbox key of the message that the answer replaces; undefined for a new message. */
  readonly edits: string | undefined;
  /** When the person did it, in milliseconds. */
  readonly at: number;
  /** A refresh button, added to errors and progress so that a replaced view can be tried again. */
  readonly again?: Button;
  /** Whether nobody else reads this chat. */
  readonly alone: boolean;
  /** Posted in a group without addressing the bot. */
  readonly overheard: boolean;
}
