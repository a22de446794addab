import type { Bar } from '../market/quote.ts';
import { type Alert, type AlertCondition, isReached, type Seen } from './alert.ts';

/** Candles whose mean volume counts as usual. */
export const usualCandles = 20;

/** A condition that is looked at when a candle has closed. */
export type CandleCondition = Extract<AlertCondition, { readonly kind: 'candle-close' | 'candle-volume' }>;
export type CandleAlert = Alert & { readonly condition: CandleCondition };

export function isOnCandles(alert: Alert): alert is CandleAlert {
  return isCandleCondition(alert.condition);
}

export function isCandleCondition(condition: AlertCondition): condition is CandleCondition {
  return condition.kind === 'candle-close' || condition.kind === 'candle-volume';
}

/** How many candles before the one that it is about a condition needs. */
export function candlesBefore({ kind }: CandleCondition): number {
  return kind === 'candle-volume' ? usualCandles : 0;
}

/** A closed candle, and whether a condition holds for it. */
export interface CandleLook {
  readonly seen: Seen & { readonly candle: string };
  readonly holds: boolean;
}

/** The look at one of some closed candles, oldest first; undefined where there are too few before it. */
export function lookAt(condition: CandleCondition, bars: readonly Bar[], index: number): CandleLook | undefined {
  const bar = bars[index];
  if (bar === undefined) return undefined;
  const { close: price, volume, start: candle } = bar;
  if (condition.kind === 'candle-close') {
    const level = { direction: condition.direction, value: condition.price };
    return { seen: { price, volume, candle }, holds: isReached(level, price) };
  }
  const before = bars.slice(Math.max(0, index - usualCandles), index);
  if (before.length < usualCandles) return undefined;
  const total = before.reduce((sum, one) => sum + one.volume, 0);
  return {
    seen: { price, volume, candle, usual: Math.round(total / usualCandles) },
    // In whole numbers: the multiple has two decimals, and a volume that is exactly that many times must count.
    holds: total > 0 && volume * 100 * usualCandles >= Math.round(condition.times * 100) * total,
  };
}

/** What happened to an alert at a candle. */
export interface CandleEvent {
  readonly type: 'armed' | 'fired';
  readonly seen: Seen & { readonly candle: string };
}

/**
 * What closed candles (oldest first) do to an alert: those after the one that counted last, one after the other. An
 * alert that does not repeat is over when it fires, and what comes after that is not looked at.
 */
export function followCandles(
  alert: CandleAlert,
  bars: readonly Bar[],
): { readonly alert: CandleAlert; readonly events: readonly CandleEvent[] } {
  const events: CandleEvent[] = [];
  let { state, candle } = alert;
  for (const [index, { start }] of bars.entries()) {
    if (candle !== undefined && start <= candle) continue;
    const look = lookAt(alert.condition, bars, index);
    if (look === undefined) continue;
    candle = start;
    if (state === 'waiting' && !look.holds) {
      state = 'armed';
      events.push({ type: 'armed', seen: look.seen });
    } else if (state === 'armed' && look.holds) {
      state = 'waiting';
      events.push({ type: 'fired', seen: look.seen });
      if (!alert.repeats) break;
    }
  }
  return { alert: { ...alert, state, candle }, events };
}
