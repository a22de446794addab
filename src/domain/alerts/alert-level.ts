import type { Position } from '../account.ts';
import type { Bar } from '../market/quote.ts';
import {
  type Alert,
  type AlertCondition,
  type AlertDirection,
  type AlertLevel,
  isReached,
  type Seen,
} from './alert.ts';

/** The figures that levels are computed from. */
export interface DayFigures {
  /** The trading day of the figures: `20261123`. */
  readonly day: string;
  readonly basePrice: number;
  /** Daily candles of the days before, oldest first. */
  readonly bars: readonly Bar[];
  /** The average cost of the account's shares, as a decimal string; undefined where it holds none. */
  readonly averageCost: string | undefined;
}

/** Days whose mean volume counts as usual. */
const usualDays = 20;
/** The most weekdays that a year has. */
const yearBars = 262;

/** How many daily candles before today a condition needs. */
export function barsNeeded(condition: AlertCondition): number {
  switch (condition.kind) {
    case 'volume':
      return usualDays;
    case 'year-high':
    case 'year-low':
      return yearBars;
    case 'average':
      return condition.days - 1;
    case 'cross':
      return condition.long - 1;
    case 'price':
    case 'change':
    case 'cost':
    case 'candle-close':
    case 'candle-volume':
      return 0;
  }
}

/**
 * Whether the level of a condition changes every day. That of an average cost changes with fills alone; what is on
 * candles has no level, because no single price fires it.
 */
export function changesByDay({ kind }: AlertCondition): boolean {
  return !['price', 'cost', 'candle-close', 'candle-volume'].includes(kind);
}

/**
 * The level of a condition on a day. Undefined where there is none: too few days before it, no holding, nothing ever
 * traded. A moving average holds today's price and is linear in it, so the crossing can be solved for that price.
 */
export function levelOn(condition: AlertCondition, figures: DayFigures): AlertLevel | undefined {
  const { day, basePrice } = figures;
  const bars = figures.bars.filter(({ start }) => start < day);
  if (bars.length < (condition.kind.startsWith('year') ? 1 : barsNeeded(condition))) return undefined;
  const closes = (days: number): number => sumOf(bars.slice(bars.length - (days - 1)).map(({ close }) => close));
  switch (condition.kind) {
    case 'price':
      return { metric: 'price', direction: condition.direction, value: condition.price };
    case 'change':
      return basePrice > 0 ? percentOff(condition, basePrice, 1) : undefined;
    case 'cost': {
      // KIS gives the average cost with four decimals.
      const cost = Math.round(Number(figures.averageCost ?? 0) * 10_000);
      return cost > 0 ? percentOff(condition, cost, 10_000) : undefined;
    }
    case 'volume': {
      const total = sumOf(bars.slice(-usualDays).map(({ volume }) => volume));
      const value = ceilOf(Math.round(condition.times * 100) * total, 100 * usualDays);
      return value > 0 ? { metric: 'volume', direction: 'at-or-above', value } : undefined;
    }
    case 'year-high':
    case 'year-low': {
      const year = bars.filter(({ start }) => start >= `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`);
      // A candle of a day without trading has a close, and zero for the other prices.
      const prices = year.flatMap(({ high, low, close }) => (low > 0 ? [high, low] : [close]));
      if (prices.length === 0) return undefined;
      return condition.kind === 'year-high' ? over(Math.max(...prices), 1) : under(Math.min(...prices), 1);
    }
    case 'average': {
      const { days, side } = condition;
      return (side === 'over' ? over : under)(closes(days), days - 1);
    }
    case 'candle-close':
    case 'candle-volume':
      return undefined;
    case 'cross': {
      const { short, long, cross } = condition;
      return (cross === 'golden' ? over : under)(short * closes(long) - long * closes(short), long - short);
    }
  }
}

/**
 * An alert with the level of a new day. A day starts at its base price with nothing traded. Where the condition does
 * not hold there the alert is armed, so the day's first price can fire it however late anybody looks. An alert that was
 * armed before stays armed: its condition came true overnight. Alerts on a change or a volume begin anew, because these
 * figures are the day's own.
 */
export function startDay(alert: Alert, figures: DayFigures): Alert {
  const { kind } = alert.condition;
  const before = kind === 'change' || kind === 'volume' ? 'waiting' : alert.state;
  const level = levelOn(alert.condition, figures);
  return withLevel({ ...alert, levelDay: figures.day, state: before }, level, {
    price: figures.basePrice,
    volume: 0,
  });
}

/** An alert on an average cost with its present level. Without a position it has none, until there is one. */
export function withCost(alert: Alert, position: Pick<Position, 'averageCost' | 'last'> | undefined): Alert {
  const figures = { day: alert.levelDay, basePrice: 0, bars: [], averageCost: position?.averageCost };
  const level = levelOn(alert.condition, figures);
  if (level?.value === alert.level?.value) return alert;
  return withLevel(alert, level, { price: position?.last ?? 0, volume: 0 });
}

function withLevel(alert: Alert, level: AlertLevel | undefined, seen: Seen): Alert {
  if (level === undefined) return { ...alert, level, state: 'waiting' };
  return { ...alert, level, state: isReached(level, seen[level.metric]) ? alert.state : 'armed' };
}

function percentOff(
  { direction, percent }: { readonly direction: AlertDirection; readonly percent: number },
  amount: number,
  unit: number,
): AlertLevel {
  const [top, bottom] = [amount * (10_000 + Math.round(percent * 100)), unit * 10_000];
  const value = direction === 'at-or-above' ? ceilOf(top, bottom) : floorOf(top, bottom);
  return { metric: 'price', direction, value };
}

/** Whole won over a fraction of them. */
function over(top: number, bottom: number): AlertLevel {
  return { metric: 'price', direction: 'at-or-above', value: floorOf(top, bottom) + 1 };
}

function under(top: number, bottom: number): AlertLevel {
  return { metric: 'price', direction: 'at-or-below', value: ceilOf(top, bottom) - 1 };
}

// In whole numbers: a quotient that falls on a price must not miss it by a rounding.
function floorOf(top: number, bottom: number): number {
  return (top - (((top % bottom) + bottom) % bottom)) / bottom;
}

function ceilOf(top: number, bottom: number): number {
  return -floorOf(-top, bottom);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
