import { type MinuteCandle, type MinuteRange, minutesWithin } from './minutes.ts';

/** A trade as the candles need it. Whole numbers alone: nothing here knows a date. */
export interface MinuteTrade {
  /** Of the trade, since midnight; a trade may reach us after its minute is over. */
  readonly minute: number;
  /** Won. */
  readonly price: number;
  /** Shares. */
  readonly size: number;
  /** Shares traded on the day at this exchange, this trade included: the trade took this count from `total - size` up. */
  readonly total: number;
}

/** The candle of a minute while trades may still come. */
interface Growing {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** The day's totals after its first and its last trade: they tell the order, whatever order the trades came in. */
  first: number;
  last: number;
}

/** Shares that were traded and that we did not see (the totals between two), and the minutes in which that may have been. */
interface Hole {
  readonly low: number;
  readonly high: number;
  readonly minutes: ReadonlySet<number>;
}

/**
 * The one-minute candles of one issue at one exchange on one day, from its trades. The day's total, which every trade
 * carries, tells what was missed: where a trade begins above the highest total that we know, trades are missing
 * between the two, and where it lies below, we have it already or it comes late. What is missing is filled in with
 * candles from elsewhere (`fill`), which count from then on for their minutes.
 */
export class DayCandles {
  readonly #hours: readonly MinuteRange[];
  readonly #candles = new Map<number, Growing>();
  /** Minutes whose candle, or lack of one, came from elsewhere. */
  readonly #filled = new Set<number>();
  /** Minutes of which nothing was missed, as far as trades and the connection tell. */
  readonly #proven = new Set<number>();
  #holes: Hole[] = [];
  /** The total of the latest trade. */
  #lastTotal = 0;
  /** The total that is accounted for: by trades, and by candles from elsewhere after them. */
  #known = 0;
  /** The minute of the latest trade: what is missing before the next one was traded in it or later. */
  #from: number;

  /** `hours`: the minutes in which candles are made; trades outside of them count for the total alone. */
  constructor(hours: readonly MinuteRange[]) {
    this.#hours = hours;
    this.#from = hours[0]?.from ?? 0;
  }

  /**
   * Adds a trade. One that is known already changes nothing; one that comes late goes where it belongs. `isWatched` is
   * asked where trades before this one are missing: whether the minute of this one has been watched from its beginning.
   */
  trade(trade: MinuteTrade, isWatched: () => boolean = () => false): void {
    const { minute, size, total } = trade;
    if (total <= this.#lastTotal) {
      if (this.#takeFromHole(trade)) this.#add(trade);
      return;
    }
    const before = Math.max(0, total - size);
    if (before > this.#known) this.#addHole(this.#known, before, minute, isWatched());
    else for (let proven = this.#from; proven < minute; proven += 1) this.#proven.add(proven);
    this.#lastTotal = total;
    // Of a minute that was filled in, more may be known than this trade tells. Of another the trade is right.
    this.#known = this.#filled.has(minute) ? Math.max(this.#known, total) : total;
    this.#from = Math.max(this.#from, minute);
    this.#add(trade);
  }

  /** Nothing was missed in a minute that is over: whoever watches it was connected from its beginning to its end. */
  quiet(minute: number): void {
    this.#proven.add(minute);
  }

  /** Puts candles from elsewhere in the place of what is known of the minutes of a range, all of which are over. */
  fill(range: MinuteRange, candles: readonly MinuteCandle[]): void {
    const given = new Map(candles.map((candle) => [candle.minute, candle]));
    let gained = 0;
    for (const minute of minutesWithin(this.#hours, range)) {
      const before = this.#candles.get(minute);
      const candle = given.get(minute);
      gained += (candle?.volume ?? 0) - (before?.volume ?? 0);
      this.#filled.add(minute);
      if (candle === undefined) this.#candles.delete(minute);
      else {
        const { minute: _minute, ...figures } = candle;
        this.#candles.set(minute, { ...figures, first: before?.first ?? 0, last: before?.last ?? 0 });
      }
    }
    const rest = this.#closeHoles(range, Math.max(0, gained));
    if (range.to >= this.#from) this.#known += rest;
  }

  /** The minutes of a range, all of them over, of which something may be missing. */
  missing(range: MinuteRange): readonly number[] {
    return minutesWithin(this.#hours, range).filter(
      (minute) => !this.#filled.has(minute) && (!this.#proven.has(minute) || !this.isWhole(minute)),
    );
  }

  /** Whether nothing is known to be missing of a minute, which may not be over. */
  isWhole(minute: number): boolean {
    return !this.#holes.some(({ minutes }) => minutes.has(minute));
  }

  /** The candles of a range, oldest first; those of the minute that is not over grow still. */
  candles({ from, to }: MinuteRange): readonly MinuteCandle[] {
    return [...this.#candles]
      .filter(([minute]) => from <= minute && minute <= to)
      .sort(([one], [other]) => one - other)
      .map(([minute, { open, high, low, close, volume }]) => ({ minute, open, high, low, close, volume }));
  }

  /**
   * Notes that trades are missing before one of a minute. They were made in minutes since the latest trade of which
   * nobody knows whether they were seen whole; where all were, the totals are right and we are wrong about those.
   */
  #addHole(low: number, high: number, minute: number, isWatched: boolean): void {
    const open = minutesWithin(this.#hours, { from: this.#from, to: minute }).filter((one) => !this.#filled.has(one));
    const unsure = open.filter((one) => (one === minute ? !isWatched : !this.#proven.has(one)));
    const minutes = new Set(unsure.length > 0 ? unsure : open);
    if (minutes.size > 0) this.#holes.push({ low, high, minutes });
  }

  /** Whether a trade below the latest total is one that was missed; if so, what is missing grows less by it. */
  #takeFromHole({ size, total }: MinuteTrade): boolean {
    const before = total - size;
    const hole = this.#holes.find(({ low, high }) => low <= before && total <= high);
    if (hole === undefined) return false;
    const parts = [
      { ...hole, high: before },
      { ...hole, low: total },
    ].filter(({ low, high }) => low < high);
    this.#holes = [...this.#holes.filter((one) => one !== hole), ...parts];
    // The trades on its sides tell that nothing else was traded in its minutes. Its last one is not over yet.
    const last = Math.max(...hole.minutes);
    if (parts.length === 0) for (const minute of hole.minutes) if (minute < last) this.#proven.add(minute);
    return true;
  }

  #add({ minute, price, size, total }: MinuteTrade): void {
    if (this.#filled.has(minute) || !this.#hours.some(({ from, to }) => from <= minute && minute <= to)) return;
    const candle = this.#candles.get(minute);
    if (candle === undefined) {
      this.#candles.set(minute, {
        open: price,
        high: price,
        low: price,
        close: price,
        volume: size,
        first: total,
        last: total,
      });
      return;
    }
    candle.high = Math.max(candle.high, price);
    candle.low = Math.min(candle.low, price);
    candle.volume += size;
    if (total < candle.first) [candle.open, candle.first] = [price, total];
    if (total > candle.last) [candle.close, candle.last] = [price, total];
  }

  /**
   * Takes the shares that a range has gained from the holes in it, and forgets the holes that lie in it wholly. Of one
   * that reaches beyond the range the minutes outside are left. Returns the shares that belong to no hole.
   */
  #closeHoles({ from, to }: MinuteRange, gained: number): number {
    let rest = gained;
    const left: Hole[] = [];
    for (const hole of this.#holes) {
      const outside = [...hole.minutes].filter((minute) => minute < from || minute > to);
      if (outside.length === hole.minutes.size) {
        left.push(hole);
        continue;
      }
      const taken = Math.min(rest, hole.high - hole.low);
      rest -= taken;
      const low = hole.low + taken;
      if (low < hole.high && outside.length > 0) left.push({ ...hole, low, minutes: new Set(outside) });
    }
    this.#holes = left;
    return rest;
  }
}
