import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { Button } from '../channel.ts';

/** One thing to answer: who, where, and the message that is edited instead of a new one, if any. */
export interface Turn {
  readonly person: Person;
  readonly words: Words;
  readonly address: ChatAddress;
  /** The key of the message to edit. */
  readonly edits: string | undefined;
  /** When the person did it. */
  readonly at: number;
  /** Tries again what the message in whose place the answer comes was to show. */
  readonly again?: Button;
  /** Whether nobody else reads along there. */
  readonly alone: boolean;
  /** Said among others, and not to the bot. */
  readonly overheard: boolean;
}
