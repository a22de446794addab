import type { FaultInjector } from '../control/faults.ts';
import type { VenueClock } from '../market/hours.ts';
import { type Notice, noticeRecord } from '../rest/records.ts';

/**
 * Sends order notices to the socket. The notices of an order wait until its answer has been sent, unless the simulator
 * is told to send them first. Faults hold, drop, double, delay and reorder them.
 */
export class Notices {
  readonly #clock: VenueClock;
  readonly #faults: FaultInjector;
  readonly #columns: 26 | 23;
  readonly #send: (htsId: string, record: string) => void;
  /** Notices that wait until an answer has been sent. */
  #waiting: Notice[] = [];
  #answersPending = 0;
  /** Notices that wait until the fault that holds them ends. */
  #held: Notice[] = [];

  constructor(
    clock: VenueClock,
    faults: FaultInjector,
    columns: 26 | 23,
    send: (htsId: string, record: string) => void,
  ) {
    this.#clock = clock;
    this.#faults = faults;
    this.#columns = columns;
    this.#send = send;
  }

  push(notice: Notice): void {
    if (this.#answersPending > 0) this.#waiting.push(notice);
    else this.#pass(notice);
  }

  /** Keeps notices back until the function it returns is called; calling that twice is harmless. */
  holdForAnswer(): () => void {
    this.#answersPending += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#answersPending -= 1;
      if (this.#answersPending > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const notice of waiting) this.#pass(notice);
    };
  }

  /** To be called when the faults have changed. */
  faultsChanged(): void {
    const { notices } = this.#faults.conditions;
    if (notices.hold) return;
    const held = notices.reorder ? this.#held.reverse() : this.#held;
    this.#held = [];
    for (const notice of held) this.#pass(notice);
  }

  #pass(notice: Notice): void {
    const { hold, delayMs } = this.#faults.conditions.notices;
    if (hold) {
      this.#held.push(notice);
      return;
    }
    const record = noticeRecord(notice, this.#columns);
    for (let copies = this.#faults.noticeCopies(); copies > 0; copies -= 1) {
      if (delayMs === 0) this.#send(notice.customer, record);
      else this.#clock.timer(delayMs, () => this.#send(notice.customer, record));
    }
  }
}
