import { previousDay } from '../../clock.ts';
import type { AlertCondition } from '../../domain/alerts/alert.ts';
import { barsNeeded, type DayFigures } from '../../domain/alerts/alert-level.ts';
import type { Bar, Quote } from '../../domain/market/quote.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadPriority } from '../../ports/read-options.ts';

/** Reads the figures that alert levels are computed from. Candles are read once a day and issue, for all alerts. */
export class AlertFigures {
  readonly #broker: Broker;
  readonly #bars = new Map<string, { readonly day: string; readonly count: number; readonly bars: readonly Bar[] }>();

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /**
   * The figures that these conditions on an issue need on a trading `day`, beside its quote. Average costs are left
   * out.
   */
  async of(
    { symbol, basePrice }: Quote,
    conditions: readonly AlertCondition[],
    day: string,
    priority: ReadPriority,
  ): Promise<DayFigures> {
    const count = Math.max(0, ...conditions.map(barsNeeded));
    const bars = count === 0 ? [] : await this.#barsBefore(symbol, count, day, priority);
    return { day, basePrice, bars, averageCost: undefined };
  }

  async #barsBefore(symbol: string, count: number, day: string, priority: ReadPriority): Promise<readonly Bar[]> {
    const known = this.#bars.get(symbol);
    if (known !== undefined && known.day === day && known.count >= count) return known.bars;
    const bars = await this.#broker.bars(symbol, '1d', count, { priority, until: previousDay(day) });
    this.#bars.set(symbol, { day, count, bars });
    return bars;
  }
}
