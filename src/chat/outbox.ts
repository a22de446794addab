import type { CancelTimer, Clock } from '../clock.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import { errorText } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OutboxEntry, OutboxStore } from '../ports/ledger/outbox-store.ts';
import { type Attachment, type Channel, ChannelError, type Line, type Message, MessageGone } from './channel.ts';
import { type MessageHeader, type Outgoing, toDraft } from './draft.ts';
import { nextToSend } from './outbox-order.ts';
import { editsOf, limitedLane, longestWindowMs, RateLimiter, rateLimitsOf } from './rate-limiter.ts';
import { plainText } from './render.ts';

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** After so many attempts a message is given up, being too late to help anybody. The ledger keeps it as a dead letter. */
const mostAttempts = 30;
/** An edit in place is worth more of them, about a day's: nothing else takes away what its message shows wrongly. */
const mostEditAttempts = 1_440;
/** After so many attempts with its picture or file, a message is sent as text alone. */
const mostWithAttachments = 3;
/** How many undelivered messages are named by their first lines; the others are only counted. */
const mostShownLost = 5;
/**
 * How often the end of quiet hours is checked. One long timer would not do, because the machine may sleep and its clock
 * may be set.
 */
const longestLookMs = 60_000;

/**
 * The subject of messages that are edited all day: one that somebody deleted is sent anew, and that one is edited from
 * then on.
 */
export const monitorSubject = 'monitor';

/** A message that failed: when it may be tried again (in milliseconds), and how often it was tried. */
interface RetryState {
  readonly until: number;
  readonly tries: number;
}

/**
 * Stores every message in the ledger before it is sent, and sends the messages of each chat in order. A failing chat
 * delays no other chat. Within a chat, a failing message delays only messages about the same subject (outbox-order.ts).
 */
export class Outbox {
  readonly #ledger: OutboxStore;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #messageHeader: MessageHeader;
  readonly #sends: (channel: string) => boolean;
  readonly #passOn: () => void;
  readonly #busy = new Map<string, Promise<void>>();
  /** By chat, and by the edits of a chat: the timer until the platform's rate limit allows another message or edit. */
  readonly #waiting = new Map<string, CancelTimer>();
  /** By id of the message. */
  readonly #retries = new Map<number, RetryState>();
  /** By chat: the timer until the next failed message may be tried again. */
  readonly #retryTimers = new Map<string, CancelTimer>();
  /** By channel that this process alone sends for since `open`: its mark in the ledger. */
  readonly #open = new Map<string, string>();
  /** Ids of the messages that another process may have sent right before it died. */
  readonly #maybeSent = new Set<number>();
  /** Ids of the messages whose picture the platform refused. */
  readonly #textOnly = new Set<number>();
  readonly #rateLimiters = new Map<string, RateLimiter>();
  /** Looks at what waits that are under way. */
  readonly #looks = new Set<Promise<void>>();
  readonly #idleWaiters: (() => void)[] = [];
  #remembered: Promise<void> | undefined;
  #cancelLook: () => void = () => undefined;
  #stopped = false;

  constructor(options: {
    readonly ledger: OutboxStore;
    readonly channels: ReadonlyMap<string, Channel>;
    readonly clock: Clock;
    readonly log: Log;
    readonly messageHeader: MessageHeader;
    /** Whether this process sends the messages of a channel. */
    readonly sends?: (channel: string) => boolean;
    /** Called when messages of other channels may wait, for the processes that send them. */
    readonly passOn?: () => void;
  }) {
    this.#sends = options.sends ?? (() => true);
    this.#passOn = options.passOn ?? (() => undefined);
    this.#messageHeader = options.messageHeader;
    this.#ledger = options.ledger;
    this.#channels = options.channels;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Stores a message and starts sending. Resolves once the message is stored. */
  async post(outgoing: Outgoing): Promise<void> {
    const { data, ...shown } = outgoing.message;
    const taken = data !== undefined && this.#channels.get(outgoing.address.channel)?.takesData === true;
    const message = taken ? { ...shown, data } : shown;
    await this.#ledger.enqueue(toDraft({ ...outgoing, message }, this.#messageHeader), this.#clock.now());
    this.flush();
  }

  /** Sends all stored messages. Called after the start, and after another part of the bot has stored messages. */
  flush(): void {
    this.flushOwn();
    if ([...this.#channels.keys()].some((name) => !this.#sends(name))) this.#passOn();
  }

  /**
   * Begins to send for a channel that another process may have sent for until now. Where that one did not end properly,
   * the message of each chat that it may have been sending says so when it is sent now. `by`: unlike any other.
   */
  async open(channel: string, by: string): Promise<void> {
    try {
      if (!(await this.#ledger.beginSending(channel, by))) {
        const heads = (await this.#ledger.outboxHeads()).filter(({ address }) => address.channel === channel);
        for (const { id } of heads) this.#maybeSent.add(id);
      }
      this.#open.set(channel, by);
    } catch (error) {
      this.#log.warn('what was being sent is not known', { channel, error });
    }
  }

  /** The same for what another process has stored. */
  flushOwn(): void {
    this.#look(this.#pump());
  }

  /** The same in every process, where a message may be of a channel that another one has taken from this. */
  flushEverywhere(): void {
    this.flushOwn();
    this.#passOn();
  }

  /** Until it has ended, `stop` waits for it. */
  #look(pump: Promise<void>): void {
    const look = pump
      .catch((error: unknown) => this.#log.error('outbox stuck', { error }))
      .finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** Resolves when nothing is left to send now: the messages that remain have failed or are held for quiet hours. */
  async settled(): Promise<void> {
    await this.#pump();
    if (this.#busy.size === 0) return;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** The number of messages not sent yet, without those held for quiet hours. */
  pending(): Promise<number> {
    return this.#ledger.outboxPending();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    for (const cancel of [...this.#waiting.values(), ...this.#retryTimers.values()]) cancel();
    await Promise.all(this.#busy.values());
    while (this.#looks.size > 0) await Promise.all(this.#looks);
    for (const [channel, by] of this.#open) await this.#ledger.endSending(channel, by).catch(() => undefined);
  }

  /** The rate limiter of a channel. */
  #rateLimiterOf(channel: string): RateLimiter {
    const known = this.#rateLimiters.get(channel);
    if (known !== undefined) return known;
    const limiter = new RateLimiter(this.#clock, rateLimitsOf[channel]);
    this.#rateLimiters.set(channel, limiter);
    return limiter;
  }

  #waitInLane(lane: string, address: ChatAddress, delayMs: number): void {
    const cancel = this.#clock.timer(delayMs, () => {
      this.#waiting.delete(lane);
      this.#afterOne(address);
    });
    this.#waiting.set(lane, cancel);
  }

  /**
   * Counts the messages that an earlier process sent recently: the platforms' limits do not start anew with a process.
   */
  async #countEarlierMessages(): Promise<void> {
    const sent = await this.#ledger.sentSince(this.#clock.now() - longestWindowMs);
    for (const { address, at } of sent) this.#rateLimiterOf(address.channel).note(address.chatId, at);
  }

  async #pump(address?: ChatAddress): Promise<void> {
    this.#remembered ??= this.#countEarlierMessages().catch((error: unknown) =>
      this.#log.warn('recent messages not counted', { error }),
    );
    await this.#remembered;
    if (this.#stopped) return;
    if (address === undefined) await this.#release();
    for (const head of await this.#ledger.outboxHeads(address)) {
      const lane = `${head.address.channel}:${head.address.chatId}`;
      // Messages of a channel that is not running stay stored until a start with that channel.
      const channel = this.#channels.get(head.address.channel);
      const isFree = (): boolean => !this.#busy.has(lane) && !this.#waiting.has(lane) && !this.#stopped;
      if (channel === undefined || !this.#sends(channel.name) || !isFree()) continue;
      const editsWait = this.#waiting.has(editsOf(lane));
      if (editsWait && head.inPlace === true) continue;
      const entry = this.#waitsForRetry(head.id) ? await this.#overtaking(lane, head, !editsWait) : head;
      if (entry === undefined || !isFree()) continue;
      const limiter = this.#rateLimiterOf(channel.name);
      const { inPlace } = entry;
      const waitMs = limiter.waitMs(entry.address.chatId, inPlace);
      if (waitMs > 0) this.#waitInLane(inPlace ? editsOf(lane) : lane, entry.address, waitMs);
      if (waitMs > 0) continue;
      limiter.note(entry.address.chatId, this.#clock.now(), inPlace);
      const work = this.#deliver(lane, channel, entry, entry.id !== head.id)
        .catch((error: unknown) => this.#log.error('message not concluded', { error }))
        .finally(() => {
          this.#busy.delete(lane);
          this.#afterOne(entry.address);
        });
      this.#busy.set(lane, work);
    }
  }

  #waitsForRetry(id: number): boolean {
    return (this.#retries.get(id)?.until ?? 0) > this.#clock.now();
  }

  /**
   * The oldest message of a chat waits to be repeated: returns a message, or with `withEdits` an edit in place, that may
   * overtake it. When there is none, a timer looks at the chat again.
   */
  async #overtaking(lane: string, { address }: OutboxEntry, withEdits: boolean): Promise<OutboxEntry | undefined> {
    const line = (await this.#ledger.outboxLine(address)).filter(({ inPlace }) => withEdits || inPlace !== true);
    const id = nextToSend(line, (one) => this.#waitsForRetry(one));
    if (id !== undefined) return this.#ledger.outboxEntry(id);
    const until = Math.min(...line.map((one) => this.#retries.get(one.id)?.until ?? Number.POSITIVE_INFINITY));
    this.#retryTimers.get(lane)?.();
    const delayMs = Math.max(0, Math.min(until - this.#clock.now(), longestRetryMs));
    this.#retryTimers.set(
      lane,
      this.#clock.timer(delayMs, () => this.#afterOne(address)),
    );
    return undefined;
  }

  /** Releases the messages of people whose quiet hours are over, and sets a timer for the next end of quiet hours. */
  async #release(): Promise<void> {
    const now = this.#clock.now();
    const until = await this.#ledger.releaseHeld(now).catch((error: unknown) => {
      // Other messages must not wait because of this error; the timer below tries to release the held ones again.
      this.#log.warn('held messages not released', { error });
      return now + longestLookMs;
    });
    this.#cancelLook();
    if (until === undefined || this.#stopped) return;
    const delayMs = Math.min(longestLookMs, until - now);
    this.#cancelLook = this.#clock.timer(delayMs, () => this.flush());
  }

  #afterOne(address: ChatAddress): void {
    const look = this.#pump(address).finally(() => {
      if (this.#busy.size > 0) return;
      for (const resolve of this.#idleWaiters.splice(0)) resolve();
    });
    this.#look(look);
  }

  /** Sends one message. `overtakes`: an older message of the chat waits to be repeated, and this one overtakes it. */
  async #deliver(lane: string, channel: Channel, entry: OutboxEntry, overtakes: boolean): Promise<void> {
    let reference: string;
    try {
      // An edit that a later edit replaces anyway is not sent.
      if (entry.edits !== undefined && (await this.#ledger.supersede(entry.id))) {
        this.#forget(entry.id);
        return;
      }
      reference = await this.#dispatch(channel, entry);
    } catch (error) {
      await this.#postpone(lane, channel, entry, overtakes, error);
      return;
    }
    this.#forget(entry.id);
    // The message is sent: an error from here on must not send it a second time.
    if (await this.#ledger.markSent(entry.id, reference, this.#clock.now())) this.flushEverywhere();
    await this.#tellOfLost(entry.address);
  }

  async #postpone(
    lane: string,
    channel: Channel,
    entry: OutboxEntry,
    overtakes: boolean,
    error: unknown,
  ): Promise<void> {
    const known = error instanceof ChannelError ? error : undefined;
    const tries = this.#triesOf(entry) + 1;
    const refused = known?.retry === 'never';
    const losesAttachments = refused && !this.#isBare(entry) && attachmentsOf(entry).length > 0;
    // The failure of an overtaking message counts as an attempt only if the platform answered. Otherwise, while the
    // network is down, all overtaking messages would use up their attempts as fast as the first one.
    const counts = known?.status !== undefined || !overtakes;
    const most = entry.inPlace === true ? mostEditAttempts : mostAttempts;
    const final = (refused && !losesAttachments) || (counts && entry.attempts + 1 >= most);
    // Errors of a platform or of the network may quote the URL, which contains the token.
    const why = this.#messageHeader.redactor.redact(errorText(error));
    const dropped = final && entry.inPlace === true;
    if (counts || final) {
      const noted = dropped
        ? this.#ledger.dropEdit(entry.id, why, error instanceof MessageGone)
        : this.#ledger.markFailed(entry.id, why, final).then((shown) => shown && this.flushEverywhere());
      await noted.catch((cause: unknown) => this.#log.error('failure of message not recorded', { error: cause }));
    }
    this.#log.warn(dropped ? 'message not edited' : 'message not sent', {
      channel: channel.name,
      attempt: tries,
      final,
      error,
    });
    if (final) this.#forget(entry.id);
    else if (losesAttachments) this.#textOnly.add(entry.id);
    if (final || losesAttachments || this.#stopped) return;
    // An edit whose place a newer one has taken meanwhile is not repeated.
    const waits = entry.edits === undefined || (await this.#ledger.outboxEntry(entry.id)) !== undefined;
    const backoffMs = known?.afterMs ?? Math.min(longestRetryMs, firstRetryMs * 2 ** (tries - 1));
    if (waits) this.#retries.set(entry.id, { until: this.#clock.now() + backoffMs, tries });
    else this.#forget(entry.id);
    // A rate limit applies to the whole chat, or to all its edits, and not only to this message.
    const limited = limitedLane(channel.name, lane, entry.inPlace);
    if (known?.afterMs !== undefined || known?.status === 429) this.#waitInLane(limited, entry.address, backoffMs);
  }

  #triesOf({ id, attempts }: OutboxEntry): number {
    return Math.max(attempts, this.#retries.get(id)?.tries ?? 0);
  }

  #isBare(entry: OutboxEntry): boolean {
    return this.#textOnly.has(entry.id) || this.#triesOf(entry) >= mostWithAttachments;
  }

  #forget(id: number): void {
    this.#retries.delete(id);
    this.#textOnly.delete(id);
  }

  /** Tells a chat that works again which messages never arrived, because they may have been about money. */
  async #tellOfLost(address: ChatAddress): Promise<void> {
    const words = this.#messageHeader.wordsAt(address);
    await this.#ledger.sumUpDead(address, this.#clock.now(), (lost) => {
      const shown = lost.slice(-mostShownLost).map(({ body }) => plainText(body as Message).split('\n', 1)[0] ?? '');
      const lines: readonly Line[] = [[{ bold: words.outbox.notTold(lost.length) }], ...shown];
      return toDraft({ address, message: { lines, private: true } }, this.#messageHeader);
    });
  }

  /** The message; its text alone when the picture was refused or failed too often. */
  #contentOf(entry: OutboxEntry): Message {
    const { attachments, ...text } = entry.body as Message;
    const [first] = attachments ?? [];
    const { outbox } = this.#messageHeader.wordsAt(entry.address);
    // An edit that is made twice shows the same.
    const again = this.#maybeSent.has(entry.id) && entry.edits === undefined ? [outbox.maybeAgain] : [];
    const lines = [...text.lines, ...again];
    if (first === undefined || !this.#isBare(entry)) return { ...(entry.body as Message), lines };
    return { ...text, lines: [...lines, outbox.left(first.kind, entry.edits !== undefined)] };
  }

  async #dispatch(channel: Channel, entry: OutboxEntry): Promise<string> {
    const { address, edits } = entry;
    const message = this.#contentOf(entry);
    const reference = edits === undefined ? undefined : await this.#ledger.sentReference(address, edits);
    if (reference === undefined) {
      if (entry.inPlace === true) throw await this.#unreachable(entry);
      return channel.send(address.chatId, message);
    }
    const goesOn = entry.about === monitorSubject;
    try {
      await channel.edit(address.chatId, reference, message, goesOn || entry.inPlace === true);
      return reference;
    } catch (error) {
      if (!goesOn || !(error instanceof MessageGone)) throw error;
      return channel.send(address.chatId, message);
    }
  }

  /** Where the ledger cannot be read, what a message is called may be known later; otherwise it never was sent. */
  async #unreachable({ id }: OutboxEntry): Promise<ChannelError> {
    const isRead = (await this.#ledger.outboxEntry(id)) !== undefined;
    return new ChannelError('the message to edit is not known', isRead ? 'never' : 'later');
  }
}

function attachmentsOf({ body }: OutboxEntry): readonly Attachment[] {
  return (body as Message).attachments ?? [];
}
