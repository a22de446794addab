import type { Clock } from '../../../src/clock.ts';
import type { BusMessage, ProcessBus } from '../../../src/cluster/process-bus.ts';

/** How long a message is under way, in milliseconds. */
const underWayMs = 2;

interface Member {
  listener: (message: BusMessage) => void;
  gap: () => void;
  /** Cut off from all others; what is sent to it or by it is lost. */
  cut: boolean;
  /** Stopped as by SIGSTOP: what comes in waits. Undefined while it runs. */
  waiting: BusMessage[] | undefined;
}

/** What carries texts between processes that are simulated in one. */
export class MemoryBus {
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  /** All messages that were sent. */
  readonly sent: (BusMessage & { readonly to: string | undefined })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(self: string): ProcessBus {
    const member: Member = { listener: () => undefined, gap: () => undefined, cut: false, waiting: undefined };
    this.#members.set(self, member);
    return {
      send: (subject, text, to) => {
        const message = { from: self, subject, text };
        this.sent.push({ ...message, to });
        if (member.cut) return;
        this.#clock.timer(underWayMs, () => this.#deliver(message, to));
      },
      listen: (listener) => {
        member.listener = listener;
      },
      onGap: (listener) => {
        member.gap = listener;
      },
      close: async () => void this.#members.delete(self),
    };
  }

  /** Dies without a word. */
  remove(self: string): void {
    this.#members.delete(self);
  }

  cut(self: string): void {
    const member = this.#members.get(self);
    if (member !== undefined) member.cut = true;
  }

  heal(self: string): void {
    const member = this.#members.get(self);
    if (member === undefined || !member.cut) return;
    member.cut = false;
    member.gap();
  }

  pause(self: string): void {
    const member = this.#members.get(self);
    if (member !== undefined) member.waiting ??= [];
  }

  resume(self: string): void {
    const member = this.#members.get(self);
    const waiting = member?.waiting ?? [];
    if (member !== undefined) member.waiting = undefined;
    for (const message of waiting) member?.listener(message);
  }

  #deliver(message: BusMessage, to: string | undefined): void {
    for (const [name, member] of this.#members) {
      if (name === message.from || member.cut || (to !== undefined && name !== to)) continue;
      if (member.waiting !== undefined) member.waiting.push(message);
      else member.listener(message);
    }
  }
}
