import type { CancelTimer, Clock } from '../clock.ts';
import { visibleText } from '../domain/clean-text.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import { errorText } from '../errors.ts';
import type { Words } from '../i18n/index.ts';
import type { Log, Redactor } from '../log.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { Hold, OutboxDraft, OutboxEntry, OutboxStore } from '../ports/ledger/outbox-store.ts';
import { type Attachment, type Channel, ChannelError, type Line, type Message } from './channel.ts';
import { nextToGo } from './outbox-order.ts';
import { limitsOf, longestWindowMs, Pace } from './pace.ts';
import { plainText } from './render.ts';

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** Nobody is helped by a message that could not be delivered for so long; it stays in the ledger as a dead letter. */
const mostAttempts = 30;
/** Attempts with its picture or file; after these its text goes alone. */
const mostWithAttachments = 3;
/** Of messages that never came, their first lines; the number tells of the rest. */
const mostShownLost = 5;
/** The machine may sleep, and its clock be set: whether quiet hours are over is looked at this often. */
const longestLookMs = 60_000;

/** Where a message is meant to go and what it is. */
export interface Outgoing {
  readonly address: ChatAddress;
  readonly message: Message;
  /** A name under which it can be edited. */
  readonly key?: string | undefined;
  /** The name of the message it replaces; sent anew when that one never got out. */
  readonly edits?: string | undefined;
  readonly hold?: Hold | undefined;
  /** What it tells of; see `OutboxDraft`. */
  readonly about?: string | undefined;
  /** The language it is in, where that is not the chat's own. */
  readonly words?: Words | undefined;
}

/** What every message goes through on its way out. */
export interface MessageHeader {
  /** Leads each, so that nobody takes play money for real: `[모의투자]`. */
  readonly venue: VenueDescription['kind'];
  readonly redactor: Redactor;
  readonly wordsAt: (address: ChatAddress) => Words;
}

/** The form in which messages wait in the ledger. */
export function toDraft(
  { address, about, key, edits, hold, message, words }: Outgoing,
  { venue, redactor, wordsAt }: MessageHeader,
): OutboxDraft {
  const { lines, ...others } = withoutSecrets(message, redactor) as Message;
  const tag = (words ?? wordsAt(address)).venueTag[venue];
  const [first = '', ...rest] = lines;
  const tagged: Line = tag === '' ? first : [`${tag} `, ...(typeof first === 'string' ? [first] : first)];
  return { address, about, key, edits, hold, body: { ...others, lines: [tagged, ...rest] } };
}

/** Every text of a message, whatever spans there are, as it may be seen; but a button's id has to come back as it was. */
function withoutSecrets(part: unknown, redactor: Redactor): unknown {
  // What hides between the letters of a secret goes first, or the secret would not be known for one.
  if (typeof part === 'string') return redactor.redact(visibleText(part));
  if (Array.isArray(part)) return part.map((item) => withoutSecrets(item, redactor));
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part;
  const clean = ([name, value]: [string, unknown]) => [name, name === 'id' ? value : withoutSecrets(value, redactor)];
  return Object.fromEntries(Object.entries(part).map(clean));
}

/** A message that failed: when it may be tried again, in milliseconds, and how often it was. */
interface Rest {
  readonly until: number;
  readonly tries: number;
}

/**
 * Every message is written down before it is sent, and goes out in order per chat. A chat that fails waits by itself;
 * others go on. So does, within a chat, what is about something else than the message that failed (outbox-order.ts).
 */
export class Outbox {
  readonly #ledger: OutboxStore;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #messageHeader: MessageHeader;
  readonly #busy = new Map<string, Promise<void>>();
  /** By chat, until a limit lets any message go there. */
  readonly #waiting = new Map<string, CancelTimer>();
  /** By id. */
  readonly #rests = new Map<number, Rest>();
  /** By chat, until one of those that rest may be tried again. */
  readonly #wakes = new Map<string, CancelTimer>();
  /** Ids of those whose picture the platform refused. */
  readonly #bare = new Set<number>();
  readonly #paces = new Map<string, Pace>();
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
  }) {
    this.#messageHeader = options.messageHeader;
    this.#ledger = options.ledger;
    this.#channels = options.channels;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Writes it down and starts sending; returns once it is written. */
  async post(outgoing: Outgoing): Promise<void> {
    const { data, ...shown } = outgoing.message;
    const taken = data !== undefined && this.#channels.get(outgoing.address.channel)?.takesData === true;
    const message = taken ? { ...shown, data } : shown;
    await this.#ledger.enqueue(toDraft({ ...outgoing, message }, this.#messageHeader), this.#clock.now());
    this.flush();
  }

  /** Sends whatever waits: after a start, and after something was written by another hand. */
  flush(): void {
    void this.#pump().catch((error: unknown) => this.#log.error('outbox stuck', { error }));
  }

  /** Resolves when nothing waits, or when what waits has failed or is held, and will be sent later. */
  async settled(): Promise<void> {
    await this.#pump();
    if (this.#busy.size === 0) return;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Messages not yet out, but for those that are held. */
  pending(): Promise<number> {
    return this.#ledger.outboxPending();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    for (const cancel of [...this.#waiting.values(), ...this.#wakes.values()]) cancel();
    await Promise.all(this.#busy.values());
  }

  /** What has not left because of a limit leaves later; the pace is a channel's. */
  #paceOf(channel: string): Pace {
    const known = this.#paces.get(channel);
    if (known !== undefined) return known;
    const pace = new Pace(this.#clock, limitsOf[channel]);
    this.#paces.set(channel, pace);
    return pace;
  }

  #waitInLane(lane: string, address: ChatAddress, delayMs: number): void {
    const cancel = this.#clock.timer(delayMs, () => {
      this.#waiting.delete(lane);
      this.#afterOne(address);
    });
    this.#waiting.set(lane, cancel);
  }

  /** The platforms go on counting while a process ends and another starts. */
  async #rememberPace(): Promise<void> {
    const sent = await this.#ledger.sentSince(this.#clock.now() - longestWindowMs);
    for (const { address, at } of sent) this.#paceOf(address.channel).note(address.chatId, at);
  }

  async #pump(address?: ChatAddress): Promise<void> {
    this.#remembered ??= this.#rememberPace().catch((error: unknown) =>
      this.#log.warn('pace not remembered', { error }),
    );
    await this.#remembered;
    if (this.#stopped) return;
    if (address === undefined) await this.#release();
    for (const head of await this.#ledger.outboxHeads(address)) {
      const lane = `${head.address.channel}:${head.address.chatId}`;
      // A channel that is not running keeps its messages for the next start.
      const channel = this.#channels.get(head.address.channel);
      const isFree = (): boolean => !this.#busy.has(lane) && !this.#waiting.has(lane) && !this.#stopped;
      if (channel === undefined || !isFree()) continue;
      const entry = this.#isResting(head.id) ? await this.#past(lane, head) : head;
      if (entry === undefined || !isFree()) continue;
      const pace = this.#paceOf(channel.name);
      const waitMs = pace.waitMs(entry.address.chatId);
      if (waitMs > 0) {
        this.#waitInLane(lane, entry.address, waitMs);
        continue;
      }
      pace.note(entry.address.chatId);
      const work = this.#deliver(lane, channel, entry, entry.id !== head.id)
        .catch((error: unknown) => this.#log.error('message not concluded', { error }))
        .finally(() => {
          this.#busy.delete(lane);
          this.#afterOne(entry.address);
        });
      this.#busy.set(lane, work);
    }
  }

  #isResting(id: number): boolean {
    return (this.#rests.get(id)?.until ?? 0) > this.#clock.now();
  }

  /** What may go past the oldest message of a chat, which rests; where nothing may, the chat is looked at again later. */
  async #past(lane: string, { address }: OutboxEntry): Promise<OutboxEntry | undefined> {
    const line = await this.#ledger.outboxLine(address);
    const id = nextToGo(line, (one) => this.#isResting(one));
    if (id !== undefined) return this.#ledger.outboxEntry(id);
    const until = Math.min(...line.map((one) => this.#rests.get(one.id)?.until ?? Number.POSITIVE_INFINITY));
    this.#wakes.get(lane)?.();
    const delayMs = Math.max(0, Math.min(until - this.#clock.now(), longestRetryMs));
    this.#wakes.set(
      lane,
      this.#clock.timer(delayMs, () => this.#afterOne(address)),
    );
    return undefined;
  }

  /** Lets go what quiet hours held, and looks again when the next of them may be over. */
  async #release(): Promise<void> {
    const now = this.#clock.now();
    const until = await this.#ledger.releaseHeld(now).catch((error: unknown) => {
      // What could go all the same must not wait for it, and nobody else would look again.
      this.#log.warn('held messages not released', { error });
      return now + longestLookMs;
    });
    this.#cancelLook();
    if (until === undefined || this.#stopped) return;
    const delayMs = Math.min(longestLookMs, until - now);
    this.#cancelLook = this.#clock.timer(delayMs, () => this.flush());
  }

  #afterOne(address: ChatAddress): void {
    void this.#pump(address)
      .catch((error: unknown) => this.#log.error('outbox stuck', { error }))
      .finally(() => {
        if (this.#busy.size > 0) return;
        for (const resolve of this.#idleWaiters.splice(0)) resolve();
      });
  }

  /** `isPast`: an older message of the chat rests. */
  async #deliver(lane: string, channel: Channel, entry: OutboxEntry, isPast: boolean): Promise<void> {
    let reference: string;
    try {
      // What a later edit says anyway need not be shown for a moment.
      if (entry.edits !== undefined && (await this.#ledger.supersede(entry.id))) {
        this.#forget(entry.id);
        return;
      }
      reference = await this.#dispatch(channel, entry);
    } catch (error) {
      await this.#postpone(lane, channel, entry, isPast, error);
      return;
    }
    this.#forget(entry.id);
    // It is out: whatever fails from here on is no reason to send it again.
    await this.#ledger.markSent(entry.id, reference, this.#clock.now());
    await this.#tellOfLost(entry.address);
  }

  async #postpone(lane: string, channel: Channel, entry: OutboxEntry, isPast: boolean, error: unknown): Promise<void> {
    const known = error instanceof ChannelError ? error : undefined;
    const tries = this.#triesOf(entry) + 1;
    const refused = known?.retry === 'never';
    const goesBare = refused && !this.#isBare(entry) && attachmentsOf(entry).length > 0;
    // Of one that goes past others nobody knows whether it failed for its own sake, unless the platform says so: while
    // the network is away all of them would die as fast as the first.
    const counts = known?.status !== undefined || !isPast;
    const final = (refused && !goesBare) || (counts && entry.attempts + 1 >= mostAttempts);
    // What a platform or the network says may quote the URL, and with it the token.
    const why = this.#messageHeader.redactor.redact(errorText(error));
    if (counts || final)
      await this.#ledger
        .markFailed(entry.id, why, final)
        .catch((cause: unknown) => this.#log.error('failure of message not recorded', { error: cause }));
    this.#log.warn('message not sent', { channel: channel.name, attempt: tries, final, error });
    if (final) this.#forget(entry.id);
    else if (goesBare) this.#bare.add(entry.id);
    if (final || goesBare || this.#stopped) return;
    const backoffMs = known?.afterMs ?? Math.min(longestRetryMs, firstRetryMs * 2 ** (tries - 1));
    this.#rests.set(entry.id, { until: this.#clock.now() + backoffMs, tries });
    // A limit is the chat's, and not the message's.
    if (known?.afterMs !== undefined || known?.status === 429) this.#waitInLane(lane, entry.address, backoffMs);
  }

  #triesOf({ id, attempts }: OutboxEntry): number {
    return Math.max(attempts, this.#rests.get(id)?.tries ?? 0);
  }

  #isBare(entry: OutboxEntry): boolean {
    return this.#bare.has(entry.id) || this.#triesOf(entry) >= mostWithAttachments;
  }

  #forget(id: number): void {
    this.#rests.delete(id);
    this.#bare.delete(id);
  }

  /** A chat that takes messages again is told which ones never came: money may be in one of them. */
  async #tellOfLost(address: ChatAddress): Promise<void> {
    const words = this.#messageHeader.wordsAt(address);
    await this.#ledger.sumUpDead(address, this.#clock.now(), (lost) => {
      const shown = lost.slice(-mostShownLost).map(({ body }) => plainText(body as Message).split('\n', 1)[0] ?? '');
      const lines: readonly Line[] = [[{ bold: words.outbox.notTold(lost.length) }], ...shown];
      return toDraft({ address, message: { lines, private: true } }, this.#messageHeader);
    });
  }

  /** Its text alone, where its picture does not go. */
  #contentOf(entry: OutboxEntry): Message {
    const { attachments, ...text } = entry.body as Message;
    const [first] = attachments ?? [];
    if (first === undefined || !this.#isBare(entry)) return entry.body as Message;
    const { outbox } = this.#messageHeader.wordsAt(entry.address);
    return { ...text, lines: [...text.lines, outbox.left(first.kind, entry.edits !== undefined)] };
  }

  async #dispatch(channel: Channel, entry: OutboxEntry): Promise<string> {
    const { address, edits } = entry;
    const message = this.#contentOf(entry);
    const reference = edits === undefined ? undefined : await this.#ledger.sentReference(address, edits);
    if (reference === undefined) return channel.send(address.chatId, message);
    await channel.edit(address.chatId, reference, message);
    return reference;
  }
}

function attachmentsOf({ body }: OutboxEntry): readonly Attachment[] {
  return (body as Message).attachments ?? [];
}
