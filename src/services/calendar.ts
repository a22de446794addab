import { type Clock, koreanDay, koreanTime, weekdayOf } from '../clock.ts';
import { krxClosures } from '../domain/krx-holidays.ts';
import { ordinaryOrderSessions, type SessionKind, sessionAt } from '../domain/session.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, Cache, MarketDay } from '../ports.ts';

/** What trades now, and how we know. */
export interface MarketSession {
  readonly kind: SessionKind | 'unknown';
  /** Whether an ordinary order would be taken now. */
  readonly takesOrders: boolean;
  /** Why not, when not. */
  readonly reason: 'holiday' | 'hours' | 'unknown' | undefined;
  /** `table` where the venue cannot say and the shipped calendar decides; `always` where it never closes. */
  readonly source: 'venue' | 'table' | 'always';
}

const dayMs = 24 * 60 * 60_000;
/** After a failure the venue is not asked again at once: it wants about one call a day. */
const retryMs = 60_000;

/** Whether the market is open: from the venue's own calendar, asked about once a day. */
export class Calendar {
  readonly #broker: Broker;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  #failedAt: number | undefined;

  constructor(options: { readonly broker: Broker; readonly cache: Cache; readonly clock: Clock; readonly log: Log }) {
    this.#broker = options.broker;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Never throws: what cannot be known is `unknown`, and takes no orders. */
  async session(): Promise<MarketSession> {
    if (this.#broker.venue.hours === 'always') {
      return { kind: 'regular', takesOrders: true, reason: undefined, source: 'always' };
    }
    const now = this.#clock.now();
    const day = koreanDay(now);
    const known = await this.#dayOpen(day);
    if (known === undefined) return { kind: 'unknown', takesOrders: false, reason: 'unknown', source: 'venue' };
    if (!known.open) return { kind: 'closed', takesOrders: false, reason: 'holiday', source: known.source };
    const kind = sessionAt(day, koreanTime(now));
    const takesOrders = ordinaryOrderSessions.includes(kind);
    return { kind, takesOrders, reason: takesOrders ? undefined : 'hours', source: known.source };
  }

  async #dayOpen(day: string): Promise<{ readonly open: boolean; readonly source: 'venue' | 'table' } | undefined> {
    const key = `market-day:${this.#broker.venue.kind}:${day}`;
    const cached = await this.#cache.get<{ open: boolean; source: 'venue' | 'table' }>(key);
    if (cached !== undefined) return cached;
    if (this.#failedAt !== undefined && this.#clock.now() - this.#failedAt < retryMs) return undefined;
    try {
      const days = await this.#broker.marketDays(day);
      for (const entry of days) await this.#remember(entry);
      return days.some((entry) => entry.day === day) ? await this.#cache.get(key) : undefined;
    } catch (error) {
      if (error instanceof AppError && error.code === 'venue.unsupported')
        return { open: openByTable(day), source: 'table' };
      this.#failedAt = this.#clock.now();
      this.#log.warn('market calendar unknown', { day, error });
      return undefined;
    }
  }

  #remember(entry: MarketDay): Promise<void> {
    const key = `market-day:${this.#broker.venue.kind}:${entry.day}`;
    return this.#cache.set(key, { open: entry.open, source: 'venue' as const }, dayMs);
  }
}

/** The shipped calendar: weekdays that are not on the list of closures. */
function openByTable(day: string): boolean {
  return weekdayOf(day) <= 5 && !krxClosures.includes(day);
}
