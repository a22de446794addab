/** Something that is held up for a while, such as a process by SIGSTOP, and goes on where it was. */
export class Hold {
  /** What goes on when it ends; undefined while nothing is held up. */
  #waiting: (() => void)[] | undefined;

  get isOn(): boolean {
    return this.#waiting !== undefined;
  }

  begin(): void {
    this.#waiting ??= [];
  }

  end(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const go of waiting) go();
  }

  /** Calls `go` now, or when it goes on. */
  pass(go: () => void): void {
    if (this.#waiting === undefined) go();
    else this.#waiting.push(go);
  }

  passed(): Promise<void> {
    return new Promise((resolve) => this.pass(resolve));
  }
}
