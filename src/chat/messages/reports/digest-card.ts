import { fromKoreanDayAndTime, inKorea } from '../../../clock.ts';
import type { Words } from '../../../i18n/index.ts';
import type { ReportCard, TonedText } from '../../../ports/charts.ts';
import type { InstrumentDirectory } from '../../../ports/symbols.ts';
import type { AccountDigest, Digest, IssueDay } from '../../../services/reports/digest.ts';
import { changeSpan, changeTone, points } from '../prices.ts';
import { byChange, changePercentOf, digestTitle } from './digest.ts';

/** More bars would make the picture higher than a phone shows at once. */
const mostBars = 8;

/** The picture of a report; undefined where there is nothing to draw. */
export function digestCard(words: Words, directory: InstrumentDirectory, digest: Digest): ReportCard | undefined {
  const { indices, issues, accounts, day, kind } = digest;
  if (indices.length === 0 && issues.length === 0 && accounts.every(({ balance }) => balance === undefined))
    return undefined;
  // Before the opening nothing was gained or lost yet.
  const inWon = issues.some(({ profit }) => profit !== undefined);
  const shown = inWon ? issues.filter(({ profit }) => profit !== undefined) : issues;
  const { card } = words.digest;
  return {
    title: digestTitle(words, digest),
    subtitle: subtitleOf(words, digest, day),
    headline: kind === 'morning' ? undefined : headlineOf(words, accounts),
    tiles: indices.map(({ code, last, changePercent, closes }) => ({
      label: words.index[code],
      value: points(last),
      change: { tone: changeTone(changePercent), text: words.percentSigned(changePercent) },
      line: closes,
    })),
    barsTitle: kind === 'morning' ? card.lastDay : inWon ? card.profit : card.today,
    bars: byChange(shown, mostBars)
      .map((issue) => barOf(words, directory, issue))
      .toSorted((one, other) => other.value - one.value),
    rows: kind === 'morning' ? waitingRows(words, digest) : accountRows(words, accounts),
  };
}

function subtitleOf({ date, venueTag }: Words, { accounts }: Digest, day: string): string {
  const kinds = new Set(accounts.map(({ label }) => label.venue));
  const [only] = kinds;
  const tag = kinds.size === 1 && only !== undefined ? venueTag[only] : '';
  return [date(inKorea(fromKoreanDayAndTime(day, '000000'))), tag].filter((part) => part !== '').join(' · ');
}

function barOf(words: Words, directory: InstrumentDirectory, issue: IssueDay) {
  const { symbol, profit, changePercent } = issue;
  const percent = words.percentSigned(changePercent);
  const value = profit ?? changePercent;
  const text = profit === undefined ? percent : `${words.groupedSigned(profit)} ${percent}`;
  return { label: directory.get(symbol)?.name ?? symbol, value, text: { tone: changeTone(value), text } };
}

/** What the accounts are worth together. Money at different venues is not added up: play money is no money. */
function headlineOf(words: Words, accounts: readonly AccountDigest[]): ReportCard['headline'] {
  const totals = accounts.map(({ balance }) => balance?.totals);
  const [first] = totals;
  const kinds = new Set(accounts.map(({ label }) => label.venue));
  if (first === undefined || kinds.size !== 1 || totals.includes(undefined)) return undefined;
  const known = totals.flatMap((total) => total ?? []);
  const assets = known.reduce((sum, total) => sum + total.assets, 0);
  const changes = known.flatMap(({ dayChange }) => dayChange ?? []);
  const change = changes.reduce((sum, one) => sum + one, 0);
  const isKnown = changes.length === known.length;
  const nothing: TonedText = { tone: 'even', text: '' };
  return {
    label: words.digest.assets,
    value: words.won(assets),
    change: isKnown ? changeSpan({ ...words, grouped: words.won }, change, changePercentOf(assets, change)) : nothing,
  };
}

function accountRows(words: Words, accounts: readonly AccountDigest[]): ReportCard['rows'] {
  const { digest: text } = words;
  const each = accounts.length < 2 ? [] : accounts.flatMap((account) => accountRow(words, account));
  const realized = accounts.flatMap(({ label, realized: made }) =>
    made === undefined || made.amount === 0 ? [] : [{ label, made }],
  );
  const named = accounts.length > 1;
  return [
    ...each,
    ...realized.map(({ label, made }) => ({
      label: named ? `${label.title} ${text.realized}` : text.realized,
      value: words.wonSigned(made.amount),
      change:
        made.percent === undefined
          ? undefined
          : { tone: changeTone(made.amount), text: words.percentSigned(made.percent) },
    })),
  ];
}

function accountRow(words: Words, { label, balance }: AccountDigest): ReportCard['rows'] {
  if (balance === undefined) return [];
  const { assets, dayChange } = balance.totals;
  const percent = dayChange === undefined ? undefined : changePercentOf(assets, dayChange);
  return [
    {
      label: `${label.title} · ${words.accounts.venue[label.venue]}`,
      value: words.won(assets),
      change: percent === undefined ? undefined : { tone: changeTone(percent), text: words.percentSigned(percent) },
    },
  ];
}

function waitingRows(words: Words, { open, alerts, accounts, exDays }: Digest): ReportCard['rows'] {
  if (open) return [];
  const { card } = words.digest;
  const orders = accounts.reduce((sum, { orders: own, scheduled }) => {
    return sum + (own?.length ?? 0) + (scheduled?.length ?? 0);
  }, 0);
  const counts = [
    [card.alerts, alerts.length],
    [card.orders, orders],
    [card.exDays, exDays.length],
  ] as const;
  return counts.filter(([, count]) => count > 0).map(([label, count]) => ({ label, value: card.count(count) }));
}
