import { postgresTrouble } from './troubles.ts';

interface Lane {
  /** Ends when the last that was asked for has ended; never rejects. */
  end: Promise<void>;
  waiting: number;
  /** How often something of the lane found the database away. */
  failures: number;
  failure: unknown;
}

/** Does what is in one lane one after the other, in the order in which it was asked for. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /**
   * Runs `task` when all before it in the lane have ended. Where one of those has found meanwhile that the database is
   * away, it fails with the same error: who waits would otherwise wait as many times for the same answer.
   */
  async run<T>(name: string | undefined, task: () => Promise<T>): Promise<T> {
    if (name === undefined) return task();
    const lane = this.#lanes.get(name) ?? { end: Promise.resolve(), waiting: 0, failures: 0, failure: undefined };
    this.#lanes.set(name, lane);
    const { failures } = lane;
    const result = lane.end.then(() => {
      if (lane.failures !== failures) throw lane.failure;
      return task();
    });
    lane.waiting += 1;
    lane.end = result.then(
      () => this.#leave(name, lane),
      (error: unknown) => {
        if (postgresTrouble(error) === 'store.away') {
          lane.failures += 1;
          lane.failure = error;
        }
        this.#leave(name, lane);
      },
    );
    return result;
  }

  #leave(name: string, lane: Lane): void {
    lane.waiting -= 1;
    if (lane.waiting === 0) this.#lanes.delete(name);
  }
}
