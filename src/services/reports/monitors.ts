import { type Clock, koreanDay } from '../../clock.ts';
import type { Quote } from '../../domain/market/quote.ts';
import { krxHours } from '../../domain/market/session.ts';
import { type ChatAddress, chatKey, isSameChat } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import { type Monitor, type MonitorPart, minuteOfDay } from '../../domain/reports.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { ReportStore } from '../../ports/ledger/report-store.ts';
import type { Research } from '../../ports/research.ts';
import type { Calendar } from '../calendar.ts';
import type { DailyBars } from '../daily-bars.ts';
import type { People } from '../people.ts';
import { tradingDayBeside } from '../trading-days.ts';
import { minuteNow } from './digest.ts';
import { type MissingPart, Parts, ReportReads } from './report-reads.ts';

/** The days whose mean volume is the usual one. */
const usualDays = 20;
/** How long the last report of a day, that of the close, is still made up. */
const closeUsefulMinutes = 30;
/** The exchange's members report their estimates some five times a day, so these are not asked for every time. */
const estimateGoodMs = 5 * 60_000;

/** An issue in a monitoring report. What could not be had is undefined. */
export interface MonitoredIssue {
  readonly symbol: string;
  readonly quote: Quote | undefined;
  /** In percent since the report before, and how many minutes ago that was, where this process made one lately. */
  readonly sinceLast: { readonly percent: number; readonly minutes: number } | undefined;
  /** Today's volume in percent of the mean of the last 20 days. */
  readonly volumePercent: number | undefined;
  /** Buy volume over sell volume in percent (체결강도). */
  readonly strength: number | undefined;
  /** Shares bought less sold today, as the exchange's members estimate. */
  readonly flow: { readonly foreigners: number; readonly institutions: number } | undefined;
}

export interface MonitorFrame {
  /** The trading day. */
  readonly day: string;
  /** When it was made, in milliseconds. */
  readonly at: number;
  readonly minutes: number;
  readonly issues: readonly MonitoredIssue[];
  readonly missing: readonly MissingPart<MonitorPart>[];
  /** Whether the market is open, so that another report follows today. */
  readonly goesOn: boolean;
}

interface MonitorsOptions {
  readonly ledger: ReportStore;
  readonly people: Pick<People, 'withId'>;
  readonly calendar: Calendar;
  readonly broker: Broker;
  readonly research: Research;
  readonly bars: Pick<DailyBars, 'kept'>;
  /** The messages that tell a frame; none where the person wants none. */
  readonly draft: (person: Person, monitor: Monitor, frame: MonitorFrame) => readonly OutboxDraft[];
  /** Called when messages were put into the outbox. */
  readonly queued: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Tells chats every few minutes of the market's day how chosen issues do. Each trading day is one message, which is
 * edited. A report that was missed is not made up: the next one tells more.
 */
export class Monitors {
  readonly #options: MonitorsOptions;
  #monitors: readonly Monitor[] = [];
  #runs = new Map<string, string>();
  /** By issue, the usual volume of a day and the day on which it was reckoned. */
  readonly #usual = new Map<string, { readonly day: string; readonly volume: number }>();
  readonly #estimates = new Map<string, { readonly at: number; readonly flow: MonitoredIssue['flow'] }>();
  /** By chat, the prices of the last report. */
  readonly #lastPrices = new Map<string, { readonly at: number; readonly prices: ReadonlyMap<string, number> }>();

  constructor(options: MonitorsOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { ledger } = this.#options;
    await this.#read();
    this.#runs = new Map(await ledger.reportRuns());
  }

  of(address: ChatAddress): Monitor | undefined {
    return this.#monitors.find((monitor) => isSameChat(monitor.address, address));
  }

  /** Begins to tell a chat of issues, instead of those that it was told of before. */
  async begin(monitor: Omit<Monitor, 'since'>): Promise<Monitor> {
    const begun = { ...monitor, since: this.#options.clock.now() };
    await this.#options.ledger.setMonitor(begun);
    await this.#read();
    return begun;
  }

  /** False where the chat is told of nothing. */
  async end(address: ChatAddress): Promise<boolean> {
    const ended = await this.#options.ledger.removeMonitor(address);
    await this.#read();
    return ended;
  }

  /** A group that became a supergroup has another id than when its monitor was read. */
  async #read(): Promise<void> {
    this.#monitors = await this.#options.ledger.monitors();
  }

  /** The report of this moment, for somebody who waits for it. */
  async now(monitor: Pick<Monitor, 'address' | 'symbols' | 'minutes'>): Promise<MonitorFrame> {
    const { calendar, clock } = this.#options;
    const day = koreanDay(clock.now());
    const trades = (await calendar.tradesOn(day)) === true;
    const goesOn = trades && minuteNow(clock.now()) < minuteOfDay(krxHours(day).close);
    return this.#frame(monitor, new ReportReads(this.#options), goesOn);
  }

  /** Tells whatever is due. Called every minute. What fails for one chat is tried again a minute later. */
  async run(signal: AbortSignal): Promise<void> {
    const { calendar, clock } = this.#options;
    const now = clock.now();
    const day = koreanDay(now);
    if (this.#monitors.length > 0) await this.#read();
    const due = this.#monitors.flatMap((monitor) => {
      const slot = slotOf(monitor, day, minuteNow(now));
      const isNew = slot !== undefined && (this.#runs.get(subjectOf(monitor)) ?? '') < slot;
      return isNew ? [{ monitor, slot }] : [];
    });
    if (due.length === 0) return;
    const reads = new ReportReads({ ...this.#options, signal });
    if ((await calendar.tradesOn(day, reads.options)) !== true) return;
    for (const { monitor, slot } of due) {
      signal.throwIfAborted();
      await this.#tell(monitor, slot, reads).catch((error: unknown) => {
        signal.throwIfAborted();
        this.#options.log.error('monitor not told', { error });
      });
    }
  }

  async #tell(monitor: Monitor, slot: string, reads: ReportReads): Promise<void> {
    const { ledger, people, clock, log, queued, draft } = this.#options;
    const person = people.withId(monitor.personId);
    if (person === undefined) return;
    const isLast = Number(slot.slice(-4)) >= Number(krxHours(slot.slice(0, 8)).close);
    const frame = await this.#frame(monitor, reads, !isLast);
    const messages = draft(person, monitor, frame);
    const run = { subject: subjectOf(monitor), slot };
    // Whoever ended it while it was asked about wants nothing more, and whoever began another wants that one.
    if (this.of(monitor.address)?.since !== monitor.since) return;
    const told = await ledger.tellReport([run], messages, clock.now());
    this.#runs.set(run.subject, slot);
    log.debug('monitor told', { slot, told });
    if (told && messages.length > 0) queued();
  }

  async #frame(
    { address, symbols, minutes }: Pick<Monitor, 'address' | 'symbols' | 'minutes'>,
    reads: ReportReads,
    goesOn: boolean,
  ): Promise<MonitorFrame> {
    const now = this.#options.clock.now();
    const day = koreanDay(now);
    const parts = new Parts<MonitorPart>();
    const [quotes = [], usual, strengths, flows] = await Promise.all([
      parts.of('price', reads.quotes(symbols)),
      parts.each('usual', symbols, (symbol) => this.#usualVolume(symbol, day, reads)),
      parts.each('strength', symbols, (symbol) => reads.strength(symbol)),
      parts.each('flows', symbols, (symbol) => this.#flow(symbol, now, reads)),
    ]);
    const [priceOf, usualOf] = [new Map(quotes.map((quote) => [quote.symbol, quote])), asMap(usual)];
    const [strengthOf, flowOf] = [asMap(strengths), asMap(flows)];
    const last = this.#lastPrices.get(chatKey(address));
    const isBefore = last !== undefined && now - last.at < minutes * 90_000;
    const before = isBefore ? last.prices : undefined;
    const ago = Math.max(1, Math.round((now - (last?.at ?? now)) / 60_000));
    const issues = symbols.map((symbol): MonitoredIssue => {
      const quote = priceOf.get(symbol);
      const percent = percentSince(before?.get(symbol), quote?.last);
      return {
        symbol,
        quote,
        sinceLast: percent === undefined ? undefined : { percent, minutes: ago },
        volumePercent: percentOf(quote?.volume, usualOf.get(symbol)),
        strength: strengthOf.get(symbol),
        flow: flowOf.get(symbol),
      };
    });
    this.#lastPrices.set(chatKey(address), {
      at: now,
      prices: new Map(quotes.map(({ symbol, last: price }) => [symbol, price])),
    });
    return { day, at: now, minutes, issues, missing: parts.missing, goesOn };
  }

  /** The mean volume of the last 20 days that are over; asked for once a day. */
  async #usualVolume(symbol: string, day: string, reads: ReportReads): Promise<number | undefined> {
    const known = this.#usual.get(symbol);
    if (known?.day === day) return known.volume;
    const last = await tradingDayBeside(this.#options.calendar, day, -1, reads.options);
    if (last === undefined) return undefined;
    const bars = await reads.dayBars(symbol, usualDays, last);
    if (bars.length === 0) return undefined;
    const volume = bars.reduce((sum, bar) => sum + bar.volume, 0) / bars.length;
    this.#usual.set(symbol, { day, volume });
    return volume;
  }

  async #flow(symbol: string, now: number, reads: ReportReads): Promise<MonitoredIssue['flow']> {
    const known = this.#estimates.get(symbol);
    if (known !== undefined && now - known.at < estimateGoodMs) return known.flow;
    const [flow] = await reads.investorEstimates(symbol);
    this.#estimates.set(symbol, { at: now, flow });
    return flow;
  }
}

/** The newest moment of a day for which a monitor reports, `202611301005`; undefined where none is due. */
function slotOf({ minutes, since }: Monitor, day: string, minute: number): string | undefined {
  const hours = krxHours(day);
  const [open, close] = [minuteOfDay(hours.open), minuteOfDay(hours.close)];
  if (minute >= close + closeUsefulMinutes) return undefined;
  const last = minute >= close ? close : open + Math.floor((minute - open) / minutes) * minutes;
  if (last <= open) return undefined;
  const begun = koreanDay(since) === day ? minuteNow(since) : 0;
  return last <= begun ? undefined : `${day}${timeOfMinute(last)}`;
}

function timeOfMinute(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join('');
}

function subjectOf({ address }: Monitor): string {
  return `monitor ${chatKey(address)}`;
}

function asMap<T>(answers: readonly { readonly key: string; readonly value: T }[]): ReadonlyMap<string, T> {
  return new Map(answers.map(({ key, value }) => [key, value]));
}

function percentSince(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || before === 0 || now === undefined ? undefined : ((now - before) / before) * 100;
}

function percentOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : (part / whole) * 100;
}
