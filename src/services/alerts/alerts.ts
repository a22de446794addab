import { type CancelTimer, type Clock, dayBegunAt, fromKoreanDayAndTime, koreanDay, nextDay } from '../../clock.ts';
import { type Alert, AlertBook, type AlertCondition, isReached, type Seen } from '../../domain/alerts/alert.ts';
import { changesByDay, levelOn, startDay, withCost } from '../../domain/alerts/alert-level.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Quote, Trade } from '../../domain/market/quote.ts';
import { figuresBegin } from '../../domain/market/session.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { MarketFeed } from '../../ports/feed.ts';
import type { AlertStore } from '../../ports/ledger/alert-store.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { Calendar } from '../calendar.ts';
import { SerialQueue } from '../serial-queue.ts';
import { AlertFigures } from './alert-figures.ts';
import { PriceWatch } from './price-watch.ts';

const mostPerPerson = 50;
/** What could not be reckoned is tried again. */
const retryMs = 60_000;
/** The balance shows a fill a moment after it is pushed; several at once are looked at once. */
const afterFillMs = 2_000;

/** What an alert is asked for with. */
export interface AlertRequest {
  readonly personId: string;
  readonly address: ChatAddress;
  readonly symbol: string;
  readonly condition: AlertCondition;
  readonly repeats: boolean;
  /** `20261231` */
  readonly until: string | undefined;
}

/** What was seen of an issue, and when. */
export interface LastSeen extends Seen {
  /** Milliseconds. */
  readonly at: number;
}

export interface AlertsOptions {
  readonly broker: Broker;
  readonly feed: MarketFeed;
  readonly ledger: AlertStore;
  readonly directory: InstrumentDirectory;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly draft: (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];
  readonly queued: () => void;
}

/** Watches prices for people: fired once, written down as fired in the transaction that queues the message. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #figures: AlertFigures;
  readonly #books = new Map<string, AlertBook>();
  readonly #alerts = new Map<string, Alert>();
  readonly #watch: PriceWatch;
  /** By issue, what was seen last, in this process. */
  readonly #seen = new Map<string, LastSeen>();
  /** By issue, why its levels could not be reckoned. */
  readonly #troubles = new Map<string, unknown>();
  readonly #queue = new SerialQueue();
  /** What could not be written down yet, oldest first. */
  readonly #unwritten: (() => Promise<void>)[] = [];
  /** Levels are reckoned one day and one fill after the other. */
  readonly #reckonings = new SerialQueue();
  /** Milliseconds: from then on a new day is to be looked at. */
  #dayEndsAt = 0;
  #cancelRetry: CancelTimer | undefined;
  #cancelFill: CancelTimer | undefined;
  #stopped = false;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#figures = new AlertFigures(options.broker);
    this.#watch = new PriceWatch({
      feed: options.feed,
      clock: options.clock,
      log: options.log,
      isWanted: (symbol) => this.#books.has(symbol),
      ask: (symbols) => this.#ask(symbols),
    });
  }

  /** Reads what is open, without watching it: enough to list it. */
  async restore(): Promise<void> {
    for (const alert of await this.#options.ledger.openAlerts()) this.#keep(alert);
  }

  /**
   * Takes up what was being watched before a restart, and begins to look whether it was crossed meanwhile. That is not
   * waited for: on paper it takes a second an issue.
   */
  async load(): Promise<void> {
    await this.restore();
    void this.resync();
  }

  /**
   * A new alert, and what it starts from. Where its condition holds already it fires after that was not so once.
   * @throws AppError `alerts.too-many`, `alerts.no-holding`, `alerts.no-figures`, or `venue.*` when the venue cannot be
   * asked.
   */
  async create(request: AlertRequest): Promise<{ readonly alert: Alert; readonly seen: Seen }> {
    const { broker, calendar, ledger, clock, newId } = this.#options;
    const { symbol, condition } = request;
    if (this.list(request.personId).length >= mostPerPerson)
      throw new AppError('alerts.too-many', { limit: mostPerPerson });
    const begun = this.#begunDay();
    const day = (await calendar.figuresDay()).day ?? begun;
    const quote = await broker.quote(symbol);
    const positions = condition.kind === 'cost' ? (await broker.balance()).positions : [];
    const figures = await this.#figures.of(quote, [condition], day, 'interactive');
    const averageCost = positions.find((position) => position.symbol === symbol)?.averageCost;
    const level = levelOn(condition, { ...figures, averageCost });
    if (level === undefined) throw new AppError(condition.kind === 'cost' ? 'alerts.no-holding' : 'alerts.no-figures');
    const seen = seenIn(quote);
    const alert: Alert = {
      ...request,
      id: newId(),
      level,
      levelDay: day,
      state: isReached(level, seen[level.metric]) ? 'waiting' : 'armed',
      createdAt: clock.now(),
      firedAt: undefined,
    };
    await ledger.createAlert(alert, seen);
    this.#keep(alert);
    // A day began meanwhile.
    if (this.#begunDay() !== begun) void this.startDay();
    await this.#watch.align(symbol);
    return { alert, seen };
  }

  /** A person's open alerts, oldest first. */
  list(personId: string): readonly Alert[] {
    return [...this.#alerts.values()].filter((alert) => alert.personId === personId);
  }

  /** Whether an issue is watched over the socket; else its price is asked for now and then. */
  isLive(symbol: string): boolean {
    return this.#watch.isLive(symbol);
  }

  /** What this process knows of an issue that is watched: what was seen last, and why its levels are missing. */
  known(symbol: string): { readonly seen: LastSeen | undefined; readonly trouble: unknown } {
    return { seen: this.#seen.get(symbol), trouble: this.#troubles.get(symbol) };
  }

  /** An open alert as it stands now. */
  get(id: string): Alert | undefined {
    return this.#alerts.get(id);
  }

  /** False when it was not theirs, or is over already. */
  async remove(id: string, personId: string): Promise<boolean> {
    if (!(await this.#options.ledger.deleteAlert(id, personId, this.#clock.now()))) return false;
    const alert = this.#alerts.get(id);
    if (alert !== undefined) this.#drop(alert);
    return true;
  }

  /** A tick from the socket. Returns at once. */
  onTrade({ symbol, price, volume }: Trade): void {
    // Levels of yesterday are none of today's, and a trade is proof of a trading day.
    if (this.#clock.now() >= this.#dayEndsAt) {
      this.#suspend(this.#stale(this.#begunDay()));
      void this.startDay({ traded: true });
    }
    this.#meet(symbol, { price, volume });
  }

  /** Shares of an issue were bought or sold, so that those that are held cost something else on average. */
  onFill(symbol: string): void {
    if (this.#stopped || !this.#costAlerts().some((alert) => alert.symbol === symbol)) return;
    this.#cancelFill ??= this.#clock.timer(afterFillMs, () => {
      this.#cancelFill = undefined;
      void this.#reckonings.run(() => this.#followCosts());
    });
  }

  /**
   * Asks for the prices of everything watched: after the socket was away, a crossing or a fill may have gone by. Never
   * rejects.
   */
  async resync(): Promise<void> {
    for (const symbol of [...this.#books.keys()]) await this.#watch.align(symbol);
    await this.startDay();
    await this.#ask([...this.#books.keys()]);
  }

  /**
   * Ends what is past its last day and reckons what the others come to, once a trading day: before it opens, or when it
   * is first looked at. Never rejects.
   */
  startDay({ traded = false }: { readonly traded?: boolean } = {}): Promise<void> {
    const begun = this.#begunDay();
    this.#dayEndsAt = fromKoreanDayAndTime(nextDay(begun), `${figuresBegin}00`);
    this.#expire(begun);
    return this.#reckonings.run(async () => {
      const told = await this.#options.calendar.figuresDay({ priority: 'background' });
      const day = traded && begun === koreanDay(this.#clock.now()) ? begun : told.day;
      this.#suspend(this.#stale(day ?? begun));
      if (day === undefined) {
        // The first trade will say so.
        this.#dayEndsAt = 0;
        this.#retrySoon();
      } else {
        this.#dayEndsAt = told.until;
        await this.#reckon(day);
      }
      await this.#followCosts();
    });
  }

  /**
   * Writes down, in order, what could not be written when it happened; returns how much that was.
   * @throws AppError `LedgerTrouble` when it cannot be yet.
   */
  catchUp(): Promise<number> {
    return this.#queue.run(async () => {
      let written = 0;
      for (let task = this.#unwritten[0]; task !== undefined; task = this.#unwritten[0]) {
        try {
          await task();
          written += 1;
        } catch (error) {
          if (ledgerTrouble(error) !== undefined) throw error;
          this.#log.error('alert not recorded', { error });
        }
        this.#unwritten.shift();
      }
      return written;
    });
  }

  /** Resolves when all that fired so far is written down, if it can be. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): void {
    this.#stopped = true;
    this.#watch.stop();
    this.#cancelRetry?.();
    this.#cancelFill?.();
  }

  get #clock(): Clock {
    return this.#options.clock;
  }

  get #log(): Log {
    return this.#options.log;
  }

  /** The day that has begun, whether or not it is one for trading. */
  #begunDay(): string {
    return dayBegunAt(this.#clock.now(), figuresBegin);
  }

  #costAlerts(): readonly Alert[] {
    return [...this.#alerts.values()].filter(({ condition }) => condition.kind === 'cost');
  }

  /** Those with a level of an earlier day. */
  #stale(day: string): readonly Alert[] {
    return [...this.#alerts.values()].filter(({ condition, levelDay }) => changesByDay(condition) && levelDay < day);
  }

  /** Until their new level is known, no price means anything to them. */
  #suspend(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#replace({ ...alert, level: undefined });
  }

  /** The levels of a day, of those that do not have them yet. */
  async #reckon(day: string): Promise<void> {
    const stale = this.#stale(day);
    if (stale.length === 0 || this.#stopped) return;
    const symbols = [...new Set(stale.map(({ symbol }) => symbol))];
    try {
      for (const quote of await this.#options.broker.quotes(symbols, { priority: 'background' }))
        await this.#reckonIssue(
          day,
          quote,
          stale.filter(({ symbol }) => symbol === quote.symbol),
        );
    } catch (error) {
      for (const symbol of symbols) this.#troubles.set(symbol, error);
      this.#log.warn('alert levels not to be had', { day, error });
      this.#retrySoon();
    }
  }

  async #reckonIssue(day: string, quote: Quote, stale: readonly Alert[]): Promise<void> {
    try {
      const conditions = stale.map(({ condition }) => condition);
      const figures = await this.#figures.of(quote, conditions, day, 'background');
      this.#troubles.delete(quote.symbol);
      this.#setLevels(stale, (alert) => startDay(alert, figures));
      if (quote.volume > 0) this.#meet(quote.symbol, seenIn(quote));
    } catch (error) {
      this.#troubles.set(quote.symbol, error);
      this.#log.warn('alert levels not to be had', { day, symbol: quote.symbol, error });
      this.#retrySoon();
    }
  }

  /** The average costs as they are now. */
  async #followCosts(): Promise<void> {
    const alerts = this.#costAlerts();
    if (alerts.length === 0 || this.#stopped) return;
    try {
      const { positions, truncated } = await this.#options.broker.balance({ priority: 'background' });
      for (const { id, symbol } of alerts) {
        const position = positions.find((one) => one.symbol === symbol);
        // It may be held further down than was read.
        if (position === undefined && truncated) continue;
        this.#setLevels([{ id }], (alert) => withCost(alert, position));
      }
    } catch (error) {
      this.#log.warn('average costs not to be had', { error });
      this.#retrySoon();
    }
  }

  #retrySoon(): void {
    if (this.#stopped) return;
    this.#cancelRetry ??= this.#clock.timer(retryMs, () => {
      this.#cancelRetry = undefined;
      void this.startDay();
    });
  }

  /** Changes those that are open still, here and in the ledger. */
  #setLevels(alerts: readonly Pick<Alert, 'id'>[], change: (alert: Alert) => Alert): void {
    const changed = alerts.flatMap(({ id }) => {
      const alert = this.#alerts.get(id);
      const next = alert === undefined ? undefined : change(alert);
      return next === undefined || next === alert ? [] : [next];
    });
    if (changed.length === 0) return;
    const at = this.#clock.now();
    for (const alert of changed) this.#replace(alert);
    this.#enqueue(() => this.#options.ledger.setAlertLevels(changed, at));
  }

  #keep(alert: Alert): void {
    const book = this.#books.get(alert.symbol) ?? new AlertBook();
    book.add(alert);
    this.#books.set(alert.symbol, book);
    this.#alerts.set(alert.id, alert);
  }

  #replace(alert: Alert): void {
    this.#books.get(alert.symbol)?.delete(alert.id);
    this.#keep(alert);
  }

  #drop(alert: Alert): void {
    this.#alerts.delete(alert.id);
    const book = this.#books.get(alert.symbol);
    book?.delete(alert.id);
    if (book === undefined || book.size > 0) return;
    this.#books.delete(alert.symbol);
    this.#seen.delete(alert.symbol);
    this.#troubles.delete(alert.symbol);
    void this.#watch.align(alert.symbol);
  }

  #meet(symbol: string, seen: Seen): void {
    // Nothing trades at nothing, and taken for a price it would reach every `<=`.
    if (seen.price <= 0) return;
    const at = this.#clock.now();
    if (this.#books.has(symbol)) this.#seen.set(symbol, { ...seen, at });
    const met = this.#books.get(symbol)?.meet(seen, at);
    for (const alert of met?.armed ?? []) {
      this.#alerts.set(alert.id, alert);
      this.#enqueue(() => this.#options.ledger.armAlert(alert.id, at, seen));
    }
    for (const alert of met?.fired ?? []) {
      if (alert.repeats) this.#keep({ ...alert, state: 'waiting', firedAt: at });
      else this.#drop(alert);
      this.#enqueue(() => this.#fire(alert, seen, at));
    }
  }

  async #fire(alert: Alert, seen: Seen, at: number): Promise<void> {
    const { draft, ledger, queued } = this.#options;
    const messages = draft({ kind: 'alert', alert, name: this.#nameOf(alert), seen, at }, alert.address);
    try {
      if (await ledger.fireAlert(alert.id, at, seen, messages)) queued();
    } catch (error) {
      if (ledgerTrouble(error) === undefined) {
        // As far as anybody knows it is armed still: the next price tells it, unless it was written down after all.
        this.#replace(alert);
        void this.#watch.align(alert.symbol);
      }
      throw error;
    }
  }

  #expire(day: string): void {
    const { draft, ledger, queued } = this.#options;
    for (const alert of [...this.#alerts.values()].filter(({ until }) => until !== undefined && until < day)) {
      this.#drop(alert);
      this.#enqueue(async () => {
        const messages = draft({ kind: 'alert-expired', alert, name: this.#nameOf(alert) }, alert.address);
        if (await ledger.expireAlert(alert.id, this.#clock.now(), messages)) queued();
      });
    }
  }

  #nameOf({ symbol }: Alert): string {
    return this.#options.directory.get(symbol)?.name ?? symbol;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#unwritten.push(task);
    void this.catchUp().catch((error: unknown) => this.#log.error('alert not recorded yet', { error }));
  }

  async #ask(symbols: readonly string[]): Promise<void> {
    if (symbols.length === 0) return;
    if (this.#clock.now() >= this.#dayEndsAt) await this.startDay();
    try {
      for (const quote of await this.#options.broker.quotes(symbols, { priority: 'background' }))
        this.#meet(quote.symbol, seenIn(quote));
    } catch (error) {
      this.#log.warn('watched prices not to be had', { symbols: symbols.length, error });
    }
  }
}

function seenIn({ last, volume }: Quote): Seen {
  return { price: last, volume };
}
