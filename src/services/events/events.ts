import pLimit from 'p-limit';
import { type CancelTimer, type Clock, fromKoreanDayAndTime, koreanDay, laterDay } from '../../clock.ts';
import { type EventKind, eventKinds, type MarketEvent } from '../../domain/market/market-event.ts';
import type { IssueStatus } from '../../domain/market/quote.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Notice } from '../../domain/people/notice.ts';
import type { Person } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import {
  type EventChoice,
  type EventMark,
  type EventStore,
  type SeenEvents,
  webhooksId,
} from '../../ports/ledger/event-store.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { TradingAccount } from '../accounts.ts';
import type { Calendar } from '../calendar.ts';
import type { People } from '../people.ts';
import type { PriceWatch } from '../watching/price-watch.ts';
import type { Sighting } from '../watching/sighting.ts';
import { createDetectors, type Detector, type DetectorSources, type Found, haltFound } from './detectors.ts';
import { EventHours } from './event-hours.ts';
import type { EventIssues } from './event-issues.ts';
import { PriceEvents } from './price-events.ts';
import type { ScreenWatches } from './screen-watches.ts';

/** How soon after a start or a switch the first look is. */
const firstLookMs = 1_000;
/** How long what prices tell is gathered, so that many issues at the opening are one message. */
const gatherMs = 1_000;
/** How long after a write that failed it is tried again. */
const retryMs = 30_000;
/** How often it is seen whether the market has opened. */
const closedMs = 60_000;
/** The oldest headline that is told, for a bot that was away. */
const newsGoodForMs = 3 * 24 * 3_600_000;
/** Times of KIS are of seconds, and its clock may differ from ours. */
const minuteMs = 60_000;
/** Kinds that the next look finds again, as long as they are not written down. */
const foundAgain: ReadonlySet<EventKind> = new Set(['vi', 'halt', 'news']);
/** How many days before an event marks are looked for. */
const marksDays = 21;

/** Drafts the messages of a notice; `account` is the one whose holding it tells of, if it tells of one. */
export type DraftEvents = (
  notice: Notice,
  address: ChatAddress | undefined,
  account: TradingAccount | undefined,
) => readonly OutboxDraft[];

export interface EventsOptions extends Omit<DetectorSources, 'prices' | 'now' | 'watch'> {
  readonly watch: Pick<PriceWatch, 'want' | 'drop' | 'listen'>;
  readonly calendar: Calendar;
  readonly ledger: EventStore;
  readonly people: Pick<People, 'withId'>;
  readonly issues: EventIssues;
  readonly screens: ScreenWatches;
  readonly draft: DraftEvents;
  /** Messages were written to the outbox. */
  readonly queued: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a person chose, and on how many issues it works. */
export interface EventsOfPerson {
  readonly on: ReadonlySet<EventKind>;
  readonly watched: number;
  readonly held: number;
  /** Kinds that the venue does not offer, as far as it was asked. */
  readonly missing: ReadonlySet<EventKind>;
}

/**
 * Tells people by itself what happened to the issues that they watch or hold, where they switched the kind of event on.
 * That somebody was told is written down in the same transaction as the message, so nobody is told twice and nobody is
 * left untold, whenever the process ends.
 */
export class Events {
  /** The watched conditions, which begin and end with the rest. */
  readonly screens: ScreenWatches;
  readonly #options: EventsOptions;
  readonly #detectors: readonly Detector[];
  readonly #prices = new PriceEvents();
  readonly #hours: EventHours;
  readonly #timers = new Map<Detector, CancelTimer>();
  /** What looks found is told one after the other, so that two looks do not tell the same event. */
  readonly #turns = pLimit(1);
  /** Detectors of which the venue said that it does not offer them. */
  readonly #missing = new Set<Detector>();
  readonly #stopped = new AbortController();
  #choices: readonly EventChoice[] = [];
  /** What prices told of and nobody was told yet. */
  readonly #seen: MarketEvent[] = [];
  #cancelSeen: CancelTimer | undefined;
  #states = new Map<string, string>();

  constructor(options: EventsOptions) {
    const { clock, calendar } = options;
    this.#options = options;
    this.screens = options.screens;
    this.#hours = new EventHours({ calendar, clock });
    this.#detectors = createDetectors({ ...options, prices: this.#prices, now: () => clock.now() });
    options.watch.listen((sighting) => this.#onSighting(sighting));
  }

  /** Reads what people chose, and begins to look. */
  async load(): Promise<void> {
    const { ledger } = this.#options;
    this.#states = new Map(await ledger.eventStates());
    this.#choices = await ledger.eventChoices();
    this.#scheduleAll();
    await this.screens.load();
  }

  /** What a person switched on, and on which issues it works: their watchlist, and holdings that they may see. */
  async of(person: Person): Promise<EventsOfPerson> {
    const { issues } = this.#options;
    await issues.refresh([person], { priority: 'interactive' });
    const { watched, held } = issues.of(person);
    const on = new Set(this.#choices.flatMap(({ personId, kind }) => (personId === person.id ? [kind] : [])));
    const missing = new Set(this.#offered([...this.#missing]));
    return { on, watched: watched.length, held: held.length, missing };
  }

  /** Switches kinds on for a person, to be told in `address`, or off without one. */
  async choose(person: Person, kinds: readonly EventKind[], address: ChatAddress | undefined): Promise<void> {
    const { ledger, clock } = this.#options;
    const there = this.#choices.filter(({ personId }) => personId === person.id).map(({ kind }) => kind);
    // What is on already stays as it is: told in the same chat, from the same moment on.
    const changed = address === undefined ? kinds : kinds.filter((kind) => !there.includes(kind));
    if (changed.length === 0) return;
    await ledger.setEventChoices(person.id, changed, address, clock.now());
    this.#choices = await ledger.eventChoices();
    this.#scheduleAll();
  }

  /** How an issue stands, pushed while somebody looks at its board. Returns at once. */
  onIssueStatus(status: IssueStatus): void {
    const { halted, reason, interrupted, symbol } = status;
    // The push does not say when the interruption began; the list does, and tells the same one once.
    if (interrupted) this.#schedule(this.#named('interruptions'), firstLookMs);
    if (!this.#wanted('halt')) return;
    const day = koreanDay(this.#options.clock.now());
    void this.#tell(haltFound(symbol, { halted, reason }, day, this.#states));
  }

  /** Shares were bought or sold in an account. Returns at once. */
  onFill(): void {
    this.#options.issues.onFill();
  }

  /** A look by the hour, at what is told once a day. Never rejects. */
  async lookByHour(name: 'flows' | 'dividends'): Promise<void> {
    const detector = this.#named(name);
    if (this.#isWanted(detector)) await this.#look(detector);
  }

  /** Resolves when all that was found is written down, if it can be. */
  idle(): Promise<void> {
    return this.#turns(async () => undefined);
  }

  stop(): void {
    this.#stopped.abort();
    this.screens.stop();
    for (const cancel of this.#timers.values()) cancel();
    // What was seen and not told is seen again by the next process.
    this.#cancelSeen?.();
    this.#timers.clear();
  }

  /** 52 weeks and price limits are those of KRX's day. */
  #onSighting(sighting: Sighting): void {
    const { exchange, session } = sighting;
    if (exchange !== 'KRX' || session === 'after-market') return;
    const events = this.#prices.see(sighting);
    if (events.length === 0 || this.#stopped.signal.aborted) return;
    this.#seen.push(...events);
    this.#tellSeen(gatherMs);
  }

  #tellSeen(inMs: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#cancelSeen ??= this.#options.clock.timer(inMs, () => {
      this.#cancelSeen = undefined;
      const events = this.#seen.splice(0);
      void this.#tell({ events }).then((isTold) => {
        if (!isTold) this.#tellAgain(events);
      });
    });
  }

  /**
   * What could not be written down is told a little later, as far as no look finds it again: a price that moves no more
   * tells of nothing, and what is asked for once a day is asked for no more.
   */
  #tellAgain(events: readonly MarketEvent[]): void {
    const known = new Set(this.#seen.map(nameOfEvent));
    const lost = events.filter((event) => !foundAgain.has(event.kind) && !known.has(nameOfEvent(event)));
    if (lost.length === 0) return;
    this.#seen.push(...lost);
    this.#tellSeen(retryMs);
  }

  #named(name: Detector['name']): Detector {
    const found = this.#detectors.find((detector) => detector.name === name);
    if (found === undefined) throw new Error(`no detector ${name}`);
    return found;
  }

  #wanted(kind: EventKind): boolean {
    return this.#choices.some((choice) => choice.kind === kind);
  }

  #isWanted({ kinds }: Detector): boolean {
    return kinds.some((kind) => this.#wanted(kind));
  }

  /** The kinds for which none but these detectors look. */
  #offered(missing: readonly Detector[]): readonly EventKind[] {
    return eventKinds.filter((kind) =>
      this.#detectors.every((detector) => !detector.kinds.includes(kind) || missing.includes(detector)),
    );
  }

  #scheduleAll(): void {
    for (const detector of this.#detectors) {
      if (!this.#timers.has(detector)) this.#schedule(detector, firstLookMs);
    }
  }

  /** Nothing is looked at while nobody wants it. */
  #schedule(detector: Detector, inMs: number): void {
    const { everyMs } = detector;
    if (everyMs === undefined || this.#stopped.signal.aborted) return;
    if (!this.#isWanted(detector)) {
      detector.rest?.();
      return;
    }
    this.#timers.get(detector)?.();
    const cancel = this.#options.clock.timer(inMs, () => {
      void this.#lookInHours(detector).then((looked) => {
        // A look that was asked for meanwhile has its own timer.
        if (this.#timers.get(detector) !== cancel) return;
        this.#timers.delete(detector);
        this.#schedule(detector, looked ? everyMs : Math.max(everyMs, closedMs));
      });
    });
    this.#timers.set(detector, cancel);
  }

  /** Whether it is the hour for it. Never rejects. */
  async #lookInHours(detector: Detector): Promise<boolean> {
    if (detector.hours !== undefined && !(await this.#hours.isOpen(detector.hours))) {
      detector.rest?.();
      return false;
    }
    await this.#look(detector);
    return true;
  }

  /** Never rejects. */
  async #look(detector: Detector): Promise<void> {
    const { calendar, issues, log } = this.#options;
    const options = { priority: 'background', signal: this.#stopped.signal } as const;
    try {
      await issues.refresh(this.#people(detector.kinds), options);
      const { day, time } = await calendar.today(options);
      const symbolsOf = (kind: EventKind) => this.#symbolsOf(kind);
      const found = await detector.look({ symbolsOf, day, time, states: this.#states, options });
      if (!(await this.#tell(found))) this.#tellAgain(found.events);
      this.#missing.delete(detector);
      const { failure: error } = found;
      if (error !== undefined) log.warn('events of some issues not looked for', { detector: detector.name, error });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      if (error instanceof AppError && error.code === 'venue.unsupported') this.#missing.add(detector);
      else log.warn('events not looked for', { detector: detector.name, error });
    }
  }

  #people(kinds: readonly EventKind[]): readonly Person[] {
    const ids = new Set(this.#choices.filter(({ kind }) => kinds.includes(kind)).map(({ personId }) => personId));
    return [...ids].flatMap((id) => this.#options.people.withId(id) ?? []);
  }

  #symbolsOf(kind: EventKind): readonly string[] {
    const all = this.#people([kind]).flatMap((person) => {
      const { watched, held } = this.#options.issues.of(person);
      return [...watched, ...held];
    });
    return [...new Set(all)];
  }

  /** Writes down what was found with the messages about it. Resolves to whether that worked. Never rejects. */
  #tell(found: Found): Promise<boolean> {
    return this.#turns(async () => {
      const { ledger, clock, queued, log } = this.#options;
      const { events, states = new Map<string, string>() } = found;
      try {
        const told = events.length === 0 ? [] : await this.#messages(events);
        if (told.length === 0 && states.size === 0) return true;
        await ledger.recordEvents({ states, told }, clock.now());
        for (const [name, value] of states) this.#states.set(name, value);
        if (told.length > 0) queued();
        return true;
      } catch (error) {
        log.warn('events not told', { events: events.length, error });
        return false;
      }
    });
  }

  async #messages(events: readonly MarketEvent[]): Promise<SeenEvents['told']> {
    const { ledger, clock, draft } = this.#options;
    const marks = await ledger.toldEvents(laterDay(koreanDay(clock.now()), -marksDays));
    const known = new Set(marks.map(nameOf));
    const told: SeenEvents['told'][number][] = [];
    for (const choice of this.#choices) {
      for (const [account, own] of this.#eventsOf(choice, events)) {
        for (const personId of [choice.personId, webhooksId]) {
          const fresh = own.filter((event) => !known.has(nameOf(markOf(personId, event))));
          if (fresh.length === 0) continue;
          const whom = personId === webhooksId ? undefined : personId;
          const notice: Notice = { kind: 'events', personId: whom, events: fresh, held: account !== undefined };
          const freshMarks = fresh.map((event) => markOf(personId, event));
          const messages = draft(notice, whom === undefined ? undefined : choice.address, account);
          // What the webhooks may not be told as a holding they may be told for somebody who watches it openly.
          if (whom === undefined && messages.length === 0) continue;
          // The next person who wants the same has the webhooks told no more.
          for (const mark of freshMarks) known.add(nameOf(mark));
          told.push({ marks: freshMarks, messages });
        }
      }
    }
    return told;
  }

  /** The events that a person wants: those of their watchlist, and those of what each account holds. */
  #eventsOf(
    { personId, kind, since }: EventChoice,
    events: readonly MarketEvent[],
  ): ReadonlyMap<TradingAccount | undefined, readonly MarketEvent[]> {
    const { people, issues } = this.#options;
    const person = people.withId(personId);
    const byAccount = new Map<TradingAccount | undefined, MarketEvent[]>();
    for (const event of events) {
      if (person === undefined || event.kind !== kind || !this.#isNew(event, since)) continue;
      const place = issues.placeOf(person, event.symbol);
      if (place === undefined) continue;
      const account = place === 'watchlist' ? undefined : place;
      byAccount.set(account, [...(byAccount.get(account) ?? []), event]);
    }
    return byAccount;
  }

  /** Whether an event that has a time of its own came after somebody switched its kind on. */
  #isNew(event: MarketEvent, since: number): boolean {
    if (event.kind === 'news') {
      const at = fromKoreanDayAndTime(event.title.day, event.title.time);
      return at >= since - minuteMs && at >= this.#options.clock.now() - newsGoodForMs;
    }
    return event.kind !== 'vi' || fromKoreanDayAndTime(event.day, event.interruption.from) >= since - minuteMs;
  }
}

function markOf(personId: string, { kind, symbol, day, key }: MarketEvent): EventMark {
  // A headline about two issues of a person is told once.
  return { personId, day, key: kind === 'news' ? key : `${symbol} ${key}` };
}

function nameOfEvent({ symbol, day, key }: MarketEvent): string {
  return `${day} ${symbol} ${key}`;
}

function nameOf({ personId, day, key }: EventMark): string {
  return `${day} ${key} ${personId}`;
}
