import { AppError } from '../../errors.ts';
import type { KisSocket, Registration } from './socket.ts';

/** A part of the app that needs topics: all of its topics or none of them. */
export interface Subscriber {
  readonly topics: readonly Registration[];
  /** Called when the subscriber loses its topics, because KIS did not register them again. */
  readonly onEnd: () => void;
}

/**
 * Shares the registrations of a socket among subscribers. A topic is registered once, however many need it, until the
 * last of them ends. Who is to have the room is decided by the caller, who ends one subscription for another.
 */
export class Subscriptions {
  readonly #socket: KisSocket;
  readonly #limit: number;
  readonly #subscribers = new Set<Subscriber>();
  /**
   * The subscription under way; the next one waits for it, so that no subscriber relies on a topic that KIS might still
   * refuse.
   */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(socket: KisSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
  }

  /**
   * Registers all topics of a subscriber.
   * @throws AppError `feed.full`, or `feed.refused` with KIS's code; then it has none of them.
   */
  subscribe(subscriber: Subscriber): Promise<void> {
    const held = this.#turn.then(() => this.#subscribe(subscriber));
    this.#turn = held.catch(() => undefined);
    return held;
  }

  /** Ends a subscription and the topics that no other subscriber needs. Calling it again does nothing. */
  async unsubscribe(subscriber: Subscriber): Promise<void> {
    if (!this.#subscribers.delete(subscriber)) return;
    const last = subscriber.topics.filter((topic) => this.#subscribersOf(topic) === 0);
    await Promise.all(last.map((topic) => this.#socket.unregister(topic)));
  }

  /** To be called when the socket is connected again: ends subscribers whose topics KIS did not all register again. */
  endRefused(): void {
    for (const subscriber of [...this.#subscribers]) {
      if (!subscriber.topics.some((topic) => this.#socket.refusal(topic) !== undefined)) continue;
      void this.unsubscribe(subscriber);
      subscriber.onEnd();
    }
  }

  async #subscribe(subscriber: Subscriber): Promise<void> {
    const fresh = subscriber.topics.filter((topic) => this.#subscribersOf(topic) === 0);
    if (this.#limit - this.#socket.status().registrations < fresh.length)
      throw new AppError('feed.full', { limit: this.#limit });
    this.#subscribers.add(subscriber);
    try {
      for (const topic of fresh) await this.#socket.register(topic);
    } catch (error) {
      await this.unsubscribe(subscriber);
      throw error;
    }
  }

  #subscribersOf({ trId, trKey }: Registration): number {
    return [...this.#subscribers].filter(({ topics }) =>
      topics.some((topic) => topic.trId === trId && topic.trKey === trKey),
    ).length;
  }
}
