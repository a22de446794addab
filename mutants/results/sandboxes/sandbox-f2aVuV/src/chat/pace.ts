// @ts-nocheck
import type { Clock } from '../clock.ts';

/** No more than `count` within any `perMs` milliseconds. */
export interface Limit {
  readonly count: number;
  readonly perMs: number;
}

/** What a platform takes: in one chat, in one group, and from the bot in all. */
export interface Limits {
  readonly chat: Limit;
  readonly group?: Limit;
  readonly all: Limit;
}

/**
 * A little under what the platforms say they take (Telegram publishes about one message a second in a chat with bursts,
 * 20 a minute in a group and 30 a second in all; Discord 5 in 5 s in a channel and 50 a second; its webhooks 5 in 2 s).
 * Being told to wait costs more than waiting. The windows are wider by what the network may push together.
 */
export const limitsOf: Readonly<Record<string, Limits>> = {
  telegram: {
    chat: { count: 20, perMs: 20_500 },
    group: { count: 18, perMs: 60_000 },
    all: { count: 25, perMs: 1_200 },
  },
  discord: { chat: { count: 5, perMs: 5_200 }, all: { count: 45, perMs: 1_200 } },
  'discord-webhook': { chat: { count: 5, perMs: 2_500 }, all: { count: 5, perMs: 2_500 } },
};

/** What was sent longer ago counts towards no limit. */
export const longestWindowMs = 60_000;

/** Keeps one channel within its limits; it says when the next message may leave, and is told when one does. */
export class Pace {
  readonly #clock: Clock;
  readonly #limits: Limits | undefined;
  readonly #left = new Map<string, number[]>();

  constructor(clock: Clock, limits: Limits | undefined) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds until a message to this chat may leave; 0 is now. */
  waitMs(chatId: string): number {
    return Math.max(0, ...this.#limitsFor(chatId).map(([key, limit]) => this.#waitFor(key, limit)));
  }

  /** A message to this chat leaves, or left at `at`. */
  note(chatId: string, at = this.#clock.now()): void {
    const now = this.#clock.now();
    for (const [key, limit] of this.#limitsFor(chatId)) {
      const recent = (this.#left.get(key) ?? []).filter((earlier) => now - earlier < limit.perMs);
      this.#left.set(key, [...recent, at]);
    }
  }

  #limitsFor(chatId: string): readonly (readonly [string, Limit])[] {
    if (this.#limits === undefined) return [];
    const { chat, group, all } = this.#limits;
    // Telegram's groups have negative ids; a topic's ends with its own number.
    const [chatOrGroup = ''] = chatId.split('/');
    const own: [string, Limit][] = [
      [`chat ${chatId}`, chat],
      ['all', all],
    ];
    // Telegram's groups have negative ids; a topic's ends with a number of its own.
    return group !== undefined && chatId.startsWith('-') ? [...own, [`group ${chatOrGroup}`, group]] : own;
  }

  #waitFor(key: string, { count, perMs }: Limit): number {
    const now = this.#clock.now();
    const blocking = (this.#left.get(key) ?? []).filter((at) => at <= now && now - at < perMs).at(-count);
    return blocking === undefined ? 0 : blocking + perMs - now;
  }
}
