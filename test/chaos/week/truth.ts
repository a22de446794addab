import type { AlertCondition, AlertHours } from '../../../src/domain/alerts/alert.ts';

/** An alert of the run, as whoever made it knows it. */
export interface MadeAlert {
  readonly chatId: string;
  readonly symbol: string;
  readonly condition: Extract<AlertCondition, { readonly kind: 'price' | 'change' }>;
  readonly hours: AlertHours;
  readonly repeats: boolean;
  /** The last Korean day that it is for, `20261124`. */
  readonly until: string | undefined;
  /** Milliseconds. */
  readonly createdAt: number;
  /** Whether its condition held when it was made. */
  readonly held: boolean;
}

/** A stretch of time in milliseconds; `to` is undefined while it lasts. */
export interface Span {
  readonly from: number;
  to: number | undefined;
}

/** A stretch in which the condition held. */
export interface Reached extends Span {
  /** Since when it had not held before. */
  readonly clearSince: number;
  /** Whether the price was beyond all others of its day then: the day's high or low tells of it afterwards. */
  readonly isExtreme: boolean;
}

/** The highest and the lowest price of an issue's day, before the price that is seen. */
export interface Extremes {
  readonly high: number;
  readonly low: number;
}

/** A message that told somebody of an alert. */
export interface Telling {
  readonly at: number;
  readonly text: string;
}

/** What is true of an alert by the venue's prices, and what its person was told. */
export class AlertTruth {
  readonly made: MadeAlert;
  /** Oldest first; that in which it was made, where its condition held then, is left out. */
  readonly reached: Reached[] = [];
  readonly tellings: Telling[] = [];
  /** Messages that told that its last day was over. */
  readonly expiries: Telling[] = [];
  #level: number;
  #holds: boolean;
  #clearSince: number;

  /** `base`: the base price of the day on which it was made. */
  constructor(made: MadeAlert, base: number) {
    this.made = made;
    this.#level = levelOf(made.condition, base);
    this.#holds = made.held;
    this.#clearSince = made.createdAt;
  }

  /** A price of its issue, in won. */
  see(price: number, at: number, { high, low }: Extremes): void {
    const isAbove = this.made.condition.direction === 'at-or-above';
    const holds = isAbove ? price >= this.#level : price <= this.#level;
    if (holds === this.#holds) return;
    this.#holds = holds;
    if (!holds) {
      this.#end(at);
      return;
    }
    const isExtreme = isAbove ? high < this.#level : low > this.#level;
    this.reached.push({ from: at, to: undefined, clearSince: this.#clearSince, isExtreme });
  }

  /** Whether it waits still: one that is told once has been told of nothing. */
  get isOpen(): boolean {
    return this.made.repeats || this.tellings.length === 0;
  }

  /** Whether a price would reach it that was not there before. */
  wouldReach(price: number): boolean {
    const isAbove = this.made.condition.direction === 'at-or-above';
    return !this.#holds && (isAbove ? price >= this.#level : price <= this.#level);
  }

  /** A day begins with its base price: what is on the day's change begins anew, and a price is as it was. */
  beginDay(base: number, at: number): void {
    if (this.made.condition.kind !== 'change') return;
    if (this.#holds) this.#end(at);
    this.#holds = false;
    this.#clearSince = at;
    this.#level = levelOf(this.made.condition, base);
  }

  #end(at: number): void {
    const last = this.reached.at(-1);
    if (last !== undefined) last.to ??= at;
    this.#clearSince = at;
  }
}

/** Reckoned in whole numbers: a percentage that falls on a price reaches it. */
function levelOf(condition: MadeAlert['condition'], base: number): number {
  if (condition.kind === 'price') return condition.price;
  const share = BigInt(base) * BigInt(10_000 + Math.round(condition.percent * 100));
  const below = Number(share / 10_000n);
  const isWhole = share % 10_000n === 0n;
  return condition.direction === 'at-or-above' && !isWhole ? below + 1 : below;
}
