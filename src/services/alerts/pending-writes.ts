import pLimit from 'p-limit';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Log } from '../../log.ts';

/**
 * Writes to the ledger what happened to alerts, one write after the other and in order. A write that the ledger cannot
 * take now stays at the head, and the others wait behind it.
 */
export class PendingWrites {
  readonly #log: Log;
  readonly #queue = pLimit(1);
  /** Oldest first. */
  readonly #waiting: (() => Promise<void>)[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a write and begins with those that wait. Returns at once. */
  add(write: () => Promise<void>): void {
    this.#waiting.push(write);
    void this.catchUp().catch((error: unknown) => this.#log.error('alert not recorded yet', { error }));
  }

  /** Does what waits. Returns how many writes were done. @throws AppError `LedgerTrouble` when the ledger takes none. */
  catchUp(): Promise<number> {
    return this.#queue(async () => {
      let written = 0;
      for (let write = this.#waiting[0]; write !== undefined; write = this.#waiting[0]) {
        try {
          await write();
          written += 1;
        } catch (error) {
          if (ledgerTrouble(error) !== undefined) throw error;
          this.#log.error('alert not recorded', { error });
        }
        this.#waiting.shift();
      }
      return written;
    });
  }

  /** Resolves when every write so far was tried. */
  idle(): Promise<void> {
    return this.#queue(() => undefined);
  }
}
