import type { Words } from '../i18n/index.ts';
import type { AccountLabel } from '../services/accounts.ts';
import { type Button, type Line, longestButtonId, type Message } from './channel.ts';

/** The account that a message is about; `named` where the reader has several, and has to be told which. */
export interface MessageAccount {
  readonly label: AccountLabel;
  readonly named: boolean;
}

/** Stands before whatever names an account with real money, and before nothing else. */
export function liveMark(venue: AccountLabel['venue']): string {
  return venue === 'live' ? '🟠 ' : '';
}

/** An account as it stands above what is about it: `[연금 · 시뮬레이터]`, `🟠 [위탁 · 실전]`. */
export function accountHeading(words: Words, { title, venue }: AccountLabel): string {
  return `${liveMark(venue)}[${title} · ${words.accounts.venue[venue]}]`;
}

/**
 * The message's lines, with what says which account they are about: for somebody with several accounts a line of its
 * own, because on a phone a title beside it would be broken in two; of the only one, what says that it is play money.
 */
export function withAccount(words: Words, { label, named }: MessageAccount, lines: readonly Line[]): readonly Line[] {
  return named ? [[{ bold: accountHeading(words, label) }], ...lines] : withTag(words.venueTag[label.venue], lines);
}

/** The lines with a mark before the first. */
export function withTag(tag: string, [first = '', ...rest]: readonly Line[]): readonly Line[] {
  if (tag === '') return [first, ...rest];
  return [[`${tag} `, ...(typeof first === 'string' ? [first] : first)], ...rest];
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
