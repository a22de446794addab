import TinyQueue from 'tinyqueue';
import type { Touched } from '../market/day-range.ts';
import { type Alert, type AlertLevel, isReached, type Seen } from './alert.ts';

/** The shortest time between two messages of an alert that repeats. */
const restMs = 60_000;

type Levelled = Alert & { readonly level: AlertLevel };

interface Queued {
  readonly alert: Levelled;
  /** Counts up: of two alerts at one level the older comes first. */
  readonly sequence: number;
}

/** Alerts in the order in which a moving value reaches them. What is added or deleted costs little, however many there are. */
class LevelQueue {
  readonly #queued = new Map<string, Queued>();
  readonly #order: (a: number, b: number) => number;
  /** Those that are queued, and some that were deleted since and are left out when their turn comes. */
  #heap = this.#heapOf([]);
  #sequence = 0;

  constructor(order: (a: number, b: number) => number) {
    this.#order = order;
  }

  add(alert: Levelled): void {
    this.#sequence += 1;
    const queued = { alert, sequence: this.#sequence };
    this.#queued.set(alert.id, queued);
    this.#heap.push(queued);
  }

  delete(id: string): void {
    this.#queued.delete(id);
    if (this.#heap.length > 16 && this.#heap.length > 2 * this.#queued.size) {
      this.#heap = this.#heapOf([...this.#queued.values()]);
    }
  }

  /** Removes and returns the alerts at the front for which `met` holds. */
  take(met: (alert: Levelled) => boolean): readonly Levelled[] {
    const taken: Levelled[] = [];
    for (let next = this.first; next !== undefined && met(next); next = this.first) {
      this.#heap.pop();
      this.#queued.delete(next.id);
      taken.push(next);
    }
    return taken;
  }

  /** The alert that a moving value comes to first. */
  get first(): Levelled | undefined {
    let next = this.#heap.peek();
    while (next !== undefined && this.#queued.get(next.alert.id) !== next) {
      this.#heap.pop();
      next = this.#heap.peek();
    }
    return next?.alert;
  }

  get size(): number {
    return this.#queued.size;
  }

  #heapOf(queued: Queued[]): TinyQueue<Queued> {
    return new TinyQueue(
      queued,
      (a, b) => this.#order(a.alert.level.value, b.alert.level.value) || a.sequence - b.sequence,
    );
  }
}

const noAlerts: readonly Levelled[] = [];
const ascending = (a: number, b: number): number => a - b;
const descending = (a: number, b: number): number => b - a;

const queueNames = ['armed:at-or-above', 'armed:at-or-below', 'waiting:at-or-above', 'waiting:at-or-below'] as const;

/**
 * The values between which nothing happens to any alert of an issue: those of the price, then those of the volume. They
 * stand beside one another in memory, so that a tick of any of thousands of issues reads one place.
 */
export class QuietRange {
  readonly #bounds = new Float64Array(8);

  constructor() {
    this.forget();
  }

  /** Nothing is known any more: every tick has to look at the alerts. */
  forget(): void {
    this.#bounds[0] = Number.NEGATIVE_INFINITY;
  }

  /** Learns from all the books of an issue. */
  learn(books: readonly AlertBook[]): void {
    this.#bounds.set(QuietRange.#widest);
    for (const book of books) book.narrow(this);
  }

  static readonly #widest = [0, 4].flatMap(() => [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);

  /** Takes in the levels of the alerts that come first on a metric; undefined where there are none. */
  narrow(metric: AlertLevel['metric'], levels: FirstLevels): void {
    const bounds = this.#bounds;
    const at = metric === 'price' ? 0 : 4;
    bounds[at] = Math.min(bounds[at] as number, levels['armed:at-or-above'] ?? Number.POSITIVE_INFINITY);
    bounds[at + 1] = Math.max(bounds[at + 1] as number, levels['armed:at-or-below'] ?? Number.NEGATIVE_INFINITY);
    bounds[at + 2] = Math.max(bounds[at + 2] as number, levels['waiting:at-or-above'] ?? Number.NEGATIVE_INFINITY);
    bounds[at + 3] = Math.min(bounds[at + 3] as number, levels['waiting:at-or-below'] ?? Number.POSITIVE_INFINITY);
  }

  /** Whether a moment, with what was touched since the moment before, changes nothing. */
  holds({ price, volume }: Seen, { high = price, low = price }: Touched): boolean {
    const bounds = this.#bounds;
    const highest = high > price ? high : price;
    const lowest = low < price ? low : price;
    return (
      (bounds[0] as number) > highest &&
      (bounds[1] as number) < lowest &&
      (bounds[2] as number) <= lowest &&
      (bounds[3] as number) >= highest &&
      (bounds[4] as number) > volume &&
      (bounds[5] as number) < volume &&
      (bounds[6] as number) <= volume &&
      (bounds[7] as number) >= volume
    );
  }
}

type FirstLevels = Readonly<Partial<Record<(typeof queueNames)[number], number | undefined>>>;

/** The alerts on one metric of an issue, sorted so that a new value visits only the alerts that it reaches. */
class MetricBook {
  /** The level of a queue without alerts: no value comes to it. */
  static readonly none = { above: Number.POSITIVE_INFINITY, below: Number.NEGATIVE_INFINITY };
  readonly #queues = {
    'armed:at-or-above': new LevelQueue(ascending),
    'armed:at-or-below': new LevelQueue(descending),
    'waiting:at-or-above': new LevelQueue(descending),
    'waiting:at-or-below': new LevelQueue(ascending),
  } as const;

  add(alert: Levelled): void {
    this.#queues[`${alert.state}:${alert.level.direction}`].add(alert);
  }

  delete(id: string): void {
    for (const queue of Object.values(this.#queues)) queue.delete(id);
  }

  /**
   * Applies a new value. `reached` alerts are removed. `armed` alerts stay: they were waiting on this side of the value
   * and now lie on the other.
   */
  meet(value: number): { readonly reached: readonly Alert[]; readonly armed: readonly Alert[] } {
    const reached = (['armed:at-or-above', 'armed:at-or-below'] as const).flatMap((name) =>
      this.#queues[name].take(({ level }) => isReached(level, value)),
    );
    const armed = (['waiting:at-or-above', 'waiting:at-or-below'] as const)
      .flatMap((name) => this.#queues[name].take(({ level }) => !isReached(level, value)))
      .map((alert): Levelled => ({ ...alert, state: 'armed' }));
    for (const alert of armed) this.add(alert);
    return { reached, armed };
  }

  /** Removes and returns the armed alerts that a value reached which was there for a moment, one value for each side. */
  takeTouched({ high, low }: Touched): readonly Levelled[] {
    const up = this.#queues['armed:at-or-above'].take(({ level }) => high !== undefined && high >= level.value);
    const down = this.#queues['armed:at-or-below'].take(({ level }) => low !== undefined && low <= level.value);
    return [...up, ...down];
  }

  /** Arms the waiting alerts whose condition did not hold at a value which was there for a moment. */
  armTouched({ high, low }: Touched): readonly Levelled[] {
    const up = this.#queues['waiting:at-or-above'].take(({ level }) => low !== undefined && low < level.value);
    const down = this.#queues['waiting:at-or-below'].take(({ level }) => high !== undefined && high > level.value);
    const armed = [...up, ...down].map((alert): Levelled => ({ ...alert, state: 'armed' }));
    for (const alert of armed) this.add(alert);
    return armed;
  }

  /**
   * Whether a value, or one that was there for a moment, reaches or arms any alert. It nearly never does, and this is
   * asked for every trade.
   */
  isMovedBy(value: number, { high = value, low = value }: Touched): boolean {
    const highest = Math.max(value, high);
    const lowest = Math.min(value, low);
    const { none } = MetricBook;
    return (
      (this.#queues['armed:at-or-above'].first?.level.value ?? none.above) <= highest ||
      (this.#queues['armed:at-or-below'].first?.level.value ?? none.below) >= lowest ||
      (this.#queues['waiting:at-or-above'].first?.level.value ?? none.below) > lowest ||
      (this.#queues['waiting:at-or-below'].first?.level.value ?? none.above) < highest
    );
  }

  /** The levels of the alerts that come first. */
  firstLevels(): FirstLevels {
    const levels: Partial<Record<(typeof queueNames)[number], number | undefined>> = {};
    for (const name of queueNames) levels[name] = this.#queues[name].first?.level.value;
    return levels;
  }

  /** The alerts that a rising or falling value comes to first, whether it reaches them or arms them. */
  nearest(): readonly Levelled[] {
    if (this.size === 0) return noAlerts;
    return Object.values(this.#queues).flatMap(({ first }) => first ?? []);
  }

  get size(): number {
    let size = 0;
    for (const name of queueNames) size += this.#queues[name].size;
    return size;
  }
}

/** An alert whose condition came true; `touched` is the price that did it where the present price does not. */
export interface FiredAlert {
  readonly alert: Alert;
  readonly touched: number | undefined;
}

/** What a price did to alerts. */
export interface Moved {
  readonly fired: readonly FiredAlert[];
  readonly armed: readonly Alert[];
}

/** What nearly every price does. */
export const nothingMoved: Moved = { fired: [], armed: [] };

/** The open alerts of one issue. The work of a price does not grow with the number of alerts at other prices. */
export class AlertBook {
  readonly #metrics = { price: new MetricBook(), volume: new MetricBook() } as const;
  /** Ids of alerts without a level. */
  readonly #idle = new Set<string>();
  /**
   * Armed alerts that were reached less than a minute after their last message. They fire after that minute if their
   * condition still holds.
   */
  #resting: readonly Alert[] = [];

  add(alert: Alert): void {
    const { level } = alert;
    if (level === undefined) this.#idle.add(alert.id);
    else this.#metrics[level.metric].add({ ...alert, level });
  }

  delete(id: string): void {
    this.#idle.delete(id);
    this.#resting = this.#resting.filter((alert) => alert.id !== id);
    for (const metric of Object.values(this.#metrics)) metric.delete(id);
  }

  /**
   * Applies the price and volume of a moment (milliseconds), and what was touched since the moment before. `fired` alerts
   * are removed; those that the price itself does not reach carry in `touched` the price that did. `armed` alerts stay:
   * they were waiting on this side and now lie on the other. An alert that is armed by what was touched is not fired by
   * it: nobody knows which of the two came first. `only`: the alerts that a touch may fire; all where it is not said.
   */
  meet(seen: Seen, at: number, touched: Touched = {}, only?: ReadonlySet<string>): Moved {
    if (this.#resting.length > 0) this.#wake(at);
    const { price, volume } = this.#metrics;
    if (!price.isMovedBy(seen.price, touched) && !volume.isMovedBy(seen.volume, {})) return nothingMoved;
    const firedByTouch = this.#firedByTouch(seen, touched, only);
    const armedByTouch = price.armTouched(touched);
    const met = [price.meet(seen.price), volume.meet(seen.volume)];
    const reached = met.flatMap((one) => one.reached).map((alert): FiredAlert => ({ alert, touched: undefined }));
    const fired = [...reached, ...firedByTouch];
    const tooSoon = fired.filter(({ alert }) => isResting(alert, at));
    if (tooSoon.length > 0) this.#resting = [...this.#resting, ...tooSoon.map(({ alert }) => alert)];
    return {
      fired: fired.filter((one) => !tooSoon.includes(one)),
      armed: [...armedByTouch, ...met.flatMap(({ armed }) => armed)],
    };
  }

  /** Takes the alerts of this book into a range. */
  narrow(range: QuietRange): void {
    range.narrow('price', this.#metrics.price.firstLevels());
    range.narrow('volume', this.#metrics.volume.firstLevels());
    // Whether one has rested for long enough depends on the time.
    if (this.#resting.length > 0) range.forget();
  }

  /** Puts those back that have rested for long enough. */
  #wake(at: number): void {
    const rested = this.#resting.filter((alert) => !isResting(alert, at));
    if (rested.length === 0) return;
    this.#resting = this.#resting.filter((alert) => isResting(alert, at));
    for (const alert of rested) this.add(alert);
  }

  #firedByTouch({ price }: Seen, touched: Touched, only: ReadonlySet<string> | undefined): readonly FiredAlert[] {
    const fired: FiredAlert[] = [];
    for (const alert of this.#metrics.price.takeTouched(touched)) {
      const { direction } = alert.level;
      if (isReached(alert.level, price) || only?.has(alert.id) === false) this.#metrics.price.add(alert);
      else fired.push({ alert, touched: direction === 'at-or-above' ? touched.high : touched.low });
    }
    return fired;
  }

  /**
   * How far the nearest alert is from the figures of a moment: on a price in units of the movement of a usual day (won),
   * on volume in units of the volume of a usual day. Infinity where no alert has a level.
   */
  distance({ price, volume }: Seen, movement: number): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (const { level } of this.#metrics.price.nearest()) {
      nearest = Math.min(nearest, Math.abs(level.value - price) / movement);
    }
    for (const { level, condition, state } of this.#metrics.volume.nearest()) {
      // What has been traded cannot be undone, so an alert on volume that waits does so until the next day.
      if (state === 'waiting') continue;
      const usual = condition.kind === 'volume' ? level.value / condition.times : level.value;
      nearest = Math.min(nearest, (level.value - volume) / Math.max(1, usual));
    }
    return nearest;
  }

  /** When the first of those that were reached too soon may fire, in milliseconds; undefined where none was. */
  get restsUntil(): number | undefined {
    if (this.#resting.length === 0) return undefined;
    const ends = this.#resting.map(({ firedAt = 0 }) => firedAt + restMs);
    return Math.min(...ends);
  }

  get size(): number {
    return this.#metrics.price.size + this.#metrics.volume.size + this.#idle.size + this.#resting.length;
  }
}

function isResting({ firedAt }: Alert, at: number): boolean {
  return firedAt !== undefined && at - firedAt < restMs && at >= firedAt;
}
