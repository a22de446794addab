import type { Update } from 'grammy/types';
import type { Log } from '../../log.ts';

/** Telegram delivers an update again until it is confirmed; so many ids are remembered to do each once. */
const rememberedIds = 2_000;

/**
 * Hands updates over in the order they come, each once, without waiting for what they cause; and knows which were
 * finished, because only those may be confirmed: Telegram tells the others again to the next start.
 */
export class TelegramInbox {
  readonly #handle: (update: Update) => Promise<void>;
  readonly #log: Log;
  readonly #seen = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  /** Those whose confirmation waits until they are finished. */
  readonly #unfinished = new Set<number>();
  #next = 0;

  constructor(options: { readonly handle: (update: Update) => Promise<void>; readonly log: Log }) {
    this.#handle = options.handle;
    this.#log = options.log;
  }

  /** What comes before is finished, and may be forgotten by Telegram. 0 before anything came. */
  get offset(): number {
    return this.#unfinished.size === 0 ? this.#next : Math.min(...this.#unfinished);
  }

  /** Whether something is being worked on that Telegram would tell again. */
  get isWaiting(): boolean {
    return this.#unfinished.size > 0;
  }

  /** Hands it over; false for what was handed over before. */
  take(update: Update): boolean {
    const { update_id: id, callback_query: press } = update;
    if (!this.#firstTime(`update:${id}`)) return false;
    this.#next = id + 1;
    // The same press under another number is finished as soon as it is seen.
    if (press !== undefined && !this.#firstTime(`press:${press.id}`)) return true;
    this.#unfinished.add(id);
    const work = this.#handle(update)
      .catch((error: unknown) => this.#log.error('update not handled', { error }))
      .finally(() => {
        this.#work.delete(work);
        this.#unfinished.delete(id);
      });
    this.#work.add(work);
    return true;
  }

  /** Waits for these no longer: whatever Telegram has beyond them must be told too. */
  letGo(updates: readonly Update[]): void {
    for (const { update_id } of updates) this.#unfinished.delete(update_id);
  }

  /** Resolves when one of those under way is finished. */
  async someFinished(): Promise<void> {
    await Promise.race(this.#work);
  }

  /** Resolves when all that was handed over is finished. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Whether this id was not seen before, as far back as is remembered. */
  #firstTime(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedIds && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
