import { z } from 'zod';
import { type Clock, koreanDay } from '../../clock.ts';
import type { ApiDrift, SeenDrift } from '../../domain/api-drift.ts';
import type { Log } from '../../log.ts';
import type { Cache } from '../../ports/cache.ts';

const keptMs = 7 * 24 * 3_600_000;
const cacheKey = 'api-drift';

const seenDrifts = z.array(
  z.object({
    api: z.string(),
    title: z.string(),
    trId: z.string(),
    code: z.string(),
    text: z.string(),
    field: z
      .string()
      .nullish()
      .transform((field) => field ?? undefined),
    at: z.number(),
    toldAt: z.number(),
  }),
);

/**
 * Remembers for a week which of KIS's APIs no longer agree with Hoga, and tells the owners of each of them once a day.
 * The cache keeps what was told, so that a restart tells nothing twice.
 */
export class DriftWatch {
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tell: (drift: SeenDrift) => void;
  readonly #seen = new Map<string, SeenDrift>();

  constructor(options: {
    readonly cache: Cache;
    readonly clock: Clock;
    readonly log: Log;
    /** Tells the owners; called at most once a Korean day for an API. */
    readonly tell: (drift: SeenDrift) => void;
  }) {
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#tell = options.tell;
  }

  /** Reads what was seen before the start. */
  async load(): Promise<void> {
    const kept = seenDrifts.safeParse(await this.#cache.get<unknown>(cacheKey));
    for (const drift of kept.data ?? []) if (!this.#seen.has(drift.api)) this.#seen.set(drift.api, drift);
  }

  /** The newest first. */
  seen(): readonly SeenDrift[] {
    const since = this.#clock.now() - keptMs;
    return [...this.#seen.values()].filter(({ at }) => at > since).toSorted((one, other) => other.at - one.at);
  }

  /** Notes one more disagreement. Never fails, because the caller has the failed call to deal with. */
  notice(drift: ApiDrift): void {
    const at = this.#clock.now();
    const before = this.#seen.get(drift.api)?.toldAt;
    const isNew = before === undefined || koreanDay(before) !== koreanDay(at);
    const seen = { ...drift, at, toldAt: isNew ? at : before };
    this.#seen.set(drift.api, seen);
    this.#cache.set(cacheKey, this.seen(), keptMs).catch((error: unknown) => {
      this.#log.warn('the list of APIs that changed could not be kept', { error });
    });
    if (isNew) this.#tell(seen);
  }
}
