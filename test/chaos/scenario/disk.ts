import { AppError } from '../../../src/errors.ts';
import { isWrite } from './journal.ts';

/** The disk under the ledger, which may be full for a while. */
export class Disk {
  /** Writes until it is full; undefined while there is room. */
  #room: number | undefined;
  readonly #refused: (name: string) => void;

  /** `refused` is told of every write that finds it full. */
  constructor(refused: (name: string) => void) {
    this.#refused = refused;
  }

  get isFull(): boolean {
    return this.#room !== undefined && this.#room <= 0;
  }

  /** It is full after so many more writes of the ledger. */
  fill(writes: number): void {
    this.#room = writes;
  }

  /** Returns whether it was full, or about to be. */
  free(): boolean {
    const hadEnd = this.#room !== undefined;
    this.#room = undefined;
    return hadEnd;
  }

  /** To be called before a method of the ledger. @throws AppError `store.full`, as the ledger does of a full disk. */
  requireRoom(name: string): void {
    if (this.#room === undefined || !isWrite(name)) return;
    this.#room -= 1;
    if (this.#room >= 0) return;
    this.#refused(name);
    throw new AppError('store.full', { operation: name });
  }
}
