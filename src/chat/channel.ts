import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Language, Role } from '../domain/people/person.ts';

/** A run of text on a line. */
export type Span =
  | string
  | { readonly bold: string }
  /** Something to copy: a command, an order number. */
  | { readonly code: string }
  /** Up is red and down is blue where colours show, as Koreans expect. */
  | { readonly tone: 'up' | 'down' | 'even'; readonly text: string };

/** One line of a message. A string is a line of plain text. */
export type Line = string | readonly Span[];

/** Bytes of a button's id: Telegram takes no more. */
export const longestButtonId = 64;

export interface Button {
  /** What comes back when it is pressed; at most `longestButtonId` bytes. */
  readonly id: string;
  readonly label: string;
}

/** A picture or a file that goes with a message. */
export interface Attachment {
  readonly kind: 'photo' | 'file';
  /** With its ending: `chart.png`. */
  readonly name: string;
  /** Base64, because messages wait on disk as JSON. */
  readonly data: string;
}

/** What a channel shows. Channels translate it and decide nothing about it. */
export interface Message {
  readonly lines: readonly Line[];
  /** Rows of buttons. */
  readonly buttons?: readonly (readonly Button[])[];
  /** Money matters: where others read along, it is shown to the person alone. */
  readonly private?: boolean | undefined;
  readonly attachments?: readonly Attachment[];
  /** Comes without a sound. */
  readonly silent?: true;
  /** Says only what is under way: the answer takes its place. */
  readonly passing?: true;
  /** It is no answer, and why: the error's code, and whether it was asked in a way that has none (`mistyped`). */
  readonly failure?: { readonly code: string; readonly mistyped: boolean };
  /** The answer as a program reads it: plain JSON, all rows. Only channels that take it are given it. */
  readonly data?: unknown;
}

/** What a person did in a channel. */
export interface Incoming {
  /** The channel's own id of it, so that the same thing delivered twice is done once. */
  readonly id: string;
  readonly channel: string;
  readonly chatId: string;
  /** Who: `console:local`, `telegram:123`. */
  readonly identity: string;
  readonly input:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'press'; readonly button: string };
  /** Said in the name of a group or a channel, so that nobody can tell by whom: `identity` is nobody's then. */
  readonly anonymous?: boolean;
  /** When the person did it, in milliseconds. */
  readonly at: number;
  /** Nobody else reads along there, as far as the channel knows. */
  readonly alone?: boolean | undefined;
  /** Said among others and to nobody in particular: only what is plainly meant for the bot is answered. */
  readonly overheard?: boolean;
}

/** Hands something over; resolves when everything it caused has been said. Channels need not wait for it. */
export type Receive = (incoming: Incoming) => Promise<void>;

/** What somebody has typed so far for one argument of a command, where a channel can propose how to go on. */
export interface SuggestionQuery {
  readonly identity: string;
  readonly command: string;
  /** The argument's key in the command's declaration. */
  readonly argument: string;
  readonly text: string;
}

export interface Suggestion {
  readonly label: string;
  /** What takes the place of what was typed. */
  readonly value: string;
}

/** At once, from memory: a platform waits a moment only. Nothing for those who may not use the command. */
export type Suggest = (query: SuggestionQuery) => readonly Suggestion[];

/** What a channel may ask the bot, and tell it, beside what people do. */
export interface ChannelHost {
  /** Everybody who is known, by each identity of theirs, with the language they chose, if any. */
  people(): readonly { readonly identity: string; readonly role: Role; readonly language?: Language | undefined }[];
  /** `listener` is called after people were added, changed or removed, or chose another language. */
  onPeopleChange(listener: () => void): void;
  /** A chat goes on under another id: what is kept for the old one is meant for the new. */
  chatMoved(from: ChatAddress, toChatId: string): Promise<void>;
  /** Another program takes what people do in this channel, with the same token; whether this one lets it for now. */
  notAlone(channel: string, stepsAside: boolean): void;
}

/** What a platform may post to us, over our own HTTP server. */
export interface Hook {
  readonly path: string;
  /** Whether whoever sent these headers may post here; asked before anything is read. */
  admits(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean;
  /** Takes what was posted, and says with which HTTP status it is answered; what it causes is not waited for. */
  take(body: unknown): number;
}

/**
 * A place to chat in. `send` and `edit` throw ChannelError; they are called for one chat at a time. One that failed is
 * tried again with the same message, and others may come between.
 */
export interface Channel {
  readonly name: string;
  /** Is given the data of answers, which chats have no use for. */
  readonly takesData?: true;
  /** Absent where nothing is posted to us. */
  readonly hook?: Hook | undefined;
  start(receive: Receive, suggest: Suggest, channelHost: ChannelHost): Promise<void>;
  /** Returns the channel's own name for the message, for editing it later. */
  send(chatId: string, message: Message): Promise<string>;
  edit(chatId: string, reference: string, message: Message): Promise<void>;
  stop(): Promise<void>;
}

/** Why a message did not go out, and whether it may later. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly retry: 'never' | 'later';
  /** What the platform asked to wait. */
  readonly afterMs: number | undefined;
  /** The platform's HTTP status; undefined when nobody answered. */
  readonly status: number | undefined;

  constructor(
    message: string,
    retry: 'never' | 'later',
    options: { readonly afterMs?: number; readonly status?: number } = {},
  ) {
    super(message);
    this.retry = retry;
    this.afterMs = options.afterMs;
    this.status = options.status;
  }
}
