import { AppError } from '../../errors.ts';
import type { KisSocket, Registration } from './socket.ts';

/** Somebody who wants topics, all of them or none. */
export interface Holder {
  readonly topics: readonly Registration[];
  /** Called when they went to somebody who has no such end (who has none keeps them), or KIS did not give them again. */
  readonly onEnd?: (why: 'full' | 'refused') => void;
}

/**
 * Shares out the registrations of a socket. A topic is registered once, however many hold it, and stays until the last
 * lets go. Where there is no room, those who can do without make it, the newest first.
 */
export class Registrar {
  readonly #socket: KisSocket;
  readonly #limit: number;
  /** Oldest first. */
  readonly #holders = new Set<Holder>();
  /** One after the other: nobody may count on a topic whose registration is still to be answered. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(socket: KisSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
  }

  /** @throws AppError `feed.full`, or `feed.refused` with KIS's code; then nothing is held. */
  hold(holder: Holder): Promise<void> {
    const held = this.#turn.then(() => this.#hold(holder));
    this.#turn = held.catch(() => undefined);
    return held;
  }

  /** Lets go. Once is enough. */
  async release(holder: Holder): Promise<void> {
    if (!this.#holders.delete(holder)) return;
    const last = holder.topics.filter((topic) => this.#holdersOf(topic) === 0);
    await Promise.all(last.map((topic) => this.#socket.unregister(topic)));
  }

  /** After the socket came back: ends those who did not get all of their topics again. */
  endRefused(): void {
    for (const holder of [...this.#holders]) {
      if (holder.topics.some((topic) => this.#socket.refusal(topic) !== undefined)) this.#end(holder, 'refused');
    }
  }

  async #hold(holder: Holder): Promise<void> {
    const fresh = holder.topics.filter((topic) => this.#holdersOf(topic) === 0);
    while (this.#limit - this.#socket.status().registrations < fresh.length) this.#makeRoom(holder);
    this.#holders.add(holder);
    try {
      for (const topic of fresh) await this.#socket.register(topic);
    } catch (error) {
      await this.release(holder);
      throw error;
    }
  }

  #makeRoom(needed: Holder): void {
    const giving = [...this.#holders].findLast(
      ({ topics, onEnd }) => onEnd !== undefined && topics.some((topic) => this.#holdersOf(topic) === 1),
    );
    if (needed.onEnd !== undefined || giving === undefined) throw new AppError('feed.full', { limit: this.#limit });
    this.#end(giving, 'full');
  }

  #end(holder: Holder, why: 'full' | 'refused'): void {
    if (holder.onEnd === undefined) return;
    void this.release(holder);
    holder.onEnd(why);
  }

  #holdersOf({ trId, trKey }: Registration): number {
    return [...this.#holders].filter(({ topics }) =>
      topics.some((topic) => topic.trId === trId && topic.trKey === trKey),
    ).length;
  }
}
