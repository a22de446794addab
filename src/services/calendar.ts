import {
  type Clock,
  dayBegunAt,
  fromKoreanDayAndTime,
  koreanDay,
  koreanTime,
  laterDay,
  nextDay,
  previousDay,
  weekdayOf,
} from '../clock.ts';
import { krxClosures, krxTableYears } from '../domain/krx-holidays.ts';
import type { Exchange, OrderType } from '../domain/order.ts';
import { typesTaken } from '../domain/order-types.ts';
import { exchangeSessions, figuresBegin, krxHours, type SessionKind, sessionRowAt } from '../domain/session.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker, Cache, ReadOptions } from '../ports.ts';

/** What trades now, and how we know. */
export interface MarketSession {
  readonly kind: SessionKind | 'unknown';
  /** Whether an ordinary order would be taken now. */
  readonly takesOrders: boolean;
  /** The order types that are taken now. */
  readonly types: readonly OrderType[];
  /** Why not, when not. */
  readonly reason: 'weekend' | 'holiday' | 'hours' | 'unknown' | undefined;
  /** `table` where the venue cannot say and the shipped calendar decides; `always` where it never closes. */
  readonly source: 'venue' | 'table' | 'always';
  /** When what trades now ends, in milliseconds; undefined while nothing does. */
  readonly endsAt: number | undefined;
  /** Why the venue did not tell, where it is unknown. */
  readonly failure?: AppError | undefined;
}

/** The start of a regular session. */
export interface Opening {
  /** Milliseconds. */
  readonly at: number;
  /** `20261123` */
  readonly day: string;
}

/** The trading day whose figures count, and until when it does. */
export interface FiguresDay {
  /** `20261123`; undefined where nobody can say whether today is one. */
  readonly day: string | undefined;
  /** Milliseconds: the next day may have begun then. */
  readonly until: number;
}

/** What the venue said of its days, and when. */
interface Answer {
  readonly askedAt: number;
  readonly open: Readonly<Record<string, boolean>>;
}

/** The venue is asked once a Korean day; when it does not answer, what it said the day before is still good. */
const goodForMs = 36 * 60 * 60_000;
/** After a failure the venue is not asked again at once: it wants about one call a day. */
const retryMs = 60_000;
/** No run of holidays is longer than this. */
const lookAheadDays = 21;

/** Whether the market is open: from the venue's own calendar, asked about once a day. */
export class Calendar {
  readonly #broker: Broker;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #key: string;
  #answer: Answer | undefined;
  /** By how soon the answer is wanted: an order that was pressed must not wait with somebody who has time. */
  readonly #asking = new Map<string, Promise<void>>();
  #failedAt: number | undefined;
  #failure: AppError | undefined;
  /** The day on which the venue said that it has no calendar, as paper has none. */
  #lackingOn: string | undefined;

  constructor(options: { readonly broker: Broker; readonly cache: Cache; readonly clock: Clock; readonly log: Log }) {
    this.#broker = options.broker;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#key = `calendar:${options.broker.venue.kind}`;
  }

  /** Never throws: what cannot be known is `unknown`, and takes no orders. */
  async session(exchange: Exchange = 'KRX', options: ReadOptions = {}): Promise<MarketSession> {
    const now = this.#clock.now();
    const day = koreanDay(now);
    if (this.#never) {
      const types = typesTaken(exchange, 'regular', day, 0);
      return { kind: 'regular', takesOrders: true, types, reason: undefined, source: 'always', endsAt: undefined };
    }
    const known = await this.#dayOpen(day, options);
    const closed = { takesOrders: false, types: [], endsAt: undefined };
    if (known === undefined) {
      return { kind: 'unknown', reason: 'unknown', source: 'venue', ...closed, failure: this.#failure };
    }
    const { open, source } = known;
    if (!open) return { kind: 'closed', reason: isWeekend(day) ? 'weekend' : 'holiday', source, ...closed };
    const row = sessionRowAt(day, koreanTime(now), exchangeSessions(exchange, day));
    if (row === undefined) return { kind: 'closed', reason: 'hours', source, ...closed };
    const startedAt = fromKoreanDayAndTime(day, `${row.start}00`);
    const types = typesTaken(exchange, row.kind, day, (now - startedAt) / 60_000);
    const takesOrders = types.includes('limit');
    const endsAt = fromKoreanDayAndTime(day, `${row.end}00`);
    return { kind: row.kind, takesOrders, types, reason: takesOrders ? undefined : 'hours', source, endsAt };
  }

  /** The next start of a regular session; undefined where there is none, or it cannot be known. Never throws. */
  async nextOpening(options: ReadOptions = {}): Promise<Opening | undefined> {
    if (this.#never) return undefined;
    const now = this.#clock.now();
    let day = koreanDay(now);
    for (let ahead = 0; ahead <= lookAheadDays; ahead += 1) {
      const known = await this.#dayOpen(day, options);
      // A day nobody knows may be the opening; naming a later one would be wrong.
      if (known === undefined) return undefined;
      const at = fromKoreanDayAndTime(day, `${krxHours(day).open}00`);
      if (known.open && at > now) return { at, day };
      day = nextDay(day);
    }
    return undefined;
  }

  /**
   * The trading day whose figures count now: today where it is one and has begun (`begins`, `HHmm`: 08:40), else the last
   * one before. A weekday before today that nobody tells of is taken for one. Never throws.
   */
  async figuresDay(options: ReadOptions = {}, begins = figuresBegin): Promise<FiguresDay> {
    const now = this.#clock.now();
    const today = koreanDay(now);
    if (this.#never) return { day: today, until: fromKoreanDayAndTime(nextDay(today), '000000') };
    let day = dayBegunAt(now, begins);
    const until = fromKoreanDayAndTime(nextDay(day), `${begins}00`);
    await this.#load();
    for (let back = 0; back <= lookAheadDays; back += 1) {
      const told = this.#answer?.open[day] ?? openByTable(day) ?? true;
      const open = day === today ? (await this.#dayOpen(day, options))?.open : told;
      if (open !== false) return { day: open && day, until };
      day = previousDay(day);
    }
    return { day: undefined, until };
  }

  /** Asks the venue for its calendar, unless it was asked today. Never throws. */
  async refresh(options: ReadOptions = {}): Promise<void> {
    const today = koreanDay(this.#clock.now());
    if (this.#never || this.#lackingOn === today) return;
    await this.#load();
    if (this.#answer !== undefined && koreanDay(this.#answer.askedAt) === today) return;
    if (this.#failedAt !== undefined && this.#clock.now() - this.#failedAt < retryMs) return;
    const { priority = 'interactive' } = options;
    const asking = this.#asking.get(priority) ?? this.#ask(options).finally(() => this.#asking.delete(priority));
    this.#asking.set(priority, asking);
    await asking;
  }

  /** The market never closes. */
  get #never(): boolean {
    return this.#broker.venue.hours === 'always';
  }

  async #dayOpen(
    day: string,
    options: ReadOptions,
  ): Promise<{ readonly open: boolean; readonly source: 'venue' | 'table' } | undefined> {
    await this.refresh(options);
    const told = this.#goodAnswer()?.open[day];
    if (told !== undefined) return { open: told, source: 'venue' };
    // Where the venue has a calendar and did not tell, only weekends are certain.
    const open = this.#lackingOn !== undefined ? openByTable(day) : isWeekend(day) ? false : undefined;
    return open === undefined ? undefined : { open, source: 'table' };
  }

  #goodAnswer(): Answer | undefined {
    if (this.#answer === undefined) return undefined;
    const age = this.#clock.now() - this.#answer.askedAt;
    return age >= 0 && age < goodForMs ? this.#answer : undefined;
  }

  /** What another process, or this one before its last end, was told. */
  async #load(): Promise<void> {
    if (this.#answer !== undefined) return;
    try {
      this.#answer = await this.#cache.get<Answer>(this.#key);
    } catch (error) {
      this.#log.warn('market calendar not in cache', { error });
    }
  }

  async #ask(options: ReadOptions): Promise<void> {
    const askedAt = this.#clock.now();
    const day = koreanDay(askedAt);
    try {
      const days = await this.#broker.marketDays(day, options);
      if (!days.some((entry) => entry.day === day)) throw new AppError('venue.malformed', { missing: day });
      // It tells of no day before, and what it said of those is wanted still.
      const past = Object.entries(this.#answer?.open ?? {}).filter(
        ([one]) => one < day && one > laterDay(day, -lookAheadDays),
      );
      const told = days.map((entry) => [entry.day, entry.open] as const);
      this.#answer = { askedAt, open: Object.fromEntries([...past, ...told]) };
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
      // While there is no token the venue was not asked, and its calendar failed nobody.
      if (this.#failure?.code !== 'venue.token-wait') this.#failedAt = askedAt;
      this.#log.warn('market calendar unknown', { day, error });
    }
  }
}

function isWeekend(day: string): boolean {
  return weekdayOf(day) > 5;
}

/** The shipped calendar: weekdays that are not on the list of closures, in the years that the list covers. */
function openByTable(day: string): boolean | undefined {
  if (isWeekend(day)) return false;
  const year = Number(day.slice(0, 4));
  if (year < krxTableYears.first || year > krxTableYears.last) return undefined;
  return !krxClosures.includes(day);
}
