import type { EventKind } from '../../domain/market/market-event.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { OutboxDraft } from './outbox-store.ts';

/** A kind of events that a person switched on, and the chat in which they did. */
export interface EventChoice {
  readonly personId: string;
  readonly kind: EventKind;
  readonly address: ChatAddress;
  /** When they did, in milliseconds. */
  readonly since: number;
}

/** Stands for all webhooks where it is kept whom was told. */
export const webhooksId = 'webhooks';

/** That a person was told of an event of a day (`20261123`). */
export interface EventMark {
  readonly personId: string;
  readonly day: string;
  readonly key: string;
}

/** A condition saved at KIS that is watched for a person. */
export interface ScreenWatch {
  readonly id: string;
  readonly personId: string;
  readonly address: ChatAddress;
  /** The condition's name. Its number at KIS is another one after somebody saved or deleted others. */
  readonly name: string;
  /** The issues that met it when it was last looked at; undefined before the first look. */
  readonly members: readonly string[] | undefined;
  /** Milliseconds. */
  readonly createdAt: number;
}

/** What a look brought: what to remember of it, and whom it is told. */
export interface SeenEvents {
  /** By name, what was seen; a name that is there already is overwritten. */
  readonly states: ReadonlyMap<string, string>;
  /** By id of a watched condition, the issues that meet it now. */
  readonly members?: ReadonlyMap<string, readonly string[]>;
  readonly told: readonly { readonly marks: readonly EventMark[]; readonly messages: readonly OutboxDraft[] }[];
}

/** What people want to be told of by themselves, and what they were told. */
export interface EventStore {
  eventChoices(): Promise<readonly EventChoice[]>;
  /** Switches kinds on for a person; without an address it switches them off. */
  setEventChoices(
    personId: string,
    kinds: readonly EventKind[],
    address: ChatAddress | undefined,
    since: number,
  ): Promise<void>;
  /** All that was remembered of looks, by name. */
  eventStates(): Promise<ReadonlyMap<string, string>>;
  /** Whom was told of what on that day and later. */
  toldEvents(fromDay: string): Promise<readonly EventMark[]>;
  /**
   * Writes down what was seen, and queues the messages of those who were not told of any of their marks yet: all of it,
   * or nothing.
   */
  recordEvents(seen: SeenEvents, at: number): Promise<void>;
  /** Oldest first. */
  screenWatches(): Promise<readonly ScreenWatch[]>;
  /** One of the same name is replaced. @throws AppError `screen.too-many-watched` where the person has `most`. */
  addScreenWatch(watch: ScreenWatch, most: number): Promise<void>;
  /** False where the person has none of that id. */
  removeScreenWatch(personId: string, id: string): Promise<boolean>;
}
