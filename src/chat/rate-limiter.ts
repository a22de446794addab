import type { Clock } from '../clock.ts';

/** At most `count` messages within any `perMs` milliseconds. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** A platform's limits: for one chat, for one group, and for the bot as a whole. */
export interface RateLimits {
  readonly chat: RateLimit;
  /** For edits of messages in a chat, where the platform counts them apart from new messages. */
  readonly edits?: RateLimit;
  readonly group?: RateLimit;
  readonly all: RateLimit;
}

/**
 * Slightly less than the platforms allow, because being told to wait costs more time than waiting. Telegram publishes
 * about one message a second in a chat with bursts, 20 a minute in a group and 30 a second overall; Discord allows 5 in
 * 5 s in a channel, as many edits besides, and 50 a second overall, and its webhooks 5 in 2 s. The time windows here are wider, because the
 * network may deliver messages closer together than they were sent.
 */
export const rateLimitsOf: Readonly<Record<string, RateLimits>> = {
  telegram: {
    chat: { count: 20, perMs: 20_500 },
    group: { count: 18, perMs: 60_000 },
    all: { count: 25, perMs: 1_200 },
  },
  discord: { chat: { count: 5, perMs: 5_200 }, edits: { count: 5, perMs: 5_200 }, all: { count: 45, perMs: 1_200 } },
  'discord-webhook': { chat: { count: 5, perMs: 2_500 }, all: { count: 45, perMs: 1_200 } },
};

/** The share of a limit that edits in place may use up. The rest is kept for messages, which must go at once. */
const editShare = 0.75;

/** What waits apart from the messages of a chat: its edits in place. */
export const editsOf = (lane: string): string => `${lane} edits`;

/** What has to wait after a platform said so: all that goes to a chat, or its edits where the platform counts those apart. */
export function limitedLane(channel: string, lane: string, inPlace = false): string {
  return inPlace && rateLimitsOf[channel]?.edits !== undefined ? editsOf(lane) : lane;
}

/** The longest time window of any limit: messages sent earlier count towards none. */
export const longestWindowMs = 60_000;

/** Keeps one channel within its platform's rate limits. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limits: RateLimits | undefined;
  readonly #left = new Map<string, number[]>();

  constructor(clock: Clock, limits: RateLimits | undefined) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds until a message to this chat may be sent, or edited `inPlace`; 0 means now. */
  waitMs(chatId: string, inPlace = false): number {
    const shared = ({ count, perMs }: RateLimit): RateLimit => ({ count: Math.floor(count * editShare), perMs });
    const waits = this.#limitsFor(chatId, inPlace).map(([key, limit]) =>
      this.#waitFor(key, inPlace && limit !== this.#limits?.edits ? shared(limit) : limit),
    );
    return Math.max(0, ...waits);
  }

  /** Records that a message to this chat was sent, or edited `inPlace`, now or at `at` (milliseconds). */
  note(chatId: string, at = this.#clock.now(), inPlace = false): void {
    const now = this.#clock.now();
    for (const [key, limit] of this.#limitsFor(chatId, inPlace)) {
      const recent = (this.#left.get(key) ?? []).filter((earlier) => now - earlier < limit.perMs);
      this.#left.set(key, [...recent, at]);
    }
  }

  #limitsFor(chatId: string, inPlace: boolean): readonly (readonly [string, RateLimit])[] {
    if (this.#limits === undefined) return [];
    const { chat, edits, group, all } = this.#limits;
    // A topic's chat id is that of its group followed by a number: `-100123/45`.
    const [chatOrGroup = ''] = chatId.split('/');
    const own: [string, RateLimit][] = [
      inPlace && edits !== undefined ? [`edits ${chatId}`, edits] : [`chat ${chatId}`, chat],
      ['all', all],
    ];
    // Telegram's groups have negative ids.
    return group !== undefined && chatId.startsWith('-') ? [...own, [`group ${chatOrGroup}`, group]] : own;
  }

  #waitFor(key: string, { count, perMs }: RateLimit): number {
    const now = this.#clock.now();
    const blocking = (this.#left.get(key) ?? []).filter((at) => at <= now && now - at < perMs).at(-count);
    return blocking === undefined ? 0 : blocking + perMs - now;
  }
}
