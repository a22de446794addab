import { extent, ticks } from 'd3-array';
import type { Bar } from '../domain/market/quote.ts';
import type { ChartLevel } from '../ports/charts.ts';

/** A stretch of the picture, in pixels from the top. */
export interface Pane {
  readonly top: number;
  readonly bottom: number;
}

/** From won to pixels. */
export interface PriceScale {
  /** The lowest and highest price in the pane, in won. */
  readonly low: number;
  readonly high: number;
  y(price: number): number;
  /** Round prices, for the axis. */
  readonly ticks: readonly number[];
}

/** Room above and below the candles for the marks of the extremes, in pixels. */
const markRoom = 40;
/**
 * How far outside the candles a level may be to be in the pane, in spans of the candles. One that is further away would
 * flatten them, and is shown at the edge instead.
 */
const reachOfLevels = 0.5;
/** The height that a level at the edge takes, in pixels. */
export const levelRoom = 40;

/** The scale from prices to the pane, with all candles in it and the levels that are near them. */
export function priceScale(bars: readonly Bar[], levels: readonly ChartLevel[], pane: Pane): PriceScale {
  const [lowest = 0, highest = 0] = extent(bars.flatMap(({ low, high }) => [low, high]));
  // Prices that do not move still need a span.
  const span = Math.max(highest - lowest, highest * 0.01, 2);
  const prices = levels.map(({ price }) => price);
  const above = prices.filter((price) => price > highest + span * reachOfLevels);
  const below = prices.filter((price) => price < lowest - span * reachOfLevels);
  const near = prices.filter((price) => !above.includes(price) && !below.includes(price));
  const [from = lowest, to = highest] = extent([lowest, highest, ...near]);
  const wonShown = Math.max(to - from, span);
  const top = pane.top + markRoom + above.length * levelRoom;
  const bottom = pane.bottom - markRoom - below.length * levelRoom;
  const wonPerPixel = wonShown / (bottom - top);
  const base = (from + to) / 2 - wonShown / 2;
  const low = base - markRoom * wonPerPixel;
  const high = base + wonShown + markRoom * wonPerPixel;
  return {
    low,
    high,
    y: (price) => bottom - (price - base) / wonPerPixel,
    ticks: ticks(low, high, 6).filter((price) => Number.isInteger(price) && price > 0),
  };
}

/** A label on the time axis. */
export interface TimeLabel {
  readonly index: number;
  readonly text: string;
}

/** The least distance between two labels of the time axis, in pixels. */
const labelRoom = 104;

const minuteOfDay = (start: string): number => Number(start.slice(9, 11)) * 60 + Number(start.slice(11));
const dayOf = (start: string): string => start.slice(0, 8);
const monthOf = (start: string): string => start.slice(0, 6);
const yearOf = (start: string): number => Number(start.slice(0, 4));

const shortDay = (start: string): string => `${Number(start.slice(4, 6))}/${Number(start.slice(6, 8))}`;
const shortMonth = (start: string): string => `${start.slice(0, 4)}.${start.slice(4, 6)}`;
const clockTime = (start: string): string => `${start.slice(9, 11)}:${start.slice(11)}`;

/** Ways to divide time, the finest first. A label is placed where a new part begins. */
type Division = readonly [part: (start: string) => string | number, text: (start: string) => string];

const ofMinutes: readonly Division[] = [
  ...[10, 30, 60, 120].map(
    (minutes): Division => [
      (start) => `${dayOf(start)} ${Math.floor(minuteOfDay(start) / minutes)}`,
      (start) => clockTime(start),
    ],
  ),
  [dayOf, shortDay],
];
const ofDays: readonly Division[] = [
  [dayOf, shortDay],
  [monthOf, shortMonth],
  [(start) => `${yearOf(start)} ${Math.floor((Number(start.slice(4, 6)) - 1) / 3)}`, shortMonth],
  ...[1, 2, 5, 10, 20].map(
    (years): Division => [(start) => Math.floor(yearOf(start) / years), (start) => String(yearOf(start))],
  ),
];

/** The labels of the time axis in Korean time, by the finest division that has room for them. */
export function timeLabels(bars: readonly Bar[], xOf: (index: number) => number): readonly TimeLabel[] {
  const minutes = bars[0]?.start.includes(' ') === true;
  const width = xOf(bars.length - 1) - xOf(0);
  const beginnings = (part: Division[0]): readonly number[] =>
    bars.flatMap(({ start }, index) => {
      const before = bars[index - 1]?.start;
      return before !== undefined && part(before) !== part(start) ? [index] : [];
    });
  const choices = (minutes ? ofMinutes : ofDays).map(([part, text]) => ({ starts: beginnings(part), text }));
  const fits = ({ length }: readonly number[]): boolean => length > 0 && length * labelRoom <= width + labelRoom;
  const { starts, text } = choices.find((choice) => fits(choice.starts)) ??
    choices[0] ?? { starts: [], text: shortDay };
  // At the beginning of a day its date says more than its first minute.
  const days = minutes ? new Set(beginnings(dayOf)) : new Set<number>();
  const kept: TimeLabel[] = [];
  for (const index of [...starts].sort((a, b) => Number(days.has(b)) - Number(days.has(a)) || a - b)) {
    const bar = bars[index];
    if (bar === undefined || kept.some((other) => Math.abs(xOf(other.index) - xOf(index)) < labelRoom)) continue;
    kept.push({ index, text: days.has(index) ? shortDay(bar.start) : text(bar.start) });
  }
  const last = bars.at(-1);
  if (kept.length > 0 || last === undefined) return kept.sort((a, b) => a.index - b.index);
  return [{ index: bars.length - 1, text: minutes ? clockTime(last.start) : shortDay(last.start) }];
}

/** Moves labels apart that would overlap, as little as possible. Returns their places in the order given. */
export function spread(wanted: readonly number[], room: number, pane: Pane): readonly number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  const places: number[] = [];
  let next = pane.top + room / 2;
  for (const { y, index } of order) {
    places[index] = Math.max(y, next);
    next = (places[index] ?? y) + room;
  }
  let limit = pane.bottom - room / 2;
  for (const { index } of order.toReversed()) {
    places[index] = Math.min(places[index] ?? limit, limit);
    limit = (places[index] ?? limit) - room;
  }
  return places;
}
