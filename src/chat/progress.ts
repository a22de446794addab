import type { CancelTimer, Clock } from '../clock.ts';
import type { Words } from '../i18n/index.ts';
import type { Message } from './channel.ts';

/** After this time without an answer, somebody on a phone wonders whether anything happened. */
const progressAfterMs = 1_000;

/**
 * Shows what a slow command is doing, and how long it waits when the venue cannot be asked for a while. It is one
 * message: later progress and the answer replace it.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #words: Words;
  readonly #venueWaitsUntil: () => number | undefined;
  readonly #say: (message: Message, first: boolean) => Promise<void>;
  #doing: Message | undefined;
  /** The end of the wait that was shown last, in milliseconds. */
  #waitsUntil: number | undefined;
  #fresh = false;
  #said: Promise<void> | undefined;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly words: Words;
    /** Until when the venue cannot be asked anything, in milliseconds; undefined when it can. */
    readonly venueWaitsUntil: () => number | undefined;
    /** Shows a message: a new one (`first`), or in place of the one shown before. */
    readonly say: (message: Message, first: boolean) => Promise<void>;
  }) {
    this.#clock = options.clock;
    this.#words = options.words;
    this.#venueWaitsUntil = options.venueWaitsUntil;
    this.#say = options.say;
    this.#lookLater();
  }

  /** Sets what the command is doing from now on. */
  doing(message: Message): void {
    this.#doing = message;
    this.#fresh = true;
    this.#lookLater();
  }

  /** Ends the progress. Resolves when the message on its way is written; true when any was shown. */
  async end(): Promise<boolean> {
    this.#cancel();
    await this.#said;
    return this.#said !== undefined;
  }

  #lookLater(): void {
    this.#cancel();
    this.#cancel = this.#clock.timer(progressAfterMs, () => this.#look());
  }

  #look(): void {
    this.#lookLater();
    const until = this.#venueWaitsUntil();
    if (until !== undefined && until !== this.#waitsUntil) this.#fresh = true;
    this.#waitsUntil = until ?? this.#waitsUntil;
    if (!this.#fresh) return;
    this.#fresh = false;
    const seconds = until === undefined ? 0 : Math.ceil((until - this.#clock.now()) / 1_000);
    const wait = seconds > 0 ? [this.#words.progress.token(seconds)] : [];
    const message = { ...this.#doing, lines: [...(this.#doing?.lines ?? []), ...wait] };
    if (message.lines.length === 0) return;
    const before = this.#said;
    this.#said = (before ?? Promise.resolve())
      .then(() => this.#say(message, before === undefined))
      .catch(() => undefined);
  }
}
