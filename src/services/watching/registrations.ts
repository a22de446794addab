import pLimit from 'p-limit';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { MarketFeed } from '../../ports/feed.ts';
import { type PlannedNeed, planRegistrations } from './registration-plan.ts';

/**
 * The most topics that are registered or unregistered in a minute. KIS publishes no such limit; it warns that it blocks
 * whoever connects without end, and its own samples pause 0.1 s to 0.5 s after each message. A start registers the 40
 * topics of one key at once, so the bound leaves room for that, and prices that run wild do not go beyond one a second.
 */
export const mostChangesPerMinute = 60;
/** Until a registration that KIS refused is tried again. */
const retryMs = 60_000;

/** Something that takes part in the sharing out of registrations. */
export interface Registrable {
  /** All of them or none; equal texts are one registration. */
  readonly topics: readonly string[];
  need(): PlannedNeed;
  /** @throws AppError `feed.*` when it cannot be had. */
  open(): Promise<void>;
  close(): Promise<void>;
}

interface Item extends Registrable {
  held: boolean;
  /** Why the latest attempt failed, and until when there is no other, in milliseconds. */
  failure: unknown;
  waitsUntil: number;
}

/** Brings what is registered on the socket in line with the plan, again and again, one change after the other. */
export class Registrations {
  readonly #options: { readonly feed: MarketFeed; readonly clock: Clock; readonly log: Log };
  readonly #items = new Map<string, Item>();
  /** Items that nobody wants any more and that are registered still. */
  readonly #leaving = new Set<Item>();
  readonly #queue = pLimit(1);
  /** The next alignment, while it waits for the one under way. Whoever asks for one meanwhile shares it. */
  #next: Promise<void> | undefined;
  /** When topics were registered or unregistered within the last minute, in milliseconds, oldest first. */
  #changes: number[] = [];
  #stopped = false;

  constructor(options: { readonly feed: MarketFeed; readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
  }

  add(id: string, registrable: Registrable): void {
    this.#items.set(id, { ...registrable, held: false, failure: undefined, waitsUntil: 0 });
  }

  remove(id: string): void {
    const item = this.#items.get(id);
    this.#items.delete(id);
    if (item?.held) this.#leaving.add(item);
  }

  /** Whether it takes part in the sharing out. */
  has(id: string): boolean {
    return this.#items.has(id);
  }

  holds(id: string): boolean {
    return this.#items.get(id)?.held ?? false;
  }

  /** Why the latest attempt to register it failed; undefined where none did. */
  failure(id: string): unknown {
    return this.#items.get(id)?.failure;
  }

  /** Whether something is wanted that is not registered. */
  get isShort(): boolean {
    return [...this.#items.values()].some(({ held }) => !held);
  }

  /** Notes that the socket has lost an item, which KIS did not take again. */
  lost(id: string): void {
    const item = this.#items.get(id);
    if (item !== undefined) this.#refused(item, new AppError('feed.refused', { code: 'lost' }));
  }

  /** The socket is back: what it was refused before may be tried again. */
  retry(): void {
    for (const item of this.#items.values()) if (Number.isFinite(item.waitsUntil)) item.waitsUntil = 0;
  }

  /** Makes a plan and carries it out, as far as the bound on changes allows. Never rejects. */
  align(): Promise<void> {
    this.#next ??= this.#queue(() => {
      this.#next = undefined;
      return this.#align();
    });
    return this.#next;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #align(): Promise<void> {
    for (const item of this.#leaving) {
      this.#leaving.delete(item);
      await this.#close(item);
    }
    const now = this.#options.clock.now();
    const eligible = [...this.#items].filter(([, { waitsUntil }]) => waitsUntil <= now);
    const candidates = eligible.map(([id, { topics, held, need }]) => ({ id, topics, held, need: need() }));
    const { chosen, left } = planRegistrations(candidates, this.#options.feed.status().room);
    const displaced = left.filter((id) => this.holds(id));
    const isUrgent = new Set(candidates.filter(({ need }) => need === 'order').map(({ id }) => id));
    for (const id of chosen) {
      const item = this.#items.get(id);
      if (this.#stopped) return;
      if (item === undefined || item.held) continue;
      if (!isUrgent.has(id) && !this.#mayChange(item)) continue;
      await this.#makeRoom(item, displaced);
      await this.#open(id, item);
    }
  }

  /** Whether the bound on changes leaves enough for an item to take another's place. */
  #mayChange({ topics }: Item): boolean {
    const since = this.#options.clock.now() - 60_000;
    this.#changes = this.#changes.filter((at) => at > since);
    return this.#changes.length + 2 * topics.length <= mostChangesPerMinute;
  }

  async #makeRoom(item: Item, displaced: string[]): Promise<void> {
    const { room } = this.#options.feed.status();
    while (this.#topicsWith(item) > room) {
      const last = displaced.pop();
      if (last === undefined) return;
      const held = this.#items.get(last);
      if (held?.held) await this.#close(held);
    }
  }

  /** How many topics there are when an item is added to those that are registered. */
  #topicsWith(item: Item): number {
    const held = [...this.#items.values()].filter((one) => one.held);
    return new Set([...held, ...this.#leaving, item].flatMap(({ topics }) => topics)).size;
  }

  async #open(id: string, item: Item): Promise<void> {
    this.#count(item);
    try {
      await item.open();
      item.held = true;
      item.failure = undefined;
      // Nobody may want it any more by now.
      if (this.#items.get(id) !== item) await this.#close(item);
    } catch (error) {
      this.#refused(item, error);
      this.#options.log.warn('not registered', { id, error });
    }
  }

  async #close(item: Item): Promise<void> {
    this.#count(item);
    item.held = false;
    try {
      await item.close();
    } catch (error) {
      this.#options.log.warn('still registered', { topics: item.topics, error });
    }
  }

  #refused(item: Item, error: unknown): void {
    item.held = false;
    item.failure = error;
    const isForGood = error instanceof AppError && error.code === 'feed.unsupported';
    item.waitsUntil = isForGood ? Number.POSITIVE_INFINITY : this.#options.clock.now() + retryMs;
  }

  #count({ topics }: Item): void {
    const now = this.#options.clock.now();
    for (const _ of topics) this.#changes.push(now);
  }
}
