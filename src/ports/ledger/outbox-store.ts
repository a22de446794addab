import type { ChatAddress } from '../../domain/people/chat-address.ts';

/** A message on its way: written before it is sent, so that a crash loses none. `body` is the channel's business, as JSON. */
export interface OutboxEntry {
  readonly id: number;
  readonly address: ChatAddress;
  /** What it tells of, as its draft said. */
  readonly about?: string | undefined;
  /** The message this one replaces, when it is an edit: the `key` under which that one was queued. */
  readonly edits: string | undefined;
  /** The name under which this message can be edited later; the newest sent one of that name is meant. */
  readonly key: string | undefined;
  /** An edit in whose stead no new message is sent. */
  readonly inPlace?: true;
  /** Not to be sent: the message shows the same already, or something newer. */
  readonly outdated?: true;
  readonly body: unknown;
  readonly attempts: number;
  readonly createdAt: number;
}

/** What the order of a chat's messages goes by. */
export type QueuedMessage = Pick<OutboxEntry, 'id' | 'about' | 'key' | 'edits' | 'inPlace' | 'createdAt'>;

export interface OutboxDraft {
  readonly address: ChatAddress;
  /** What it tells of: a ticket and all that becomes of it, an alert. Absent, it is talk. */
  readonly about?: string | undefined;
  readonly edits?: string | undefined;
  readonly key?: string | undefined;
  readonly body: unknown;
  /**
   * An edit that shows how orders stand. The first one of a message is the answer to a press, and is sent as a new
   * message where the edit fails. Later ones are edits in place or nothing; each takes the place of an earlier one that is
   * still queued, and is not queued where the message shows the same already.
   */
  readonly card?: true;
  /** An edit that only reports progress. It is not sent where the message shows already how orders stand. */
  readonly passing?: true;
  /** Absent, it goes at once. */
  readonly hold?: Hold | undefined;
}

/** A message waits for somebody's quiet hours to end. */
export interface Hold {
  readonly personId: string;
  /** Milliseconds. */
  readonly until: number;
}

/** Messages that wait to be sent, and what was sent. */
export interface OutboxStore {
  /** An edit of a message that is held takes its place, and goes at once where it is not to be held itself. */
  enqueue(draft: OutboxDraft, now: number): Promise<OutboxEntry>;
  /** Queues what was held until now, in the order it was written; says until when the next is held. */
  releaseHeld(now: number): Promise<number | undefined>;
  outboxHeld(): Promise<number>;
  /**
   * The oldest unsent entry of each address, or of the one given, oldest first; `except` are passed over. An edit in
   * place only where nothing else waits there, because messages go before edits.
   */
  outboxHeads(address?: ChatAddress, except?: readonly number[]): Promise<readonly OutboxEntry[]>;
  /** What waits to go to one address, oldest first; no more of it than anybody needs to look through. */
  outboxLine(address: ChatAddress): Promise<readonly QueuedMessage[]>;
  /** An unsent entry; undefined where it is none (any more). */
  outboxEntry(id: number): Promise<OutboxEntry | undefined>;
  /**
   * Returns true where it queued the newest edit of the same message once more: while a process was held up with this
   * edit on its way, another process has sent newer ones, and the message now shows this one.
   */
  markSent(id: number, reference: string | undefined, now: number): Promise<boolean>;
  /** An attempt that failed may have arrived all the same, so the newest edit is queued once more as after `markSent`. */
  markFailed(id: number, error: string, final: boolean): Promise<boolean>;
  /**
   * Gives an edit in place up, of which nobody is told. `gone`: its message can never be edited again, and later edits in
   * place of it are not even tried.
   */
  dropEdit(id: number, error: string, gone: boolean): Promise<void>;
  /** Marks an edit as not worth sending when a later one of the same message waits; false, and nothing done, if none does. */
  supersede(id: number): Promise<boolean>;
  /**
   * Queues one message about those that failed for good in a chat and that nothing was said of yet, oldest first; does
   * nothing when there are none.
   */
  sumUpDead(address: ChatAddress, now: number, draft: (lost: readonly OutboxEntry[]) => OutboxDraft): Promise<void>;
  /**
   * Queues the newest card of a message once more where it was sent, because an edit that the ledger does not have may
   * have come after it. Returns whether it queued any.
   */
  showCardAgain(address: ChatAddress, edits: string): Promise<boolean>;
  /** Those that failed for good and that nothing was said of yet, in all chats, oldest first. */
  untoldDead(): Promise<readonly OutboxEntry[]>;
  /**
   * Notes who sends the messages of a channel from now on. Returns whether whoever did that before has ended it; if not,
   * a message may have been sent that does not say so.
   */
  beginSending(channel: string, by: string): Promise<boolean>;
  /** Nothing is under way any more. Does nothing where somebody else sends by now. */
  endSending(channel: string, by: string): Promise<void>;
  /** What was sent since a moment, oldest first: the platforms remember it across a restart of ours. */
  sentSince(at: number): Promise<readonly { readonly address: ChatAddress; readonly at: number }[]>;
  /** Messages that failed for good in the last 30 days. */
  deadLetters(now: number): Promise<number>;
  /** What the channel called the message that was queued under `key`; undefined before it was sent. */
  sentReference(address: ChatAddress, key: string): Promise<string | undefined>;
  /** Messages that could go, those that are held left out. */
  outboxPending(): Promise<number>;
}
