/** Runs tasks one after the other, in the order they were handed over; one that fails does not stop the next. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything handed over so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
