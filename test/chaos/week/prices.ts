import { nearestTicks, stepPrice } from '../../../src/domain/orders/order-rules.ts';
import type { Issue } from '../../../src/simulator/market/instruments.ts';
import type { SeededRandom } from '../scenario/random.ts';

/** An issue that the simulator has beside its own. */
type NewIssue = Omit<Issue, 'isNew'>;

/** So many made-up issues, at prices of all sizes. */
export function madeUpIssues(count: number, random: SeededRandom): readonly NewIssue[] {
  return Array.from({ length: count }, (_, index) => ({
    symbol: String(700_001 + index),
    name: `가상${String(index + 1).padStart(3, '0')}`,
    english: `IMAGINED ${index + 1}`,
    market: 'KOSPI',
    kind: 'stock',
    base: nearestTicks(Math.round(2_000 * 10 ** (random.next() * 2.3)), 'stock').below,
    listedThousands: 10_000 + index * 100,
    industry: '제약',
  }));
}

/** How an issue stands, as far as its walk needs to know. */
export interface Standing {
  readonly symbol: string;
  readonly kind: Issue['kind'];
  readonly base: number;
  readonly last: number;
  /** The highest and the lowest price of the day that are allowed. */
  readonly upper: number;
  readonly lower: number;
}

interface Walker {
  /** When it moves next, in milliseconds. */
  at: number;
  /** Where a spike goes back to; undefined while there is none. */
  back: number | undefined;
}

export interface WalkOptions {
  readonly random: SeededRandom;
  /** Between two moves of an issue, on average. */
  readonly meanMs: number;
  /** Of a hundred moves, how many are spikes: out by a few percent, and back within seconds. */
  readonly spikesPercent: number;
}

/** Prices that wander at random, with spikes that last for seconds. All moves come from one seed. */
export class PriceWalk {
  readonly #options: WalkOptions;
  readonly #walkers = new Map<string, Walker>();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** The price to which an issue moves at this moment; undefined where it stays. */
  move(standing: Standing, now: number): number | undefined {
    const walker = this.#walkerOf(standing.symbol, now);
    if (now < walker.at) return undefined;
    const { random, spikesPercent } = this.#options;
    const { back } = walker;
    if (back !== undefined) {
      walker.back = undefined;
      walker.at = now + this.#pauseMs();
      return within(standing, back);
    }
    if (random.chance(spikesPercent / 100)) {
      walker.back = standing.last;
      walker.at = now + random.between(1_000, 4_000);
      const share = 1 + (random.chance(0.5) ? 1 : -1) * (0.01 + random.next() * 0.04);
      return within(standing, standing.last * share);
    }
    walker.at = now + this.#pauseMs();
    return this.#step(standing);
  }

  /** Some ticks up or down, rather towards the base price the further it is away. */
  #step(standing: Standing): number {
    const { random } = this.#options;
    const { base, kind, upper, lower } = standing;
    const pull = (standing.last - base) / base;
    const direction = random.next() < 0.5 - pull ? 'up' : 'down';
    let price = standing.last;
    for (let ticks = random.between(1, 4); ticks > 0; ticks -= 1) {
      const next = stepPrice(price, direction, kind);
      if (next > upper || next < lower) break;
      price = next;
    }
    return price;
  }

  #walkerOf(symbol: string, now: number): Walker {
    const known = this.#walkers.get(symbol);
    if (known !== undefined) return known;
    const walker = { at: now + Math.round(this.#options.random.next() * this.#options.meanMs), back: undefined };
    this.#walkers.set(symbol, walker);
    return walker;
  }

  #pauseMs(): number {
    return Math.round(-Math.log(1 - this.#options.random.next()) * this.#options.meanMs);
  }
}

/** The tick at or below a price, inside the limits of the day. */
function within({ kind, upper, lower }: Standing, price: number): number {
  return nearestTicks(Math.min(upper, Math.max(lower, Math.round(price))), kind).below;
}
