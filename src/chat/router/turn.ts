import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { Button } from '../channel.ts';

/** One message or press to answer: who did it, in which chat, and which message the answer replaces, if any. */
export interface Turn {
  readonly person: Person;
  readonly words: Words;
  readonly address: ChatAddress;
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
