import { type CancelTimer, systemClock } from '../../clock.ts';

/** How often to try whether the server can be reached again, in milliseconds. */
const tryMs = 1_000;

/**
 * Knows whether the network to the server is gone. Each question would find that out by waiting, and one answer to a
 * person takes many questions: so they are told at once, while one connection after the other tries to get through.
 */
export class Reach {
  readonly #connect: () => Promise<void>;
  #gone: unknown;
  /** How often the network was gone so far; by connection, as often as when it was made. */
  #times = 0;
  readonly #madeAt = new WeakMap<object, number>();
  #cancel: CancelTimer = () => undefined;
  #ended = false;

  /** @param connect Makes a connection, and rejects where that cannot be done. */
  constructor(connect: () => Promise<void>) {
    this.#connect = connect;
  }

  /** @throws the error with which it was found to be gone, as long as it is. */
  require(): void {
    if (this.#gone !== undefined) throw this.#gone;
  }

  made(connection: object): void {
    this.#madeAt.set(connection, this.#times);
  }

  /** Whether the network was gone since the connection was made, so that it may lead nowhere. */
  isOld(connection: object): boolean {
    return (this.#madeAt.get(connection) ?? 0) < this.#times;
  }

  /** The server did not answer in time. */
  lost(error: unknown): void {
    if (this.#gone !== undefined || this.#ended) return;
    this.#gone = error;
    this.#times += 1;
    void this.#try();
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  async #try(): Promise<void> {
    try {
      await this.#connect();
      this.#gone = undefined;
    } catch {
      if (!this.#ended) this.#cancel = systemClock.timer(tryMs, () => void this.#try());
    }
  }
}
