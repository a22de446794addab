import { visibleText } from '../domain/clean-text.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Words } from '../i18n/index.ts';
import type { Redactor } from '../log.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { Hold, OutboxDraft } from '../ports/ledger/outbox-store.ts';
import { forAccount, type MessageAccount, withAccount, withTag } from './account-tag.ts';
import type { Message } from './channel.ts';

/** A message and the chat that it is for. */
export interface Outgoing {
  readonly address: ChatAddress;
  readonly message: Message;
  /** A name by which later messages can edit this one. */
  readonly key?: string | undefined;
  /** The name of the message that this one replaces. It is sent as a new message when that one was never sent. */
  readonly edits?: string | undefined;
  readonly hold?: Hold | undefined;
  /** The subject of the message; see `OutboxDraft`. */
  readonly about?: string | undefined;
  /** The account that it is about; undefined for what is about none. */
  readonly account?: MessageAccount | undefined;
  /** The language of the message, when it differs from the chat's language. */
  readonly words?: Words | undefined;
}

/** What is applied to every message before it is stored. */
export interface MessageHeader {
  /**
   * Every message begins with a mark of the venue (`[모의투자]`), so that nobody takes play money for real money. Undefined
   * where accounts are at several venues: then a message about no account has the mark of `venueAt`.
   */
  readonly venue: VenueDescription['kind'] | undefined;
  /** The only venue that the reader of a chat has accounts at; undefined where they have several, or nobody knows. */
  readonly venueAt?: (address: ChatAddress) => VenueDescription['kind'] | undefined;
  readonly redactor: Redactor;
  readonly wordsAt: (address: ChatAddress) => Words;
}

/** Converts a message into the form in which it waits in the ledger. */
export function toDraft(
  { address, about, key, edits, hold, message, words, account }: Outgoing,
  { venue, venueAt, redactor, wordsAt }: MessageHeader,
): OutboxDraft {
  const whole = account === undefined ? message : forAccount(message, account);
  const { lines, ...others } = withoutSecrets(whole, redactor) as Message;
  const own = words ?? wordsAt(address);
  const kind = venue ?? venueAt?.(address);
  const ofVenue = kind === undefined ? '' : own.venueTag[kind];
  const tagged = account === undefined ? withTag(ofVenue, lines) : withAccount(own, account, lines);
  const colour = account?.named === true ? { venue: account.label.venue } : {};
  const passing = message.passing === undefined ? {} : { passing: message.passing };
  return { address, about, key, edits, hold, ...passing, body: { ...others, ...colour, lines: tagged } };
}

/**
 * Removes secrets from every text of a message, in spans of all kinds. Button ids are left alone, because they must
 * come back unchanged.
 */
function withoutSecrets(part: unknown, redactor: Redactor): unknown {
  // Invisible characters are removed first: between the letters of a secret they would hide it from the redactor.
  if (typeof part === 'string') return redactor.redact(visibleText(part));
  if (Array.isArray(part)) return part.map((item) => withoutSecrets(item, redactor));
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part;
  const clean = ([name, value]: [string, unknown]) => [name, name === 'id' ? value : withoutSecrets(value, redactor)];
  return Object.fromEntries(Object.entries(part).map(clean));
}
