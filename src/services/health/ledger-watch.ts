import type { CancelTimer, Clock } from '../../clock.ts';
import { type LedgerTrouble, ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Log } from '../../log.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';

/** How often writing is tried. A full disk is to be noticed before an order needs it. */
const lookMs = 60_000;
/** How often writing is tried while it fails. */
const retryMs = 5_000;
/** The shortest time between two messages about a ledger that comes and goes. */
const tellMs = 60_000;

/** What is wrong with the ledger, and since when, in milliseconds. */
export interface LedgerState {
  readonly code: LedgerTrouble;
  readonly since: number;
}

/** Is told when the ledger fails and when it can be written again. */
export interface LedgerListener {
  /** The ledger has begun to fail, and that is worth telling. */
  onDown(state: LedgerState): void;
  /** The ledger can be written again; `told` where `onDown` was called before. */
  onBack(state: LedgerState, told: boolean): Promise<void>;
}

/** Knows whether the ledger can be written, from every call that is made of it and by trying. */
export class LedgerWatch {
  /** The ledger to use: every call of it tells the watch whether it worked. */
  readonly ledger: Ledger;
  readonly #unwatched: Ledger;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Undefined until `begin`. */
  #listener: LedgerListener | undefined;
  #state: LedgerState | undefined;
  #toldAt: number | undefined;
  /** Whether the owners were told of the present trouble. */
  #told = false;
  #trying: Promise<void> | undefined;
  #cancel: CancelTimer = () => undefined;
  #stopped = false;

  constructor(options: {
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#unwatched = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
    this.ledger = this.#watched(options.ledger);
  }

  /** The present trouble; undefined while the ledger can be written, as far as is known. */
  get trouble(): LedgerState | undefined {
    return this.#state;
  }

  /** Tries writing from now on and tells `listener`, also of a trouble that is there already. */
  begin(listener: LedgerListener): void {
    this.#listener = listener;
    this.#tell();
    this.#lookLater();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #watched(ledger: Ledger): Ledger {
    const methods = Object.entries(ledger).map(([name, method]) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        // An order that was claimed a moment before the ledger failed may be sent, and its outcome cannot be written
        // then.
        if (name === 'claim' && this.#state !== undefined) await this.#try();
        try {
          return await (method as (...given: unknown[]) => unknown)(...args);
        } catch (error) {
          this.#note(error);
          throw error;
        }
      },
    ]);
    return {
      ...(Object.fromEntries(methods) as Ledger),
      account: (name, fence) => this.#watched(ledger.account(name, fence)),
    };
  }

  #note(error: unknown): void {
    const code = ledgerTrouble(error);
    if (code === undefined || this.#stopped) return;
    if (this.#state === undefined) this.#log.error('ledger cannot be written', { error });
    this.#state = { code, since: this.#state?.since ?? this.#clock.now() };
    this.#tell();
    this.#lookLater();
  }

  #tell(): void {
    const now = this.#clock.now();
    const isDue = this.#toldAt === undefined || now - this.#toldAt >= tellMs;
    if (this.#listener === undefined || this.#state === undefined || this.#told || !isDue) return;
    this.#told = true;
    this.#toldAt = now;
    this.#listener.onDown(this.#state);
  }

  #lookLater(): void {
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = this.#clock.timer(this.#state === undefined ? lookMs : retryMs, () => {
      void this.#try()
        .catch(() => undefined)
        .finally(() => this.#lookLater());
    });
  }

  /** @throws AppError `LedgerTrouble`. */
  #try(): Promise<void> {
    this.#trying ??= this.#tryOnce().finally(() => {
      this.#trying = undefined;
    });
    return this.#trying;
  }

  async #tryOnce(): Promise<void> {
    try {
      await this.#unwatched.tryWriting(this.#clock.now());
    } catch (error) {
      this.#note(error);
      throw error;
    }
    const before = this.#state;
    if (before === undefined || this.#stopped) return;
    const told = this.#told;
    this.#state = undefined;
    this.#told = false;
    this.#log.warn('ledger can be written again', { code: before.code });
    void this.#listener
      ?.onBack(before, told)
      .catch((error: unknown) => this.#log.error('ledger not caught up', { error }));
  }
}
