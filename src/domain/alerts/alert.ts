import type { CandleLength } from '../market/bars.ts';
import type { Touched } from '../market/day-range.ts';
import type { Marketplace, TradeSession } from '../market/session.ts';
import type { ChatAddress } from '../people/chat-address.ts';

export type AlertDirection = 'at-or-above' | 'at-or-below';

/** What somebody waits for, as they said it. Percents and multiples have two decimals at most. */
export type AlertCondition =
  /** Won. */
  | { readonly kind: 'price'; readonly direction: AlertDirection; readonly price: number }
  /** In percent against the day's base price (등락률). */
  | { readonly kind: 'change'; readonly direction: AlertDirection; readonly percent: number }
  /** The day's volume is so many times the average of the 20 days before. */
  | { readonly kind: 'volume'; readonly times: number }
  /** The price is above, or below, all prices of the 52 weeks before. */
  | { readonly kind: 'year-high' | 'year-low' }
  /** The price against its moving average of so many days, today's price among them. */
  | { readonly kind: 'average'; readonly side: 'over' | 'under'; readonly days: number }
  /** A shorter moving average goes over a longer one (golden), or under it (dead). */
  | { readonly kind: 'cross'; readonly cross: 'golden' | 'dead'; readonly short: number; readonly long: number }
  /** In percent against the average cost of the account's shares (평단). */
  | { readonly kind: 'cost'; readonly direction: AlertDirection; readonly percent: number }
  /** The close of a candle of so many minutes, in won. */
  | {
      readonly kind: 'candle-close';
      readonly minutes: CandleLength;
      readonly direction: AlertDirection;
      readonly price: number;
    }
  /** The volume of a candle is so many times the average of the 20 candles before it. */
  | { readonly kind: 'candle-volume'; readonly minutes: CandleLength; readonly times: number };

/** The threshold that a condition is on one day, of the price or of the day's volume. */
export interface AlertLevel {
  readonly metric: 'price' | 'volume';
  readonly direction: AlertDirection;
  /** Won, or shares. */
  readonly value: number;
}

/** Which prices an alert is on: KRX's regular session alone, or also what trades before and after it, at Nextrade too. */
export type AlertHours = 'regular' | 'extended';

/**
 * Whether prices outside KRX's regular session can meet a condition: a price, and the change of a day. The other
 * conditions are on figures of KRX's regular days (candles, volume) or on what shares cost, which is compared with the
 * price that the account shows.
 */
export function takesExtended({ kind }: AlertCondition): boolean {
  return kind === 'price' || kind === 'change';
}

/** The price and volume of an issue at a moment. */
export interface Seen {
  readonly price: number;
  /** Shares traded today; of a candle, in it. */
  readonly volume: number;
  /**
   * The price with which a level was reached between two looks, where the price of neither look reaches it; known from
   * the day's high or low.
   */
  readonly touched?: number | undefined;
  /** Where the price was made, of one outside KRX's regular session. */
  readonly outside?: { readonly exchange: Marketplace; readonly session: TradeSession } | undefined;
  /** The beginning of the candle that closed at this price: `20261123 0905`. Absent where no candle is meant. */
  readonly candle?: string | undefined;
  /** Shares of a usual candle, where the alert compares with that. */
  readonly usual?: number | undefined;
}

/**
 * A condition that somebody waits for. The crossing counts: an alert is `waiting` until its condition was seen not to
 * hold, and `armed` from then on. Both states survive a restart.
 */
export interface Alert {
  readonly id: string;
  readonly personId: string;
  readonly address: ChatAddress;
  /** Whose average cost it is on, by the ledger's name for the account; of another condition this means nothing. */
  readonly account: string;
  readonly symbol: string;
  readonly condition: AlertCondition;
  readonly hours: AlertHours;
  /** Whether it fires every time. If not, it is over once it has fired. */
  readonly repeats: boolean;
  /** The last Korean day it is for (`20261231`); undefined where it has no end. */
  readonly until: string | undefined;
  /** The threshold; undefined while there is none, as for an average cost without a holding. */
  readonly level: AlertLevel | undefined;
  /** The Korean day that the level is of. */
  readonly levelDay: string;
  readonly state: 'armed' | 'waiting';
  /**
   * Of an alert on candles the beginning of the last one that counted (`20261123 0905`): those after it are looked at.
   * What the ledger keeps is the last one that changed the state, because those between changed nothing.
   */
  readonly candle?: string | undefined;
  /** Milliseconds. */
  readonly createdAt: number;
  /** When it last fired, in milliseconds. */
  readonly firedAt: number | undefined;
}

/** How an alert stands; the last three are over. */
export type AlertStatus = Alert['state'] | 'fired' | 'expired' | 'deleted';

/** What happened to an alert, as it is written down. */
export type AlertEvent =
  | {
      readonly type: 'created';
      readonly seen: Seen;
      readonly level: AlertLevel | undefined;
      readonly state: Alert['state'];
    }
  /** The level changed, with the day or with the average cost. Undefined where there is none. */
  | {
      readonly type: 'level';
      readonly day: string;
      readonly level: AlertLevel | undefined;
      readonly state: Alert['state'];
    }
  /** Its condition was seen not to hold. */
  | { readonly type: 'armed'; readonly seen: Seen }
  /** `messages`: how many tell of it; none where nobody wanted one. */
  | { readonly type: 'fired'; readonly seen: Seen; readonly level: AlertLevel | undefined; readonly messages: number }
  | { readonly type: 'expired' | 'deleted' };

/** The shortest time between two messages of an alert that repeats. */
const restMs = 60_000;

/** Whether `value` lies on the side an alert asks about. */
export function isReached(level: Pick<AlertLevel, 'direction' | 'value'>, value: number): boolean {
  return level.direction === 'at-or-above' ? value >= level.value : value <= level.value;
}

type Levelled = Alert & { readonly level: AlertLevel };

/** Alerts sorted in the order in which a moving value reaches them. */
class LevelQueue {
  readonly #before: (a: number, b: number) => boolean;
  readonly #alerts: Levelled[] = [];

  constructor(before: (a: number, b: number) => boolean) {
    this.#before = before;
  }

  add(alert: Levelled): void {
    let [low, high] = [0, this.#alerts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#alerts[middle];
      if (there !== undefined && this.#before(there.level.value, alert.level.value)) low = middle + 1;
      else high = middle;
    }
    this.#alerts.splice(low, 0, alert);
  }

  delete(id: string): void {
    const index = this.#alerts.findIndex((alert) => alert.id === id);
    if (index >= 0) this.#alerts.splice(index, 1);
  }

  /** Removes and returns the alerts at the front for which `met` holds. */
  take(met: (alert: Levelled) => boolean): readonly Levelled[] {
    let count = 0;
    for (const alert of this.#alerts) {
      if (!met(alert)) break;
      count += 1;
    }
    return this.#alerts.splice(0, count);
  }

  /** The alert that a moving value comes to first. */
  get first(): Levelled | undefined {
    return this.#alerts[0];
  }

  get size(): number {
    return this.#alerts.length;
  }
}

const noAlerts: readonly Levelled[] = [];
const ascending = (a: number, b: number): boolean => a <= b;
const descending = (a: number, b: number): boolean => a >= b;

/** The alerts on one metric of an issue, sorted so that a new value visits only the alerts that it reaches. */
class MetricBook {
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

  /** The alerts that a rising or falling value comes to first, whether it reaches them or arms them. */
  nearest(): readonly Levelled[] {
    if (this.size === 0) return noAlerts;
    return Object.values(this.#queues).flatMap(({ first }) => first ?? []);
  }

  get size(): number {
    return Object.values(this.#queues).reduce((sum, queue) => sum + queue.size, 0);
  }
}

/** An alert whose condition came true; `touched` is the price that did it where the present price does not. */
export interface FiredAlert {
  readonly alert: Alert;
  readonly touched: number | undefined;
}

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
  meet(
    seen: Seen,
    at: number,
    touched: Touched = {},
    only?: ReadonlySet<string>,
  ): { readonly fired: readonly FiredAlert[]; readonly armed: readonly Alert[] } {
    const rested = this.#resting.filter((alert) => !isResting(alert, at));
    if (rested.length > 0) {
      this.#resting = this.#resting.filter((alert) => isResting(alert, at));
      for (const alert of rested) this.add(alert);
    }
    const { price, volume } = this.#metrics;
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
    const ends = this.#resting.map(({ firedAt = 0 }) => firedAt + restMs);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  get size(): number {
    return this.#metrics.price.size + this.#metrics.volume.size + this.#idle.size + this.#resting.length;
  }
}

function isResting({ firedAt }: Alert, at: number): boolean {
  return firedAt !== undefined && at - firedAt < restMs && at >= firedAt;
}
