import type { Words } from '../i18n/index.ts';
import type { AccountLabel } from '../services/accounts.ts';
import { type Button, longestButtonId, type Message } from './channel.ts';

/** The account that a message is about; `named` where the reader has several, and has to be told which. */
export interface MessageAccount {
  readonly label: AccountLabel;
  readonly named: boolean;
}

/** What a message about an account begins with: `[연금 · 실전]`, or of the only one, what says that it is play money. */
export function accountTag(words: Words, { label: { title, venue }, named }: MessageAccount): string {
  return named ? `[${title} · ${words.accounts.venue[venue]}]` : words.venueTag[venue];
}

/**
 * The message with buttons that ask for what is this account's, whatever account the chat works with when they are
 * pressed. A button that has no room for the account is left out, because it would ask another.
 */
export function forAccount(message: Message, { label: { name }, named }: MessageAccount): Message {
  if (!named || message.buttons === undefined) return message;
  const marked = (button: Button): Button | undefined => {
    if (!/^(?:run|show|ask|instead):/.test(button.id) || /\s@\S+$/.test(button.id)) return button;
    const id = `${button.id} @${name}`;
    return Buffer.byteLength(id) <= longestButtonId ? { ...button, id } : undefined;
  };
  const rows = message.buttons.map((row) => row.flatMap((button) => marked(button) ?? []));
  return { ...message, buttons: rows.filter((row) => row.length > 0) };
}
