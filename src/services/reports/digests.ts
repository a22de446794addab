import { type Clock, koreanDay, laterDay } from '../../clock.ts';
import { krxHours } from '../../domain/market/session.ts';
import type { Person } from '../../domain/people/person.ts';
import {
  type DigestKind,
  type DigestPart,
  type DigestPlan,
  dueMinute,
  minuteOfDay,
  type ReportTarget,
  usefulUntilMinute,
} from '../../domain/reports.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { ReportRun, ReportStore } from '../../ports/ledger/report-store.ts';
import type { Watchlists } from '../../ports/ledger/watchlists.ts';
import type { Research } from '../../ports/research.ts';
import type { Accounts, TradingAccount } from '../accounts.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Calendar } from '../calendar.ts';
import type { DailyBars } from '../daily-bars.ts';
import type { People } from '../people.ts';
import { collectDigest } from './collect-digest.ts';
import { type Digest, minuteNow, momentOf } from './digest.ts';
import { ReportReads } from './report-reads.ts';

/** A report that comes later than this says for when it was. */
const lateAfterMs = 10 * 60_000;
/** How many calendar days back runs that were missed are counted. */
const mostDaysBack = 21;
/** The parts without which nobody knows what traded after the close. */
const afterParts: ReadonlySet<DigestPart> = new Set(['after', 'issues', 'balance']);

/** Runs that were due while the bot did not run: how many on which days. */
export interface MissedRuns {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** What is told of a report. */
export interface DigestNews {
  /** Undefined where it would be of no use any more: then only what was missed is told. */
  readonly digest: Digest | undefined;
  /** When it was due, in milliseconds, where it is late. */
  readonly dueAt: number | undefined;
  /** Runs of today that are not worth making up, with when they were due. */
  readonly missedToday: readonly { readonly kind: DigestKind; readonly dueAt: number }[];
  /** Runs of days before. */
  readonly missedBefore: MissedRuns | undefined;
}

/** Whom a report is for. */
export type DigestReader = Pick<DigestPlan, 'target' | 'address'> & { readonly person: Person };

export interface DigestsOptions {
  readonly ledger: ReportStore & Watchlists;
  readonly people: Pick<People, 'withId' | 'settings'>;
  readonly accounts: () => Accounts;
  readonly alerts: Pick<Alerts, 'list'>;
  readonly calendar: Calendar;
  readonly broker: Broker;
  readonly research: Research;
  readonly bars: Pick<DailyBars, 'kept'>;
  /** Whether others read a report: then it has nothing of any account. */
  readonly isOpen: (reader: DigestReader) => boolean;
  /** Whether the webhook's channel may be told. */
  readonly hasWebhook: () => boolean;
  /** The messages that tell it; none where the person wants none. */
  readonly draft: (reader: DigestReader, news: DigestNews) => Promise<readonly OutboxDraft[]>;
  /** Called when messages were put into the outbox. */
  readonly queued: () => void;
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The reports of a trading day (`/digest`): made when somebody asks, and by themselves for whoever wants them. The mark
 * of a run and its messages are one transaction, so a restart at any moment neither loses nor repeats a report. A run
 * that was missed is made up while it is of use, and is otherwise said to be missed, once and together with others.
 */
export class Digests {
  readonly #options: DigestsOptions;
  #plans: readonly DigestPlan[] = [];
  #runs = new Map<string, string>();

  constructor(options: DigestsOptions) {
    this.#options = options;
  }

  /** Reads who gets what, and what was told. */
  async load(): Promise<void> {
    const { ledger } = this.#options;
    this.#plans = await ledger.digestPlans();
    this.#runs = new Map(await ledger.reportRuns());
  }

  hasWebhook(): boolean {
    return this.#options.hasWebhook();
  }

  /** Whether others read what this reader is told. */
  isOpen(reader: DigestReader): boolean {
    return this.#options.isOpen(reader);
  }

  /** What somebody gets by itself, in the order of the day. */
  plansOf(personId: string, target: ReportTarget): readonly DigestPlan[] {
    return this.#plans
      .filter((plan) => plan.personId === personId && plan.target === target)
      .toSorted((one, other) => dueMinute(one, '1530') - dueMinute(other, '1530'));
  }

  /**
   * Changes what somebody gets: `wanted` are added or moved to another time, `unwanted` end.
   * @throws AppError `chat.read-only`.
   */
  async change(
    { person, target, address }: DigestReader,
    change: {
      readonly wanted?: Readonly<Partial<Record<DigestKind, number>>>;
      readonly unwanted?: readonly DigestKind[];
    },
  ): Promise<readonly DigestPlan[]> {
    const { ledger, clock, readOnly } = this.#options;
    if (readOnly) throw new AppError('chat.read-only');
    const { wanted = {}, unwanted = [] } = change;
    const before = this.plansOf(person.id, target).filter(({ kind }) => !unwanted.includes(kind));
    const since = clock.now();
    const fresh = Object.entries(wanted).map(([kind, minute]): DigestPlan => {
      return { personId: person.id, target, kind: kind as DigestKind, minute, address, since };
    });
    // All of a person's reports for one target go to the chat that asked last.
    const kept = before.filter(({ kind }) => wanted[kind] === undefined).map((plan) => ({ ...plan, address }));
    const plans = [...kept, ...fresh];
    await ledger.setDigestPlans(person.id, target, plans);
    this.#plans = [...this.#plans.filter((plan) => plan.personId !== person.id || plan.target !== target), ...plans];
    return this.plansOf(person.id, target);
  }

  /** Makes a report now. `watched`: instead of the person's watchlist. */
  async make(
    kind: DigestKind,
    reader: DigestReader,
    choice: { readonly watched?: readonly string[] | undefined; readonly reads?: ReportReads } = {},
  ): Promise<Digest> {
    const { ledger, accounts, alerts, calendar, clock } = this.#options;
    const { person } = reader;
    const open = this.#options.isOpen(reader);
    return collectDigest({
      kind,
      person,
      accounts: open
        ? []
        : accounts()
            .visibleTo(person)
            .filter((account) => mayBeTold(account, reader)),
      open,
      watched: choice.watched ?? (await ledger.watchlist(person.id)),
      alerts: open ? [] : alerts.list(person.id),
      reads: choice.reads ?? new ReportReads(this.#options),
      calendar,
      now: clock.now(),
    });
  }

  /** Tells whatever is due. Called every minute, and at the start. What fails for one person is tried again a minute later. */
  async run(signal: AbortSignal): Promise<void> {
    const reads = new ReportReads({ ...this.#options, signal });
    for (const plans of Map.groupBy(this.#plans, ({ personId, target }) => `${target} ${personId}`).values()) {
      signal.throwIfAborted();
      await this.#runFor(plans, reads).catch((error: unknown) => {
        signal.throwIfAborted();
        this.#options.log.error('digest not told', { error });
      });
    }
  }

  /** `plans`: all that one person gets at one target. */
  async #runFor(plans: readonly DigestPlan[], reads: ReportReads): Promise<void> {
    const { calendar, people, clock } = this.#options;
    const day = koreanDay(clock.now());
    const due = plans.filter((plan) => this.#isDue(plan, day)).toSorted(byTime);
    const [first] = due;
    const person = first && people.withId(first.personId);
    if (first === undefined || person === undefined) return;
    // Only owners say what the webhook's channel is told, and somebody who is none any more cannot end it.
    if (first.target === 'webhook' && person.role !== 'owner') return;
    if ((await calendar.tradesOn(day, reads.options)) !== true) return;
    const minute = minuteNow(clock.now());
    const { open, close } = krxHours(day);
    const useful = due.filter(({ kind }) => minute < usefulUntilMinute(kind, open));
    const reader = { person, target: first.target, address: first.address };
    const isWanted = people.settings(person.id).reports !== 'off';
    // Where two are due at once, the report after the close tells of the evening as well.
    const [chosen] = useful;
    const digest = chosen === undefined || !isWanted ? undefined : await this.make(chosen.kind, reader, { reads });
    const dueAt = chosen && momentOf(day, dueMinute(chosen, close));
    const missedBefore = await this.#missedBefore(plans, day, reads);
    const news: DigestNews = {
      digest,
      dueAt: dueAt !== undefined && clock.now() - dueAt > lateAfterMs ? dueAt : undefined,
      missedToday: due
        .filter((plan) => !useful.includes(plan))
        .map((plan) => ({ kind: plan.kind, dueAt: momentOf(day, dueMinute(plan, close)) })),
      missedBefore,
    };
    // An evening without trades is not told of.
    const isQuiet = chosen?.kind === 'evening' && isUneventful(digest) && missedBefore === undefined;
    await this.#tell(reader, due, plans, day, isWanted && !isQuiet ? news : undefined);
  }

  async #tell(
    reader: DigestReader,
    due: readonly DigestPlan[],
    plans: readonly DigestPlan[],
    day: string,
    news: DigestNews | undefined,
  ): Promise<void> {
    const { ledger, clock, log, queued, draft } = this.#options;
    const marks = due.map((plan): ReportRun => ({ subject: subjectOf(plan), slot: day }));
    // What was missed on days before is told for all reports at once.
    const caughtUp = plans
      .filter((plan) => !due.includes(plan))
      .map((plan): ReportRun => ({ subject: subjectOf(plan), slot: laterDay(day, -1) }));
    const [first, ...others] = [...marks, ...caughtUp];
    if (first === undefined) return;
    const messages = news === undefined ? [] : await draft(reader, news);
    const told = await ledger.tellReport([first, ...others], messages, clock.now());
    for (const { subject, slot } of [first, ...others]) {
      if ((this.#runs.get(subject) ?? '') < slot) this.#runs.set(subject, slot);
    }
    log.info('digest told', { due: due.map(({ kind }) => kind), messages: messages.length, told });
    if (told && messages.length > 0) queued();
  }

  #isDue(plan: DigestPlan, day: string): boolean {
    const dueAt = momentOf(day, dueMinute(plan, krxHours(day).close));
    const isOver = dueAt <= this.#options.clock.now() && dueAt >= plan.since;
    return isOver && (this.#runs.get(subjectOf(plan)) ?? '') < day;
  }

  /**
   * The runs of earlier days that nobody was told of. Those of the evening are not counted: on many evenings there is
   * nothing to tell.
   */
  async #missedBefore(plans: readonly DigestPlan[], day: string, reads: ReportReads): Promise<MissedRuns | undefined> {
    const { calendar } = this.#options;
    const counted = plans.filter(({ kind }) => kind !== 'evening');
    const days: string[] = [];
    for (let back = 1; back <= mostDaysBack; back += 1) {
      const before = laterDay(day, -back);
      const missed = counted.filter((plan) => this.#wasMissed(plan, before));
      // Runs are told in order: where none of a day is missing, none of an earlier one is.
      if (missed.length === 0) break;
      if ((await calendar.tradesOn(before, reads.options)) !== true) continue;
      days.push(...missed.map(() => before));
    }
    const [to] = days;
    const from = days.at(-1);
    return to === undefined || from === undefined ? undefined : { count: days.length, from, to };
  }

  #wasMissed(plan: DigestPlan, day: string): boolean {
    const dueAt = momentOf(day, dueMinute(plan, krxHours(day).close));
    return dueAt >= plan.since && (this.#runs.get(subjectOf(plan)) ?? '') < day;
  }
}

/** Whether nothing happened after the close that somebody would want to know. What KIS did not tell may have happened. */
export function isUneventful(digest: Digest | undefined): boolean {
  if (digest === undefined || (digest.after?.length ?? 0) > 0) return false;
  return !digest.missing.some(({ part, unsupported }) => !unsupported && afterParts.has(part));
}

/** Whoever reads a webhook's channel may not know of an account that has people of its own. */
function mayBeTold({ roles }: Pick<TradingAccount, 'roles'>, { target }: DigestReader): boolean {
  return target === 'chat' || roles === undefined;
}

function subjectOf({ kind, personId, target }: DigestPlan): string {
  return `digest ${kind} ${target} ${personId}`;
}

function byTime(one: DigestPlan, other: DigestPlan): number {
  return dueMinute(one, '1530') - dueMinute(other, '1530');
}

/** The report that suits a moment of a day: before the opening, by the close, or after the after-market. */
export function kindFor(now: number, trades: boolean): DigestKind {
  const minute = minuteNow(now);
  const { open } = krxHours(koreanDay(now));
  if (!trades || minute < minuteOfDay(open)) return 'morning';
  return minute < 20 * 60 ? 'close' : 'evening';
}
