import pLimit from 'p-limit';
import { type CancelTimer, type Clock, dayBegunAt, fromKoreanDayAndTime, koreanDay, nextDay } from '../../clock.ts';
import type { Alert, AlertLevel } from '../../domain/alerts/alert.ts';
import { levelOn, startDay, withCost } from '../../domain/alerts/alert-level.ts';
import type { Quote } from '../../domain/market/quote.ts';
import { figuresBegin } from '../../domain/market/session.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Calendar } from '../calendar.ts';
import { AlertFigures } from './alert-figures.ts';
import type { OpenAlerts } from './open-alerts.ts';

/** Until levels that could not be computed are tried again. */
const retryMs = 60_000;
/** The same for an issue that the venue leaves out of its answer: it may know it no more. */
const leftOutRetryMs = 600_000;
/** The balance shows a fill a moment after its notice. The wait also lets several fills share one look at the balance. */
const afterFillMs = 2_000;

/** What says of which account an alert is. */
export type AlertAccount = Pick<Alert, 'account' | 'personId'>;

interface LevelUpdatesOptions {
  readonly open: OpenAlerts;
  /** For what names no account. */
  readonly broker: Broker;
  /** The way to the account that an alert on an average cost is of; undefined where its person may not see it. */
  readonly brokerOf: (alert: AlertAccount) => Broker | undefined;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly log: Log;
  /** Writes changed levels down. `at` is in milliseconds. */
  readonly record: (changed: readonly Alert[], at: number) => void;
  /** Asked for an issue, because the levels of its alerts are about to change. */
  readonly onQuote: (quote: Quote) => Promise<void>;
  /** The levels of a day were computed from a quote of that day, for these alerts. */
  readonly onLevels: (quote: Quote, day: string, alerts: readonly Alert[]) => void;
  /** A day has begun, for trading or not: `20261123`. */
  readonly onDayBegun: (day: string) => void;
}

/**
 * Keeps the levels of alerts current: most conditions come to another level every trading day, and those on an average
 * cost do after every fill.
 */
export class LevelUpdates {
  readonly #options: LevelUpdatesOptions;
  readonly #figures: AlertFigures;
  /** Days and fills are worked on one after the other. */
  readonly #queue = pLimit(1);
  /** By issue, why its levels could not be computed. */
  readonly #troubles = new Map<string, unknown>();
  /** From then on, in milliseconds, a new day has begun. */
  #dayEndsAt = 0;
  #cancelRetry: CancelTimer | undefined;
  /** When the next try is due, in milliseconds. */
  #retryAt = Number.POSITIVE_INFINITY;
  #cancelFill: CancelTimer | undefined;
  #stopped = false;

  constructor(options: LevelUpdatesOptions) {
    this.#options = options;
    this.#figures = new AlertFigures(options.broker);
  }

  /** The Korean day that has begun, whether or not it is one for trading. */
  get begunDay(): string {
    return dayBegunAt(this.#clock.now(), figuresBegin);
  }

  /** Why the levels of an issue could not be computed; undefined where they could. */
  trouble(symbol: string): unknown {
    return this.#troubles.get(symbol);
  }

  /** The last alert on an issue is gone. */
  forget(symbol: string): void {
    this.#troubles.delete(symbol);
  }

  /**
   * The level that a new alert begins with, its day, and the quote it was computed from.
   * @throws AppError `alerts.no-holding`, `alerts.no-figures`, `accounts.none`, or `venue.*`.
   */
  async first({ symbol, condition, ...of }: AlertAccount & Pick<Alert, 'symbol' | 'condition'>): Promise<{
    readonly level: AlertLevel;
    readonly levelDay: string;
    readonly quote: Quote;
  }> {
    const { broker, calendar } = this.#options;
    const begun = this.begunDay;
    const levelDay = (await calendar.figuresDay()).day ?? begun;
    const quote = await broker.quote(symbol);
    const positions = condition.kind === 'cost' ? await this.#positionsOf(of) : [];
    const figures = await this.#figures.of(quote, [condition], levelDay, 'interactive');
    const averageCost = positions.find((position) => position.symbol === symbol)?.averageCost;
    const level = levelOn(condition, { ...figures, averageCost });
    if (level === undefined) throw new AppError(condition.kind === 'cost' ? 'alerts.no-holding' : 'alerts.no-figures');
    return { level, levelDay, quote };
  }

  /**
   * Computes the levels of the day that has begun, and those of average costs. `traded` says that a trade came on that
   * day, which proves it a trading day. Never rejects.
   */
  startDay({ traded = false }: { readonly traded?: boolean } = {}): Promise<void> {
    const begun = this.begunDay;
    this.#dayEndsAt = fromKoreanDayAndTime(nextDay(begun), `${figuresBegin}00`);
    this.#options.onDayBegun(begun);
    return this.#queue(async () => {
      const told = await this.#options.calendar.figuresDay({ priority: 'background' });
      const day = traded && begun === koreanDay(this.#clock.now()) ? begun : told.day;
      this.#suspend(day ?? begun);
      if (day === undefined) {
        // Nobody knows yet whether this is a trading day. The first trade will tell.
        this.#dayEndsAt = 0;
        this.#retrySoon();
      } else {
        this.#dayEndsAt = told.until;
        await this.#followDay(day);
      }
      await this.#followCosts();
    });
  }

  /** `startDay`, where a new day has begun since the last one. Never rejects. */
  async startDayIfDue(): Promise<void> {
    if (this.#clock.now() >= this.#dayEndsAt) await this.startDay();
  }

  /**
   * A price came, of a trading `day`, or of one that nobody can tell. On a new day the levels of the day before mean
   * nothing any more, so they are taken away at once. `traded` as in `startDay`.
   */
  onPrice(day: string | undefined, { traded }: { readonly traded: boolean }): void {
    if (this.#clock.now() < this.#dayEndsAt) return;
    this.#suspend(day ?? this.begunDay);
    // Where nobody could tell the day, another try is due already.
    if (traded || this.#cancelRetry === undefined) void this.startDay({ traded });
  }

  /** Shares of an issue were bought or sold, which changes the average cost of those that are held. */
  onFill(symbol: string): void {
    if (this.#stopped || !this.#options.open.onCost().some((alert) => alert.symbol === symbol)) return;
    this.#cancelFill ??= this.#clock.timer(afterFillMs, () => {
      this.#cancelFill = undefined;
      void this.#queue(() => this.#followCosts());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelFill?.();
  }

  get #clock(): Clock {
    return this.#options.clock;
  }

  get #log(): Log {
    return this.#options.log;
  }

  /** Takes away the levels of days before `day`. Until the new ones are known no price fires those alerts. */
  #suspend(day: string): void {
    const { open } = this.#options;
    for (const alert of open.stale(day)) open.replace({ ...alert, level: undefined });
  }

  /** Computes the levels of a trading day for the alerts that do not have them yet. */
  async #followDay(day: string): Promise<void> {
    const stale = this.#options.open.stale(day);
    if (stale.length === 0 || this.#stopped) return;
    const symbols = [...new Set(stale.map(({ symbol }) => symbol))];
    try {
      const quotes = await this.#options.broker.quotes(symbols, { priority: 'background' });
      this.#leftOut(symbols.filter((symbol) => !quotes.some((quote) => quote.symbol === symbol)));
      for (const quote of quotes) {
        const ofIssue = stale.filter(({ symbol }) => symbol === quote.symbol);
        await this.#followIssue(day, quote, ofIssue);
      }
    } catch (error) {
      for (const symbol of symbols) this.#troubles.set(symbol, error);
      this.#log.warn('alert levels not computed', { day, error });
      this.#retrySoon();
    }
  }

  /** The venue told nothing of these issues. */
  #leftOut(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#troubles.set(symbol, new AppError('venue.unknown-issue', { symbol }));
    if (symbols.length > 0) this.#retrySoon(leftOutRetryMs);
  }

  async #followIssue(day: string, quote: Quote, stale: readonly Alert[]): Promise<void> {
    try {
      const conditions = stale.map(({ condition }) => condition);
      const figures = await this.#figures.of(quote, conditions, day, 'background');
      this.#troubles.delete(quote.symbol);
      // What the day has brought so far counts for them, and for the other alerts what is new since the last look.
      await this.#options.onQuote(quote);
      this.#change(stale, (alert) => startDay(alert, figures));
      if (quote.volume > 0) this.#options.onLevels(quote, day, stale);
    } catch (error) {
      this.#troubles.set(quote.symbol, error);
      this.#log.warn('alert levels not computed', { day, symbol: quote.symbol, error });
      this.#retrySoon();
    }
  }

  /** Computes the levels of alerts on average costs from the balance of each account. */
  async #followCosts(): Promise<void> {
    const alerts = this.#options.open.onCost();
    for (const [broker, ofAccount] of Map.groupBy(alerts, (alert) => this.#options.brokerOf(alert))) {
      if (this.#stopped) return;
      await this.#followCostsOf(broker, ofAccount);
    }
  }

  /** The same for the alerts on one account; without a way to it they have no level, until there is one. */
  async #followCostsOf(broker: Broker | undefined, alerts: readonly Alert[]): Promise<void> {
    const unknown = { positions: [], truncated: false };
    try {
      const { positions, truncated } = (await broker?.balance({ priority: 'background' })) ?? unknown;
      const positionOf = (symbol: string) => positions.find((one) => one.symbol === symbol);
      // The position may stand on a page of the balance that was not read.
      const known = truncated ? alerts.filter(({ symbol }) => positionOf(symbol) !== undefined) : alerts;
      const moved = known.filter((alert) => withCost(alert, positionOf(alert.symbol)) !== alert);
      await this.#lookAt(new Set(moved.map(({ symbol }) => symbol)));
      this.#change(moved, (alert) => withCost(alert, positionOf(alert.symbol)));
    } catch (error) {
      this.#log.warn('average costs not read', { error });
      this.#retrySoon();
    }
  }

  /** What was there until now must not count as a touch for levels that are about to change. */
  async #lookAt(symbols: ReadonlySet<string>): Promise<void> {
    if (symbols.size === 0) return;
    const { broker, onQuote } = this.#options;
    for (const quote of await broker.quotes([...symbols], { priority: 'background' })) await onQuote(quote);
  }

  async #positionsOf(of: AlertAccount) {
    const broker = this.#options.brokerOf(of);
    if (broker === undefined) throw new AppError('accounts.none');
    return (await broker.balance()).positions;
  }

  #retrySoon(afterMs = retryMs): void {
    const at = this.#clock.now() + afterMs;
    if (this.#stopped || at >= this.#retryAt) return;
    this.#cancelRetry?.();
    this.#retryAt = at;
    this.#cancelRetry = this.#clock.timer(afterMs, () => {
      this.#cancelRetry = undefined;
      this.#retryAt = Number.POSITIVE_INFINITY;
      void this.startDay();
    });
  }

  /** Changes those of the alerts that are still open, and has the changes written down. */
  #change(alerts: readonly Pick<Alert, 'id'>[], change: (alert: Alert) => Alert): void {
    const { open, record } = this.#options;
    const changed = alerts.flatMap(({ id }) => {
      const alert = open.get(id);
      const next = alert === undefined ? undefined : change(alert);
      return next === undefined || next === alert ? [] : [next];
    });
    if (changed.length === 0) return;
    for (const alert of changed) open.replace(alert);
    record(changed, this.#clock.now());
  }
}
