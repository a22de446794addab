import {
  type Clock,
  dayBegunAt,
  fromKoreanDayAndTime,
  koreanDay,
  koreanTime,
  laterDay,
  nextDay,
  previousDay,
} from '../clock.ts';
import { type PriceTimes, priceTimesAt, timeIn } from '../domain/market/price-time.ts';
import {
  type DayHours,
  exchangeSessions,
  figuresBegin,
  lateHours,
  type SessionKind,
  type SessionRow,
  sessionRowAt,
} from '../domain/market/session.ts';
import type { Exchange, OrderType } from '../domain/orders/order.ts';
import { type Hours, hoursTaken, typesTaken } from '../domain/orders/order-types.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, VenueHours } from '../ports/broker.ts';
import type { Cache } from '../ports/cache.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import { isWeekend, openByTable } from './shipped-calendar.ts';

/** The session of an exchange now, and who says so. */
export interface MarketSession {
  readonly kind: SessionKind | 'unknown';
  /** Whether an ordinary order would be taken now. */
  readonly takesOrders: boolean;
  /** The order types that are taken now. */
  readonly types: readonly OrderType[];
  /** Why no order would be taken; undefined where one would. */
  readonly reason: 'weekend' | 'holiday' | 'hours' | 'unknown' | undefined;
  /** `table` where the venue cannot say and the shipped calendar decides; `always` where it never closes. */
  readonly source: 'venue' | 'table' | 'always';
  /** When the session that trades now ends, in milliseconds; undefined while none does. */
  readonly endsAt: number | undefined;
  /** The error of the venue where `reason` is `unknown`. */
  readonly failure?: AppError | undefined;
}

/** A coming session of an exchange. */
export interface NextSession {
  readonly kind: Exclude<SessionKind, 'closed'>;
  /** When it begins, in milliseconds. */
  readonly at: number;
  /** `20261123` */
  readonly day: string;
}

/** The trading day whose figures count now, and until when it is. */
export interface FiguresDay {
  /** `20261123`; undefined where nobody can say whether today is one. */
  readonly day: string | undefined;
  /** In milliseconds. The next day may have begun then. */
  readonly until: number;
}

/** The next hours in which an exchange takes orders of a type. */
export interface NextHours extends Omit<NextSession, 'kind'> {
  /** All such hours of that day, also those that are over. */
  readonly hours: readonly Hours[];
}

/** The venue's time. It is our own, unless the venue is a stand-in with a clock of its own. */
interface Moment extends VenueHours {
  /** The error of a stand-in that did not tell its time. */
  readonly failure?: AppError | undefined;
}

/** The days that the venue's calendar holds, and when the venue was asked. */
interface Answer {
  readonly askedAt: number;
  readonly open: Readonly<Record<string, boolean>>;
  /** The hours of the day on which it was asked. */
  readonly hours?: DayHours | undefined;
}

/**
 * How long an answer of the venue is good. The venue is asked once a Korean day; if it does not answer, the answer of
 * the day before still holds.
 */
const goodForMs = 36 * 60 * 60_000;
/** The pause after a failure. KIS wants about one call of its calendar a day. */
const retryMs = 60_000;
/** Days to look ahead. No run of holidays is longer. */
const lookAheadDays = 21;

/** Knows when the market is open, from the venue's own calendar. The venue is asked about once a day. */
export class Calendar {
  readonly #broker: Broker;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #key: string;
  #answer: Answer | undefined;
  /** Questions under way, by priority: an order that was pressed must not wait for a question that has time. */
  readonly #asking = new Map<string, Promise<void>>();
  #failedAt: number | undefined;
  #failure: AppError | undefined;
  /** The day on which the venue said that it has no calendar. The paper venue has none. */
  #lackingOn: string | undefined;

  constructor(options: { readonly broker: Broker; readonly cache: Cache; readonly clock: Clock; readonly log: Log }) {
    this.#broker = options.broker;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#key = `calendar:${options.broker.venue.kind}`;
  }

  /** The session of an exchange now. Where it cannot be known it is `unknown` and no order is taken. Never throws. */
  async session(exchange: Exchange = 'KRX', options: ReadOptions = {}): Promise<MarketSession> {
    const moment = await this.#moment(options);
    const { now, neverCloses, fixed, failure } = moment;
    const day = koreanDay(now);
    if (neverCloses) return { ...openAt(exchange, 'regular', day), source: 'always' };
    const closed = { kind: 'closed', takesOrders: false, types: [], endsAt: undefined } as const;
    if (fixed === 'holiday' || fixed === 'closed') {
      return { ...closed, reason: fixed === 'holiday' ? 'holiday' : 'hours', source: 'venue' };
    }
    if (fixed !== undefined) return { ...openAt(exchange, fixed, day), source: 'venue' };
    const known = failure === undefined ? await this.#dayOpen(day, moment, options) : undefined;
    if (known === undefined) {
      return { ...closed, kind: 'unknown', reason: 'unknown', source: 'venue', failure: failure ?? this.#failure };
    }
    const { open, source } = known;
    if (!open) return { ...closed, reason: isWeekend(day) ? 'weekend' : 'holiday', source };
    const row = sessionRowAt(day, koreanTime(now), exchangeSessions(exchange, day, this.#answer?.hours));
    if (row === undefined) return { ...closed, reason: 'hours', source };
    const minutesIn = (now - startOf(day, row)) / 60_000;
    const endsAt = fromKoreanDayAndTime(day, `${row.end}00`);
    return { ...openAt(exchange, row.kind, day, minutesIn), source, endsAt };
  }

  /** The venue's day (`20261123`) and time of day (`091500`). Never throws. */
  async today(options: ReadOptions = {}): Promise<{ readonly day: string; readonly time: string }> {
    const { now } = await this.#moment(options);
    return { day: koreanDay(now), time: koreanTime(now) };
  }

  /** The next start of a regular session; undefined where there is none, or it cannot be known. Never throws. */
  nextOpening(exchange: Exchange = 'KRX', options: ReadOptions = {}): Promise<NextSession | undefined> {
    return this.#nextStart(exchange, options, ({ kind }) => kind === 'regular');
  }

  /** The next stretch in which the exchange takes orders of any type, as `nextOpening`. Never throws. */
  nextSession(exchange: Exchange = 'KRX', options: ReadOptions = {}): Promise<NextSession | undefined> {
    return this.#nextStart(exchange, options, ({ kind }, day) => typesTaken(exchange, kind, day, 0).length > 0);
  }

  #nextStart(
    exchange: Exchange,
    options: ReadOptions,
    isMeant: (row: SessionRow, day: string) => boolean,
  ): Promise<NextSession | undefined> {
    return this.#onNextDay(options, (day, now) =>
      exchangeSessions(exchange, day, this.#answer?.hours)
        .filter((row) => isMeant(row, day))
        .map((row) => ({ kind: row.kind, at: startOf(day, row), day }))
        .find(({ at }) => at > now),
    );
  }

  /** When the exchange takes orders of the type next, as `nextOpening`. Never throws. */
  nextHours(exchange: Exchange, type: OrderType, options: ReadOptions = {}): Promise<NextHours | undefined> {
    return this.#onNextDay(options, (day, now) => {
      const hours = hoursTaken(exchange, type, day);
      const at = hours.map((part) => startOf(day, part)).find((start) => start > now);
      return at === undefined ? undefined : { at, day, hours };
    });
  }

  /** What `look` finds first, on this trading day or a later one. */
  async #onNextDay<T>(options: ReadOptions, look: (day: string, now: number) => T | undefined): Promise<T | undefined> {
    const moment = await this.#moment(options);
    if (moment.neverCloses || moment.failure !== undefined) return undefined;
    let day = koreanDay(moment.now);
    for (let ahead = 0; ahead <= lookAheadDays; ahead += 1) {
      const known = await this.#dayOpen(day, moment, options);
      // A day of which nobody knows whether it trades may be the one, so no later day is named.
      if (known === undefined) return undefined;
      const found = known.open ? look(day, moment.now) : undefined;
      if (found !== undefined) return found;
      day = nextDay(day);
    }
    return undefined;
  }

  /**
   * The trading day whose figures count now: today where it is one and has begun (`begins`, `HHmm`: 08:40), else the last
   * one before; with `figuresEnd`, the last trading day whose figures change no more. A weekday before today that nobody
   * tells of is taken for one. Never throws.
   */
  async figuresDay(options: ReadOptions = {}, begins = figuresBegin): Promise<FiguresDay> {
    const moment = await this.#moment(options);
    const { now, neverCloses } = moment;
    const today = koreanDay(now);
    /** By our clock. */
    const ours = (at: number): number => at - now + this.#clock.now();
    if (neverCloses) {
      // The day of a market that never closes begins at midnight.
      const from = begins === figuresBegin ? '0000' : begins;
      const begun = dayBegunAt(now, from);
      return { day: begun, until: ours(fromKoreanDayAndTime(nextDay(begun), `${from}00`)) };
    }
    let day = dayBegunAt(now, begins);
    const until = ours(fromKoreanDayAndTime(nextDay(day), `${begins}00`));
    await this.#load();
    for (let back = 0; back <= lookAheadDays; back += 1) {
      const open = day === today ? await this.#opensToday(day, moment, options) : this.#wasOpen(day);
      if (open !== false) return { day: open && day, until };
      day = previousDay(day);
    }
    return { day: undefined, until };
  }

  /**
   * Today (`20261123`) where it is a trading day, as far as anybody can tell, and so many trading days before it, the
   * newest first; of a market that never closes every day is one. Never throws.
   */
  async tradingDays(
    count: number,
    options: ReadOptions = {},
  ): Promise<{ readonly today: string | undefined; readonly before: readonly string[] }> {
    const moment = await this.#moment(options);
    const today = koreanDay(moment.now);
    const opens = moment.neverCloses || ((await this.#opensToday(today, moment, options)) ?? !isWeekend(today));
    await this.#load();
    const before: string[] = [];
    for (let day = previousDay(today); before.length < count; day = previousDay(day)) {
      if (moment.neverCloses || this.#wasOpen(day)) before.push(day);
    }
    return { today: opens ? today : undefined, before };
  }

  /** Today's hours where it opens late: as the table has them, or as the venue told them. Never throws. */
  async lateHours(options: ReadOptions = {}): Promise<DayHours | undefined> {
    const { day } = await this.today(options);
    return lateHours(day, this.#answer?.hours);
  }

  /** What the exchanges' prices are of now. Of a day that nobody tells of a weekday counts as one. Never throws. */
  async priceTimes(options: ReadOptions = {}): Promise<PriceTimes> {
    const moment = await this.#moment(options);
    const day = koreanDay(moment.now);
    const time = koreanTime(moment.now).slice(0, 4);
    if (moment.neverCloses) {
      const now = { session: 'regular', day, time, isLive: true } as const;
      return { today: day, krx: { exchange: 'KRX', ...now }, nxt: { exchange: 'NXT', ...now }, extended: [] };
    }
    const isTradingDay = (await this.#opensToday(day, moment, options)) ?? openByTable(day) ?? true;
    let lastDay = previousDay(day);
    for (let back = 0; back < lookAheadDays && !this.#wasOpen(lastDay); back += 1) lastDay = previousDay(lastDay);
    const { fixed } = moment;
    const hours = this.#answer?.hours;
    return priceTimesAt({ day, time: fixed === undefined ? time : timeIn(fixed, day), isTradingDay, lastDay, hours });
  }

  /** Whether a day before today was a trading day, as far as anybody told; a weekday that nobody tells of counts as one. */
  #wasOpen(day: string): boolean {
    return this.#answer?.open[day] ?? openByTable(day) ?? true;
  }

  async #opensToday(day: string, moment: Moment, options: ReadOptions): Promise<boolean | undefined> {
    if (moment.failure !== undefined) return undefined;
    if (moment.fixed !== undefined) return moment.fixed !== 'holiday';
    return (await this.#dayOpen(day, moment, options))?.open;
  }

  /** Whether a day trades, where a mistake does no harm: a venue that does not tell is not waited for. Never throws. */
  async tradesOn(day: string, options: ReadOptions = {}): Promise<boolean | undefined> {
    const moment = await this.#moment(options);
    if (moment.neverCloses) return true;
    const told = day === koreanDay(moment.now) ? await this.#opensToday(day, moment, options) : undefined;
    return told ?? this.#answer?.open[day] ?? openByTable(day);
  }

  /** Asks the venue for its calendar, unless it was asked today. Never throws. */
  async refresh(options: ReadOptions = {}): Promise<void> {
    const moment = await this.#moment(options);
    if (!moment.neverCloses && moment.failure === undefined) await this.#refresh(moment, options);
  }

  async #refresh({ now }: Moment, options: ReadOptions): Promise<void> {
    const today = koreanDay(now);
    if (this.#lackingOn === today) return;
    await this.#load();
    if (this.#answer !== undefined && koreanDay(this.#answer.askedAt) === today) return;
    if (this.#failedAt !== undefined && now - this.#failedAt < retryMs) return;
    const { priority = 'interactive' } = options;
    const asking = this.#asking.get(priority) ?? this.#ask(now, options).finally(() => this.#asking.delete(priority));
    this.#asking.set(priority, asking);
    await asking;
  }

  /** Asks a stand-in for its time, every time: somebody may have moved its clock. */
  async #moment(options: ReadOptions): Promise<Moment> {
    const ours = { now: this.#clock.now(), neverCloses: false, fixed: undefined };
    if (this.#broker.venue.hours === 'exchange') return ours;
    try {
      return await this.#broker.hours(options);
    } catch (error) {
      this.#log.warn('hours of the stand-in unknown', { error });
      return { ...ours, failure: error instanceof AppError ? error : new AppError('venue.stand-in-silent') };
    }
  }

  async #dayOpen(
    day: string,
    moment: Moment,
    options: ReadOptions,
  ): Promise<{ readonly open: boolean; readonly source: 'venue' | 'table' } | undefined> {
    await this.#refresh(moment, options);
    const told = this.#goodAnswer(moment)?.open[day];
    if (told !== undefined) return { open: told, source: 'venue' };
    // Where the venue has a calendar and did not answer, only weekends are certain.
    const open = this.#lackingOn !== undefined ? openByTable(day) : isWeekend(day) ? false : undefined;
    return open === undefined ? undefined : { open, source: 'table' };
  }

  /** The day's hours; undefined where the venue cannot tell them, or did not. */
  async #askHours(options: ReadOptions): Promise<DayHours | undefined> {
    try {
      return await this.#broker.dayHours(options);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'venue.unsupported'))
        this.#log.warn('hours of the day not read', { error });
      return undefined;
    }
  }

  #goodAnswer({ now }: Moment): Answer | undefined {
    if (this.#answer === undefined) return undefined;
    const age = now - this.#answer.askedAt;
    return age >= 0 && age < goodForMs ? this.#answer : undefined;
  }

  /** Reads from the cache what another process, or this one before its last end, learnt. */
  async #load(): Promise<void> {
    if (this.#answer !== undefined) return;
    try {
      this.#answer = await this.#cache.get<Answer>(this.#key);
    } catch (error) {
      this.#log.warn('market calendar not in cache', { error });
    }
  }

  async #ask(askedAt: number, options: ReadOptions): Promise<void> {
    const day = koreanDay(askedAt);
    try {
      const days = await this.#broker.marketDays(day, options);
      if (!days.some((entry) => entry.day === day)) throw new AppError('venue.malformed', { missing: day });
      // The answer holds no day before the one asked for. Earlier answers about such days are still wanted.
      const past = Object.entries(this.#answer?.open ?? {}).filter(
        ([one]) => one < day && one > laterDay(day, -lookAheadDays),
      );
      const told = days.map((entry) => [entry.day, entry.open] as const);
      const opensToday = days.some((entry) => entry.day === day && entry.open);
      const hours = opensToday ? await this.#askHours(options) : undefined;
      this.#answer = { askedAt, open: Object.fromEntries([...past, ...told]), hours };
      this.#failedAt = undefined;
      this.#failure = undefined;
      this.#lackingOn = undefined;
      await this.#cache.set(this.#key, this.#answer, goodForMs);
    } catch (error) {
      if (error instanceof AppError && error.code === 'venue.unsupported') {
        this.#lackingOn = day;
        return;
      }
      this.#failure = error instanceof AppError ? error : undefined;
      // Without a token the venue was not asked, so its calendar did not fail.
      if (this.#failure?.code !== 'venue.token-wait') this.#failedAt = askedAt;
      this.#log.warn('market calendar unknown', { day, error });
    }
  }
}

/** The session of a time, and the order types that are taken in it. */
function openAt(
  exchange: Exchange,
  kind: Exclude<SessionKind, 'closed'>,
  day: string,
  minutesIn = 0,
): Omit<MarketSession, 'source'> {
  const types = typesTaken(exchange, kind, day, minutesIn);
  const takesOrders = types.includes('limit');
  return { kind, types, takesOrders, reason: takesOrders ? undefined : 'hours', endsAt: undefined };
}

function startOf(day: string, { start }: Pick<SessionRow, 'start'>): number {
  return fromKoreanDayAndTime(day, `${start}00`);
}
