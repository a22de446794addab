import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Language, Role } from '../domain/people/person.ts';

/** A run of text on a line. */
export type Span =
  | string
  | { readonly bold: string }
  /** Text that people copy: a command, an order number. */
  | { readonly code: string }
  /** A change of price. Channels with colours show a rise in red and a fall in blue, as Korean screens do. */
  | { readonly tone: 'up' | 'down' | 'even'; readonly text: string };

/** One line of a message. A string is a line of plain text. */
export type Line = string | readonly Span[];

/** The most bytes in a button's id; Telegram refuses longer ones. */
export const longestButtonId = 64;

export interface Button {
  /** Sent back to the bot when the button is pressed; at most `longestButtonId` bytes. */
  readonly id: string;
  readonly label: string;
}

/** A picture or a file that goes with a message. */
export interface Attachment {
  readonly kind: 'photo' | 'file';
  /** The file name with its extension: `chart.png`. */
  readonly name: string;
  /** The bytes as Base64, because messages wait in the outbox as JSON. */
  readonly data: string;
}

/** A message in no platform's format. Each channel translates it, and decides nothing about its content. */
export interface Message {
  readonly lines: readonly Line[];
  /** Rows of buttons. */
  readonly buttons?: readonly (readonly Button[])[];
  /**
   * The message is about somebody's money: in a chat that others can read, the channel shows it to that person alone.
   */
  readonly private?: boolean | undefined;
  readonly attachments?: readonly Attachment[];
  /** Where the money of the account is that the message is about, for people who have several accounts. */
  readonly venue?: 'live' | 'paper' | 'simulator' | 'paper-simulator';
  /** Whether the platform should deliver the message without a sound. */
  readonly silent?: true;
  /**
   * The message goes on changing. Where it stops changing after a while although its chat goes on, this line says so.
   */
  readonly untilWhen?: string;
  /** The message only reports progress; the answer will replace it. */
  readonly passing?: true;
  /** Nobody who did not ask would want to know: such an answer is not sent by a schedule. */
  readonly uneventful?: true;
  /**
   * Set when the message reports a failure: the error's code, and whether the person typed something that has no answer
   * (`mistyped`).
   */
  readonly failure?: { readonly code: string; readonly mistyped: boolean };
  /** The answer for programs: plain JSON with all rows. Only channels with `takesData` receive it. */
  readonly data?: unknown;
}

/** What a person did in a channel. */
export interface Incoming {
  /** The channel's id of what was done, so that something delivered twice is done once. */
  readonly id: string;
  readonly channel: string;
  readonly chatId: string;
  /** Who did it, by channel and account: `console:local`, `telegram:123`. */
  readonly identity: string;
  readonly input:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'press'; readonly button: string };
  /** Posted in the name of a group or a channel, so that the author is unknown. `identity` then belongs to nobody. */
  readonly anonymous?: boolean;
  /** When the person did it, in milliseconds. */
  readonly at: number;
  /** Whether, as far as the channel knows, nobody else reads this chat. */
  readonly alone?: boolean | undefined;
  /** Posted in a group without addressing the bot: the bot answers only what is plainly meant for it. */
  readonly overheard?: boolean;
}

/**
 * Passes what a person did to the bot. Resolves when all answers have been written to the outbox; channels need not
 * wait.
 */
export type Receive = (incoming: Incoming) => Promise<void>;

/** What somebody has typed so far for one argument of a command, on a platform that can suggest completions. */
export interface SuggestionQuery {
  readonly identity: string;
  readonly command: string;
  /** The argument's key in the command's declaration. */
  readonly argument: string;
  readonly text: string;
}

export interface Suggestion {
  readonly label: string;
  /** The text that replaces what was typed. */
  readonly value: string;
}

/**
 * Returns completions at once, from memory, because platforms wait only a moment. People who may not use the command
 * get none.
 */
export type Suggest = (query: SuggestionQuery) => readonly Suggestion[];

/** What a channel may ask the bot or report to it, besides what people do. */
export interface ChannelHost {
  /** Everybody the bot knows, once for each identity they have, with the language they chose, if any. */
  people(): readonly { readonly identity: string; readonly role: Role; readonly language?: Language | undefined }[];
  /** Whether the bot has more than one account, so that a line may have to say which. */
  hasSeveralAccounts(): boolean;
  /** `listener` is called after people were added, changed or removed, or chose another language. */
  onPeopleChange(listener: () => void): void;
  /** Reports that a chat has a new id: whatever is stored for the old id now belongs to the new one. */
  chatMoved(from: ChatAddress, toChatId: string): Promise<void>;
  /**
   * Reports that another program receives this channel's messages with the same token. `stepsAside`: this process
   * leaves them to the other program for now.
   */
  notAlone(channel: string, stepsAside: boolean): void;
}

/** An HTTP endpoint of ours that a platform posts to. */
export interface Hook {
  readonly path: string;
  /** Whether the sender of these headers may post here. Called before the body is read. */
  admits(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean;
  /** Takes the posted body and returns the HTTP status of the answer, without waiting for what the body causes. */
  take(body: unknown): number;
}

/**
 * A chat platform. `send` and `edit` throw ChannelError. They are called for one message of a chat at a time. A failed
 * call is repeated with the same message; calls for other messages of the chat may come in between.
 */
export interface Channel {
  readonly name: string;
  /** Whether the channel receives the `data` of answers, which people in a chat have no use for. */
  readonly takesData?: true;
  /** Undefined for a channel whose platform does not post to us. */
  readonly hook?: Hook | undefined;
  start(receive: Receive, suggest: Suggest, channelHost: ChannelHost): Promise<void>;
  /** Sends a message. Returns the channel's own reference to it, by which it can be edited later. */
  send(chatId: string, message: Message): Promise<string>;
  /**
   * Edits a message. Where it cannot be edited any more its text is sent as a new message; with `inPlace` nothing is sent
   * instead, and MessageGone is thrown.
   */
  edit(chatId: string, reference: string, message: Message, inPlace?: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Why a message was not delivered, and whether a later attempt may succeed. */
export class ChannelError extends Error {
  override readonly name: string = 'ChannelError';
  readonly retry: 'never' | 'later';
  /** How long the platform asked us to wait, in milliseconds. */
  readonly afterMs: number | undefined;
  /** The platform's HTTP status; undefined when it did not answer. */
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

/** A message that was to be edited in place can never be edited again: it was deleted, or is out of reach. */
export class MessageGone extends ChannelError {
  constructor(message: string) {
    super(message, 'never');
  }
}
