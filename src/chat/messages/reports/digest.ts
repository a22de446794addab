import { fromKoreanDayAndTime, inKorea, koreanTime } from '../../../clock.ts';
import { krxHours } from '../../../domain/market/session.ts';
import type { VenueOrder } from '../../../domain/orders/order.ts';
import type { ScheduledOrder } from '../../../domain/orders/scheduled-order.ts';
import { type DigestKind, type DigestPlan, dueMinute } from '../../../domain/reports.ts';
import type { Words } from '../../../i18n/index.ts';
import type { InstrumentDirectory } from '../../../ports/symbols.ts';
import type { AccountDigest, Digest, IssueDay } from '../../../services/reports/digest.ts';
import type { DigestNews, MissedRuns } from '../../../services/reports/digests.ts';
import type { MissingPart } from '../../../services/reports/report-reads.ts';
import { accountHeading } from '../../account-tag.ts';
import { conditionText } from '../../arguments/alert-condition.ts';
import type { Line, Message } from '../../channel.ts';
import { orderPrice, scheduleDays } from '../order-text.ts';
import { changeSpan, changeTone, points } from '../prices.ts';
import { table } from '../table.ts';

/** So many of a kind are listed; the others are counted. */
const mostListed = 5;
const mostIssuesListed = 10;

/** Where names come from: the issues in the reader's language. */
interface Reader {
  readonly words: Words;
  readonly directory: InstrumentDirectory;
}

/** A report as text; its picture goes with it (`digestCard`). */
export function digestMessage(
  words: Words,
  directory: InstrumentDirectory,
  { digest, ...news }: Partial<DigestNews> & { readonly digest: Digest | undefined },
): Message {
  const notes = noteLines(words, news);
  if (digest === undefined) return { lines: notes };
  const reader = { words, directory };
  const lines: readonly Line[] = [
    [{ bold: digestTitle(words, digest) }, ` ${dateOf(words, digest.day)}`],
    ...notes,
    ...dayLines(words, digest),
    ...(digest.kind === 'morning' ? morningLines(reader, digest) : closeLines(reader, digest)),
    ...(digest.open ? [words.digest.notHere] : []),
    ...missingLines(words.digest, digest.missing),
  ];
  return digest.open ? { lines } : { lines, private: true };
}

/** What a report is called: one after the close that is asked for earlier tells of the day so far. */
export function digestTitle(words: Words, { kind, at, day, trades }: Digest): string {
  const isOpen = kind !== 'morning' && trades && koreanTime(at).slice(0, 4) < krxHours(day).close;
  return isOpen ? words.digest.midday : words.digest.titles[kind];
}

/** Why a report comes now, and what was missed. */
function noteLines(words: Words, { dueAt, missedToday = [], missedBefore }: Partial<DigestNews>): readonly Line[] {
  const { digest: text } = words;
  const missed = missedToday.map(({ kind, dueAt: at }) => text.time(text.titles[kind], clockOf(words, at))).join(', ');
  return [
    ...(dueAt === undefined ? [] : [text.late(clockOf(words, dueAt))]),
    ...(missed === '' ? [] : [text.missedToday(missed)]),
    ...(missedBefore === undefined ? [] : [missedLine(words, missedBefore)]),
  ];
}

function missedLine({ digest: text, shortDate }: Words, { count, from, to }: MissedRuns): string {
  return text.missedBefore(count, shortDate(from), shortDate(to));
}

function dayLines(words: Words, { trades, shifted, kind }: Digest): readonly Line[] {
  if (!trades) return [words.digest.closedToday];
  if (shifted === undefined || kind !== 'morning') return [];
  return [[{ bold: words.digest.hours(withColon(shifted.open), withColon(shifted.close)) }]];
}

function morningLines(reader: Reader, digest: Digest): readonly Line[] {
  const { words } = reader;
  return [
    ...indexLines(reader, digest),
    ...issueLines(reader, digest, words.digest.lastDay(words.shortDate(digest.indices[0]?.day ?? digest.day))),
    ...newsLines(reader, digest),
    ...exDayLines(reader, digest),
    ...(digest.open ? [] : waitingLines(reader, digest)),
    ...(digest.trades ? [] : nextLines(reader, digest)),
  ];
}

function closeLines(reader: Reader, digest: Digest): readonly Line[] {
  const { words } = reader;
  const named = digest.accounts.length > 1;
  return [
    ...digest.accounts.flatMap((account) => accountLines(reader, account, named)),
    ...indexLines(reader, digest),
    ...issueLines(reader, digest, words.digest.today),
    ...flowLines(reader, digest),
    ...afterLines(reader, digest),
    ...nextLines(reader, digest),
  ];
}

function indexLines({ words }: Reader, { indices }: Digest): readonly Line[] {
  const [first] = indices;
  if (first === undefined) return [];
  return [
    heading(words.digest.indices(words.shortDate(first.day))),
    ...indices.map(({ code, last, change, changePercent }): Line => {
      const pointed = { ...words, grouped: points };
      return [`${words.index[code]} ${points(last)} `, changeSpan(pointed, change, changePercent)];
    }),
  ];
}

/** Rises first, falls last: of many issues the largest of both. */
export function byChange(issues: readonly IssueDay[], most: number): readonly IssueDay[] {
  const sorted = issues.toSorted((one, other) => other.changePercent - one.changePercent);
  if (sorted.length <= most) return sorted;
  const half = Math.ceil(most / 2);
  return [...sorted.slice(0, half), ...sorted.slice(half - most)];
}

function issueLines({ words, directory }: Reader, { issues, missing }: Digest, title: string): readonly Line[] {
  const isMissing = missing.some(({ part }) => part === 'issues' || part === 'balance');
  if (issues.length === 0) return isMissing ? [] : [words.digest.nothingHeld];
  const shown = byChange(issues, mostIssuesListed);
  const rows = shown.map(({ symbol, last, changePercent }) => ({
    cells: [words.grouped(last), words.percentSigned(changePercent)],
    rest: [nameOf(directory, symbol)],
  }));
  const left = issues.length - shown.length;
  return [heading(title), ...table(rows), ...(left > 0 ? [words.more(left)] : [])];
}

function newsLines({ words, directory }: Reader, { news, issues, missing }: Digest): readonly Line[] {
  if (news.length === 0) {
    const isMissing = missing.some(({ part }) => part === 'news');
    return isMissing || issues.length === 0 ? [] : [words.digest.noNews];
  }
  const line = ({ day, time, title, symbols: [symbol] }: (typeof news)[number]): Line => {
    const name = symbol === undefined ? '' : nameOf(directory, symbol);
    // Most headlines begin with the name; then it is not said twice.
    const about = title.includes(name) ? '' : `${name} · `;
    return `${day.slice(4, 6)}-${day.slice(6)} ${time.slice(0, 2)}:${time.slice(2, 4)} ${about}${title}`;
  };
  return [heading(words.digest.news), ...news.map(line)];
}

function exDayLines({ words, directory }: Reader, { exDays }: Pick<Digest, 'exDays'>): readonly Line[] {
  if (exDays.length === 0) return [];
  const { digest: text, shortDate, won } = words;
  const lines = exDays.map(({ symbol, day, what, kind, cash }) => {
    if (what !== 'dividend') return text.exRights(shortDate(day), nameOf(directory, symbol), what);
    const paid = cash === undefined || cash === 0 ? undefined : won(cash);
    return text.exDay(shortDate(day), nameOf(directory, symbol), words.info.dividendKind(kind), paid);
  });
  return [heading(text.exDays), ...lines];
}

function waitingLines(reader: Reader, { alerts, accounts }: Digest): readonly Line[] {
  const { words, directory } = reader;
  const named = accounts.length > 1;
  const tag = ({ label }: AccountDigest): string => (named ? `${label.title} · ` : '');
  const waiting = [
    ...accounts.flatMap((account) =>
      (account.orders ?? []).map((order) => `${tag(account)}${openLine(reader, order)}`),
    ),
    ...accounts.flatMap((account) =>
      (account.scheduled ?? []).map((order) => `${tag(account)}${scheduledLine(reader, order)}`),
    ),
    ...alerts.map((one) => `${words.digest.alerts} · ${nameOf(directory, one.symbol)} ${conditionText(words, one)}`),
  ];
  if (waiting.length === 0) return [words.digest.nothingWaits];
  return [heading(words.digest.waiting), ...someOf(words, waiting)];
}

function openLine({ words, directory }: Reader, order: VenueOrder): string {
  const { symbol, side, remaining } = order;
  const what = `${nameOf(directory, symbol)} ${words.side[side]} ${words.shares(remaining)}`;
  return `${words.digest.orders} · ${what} ${order.type === 'other' ? '' : orderPrice(words, order)}`.trim();
}

function scheduledLine({ words, directory }: Reader, order: ScheduledOrder): string {
  const { symbol, side, quantity, type = 'other', price } = order;
  const what = `${nameOf(directory, symbol)} ${words.side[side]} ${words.shares(quantity)}`;
  return `${words.digest.scheduled} · ${what} ${orderPrice(words, { type, price })} · ${scheduleDays(words, order)}`;
}

function accountLines(reader: Reader, account: AccountDigest, named: boolean): readonly Line[] {
  const { words } = reader;
  const { label, balance, realized } = account;
  const { digest: text } = words;
  return [
    ...(named ? [heading(accountHeading(words, label))] : []),
    ...(balance === undefined
      ? []
      : [[`${text.assets} ${words.won(balance.totals.assets)}`, ...changeOf(words, account)]]),
    ...fillLines(reader, account),
    ...(realized === undefined || realized.amount === 0
      ? []
      : [
          [
            `${text.realized} `,
            {
              tone: changeTone(realized.amount),
              text: `${words.wonSigned(realized.amount)}${realized.percent === undefined ? '' : ` (${words.percentSigned(realized.percent)})`}`,
            },
          ] satisfies Line,
        ]),
  ];
}

/** The day's change of what an account is worth, where KIS tells it. */
function changeOf(words: Words, { balance }: AccountDigest): readonly Exclude<Line, string>[number][] {
  const { assets = 0, dayChange } = balance?.totals ?? {};
  if (dayChange === undefined) return [];
  return [' ', changeSpan({ ...words, grouped: words.won }, dayChange, changePercentOf(assets, dayChange))];
}

/** A change in percent of what there was before. */
export function changePercentOf(assets: number, change: number): number {
  const before = assets - change;
  return before === 0 ? 0 : (change / before) * 100;
}

function fillLines({ words, directory }: Reader, { fills }: AccountDigest): readonly Line[] {
  if (fills === undefined) return [];
  if (fills.length === 0) return [words.digest.noFills];
  const lines = fills.map(
    ({ symbol, name, side, quantity, amount }): Line => [
      `${words.digest.fills} · ${directory.get(symbol)?.name ?? name} `,
      { tone: side === 'buy' ? 'up' : 'down', text: words.side[side] },
      ` ${words.shares(quantity)} ${words.won(amount)}`,
    ],
  );
  return someOf(words, lines);
}

function flowLines({ words, directory }: Reader, { flows }: Digest): readonly Line[] {
  if (flows.length === 0) return [];
  const count = (shares: number): string => `${shares > 0 ? '+' : ''}${words.countShort(shares)}`;
  const lines = flows.map(({ symbol, foreigners, institutions, estimated }) =>
    words.digest.flow(nameOf(directory, symbol), count(foreigners), count(institutions), estimated),
  );
  return [heading(words.digest.flows), ...someOf(words, lines)];
}

function afterLines({ words, directory }: Reader, { kind, after, issues, missing }: Digest): readonly Line[] {
  if (after === undefined) return [];
  if (after.length === 0) {
    const isTold = kind === 'evening' && issues.length > 0 && !missing.some(({ part }) => part === 'after');
    return isTold ? [words.digest.noAfter] : [];
  }
  const rows = after.map(({ symbol, exchange, last, changePercent }) => ({
    cells: [words.grouped(last), words.percentSigned(changePercent)],
    rest: [`${nameOf(directory, symbol)} · ${exchange}`],
  }));
  return [heading(words.digest.after), ...table(rows)];
}

/** The next trading day: its hours where they are unusual, dividends, and what is sent or ends then. */
function nextLines(reader: Reader, { next, exDays, accounts, alerts, kind }: Digest): readonly Line[] {
  if (next === undefined) return [];
  const { words, directory } = reader;
  const { day, shifted } = next;
  const named = accounts.length > 1;
  const scheduled = accounts.flatMap((account) =>
    (account.scheduled ?? [])
      .filter((order) => order.day <= day)
      .map((order) => `${named ? `${account.label.title} · ` : ''}${scheduledLine(reader, order)}`),
  );
  const ending = alerts
    .filter(({ until }) => until !== undefined && until <= day)
    .map((one) => `${words.digest.alerts} · ${nameOf(directory, one.symbol)} ${conditionText(words, one)}`);
  const unusual =
    shifted === undefined
      ? []
      : [words.digest.nextHours(words.shortDate(day), withColon(shifted.open), withColon(shifted.close))];
  const own = kind === 'morning' ? [] : [...exDayLines(reader, { exDays }), ...scheduled, ...ending];
  return [heading(words.digest.next(dateOf(words, day))), ...unusual, ...own];
}

/** What a report had to leave out, and why. */
export function missingLines<Part extends string>(
  text: {
    readonly parts: Readonly<Record<Part, string>>;
    missing(parts: string): string;
    unsupported(parts: string): string;
  },
  missing: readonly MissingPart<Part>[],
): readonly Line[] {
  const named = (wanted: boolean): string =>
    missing
      .filter(({ unsupported }) => unsupported === wanted)
      .map(({ part }) => text.parts[part])
      .join(', ');
  const [failed, lacking] = [named(false), named(true)];
  return [...(failed === '' ? [] : [text.missing(failed)]), ...(lacking === '' ? [] : [text.unsupported(lacking)])];
}

/** When somebody gets reports: `아침 08:30 · 마감 15:45`. */
export function planTimes(words: Words, plans: readonly Pick<DigestPlan, 'kind' | 'minute'>[]): string {
  const { digest: text } = words;
  return plans.map((plan) => text.time(text.kinds[plan.kind], planTime(words, plan))).join(' · ');
}

function planTime({ clockTime }: Words, plan: { readonly kind: DigestKind; readonly minute: number }): string {
  const minute = dueMinute(plan, '1530');
  return clockTime({ hour: Math.floor(minute / 60), minute: minute % 60 });
}

function someOf(words: Words, lines: readonly Line[]): readonly Line[] {
  const left = lines.length - mostListed;
  return left > 0 ? [...lines.slice(0, mostListed), words.more(left)] : lines;
}

function heading(text: string): Line {
  return [{ bold: text }];
}

function nameOf(directory: InstrumentDirectory, symbol: string): string {
  return directory.get(symbol)?.name ?? symbol;
}

function dateOf({ date }: Words, day: string): string {
  return date(inKorea(fromKoreanDayAndTime(day, '000000')));
}

function clockOf({ clockTime }: Words, at: number): string {
  return clockTime(inKorea(at));
}

function withColon(time: string): string {
  return `${time.slice(0, 2)}:${time.slice(2)}`;
}
