import type { Update } from 'grammy/types';
import type { Log } from '../../log.ts';

/**
 * Telegram repeats an update until it is confirmed. So many ids are remembered, so that each update is handled once.
 */
const rememberedIds = 2_000;

/**
 * Passes updates to the bot in order and once each, without waiting for the answers. It also keeps track of which
 * updates are finished: only those are confirmed to Telegram, which returns the others again after a restart.
 */
export class TelegramInbox {
  readonly #handle: (update: Update) => Promise<void>;
  readonly #log: Log;
  readonly #seen = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  /** Ids of updates that are not finished yet. */
  readonly #unfinished = new Set<number>();
  #next = 0;

  constructor(options: { readonly handle: (update: Update) => Promise<void>; readonly log: Log }) {
    this.#handle = options.handle;
    this.#log = options.log;
  }

  /** All updates below this id are finished and may be confirmed. 0 before the first update. */
  get offset(): number {
    return this.#unfinished.size === 0 ? this.#next : Math.min(...this.#unfinished);
  }

  /** Whether an update is unfinished, so that Telegram would return it again. */
  get isWaiting(): boolean {
    return this.#unfinished.size > 0;
  }

  /** Passes an update to the bot. Returns false for one that was passed on before. */
  take(update: Update): boolean {
    const { update_id: id, callback_query: press } = update;
    if (!this.#firstTime(`update:${id}`)) return false;
    this.#next = id + 1;
    // A press that comes again under another update id is finished at once.
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

  /** Stops waiting for these updates, so that the ones behind them can be received. */
  stopWaitingFor(updates: readonly Update[]): void {
    for (const { update_id } of updates) this.#unfinished.delete(update_id);
  }

  /** Resolves when one of the unfinished updates is finished. */
  async someFinished(): Promise<void> {
    await Promise.race(this.#work);
  }

  /** Resolves when all updates are finished. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Whether this id has not been seen before, among the ids that are remembered. */
  #firstTime(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedIds && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
