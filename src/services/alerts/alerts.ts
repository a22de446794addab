import { type Clock, koreanDay, koreanTime } from '../../clock.ts';
import { type Alert, type AlertLevel, isReached, type Seen, takesExtended } from '../../domain/alerts/alert.ts';
import {
  type CandleAlert,
  type CandleEvent,
  isCandleCondition,
  isOnCandles,
} from '../../domain/alerts/candle-alert.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { Touched } from '../../domain/market/day-range.ts';
import type { Quote } from '../../domain/market/quote.ts';
import { type Marketplace, tradeSessionAt } from '../../domain/market/session.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { AlertStore } from '../../ports/ledger/alert-store.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { Calendar } from '../calendar.ts';
import type { Candles } from '../candles/candles.ts';
import { readPriceBasis } from '../extended-prices.ts';
import type { PriceWatch, PriceWay } from '../watching/price-watch.ts';
import type { Sighting } from '../watching/sighting.ts';
import type { AlertRequest } from './alert-request.ts';
import { type AlertStart, CandleAlerts } from './candle-alerts.ts';
import { type AlertAccount, LevelUpdates } from './level-updates.ts';
import { type LastSeen, OpenAlerts, type Reach, reachesOf } from './open-alerts.ts';
import { PendingWrites } from './pending-writes.ts';
import { RestEnds } from './rest-ends.ts';

const mostPerPerson = 50;
/** Until a touch that could not be written down is tried again. */
const touchAgainMs = 15_000;

/** How long after a look outside the regular session the next one counts as made in the same stretch of time. */
const watchedForMs = 5 * 60_000;

export interface AlertsOptions {
  /** For what names no account. */
  readonly broker: Broker;
  /** The way to the account that an alert on an average cost is of; undefined where its person may not see it. */
  readonly brokerOf: (alert: AlertAccount) => Broker | undefined;
  /** Brings the prices that alerts are on. */
  readonly watch: PriceWatch;
  /** The candles that alerts are on. */
  readonly candles: Pick<Candles, 'newest' | 'mayHaveEnded'>;
  readonly ledger: AlertStore;
  readonly directory: InstrumentDirectory;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly draft: (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];
  /** Messages were written to the outbox. */
  readonly queued: () => void;
}

/**
 * Watches prices for people. An alert fires when a price reaches its level, and is written down as fired in the same
 * transaction that queues its message. So nobody is told twice, and nobody is left untold.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #open = new OpenAlerts();
  readonly #levels: LevelUpdates;
  readonly #candles: CandleAlerts;
  readonly #writes: PendingWrites;
  readonly #rests: RestEnds;
  /** By exchange and issue, when a price outside the regular session was seen last. */
  readonly #outsideAt = new Map<string, number>();

  constructor(options: AlertsOptions) {
    const { broker, brokerOf, watch, ledger, calendar, clock, log } = options;
    this.#options = options;
    this.#writes = new PendingWrites(log);
    this.#rests = new RestEnds(clock);
    this.#levels = new LevelUpdates({
      open: this.#open,
      broker,
      brokerOf,
      calendar,
      clock,
      log,
      record: (changed, at) => this.#writes.add(() => ledger.setAlertLevels(changed, at)),
      onQuote: (quote) => watch.look(quote),
      onLevels: (quote, day, alerts) => this.#meetDay(quote, day, alerts),
      onDayBegun: (day) => this.#expire(day),
    });
    const onEvent = (alert: CandleAlert, event: CandleEvent): void => this.#onCandle(alert, event);
    this.#candles = new CandleAlerts({ ...options, open: this.#open, onEvent });
    watch.listen((sighting) => this.#onSighting(sighting));
  }

  /** Reads the open alerts without watching any price: enough to list them. */
  async restore(): Promise<void> {
    for (const alert of await this.#options.ledger.openAlerts()) this.#open.add(alert);
  }

  /**
   * Reads the open alerts and begins to watch their prices. Whether a level was reached while nobody watched is looked
   * at in the background: on paper that takes a second an issue.
   */
  async load(): Promise<void> {
    await this.#options.watch.load();
    await this.restore();
    void this.resync();
  }

  /**
   * Creates an alert. Returns it with what it starts from. Where its condition holds already it waits until that is no
   * longer so, and fires when the condition holds again.
   * @throws AppError `alerts.hours`, `alerts.too-many`, `alerts.no-holding`, `alerts.no-figures`, or `venue.*` when the venue cannot be
   * asked.
   */
  async create(request: AlertRequest): Promise<{ readonly alert: Alert; readonly seen: Seen }> {
    const { ledger, clock, newId } = this.#options;
    const { symbol, personId, condition, hours } = request;
    if (hours === 'extended' && !takesExtended(condition)) throw new AppError('alerts.hours');
    if (this.#open.all().filter((alert) => alert.personId === personId).length >= mostPerPerson)
      throw new AppError('alerts.too-many', { limit: mostPerPerson });
    const begun = this.#levels.begunDay;
    const start = isCandleCondition(condition)
      ? await this.#candles.start(symbol, condition)
      : await this.#levelStart(request);
    const { seen, ...first } = start;
    const alert: Alert = { ...request, ...first, id: newId(), createdAt: clock.now(), firedAt: undefined };
    await ledger.createAlert(alert, seen);
    this.#open.add(alert);
    // Where a day began meanwhile, the new alert still has the level of the day before.
    if (this.#levels.begunDay !== begun) void this.startDay();
    await this.#follow(symbol);
    this.#candles.awake();
    return { alert, seen };
  }

  /** What an alert on a price or a volume of the day begins with. */
  async #levelStart(request: AlertRequest): Promise<AlertStart> {
    const { watch } = this.#options;
    const { level, levelDay, quote } = await this.#levels.first(request);
    const seen = { price: quote.last, volume: quote.volume };
    // What was there before must not fire the new alert, neither now nor after a restart.
    await watch.look(quote);
    await watch.save();
    const holds = isReached(level, seen[level.metric]) || (await this.#isReachedOutside(request, level));
    return { seen, level, levelDay, state: holds ? 'waiting' : 'armed' };
  }

  /** Whether a price outside the regular session that the alert is on reaches its level now. */
  async #isReachedOutside({ symbol, hours }: AlertRequest, level: AlertLevel): Promise<boolean> {
    if (hours === 'regular') return false;
    const { extended } = await readPriceBasis(this.#options, [symbol]);
    return extended.some(({ quotes }) => quotes.some(({ last }) => isReached(level, last)));
  }

  /** A person's open alerts, oldest first, without those on an account that they may not see any more. */
  list(personId: string): readonly Alert[] {
    return this.#open.all().filter((alert) => alert.personId === personId && this.mayShow(alert));
  }

  /** Whether its person may know of the account that an alert is on, if it is on one. */
  mayShow(alert: Alert): boolean {
    return alert.condition.kind !== 'cost' || this.#options.brokerOf(alert) !== undefined;
  }

  /** How the prices of an issue come. */
  way(symbol: string): PriceWay {
    return this.#options.watch.way(symbol);
  }

  /** What this process knows of the issue of an alert: what was seen last, and why its levels are missing. */
  known(alert: Alert): { readonly seen: LastSeen | undefined; readonly trouble: unknown } {
    return {
      seen: this.#open.lastSeen(alert),
      trouble: this.#candles.trouble(alert) ?? this.#levels.trouble(alert.symbol),
    };
  }

  /** An open alert as it stands now. */
  get(id: string): Alert | undefined {
    return this.#open.get(id);
  }

  /** Deletes a person's alert. Returns false where it is not theirs, or is over already. */
  async remove(id: string, personId: string): Promise<boolean> {
    const { ledger, clock } = this.#options;
    if (!(await ledger.deleteAlert(id, personId, clock.now()))) return false;
    const alert = this.#open.get(id);
    if (alert !== undefined) this.#close(alert);
    return true;
  }

  /** Shares of an issue were bought or sold in the account. Returns at once. */
  onFill(symbol: string): void {
    this.#levels.onFill(symbol);
  }

  /**
   * Looks at the prices of everything that is watched: while the socket was away a level may have been reached, or an
   * order filled. Never rejects.
   */
  async resync(): Promise<void> {
    await Promise.all(this.#open.symbols().map((symbol) => this.#follow(symbol)));
    await this.startDay();
    this.#candles.awake();
    await Promise.all([this.#options.watch.lookAtAll(), this.#candles.resync()]);
  }

  /**
   * Ends the alerts that are past their last day and computes the levels of the others. Called once a trading day before
   * it opens, or when prices are first looked at. Never rejects.
   */
  startDay(): Promise<void> {
    return this.#levels.startDay();
  }

  /**
   * Writes down, in order, what could not be written when it happened. Returns how many writes were done.
   * @throws AppError `LedgerTrouble` when the ledger still cannot be written.
   */
  catchUp(): Promise<number> {
    return this.#writes.catchUp();
  }

  /** Resolves when all that fired so far is written down, if it can be. */
  async idle(): Promise<void> {
    await this.#candles.idle();
    await this.#writes.idle();
  }

  stop(): void {
    this.#rests.stop();
    this.#candles.stop();
    this.#levels.stop();
  }

  #close(alert: Alert): void {
    const { symbol } = alert;
    const isLast = this.#open.remove(alert);
    if (!this.#open.hasExtended(symbol)) void this.#options.watch.drop(keyOf(symbol, 'NXT'));
    if (!isLast) return;
    this.#levels.forget(symbol);
    void this.#options.watch.drop(keyOf(symbol, 'KRX'));
  }

  /** Watches the price of an issue for the alerts on it, at Nextrade as well where one of them is on its prices. */
  async #follow(symbol: string): Promise<void> {
    const { watch, broker } = this.#options;
    const atNextrade = this.#open.hasExtended(symbol) && broker.venue.exchanges.includes('NXT');
    // Candles can be had of the venue a little later, so for them alone no price alert loses its registration.
    const onPrice = this.#open.of(symbol).some((alert) => !isOnCandles(alert));
    await Promise.all(
      (['KRX', 'NXT'] as const)
        .filter((exchange) => exchange === 'KRX' || atNextrade)
        .map((exchange) => {
          const need = onPrice ? { distance: () => this.#distanceOf(symbol, exchange) } : 'listing';
          return watch.want(keyOf(symbol, exchange), { symbol, exchange, need });
        }),
    );
  }

  /**
   * How far the price of an issue is from the nearest alert that a price of now meets. Before it was ever seen, it counts
   * as at one.
   */
  #distanceOf(symbol: string, exchange: Marketplace): number {
    const { watch, clock } = this.#options;
    const now = clock.now();
    const reaches = reachesOf(exchange, tradeSessionAt(exchange, koreanDay(now), koreanTime(now)));
    const look = watch.lastLook(symbol, exchange);
    if (look === undefined) return reaches.length === 0 ? Number.POSITIVE_INFINITY : 0;
    const { price, range } = look;
    const seen = { price, volume: range?.volume ?? 0 };
    return this.#open.distance(symbol, seen, watch.usualMovement(symbol, price), reaches);
  }

  #onSighting({ symbol, exchange, session, price, volume, day, at, source, touched }: Sighting): void {
    const reaches = reachesOf(exchange, session);
    if (reaches.includes('regular')) {
      this.#levels.onPrice(day, { traded: source === 'trade' });
      this.#meet(symbol, { price, volume }, at, touched);
    } else if (session !== undefined && reaches.length > 0) {
      const id = `${exchange} ${symbol}`;
      // Nextrade's high and low are of its whole day: they tell of the time outside the regular session only while that
      // time has been watched.
      const isWatched = at - (this.#outsideAt.get(id) ?? 0) < watchedForMs;
      this.#outsideAt.set(id, at);
      this.#meet(symbol, { price, volume, outside: { exchange, session } }, at, isWatched ? touched : {}, { reaches });
    }
  }

  /** A day's own alerts begin with the day, so for them its whole high and low count, however late somebody looks. */
  #meetDay({ symbol, last: price, volume }: Quote, day: string, alerts: readonly Alert[]): void {
    const only = new Set(alerts.map(({ id }) => id));
    const range = this.#options.watch.lastLook(symbol)?.range;
    this.#meet(symbol, { price, volume }, this.#options.clock.now(), range?.day === day ? range : {}, { only });
  }

  #meet(
    symbol: string,
    seen: Seen,
    at: number,
    touched: Touched,
    whose: { readonly reaches?: readonly Reach[]; readonly only?: ReadonlySet<string> } = {},
  ): void {
    const { ledger, watch } = this.#options;
    const { armed, fired } = this.#open.meet(symbol, seen, at, touched, whose);
    for (const { id } of armed) {
      this.#writes.add(async () => {
        // Kept first: after a restart, what was there before the alert was armed must not fire it.
        await watch.save();
        await ledger.armAlert(id, at, seen);
      });
    }
    for (const { alert, touched: price } of fired) {
      // Until it is written down as fired, the next process has to find out anew that it was reached.
      const release = watch.hold(symbol, seen.outside?.exchange);
      if (alert.repeats) this.#open.add({ ...alert, state: 'waiting', firedAt: at });
      else this.#close(alert);
      const told = price === undefined ? seen : { ...seen, touched: price };
      this.#writes.add(() => this.#fire(alert, told, at, release));
    }
    this.#rests.wait(symbol, this.#open.restsUntil(symbol), () => this.#meetAgain(symbol));
  }

  /** What was seen last of an issue may fire alerts that have rested since. */
  #meetAgain(symbol: string): void {
    const latest = this.#open.latest(symbol);
    if (latest === undefined) return;
    const { price, volume, outside } = latest;
    const reaches = outside && reachesOf(outside.exchange, outside.session);
    this.#meet(symbol, { price, volume, outside }, this.#options.clock.now(), {}, reaches && { reaches });
  }

  /** A candle closed, and an alert on it was armed or fires; in memory the alert is as it was before. */
  #onCandle(alert: CandleAlert, { type, seen }: CandleEvent): void {
    const { ledger, clock } = this.#options;
    const at = clock.now();
    if (type === 'armed') {
      this.#writes.add(() => ledger.armAlert(alert.id, at, seen));
      return;
    }
    if (alert.repeats) this.#open.replace({ ...alert, firedAt: at });
    else this.#close(alert);
    this.#writes.add(() => this.#fire(alert, seen, at));
  }

  /** `release`: called unless it is tried again by itself. */
  async #fire(alert: Alert, seen: Seen, at: number, release = () => {}): Promise<void> {
    const { draft, ledger, queued } = this.#options;
    const notice: Notice = { kind: 'alert', alert, name: this.#nameOf(alert), seen, at };
    const messages = this.mayShow(alert) ? draft(notice, alert.address) : [];
    try {
      if (await ledger.fireAlert(alert.id, at, seen, messages)) queued();
      release();
    } catch (error) {
      const { touched, ...last } = seen;
      if (ledgerTrouble(error) === undefined) {
        release();
        // The alert counts as armed, as far as anybody knows. The next price fires it again; should the ledger have it
        // as fired after all, that changes nothing.
        this.#open.replace(alert);
        void this.#follow(alert.symbol);
        if (touched !== undefined) this.#touchAgain(alert, last, touched);
      }
      throw error;
    }
  }

  /** A touch that could not be written down comes with no price again, so it is brought back by itself. */
  #touchAgain({ id, symbol }: Alert, last: Seen, touched: number): void {
    const { clock } = this.#options;
    this.#rests.wait(id, clock.now() + touchAgainMs, () => {
      this.#meet(symbol, last, clock.now(), { high: touched, low: touched }, { only: new Set([id]) });
    });
  }

  /** Ends the alerts whose last day is before `day`. */
  #expire(day: string): void {
    const { draft, ledger, queued, clock } = this.#options;
    for (const alert of this.#open.all().filter(({ until }) => until !== undefined && until < day)) {
      this.#close(alert);
      this.#writes.add(async () => {
        const notice: Notice = { kind: 'alert-expired', alert, name: this.#nameOf(alert) };
        const messages = this.mayShow(alert) ? draft(notice, alert.address) : [];
        if (await ledger.expireAlert(alert.id, clock.now(), messages)) queued();
      });
    }
  }

  #nameOf({ symbol }: Alert): string {
    return this.#options.directory.get(symbol)?.name ?? symbol;
  }
}

function keyOf(symbol: string, exchange: Marketplace): string {
  return `alerts ${exchange} ${symbol}`;
}
