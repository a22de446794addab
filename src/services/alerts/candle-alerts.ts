import pLimit, { type LimitFunction } from 'p-limit';
import { type CancelTimer, type Clock, koreanDay, koreanTime } from '../../clock.ts';
import type { Alert, Seen } from '../../domain/alerts/alert.ts';
import {
  type CandleAlert,
  type CandleCondition,
  type CandleEvent,
  candlesBefore,
  followCandles,
  isOnCandles,
  lookAt,
} from '../../domain/alerts/candle-alert.ts';
import type { CandleLength } from '../../domain/market/bars.ts';
import { minuteOfDay, timeOfMinute } from '../../domain/market/minutes.ts';
import type { Bar } from '../../domain/market/quote.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { CandleQuery, Candles } from '../candles/candles.ts';
import { closeDelayMs } from '../candles/minute-books.ts';
import type { OpenAlerts } from './open-alerts.ts';

const minuteMs = 60_000;
/** Until candles that could not be completed are tried again: each time twice as long, and at last every minute. */
const retryMs = { first: 5_000, most: 60_000 } as const;

interface CandleAlertsOptions {
  readonly open: OpenAlerts;
  readonly candles: Pick<Candles, 'newest' | 'mayHaveEnded'>;
  readonly broker: Pick<Broker, 'quote'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Something happened to an alert, which is in memory as it was before. */
  readonly onEvent: (alert: CandleAlert, event: CandleEvent) => void;
}

/** What a new alert begins with. */
export type AlertStart = Pick<Alert, 'level' | 'levelDay' | 'state' | 'candle'> & { readonly seen: Seen };

/** Alerts on the candles of one length of one issue: they are looked at together. */
interface Group {
  readonly symbol: string;
  readonly minutes: CandleLength;
}

/**
 * Looks at alerts on candles: once for every candle, when it has closed and nothing is missing of it. What is missing
 * is asked of the venue; until it is there the alert waits, and `/why` says for what. Candles of today that closed
 * while nobody looked are looked at afterwards, in their order; those of earlier days are not.
 */
export class CandleAlerts {
  readonly #options: CandleAlertsOptions;
  readonly #turns = new Map<string, LimitFunction>();
  /** By group, the look that waits for the one under way. */
  readonly #next = new Map<string, Promise<void>>();
  /** By group, why its candles could not be completed. */
  readonly #troubles = new Map<string, unknown>();
  readonly #retries = new Map<string, { readonly cancel: CancelTimer; readonly afterMs: number }>();
  #cancelMinute: CancelTimer | undefined;
  #stopped = false;

  constructor(options: CandleAlertsOptions) {
    this.#options = options;
  }

  /** Why the last candle of an alert on candles could not be looked at; undefined where it was. */
  trouble(alert: Alert): unknown {
    if (!isOnCandles(alert)) return undefined;
    const { symbol, condition } = alert;
    return this.#troubles.get(keyOf({ symbol, minutes: condition.minutes }));
  }

  /**
   * What a new alert begins with: how its condition stands for the last closed candle, and which candles count. Where no
   * candle has closed yet, the price now is what was seen.
   * @throws AppError `venue.*`.
   */
  async start(symbol: string, condition: CandleCondition): Promise<AlertStart> {
    const { clock, broker } = this.#options;
    const bars = await this.#closed({ symbol, minutes: condition.minutes }, candlesBefore(condition) + 1, {});
    const now = clock.now();
    const minute = minuteOfDay(koreanTime(now));
    const growing = minute - (minute % condition.minutes);
    // Where there is no candle before the one that grows, that one is the first to count.
    const before = `${koreanDay(now)} ${growing === 0 ? '' : timeOfMinute(growing - 1)}`;
    const look = lookAt(condition, bars, bars.length - 1);
    const last = bars.at(-1);
    const { last: price, volume } =
      last === undefined ? await broker.quote(symbol) : { last: last.close, volume: last.volume };
    return {
      level: undefined,
      levelDay: koreanDay(now),
      state: look?.holds === true ? 'waiting' : 'armed',
      candle: last?.start ?? before,
      seen: look?.seen ?? { price, volume, candle: last?.start },
    };
  }

  /** Looks at the end of every minute from now on, while there are alerts on candles. */
  awake(): void {
    const { clock } = this.#options;
    if (this.#stopped || this.#cancelMinute !== undefined || this.#groups().length === 0) return;
    const now = clock.now();
    const end = (Math.floor((now - closeDelayMs) / minuteMs) + 1) * minuteMs;
    // By the clock, and not by the next trade: in a quiet minute none may come for long.
    this.#cancelMinute = clock.timer(end + closeDelayMs - now, () => {
      this.#cancelMinute = undefined;
      this.#onMinute(end);
      this.awake();
    });
  }

  /** A minute ended, at a moment in milliseconds: looks at the candles that ended with it. */
  #onMinute(end: number): void {
    const { candles } = this.#options;
    for (const group of this.#groups()) {
      if (candles.mayHaveEnded({ symbol: group.symbol, exchange: 'KRX' }, group.minutes, end)) void this.#look(group);
    }
  }

  /** Looks at whatever closed since the last look, as after a start. Never rejects. */
  async resync(): Promise<void> {
    await Promise.all(this.#groups().map((group) => this.#look(group)));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelMinute?.();
    for (const { cancel } of this.#retries.values()) cancel();
  }

  /** Resolves when all looks that are under way have ended. */
  async idle(): Promise<void> {
    await Promise.all([...this.#turns.values()].map((turn) => turn(() => undefined)));
  }

  #groups(): readonly Group[] {
    const groups = this.#options.open
      .all()
      .filter(isOnCandles)
      .map(({ symbol, condition: { minutes } }) => ({ symbol, minutes }));
    return [...new Map(groups.map((group) => [keyOf(group), group])).values()];
  }

  #alertsOf(group: Group): readonly CandleAlert[] {
    const isOf = (alert: Alert): alert is CandleAlert =>
      isOnCandles(alert) && alert.condition.minutes === group.minutes;
    return this.#options.open.of(group.symbol).filter(isOf);
  }

  /** A look sees all that closed before it, so whoever asks for one while the next one waits shares that one. */
  #look(group: Group): Promise<void> {
    const key = keyOf(group);
    const look = this.#next.get(key) ?? this.#lookInTurn(group, key);
    this.#next.set(key, look);
    return look;
  }

  async #lookInTurn(group: Group, key: string): Promise<void> {
    const turn = this.#turns.get(key) ?? pLimit(1);
    this.#turns.set(key, turn);
    await turn(async () => {
      this.#next.delete(key);
      if (this.#stopped) return;
      const before = this.#retries.get(key);
      before?.cancel();
      this.#retries.delete(key);
      try {
        await this.#follow(group);
        this.#troubles.delete(key);
      } catch (error) {
        if (this.#stopped) return;
        this.#troubles.set(key, error);
        this.#options.log.warn('candle of alerts not complete', { ...group, error });
        const afterMs = Math.min(retryMs.most, (before?.afterMs ?? retryMs.first / 2) * 2);
        const cancel = this.#options.clock.timer(afterMs, () => void this.#look(group));
        this.#retries.set(key, { cancel, afterMs });
      }
    });
    if (turn.activeCount + turn.pendingCount === 0) this.#turns.delete(key);
  }

  async #follow(group: Group): Promise<void> {
    const { clock, open } = this.#options;
    const today = koreanDay(clock.now());
    const before = Math.max(0, ...this.#alertsOf(group).map(({ condition }) => candlesBefore(condition)));
    const count = this.#countSince(group, today) + before;
    const bars = await this.#closed(group, count, { today: true, within: before === 0 });
    const first = bars.findIndex(({ start }) => start.startsWith(today));
    if (first < 0) return;
    // Read again: some may have gone meanwhile, and others come.
    for (const alert of this.#alertsOf(group)) {
      const { events, alert: after } = followCandles({ ...alert, candle: later(alert.candle, bars[first - 1]) }, bars);
      for (const event of events) this.#options.onEvent(alert, event);
      const left = open.get(alert.id);
      if (left !== undefined) open.replace({ ...left, state: after.state, candle: after.candle });
    }
  }

  /** How many candles of today may have closed since the oldest that counted last. */
  #countSince(group: Group, today: string): number {
    const { minutes } = group;
    const marks = this.#alertsOf(group).map(({ candle = '' }) => candle);
    const oldest = marks.reduce((least, candle) => (candle < least ? candle : least), '9');
    const since = oldest.startsWith(today) ? minuteOfDay(oldest.slice(9)) : 0;
    return Math.max(1, Math.ceil((minuteOfDay(koreanTime(this.#options.clock.now())) - since) / minutes) - 1);
  }

  #closed(
    { symbol, minutes }: Group,
    count: number,
    how: Pick<CandleQuery, 'today' | 'within'>,
  ): Promise<readonly Bar[]> {
    const read: ReadOptions = how.today === true ? { priority: 'background' } : {};
    return this.#options.candles.newest({ symbol, exchange: 'KRX' }, { minutes, count, closed: true, ...how }, read);
  }
}

/** The later of two beginnings of candles: nothing counts that began no later than either. */
function later(candle: string | undefined, bar: Bar | undefined): string | undefined {
  return bar !== undefined && (candle === undefined || candle < bar.start) ? bar.start : candle;
}

function keyOf({ symbol, minutes }: Group): string {
  return `${symbol} ${minutes}`;
}
