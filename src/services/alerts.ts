import type { Clock } from '../clock.ts';
import { type Alert, AlertBook, type AlertDirection, isReached } from '../domain/alert.ts';
import type { Notice } from '../domain/notice.ts';
import type { Trade } from '../domain/quote.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, ChatAddress, InstrumentDirectory, Ledger, MarketFeed, OutboxDraft } from '../ports.ts';
import { Serial } from './serial.ts';

/** How often prices are asked for that no registration is left for. */
const pollMs = 15_000;
const mostPerPerson = 50;

/** Watches prices for people: fired once, written down as fired in the transaction that queues the message. */
export class Alerts {
  readonly #broker: Broker;
  readonly #feed: MarketFeed;
  readonly #ledger: Ledger;
  readonly #directory: InstrumentDirectory;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  readonly #draft: (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];
  readonly #queued: () => void;
  readonly #books = new Map<string, AlertBook>();
  readonly #alerts = new Map<string, Alert>();
  /** Issues with a registration on the socket. */
  readonly #watched = new Set<string>();
  /** Issues that there was none for. */
  readonly #polled = new Set<string>();
  readonly #queue = new Serial();
  /** Registrations change one at a time, each towards what is wanted when its turn comes. */
  readonly #registrations = new Serial();
  #cancelPoll: (() => void) | undefined;
  #stopped = false;

  constructor(options: {
    readonly broker: Broker;
    readonly feed: MarketFeed;
    readonly ledger: Ledger;
    readonly directory: InstrumentDirectory;
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
    readonly draft: (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];
    readonly queued: () => void;
  }) {
    this.#broker = options.broker;
    this.#feed = options.feed;
    this.#ledger = options.ledger;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#newId = options.newId;
    this.#draft = options.draft;
    this.#queued = options.queued;
  }

  /** Reads what is open, without watching it: enough to list it. */
  async restore(): Promise<void> {
    for (const alert of await this.#ledger.openAlerts()) this.#keep(alert);
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
   * A new alert, and the price it starts from. Where that is on the wanted side already it fires after the price was on
   * the other side once.
   * @throws AppError `alerts.too-many`, or `venue.*` when the price cannot be asked.
   */
  async create(request: {
    readonly personId: string;
    readonly address: ChatAddress;
    readonly symbol: string;
    readonly direction: AlertDirection;
    readonly price: number;
  }): Promise<{ readonly alert: Alert; readonly last: number }> {
    if (this.list(request.personId).length >= mostPerPerson)
      throw new AppError('alerts.too-many', { limit: mostPerPerson });
    const { last } = await this.#broker.quote(request.symbol);
    const alert: Alert = {
      ...request,
      id: this.#newId(),
      state: isReached(request, last) ? 'waiting' : 'armed',
      createdAt: this.#clock.now(),
    };
    await this.#ledger.createAlert(alert);
    this.#keep(alert);
    await this.#align(alert.symbol);
    return { alert, last };
  }

  /** A person's open alerts, oldest first. */
  list(personId: string): readonly Alert[] {
    return [...this.#alerts.values()].filter((alert) => alert.personId === personId);
  }

  /** Whether an issue is watched over the socket; else its price is asked for now and then. */
  isLive(symbol: string): boolean {
    return !this.#polled.has(symbol);
  }

  /** False when it was not theirs, or is over already. */
  async remove(id: string, personId: string): Promise<boolean> {
    if (!(await this.#ledger.deleteAlert(id, personId))) return false;
    const alert = this.#alerts.get(id);
    if (alert !== undefined) this.#drop(alert);
    return true;
  }

  /** A tick from the socket. Returns at once. */
  onTrade(trade: Trade): void {
    this.#meet(trade.symbol, trade.price);
  }

  /**
   * Asks for the prices of everything watched: after the socket was away, a crossing may have gone by. Never rejects.
   */
  async resync(): Promise<void> {
    for (const symbol of [...this.#books.keys()]) await this.#align(symbol);
    await this.#ask([...this.#books.keys()]);
  }

  /** Resolves when all that fired so far is written down. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
  }

  #keep(alert: Alert): void {
    const book = this.#books.get(alert.symbol) ?? new AlertBook();
    book.add(alert);
    this.#books.set(alert.symbol, book);
    this.#alerts.set(alert.id, alert);
  }

  #drop(alert: Alert): void {
    this.#alerts.delete(alert.id);
    const book = this.#books.get(alert.symbol);
    book?.delete(alert.id);
    if (book === undefined || book.size > 0) return;
    this.#books.delete(alert.symbol);
    void this.#align(alert.symbol);
  }

  #meet(symbol: string, price: number): void {
    // Nothing trades at nothing, and taken for a price it would reach every `<=`.
    if (price <= 0) return;
    const met = this.#books.get(symbol)?.meet(price);
    for (const alert of met?.armed ?? []) {
      this.#alerts.set(alert.id, alert);
      this.#enqueue(() => this.#ledger.armAlert(alert.id));
    }
    for (const alert of met?.fired ?? []) {
      this.#drop(alert);
      this.#enqueue(() => this.#fire(alert, price));
    }
  }

  async #fire(alert: Alert, price: number): Promise<void> {
    const name = this.#directory.get(alert.symbol)?.name ?? alert.symbol;
    const messages = this.#draft({ kind: 'alert', alert, name, price }, alert.address);
    try {
      if (await this.#ledger.fireAlert(alert.id, this.#clock.now(), messages)) this.#queued();
    } catch (error) {
      // As far as anybody knows it is armed still: the next price tells it, unless it was written down after all.
      this.#keep(alert);
      void this.#align(alert.symbol);
      throw error;
    }
  }

  #enqueue(task: () => Promise<void>): void {
    void this.#queue.run(task).catch((error: unknown) => this.#log.error('alert not recorded', { error }));
  }

  /** Watches an issue that has alerts, and lets go of one that has none. Never rejects. */
  #align(symbol: string): Promise<void> {
    return this.#registrations.run(() => (this.#books.has(symbol) ? this.#watch(symbol) : this.#unwatch(symbol)));
  }

  async #watch(symbol: string): Promise<void> {
    if (this.#stopped || this.#watched.has(symbol)) return;
    try {
      await this.#feed.watchTrades(symbol);
      this.#watched.add(symbol);
      this.#polled.delete(symbol);
    } catch (error) {
      if (!this.#polled.has(symbol)) this.#log.warn('issue asked for instead of watched', { symbol, error });
      this.#polled.add(symbol);
      this.#schedulePoll();
    }
  }

  async #unwatch(symbol: string): Promise<void> {
    this.#polled.delete(symbol);
    if (!this.#watched.delete(symbol)) return;
    try {
      await this.#feed.unwatchTrades(symbol);
    } catch (error) {
      this.#log.warn('issue still watched', { symbol, error });
    }
    for (const waiting of this.#polled) void this.#align(waiting);
  }

  #schedulePoll(): void {
    if (this.#stopped || this.#cancelPoll !== undefined || this.#polled.size === 0) return;
    this.#cancelPoll = this.#clock.timer(pollMs, () => {
      void this.#ask([...this.#polled]).finally(() => {
        this.#cancelPoll = undefined;
        this.#schedulePoll();
      });
    });
  }

  async #ask(symbols: readonly string[]): Promise<void> {
    if (symbols.length === 0) return;
    try {
      for (const { symbol, last } of await this.#broker.quotes(symbols, { priority: 'background' }))
        this.#meet(symbol, last);
    } catch (error) {
      this.#log.warn('watched prices not to be had', { symbols: symbols.length, error });
    }
  }
}
