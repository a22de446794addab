import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import pLimit from 'p-limit';
import { Client } from 'pg';
import type { CancelTimer, Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { inTime } from './in-time.ts';
import type { BusMessage, ProcessBus } from './process-bus.ts';

/** PostgreSQL takes less than 8,000 bytes in one notification. */
const mostBytes = 7_500;
const connectMs = 4_000;
/** How often the connection is tried while it is silent, and how soon it has to answer. */
const lookMs = 2_000;
const answerMs = 4_000;
const retryMs = 500;
const longestRetryMs = 5_000;

/** What crosses: a message, or one piece of a long one. */
interface Envelope {
  /** Of the sender's bus, because a process that began anew has the same name. */
  readonly bus: string;
  readonly from: string;
  readonly to?: string | undefined;
  readonly subject: string;
  readonly text: string;
  /** Of a long message, whose text is compressed: which piece of how many. Pieces of one sender come in their order. */
  readonly piece?: readonly [position: number, count: number];
}

export interface PostgresBusOptions {
  /** `postgres://…`, with the password. */
  readonly url: string;
  /** The schema of the ledger. Processes with another one do not hear these. */
  readonly schema: string;
  readonly self: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Texts between processes by PostgreSQL's LISTEN and NOTIFY, on a connection of its own. */
export class PostgresBus implements ProcessBus {
  readonly #options: PostgresBusOptions;
  readonly #bus = randomUUID();
  readonly #channel: string;
  /** The connection takes one statement at a time. */
  readonly #lane = pLimit(1);
  /** What waits to be sent, all with the next statement. */
  readonly #outgoing: string[] = [];
  /** Pieces of long messages, by the bus of their sender. */
  readonly #pieces = new Map<string, string[]>();
  #client: Client | undefined;
  #listener: (message: BusMessage) => void = () => undefined;
  #gap: () => void = () => undefined;
  #cancel: CancelTimer = () => undefined;
  #failures = 0;
  #closed = false;

  constructor(options: PostgresBusOptions) {
    this.#options = options;
    this.#channel = `hoga ${options.schema}`;
  }

  /** Connects, and from then on again and again. Never throws: without the bus everything takes a second longer. */
  async open(): Promise<void> {
    const { url, clock, log } = this.#options;
    const client = new Client({
      connectionString: url,
      application_name: 'hoga bus',
      connectionTimeoutMillis: connectMs,
      query_timeout: answerMs,
      keepAlive: true,
    });
    let ended = false;
    const end = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      this.#cancel();
      if (this.#client === client) this.#client = undefined;
      void client.end().catch(() => undefined);
      if (this.#closed) return;
      log.warn('bus interrupted', { error });
      this.#failures += 1;
      this.#cancel = clock.timer(Math.min(retryMs * this.#failures, longestRetryMs), () => void this.open());
    };
    client.on('error', end);
    client.on('end', () => end());
    client.on('notification', ({ payload }) => this.#receive(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.#channel)}`);
    } catch (error) {
      end(error);
      return;
    }
    if (this.#closed) return end();
    this.#client = client;
    this.#failures = 0;
    this.#pieces.clear();
    this.#lookLater(client, end);
    this.#gap();
  }

  send(subject: string, text: string, to?: string): void {
    const { self: from } = this.#options;
    const whole: Envelope = { bus: this.#bus, from, to, subject, text };
    if (Buffer.byteLength(JSON.stringify(whole)) <= mostBytes) {
      this.#notify(whole);
      return;
    }
    const packed = gzipSync(text).toString('base64');
    const room = mostBytes - Buffer.byteLength(JSON.stringify({ ...whole, text: '', piece: [99_999, 99_999] }));
    const count = Math.ceil(packed.length / room);
    for (let position = 0; position < count; position += 1) {
      const part = packed.slice(position * room, (position + 1) * room);
      this.#notify({ ...whole, text: part, piece: [position, count] });
    }
  }

  listen(listener: (message: BusMessage) => void): void {
    this.#listener = listener;
  }

  onGap(listener: () => void): void {
    this.#gap = listener;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    // What was sent last is that duties are free, and a connection that is closed at once would drop it.
    const closing = this.#lane(async () => this.#client?.end());
    await inTime(this.#options.clock, answerMs, closing).catch(() => undefined);
  }

  #notify(envelope: Envelope): void {
    this.#outgoing.push(JSON.stringify(envelope));
    if (this.#outgoing.length === 1) void this.#lane(() => this.#sendAll());
  }

  /** A message that cannot be sent is lost, as the port says; the connection's end is noticed by itself. */
  async #sendAll(): Promise<void> {
    const payloads = this.#outgoing.splice(0);
    const notify = 'select pg_notify($1, payload) from unnest($2::text[]) with ordinality as sent (payload, position)';
    await this.#client?.query(`${notify} order by position`, [this.#channel, payloads]).catch(() => undefined);
  }

  #receive(payload: string): void {
    try {
      const envelope = JSON.parse(payload) as Envelope;
      const { bus, from, to, subject, piece } = envelope;
      if (bus === this.#bus || (to !== undefined && to !== this.#options.self)) return;
      const text = piece === undefined ? envelope.text : this.#joined(envelope, piece);
      if (text !== undefined) this.#listener({ from, subject, text });
    } catch (error) {
      // Whoever may use the database may notify this channel, and another version may write in another way.
      this.#options.log.warn('bus message not understood', { error });
    }
  }

  /** The text of a long message with its last piece; undefined before that, and where a piece of it is missing. */
  #joined({ bus, text }: Envelope, [position, count]: readonly [number, number]): string | undefined {
    const pieces = position === 0 ? [] : (this.#pieces.get(bus) ?? []);
    pieces.push(text);
    this.#pieces.set(bus, pieces);
    if (position < count - 1) return undefined;
    this.#pieces.delete(bus);
    return pieces.length === count ? gunzipSync(Buffer.from(pieces.join(''), 'base64')).toString() : undefined;
  }

  /** A network that is gone says nothing, so the connection is asked for a sign of life. */
  #lookLater(client: Client, end: (error: unknown) => void): void {
    this.#cancel = this.#options.clock.timer(lookMs, () => {
      const look = this.#lane(() => client.query('select 1'));
      look.then(() => this.#client === client && this.#lookLater(client, end), end);
    });
  }
}
